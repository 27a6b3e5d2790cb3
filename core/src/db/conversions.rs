//! Values out of rows: [`ValueRef`] to Rust types.
//!
//! Conversions never lose anything silently: an `int8` of 300 read as `i16` is fine, as `u8` an error.
//! `String` takes any type in PostgreSQL's text form, which is how `numeric` is read without loss. The one
//! conversion that rounds has to be asked for by name: a `numeric` read as `f64`.

use crate::error::{Error, Result, SqlState};
use crate::value::{Array, Datum, Interval, Numeric, SqlType};

use super::rows::Row;

/// A value inside a batch, with its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'r> {
    /// NULL.
    Null,
    /// Integers, booleans, dates and times: see [`crate::batch::Vector`].
    Int(i64, SqlType),
    /// `real` and `double precision`.
    Float(f64, SqlType),
    /// `uuid` and `interval`.
    Wide(i128, SqlType),
    /// Text, bytes, and `numeric` in its stored form.
    Bytes(&'r [u8], SqlType),
}

/// A Rust type that a value of a row can become.
pub trait FromDatum<'r>: Sized {
    /// The conversion; a mismatch is 42804, a value out of range 22003, an unexpected NULL 22004.
    fn from_value(value: ValueRef<'r>) -> Result<Self>;
}

impl ValueRef<'_> {
    /// The type; `None` for NULL.
    pub fn ty(&self) -> Option<SqlType> {
        match self {
            ValueRef::Null => None,
            ValueRef::Int(_, ty)
            | ValueRef::Float(_, ty)
            | ValueRef::Wide(_, ty)
            | ValueRef::Bytes(_, ty) => Some(*ty),
        }
    }

    /// The value on its own.
    pub fn to_datum(&self) -> Result<Datum> {
        Ok(match *self {
            ValueRef::Null => Datum::Null,
            ValueRef::Int(value, SqlType::Bool) => Datum::Bool(value != 0),
            ValueRef::Int(value, _) => Datum::Int(value),
            ValueRef::Float(value, _) => Datum::Float(value),
            ValueRef::Wide(value, SqlType::Interval) => Datum::Interval(Interval::from_bits(value)),
            ValueRef::Wide(value, _) => Datum::Uuid(value.cast_unsigned()),
            ValueRef::Bytes(bytes, SqlType::Array(_)) => Datum::Array(Array::from_stored(bytes)?.into()),
            ValueRef::Bytes(bytes, SqlType::Bytea | SqlType::Jsonb) => Datum::Bytes(bytes.into()),
            ValueRef::Bytes(bytes, SqlType::Numeric) => Datum::Numeric(Numeric::from_stored(bytes)?),
            ValueRef::Bytes(bytes, _) => Datum::Text(text(bytes)?.into()),
        })
    }

    fn mismatch(&self, wanted: &str) -> Error {
        match self.ty() {
            None => Error::new(
                SqlState::NULL_VALUE_NOT_ALLOWED,
                format!("the value is NULL; read it as Option<{wanted}>"),
            ),
            Some(ty) => Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!("a value of type {} cannot be read as {wanted}", ty.name()),
            ),
        }
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes).map_err(|_| Error::corrupt("a text value is not UTF-8"))
}

impl<'r> FromDatum<'r> for ValueRef<'r> {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        Ok(value)
    }
}

impl<'r> FromDatum<'r> for Datum {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        value.to_datum()
    }
}

impl<'r, T: FromDatum<'r>> FromDatum<'r> for Option<T> {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl<'r> FromDatum<'r> for bool {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Int(value, SqlType::Bool) => Ok(value != 0),
            value => Err(value.mismatch("bool")),
        }
    }
}

impl<'r> FromDatum<'r> for i64 {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Int(value, ty) if ty != SqlType::Bool => Ok(value),
            value => Err(value.mismatch("i64")),
        }
    }
}

macro_rules! narrow_integers {
    ($($ty:ident)*) => {$(
        impl<'r> FromDatum<'r> for $ty {
            fn from_value(value: ValueRef<'r>) -> Result<Self> {
                match value {
                    ValueRef::Int(value, ty) if ty != SqlType::Bool => $ty::try_from(value).map_err(|_| {
                        Error::new(
                            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                            format!(concat!("{} is out of range for ", stringify!($ty)), value),
                        )
                    }),
                    value => Err(value.mismatch(stringify!($ty))),
                }
            }
        }
    )*};
}
narrow_integers!(i8 i16 i32 u8 u16 u32 u64 usize isize);

/// `real`, `double precision`, and `numeric` rounded to the nearest double, as PostgreSQL's
/// `numeric::double precision` does: read it as `String` to keep every digit.
impl<'r> FromDatum<'r> for f64 {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Float(value, _) => Ok(value),
            ValueRef::Bytes(bytes, SqlType::Numeric) => Ok(Numeric::from_stored(bytes)?.to_f64()),
            value => Err(value.mismatch("f64")),
        }
    }
}

impl<'r> FromDatum<'r> for f32 {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            #[expect(clippy::cast_possible_truncation, reason = "a float4 is a rounded f32 already")]
            ValueRef::Float(value, SqlType::Float4) => Ok(value as f32),
            value => Err(value.mismatch("f32")),
        }
    }
}

impl<'r> FromDatum<'r> for u128 {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Wide(value, SqlType::Uuid) => Ok(value.cast_unsigned()),
            value => Err(value.mismatch("u128")),
        }
    }
}

impl<'r> FromDatum<'r> for Interval {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Wide(value, SqlType::Interval) => Ok(Interval::from_bits(value)),
            value => Err(value.mismatch("Interval")),
        }
    }
}

impl<'r> FromDatum<'r> for &'r str {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Bytes(bytes, ty) if !matches!(ty, SqlType::Bytea | SqlType::Numeric) => text(bytes),
            value => Err(value.mismatch("&str")),
        }
    }
}

impl<'r> FromDatum<'r> for &'r [u8] {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Bytes(bytes, SqlType::Bytea) => Ok(bytes),
            value => Err(value.mismatch("&[u8]")),
        }
    }
}

impl<'r> FromDatum<'r> for Vec<u8> {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        <&[u8]>::from_value(value).map(<[u8]>::to_vec)
    }
}

impl<'r> FromDatum<'r> for String {
    fn from_value(value: ValueRef<'r>) -> Result<Self> {
        match value {
            ValueRef::Null => Err(value.mismatch("String")),
            ValueRef::Bytes(bytes, ty) if ty.is_textual() || ty == SqlType::Json => {
                text(bytes).map(str::to_owned)
            }
            other => {
                let ty = other.ty().unwrap_or(SqlType::Unknown);
                other.to_datum().map(|datum| datum.to_text(ty))
            }
        }
    }
}

/// A Rust type that a whole row can become: a tuple of [`FromDatum`] values by position, or one such value,
/// which is the first column (so `query_as::<Option<i32>>` reads a column that may be NULL).
pub trait FromRow: Sized {
    /// The conversion.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

impl<T: for<'r> FromDatum<'r>> FromRow for T {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get(0)
    }
}

macro_rules! rows_to_tuples {
    ($($name:ident)*) => {
        impl<$($name: for<'r> FromDatum<'r>),*> FromRow for ($($name,)*) {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                let mut at = 0;
                Ok(($({
                    let value: $name = row.get(at)?;
                    at += 1;
                    let _ = at;
                    value
                },)*))
            }
        }
    };
}
rows_to_tuples!(A);
rows_to_tuples!(A B);
rows_to_tuples!(A B C);
rows_to_tuples!(A B C D);
rows_to_tuples!(A B C D E);
rows_to_tuples!(A B C D E F);
rows_to_tuples!(A B C D E F G);
rows_to_tuples!(A B C D E F G H);
rows_to_tuples!(A B C D E F G H I);
rows_to_tuples!(A B C D E F G H I J);
rows_to_tuples!(A B C D E F G H I J K);
rows_to_tuples!(A B C D E F G H I J K L);
