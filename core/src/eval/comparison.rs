//! Comparisons of columns, by physical kind.

use core::cmp::Ordering;

use crate::batch::Kind;
use crate::error::Result;
use crate::value::compare::compare_floats;
use crate::value::{CompareOp, Datum, SqlType, compare};

use super::column::{Column, Source, booleans, booleans_by, either_null, zip};

/// `a op b`, both of type `ty`.
pub(super) fn binary<'b>(
    op: CompareOp,
    ty: SqlType,
    a: &Column<'b>,
    b: &Column<'b>,
    rows: usize,
) -> Result<Column<'b>> {
    if let (Column::Constant(a), Column::Constant(b)) = (a, b) {
        return Ok(Column::Constant(datums(op, ty, a, b)));
    }
    if matches!((a, b), (Column::Constant(Datum::Null), _) | (_, Column::Constant(Datum::Null))) {
        return Ok(Column::Constant(Datum::Null));
    }
    match Kind::of(ty) {
        Kind::Int => Ok(booleans(integers(op, a.ints(), b.ints(), rows), either_null(a, b))),
        Kind::Float => {
            let values = zip(a.floats(), b.floats(), rows, |a, b| i64::from(op.holds(compare_floats(a, b))));
            Ok(booleans(values, either_null(a, b)))
        }
        Kind::Bytes if !matches!(ty, SqlType::Numeric | SqlType::Jsonb | SqlType::Array(_)) => {
            let trim = ty == SqlType::Char;
            let values = (0..rows)
                .map(|at| i64::from(op.holds(compare_bytes(a.bytes(at), b.bytes(at), trim))))
                .collect();
            Ok(booleans(values, either_null(a, b)))
        }
        Kind::Wide | Kind::Bytes => booleans_by(rows, |at| {
            if a.is_null(at) || b.is_null(at) {
                return Ok(None);
            }
            Ok(Some(op.holds(compare(&a.datum(at, ty)?, &b.datum(at, ty)?, ty))))
        }),
    }
}

/// `a op b` of two values; NULL when either is.
pub(super) fn datums(op: CompareOp, ty: SqlType, a: &Datum, b: &Datum) -> Datum {
    if a.is_null() || b.is_null() { Datum::Null } else { Datum::Bool(op.holds(compare(a, b, ty))) }
}

fn integers(op: CompareOp, a: Source<'_, i64>, b: Source<'_, i64>, rows: usize) -> Vec<i64> {
    match op {
        CompareOp::Equal => zip(a, b, rows, |a, b| i64::from(a == b)),
        CompareOp::NotEqual => zip(a, b, rows, |a, b| i64::from(a != b)),
        CompareOp::Less => zip(a, b, rows, |a, b| i64::from(a < b)),
        CompareOp::LessOrEqual => zip(a, b, rows, |a, b| i64::from(a <= b)),
        CompareOp::Greater => zip(a, b, rows, |a, b| i64::from(a > b)),
        CompareOp::GreaterOrEqual => zip(a, b, rows, |a, b| i64::from(a >= b)),
    }
}

/// Text by its bytes; `char` without its padding.
pub(super) fn compare_bytes(a: &[u8], b: &[u8], trim: bool) -> Ordering {
    if trim { without_padding(a).cmp(without_padding(b)) } else { a.cmp(b) }
}

fn without_padding(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    &text[..end]
}

/// `a IS [NOT] DISTINCT FROM b`.
pub(super) fn distinct<'b>(
    ty: SqlType,
    negated: bool,
    a: &Column<'b>,
    b: &Column<'b>,
    rows: usize,
) -> Result<Column<'b>> {
    booleans_by(rows, |at| {
        let distinct = match (a.is_null(at), b.is_null(at)) {
            (true, true) => false,
            (true, false) | (false, true) => true,
            (false, false) => compare(&a.datum(at, ty)?, &b.datum(at, ty)?, ty).is_ne(),
        };
        Ok(Some(distinct != negated))
    })
}
