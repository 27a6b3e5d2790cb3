//! Parameters from JavaScript: one packed buffer for all of them.
//!
//! ```text
//! u32 count, then for each: u8 kind and
//!   0 null
//!   1 boolean   u8
//!   2 integer   i64
//!   3 float     f64
//!   4 text      u32 length, UTF-8
//!   5 bytes     u32 length, bytes
//!   6 json      u32 length, UTF-8: an object or a list; lists fit arrays, too
//! ```
//! Little-endian, unaligned. A text fits every type, through the type's input function: that is how dates,
//! numerics and integers beyond 64 bits come in.

use decentdb_core::base::Cell;
use decentdb_core::db::{Params, ToDatum};
use decentdb_core::error::{Error, Result};
use decentdb_core::value::{Datum, SqlType};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// NULL of whatever type is wanted.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text, or any type in its text form.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An object or a list, as JSON.
    Json(String),
}

impl ToDatum for Param {
    fn to_datum(&self) -> Datum {
        match self {
            Param::Null => Datum::Null,
            Param::Bool(value) => Datum::Bool(*value),
            Param::Int(value) => Datum::Int(*value),
            Param::Float(value) => Datum::Float(*value),
            Param::Text(value) | Param::Json(value) => Datum::Text(value.as_str().into()),
            Param::Bytes(value) => Datum::Bytes(value.as_slice().into()),
        }
    }

    fn sql_type(&self) -> Option<SqlType> {
        match self {
            Param::Null => None,
            Param::Bool(_) => Some(SqlType::Bool),
            // A JavaScript number has no width: the smallest type lets it fit wherever its value does.
            Param::Int(value) if i16::try_from(*value).is_ok() => Some(SqlType::Int2),
            Param::Int(value) if i32::try_from(*value).is_ok() => Some(SqlType::Int4),
            Param::Int(_) => Some(SqlType::Int8),
            Param::Float(_) => Some(SqlType::Float8),
            Param::Text(_) => Some(SqlType::Text),
            Param::Bytes(_) => Some(SqlType::Bytea),
            Param::Json(_) => Some(SqlType::Json),
        }
    }

    fn as_cell(&self, to: SqlType) -> Option<Cell<'_>> {
        match (self, to) {
            (Param::Null, _) => Some(Cell::Null),
            (Param::Bool(value), _) => value.as_cell(to),
            (Param::Int(value), SqlType::Int8) => Some(Cell::Int(*value)),
            (Param::Int(value), SqlType::Int4) => Some(Cell::Int(i32::try_from(*value).ok()?.into())),
            (Param::Int(value), SqlType::Int2) => Some(Cell::Int(i16::try_from(*value).ok()?.into())),
            (Param::Int(_), _) => None,
            (Param::Float(value), _) => value.as_cell(to),
            (Param::Text(value), _) => value.as_cell(to),
            (Param::Bytes(value), _) => value.as_cell(to),
            (Param::Json(_), _) => None,
        }
    }
}

/// The parameters of one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParamList(Vec<Param>);

impl Params for &ParamList {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn with(&self, index: usize, take: &mut dyn FnMut(&dyn ToDatum) -> Result<()>) -> Result<()> {
        self.0.get(index).map_or(Ok(()), |value| take(value))
    }

    fn lend(&self, index: usize) -> Option<&dyn ToDatum> {
        Some(self.0.get(index)?)
    }
}

impl ParamList {
    /// Reads a packed buffer; an empty one holds no parameters.
    pub fn decode(bytes: &[u8]) -> Result<ParamList> {
        if bytes.is_empty() {
            return Ok(ParamList::default());
        }
        let mut reader = Reader { rest: bytes };
        let count = reader.u32()?;
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(reader.param()?);
        }
        if !reader.rest.is_empty() {
            return Err(malformed());
        }
        Ok(ParamList(values))
    }

    /// The values.
    pub fn values(&self) -> &[Param] {
        &self.0
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| malformed())
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = usize::try_from(self.u32()?).map_err(|_| malformed())?;
        self.take(length)
    }

    fn text(&mut self) -> Result<String> {
        core::str::from_utf8(self.bytes()?).map(str::to_owned).map_err(|_| malformed())
    }

    fn param(&mut self) -> Result<Param> {
        let [kind] = self.array()?;
        Ok(match kind {
            0 => Param::Null,
            1 => Param::Bool(self.array::<1>()? != [0]),
            2 => Param::Int(i64::from_le_bytes(self.array()?)),
            3 => Param::Float(f64::from_le_bytes(self.array()?)),
            4 => Param::Text(self.text()?),
            5 => Param::Bytes(self.bytes()?.to_vec()),
            6 => Param::Json(self.text()?),
            _ => return Err(malformed()),
        })
    }
}

fn malformed() -> Error {
    Error::internal("the packed parameters are malformed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read() {
        let mut bytes = vec![7, 0, 0, 0, 0, 1, 1, 2];
        bytes.extend((-5i64).to_le_bytes());
        bytes.push(3);
        bytes.extend(1.5f64.to_le_bytes());
        bytes.extend([4, 3, 0, 0, 0]);
        bytes.extend("\u{fc}x".bytes());
        bytes.extend([5, 2, 0, 0, 0, 0, 255]);
        bytes.extend([6, 2, 0, 0, 0]);
        bytes.extend(b"[]");
        let list = ParamList::decode(&bytes).expect("well-formed");
        let text = Param::Text("\u{fc}x".to_owned());
        let bytes = Param::Bytes(vec![0, 255]);
        let json = Param::Json("[]".to_owned());
        let wanted = [Param::Null, Param::Bool(true), Param::Int(-5), Param::Float(1.5), text, bytes, json];
        assert_eq!(list.values(), wanted);
    }

    #[test]
    fn every_truncation_is_an_error_and_no_panic() {
        let mut bytes = vec![2, 0, 0, 0, 4, 3, 0, 0, 0];
        bytes.extend(b"abc");
        bytes.extend([5, 1, 0, 0, 0, 9]);
        assert!(ParamList::decode(&bytes).is_ok());
        for cut in 1..bytes.len() {
            assert!(ParamList::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        bytes.push(0);
        assert!(ParamList::decode(&bytes).is_err(), "a byte too many");
    }

    #[test]
    fn absurd_lengths_reserve_nothing() {
        assert!(ParamList::decode(&[255, 255, 255, 255]).is_err());
        assert!(ParamList::decode(&[1, 0, 0, 0, 5, 255, 255, 255, 255]).is_err());
    }
}
