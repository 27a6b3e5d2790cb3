//! LIKE and ILIKE.
//!
//! `%` is any run of characters, `_` any one; the escape character takes the next one literally. Two
//! pointers walk text and pattern; on a mismatch the last `%` takes one character more. Earlier ones
//! never need to: time is at most the product of both lengths, and linear for the usual patterns.

use crate::error::{Error, Result, SqlState};

use super::scalar::string::lower;

/// Whether `text` matches; `escape` `None` is the backslash, an empty text means no escape.
pub fn matches(text: &str, pattern: &str, escape: Option<&str>, insensitive: bool) -> Result<bool> {
    let escape = escape_character(escape)?;
    if insensitive {
        // Folding the pattern leaves `%`, `_` and the usual escape alone.
        let (text, pattern) = (lower(text), lower(pattern));
        let escape = escape.map(crate::base::casing::lower);
        return run(text.as_bytes(), pattern.as_bytes(), escape, true);
    }
    run(text.as_bytes(), pattern.as_bytes(), escape, true)
}

/// LIKE on bytea: `_` is one byte.
pub fn matches_bytes(text: &[u8], pattern: &[u8]) -> Result<bool> {
    run(text, pattern, Some('\\'), false)
}

/// The escape character that ESCAPE names (22025 unless it is one character or none).
pub fn escape_character(escape: Option<&str>) -> Result<Option<char>> {
    let Some(escape) = escape else { return Ok(Some('\\')) };
    let mut characters = escape.chars();
    match (characters.next(), characters.next()) {
        (first, None) => Ok(first),
        _ => Err(Error::new(SqlState::INVALID_ESCAPE_SEQUENCE, "invalid escape string")
            .with_hint("Escape string must be empty or one character.")),
    }
}

/// Length of the character that starts at `at`.
fn width(text: &[u8], at: usize, characters: bool) -> usize {
    if !characters {
        return 1;
    }
    match text[at] {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

fn run(text: &[u8], pattern: &[u8], escape: Option<char>, characters: bool) -> Result<bool> {
    let mut buffer = [0; 4];
    let escape: Option<&[u8]> = escape.map(|c| c.encode_utf8(&mut buffer).as_bytes());
    let (mut t, mut p) = (0, 0);
    // Where to resume: just after the last `%`, and the text it has not taken yet.
    let mut resume: Option<(usize, usize)> = None;
    loop {
        let rest = &pattern[p.min(pattern.len())..];
        if t >= text.len() {
            // Nothing is left to take; no earlier choice can help either.
            return Ok(rest.iter().all(|byte| *byte == b'%') && escape != Some(b"%".as_slice()));
        }
        let mut literal = rest;
        if let Some(escape) = escape
            && rest.starts_with(escape)
        {
            literal = &rest[escape.len()..];
            if literal.is_empty() {
                return Err(Error::new(
                    SqlState::INVALID_ESCAPE_SEQUENCE,
                    "LIKE pattern must not end with escape character",
                ));
            }
        } else if rest.first() == Some(&b'%') {
            p += 1;
            if p == pattern.len() {
                return Ok(true);
            }
            resume = Some((p, t));
            continue;
        } else if rest.first() == Some(&b'_') {
            p += 1;
            t += width(text, t, characters);
            continue;
        }
        if !literal.is_empty() && rest.first() != Some(&b'_') || literal.len() < rest.len() {
            let wide = width(literal, 0, characters).min(literal.len());
            if text[t..].starts_with(&literal[..wide]) {
                p = pattern.len() - literal.len() + wide;
                t += wide;
                continue;
            }
        }
        let Some((after, taken)) = resume else { return Ok(false) };
        let taken = taken + width(text, taken, characters);
        if taken > text.len() {
            return Ok(false);
        }
        resume = Some((after, taken));
        (p, t) = (after, taken);
    }
}
