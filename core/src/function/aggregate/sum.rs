//! sum and avg, with PostgreSQL's result types: integers never overflow on the way.

use crate::error::{Error, Result};
use crate::function::Accumulator;
use crate::function::argument;
use crate::value::arithmetic::floats;
use crate::value::number::out_of_range;
use crate::value::{ArithmeticOp, Datum, Interval, Numeric, SqlType, temporal};

/// What a sum of integers is given as.
enum Shape {
    Bigint,
    Numeric,
    Average,
}

struct Integers {
    shape: Shape,
    total: i128,
    count: i64,
}

fn of_integers(shape: Shape) -> Box<dyn Accumulator> {
    Box::new(Integers { shape, total: 0, count: 0 })
}

pub(super) fn integers(_: &[SqlType]) -> Box<dyn Accumulator> {
    of_integers(Shape::Bigint)
}

pub(super) fn bigints(_: &[SqlType]) -> Box<dyn Accumulator> {
    of_integers(Shape::Numeric)
}

pub(super) fn average_of_integers(_: &[SqlType]) -> Box<dyn Accumulator> {
    of_integers(Shape::Average)
}

impl Accumulator for Integers {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        self.step_int(argument::int(arguments, 0)?)
    }
    fn step_int(&mut self, value: i64) -> Result<()> {
        // 2^64 rows of the largest bigint would be needed to overflow.
        self.total += i128::from(value);
        self.count += 1;
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        if self.count == 0 {
            return Ok(Datum::Null);
        }
        Ok(match self.shape {
            Shape::Bigint => Datum::Int(i64::try_from(self.total).map_err(|_| out_of_range(SqlType::Int8))?),
            Shape::Numeric => Datum::Numeric(Numeric::from(self.total)),
            Shape::Average => Datum::Numeric(Numeric::from(self.total).divide(&Numeric::from(self.count))?),
        })
    }
}

struct Numerics {
    average: bool,
    total: Numeric,
    count: i64,
}

pub(super) fn numerics(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Numerics { average: false, total: Numeric::ZERO, count: 0 })
}

pub(super) fn average_of_numerics(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Numerics { average: true, total: Numeric::ZERO, count: 0 })
}

impl Accumulator for Numerics {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        self.total = self.total.add(argument::numeric(arguments, 0)?)?;
        self.count += 1;
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        if self.count == 0 {
            return Ok(Datum::Null);
        }
        Ok(Datum::Numeric(if self.average {
            self.total.divide(&Numeric::from(self.count))?
        } else {
            self.total.clone()
        }))
    }
}

/// Floats add up in the order they come, in their own precision, as PostgreSQL's do.
struct Floats {
    ty: SqlType,
    total: Option<f64>,
}

pub(super) fn reals(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Floats { ty: SqlType::Float4, total: None })
}

pub(super) fn doubles(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Floats { ty: SqlType::Float8, total: None })
}

impl Accumulator for Floats {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        self.step_float(argument::float(arguments, 0)?)
    }
    fn step_float(&mut self, value: f64) -> Result<()> {
        self.total = Some(match self.total {
            None => value,
            Some(total) => floats(ArithmeticOp::Add, total, value, self.ty)?,
        });
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        Ok(self.total.map_or(Datum::Null, Datum::Float))
    }
}

struct Intervals {
    average: bool,
    total: Interval,
    count: i64,
}

pub(super) fn intervals(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Intervals { average: false, total: Interval::default(), count: 0 })
}

pub(super) fn average_of_intervals(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Intervals { average: true, total: Interval::default(), count: 0 })
}

impl Accumulator for Intervals {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        self.total = temporal::interval::add(self.total, argument::interval(arguments, 0)?)?;
        self.count += 1;
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        if self.count == 0 {
            return Ok(Datum::Null);
        }
        if !self.average {
            return Ok(Datum::Interval(self.total));
        }
        // The count of rows is far below 2^53.
        let average = temporal::interval::divide(self.total, self.count as f64)
            .map_err(|_| Error::internal("a count is not zero"))?;
        Ok(Datum::Interval(average))
    }
}
