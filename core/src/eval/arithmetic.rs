//! Arithmetic on columns.
//!
//! Integers are computed without branches, with one flag for "some row went out of range"; only then
//! are the rows gone through again to find one that is not NULL, and its error.

use crate::batch::{Bitmap, Values, Vector};
use crate::error::Result;
use crate::value::{ArithmeticOp, Datum, SqlType, arithmetic};

use super::column::{Column, Source, either_null, zip};

/// `a op b`, both of type `ty`.
pub(super) fn binary<'b>(
    op: ArithmeticOp,
    ty: SqlType,
    a: &Column<'b>,
    b: &Column<'b>,
    rows: usize,
) -> Result<Column<'b>> {
    if let (Column::Constant(a), Column::Constant(b)) = (a, b) {
        return Ok(Column::Constant(if rows == 0 { Datum::Null } else { arithmetic::datums(op, a, b, ty)? }));
    }
    if matches!((a, b), (Column::Constant(Datum::Null), _) | (_, Column::Constant(Datum::Null))) {
        return Ok(Column::Constant(Datum::Null));
    }
    let nulls = either_null(a, b);
    let is_null = |at: usize| nulls.as_ref().is_some_and(|nulls: &Bitmap| nulls.get(at));
    let values = match ty {
        SqlType::Int2 | SqlType::Int4 | SqlType::Int8 => {
            Values::Int(integers(op, ty, a.ints(), b.ints(), rows, &is_null)?)
        }
        SqlType::Float4 | SqlType::Float8 => {
            let (a, b) = (a.floats(), b.floats());
            let mut values = Vec::with_capacity(rows);
            for at in 0..rows {
                values.push(if is_null(at) {
                    0.0
                } else {
                    arithmetic::floats(op, a.get(at), b.get(at), ty)?
                });
            }
            Values::Float(values)
        }
        _ => return by_datum(op, ty, a, b, rows),
    };
    Ok(Column::Owned(Vector { values, nulls }))
}

fn by_datum<'b>(
    op: ArithmeticOp,
    ty: SqlType,
    a: &Column<'b>,
    b: &Column<'b>,
    rows: usize,
) -> Result<Column<'b>> {
    let mut out = Vector::for_type(ty);
    for at in 0..rows {
        if a.is_null(at) || b.is_null(at) {
            out.push_null();
        } else {
            out.push_datum(&arithmetic::datums(op, &a.datum(at, ty)?, &b.datum(at, ty)?, ty)?)?;
        }
    }
    Ok(Column::Owned(out))
}

fn integers(
    op: ArithmeticOp,
    ty: SqlType,
    a: Source<'_, i64>,
    b: Source<'_, i64>,
    rows: usize,
    is_null: &dyn Fn(usize) -> bool,
) -> Result<Vec<i64>> {
    let (least, most) = match ty {
        SqlType::Int2 => (i64::from(i16::MIN), i64::from(i16::MAX)),
        SqlType::Int4 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let mut failed = false;
    let mut checked = |(value, overflowed): (i64, bool)| {
        failed |= overflowed | (value < least) | (value > most);
        value
    };
    let values = match op {
        ArithmeticOp::Add => zip(a, b, rows, |a, b| checked(a.overflowing_add(b))),
        ArithmeticOp::Subtract => zip(a, b, rows, |a, b| checked(a.overflowing_sub(b))),
        ArithmeticOp::Multiply => zip(a, b, rows, |a, b| checked(a.overflowing_mul(b))),
        ArithmeticOp::Divide => {
            zip(a, b, rows, |a, b| checked(if b == 0 { (0, true) } else { a.overflowing_div(b) }))
        }
        ArithmeticOp::Modulo => {
            zip(a, b, rows, |a, b| checked(if b == 0 { (0, true) } else { (a.wrapping_rem(b), false) }))
        }
    };
    if failed {
        for at in 0..rows {
            if !is_null(at) {
                arithmetic::integers(op, a.get(at), b.get(at), ty)?;
            }
        }
    }
    Ok(values)
}

/// `-a`.
pub(super) fn negate<'b>(ty: SqlType, a: &Column<'b>, rows: usize) -> Result<Column<'b>> {
    if let Column::Constant(value) = a {
        return Ok(Column::Constant(if rows == 0 { Datum::Null } else { arithmetic::negate(value, ty)? }));
    }
    let mut out = Vector::for_type(ty);
    for at in 0..rows {
        out.push_datum(&arithmetic::negate(&a.datum(at, ty)?, ty)?)?;
    }
    Ok(Column::Owned(out))
}
