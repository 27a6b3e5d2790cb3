//! Moves conjuncts towards the scans that can use them.
//!
//! ```text
//! before  Filter: t.a = 1 AND u.t_id = t.id       after  InnerJoin: u.t_id = t.id
//!         `- CrossJoin                                   |- Scan: t filter: t.a = 1
//!            |- Scan: t                                  `- Scan: u
//!            `- Scan: u
//! ```
//!
//! Where the stack is used up it leaves the plan as it is. Must not fire: through LIMIT, through the padded side of an outer join, through an aggregate without
//! groups, and for volatile predicates anywhere. Equal columns share their constants: `a = b AND b = 1`
//! gives the scan of a its `a = 1`.

use crate::base::ColumnId;
use crate::base::limits::MERGED_NODES_MAX;
use crate::error::stack::Stack;
use crate::plan::{ColumnInfo, CompareOp, Expr, JoinKind, LogicalPlan};

use super::{conjuncts, filtered, is_volatile, outer_to_inner, take};

/// Rewrites a plan so that `above` holds for its rows, as deep down as possible.
// Every arm only calls: the frame of this function is on the stack once per level of the plan.
pub(super) fn apply(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    if stack.is_used_up() {
        return filtered(plan, above);
    }
    match plan {
        LogicalPlan::Project { .. } | LogicalPlan::Aggregate { .. } | LogicalPlan::SetOperation { .. }
            if above.is_empty() =>
        {
            over_input(plan, above, stack)
        }
        LogicalPlan::Filter { .. } => filter(plan, above, stack),
        LogicalPlan::Scan(_) => scan(plan, above),
        LogicalPlan::Project { .. } => project(plan, above, stack),
        LogicalPlan::Join { .. } => join(plan, above, stack),
        LogicalPlan::Aggregate { .. } => aggregate(plan, above, stack),
        LogicalPlan::SetOperation { .. } => set_operation(plan, above, stack),
        LogicalPlan::Distinct { ref on, .. } if on.is_empty() => over_input(plan, above, stack),
        LogicalPlan::Sort { .. } => over_input(plan, above, stack),
        LogicalPlan::Distinct { .. } | LogicalPlan::Limit { .. } => {
            filtered(over_input(plan, Vec::new(), stack), above)
        }
        LogicalPlan::Window { .. } => window(plan, above, stack),
        LogicalPlan::With { .. } => with(plan, above, stack),
        LogicalPlan::Recursive { .. } => filtered(over_input(plan, Vec::new(), stack), above),
        LogicalPlan::Values { .. }
        | LogicalPlan::SystemScan { .. }
        | LogicalPlan::Functions { .. }
        | LogicalPlan::TableRef { .. } => filtered(plan, above),
    }
}

fn over_input(mut plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let mut above = Some(above);
    plan.for_each_input_mut(&mut |input| {
        let taken = take(input);
        *input = apply(taken, above.take().unwrap_or_default(), stack);
    });
    plan
}

fn window(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let LogicalPlan::Window { input, partition, order, calls } = plan else { return plan };
    // Whole partitions may go: a condition on nothing but what they are made by.
    let may_move = |expr: &Expr| {
        let mut ids = Vec::new();
        expr.columns(&mut ids);
        let divides =
            |id: &ColumnId| partition.iter().any(|key| matches!(key, Expr::Column(own, _) if own == id));
        !ids.is_empty() && ids.iter().all(divides) && !expr.has_subquery()
    };
    let (moved, kept): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(may_move);
    let input = Box::new(apply(*input, moved, stack));
    filtered(LogicalPlan::Window { input, partition, order, calls }, kept)
}

fn with(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let LogicalPlan::With { table, definition, input } = plan else { return plan };
    let definition = Box::new(apply(*definition, Vec::new(), stack));
    LogicalPlan::With { table, definition, input: Box::new(apply(*input, above, stack)) }
}

fn filter(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let LogicalPlan::Filter { input, predicate } = plan else { return plan };
    let mut all = above;
    conjuncts(predicate, &mut all);
    let (fixed, movable): (Vec<Expr>, Vec<Expr>) = all.into_iter().partition(is_volatile);
    filtered(apply(*input, movable, stack), fixed)
}

fn scan(mut plan: LogicalPlan, above: Vec<Expr>) -> LogicalPlan {
    // Subqueries stay outside: a scan evaluates its filter without a plan below it.
    let (outside, inside): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(Expr::has_subquery);
    if let LogicalPlan::Scan(scan) = &mut plan {
        scan.filter.extend(inside);
    }
    filtered(plan, outside)
}

// Conjuncts below a node that computes columns: each column gives way to what computes it.
fn replaced(movable: Vec<Expr>, find: &dyn Fn(ColumnId) -> Option<Expr>) -> Vec<Expr> {
    let replace = |mut expr: Expr| {
        expr.replace_columns(find);
        expr
    };
    movable.into_iter().map(replace).collect()
}

fn project(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let LogicalPlan::Project { input, items } = plan else { return plan };
    let find = |id: ColumnId| items.iter().find(|(info, _)| info.id == id).map(|(_, expr)| expr.clone());
    let may_move = |expr: &Expr| {
        let mut ids = Vec::new();
        expr.columns(&mut ids);
        ids.iter().all(|id| find(*id).is_none_or(|expr| !is_volatile(&expr) && !expr.has_subquery()))
            && expr.nodes() + ids.iter().filter_map(|id| find(*id)).map(|expr| expr.nodes()).sum::<usize>()
                <= MERGED_NODES_MAX
    };
    let (movable, kept): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(may_move);
    let moved = replaced(movable, &find);
    let input = Box::new(apply(*input, moved, stack));
    filtered(LogicalPlan::Project { input, items }, kept)
}

fn aggregate(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let LogicalPlan::Aggregate { input, groups, aggregates, sets } = plan else { return plan };
    let find = |id: ColumnId| groups.iter().find(|(info, _)| info.id == id).map(|(_, expr)| expr.clone());
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
    let moved = replaced(movable, &find);
    let input = Box::new(apply(*input, moved, stack));
    filtered(LogicalPlan::Aggregate { input, groups, aggregates, sets }, kept)
}

fn set_operation(mut plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let (movable, kept): (Vec<Expr>, Vec<Expr>) = above.into_iter().partition(|expr| !expr.has_subquery());
    let outer = if movable.is_empty() { Vec::new() } else { plan.columns() };
    plan.for_each_input_mut(&mut |side| {
        let moved = through(&movable, &outer, side);
        let taken = take(side);
        *side = apply(taken, moved, stack);
    });
    filtered(plan, kept)
}

// Conjuncts over a set operation's columns, over those of one of its sides.
fn through(movable: &[Expr], outer: &[ColumnInfo], side: &LogicalPlan) -> Vec<Expr> {
    if movable.is_empty() {
        return Vec::new();
    }
    let own = side.columns();
    let find = |id: ColumnId| {
        let at = outer.iter().position(|info| info.id == id)?;
        own.get(at).map(|own| Expr::Column(own.id, own.ty.ty))
    };
    replaced(movable.to_vec(), &find)
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

fn join(plan: LogicalPlan, above: Vec<Expr>, stack: Stack) -> LogicalPlan {
    let LogicalPlan::Join { kind, left, right, on, lateral } = plan else { return plan };
    let (left_ids, right_ids) = (ids(&left), ids(&right));
    let kind = outer_to_inner::kind(kind, &above, &left_ids, &right_ids);
    let Shares { to_left, to_right, stays, over } = shares(kind, on, above, &left_ids, &right_ids);
    let left = Box::new(apply(*left, to_left, stack));
    let right = Box::new(apply(*right, to_right, stack));
    filtered(LogicalPlan::Join { kind, left, right, on: stays, lateral }, over)
}

/// Where the conjuncts around a join go.
struct Shares {
    to_left: Vec<Expr>,
    to_right: Vec<Expr>,
    stays: Vec<Expr>,
    over: Vec<Expr>,
}

fn shares(
    kind: JoinKind,
    on: Vec<Expr>,
    above: Vec<Expr>,
    left_ids: &[ColumnId],
    right_ids: &[ColumnId],
) -> Shares {
    let mut own = Vec::new();
    on.into_iter().for_each(|expr| conjuncts(expr, &mut own));
    let (mut to_left, mut to_right, mut stays, mut over) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    match kind {
        JoinKind::Inner => {
            let mut all = own;
            all.extend(above);
            share_constants(&mut all);
            for expr in all {
                match sides(&expr, left_ids, right_ids) {
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
                match sides(&expr, left_ids, right_ids) {
                    (_, true) if sides(&expr, left_ids, right_ids).0 => stays.push(expr),
                    (false, true) => to_right.push(expr),
                    (true, false) if kind == JoinKind::Semi => to_left.push(expr),
                    _ => stays.push(expr),
                }
            }
            let mut known = above.clone();
            known.extend(stays.iter().cloned());
            derive_for_side(&known, right_ids, &mut to_right);
            for expr in above {
                match sides(&expr, left_ids, right_ids) {
                    (_, false) => to_left.push(expr),
                    (_, true) => over.push(expr),
                }
            }
        }
        JoinKind::Right => {
            for expr in own {
                match sides(&expr, left_ids, right_ids) {
                    (true, false) => to_left.push(expr),
                    _ => stays.push(expr),
                }
            }
            for expr in above {
                match sides(&expr, left_ids, right_ids) {
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
    Shares { to_left, to_right, stays, over }
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
