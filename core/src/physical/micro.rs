//! Statements so short that operators would cost more than the work: by key, without operators.
//!
//! Recognised after lowering; the operators stay in the plan, for EXPLAIN and for the tests that compare
//! both ways.

use std::sync::Arc;

use super::dml::{DeletePlan, InsertPlan, UpdatePlan};
use super::plan::{Node, Operation, PhysicalPlan, PlanKind, Programs, ScanPlan};
use crate::eval::Program;
use crate::plan::OutputColumn;
use crate::value::SqlType;

/// A short way.
#[derive(Debug)]
pub(crate) enum Micro {
    /// `SELECT items FROM table WHERE key = value`: one scan of at most few rows, perhaps filtered.
    Lookup { scan: Arc<ScanPlan>, items: Items },
    /// `INSERT INTO table VALUES (..), ..` without RETURNING.
    InsertValues { rows: Arc<[Vec<Program>]>, plan: Arc<InsertPlan> },
    /// `UPDATE table SET .. WHERE key = value` or DELETE, without RETURNING: `items` over the scan are the
    /// source of the change, of these types.
    Change { scan: Arc<ScanPlan>, items: Items, types: Arc<[SqlType]>, change: Change },
}

/// What becomes of the row that a scan brings.
#[derive(Debug)]
pub(crate) enum Items {
    /// It is the result.
    Scanned,
    /// Some of its columns are, of these types: they are read where they are wanted, and no others.
    Columns(Vec<usize>, Vec<SqlType>),
    /// The values of programs over it.
    Programs(Programs),
}

impl Items {
    fn of(programs: &Programs, scan: &ScanPlan) -> Items {
        let columns: Option<Vec<usize>> = programs.iter().map(Program::as_column).collect();
        match columns {
            Some(columns) if columns.iter().all(|at| *at < scan.types.len()) => {
                let types = columns.iter().map(|at| scan.types[*at]).collect();
                Items::Columns(columns, types)
            }
            _ => Items::Programs(Arc::clone(programs)),
        }
    }
}

/// What is done to the row of a key.
#[derive(Debug)]
pub(crate) enum Change {
    Update(Arc<UpdatePlan>),
    Delete(Arc<DeletePlan>),
}

/// Rows of VALUES beyond which the operators do better.
const ROWS_MAX: usize = 16;

/// The short way of a plan, if it has one.
pub(super) fn recognise(kind: PlanKind, root: &Node, output: &[OutputColumn]) -> Option<Micro> {
    match (&root.operation, kind) {
        (Operation::Scan(scan), PlanKind::Select) if is_point(scan) => {
            Some(Micro::Lookup { scan: Arc::clone(scan), items: Items::Scanned })
        }
        (Operation::Project { input, items }, PlanKind::Select) => match &input.operation {
            Operation::Scan(scan) if is_point(scan) => {
                Some(Micro::Lookup { scan: Arc::clone(scan), items: Items::of(items, scan) })
            }
            _ => None,
        },
        (Operation::Insert { input, plan }, PlanKind::Insert)
            if output.is_empty()
                && plan.conflict.is_none()
                && plan.triggers.is_empty()
                && plan.table.partition_key().is_none() =>
        {
            match &input.operation {
                Operation::Values { rows } if rows.len() <= ROWS_MAX => {
                    Some(Micro::InsertValues { rows: Arc::clone(rows), plan: Arc::clone(plan) })
                }
                _ => None,
            }
        }
        (Operation::Update { input, plan }, PlanKind::Update)
            if output.is_empty() && plan.triggers.is_empty() && plan.tableoid.is_none() =>
        {
            change(input, Change::Update(Arc::clone(plan)))
        }
        (Operation::Delete { input, plan }, PlanKind::Delete)
            if output.is_empty() && plan.triggers.is_empty() && plan.tableoid.is_none() =>
        {
            change(input, Change::Delete(Arc::clone(plan)))
        }
        _ => None,
    }
}

fn change(input: &Node, change: Change) -> Option<Micro> {
    let (below, items) = match &input.operation {
        Operation::Project { input, items } => (&input.operation, Some(items)),
        operation => (operation, None),
    };
    match below {
        Operation::Scan(scan) if is_point(scan) => {
            let items = items.map_or(Items::Scanned, |items| Items::of(items, scan));
            Some(Micro::Change { scan: Arc::clone(scan), items, types: Arc::clone(&input.types), change })
        }
        _ => None,
    }
}

/// At most one row: the rowid, or every part of a unique key, is given.
fn is_point(scan: &ScanPlan) -> bool {
    use super::plan::Access;
    match &scan.access {
        Access::RowidList(values) => values.len() == 1,
        Access::Index { index, equal, .. } => index.unique && equal.len() == index.keys.len(),
        Access::Full | Access::Rowids(_) | Access::IndexList { .. } | Access::Nothing => false,
    }
}

impl PhysicalPlan {
    /// Whether it changes no table but through the writers that its caller keeps.
    pub(crate) fn spares_writers(&self) -> bool {
        matches!(&self.micro, Some(Micro::Lookup { .. } | Micro::InsertValues { .. }))
    }

    /// The same plan without its short way: for tests that compare both.
    #[cfg(test)]
    pub(crate) fn without_micro(mut self) -> PhysicalPlan {
        self.micro = None;
        self
    }
}
