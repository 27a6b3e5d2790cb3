//! DROP.

use std::collections::BTreeSet;

use crate::base::ObjectId;
use crate::catalog::{Droppable, Relation};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{ObjectKind, ObjectName};

use super::ddl::{change, say_cascade};
use super::{Session, find, kind_of, skipped, wrong_kind};

/// Drops named objects of one kind.
pub(super) fn drop(
    session: &mut Session,
    tag: &str,
    kind: ObjectKind,
    names: &[ObjectName],
    if_exists: bool,
    cascade: bool,
    on: Option<&ObjectName>,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let mut objects = Vec::new();
    for name in names {
        if let Some(schema) = &name.schema
            && kind != ObjectKind::Schema
            && !catalog.has_schema(session.settings.schema_named(schema))
        {
            if if_exists {
                skipped(session, "schema", schema);
                continue;
            }
            return Err(no_schema(schema));
        }
        match kind {
            ObjectKind::Schema => match catalog.schemas.values().find(|schema| schema.name == name.name) {
                Some(schema) => objects.push(Droppable::Schema(schema.id)),
                None if catalog.has_schema(&name.name) => {
                    return Err(Error::unsupported(format!("dropping the schema {}", name.name)));
                }
                None if if_exists => skipped(session, "schema", &name.name),
                None => return Err(no_schema(&name.name)),
            },
            ObjectKind::Type | ObjectKind::Domain => {
                match super::user_type::find_type(session, &catalog, name) {
                    None if if_exists => skipped(session, "type", &name.display()),
                    _ => {
                        let ty = super::user_type::wanted_type(session, &catalog, name, kind)?;
                        objects.push(Droppable::Type(ty.id));
                    }
                }
            }
            ObjectKind::Trigger => {
                let table = on.ok_or_else(|| Error::internal("DROP TRIGGER has a table"))?;
                if let Some(Relation::Table(table)) = find(session, &catalog, table)
                    && super::routine::drop_trigger(session, tag, table, &name.name)?
                {
                    continue;
                }
                if find(session, &catalog, table).is_none() {
                    if if_exists {
                        skipped(session, "relation", &table.name);
                        continue;
                    }
                    return Err(super::missing(table));
                }
                if if_exists {
                    skipped(session, "trigger", &name.name);
                    continue;
                }
                return Err(Error::new(
                    SqlState::UNDEFINED_OBJECT,
                    format!("trigger \"{}\" for table \"{}\" does not exist", name.name, table.name),
                ));
            }
            _ => {
                let Some(relation) = find(session, &catalog, name) else {
                    if if_exists {
                        skipped(session, kind.word(), &name.name);
                        continue;
                    }
                    let state = if kind == ObjectKind::Index {
                        SqlState::UNDEFINED_OBJECT
                    } else {
                        SqlState::UNDEFINED_TABLE
                    };
                    let message = format!("{} \"{}\" does not exist", kind.word(), name.display());
                    return Err(Error::new(state, message));
                };
                objects.push(droppable(relation, kind, name)?);
            }
        }
    }
    if objects.is_empty() {
        return Ok(());
    }
    let indexed: Vec<ObjectId> = objects
        .iter()
        .filter_map(|object| match object {
            Droppable::Index(id) => catalog.indexes.get(id).map(|index| index.table),
            _ => None,
        })
        .collect();
    let mut columns = Vec::new();
    let notice = change(session, tag, |change| {
        let mut dropped = change.catalog.drop_objects(objects, cascade)?;
        columns = core::mem::take(&mut dropped.columns);
        change.remove(dropped)
    })?;
    say_cascade(session, notice);
    crate::base::order::sort(&mut columns);
    for of_one in columns.chunk_by(|a, b| a.0 == b.0) {
        let ordinals: Vec<usize> = of_one.iter().map(|(_, ordinal)| *ordinal).collect();
        if let Some((table, _)) = of_one.first() {
            super::column::drop_ordinals(session, tag, *table, &ordinals)?;
        }
    }
    for table in indexed {
        super::column::drop_unused(session, tag, table)?;
    }
    Ok(())
}

fn droppable(relation: &Relation, kind: ObjectKind, name: &ObjectName) -> Result<Droppable> {
    let found = kind_of(relation);
    if found != kind {
        let article = if found == ObjectKind::Index { "an" } else { "a" };
        let hint = format!("Use DROP {} to remove {article} {}.", found.tag(), found.word());
        return Err(wrong_kind(&name.name, kind).with_hint(hint));
    }
    Ok(match relation {
        Relation::Table(table) => Droppable::Table(table.id),
        Relation::View(view) => Droppable::View(view.id),
        Relation::Sequence(sequence) => Droppable::Sequence(sequence.id),
        Relation::Index(index) => Droppable::Index(index.id),
        Relation::Key(table, at) => {
            let constraint = table.constraints.get(*at).map_or("", |constraint| &constraint.name);
            let by = format!("constraint {constraint} on table {}", table.name);
            return Err(Error::new(
                SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
                format!("cannot drop index {} because {by} requires it", name.name),
            )
            .with_hint(format!("You can drop {by} instead.")));
        }
    })
}

fn no_schema(name: &str) -> Error {
    Error::new(SqlState::INVALID_SCHEMA_NAME, format!("schema \"{name}\" does not exist"))
}

/// Drops the temporary objects of the session.
pub(in crate::db) fn temporary(session: &mut Session) -> Result<()> {
    let Some(schema) = session.settings.temporary() else { return Ok(()) };
    let schema = schema.to_owned();
    let (catalog, _) = session.catalog()?;
    let mut objects: Vec<Droppable> = Vec::new();
    let of = |other: &str| other == schema;
    objects.extend(catalog.tables.values().filter(|t| of(&t.schema)).map(|t| Droppable::Table(t.id)));
    objects.extend(catalog.views.values().filter(|v| of(&v.schema)).map(|v| Droppable::View(v.id)));
    let owned: BTreeSet<_> =
        catalog.sequences.values().filter(|s| s.owner.is_some()).map(|sequence| sequence.id).collect();
    objects.extend(
        catalog
            .sequences
            .values()
            .filter(|s| of(&s.schema) && !owned.contains(&s.id))
            .map(|s| Droppable::Sequence(s.id)),
    );
    if objects.is_empty() {
        return Ok(());
    }
    change(session, "DISCARD TEMP", |change| {
        let dropped = change.catalog.drop_objects(objects, true)?;
        change.remove(dropped).map(drop_notice)
    })
}

// What went with temporary tables was temporary itself.
fn drop_notice(_: Option<(String, Option<String>)>) {}
