//! Names in syntax: folding, qualification, places, and the nearest name to a misspelt one.

use sqlparser::ast::{self, Ident, ObjectName, ObjectNamePart};
use sqlparser::tokenizer::Location;

use crate::base::limits::IDENTIFIER_BYTES_MAX;
use crate::base::words;
use crate::error::stack::{Stack, too_complex};
use crate::error::{Error, Result, SqlState};

/// Operators of a chain that is kept as text, in a CHECK or a DEFAULT.
const CHAIN_WRITTEN_MAX: usize = 1000;

/// A name as PostgreSQL takes it: folded unless quoted, cut at 63 bytes.
pub(super) fn fold(ident: &Ident) -> String {
    let name =
        if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_ascii_lowercase() };
    cut(name)
}

/// The same where the word must not be one of the grammar's own (42601).
pub(super) fn name(ident: &Ident) -> Result<String> {
    let folded = fold(ident);
    if ident.quote_style.is_none() && words::is_reserved(&folded) { Err(reserved(ident)) } else { Ok(folded) }
}

/// `syntax error at or near` a word that cannot be a name there.
pub(super) fn reserved(ident: &Ident) -> Error {
    let Location { line, column } = ident.span.start;
    Error::new(SqlState::SYNTAX_ERROR, format!("syntax error at or near \"{}\"", ident.value))
        .at_place(line, column)
}

/// Cuts a name at 63 bytes, between characters.
pub(super) fn cut(mut name: String) -> String {
    if name.len() > IDENTIFIER_BYTES_MAX {
        let end = (0..=IDENTIFIER_BYTES_MAX).rfind(|at| name.is_char_boundary(*at)).unwrap_or(0);
        name.truncate(end);
    }
    name
}

/// A possibly qualified name with the place of its first part.
#[derive(Clone, Debug)]
pub(super) struct Qualified {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) place: Location,
    /// ONLY was said before it.
    pub(super) only: bool,
}

impl Qualified {
    /// As it is written in messages: with its schema if it had one.
    pub(super) fn display(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The identifiers of a name; a name holding a call (another dialect's) is refused.
pub(super) fn parts(name: &ObjectName) -> Result<Vec<&Ident>> {
    name.0
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => Ok(ident),
            ObjectNamePart::Function(_) => Err(Error::unsupported("a function call as a name")),
        })
        .collect()
}

/// `[database.][schema.]name` of a table and the like; the database part is only allowed to be absent.
pub(super) fn qualified(name: &ObjectName) -> Result<Qualified> {
    if let Some(ObjectNamePart::Identifier(first)) = name.0.first() {
        self::name(first)?;
    }
    qualified_function(name)
}

/// The same of a function, which may have the name of a join.
pub(super) fn qualified_function(name: &ObjectName) -> Result<Qualified> {
    let parts = parts(name)?;
    let place = parts.first().map_or(Location { line: 0, column: 0 }, |ident| ident.span.start);
    match parts.as_slice() {
        [name] => {
            let (name, only) = without_only(fold(name));
            Ok(Qualified { schema: None, name, place, only })
        }
        [schema, name] => {
            let (schema, only) = without_only(fold(schema));
            Ok(Qualified { schema: Some(schema), name: fold(name), place, only })
        }
        _ => Err(Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("cross-database references are not implemented: \"{name}\""),
        )),
    }
}

// The parser has put a mark where it took the word ONLY away.
fn without_only(name: String) -> (String, bool) {
    match name.strip_prefix(crate::parse::ONLY) {
        Some(rest) => (rest.to_owned(), true),
        None => (name, false),
    }
}

/// The place of a name.
pub(super) fn place_of(name: &ObjectName) -> Location {
    match name.0.first() {
        Some(ObjectNamePart::Identifier(ident)) => ident.span.start,
        _ => Location { line: 0, column: 0 },
    }
}

/// The place where an expression begins.
pub(super) fn place(expr: &ast::Expr) -> Location {
    crate::parse::span_of_expr(expr).start
}

/// The text of an expression: 54001 when writing it would take too much stack.
pub(super) fn text(expr: &ast::Expr) -> Result<String> {
    use core::fmt::Write;
    struct Watched {
        text: String,
        stack: Stack,
    }
    impl Write for Watched {
        fn write_str(&mut self, part: &str) -> core::fmt::Result {
            self.text.push_str(part);
            if self.stack.is_used_up() { Err(core::fmt::Error) } else { Ok(()) }
        }
    }
    // A chain is written from its beginning: sqlparser is at its bottom before the first letter comes.
    let mut first = expr;
    for operators in 0.. {
        match first {
            ast::Expr::BinaryOp { left: below, .. } | ast::Expr::Nested(below) => first = below,
            _ => break,
        }
        if operators > CHAIN_WRITTEN_MAX {
            return Err(too_complex());
        }
    }
    let mut out = Watched { text: String::new(), stack: Stack::here() };
    match write!(out, "{expr}") {
        Ok(()) => Ok(out.text),
        Err(_) => Err(too_complex()),
    }
}

/// Letters to insert, remove or change to make one word of the other; `None` above `most`.
pub(super) fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most || a.len() > 63 || b.len() > 63 {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_distance_counts_edits_up_to_its_limit() {
        assert_eq!(distance("name", "name", 3), Some(0));
        assert_eq!(distance("nmae", "name", 3), Some(2));
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("", "abc", 3), Some(3));
    }
}
