//! CREATE and ALTER of types and domains.

use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::create::role;
use super::reader::Reader;
use super::types::{
    AlterDomain, AlterEnum, Command, DomainConstraint, DomainDefinition, LabelPosition, ObjectKind,
};

/// `name AS ENUM (..)`; `None`: another kind of type.
pub(super) fn create_type(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    reader.expect(&["type"])?;
    let name = reader.object()?;
    if !reader.take(&["as", "enum"]) {
        return Ok(None);
    }
    reader.expect_kind(TokenKind::Open)?;
    let mut labels = Vec::new();
    while !reader.take_kind(TokenKind::Close) {
        if !labels.is_empty() {
            reader.expect_kind(TokenKind::Comma)?;
        }
        labels.push(reader.string()?);
    }
    Ok(Some(Command::CreateEnum { name, labels }))
}

/// ALTER TYPE; `None`: of another kind.
pub(super) fn alter_type(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    reader.expect(&["type"])?;
    let name = reader.object()?;
    if reader.take(&["add", "value"]) {
        let if_not_exists = reader.take(&["if", "not", "exists"]);
        let label = reader.string()?;
        let position = if reader.take(&["before"]) {
            LabelPosition::Before(reader.string()?)
        } else if reader.take(&["after"]) {
            LabelPosition::After(reader.string()?)
        } else {
            LabelPosition::Last
        };
        return Ok(Some(Command::AlterEnum {
            name,
            action: AlterEnum::Add { label, position, if_not_exists },
        }));
    }
    if reader.take(&["rename", "value"]) {
        let label = reader.string()?;
        reader.expect(&["to"])?;
        let to = reader.string()?;
        return Ok(Some(Command::AlterEnum { name, action: AlterEnum::Rename { label, to } }));
    }
    named(reader, ObjectKind::Type, name)
}

// What every kind of object can: RENAME TO, SET SCHEMA, OWNER TO.
fn named(
    reader: &mut Reader<'_>,
    kind: ObjectKind,
    name: super::types::ObjectName,
) -> Result<Option<Command>> {
    let if_exists = false;
    Ok(Some(if reader.take(&["rename", "to"]) {
        Command::Rename { kind, name, if_exists, to: reader.name()? }
    } else if reader.take(&["set", "schema"]) {
        Command::SetSchema { kind, name, if_exists, schema: reader.name()? }
    } else if reader.take(&["owner", "to"]) {
        Command::Owner { kind, name, if_exists, owner: role(reader)? }
    } else {
        return Ok(None);
    }))
}

const AFTER_TYPE: [&str; 7] = ["default", "constraint", "not", "null", "check", "collate", "unique"];

/// CREATE DOMAIN.
pub(super) fn create_domain(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["domain"])?;
    let name = reader.object()?;
    reader.take(&["as"]);
    let ty = reader
        .text_until(|reader| reader.peek_word().is_some_and(|word| AFTER_TYPE.contains(&word.as_str())))?;
    let mut definition = DomainDefinition { name, ty, default: None, constraints: Vec::new() };
    if reader.take(&["collate"]) {
        definition.constraints.push(DomainConstraint::Collate(reader.object()?));
    }
    while reader.is(TokenKind::Word) {
        if reader.take(&["default"]) {
            if definition.default.is_some() {
                return Err(Error::new(crate::error::SqlState::SYNTAX_ERROR, "multiple default expressions"));
            }
            definition.default = Some(expression(reader)?);
        } else {
            definition.constraints.push(constraint(reader)?);
        }
    }
    Ok(Command::CreateDomain(definition))
}

fn expression(reader: &mut Reader<'_>) -> Result<super::types::TextAt> {
    reader.text_until(|reader| match reader.peek_word().as_deref() {
        Some("constraint" | "check" | "collate") => true,
        Some("not") => reader.word_at(1).as_deref() == Some("null") && !reader.follows_is(),
        Some("null") => !reader.is_first_of_expression(),
        _ => false,
    })
}

fn constraint(reader: &mut Reader<'_>) -> Result<DomainConstraint> {
    let name = if reader.take(&["constraint"]) { Some(reader.name()?) } else { None };
    if reader.take(&["not", "null"]) {
        return Ok(DomainConstraint::NotNull);
    }
    if reader.take(&["null"]) {
        return Ok(DomainConstraint::Null);
    }
    if reader.take(&["check"]) {
        reader.expect_kind(TokenKind::Open)?;
        let condition = reader.text_until(|_| false)?;
        reader.expect_kind(TokenKind::Close)?;
        return Ok(DomainConstraint::Check(name, condition));
    }
    match reader.peek_word().as_deref() {
        Some("unique" | "primary") => Err(Error::new(
            crate::error::SqlState::SYNTAX_ERROR,
            format!(
                "{} constraints not possible for domains",
                if reader.take(&["unique"]) { "unique" } else { "primary key" }
            ),
        )),
        _ => Err(reader.unexpected()),
    }
}

/// ALTER DOMAIN.
pub(super) fn alter_domain(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    reader.expect(&["domain"])?;
    let name = reader.object()?;
    let action = if reader.take(&["set", "default"]) {
        AlterDomain::Default(Some(reader.text_until(|_| false)?))
    } else if reader.take(&["drop", "default"]) {
        AlterDomain::Default(None)
    } else if reader.take(&["set", "not", "null"]) {
        AlterDomain::NotNull(true)
    } else if reader.take(&["drop", "not", "null"]) {
        AlterDomain::NotNull(false)
    } else if reader.take(&["add"]) {
        let constraint = constraint(reader)?;
        let not_valid = reader.take(&["not", "valid"]);
        AlterDomain::Add { constraint, not_valid }
    } else if reader.take(&["drop", "constraint"]) {
        let if_exists = reader.take(&["if", "exists"]);
        let constraint = reader.name()?;
        if !reader.take(&["cascade"]) {
            reader.take(&["restrict"]);
        }
        AlterDomain::Drop { constraint, if_exists }
    } else if reader.take(&["rename", "constraint"]) {
        let constraint = reader.name()?;
        reader.expect(&["to"])?;
        AlterDomain::RenameConstraint { constraint, to: reader.name()? }
    } else if reader.take(&["validate", "constraint"]) {
        AlterDomain::Validate(reader.name()?)
    } else {
        return named(reader, ObjectKind::Domain, name);
    };
    Ok(Some(Command::AlterDomain { name, action }))
}
