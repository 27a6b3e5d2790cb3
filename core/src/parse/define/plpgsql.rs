//! The bodies of trigger functions: a small part of PL/pgSQL.
//!
//! ```text
//! [DECLARE name type [:= expression]; ..] BEGIN steps END
//! NEW.column := expression;   name := expression;   IF .. THEN .. ELSIF .. ELSE .. END IF;
//! RAISE EXCEPTION 'format', ..;   RETURN NEW | OLD | NULL;   PERFORM ..;   NULL;   any statement of SQL
//! ```
//!
//! Expressions and statements stay text; whoever runs them puts the variables in.

use crate::error::{Error, Result, SqlState};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;

/// A body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// Name, type and first value of each variable.
    pub variables: Vec<(String, String, Option<String>)>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// `target := expression`; a target is `new.column` or a variable.
    Assign(String, String),
    /// IF with its conditions, and ELSE.
    If(Vec<(String, Vec<Step>)>, Vec<Step>),
    /// RAISE EXCEPTION.
    Raise(Raise),
    /// RETURN
    Return(Returned),
    /// A statement, and the targets of its INTO.
    Sql(String, Vec<String>),
}

/// What RETURN names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returned {
    /// The new row.
    New,
    /// The old row.
    Old,
    /// Nothing.
    Null,
}

/// RAISE EXCEPTION.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raise {
    /// The message, with `%` for arguments.
    pub format: String,
    /// The arguments.
    pub arguments: Vec<String>,
    /// USING: option and expression.
    pub options: Vec<(String, String)>,
}

/// Reads a body.
pub fn parse_block(body: &str) -> Result<Block> {
    let mut reader = Reader::new(body)?;
    let mut variables = Vec::new();
    if reader.take(&["declare"]) {
        while !reader.take(&["begin"]) {
            let name = reader.name()?;
            let ends =
                |reader: &Reader<'_>| is_assigned(reader) || reader.peek_word().as_deref() == Some("default");
            let ty = reader.text_until(ends)?.text;
            let value = if take_assigned(&mut reader) || reader.take(&["default"]) {
                Some(reader.text_until(|_| false)?.text)
            } else {
                None
            };
            reader.expect_kind(TokenKind::Semicolon)?;
            variables.push((name, ty, value));
        }
    } else {
        reader.expect(&["begin"])?;
    }
    let steps = steps(&mut reader, 0)?;
    reader.expect(&["end"])?;
    reader.end()?;
    Ok(Block { variables, steps })
}

fn is_assigned(reader: &Reader<'_>) -> bool {
    reader.peek().is_some_and(|token| matches!(token.text(reader.sql), ":=" | "=" | ":"))
}

fn take_assigned(reader: &mut Reader<'_>) -> bool {
    reader.operator(":=") || reader.operator("=") || reader.operator(":") && reader.operator("=")
}

fn steps(reader: &mut Reader<'_>, depth: usize) -> Result<Vec<Step>> {
    if depth > 50 {
        return Err(Error::new(SqlState::STATEMENT_TOO_COMPLEX, "blocks are nested too deeply"));
    }
    let mut steps = Vec::new();
    while !matches!(reader.peek_word().as_deref(), Some("end" | "elsif" | "elseif" | "else") | None) {
        if let Some(step) = step(reader, depth)? {
            steps.push(step);
        }
    }
    Ok(steps)
}

fn step(reader: &mut Reader<'_>, depth: usize) -> Result<Option<Step>> {
    let word = reader.peek_word().unwrap_or_default();
    let step = match word.as_str() {
        "if" => branches(reader, depth)?,
        "return" => {
            reader.next();
            Step::Return(match reader.peek_word().as_deref() {
                Some("new") => Returned::New,
                Some("old") => Returned::Old,
                Some("null") => Returned::Null,
                _ => return Err(Error::unsupported("RETURN of something else than NEW, OLD and NULL")),
            })
        }
        "raise" => {
            reader.next();
            Step::Raise(raise(reader)?)
        }
        "null" => {
            reader.next();
            reader.expect_kind(TokenKind::Semicolon)?;
            return Ok(None);
        }
        "perform" => {
            reader.next();
            Step::Sql(format!("SELECT {}", reader.text_until(|_| false)?.text), Vec::new())
        }
        "for" | "while" | "loop" | "foreach" | "case" | "begin" | "declare" | "execute" | "get" | "open"
        | "exit" | "continue" | "call" | "assert" | "commit" | "rollback" => {
            return Err(Error::unsupported(format!("{} in PL/pgSQL", word.to_ascii_uppercase())));
        }
        "insert" | "update" | "delete" | "select" | "with" | "merge" => statement(reader)?,
        _ => {
            let target = reader.parts()?.join(".");
            if !take_assigned(reader) {
                return Err(reader.unexpected());
            }
            Step::Assign(target, reader.text_until(|_| false)?.text)
        }
    };
    if matches!(step, Step::Return(_)) {
        reader.next();
    }
    reader.expect_kind(TokenKind::Semicolon)?;
    Ok(Some(step))
}

fn branches(reader: &mut Reader<'_>, depth: usize) -> Result<Step> {
    let (mut branches, mut otherwise) = (Vec::new(), Vec::new());
    reader.expect(&["if"])?;
    loop {
        let condition = reader.text_until(|reader| reader.peek_word().as_deref() == Some("then"))?.text;
        reader.expect(&["then"])?;
        branches.push((condition, steps(reader, depth + 1)?));
        if reader.take(&["elsif"]) || reader.take(&["elseif"]) {
            continue;
        }
        if reader.take(&["else"]) {
            otherwise = steps(reader, depth + 1)?;
        }
        reader.expect(&["end", "if"])?;
        return Ok(Step::If(branches, otherwise));
    }
}

fn raise(reader: &mut Reader<'_>) -> Result<Raise> {
    for level in ["debug", "log", "info", "notice", "warning"] {
        if reader.take(&[level]) {
            return Err(Error::unsupported(format!("RAISE {}", level.to_ascii_uppercase())));
        }
    }
    reader.take(&["exception"]);
    let format = match reader.is(TokenKind::Text) || reader.is(TokenKind::EscapeText) {
        true => reader.string()?,
        false => return Err(Error::unsupported("RAISE without a format")),
    };
    let (mut arguments, mut options) = (Vec::new(), Vec::new());
    let ends =
        |reader: &Reader<'_>| reader.is(TokenKind::Comma) || reader.peek_word().as_deref() == Some("using");
    while reader.take_kind(TokenKind::Comma) {
        arguments.push(reader.text_until(ends)?.text);
    }
    if reader.take(&["using"]) {
        loop {
            let option = reader.name()?;
            if !take_assigned(reader) {
                return Err(reader.unexpected());
            }
            options.push((option, reader.text_until(ends)?.text));
            if !reader.take_kind(TokenKind::Comma) {
                break;
            }
        }
    }
    let places = format.replace("%%", "").matches('%').count();
    if places != arguments.len() {
        let few = if arguments.len() < places { "few" } else { "many" };
        return Err(Error::new(SqlState::SYNTAX_ERROR, format!("too {few} parameters specified for RAISE")));
    }
    Ok(Raise { format, arguments, options })
}

// INTO stands anywhere at the first depth of a SELECT, and is none of INSERT's.
fn statement(reader: &mut Reader<'_>) -> Result<Step> {
    let is_select = reader.peek_word().as_deref() == Some("select");
    let is_into = |reader: &Reader<'_>| is_select && reader.peek_word().as_deref() == Some("into");
    let mut text = reader.text_until(is_into)?.text;
    let mut targets = Vec::new();
    if is_select && reader.take(&["into"]) {
        reader.take(&["strict"]);
        loop {
            targets.push(reader.parts()?.join("."));
            if !reader.take_kind(TokenKind::Comma) {
                break;
            }
        }
        if !reader.is(TokenKind::Semicolon) {
            text = format!("{text} {}", reader.text_until(|_| false)?.text);
        }
    }
    Ok(Step::Sql(text, targets))
}
