//! Checked arithmetic on one pair of numbers; the kernels of `eval` are loops around these.
//!
//! Overflow is 22003, a zero divisor 22012, with PostgreSQL's messages. Float results that overflow
//! from finite sides are errors, too, as are products and quotients that vanish.

use crate::error::{Error, Result, SqlState};

use super::number::{fits, out_of_range};
use super::numeric::{Numeric, division_by_zero};
use super::{ArithmeticOp, Datum, SqlType};

/// On smallint, integer or bigint, named by `ty`.
#[inline]
pub fn integers(op: ArithmeticOp, a: i64, b: i64, ty: SqlType) -> Result<i64> {
    let result = match op {
        ArithmeticOp::Add => a.checked_add(b),
        ArithmeticOp::Subtract => a.checked_sub(b),
        ArithmeticOp::Multiply => a.checked_mul(b),
        ArithmeticOp::Divide if b == 0 => return Err(division_by_zero()),
        ArithmeticOp::Modulo if b == 0 => return Err(division_by_zero()),
        ArithmeticOp::Divide => a.checked_div(b),
        // The smallest value modulo -1 is 0, although the quotient overflows.
        ArithmeticOp::Modulo => Some(a.wrapping_rem(b)),
    };
    match result {
        Some(value) if fits(value, ty) => Ok(value),
        _ => Err(out_of_range(ty)),
    }
}

/// On real or double precision, named by `ty`.
#[inline]
pub fn floats(op: ArithmeticOp, a: f64, b: f64, ty: SqlType) -> Result<f64> {
    let wide = match op {
        ArithmeticOp::Add => a + b,
        ArithmeticOp::Subtract => a - b,
        ArithmeticOp::Multiply => a * b,
        ArithmeticOp::Divide | ArithmeticOp::Modulo if b == 0.0 && !a.is_nan() => {
            return Err(division_by_zero());
        }
        ArithmeticOp::Divide => a / b,
        ArithmeticOp::Modulo => a % b,
    };
    let result = if ty == SqlType::Float4 { f64::from(wide as f32) } else { wide };
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(out_of_range(ty));
    }
    let may_vanish = matches!(op, ArithmeticOp::Multiply | ArithmeticOp::Divide);
    if result == 0.0 && may_vanish && a != 0.0 && b != 0.0 && b.is_finite() {
        return Err(Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow"));
    }
    Ok(result)
}

/// On numeric.
#[inline]
pub fn numerics(op: ArithmeticOp, a: &Numeric, b: &Numeric) -> Result<Numeric> {
    match op {
        ArithmeticOp::Add => a.add(b),
        ArithmeticOp::Subtract => a.subtract(b),
        ArithmeticOp::Multiply => a.multiply(b),
        ArithmeticOp::Divide => a.divide(b),
        ArithmeticOp::Modulo => a.remainder(b),
    }
}

/// `-x` of an integer type.
#[inline]
pub fn negate_integer(value: i64, ty: SqlType) -> Result<i64> {
    value.checked_neg().filter(|value| fits(*value, ty)).ok_or_else(|| out_of_range(ty))
}

/// On values of type `ty`; a NULL side gives NULL.
pub fn datums(op: ArithmeticOp, a: &Datum, b: &Datum, ty: SqlType) -> Result<Datum> {
    Ok(match (a, b) {
        (Datum::Null, _) | (_, Datum::Null) => Datum::Null,
        (Datum::Int(a), Datum::Int(b)) => Datum::Int(integers(op, *a, *b, ty)?),
        (Datum::Float(a), Datum::Float(b)) => Datum::Float(floats(op, *a, *b, ty)?),
        (Datum::Numeric(a), Datum::Numeric(b)) => Datum::Numeric(numerics(op, a, b)?),
        _ => return Err(Error::internal("arithmetic on values that are not numbers of one type")),
    })
}

/// `-x` of a number type.
pub fn negate(value: &Datum, ty: SqlType) -> Result<Datum> {
    Ok(match value {
        Datum::Null => Datum::Null,
        Datum::Int(value) => Datum::Int(negate_integer(*value, ty)?),
        Datum::Float(value) => Datum::Float(-value),
        Datum::Numeric(value) => Datum::Numeric(value.negate()),
        _ => return Err(Error::internal("minus before a value that is not a number")),
    })
}
