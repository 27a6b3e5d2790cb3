//! Tables that share columns: PARTITION BY, PARTITION OF, INHERITS, and ALTER TABLE .. ATTACH and its kin.
//!
//! What stands in the parentheses of CREATE TABLE is only cut into its elements here: whoever runs the
//! command writes a plain CREATE TABLE with the columns of the parents and has that one read.

use crate::error::{Error, Result, SqlState};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;
use super::types::{Command, ObjectName};

/// CREATE TABLE with partitions or parents.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TableOfFamily {
    /// `CREATE TEMP TABLE`
    pub prefix: String,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// Its name.
    pub name: ObjectName,
    /// What stands in parentheses: a column's name, if it is one, and the rest of the element.
    pub elements: Vec<(Option<String>, String)>,
    /// INHERITS; what it is a partition of.
    pub parents: Vec<ObjectName>,
    /// It is a partition.
    pub bound: Option<BoundSyntax>,
    /// PARTITION BY.
    pub key: Option<KeySyntax>,
    /// WITH and what else follows.
    pub suffix: String,
}

/// Which rows a partition takes; values as SQL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BoundSyntax {
    /// All others.
    Default,
    /// `IN (..)`
    List(Vec<String>),
    /// `FROM (..) TO (..)`
    Range(Vec<String>, Vec<String>),
    /// `WITH (MODULUS m, REMAINDER r)`
    Hash(i64, i64),
}

/// PARTITION BY, as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeySyntax {
    /// `range`, `list`, `hash`, or what was said.
    pub strategy: String,
    /// Columns and expressions.
    pub parts: Vec<String>,
}

/// What ALTER TABLE does to a family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FamilyAction {
    /// ATTACH PARTITION
    Attach(BoundSyntax),
    /// DETACH PARTITION
    Detach,
    /// INHERIT
    Inherit,
    /// NO INHERIT
    Disinherit,
}

/// CREATE TABLE with parents or partitions; `None`: a table by itself.
pub(super) fn create_table(reader: &mut Reader<'_>, start: usize) -> Result<Option<Command>> {
    reader.expect(&["table"])?;
    let prefix = reader.text_between(start);
    let if_not_exists = reader.take(&["if", "not", "exists"]);
    let Ok(name) = reader.object() else { return Ok(None) };
    let mut table = TableOfFamily { prefix, if_not_exists, name, ..TableOfFamily::default() };
    if reader.take(&["partition", "of"]) {
        table.parents.push(reader.object()?);
        if reader.is(TokenKind::Open) {
            table.elements = elements(reader, true)?;
        }
        table.bound = Some(bound(reader)?);
    } else {
        if !reader.is(TokenKind::Open) {
            return Ok(None);
        }
        table.elements = elements(reader, false)?;
        if reader.take(&["inherits"]) {
            reader.expect_kind(TokenKind::Open)?;
            table.parents = reader.objects()?;
            reader.expect_kind(TokenKind::Close)?;
        }
    }
    if reader.take(&["partition", "by"]) {
        table.key = Some(key(reader)?);
    }
    if table.parents.is_empty() && table.key.is_none() {
        return Ok(None);
    }
    let rest = reader.mark();
    while reader.next().is_some_and(|token| token.kind != TokenKind::Semicolon) {}
    table.suffix = reader.text_between(rest).trim_end_matches(';').to_owned();
    Ok(Some(Command::CreateOfFamily(Box::new(table))))
}

// `(a int, CHECK (..))`: the first name of a column, if it is one, and the rest.
fn elements(reader: &mut Reader<'_>, of_partition: bool) -> Result<Vec<(Option<String>, String)>> {
    let mut found = Vec::new();
    reader.expect_kind(TokenKind::Open)?;
    while !reader.take_kind(TokenKind::Close) {
        if !found.is_empty() {
            reader.expect_kind(TokenKind::Comma)?;
        }
        let is_constraint = matches!(
            reader.peek_word().as_deref(),
            Some("constraint" | "check" | "unique" | "primary" | "foreign" | "exclude" | "like")
        );
        let name = if is_constraint { None } else { Some(reader.name()?) };
        reader.take(&["with", "options"]);
        // The type is the parent's.
        let begins = ["not", "null", "default", "constraint", "check", "unique", "primary", "references"];
        let is_typed = name.is_some()
            && reader.peek_word().is_some_and(|word| word != "generated" && !begins.contains(&word.as_str()));
        if of_partition && is_typed {
            return Err(reader.unexpected());
        }
        let ends = reader.is(TokenKind::Comma) || reader.is(TokenKind::Close);
        let rest = if ends && name.is_some() {
            String::new()
        } else {
            reader.text_until(|reader| reader.is(TokenKind::Comma))?.text
        };
        found.push((name, rest));
    }
    Ok(found)
}

fn key(reader: &mut Reader<'_>) -> Result<KeySyntax> {
    let strategy = reader.name()?;
    reader.expect_kind(TokenKind::Open)?;
    let mut parts = Vec::new();
    loop {
        let first = reader.mark();
        let mut is_column = false;
        if reader.is(TokenKind::Open) {
            reader.skip_parentheses()?;
        } else {
            is_column = reader.parts()?.len() == 1;
            if reader.is(TokenKind::Open) {
                is_column = false;
                reader.skip_parentheses()?;
            }
        }
        let sql = reader.text_between(first);
        parts.push(if is_column {
            reader.back_to(first);
            crate::base::words::quoted(&reader.name()?)
        } else {
            sql
        });
        if reader.take(&["collate"])
            && !matches!(reader.parts()?.last().map(String::as_str), Some("C" | "POSIX" | "default"))
        {
            return Err(Error::unsupported("this collation of a partition key"));
        }
        if reader.is(TokenKind::Word) || reader.is(TokenKind::Quoted) {
            let class = reader.object()?;
            if !class.name.ends_with("_ops") || class.name.matches('_').count() > 2 {
                return Err(Error::new(
                    SqlState::UNDEFINED_OBJECT,
                    format!("operator class \"{}\" does not exist for access method \"btree\"", class.name),
                ));
            }
        }
        if reader.take_kind(TokenKind::Close) {
            return Ok(KeySyntax { strategy, parts });
        }
        reader.expect_kind(TokenKind::Comma)?;
    }
}

/// `FOR VALUES ..` or `DEFAULT`.
pub(super) fn bound(reader: &mut Reader<'_>) -> Result<BoundSyntax> {
    if reader.take(&["default"]) {
        return Ok(BoundSyntax::Default);
    }
    reader.expect(&["for", "values"])?;
    if reader.take(&["in"]) {
        return Ok(BoundSyntax::List(values(reader)?));
    }
    if reader.take(&["from"]) {
        let from = values(reader)?;
        reader.expect(&["to"])?;
        return Ok(BoundSyntax::Range(from, values(reader)?));
    }
    reader.expect(&["with"])?;
    reader.expect_kind(TokenKind::Open)?;
    let mut said = [None, None];
    loop {
        let at = match reader.name()?.as_str() {
            "modulus" => 0,
            "remainder" => 1,
            other => {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    format!("unrecognized hash partition bound specification \"{other}\""),
                ));
            }
        };
        if said[at].replace(reader.integer()?).is_some() {
            return Err(reader.unexpected());
        }
        if reader.take_kind(TokenKind::Close) {
            break;
        }
        reader.expect_kind(TokenKind::Comma)?;
    }
    match said {
        [Some(modulus), Some(remainder)] => Ok(BoundSyntax::Hash(modulus, remainder)),
        _ => Err(Error::new(
            SqlState::SYNTAX_ERROR,
            "modulus and remainder for hash partition must be specified",
        )),
    }
}

/// The bound that a catalog keeps as text.
pub fn parse_bound(text: &str) -> Result<BoundSyntax> {
    let mut reader = Reader::new(text)?;
    bound(&mut reader)
}

fn values(reader: &mut Reader<'_>) -> Result<Vec<String>> {
    reader.expect_kind(TokenKind::Open)?;
    let mut found = Vec::new();
    loop {
        found.push(reader.text_until(|reader| reader.is(TokenKind::Comma))?.text);
        if reader.take_kind(TokenKind::Close) {
            return Ok(found);
        }
        reader.expect_kind(TokenKind::Comma)?;
    }
}

/// ALTER TABLE .. ATTACH, DETACH, INHERIT, NO INHERIT.
pub(super) fn alter(reader: &mut Reader<'_>, name: &ObjectName, if_exists: bool) -> Result<Option<Command>> {
    if reader.take(&["alter", "constraint"]) {
        let constraint = reader.name()?;
        let refused = |what: &str| Err(Error::unsupported(format!("FOREIGN KEY constraints marked {what}")));
        if reader.take(&["no", "inherit"]) {
            return refused("NO INHERIT");
        }
        let never = reader.take(&["not", "deferrable"]);
        if reader.take(&["not", "valid"]) {
            return refused("NOT VALID");
        }
        let said = !never && reader.take(&["deferrable"]);
        let initially = reader.take(&["initially", "deferred"]);
        if !initially {
            reader.take(&["initially", "immediate"]);
        }
        if never && initially {
            return Err(Error::new(
                SqlState::SYNTAX_ERROR,
                "constraint declared INITIALLY DEFERRED must be DEFERRABLE",
            ));
        }
        let deferrable = said || initially;
        return Ok(Some(Command::AlterConstraint { name: name.clone(), constraint, deferrable, initially }));
    }
    let (action, other) = if reader.take(&["attach", "partition"]) {
        let other = reader.object()?;
        (FamilyAction::Attach(bound(reader)?), other)
    } else if reader.take(&["detach", "partition"]) {
        let other = reader.object()?;
        // One writer: there is nobody to wait for.
        let _ = reader.take(&["concurrently"]) || reader.take(&["finalize"]);
        (FamilyAction::Detach, other)
    } else if reader.take(&["inherit"]) {
        (FamilyAction::Inherit, reader.object()?)
    } else if reader.take(&["no", "inherit"]) {
        (FamilyAction::Disinherit, reader.object()?)
    } else {
        return Ok(None);
    };
    Ok(Some(Command::AlterFamily { name: name.clone(), if_exists, other, action }))
}
