//! count

use crate::error::Result;
use crate::function::Accumulator;
use crate::value::{Datum, SqlType};

struct Count(i64);

pub(super) fn count(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Count(0))
}

impl Accumulator for Count {
    fn step(&mut self, _: &[Datum]) -> Result<()> {
        self.0 += 1;
        Ok(())
    }
    fn step_int(&mut self, _: i64) -> Result<()> {
        self.0 += 1;
        Ok(())
    }
    fn step_float(&mut self, _: f64) -> Result<()> {
        self.0 += 1;
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        Ok(Datum::Int(self.0))
    }
}
