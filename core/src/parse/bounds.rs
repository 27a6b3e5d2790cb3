//! Bounds what a statement may ask of the recursive parser, before it starts.
//!
//! sqlparser recurses per nested parenthesis and frees operator chains recursively, so a hostile text
//! would overflow the stack (1 MB in a browser). One pass over the tokens counts what leads to depth.
//!
//! ```text
//! a OR a OR a ...      logic chain: n-ary after bind, deep only while the syntax tree lives
//! a + a + a ...        operator chain: deep in every later stage
//! ((( ... )))          nesting; a nested query costs several plain levels
//! ```

use crate::base::limits::{
    LOGIC_CHAIN_MAX, NESTING_MAX, OPERATOR_CHAIN_MAX, PARAMETERS_MAX, QUERY_CHAIN_MAX, STATEMENT_BYTES_MAX,
};
use crate::error::{Error, Result, SqlState};

use super::lexer::{Lexer, Token, TokenKind};
use super::position;

/// How many plain levels a nested query counts for: sqlparser's stack frames for `( SELECT` are that
/// much larger than for `(`.
const QUERY_WEIGHT: usize = 6;

#[derive(Clone, Copy, Default)]
struct Level {
    weight: usize,
    operators: usize,
    logic: usize,
    queries: usize,
    is_case: bool,
}

/// Checks length, nesting, chains and parameter numbers. Answers the number of tokens.
pub(super) fn check(sql: &str) -> Result<usize> {
    if sql.len() > STATEMENT_BYTES_MAX {
        return Err(Error::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("statement is too long: {} bytes, at most {STATEMENT_BYTES_MAX} are allowed", sql.len()),
        ));
    }
    let mut lexer = Lexer::new(sql);
    let mut levels = vec![Level::default()];
    let mut nesting = 0usize;
    let mut tokens = 0usize;
    let mut after_open = false;
    while let Some(token) = lexer.next()? {
        tokens += 1;
        let opened = core::mem::take(&mut after_open);
        match token.kind {
            TokenKind::Open | TokenKind::OpenBracket => {
                levels.push(Level { weight: 1, ..Level::default() });
                nesting += 1;
                after_open = true;
            }
            TokenKind::Close | TokenKind::CloseBracket => {
                close(&mut levels, &mut nesting, false);
            }
            TokenKind::Comma => {
                let level = top(&mut levels);
                level.operators = 0;
                level.logic = 0;
            }
            TokenKind::Operator | TokenKind::DoubleColon => top(&mut levels).operators += 1,
            TokenKind::Word => word(token, sql, opened, &mut levels, &mut nesting),
            TokenKind::Parameter => {
                let number = token.text(sql).get(1..).and_then(|digits| digits.parse::<usize>().ok());
                if !number.is_some_and(|number| (1..=PARAMETERS_MAX).contains(&number)) {
                    return Err(Error::new(
                        SqlState::UNDEFINED_PARAMETER,
                        format!("there is no parameter {}", token.text(sql)),
                    )
                    .at(position::of_byte(sql, token.start)));
                }
            }
            TokenKind::Quoted
            | TokenKind::Text
            | TokenKind::EscapeText
            | TokenKind::DollarText
            | TokenKind::OtherText
            | TokenKind::Integer
            | TokenKind::Decimal
            | TokenKind::Semicolon
            | TokenKind::Dot
            | TokenKind::Stray => {}
        }
        let level = top(&mut levels);
        if nesting > NESTING_MAX
            || level.operators > OPERATOR_CHAIN_MAX
            || level.logic > LOGIC_CHAIN_MAX
            || level.queries > QUERY_CHAIN_MAX
        {
            return Err(too_complex().at(position::of_byte(sql, token.start)));
        }
    }
    Ok(tokens)
}

/// What PostgreSQL says when its stack would overflow.
pub(crate) fn too_complex() -> Error {
    Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
        .with_hint("The statement is nested too deeply, or chains too many operators or queries.")
}

fn top(levels: &mut Vec<Level>) -> &mut Level {
    if levels.is_empty() {
        levels.push(Level::default());
    }
    levels.last_mut().expect("a level was pushed when there was none")
}

fn close(levels: &mut Vec<Level>, nesting: &mut usize, case: bool) {
    // A stray END or parenthesis is the parser's to report.
    while levels.len() > 1 {
        if case && !levels.last().is_some_and(|level| level.is_case) {
            return;
        }
        let closed = levels.pop().expect("more than one level");
        *nesting = nesting.saturating_sub(closed.weight);
        // A parenthesis also closes the CASEs left open inside it.
        if case || !closed.is_case {
            return;
        }
    }
}

fn word(token: Token, sql: &str, opened: bool, levels: &mut Vec<Level>, nesting: &mut usize) {
    let text = token.text(sql);
    if text.len() > 10 {
        return;
    }
    let mut buffer = [0u8; 10];
    let upper = &mut buffer[..text.len()];
    upper.copy_from_slice(text.as_bytes());
    upper.make_ascii_uppercase();
    match &*upper {
        b"AND" | b"OR" => {
            let level = top(levels);
            level.logic += 1;
            level.operators = 0;
        }
        b"NOT" | b"IS" | b"LIKE" | b"ILIKE" | b"IN" | b"BETWEEN" | b"COLLATE" | b"ISNULL" | b"NOTNULL"
        | b"AT" | b"SIMILAR" => top(levels).operators += 1,
        b"UNION" | b"INTERSECT" | b"EXCEPT" | b"JOIN" => top(levels).queries += 1,
        b"CASE" => {
            levels.push(Level { weight: 2, is_case: true, ..Level::default() });
            *nesting += 2;
        }
        b"END" => close(levels, nesting, true),
        b"WHEN" | b"THEN" | b"ELSE" => {
            let level = top(levels);
            level.operators = 0;
            level.logic = 0;
        }
        b"SELECT" | b"WITH" | b"VALUES" => {
            let level = top(levels);
            level.operators = 0;
            level.logic = 0;
            if opened {
                level.weight += QUERY_WEIGHT;
                *nesting += QUERY_WEIGHT;
            }
        }
        b"FROM" | b"WHERE" | b"HAVING" | b"GROUP" | b"ORDER" | b"ON" | b"SET" | b"LIMIT" => {
            let level = top(levels);
            level.operators = 0;
            level.logic = 0;
        }
        _ => {}
    }
}
