//! Makes the tokens say what PostgreSQL's grammar says where the general parser is more generous: a token
//! is refused here, or replaced by what it means.
//!
//! ```text
//! 123abc                 trailing junk: 42601            'a' 'b'       42601
//! 'a' <new line> 'b'     'ab'                            x ISNULL      x IS NULL
//! ""                     zero-length identifier: 42601   1 AS 'x'      42601
//! {d '2020-01-01'}       42601                           [1, 2]        42601: ARRAY[1, 2]
//! (a int AUTO_INCREMENT  42601: other systems' words, which sqlparser reads over in a column definition
//! ```
//!
//! T1  What PostgreSQL accepts is not refused here.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use crate::error::{Error, Result, SqlState};

use super::parser::near;
use super::position;

/// Words that sqlparser skips in a column definition without a meaning in PostgreSQL.
const SKIPPED: [Keyword; 4] = [Keyword::AUTO_INCREMENT, Keyword::AUTOINCREMENT, Keyword::ASC, Keyword::DESC];

/// Checks and mends the tokens of one statement.
pub(super) fn mend(sql: &str, tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut pass = Pass {
        sql,
        out: Vec::with_capacity(tokens.len()),
        blank: Blank::None,
        table: None,
        opened: false,
        brackets: 0,
    };
    for token in tokens {
        pass.token(token)?;
    }
    Ok(pass.out)
}

/// What stands between two tokens.
#[derive(Clone, Copy, PartialEq)]
enum Blank {
    None,
    Space,
    /// With a line break: two string literals are then one.
    Line,
}

struct Pass<'s> {
    sql: &'s str,
    out: Vec<TokenWithSpan>,
    /// Since the last token that is not blank.
    blank: Blank,
    /// In the parentheses of CREATE TABLE: how deep.
    table: Option<usize>,
    /// Whether there was a parenthesis: the first one is that of CREATE TABLE.
    opened: bool,
    /// How many `[` are open.
    brackets: usize,
}

impl Pass<'_> {
    fn token(&mut self, mut token: TokenWithSpan) -> Result<()> {
        if let Token::Whitespace(space) = &token.token {
            let line = matches!(space, Whitespace::Newline | Whitespace::SingleLineComment { .. });
            self.blank = if line || self.blank == Blank::Line { Blank::Line } else { Blank::Space };
            self.out.push(token);
            return Ok(());
        }
        match &token.token {
            Token::Number(text, long) if *long || text.contains('_') => return Err(self.junk(&token)),
            Token::Word(word) if word.quote_style == Some('"') && word.value.is_empty() => {
                return Err(self.error("zero-length delimited identifier", &token, "\"\""));
            }
            Token::Word(word) => {
                if self.blank == Blank::None
                    && word.quote_style.is_none()
                    && let Some(number) = self.last().filter(|last| matches!(last.token, Token::Number(..)))
                {
                    return Err(self.junk(number));
                }
                if word.quote_style.is_none() {
                    self.word(word.keyword, &token)?;
                }
            }
            Token::SingleQuotedString(_) => {
                if let Some(joined) = self.string(&token)? {
                    token = joined;
                }
            }
            Token::LBrace | Token::RBrace => return Err(self.near(&token)),
            Token::LBracket => self.bracket(&token)?,
            Token::RBracket => self.brackets = self.brackets.saturating_sub(1),
            Token::Lt if self.last().is_some_and(|last| is_word(&last.token, Keyword::ARRAY)) => {
                return Err(self.near(self.last().unwrap_or(&token)));
            }
            Token::LParen => self.open(),
            Token::RParen => self.table = self.table.and_then(|depth| depth.checked_sub(1)),
            _ => {}
        }
        self.blank = Blank::None;
        let is_postfix = matches!(&token.token, Token::Word(word)
            if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("isnull"));
        if is_postfix && self.last().is_some_and(ends_operand) {
            for word in ["IS", "NULL"] {
                self.out.push(TokenWithSpan { token: Token::make_keyword(word), span: token.span });
            }
        } else {
            self.out.push(token);
        }
        Ok(())
    }

    /// The last token that is not blank.
    fn last(&self) -> Option<&TokenWithSpan> {
        self.out.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_)))
    }

    fn starts_with(&self, word: Keyword) -> bool {
        let first = self.out.iter().find(|token| !matches!(token.token, Token::Whitespace(_)));
        first.is_some_and(|first| is_word(&first.token, word))
    }

    fn word(&self, keyword: Keyword, token: &TokenWithSpan) -> Result<()> {
        let in_definition = match self.table {
            Some(depth) => depth == 1,
            None => self.starts_with(Keyword::ALTER) && keyword != Keyword::ASC && keyword != Keyword::DESC,
        };
        // After a comma or parenthesis, and after ADD COLUMN and the like, it is a column's name.
        let after_type = self.last().is_some_and(|last| match &last.token {
            Token::Word(word) => !matches!(
                word.keyword,
                Keyword::ADD
                    | Keyword::COLUMN
                    | Keyword::DROP
                    | Keyword::EXISTS
                    | Keyword::TO
                    | Keyword::RENAME
            ),
            Token::RParen => true,
            _ => false,
        });
        if in_definition && after_type && SKIPPED.contains(&keyword) {
            return Err(self.near(token));
        }
        Ok(())
    }

    /// An opening parenthesis: the first one of CREATE TABLE, before any AS, holds its columns.
    fn open(&mut self) {
        let is_first = !core::mem::replace(&mut self.opened, true);
        self.table = match self.table {
            Some(depth) => Some(depth + 1),
            None => {
                let is = |word| self.out.iter().any(|token| is_word(&token.token, word));
                let starts = is_first && self.starts_with(Keyword::CREATE);
                (starts && is(Keyword::TABLE) && !is(Keyword::AS)).then_some(1)
            }
        };
    }

    /// A bracket stands behind what it goes into, or inside another one.
    fn bracket(&mut self, token: &TokenWithSpan) -> Result<()> {
        let inside = self.brackets > 0;
        let fits = self.last().is_some_and(|last| match &last.token {
            Token::Comma | Token::LBracket => inside,
            _ => is_word(&last.token, Keyword::ARRAY) || ends_operand(last),
        });
        if !fits {
            return Err(self.near(token));
        }
        self.brackets += 1;
        Ok(())
    }

    /// A string literal: joined to the one on the line before, refused where only an alias could stand.
    fn string(&mut self, token: &TokenWithSpan) -> Result<Option<TokenWithSpan>> {
        let Token::SingleQuotedString(text) = &token.token else { return Ok(None) };
        let Some(last) = self.last() else { return Ok(None) };
        match &last.token {
            Token::SingleQuotedString(before) if self.blank == Blank::Line => {
                let joined = Token::SingleQuotedString(format!("{before}{text}"));
                let span = last.span;
                while let Some(dropped) = self.out.pop() {
                    if !matches!(dropped.token, Token::Whitespace(_)) {
                        break;
                    }
                }
                Ok(Some(TokenWithSpan { token: joined, span }))
            }
            Token::SingleQuotedString(_) | Token::Number(..) => Err(self.near(token)),
            // CREATE FUNCTION f() ... AS 'body'.
            last if is_word(last, Keyword::AS) && !self.starts_with(Keyword::CREATE) => Err(self.near(token)),
            _ => Ok(None),
        }
    }

    fn near(&self, token: &TokenWithSpan) -> Error {
        near(self.sql, position::byte_of(self.sql, token.span.start))
    }

    fn junk(&self, number: &TokenWithSpan) -> Error {
        let rest = position::byte_of(self.sql, number.span.start).and_then(|at| self.sql.get(at..));
        let rest = rest.unwrap_or_default();
        // With the identifier that follows it, as PostgreSQL quotes it.
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '$')));
        let shown = &rest[..end.unwrap_or(rest.len())];
        self.error("trailing junk after numeric literal", number, shown)
    }

    fn error(&self, what: &str, token: &TokenWithSpan, shown: &str) -> Error {
        let error = Error::new(SqlState::SYNTAX_ERROR, format!("{what} at or near \"{shown}\""));
        match position::byte_of(self.sql, token.span.start) {
            Some(at) => error.at(position::of_byte(self.sql, at)),
            None => error,
        }
    }
}

fn is_word(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.keyword == keyword)
}

/// Whether an expression may end with this token, so that a postfix operator may follow.
fn ends_operand(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => {
            word.quote_style.is_some()
                || matches!(word.keyword, Keyword::NoKeyword | Keyword::NULL | Keyword::TRUE | Keyword::FALSE)
                || !matches!(
                    word.keyword,
                    Keyword::SELECT
                        | Keyword::AS
                        | Keyword::WHERE
                        | Keyword::AND
                        | Keyword::OR
                        | Keyword::NOT
                        | Keyword::FROM
                        | Keyword::BY
                        | Keyword::FUNCTION
                        | Keyword::TABLE
                )
        }
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::Placeholder(_)
        | Token::RParen
        | Token::RBracket => true,
        _ => false,
    }
}
