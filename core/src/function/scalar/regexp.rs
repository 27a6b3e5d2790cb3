//! `~`, SIMILAR TO, substring(.. from ..) and the regexp_ functions.

use core::fmt::Write;

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{int, out, text};
use crate::function::operator::TEXTS;
use crate::function::regex::{Options, Spans, regex};
use crate::function::registry::{Entry, f};
use crate::value::SqlType::{Bool, Int4, Text};
use crate::value::{Array, Datum};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("textregexeq", &[Text, Text], Bool, |a, _| Ok(Datum::Bool(matches(text(a, 0)?, text(a, 1)?, false)?))),
    f("textregexne", &[Text, Text], Bool, |a, _| Ok(Datum::Bool(!matches(text(a, 0)?, text(a, 1)?, false)?))),
    f("texticregexeq", &[Text, Text], Bool, |a, _| Ok(Datum::Bool(matches(text(a, 0)?, text(a, 1)?, true)?))),
    f("texticregexne", &[Text, Text], Bool, |a, _| {
        Ok(Datum::Bool(!matches(text(a, 0)?, text(a, 1)?, true)?))
    }),
    f("similar_to_escape", &[Text], Text, |a, _| out(similar(text(a, 0)?, Some('\\'))?)),
    f("similar_to_escape", &[Text, Text], Text, |a, _| out(similar(text(a, 0)?, escape(text(a, 1)?)?)?)),
    f("substring", &[Text, Text], Text, |a, _| substring(text(a, 0)?, text(a, 1)?)),
    f("substring", &[Text, Text, Text], Text, |a, _| {
        substring(text(a, 0)?, &similar(text(a, 1)?, escape(text(a, 2)?)?)?)
    }),
    f("regexp_match", &[Text, Text], TEXTS, first_match),
    f("regexp_match", &[Text, Text, Text], TEXTS, first_match),
    f("regexp_like", &[Text, Text], Bool, |a, _| like(a)),
    f("regexp_like", &[Text, Text, Text], Bool, |a, _| like(a)),
    f("regexp_count", &[Text, Text], Int4, |a, _| count(a)),
    f("regexp_count", &[Text, Text, Int4], Int4, |a, _| count(a)),
    f("regexp_count", &[Text, Text, Int4, Text], Int4, |a, _| count(a)),
    f("regexp_instr", &[Text, Text], Int4, |a, _| position(a)),
    f("regexp_instr", &[Text, Text, Int4], Int4, |a, _| position(a)),
    f("regexp_instr", &[Text, Text, Int4, Int4], Int4, |a, _| position(a)),
    f("regexp_instr", &[Text, Text, Int4, Int4, Int4], Int4, |a, _| position(a)),
    f("regexp_instr", &[Text, Text, Int4, Int4, Int4, Text], Int4, |a, _| position(a)),
    f("regexp_instr", &[Text, Text, Int4, Int4, Int4, Text, Int4], Int4, |a, _| position(a)),
    f("regexp_substr", &[Text, Text], Text, |a, _| nth_text(a)),
    f("regexp_substr", &[Text, Text, Int4], Text, |a, _| nth_text(a)),
    f("regexp_substr", &[Text, Text, Int4, Int4], Text, |a, _| nth_text(a)),
    f("regexp_substr", &[Text, Text, Int4, Int4, Text], Text, |a, _| nth_text(a)),
    f("regexp_substr", &[Text, Text, Int4, Int4, Text, Int4], Text, |a, _| nth_text(a)),
    f("regexp_replace", &[Text, Text, Text], Text, |a, _| replace(a, "", 1, 1)),
    f("regexp_replace", &[Text, Text, Text, Text], Text, |a, _| replace_flagged(a)),
    f("regexp_replace", &[Text, Text, Text, Int4], Text, |a, _| replace(a, "", int(a, 3)?, 1)),
    f("regexp_replace", &[Text, Text, Text, Int4, Int4], Text, |a, _| replace(a, "", int(a, 3)?, int(a, 4)?)),
    f("regexp_replace", &[Text, Text, Text, Int4, Int4, Text], Text, |a, _| {
        replace(a, text(a, 5)?, int(a, 3)?, int(a, 4)?)
    }),
    f("regexp_split_to_array", &[Text, Text], TEXTS, split_to_array),
    f("regexp_split_to_array", &[Text, Text, Text], TEXTS, split_to_array),
];

/// Whether a pattern matches somewhere in a text.
pub(crate) fn matches(whole: &str, pattern: &str, insensitive: bool) -> Result<bool> {
    regex(pattern, Options { insensitive, ..Options::default() })?.is_match(whole)
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// The letters of a flags argument; whether `g` is among them.
pub(crate) fn flags(letters: &str) -> Result<(Options, bool)> {
    let (mut options, mut global) = (Options::default(), false);
    for letter in letters.chars() {
        if letter == 'g' {
            global = true;
        } else if !options.apply(letter) {
            return Err(invalid(format!("invalid regular expression option: \"{letter}\"")));
        }
    }
    Ok((options, global))
}

fn not_global(name: &str, letters: &str) -> Result<Options> {
    let (options, global) = flags(letters)?;
    if global {
        return Err(invalid(format!("{name} does not support the \"global\" option")));
    }
    Ok(options)
}

fn optional(a: &[Datum], at: usize) -> Result<&str> {
    if a.len() > at { text(a, at) } else { Ok("") }
}

fn escape(word: &str) -> Result<Option<char>> {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (first, None) => Ok(first),
        _ => Err(Error::new(SqlState::INVALID_ESCAPE_SEQUENCE, "invalid escape string")
            .with_hint("Escape string must be empty or one character.")),
    }
}

/// A pattern of SIMILAR TO as a regular expression. Two escaped quotes split it in three, of which
/// `substring` takes the middle one.
fn similar(pattern: &str, escape: Option<char>) -> Result<String> {
    let mut regular = String::from("^(?:");
    let (mut in_bracket, mut after_escape, mut quotes, mut bracket_start) = (false, false, 0, false);
    for c in pattern.chars() {
        if after_escape {
            after_escape = false;
            if c == '"' && !in_bracket {
                quotes += 1;
                match quotes {
                    1 => regular.push_str("){1,1}?("),
                    2 => regular.push_str("){1,1}(?:"),
                    _ => {
                        return Err(Error::new(
                            SqlState::INVALID_USE_OF_ESCAPE_CHARACTER,
                            "SQL regular expression may not contain more than two escape-double-quote separators",
                        ));
                    }
                }
            } else {
                regular.push('\\');
                regular.push(c);
            }
            continue;
        }
        if Some(c) == escape {
            after_escape = true;
            continue;
        }
        if in_bracket {
            if c == '\\' {
                regular.push('\\');
            }
            regular.push(c);
            in_bracket = c != ']' || bracket_start;
            bracket_start = bracket_start && c == '^';
            continue;
        }
        match c {
            '[' => {
                regular.push('[');
                (in_bracket, bracket_start) = (true, true);
            }
            '%' => regular.push_str(".*"),
            '_' => regular.push('.'),
            '(' => regular.push_str("(?:"),
            '\\' | '.' | '^' | '$' => {
                regular.push('\\');
                regular.push(c);
            }
            c => regular.push(c),
        }
    }
    regular.push_str(")$");
    Ok(regular)
}

/// The first group of the first match, or the match when there is none.
fn substring(whole: &str, pattern: &str) -> Result<Datum> {
    let found = regex(pattern, Options::default())?.captures(whole, 0)?;
    Ok(match found {
        None => Datum::Null,
        Some(spans) => spans
            .get(1)
            .or(spans.first())
            .copied()
            .flatten()
            .map_or(Datum::Null, |(from, to)| Datum::from(&whole[from..to])),
    })
}

/// The groups of a match as an array; the match itself when it has none.
pub(crate) fn group_array(whole: &str, spans: &Spans) -> Result<Datum> {
    let skip = usize::from(spans.len() > 1);
    let piece =
        |span: &Option<(usize, usize)>| span.map_or(Datum::Null, |(from, to)| Datum::from(&whole[from..to]));
    Array::of(Text, spans.iter().skip(skip).map(piece).collect()).datum()
}

fn first_match(a: &[Datum], _: &dyn crate::function::FunctionContext) -> Result<Datum> {
    let options = match not_global("regexp_match()", optional(a, 2)?) {
        Err(error) if error.message().contains("global") => {
            return Err(error.with_hint("Use the regexp_matches function instead."));
        }
        other => other?,
    };
    match regex(text(a, 1)?, options)?.captures(text(a, 0)?, 0)? {
        Some(spans) => group_array(text(a, 0)?, &spans),
        None => Ok(Datum::Null),
    }
}

fn like(a: &[Datum]) -> Result<Datum> {
    let options = not_global("regexp_like()", optional(a, 2)?)?;
    Ok(Datum::Bool(regex(text(a, 1)?, options)?.is_match(text(a, 0)?)?))
}

/// Where to look on after a match: an empty one must not be found again.
pub(crate) fn resume(whole: &str, (from, to): (usize, usize)) -> usize {
    if to > from {
        return to;
    }
    to + whole.get(to..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

/// Every match from a byte offset on; `all` false ends after the first.
pub(crate) fn every(
    whole: &str,
    pattern: &str,
    options: Options,
    from: usize,
    all: bool,
) -> Result<Vec<Spans>> {
    let regex = regex(pattern, options)?;
    let mut found = Vec::new();
    let mut at = from;
    while at <= whole.len() {
        let Some(spans) = regex.captures(whole, at)? else { break };
        let span = spans[0].unwrap_or((at, at));
        at = resume(whole, span);
        found.push(spans);
        if !all {
            break;
        }
    }
    Ok(found)
}

/// The byte offset of a start argument, counted in characters from 1.
fn start(whole: &str, at: i64, name: &str) -> Result<Option<usize>> {
    if at < 1 {
        return Err(invalid(format!("invalid value for parameter \"{name}\": {at}")));
    }
    let skip = usize::try_from(at - 1).unwrap_or(usize::MAX);
    Ok(whole.char_indices().map(|(offset, _)| offset).chain([whole.len()]).nth(skip))
}

fn count(a: &[Datum]) -> Result<Datum> {
    let options = not_global("regexp_count()", optional(a, 3)?)?;
    let from = start(text(a, 0)?, if a.len() > 2 { int(a, 2)? } else { 1 }, "start")?;
    let Some(from) = from else { return Ok(Datum::Int(0)) };
    let found = every(text(a, 0)?, text(a, 1)?, options, from, true)?;
    Ok(Datum::Int(i64::try_from(found.len()).unwrap_or(i64::MAX)))
}

fn argument(a: &[Datum], at: usize, otherwise: i64, least: i64, name: &str) -> Result<usize> {
    let value = if a.len() > at { int(a, at)? } else { otherwise };
    if value < least {
        return Err(invalid(format!("invalid value for parameter \"{name}\": {value}")));
    }
    Ok(usize::try_from(value).unwrap_or(usize::MAX))
}

fn position(a: &[Datum]) -> Result<Datum> {
    let whole = text(a, 0)?;
    let from = start(whole, if a.len() > 2 { int(a, 2)? } else { 1 }, "start")?;
    let nth = argument(a, 3, 1, 1, "n")?;
    let end = argument(a, 4, 0, 0, "endoption")?;
    if end > 1 {
        return Err(invalid(format!("invalid value for parameter \"endoption\": {end}")));
    }
    let options = not_global("regexp_instr()", optional(a, 5)?)?;
    let group = argument(a, 6, 0, 0, "subexpr")?;
    let found = match from {
        Some(from) => every(whole, text(a, 1)?, options, from, true)?,
        None => Vec::new(),
    };
    let span = found.get(nth - 1).and_then(|spans| spans.get(group).copied().flatten());
    Ok(Datum::Int(span.map_or(0, |(from, to)| {
        let at = if end == 1 { to } else { from };
        i64::try_from(whole[..at].chars().count()).unwrap_or(0) + 1
    })))
}

fn nth_text(a: &[Datum]) -> Result<Datum> {
    let whole = text(a, 0)?;
    let from = start(whole, if a.len() > 2 { int(a, 2)? } else { 1 }, "start")?;
    let nth = argument(a, 3, 1, 1, "n")?;
    let options = not_global("regexp_substr()", optional(a, 4)?)?;
    let group = argument(a, 5, 0, 0, "subexpr")?;
    let Some(from) = from else { return Ok(Datum::Null) };
    let found = every(whole, text(a, 1)?, options, from, true)?;
    let span = found.get(nth - 1).and_then(|spans| spans.get(group).copied().flatten());
    Ok(span.map_or(Datum::Null, |(from, to)| Datum::from(&whole[from..to])))
}

fn replace_flagged(a: &[Datum]) -> Result<Datum> {
    let letters = text(a, 3)?;
    if letters.starts_with(|c: char| c.is_ascii_digit()) {
        let letter = letters.chars().next().unwrap_or_default();
        return Err(invalid(format!("invalid regular expression option: \"{letter}\"")).with_hint(
            "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.",
        ));
    }
    let (_, global) = flags(letters)?;
    replace(a, letters, 1, if global { 0 } else { 1 })
}

/// Replaces match `nth` after character `from`; all of them for 0.
fn replace(a: &[Datum], letters: &str, from: i64, nth: i64) -> Result<Datum> {
    let (whole, with) = (text(a, 0)?, text(a, 2)?);
    let (options, _) = flags(letters)?;
    if nth < 0 {
        return Err(invalid(format!("invalid value for parameter \"n\": {nth}")));
    }
    let Some(from) = start(whole, from, "start")? else { return out(whole) };
    let found = every(whole, text(a, 1)?, options, from, nth != 1)?;
    let mut replaced = String::new();
    let mut done = 0;
    for (at, spans) in (1..).zip(&found) {
        if nth != 0 && at != nth {
            continue;
        }
        let (low, high) = spans[0].unwrap_or((0, 0));
        replaced.push_str(&whole[done..low]);
        insert(with, whole, spans, &mut replaced);
        done = high;
        if replaced.len() > super::RESULT_BYTES_MAX {
            return Err(super::too_large());
        }
    }
    let _infallible = replaced.write_str(&whole[done..]);
    out(replaced)
}

/// The replacement with `\1` and `\&` filled in.
fn insert(with: &str, whole: &str, spans: &Spans, replaced: &mut String) {
    let mut chars = with.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            replaced.push(c);
            continue;
        }
        let group = match chars.next() {
            Some('&') => 0,
            Some(digit @ '1'..='9') => digit.to_digit(10).unwrap_or(0) as usize,
            Some('\\') => {
                replaced.push('\\');
                continue;
            }
            Some(other) => {
                replaced.push('\\');
                replaced.push(other);
                continue;
            }
            None => {
                replaced.push('\\');
                continue;
            }
        };
        if let Some((from, to)) = spans.get(group).copied().flatten() {
            replaced.push_str(&whole[from..to]);
        }
    }
}

/// The texts between matches; empty matches at the ends split nothing.
pub(crate) fn split<'t>(whole: &'t str, pattern: &str, options: Options) -> Result<Vec<&'t str>> {
    let mut pieces = Vec::new();
    let mut done = 0;
    for spans in every(whole, pattern, options, 0, true)? {
        let (from, to) = spans[0].unwrap_or((0, 0));
        if to == 0 || from == to && (from >= whole.len() || from == done) {
            continue;
        }
        pieces.push(&whole[done..from]);
        done = to;
    }
    pieces.push(&whole[done..]);
    Ok(pieces)
}

fn split_to_array(a: &[Datum], _: &dyn crate::function::FunctionContext) -> Result<Datum> {
    let options = not_global("regexp_split_to_array()", optional(a, 2)?)?;
    let pieces = split(text(a, 0)?, text(a, 1)?, options)?;
    Array::of(Text, pieces.into_iter().map(Datum::from).collect()).datum()
}
