//! Looking into a `json` text: what is found is a piece of the text, as it was written.

use crate::error::{Error, Result};

use super::parse::Parser;
use super::{Json, print};

pub use print::write_string;

/// One member of an array or object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member<'t> {
    /// Of an object.
    pub key: Option<String>,
    /// As it stands in the text, without blanks around it.
    pub value: &'t str,
}

/// What `json_typeof` calls a text that is JSON.
pub fn kind(text: &str) -> &'static str {
    match text.trim_start().bytes().next() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// The members of an array or object, in order, duplicates too; none of a scalar.
pub fn members(text: &str) -> Result<Vec<Member<'_>>> {
    let mut parser = Parser::new(text, false);
    parser.skip_space();
    let (is_object, close) = match parser.peek() {
        Some(b'{') => (true, b'}'),
        Some(b'[') => (false, b']'),
        _ => return Ok(Vec::new()),
    };
    parser.at += 1;
    let mut members = Vec::new();
    parser.skip_space();
    if parser.eat(close) {
        return Ok(members);
    }
    loop {
        parser.skip_space();
        let key = if is_object {
            let start = parser.at;
            parser.string()?;
            let key = string(&text[start..parser.at])?;
            parser.skip_space();
            parser.eat(b':');
            parser.skip_space();
            Some(key)
        } else {
            None
        };
        let start = parser.at;
        parser.value(1)?;
        members.push(Member { key, value: &text[start..parser.at] });
        parser.skip_space();
        if !parser.eat(b',') {
            return Ok(members);
        }
    }
}

/// The value of a JSON string.
pub fn string(text: &str) -> Result<String> {
    match Json::parse(text)? {
        Json::String(value) => Ok(value),
        _ => Err(Error::internal("a JSON string was expected")),
    }
}

/// A piece as text: a string without its quotes, `null` as `None`, anything else as it stands.
pub fn as_text(piece: &str) -> Result<Option<String>> {
    Ok(match kind(piece) {
        "string" => Some(string(piece)?),
        "null" => None,
        _ => Some(piece.to_owned()),
    })
}
