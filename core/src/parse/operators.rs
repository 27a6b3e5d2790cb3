//! Operators cut as PostgreSQL cuts them: the longest run of operator characters is one operator.
//!
//! ```text
//! sqlparser    1 ! < 2        2 / / 3       1 == 1 (a second way to write =)
//! here         1 !< 2         2 // 3        1 == 1 (an operator of that name: 42883)
//!
//! sqlparser    1 >=- 2        here          1 >= -2 (a sign at the end belongs to the number)
//! ```
//!
//! O1  Tokens come in order, so every place is found walking forward once.

use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

use super::lexer::{Lexer, TokenKind};

/// Replaces tokens that are parts of a longer operator by that operator.
pub(super) fn join(sql: &str, tokens: &mut Vec<TokenWithSpan>) {
    let suspicious = |token: &TokenWithSpan| {
        matches!(
            token.token,
            Token::DoubleEq
                | Token::ExclamationMark
                | Token::Div
                | Token::DoubleExclamationMark
                | Token::CustomBinaryOperator(_)
        )
    };
    if !tokens.iter().any(suspicious) {
        return;
    }
    let mut walk = Walk { rest: sql, byte: 0, place: Location { line: 1, column: 1 } };
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut covered = 0;
    for mut token in tokens.drain(..) {
        let start = walk.to(token.span.start);
        if start < covered {
            continue;
        }
        let begins = sql.as_bytes().get(start).is_some_and(|byte| b"+-*/<>=~!@#%^&|`?".contains(byte));
        let operator = if begins { Lexer::from(sql, start).next().ok().flatten() } else { None };
        if let Some(whole) =
            operator.filter(|found| found.kind == TokenKind::Operator && found.start == start)
        {
            let text = whole.text(sql);
            if let Token::CustomBinaryOperator(long) = &token.token
                && text.len() < long.len()
            {
                split(&mut out, text, long, token.span);
                continue;
            }
            if token.token == Token::DoubleEq || text.len() > token.token.to_string().len() {
                token.token = Token::CustomBinaryOperator(text.to_owned());
                covered = whole.end;
            }
        }
        out.push(token);
    }
    *tokens = out;
}

// An operator and the signs behind it.
fn split(out: &mut Vec<TokenWithSpan>, operator: &str, long: &str, span: Span) {
    let parts =
        Tokenizer::new(&sqlparser::dialect::PostgreSqlDialect {}, operator).tokenize().unwrap_or_default();
    out.extend(parts.into_iter().map(|token| TokenWithSpan { token, span }));
    for (at, sign) in (operator.len() as u64..).zip(long[operator.len()..].chars()) {
        let start = Location { column: span.start.column + at, ..span.start };
        let token = if sign == '-' { Token::Minus } else { Token::Plus };
        out.push(TokenWithSpan { token, span: Span { start, ..span } });
    }
}

/// Where sqlparser's lines and columns are in the bytes.
struct Walk<'s> {
    rest: &'s str,
    byte: usize,
    place: Location,
}

impl Walk<'_> {
    fn to(&mut self, wanted: Location) -> usize {
        while (self.place.line, self.place.column) < (wanted.line, wanted.column) {
            let Some(c) = self.rest.chars().next() else { break };
            self.rest = &self.rest[c.len_utf8()..];
            self.byte += c.len_utf8();
            if c == '\n' {
                self.place = Location { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.byte
    }
}
