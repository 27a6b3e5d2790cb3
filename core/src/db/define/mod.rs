//! Commands that change objects other than by CREATE TABLE and ALTER TABLE, and those about a session.
//!
//! Names are resolved here, against the catalog as the transaction sees it when the command runs; what a
//! command holds as text is bound here too.

mod column;
mod copy;
mod copy_text;
mod create;
mod cursor;
mod domain;
mod drop;
mod family;
mod named;
mod partition_bound;
mod rename;
mod routine;
mod sequence;
mod storage;
mod user_type;

pub(super) use column::alter as alter_column;
pub(super) use cursor::{Cursor, columns as cursor_columns, fetch};
pub(super) use drop::temporary as drop_temporary;
pub(super) use family::{check_inherited, check_key_columns, heirs_action, inherit_indexes};
pub(super) use named::execute;
pub(super) use sequence::with_options as sequence_with;

use crate::catalog::{Catalog, Deferral, Relation, SYSTEM_SCHEMAS};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{Command, Discarded, ObjectKind, ObjectName};

use super::ddl;
use super::outcome::Notice;
use super::session::Session;

/// Runs a command; answers the count that its tag shows, if any.
pub(super) fn run(session: &mut Session, command: &Command) -> Result<Option<u64>> {
    let tag = command.tag();
    match command {
        Command::CreateSchema { name, if_not_exists, owner } => {
            create::schema(session, tag, name, *if_not_exists, owner.as_deref())?;
        }
        Command::CreateOfFamily(table) => family::create(session, tag, table)?,
        Command::AlterFamily { name, if_exists, other, action } => {
            family::alter(session, tag, name, *if_exists, other, action)?;
        }
        Command::AlterConstraint { name, constraint, deferrable, initially } => {
            let deferral = match (deferrable, initially) {
                (false, _) => Deferral::Never,
                (true, false) => Deferral::Possible,
                (true, true) => Deferral::Initially,
            };
            family::defer(session, tag, name, constraint, deferral)?;
        }
        Command::CreateView(view) if view.materialized => return create::materialized(session, tag, view),
        Command::CreateView(view) => create::view(session, tag, view)?,
        Command::Refresh { name, with_data, concurrently } => {
            create::refresh(session, tag, name, *with_data, *concurrently)?;
        }
        Command::CreateSequence { name, temporary, if_not_exists, options } => {
            sequence::create(session, tag, name, *temporary, *if_not_exists, options)?;
        }
        Command::AlterSequence { name, if_exists, options } => {
            sequence::alter(session, tag, name, *if_exists, options)?;
        }
        Command::CreateEnum { name, labels } => user_type::create(session, tag, name, labels)?,
        Command::AlterEnum { name, action } => user_type::alter(session, tag, name, action)?,
        Command::CreateDomain(definition) => domain::create(session, tag, definition)?,
        Command::AlterDomain { name, action } => domain::alter(session, tag, name, action)?,
        Command::Rename { kind: kind @ (ObjectKind::Type | ObjectKind::Domain), name, to, .. } => {
            user_type::move_type(session, tag, *kind, name, None, Some(to))?;
        }
        Command::SetSchema { kind: kind @ (ObjectKind::Type | ObjectKind::Domain), name, schema, .. } => {
            user_type::move_type(session, tag, *kind, name, Some(schema), None)?;
        }
        Command::Drop { kind, names, if_exists, cascade, on } => {
            drop::drop(session, tag, *kind, names, *if_exists, *cascade, on.as_ref())?;
        }
        Command::Rename { kind, name, if_exists, to } => {
            rename::rename(session, tag, *kind, name, *if_exists, to)?;
        }
        Command::RenameColumn { kind, name, if_exists, column, to } => {
            rename::column(session, tag, *kind, name, *if_exists, column, to)?;
        }
        Command::SetSchema { kind, name, if_exists, schema } => {
            rename::schema(session, tag, *kind, name, *if_exists, schema)?;
        }
        Command::Owner { kind, name, if_exists, owner } => {
            rename::owner(session, *kind, name, *if_exists, owner)?;
        }
        Command::ViewDefault { name, if_exists, column, default } => {
            create::view_default(session, tag, name, *if_exists, column, default.as_ref())?;
        }
        Command::CreateFunction(made) => routine::create(session, tag, made)?,
        Command::CreateTrigger(made) => routine::create_trigger(session, tag, made)?,
        Command::DropFunction { functions, if_exists, cascade } => {
            routine::drop(session, tag, functions, *if_exists, *cascade)?;
        }
        Command::Truncate { names, restart, cascade } => {
            storage::truncate(session, tag, names, *restart, *cascade)?;
        }
        Command::Comment(on, text) => create::comment(session, tag, on, text.as_deref())?,
        Command::Copy(copy) => return copy::copy(session, copy).map(Some),
        Command::Prepare { name, types, statement } => named::prepare(session, name, types, statement)?,
        Command::Execute { .. } => return Err(Error::unsupported("EXECUTE inside another statement")),
        Command::Deallocate(name) => named::deallocate(session, name.as_deref())?,
        Command::Discard(what) => discard(session, *what)?,
        Command::Declare { name, scroll, hold, query } => {
            cursor::declare(session, name, *scroll, *hold, query)?;
        }
        Command::Fetch { name, direction, .. } => return cursor::skip(session, name, *direction).map(Some),
        Command::Close(name) => cursor::close(session, name.as_deref())?,
        Command::Lock(names) => storage::lock(session, names)?,
        Command::Maintain(what, names) => storage::maintain(session, tag, *what, names)?,
        Command::SetConstraints { names, deferred } => set_constraints(session, names, *deferred)?,
        Command::SetTransaction { session: whole, read_only, isolation } => {
            session.set_transaction(*whole, *read_only, *isolation)?;
        }
    }
    Ok(None)
}

fn discard(session: &mut Session, what: Discarded) -> Result<()> {
    if what == Discarded::All {
        if session.in_block() {
            return Err(Error::new(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "DISCARD ALL cannot run inside a transaction block",
            ));
        }
        session.named.clear();
        session.cursors.clear();
        session.set("all", None, false)?;
    }
    if matches!(what, Discarded::All | Discarded::Sequences) {
        session.draws.lock().clear();
    }
    if matches!(what, Discarded::All | Discarded::Temp) {
        drop::temporary(session)?;
    }
    Ok(())
}

fn set_constraints(session: &mut Session, names: &[ObjectName], deferred: bool) -> Result<()> {
    if !session.in_block() {
        session.notice(Notice::warning(
            SqlState::NO_ACTIVE_SQL_TRANSACTION,
            "SET CONSTRAINTS can only be used in transaction blocks",
        ));
    }
    let (catalog, _) = session.catalog()?;
    if names.is_empty() {
        session.deferred.set_all(deferred);
    }
    for name in names {
        let found = catalog
            .tables
            .values()
            .filter(|table| name.schema.as_ref().is_none_or(|schema| *schema == table.schema))
            .find_map(|table| Some((table, table.constraint(&name.name)?)));
        match found {
            None => {
                return Err(Error::new(
                    SqlState::UNDEFINED_OBJECT,
                    format!("constraint \"{}\" does not exist", name.name),
                ));
            }
            Some((_, constraint)) if constraint.deferral == Deferral::Never => {
                return Err(Error::new(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("constraint \"{}\" is not deferrable", name.name),
                ));
            }
            Some((table, constraint)) => session.deferred.set(table, constraint, deferred),
        }
    }
    match &session.writing {
        Some(writing) if !deferred => session.deferred.check(&catalog, &writing.txn, false),
        _ => Ok(()),
    }
}

/// What a name stands for along the search path of the session.
fn find<'c>(session: &Session, catalog: &'c Catalog, name: &ObjectName) -> Option<&'c Relation> {
    match &name.schema {
        Some(schema) => catalog.relation(session.settings.schema_named(schema), &name.name),
        None => session.settings.search_path().iter().find_map(|schema| catalog.relation(schema, &name.name)),
    }
}

/// The schema a new object goes to.
fn creation_schema(
    session: &mut Session,
    catalog: &Catalog,
    name: &ObjectName,
    temporary: bool,
) -> Result<String> {
    if temporary || name.schema.as_deref() == Some("pg_temp") {
        if name.schema.as_deref().is_some_and(|schema| !schema.starts_with("pg_temp")) {
            return Err(Error::new(
                SqlState::INVALID_TABLE_DEFINITION,
                "cannot create temporary relation in non-temporary schema",
            ));
        }
        return session.temporary_schema();
    }
    let schema = match &name.schema {
        Some(schema) => schema.clone(),
        None => {
            let found = session
                .settings
                .search_path()
                .iter()
                .find(|schema| !schema.starts_with("pg_temp_") && catalog.has_schema(schema));
            match found {
                Some(schema) => schema.clone(),
                None => {
                    return Err(Error::new(
                        SqlState::INVALID_SCHEMA_NAME,
                        "no schema has been selected to create in",
                    ));
                }
            }
        }
    };
    if SYSTEM_SCHEMAS.contains(&schema.as_str()) {
        return Err(Error::new(
            SqlState::INSUFFICIENT_PRIVILEGE,
            format!("permission denied to create \"{schema}.{}\"", name.name),
        )
        .with_detail("System catalog modifications are currently disallowed."));
    }
    if !catalog.has_schema(&schema) {
        return Err(Error::new(SqlState::INVALID_SCHEMA_NAME, format!("schema \"{schema}\" does not exist")));
    }
    Ok(schema)
}

/// `relation "x" does not exist`.
fn missing(name: &ObjectName) -> Error {
    Error::new(SqlState::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", name.display()))
}

/// `"x" is not a view`.
fn wrong_kind(name: &str, wanted: ObjectKind) -> Error {
    let article = if wanted == ObjectKind::Index { "an" } else { "a" };
    Error::new(SqlState::WRONG_OBJECT_TYPE, format!("\"{name}\" is not {article} {}", wanted.word()))
}

/// What a relation is.
fn kind_of(relation: &Relation) -> ObjectKind {
    match relation {
        Relation::Table(table) if table.materialized.is_some() => ObjectKind::MaterializedView,
        Relation::Table(_) => ObjectKind::Table,
        Relation::View(_) => ObjectKind::View,
        Relation::Sequence(_) => ObjectKind::Sequence,
        Relation::Index(_) | Relation::Key(..) => ObjectKind::Index,
    }
}

/// IF EXISTS said, and it does not.
fn skipped(session: &mut Session, what: &str, name: &str) {
    let message = format!("{what} \"{name}\" does not exist, skipping");
    session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, message));
}
