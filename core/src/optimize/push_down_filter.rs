//! Moves conjuncts towards the scans that can use them.
//!
//! ```text
//! before  Filter: t.a = 1 AND u.t_id = t.id       after  InnerJoin: u.t_id = t.id
//!         `- CrossJoin                                   |- Scan: t filter: t.a = 1
//!            |- Scan: t                                  `- Scan: u
//!            `- Scan: u
//! ```
//!
//! Must not fire: through LIMIT, through the padded side of an outer join, through an aggregate without
//! groups, and for volatile predicates anywhere. Equal columns share their constants: `a = b AND b = 1`
//! gives the scan of a its `a = 1`.

use crate::base::ColumnId;
use crate::plan::{CompareOp, Expr, JoinKind, LogicalPlan};

use super::{conjuncts, filtered, is_volatile, outer_to_inner};

/// Rewrites a plan so that `above` holds for its rows, as deep down as possible.
pub(super) fn apply(plan: LogicalPlan, above: Vec<Expr>) -> LogicalPlan {
    match plan {
        LogicalPlan::Filter { input, predicate } => {
            let mut all = above;
            conjuncts(predicate, &mut all);
            let (fixed, movable): (Vec<Expr>, Vec<Expr>) = all.into_iter().partition(is_volatile);
            filtered(apply(*input, movable), fixed)
        }
        LogicalPlan::Scan(mut scan) => {
            // Subqueries stay outside: a scan evaluates its filter without a plan below it.
            let (outside, inside): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(Expr::has_subquery);
            scan.filter.extend(inside);
            filtered(LogicalPlan::Scan(scan), outside)
        }
        LogicalPlan::Project { input, items } => {
            let find =
                |id: ColumnId| items.iter().find(|(info, _)| info.id == id).map(|(_, expr)| expr.clone());
            let may_move = |expr: &Expr| {
                let mut ids = Vec::new();
                expr.columns(&mut ids);
                ids.iter().all(|id| find(*id).is_none_or(|expr| !is_volatile(&expr) && !expr.has_subquery()))
            };
            let (movable, kept): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(may_move);
            let moved = movable
                .into_iter()
                .map(|mut expr| {
                    expr.replace_columns(&find);
                    expr
                })
                .collect();
            let input = Box::new(apply(*input, moved));
            filtered(LogicalPlan::Project { input, items }, kept)
        }
        LogicalPlan::Join { kind, left, right, on, lateral } => join(kind, *left, *right, on, lateral, above),
        LogicalPlan::Aggregate { input, groups, aggregates, sets } => {
            let find =
                |id: ColumnId| groups.iter().find(|(info, _)| info.id == id).map(|(_, expr)| expr.clone());
            let may_move = |expr: &Expr| {
                let mut ids = Vec::new();
                expr.columns(&mut ids);
                let is_aggregate = |id: &ColumnId| aggregates.iter().any(|(info, _)| info.id == *id);
                // A condition without columns decides whether there are groups at all: it stays.
                sets.is_none()
                    && !groups.is_empty()
                    && !ids.is_empty()
                    && !ids.iter().any(is_aggregate)
                    && !expr.has_subquery()
            };
            let (movable, kept): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(may_move);
            let moved = movable
                .into_iter()
                .map(|mut expr| {
                    expr.replace_columns(&find);
                    expr
                })
                .collect();
            let input = Box::new(apply(*input, moved));
            filtered(LogicalPlan::Aggregate { input, groups, aggregates, sets }, kept)
        }
        LogicalPlan::Distinct { input, on } if on.is_empty() => {
            LogicalPlan::Distinct { input: Box::new(apply(*input, above)), on }
        }
        LogicalPlan::Sort { input, keys } => {
            LogicalPlan::Sort { input: Box::new(apply(*input, above)), keys }
        }
        LogicalPlan::SetOperation { operator, all, left, right, columns } => {
            let (movable, kept): (Vec<Expr>, Vec<Expr>) =
                above.into_iter().partition(|expr| !expr.has_subquery());
            let through = |side: LogicalPlan| {
                let ids: Vec<(ColumnId, Expr)> = columns
                    .iter()
                    .zip(side.columns())
                    .map(|(info, own)| (info.id, Expr::Column(own.id, own.ty.ty)))
                    .collect();
                let moved = movable.iter().cloned().map(|mut expr| {
                    expr.replace_columns(&|id| {
                        ids.iter().find(|(out, _)| *out == id).map(|(_, own)| own.clone())
                    });
                    expr
                });
                let moved = moved.collect();
                Box::new(apply(side, moved))
            };
            let (left, right) = (through(*left), through(*right));
            filtered(LogicalPlan::SetOperation { operator, all, left, right, columns }, kept)
        }
        LogicalPlan::Distinct { input, on } => {
            let plan = LogicalPlan::Distinct { input: Box::new(apply(*input, Vec::new())), on };
            filtered(plan, above)
        }
        LogicalPlan::Limit { input, limit, offset, with_ties } => {
            let input = Box::new(apply(*input, Vec::new()));
            filtered(LogicalPlan::Limit { input, limit, offset, with_ties }, above)
        }
        LogicalPlan::Window { input, partition, order, calls } => {
            // Whole partitions may go: a condition on nothing but what they are made by.
            let may_move = |expr: &Expr| {
                let mut ids = Vec::new();
                expr.columns(&mut ids);
                let divides = |id: &ColumnId| {
                    partition.iter().any(|key| matches!(key, Expr::Column(own, _) if own == id))
                };
                !ids.is_empty() && ids.iter().all(divides) && !expr.has_subquery()
            };
            let (moved, kept): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(may_move);
            let input = Box::new(apply(*input, moved));
            filtered(LogicalPlan::Window { input, partition, order, calls }, kept)
        }
        LogicalPlan::With { table, definition, input } => {
            let definition = Box::new(apply(*definition, Vec::new()));
            LogicalPlan::With { table, definition, input: Box::new(apply(*input, above)) }
        }
        LogicalPlan::Recursive { table, all, base, step, columns } => {
            let base = Box::new(apply(*base, Vec::new()));
            let step = Box::new(apply(*step, Vec::new()));
            filtered(LogicalPlan::Recursive { table, all, base, step, columns }, above)
        }
        leaf @ (LogicalPlan::Values { .. }
        | LogicalPlan::SystemScan { .. }
        | LogicalPlan::Functions { .. }
        | LogicalPlan::TableRef { .. }) => filtered(leaf, above),
    }
}

fn ids(plan: &LogicalPlan) -> Vec<ColumnId> {
    plan.columns().iter().map(|info| info.id).collect()
}

/// Which sides of a join an expression reads.
fn sides(expr: &Expr, left: &[ColumnId], right: &[ColumnId]) -> (bool, bool) {
    let mut read = Vec::new();
    expr.columns(&mut read);
    (read.iter().any(|id| left.contains(id)), read.iter().any(|id| right.contains(id)))
}

fn join(
    kind: JoinKind,
    left: LogicalPlan,
    right: LogicalPlan,
    on: Vec<Expr>,
    lateral: bool,
    above: Vec<Expr>,
) -> LogicalPlan {
    let (left_ids, right_ids) = (ids(&left), ids(&right));
    let kind = outer_to_inner::kind(kind, &above, &left_ids, &right_ids);
    let mut own = Vec::new();
    on.into_iter().for_each(|expr| conjuncts(expr, &mut own));
    let (mut to_left, mut to_right, mut stays, mut over) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    match kind {
        JoinKind::Inner => {
            let mut all = own;
            all.extend(above);
            share_constants(&mut all);
            for expr in all {
                match sides(&expr, &left_ids, &right_ids) {
                    (true, false) => to_left.push(expr),
                    (false, true) => to_right.push(expr),
                    (true, true) if expr.has_subquery() => over.push(expr),
                    (true, true) => stays.push(expr),
                    // A condition on neither side holds for all rows or none: the left one is as good.
                    (false, false) => to_left.push(expr),
                }
            }
        }
        JoinKind::Left | JoinKind::Semi | JoinKind::Anti => {
            for expr in own {
                match sides(&expr, &left_ids, &right_ids) {
                    (_, true) if sides(&expr, &left_ids, &right_ids).0 => stays.push(expr),
                    (false, true) => to_right.push(expr),
                    (true, false) if kind == JoinKind::Semi => to_left.push(expr),
                    _ => stays.push(expr),
                }
            }
            let mut known = above.clone();
            known.extend(stays.iter().cloned());
            derive_for_side(&known, &right_ids, &mut to_right);
            for expr in above {
                match sides(&expr, &left_ids, &right_ids) {
                    (_, false) => to_left.push(expr),
                    (_, true) => over.push(expr),
                }
            }
        }
        JoinKind::Right => {
            for expr in own {
                match sides(&expr, &left_ids, &right_ids) {
                    (true, false) => to_left.push(expr),
                    _ => stays.push(expr),
                }
            }
            for expr in above {
                match sides(&expr, &left_ids, &right_ids) {
                    (false, _) => to_right.push(expr),
                    (true, _) => over.push(expr),
                }
            }
        }
        JoinKind::Full => {
            stays = own;
            over = above;
        }
    }
    let plan = LogicalPlan::Join {
        kind,
        left: Box::new(apply(left, to_left)),
        right: Box::new(apply(right, to_right)),
        on: stays,
        lateral,
    };
    filtered(plan, over)
}

/// A comparison of a column with something that has no columns.
fn with_constant(expr: &Expr) -> Option<ColumnId> {
    match expr {
        Expr::Compare { left, right, .. } => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(id, _), Expr::Literal(..) | Expr::Parameter { .. }) => Some(*id),
            _ => None,
        },
        Expr::InList { operand, list, negated: false, .. } => match operand.as_ref() {
            Expr::Column(id, _)
                if list.iter().all(|item| matches!(item, Expr::Literal(..) | Expr::Parameter { .. })) =>
            {
                Some(*id)
            }
            _ => None,
        },
        _ => None,
    }
}

fn equal_columns(expr: &Expr) -> Option<(Expr, Expr)> {
    match expr {
        Expr::Compare { op: CompareOp::Equal, left, right, .. } => match (left.as_ref(), right.as_ref()) {
            (a @ Expr::Column(x, tx), b @ Expr::Column(y, ty)) if x != y && tx == ty => {
                Some((a.clone(), b.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

// a = b AND b = 1: also a = 1. Two rounds reach across three tables; more is rare.
fn share_constants(all: &mut Vec<Expr>) {
    for _ in 0..2 {
        let mut found: Vec<Expr> = Vec::new();
        for (a, b) in all.iter().filter_map(equal_columns) {
            for (from, to) in [(&a, &b), (&b, &a)] {
                for expr in all.iter().filter(|expr| with_constant(expr) == column(from)) {
                    let mut derived = expr.clone();
                    derived.replace_columns(&|id| (Some(id) == column(from)).then(|| to.clone()));
                    if !all.iter().chain(&found).any(|known| known.same(&derived)) {
                        found.push(derived);
                    }
                }
            }
        }
        if found.is_empty() {
            return;
        }
        all.extend(found);
    }
}

// An outer join's padded side may use the constants its ON equates it with: rows without a partner stay.
fn derive_for_side(known: &[Expr], side: &[ColumnId], out: &mut Vec<Expr>) {
    let mut all = known.to_vec();
    let before = all.len();
    share_constants(&mut all);
    out.extend(all.drain(before..).filter(|expr| with_constant(expr).is_some_and(|id| side.contains(&id))));
}

fn column(expr: &Expr) -> Option<ColumnId> {
    match expr {
        Expr::Column(id, _) => Some(*id),
        _ => None,
    }
}
