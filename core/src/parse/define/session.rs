//! PREPARE and EXECUTE, LOCK, DISCARD, maintenance, and the forms of SET that are no settings.

use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;
use super::types::{Command, Discarded, Maintenance};

/// Commands that begin with a verb of their own.
pub(super) fn utility(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    let Some(verb) = reader.peek_word() else { return Ok(None) };
    reader.next();
    let command = match verb.as_str() {
        "prepare" => {
            if reader.take(&["transaction"]) {
                return Err(Error::unsupported("PREPARE TRANSACTION"));
            }
            prepare(reader)?
        }
        "execute" => {
            let name = reader.name()?;
            let mut arguments = Vec::new();
            if reader.take_kind(TokenKind::Open) {
                loop {
                    arguments.push(reader.text_until(|reader| reader.is(TokenKind::Comma))?);
                    if reader.take_kind(TokenKind::Close) {
                        break;
                    }
                    reader.expect_kind(TokenKind::Comma)?;
                }
            }
            Command::Execute { name, arguments }
        }
        "deallocate" => {
            reader.take(&["prepare"]);
            Command::Deallocate(if reader.take(&["all"]) { None } else { Some(reader.name()?) })
        }
        "discard" => Command::Discard(if reader.take(&["all"]) {
            Discarded::All
        } else if reader.take(&["plans"]) {
            Discarded::Plans
        } else if reader.take(&["sequences"]) {
            Discarded::Sequences
        } else if reader.take(&["temp"]) || reader.take(&["temporary"]) {
            Discarded::Temp
        } else {
            return Err(reader.unexpected());
        }),
        "lock" => {
            reader.take(&["table"]);
            reader.take(&["only"]);
            let names = reader.objects()?;
            if reader.take(&["in"]) {
                while !reader.take(&["mode"]) {
                    reader.name()?;
                }
            }
            reader.take(&["nowait"]);
            Command::Lock(names)
        }
        "checkpoint" => Command::Maintain(Maintenance::Checkpoint, Vec::new()),
        "cluster" => return Err(Error::unsupported("CLUSTER")),
        "reindex" => reindex(reader)?,
        other => {
            maintain(reader, if other == "vacuum" { Maintenance::Vacuum } else { Maintenance::Analyze })?
        }
    };
    Ok(Some(command))
}

fn prepare(reader: &mut Reader<'_>) -> Result<Command> {
    let name = reader.name()?;
    let mut types = Vec::new();
    if reader.take_kind(TokenKind::Open) {
        loop {
            types.push(reader.text_until(|reader| reader.is(TokenKind::Comma))?.text);
            if reader.take_kind(TokenKind::Close) {
                break;
            }
            reader.expect_kind(TokenKind::Comma)?;
        }
    }
    reader.expect(&["as"])?;
    let allowed = ["select", "insert", "update", "delete", "values", "with", "table", "merge"];
    let opens = reader.is(TokenKind::Open);
    if !opens && !reader.peek_word().is_some_and(|word| allowed.contains(&word.as_str())) {
        return Err(reader.unexpected());
    }
    let statement = reader.text_until(|_| false)?;
    Ok(Command::Prepare { name, types, statement })
}

fn maintain(reader: &mut Reader<'_>, what: Maintenance) -> Result<Command> {
    if reader.take_kind(TokenKind::Open) {
        while !reader.take_kind(TokenKind::Close) {
            if reader.next().is_none() {
                return Err(reader.unexpected());
            }
        }
    }
    while ["full", "freeze", "verbose", "analyze", "analyse"].iter().any(|word| reader.take(&[word])) {}
    let mut names = Vec::new();
    if reader.peek().is_some_and(|token| token.kind != TokenKind::Semicolon) {
        loop {
            reader.take(&["only"]);
            names.push(reader.object()?);
            reader.columns()?;
            if !reader.take_kind(TokenKind::Comma) {
                break;
            }
        }
    }
    Ok(Command::Maintain(what, names))
}

fn reindex(reader: &mut Reader<'_>) -> Result<Command> {
    if reader.take_kind(TokenKind::Open) {
        while !reader.take_kind(TokenKind::Close) {
            if reader.next().is_none() {
                return Err(reader.unexpected());
            }
        }
    }
    let one = reader.take(&["table"]) || reader.take(&["index"]);
    if !one && !reader.take(&["schema"]) && !reader.take(&["database"]) && !reader.take(&["system"]) {
        return Err(reader.unexpected());
    }
    reader.take(&["concurrently"]);
    if !one {
        if reader.peek().is_some_and(|token| token.kind != TokenKind::Semicolon) {
            reader.name()?;
        }
        return Ok(Command::Maintain(Maintenance::Reindex, Vec::new()));
    }
    Ok(Command::Maintain(Maintenance::Reindex, vec![reader.object()?]))
}

/// SET CONSTRAINTS and SET TRANSACTION; other forms are settings.
pub(super) fn set(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    let start = reader.mark();
    reader.expect(&["set"])?;
    if reader.take(&["constraints"]) {
        let names = if reader.take(&["all"]) { Vec::new() } else { reader.objects()? };
        let deferred = reader.take(&["deferred"]);
        if !deferred {
            reader.expect(&["immediate"])?;
        }
        return Ok(Some(Command::SetConstraints { names, deferred }));
    }
    let session = reader.take(&["session", "characteristics", "as", "transaction"]);
    if !session && !reader.take(&["transaction"]) && !reader.take(&["local", "transaction"]) {
        reader.back_to(start);
        return Ok(None);
    }
    let (mut read_only, mut isolation) = (None, None);
    let mut any = false;
    loop {
        if reader.take(&["read", "only"]) {
            read_only = Some(true);
        } else if reader.take(&["read", "write"]) {
            read_only = Some(false);
        } else if reader.take(&["isolation", "level"]) {
            isolation = Some(level(reader)?);
        } else if reader.take(&["not", "deferrable"]) || reader.take(&["deferrable"]) {
            // Every snapshot is one that never fails: there is nothing to wait for.
        } else if reader.take(&["snapshot"]) {
            return Err(Error::unsupported("SET TRANSACTION SNAPSHOT"));
        } else if any {
            break;
        } else {
            return Err(reader.unexpected());
        }
        any = true;
        reader.take_kind(TokenKind::Comma);
    }
    Ok(Some(Command::SetTransaction { session, read_only, isolation }))
}

fn level(reader: &mut Reader<'_>) -> Result<&'static str> {
    let levels: [(&[&str], &'static str); 4] = [
        (&["read", "uncommitted"], "read uncommitted"),
        (&["read", "committed"], "read committed"),
        (&["repeatable", "read"], "repeatable read"),
        (&["serializable"], "serializable"),
    ];
    let found = levels.iter().find(|(words, _)| reader.take(words));
    found.map(|(_, name)| *name).ok_or_else(|| reader.unexpected())
}
