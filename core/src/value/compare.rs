//! SQL's order and equality of values of one type, and hashes that agree with it.
//!
//! Text orders by its bytes (collation "C"). NaN equals itself and is above every other number, -0
//! equals 0, an interval counts as its length with months of 30 days, `char` ignores its padding.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::json::Json;
use super::text::without_padding;
use super::{Datum, Interval, SqlType};

/// Orders two values of type `ty`. NULL, which operators never pass, comes last and equals itself,
/// so that the function is total.
pub fn compare(a: &Datum, b: &Datum, ty: SqlType) -> Ordering {
    match (a, b) {
        (Datum::Int(a), Datum::Int(b)) => a.cmp(b),
        (Datum::Text(a), Datum::Text(b)) => {
            if ty == SqlType::Char {
                without_padding(a).cmp(without_padding(b))
            } else {
                a.cmp(b)
            }
        }
        (Datum::Float(a), Datum::Float(b)) => compare_floats(*a, *b),
        (Datum::Numeric(a), Datum::Numeric(b)) => a.compare(b),
        (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
        (Datum::Bytes(a), Datum::Bytes(b)) if ty == SqlType::Jsonb => compare_jsonb(a, b),
        (Datum::Bytes(a), Datum::Bytes(b)) => a.cmp(b),
        (Datum::Array(a), Datum::Array(b)) => a.compare(b),
        (Datum::Uuid(a), Datum::Uuid(b)) => a.cmp(b),
        (Datum::Interval(a), Datum::Interval(b)) => a.span().cmp(&b.span()),
        (a, b) => kind(a).cmp(&kind(b)),
    }
}

/// Values of different kinds do not meet in a well-typed plan; this keeps the order total.
fn kind(datum: &Datum) -> u8 {
    match datum {
        Datum::Bool(_) => 0,
        Datum::Int(_) => 1,
        Datum::Float(_) => 2,
        Datum::Numeric(_) => 3,
        Datum::Text(_) => 4,
        Datum::Bytes(_) => 5,
        Datum::Uuid(_) => 6,
        Datum::Interval(_) => 7,
        Datum::Array(_) => 8,
        Datum::Null => 9,
    }
}

/// Values that cannot be read, which only damage could bring, are ordered by their bytes.
fn compare_jsonb(a: &[u8], b: &[u8]) -> Ordering {
    match (Json::from_stored(a), Json::from_stored(b)) {
        (Ok(a), Ok(b)) => a.compare(&b),
        _ => a.cmp(b),
    }
}

/// Whether two values are equal in SQL's sense; NULL equals NULL here (as in DISTINCT and GROUP BY).
pub fn equal(a: &Datum, b: &Datum, ty: SqlType) -> bool {
    compare(a, b, ty).is_eq()
}

/// PostgreSQL's order of floats: NaN equals NaN and is greatest, -0 equals 0.
pub fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Feeds a value to a hasher so that values [`equal`] under `ty` hash the same.
pub fn hash<H: Hasher>(datum: &Datum, ty: SqlType, state: &mut H) {
    match datum {
        Datum::Null => 0u8.hash(state),
        Datum::Bool(value) => value.hash(state),
        Datum::Int(value) => value.hash(state),
        Datum::Float(value) => canonical_float(*value).to_bits().hash(state),
        Datum::Numeric(value) => value.hash_value(state),
        Datum::Text(value) if ty == SqlType::Char => without_padding(value).hash(state),
        Datum::Text(value) => value.hash(state),
        Datum::Bytes(value) if ty == SqlType::Jsonb => {
            let mut key = Vec::new();
            if let Ok(json) = Json::from_stored(value) {
                json.write_key(&mut key, &|number, out| {
                    let trimmed = number.trim_scale();
                    trimmed.write_stored(out);
                });
            }
            key.hash(state);
        }
        Datum::Bytes(value) => value.hash(state),
        Datum::Array(array) => {
            array.items.len().hash(state);
            array.items.iter().for_each(|item| hash(item, array.element, state));
        }
        Datum::Uuid(value) => value.hash(state),
        Datum::Interval(value) => value.span().hash(state),
    }
}

/// One bit pattern for each class of equal floats.
pub fn canonical_float(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else if value == 0.0 {
        0.0
    } else {
        value
    }
}

impl Interval {
    /// Its length in microseconds for comparisons: a month is 30 days, a day 24 hours.
    pub fn span(&self) -> i128 {
        let days = i128::from(self.months) * 30 + i128::from(self.days);
        days * i128::from(super::temporal::MICROS_PER_DAY) + i128::from(self.micros)
    }
}
