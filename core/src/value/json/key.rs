//! Bytes that order as jsonb values do.
//!
//! ```text
//! 00 an empty array at the top | 01 null | 02 string | 03 number | 04 bool
//! 05 count element ..   | 06 count (key, value) ..      counts in four bytes, strings as in `record::key`
//! ```

use crate::error::{Error, Result};
use crate::value::Numeric;

use super::{DEPTH_MAX, Json};

fn put_text(text: &str, out: &mut Vec<u8>) {
    // A string of JSON may hold no zero byte (\u0000 is refused).
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

fn put_count(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
}

impl Json {
    /// Appends the key; `number` writes that of a number.
    pub fn write_key(&self, out: &mut Vec<u8>, number: &dyn Fn(&Numeric, &mut Vec<u8>)) {
        match self {
            Json::Array(items) if items.is_empty() => out.push(0),
            _ => self.write_inner(out, number),
        }
    }

    fn write_inner(&self, out: &mut Vec<u8>, number: &dyn Fn(&Numeric, &mut Vec<u8>)) {
        out.push(self.rank());
        match self {
            Json::Null => {}
            Json::Bool(value) => out.push(u8::from(*value)),
            Json::Number(value) => number(value, out),
            Json::String(value) => put_text(value, out),
            Json::Array(items) => {
                put_count(items.len(), out);
                items.iter().for_each(|item| item.write_inner(out, number));
            }
            Json::Object(pairs) => {
                put_count(pairs.len(), out);
                for (key, value) in pairs {
                    put_text(key, out);
                    value.write_inner(out, number);
                }
            }
        }
    }

    /// Reads a value equal to the one a key was made of; `byte` gives the next byte, `number` a number.
    pub fn read_key(
        byte: &mut dyn FnMut() -> Result<u8>,
        number: &mut dyn FnMut(&mut dyn FnMut() -> Result<u8>) -> Result<Numeric>,
        depth: usize,
    ) -> Result<Json> {
        if depth > DEPTH_MAX + 1 {
            return Err(corrupt());
        }
        let tag = byte()?;
        let text = |byte: &mut dyn FnMut() -> Result<u8>| {
            let mut bytes = Vec::new();
            loop {
                match byte()? {
                    0 => break,
                    other => bytes.push(other),
                }
            }
            String::from_utf8(bytes).map_err(|_| corrupt())
        };
        let count = |byte: &mut dyn FnMut() -> Result<u8>| -> Result<u32> {
            Ok(u32::from_be_bytes([byte()?, byte()?, byte()?, byte()?]))
        };
        Ok(match tag {
            0 => Json::Array(Vec::new()),
            1 => Json::Null,
            2 => Json::String(text(byte)?),
            3 => Json::Number(number(byte)?),
            4 => Json::Bool(byte()? == 1),
            5 => {
                let count = count(byte)?;
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(Json::read_key(byte, number, depth + 1)?);
                }
                Json::Array(items)
            }
            6 => {
                let count = count(byte)?;
                let mut pairs = Vec::new();
                for _ in 0..count {
                    let key = text(byte)?;
                    pairs.push((key, Json::read_key(byte, number, depth + 1)?));
                }
                Json::Object(pairs)
            }
            _ => return Err(corrupt()),
        })
    }
}

fn corrupt() -> Error {
    Error::corrupt("an index key of jsonb is not in its encoding")
}
