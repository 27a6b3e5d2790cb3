//! ALTER .. RENAME, SET SCHEMA, OWNER TO, with everything that says the old name.

use crate::base::ObjectId;
use crate::base::words::quoted;
use crate::bind::{BindContext, Renaming, rename_in_query};
use crate::catalog::{Catalog, Index, Relation, Rule, Schema, Sequence, StoredQuery, Table, View, renamed};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{ObjectKind, ObjectName};

use super::ddl::{Change, change};
use super::{Session, find, kind_of, missing, skipped, wrong_kind};

/// The relation of a name; `None`: it is missing and IF EXISTS was said.
fn target(
    session: &mut Session,
    catalog: &Catalog,
    kind: ObjectKind,
    name: &ObjectName,
    if_exists: bool,
) -> Result<Option<Relation>> {
    let Some(relation) = find(session, catalog, name) else {
        if if_exists {
            skipped(session, "relation", &name.name);
            return Ok(None);
        }
        return Err(missing(name));
    };
    let found = kind_of(relation);
    // ALTER TABLE takes any of them, as in PostgreSQL.
    if found != kind && kind != ObjectKind::Table {
        return Err(wrong_kind(&name.name, kind));
    }
    Ok(Some(relation.clone()))
}

/// ALTER .. RENAME TO.
pub(super) fn rename(
    session: &mut Session,
    tag: &str,
    kind: ObjectKind,
    name: &ObjectName,
    if_exists: bool,
    to: &str,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    if kind == ObjectKind::Schema {
        return rename_schema(session, tag, &catalog, &name.name, to);
    }
    let Some(relation) = target(session, &catalog, kind, name, if_exists)? else { return Ok(()) };
    change(session, tag, |change| {
        let schema = schema_of(&relation).to_owned();
        change.catalog.check_free(&schema, to)?;
        move_relation(change, &relation, &schema, to)
    })
}

fn schema_of(relation: &Relation) -> &str {
    match relation {
        Relation::Table(table) | Relation::Key(table, _) => &table.schema,
        Relation::View(view) => &view.schema,
        Relation::Index(index) => &index.schema,
        Relation::Sequence(sequence) => &sequence.schema,
    }
}

/// Gives a relation another schema or name, in everything that says it.
fn move_relation(change: &mut Change<'_>, relation: &Relation, schema: &str, to: &str) -> Result<()> {
    let full = format!("{}.{}", quoted(schema), quoted(to));
    match relation {
        Relation::Table(table) => {
            rewrite_queries(change, &Renaming { relation: table.id, column: None, to: &full })?;
            let mut table = Table::clone(table);
            // Its own query may have been rewritten just now.
            if let Some(now) = change.catalog.tables.get(&table.id) {
                table = Table::clone(now);
            }
            to.clone_into(&mut table.name);
            schema.clone_into(&mut table.schema);
            change.catalog.put_table(table);
        }
        Relation::View(view) => {
            rewrite_queries(change, &Renaming { relation: view.id, column: None, to: &full })?;
            change.catalog.put_view(View {
                name: to.to_owned(),
                schema: schema.to_owned(),
                ..View::clone(view)
            });
        }
        Relation::Index(index) => {
            if let Some(table) = change.catalog.tables.get(&index.table) {
                let mut table = Table::clone(table);
                for constraint in &mut table.constraints {
                    if matches!(&constraint.rule,
                        Rule::PrimaryKey { index: Some(behind), .. } | Rule::Unique { index: Some(behind), .. }
                            if *behind == index.id)
                    {
                        to.clone_into(&mut constraint.name);
                    }
                }
                change.catalog.put_table(table);
            }
            let moved = Index { name: to.to_owned(), schema: schema.to_owned(), ..Index::clone(index) };
            change.catalog.put_index(moved);
        }
        Relation::Key(table, at) => {
            let mut table = Table::clone(table);
            if let Some(constraint) = table.constraints.get_mut(*at) {
                to.clone_into(&mut constraint.name);
            }
            change.catalog.put_table(table);
        }
        Relation::Sequence(sequence) => move_sequence(change, sequence, schema, to),
    }
    Ok(())
}

/// A sequence under another name: defaults that draw from it follow.
fn move_sequence(change: &mut Change<'_>, sequence: &Sequence, schema: &str, to: &str) {
    let call = |schema: &str, name: &str| {
        let name = format!("\"{}\".\"{}\"", schema.replace('"', "\"\""), name.replace('"', "\"\""));
        format!("nextval('{}')", name.replace('\'', "''"))
    };
    let (before, after) = (call(&sequence.schema, &sequence.name), call(schema, to));
    let bare = format!("nextval('{}')", sequence.name);
    let changed: Vec<Table> = change
        .catalog
        .tables
        .values()
        .filter_map(|table| {
            let draws = |sql: &String| *sql == before || *sql == bare;
            if !table.columns.iter().any(|column| column.default.as_ref().is_some_and(draws)) {
                return None;
            }
            let mut table = Table::clone(table);
            for column in &mut table.columns {
                if column.default.as_ref().is_some_and(draws) {
                    column.default = Some(after.clone());
                }
            }
            Some(table)
        })
        .collect();
    for table in changed {
        change.catalog.put_table(table);
    }
    change.catalog.put_sequence(Sequence {
        name: to.to_owned(),
        schema: schema.to_owned(),
        ..Sequence::clone(sequence)
    });
}

/// Renames inside the queries of views, plain and materialised, that read a relation.
fn rewrite_queries(change: &mut Change<'_>, renaming: &Renaming<'_>) -> Result<()> {
    let reads = |query: &StoredQuery| query.uses.iter().any(|(used, _)| *used == renaming.relation);
    let rewritten = |catalog: &Catalog, query: &StoredQuery, name: &str| {
        let context = BindContext { catalog, search_path: &query.search_path, parameter_types: &[] };
        let sql = rename_in_query(&query.sql, &context, renaming).map_err(|error| {
            Error::unsupported(format!("renaming what view \"{name}\" uses ({})", error.message()))
        })?;
        Ok::<_, Error>(StoredQuery { sql, ..query.clone() })
    };
    let views: Vec<_> = change.catalog.views.values().filter(|view| reads(&view.query)).cloned().collect();
    let mut changed = Vec::new();
    for view in views {
        let query = rewritten(&change.catalog, &view.query, &view.name)?;
        changed.push(View { query, ..View::clone(&view) });
    }
    let mut changed_tables = Vec::new();
    for table in change.catalog.tables.values() {
        let Some(view) = table.materialized.as_ref().filter(|view| reads(&view.query)) else { continue };
        let query = rewritten(&change.catalog, &view.query, &table.name)?;
        let mut table = Table::clone(table);
        if let Some(view) = &mut table.materialized {
            view.query = query;
        }
        changed_tables.push(table);
    }
    for view in changed {
        change.catalog.put_view(view);
    }
    for table in changed_tables {
        change.catalog.put_table(table);
    }
    Ok(())
}

/// ALTER .. RENAME COLUMN.
pub(super) fn column(
    session: &mut Session,
    tag: &str,
    kind: ObjectKind,
    name: &ObjectName,
    if_exists: bool,
    column: &str,
    to: &str,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let Some(relation) = target(session, &catalog, kind, name, if_exists)? else { return Ok(()) };
    let (id, shown, ordinal, taken) = match &relation {
        Relation::Table(table) => (table.id, &table.name, table.column(column), table.column(to).is_some()),
        Relation::View(view) => (view.id, &view.name, view.column(column), view.column(to).is_some()),
        _ => return Err(wrong_kind(&name.name, ObjectKind::Table)),
    };
    let Some(ordinal) = ordinal else {
        return Err(Error::new(SqlState::UNDEFINED_COLUMN, format!("column \"{column}\" does not exist")));
    };
    if taken {
        return Err(Error::new(
            SqlState::DUPLICATE_COLUMN,
            format!("column \"{to}\" of relation \"{shown}\" already exists"),
        ));
    }
    let mut heirs = Vec::new();
    if let Relation::Table(table) = &relation {
        let parents = table.parents().iter().filter_map(|id| catalog.tables.get(id));
        if parents.into_iter().any(|parent| parent.column(column).is_some()) {
            return Err(Error::new(
                SqlState::INVALID_TABLE_DEFINITION,
                format!("cannot rename inherited column \"{column}\""),
            ));
        }
        heirs = catalog.descendants(table).split_off(1);
    }
    rename_one(session, tag, (&relation, id, ordinal), column, to)?;
    for heir in heirs {
        let Some(at) = heir.column(column) else { continue };
        let id = heir.id;
        rename_one(session, tag, (&Relation::Table(heir), id, at), column, to)?;
    }
    Ok(())
}

fn rename_one(
    session: &mut Session,
    tag: &str,
    (relation, id, ordinal): (&Relation, ObjectId, usize),
    column: &str,
    to: &str,
) -> Result<()> {
    change(session, tag, |change| {
        let written = quoted(to);
        rewrite_queries(change, &Renaming { relation: id, column: Some(ordinal), to: &written })?;
        match relation {
            Relation::View(_) => {
                let Some(view) = change.catalog.views.get(&id) else { return Ok(()) };
                let mut view = View::clone(view);
                to.clone_into(&mut view.columns[ordinal].0);
                change.catalog.put_view(view);
            }
            _ => {
                let Some(table) = change.catalog.tables.get(&id) else { return Ok(()) };
                let mut table = Table::clone(table);
                to.clone_into(&mut table.columns[ordinal].name);
                for other in &mut table.columns {
                    if let Some(sql) = &mut other.generated {
                        *sql = renamed(sql, column, to);
                    }
                }
                for constraint in &mut table.constraints {
                    if let Rule::Check { expression } = &mut constraint.rule {
                        *expression = renamed(expression, column, to);
                    }
                }
                if let Some(family) = &mut table.family {
                    let rules = family.bound.iter_mut().filter_map(|bound| bound.rule.as_mut());
                    let parts = family.key.iter_mut().flat_map(|key| key.parts.iter_mut());
                    rules.chain(parts).for_each(|sql| *sql = renamed(sql, column, to));
                }
                change.catalog.put_table(table);
            }
        }
        let comment = change.catalog.comment(id, &format!(".{column}")).map(str::to_owned);
        if comment.is_some() {
            change.catalog.put_comment(id, &format!(".{column}"), None);
            change.catalog.put_comment(id, &format!(".{to}"), comment);
        }
        Ok(())
    })
}

/// ALTER .. SET SCHEMA.
pub(super) fn schema(
    session: &mut Session,
    tag: &str,
    kind: ObjectKind,
    name: &ObjectName,
    if_exists: bool,
    schema: &str,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let Some(relation) = target(session, &catalog, kind, name, if_exists)? else { return Ok(()) };
    if !catalog.has_schema(schema) {
        return Err(Error::new(SqlState::INVALID_SCHEMA_NAME, format!("schema \"{schema}\" does not exist")));
    }
    if schema_of(&relation) == schema {
        return Ok(());
    }
    let (id, own) = match &relation {
        Relation::Table(table) => (table.id, table.name.clone()),
        Relation::View(view) => (view.id, view.name.clone()),
        Relation::Sequence(sequence) if sequence.owner.is_some() => {
            return Err(Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "cannot move an owned sequence into another schema",
            ));
        }
        Relation::Sequence(sequence) => (sequence.id, sequence.name.clone()),
        Relation::Index(_) | Relation::Key(..) => {
            return Err(Error::new(
                SqlState::WRONG_OBJECT_TYPE,
                format!("cannot change schema of index \"{}\"", name.name),
            )
            .with_hint("Change the schema of the table instead."));
        }
    };
    change(session, tag, |change| {
        change.catalog.check_free(schema, &own)?;
        move_relation(change, &relation, schema, &own)?;
        // Indexes and owned sequences go where their table goes.
        let indexes: Vec<_> = change.catalog.indexes.values().filter(|i| i.table == id).cloned().collect();
        for index in indexes {
            change.catalog.put_index(Index { schema: schema.to_owned(), ..Index::clone(&index) });
        }
        let owned: Vec<_> = change
            .catalog
            .sequences
            .values()
            .filter(|sequence| sequence.owner.is_some_and(|(table, _)| table == id))
            .cloned()
            .collect();
        for sequence in owned {
            move_sequence(change, &sequence, schema, &sequence.name);
        }
        Ok(())
    })
}

fn rename_schema(session: &mut Session, tag: &str, catalog: &Catalog, name: &str, to: &str) -> Result<()> {
    let Some(schema) = catalog.schemas.values().find(|schema| schema.name == name) else {
        if catalog.has_schema(name) {
            return Err(Error::unsupported(format!("renaming the schema {name}")));
        }
        return Err(Error::new(SqlState::INVALID_SCHEMA_NAME, format!("schema \"{name}\" does not exist")));
    };
    if catalog.has_schema(to) {
        return Err(Error::new(SqlState::DUPLICATE_SCHEMA, format!("schema \"{to}\" already exists")));
    }
    let inside = |schema: &str| schema == name;
    let mut relations: Vec<Relation> = Vec::new();
    relations.extend(catalog.tables.values().filter(|t| inside(&t.schema)).cloned().map(Relation::Table));
    relations.extend(catalog.views.values().filter(|v| inside(&v.schema)).cloned().map(Relation::View));
    relations
        .extend(catalog.sequences.values().filter(|s| inside(&s.schema)).cloned().map(Relation::Sequence));
    relations.extend(catalog.indexes.values().filter(|i| inside(&i.schema)).cloned().map(Relation::Index));
    let id: ObjectId = schema.id;
    change(session, tag, |change| {
        for relation in &relations {
            let own = match relation {
                Relation::Table(table) => &table.name,
                Relation::View(view) => &view.name,
                Relation::Sequence(sequence) => &sequence.name,
                Relation::Index(index) => &index.name,
                Relation::Key(..) => continue,
            };
            move_relation(change, relation, to, own)?;
        }
        change.catalog.put_schema(Schema { id, name: to.to_owned() });
        Ok(())
    })
}

/// ALTER .. OWNER TO: there is one role, which owns everything.
pub(super) fn owner(
    session: &mut Session,
    kind: ObjectKind,
    name: &ObjectName,
    if_exists: bool,
    owner: &str,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    if kind == ObjectKind::Schema {
        if !catalog.has_schema(&name.name) {
            return Err(Error::new(
                SqlState::INVALID_SCHEMA_NAME,
                format!("schema \"{}\" does not exist", name.name),
            ));
        }
        return check_role(session, owner);
    }
    match target(session, &catalog, kind, name, if_exists)? {
        Some(_) => check_role(session, owner),
        None => Ok(()),
    }
}

/// Refuses roles other than the one there is (42704).
pub(super) fn check_role(_: &Session, role: &str) -> Result<()> {
    if ["current_user", "session_user", "current_role", "decentdb"].contains(&role) {
        return Ok(());
    }
    Err(Error::new(SqlState::UNDEFINED_OBJECT, format!("role \"{role}\" does not exist")))
}
