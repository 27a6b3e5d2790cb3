//! generate_series over integers, numerics and times.

use core::cmp::Ordering;

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{int, interval, numeric};
use crate::function::signature::Parameter;
use crate::value::SqlType::{self, Int4, Int8, Interval as Span, Numeric as Decimal, Timestamp, TimestampTz};
use crate::value::temporal::{is_infinite, timestamp};
use crate::value::{Datum, Interval, Numeric};

use super::{NoRows, RowSource, SetEntry, s};

const fn of(ty: SqlType) -> Parameter {
    Parameter::Of(ty)
}

pub(super) static ENTRIES: &[SetEntry] = &[
    s("generate_series", &[of(Int4), of(Int4)], |_| vec![("", Int4)], |a, _| integers(a)),
    s("generate_series", &[of(Int4), of(Int4), of(Int4)], |_| vec![("", Int4)], |a, _| integers(a)),
    s("generate_series", &[of(Int8), of(Int8)], |_| vec![("", Int8)], |a, _| integers(a)),
    s("generate_series", &[of(Int8), of(Int8), of(Int8)], |_| vec![("", Int8)], |a, _| integers(a)),
    s("generate_series", &[of(Decimal), of(Decimal)], |_| vec![("", Decimal)], |a, _| numerics(a)),
    s(
        "generate_series",
        &[of(Decimal), of(Decimal), of(Decimal)],
        |_| vec![("", Decimal)],
        |a, _| numerics(a),
    ),
    s(
        "generate_series",
        &[of(Timestamp), of(Timestamp), of(Span)],
        |_| vec![("", Timestamp)],
        |a, _| times(a),
    ),
    s(
        "generate_series",
        &[of(TimestampTz), of(TimestampTz), of(Span)],
        |_| vec![("", TimestampTz)],
        |a, _| times(a),
    ),
];

fn invalid(message: &str) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

fn zero_step() -> Error {
    invalid("step size cannot equal zero")
}

struct Integers {
    next: Option<i64>,
    last: i64,
    step: i64,
}

// int4 and int8 alike: the end is of the same type, so that what lies beyond the type is never reached.
fn integers(arguments: &[Datum]) -> Result<Box<dyn RowSource>> {
    let step = if arguments.len() > 2 { int(arguments, 2)? } else { 1 };
    if step == 0 {
        return Err(zero_step());
    }
    Ok(Box::new(Integers { next: Some(int(arguments, 0)?), last: int(arguments, 1)?, step }))
}

impl RowSource for Integers {
    fn next(&mut self, out: &mut Vec<Datum>) -> Result<bool> {
        let Some(value) = self.next else { return Ok(false) };
        if if self.step > 0 { value > self.last } else { value < self.last } {
            return Ok(false);
        }
        out.push(Datum::Int(value));
        self.next = value.checked_add(self.step);
        Ok(true)
    }
}

struct Numerics {
    next: Numeric,
    last: Numeric,
    step: Numeric,
}

fn numerics(arguments: &[Datum]) -> Result<Box<dyn RowSource>> {
    let step = if arguments.len() > 2 { numeric(arguments, 2)?.clone() } else { Numeric::from(1i64) };
    for (value, word) in
        [(numeric(arguments, 0)?, "start"), (numeric(arguments, 1)?, "stop"), (&step, "step size")]
    {
        let what = match () {
            () if value.is_nan() => "NaN",
            () if value.is_infinite() => "infinity",
            () => continue,
        };
        return Err(match word {
            "step size" => invalid(&format!("step size cannot be {what}")),
            word => invalid(&format!("{word} value cannot be {what}")),
        });
    }
    if step.is_zero() {
        return Err(zero_step());
    }
    Ok(Box::new(Numerics {
        next: numeric(arguments, 0)?.clone(),
        last: numeric(arguments, 1)?.clone(),
        step,
    }))
}

impl RowSource for Numerics {
    fn next(&mut self, out: &mut Vec<Datum>) -> Result<bool> {
        let past = if self.step.is_negative() { Ordering::Less } else { Ordering::Greater };
        if self.next.compare(&self.last) == past {
            return Ok(false);
        }
        let following = self.next.add(&self.step)?;
        out.push(Datum::Numeric(core::mem::replace(&mut self.next, following)));
        Ok(true)
    }
}

struct Times {
    next: Option<i64>,
    last: i64,
    step: Interval,
    is_up: bool,
}

fn times(arguments: &[Datum]) -> Result<Box<dyn RowSource>> {
    let step = interval(arguments, 2)?;
    let (from, last) = (int(arguments, 0)?, int(arguments, 1)?);
    let is_up = match step.span().cmp(&0) {
        Ordering::Equal => return Err(zero_step()),
        order => order == Ordering::Greater,
    };
    if is_infinite(from) {
        // PostgreSQL gives nothing or the same for ever; a series that cannot end is refused.
        return if (from > last) == is_up && from != last {
            Ok(Box::new(NoRows))
        } else {
            Err(invalid("start value cannot be infinity"))
        };
    }
    Ok(Box::new(Times { next: Some(from), last, step, is_up }))
}

impl RowSource for Times {
    fn next(&mut self, out: &mut Vec<Datum>) -> Result<bool> {
        let Some(value) = self.next else { return Ok(false) };
        if if self.is_up { value > self.last } else { value < self.last } {
            return Ok(false);
        }
        out.push(Datum::Int(value));
        self.next = Some(timestamp::add(value, self.step)?);
        Ok(true)
    }
}
