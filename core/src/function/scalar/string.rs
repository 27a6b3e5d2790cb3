//! Text functions. Positions and lengths count characters, from 1.

use crate::base::casing;
use crate::base::words::quoted;
use crate::error::{Error, Result, SqlState};
use crate::function::argument::{int, out, text};
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::Datum;
use crate::value::SqlType::{Bool, Char, Int4, Int8, Text};
use crate::value::text::without_padding;

use super::{RESULT_BYTES_MAX, too_large};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("textcat", &[Text, Text], Text, |a, _| out([text(a, 0)?, text(a, 1)?].concat())),
    f("length", &[Text], Int4, |a, _| count(text(a, 0)?)),
    f("length", &[Char], Int4, |a, _| count(without_padding(text(a, 0)?))),
    f("char_length", &[Text], Int4, |a, _| count(text(a, 0)?)),
    f("char_length", &[Char], Int4, |a, _| count(without_padding(text(a, 0)?))),
    f("character_length", &[Text], Int4, |a, _| count(text(a, 0)?)),
    f("character_length", &[Char], Int4, |a, _| count(without_padding(text(a, 0)?))),
    f("octet_length", &[Text], Int4, |a, _| size(text(a, 0)?.len())),
    f("octet_length", &[Char], Int4, |a, _| size(text(a, 0)?.len())),
    f("bit_length", &[Text], Int4, |a, _| size(text(a, 0)?.len() * 8)),
    f("lower", &[Text], Text, |a, _| out(lower(text(a, 0)?))),
    f("upper", &[Text], Text, |a, _| out(upper(text(a, 0)?))),
    f("initcap", &[Text], Text, |a, _| out(initcap(text(a, 0)?))),
    f("btrim", &[Text], Text, |a, _| out(text(a, 0)?.trim_matches(' '))),
    f("btrim", &[Text, Text], Text, |a, _| {
        let set = text(a, 1)?;
        out(text(a, 0)?.trim_matches(|c| set.contains(c)))
    }),
    f("ltrim", &[Text], Text, |a, _| out(text(a, 0)?.trim_start_matches(' '))),
    f("ltrim", &[Text, Text], Text, |a, _| {
        let set = text(a, 1)?;
        out(text(a, 0)?.trim_start_matches(|c| set.contains(c)))
    }),
    f("rtrim", &[Text], Text, |a, _| out(text(a, 0)?.trim_end_matches(' '))),
    f("rtrim", &[Text, Text], Text, |a, _| {
        let set = text(a, 1)?;
        out(text(a, 0)?.trim_end_matches(|c| set.contains(c)))
    }),
    f("left", &[Text, Int4], Text, |a, _| {
        let (s, n) = (text(a, 0)?, int(a, 1)?);
        let keep = if n >= 0 { n } else { characters(s) + n };
        out(&s[..offset(s, keep)])
    }),
    f("right", &[Text, Int4], Text, |a, _| {
        let (s, n) = (text(a, 0)?, int(a, 1)?);
        let drop = if n >= 0 { characters(s) - n } else { -n };
        out(&s[offset(s, drop)..])
    }),
    f("lpad", &[Text, Int4], Text, |a, _| pad(text(a, 0)?, int(a, 1)?, " ", true)),
    f("lpad", &[Text, Int4, Text], Text, |a, _| pad(text(a, 0)?, int(a, 1)?, text(a, 2)?, true)),
    f("rpad", &[Text, Int4], Text, |a, _| pad(text(a, 0)?, int(a, 1)?, " ", false)),
    f("rpad", &[Text, Int4, Text], Text, |a, _| pad(text(a, 0)?, int(a, 1)?, text(a, 2)?, false)),
    f("substr", &[Text, Int4], Text, |a, _| substring(text(a, 0)?, int(a, 1)?, None)),
    f("substr", &[Text, Int4, Int4], Text, |a, _| substring(text(a, 0)?, int(a, 1)?, Some(int(a, 2)?))),
    f("substring", &[Text, Int4], Text, |a, _| substring(text(a, 0)?, int(a, 1)?, None)),
    f("substring", &[Text, Int4, Int4], Text, |a, _| substring(text(a, 0)?, int(a, 1)?, Some(int(a, 2)?))),
    f("position", &[Text, Text], Int4, |a, _| position(text(a, 0)?, text(a, 1)?)),
    f("strpos", &[Text, Text], Int4, |a, _| position(text(a, 0)?, text(a, 1)?)),
    f("replace", &[Text, Text, Text], Text, |a, _| {
        let (s, from, to) = (text(a, 0)?, text(a, 1)?, text(a, 2)?);
        if from.is_empty() {
            return out(s);
        }
        let hits = s.matches(from).count();
        if s.len() + hits.saturating_mul(to.len()) > RESULT_BYTES_MAX {
            return Err(too_large());
        }
        out(s.replace(from, to))
    }),
    f("repeat", &[Text, Int4], Text, |a, _| {
        let (s, n) = (text(a, 0)?, usize::try_from(int(a, 1)?).unwrap_or(0));
        if s.len().saturating_mul(n) > RESULT_BYTES_MAX {
            return Err(too_large());
        }
        out(s.repeat(n))
    }),
    f("reverse", &[Text], Text, |a, _| out(text(a, 0)?.chars().rev().collect::<String>())),
    f("split_part", &[Text, Text, Int4], Text, |a, _| split_part(text(a, 0)?, text(a, 1)?, int(a, 2)?)),
    f("translate", &[Text, Text, Text], Text, |a, _| {
        let (s, from, to) = (text(a, 0)?, text(a, 1)?, text(a, 2)?);
        let with: Vec<char> = to.chars().collect();
        let mapped = s.chars().filter_map(|c| match from.chars().position(|f| f == c) {
            None => Some(c),
            Some(at) => with.get(at).copied(),
        });
        out(mapped.collect::<String>())
    }),
    f("starts_with", &[Text, Text], Bool, |a, _| Ok(Datum::Bool(text(a, 0)?.starts_with(text(a, 1)?)))),
    f("bpcharlike", &[Char, Text], Bool, |a, _| like(a, false, false)),
    f("bpcharnlike", &[Char, Text], Bool, |a, _| like(a, false, true)),
    f("bpchariclike", &[Char, Text], Bool, |a, _| like(a, true, false)),
    f("bpcharicnlike", &[Char, Text], Bool, |a, _| like(a, true, true)),
    f("chr", &[Int4], Text, |a, _| chr(int(a, 0)?)),
    f("ascii", &[Text], Int4, |a, _| {
        Ok(Datum::Int(text(a, 0)?.chars().next().map_or(0, |c| i64::from(u32::from(c)))))
    }),
    f("to_hex", &[Int4], Text, |a, _| out(format!("{:x}", int(a, 0)? & 0xffff_ffff))),
    f("to_hex", &[Int8], Text, |a, _| out(format!("{:x}", int(a, 0)?))),
    f("quote_ident", &[Text], Text, |a, _| out(quoted(text(a, 0)?))),
    f("quote_literal", &[], Text, |a, _| out(quote_literal(text(a, 0)?))).variadic(Parameter::AnyAsText),
    f("quote_nullable", &[], Text, |a, _| match a.first() {
        None | Some(Datum::Null) => out("NULL"),
        Some(_) => out(quote_literal(text(a, 0)?)),
    })
    .variadic(Parameter::AnyAsText)
    .takes_nulls(),
    f("overlay", &[Text, Text, Int4], Text, |a, _| {
        overlay(text(a, 0)?, text(a, 1)?, int(a, 2)?, characters(text(a, 1)?))
    }),
    f("overlay", &[Text, Text, Int4, Int4], Text, |a, _| {
        overlay(text(a, 0)?, text(a, 1)?, int(a, 2)?, int(a, 3)?)
    }),
    f("concat", &[], Text, |a, _| concat(a, "")).variadic(Parameter::AnyAsText).takes_nulls().stable(),
    f("concat_ws", &[Text], Text, |a, _| match a.split_first() {
        Some((Datum::Text(separator), rest)) => concat(rest, separator),
        _ => Ok(Datum::Null),
    })
    .variadic(Parameter::AnyAsText)
    .takes_nulls()
    .stable(),
    f("format", &[Text], Text, |a, _| super::format::format(a)).takes_nulls().stable(),
    f("format", &[Text], Text, |a, _| super::format::format(a))
        .variadic(Parameter::AnyAsText)
        .takes_nulls()
        .stable(),
];

fn like(a: &[Datum], insensitive: bool, negated: bool) -> Result<Datum> {
    let hit = crate::function::like::matches(text(a, 0)?, text(a, 1)?, None, insensitive)?;
    Ok(Datum::Bool(hit != negated))
}

fn characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn count(text: &str) -> Result<Datum> {
    Ok(Datum::Int(characters(text)))
}

fn size(bytes: usize) -> Result<Datum> {
    i64::try_from(bytes).map(Datum::Int).map_err(|_| too_large())
}

/// Where the character numbered `at`, from 0, begins; the end of the text past it, its start before.
fn offset(text: &str, at: i64) -> usize {
    match usize::try_from(at) {
        Err(_) => 0,
        Ok(at) => text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset),
    }
}

/// Case is mapped character by character, where one character stands for one.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(casing::lower).collect()
}

fn upper(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(casing::upper).collect()
}

fn initcap(text: &str) -> String {
    let mut in_word = false;
    text.chars()
        .map(|c| {
            let mapped = if in_word { casing::lower(c) } else { casing::upper(c) };
            in_word = c.is_alphanumeric();
            mapped
        })
        .collect()
}

fn pad(text: &str, length: i64, fill: &str, left: bool) -> Result<Datum> {
    let length = length.max(0);
    let missing = length - characters(text);
    if missing <= 0 || fill.is_empty() {
        return out(&text[..offset(text, length)]);
    }
    let widest = fill.chars().map(char::len_utf8).max().unwrap_or(1);
    let missing = usize::try_from(missing).map_err(|_| too_large())?;
    if missing.saturating_mul(widest) > RESULT_BYTES_MAX {
        return Err(too_large());
    }
    let padding: String = fill.chars().cycle().take(missing).collect();
    out(if left { padding + text } else { [text, &padding].concat() })
}

fn substring(text: &str, start: i64, length: Option<i64>) -> Result<Datum> {
    let end = match length {
        None => i64::MAX,
        Some(length) if length < 0 => {
            return Err(Error::new(SqlState::SUBSTRING_ERROR, "negative substring length not allowed"));
        }
        Some(length) => start.saturating_add(length),
    };
    // Positions before the first count as part of the length.
    let from = start.max(1);
    if end <= from {
        return out("");
    }
    let first = offset(text, from - 1);
    let rest = &text[first..];
    out(&rest[..offset(rest, end - from)])
}

fn position(text: &str, wanted: &str) -> Result<Datum> {
    Ok(Datum::Int(text.find(wanted).map_or(0, |at| characters(&text[..at]) + 1)))
}

fn split_part(text: &str, delimiter: &str, field: i64) -> Result<Datum> {
    if field == 0 {
        return Err(Error::new(SqlState::INVALID_PARAMETER_VALUE, "field position must not be zero"));
    }
    if delimiter.is_empty() {
        return out(if field == 1 || field == -1 { text } else { "" });
    }
    let at = usize::try_from(field.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let part = if field > 0 { text.split(delimiter).nth(at) } else { text.rsplit(delimiter).nth(at) };
    out(part.unwrap_or(""))
}

fn chr(code: i64) -> Result<Datum> {
    let limit = |message: String| Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message);
    if code == 0 {
        return Err(limit("null character not permitted".into()));
    }
    if code < 0 {
        return Err(Error::new(SqlState::INVALID_PARAMETER_VALUE, "character number must be positive"));
    }
    let c = u32::try_from(code).ok().and_then(char::from_u32);
    let c = c.ok_or_else(|| limit(format!("requested character too large for encoding: {code}")))?;
    out(String::from(c))
}

pub(super) fn quote_literal(text: &str) -> String {
    let escaped = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", escaped.replace('\\', "\\\\")) } else { format!("'{escaped}'") }
}

fn overlay(text: &str, with: &str, start: i64, length: i64) -> Result<Datum> {
    if start <= 0 {
        return Err(Error::new(SqlState::SUBSTRING_ERROR, "negative substring length not allowed"));
    }
    let before = &text[..offset(text, start - 1)];
    let after = &text[offset(text, (start - 1).saturating_add(length))..];
    out([before, with, after].concat())
}

fn concat(pieces: &[Datum], separator: &str) -> Result<Datum> {
    let mut joined = String::new();
    let mut any = false;
    for piece in pieces {
        let Datum::Text(piece) = piece else { continue };
        if any {
            joined.push_str(separator);
        }
        joined.push_str(piece);
        any = true;
        if joined.len() > RESULT_BYTES_MAX {
            return Err(too_large());
        }
    }
    out(joined)
}
