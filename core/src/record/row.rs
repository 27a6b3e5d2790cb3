//! One column of one row: a value as a [`Cell`] and back.
//!
//! | types | width | bits |
//! |---|---|---|
//! | boolean | 1 | 0 or 1 |
//! | smallint | 2 | the value |
//! | integer, date | 4 | the value |
//! | oid, regtype | 4 | the value, read as unsigned |
//! | real | 4 | its bits |
//! | bigint, time, timetz, timestamp, timestamptz | 8 | the value |
//! | double precision | 8 | its bits |
//! | uuid | 16 | the value, big-endian |
//! | interval | 16 | months << 96, days << 64, microseconds |
//! | text, varchar, char, name, json, bytea | variable | the bytes |
//! | an enumeration | variable | one character for its place in the order, then the label |
//! | jsonb, arrays | variable | their stored forms (`value::json`, `value::array`) |
//! | numeric | variable | its stored form |

use crate::base::{Cell, CellWidth};
use crate::error::{Error, Result};
use crate::value::{Array, Datum, Interval, Numeric, SqlType};

/// How a type is laid out.
pub fn cell_width(ty: SqlType) -> CellWidth {
    match ty {
        SqlType::Bool => CellWidth::W1,
        SqlType::Int2 => CellWidth::W2,
        SqlType::Int4 | SqlType::Date | SqlType::Oid | SqlType::Regtype | SqlType::Float4 => CellWidth::W4,
        SqlType::Int8
        | SqlType::Time
        | SqlType::TimeTz
        | SqlType::Timestamp
        | SqlType::TimestampTz
        | SqlType::Float8 => CellWidth::W8,
        SqlType::Uuid | SqlType::Interval => CellWidth::W16,
        SqlType::Numeric
        | SqlType::Text
        | SqlType::Varchar
        | SqlType::Char
        | SqlType::Name
        | SqlType::Regclass
        | SqlType::Jsonpath
        | SqlType::Bytea
        | SqlType::Json
        | SqlType::Jsonb
        | SqlType::Array(_)
        | SqlType::Enum(_)
        | SqlType::AnyElement
        | SqlType::AnyArray
        | SqlType::Unknown
        | SqlType::Void => CellWidth::Var,
    }
}

/// A value as a cell. `scratch` is cleared and holds the bytes of a numeric.
pub fn encode<'a>(datum: &'a Datum, ty: SqlType, scratch: &'a mut Vec<u8>) -> Cell<'a> {
    if is_written(datum) {
        scratch.clear();
        write(datum, scratch);
        return Cell::Bytes(scratch);
    }
    encode_plain(datum, ty)
}

/// Whether the stored form has to be made first.
fn is_written(datum: &Datum) -> bool {
    matches!(datum, Datum::Numeric(_) | Datum::Array(_))
}

fn write(datum: &Datum, out: &mut Vec<u8>) {
    match datum {
        Datum::Numeric(value) => value.write_stored(out),
        Datum::Array(value) => value.write_stored(out),
        _ => {}
    }
}

/// A value that is neither numeric nor array as a cell.
pub fn encode_plain(datum: &Datum, ty: SqlType) -> Cell<'_> {
    match datum {
        Datum::Null | Datum::Numeric(_) | Datum::Array(_) => Cell::Null,
        Datum::Bool(value) => Cell::Int(i64::from(*value)),
        // Sign-extended as four bytes are: half of the oids look negative.
        Datum::Int(value) if matches!(ty, SqlType::Oid | SqlType::Regtype) => Cell::Int(*value << 32 >> 32),
        Datum::Int(value) => Cell::Int(*value),
        Datum::Float(value) if ty == SqlType::Float4 => {
            Cell::Int(i64::from((*value as f32).to_bits().cast_signed()))
        }
        Datum::Float(value) => Cell::Int(value.to_bits().cast_signed()),
        Datum::Text(value) => Cell::Bytes(value.as_bytes()),
        Datum::Bytes(value) => Cell::Bytes(value),
        Datum::Uuid(value) => Cell::Wide(value.cast_signed()),
        Datum::Interval(value) => Cell::Wide(value.to_bits()),
    }
}

/// A row as cells, appended to `out`; `scratch` is cleared and holds the bytes of its numerics.
pub fn encode_row<'a>(
    row: &'a [Datum],
    types: &[SqlType],
    scratch: &'a mut Vec<u8>,
    out: &mut Vec<Cell<'a>>,
) -> Result<()> {
    if row.len() != types.len() {
        return Err(Error::internal("a row and its types differ in length"));
    }
    encode_values(row.iter().zip(types.iter().copied()), scratch, out)
}

/// The same for values that are not side by side, each with its type.
pub fn encode_values<'a>(
    row: impl Iterator<Item = (&'a Datum, SqlType)> + Clone,
    scratch: &'a mut Vec<u8>,
    out: &mut Vec<Cell<'a>>,
) -> Result<()> {
    scratch.clear();
    // First all bytes, each with its length before it; then the cells may borrow them together.
    for (datum, _) in row.clone() {
        if is_written(datum) {
            let at = scratch.len();
            scratch.extend_from_slice(&[0; 4]);
            write(datum, scratch);
            let length = u32::try_from(scratch.len() - at - 4)
                .map_err(|_| Error::internal("a value of more than 4 GiB"))?;
            scratch[at..at + 4].copy_from_slice(&length.to_le_bytes());
        }
    }
    let mut rest: &'a [u8] = scratch;
    for (datum, ty) in row {
        if is_written(datum) {
            let (length, tail) = rest.split_first_chunk::<4>().expect("written above");
            let (bytes, tail) = tail.split_at(u32::from_le_bytes(*length) as usize);
            out.push(Cell::Bytes(bytes));
            rest = tail;
        } else {
            out.push(encode_plain(datum, ty));
        }
    }
    Ok(())
}

/// The value of a cell.
pub fn decode(cell: Cell<'_>, ty: SqlType) -> Result<Datum> {
    let wrong = || Error::corrupt(format!("a stored value is not one of type {}", ty.name()));
    Ok(match (cell, ty) {
        (Cell::Null, _) => Datum::Null,
        (Cell::Int(value @ (0 | 1)), SqlType::Bool) => Datum::Bool(value == 1),
        (Cell::Int(value), SqlType::Oid | SqlType::Regtype) => Datum::Int(value & 0xffff_ffff),
        (Cell::Int(value), SqlType::Float4) => Datum::Float(f64::from(f32::from_bits(value as u32))),
        (Cell::Int(value), SqlType::Float8) => Datum::Float(f64::from_bits(value.cast_unsigned())),
        (
            Cell::Int(value),
            SqlType::Int2
            | SqlType::Int4
            | SqlType::Int8
            | SqlType::Date
            | SqlType::Time
            | SqlType::TimeTz
            | SqlType::Timestamp
            | SqlType::TimestampTz,
        ) => Datum::Int(value),
        (Cell::Wide(value), SqlType::Uuid) => Datum::Uuid(value.cast_unsigned()),
        (Cell::Wide(value), SqlType::Interval) => Datum::Interval(Interval::from_bits(value)),
        (Cell::Bytes(bytes), SqlType::Numeric) => Datum::Numeric(Numeric::from_stored(bytes)?),
        (Cell::Bytes(bytes), SqlType::Array(_)) => Datum::Array(Array::from_stored(bytes)?.into()),
        (Cell::Bytes(bytes), SqlType::Bytea | SqlType::Jsonb) => Datum::Bytes(bytes.into()),
        (
            Cell::Bytes(bytes),
            SqlType::Text
            | SqlType::Varchar
            | SqlType::Char
            | SqlType::Name
            | SqlType::Regclass
            | SqlType::Jsonpath
            | SqlType::Json
            | SqlType::Enum(_)
            | SqlType::Unknown,
        ) => Datum::from(core::str::from_utf8(bytes).map_err(|_| wrong())?),
        _ => return Err(wrong()),
    })
}
