//! Text to tree, and the check that a text is JSON at all.

use crate::error::{Error, Result, SqlState};
use crate::value::Numeric;

use super::{DEPTH_MAX, Json, too_deep};

/// A reader of one text. It is `strict` where values are made: a `json` text is only checked, so that
/// numbers of any size and unpaired surrogates stay allowed in it.
pub(super) struct Parser<'t> {
    text: &'t str,
    pub(super) at: usize,
    strict: bool,
}

fn invalid(detail: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json")
        .with_detail(detail)
}

impl Json {
    /// Reads a jsonb value.
    pub fn parse(text: &str) -> Result<Json> {
        Parser::new(text, true).whole()
    }

    /// Whether a text is JSON, as the type `json` asks.
    pub fn check(text: &str) -> Result<()> {
        Parser::new(text, false).whole().map(drop)
    }
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, strict: bool) -> Parser<'t> {
        Parser { text, at: 0, strict }
    }

    fn whole(&mut self) -> Result<Json> {
        let value = self.value(0)?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(self.unexpected("Expected end of input, but found"));
        }
        Ok(value)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, expected: &str) -> Error {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return invalid("The input string ended unexpectedly.");
        }
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = if word == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { word };
        let token = rest.get(..length).unwrap_or_default();
        if expected.is_empty() {
            return invalid(format!("Token \"{token}\" is invalid."));
        }
        invalid(format!("{expected} \"{token}\"."))
    }

    pub(super) fn value(&mut self, depth: usize) -> Result<Json> {
        if depth > DEPTH_MAX {
            return Err(too_deep());
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'a'..=b'z' | b'A'..=b'Z') => Err(self.unexpected("")),
            _ => Err(self.unexpected("Expected JSON value, but found")),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let goes_on = |c: char| c.is_alphanumeric() || c == '_' || !c.is_ascii();
        match rest.strip_prefix(word) {
            Some(after) if !after.starts_with(goes_on) => {
                self.at += word.len();
                Ok(value)
            }
            _ => Err(self.unexpected("")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            let item = self.value(depth + 1)?;
            if self.strict {
                items.push(item);
            }
            self.skip_space();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("Expected \",\" or \"]\", but found"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json> {
        self.at += 1;
        let mut pairs = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(pairs));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("Expected string or \"}\", but found"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.unexpected("Expected \":\", but found"));
            }
            let value = self.value(depth + 1)?;
            if self.strict {
                pairs.push((key, value));
            }
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Json::object(pairs));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("Expected \",\" or \"}\", but found"));
            }
        }
    }

    fn number(&mut self) -> Result<Json> {
        let start = self.at;
        self.eat(b'-');
        let digits = |parser: &mut Parser<'_>| {
            let from = parser.at;
            while matches!(parser.peek(), Some(b'0'..=b'9')) {
                parser.at += 1;
            }
            parser.at > from
        };
        let mut fine = if self.eat(b'0') { true } else { digits(self) };
        if self.eat(b'.') {
            fine &= digits(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            let _sign = self.eat(b'+') || self.eat(b'-');
            fine &= digits(self);
        }
        let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if !fine || self.peek().is_some_and(goes_on) {
            self.at = start;
            return Err(self.unexpected(""));
        }
        if !self.strict {
            return Ok(Json::Null);
        }
        Ok(Json::Number(Numeric::parse(&self.text[start..self.at])?))
    }

    /// From its opening quote past its closing one.
    pub(super) fn string(&mut self) -> Result<String> {
        let mut value = String::new();
        self.at += 1;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let plain =
                rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
            value.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match rest.get(plain) {
                None => return Err(invalid("The input string ended unexpectedly.")),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut value)?;
                }
                Some(byte) => {
                    return Err(invalid(format!("Character with value 0x{byte:02x} must be escaped.")));
                }
            }
        }
    }

    fn escape(&mut self, value: &mut String) -> Result<()> {
        let byte = self.peek().ok_or_else(|| invalid("The input string ended unexpectedly."))?;
        self.at += 1;
        value.push(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(value),
            _ => {
                let c = self.text[self.at - 1..].chars().next().unwrap_or_default();
                return Err(invalid(format!("Escape sequence \"\\{c}\" is invalid.")));
            }
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).unwrap_or_default();
        if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(invalid("\"\\u\" must be followed by four hexadecimal digits."));
        }
        let unit =
            digits.iter().fold(0, |unit, digit| unit << 4 | char::from(*digit).to_digit(16).unwrap_or(0));
        self.at += 4;
        Ok(unit)
    }

    fn unicode(&mut self, value: &mut String) -> Result<()> {
        let unit = self.hex()?;
        if !self.strict {
            return Ok(());
        }
        let code = match unit {
            0 => {
                return Err(Error::new(
                    SqlState::UNTRANSLATABLE_CHARACTER,
                    "unsupported Unicode escape sequence",
                )
                .with_detail("\\u0000 cannot be converted to text."));
            }
            0xdc00..=0xdfff => {
                return Err(invalid("Unicode low surrogate must follow a high surrogate."));
            }
            0xd800..=0xdbff => {
                let follows = self.text[self.at..].starts_with("\\u");
                if !follows {
                    return Err(invalid("Unicode low surrogate must follow a high surrogate."));
                }
                self.at += 2;
                match self.hex()? {
                    low @ 0xdc00..=0xdfff => 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff),
                    0xd800..=0xdbff => {
                        return Err(invalid("Unicode high surrogate must not follow a high surrogate."));
                    }
                    _ => return Err(invalid("Unicode low surrogate must follow a high surrogate.")),
                }
            }
            _ => unit,
        };
        value.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        Ok(())
    }
}
