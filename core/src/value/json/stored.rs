//! The stored form of jsonb, and looking into it without making a tree.
//!
//! ```text
//! value    0 null | 1 false | 2 true | 3 length numeric | 4 length text
//!          5 count bytes value ..             an array
//!          6 count bytes (length key, value) ..   an object, keys in order
//! ```
//!
//! Counts and lengths are varints; `bytes` is the length of what follows, so that a reader steps over it.

use crate::error::{Error, Result};
use crate::value::Numeric;
use crate::value::array::{put_varint, take, take_counted, take_varint};

use super::{DEPTH_MAX, Json, compare_keys};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const NUMBER: u8 = 3;
const STRING: u8 = 4;
const ARRAY: u8 = 5;
const OBJECT: u8 = 6;

fn corrupt() -> Error {
    Error::corrupt("a stored jsonb is not in its encoding")
}

fn text(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes).map_err(|_| corrupt())
}

/// What `jsonb_typeof` calls a stored value.
pub fn kind(bytes: &[u8]) -> Result<&'static str> {
    Ok(match bytes.first() {
        Some(&NULL) => "null",
        Some(&(FALSE | TRUE)) => "boolean",
        Some(&NUMBER) => "number",
        Some(&STRING) => "string",
        Some(&ARRAY) => "array",
        Some(&OBJECT) => "object",
        _ => return Err(corrupt()),
    })
}

/// Steps over one value and gives its bytes.
fn skip<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8]> {
    let start = *bytes;
    match take(bytes, 1)?[0] {
        NULL | FALSE | TRUE => {}
        NUMBER | STRING => {
            take_counted(bytes)?;
        }
        ARRAY | OBJECT => {
            take_varint(bytes)?;
            take_counted(bytes)?;
        }
        _ => return Err(corrupt()),
    }
    start.get(..start.len() - bytes.len()).ok_or_else(corrupt)
}

/// Count and body of a container of the kind; `None` for anything else.
fn container(bytes: &[u8], wanted: u8) -> Result<Option<(u64, &[u8])>> {
    let mut bytes = bytes;
    if take(&mut bytes, 1)?[0] != wanted {
        return Ok(None);
    }
    let count = take_varint(&mut bytes)?;
    Ok(Some((count, take_counted(&mut bytes)?)))
}

/// The stored value of a key of a stored object.
pub fn field<'b>(bytes: &'b [u8], key: &str) -> Result<Option<&'b [u8]>> {
    let Some((count, mut body)) = container(bytes, OBJECT)? else { return Ok(None) };
    for _ in 0..count {
        let found = text(take_counted(&mut body)?)?;
        let value = skip(&mut body)?;
        match compare_keys(found, key) {
            core::cmp::Ordering::Less => {}
            core::cmp::Ordering::Equal => return Ok(Some(value)),
            core::cmp::Ordering::Greater => return Ok(None),
        }
    }
    Ok(None)
}

/// The stored element of a stored array; negative numbers count from its end.
pub fn element(bytes: &[u8], at: i64) -> Result<Option<&[u8]>> {
    let Some((count, mut body)) = container(bytes, ARRAY)? else { return Ok(None) };
    let count = i64::try_from(count).map_err(|_| corrupt())?;
    let at = if at < 0 { at + count } else { at };
    if !(0..count).contains(&at) {
        return Ok(None);
    }
    for _ in 0..at {
        skip(&mut body)?;
    }
    skip(&mut body).map(Some)
}

impl Json {
    /// The stored form.
    pub fn to_stored(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_stored(&mut out);
        out
    }

    fn write_stored(&self, out: &mut Vec<u8>) {
        let counted = |tag: u8, body: &[u8], out: &mut Vec<u8>| {
            out.push(tag);
            put_varint(body.len() as u64, out);
            out.extend_from_slice(body);
        };
        let mut body = Vec::new();
        match self {
            Json::Null => out.push(NULL),
            Json::Bool(value) => out.push(if *value { TRUE } else { FALSE }),
            Json::Number(value) => {
                value.write_stored(&mut body);
                counted(NUMBER, &body, out);
            }
            Json::String(value) => counted(STRING, value.as_bytes(), out),
            Json::Array(items) => {
                items.iter().for_each(|item| item.write_stored(&mut body));
                out.push(ARRAY);
                put_varint(items.len() as u64, out);
                put_varint(body.len() as u64, out);
                out.extend_from_slice(&body);
            }
            Json::Object(pairs) => {
                for (key, value) in pairs {
                    put_varint(key.len() as u64, &mut body);
                    body.extend_from_slice(key.as_bytes());
                    value.write_stored(&mut body);
                }
                out.push(OBJECT);
                put_varint(pairs.len() as u64, out);
                put_varint(body.len() as u64, out);
                out.extend_from_slice(&body);
            }
        }
    }

    /// Reads the stored form.
    pub fn from_stored(mut bytes: &[u8]) -> Result<Json> {
        read(&mut bytes, 0)
    }
}

fn read(bytes: &mut &[u8], depth: usize) -> Result<Json> {
    if depth > DEPTH_MAX + 1 {
        return Err(corrupt());
    }
    match take(bytes, 1)?[0] {
        ARRAY => array(bytes, depth),
        OBJECT => object(bytes, depth),
        tag => scalar(tag, bytes),
    }
}

// Apart from `read`, as all that is not needed while values inside are read.
fn scalar(tag: u8, bytes: &mut &[u8]) -> Result<Json> {
    Ok(match tag {
        NULL => Json::Null,
        FALSE => Json::Bool(false),
        TRUE => Json::Bool(true),
        NUMBER => Json::Number(Numeric::from_stored(take_counted(bytes)?)?),
        STRING => Json::String(string(bytes)?),
        _ => return Err(corrupt()),
    })
}

fn string(bytes: &mut &[u8]) -> Result<String> {
    Ok(text(take_counted(bytes)?)?.to_owned())
}

fn head<'b>(bytes: &mut &'b [u8]) -> Result<(u64, &'b [u8])> {
    Ok((take_varint(bytes)?, take_counted(bytes)?))
}

fn array(bytes: &mut &[u8], depth: usize) -> Result<Json> {
    let (count, mut body) = head(bytes)?;
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(read(&mut body, depth + 1)?);
    }
    Ok(Json::Array(items))
}

fn object(bytes: &mut &[u8], depth: usize) -> Result<Json> {
    let (count, mut body) = head(bytes)?;
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push((string(&mut body)?, read(&mut body, depth + 1)?));
    }
    Ok(Json::Object(pairs))
}
