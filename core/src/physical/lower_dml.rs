//! INSERT, UPDATE and DELETE.

use std::sync::Arc;

use crate::base::ColumnId;
use crate::catalog::{Routine, Table};
use crate::error::{Error, Result};
use crate::eval::Program;
use crate::plan::{ColumnInfo, Delete, Expr, Insert, Merge, MergeAction, OnConflict, OutputColumn, Update};
use crate::value::SqlType;

use super::dml::{
    Check, ConflictPlan, ConflictUpdate, DeletePlan, InsertPlan, MergePlan, MergeStep, RowRules, UpdatePlan,
};
use super::plan::{Kept, Node, Operation, Programs};
use super::scope::{Columns, Lowered, Lowerer};

type Returning = [(OutputColumn, Expr)];

impl Lowerer<'_> {
    pub(super) fn lower_insert(&mut self, insert: &Insert) -> Result<Node> {
        let lowered = self.lower(&insert.source)?;
        let wanted: Vec<(ColumnId, SqlType)> =
            insert.row.iter().map(|column| (column.id, column.ty.ty)).collect();
        // Before the expressions below, which see only the new row.
        let family = self.catalog.descendants(&insert.table);
        let reads = family.iter().any(|table| {
            reads_table(&lowered.node, table.id)
                || self.subplans.iter().any(|subplan| reads_table(&subplan.root, table.id))
        });
        // Triggers may change what the source reads.
        let reads = reads || !self.triggers(&insert.table).is_empty();
        let input = self.in_order(lowered, &wanted)?;
        let row = columns_of(&insert.row);
        let conflict = match &insert.conflict {
            Some(conflict) => Some(self.lower_conflict(conflict, &insert.table, &row)?),
            None => None,
        };
        let plan = InsertPlan {
            table: Arc::clone(&insert.table),
            triggers: self.triggers(&insert.table),
            rules: self.lower_rules(&insert.rules, &row)?,
            conflict,
            returning: self.lower_returning(&insert.returning, &and(&insert.row, insert.went))?,
            gather: reads,
            kept: Kept::default(),
        };
        let (rows, types) = (input.rows, returning_types(&insert.returning));
        Ok(self.node(Operation::Insert { input: Box::new(input), plan: Arc::new(plan) }, types, rows))
    }

    pub(super) fn lower_update(&mut self, update: &Update) -> Result<Node> {
        let Lowered { node: input, columns } = self.lower(&update.source)?;
        let row = columns_of(&update.row);
        let assignments = update
            .assignments
            .iter()
            .map(|(ordinal, id)| Ok((*ordinal, place(&columns, *id)?)))
            .collect::<Result<_>>()?;
        let plan = UpdatePlan {
            table: Arc::clone(&update.table),
            triggers: self.triggers(&update.table),
            rowid: place(&columns, update.rowid)?,
            tableoid: update.tableoid.map(|id| place(&columns, id)).transpose()?,
            old: places(&columns, &update.old)?,
            assignments,
            rules: self.lower_rules(&update.rules, &row)?,
            returning: self
                .lower_returning(&update.returning, &and(&update.row, update.went).beside(&columns))?,
            kept: Kept::default(),
            recheck: self.frozen.contains(&update.table.id) || !self.triggers(&update.table).is_empty(),
        };
        let (rows, types) = (input.rows, returning_types(&update.returning));
        Ok(self.node(Operation::Update { input: Box::new(input), plan: Arc::new(plan) }, types, rows))
    }

    pub(super) fn lower_delete(&mut self, delete: &Delete) -> Result<Node> {
        let Lowered { node: input, columns } = self.lower(&delete.source)?;
        let plan = DeletePlan {
            table: Arc::clone(&delete.table),
            triggers: self.triggers(&delete.table),
            rowid: place(&columns, delete.rowid)?,
            tableoid: delete.tableoid.map(|id| place(&columns, id)).transpose()?,
            old: places(&columns, &delete.old)?,
            returning: self.lower_returning(&delete.returning, &columns)?,
            kept: Kept::default(),
            recheck: self.frozen.contains(&delete.table.id) || !self.triggers(&delete.table).is_empty(),
        };
        let (rows, types) = (input.rows, returning_types(&delete.returning));
        Ok(self.node(Operation::Delete { input: Box::new(input), plan: Arc::new(plan) }, types, rows))
    }

    pub(super) fn lower_merge(&mut self, merge: &Merge) -> Result<Node> {
        let Lowered { node: input, columns } = self.lower(&merge.source)?;
        let row = columns_of(&merge.row);
        let values = |items: &[(usize, ColumnId)]| {
            items
                .iter()
                .map(|(ordinal, id)| Ok((*ordinal, place(&columns, *id)?)))
                .collect::<Result<Vec<_>>>()
        };
        let step = |clause: &MergeAction| {
            Ok(match clause {
                MergeAction::Nothing => MergeStep::Nothing,
                MergeAction::Delete => MergeStep::Delete,
                MergeAction::Update(items) => MergeStep::Update(values(items)?),
                MergeAction::Insert(items) => MergeStep::Insert(values(items)?),
            })
        };
        let plan = MergePlan {
            table: Arc::clone(&merge.table),
            triggers: self.triggers(&merge.table),
            rowid: place(&columns, merge.rowid)?,
            tableoid: merge.tableoid.map(|id| place(&columns, id)).transpose()?,
            old: places(&columns, &merge.old)?,
            action: place(&columns, merge.action)?,
            clauses: merge.clauses.iter().map(step).collect::<Result<_>>()?,
            rules: self.lower_rules(&merge.rules, &row)?,
            recheck: self.frozen.contains(&merge.table.id) || !self.triggers(&merge.table).is_empty(),
        };
        let rows = input.rows;
        Ok(self.node(Operation::Merge { input: Box::new(input), plan: Arc::new(plan) }, Vec::new(), rows))
    }

    // A table that is being rewritten is not the one of the catalog, and has none.
    pub(super) fn triggers(&self, table: &Arc<Table>) -> Arc<[Arc<Routine>]> {
        let own = self.catalog.tables.get(&table.id).is_some_and(|own| Arc::ptr_eq(own, table));
        if own { self.catalog.row_triggers(table).into() } else { Vec::new().into() }
    }

    fn lower_conflict(
        &mut self,
        conflict: &OnConflict,
        table: &Table,
        excluded: &Columns,
    ) -> Result<ConflictPlan> {
        let update = match &conflict.update {
            None => None,
            Some(update) => {
                let known = self.subplans.len();
                let columns = columns_of(&update.old).beside(excluded);
                let assignments = self.lower_assigned(&update.assignments, &columns)?;
                let predicate = match &update.predicate {
                    Some(predicate) => Some(self.compile(predicate, &columns)?),
                    None => None,
                };
                // It would see rows of its own statement.
                if self.subplans[known..].iter().any(|subplan| reads_table(&subplan.root, table.id)) {
                    return Err(Error::unsupported("a subquery of DO UPDATE that reads the target table"));
                }
                Some(ConflictUpdate { assignments, predicate })
            }
        };
        Ok(ConflictPlan { arbiters: conflict.arbiters.clone(), update })
    }

    fn lower_assigned(&mut self, items: &[(usize, Expr)], row: &Columns) -> Result<Vec<(usize, Program)>> {
        items.iter().map(|(ordinal, expr)| Ok((*ordinal, self.compile(expr, row)?))).collect()
    }

    /// Checks in order of their names, as PostgreSQL tries them.
    fn lower_rules(&mut self, rules: &crate::plan::RowRules, row: &Columns) -> Result<RowRules> {
        let mut lowered = rules
            .checks
            .iter()
            .map(|check| {
                Ok(Check { name: check.name.clone(), predicate: self.compile(&check.predicate, row)? })
            })
            .collect::<Result<Vec<_>>>()?;
        crate::base::order::sort_by(&mut lowered, |a, b| a.name.cmp(&b.name));
        Ok(RowRules { generated: self.lower_assigned(&rules.generated, row)?, checks: lowered })
    }

    fn lower_returning(&mut self, returning: &Returning, columns: &Columns) -> Result<Programs> {
        Ok(self.compile_all(returning.iter().map(|(_, expr)| expr), columns)?.into())
    }
}

fn columns_of(columns: &[ColumnInfo]) -> Columns {
    Columns::new(columns.iter().map(|column| column.id).collect())
}

// The row, and the OID of its table where that is wanted.
fn and(columns: &[ColumnInfo], went: Option<ColumnId>) -> Columns {
    Columns::new(columns.iter().map(|column| column.id).chain(went).collect())
}

fn returning_types(returning: &Returning) -> Vec<SqlType> {
    returning.iter().map(|(_, expr)| expr.ty()).collect()
}

fn place(columns: &Columns, id: ColumnId) -> Result<usize> {
    columns.place(id).ok_or_else(|| Error::internal(format!("the source lacks column {id}")))
}

fn places(columns: &Columns, wanted: &[ColumnInfo]) -> Result<Vec<usize>> {
    wanted.iter().map(|column| place(columns, column.id)).collect()
}

/// Whether a table is read anywhere below a node.
fn reads_table(node: &Node, table: crate::base::ObjectId) -> bool {
    let here = match &node.operation {
        Operation::Scan(scan) => scan.table.id == table,
        Operation::Join(join) => join.lookup.as_ref().is_some_and(|lookup| lookup.scan.table.id == table),
        _ => false,
    };
    here || node.inputs().into_iter().any(|input| reads_table(input, table))
}
