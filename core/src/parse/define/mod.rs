//! Commands with a grammar of their own: definitions of objects that are no tables, and everything that is
//! said about a session. A small recursive-descent reader over the lexer's tokens; what it does not take is
//! left to sqlparser.
//!
//! Queries and expressions inside a command stay text: whoever runs the command has them parsed.
//!
//! ```text
//! CREATE VIEW v AS SELECT ..   -> Command::CreateView { query: "SELECT ..", .. }
//! COPY t FROM STDIN (..)       -> Command::Copy(..)
//! ALTER TABLE t ADD COLUMN ..  -> None: sqlparser's
//! ```
//!
//! G1  A command is taken whole or not at all: trailing words are 42601 at their place.

mod alter;
mod copy;
mod create;
mod cursor;
mod drop;
mod family;
mod plpgsql;
mod reader;
mod routine;
mod session;
mod types;
mod user_type;

pub use family::{BoundSyntax, FamilyAction, KeySyntax, TableOfFamily, parse_bound};
pub use plpgsql::{Block, Raise, Returned, Step, parse_block};
pub use types::{
    AlterDomain, AlterEnum, CheckOption, Command, CommentOn, Copy, CopyFormat, CopyOptions, CopySource,
    Direction, Discarded, DomainConstraint, DomainDefinition, FunctionDefinition, LabelPosition, Maintenance,
    ObjectKind, ObjectName, Parameter, Returns, SequenceOptions, TextAt, TriggerDefinition, ViewDefinition,
};

use crate::error::Result;

use reader::Reader;

/// Reads a command of ours; `None`: the statement is another parser's.
pub(super) fn parse(sql: &str) -> Result<Option<Command>> {
    let mut reader = Reader::new(sql)?;
    let Some(first) = reader.peek_word() else { return Ok(None) };
    let command = match first.as_str() {
        "create" => create::create(&mut reader)?,
        "alter" => alter::alter(&mut reader)?,
        "drop" => Some(drop::drop(&mut reader)?),
        "truncate" => Some(drop::truncate(&mut reader)?),
        "comment" => Some(drop::comment(&mut reader)?),
        "refresh" => Some(create::refresh(&mut reader)?),
        "copy" => Some(copy::copy(&mut reader)?),
        "prepare" | "execute" | "deallocate" | "discard" | "lock" | "analyze" | "analyse" | "vacuum"
        | "reindex" | "checkpoint" | "cluster" => session::utility(&mut reader)?,
        "declare" | "fetch" | "move" | "close" => Some(cursor::cursor(&mut reader)?),
        "set" => session::set(&mut reader)?,
        _ => None,
    };
    let Some(command) = command else { return Ok(None) };
    reader.end()?;
    Ok(Some(command))
}
