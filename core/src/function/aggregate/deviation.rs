//! Variance, standard deviation, correlation and regression.
//!
//! Exact types keep the sums of values and squares and divide once; floats use the running form of
//! Youngs and Cramer, as PostgreSQL does, which does not cancel.

use crate::error::Result;
use crate::function::Accumulator;
use crate::function::argument;
use crate::value::number::out_of_range;
use crate::value::{Datum, Numeric, SqlType};

#[derive(Clone, Copy)]
enum Measure {
    Average,
    Variance { sample: bool },
    Deviation { sample: bool },
}

macro_rules! makers {
    ($new:ident) => {
        pub(in crate::function::aggregate) fn var_samp(_: &[SqlType]) -> Box<dyn Accumulator> {
            $new(Measure::Variance { sample: true })
        }
        pub(in crate::function::aggregate) fn var_pop(_: &[SqlType]) -> Box<dyn Accumulator> {
            $new(Measure::Variance { sample: false })
        }
        pub(in crate::function::aggregate) fn stddev_samp(_: &[SqlType]) -> Box<dyn Accumulator> {
            $new(Measure::Deviation { sample: true })
        }
        pub(in crate::function::aggregate) fn stddev_pop(_: &[SqlType]) -> Box<dyn Accumulator> {
            $new(Measure::Deviation { sample: false })
        }
    };
}

pub(super) mod exact {
    use super::*;

    struct Exact {
        measure: Measure,
        count: i64,
        sum: Numeric,
        squares: Numeric,
    }

    fn new(measure: Measure) -> Box<dyn Accumulator> {
        Box::new(Exact { measure, count: 0, sum: Numeric::ZERO, squares: Numeric::ZERO })
    }

    makers!(new);

    impl Accumulator for Exact {
        fn step(&mut self, arguments: &[Datum]) -> Result<()> {
            match arguments.first() {
                Some(Datum::Int(value)) => self.take(&Numeric::from(*value)),
                _ => self.take(argument::numeric(arguments, 0)?),
            }
        }
        fn finish(&mut self) -> Result<Datum> {
            let (sample, root) = match self.measure {
                Measure::Variance { sample } => (sample, false),
                Measure::Deviation { sample } => (sample, true),
                Measure::Average => (false, false),
            };
            if self.count == 0 || (sample && self.count == 1) {
                return Ok(Datum::Null);
            }
            if self.sum.scale().is_none() {
                return Ok(Datum::Numeric(Numeric::NAN));
            }
            let count = Numeric::from(self.count);
            let above = count.multiply(&self.squares)?.subtract(&self.sum.multiply(&self.sum)?)?;
            if above.is_zero() || above.is_negative() {
                return Ok(Datum::Numeric(Numeric::ZERO));
            }
            let below = count.multiply(&Numeric::from(if sample { self.count - 1 } else { self.count }))?;
            let variance = above.divide(&below)?;
            let scale = i32::from(variance.scale().unwrap_or(0));
            Ok(Datum::Numeric(if root { variance.sqrt_to_scale(scale)? } else { variance }))
        }
    }

    impl Exact {
        fn take(&mut self, value: &Numeric) -> Result<()> {
            self.count += 1;
            self.sum = self.sum.add(value)?;
            self.squares = self.squares.add(&value.multiply(value)?)?;
            Ok(())
        }
    }
}

pub(super) mod float {
    use super::*;

    struct Float {
        measure: Measure,
        count: f64,
        sum: f64,
        squares: f64,
    }

    fn new(measure: Measure) -> Box<dyn Accumulator> {
        Box::new(Float { measure, count: 0.0, sum: 0.0, squares: 0.0 })
    }

    makers!(new);

    pub(in crate::function::aggregate) fn average(_: &[SqlType]) -> Box<dyn Accumulator> {
        new(Measure::Average)
    }

    impl Accumulator for Float {
        fn step(&mut self, arguments: &[Datum]) -> Result<()> {
            self.step_float(argument::float(arguments, 0)?)
        }
        fn step_float(&mut self, value: f64) -> Result<()> {
            let before = self.sum;
            self.count += 1.0;
            self.sum += value;
            if self.count > 1.0 {
                let distance = value * self.count - self.sum;
                self.squares += distance * distance / (self.count * (self.count - 1.0));
                if self.sum.is_infinite() || self.squares.is_infinite() {
                    if !before.is_infinite() && !value.is_infinite() {
                        return Err(out_of_range(SqlType::Float8));
                    }
                    self.squares = f64::NAN;
                }
            } else if !value.is_finite() {
                self.squares = f64::NAN;
            }
            Ok(())
        }
        fn finish(&mut self) -> Result<Datum> {
            if self.count == 0.0 {
                return Ok(Datum::Null);
            }
            let (sample, root) = match self.measure {
                Measure::Average => return Ok(Datum::Float(self.sum / self.count)),
                Measure::Variance { sample } => (sample, false),
                Measure::Deviation { sample } => (sample, true),
            };
            if sample && self.count <= 1.0 {
                return Ok(Datum::Null);
            }
            let variance = self.squares / if sample { self.count - 1.0 } else { self.count };
            Ok(Datum::Float(if root { variance.sqrt() } else { variance }))
        }
    }
}

pub(super) mod pairs {
    use super::*;

    #[derive(Default)]
    struct Sums {
        count: f64,
        x: f64,
        xx: f64,
        y: f64,
        yy: f64,
        xy: f64,
    }

    struct Pairs {
        sums: Sums,
        answer: fn(&Sums) -> Option<f64>,
        is_count: bool,
    }

    macro_rules! measures {
        ($($name:ident = $answer:expr;)*) => {
            $(pub(in crate::function::aggregate) fn $name(_: &[SqlType]) -> Box<dyn Accumulator> {
                Box::new(Pairs { sums: Sums::default(), answer: $answer, is_count: false })
            })*
        };
    }

    measures! {
        average_x = |s| some(s, s.x / s.count);
        average_y = |s| some(s, s.y / s.count);
        sxx = |s| some(s, s.xx);
        syy = |s| some(s, s.yy);
        sxy = |s| some(s, s.xy);
        covar_pop = |s| some(s, s.xy / s.count);
        covar_samp = |s| (s.count >= 2.0).then(|| s.xy / (s.count - 1.0));
        corr = |s| (s.count >= 1.0 && s.xx != 0.0 && s.yy != 0.0).then(|| s.xy / (s.xx * s.yy).sqrt());
        r2 = |s| {
            if s.count < 1.0 || s.xx == 0.0 {
                None
            } else if s.yy == 0.0 {
                Some(1.0)
            } else {
                Some((s.xy * s.xy) / (s.xx * s.yy))
            }
        };
        slope = |s| (s.count >= 1.0 && s.xx != 0.0).then(|| s.xy / s.xx);
        intercept = |s| (s.count >= 1.0 && s.xx != 0.0).then(|| (s.y - s.x * s.xy / s.xx) / s.count);
    }

    pub(in crate::function::aggregate) fn count(_: &[SqlType]) -> Box<dyn Accumulator> {
        Box::new(Pairs { sums: Sums::default(), answer: |s| Some(s.count), is_count: true })
    }

    fn some(sums: &Sums, value: f64) -> Option<f64> {
        (sums.count >= 1.0).then_some(value)
    }

    impl Accumulator for Pairs {
        fn step(&mut self, arguments: &[Datum]) -> Result<()> {
            // The standard's order: the dependent variable first.
            let (y, x) = (argument::float(arguments, 0)?, argument::float(arguments, 1)?);
            let s = &mut self.sums;
            s.count += 1.0;
            s.x += x;
            s.y += y;
            if s.count > 1.0 {
                let (dx, dy) = (x * s.count - s.x, y * s.count - s.y);
                let scale = 1.0 / (s.count * (s.count - 1.0));
                s.xx += dx * dx * scale;
                s.yy += dy * dy * scale;
                s.xy += dx * dy * scale;
            } else if !x.is_finite() || !y.is_finite() {
                (s.xx, s.yy, s.xy) = (f64::NAN, f64::NAN, f64::NAN);
            }
            Ok(())
        }
        fn finish(&mut self) -> Result<Datum> {
            let answer = (self.answer)(&self.sums);
            Ok(match answer {
                None => Datum::Null,
                Some(count) if self.is_count => Datum::Int(count as i64),
                Some(value) => Datum::Float(value),
            })
        }
    }
}
