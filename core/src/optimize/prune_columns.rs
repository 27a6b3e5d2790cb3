//! Drops columns nobody reads, down to the scans.
//!
//! ```text
//! before  Project: t.a <- Scan: t (id, a, b, c)      after  Project: t.a <- Scan: t (a)
//! ```
//!
//! Must not fire below DISTINCT and set operations without ALL, where every column decides.

use crate::base::ColumnId;
use crate::base::hash::HashSet;
use crate::plan::{Expr, LogicalPlan};

/// Keeps what `required` names and what the nodes read themselves.
pub(super) fn apply(plan: &mut LogicalPlan, required: &[ColumnId]) {
    prune(plan, required.iter().copied().collect());
}

fn read_by(expr: &Expr, out: &mut HashSet<ColumnId>) {
    let mut ids = Vec::new();
    expr.columns(&mut ids);
    out.extend(ids);
}

fn prune(plan: &mut LogicalPlan, mut required: HashSet<ColumnId>) {
    match plan {
        LogicalPlan::Scan(scan) => {
            scan.filter.iter().for_each(|expr| read_by(expr, &mut required));
            scan.columns.retain(|(_, info)| required.contains(&info.id));
            if scan.rowid.is_some_and(|id| !required.contains(&id)) {
                scan.rowid = None;
            }
        }
        LogicalPlan::SystemScan { columns, .. } => {
            columns.retain(|(_, info)| required.contains(&info.id));
        }
        // Its rows are constants: nothing is saved by taking some away.
        LogicalPlan::Values { .. } | LogicalPlan::Functions { .. } | LogicalPlan::TableRef { .. } => {}
        LogicalPlan::With { definition, input, .. } => {
            // Tables that are kept are read by position.
            let all = definition.columns().iter().map(|info| info.id).collect();
            prune(definition, all);
            prune(input, required);
        }
        LogicalPlan::Recursive { base, step, .. } => {
            for side in [base, step] {
                let all = side.columns().iter().map(|info| info.id).collect();
                prune(side, all);
            }
        }
        LogicalPlan::Window { calls, .. } => {
            calls.retain(|(info, _)| required.contains(&info.id));
            plan.for_each_expr(&mut |expr| read_by(expr, &mut required));
            plan.for_each_input_mut(&mut |input| prune(input, required.clone()));
        }
        LogicalPlan::Project { input, items } => {
            items.retain(|(info, _)| required.contains(&info.id));
            let mut below = HashSet::default();
            items.iter().for_each(|(_, expr)| read_by(expr, &mut below));
            prune(input, below);
        }
        LogicalPlan::Aggregate { input, groups, aggregates, .. } => {
            aggregates.retain(|(info, _)| required.contains(&info.id));
            let mut below = HashSet::default();
            groups.iter().for_each(|(_, expr)| read_by(expr, &mut below));
            aggregates.iter().for_each(|(_, call)| call.for_each_expr(&mut |expr| read_by(expr, &mut below)));
            prune(input, below);
        }
        LogicalPlan::Distinct { input, on } if on.is_empty() => {
            let all = input.columns().iter().map(|info| info.id).collect();
            prune(input, all);
        }
        LogicalPlan::SetOperation { left, right, .. } => {
            for side in [left, right] {
                let all = side.columns().iter().map(|info| info.id).collect();
                prune(side, all);
            }
        }
        LogicalPlan::Filter { .. }
        | LogicalPlan::Distinct { .. }
        | LogicalPlan::Sort { .. }
        | LogicalPlan::Limit { .. } => {
            plan.for_each_expr(&mut |expr| read_by(expr, &mut required));
            plan.for_each_input_mut(&mut |input| prune(input, required.clone()));
        }
        LogicalPlan::Join { left, right, on, lateral, .. } => {
            on.iter().for_each(|expr| read_by(expr, &mut required));
            if *lateral {
                required.extend(right.outer_columns());
            }
            prune(left, required.clone());
            prune(right, required);
        }
    }
}
