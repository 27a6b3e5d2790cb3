//! Keys of sorts and hash tables: bytes whose order and equality are SQL's.
//!
//! Like index keys (`record::key`) but never stored, so the common kinds are written straight from their
//! vectors.
//!
//! ```text
//! NULL      one byte, 0 or 2 (before or after the 1 of values)
//! integers  1, then 8 bytes big-endian with the sign flipped
//! text      1, then the bytes with 00 as 00 ff, then 00 00
//! ```

use crate::batch::{Kind, Values, Vector, interval_from_wide};
use crate::error::Result;
use crate::record::key;
use crate::value::compare::canonical_float;
use crate::value::{Datum, SqlType};

/// Appends entry `at` of a vector; descending order inverts the bytes of values.
pub(crate) fn encode(
    out: &mut Vec<u8>,
    vector: &Vector,
    at: usize,
    ty: SqlType,
    descending: bool,
    nulls_first: bool,
) -> Result<()> {
    if vector.is_null(at) {
        out.push(if nulls_first { 0 } else { 2 });
        return Ok(());
    }
    out.push(1);
    let start = out.len();
    match &vector.values {
        Values::Int(values) => put_int(out, values[at]),
        Values::Float(values) => put_float(out, values[at]),
        Values::Wide(values) if ty == SqlType::Interval => {
            put_wide(out, interval_from_wide(values[at]).span());
        }
        Values::Wide(values) => out.extend_from_slice(&values[at].to_be_bytes()),
        Values::Bytes(values) if !is_made(ty) => put_bytes(out, values.get(at), ty),
        Values::Bytes(_) => key::encode(out, &vector.datum(at, ty)?, ty, false, false),
    }
    if descending {
        out[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
    Ok(())
}

/// Whether equal values may have different bytes, so that the key is not made of them.
fn is_made(ty: SqlType) -> bool {
    matches!(ty, SqlType::Numeric | SqlType::Jsonb | SqlType::Array(_))
}

/// Appends a value as [`encode`] does, ascending.
pub(crate) fn encode_datum(out: &mut Vec<u8>, value: &Datum, ty: SqlType) {
    out.push(if value.is_null() { 2 } else { 1 });
    match value {
        Datum::Null => {}
        Datum::Bool(value) => put_int(out, i64::from(*value)),
        Datum::Int(value) => put_int(out, *value),
        Datum::Float(value) => put_float(out, *value),
        Datum::Interval(value) => put_wide(out, value.span()),
        Datum::Uuid(value) => out.extend_from_slice(&value.to_be_bytes()),
        Datum::Text(value) => put_bytes(out, value.as_bytes(), ty),
        Datum::Bytes(value) if ty != SqlType::Jsonb => put_bytes(out, value, ty),
        Datum::Numeric(_) | Datum::Bytes(_) | Datum::Array(_) => key::encode(out, value, ty, false, false),
    }
}

/// Appends the keys of one row, ascending; whether one is NULL.
pub(crate) fn encode_row(
    out: &mut Vec<u8>,
    vectors: &[Vector],
    types: &[SqlType],
    at: usize,
) -> Result<bool> {
    let mut has_null = false;
    for (vector, ty) in vectors.iter().zip(types) {
        has_null |= vector.is_null(at);
        encode(out, vector, at, *ty, false, false)?;
    }
    Ok(has_null)
}

/// Whether the only key is an integer, which hash tables can hold as it is.
pub(crate) fn is_single_int(types: &[SqlType]) -> bool {
    matches!(types, [ty] if Kind::of(*ty) == Kind::Int)
}

fn put_int(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&(value.cast_unsigned() ^ (1 << 63)).to_be_bytes());
}

fn put_wide(out: &mut Vec<u8>, value: i128) {
    out.extend_from_slice(&(value.cast_unsigned() ^ (1 << 127)).to_be_bytes());
}

fn put_float(out: &mut Vec<u8>, value: f64) {
    let bits = canonical_float(value).to_bits();
    // Negative numbers sort by all bits inverted, others above them; NaN has the largest bits.
    let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
    out.extend_from_slice(&ordered.to_be_bytes());
}

fn put_bytes(out: &mut Vec<u8>, mut value: &[u8], ty: SqlType) {
    if ty == SqlType::Char {
        let end = value.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        value = &value[..end];
    }
    for &byte in value {
        out.push(byte);
        if byte == 0 {
            out.push(0xff);
        }
    }
    out.extend_from_slice(&[0, 0]);
}
