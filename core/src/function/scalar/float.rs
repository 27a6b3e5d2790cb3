//! Functions of double precision.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{float, int};
use crate::function::registry::{Entry, f};
use crate::value::Datum;
use crate::value::SqlType::{Float8, Int4};
use crate::value::number::{fits, out_of_range};

use super::degrees;

pub(super) static FUNCTIONS: &[Entry] = &[
    f("ceil", &[Float8], Float8, |a, _| give(float(a, 0)?.ceil())),
    f("ceiling", &[Float8], Float8, |a, _| give(float(a, 0)?.ceil())),
    f("floor", &[Float8], Float8, |a, _| give(float(a, 0)?.floor())),
    f("round", &[Float8], Float8, |a, _| give(float(a, 0)?.round_ties_even())),
    f("trunc", &[Float8], Float8, |a, _| give(float(a, 0)?.trunc())),
    f("sign", &[Float8], Float8, |a, _| {
        let x = float(a, 0)?;
        // NaN has sign 0, as it has in PostgreSQL.
        give(f64::from(i8::from(x > 0.0) - i8::from(x < 0.0)))
    }),
    f("sqrt", &[Float8], Float8, |a, _| {
        let x = float(a, 0)?;
        if x < 0.0 {
            return Err(invalid_power("cannot take square root of a negative number"));
        }
        give(x.sqrt())
    }),
    f("cbrt", &[Float8], Float8, |a, _| give(float(a, 0)?.cbrt())),
    f("exp", &[Float8], Float8, |a, _| {
        let x = float(a, 0)?;
        let result = x.exp();
        checked(result, x.is_infinite(), result == 0.0 && x != f64::NEG_INFINITY)
    }),
    f("ln", &[Float8], Float8, |a, _| give(log_operand(float(a, 0)?)?.ln())),
    f("log", &[Float8], Float8, |a, _| give(log_operand(float(a, 0)?)?.log10())),
    f("log10", &[Float8], Float8, |a, _| give(log_operand(float(a, 0)?)?.log10())),
    f("power", &[Float8, Float8], Float8, |a, _| power(float(a, 0)?, float(a, 1)?)),
    f("pow", &[Float8, Float8], Float8, |a, _| power(float(a, 0)?, float(a, 1)?)),
    f("pi", &[], Float8, |_, _| give(core::f64::consts::PI)),
    f("degrees", &[Float8], Float8, |a, _| {
        let x = float(a, 0)?;
        checked(x / (core::f64::consts::PI / 180.0), x.is_infinite(), false)
    }),
    f("radians", &[Float8], Float8, |a, _| give(float(a, 0)? * (core::f64::consts::PI / 180.0))),
    f("sin", &[Float8], Float8, |a, _| give(finite(float(a, 0)?)?.sin())),
    f("cos", &[Float8], Float8, |a, _| give(finite(float(a, 0)?)?.cos())),
    f("tan", &[Float8], Float8, |a, _| give(finite(float(a, 0)?)?.tan())),
    f("cot", &[Float8], Float8, |a, _| give(1.0 / finite(float(a, 0)?)?.tan())),
    f("asin", &[Float8], Float8, |a, _| give(within_one(float(a, 0)?)?.asin())),
    f("acos", &[Float8], Float8, |a, _| give(within_one(float(a, 0)?)?.acos())),
    f("atan", &[Float8], Float8, |a, _| give(float(a, 0)?.atan())),
    f("atan2", &[Float8, Float8], Float8, |a, _| give(float(a, 0)?.atan2(float(a, 1)?))),
    f("sind", &[Float8], Float8, |a, _| give(degrees::sin(finite(float(a, 0)?)?))),
    f("cosd", &[Float8], Float8, |a, _| give(degrees::cos(finite(float(a, 0)?)?))),
    f("tand", &[Float8], Float8, |a, _| give(degrees::tan(finite(float(a, 0)?)?))),
    f("cotd", &[Float8], Float8, |a, _| give(degrees::cot(finite(float(a, 0)?)?))),
    f("asind", &[Float8], Float8, |a, _| give(degrees::asin(within_one(float(a, 0)?)?))),
    f("acosd", &[Float8], Float8, |a, _| give(degrees::acos(within_one(float(a, 0)?)?))),
    f("atand", &[Float8], Float8, |a, _| give(degrees::scaled(float(a, 0)?.atan()))),
    f("atan2d", &[Float8, Float8], Float8, |a, _| give(degrees::scaled(float(a, 0)?.atan2(float(a, 1)?)))),
    f("sinh", &[Float8], Float8, |a, _| give(float(a, 0)?.sinh())),
    f("cosh", &[Float8], Float8, |a, _| give(float(a, 0)?.cosh())),
    f("tanh", &[Float8], Float8, |a, _| give(float(a, 0)?.tanh())),
    f("asinh", &[Float8], Float8, |a, _| give(float(a, 0)?.asinh())),
    f("acosh", &[Float8], Float8, |a, _| {
        let x = float(a, 0)?;
        if x < 1.0 { Err(out_of_domain()) } else { give(x.acosh()) }
    }),
    f("atanh", &[Float8], Float8, |a, _| give(within_one(float(a, 0)?)?.atanh())),
    f("width_bucket", &[Float8, Float8, Float8, Int4], Int4, |a, _| {
        width_bucket(float(a, 0)?, float(a, 1)?, float(a, 2)?, int(a, 3)?)
    }),
];

fn give(value: f64) -> Result<Datum> {
    Ok(Datum::Float(value))
}

pub(super) fn abs(arguments: &[Datum]) -> Result<Datum> {
    give(float(arguments, 0)?.abs())
}

fn invalid_power(message: &str) -> Error {
    Error::new(SqlState::INVALID_ARGUMENT_FOR_POWER, message)
}

fn out_of_domain() -> Error {
    Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "input is out of range")
}

/// An infinite result of finite operands overflowed; a zero that should not be one vanished.
fn checked(result: f64, may_be_infinite: bool, vanished: bool) -> Result<Datum> {
    if result.is_infinite() && !may_be_infinite {
        return Err(out_of_range(Float8));
    }
    if vanished {
        return Err(Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow"));
    }
    give(result)
}

fn finite(x: f64) -> Result<f64> {
    if x.is_infinite() { Err(out_of_domain()) } else { Ok(x) }
}

fn within_one(x: f64) -> Result<f64> {
    // NaN passes.
    if x.abs() > 1.0 { Err(out_of_domain()) } else { Ok(x) }
}

fn log_operand(x: f64) -> Result<f64> {
    let error = |what: &str| {
        Err(Error::new(SqlState::INVALID_ARGUMENT_FOR_LOG, format!("cannot take logarithm of {what}")))
    };
    if x == 0.0 {
        error("zero")
    } else if x < 0.0 {
        error("a negative number")
    } else {
        Ok(x)
    }
}

fn power(x: f64, y: f64) -> Result<Datum> {
    if x == 0.0 && y < 0.0 {
        return Err(invalid_power("zero raised to a negative power is undefined"));
    }
    if x < 0.0 && y.is_finite() && y.fract() != 0.0 && x.is_finite() {
        return Err(invalid_power("a negative number raised to a non-integer power yields a complex result"));
    }
    let result = x.powf(y);
    let infinite = x.is_infinite() || y.is_infinite();
    checked(result, infinite, result == 0.0 && x != 0.0 && !infinite)
}

fn width_bucket(value: f64, low: f64, high: f64, count: i64) -> Result<Datum> {
    use super::math::invalid_bucket;
    if count <= 0 {
        return Err(invalid_bucket("count must be greater than zero"));
    }
    if value.is_nan() || low.is_nan() || high.is_nan() {
        return Err(invalid_bucket("operand, lower bound, and upper bound cannot be NaN"));
    }
    if low.is_infinite() || high.is_infinite() {
        return Err(invalid_bucket("lower and upper bounds must be finite"));
    }
    if low == high {
        return Err(invalid_bucket("lower bound cannot equal upper bound"));
    }
    let (before, past) = if low < high { (value < low, value >= high) } else { (value > low, value <= high) };
    let bucket = if before {
        0
    } else if past {
        count + 1
    } else {
        // Halved, so that the width of the whole range of floats does not overflow.
        let part = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        ((part * count as f64) as i64).min(count - 1) + 1
    };
    if fits(bucket, Int4) { Ok(Datum::Int(bucket)) } else { Err(out_of_range(Int4)) }
}
