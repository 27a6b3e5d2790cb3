//! Tables of a family come and go: CREATE TABLE with parents or partitions, ATTACH, DETACH, INHERIT.
//!
//! ```text
//! CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)
//!   -> CREATE TABLE p1 (a int NOT NULL, CONSTRAINT c CHECK (a > 0))     the columns and checks of p
//!   -> p adopts p1; keys, references and indexes of p are made on p1
//! ```

use std::sync::Arc;

use crate::base::words::quoted;
use crate::bind::{BindContext, bind};
use crate::catalog::{Catalog, Deferral, Family, PartitionBound, Relation, Rule, Table, mentions};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{BoundSyntax, FamilyAction, ObjectKind, ObjectName, TableOfFamily};
use crate::plan::{AlterAction, AlterTable, ForeignKeyDefinition};

use super::ddl::{self, change};
use super::partition_bound::{Bounds, key_of};
use super::{Session, find, missing, skipped, wrong_kind};
use crate::db::outcome::Notice;
use crate::db::system::{index_definition, shown_indexes};

fn invalid(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_TABLE_DEFINITION, message)
}

fn wrong_object(message: impl Into<String>) -> Error {
    Error::new(SqlState::WRONG_OBJECT_TYPE, message)
}

/// Runs a definition of our own.
fn run(session: &mut Session, tag: &str, sql: &str) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let parsed = crate::parse::parse(sql)?;
    let path = session.settings.search_path().to_vec();
    let bound = bind(&parsed, &BindContext { catalog: &catalog, search_path: &path, parameter_types: &[] })?;
    for notice in bound.notices {
        session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, notice));
    }
    ddl::run(session, tag, &bound.statement).map(|_| ())
}

fn table(session: &Session, catalog: &Catalog, name: &ObjectName) -> Result<Arc<Table>> {
    match find(session, catalog, name) {
        Some(Relation::Table(table)) if table.materialized.is_none() => Ok(Arc::clone(table)),
        Some(_) => Err(wrong_kind(&name.name, ObjectKind::Table)),
        None => Err(missing(name)),
    }
}

/// The table as it is by now.
fn current(session: &mut Session, table: &Table) -> Result<Arc<Table>> {
    let (catalog, _) = session.catalog()?;
    catalog.tables.get(&table.id).cloned().ok_or_else(|| Error::internal("a table that was just there"))
}

/// CREATE TABLE with PARTITION BY, PARTITION OF or INHERITS.
pub(super) fn create(session: &mut Session, tag: &str, made: &TableOfFamily) -> Result<()> {
    if made.key.is_some() && made.bound.is_none() && !made.parents.is_empty() {
        return Err(Error::new(
            SqlState::INVALID_OBJECT_DEFINITION,
            "cannot create partitioned table as inheritance child",
        ));
    }
    let (catalog, _) = session.catalog()?;
    let mut parents: Vec<Arc<Table>> = Vec::new();
    for name in &made.parents {
        let parent = table(session, &catalog, name)?;
        if made.bound.is_none() {
            check_heritable(&parent)?;
            if parents.iter().any(|other| other.id == parent.id) {
                return Err(Error::new(
                    SqlState::DUPLICATE_TABLE,
                    format!("relation \"{}\" would be inherited from more than once", parent.name),
                ));
            }
        } else if parent.partition_key().is_none() {
            return Err(Error::new(
                SqlState::INVALID_OBJECT_DEFINITION,
                format!("\"{}\" is not partitioned", parent.name),
            ));
        }
        parents.push(parent);
    }
    let name = match &made.name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&made.name.name)),
        None => quoted(&made.name.name),
    };
    if made.if_not_exists && find(session, &catalog, &made.name).is_some() {
        let message = format!("relation \"{}\" already exists, skipping", made.name.name);
        session.notice(Notice::notice(SqlState::DUPLICATE_TABLE, message));
        return Ok(());
    }
    let elements = merged(&catalog, &parents, made)?;
    let sql = format!("{} {name} ({}) {}", made.prefix, elements.join(", "), made.suffix);
    // Places in this text are nowhere in the statement's.
    run(session, tag, &sql).map_err(without_place)?;
    let (catalog, _) = session.catalog()?;
    let child = table(session, &catalog, &made.name)?;
    check_types(&parents, &child)?;
    if let Some(key) = &made.key {
        let key = key_of(session, &child, key)?;
        change(session, tag, |change| {
            let family = Family { key: Some(key), ..Family::default() };
            let child = Table { family: Some(Box::new(family)), ..Table::clone(&child) };
            change.catalog.put_table(child);
            Ok(())
        })?;
        let child = current(session, &child)?;
        for (_, columns, _) in child.keys() {
            check_key_columns(&child, columns)?;
        }
    }
    for parent in &parents {
        adopt(session, tag, parent, &child, made.bound.as_ref())?;
    }
    Ok(())
}

fn without_place(error: Error) -> Error {
    error.nowhere()
}

fn check_heritable(parent: &Table) -> Result<()> {
    if parent.partition_key().is_some() {
        return Err(wrong_object(format!("cannot inherit from partitioned table \"{}\"", parent.name)));
    }
    if parent.partition_bound().is_some() {
        return Err(wrong_object(format!("cannot inherit from partition \"{}\"", parent.name)));
    }
    Ok(())
}

// The elements of the CREATE TABLE: what the parents have, and what is said beside it.
fn merged(catalog: &Catalog, parents: &[Arc<Table>], made: &TableOfFamily) -> Result<Vec<String>> {
    let mut columns: Vec<(String, String)> = Vec::new();
    let mut rest: Vec<String> = Vec::new();
    for (at, (name, _)) in made.elements.iter().enumerate() {
        let Some(name) = name else { continue };
        let is_known = parents.iter().any(|parent| parent.column(name).is_some());
        if made.bound.is_some() && !is_known {
            return Err(Error::new(SqlState::UNDEFINED_COLUMN, format!("column \"{name}\" does not exist")));
        }
        if made.elements[..at].iter().any(|(other, _)| other.as_ref() == Some(name)) {
            return Err(Error::new(
                SqlState::DUPLICATE_COLUMN,
                format!("column \"{name}\" specified more than once"),
            ));
        }
    }
    let own = |name: &str| made.elements.iter().find(|(own, _)| own.as_deref() == Some(name));
    for parent in parents {
        for column in &parent.columns[..parent.width()] {
            if columns.iter().any(|(name, _)| *name == column.name) {
                continue;
            }
            let not_null = parents
                .iter()
                .any(|parent| parent.column(&column.name).is_some_and(|at| parent.columns[at].not_null));
            let said = own(&column.name).map_or("", |(_, said)| said);
            let ty = catalog.column_type_sql(column.ty, column.domain);
            let ty = if made.bound.is_none() && !said.is_empty() { "" } else { &ty };
            let mut sql = format!("{} {ty} {said}", quoted(&column.name));
            if not_null && !mentions(said, "not") {
                sql += " NOT NULL";
            }
            match (&column.default, &column.generated) {
                (_, Some(generated)) if !mentions(said, "generated") => {
                    sql += &format!(" GENERATED ALWAYS AS ({generated}) STORED");
                }
                (Some(default), None) if !mentions(said, "default") => sql += &format!(" DEFAULT {default}"),
                _ => {}
            }
            columns.push((column.name.clone(), sql));
        }
        for constraint in &parent.constraints {
            let Rule::Check { expression } = &constraint.rule else { continue };
            let is_said = made.elements.iter().any(|(name, said)| {
                name.is_none() && mentions(said, "constraint") && mentions(said, &constraint.name)
            });
            let sql = format!("CONSTRAINT {} CHECK ({expression})", quoted(&constraint.name));
            if !is_said && !rest.contains(&sql) {
                rest.push(sql);
            }
        }
    }
    for (name, said) in &made.elements {
        match name {
            None => rest.push(said.clone()),
            Some(name) if columns.iter().any(|(own, _)| own == name) => {}
            Some(name) => columns.push((name.clone(), format!("{} {said}", quoted(name)))),
        }
    }
    Ok(columns.into_iter().map(|(_, sql)| sql).chain(rest).collect())
}

// The columns of the parents are there, with their types, and no value less strictly.
fn check_types(parents: &[Arc<Table>], child: &Table) -> Result<()> {
    for parent in parents {
        for column in &parent.columns[..parent.width()] {
            let mismatch = |message: String| Err(Error::new(SqlState::DATATYPE_MISMATCH, message));
            let Some(own) = child.column(&column.name).map(|at| &child.columns[at]) else {
                return mismatch(format!("child table is missing column \"{}\"", column.name));
            };
            if own.ty != column.ty {
                return mismatch(format!(
                    "child table \"{}\" has different type for column \"{}\"",
                    child.name, column.name
                ));
            }
            if column.not_null && !own.not_null {
                return mismatch(format!(
                    "column \"{}\" in child table must be marked NOT NULL",
                    column.name
                ));
            }
            if column.generated.is_some() != own.generated.is_some() {
                return mismatch(format!(
                    "column \"{}\" in child table must be a generated column",
                    column.name
                ));
            }
        }
        for constraint in &parent.constraints {
            if let Rule::Check { expression } = &constraint.rule {
                match child.constraint(&constraint.name).map(|own| &own.rule) {
                    Some(Rule::Check { expression: own }) if own == expression => {}
                    Some(_) => {
                        return mismatch(format!(
                            "child table \"{}\" has different definition for check constraint \"{}\"",
                            child.name, constraint.name
                        ));
                    }
                    None => {
                        return mismatch(format!(
                            "child table is missing constraint \"{}\"",
                            constraint.name
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

fn mismatch(message: String) -> Result<()> {
    Err(Error::new(SqlState::DATATYPE_MISMATCH, message))
}

/// Makes a table that is there a child of another, with what the parent has.
fn adopt(
    session: &mut Session,
    tag: &str,
    parent: &Arc<Table>,
    child: &Arc<Table>,
    bound: Option<&BoundSyntax>,
) -> Result<()> {
    let parent = current(session, parent)?;
    let Some(bound) = bound else {
        return change(session, tag, |change| {
            change.catalog.adopt(parent.id, child.id, usize::MAX, None);
            Ok(())
        });
    };
    let bounds = Bounds::of(session, &parent)?;
    let (bound, at) = bounds.place(session, child, bound)?;
    change(session, tag, |change| {
        change.catalog.adopt(parent.id, child.id, at, Some(bound.clone()));
        Ok(())
    })?;
    check_rows(session, &parent, child, &bound)?;
    inherit(session, tag, &parent, child)?;
    inherit_indexes(session, tag, &parent, child)
}

// What the rows that are there must not break: the new rule, and that of the default partition.
fn check_rows(
    session: &mut Session,
    parent: &Table,
    child: &Arc<Table>,
    bound: &PartitionBound,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let violated = |session: &mut Session, table: &Table, rule: &str| {
        let sql = format!("SELECT 1 FROM {} WHERE NOT ({rule}) LIMIT 1", ddl::table_name(table));
        ddl::query(session, &sql).map(|found| found.is_some())
    };
    let child = current(session, child)?;
    if let Some(rule) = catalog.partition_rule(&child)
        && violated(session, &child, &rule)?
    {
        return Err(Error::new(
            SqlState::CHECK_VIOLATION,
            format!("partition constraint of relation \"{}\" is violated by some row", child.name),
        ));
    }
    let parent = current(session, parent)?;
    let others = parent.children().iter().filter_map(|id| catalog.tables.get(id));
    for other in others.filter(|other| other.partition_bound().is_some_and(|own| own.rule.is_none())) {
        if let (Some(rule), true) = (&bound.rule, other.id != child.id)
            && violated(session, other, &format!("NOT ({rule})"))?
        {
            return Err(Error::new(
                SqlState::CHECK_VIOLATION,
                format!(
                    "updated partition constraint for default partition \"{}\" would be violated by some row",
                    other.name
                ),
            ));
        }
    }
    Ok(())
}

// Keys and references of the parent, where the child has no such.
fn inherit(session: &mut Session, tag: &str, parent: &Arc<Table>, child: &Arc<Table>) -> Result<()> {
    for constraint in &parent.constraints {
        let action = match &constraint.rule {
            Rule::PrimaryKey { columns, .. } => {
                AlterAction::AddPrimaryKey(constraint.name.clone(), columns.clone())
            }
            Rule::Unique { columns, .. } => AlterAction::AddUnique(constraint.name.clone(), columns.clone()),
            Rule::Check { .. } => continue,
            Rule::ForeignKey(key) => {
                let (catalog, _) = session.catalog()?;
                AlterAction::AddForeignKey(ForeignKeyDefinition {
                    name: constraint.name.clone(),
                    columns: key.columns.clone(),
                    parent: catalog.tables.get(&key.parent).cloned(),
                    parent_columns: key.parent_columns.clone(),
                    on_delete: key.on_delete,
                    on_update: key.on_update,
                    match_full: key.match_full,
                })
            }
        };
        let (catalog, _) = session.catalog()?;
        let child = current(session, child)?;
        let Some(action) = heirs_action(&catalog, parent, &child, &action)? else { continue };
        let name = match &action {
            AlterAction::AddPrimaryKey(name, _) | AlterAction::AddUnique(name, _) => name.clone(),
            AlterAction::AddForeignKey(key) => key.name.clone(),
            _ => continue,
        };
        let mut actions = vec![action];
        if constraint.deferral != Default::default() {
            actions.push(AlterAction::Defer(name, constraint.deferral));
        }
        ddl::alter_table(session, tag, &AlterTable { table: child, actions, only: false })?;
    }
    Ok(())
}

/// Makes the indexes of the parent that the child has not.
pub(in crate::db) fn inherit_indexes(
    session: &mut Session,
    tag: &str,
    parent: &Arc<Table>,
    child: &Arc<Table>,
) -> Result<()> {
    let parent = current(session, parent)?;
    let (catalog, _) = session.catalog()?;
    for index in shown_indexes(&catalog, &parent) {
        if parent.constraint(index.name).is_some() {
            continue;
        }
        let (catalog, _) = session.catalog()?;
        let child = current(session, child)?;
        let form =
            |sql: String| sql.split_once(" USING ").map(|(_, form)| form.to_owned()).unwrap_or_default();
        let wanted = form(index_definition(&index));
        let own = shown_indexes(&catalog, &child);
        if own.iter().any(|own| own.unique == index.unique && form(index_definition(own)) == wanted) {
            continue;
        }
        let columns: Vec<&str> = index
            .keys
            .iter()
            .filter_map(|key| parent.columns.get(key.column))
            .map(|column| if column.is_hidden() { "expr" } else { &column.name })
            .collect();
        let columns = columns.join("_");
        let name = catalog.free_relation_name(&child.schema, &child.name, Some(&columns), "idx", &[]);
        let unique = if index.unique { "UNIQUE " } else { "" };
        let sql =
            format!("CREATE {unique}INDEX {} ON {} USING {wanted}", quoted(&name), ddl::table_name(&child));
        run(session, tag, &sql).map_err(without_place)?;
    }
    Ok(())
}

/// What an action on a table means for one of its children; `None`: nothing.
pub(in crate::db) fn heirs_action(
    catalog: &Catalog,
    parent: &Table,
    child: &Table,
    action: &AlterAction,
) -> Result<Option<AlterAction>> {
    let is_partition = child.partition_bound().is_some();
    let mapped = |columns: &[usize]| {
        let found = catalog.same_columns(parent.id, columns, child);
        found.ok_or_else(|| Error::internal("a child lacks a column of its parent"))
    };
    let key = |columns: &[usize], primary: bool| -> Result<Option<(String, Vec<usize>)>> {
        let columns = mapped(columns)?;
        let has = |(constraint, own, _): (&crate::catalog::Constraint, &[usize], _)| {
            own == columns && (!primary || matches!(constraint.rule, Rule::PrimaryKey { .. }))
        };
        if !is_partition || child.keys().any(has) {
            return Ok(None);
        }
        let names: Vec<&str> = columns.iter().map(|at| child.columns[*at].name.as_str()).collect();
        let names = names.join("_");
        let (second, label) = if primary { (None, "pkey") } else { (Some(names.as_str()), "key") };
        Ok(Some((catalog.free_relation_name(&child.schema, &child.name, second, label, &[]), columns)))
    };
    Ok(match action {
        AlterAction::AddPrimaryKey(_, columns) => {
            if let (true, Some((constraint, _))) = (is_partition, child.primary_key())
                && key(columns, true)?.is_some()
            {
                let _ = constraint;
                return Err(invalid(format!(
                    "multiple primary keys for table \"{}\" are not allowed",
                    child.name
                )));
            }
            key(columns, true)?.map(|(name, columns)| AlterAction::AddPrimaryKey(name, columns))
        }
        AlterAction::AddUnique(_, columns) => {
            key(columns, false)?.map(|(name, columns)| AlterAction::AddUnique(name, columns))
        }
        AlterAction::AddForeignKey(key) => {
            let columns = mapped(&key.columns)?;
            let parent = key.parent.as_ref().map_or(parent.id, |parent| parent.id);
            let same = child.foreign_keys().any(|(_, own)| {
                own.columns == columns && own.parent == parent && own.parent_columns == key.parent_columns
            });
            if !is_partition || same {
                return Ok(None);
            }
            let mut name = key.name.clone();
            while child.constraint(&name).is_some() {
                name.push('1');
            }
            let parent = catalog.tables.get(&parent).cloned();
            Some(AlterAction::AddForeignKey(ForeignKeyDefinition { name, columns, parent, ..key.clone() }))
        }
        AlterAction::AddColumn(column) => match child.column(&column.name) {
            Some(_) if column.is_hidden() => None,
            Some(at) if child.columns[at].ty == column.ty => None,
            Some(_) => {
                mismatch(format!(
                    "child table \"{}\" has different type for column \"{}\"",
                    child.name, column.name
                ))?;
                None
            }
            None if column.is_hidden() => None,
            None => Some(action.clone()),
        },
        AlterAction::AddCheck(name, _) if child.constraint(name).is_some() => None,
        AlterAction::RenameConstraint(name, _) | AlterAction::Defer(name, _)
            if child.constraint(name).is_none() =>
        {
            None
        }
        AlterAction::DropConstraint { name, cascade } => match parent.constraint(name).map(|own| &own.rule) {
            Some(Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. }) => {
                let columns = mapped(columns)?;
                let own = child.keys().find(|(_, own, _)| *own == columns);
                own.filter(|_| is_partition).map(|(own, ..)| AlterAction::DropConstraint {
                    name: own.name.clone(),
                    cascade: *cascade,
                })
            }
            Some(Rule::ForeignKey(_)) if !is_partition => None,
            _ => child.constraint(name).map(|_| action.clone()),
        },
        _ => Some(action.clone()),
    })
}

/// Refuses what only the parents may do to their columns and constraints, and what partitions rest on.
pub(in crate::db) fn check_inherited(catalog: &Catalog, table: &Table, action: &AlterAction) -> Result<()> {
    let parents = || table.parents().iter().filter_map(|id| catalog.tables.get(id));
    let inherited = |name: &str| parents().any(|parent| parent.column(name).is_some());
    let in_key = |name: &str| {
        let mut over = catalog.partitioned_over(table).into_iter().map(|table| &**table).chain([table]);
        over.any(|table| {
            let key = table.partition_key();
            key.is_some_and(|key| key.parts.iter().any(|part| mentions(part, name)))
        })
    };
    match action {
        AlterAction::AddColumn(column) if table.partition_bound().is_some() && !column.is_hidden() => {
            Err(wrong_object("cannot add column to a partition"))
        }
        AlterAction::DropColumn(name, _) if inherited(name) => {
            Err(invalid(format!("cannot drop inherited column \"{name}\"")))
        }
        AlterAction::DropColumn(name, _) if in_key(name) => Err(invalid(format!(
            "cannot drop column \"{name}\" because it is part of the partition key of relation \"{}\"",
            table.name
        ))),
        AlterAction::SetType(name, ..) if inherited(name) => {
            Err(invalid(format!("cannot alter inherited column \"{name}\"")))
        }
        AlterAction::SetType(name, ..) if in_key(name) => Err(invalid(format!(
            "cannot alter column \"{name}\" because it is part of the partition key of relation \"{}\"",
            table.name
        ))),
        AlterAction::SetNotNull(name, false)
            if table.partition_bound().is_some()
                && parents()
                    .any(|parent| parent.column(name).is_some_and(|at| parent.columns[at].not_null)) =>
        {
            Err(invalid(format!("column \"{name}\" is marked NOT NULL in parent table")))
        }
        AlterAction::DropConstraint { name, .. } | AlterAction::RenameConstraint(name, _)
            if parents().any(|parent| {
                parent.constraint(name).is_some_and(|own| {
                    matches!(own.rule, Rule::Check { .. })
                        || table.partition_bound().is_some() && matches!(own.rule, Rule::ForeignKey(_))
                })
            }) =>
        {
            let what = if matches!(action, AlterAction::RenameConstraint(..)) { "rename" } else { "drop" };
            Err(invalid(format!(
                "cannot {what} inherited constraint \"{name}\" of relation \"{}\"",
                table.name
            )))
        }
        AlterAction::AddPrimaryKey(_, columns) | AlterAction::AddUnique(_, columns) => {
            check_key_columns(table, columns)
        }
        _ => Ok(()),
    }
}

// A key holds over all partitions only where it says which one a row is in.
pub(in crate::db) fn check_key_columns(table: &Table, columns: &[usize]) -> Result<()> {
    let Some(key) = table.partition_key() else { return Ok(()) };
    for part in &key.parts {
        let is_there = columns
            .iter()
            .any(|at| table.columns.get(*at).is_some_and(|column| quoted(&column.name) == *part));
        if !is_there {
            let message = "unique constraint on partitioned table must include all partitioning columns";
            return Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
    }
    Ok(())
}

/// ALTER TABLE .. ATTACH, DETACH, INHERIT, NO INHERIT.
pub(super) fn alter(
    session: &mut Session,
    tag: &str,
    name: &ObjectName,
    if_exists: bool,
    other: &ObjectName,
    action: &FamilyAction,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    if if_exists && find(session, &catalog, name).is_none() {
        skipped(session, "relation", &name.name);
        return Ok(());
    }
    let own = table(session, &catalog, name)?;
    let other = table(session, &catalog, other)?;
    let (parent, child) = match action {
        FamilyAction::Attach(_) | FamilyAction::Detach => (own, other),
        FamilyAction::Inherit | FamilyAction::Disinherit => (other, own),
    };
    let is_partition_of = child.partition_bound().is_some() && child.parents().contains(&parent.id);
    match action {
        FamilyAction::Attach(_) | FamilyAction::Detach if parent.partition_key().is_none() => {
            Err(wrong_object(format!("table \"{}\" is not partitioned", parent.name)))
        }
        FamilyAction::Attach(bound) => {
            if child.partition_bound().is_some() {
                return Err(wrong_object(format!("\"{}\" is already a partition", child.name)));
            }
            if !child.parents().is_empty() {
                return Err(wrong_object("cannot attach inheritance child as partition"));
            }
            if child.partition_key().is_none() && !child.children().is_empty() {
                return Err(wrong_object("cannot attach inheritance parent as partition"));
            }
            check_circle(&catalog, &parent, &child)?;
            let extra = child.columns[..child.width()].iter();
            if let Some(column) = extra.into_iter().find(|column| parent.column(&column.name).is_none()) {
                return mismatch(format!(
                    "table \"{}\" contains column \"{}\" not found in parent \"{}\"",
                    child.name, column.name, parent.name
                ));
            }
            check_types(&[Arc::clone(&parent)], &child)?;
            adopt(session, tag, &parent, &child, Some(bound))
        }
        FamilyAction::Inherit => {
            check_heritable(&parent)?;
            if child.partition_key().is_some() {
                return Err(wrong_object(format!(
                    "cannot change inheritance of partitioned table \"{}\"",
                    child.name
                )));
            }
            if child.partition_bound().is_some() {
                return Err(wrong_object("cannot change inheritance of a partition"));
            }
            if child.parents().contains(&parent.id) {
                return Err(Error::new(
                    SqlState::DUPLICATE_TABLE,
                    format!("relation \"{}\" would be inherited from more than once", parent.name),
                ));
            }
            check_circle(&catalog, &parent, &child)?;
            check_types(&[Arc::clone(&parent)], &child)?;
            adopt(session, tag, &parent, &child, None)
        }
        FamilyAction::Disinherit if child.partition_bound().is_some() => {
            Err(wrong_object("cannot change inheritance of a partition"))
        }
        FamilyAction::Detach | FamilyAction::Disinherit => {
            let is_detach = matches!(action, FamilyAction::Detach);
            if !child.parents().contains(&parent.id) || is_detach && !is_partition_of {
                return Err(Error::new(
                    SqlState::UNDEFINED_TABLE,
                    format!(
                        "relation \"{}\" is not a {} of relation \"{}\"",
                        if is_detach { &child.name } else { &parent.name },
                        if is_detach { "partition" } else { "parent" },
                        if is_detach { &parent.name } else { &child.name },
                    ),
                ));
            }
            if is_detach {
                check_unreferenced(session, &parent, &child)?;
            }
            change(session, tag, |change| {
                change.catalog.disown(parent.id, child.id);
                Ok(())
            })
        }
    }
}

fn check_circle(catalog: &Catalog, parent: &Arc<Table>, child: &Arc<Table>) -> Result<()> {
    if catalog.descendants(child).iter().any(|table| table.id == parent.id) {
        return Err(Error::new(SqlState::DUPLICATE_TABLE, "circular inheritance not allowed")
            .with_detail(format!("\"{}\" is already a child of \"{}\".", parent.name, child.name)));
    }
    Ok(())
}

// Rows that are referred to stay among the rows of the table that the reference names.
fn check_unreferenced(session: &mut Session, parent: &Arc<Table>, child: &Arc<Table>) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    for over in [parent].into_iter().chain(catalog.partitioned_over(parent)) {
        for (referring, at) in catalog.references_to(over.id) {
            let Rule::ForeignKey(key) = &referring.constraints[at].rule else { continue };
            let pairs = key.columns.iter().zip(&key.parent_columns).map(|(own, theirs)| {
                let (own, theirs) = (&referring.columns[*own].name, &over.columns[*theirs].name);
                format!("c.{} = p.{}", quoted(own), quoted(theirs))
            });
            let sql = format!(
                "SELECT 1 FROM {} AS c JOIN {} AS p ON {} LIMIT 1",
                ddl::table_name(referring),
                ddl::table_name(child),
                pairs.collect::<Vec<_>>().join(" AND ")
            );
            if ddl::query(session, &sql)?.is_some() {
                let name = &referring.constraints[at].name;
                return Err(Error::new(
                    SqlState::FOREIGN_KEY_VIOLATION,
                    format!(
                        "removing partition \"{}\" violates foreign key constraint \"{name}\"",
                        child.name
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// ALTER TABLE .. ALTER CONSTRAINT: when a reference is checked.
pub(super) fn defer(
    session: &mut Session,
    tag: &str,
    name: &ObjectName,
    constraint: &str,
    deferral: Deferral,
) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let table = table(session, &catalog, name)?;
    match table.constraint(constraint).map(|found| &found.rule) {
        None => Err(Error::new(
            SqlState::UNDEFINED_OBJECT,
            format!("constraint \"{constraint}\" of relation \"{}\" does not exist", table.name),
        )),
        Some(Rule::ForeignKey(_)) => {
            let actions = vec![AlterAction::Defer(constraint.to_owned(), deferral)];
            ddl::alter_table(session, tag, &AlterTable { table, actions, only: false })
        }
        Some(_) => Err(wrong_object(format!(
            "constraint \"{constraint}\" of relation \"{}\" is not a foreign key constraint",
            table.name
        ))),
    }
}
