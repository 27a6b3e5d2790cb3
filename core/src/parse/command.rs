//! Looks at the first words of a statement before the general parser does.
//!
//! sqlparser reads the procedural languages of other products (IF, WHILE, CREATE PROCEDURE, EXPLAIN of
//! EXPLAIN), recursing with large stack frames into statements inside statements. What PostgreSQL has and
//! we do not is refused here by name (0A000), what it has not is a syntax error.

use crate::error::{Error, Result};

use super::lexer::{Lexer, Token, TokenKind};
use super::parser::near;

/// Commands that go on to the parser.
const PARSED: [&str; 26] = [
    "select",
    "with",
    "values",
    "table",
    "insert",
    "update",
    "delete",
    "merge",
    "create",
    "alter",
    "drop",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "abort",
    "savepoint",
    "release",
    "set",
    "reset",
    "show",
    "explain",
    "truncate",
    "comment",
    "analyze",
];
/// Commands of PostgreSQL that are not there yet.
const UNSUPPORTED: [&str; 12] = [
    "call", "cluster", "do", "grant", "import", "listen", "load", "notify", "reassign", "revoke", "security",
    "unlisten",
];
/// What may be created; anything else is refused by name.
const CREATED: [&str; 8] = ["table", "index", "unique", "temp", "temporary", "unlogged", "global", "local"];

/// Refuses statements the parser should not see.
pub(super) fn check(sql: &str) -> Result<()> {
    let mut lexer = Lexer::new(sql);
    let Some(mut first) = lexer.next()? else { return Ok(()) };
    if first.is_word(sql, "explain") {
        first = match explained(sql, &mut lexer)? {
            Some(token) => token,
            None => return Ok(()),
        };
        if first.is_word(sql, "explain") {
            return Err(near(sql, Some(first.start)));
        }
    }
    if first.kind != TokenKind::Word {
        // A parenthesis may begin a query; everything else is the parser's to report.
        return Ok(());
    }
    let word = first.text(sql);
    let is = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is(&UNSUPPORTED) {
        return Err(Error::unsupported(word.to_ascii_uppercase()));
    }
    if !is(&PARSED) {
        return Err(near(sql, Some(first.start)));
    }
    if ["begin", "commit", "end", "rollback", "abort"].iter().any(|verb| first.is_word(sql, verb))
        && let Some(next) = lexer.clone().next()?
        && next.is_word(sql, "tran")
    {
        return Err(near(sql, Some(next.start)));
    }
    if first.is_word(sql, "create")
        && let Some(kind) = lexer.next()?
        && kind.kind == TokenKind::Word
        && !CREATED.iter().any(|known| kind.is_word(sql, known))
    {
        return Err(Error::unsupported(format!("CREATE {}", kind.text(sql).to_ascii_uppercase())));
    }
    Ok(())
}

// The first token after EXPLAIN and its options.
fn explained(sql: &str, lexer: &mut Lexer<'_>) -> Result<Option<Token>> {
    loop {
        let before = lexer.clone();
        let Some(token) = lexer.next()? else { return Ok(None) };
        if token.kind == TokenKind::Open {
            // Options stand in parentheses, and so may the query.
            let mut inside = before;
            inside.next()?;
            let is_option = inside.next()?.is_some_and(|next| {
                ["analyze", "verbose", "costs", "settings", "buffers", "wal", "timing", "summary", "format"]
                    .iter()
                    .any(|option| next.is_word(sql, option))
            });
            if !is_option {
                return Ok(Some(token));
            }
            while lexer.next()?.is_some_and(|token| token.kind != TokenKind::Close) {}
        } else if !token.is_word(sql, "analyze") && !token.is_word(sql, "verbose") {
            return Ok(Some(token));
        }
    }
}
