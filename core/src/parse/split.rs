//! Cuts a script into statements at its semicolons, without parsing it.

use super::lexer::{Lexer, TokenKind};

/// The statements of a script with their byte offsets, made by [`statements`].
#[derive(Clone, Debug)]
pub struct Statements<'a> {
    sql: &'a str,
    lexer: Lexer<'a>,
    done: bool,
    terminated: bool,
}

impl Statements<'_> {
    /// The byte offset after all that was read: after the semicolon of the last statement given.
    pub fn offset(&self) -> usize {
        if self.done { self.sql.len() } else { self.lexer.offset() }
    }

    /// Whether the last statement given had its semicolon.
    pub fn is_terminated(&self) -> bool {
        self.terminated
    }
}

/// Cuts a script into statements: text without the semicolon, and the byte offset where it begins.
/// Empty statements are left out. A quote that never ends makes the rest one statement, whose parsing
/// reports it.
pub fn statements(sql: &str) -> Statements<'_> {
    Statements { sql, lexer: Lexer::new(sql), done: false, terminated: false }
}

impl<'a> Iterator for Statements<'a> {
    type Item = (&'a str, usize);

    fn next(&mut self) -> Option<(&'a str, usize)> {
        let mut first = None;
        while !self.done {
            // A broken comment is found before any token: the text then begins where the lexer stood.
            let before = self.lexer.offset();
            match self.lexer.next() {
                Ok(Some(token)) if token.kind == TokenKind::Semicolon => {
                    if let Some(start) = first {
                        self.terminated = true;
                        return Some((&self.sql[start..token.start], start));
                    }
                }
                Ok(Some(token)) => {
                    first.get_or_insert(token.start);
                }
                Ok(None) => {
                    self.done = true;
                    self.terminated &= first.is_none();
                    return first.map(|start| (self.sql[start..].trim_end(), start));
                }
                Err(_) => {
                    self.done = true;
                    self.terminated = false;
                    let start = first.unwrap_or(before);
                    return Some((&self.sql[start..], start));
                }
            }
        }
        None
    }
}
