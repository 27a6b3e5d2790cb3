//! The bytes of an array, in batches and in rows.

use crate::error::{Error, Result};
use crate::value::{Datum, Interval, Numeric, SqlType};

use super::{Array, DIMENSIONS_MAX, Dimension, ELEMENTS_MAX};

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    pub(super) const UUID: u8 = 5;
    pub(super) const INTERVAL: u8 = 6;
    pub(super) const TEXT: u8 = 7;
    pub(super) const BYTES: u8 = 8;
    pub(super) const NUMERIC: u8 = 9;
}

/// Appends seven bits at a time, least first.
pub(crate) fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads what [`put_varint`] wrote and steps past it.
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or_else(corrupt)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(corrupt())
}

fn corrupt() -> Error {
    Error::corrupt("a stored array is not in its encoding")
}

/// Reads so many bytes and steps past them.
pub(crate) fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Result<&'b [u8]> {
    let (head, rest) = bytes.split_at_checked(count).ok_or_else(corrupt)?;
    *bytes = rest;
    Ok(head)
}

/// Reads a length, and so many bytes.
pub(crate) fn take_counted<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8]> {
    let count = usize::try_from(take_varint(bytes)?).map_err(|_| corrupt())?;
    take(bytes, count)
}

fn put_counted(tag: u8, body: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    put_varint(body.len() as u64, out);
    out.extend_from_slice(body);
}

fn put_item(item: &Datum, out: &mut Vec<u8>) {
    match item {
        // Arrays do not hold arrays (they have more dimensions).
        Datum::Null | Datum::Array(_) => out.push(tag::NULL),
        Datum::Bool(value) => out.push(if *value { tag::TRUE } else { tag::FALSE }),
        Datum::Int(value) => {
            out.push(tag::INT);
            put_varint((value << 1 ^ value >> 63).cast_unsigned(), out);
        }
        Datum::Float(value) => {
            out.push(tag::FLOAT);
            out.extend_from_slice(&value.to_bits().to_le_bytes());
        }
        Datum::Uuid(value) => {
            out.push(tag::UUID);
            out.extend_from_slice(&value.to_be_bytes());
        }
        Datum::Interval(value) => {
            out.push(tag::INTERVAL);
            out.extend_from_slice(&value.to_bits().to_be_bytes());
        }
        Datum::Text(value) => put_counted(tag::TEXT, value.as_bytes(), out),
        Datum::Bytes(value) => put_counted(tag::BYTES, value, out),
        Datum::Numeric(value) => {
            let mut body = Vec::new();
            value.write_stored(&mut body);
            put_counted(tag::NUMERIC, &body, out);
        }
    }
}

fn take_item(bytes: &mut &[u8]) -> Result<Datum> {
    let tag = take(bytes, 1)?[0];
    let wide = |bytes: &mut &[u8]| -> Result<u128> {
        Ok(u128::from_be_bytes(take(bytes, 16)?.try_into().map_err(|_| corrupt())?))
    };
    Ok(match tag {
        tag::NULL => Datum::Null,
        tag::FALSE => Datum::Bool(false),
        tag::TRUE => Datum::Bool(true),
        tag::INT => {
            let value = take_varint(bytes)?;
            Datum::Int((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
        }
        tag::FLOAT => {
            let bits = take(bytes, 8)?.try_into().map_err(|_| corrupt())?;
            Datum::Float(f64::from_bits(u64::from_le_bytes(bits)))
        }
        tag::UUID => Datum::Uuid(wide(bytes)?),
        tag::INTERVAL => Datum::Interval(Interval::from_bits(wide(bytes)?.cast_signed())),
        tag::TEXT => Datum::from(core::str::from_utf8(take_counted(bytes)?).map_err(|_| corrupt())?),
        tag::BYTES => Datum::Bytes(take_counted(bytes)?.into()),
        tag::NUMERIC => Datum::Numeric(Numeric::from_stored(take_counted(bytes)?)?),
        _ => return Err(corrupt()),
    })
}

impl Array {
    /// Appends the stored form.
    pub fn write_stored(&self, out: &mut Vec<u8>) {
        put_varint(u64::from(self.element.oid()), out);
        out.push(self.dimensions.len() as u8);
        for dimension in &self.dimensions {
            put_varint(dimension.length as u64, out);
            put_varint(u64::from(dimension.lower.cast_unsigned()), out);
        }
        for item in &self.items {
            put_item(item, out);
        }
    }

    /// Reads the stored form.
    pub fn from_stored(mut bytes: &[u8]) -> Result<Array> {
        let bytes = &mut bytes;
        let oid = u32::try_from(take_varint(bytes)?).map_err(|_| corrupt())?;
        let element = SqlType::from_oid(oid).ok_or_else(corrupt)?;
        let count = usize::from(take(bytes, 1)?[0]);
        if count > DIMENSIONS_MAX {
            return Err(corrupt());
        }
        let mut dimensions = Vec::with_capacity(count);
        let mut total = usize::from(count > 0);
        for _ in 0..count {
            let length = usize::try_from(take_varint(bytes)?).map_err(|_| corrupt())?;
            let lower = u32::try_from(take_varint(bytes)?).map_err(|_| corrupt())?.cast_signed();
            total = total.checked_mul(length).filter(|total| *total <= ELEMENTS_MAX).ok_or_else(corrupt)?;
            dimensions.push(Dimension { length, lower });
        }
        // Every element has at least one byte: what is reserved was there.
        if total > bytes.len() {
            return Err(corrupt());
        }
        let mut items = Vec::with_capacity(total);
        for _ in 0..total {
            items.push(take_item(bytes)?);
        }
        Ok(Array { element, dimensions, items })
    }
}
