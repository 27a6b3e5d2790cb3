//! Index keys whose byte order is SQL order ("memcomparable"), column after column.
//!
//! ```text
//! column   tag, then the value; DESC inverts the value's bytes, never the tag
//! tag      00 NULL that sorts first   01 a value   02 NULL that sorts last
//! integers big-endian, sign bit flipped, in the type's width
//! floats   big-endian bits: sign bit flipped, all bits when negative; -0 as 0, one NaN, last
//! strings  bytes with 00 as 00 FF, then 00 00; char without its padding
//! uuid     16 bytes
//! interval its length in microseconds (a month is 30 days), 16 bytes
//! jsonb    see `value::json::key`
//! array    01 and a value or 02 per element; 00; dimensions, each length and lower bound
//! numeric  class; base-100 exponent; digits + 1 in base 100; 00; inverted where negative
//! ```
//!
//! K1  Comparing two encodings as bytes orders the values as [`crate::value::compare()`] does.
//! K2  No encoding of a column is a proper prefix of another, so columns may be put end to end.
//! K3  Equal values have equal encodings: `1.0` and `1.00` are one key, so not every key can be read
//!     back to the value it came from ([`is_reversible`]).

use crate::error::{Error, Result};
use crate::value::array::Dimension;
use crate::value::compare::canonical_float;
use crate::value::json::Json;
use crate::value::{Array, Datum, Numeric, SqlType, text};

const NULL_FIRST: u8 = 0;
const VALUE: u8 = 1;
const NULL_LAST: u8 = 2;

mod class {
    pub(super) const NEGATIVE_INFINITY: u8 = 1;
    pub(super) const NEGATIVE: u8 = 2;
    pub(super) const ZERO: u8 = 3;
    pub(super) const POSITIVE: u8 = 4;
    pub(super) const INFINITY: u8 = 5;
    pub(super) const NAN: u8 = 6;
}

/// Appends one column of a key.
pub fn encode(out: &mut Vec<u8>, datum: &Datum, ty: SqlType, descending: bool, nulls_first: bool) {
    if datum.is_null() {
        out.push(if nulls_first { NULL_FIRST } else { NULL_LAST });
        return;
    }
    out.push(VALUE);
    let start = out.len();
    encode_value(out, datum, ty);
    if descending {
        invert(&mut out[start..]);
    }
}

fn encode_value(out: &mut Vec<u8>, datum: &Datum, ty: SqlType) {
    match datum {
        Datum::Null => {}
        Datum::Bool(value) => out.push(u8::from(*value)),
        Datum::Int(value) => encode_int(out, *value, ty),
        Datum::Float(value) => encode_float(out, *value, ty),
        Datum::Numeric(value) => encode_numeric(out, value),
        Datum::Text(value) if ty == SqlType::Char => {
            encode_bytes(out, text::without_padding(value).as_bytes());
        }
        Datum::Text(value) => encode_bytes(out, value.as_bytes()),
        Datum::Bytes(value) if ty == SqlType::Jsonb => encode_jsonb(out, value),
        Datum::Bytes(value) => encode_bytes(out, value),
        Datum::Array(value) => encode_array(out, value),
        Datum::Uuid(value) => out.extend_from_slice(&value.to_be_bytes()),
        Datum::Interval(value) => out.extend_from_slice(&flip_wide(value.span())),
    }
}

/// A value that cannot be read, which only damage could bring, gets the key of null.
fn encode_jsonb(out: &mut Vec<u8>, stored: &[u8]) {
    let json = Json::from_stored(stored).unwrap_or(Json::Null);
    json.write_key(out, &|number, out| encode_numeric(out, number));
}

fn encode_array(out: &mut Vec<u8>, array: &Array) {
    for item in &array.items {
        if item.is_null() {
            out.push(NULL_LAST);
        } else {
            out.push(VALUE);
            encode_value(out, item, array.element);
        }
    }
    out.push(NULL_FIRST);
    out.push(array.dimensions.len() as u8);
    for dimension in &array.dimensions {
        out.extend_from_slice(&(dimension.length as u32).to_be_bytes());
        out.extend_from_slice(&(dimension.lower.cast_unsigned() ^ 1 << 31).to_be_bytes());
    }
}

fn invert(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = !*byte;
    }
}

fn encode_int(out: &mut Vec<u8>, value: i64, ty: SqlType) {
    let flipped = value.cast_unsigned() ^ 1 << 63;
    match ty {
        // The value is in its type's range: shifting keeps order and drops only sign copies.
        SqlType::Int2 => out.extend_from_slice(&((value as u16) ^ 1 << 15).to_be_bytes()),
        SqlType::Int4 | SqlType::Date => out.extend_from_slice(&((value as u32) ^ 1 << 31).to_be_bytes()),
        SqlType::Oid | SqlType::Regtype => out.extend_from_slice(&(value as u32).to_be_bytes()),
        _ => out.extend_from_slice(&flipped.to_be_bytes()),
    }
}

fn encode_float(out: &mut Vec<u8>, value: f64, ty: SqlType) {
    let value = canonical_float(value);
    if ty == SqlType::Float4 {
        let bits = (value as f32).to_bits();
        let ordered = if bits >> 31 == 1 { !bits } else { bits ^ 1 << 31 };
        out.extend_from_slice(&ordered.to_be_bytes());
    } else {
        let bits = value.to_bits();
        let ordered = if bits >> 63 == 1 { !bits } else { bits ^ 1 << 63 };
        out.extend_from_slice(&ordered.to_be_bytes());
    }
}

fn encode_bytes(out: &mut Vec<u8>, mut bytes: &[u8]) {
    out.reserve(bytes.len() + 2);
    while let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        out.extend_from_slice(&bytes[..at]);
        out.extend_from_slice(&[0, 0xff]);
        bytes = &bytes[at + 1..];
    }
    out.extend_from_slice(bytes);
    out.extend_from_slice(&[0, 0]);
}

fn flip_wide(value: i128) -> [u8; 16] {
    (value.cast_unsigned() ^ 1 << 127).to_be_bytes()
}

fn encode_numeric(out: &mut Vec<u8>, value: &Numeric) {
    let Some((negative, exponent, digits)) = value.significant_digits() else {
        out.push(if value.is_nan() {
            class::NAN
        } else if value.is_infinite() {
            if value.is_negative() { class::NEGATIVE_INFINITY } else { class::INFINITY }
        } else {
            class::ZERO
        });
        return;
    };
    out.push(if negative { class::NEGATIVE } else { class::POSITIVE });
    let start = out.len();
    // value = 0.d1 d2 d3 ... * 100^pairs: an odd count of whole digits gets a zero in front.
    let whole = exponent + 1;
    let pairs = whole.div_euclid(2) + whole.rem_euclid(2);
    match i8::try_from(pairs) {
        Ok(near @ -120..=120) => out.push(near.cast_unsigned() ^ 0x80),
        _ => {
            out.push(if pairs < 0 { 0 } else { 0xff });
            out.extend_from_slice(&(pairs.cast_unsigned() ^ 1 << 31).to_be_bytes());
        }
    }
    let mut digits = digits.as_bytes();
    if whole.rem_euclid(2) == 1 {
        let (first, rest) = digits.split_at(1);
        out.push(first[0] - b'0' + 1);
        digits = rest;
    }
    for pair in digits.chunks(2) {
        let low = pair.get(1).map_or(0, |digit| digit - b'0');
        out.push((pair[0] - b'0') * 10 + low + 1);
    }
    out.push(0);
    if negative {
        invert(&mut out[start..]);
    }
}

/// Whether a key column of this type can be read back to the value it was made of.
pub fn is_reversible(ty: SqlType) -> bool {
    // Scale, padding and the parts of an interval are lost (K3); -0 comes back as 0.
    !matches!(
        ty,
        SqlType::Numeric
            | SqlType::Char
            | SqlType::Interval
            | SqlType::Float4
            | SqlType::Float8
            | SqlType::Jsonb
            | SqlType::Array(_)
    )
}

/// Reads one column from the front of `key` and steps past it.
///
/// For types that are not [reversible](is_reversible) the result is equal in SQL's sense, not always
/// the same; an interval comes back in months of 30 days.
pub fn decode(key: &mut &[u8], ty: SqlType, descending: bool) -> Result<Datum> {
    let tag = take::<1>(key)?[0];
    match tag {
        NULL_FIRST | NULL_LAST => return Ok(Datum::Null),
        VALUE => {}
        _ => return Err(corrupt()),
    }
    decode_value(key, ty, if descending { 0xff } else { 0 })
}

fn decode_value(key: &mut &[u8], ty: SqlType, mask: u8) -> Result<Datum> {
    Ok(match ty {
        SqlType::Bool => match take::<1>(key)?[0] ^ mask {
            bit @ (0 | 1) => Datum::Bool(bit == 1),
            _ => return Err(corrupt()),
        },
        SqlType::Int2 => {
            Datum::Int(i64::from((u16::from_be_bytes(masked(take(key)?, mask)) ^ 1 << 15).cast_signed()))
        }
        SqlType::Int4 | SqlType::Date => {
            Datum::Int(i64::from((u32::from_be_bytes(masked(take(key)?, mask)) ^ 1 << 31).cast_signed()))
        }
        SqlType::Oid | SqlType::Regtype => {
            Datum::Int(i64::from(u32::from_be_bytes(masked(take(key)?, mask))))
        }
        SqlType::Int8 | SqlType::Time | SqlType::TimeTz | SqlType::Timestamp | SqlType::TimestampTz => {
            Datum::Int((u64::from_be_bytes(masked(take(key)?, mask)) ^ 1 << 63).cast_signed())
        }
        SqlType::Float4 => {
            let ordered = u32::from_be_bytes(masked(take(key)?, mask));
            let bits = if ordered >> 31 == 1 { ordered ^ 1 << 31 } else { !ordered };
            Datum::Float(f64::from(f32::from_bits(bits)))
        }
        SqlType::Float8 => {
            let ordered = u64::from_be_bytes(masked(take(key)?, mask));
            let bits = if ordered >> 63 == 1 { ordered ^ 1 << 63 } else { !ordered };
            Datum::Float(f64::from_bits(bits))
        }
        SqlType::Uuid => Datum::Uuid(u128::from_be_bytes(masked(take(key)?, mask))),
        SqlType::Interval => {
            let span = (u128::from_be_bytes(masked(take(key)?, mask)) ^ 1 << 127).cast_signed();
            let day = i128::from(crate::value::temporal::MICROS_PER_DAY);
            let months = i32::try_from(span / (30 * day)).map_err(|_| corrupt())?;
            let days = i32::try_from(span % (30 * day) / day).map_err(|_| corrupt())?;
            let micros = i64::try_from(span % day).map_err(|_| corrupt())?;
            Datum::Interval(crate::value::Interval { months, days, micros })
        }
        SqlType::Numeric => Datum::Numeric(decode_numeric(key, mask)?),
        SqlType::Bytea => Datum::Bytes(decode_bytes(key, mask)?.into()),
        SqlType::Jsonb => Datum::Bytes(decode_jsonb(key, mask)?.to_stored().into()),
        SqlType::Array(element) => decode_array(key, element.ty(), mask)?,
        SqlType::Text
        | SqlType::Varchar
        | SqlType::Char
        | SqlType::Name
        | SqlType::Regclass
        | SqlType::Jsonpath
        | SqlType::Json
        | SqlType::Enum(_)
        | SqlType::Unknown => {
            let text = String::from_utf8(decode_bytes(key, mask)?).map_err(|_| corrupt())?;
            Datum::Text(text.into())
        }
        SqlType::Void | SqlType::AnyElement | SqlType::AnyArray => return Err(corrupt()),
    })
}

fn decode_array(key: &mut &[u8], element: SqlType, mask: u8) -> Result<Datum> {
    let mut items = Vec::new();
    loop {
        match take::<1>(key)?[0] ^ mask {
            NULL_FIRST => break,
            VALUE => items.push(decode_value(key, element, mask)?),
            NULL_LAST => items.push(Datum::Null),
            _ => return Err(corrupt()),
        }
    }
    let mut dimensions = Vec::new();
    for _ in 0..take::<1>(key)?[0] ^ mask {
        let length = u32::from_be_bytes(masked(take(key)?, mask)) as usize;
        let lower = (u32::from_be_bytes(masked(take(key)?, mask)) ^ 1 << 31).cast_signed();
        dimensions.push(Dimension { length, lower });
    }
    Array { element, dimensions, items }.datum()
}

fn decode_jsonb(key: &mut &[u8], mask: u8) -> Result<Json> {
    let key = core::cell::RefCell::new(key);
    let mut byte = || Ok(take::<1>(&mut key.borrow_mut())?[0] ^ mask);
    let mut number = |_: &mut dyn FnMut() -> Result<u8>| decode_numeric(&mut key.borrow_mut(), mask);
    Json::read_key(&mut byte, &mut number, 0)
}

fn corrupt() -> Error {
    Error::corrupt("an index key is not in its encoding")
}

fn take<const N: usize>(key: &mut &[u8]) -> Result<[u8; N]> {
    let (head, rest) = key.split_first_chunk::<N>().ok_or_else(corrupt)?;
    *key = rest;
    Ok(*head)
}

fn masked<const N: usize>(bytes: [u8; N], mask: u8) -> [u8; N] {
    bytes.map(|byte| byte ^ mask)
}

fn decode_bytes(key: &mut &[u8], mask: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        match take::<1>(key)?[0] ^ mask {
            0 => match take::<1>(key)?[0] ^ mask {
                0 => return Ok(bytes),
                0xff => bytes.push(0),
                _ => return Err(corrupt()),
            },
            byte => bytes.push(byte),
        }
    }
}

fn decode_numeric(key: &mut &[u8], mask: u8) -> Result<Numeric> {
    let class = take::<1>(key)?[0] ^ mask;
    let negative = match class {
        class::NEGATIVE_INFINITY => return Ok(Numeric::NEGATIVE_INFINITY),
        class::ZERO => return Ok(Numeric::ZERO),
        class::INFINITY => return Ok(Numeric::INFINITY),
        class::NAN => return Ok(Numeric::NAN),
        class::NEGATIVE => true,
        class::POSITIVE => false,
        _ => return Err(corrupt()),
    };
    let mask = if negative { !mask } else { mask };
    let pairs = match take::<1>(key)?[0] ^ mask {
        0 | 0xff => (u32::from_be_bytes(masked(take(key)?, mask)) ^ 1 << 31).cast_signed(),
        near => i32::from((near ^ 0x80).cast_signed()),
    };
    let mut text = String::from(if negative { "-" } else { "" });
    let mut count = 0i32;
    loop {
        match take::<1>(key)?[0] ^ mask {
            0 => break,
            digit @ 1..=100 => {
                text.push(char::from((digit - 1) / 10 + b'0'));
                text.push(char::from((digit - 1) % 10 + b'0'));
                count = count.checked_add(1).ok_or_else(corrupt)?;
            }
            _ => return Err(corrupt()),
        }
    }
    let exponent = pairs.checked_sub(count).and_then(|pairs| pairs.checked_mul(2)).ok_or_else(corrupt)?;
    text.push_str(&format!("e{exponent}"));
    Numeric::parse(&text).map(|value| value.trim_scale()).map_err(|_| corrupt())
}

/// The first key after all keys that begin with `prefix`; `None` when there is no such bound.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}
