//! CREATE FUNCTION, CREATE TRIGGER, DROP FUNCTION.

use crate::base::event::TriggerEvent;
use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;
use super::types::{Command, FunctionDefinition, Parameter, Returns, TriggerDefinition};

/// `name (parameters) RETURNS .. options`, after CREATE [OR REPLACE] FUNCTION.
pub(super) fn function(reader: &mut Reader<'_>, or_replace: bool) -> Result<Command> {
    reader.expect(&["function"])?;
    let name = reader.object()?;
    let parameters = parameters(reader)?;
    let returns = if !reader.take(&["returns"]) {
        Returns::Type("void".to_owned())
    } else if reader.take(&["table"]) {
        reader.expect_kind(TokenKind::Open)?;
        let mut columns = Vec::new();
        loop {
            columns.push((reader.name()?, type_text(reader)?));
            if reader.take_kind(TokenKind::Close) {
                break;
            }
            reader.expect_kind(TokenKind::Comma)?;
        }
        Returns::Table(columns)
    } else if reader.take(&["setof"]) {
        Returns::Set(type_text(reader)?)
    } else {
        Returns::Type(type_text(reader)?)
    };
    let mut made = FunctionDefinition {
        name,
        or_replace,
        parameters,
        returns,
        language: None,
        body: String::new(),
        strict: false,
        text: reader.sql.to_owned(),
    };
    while reader.peek().is_some_and(|token| token.kind != TokenKind::Semicolon) {
        option(reader, &mut made)?;
    }
    Ok(Command::CreateFunction(Box::new(made)))
}

fn parameters(reader: &mut Reader<'_>) -> Result<Vec<Parameter>> {
    reader.expect_kind(TokenKind::Open)?;
    let mut parameters = Vec::new();
    while !reader.take_kind(TokenKind::Close) {
        if !parameters.is_empty() {
            reader.expect_kind(TokenKind::Comma)?;
        }
        for mode in ["out", "inout", "variadic"] {
            if reader.take(&[mode]) {
                return Err(Error::unsupported(format!("{} parameters", mode.to_ascii_uppercase())));
            }
        }
        reader.take(&["in"]);
        // `a int`, but `double precision` and `timestamp with time zone` are types.
        let (first, second) = (reader.word_at(0).unwrap_or_default(), reader.word_at(1));
        let goes_on = match second.as_deref() {
            Some("precision" | "varying" | "with" | "without") => true,
            Some("default") | None => true,
            Some(_) => false,
        };
        let quoted = reader.is(TokenKind::Quoted);
        let name = if !goes_on && !first.is_empty() || quoted { Some(reader.name()?) } else { None };
        let ty = type_text(reader)?;
        let default = if reader.take(&["default"]) || reader.operator("=") {
            Some(reader.text_until(|reader| reader.is(TokenKind::Comma))?.text)
        } else {
            None
        };
        parameters.push(Parameter { name, ty, default });
    }
    Ok(parameters)
}

/// The text of a type: up to what cannot be part of one.
fn type_text(reader: &mut Reader<'_>) -> Result<String> {
    const ENDS: [&str; 19] = [
        "default",
        "language",
        "as",
        "immutable",
        "stable",
        "volatile",
        "strict",
        "called",
        "returns",
        "return",
        "begin",
        "parallel",
        "cost",
        "rows",
        "security",
        "leakproof",
        "not",
        "window",
        "set",
    ];
    let text = reader.text_until(|reader| {
        reader.is(TokenKind::Comma)
            || reader.is(TokenKind::Operator)
            || reader.peek_word().is_some_and(|word| ENDS.contains(&word.as_str()))
    })?;
    Ok(text.text)
}

fn option(reader: &mut Reader<'_>, made: &mut FunctionDefinition) -> Result<()> {
    const SETTLED: [&[&str]; 9] = [
        &["immutable"],
        &["stable"],
        &["volatile"],
        &["leakproof"],
        &["not", "leakproof"],
        &["called", "on", "null", "input"],
        &["security", "invoker"],
        &["security", "definer"],
        &["window"],
    ];
    if reader.take(&["language"]) {
        let name = if reader.is(TokenKind::Text) { reader.string()? } else { reader.name()? };
        made.language = Some(name.to_ascii_lowercase());
    } else if reader.take(&["strict"]) || reader.take(&["returns", "null", "on", "null", "input"]) {
        made.strict = true;
    } else if reader.take(&["parallel"]) {
        reader.name()?;
    } else if reader.take(&["cost"]) || reader.take(&["rows"]) {
        reader.next();
    } else if reader.take(&["as"]) {
        made.body = reader.string()?;
    } else if reader.take(&["return"]) {
        made.language.get_or_insert("sql".to_owned());
        made.body = format!("SELECT {}", reader.text_until(|_| false)?.text);
    } else if reader.take(&["begin", "atomic"]) {
        made.language.get_or_insert("sql".to_owned());
        made.body = reader.text_until(|_| false)?.text;
        reader.take_kind(TokenKind::Semicolon);
        if !reader.take(&["end"]) {
            return Err(Error::unsupported("several statements in a function in SQL"));
        }
    } else if reader.take(&["set"]) {
        return Err(Error::unsupported("SET of a function"));
    } else if !SETTLED.iter().any(|words| reader.take(words)) {
        return Err(reader.unexpected());
    }
    Ok(())
}

/// `name BEFORE INSERT OR .. ON table FOR EACH ROW [WHEN (..)] EXECUTE FUNCTION f(..)`.
pub(super) fn trigger(reader: &mut Reader<'_>, or_replace: bool) -> Result<Command> {
    reader.expect(&["trigger"])?;
    let name = reader.name()?;
    let before = reader.take(&["before"]);
    if !before && reader.take(&["instead", "of"]) {
        return Err(Error::unsupported("INSTEAD OF triggers"));
    }
    if !before {
        reader.expect(&["after"])?;
    }
    let mut events = Vec::new();
    loop {
        let mut columns = Vec::new();
        let event = if reader.take(&["insert"]) {
            TriggerEvent::Insert
        } else if reader.take(&["delete"]) {
            TriggerEvent::Delete
        } else if reader.take(&["truncate"]) {
            return Err(Error::unsupported("TRUNCATE triggers"));
        } else {
            reader.expect(&["update"])?;
            TriggerEvent::Update
        };
        if event == TriggerEvent::Update && reader.take(&["of"]) {
            columns.push(reader.name()?);
            while reader.take_kind(TokenKind::Comma) {
                columns.push(reader.name()?);
            }
        }
        events.push((event, columns));
        if !reader.take(&["or"]) {
            break;
        }
    }
    reader.expect(&["on"])?;
    let table = reader.object()?;
    if reader.take(&["referencing"]) {
        return Err(Error::unsupported("transition tables"));
    }
    let is_row = reader.take(&["for"]) && {
        reader.take(&["each"]);
        reader.take(&["row"])
    };
    if !is_row {
        return Err(Error::unsupported("statement-level triggers"));
    }
    let condition = if reader.take(&["when"]) {
        reader.expect_kind(TokenKind::Open)?;
        let text = reader.text_until(|_| false)?.text;
        reader.expect_kind(TokenKind::Close)?;
        Some(text)
    } else {
        None
    };
    reader.expect(&["execute"])?;
    if !reader.take(&["function"]) {
        reader.expect(&["procedure"])?;
    }
    let function = reader.object()?;
    reader.expect_kind(TokenKind::Open)?;
    let mut arguments = Vec::new();
    while !reader.take_kind(TokenKind::Close) {
        if !arguments.is_empty() {
            reader.expect_kind(TokenKind::Comma)?;
        }
        let Some(token) = reader.peek() else { return Err(reader.unexpected()) };
        arguments.push(match token.kind {
            TokenKind::Text | TokenKind::EscapeText => reader.string()?,
            _ => {
                reader.next();
                token.text(reader.sql).to_owned()
            }
        });
    }
    let text = reader.sql.to_owned();
    Ok(Command::CreateTrigger(Box::new(TriggerDefinition {
        name,
        or_replace,
        before,
        events,
        table,
        condition,
        function,
        arguments,
        text,
    })))
}

/// Names with types of parameters, after DROP FUNCTION.
pub(super) fn drop(reader: &mut Reader<'_>) -> Result<Command> {
    let if_exists = reader.take(&["if", "exists"]);
    let mut functions = Vec::new();
    loop {
        let name = reader.object()?;
        let types = if reader.is(TokenKind::Open) {
            Some(parameters(reader)?.into_iter().map(|parameter| parameter.ty).collect())
        } else {
            None
        };
        functions.push((name, types));
        if !reader.take_kind(TokenKind::Comma) {
            break;
        }
    }
    let cascade = reader.take(&["cascade"]);
    if !cascade {
        reader.take(&["restrict"]);
    }
    Ok(Command::DropFunction { functions, if_exists, cascade })
}
