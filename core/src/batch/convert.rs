//! Between vectors and single values.
//!
//! The type beside a value decides what its bits mean; a value of another kind than its type's is a
//! defect of ours and answers XX000, not a panic.

use std::sync::Arc;

use crate::base::limits::COLUMN_BYTES_MAX;
use crate::error::{Error, Result, SqlState};
use crate::value::numeric::Numeric;
use crate::value::{Array, Datum, Interval, SqlType};

use super::{Kind, Values, Vector};

#[cold]
fn too_many_bytes(rows: usize) -> Error {
    Error::new(SqlState::OUT_OF_MEMORY, "out of memory")
        .with_detail(format!("The values of {rows} rows come to more than {COLUMN_BYTES_MAX} bytes."))
}

impl Vector {
    /// One value, `rows` times.
    pub fn constant(value: &Datum, ty: SqlType, rows: usize) -> Result<Vector> {
        if value.is_null() {
            return Ok(Vector::all_null(Kind::of(ty), rows));
        }
        let mut vector = Vector::with_capacity(Kind::of(ty), rows);
        if rows > 0 {
            vector.push_datum(value)?;
        }
        match &mut vector.values {
            Values::Int(values) => values.resize(rows, values.first().copied().unwrap_or(0)),
            Values::Float(values) => values.resize(rows, values.first().copied().unwrap_or(0.0)),
            Values::Wide(values) => values.resize(rows, values.first().copied().unwrap_or(0)),
            Values::Bytes(values) => {
                let first: Vec<u8> = if rows > 0 { values.get(0).to_vec() } else { Vec::new() };
                if first.len().saturating_mul(rows) > COLUMN_BYTES_MAX {
                    return Err(too_many_bytes(rows));
                }
                (1..rows).for_each(|_| values.push(&first));
            }
        }
        Ok(vector)
    }

    /// Appends a value of the kind this vector has, or NULL.
    ///
    /// # Errors
    /// 53200 beyond [`COLUMN_BYTES_MAX`]: a function can make a thousand long texts of a thousand short ones.
    pub fn push_datum(&mut self, value: &Datum) -> Result<()> {
        if let Values::Bytes(values) = &self.values
            && values.total_bytes() > COLUMN_BYTES_MAX
        {
            return Err(too_many_bytes(values.len()));
        }
        match (&mut self.values, value) {
            (_, Datum::Null) => self.push_null(),
            (Values::Int(values), Datum::Int(value)) => values.push(*value),
            (Values::Int(values), Datum::Bool(value)) => values.push(i64::from(*value)),
            (Values::Float(values), Datum::Float(value)) => values.push(*value),
            (Values::Wide(values), Datum::Uuid(value)) => values.push(value.cast_signed()),
            (Values::Wide(values), Datum::Interval(value)) => values.push(wide_from_interval(*value)),
            (Values::Bytes(values), Datum::Text(value)) => values.push(value.as_bytes()),
            (Values::Bytes(values), Datum::Bytes(value)) => values.push(value),
            (Values::Bytes(values), Datum::Numeric(value)) => {
                values.push_with(|out| value.write_stored(out));
            }
            (Values::Bytes(values), Datum::Array(value)) => {
                values.push_with(|out| value.write_stored(out));
            }
            (_, value) => {
                return Err(Error::internal(format!("a {:?} column was given {value:?}", self.kind())));
            }
        }
        Ok(())
    }

    /// Entry `at` as a value of a type.
    pub fn datum(&self, at: usize, ty: SqlType) -> Result<Datum> {
        if self.is_null(at) {
            return Ok(Datum::Null);
        }
        Ok(match &self.values {
            Values::Int(values) if ty == SqlType::Bool => Datum::Bool(values[at] != 0),
            Values::Int(values) => Datum::Int(values[at]),
            Values::Float(values) => Datum::Float(values[at]),
            Values::Wide(values) if ty == SqlType::Interval => {
                Datum::Interval(interval_from_wide(values[at]))
            }
            Values::Wide(values) => Datum::Uuid(values[at].cast_unsigned()),
            Values::Bytes(values) => match ty {
                SqlType::Numeric => Datum::Numeric(Numeric::from_stored(values.get(at))?),
                SqlType::Array(_) => Datum::Array(Arc::new(Array::from_stored(values.get(at))?)),
                SqlType::Bytea | SqlType::Jsonb => Datum::Bytes(Arc::from(values.get(at))),
                _ => Datum::Text(Arc::from(text(values.get(at))?)),
            },
        })
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes).map_err(|_| Error::corrupt("a text value is not UTF-8"))
}

/// An interval as a `Wide` value.
pub fn wide_from_interval(interval: Interval) -> i128 {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&interval.months.to_be_bytes());
    bytes[4..8].copy_from_slice(&interval.days.to_be_bytes());
    bytes[8..].copy_from_slice(&interval.micros.to_be_bytes());
    i128::from_be_bytes(bytes)
}

/// The interval of a `Wide` value.
pub fn interval_from_wide(value: i128) -> Interval {
    let bytes = value.to_be_bytes();
    let part = |at: usize| i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let mut micros = [0; 8];
    micros.copy_from_slice(&bytes[8..]);
    Interval { months: part(0), days: part(4), micros: i64::from_be_bytes(micros) }
}
