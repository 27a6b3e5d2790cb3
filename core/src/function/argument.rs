//! Arguments of a call as Rust values. The binder has cast them, so a wrong kind is our own defect.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::value::{Array, Datum, Interval, Numeric};

fn wrong(at: usize) -> Error {
    Error::internal(format!("argument {at} of a function has an unexpected type"))
}

fn at(arguments: &[Datum], at: usize) -> Result<&Datum> {
    arguments.get(at).ok_or_else(|| wrong(at))
}

/// An integer, date, time or timestamp.
pub(super) fn int(arguments: &[Datum], index: usize) -> Result<i64> {
    match at(arguments, index)? {
        Datum::Int(value) => Ok(*value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn float(arguments: &[Datum], index: usize) -> Result<f64> {
    match at(arguments, index)? {
        Datum::Float(value) => Ok(*value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn boolean(arguments: &[Datum], index: usize) -> Result<bool> {
    match at(arguments, index)? {
        Datum::Bool(value) => Ok(*value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn numeric(arguments: &[Datum], index: usize) -> Result<&Numeric> {
    match at(arguments, index)? {
        Datum::Numeric(value) => Ok(value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn text(arguments: &[Datum], index: usize) -> Result<&str> {
    match at(arguments, index)? {
        Datum::Text(value) => Ok(value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn bytes(arguments: &[Datum], index: usize) -> Result<&[u8]> {
    match at(arguments, index)? {
        Datum::Bytes(value) => Ok(value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn interval(arguments: &[Datum], index: usize) -> Result<Interval> {
    match at(arguments, index)? {
        Datum::Interval(value) => Ok(*value),
        _ => Err(wrong(index)),
    }
}

pub(super) fn array(arguments: &[Datum], index: usize) -> Result<&Array> {
    match at(arguments, index)? {
        Datum::Array(value) => Ok(value),
        _ => Err(wrong(index)),
    }
}

/// A text result.
pub(super) fn out(text: impl Into<Arc<str>>) -> Result<Datum> {
    Ok(Datum::Text(text.into()))
}
