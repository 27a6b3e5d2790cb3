//! TRUNCATE, LOCK, VACUUM, ANALYZE, REINDEX, CHECKPOINT.

use std::sync::Arc;

use crate::catalog::{Index, Relation, Table};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{Maintenance, ObjectKind, ObjectName};
use crate::store;

use super::ddl::{Change, change};
use super::{Session, find, missing, wrong_kind};
use crate::db::outcome::Notice;

/// TRUNCATE.
pub(super) fn truncate(
    session: &mut Session,
    tag: &str,
    names: &[(ObjectName, bool)],
    restart: bool,
    cascade: bool,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let mut tables: Vec<Arc<Table>> = Vec::new();
    for (name, only) in names {
        match find(session, &catalog, name) {
            Some(Relation::Table(table)) if table.materialized.is_none() => {
                if *only && table.partition_key().is_some() {
                    return Err(Error::new(
                        SqlState::WRONG_OBJECT_TYPE,
                        "cannot truncate only a partitioned table",
                    )
                    .with_hint(
                        "Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.",
                    ));
                }
                let all = if *only { vec![Arc::clone(table)] } else { catalog.descendants(table) };
                for table in all {
                    if !tables.iter().any(|other| other.id == table.id) {
                        tables.push(table);
                    }
                }
            }
            Some(_) => return Err(wrong_kind(&name.name, ObjectKind::Table)),
            None => return Err(missing(name)),
        }
    }
    let mut at = 0;
    while let Some(table) = tables.get(at).cloned() {
        at += 1;
        let over = [&table].into_iter().chain(catalog.partitioned_over(&table));
        for (child, _) in over.flat_map(|table| catalog.references_to(table.id)) {
            if tables.iter().any(|other| other.id == child.id) {
                continue;
            }
            if !cascade {
                return Err(Error::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    "cannot truncate a table referenced in a foreign key constraint",
                )
                .with_detail(format!("Table \"{}\" references \"{}\".", child.name, table.name))
                .with_hint(format!(
                    "Truncate table \"{}\" at the same time, or use TRUNCATE ... CASCADE.",
                    child.name
                )));
            }
            let message = format!("truncate cascades to table \"{}\"", child.name);
            session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, message));
            tables.push(Arc::clone(child));
        }
    }
    change(session, tag, |change| {
        for table in &tables {
            empty(change, table)?;
        }
        Ok(())
    })?;
    if restart {
        for sequence in catalog.sequences.values() {
            if sequence.owner.is_some_and(|(table, _)| tables.iter().any(|other| other.id == table)) {
                session.shared.sequences.set(sequence.id, Some(sequence.start), true);
            }
        }
    }
    Ok(())
}

/// Gives a table new, empty trees in place of its own.
pub(super) fn empty(change: &mut Change<'_>, table: &Arc<Table>) -> Result<Arc<Table>> {
    store::drop_table(change.txn, table)?;
    let mut emptied = Table::clone(table);
    emptied.root = store::create_table(change.txn, table)?;
    for id in &table.indexes {
        let Some(index) = change.catalog.indexes.get(id).cloned() else { continue };
        store::drop_index(change.txn, &index)?;
        let root = store::create_index(change.txn)?;
        change.catalog.put_index(Index { root, ..Index::clone(&index) });
    }
    Ok(change.catalog.put_table(emptied))
}

/// LOCK TABLE: the one writer's lock is taken, which is the strictest there is.
pub(super) fn lock(session: &mut Session, names: &[ObjectName]) -> Result<()> {
    if !session.in_block() {
        return Err(Error::new(
            SqlState::NO_ACTIVE_SQL_TRANSACTION,
            "LOCK TABLE can only be used in transaction blocks",
        ));
    }
    let (catalog, _) = session.catalog()?;
    for name in names {
        match find(session, &catalog, name) {
            Some(Relation::Table(_) | Relation::View(_)) => {}
            Some(_) => {
                return Err(Error::new(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("\"{}\" is not a table or view", name.name),
                ));
            }
            None => return Err(missing(name)),
        }
    }
    Ok(())
}

/// ANALYZE, VACUUM, REINDEX, CHECKPOINT.
pub(super) fn maintain(
    session: &mut Session,
    tag: &str,
    what: Maintenance,
    names: &[ObjectName],
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    if what == Maintenance::Vacuum && session.in_block() {
        return Err(Error::new(
            SqlState::ACTIVE_SQL_TRANSACTION,
            "VACUUM cannot run inside a transaction block",
        ));
    }
    let mut tables = Vec::new();
    for name in names {
        match find(session, &catalog, name) {
            Some(Relation::Table(table) | Relation::Key(table, _)) => tables.push(Arc::clone(table)),
            Some(Relation::Index(index)) if what == Maintenance::Reindex => {
                tables.extend(catalog.tables.get(&index.table).cloned());
            }
            Some(_) => {
                let message = format!("skipping \"{}\" --- cannot {tag} non-tables", name.name)
                    .replace("VACUUM", "vacuum")
                    .replace("ANALYZE", "analyze");
                session.notice(Notice::warning(SqlState::SUCCESSFUL_COMPLETION, message));
            }
            None => return Err(missing(name)),
        }
    }
    match what {
        // The planner works without gathered statistics.
        Maintenance::Analyze => Ok(()),
        Maintenance::Vacuum | Maintenance::Checkpoint => {
            if session.writing.is_some() || session.shared.options.read_only {
                return Ok(());
            }
            session.shared.pager.checkpoint().map(|_| ())
        }
        Maintenance::Reindex => {
            if names.is_empty() {
                tables = catalog.tables.values().cloned().collect();
            }
            change(session, tag, |change| {
                for table in &tables {
                    for id in &table.indexes {
                        let Some(index) = change.catalog.indexes.get(id).cloned() else { continue };
                        rebuild(change, table, &index)?;
                    }
                }
                Ok(())
            })
        }
    }
}

/// Builds an index anew, in a new tree.
pub(in crate::db) fn rebuild(change: &mut Change<'_>, table: &Table, index: &Index) -> Result<()> {
    store::drop_index(change.txn, index)?;
    let index = Index { root: store::create_index(change.txn)?, ..Index::clone(index) };
    store::build_index(change.txn, table, &index, change.memory_bytes_max)?;
    change.catalog.put_index(index);
    Ok(())
}
