//! DROP, TRUNCATE, COMMENT.

use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::reader::{Reader, qualified};
use super::types::{Command, CommentOn, ObjectKind};

/// DROP of anything.
pub(super) fn drop(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["drop"])?;
    let Some(word) = reader.peek_word() else { return Err(reader.unexpected()) };
    let kind = match word.as_str() {
        "table" => ObjectKind::Table,
        "view" => ObjectKind::View,
        "index" => ObjectKind::Index,
        "sequence" => ObjectKind::Sequence,
        "schema" => ObjectKind::Schema,
        "trigger" => ObjectKind::Trigger,
        "materialized" => {
            reader.expect(&["materialized"])?;
            ObjectKind::MaterializedView
        }
        "function" | "procedure" | "routine" => ObjectKind::Function,
        "type" => ObjectKind::Type,
        "domain" => ObjectKind::Domain,
        "role" | "user" | "group" | "policy" | "rule" | "operator" | "aggregate" | "cast" | "collation"
        | "conversion" | "database" | "event" | "extension" | "foreign" | "language" | "owned"
        | "publication" | "server" | "statistics" | "subscription" | "tablespace" | "text" | "transform"
        | "access" | "procedural" => {
            return Err(Error::unsupported(format!("DROP {}", word.to_ascii_uppercase())));
        }
        _ => return Err(reader.unexpected()),
    };
    reader.next();
    if kind == ObjectKind::Function {
        return super::routine::drop(reader);
    }
    if kind == ObjectKind::Index {
        reader.take(&["concurrently"]);
    }
    let if_exists = reader.take(&["if", "exists"]);
    let mut names = Vec::new();
    loop {
        names.push(reader.object()?);
        if kind == ObjectKind::Trigger || !reader.take_kind(TokenKind::Comma) {
            break;
        }
    }
    let on = if kind == ObjectKind::Trigger {
        reader.expect(&["on"])?;
        Some(reader.object()?)
    } else {
        None
    };
    let cascade = reader.take(&["cascade"]);
    if !cascade {
        reader.take(&["restrict"]);
    }
    Ok(Command::Drop { kind, names, if_exists, cascade, on })
}

/// TRUNCATE.
pub(super) fn truncate(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["truncate"])?;
    reader.take(&["table"]);
    let mut names = Vec::new();
    loop {
        let only = reader.take(&["only"]);
        names.push((reader.object()?, only));
        reader.operator("*");
        if !reader.take_kind(TokenKind::Comma) {
            break;
        }
    }
    let restart = reader.take(&["restart", "identity"]);
    if !restart {
        reader.take(&["continue", "identity"]);
    }
    let cascade = reader.take(&["cascade"]);
    if !cascade {
        reader.take(&["restrict"]);
    }
    Ok(Command::Truncate { names, restart, cascade })
}

/// COMMENT ON.
pub(super) fn comment(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["comment", "on"])?;
    let Some(word) = reader.peek_word() else { return Err(reader.unexpected()) };
    reader.next();
    let on = match word.as_str() {
        "table" => CommentOn::Object(ObjectKind::Table, reader.object()?),
        "view" => CommentOn::Object(ObjectKind::View, reader.object()?),
        "index" => CommentOn::Object(ObjectKind::Index, reader.object()?),
        "sequence" => CommentOn::Object(ObjectKind::Sequence, reader.object()?),
        "schema" => CommentOn::Object(ObjectKind::Schema, reader.object()?),
        "materialized" => {
            reader.expect(&["view"])?;
            CommentOn::Object(ObjectKind::MaterializedView, reader.object()?)
        }
        "column" => {
            let start = reader.peek().map_or(0, |token| token.start);
            let mut parts = reader.parts()?;
            let column = parts.pop().unwrap_or_default();
            if parts.is_empty() {
                return Err(Error::new(
                    crate::error::SqlState::SYNTAX_ERROR,
                    "column name must be qualified",
                ));
            }
            CommentOn::Column(qualified(parts, start)?, column)
        }
        "constraint" => {
            let name = reader.name()?;
            reader.expect(&["on"])?;
            CommentOn::Constraint(name, reader.object()?)
        }
        other => return Err(Error::unsupported(format!("COMMENT ON {}", other.to_ascii_uppercase()))),
    };
    reader.expect(&["is"])?;
    let text = if reader.take(&["null"]) { None } else { Some(reader.string()?) };
    Ok(Command::Comment(on, text))
}
