//! CREATE, ALTER, DROP: catalog changes and the trees that go with them, inside the session's transaction.
//!
//! ```text
//! catalog n --change--> catalog n+1 --save--> rows of the system tree    all in the one transaction:
//!                                  +--> trees made, built, dropped       a rollback undoes all of it
//! ```

use std::sync::Arc;

use crate::base::PageNo;
use crate::catalog::{
    Catalog, Column, Constraint, Deferral, Dropped, ForeignKey, Identity, Index, IndexKey, Rule, Sequence,
    Table,
};
use crate::error::{Error, Result, SqlState};
use crate::parse::define::SequenceOptions;
use crate::plan::{
    AlterAction, AlterTable, Bound, ColumnInfo, CreateIndex, CreateTable, Expr, ForeignKeyDefinition, Insert,
    LogicalPlan, Query, Statement,
};
use crate::store;
use crate::value::SqlType;

use super::outcome::Notice;
use super::portal::{run_inside, run_reading};
use super::prepared::Prepared;
use super::rows::Row;
use super::session::Session;

/// Runs one DDL statement; answers the rows of CREATE TABLE AS.
pub(super) fn run(session: &mut Session, command: &str, statement: &Statement) -> Result<Option<u64>> {
    match statement {
        Statement::CreateTable(None) | Statement::CreateIndex(None) => Ok(None),
        Statement::CreateTable(Some(definition)) => {
            let mut definition = definition.clone();
            if definition.schema == "pg_temp" {
                definition.schema = session.temporary_schema()?;
            }
            let table = change(session, command, |change| change.create_table(&definition))?;
            match &definition.rows {
                Some(query) => fill(session, &table, query).map(Some),
                None => Ok(None),
            }
        }
        Statement::CreateIndex(Some(definition)) => {
            if definition.unique {
                let columns: Vec<usize> = definition.keys.iter().map(|key| key.column).collect();
                super::define::check_key_columns(&definition.table, &columns)?;
            }
            for column in &definition.hidden {
                let action = AlterAction::AddColumn(Box::new(column.clone()));
                super::define::alter_column(session, command, &definition.table, &action)?;
            }
            change(session, command, |change| change.create_index(definition))?;
            let (catalog, _) = session.catalog()?;
            let table = &definition.table;
            let is_divided = table.partition_key().is_some() && !definition.only;
            for child in
                table.children().iter().filter(|_| is_divided).filter_map(|id| catalog.tables.get(id))
            {
                super::define::inherit_indexes(session, command, table, child)?;
            }
            Ok(None)
        }
        Statement::AlterTable(alter) => {
            let (catalog, _) = session.catalog()?;
            if let Some(table) = catalog.tables.get(&alter.table.id) {
                for action in &alter.actions {
                    super::define::check_inherited(&catalog, table, action)?;
                }
            }
            alter_table(session, command, alter).map(|()| None)
        }
        _ => Err(Error::internal("not a DDL statement")),
    }
}

pub(super) fn say_cascade(session: &mut Session, notice: Option<(String, Option<String>)>) {
    if let Some((message, detail)) = notice {
        let message = detail.map_or_else(|| message.clone(), |detail| format!("{message}\n{detail}"));
        session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, message));
    }
}

/// A change of the catalog on its way.
pub(super) struct Change<'a> {
    pub(super) txn: &'a mut crate::pager::WriteTxn,
    pub(super) catalog: Catalog,
    pub(super) memory_bytes_max: usize,
}

/// Makes a change and saves it: the transaction sees the new catalog from here on.
pub(super) fn change<T>(
    session: &mut Session,
    command: &str,
    make: impl FnOnce(&mut Change<'_>) -> Result<T>,
) -> Result<T> {
    let memory_bytes_max = session.shared.options.statement_memory_bytes;
    let writing = session.begin_writing(command)?;
    let mut change =
        Change { catalog: writing.catalog.next_version(), txn: &mut writing.txn, memory_bytes_max };
    let made = make(&mut change)?;
    let catalog = change.catalog;
    store::save_catalog(&mut writing.txn, &writing.catalog, &catalog)?;
    writing.catalog = Arc::new(catalog);
    writing.catalog_changed = true;
    writing.plans.clear();
    Ok(made)
}

impl Change<'_> {
    pub(super) fn create_table(&mut self, definition: &CreateTable) -> Result<Arc<Table>> {
        self.catalog.check_free(&definition.schema, &definition.name)?;
        let id = self.catalog.allot_id()?;
        let mut table = Table {
            id,
            schema: definition.schema.clone(),
            name: definition.name.clone(),
            columns: Vec::with_capacity(definition.columns.len()),
            rowid_column: None,
            indexes: Vec::new(),
            constraints: Vec::new(),
            root: PageNo::NONE,
            layouts: Vec::new(),
            materialized: None,
            family: None,
        };
        for (ordinal, column) in definition.columns.iter().enumerate() {
            let mut made = Column {
                name: column.name.clone(),
                ty: column.ty,
                not_null: column.not_null,
                default: column.default.clone(),
                identity: None,
                generated: column.generated.clone(),
                domain: column.domain,
            };
            if column.serial || column.identity.is_some() {
                let sequence =
                    self.owned_sequence(&table, ordinal, (&column.name, column.ty.ty), &column.sequence)?;
                match column.identity {
                    Some(always) => made.identity = Some(Identity { always, sequence: sequence.id }),
                    None => made.default = Some(nextval(&sequence)),
                }
            }
            table.columns.push(made);
        }
        if let Some((name, columns)) = &definition.primary_key {
            for ordinal in columns {
                if let Some(column) = table.columns.get_mut(*ordinal) {
                    column.not_null = true;
                }
            }
            if let [ordinal] = columns.as_slice()
                && table.columns.get(*ordinal).is_some_and(|column| is_integer(column.ty.ty))
                // A rowid is never there twice, not even for a while.
                && !definition.deferrals.iter().any(|(deferred, _)| deferred == name)
            {
                table.rowid_column = Some(*ordinal);
            }
        }
        table.root = store::create_table(self.txn, &table)?;
        self.catalog.put_table(table.clone());
        if let Some((name, columns)) = &definition.primary_key {
            self.add_key(&mut table, name, columns, true)?;
        }
        for (name, columns) in &definition.uniques {
            self.add_key(&mut table, name, columns, false)?;
        }
        for (name, expression) in &definition.checks {
            let rule = Rule::Check { expression: expression.clone() };
            table.constraints.push(Constraint { deferral: Default::default(), name: name.clone(), rule });
        }
        for reference in &definition.foreign_keys {
            let constraint = foreign_key(reference, &table);
            table.constraints.push(constraint);
        }
        for (name, deferral) in &definition.deferrals {
            self.defer(&mut table, name, *deferral);
        }
        Ok(self.catalog.put_table(table))
    }

    pub(super) fn owned_sequence(
        &mut self,
        table: &Table,
        ordinal: usize,
        (column, ty): (&str, SqlType),
        options: &SequenceOptions,
    ) -> Result<Arc<Sequence>> {
        let max = match ty {
            SqlType::Int2 => i64::from(i16::MAX),
            SqlType::Int4 => i64::from(i32::MAX),
            _ => i64::MAX,
        };
        let name = self.catalog.free_relation_name(
            &table.schema,
            &table.name,
            Some(column),
            "seq",
            std::slice::from_ref(&table.name),
        );
        let id = self.catalog.allot_id()?;
        let plain = Sequence {
            id,
            schema: table.schema.clone(),
            name,
            start: 1,
            increment: 1,
            min: 1,
            max,
            cycle: false,
            owner: Some((table.id, ordinal)),
        };
        let data_type = Some(ty.name().to_owned());
        let options = SequenceOptions { data_type, ..options.clone() };
        Ok(self.catalog.put_sequence(super::define::sequence_with(plain, &options, true)?))
    }

    /// Adds PRIMARY KEY or UNIQUE; the table is in the catalog, and `table` is its newest form.
    pub(super) fn add_key(
        &mut self,
        table: &mut Table,
        name: &str,
        columns: &[usize],
        primary: bool,
    ) -> Result<()> {
        self.catalog.check_free(&table.schema, name)?;
        let is_rowid = table.rowid_column.is_some_and(|ordinal| columns == [ordinal]);
        let index = if is_rowid {
            None
        } else {
            let keys = columns
                .iter()
                .map(|column| IndexKey { column: *column, descending: false, nulls_first: false })
                .collect();
            let index = self.add_index(table, name, (keys, None, Vec::new()), true)?;
            table.indexes.push(index.id);
            Some(index.id)
        };
        let columns = columns.to_vec();
        let rule =
            if primary { Rule::PrimaryKey { columns, index } } else { Rule::Unique { columns, index } };
        table.constraints.push(Constraint { deferral: Default::default(), name: name.to_owned(), rule });
        self.catalog.put_table(table.clone());
        Ok(())
    }

    /// A constraint that may be checked later: its index holds keys twice for a while.
    fn defer(&mut self, table: &mut Table, name: &str, deferral: Deferral) {
        for constraint in table.constraints.iter_mut().filter(|constraint| constraint.name == name) {
            constraint.deferral = deferral;
            if let Rule::PrimaryKey { index: Some(index), .. } | Rule::Unique { index: Some(index), .. } =
                &constraint.rule
                && let Some(index) = self.catalog.indexes.get(index).cloned()
            {
                self.catalog.put_index(Index { unique: false, ..Index::clone(&index) });
            }
        }
    }

    fn add_index(
        &mut self,
        table: &Table,
        name: &str,
        (keys, predicate, include): (Vec<IndexKey>, Option<usize>, Vec<usize>),
        unique: bool,
    ) -> Result<Arc<Index>> {
        let id = self.catalog.allot_id()?;
        let index = Index {
            id,
            schema: table.schema.clone(),
            name: name.to_owned(),
            table: table.id,
            keys,
            unique,
            predicate,
            include,
            root: store::create_index(self.txn)?,
        };
        store::build_index(self.txn, table, &index, self.memory_bytes_max)?;
        Ok(self.catalog.put_index(index))
    }

    fn create_index(&mut self, definition: &CreateIndex) -> Result<()> {
        let table = self.table(&definition.table)?;
        self.catalog.check_free(&table.schema, &definition.name)?;
        let parts = (definition.keys.clone(), definition.predicate, definition.include.clone());
        self.add_index(&table, &definition.name, parts, definition.unique).map(|_| ())
    }

    /// The table as it is now: a plan may have been made before an earlier change of this transaction.
    fn table(&self, planned: &Table) -> Result<Arc<Table>> {
        self.catalog.tables.get(&planned.id).cloned().ok_or_else(|| {
            Error::new(SqlState::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", planned.name))
        })
    }

    pub(super) fn remove(&mut self, dropped: Dropped) -> Result<Option<(String, Option<String>)>> {
        for (table, constraint) in &dropped.constraints {
            self.catalog.remove_constraint(*table, constraint);
        }
        for id in &dropped.indexes {
            if let Some(index) = self.catalog.indexes.get(id).cloned() {
                store::drop_index(self.txn, &index)?;
                self.catalog.remove_index(*id);
            }
        }
        for id in &dropped.tables {
            if let Some(table) = self.catalog.tables.get(id).cloned() {
                store::drop_table(self.txn, &table)?;
                self.catalog.remove_table(*id);
                self.catalog.routines.retain(|_, routine| routine.table != Some(*id));
            }
        }
        for id in &dropped.sequences {
            self.catalog.remove_sequence(*id);
        }
        for id in &dropped.views {
            self.catalog.remove_view(*id);
        }
        for id in &dropped.types {
            self.catalog.remove_type(*id);
        }
        for id in &dropped.schemas {
            self.catalog.remove_schema(*id);
        }
        for (id, ordinal) in &dropped.defaults {
            if let Some(table) = self.catalog.tables.get(id) {
                let mut table = Table::clone(table);
                if let Some(column) = table.columns.get_mut(*ordinal) {
                    column.default = None;
                }
                self.catalog.put_table(table);
            }
        }
        Ok(dropped.notice)
    }

    fn alter(
        &mut self,
        table: &Arc<Table>,
        action: &AlterAction,
    ) -> Result<Option<(String, Option<String>)>> {
        let mut table = Table::clone(&*self.table(table)?);
        let taken = |table: &Table, name: &str| match table.constraint(name) {
            None => Ok(()),
            Some(_) => Err(Error::new(
                SqlState::DUPLICATE_OBJECT,
                format!("constraint \"{name}\" for relation \"{}\" already exists", table.name),
            )),
        };
        match action {
            AlterAction::AddPrimaryKey(name, columns) => {
                taken(&table, name)?;
                for ordinal in columns {
                    if let Some(column) = table.columns.get_mut(*ordinal) {
                        column.not_null = true;
                    }
                }
                self.add_key(&mut table, name, columns, true)?;
            }
            AlterAction::AddUnique(name, columns) => {
                taken(&table, name)?;
                self.add_key(&mut table, name, columns, false)?;
            }
            AlterAction::AddCheck(name, expression) => {
                taken(&table, name)?;
                let rule = Rule::Check { expression: expression.clone() };
                table.constraints.push(Constraint { deferral: Default::default(), name: name.clone(), rule });
                self.catalog.put_table(table);
            }
            AlterAction::AddForeignKey(definition) => {
                taken(&table, &definition.name)?;
                let constraint = foreign_key(definition, &table);
                table.constraints.push(constraint);
                self.catalog.put_table(table);
            }
            AlterAction::Defer(name, deferral) => {
                self.defer(&mut table, name, *deferral);
                self.catalog.put_table(table);
            }
            AlterAction::RenameConstraint(old, new) => {
                taken(&table, new)?;
                for constraint in table.constraints.iter_mut().filter(|found| found.name == *old) {
                    new.clone_into(&mut constraint.name);
                    let (Rule::PrimaryKey { index, .. } | Rule::Unique { index, .. }) = &constraint.rule
                    else {
                        continue;
                    };
                    self.catalog.check_free(&table.schema, new)?;
                    if let Some(index) = index.and_then(|index| self.catalog.indexes.get(&index)).cloned() {
                        self.catalog.put_index(Index { name: new.clone(), ..Index::clone(&index) });
                    }
                }
                self.catalog.put_table(table);
            }
            AlterAction::AddColumn(_)
            | AlterAction::DropColumn(..)
            | AlterAction::SetDefault(..)
            | AlterAction::SetNotNull(..)
            | AlterAction::SetType(..)
            | AlterAction::AddIdentity(..) => {
                return Err(Error::internal("a change of columns is made with its rows"));
            }
            AlterAction::DropConstraint { name, cascade } => {
                let dropped = self.catalog.drop_constraint(&table, name, *cascade)?;
                return self.remove(dropped);
            }
        }
        Ok(None)
    }
}

fn foreign_key(definition: &ForeignKeyDefinition, table: &Table) -> Constraint {
    let reference = ForeignKey {
        columns: definition.columns.clone(),
        parent: definition.parent.as_ref().map_or(table.id, |parent| parent.id),
        parent_columns: definition.parent_columns.clone(),
        on_delete: definition.on_delete,
        on_update: definition.on_update,
        match_full: definition.match_full,
    };
    Constraint {
        deferral: Default::default(),
        name: definition.name.clone(),
        rule: Rule::ForeignKey(reference),
    }
}

pub(super) fn alter_table(session: &mut Session, command: &str, alter: &AlterTable) -> Result<()> {
    for action in &alter.actions {
        let (catalog, _) = session.catalog()?;
        let before = catalog.tables.get(&alter.table.id).cloned();
        alter_one(session, command, alter, action)?;
        let Some(before) = before.filter(|table| !alter.only && !table.children().is_empty()) else {
            continue;
        };
        let (now, _) = session.catalog()?;
        let own = now.tables.get(&alter.table.id).cloned().unwrap_or_else(|| Arc::clone(&before));
        // What goes is described by the table as it was, what comes by the table as it is.
        let own = if matches!(action, AlterAction::DropConstraint { .. }) { before } else { own };
        for child in own.children() {
            let (catalog, _) = session.catalog()?;
            let Some(child) = catalog.tables.get(child).cloned() else { continue };
            if let Some(action) = super::define::heirs_action(&catalog, &own, &child, action)? {
                let table = child;
                alter_table(session, command, &AlterTable { table, actions: vec![action], only: false })?;
            }
        }
    }
    Ok(())
}

fn alter_one(session: &mut Session, command: &str, alter: &AlterTable, action: &AlterAction) -> Result<()> {
    if super::define::alter_column(session, command, &alter.table, action)? {
        return Ok(());
    }
    let notice = change(session, command, |change| change.alter(&alter.table, action))?;
    say_cascade(session, notice);
    let Some(table) = session.writing.as_ref().and_then(|w| w.catalog.tables.get(&alter.table.id)) else {
        return Ok(());
    };
    let table = Arc::clone(table);
    match action {
        AlterAction::AddForeignKey(definition) => check_references(session, &table, &definition.name)?,
        AlterAction::AddCheck(name, expression) => check_rows(session, &table, name, expression)?,
        AlterAction::AddPrimaryKey(_, columns) => check_no_nulls(session, &table, columns)?,
        _ => {}
    }
    Ok(())
}

/// CREATE TABLE AS: the rows of the query go into the new table.
pub(super) fn fill(session: &mut Session, table: &Arc<Table>, query: &Query) -> Result<u64> {
    let (catalog, committed) = session.catalog()?;
    let mut next_column = 1 + highest_column(query);
    let mut row = Vec::with_capacity(query.output.len());
    let mut items = Vec::with_capacity(query.output.len());
    for output in &query.output {
        let info = ColumnInfo { id: crate::base::ColumnId(next_column), ty: output.ty };
        next_column += 1;
        items.push((info.clone(), Expr::Column(output.id, output.ty.ty)));
        row.push(info);
    }
    let source = LogicalPlan::Project { input: Box::new(query.plan.clone()), items };
    let insert = Insert {
        table: Arc::clone(table),
        source,
        row,
        went: None,
        rules: Default::default(),
        conflict: None,
        returning: Vec::new(),
    };
    let bound = Bound {
        before: Vec::new(),
        statement: Statement::Insert(insert),
        parameters: Vec::new(),
        next_column,
        notices: Vec::new(),
    };
    let prepared = Prepared::of_bound("CREATE TABLE AS", bound, &catalog, committed, &session.settings)?;
    run_inside(session, &prepared, Vec::new()).map(|(_, affected)| affected)
}

/// No id in use is as high: the binder numbers from below, so the highest output and a margin do not do;
/// a plan is asked for every column it produces anywhere.
fn highest_column(query: &Query) -> u32 {
    let shown = query.output.iter().map(|column| column.id.0).max().unwrap_or(0);
    let made = query.plan.columns().iter().map(|column| column.id.0).max().unwrap_or(0);
    // Ids below a projection are dropped there, so only the top of the plan must not be met again; a wide
    // gap keeps EXPLAIN readable all the same.
    shown.max(made).saturating_add(1 << 20)
}

/// Runs a query of our own inside the transaction; answers whether it has a row.
pub(super) fn query(session: &mut Session, sql: &str) -> Result<Option<Vec<crate::value::Datum>>> {
    let (catalog, committed) = session.catalog()?;
    let prepared = Prepared::new(sql, &catalog, committed, &session.settings, &[])?;
    let batches = run_reading(session, &prepared)?;
    let Some(batch) = batches.iter().find(|batch| batch.rows > 0) else { return Ok(None) };
    let row = Row::new(&prepared.columns, batch, 0);
    (0..prepared.columns.len()).map(|at| row.value(at)?.to_datum()).collect::<Result<Vec<_>>>().map(Some)
}

/// Rows that are there must have their parents, as PostgreSQL's initial check asks it.
fn check_references(session: &mut Session, child: &Arc<Table>, name: &str) -> Result<()> {
    let (catalog, _) = session.catalog()?;
    let Some(at) = child.constraints.iter().position(|constraint| constraint.name == name) else {
        return Ok(());
    };
    let Rule::ForeignKey(reference) = &child.constraints[at].rule else { return Ok(()) };
    let Some(parent) = catalog.tables.get(&reference.parent) else { return Ok(()) };
    let ours: Vec<String> = reference
        .columns
        .iter()
        .map(|column| format!("c.{}", quoted(&child.columns[*column].name)))
        .collect();
    let theirs: Vec<String> = reference
        .parent_columns
        .iter()
        .map(|column| format!("p.{}", quoted(&parent.columns[*column].name)))
        .collect();
    let on: Vec<String> = ours.iter().zip(&theirs).map(|(a, b)| format!("{a} = {b}")).collect();
    let given: Vec<String> = ours.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let glue = if reference.match_full { " OR " } else { " AND " };
    let sql = format!(
        "SELECT {} FROM ONLY {} AS c LEFT JOIN {}{} AS p ON {} WHERE {} IS NULL AND ({}) LIMIT 1",
        ours.join(", "),
        table_name(child),
        if parent.partition_key().is_some() { "" } else { "ONLY " },
        table_name(parent),
        on.join(" AND "),
        theirs[0],
        given.join(glue),
    );
    let Some(values) = query(session, &sql)? else { return Ok(()) };
    let page_size = session.shared.options.page_size.try_into().unwrap_or(usize::MAX);
    let probe = store::ParentProbe::new(&catalog, child, at, page_size)?;
    let mut row = vec![crate::value::Datum::Null; child.columns.len()];
    for (column, value) in reference.columns.iter().zip(&values) {
        row[*column] = value.clone();
    }
    // A partly NULL key under MATCH FULL has an error of its own.
    probe.key_of(&row)?;
    Err(probe.violation(&values))
}

fn check_rows(session: &mut Session, table: &Arc<Table>, name: &str, expression: &str) -> Result<()> {
    let sql = format!("SELECT 1 FROM ONLY {} WHERE NOT ({expression}) LIMIT 1", table_name(table));
    if query(session, &sql)?.is_none() {
        return Ok(());
    }
    Err(Error::new(
        SqlState::CHECK_VIOLATION,
        format!("check constraint \"{name}\" of relation \"{}\" is violated by some row", table.name),
    )
    .with_table(table.schema.clone(), table.name.clone())
    .with_constraint(name))
}

pub(super) fn check_no_nulls(session: &mut Session, table: &Arc<Table>, columns: &[usize]) -> Result<()> {
    for column in columns {
        let name = &table.columns[*column].name;
        let sql = format!("SELECT 1 FROM ONLY {} WHERE {} IS NULL LIMIT 1", table_name(table), quoted(name));
        if query(session, &sql)?.is_some() {
            return Err(Error::new(
                SqlState::NOT_NULL_VIOLATION,
                format!("column \"{name}\" of relation \"{}\" contains null values", table.name),
            )
            .with_table(table.schema.clone(), table.name.clone())
            .with_column(name.clone()));
        }
    }
    Ok(())
}

pub(super) fn is_integer(ty: SqlType) -> bool {
    matches!(ty, SqlType::Int2 | SqlType::Int4 | SqlType::Int8)
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn table_name(table: &Table) -> String {
    format!("{}.{}", quoted(&table.schema), quoted(&table.name))
}

/// The default of a `serial` column.
pub(super) fn nextval(sequence: &Sequence) -> String {
    let name = format!("{}.{}", quoted(&sequence.schema), quoted(&sequence.name)).replace('\'', "''");
    format!("nextval('{name}')")
}
