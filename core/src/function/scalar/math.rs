//! Functions of integers and numeric.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{int, numeric};
use crate::function::registry::{Entry, f};
use crate::value::SqlType::{self, Float4, Float8, Int2, Int4, Int8, Numeric as Num};
use crate::value::arithmetic::integers;
use crate::value::number::{fits, out_of_range};
use crate::value::{ArithmeticOp, Datum, Numeric};

/// The largest factorial that numeric holds, as PostgreSQL.
const FACTORIAL_MAX: i64 = 32_177;

pub(super) static FUNCTIONS: &[Entry] = &[
    f("abs", &[Int2], Int2, |a, _| abs(int(a, 0)?, Int2)),
    f("abs", &[Int4], Int4, |a, _| abs(int(a, 0)?, Int4)),
    f("abs", &[Int8], Int8, |a, _| abs(int(a, 0)?, Int8)),
    f("abs", &[Num], Num, |a, _| give(numeric(a, 0)?.abs())),
    f("abs", &[Float4], Float4, |a, _| super::float::abs(a)),
    f("abs", &[Float8], Float8, |a, _| super::float::abs(a)),
    f("mod", &[Int2, Int2], Int2, |a, _| modulo(int(a, 0)?, int(a, 1)?, Int2)),
    f("mod", &[Int4, Int4], Int4, |a, _| modulo(int(a, 0)?, int(a, 1)?, Int4)),
    f("mod", &[Int8, Int8], Int8, |a, _| modulo(int(a, 0)?, int(a, 1)?, Int8)),
    f("mod", &[Num, Num], Num, |a, _| give(numeric(a, 0)?.remainder(numeric(a, 1)?)?)),
    f("div", &[Num, Num], Num, |a, _| give(numeric(a, 0)?.divide_whole(numeric(a, 1)?)?)),
    f("ceil", &[Num], Num, |a, _| give(numeric(a, 0)?.ceil()?)),
    f("ceiling", &[Num], Num, |a, _| give(numeric(a, 0)?.ceil()?)),
    f("floor", &[Num], Num, |a, _| give(numeric(a, 0)?.floor()?)),
    f("round", &[Num], Num, |a, _| give(numeric(a, 0)?.round(0)?)),
    f("round", &[Num, Int4], Num, |a, _| give(numeric(a, 0)?.round(digits(int(a, 1)?))?)),
    f("trunc", &[Num], Num, |a, _| give(numeric(a, 0)?.trunc(0)?)),
    f("trunc", &[Num, Int4], Num, |a, _| give(numeric(a, 0)?.trunc(digits(int(a, 1)?))?)),
    f("sign", &[Num], Num, |a, _| give(numeric(a, 0)?.sign())),
    f("sqrt", &[Num], Num, |a, _| give(numeric(a, 0)?.sqrt()?)),
    f("exp", &[Num], Num, |a, _| give(numeric(a, 0)?.exp()?)),
    f("ln", &[Num], Num, |a, _| give(numeric(a, 0)?.ln()?)),
    f("log", &[Num], Num, |a, _| give(numeric(a, 0)?.log(&Numeric::from(10))?)),
    f("log10", &[Num], Num, |a, _| give(numeric(a, 0)?.log(&Numeric::from(10))?)),
    f("log", &[Num, Num], Num, |a, _| give(numeric(a, 1)?.log(numeric(a, 0)?)?)),
    f("power", &[Num, Num], Num, |a, _| give(numeric(a, 0)?.power(numeric(a, 1)?)?)),
    f("pow", &[Num, Num], Num, |a, _| give(numeric(a, 0)?.power(numeric(a, 1)?)?)),
    f("scale", &[Num], Int4, |a, _| {
        Ok(numeric(a, 0)?.scale().map_or(Datum::Null, |scale| Datum::Int(i64::from(scale))))
    }),
    f("min_scale", &[Num], Int4, |a, _| {
        let trimmed = numeric(a, 0)?.trim_scale();
        Ok(trimmed.scale().map_or(Datum::Null, |scale| Datum::Int(i64::from(scale))))
    }),
    f("trim_scale", &[Num], Num, |a, _| give(numeric(a, 0)?.trim_scale())),
    f("gcd", &[Int4, Int4], Int4, |a, _| Ok(Datum::Int(gcd(int(a, 0)?, int(a, 1)?, Int4)?))),
    f("gcd", &[Int8, Int8], Int8, |a, _| Ok(Datum::Int(gcd(int(a, 0)?, int(a, 1)?, Int8)?))),
    f("gcd", &[Num, Num], Num, |a, _| give(gcd_numeric(numeric(a, 0)?, numeric(a, 1)?)?)),
    f("lcm", &[Int4, Int4], Int4, |a, _| lcm(int(a, 0)?, int(a, 1)?, Int4)),
    f("lcm", &[Int8, Int8], Int8, |a, _| lcm(int(a, 0)?, int(a, 1)?, Int8)),
    f("lcm", &[Num, Num], Num, |a, _| {
        let (x, y) = (numeric(a, 0)?, numeric(a, 1)?);
        if x.is_zero() || y.is_zero() {
            return give(x.add(y)?.remainder(&Numeric::ONE)?.abs());
        }
        let divisor = gcd_numeric(x, y)?;
        give(x.divide_whole(&divisor)?.multiply(y)?.abs())
    }),
    f("factorial", &[Int8], Num, |a, _| factorial(int(a, 0)?)),
    f("width_bucket", &[Num, Num, Num, Int4], Int4, |a, _| {
        width_bucket(numeric(a, 0)?, numeric(a, 1)?, numeric(a, 2)?, int(a, 3)?)
    }),
];

fn give(value: Numeric) -> Result<Datum> {
    Ok(Datum::Numeric(value))
}

fn digits(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(if count < 0 { i32::MIN } else { i32::MAX })
}

fn abs(value: i64, ty: SqlType) -> Result<Datum> {
    value.checked_abs().filter(|value| fits(*value, ty)).map(Datum::Int).ok_or_else(|| out_of_range(ty))
}

fn modulo(a: i64, b: i64, ty: SqlType) -> Result<Datum> {
    integers(ArithmeticOp::Modulo, a, b, ty).map(Datum::Int)
}

fn gcd(a: i64, b: i64, ty: SqlType) -> Result<i64> {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a).ok().filter(|value| fits(*value, ty)).ok_or_else(|| out_of_range(ty))
}

fn lcm(a: i64, b: i64, ty: SqlType) -> Result<Datum> {
    if a == 0 || b == 0 {
        return Ok(Datum::Int(0));
    }
    let divisor = gcd(a, b, ty)?;
    (a / divisor)
        .checked_mul(b)
        .and_then(i64::checked_abs)
        .filter(|value| fits(*value, ty))
        .map(Datum::Int)
        .ok_or_else(|| out_of_range(ty))
}

fn gcd_numeric(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    if a.scale().is_none() || b.scale().is_none() {
        return Ok(Numeric::NAN);
    }
    let scale = i32::from(a.scale().max(b.scale()).unwrap_or(0));
    let (mut a, mut b) = (a.abs(), b.abs());
    while !b.is_zero() {
        let rest = a.remainder(&b)?;
        (a, b) = (b, rest);
    }
    a.round(scale)
}

fn factorial(n: i64) -> Result<Datum> {
    if n < 0 {
        return Err(Error::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            "factorial of a negative number is undefined",
        ));
    }
    if n > FACTORIAL_MAX {
        return Err(Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format"));
    }
    let mut product = Numeric::ONE;
    for factor in 2..=n {
        product = product.multiply(&Numeric::from(factor))?;
    }
    give(product)
}

pub(super) fn invalid_bucket(message: &str) -> Error {
    Error::new(SqlState::INVALID_ARGUMENT_FOR_WIDTH_BUCKET, message)
}

fn width_bucket(value: &Numeric, low: &Numeric, high: &Numeric, count: i64) -> Result<Datum> {
    if count <= 0 {
        return Err(invalid_bucket("count must be greater than zero"));
    }
    if value.is_nan() || low.is_nan() || high.is_nan() {
        return Err(invalid_bucket("operand, lower bound, and upper bound cannot be NaN"));
    }
    if low.is_infinite() || high.is_infinite() {
        return Err(invalid_bucket("lower and upper bounds must be finite"));
    }
    let order = low.compare(high);
    if order.is_eq() {
        return Err(invalid_bucket("lower bound cannot equal upper bound"));
    }
    let (from_low, from_high) = (value.compare(low), value.compare(high));
    let (before, past) = if order.is_lt() {
        (from_low.is_lt(), from_high.is_ge())
    } else {
        (from_low.is_gt(), from_high.is_le())
    };
    if before {
        return Ok(Datum::Int(0));
    }
    if past {
        return fits(count + 1, Int4).then_some(Datum::Int(count + 1)).ok_or_else(|| out_of_range(Int4));
    }
    let above = value.subtract(low)?.multiply(&Numeric::from(count))?;
    let bucket = above.divide_whole(&high.subtract(low)?)?.to_integer("integer")?;
    Ok(Datum::Int(bucket + 1))
}
