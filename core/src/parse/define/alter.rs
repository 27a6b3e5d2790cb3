//! ALTER of names, owners and schemas, of sequences and views; what a table is made of is sqlparser's.

use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::create::{role, sequence_options};
use super::reader::Reader;
use super::types::{Command, ObjectKind};

/// What PostgreSQL does to a table and we do not.
const UNSUPPORTED_ACTIONS: [&str; 11] =
    ["attach", "cluster", "detach", "disable", "enable", "force", "not", "of", "replica", "reset", "set"];

/// The ALTER commands of ours.
pub(super) fn alter(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    let start = reader.mark();
    reader.expect(&["alter"])?;
    let of_a_type = match reader.peek_word().as_deref() {
        Some("type") => super::user_type::alter_type(reader)?,
        Some("domain") => super::user_type::alter_domain(reader)?,
        _ => None,
    };
    if of_a_type.is_some() {
        return Ok(of_a_type);
    }
    reader.back_to(start);
    reader.expect(&["alter"])?;
    let kind = if reader.take(&["table"]) {
        ObjectKind::Table
    } else if reader.take(&["view"]) {
        ObjectKind::View
    } else if reader.take(&["materialized", "view"]) {
        ObjectKind::MaterializedView
    } else if reader.take(&["index"]) {
        ObjectKind::Index
    } else if reader.take(&["sequence"]) {
        ObjectKind::Sequence
    } else if reader.take(&["schema"]) {
        ObjectKind::Schema
    } else {
        reader.back_to(start);
        return Ok(None);
    };
    let if_exists = kind != ObjectKind::Schema && reader.take(&["if", "exists"]);
    reader.take(&["only"]);
    let name = reader.object()?;
    reader.operator("*");
    if reader.take(&["rename", "to"]) {
        let to = reader.name()?;
        return Ok(Some(Command::Rename { kind, name, if_exists, to }));
    }
    if reader.take(&["set", "schema"]) {
        let schema = reader.name()?;
        return Ok(Some(Command::SetSchema { kind, name, if_exists, schema }));
    }
    if reader.take(&["owner", "to"]) {
        let owner = role(reader)?;
        return Ok(Some(Command::Owner { kind, name, if_exists, owner }));
    }
    let columned = matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView);
    if columned && reader.word_at(1).as_deref() != Some("constraint") && reader.take(&["rename"]) {
        reader.take(&["column"]);
        let column = reader.name()?;
        reader.expect(&["to"])?;
        let to = reader.name()?;
        return Ok(Some(Command::RenameColumn { kind, name, if_exists, column, to }));
    }
    match kind {
        ObjectKind::Sequence => {
            let options = sequence_options(reader)?;
            if options == Default::default() {
                return Err(reader.unexpected());
            }
            Ok(Some(Command::AlterSequence { name, if_exists, options }))
        }
        ObjectKind::View if reader.take(&["alter"]) => {
            reader.take(&["column"]);
            let column = reader.name()?;
            let default = if reader.take(&["set", "default"]) {
                Some(reader.text_until(|_| false)?)
            } else {
                reader.expect(&["drop", "default"])?;
                None
            };
            Ok(Some(Command::ViewDefault { name, if_exists, column, default }))
        }
        ObjectKind::Table => match super::family::alter(reader, &name, if_exists)? {
            Some(command) => Ok(Some(command)),
            None => match reader.peek_word() {
                Some(word) if UNSUPPORTED_ACTIONS.contains(&word.as_str()) => {
                    Err(Error::unsupported(format!("ALTER TABLE {}", word.to_ascii_uppercase())))
                }
                _ => {
                    reader.back_to(start);
                    Ok(None)
                }
            },
        },
        _ if reader.is(TokenKind::Word) => Err(Error::unsupported(format!("this ALTER {}", kind.tag()))),
        _ => Err(reader.unexpected()),
    }
}
