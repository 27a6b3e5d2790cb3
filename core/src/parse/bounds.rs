//! Bounds what a statement may ask of the recursive parser, before it starts.
//!
//! sqlparser recurses per nested parenthesis and frees operator chains recursively, so a hostile text
//! would overflow the stack (1 MB in a browser). One pass over the tokens counts what leads to depth.
//!
//! ```text
//! a OR a OR a ...      logic chain: n-ary after bind, deep only while the syntax tree lives
//! a + a + a ...        operator chain: deep in every later stage
//! ((( ... )))          nesting; a nested query costs several plain levels
//! NOT NOT - - ...      each is a level of the parser's, which goes on inside the operand
//! ```

use crate::base::limits::{
    LOGIC_CHAIN_MAX, NESTING_MAX, OPERATOR_CHAIN_MAX, PARAMETERS_MAX, PARSER_DEPTH_MAX, QUERY_CHAIN_MAX,
    STATEMENT_BYTES_MAX,
};
use crate::error::stack::too_complex;
use crate::error::{Error, Result, SqlState};

use super::lexer::{Lexer, Token, TokenKind};
use super::position;

/// How many plain levels a nested query counts for: sqlparser's stack frames for `( SELECT` are that
/// much larger than for `(`.
const QUERY_WEIGHT: usize = 6;

/// What one level of parentheses (or one CASE) has seen so far.
#[derive(Clone, Copy, Default)]
struct Level {
    weight: usize,
    /// Operators right before it, whose operand it is.
    prefixes: usize,
    is_case: bool,
    /// Inside FROM, where a comma leads to another table.
    in_from: bool,
    /// Operators and logic words since the last comma or clause.
    operators: usize,
    /// The most operators of an earlier operand of AND or OR.
    operators_before: usize,
    logic: usize,
    /// Set operations, joins and commas of FROM.
    queries: usize,
    /// The deepest closed level below: its operators, and those with its logic words.
    below_operators: usize,
    below_tree: usize,
    /// The largest sums of earlier parts of this level.
    operators_max: usize,
    tree_max: usize,
}

impl Level {
    fn depth_in_operators(&self) -> usize {
        self.operators_max.max(self.below_operators + self.operators)
    }

    fn depth_of_tree(&self) -> usize {
        self.tree_max.max(self.below_tree + self.operators.max(self.operators_before) + self.logic)
    }

    // A comma or a keyword of a clause ends the chain.
    fn end_chain(&mut self) {
        self.operators_max = self.depth_in_operators();
        self.tree_max = self.depth_of_tree();
        self.operators = 0;
        self.operators_before = 0;
        self.logic = 0;
    }
}

/// The open levels.
struct Levels {
    stack: Vec<Level>,
    top: Level,
    nesting: usize,
    /// Prefixes of all open levels, and those since the last operand.
    prefixes: usize,
    run: usize,
}

impl Levels {
    fn open(&mut self, weight: usize, is_case: bool) {
        self.stack.push(self.top);
        let prefixes = core::mem::take(&mut self.run);
        self.top = Level { weight, prefixes, is_case, ..Level::default() };
        self.nesting += weight;
        self.prefixes += prefixes;
    }

    // A stray END or parenthesis is the parser's to report.
    fn close(&mut self, case: bool) {
        while !case || self.top.is_case {
            let Some(parent) = self.stack.pop() else { return };
            let closed = core::mem::replace(&mut self.top, parent);
            self.nesting = self.nesting.saturating_sub(closed.weight);
            self.prefixes = self.prefixes.saturating_sub(closed.prefixes);
            self.top.below_operators = self.top.below_operators.max(closed.depth_in_operators() + 1);
            self.top.below_tree = self.top.below_tree.max(closed.depth_of_tree() + 1);
            // A parenthesis also closes the CASEs left open inside it.
            if case || !closed.is_case {
                return;
            }
        }
    }

    // `((SELECT`: each of the parentheses that stand right before it is read as a query.
    fn begin_query(&mut self, opened: usize) {
        let outer = self.stack.iter_mut().rev();
        for level in core::iter::once(&mut self.top).chain(outer).take(opened) {
            level.weight += QUERY_WEIGHT;
            self.nesting += QUERY_WEIGHT;
        }
    }

    fn is_too_deep(&self) -> bool {
        self.nesting > NESTING_MAX
            || self.nesting + self.prefixes + self.run > PARSER_DEPTH_MAX
            || self.top.depth_in_operators() > OPERATOR_CHAIN_MAX
            || self.top.depth_of_tree() > LOGIC_CHAIN_MAX
            || self.top.queries > QUERY_CHAIN_MAX
    }

    fn word(&mut self, token: Token, sql: &str, opened: usize) {
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
                self.top.operators_max = self.top.depth_in_operators();
                self.top.logic += 1;
                self.top.operators_before = self.top.operators_before.max(self.top.operators);
                self.top.operators = 0;
            }
            b"NOT" | b"IS" | b"LIKE" | b"ILIKE" | b"IN" | b"BETWEEN" | b"COLLATE" | b"ISNULL"
            | b"NOTNULL" | b"AT" | b"SIMILAR" => self.top.operators += 1,
            b"UNION" | b"INTERSECT" | b"EXCEPT" | b"JOIN" => {
                self.top.queries += 1;
                self.top.end_chain();
            }
            b"CASE" => self.open(2, true),
            b"END" => self.close(true),
            b"SELECT" | b"WITH" | b"VALUES" => {
                self.top.end_chain();
                self.top.in_from = false;
                self.begin_query(opened);
            }
            b"ON" => self.top.end_chain(),
            b"FROM" => {
                self.top.end_chain();
                self.top.in_from = true;
            }
            b"WHEN" | b"THEN" | b"ELSE" | b"WHERE" | b"HAVING" | b"GROUP" | b"ORDER" | b"SET" | b"LIMIT" => {
                self.top.end_chain();
                self.top.in_from = false;
            }
            _ => {}
        }
    }
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
    let mut levels = Levels { stack: Vec::new(), top: Level::default(), nesting: 0, prefixes: 0, run: 0 };
    let mut tokens = 0usize;
    let mut after_open = 0;
    // A parenthesis here is a join's or a query's: sqlparser tries both.
    let mut wants_table = false;
    let mut wants_operand = false;
    while let Some(token) = lexer.next()? {
        tokens += 1;
        // sqlparser would take the reserved word for a column and complain later, or never.
        if core::mem::take(&mut wants_operand) && begins_clause(token, sql) {
            return Err(super::parser::near(sql, Some(token.start)));
        }
        wants_operand = match token.kind {
            TokenKind::Comma => true,
            TokenKind::Operator => token.text(sql) != "*",
            _ => false,
        };
        let opened = core::mem::take(&mut after_open);
        let table = core::mem::take(&mut wants_table);
        let is_prefix = token.kind == TokenKind::Operator || token.is_word(sql, "not");
        if is_prefix {
            levels.run += 1;
        } else if !matches!(token.kind, TokenKind::Open | TokenKind::OpenBracket)
            && !token.is_word(sql, "case")
        {
            levels.run = 0;
        }
        match token.kind {
            TokenKind::Open | TokenKind::OpenBracket => {
                let weight = if table { 1 + QUERY_WEIGHT } else { 1 };
                wants_table = table;
                // Subscripts and array types follow one another: a[1][2], int[][].
                levels.top.operators += usize::from(token.kind == TokenKind::OpenBracket);
                levels.open(weight, false);
                after_open = opened + 1;
            }
            TokenKind::Close | TokenKind::CloseBracket => levels.close(false),
            TokenKind::Comma => {
                levels.top.end_chain();
                wants_table = levels.top.in_from;
                levels.top.queries += usize::from(levels.top.in_from);
            }
            TokenKind::Operator | TokenKind::DoubleColon => levels.top.operators += 1,
            TokenKind::Word => {
                levels.word(token, sql, opened);
                wants_table = ["from", "join", "lateral"].iter().any(|word| token.is_word(sql, word));
            }
            TokenKind::Parameter => check_parameter(token, sql)?,
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
        if levels.is_too_deep() {
            return Err(too_complex().at(position::of_byte(sql, token.start)));
        }
    }
    Ok(tokens)
}

fn begins_clause(token: Token, sql: &str) -> bool {
    const WORDS: [&str; 18] = [
        "from",
        "where",
        "group",
        "having",
        "order",
        "limit",
        "offset",
        "fetch",
        "union",
        "intersect",
        "except",
        "and",
        "or",
        "then",
        "when",
        "else",
        "end",
        "returning",
    ];
    token.kind == TokenKind::Word && WORDS.iter().any(|word| token.is_word(sql, word))
}

fn check_parameter(token: Token, sql: &str) -> Result<()> {
    let number = token.text(sql).get(1..).and_then(|digits| digits.parse::<usize>().ok());
    if number.is_some_and(|number| (1..=PARAMETERS_MAX).contains(&number)) {
        return Ok(());
    }
    Err(Error::new(SqlState::UNDEFINED_PARAMETER, format!("there is no parameter {}", token.text(sql)))
        .at(position::of_byte(sql, token.start)))
}
