//! One statement's text to a syntax tree, with errors in PostgreSQL's words.

use std::sync::Arc;

use sqlparser::ast;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token as SqlToken, TokenWithSpan, Tokenizer};

use crate::base::limits::PARSER_DEPTH_MAX;
use crate::error::stack::{Stack, too_complex};
use crate::error::{Error, Result, SqlState};

use super::define::{self, Command};
use super::dialect::{self, Grammar};
use super::insert_rows::{self, InsertRows};
use super::lexer::Lexer;
use super::rewrite::rewrite;
use super::subscripts::{self, Subscripts};
use super::{bounds, command, operators, position, strict};

/// A parsed statement with its text.
#[derive(Clone, Debug)]
pub struct Parsed {
    sql: Arc<str>,
    ast: Ast,
    overriding: Option<Overriding>,
    subscripts: Arc<Subscripts>,
    arbiter: Option<Arbiter>,
}

/// What ON CONFLICT says of an index beyond names of columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Arbiter {
    /// Its keys, as they were written.
    pub(crate) keys: Vec<String>,
    /// Its WHERE.
    pub(crate) predicate: Option<String>,
}

/// `OVERRIDING .. VALUE` of an INSERT.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Overriding {
    /// `OVERRIDING SYSTEM VALUE`: given values win over GENERATED ALWAYS.
    System,
    /// `OVERRIDING USER VALUE`: identity columns ignore given values.
    User,
}

/// The syntax of one statement.
#[derive(Clone, Debug)]
pub(crate) enum Ast {
    /// Only white space and comments.
    Empty,
    /// A statement as sqlparser sees it. Shared: the browser's parser cannot copy one (ADR 0011).
    Statement(Arc<ast::Statement>),
    /// A command with a grammar of its own.
    Command(Arc<Command>),
    /// `INSERT INTO t VALUES` of nothing but literals.
    InsertRows(Box<InsertRows>),
}

impl Parsed {
    /// The text.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    pub(crate) fn ast(&self) -> &Ast {
        &self.ast
    }

    /// The command, if it is one with a grammar of its own.
    pub fn command(&self) -> Option<&Command> {
        match &self.ast {
            Ast::Command(command) => Some(command),
            Ast::Empty | Ast::Statement(_) | Ast::InsertRows(_) => None,
        }
    }

    pub(crate) fn overriding(&self) -> Option<Overriding> {
        self.overriding
    }

    pub(crate) fn arbiter(&self) -> Option<Arbiter> {
        self.arbiter.clone()
    }

    /// Subscripts of targets, which are taken out of the text, too.
    pub(crate) fn subscripts(&self) -> Arc<Subscripts> {
        Arc::clone(&self.subscripts)
    }

    /// Whether a failed transaction lets it through: it ends the transaction, or goes back to a savepoint.
    pub fn ends_failure(&self) -> bool {
        match &self.ast {
            Ast::Statement(statement) => {
                matches!(**statement, ast::Statement::Commit { .. } | ast::Statement::Rollback { .. })
            }
            Ast::Empty | Ast::Command(_) | Ast::InsertRows(_) => false,
        }
    }

    fn new(sql: &str, ast: Ast) -> Parsed {
        Parsed { sql: sql.into(), ast, overriding: None, subscripts: Arc::default(), arbiter: None }
    }
}

/// Parses one statement; a semicolon may end it. Length, nesting and chains are bounded (54000, 54001);
/// what is not SQL is 42601 with its position.
pub fn parse(sql: &str) -> Result<Parsed> {
    parse_within(sql, Stack::here())
}

/// [`parse`], of what is kept as text, while a stage is at work that has used some of its stack.
pub(crate) fn parse_within(sql: &str, stack: Stack) -> Result<Parsed> {
    if let Some(rows) = insert_rows::parse(sql)? {
        return Ok(Parsed::new(sql, Ast::InsertRows(Box::new(rows))));
    }
    let tokens = bounds::check(sql)?;
    if tokens == 0 {
        return Ok(Parsed::new(sql, Ast::Empty));
    }
    if let Some(command) = define::parse(sql)? {
        return Ok(Parsed::new(sql, Ast::Command(Arc::new(command))));
    }
    command::check(sql)?;
    let grammar = dialect::grammar(stack);
    let (mut parser, overriding, subscripts, arbiter) = parser(sql, &grammar)?;
    let statement = parser.parse_statement().map_err(|error| syntax_error(sql, &error, &grammar))?;
    while parser.consume_token(&SqlToken::SemiColon) {}
    // Also of a text that was read to its end: words that were too deep to be operators are then names.
    if dialect::ran_out(&grammar) {
        return Err(too_complex());
    }
    let rest = parser.peek_token_ref();
    if rest.token != SqlToken::EOF {
        let at = position::byte_of(sql, rest.span.start);
        return Err(near(sql, at));
    }
    let subscripts = Arc::new(subscripts);
    Ok(Parsed { overriding, subscripts, arbiter, ..Parsed::new(sql, Ast::Statement(Arc::new(statement))) })
}

/// Parses a lone scalar expression: a stored DEFAULT or CHECK.
pub(crate) fn parse_expression(sql: &str, stack: Stack) -> Result<ast::Expr> {
    bounds::check(sql)?;
    let grammar = dialect::grammar(stack);
    let (mut parser, ..) = parser(sql, &grammar)?;
    let expr = parser.parse_expr().map_err(|error| syntax_error(sql, &error, &grammar))?;
    if dialect::ran_out(&grammar) {
        return Err(too_complex());
    }
    match &parser.peek_token_ref().token {
        SqlToken::EOF => Ok(expr),
        _ => Err(near(sql, position::byte_of(sql, parser.peek_token_ref().span.start))),
    }
}

/// Parses the name of a type.
pub(crate) fn parse_type(sql: &str) -> Result<ast::DataType> {
    bounds::check(sql)?;
    let grammar = dialect::grammar(Stack::here());
    let (mut parser, ..) = parser(sql, &grammar)?;
    let ty = parser.parse_data_type().map_err(|error| syntax_error(sql, &error, &grammar))?;
    match &parser.peek_token_ref().token {
        SqlToken::EOF => Ok(ty),
        _ => Err(near(sql, position::byte_of(sql, parser.peek_token_ref().span.start))),
    }
}

type Made<'g> = (Parser<'g>, Option<Overriding>, Subscripts, Option<Arbiter>);

fn parser<'g>(sql: &str, grammar: &'g Grammar) -> Result<Made<'g>> {
    let tokens = Tokenizer::new(grammar, sql)
        .tokenize_with_location()
        .map_err(|error| near(sql, position::byte_of(sql, error.location)))?;
    let mut tokens = strict::mend(sql, tokens)?;
    operators::join(sql, &mut tokens);
    let overriding = take_overriding(&mut tokens);
    let arbiter = take_arbiter(sql, &mut tokens);
    rewrite(&mut tokens);
    let subscripts =
        subscripts::take(&mut tokens, grammar).map_err(|error| syntax_error(sql, &error, grammar))?;
    super::parentheses::thin(&mut tokens);
    let parser = Parser::new(grammar)
        // `bounds` has counted already; this is the net below it, for depth it cannot see.
        .with_recursion_limit(PARSER_DEPTH_MAX)
        .with_tokens_with_locations(tokens);
    Ok((parser, overriding, subscripts, arbiter))
}

// sqlparser does not know OVERRIDING: it is taken out of an INSERT's tokens, before VALUES or the query.
fn take_overriding(tokens: &mut Vec<TokenWithSpan>) -> Option<Overriding> {
    let word = |token: &TokenWithSpan| match &token.token {
        SqlToken::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_uppercase()),
        _ => None,
    };
    let mut words: Vec<(usize, String)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if matches!(token.token, SqlToken::Whitespace(_)) {
            continue;
        }
        let text = word(token).unwrap_or_default();
        if words.is_empty() && text != "INSERT" && text != "EXPLAIN" {
            return None;
        }
        // What follows these belongs to the source, where the word may be a column.
        if text == "VALUES" || text == "SELECT" {
            return None;
        }
        words.push((at, text));
        if let [.., (from, first), (_, kind), (to, last)] = words.as_slice()
            && first == "OVERRIDING"
            && last == "VALUE"
        {
            let overriding = match kind.as_str() {
                "SYSTEM" => Overriding::System,
                "USER" => Overriding::User,
                _ => return None,
            };
            let range = *from..=*to;
            tokens.drain(range);
            return Some(overriding);
        }
    }
    None
}

// sqlparser knows columns in ON CONFLICT only: where there is more, all of it is taken out of the tokens.
fn take_arbiter(sql: &str, tokens: &mut Vec<TokenWithSpan>) -> Option<Arbiter> {
    let seen: Vec<usize> =
        (0..tokens.len()).filter(|at| !matches!(tokens[*at].token, SqlToken::Whitespace(_))).collect();
    let is = |at: usize, word: &str| match seen.get(at).map(|at| &tokens[*at].token) {
        Some(SqlToken::Word(found)) => found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word),
        _ => false,
    };
    let on = (0..seen.len()).find(|at| is(*at, "on") && is(at + 1, "conflict"))?;
    let token = |at: usize| seen.get(at).map(|at| &tokens[*at].token);
    if token(on + 2) != Some(&SqlToken::LParen) {
        return None;
    }
    // Texts between commas at the first depth, and whether one is not just a name.
    let place = |at: usize| seen.get(at).and_then(|at| position::byte_of(sql, tokens[*at].span.start));
    let (mut depth, mut at, mut start, mut keys, mut plain) = (0, on + 2, on + 3, Vec::new(), true);
    loop {
        match token(at)? {
            SqlToken::LParen => depth += 1,
            SqlToken::RParen if depth > 1 => depth -= 1,
            end @ (SqlToken::RParen | SqlToken::Comma) if depth == 1 => {
                keys.push(sql.get(place(start)?..place(at)?)?.trim().to_owned());
                plain &= at == start + 1;
                start = at + 1;
                if *end == SqlToken::RParen {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let close = at;
    let mut predicate = None;
    if is(close + 1, "where") {
        let ends = |at: &usize| is(*at, "do") && (is(at + 1, "nothing") || is(at + 1, "update"));
        at = (close + 2..seen.len()).find(ends)?;
        predicate = Some(sql.get(place(close + 2)?..place(at)?)?.trim().to_owned());
        at -= 1;
    } else if plain {
        return None;
    }
    let range = *seen.get(on + 2)?..=*seen.get(at)?;
    tokens.drain(range);
    Some(Arbiter { keys, predicate })
}

fn syntax_error(sql: &str, error: &ParserError, grammar: &Grammar) -> Error {
    if dialect::ran_out(grammar) {
        return too_complex();
    }
    let message = match error {
        ParserError::RecursionLimitExceeded => return too_complex(),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    // What some rule of sqlparser refuses on purpose, rather than failing to read, is still 42601.
    near(sql, location_in(message).and_then(|location| position::byte_of(sql, location)))
}

// sqlparser writes " at Line: 3, Column: 7" at the end of its messages, and nothing at the end of input.
fn location_in(message: &str) -> Option<Location> {
    let (_, tail) = message.rsplit_once(" at Line: ")?;
    let (line, column) = tail.split_once(", Column: ")?;
    Some(Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
}

/// `syntax error at or near "x"` for the token at byte `at`.
pub(crate) fn near(sql: &str, at: Option<usize>) -> Error {
    let token = at.and_then(|at| Lexer::from(sql, at).next().ok().flatten());
    match token {
        Some(token) => {
            Error::new(SqlState::SYNTAX_ERROR, format!("syntax error at or near \"{}\"", token.text(sql)))
                .at(position::of_byte(sql, token.start))
        }
        None => Error::new(SqlState::SYNTAX_ERROR, "syntax error at end of input")
            .at(position::of_byte(sql, sql.len())),
    }
}
