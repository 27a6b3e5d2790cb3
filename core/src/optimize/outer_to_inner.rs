//! Finds predicates that no row padded with NULLs passes, which make outer joins inner.
//!
//! ```text
//! before  Filter: u.x = 1                 after  InnerJoin: u.t_id = t.id
//!         `- LeftJoin: u.t_id = t.id             ...
//! ```
//!
//! Must not fire for `u.x IS NULL` or `coalesce(u.x, 1) = 1`, which padded rows pass.
//! `push_down_filter` asks here when a filter meets an outer join.

use crate::base::ColumnId;
use crate::plan::{Expr, JoinKind};

/// The kind of a join below predicates, given which columns come from its sides.
pub(super) fn kind(kind: JoinKind, above: &[Expr], left: &[ColumnId], right: &[ColumnId]) -> JoinKind {
    let rejects = |side: &[ColumnId]| above.iter().any(|expr| rejects_null(expr, side));
    match kind {
        JoinKind::Left if rejects(right) => JoinKind::Inner,
        JoinKind::Right if rejects(left) => JoinKind::Inner,
        JoinKind::Full => match (rejects(left), rejects(right)) {
            (true, true) => JoinKind::Inner,
            (true, false) => JoinKind::Left,
            (false, true) => JoinKind::Right,
            (false, false) => JoinKind::Full,
        },
        other => other,
    }
}

/// Whether the predicate is false or NULL when all of `columns` are NULL.
fn rejects_null(expr: &Expr, columns: &[ColumnId]) -> bool {
    match expr {
        Expr::And(items) => items.iter().any(|item| rejects_null(item, columns)),
        Expr::Or(items) => !items.is_empty() && items.iter().all(|item| rejects_null(item, columns)),
        Expr::IsNull { operand, negated: true } => is_null(operand, columns),
        Expr::IsBool { operand, value: Some(_), negated: false } => is_null(operand, columns),
        other => is_null(other, columns),
    }
}

/// Whether the expression is NULL when all of `columns` are NULL.
fn is_null(expr: &Expr, columns: &[ColumnId]) -> bool {
    match expr {
        Expr::Column(id, _) => columns.contains(id),
        Expr::Arithmetic { left, right, .. } | Expr::Compare { left, right, .. } => {
            is_null(left, columns) || is_null(right, columns)
        }
        Expr::Negate(operand, _) | Expr::Not(operand) | Expr::Cast { operand, .. } => {
            is_null(operand, columns)
        }
        Expr::InList { operand, .. } => is_null(operand, columns),
        Expr::Like { operand, pattern, .. } => is_null(operand, columns) || is_null(pattern, columns),
        // Calls may take NULLs, and the other forms do.
        _ => false,
    }
}
