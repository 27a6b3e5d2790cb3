//! One value.

use std::sync::Arc;

/// A value of one of the physical kinds; the [`super::SqlType`] beside it gives the meaning.
///
/// | kind | types |
/// |---|---|
/// | `Bool` | boolean |
/// | `Int` | int2, int4, int8, oid; date (days since 2000-01-01); time (us since midnight); timestamp and timestamptz (us since 2000-01-01 00:00 UTC); timetz (see [`super::temporal::timetz`]); `i64::MIN`/`MAX` are -infinity/infinity of timestamps, `i32::MIN`/`MAX` of dates |
/// | `Float` | float4 (rounded to single precision), float8 |
/// | `Numeric` | numeric |
/// | `Text` | text, varchar, char, name, unknown, json; an enumeration's label behind its place ([`super::label`]) |
/// | `Bytes` | bytea; jsonb in its stored form |
/// | `Array` | arrays |
/// | `Uuid` | uuid, big-endian |
/// | `Interval` | interval |
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Datum {
    /// SQL NULL, of any type.
    Null,
    /// See the table.
    Bool(bool),
    /// See the table.
    Int(i64),
    /// See the table.
    Float(f64),
    /// See the table.
    Numeric(super::numeric::Numeric),
    /// See the table.
    Text(Arc<str>),
    /// See the table.
    Bytes(Arc<[u8]>),
    /// See the table.
    Uuid(u128),
    /// See the table.
    Interval(Interval),
    /// See the table.
    Array(Arc<super::Array>),
}

/// A span of time; the three parts are kept apart, as PostgreSQL does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interval {
    /// Months.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Microseconds.
    pub micros: i64,
}

impl Interval {
    /// All three parts in one word, as batches and cells hold them: months << 96, days << 64,
    /// microseconds, each in two's complement.
    pub fn to_bits(&self) -> i128 {
        i128::from(self.months) << 96
            | i128::from(self.days.cast_unsigned()) << 64
            | i128::from(self.micros.cast_unsigned())
    }

    /// The interval of [`Interval::to_bits`].
    pub fn from_bits(bits: i128) -> Interval {
        Interval { months: (bits >> 96) as i32, days: (bits >> 64) as i32, micros: bits as i64 }
    }
}

impl Datum {
    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Datum {
        Datum::Text(Arc::from(text))
    }
}

// Rows of datums are copied about: a numeric must not make all of them wider than it has to.
const _: () = assert!(size_of::<Datum>() <= 48);
