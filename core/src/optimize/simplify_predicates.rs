//! Boolean algebra with constants, and shapes later rules look for.
//!
//! ```text
//! x AND true        x                NOT (a = b)     a <> b
//! x AND false       false            NOT (x IN ..)   x NOT IN ..
//! v::text = 'a'      v = 'a'          for a varchar v
//! (x AND y) AND z   x AND y AND z    x IN (1)        x = 1
//! ```
//!
//! Must not fire: `x AND NULL` is not `x`; it is kept, since where the value is stored NULL is not false.

use crate::plan::{CompareOp, Expr};
use crate::value::{Datum, SqlType, TypeName};

use super::fold_constants::boolean;

/// Simplifies an expression, innermost first.
pub(super) fn expr(expr: &mut Expr) {
    expr.for_each_child_mut(&mut |child| self::expr(child));
    let taken = core::mem::replace(expr, boolean(true));
    *expr = simplified(taken);
}

// varchar to text changes no bit of a value, but hides the column from indexes and derivations.
fn bare(expr: Box<Expr>, ty: SqlType) -> Box<Expr> {
    let is_relabel = matches!(expr.as_ref(), Expr::Cast { from: SqlType::Varchar, to, .. }
        if ty == SqlType::Text && *to == TypeName::plain(SqlType::Text));
    match *expr {
        Expr::Cast { operand, .. } if is_relabel => operand,
        other => Box::new(other),
    }
}

fn constant(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Literal(Datum::Bool(value), _) => Some(*value),
        _ => None,
    }
}

fn simplified(expr: Expr) -> Expr {
    match expr {
        Expr::And(items) => chain(items, true),
        Expr::Or(items) => chain(items, false),
        Expr::Not(operand) => negation(*operand),
        Expr::InList { operand, mut list, ty, negated } if list.len() == 1 => {
            let op = if negated { CompareOp::NotEqual } else { CompareOp::Equal };
            match list.pop() {
                Some(item) => Expr::Compare { op, ty, left: operand, right: Box::new(item) },
                None => Expr::InList { operand, list, ty, negated },
            }
        }
        Expr::Case { branches, otherwise, ty } => case(branches, otherwise, ty),
        Expr::Compare { op, ty, left, right } => {
            Expr::Compare { op, ty, left: bare(left, ty), right: bare(right, ty) }
        }
        other => other,
    }
}

// AND when `unit` is true, OR when it is false.
fn chain(items: Vec<Expr>, unit: bool) -> Expr {
    let mut kept: Vec<Expr> = Vec::with_capacity(items.len());
    for item in items {
        match (item, unit) {
            (Expr::And(inner), true) | (Expr::Or(inner), false) => kept.extend(inner),
            (item, _) => match constant(&item) {
                Some(value) if value == unit => {}
                // What stands before it may raise an error in PostgreSQL or not: either is allowed.
                Some(value) => return boolean(value),
                None => kept.push(item),
            },
        }
    }
    match kept.len() {
        0 => boolean(unit),
        1 => kept.swap_remove(0),
        _ if unit => Expr::And(kept),
        _ => Expr::Or(kept),
    }
}

fn negation(operand: Expr) -> Expr {
    match operand {
        Expr::Not(inner) => *inner,
        Expr::Compare { op, ty, left, right } => Expr::Compare { op: op.negated(), ty, left, right },
        Expr::IsNull { operand, negated } => Expr::IsNull { operand, negated: !negated },
        Expr::InList { operand, list, ty, negated } => Expr::InList { operand, list, ty, negated: !negated },
        Expr::Like { kind, operand, pattern, escape, negated } => {
            Expr::Like { kind, operand, pattern, escape, negated: !negated }
        }
        Expr::IsBool { operand, value, negated } => Expr::IsBool { operand, value, negated: !negated },
        Expr::IsDistinct { left, right, ty, negated } => {
            Expr::IsDistinct { left, right, ty, negated: !negated }
        }
        Expr::Subquery { kind: crate::plan::SubqueryKind::Exists { negated }, plan, outer, ty } => {
            Expr::Subquery { kind: crate::plan::SubqueryKind::Exists { negated: !negated }, plan, outer, ty }
        }
        Expr::Literal(Datum::Bool(value), _) => boolean(!value),
        other => Expr::Not(Box::new(other)),
    }
}

fn case(branches: Vec<(Expr, Expr)>, otherwise: Option<Box<Expr>>, ty: SqlType) -> Expr {
    let mut kept = Vec::with_capacity(branches.len());
    for (condition, result) in branches {
        match &condition {
            Expr::Literal(Datum::Bool(false) | Datum::Null, _) => {}
            Expr::Literal(Datum::Bool(true), _) if kept.is_empty() => return result,
            Expr::Literal(Datum::Bool(true), _) => {
                return Expr::Case { branches: kept, otherwise: Some(Box::new(result)), ty };
            }
            _ => kept.push((condition, result)),
        }
    }
    if kept.is_empty() {
        return match otherwise {
            Some(otherwise) => *otherwise,
            None => Expr::Literal(Datum::Null, ty),
        };
    }
    Expr::Case { branches: kept, otherwise, ty }
}
