//! ALTER TABLE: columns come, go and change, with the rows that are there.
//!
//! ```text
//! old tree --SELECT b, CAST(c AS text), 5 FROM t--> new tree     indexes are built anew
//! ```
//!
//! A change of what rows hold writes all of them again: pages of one table have one layout.

use std::sync::Arc;

use crate::base::{ObjectId, PageNo};
use crate::bind::{BindContext, bind, check_default};
use crate::catalog::{Catalog, Column, Droppable, Identity, Index, Routine, Rule, Sequence, Table, View};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::SequenceOptions;
use crate::plan::{AlterAction, ColumnDefinition, Query, Statement};
use crate::store;
use crate::value::{CastLevel, TypeName, cast_level};

use super::Session;
use super::ddl::{
    Change, change, check_no_nulls, fill, is_integer, nextval, quoted, say_cascade, table_name,
};
use super::storage::rebuild;
use crate::db::deep::deeply;

/// Carries out an action on columns; `false`: it is another kind of action.
pub(in crate::db) fn alter(
    session: &mut Session,
    tag: &str,
    planned: &Arc<Table>,
    action: &AlterAction,
) -> Result<bool> {
    let (catalog, _) = session.catalog()?;
    let table = catalog.tables.get(&planned.id).cloned().ok_or_else(|| gone(planned))?;
    match action {
        AlterAction::AddColumn(definition) => add(session, tag, &table, definition)?,
        AlterAction::DropColumn(name, cascade) => drop_column(session, tag, &table, name, *cascade)?,
        AlterAction::SetType(name, ty, using) => {
            set_type(session, tag, &table, name, *ty, using.as_deref())?;
        }
        AlterAction::SetDefault(name, default) => {
            let ordinal = ordinal(&table, name)?;
            edit(session, tag, &table, |column| column.default.clone_from(default), ordinal)?;
        }
        AlterAction::SetNotNull(name, not_null) => {
            let ordinal = ordinal(&table, name)?;
            if *not_null {
                check_no_nulls(session, &table, &[ordinal])?;
            }
            edit(session, tag, &table, |column| column.not_null = *not_null, ordinal)?;
        }
        AlterAction::AddIdentity(name, always, options) => {
            add_identity(session, tag, &table, name, *always, options)?;
        }
        AlterAction::DropConstraint { name, .. } => {
            let orders = table.primary_key().is_some_and(|(constraint, _)| {
                constraint.name == *name && matches!(constraint.rule, Rule::PrimaryKey { index: None, .. })
            });
            if orders {
                // The key was the row number: the rows get hidden numbers, then the key goes.
                let mut unordered = Table::clone(&table);
                unordered.rowid_column = None;
                let same = table.columns.iter().map(|column| own_value(&catalog, column)).collect();
                rewrite(session, tag, &table, unordered, same)?;
            }
            return Ok(false);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn gone(table: &Table) -> Error {
    Error::new(SqlState::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", table.name))
}

fn ordinal(table: &Table, name: &str) -> Result<usize> {
    table.column(name).ok_or_else(|| {
        Error::new(
            SqlState::UNDEFINED_COLUMN,
            format!("column \"{name}\" of relation \"{}\" does not exist", table.name),
        )
    })
}

/// Changes what is said about a column and touches no row.
fn edit(
    session: &mut Session,
    tag: &str,
    table: &Arc<Table>,
    how: impl FnOnce(&mut Column),
    ordinal: usize,
) -> Result<()> {
    change(session, tag, |change| {
        let mut table = Table::clone(table);
        if let Some(column) = table.columns.get_mut(ordinal) {
            how(column);
        }
        change.catalog.put_table(table);
        Ok(())
    })
}

fn add(session: &mut Session, tag: &str, table: &Arc<Table>, definition: &ColumnDefinition) -> Result<()> {
    // Hidden columns stay the last.
    let ordinal = if definition.is_hidden() { table.columns.len() } else { table.width() };
    let mut column = Column {
        name: definition.name.clone(),
        ty: definition.ty,
        not_null: definition.not_null,
        default: definition.default.clone(),
        identity: None,
        generated: definition.generated.clone(),
        domain: definition.domain,
    };
    let (catalog, _) = session.catalog()?;
    let of_domain = definition.domain.and_then(|id| catalog.domain_default(id));
    let made = definition.generated.as_ref().or(definition.default.as_ref()).or(of_domain.as_ref());
    let mut value = made.cloned().unwrap_or_else(|| "NULL".to_owned());
    if definition.serial || definition.identity.is_some() {
        let sequence = change(session, tag, |change| {
            change.owned_sequence(table, ordinal, (&column.name, column.ty.ty), &definition.sequence)
        })?;
        value = nextval(&sequence);
        match definition.identity {
            Some(always) => column.identity = Some(Identity { always, sequence: sequence.id }),
            None => column.default = Some(value.clone()),
        }
    }
    let (catalog, _) = session.catalog()?;
    let mut values: Vec<String> = table.columns.iter().map(|column| own_value(&catalog, column)).collect();
    let value = format!("CAST(({value}) AS {})", catalog.column_type_sql(definition.ty, definition.domain));
    values.insert(ordinal, value);
    let mut wider = Table::clone(table);
    wider.columns.insert(ordinal, column);
    if ordinal + 1 < wider.columns.len() {
        change(session, tag, |change| {
            renumber(change, table, &|at| if at < ordinal { at } else { at + 1 });
            Ok(())
        })?;
    }
    let wider = rewrite(session, tag, table, wider, values)?;
    if definition.not_null {
        check_no_nulls(session, &wider, &[ordinal])?;
    }
    Ok(())
}

fn drop_column(
    session: &mut Session,
    tag: &str,
    table: &Arc<Table>,
    name: &str,
    cascade: bool,
) -> Result<()> {
    let ordinal = ordinal(table, name)?;
    // With it go the columns that are made from it.
    let mut gone_too = vec![ordinal];
    let notice = change(session, tag, |change| {
        let dropped = change.catalog.drop_objects(vec![Droppable::Column(table.id, ordinal)], cascade)?;
        let others = dropped.columns.iter().filter(|(id, at)| *id == table.id && *at != ordinal);
        gone_too.extend(others.map(|(_, at)| *at));
        change.catalog.put_comment(table.id, &format!(".{name}"), None);
        change.remove(dropped)
    })?;
    say_cascade(session, notice);
    drop_ordinals(session, tag, table.id, &gone_too)?;
    drop_unused(session, tag, table.id)
}

/// Takes columns, on which nothing depends any more, out of a table and its rows.
pub(super) fn drop_ordinals(
    session: &mut Session,
    tag: &str,
    table: ObjectId,
    gone_too: &[usize],
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let table =
        catalog.tables.get(&table).cloned().ok_or_else(|| Error::internal("a column has its table"))?;
    let mut narrower = Table::clone(&table);
    let mut at = 0;
    narrower.columns.retain(|_| {
        at += 1;
        !gone_too.contains(&(at - 1))
    });
    if table.rowid_column.is_some_and(|ordinal| gone_too.contains(&ordinal)) {
        narrower.rowid_column = None;
    }
    let after = |at: usize| at - gone_too.iter().filter(|gone| **gone < at).count();
    narrower.rowid_column = narrower.rowid_column.map(after);
    for constraint in &mut narrower.constraints {
        match &mut constraint.rule {
            Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => {
                columns.iter_mut().for_each(|at| *at = after(*at));
            }
            Rule::ForeignKey(key) => {
                key.columns.iter_mut().for_each(|at| *at = after(*at));
                if key.parent == table.id {
                    key.parent_columns.iter_mut().for_each(|at| *at = after(*at));
                }
            }
            Rule::Check { .. } => {}
        }
    }
    let kept = table.columns.iter().enumerate().filter(|(at, _)| !gone_too.contains(at));
    let values = kept.map(|(_, column)| own_value(&catalog, column)).collect();
    change(session, tag, |change| {
        renumber(change, &table, &after);
        Ok(())
    })?;
    rewrite(session, tag, &table, narrower, values).map(|_| ())
}

/// Everything outside a table that counts its columns, after one of them is gone.
fn renumber(change: &mut Change<'_>, table: &Table, after: &dyn Fn(usize) -> usize) {
    for id in &table.indexes {
        let Some(index) = change.catalog.indexes.get(id) else { continue };
        let mut index = Index::clone(index);
        index.keys.iter_mut().for_each(|key| key.column = after(key.column));
        index.predicate.iter_mut().chain(&mut index.include).for_each(|at| *at = after(*at));
        change.catalog.put_index(index);
    }
    let triggers: Vec<_> = change.catalog.triggers_of(table.id).into_iter().cloned().collect();
    for trigger in triggers {
        let mut trigger = Routine::clone(&trigger);
        trigger.columns.iter_mut().for_each(|at| *at = after(*at));
        change.catalog.put_routine(trigger);
    }
    let children: Vec<Arc<Table>> = change
        .catalog
        .references_to(table.id)
        .map(|(child, _)| Arc::clone(child))
        .filter(|child| child.id != table.id)
        .collect();
    for child in children {
        let mut child = Table::clone(&child);
        for constraint in &mut child.constraints {
            if let Rule::ForeignKey(key) = &mut constraint.rule
                && key.parent == table.id
            {
                key.parent_columns.iter_mut().for_each(|at| *at = after(*at));
            }
        }
        change.catalog.put_table(child);
    }
    let owned: Vec<_> = change.catalog.sequences.values().cloned().collect();
    for sequence in owned {
        if let Some((owner, at)) = sequence.owner
            && owner == table.id
        {
            let owner = Some((owner, after(at)));
            change.catalog.put_sequence(Sequence { owner, ..Sequence::clone(&sequence) });
        }
    }
    let views: Vec<_> = change.catalog.views.values().cloned().collect();
    for view in views {
        if view.query.uses.iter().any(|(used, _)| *used == table.id) {
            let mut view = View::clone(&view);
            renumber_uses(&mut view.query.uses, table, after);
            change.catalog.put_view(view);
        }
    }
    let materialized: Vec<_> =
        change.catalog.tables.values().filter(|other| other.materialized.is_some()).cloned().collect();
    for other in materialized {
        let mut other = Table::clone(&other);
        if let Some(view) = &mut other.materialized {
            renumber_uses(&mut view.query.uses, table, after);
        }
        change.catalog.put_table(other);
    }
}

fn renumber_uses(uses: &mut [(ObjectId, Vec<usize>)], table: &Table, after: &dyn Fn(usize) -> usize) {
    for (_, columns) in uses.iter_mut().filter(|(used, _)| *used == table.id) {
        columns.iter_mut().for_each(|at| *at = after(*at));
    }
}

fn set_type(
    session: &mut Session,
    tag: &str,
    table: &Arc<Table>,
    name: &str,
    ty: TypeName,
    using: Option<&str>,
) -> Result<()> {
    let ordinal = ordinal(table, name)?;
    let (catalog, _) = session.catalog()?;
    let column = &table.columns[ordinal];
    let reads = |uses: &[(ObjectId, Vec<usize>)]| {
        uses.iter().any(|(used, columns)| *used == table.id && columns.contains(&ordinal))
    };
    let materialized = catalog.tables.values().filter_map(|other| other.materialized.as_ref());
    if catalog.views.values().any(|view| reads(&view.query.uses))
        || materialized.into_iter().any(|view| reads(&view.query.uses))
    {
        return Err(Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "cannot alter type of a column used by a view or rule",
        ));
    }
    let level = cast_level(column.ty.ty, ty.ty);
    if using.is_none() && column.ty.ty != ty.ty && matches!(level, None | Some(CastLevel::Explicit)) {
        return Err(Error::new(
            SqlState::DATATYPE_MISMATCH,
            format!("column \"{name}\" cannot be cast automatically to type {}", ty.ty.name()),
        )
        .with_hint(format!(
            "You might need to specify \"USING {}::{ty}\".",
            crate::base::words::quoted(name)
        )));
    }
    if let Some(default) = &column.default
        && check_default(default, name, ty, &catalog, session.settings.search_path()).is_err()
    {
        return Err(Error::new(
            SqlState::DATATYPE_MISMATCH,
            format!("default for column \"{name}\" cannot be cast automatically to type {}", ty.ty.name()),
        ));
    }
    if column.identity.is_some() && !is_integer(ty.ty) {
        return Err(Error::new(
            SqlState::INVALID_PARAMETER_VALUE,
            "identity column type must be smallint, integer, or bigint",
        ));
    }
    let values = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let own = own_value(&catalog, column);
            if at == ordinal {
                format!("CAST(({}) AS {})", using.unwrap_or(&own), catalog.type_sql(ty))
            } else {
                own
            }
        })
        .collect();
    let mut retyped = Table::clone(table);
    retyped.columns[ordinal].ty = ty;
    if retyped.rowid_column == Some(ordinal) && !is_integer(ty.ty) {
        retyped.rowid_column = None;
    }
    let not_null = retyped.columns[ordinal].not_null;
    let retyped = rewrite(session, tag, table, retyped, values)?;
    if not_null {
        check_no_nulls(session, &retyped, &[ordinal])?;
    }
    Ok(())
}

fn add_identity(
    session: &mut Session,
    tag: &str,
    table: &Arc<Table>,
    name: &str,
    always: bool,
    options: &SequenceOptions,
) -> Result<()> {
    let ordinal = ordinal(table, name)?;
    let column = &table.columns[ordinal];
    let refuse = |state: SqlState, what: &str| {
        Err(Error::new(state, format!("column \"{name}\" of relation \"{}\" {what}", table.name)))
    };
    if !is_integer(column.ty.ty) {
        return Err(Error::new(
            SqlState::INVALID_PARAMETER_VALUE,
            "identity column type must be smallint, integer, or bigint",
        ));
    }
    if !column.not_null {
        return refuse(
            SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
            "must be declared NOT NULL before identity can be added",
        );
    }
    if column.identity.is_some() {
        return refuse(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "is already an identity column");
    }
    if column.default.is_some() {
        return refuse(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "already has a default value");
    }
    change(session, tag, |change| {
        let sequence = change.owned_sequence(table, ordinal, (name, column.ty.ty), options)?;
        let mut table = Table::clone(table);
        table.columns[ordinal].identity = Some(Identity { always, sequence: sequence.id });
        change.catalog.put_table(table);
        Ok(())
    })
}

/// A column of the old rows as SQL; what is hidden is computed again.
fn own_value(catalog: &Catalog, column: &Column) -> String {
    match &column.generated {
        Some(sql) if column.is_hidden() => format!("CAST(({sql}) AS {})", catalog.type_sql(column.ty)),
        _ => quoted(&column.name),
    }
}

/// Takes away the hidden columns of a table that no index is made of any more.
pub(in crate::db) fn drop_unused(session: &mut Session, tag: &str, table: ObjectId) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let Some(table) = catalog.tables.get(&table) else { return Ok(()) };
    let indexes = || table.indexes.iter().filter_map(|id| catalog.indexes.get(id));
    let is_used = |at: &usize| {
        indexes().any(|index| index.predicate == Some(*at) || index.keys.iter().any(|key| key.column == *at))
    };
    let unused: Vec<usize> = (table.width()..table.columns.len()).filter(|at| !is_used(at)).collect();
    if unused.is_empty() { Ok(()) } else { drop_ordinals(session, tag, table.id, &unused) }
}

/// Writes all rows of a table again: `values` are their columns as expressions over the old ones.
pub(super) fn rewrite(
    session: &mut Session,
    tag: &str,
    old: &Arc<Table>,
    new: Table,
    values: Vec<String>,
) -> Result<Arc<Table>> {
    let sql = if values.is_empty() {
        format!("SELECT FROM ONLY {}", table_name(old))
    } else {
        format!("SELECT {} FROM ONLY {}", values.join(", "), table_name(old))
    };
    let query = bound(session, &sql)?;
    // While it is filled the table has neither indexes nor rules: they are for the table as a whole.
    let mut bare = new.clone();
    bare.family = None;
    bare.indexes.clear();
    bare.constraints.clear();
    bare.columns.iter_mut().for_each(|column| column.not_null = false);
    let bare = change(session, tag, |change| {
        bare.root = store::create_table(change.txn, &bare)?;
        Ok(Arc::new(bare))
    })?;
    fill(session, &bare, &query)?;
    change(session, tag, |change| {
        if old.root != PageNo::NONE {
            store::drop_table(change.txn, old)?;
        }
        let mut table = Table { root: bare.root, ..new };
        // A key that was the row number and is no longer gets an index of its own.
        let lost = table.primary_key().and_then(|(constraint, columns)| match constraint.rule {
            Rule::PrimaryKey { index: None, .. } if table.rowid_column.is_none() => {
                Some((constraint.name.clone(), columns.to_vec()))
            }
            _ => None,
        });
        if let Some((name, columns)) = lost {
            table.constraints.retain(|constraint| constraint.name != name);
            change.catalog.put_table(table.clone());
            change.add_key(&mut table, &name, &columns, true)?;
        }
        change.catalog.put_table(table.clone());
        for id in &table.indexes {
            let Some(index) = change.catalog.indexes.get(id).cloned() else { continue };
            rebuild(change, &table, &index)?;
        }
        Ok(change.catalog.put_table(table))
    })
}

fn bound(session: &Session, sql: &str) -> Result<Query> {
    let (catalog, _) = session.catalog()?;
    let path = session.settings.search_path();
    let context = BindContext { catalog: &catalog, search_path: path, parameter_types: &[] };
    let mut bound = deeply(session.settings.stacks(), || {
        crate::optimize::optimize(bind(&crate::parse::parse(sql)?, &context)?, &catalog)
    })?;
    match core::mem::replace(&mut bound.statement, Statement::Empty) {
        Statement::Query(query) => Ok(query),
        _ => Err(Error::internal("a rewrite reads by a query")),
    }
}
