//! Reads hidden columns where a filter computes what they hold.
//!
//! ```text
//! index on lower(name), kept as a hidden column h        index on (id) WHERE active AND n > 0, likewise p
//! lower(name) = 'x'  ->  h = 'x'                         active AND n > 0 AND n < 9  ->  p AND n < 9
//! ```
//!
//! Must not fire when a part of the predicate is not among the conditions: what follows from them is not
//! worked out, but that a value compared is not NULL.

use crate::plan::{ColumnInfo, Expr, LogicalPlan};
use crate::value::SqlType;

use super::conjuncts;

/// Rewrites the filters of all scans.
pub(super) fn apply(plan: &mut LogicalPlan) {
    plan.for_each_input_mut(&mut |input| apply(input));
    let LogicalPlan::Scan(scan) = plan else { return };
    for (ordinal, held) in core::mem::take(&mut scan.derived) {
        let Some((_, info)) = scan.columns.iter().find(|(own, _)| *own == ordinal) else { continue };
        let column = Expr::Column(info.id, info.ty.ty);
        if let Expr::And(_) = held {
            let mut parts = Vec::new();
            conjuncts(held, &mut parts);
            if parts.iter().all(|part| scan.filter.iter().any(|known| implies(known, part))) {
                scan.filter.retain(|known| !parts.iter().any(|part| part.same(known)));
                scan.filter.push(column);
            }
        } else if info.ty.ty == SqlType::Bool
            && !scan.filter.iter().any(|known| known.same(&held))
            && scan.filter.iter().any(|known| implies(known, &held))
        {
            scan.filter.push(column);
        } else {
            scan.filter.iter_mut().for_each(|expr| replace(expr, &held, info));
        }
    }
}

fn implies(known: &Expr, part: &Expr) -> bool {
    if known.same(part) {
        return true;
    }
    match (known, part) {
        (Expr::Compare { left, right, .. }, Expr::IsNull { operand, negated: true }) => {
            left.same(operand) || right.same(operand)
        }
        _ => false,
    }
}

fn replace(expr: &mut Expr, held: &Expr, info: &ColumnInfo) {
    if expr.same(held) {
        *expr = Expr::Column(info.id, info.ty.ty);
    } else {
        expr.for_each_child_mut(&mut |child| replace(child, held, info));
    }
}
