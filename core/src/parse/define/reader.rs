//! A cursor over tokens, with the few questions a grammar asks.

use crate::base::limits::IDENTIFIER_BYTES_MAX;
use crate::base::words::is_reserved;
use crate::error::{Error, Result, SqlState};
use crate::parse::lexer::{Lexer, Token, TokenKind, text_value};
use crate::parse::parser::near;

use super::types::{ObjectName, TextAt};

/// See the module.
pub(super) struct Reader<'a> {
    pub(super) sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sql: &'a str) -> Result<Reader<'a>> {
        let mut lexer = Lexer::new(sql);
        let mut tokens = Vec::new();
        while let Some(token) = lexer.next()? {
            tokens.push(token);
        }
        Ok(Reader { sql, tokens, at: 0 })
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// The next token if it is a bare word, folded.
    pub(super) fn peek_word(&self) -> Option<String> {
        self.word_at(0)
    }

    /// The word `ahead` tokens on.
    pub(super) fn word_at(&self, ahead: usize) -> Option<String> {
        let token = self.tokens.get(self.at + ahead)?;
        (token.kind == TokenKind::Word).then(|| token.text(self.sql).to_ascii_lowercase())
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// Where it stands, to come back to.
    pub(super) fn mark(&self) -> usize {
        self.at
    }

    pub(super) fn back_to(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Whether a number, perhaps with its sign, follows the next token.
    pub(super) fn takes_number_after(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| {
            token.kind == TokenKind::Integer || matches!(token.text(self.sql), "-" | "+")
        })
    }

    /// 42601 at the next token.
    pub(super) fn unexpected(&self) -> Error {
        near(self.sql, self.peek().map(|token| token.start))
    }

    /// Takes the words if all of them stand here.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let stand = words.iter().enumerate().all(|(ahead, word)| {
            self.tokens.get(self.at + ahead).is_some_and(|token| token.is_word(self.sql, word))
        });
        if stand {
            self.at += words.len();
        }
        stand
    }

    pub(super) fn expect(&mut self, words: &[&str]) -> Result<()> {
        for word in words {
            if !self.take(&[word]) {
                return Err(self.unexpected());
            }
        }
        Ok(())
    }

    pub(super) fn is(&self, kind: TokenKind) -> bool {
        self.peek().is_some_and(|token| token.kind == kind)
    }

    pub(super) fn take_kind(&mut self, kind: TokenKind) -> bool {
        let stands = self.is(kind);
        if stands {
            self.at += 1;
        }
        stands
    }

    pub(super) fn expect_kind(&mut self, kind: TokenKind) -> Result<Token> {
        match self.peek() {
            Some(token) if token.kind == kind => {
                self.at += 1;
                Ok(token)
            }
            _ => Err(self.unexpected()),
        }
    }

    pub(super) fn operator(&mut self, text: &str) -> bool {
        let stands = self
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Operator && token.text(self.sql) == text);
        if stands {
            self.at += 1;
        }
        stands
    }

    /// A name: any word that is not reserved, or one in quotes.
    pub(super) fn name(&mut self) -> Result<String> {
        let Some(token) = self.peek() else { return Err(self.unexpected()) };
        let text = token.text(self.sql);
        let name = match token.kind {
            TokenKind::Word if !is_reserved(&text.to_ascii_lowercase()) => text.to_ascii_lowercase(),
            TokenKind::Quoted if text.starts_with('"') && text.len() > 2 => {
                text[1..text.len() - 1].replace("\"\"", "\"")
            }
            TokenKind::Quoted if text == "\"\"" => {
                return Err(Error::new(SqlState::SYNTAX_ERROR, "zero-length delimited identifier")
                    .at(crate::parse::position_of_byte(self.sql, token.start)));
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(cut(name))
    }

    /// A word in any case, reserved or not: what follows a point.
    fn part(&mut self) -> Result<String> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Word => {
                self.at += 1;
                Ok(cut(token.text(self.sql).to_ascii_lowercase()))
            }
            _ => self.name(),
        }
    }

    /// The parts of a dotted name.
    pub(super) fn parts(&mut self) -> Result<Vec<String>> {
        let mut parts = vec![self.name()?];
        while self.take_kind(TokenKind::Dot) {
            parts.push(self.part()?);
        }
        Ok(parts)
    }

    /// `[schema.]name`.
    pub(super) fn object(&mut self) -> Result<ObjectName> {
        let start = self.peek().map_or(self.sql.len(), |token| token.start);
        let parts = self.parts()?;
        qualified(parts, start)
    }

    pub(super) fn objects(&mut self) -> Result<Vec<ObjectName>> {
        let mut names = vec![self.object()?];
        while self.take_kind(TokenKind::Comma) {
            names.push(self.object()?);
        }
        Ok(names)
    }

    /// `(a, b)`; nothing there is an empty list.
    pub(super) fn columns(&mut self) -> Result<Vec<String>> {
        let mut columns = Vec::new();
        if self.take_kind(TokenKind::Open) {
            loop {
                columns.push(self.name()?);
                if self.take_kind(TokenKind::Close) {
                    break;
                }
                self.expect_kind(TokenKind::Comma)?;
            }
        }
        Ok(columns)
    }

    /// A string literal.
    pub(super) fn string(&mut self) -> Result<String> {
        let text = self.peek().and_then(|token| match token.kind {
            TokenKind::EscapeText => escaped(token.text(self.sql)),
            _ => text_value(token, self.sql),
        });
        match text {
            Some(text) => {
                self.at += 1;
                Ok(text)
            }
            None => Err(self.unexpected()),
        }
    }

    /// An integer with its sign.
    pub(super) fn integer(&mut self) -> Result<i64> {
        let negative = self.operator("-");
        if !negative {
            self.operator("+");
        }
        let token = self.peek();
        let digits = match token {
            Some(token) if token.kind == TokenKind::Integer => token.text(self.sql),
            _ => return Err(self.unexpected()),
        };
        let text = if negative { format!("-{digits}") } else { digits.to_owned() };
        self.at += 1;
        text.parse().map_err(|_| {
            Error::new(
                SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                format!("value \"{text}\" is out of range for type bigint"),
            )
        })
    }

    /// The text from here to the end, or to where `stop` says so outside parentheses.
    pub(super) fn text_until(&mut self, stop: impl Fn(&Reader<'_>) -> bool) -> Result<TextAt> {
        let Some(first) = self.peek() else { return Err(self.unexpected()) };
        let (mut depth, mut end) = (0_usize, first.start);
        while let Some(token) = self.peek() {
            if depth == 0 && (token.kind == TokenKind::Semicolon || stop(self)) {
                break;
            }
            match token.kind {
                TokenKind::Open | TokenKind::OpenBracket => depth += 1,
                TokenKind::Close | TokenKind::CloseBracket if depth == 0 => break,
                TokenKind::Close | TokenKind::CloseBracket => depth -= 1,
                _ => {}
            }
            end = token.end;
            self.at += 1;
        }
        if end == first.start {
            return Err(self.unexpected());
        }
        Ok(TextAt { text: self.sql.get(first.start..end).unwrap_or("").to_owned(), start: first.start })
    }

    /// The text from the token at `mark` up to the one before this.
    pub(super) fn text_between(&self, mark: usize) -> String {
        let start = self.tokens.get(mark).map_or(self.sql.len(), |token| token.start);
        let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.end);
        self.sql.get(start..end).unwrap_or("").to_owned()
    }

    /// Steps over what stands in parentheses.
    pub(super) fn skip_parentheses(&mut self) -> Result<()> {
        self.expect_kind(TokenKind::Open)?;
        if !self.is(TokenKind::Close) {
            self.text_until(|_| false)?;
        }
        self.expect_kind(TokenKind::Close).map(|_| ())
    }

    /// Whether the word before is IS: what follows is an expression's.
    pub(super) fn follows_is(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.is_word(self.sql, "is"))
    }

    /// Whether an expression begins here or goes on: the token before is no operand.
    pub(super) fn is_first_of_expression(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_none_or(|token| {
            matches!(token.kind, TokenKind::Operator | TokenKind::Comma | TokenKind::Open)
                || ["default", "is", "not", "and", "or"].iter().any(|word| token.is_word(self.sql, word))
        })
    }

    /// Nothing may follow but a semicolon.
    pub(super) fn end(&mut self) -> Result<()> {
        while self.take_kind(TokenKind::Semicolon) {}
        if self.peek().is_some() { Err(self.unexpected()) } else { Ok(()) }
    }
}

/// `[schema.]name` of its parts.
pub(super) fn qualified(mut parts: Vec<String>, start: usize) -> Result<ObjectName> {
    match parts.len() {
        1 | 2 => {
            let name = parts.pop().unwrap_or_default();
            Ok(ObjectName { schema: parts.pop(), name, start })
        }
        _ => Err(Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("cross-database references are not implemented: {}", parts.join(".")),
        )),
    }
}

/// The value of `E'..'`; the few escapes that a delimiter or a comment needs.
fn escaped(literal: &str) -> Option<String> {
    let inner = literal.get(2..literal.len().checked_sub(1)?)?.replace("''", "'");
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'x' => {
                    let digits: String =
                        letters.clone().take(2).take_while(char::is_ascii_hexdigit).collect();
                    letters.nth(digits.len().checked_sub(1)?);
                    char::from(u8::from_str_radix(&digits, 16).ok().filter(u8::is_ascii)?)
                }
                other => other,
            },
            other => other,
        });
    }
    Some(text)
}

fn cut(mut name: String) -> String {
    if name.len() > IDENTIFIER_BYTES_MAX {
        let end = (0..=IDENTIFIER_BYTES_MAX).rfind(|at| name.is_char_boundary(*at)).unwrap_or(0);
        name.truncate(end);
    }
    name
}
