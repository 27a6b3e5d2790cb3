//! Who needs whom: what a DROP takes with it, and what stands in its way.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::error::{Error, Result, SqlState};

use super::{Catalog, Index, Rule, Table};

/// What a DROP removes.
#[derive(Clone, Debug, Default)]
pub struct Dropped {
    /// Tables.
    pub tables: Vec<ObjectId>,
    /// Indexes, those of the tables included.
    pub indexes: Vec<ObjectId>,
    /// Sequences the tables own.
    pub sequences: Vec<ObjectId>,
    /// Constraints of tables that stay, which referred to what goes: table and constraint name.
    pub constraints: Vec<(ObjectId, String)>,
    /// The NOTICE of CASCADE, where something went that was not named: message, then detail.
    pub notice: Option<(String, Option<String>)>,
}

impl Catalog {
    /// What dropping these tables removes; without `cascade` a reference from another table is 2BP01.
    pub fn drop_tables(&self, tables: &[Arc<Table>], cascade: bool) -> Result<Dropped> {
        let mut dropped = Dropped::default();
        let mut dependents: Vec<(String, String)> = Vec::new();
        for table in tables {
            if dropped.tables.contains(&table.id) {
                continue;
            }
            dropped.tables.push(table.id);
            dropped.indexes.extend(&table.indexes);
            let owned = self
                .sequences
                .values()
                .filter(|sequence| sequence.owner.is_some_and(|(owner, _)| owner == table.id));
            dropped.sequences.extend(owned.map(|sequence| sequence.id));
            for (child, at) in self.references_to(table.id) {
                if tables.iter().any(|other| other.id == child.id) {
                    continue;
                }
                let name = &child.constraints[at].name;
                let described = format!("constraint {name} on table {}", child.name);
                let line = format!("{described} depends on table {}", table.name);
                dependents.push((described, line));
                dropped.constraints.push((child.id, name.clone()));
            }
        }
        let what = match tables {
            [table] => format!("table {}", table.name),
            _ => "desired object(s)".to_owned(),
        };
        dropped.notice = resolve(&what, tables.len() != 1, cascade, dependents)?;
        Ok(dropped)
    }

    /// What dropping these indexes removes; an index behind a constraint is 2BP01.
    pub fn drop_indexes(&self, indexes: &[Arc<Index>]) -> Result<Dropped> {
        for index in indexes {
            let Some(table) = self.tables.get(&index.table) else { continue };
            if let Some((constraint, ..)) = table.keys().find(|(_, _, behind)| *behind == Some(index.id)) {
                return Err(Error::new(
                    SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
                    format!(
                        "cannot drop index {} because constraint {} on table {} requires it",
                        index.name, constraint.name, table.name
                    ),
                )
                .with_hint(format!(
                    "You can drop constraint {} on table {} instead.",
                    constraint.name, table.name
                )));
            }
        }
        Ok(Dropped { indexes: indexes.iter().map(|index| index.id).collect(), ..Dropped::default() })
    }

    /// What dropping a constraint removes: its index, and references to its key.
    pub fn drop_constraint(&self, table: &Table, name: &str, cascade: bool) -> Result<Dropped> {
        let Some(constraint) = table.constraint(name) else {
            return Err(Error::new(
                SqlState::UNDEFINED_OBJECT,
                format!("constraint \"{name}\" of relation \"{}\" does not exist", table.name),
            ));
        };
        let mut dropped = Dropped { constraints: vec![(table.id, name.to_owned())], ..Dropped::default() };
        let (Rule::PrimaryKey { columns, index } | Rule::Unique { columns, index }) = &constraint.rule else {
            return Ok(dropped);
        };
        let Some(index) = index else {
            return Err(Error::unsupported("dropping a primary key that orders its table"));
        };
        dropped.indexes.push(*index);
        let mut dependents = Vec::new();
        for (child, at) in self.references_to(table.id) {
            let other = &child.constraints[at];
            let Rule::ForeignKey(key) = &other.rule else { continue };
            if key.parent_columns.len() != columns.len()
                || !key.parent_columns.iter().all(|column| columns.contains(column))
            {
                continue;
            }
            let described = format!("constraint {} on table {}", other.name, child.name);
            let line = format!("{described} depends on index {name}");
            dependents.push((described, line));
            dropped.constraints.push((child.id, other.name.clone()));
        }
        let what = format!("constraint {name} on table {}", table.name);
        dropped.notice = resolve(&what, false, cascade, dependents)?;
        Ok(dropped)
    }
}

/// With CASCADE the notice to raise, without it the error, if anything depends.
fn resolve(
    what: &str,
    many: bool,
    cascade: bool,
    dependents: Vec<(String, String)>,
) -> Result<Option<(String, Option<String>)>> {
    if dependents.is_empty() {
        return Ok(None);
    }
    if cascade {
        return Ok(Some(match dependents.as_slice() {
            [(described, _)] => (format!("drop cascades to {described}"), None),
            many => {
                let lines: Vec<String> =
                    many.iter().map(|(described, _)| format!("drop cascades to {described}")).collect();
                (format!("drop cascades to {} other objects", many.len()), Some(lines.join("\n")))
            }
        }));
    }
    let lines: Vec<String> = dependents.into_iter().map(|(_, line)| line).collect();
    let them = if many { "them" } else { "it" };
    Err(Error::new(
        SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
        format!("cannot drop {what} because other objects depend on {them}"),
    )
    .with_detail(lines.join("\n"))
    .with_hint("Use DROP ... CASCADE to drop the dependent objects too."))
}
