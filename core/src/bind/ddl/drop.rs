//! DROP.

use std::sync::Arc;

use sqlparser::ast::{self, ObjectType};

use crate::bind::binder::Binder;
use crate::bind::names;
use crate::catalog::Relation;
use crate::error::{Error, Result, SqlState};
use crate::plan::{Drop, DropKind, Statement};

impl Binder<'_> {
    /// Binds DROP TABLE and DROP INDEX.
    pub(in crate::bind) fn drop(
        &mut self,
        object_type: ObjectType,
        if_exists: bool,
        dropped: &[ast::ObjectName],
        cascade: bool,
    ) -> Result<Statement> {
        let is_table = match object_type {
            ObjectType::Table => true,
            ObjectType::Index => false,
            other => return Err(Error::unsupported(format!("DROP {other}"))),
        };
        let word = if is_table { "table" } else { "index" };
        let mut tables = Vec::new();
        let mut indexes = Vec::new();
        for name in dropped {
            let name = names::qualified(name)?;
            match self.find_relation(&name) {
                Some(Relation::Table(table)) if is_table => tables.push(Arc::clone(table)),
                Some(Relation::Index(index)) if !is_table => indexes.push(Arc::clone(index)),
                Some(Relation::Key(table, _)) if !is_table => {
                    return Err(Error::new(
                        SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
                        format!(
                            "cannot drop index {} because constraint {} on table {} requires it",
                            name.name, name.name, table.name
                        ),
                    )
                    .with_hint(format!(
                        "You can drop constraint {} on table {} instead.",
                        name.name, table.name
                    )));
                }
                Some(other) => {
                    let hint = match other {
                        Relation::Table(_) => "Use DROP TABLE to remove a table.",
                        Relation::View(_) => "Use DROP VIEW to remove a view.",
                        Relation::Index(_) | Relation::Key(..) => "Use DROP INDEX to remove an index.",
                        Relation::Sequence(_) => "Use DROP SEQUENCE to remove a sequence.",
                    };
                    let article = if is_table { "a table" } else { "an index" };
                    return Err(Error::new(
                        SqlState::WRONG_OBJECT_TYPE,
                        format!("\"{}\" is not {article}", name.name),
                    )
                    .with_hint(hint));
                }
                None if if_exists => {
                    self.notices.push(format!("{word} \"{}\" does not exist, skipping", name.name));
                }
                None => {
                    let state = if is_table { SqlState::UNDEFINED_TABLE } else { SqlState::UNDEFINED_OBJECT };
                    return Err(Error::new(state, format!("{word} \"{}\" does not exist", name.display())));
                }
            }
        }
        let kind = if is_table { DropKind::Tables(tables) } else { DropKind::Indexes(indexes) };
        Ok(Statement::Drop(Drop { kind, cascade }))
    }
}
