//! uuid as text. As numbers, big-endian, they order as their text does.

use crate::error::Result;

use super::SqlType;
use super::number::invalid_syntax;

/// Reads 32 hex digits, a hyphen allowed after every fourth, braces around them.
pub(super) fn parse(text: &str) -> Result<u128> {
    read(text).ok_or_else(|| invalid_syntax(SqlType::Uuid, text))
}

fn read(text: &str) -> Option<u128> {
    let body = match text.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}')?,
        None => text,
    };
    let (mut value, mut count) = (0u128, 0);
    let mut after_hyphen = true;
    for c in body.chars() {
        if c == '-' {
            if after_hyphen || count % 4 != 0 || count == 32 {
                return None;
            }
            after_hyphen = true;
            continue;
        }
        if count == 32 {
            return None;
        }
        value = value << 4 | u128::from(c.to_digit(16)?);
        count += 1;
        after_hyphen = false;
    }
    (count == 32).then_some(value)
}

/// Appends the form with hyphens.
pub(super) fn write(value: u128, out: &mut String) {
    for (at, byte) in value.to_be_bytes().iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        super::bytea::write_hex(&[*byte], out);
    }
}
