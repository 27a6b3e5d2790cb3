//! The fast way for `INSERT INTO t [(columns)] VALUES (literals), ...`.
//!
//! Scripts and programs without prepared statements load tables with such statements, thousands of
//! rows each; a syntax tree per literal would cost more than storing the row. Anything that is not a
//! plain literal makes this give up, and the general parser takes the statement from the start.

use std::sync::Arc;

use crate::base::limits::STATEMENT_BYTES_MAX;
use crate::base::words::is_reserved;
use crate::error::Result;

use super::lexer::{self, Lexer, Token, TokenKind};

/// A literal, or the word DEFAULT in its place.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// Digits that fit 64 bits, with their sign.
    Integer(i64),
    /// Any other number, as written, with its sign.
    Decimal(Arc<str>),
    /// A quoted string, without quotes.
    Text(Arc<str>),
    /// `DEFAULT`
    Default,
}

/// A name in the text: as written inside its quotes, or folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    /// Byte offset.
    pub(crate) start: usize,
}

/// An insert of literal rows.
#[derive(Clone, Debug)]
pub(crate) struct InsertRows {
    /// One to three parts.
    pub(crate) table: Vec<Name>,
    /// Empty: all columns.
    pub(crate) columns: Vec<Name>,
    /// Literals per row.
    pub(crate) width: usize,
    /// Row after row, with the byte offset of each literal.
    pub(crate) literals: Vec<(Literal, u32)>,
}

/// Reads the statement if it has that form, else `None`.
pub(super) fn parse(sql: &str) -> Result<Option<InsertRows>> {
    if sql.len() > STATEMENT_BYTES_MAX {
        return Ok(None);
    }
    Ok(Reader { sql, lexer: Lexer::new(sql) }.insert())
}

struct Reader<'a> {
    sql: &'a str,
    lexer: Lexer<'a>,
}

impl Reader<'_> {
    // A lexical error ends the fast way; the general one meets it again and reports it.
    fn token(&mut self) -> Option<Token> {
        self.lexer.next().ok().flatten()
    }

    fn word(&mut self, keyword: &str) -> Option<()> {
        self.token()?.is_word(self.sql, keyword).then_some(())
    }

    fn name(&self, token: Token) -> Option<Name> {
        let text = token.text(self.sql);
        let text = match token.kind {
            TokenKind::Word => Some(text.to_ascii_lowercase()).filter(|word| !is_reserved(word))?,
            TokenKind::Quoted if text.starts_with('"') && text.len() > 2 => {
                text[1..text.len() - 1].replace("\"\"", "\"")
            }
            _ => return None,
        };
        Some(Name { text, start: token.start })
    }

    fn insert(mut self) -> Option<InsertRows> {
        self.word("INSERT")?;
        self.word("INTO")?;
        let first = self.token()?;
        let mut table = vec![self.name(first)?];
        let mut next = self.token()?;
        while next.kind == TokenKind::Dot && table.len() < 3 {
            let part = self.token()?;
            table.push(self.name(part)?);
            next = self.token()?;
        }
        let mut columns = Vec::new();
        if next.kind == TokenKind::Open {
            loop {
                let column = self.token()?;
                columns.push(self.name(column)?);
                match self.token()?.kind {
                    TokenKind::Comma => {}
                    TokenKind::Close => break,
                    _ => return None,
                }
            }
            next = self.token()?;
        }
        if !next.is_word(self.sql, "VALUES") {
            return None;
        }
        let mut insert = InsertRows { table, columns, width: 0, literals: Vec::new() };
        loop {
            let before = insert.literals.len();
            self.row(&mut insert.literals)?;
            let width = insert.literals.len() - before;
            if insert.width == 0 {
                insert.width = width;
                // Most statements have rows of about the same length as their first one.
                let row_bytes = self.lexer.offset().max(1);
                insert.literals.reserve((self.sql.len() / row_bytes).min(1 << 16) * width);
            } else if insert.width != width {
                return None;
            }
            match self.token() {
                Some(token) if token.kind == TokenKind::Comma => {}
                Some(token) if token.kind == TokenKind::Semicolon => match self.lexer.next() {
                    Ok(None) => return Some(insert),
                    _ => return None,
                },
                Some(_) => return None,
                None if self.lexer.offset() >= self.sql.len() => return Some(insert),
                None => return None,
            }
        }
    }

    fn row(&mut self, out: &mut Vec<(Literal, u32)>) -> Option<()> {
        if self.token()?.kind != TokenKind::Open {
            return None;
        }
        loop {
            let token = self.token()?;
            let start = u32::try_from(token.start).ok()?;
            out.push((self.literal(token)?, start));
            match self.token()?.kind {
                TokenKind::Comma => {}
                TokenKind::Close => return Some(()),
                _ => return None,
            }
        }
    }

    fn literal(&mut self, token: Token) -> Option<Literal> {
        let text = token.text(self.sql);
        match token.kind {
            TokenKind::Integer | TokenKind::Decimal => {
                // `1abc` and `1e` are one number and junk, which the general parser judges.
                number(token.kind, text, false)
            }
            TokenKind::Operator if text == "-" => {
                let digits = self.token()?;
                number(digits.kind, digits.text(self.sql), true)
            }
            TokenKind::Text => {
                let inner = text.get(1..text.len() - 1)?;
                Some(Literal::Text(if inner.contains('\'') {
                    inner.replace("''", "'").into()
                } else {
                    inner.into()
                }))
            }
            TokenKind::DollarText => {
                lexer::text_value(token, self.sql).map(|text| Literal::Text(text.into()))
            }
            TokenKind::Word if text.eq_ignore_ascii_case("null") => Some(Literal::Null),
            TokenKind::Word if text.eq_ignore_ascii_case("true") => Some(Literal::Bool(true)),
            TokenKind::Word if text.eq_ignore_ascii_case("false") => Some(Literal::Bool(false)),
            TokenKind::Word if text.eq_ignore_ascii_case("default") => Some(Literal::Default),
            _ => None,
        }
    }
}

/// A number as a literal; `None` for other tokens.
pub(super) fn number(kind: TokenKind, digits: &str, negative: bool) -> Option<Literal> {
    match kind {
        TokenKind::Integer => {
            // The sign belongs to the literal, so that the smallest bigint needs no numeric.
            let magnitude = digits.parse::<i128>().ok();
            let value = magnitude.map(|value| if negative { -value } else { value });
            Some(match value.and_then(|value| i64::try_from(value).ok()) {
                Some(value) => Literal::Integer(value),
                None => decimal(digits, negative),
            })
        }
        TokenKind::Decimal => Some(decimal(digits, negative)),
        _ => None,
    }
}

fn decimal(digits: &str, negative: bool) -> Literal {
    Literal::Decimal(if negative { format!("-{digits}").into() } else { digits.into() })
}
