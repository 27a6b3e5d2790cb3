//! Who needs whom: what a DROP takes with it, and what stands in its way.
//!
//! ```text
//! table  <- views that read it, references of other tables     in the way, gone with CASCADE
//!        <- its indexes, constraints, owned sequences          gone with it
//! schema <- what it contains      sequence <- defaults that draw from it      view <- views above it
//! ```

use std::sync::Arc;

use crate::base::ObjectId;
use crate::error::{Error, Result, SqlState};

use crate::value::SqlType;

use super::{Catalog, Column, Index, Rule, Sequence, StoredQuery, Table, View, mentions};

/// An object, or a part of one, that can be dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Droppable {
    /// A table or materialised view.
    Table(ObjectId),
    /// A view.
    View(ObjectId),
    /// An index.
    Index(ObjectId),
    /// A sequence.
    Sequence(ObjectId),
    /// A schema.
    Schema(ObjectId),
    /// A type.
    Type(ObjectId),
    /// A constraint of a table.
    Constraint(ObjectId, String),
    /// The default of a column.
    Default(ObjectId, usize),
    /// A column of a table.
    Column(ObjectId, usize),
}

/// What a DROP removes.
#[derive(Clone, Debug, Default)]
pub struct Dropped {
    /// Tables.
    pub tables: Vec<ObjectId>,
    /// Indexes, those of the tables included.
    pub indexes: Vec<ObjectId>,
    /// Sequences.
    pub sequences: Vec<ObjectId>,
    /// Views.
    pub views: Vec<ObjectId>,
    /// Schemas.
    pub schemas: Vec<ObjectId>,
    /// Types.
    pub types: Vec<ObjectId>,
    /// Constraints of tables that stay, which referred to what goes: table and constraint name.
    pub constraints: Vec<(ObjectId, String)>,
    /// Defaults of columns that stay.
    pub defaults: Vec<(ObjectId, usize)>,
    /// Columns of tables that stay.
    pub columns: Vec<(ObjectId, usize)>,
    /// The NOTICE of CASCADE, where something went that was not named: message, then detail.
    pub notice: Option<(String, Option<String>)>,
}

use Droppable as D;

impl Catalog {
    /// What dropping these tables removes; without `cascade` what depends on them is 2BP01.
    pub fn drop_tables(&self, tables: &[Arc<Table>], cascade: bool) -> Result<Dropped> {
        self.drop_objects(tables.iter().map(|table| D::Table(table.id)).collect(), cascade)
    }

    /// What dropping these indexes removes; an index behind a constraint is 2BP01.
    pub fn drop_indexes(&self, indexes: &[Arc<Index>]) -> Result<Dropped> {
        self.drop_objects(indexes.iter().map(|index| D::Index(index.id)).collect(), false)
    }

    /// What dropping a constraint removes: its index, and references to its key.
    pub fn drop_constraint(&self, table: &Table, name: &str, cascade: bool) -> Result<Dropped> {
        let Some(constraint) = table.constraint(name) else {
            return Err(Error::new(
                SqlState::UNDEFINED_OBJECT,
                format!("constraint \"{name}\" of relation \"{}\" does not exist", table.name),
            ));
        };
        let _ = constraint;
        self.drop_objects(vec![D::Constraint(table.id, name.to_owned())], cascade)
    }

    /// What dropping all of these removes; without `cascade` whatever depends on them is 2BP01.
    pub fn drop_objects(&self, named: Vec<Droppable>, cascade: bool) -> Result<Dropped> {
        let mut dropped = Dropped::default();
        let mut seen: Vec<Droppable> = Vec::new();
        let mut dependents: Vec<(String, String)> = Vec::new();
        for object in &named {
            if let Some(error) = self.required(object, &named) {
                return Err(error);
            }
            if !seen.contains(object) {
                seen.push(object.clone());
            }
        }
        // What goes along silently counts as named: it is in nobody's way.
        let mut at = 0;
        while let Some(object) = seen.get(at).cloned() {
            at += 1;
            for part in self.parts_of(&object) {
                if !seen.contains(&part) {
                    seen.push(part);
                }
            }
        }
        let mut at = 0;
        while let Some(object) = seen.get(at).cloned() {
            at += 1;
            dropped.add(&object);
            for part in self.parts_of(&object) {
                if !seen.contains(&part) {
                    seen.push(part);
                }
            }
            for dependent in self.dependents_of(&object) {
                if seen.contains(&dependent) || self.is_part_of_dropped(&dependent, &seen) {
                    continue;
                }
                let described = self.describe(&dependent);
                let line = format!("{described} depends on {}", self.describe(&object));
                dependents.push((described, line));
                seen.push(dependent);
            }
        }
        dropped.forget_parts();
        let what = match named.as_slice() {
            [one] => self.describe(one),
            _ => "desired object(s)".to_owned(),
        };
        dropped.notice = resolve(&what, named.len() != 1, cascade, dependents)?;
        Ok(dropped)
    }

    /// Refuses what is a part of something that was not named.
    fn required(&self, object: &Droppable, named: &[Droppable]) -> Option<Error> {
        let refuse = |what: String, by: String| {
            Error::new(
                SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop {what} because {by} requires it"),
            )
            .with_hint(format!("You can drop {by} instead."))
        };
        match object {
            D::Index(id) => {
                let index = self.indexes.get(id)?;
                let table = self.tables.get(&index.table)?;
                let (constraint, ..) = table.keys().find(|(_, _, behind)| *behind == Some(*id))?;
                let by = D::Constraint(table.id, constraint.name.clone());
                Some(refuse(self.describe(object), self.describe(&by)))
            }
            D::Sequence(id) => {
                let (table, ordinal) = self.sequences.get(id)?.owner?;
                let column = self.tables.get(&table)?.columns.get(ordinal)?;
                column.identity.filter(|identity| identity.sequence == *id)?;
                let by = D::Column(table, ordinal);
                if named.contains(&by) || named.contains(&D::Table(table)) {
                    return None;
                }
                Some(refuse(self.describe(object), self.describe(&by)))
            }
            _ => None,
        }
    }

    /// What goes with an object silently.
    fn parts_of(&self, object: &Droppable) -> Vec<Droppable> {
        let mut parts = Vec::new();
        match object {
            D::Table(id) => {
                let Some(table) = self.tables.get(id) else { return parts };
                parts.extend(table.indexes.iter().map(|index| D::Index(*index)));
                if table.partition_key().is_some() {
                    parts.extend(table.children().iter().map(|child| D::Table(*child)));
                }
                parts.extend(self.owned(*id, None).map(|sequence| D::Sequence(sequence.id)));
            }
            D::Constraint(id, name) => {
                let constraint = self.tables.get(id).and_then(|table| table.constraint(name));
                if let Some(
                    Rule::PrimaryKey { index: Some(index), .. } | Rule::Unique { index: Some(index), .. },
                ) = constraint.map(|constraint| &constraint.rule)
                {
                    parts.push(D::Index(*index));
                }
            }
            D::Column(id, ordinal) => {
                let Some(table) = self.tables.get(id) else { return parts };
                parts.extend(self.owned(*id, Some(*ordinal)).map(|sequence| D::Sequence(sequence.id)));
                for constraint in &table.constraints {
                    if constraint_uses(table, &constraint.rule, *ordinal) {
                        parts.push(D::Constraint(*id, constraint.name.clone()));
                    }
                }
                for index in table.indexes.iter().filter_map(|index| self.indexes.get(index)) {
                    if index.keys.iter().any(|key| key.column == *ordinal)
                        || index.predicate == Some(*ordinal)
                        || index.include.contains(ordinal)
                    {
                        parts.push(D::Index(index.id));
                    }
                }
                let name = &table.columns[*ordinal].name;
                let made_of = |column: &Column| {
                    column.is_hidden() && column.generated.as_ref().is_some_and(|sql| mentions(sql, name))
                };
                let made = table.columns.iter().enumerate().filter(|(_, column)| made_of(column));
                parts.extend(made.map(|(at, _)| D::Column(*id, at)));
            }
            D::View(_) | D::Index(_) | D::Sequence(_) | D::Schema(_) | D::Type(_) | D::Default(..) => {}
        }
        parts
    }

    /// What stands in the way of dropping an object.
    fn dependents_of(&self, object: &Droppable) -> Vec<Droppable> {
        let mut found = Vec::new();
        let reads = |query: &StoredQuery, id: ObjectId, ordinal: Option<usize>| {
            query.uses.iter().any(|(used, columns)| {
                *used == id && ordinal.is_none_or(|ordinal| columns.contains(&ordinal))
            })
        };
        let readers = |id: ObjectId, ordinal: Option<usize>, found: &mut Vec<Droppable>| {
            for view in self.views.values().filter(|view| reads(&view.query, id, ordinal)) {
                found.push(D::View(view.id));
            }
            for table in self.tables.values() {
                if table.materialized.as_ref().is_some_and(|view| reads(&view.query, id, ordinal)) {
                    found.push(D::Table(table.id));
                }
            }
        };
        match object {
            D::Table(id) => {
                for (child, at) in self.references_to(*id) {
                    if child.id != *id {
                        found.push(D::Constraint(child.id, child.constraints[at].name.clone()));
                    }
                }
                for over in self.tables.get(id).into_iter().flat_map(|table| self.partitioned_over(table)) {
                    for (child, at) in self.references_to(over.id) {
                        let is_own = child.id == over.id
                            || self.partitioned_over(child).iter().any(|table| table.id == over.id);
                        if !is_own {
                            found.push(D::Constraint(child.id, child.constraints[at].name.clone()));
                        }
                    }
                }
                readers(*id, None, &mut found);
                let heirs = self.tables.get(id).filter(|table| table.partition_key().is_none());
                found.extend(
                    heirs.into_iter().flat_map(|table| table.children()).map(|child| D::Table(*child)),
                );
            }
            D::View(id) => readers(*id, None, &mut found),
            D::Schema(id) => {
                let Some(schema) = self.schemas.get(id) else { return found };
                found
                    .extend(self.tables.values().filter(|t| t.schema == schema.name).map(|t| D::Table(t.id)));
                found.extend(
                    self.sequences.values().filter(|s| s.schema == schema.name).map(|s| D::Sequence(s.id)),
                );
                found.extend(self.views.values().filter(|v| v.schema == schema.name).map(|v| D::View(v.id)));
                found.extend(self.types.values().filter(|t| t.schema == schema.name).map(|t| D::Type(t.id)));
            }
            D::Type(id) => {
                let of = |ty: SqlType| self.type_of(ty).is_some_and(|ty| ty.id == *id);
                for table in self.tables.values() {
                    for (at, column) in table.columns.iter().enumerate() {
                        if of(column.ty.ty) || column.domain == Some(*id) {
                            found.push(D::Column(table.id, at));
                        }
                    }
                }
                for view in self.views.values().filter(|v| v.columns.iter().any(|(_, ty)| of(ty.ty))) {
                    found.push(D::View(view.id));
                }
                for ty in self.types.values() {
                    if ty.domain().is_some_and(|d| d.parent == Some(*id) || of(d.base.ty)) {
                        found.push(D::Type(ty.id));
                    }
                }
            }
            D::Sequence(id) => {
                let Some(sequence) = self.sequences.get(id) else { return found };
                for table in self.tables.values() {
                    for (ordinal, column) in table.columns.iter().enumerate() {
                        if draws_from(column, sequence) {
                            found.push(D::Default(table.id, ordinal));
                        }
                    }
                }
            }
            D::Constraint(id, name) => {
                let Some(table) = self.tables.get(id) else { return found };
                let Some(Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. }) =
                    table.constraint(name).map(|constraint| &constraint.rule)
                else {
                    return found;
                };
                for (child, at) in self.references_to(*id) {
                    let Rule::ForeignKey(key) = &child.constraints[at].rule else { continue };
                    if key.parent_columns.len() == columns.len()
                        && key.parent_columns.iter().all(|column| columns.contains(column))
                    {
                        found.push(D::Constraint(child.id, child.constraints[at].name.clone()));
                    }
                }
            }
            D::Column(id, ordinal) => {
                let Some(table) = self.tables.get(id) else { return found };
                readers(*id, Some(*ordinal), &mut found);
                let name = &table.columns[*ordinal].name;
                for (other, column) in table.columns.iter().enumerate() {
                    if !column.is_hidden() && column.generated.as_ref().is_some_and(|sql| mentions(sql, name))
                    {
                        found.push(D::Column(*id, other));
                    }
                }
                for (child, at) in self.references_to(*id) {
                    let Rule::ForeignKey(key) = &child.constraints[at].rule else { continue };
                    if key.parent_columns.contains(ordinal) {
                        found.push(D::Constraint(child.id, child.constraints[at].name.clone()));
                    }
                }
            }
            D::Index(_) | D::Default(..) => {}
        }
        found
    }

    /// Whether a constraint, default or column belongs to a table that goes anyway.
    fn is_part_of_dropped(&self, object: &Droppable, seen: &[Droppable]) -> bool {
        match object {
            D::Constraint(table, _) => seen.contains(&D::Table(*table)),
            D::Default(table, ordinal) => {
                seen.contains(&D::Table(*table)) || seen.contains(&D::Column(*table, *ordinal))
            }
            D::Column(table, _) => seen.contains(&D::Table(*table)),
            _ => false,
        }
    }

    fn owned(&self, table: ObjectId, ordinal: Option<usize>) -> impl Iterator<Item = &Arc<Sequence>> {
        self.sequences.values().filter(move |sequence| {
            sequence
                .owner
                .is_some_and(|(owner, column)| owner == table && ordinal.is_none_or(|at| at == column))
        })
    }

    /// `table t`, `constraint c on table t`: the object in PostgreSQL's messages.
    pub fn describe(&self, object: &Droppable) -> String {
        let table_of = |id: &ObjectId| self.tables.get(id);
        let shown = |schema: &str, name: &str| {
            if schema == "public" || schema.starts_with("pg_temp") {
                name.to_owned()
            } else {
                format!("{schema}.{name}")
            }
        };
        let table = |id: &ObjectId| match table_of(id) {
            Some(table) if table.materialized.is_some() => {
                format!("materialized view {}", shown(&table.schema, &table.name))
            }
            Some(table) => format!("table {}", shown(&table.schema, &table.name)),
            None => "table".to_owned(),
        };
        let column = |id: &ObjectId, at: &usize| {
            table_of(id).and_then(|table| table.columns.get(*at)).map_or("?", |column| column.name.as_str())
        };
        match object {
            D::Table(id) => table(id),
            D::View(id) => {
                self.views.get(id).map_or_else(String::new, |v| format!("view {}", shown(&v.schema, &v.name)))
            }
            D::Index(id) => self
                .indexes
                .get(id)
                .map_or_else(String::new, |i| format!("index {}", shown(&i.schema, &i.name))),
            D::Sequence(id) => self
                .sequences
                .get(id)
                .map_or_else(String::new, |s| format!("sequence {}", shown(&s.schema, &s.name))),
            D::Schema(id) => self.schemas.get(id).map_or_else(String::new, |s| format!("schema {}", s.name)),
            D::Type(id) => {
                self.types.get(id).map_or_else(String::new, |t| format!("type {}", shown(&t.schema, &t.name)))
            }
            D::Constraint(id, name) => format!("constraint {name} on {}", table(id)),
            D::Default(id, at) => format!("default value for column {} of {}", column(id, at), table(id)),
            D::Column(id, at) => format!("column {} of {}", column(id, at), table(id)),
        }
    }
}

impl Dropped {
    fn add(&mut self, object: &Droppable) {
        match object {
            D::Table(id) => self.tables.push(*id),
            D::View(id) => self.views.push(*id),
            D::Index(id) => self.indexes.push(*id),
            D::Sequence(id) => self.sequences.push(*id),
            D::Schema(id) => self.schemas.push(*id),
            D::Type(id) => self.types.push(*id),
            D::Constraint(table, name) => self.constraints.push((*table, name.clone())),
            D::Default(table, at) => self.defaults.push((*table, *at)),
            D::Column(table, at) => self.columns.push((*table, *at)),
        }
    }

    /// Parts of tables that go need no care of their own.
    fn forget_parts(&mut self) {
        let gone = core::mem::take(&mut self.tables);
        self.constraints.retain(|(table, _)| !gone.contains(table));
        self.defaults.retain(|(table, _)| !gone.contains(table));
        self.columns.retain(|(table, _)| !gone.contains(table));
        self.tables = gone;
    }
}

/// Whether a constraint of a table is about one of its columns.
fn constraint_uses(table: &Table, rule: &Rule, ordinal: usize) -> bool {
    match rule {
        Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => columns.contains(&ordinal),
        Rule::ForeignKey(key) => key.columns.contains(&ordinal),
        Rule::Check { expression } => {
            table.columns.get(ordinal).is_some_and(|column| mentions(expression, &column.name))
        }
    }
}

/// Whether a column's default is `nextval` of the sequence.
fn draws_from(column: &Column, sequence: &Sequence) -> bool {
    let Some(default) = &column.default else { return false };
    let Some((_, argument)) = default.split_once("nextval('") else { return false };
    let Some((name, _)) = argument.split_once('\'') else { return false };
    let bare = name.replace('"', "");
    match bare.split_once('.') {
        Some((schema, name)) => schema == sequence.schema && name == sequence.name,
        None => bare == sequence.name,
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

impl View {
    /// The ordinal of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column == name)
    }
}
