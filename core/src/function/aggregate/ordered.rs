//! Aggregates over sorted input: percentile_cont, percentile_disc, mode.
//!
//! Rows come in the order of WITHIN GROUP; the direct argument comes with every row, before the value.

use crate::error::{Error, Result, SqlState};
use crate::function::{Accumulator, argument};
use crate::value::{Datum, Interval, SqlType, compare, temporal};

/// The sorted values and the fraction asked for.
struct Percentile {
    is_continuous: bool,
    fraction: Option<f64>,
    values: Vec<Datum>,
    bytes: usize,
}

pub(super) fn continuous(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Percentile { is_continuous: true, fraction: None, values: Vec::new(), bytes: 0 })
}

pub(super) fn discrete(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Percentile { is_continuous: false, fraction: None, values: Vec::new(), bytes: 0 })
}

fn size(value: &Datum) -> usize {
    size_of::<Datum>()
        + match value {
            Datum::Text(text) => text.len(),
            Datum::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
}

impl Accumulator for Percentile {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let fraction = argument::float(arguments, 0)?;
        if !(0.0..=1.0).contains(&fraction) {
            return Err(Error::new(
                SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                format!(
                    "percentile value {} is not between 0 and 1",
                    Datum::Float(fraction).to_text(SqlType::Float8)
                ),
            ));
        }
        self.fraction = Some(fraction);
        if let Some(value) = arguments.get(1) {
            self.bytes += size(value);
            self.values.push(value.clone());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Datum> {
        let (Some(fraction), Some(last)) = (self.fraction, self.values.len().checked_sub(1)) else {
            return Ok(Datum::Null);
        };
        #[expect(clippy::cast_precision_loss, reason = "rows are far below 2^53")]
        let rows = self.values.len() as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to the number of rows"
        )]
        let place = |value: f64| (value as usize).min(last);
        if !self.is_continuous {
            let at = (fraction * rows).ceil().max(1.0) - 1.0;
            return Ok(self.values[place(at)].clone());
        }
        let at = fraction * (rows - 1.0);
        let (low, high) = (&self.values[place(at.floor())], &self.values[place(at.ceil())]);
        let part = at - at.floor();
        Ok(match (low, high) {
            _ if part == 0.0 => low.clone(),
            (Datum::Float(low), Datum::Float(high)) => Datum::Float(low + part * (high - low)),
            (Datum::Interval(low), Datum::Interval(high)) => Datum::Interval(between(*low, *high, part)?),
            _ => low.clone(),
        })
    }

    fn memory(&self) -> usize {
        64 + self.bytes
    }
}

fn between(low: Interval, high: Interval, part: f64) -> Result<Interval> {
    let difference = temporal::interval::subtract(high, low)?;
    temporal::interval::add(low, temporal::interval::multiply(difference, part)?)
}

/// The most frequent value, the first of several.
struct Mode {
    ty: SqlType,
    best: (Datum, u64),
    current: (Datum, u64),
}

pub(super) fn mode(types: &[SqlType]) -> Box<dyn Accumulator> {
    let ty = types.first().copied().unwrap_or(SqlType::Unknown);
    Box::new(Mode { ty, best: (Datum::Null, 0), current: (Datum::Null, 0) })
}

impl Accumulator for Mode {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let Some(value) = arguments.first() else { return Ok(()) };
        if self.current.1 > 0 && compare(&self.current.0, value, self.ty).is_eq() {
            self.current.1 += 1;
        } else {
            self.current = (value.clone(), 1);
        }
        if self.current.1 > self.best.1 {
            self.best = self.current.clone();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Datum> {
        Ok(self.best.0.clone())
    }

    fn memory(&self) -> usize {
        64 + size(&self.best.0) + size(&self.current.0)
    }
}
