//! Computes what does not depend on rows.
//!
//! ```text
//! before  a > 3::bigint AND 1 < 2      after  a > 3 AND true
//! ```
//!
//! Must not fire where computing raises an error: `CASE WHEN false THEN 1/0 END` is NULL, so an error
//! leaves the expression for the executor. Conversions that depend on the session's time zone stay, too.

use crate::plan::Expr;
use crate::value::arithmetic;
use crate::value::{CompareOp, Datum, SqlType, cast, compare};

/// Folds an expression, innermost first.
pub(super) fn expr(expr: &mut Expr) {
    expr.for_each_child_mut(&mut |child| self::expr(child));
    if let Some(folded) = folded(expr) {
        *expr = folded;
    }
}

fn folded(expr: &Expr) -> Option<Expr> {
    match expr {
        Expr::Cast { operand, from, to, explicit } => {
            let Expr::Literal(datum, _) = operand.as_ref() else { return None };
            if depends_on_session(*from, to.ty) {
                return None;
            }
            let value =
                if datum.is_null() { Datum::Null } else { cast(datum, *from, *to, *explicit).ok()? };
            Some(Expr::Literal(value, to.ty))
        }
        Expr::Compare { op, ty, left, right } => {
            let (Expr::Literal(a, _), Expr::Literal(b, _)) = (left.as_ref(), right.as_ref()) else {
                return None;
            };
            Some(comparison(*op, a, b, *ty))
        }
        Expr::Arithmetic { op, ty, left, right } => {
            let (Expr::Literal(a, _), Expr::Literal(b, _)) = (left.as_ref(), right.as_ref()) else {
                return None;
            };
            if a.is_null() || b.is_null() {
                return Some(Expr::Literal(Datum::Null, *ty));
            }
            Some(Expr::Literal(arithmetic::datums(*op, a, b, *ty).ok()?, *ty))
        }
        Expr::IsNull { operand, negated } => {
            let Expr::Literal(datum, _) = operand.as_ref() else { return None };
            Some(boolean(datum.is_null() != *negated))
        }
        _ => None,
    }
}

fn comparison(op: CompareOp, a: &Datum, b: &Datum, ty: SqlType) -> Expr {
    if a.is_null() || b.is_null() {
        return Expr::Literal(Datum::Null, SqlType::Bool);
    }
    boolean(op.holds(compare(a, b, ty)))
}

/// A boolean constant.
pub(super) fn boolean(value: bool) -> Expr {
    Expr::Literal(Datum::Bool(value), SqlType::Bool)
}

// Times with zones read and print by the session's zone; unknown text may be `now`.
fn depends_on_session(from: SqlType, to: SqlType) -> bool {
    let zoned = |ty: SqlType| matches!(ty, SqlType::TimestampTz);
    let temporal = |ty: SqlType| {
        matches!(ty, SqlType::Date | SqlType::Time | SqlType::TimeTz | SqlType::Timestamp | SqlType::Interval)
    };
    from != to && (zoned(from) || zoned(to) || temporal(from) != temporal(to))
}
