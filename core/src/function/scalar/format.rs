//! `format(template, ...)`: `%s`, `%I`, `%L`, `%%`, with position, `-` and width.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::out;
use crate::value::Datum;

use crate::base::words::quoted;

use super::string::quote_literal;
use super::{RESULT_BYTES_MAX, too_large};

fn invalid(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// Reads digits; `None` where there are none.
fn digits(rest: &mut &str) -> Result<Option<usize>> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if end == 0 {
        return Ok(None);
    }
    let number = rest[..end]
        .parse()
        .map_err(|_| Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "number is out of range"))?;
    *rest = &rest[end..];
    Ok(Some(number))
}

pub(super) fn format(arguments: &[Datum]) -> Result<Datum> {
    let Some((Datum::Text(template), values)) = arguments.split_first() else { return Ok(Datum::Null) };
    let mut result = String::new();
    let mut rest: &str = template;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            result.push('%');
            rest = after;
            continue;
        }
        let mut width = None;
        if let Some(number) = digits(&mut rest)? {
            if let Some(after) = rest.strip_prefix('$') {
                if number == 0 {
                    return Err(invalid("format specifies argument 0, but arguments are numbered from 1"));
                }
                next = number - 1;
                rest = after;
            } else {
                width = Some(number);
            }
        }
        let mut left = false;
        while let Some(after) = rest.strip_prefix('-') {
            left = true;
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('*') {
            rest = after;
            let given = value(values, &mut next)?;
            let number: i64 = match given {
                Datum::Text(text) => text.trim().parse().unwrap_or(0),
                _ => 0,
            };
            left |= number < 0;
            width = usize::try_from(number.unsigned_abs()).ok();
        } else if let Some(number) = digits(&mut rest)? {
            width = Some(number);
        }
        let mut characters = rest.chars();
        let kind = characters
            .next()
            .ok_or_else(|| invalid("unterminated format() type specifier").with_hint(PERCENT_HINT))?;
        rest = characters.as_str();
        if !matches!(kind, 's' | 'I' | 'L') {
            return Err(
                invalid(format!("unrecognized format() type specifier \"{kind}\"")).with_hint(PERCENT_HINT)
            );
        }
        let piece = match (kind, value(values, &mut next)?) {
            ('s', Datum::Text(text)) => text.to_string(),
            ('I', Datum::Text(text)) => quoted(text),
            (_, Datum::Text(text)) => quote_literal(text),
            ('s', _) => String::new(),
            ('I', _) => {
                return Err(Error::new(
                    SqlState::NULL_VALUE_NOT_ALLOWED,
                    "null values cannot be formatted as an SQL identifier",
                ));
            }
            _ => "NULL".to_string(),
        };
        let missing = width.unwrap_or(0).saturating_sub(piece.chars().count());
        if result.len().saturating_add(missing).saturating_add(piece.len()) > RESULT_BYTES_MAX {
            return Err(too_large());
        }
        if !left {
            result.extend(core::iter::repeat_n(' ', missing));
        }
        result.push_str(&piece);
        if left {
            result.extend(core::iter::repeat_n(' ', missing));
        }
    }
    result.push_str(rest);
    out(result)
}

const PERCENT_HINT: &str = "For a single \"%\" use \"%%\".";

fn value<'a>(values: &'a [Datum], next: &mut usize) -> Result<&'a Datum> {
    let found = values.get(*next).ok_or_else(|| invalid("too few arguments for format()"))?;
    *next += 1;
    Ok(found)
}
