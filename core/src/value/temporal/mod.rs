//! date, time, timestamp, interval: units and ranges.

pub mod interval;

use crate::error::{Error, Result};

use super::{Datum, Interval, SqlType, TypeName};

/// Microseconds of a day without leap seconds, which SQL does not have.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

pub(super) fn parse(_text: &str, ty: TypeName, _now: Option<i64>) -> Result<Datum> {
    Err(Error::unsupported(format!("input of type {ty}")))
}
pub(super) fn write(value: i64, _ty: SqlType, out: &mut String) {
    out.push_str(&value.to_string());
}
pub(super) fn write_interval(value: &Interval, out: &mut String) {
    out.push_str(&format!("{value:?}"));
}
pub(super) fn round_micros(micros: i64, _digits: u32) -> i64 {
    micros
}
pub(super) fn convert(_datum: &Datum, from: SqlType, to: SqlType) -> Result<Datum> {
    Err(Error::unsupported(format!("cast from {from} to {to}")))
}
