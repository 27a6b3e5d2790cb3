//! Cuts SQL text into tokens, by PostgreSQL's lexical rules (chapter 4.1).
//!
//! It knows where things begin and end and nothing of grammar: scripts are split, statements bounded
//! and normalised, and multi-row inserts read with it. sqlparser has a tokenizer of its own, which is
//! slower and allocates per token.
//!
//! ```text
//! SELECT "a" + E'x\n' -- note
//! Word   Quoted Operator EscapeText
//! ```
//!
//! L1  Tokens do not overlap and come in order; between them is only white space and comments.
//! L2  Every start and end is a character boundary of the text.
//! L3  Each call takes time linear in the bytes it passes: nothing is read twice.

use crate::error::{Error, Result, SqlState};

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenKind {
    /// An identifier or keyword without quotes.
    Word,
    /// `"..."` or `U&"..."`.
    Quoted,
    /// `'...'`.
    Text,
    /// `E'...'`, with backslash escapes.
    EscapeText,
    /// `$tag$...$tag$`.
    DollarText,
    /// `B'..'`, `X'..'`, `N'..'`, `U&'..'`.
    OtherText,
    /// Digits only.
    Integer,
    /// A number with a point or an exponent.
    Decimal,
    /// `$1`.
    Parameter,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `.`
    Dot,
    /// `::`, the cast.
    DoubleColon,
    /// Operator characters, and a lone colon.
    Operator,
    /// A character that begins nothing.
    Stray,
}

/// One token: a range of bytes of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

impl Token {
    /// Its text.
    pub(crate) fn text(self, sql: &str) -> &str {
        sql.get(self.start..self.end).unwrap_or("")
    }

    /// Whether it is the keyword, written in any case.
    pub(crate) fn is_word(self, sql: &str, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text(sql).eq_ignore_ascii_case(keyword)
    }
}

/// Walks over the tokens of a text.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'a> {
    sql: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    /// From the first byte.
    pub(crate) fn new(sql: &'a str) -> Lexer<'a> {
        Lexer::from(sql, 0)
    }

    /// From byte `at`, which begins no inner part of a token.
    pub(crate) fn from(sql: &'a str, at: usize) -> Lexer<'a> {
        Lexer { sql, bytes: sql.as_bytes(), at: at.min(sql.len()) }
    }

    /// Where the next token is looked for.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    fn byte(&self, at: usize) -> u8 {
        // 0 stands for the end: a real NUL byte begins no token either.
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The next token, `None` at the end. An unterminated quote or comment is 42601 with its position.
    pub(crate) fn next(&mut self) -> Result<Option<Token>> {
        self.skip_blank()?;
        let start = self.at;
        if start >= self.bytes.len() {
            return Ok(None);
        }
        let kind = match self.byte(start) {
            b'(' => self.single(TokenKind::Open),
            b')' => self.single(TokenKind::Close),
            b',' => self.single(TokenKind::Comma),
            b';' => self.single(TokenKind::Semicolon),
            b'[' => self.single(TokenKind::OpenBracket),
            b']' => self.single(TokenKind::CloseBracket),
            b'\'' => {
                self.quoted(start, b'\'', false, "string")?;
                TokenKind::Text
            }
            b'"' => {
                self.quoted(start, b'"', false, "identifier")?;
                TokenKind::Quoted
            }
            b'.' if self.byte(start + 1).is_ascii_digit() => self.number(),
            b'.' => self.single(TokenKind::Dot),
            b'0'..=b'9' => self.number(),
            b':' if self.byte(start + 1) == b':' => {
                self.at += 2;
                TokenKind::DoubleColon
            }
            b':' => self.single(TokenKind::Operator),
            b'$' => self.dollar(start)?,
            byte if is_word_start(byte) => self.word(start)?,
            byte if is_operator(byte) => {
                self.operator();
                TokenKind::Operator
            }
            _ => self.single(TokenKind::Stray),
        };
        Ok(Some(Token { kind, start, end: self.at }))
    }

    fn single(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn skip_blank(&mut self) -> Result<()> {
        loop {
            match self.byte(self.at) {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'-' if self.byte(self.at + 1) == b'-' => {
                    while self.at < self.bytes.len() && self.byte(self.at) != b'\n' {
                        self.at += 1;
                    }
                }
                b'/' if self.byte(self.at + 1) == b'*' => self.skip_block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    // Block comments nest, as the standard says.
    fn skip_block_comment(&mut self) -> Result<()> {
        let start = self.at;
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.byte(self.at), self.byte(self.at + 1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
        Err(unterminated(self.sql, start, "/* comment"))
    }

    // From the opening quote at `self.at` past the closing one; `start` is where the token began.
    fn quoted(&mut self, start: usize, quote: u8, backslash: bool, what: &str) -> Result<()> {
        self.at += 1;
        while self.at < self.bytes.len() {
            let byte = self.byte(self.at);
            if byte == quote {
                if self.byte(self.at + 1) != quote {
                    self.at += 1;
                    return Ok(());
                }
                self.at += 2;
            } else if byte == b'\\' && backslash {
                self.at = (self.at + 2).min(self.bytes.len());
            } else {
                self.at += 1;
            }
        }
        self.at = self.bytes.len();
        let what = if quote == b'"' { "quoted identifier" } else { what };
        let what = if what == "string" { "quoted string" } else { what };
        Err(unterminated(self.sql, start, what))
    }

    fn number(&mut self) -> TokenKind {
        let mut kind = TokenKind::Integer;
        self.skip_digits();
        // `1..2` is a range in PL/pgSQL: the point belongs to the number only when no second one follows.
        if self.byte(self.at) == b'.' && self.byte(self.at + 1) != b'.' {
            kind = TokenKind::Decimal;
            self.at += 1;
            self.skip_digits();
        }
        if matches!(self.byte(self.at), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(self.at + 1), b'+' | b'-'));
            if self.byte(self.at + 1 + sign).is_ascii_digit() {
                kind = TokenKind::Decimal;
                self.at += 1 + sign;
                self.skip_digits();
            }
        }
        kind
    }

    fn skip_digits(&mut self) {
        while self.byte(self.at).is_ascii_digit() {
            self.at += 1;
        }
    }

    fn word(&mut self, start: usize) -> Result<TokenKind> {
        let next = self.byte(start + 1);
        let prefixed = match self.byte(start) {
            b'e' | b'E' if next == b'\'' => Some((1, true, TokenKind::EscapeText)),
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if next == b'\'' => {
                Some((1, false, TokenKind::OtherText))
            }
            b'u' | b'U' if next == b'&' && self.byte(start + 2) == b'\'' => {
                Some((2, false, TokenKind::OtherText))
            }
            b'u' | b'U' if next == b'&' && self.byte(start + 2) == b'"' => {
                Some((2, false, TokenKind::Quoted))
            }
            _ => None,
        };
        if let Some((skip, backslash, kind)) = prefixed {
            self.at += skip;
            let quote = self.byte(self.at);
            self.quoted(start, quote, backslash, "string")?;
            return Ok(kind);
        }
        while is_word_part(self.byte(self.at)) {
            self.at += 1;
        }
        Ok(TokenKind::Word)
    }

    fn dollar(&mut self, start: usize) -> Result<TokenKind> {
        if self.byte(start + 1).is_ascii_digit() {
            self.at += 1;
            self.skip_digits();
            return Ok(TokenKind::Parameter);
        }
        let mut tag_end = start + 1;
        if is_word_start(self.byte(tag_end)) {
            while is_word_part(self.byte(tag_end)) && self.byte(tag_end) != b'$' {
                tag_end += 1;
            }
        }
        if self.byte(tag_end) != b'$' {
            return Ok(self.single(TokenKind::Stray));
        }
        let tag = &self.sql[start..=tag_end];
        match self.sql[tag_end + 1..].find(tag) {
            Some(length) => {
                self.at = tag_end + 1 + length + tag.len();
                Ok(TokenKind::DollarText)
            }
            None => {
                self.at = self.bytes.len();
                Err(unterminated(self.sql, start, "dollar-quoted string"))
            }
        }
    }

    // An operator ends where a comment begins; a trailing + or - belongs to it only when the operator
    // holds one of the characters that plain arithmetic does not use (PostgreSQL's rule).
    fn operator(&mut self) {
        let start = self.at;
        while is_operator(self.byte(self.at)) {
            let pair = (self.byte(self.at), self.byte(self.at + 1));
            if self.at > start && (pair == (b'-', b'-') || pair == (b'/', b'*')) {
                break;
            }
            self.at += 1;
        }
        let special = self.bytes[start..self.at].iter().any(|byte| b"~!@#%^&|`?".contains(byte));
        while !special && self.at - start > 1 && matches!(self.byte(self.at - 1), b'+' | b'-') {
            self.at -= 1;
        }
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

fn unterminated(sql: &str, start: usize, what: &str) -> Error {
    // PostgreSQL quotes everything from the opening quote on; a cut keeps hostile input out of logs.
    let rest = &sql[start..];
    let cut = rest.char_indices().nth(80).map_or(rest.len(), |(at, _)| at);
    Error::new(SqlState::SYNTAX_ERROR, format!("unterminated {what} at or near \"{}\"", &rest[..cut]))
        .at(super::position::of_byte(sql, start))
}

/// The value of a `Text`, `EscapeText` or `DollarText` token; `None` for a broken escape.
pub(crate) fn text_value(token: Token, sql: &str) -> Option<String> {
    let text = token.text(sql);
    match token.kind {
        TokenKind::Text => {
            let inner = text.get(1..text.len().checked_sub(1)?)?;
            Some(if inner.contains('\'') { inner.replace("''", "'") } else { inner.to_owned() })
        }
        TokenKind::DollarText => {
            let tag = text.get(1..)?.find('$')? + 2;
            text.get(tag..text.len().checked_sub(tag)?).map(str::to_owned)
        }
        _ => None,
    }
}
