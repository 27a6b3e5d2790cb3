//! EXISTS and IN conditions of a filter to semi and anti joins.
//!
//! ```text
//! before  Filter: EXISTS (SELECT .. FROM u WHERE u.t_id = t.id AND u.y)     after  SemiJoin: u.t_id = t.id
//!         `- Scan: t                                                              |- Scan: t
//!                                                                                 `- Filter: u.y <- Scan: u
//! ```
//!
//! Must not fire for NOT IN, which a NULL on either side makes unknown; for subqueries with a LIMIT or
//! an aggregate above the correlated condition; for a condition under OR.

use crate::base::ColumnId;
use crate::plan::{CompareOp, Expr, JoinKind, LogicalPlan, SubqueryKind};

use super::{conjuncts, filtered, take};

/// Rewrites every filter of the tree; answers whether any changed.
pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let mut changed = match plan {
        LogicalPlan::Filter { predicate, .. } => {
            predicate.any(&|expr| matches!(expr, Expr::Subquery { .. })) && filter(plan)
        }
        _ => false,
    };
    plan.for_each_input_mut(&mut |input| changed |= apply(input));
    changed
}

// Apart from `apply`, whose frame is on the stack once per level of the plan.
#[inline(never)]
fn filter(plan: &mut LogicalPlan) -> bool {
    let LogicalPlan::Filter { input, predicate } = plan else { return false };
    let mut input = take(input);
    let mut all = Vec::new();
    let placeholder = super::fold_constants::boolean(true);
    conjuncts(core::mem::replace(predicate, placeholder), &mut all);
    let mut kept = Vec::new();
    let mut joins = Vec::new();
    for expr in all {
        match converted(expr) {
            Ok(join) => joins.push(join),
            Err(expr) => kept.push(expr),
        }
    }
    // Plain conditions first: they are cheaper than a join.
    let (late, early): (Vec<Expr>, Vec<Expr>) = kept.into_iter().partition(Expr::has_subquery);
    input = filtered(input, early);
    let changed = !joins.is_empty();
    for (kind, right, on) in joins {
        input = LogicalPlan::Join { kind, left: Box::new(input), right: Box::new(right), on, lateral: false };
    }
    *plan = filtered(input, late);
    changed
}

type SemiJoin = (JoinKind, LogicalPlan, Vec<Expr>);

fn converted(expr: Expr) -> Result<SemiJoin, Expr> {
    match expr {
        Expr::Subquery { kind: SubqueryKind::Exists { negated }, plan, outer, ty } if !outer.is_empty() => {
            let mut inner = (*plan).clone();
            while let LogicalPlan::Project { input, .. }
            | LogicalPlan::Sort { input, .. }
            | LogicalPlan::Distinct { input, .. } = inner
            {
                inner = *input;
            }
            match pulled_up(inner, &outer) {
                Some((right, on)) => {
                    let kind = if negated { JoinKind::Anti } else { JoinKind::Semi };
                    Ok((kind, right, on))
                }
                None => Err(Expr::Subquery { kind: SubqueryKind::Exists { negated }, plan, outer, ty }),
            }
        }
        Expr::Subquery {
            kind: SubqueryKind::Any { operand, op: CompareOp::Equal, ty: compared, negated: false },
            plan,
            outer,
            ty,
        } => {
            let converted = match plan.columns().first() {
                Some(column) if !operand.has_subquery() => {
                    let equality = Expr::Compare {
                        op: CompareOp::Equal,
                        ty: compared,
                        left: operand.clone(),
                        right: Box::new(Expr::Column(column.id, compared)),
                    };
                    in_join((*plan).clone(), &outer, equality)
                }
                _ => None,
            };
            converted.ok_or(Expr::Subquery {
                kind: SubqueryKind::Any { operand, op: CompareOp::Equal, ty: compared, negated: false },
                plan,
                outer,
                ty,
            })
        }
        other => Err(other),
    }
}

fn in_join(plan: LogicalPlan, outer: &[ColumnId], equality: Expr) -> Option<SemiJoin> {
    if outer.is_empty() {
        return Some((JoinKind::Semi, plan, vec![equality]));
    }
    let LogicalPlan::Project { input, mut items } = plan else { return None };
    let reads_outer = |expr: &Expr| reads(expr, outer);
    if items.iter().any(|(_, expr)| reads_outer(expr)) {
        return None;
    }
    let (inner, mut on) = pulled_up(*input, outer)?;
    // What the pulled-up conditions read of the inside has to come out of the projection.
    let inside = inner.columns();
    let mut read = Vec::new();
    on.iter().for_each(|expr| expr.columns(&mut read));
    for info in inside {
        if read.contains(&info.id) && !items.iter().any(|(known, _)| known.id == info.id) {
            let expr = Expr::Column(info.id, info.ty.ty);
            items.push((info, expr));
        }
    }
    on.insert(0, equality);
    Some((JoinKind::Semi, LogicalPlan::Project { input: Box::new(inner), items }, on))
}

/// The plan without the conjuncts on top of it that name outer columns, and those conjuncts; `None` when
/// outer columns are left further down.
fn pulled_up(plan: LogicalPlan, outer: &[ColumnId]) -> Option<(LogicalPlan, Vec<Expr>)> {
    let LogicalPlan::Filter { input, predicate } = plan else { return None };
    let mut all = Vec::new();
    conjuncts(predicate, &mut all);
    let (on, kept): (Vec<Expr>, Vec<Expr>) = all.into_iter().partition(|expr| reads(expr, outer));
    let rest = filtered(*input, kept);
    let free = rest.outer_columns();
    let is_clean = !on.iter().any(Expr::has_subquery) && !free.iter().any(|id| outer.contains(id));
    is_clean.then_some((rest, on))
}

fn reads(expr: &Expr, columns: &[ColumnId]) -> bool {
    let mut read = Vec::new();
    expr.columns(&mut read);
    read.iter().any(|id| columns.contains(id))
}
