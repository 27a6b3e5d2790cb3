//! LIKE with a pattern known beforehand: the usual shapes need no matcher.

use crate::error::{Error, Result};
use crate::function::like;
use crate::plan::LikeKind;
use crate::value::Datum;

/// A pattern that is a constant.
#[derive(Debug)]
pub(super) enum Pattern {
    /// No wildcard.
    Exact(Box<str>),
    /// `text%`
    Prefix(Box<str>),
    /// `%text`
    Suffix(Box<str>),
    /// `%text%`
    Contains(Box<str>),
    /// Anything else; also patterns whose error must come when a row meets them.
    General { kind: LikeKind, pattern: Box<str>, escape: Option<Box<str>> },
}

impl Pattern {
    pub(super) fn new(kind: LikeKind, pattern: &str, escape: Option<&str>) -> Pattern {
        let general =
            || Pattern::General { kind, pattern: Box::from(pattern), escape: escape.map(Box::from) };
        if kind == LikeKind::CaseInsensitive || escape.is_some() {
            return general();
        }
        let open = pattern.starts_with('%');
        let rest = pattern.strip_prefix('%').unwrap_or(pattern);
        let closed = rest.ends_with('%');
        let inner = rest.strip_suffix('%').unwrap_or(rest);
        if inner.contains(['%', '_', '\\']) {
            return general();
        }
        let inner = Box::from(inner);
        match (open, closed) {
            (false, false) => Pattern::Exact(inner),
            (false, true) => Pattern::Prefix(inner),
            (true, false) => Pattern::Suffix(inner),
            (true, true) => Pattern::Contains(inner),
        }
    }

    pub(super) fn matches(&self, text: &str) -> Result<bool> {
        Ok(match self {
            Pattern::Exact(wanted) => text == &**wanted,
            Pattern::Prefix(wanted) => text.starts_with(&**wanted),
            Pattern::Suffix(wanted) => text.ends_with(&**wanted),
            Pattern::Contains(wanted) => text.contains(&**wanted),
            Pattern::General { kind, pattern, escape } => {
                like::matches(text, pattern, escape.as_deref(), *kind == LikeKind::CaseInsensitive)?
            }
        })
    }

    pub(super) fn matches_bytes(&self, bytes: &[u8]) -> Result<bool> {
        self.matches(core::str::from_utf8(bytes).map_err(|_| Error::corrupt("a text value is not UTF-8"))?)
    }
}

/// `operand LIKE pattern ESCAPE escape` of values.
pub(super) fn datums(
    kind: LikeKind,
    operand: &Datum,
    pattern: &Datum,
    escape: Option<&Datum>,
) -> Result<Option<bool>> {
    let escape = match escape {
        None => None,
        Some(Datum::Text(escape)) => Some(&**escape),
        Some(_) => return Ok(None),
    };
    match (operand, pattern) {
        (Datum::Text(text), Datum::Text(pattern)) => {
            like::matches(text, pattern, escape, kind == LikeKind::CaseInsensitive).map(Some)
        }
        (Datum::Bytes(text), Datum::Bytes(pattern)) => like::matches_bytes(text, pattern).map(Some),
        _ => Ok(None),
    }
}
