//! bool_and, bool_or, every, and their bitwise kin.

use crate::error::Result;
use crate::function::Accumulator;
use crate::function::argument;
use crate::value::{Datum, SqlType};

struct Logic {
    all: bool,
    so_far: Option<bool>,
}

pub(super) fn all(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Logic { all: true, so_far: None })
}

pub(super) fn any(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Logic { all: false, so_far: None })
}

impl Accumulator for Logic {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let value = argument::boolean(arguments, 0)?;
        self.so_far = Some(match self.so_far {
            None => value,
            Some(so_far) if self.all => so_far && value,
            Some(so_far) => so_far || value,
        });
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        Ok(self.so_far.map_or(Datum::Null, Datum::Bool))
    }
}

struct Bits {
    combine: fn(i64, i64) -> i64,
    so_far: Option<i64>,
}

pub(super) fn bit_and(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Bits { combine: |a, b| a & b, so_far: None })
}

pub(super) fn bit_or(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Bits { combine: |a, b| a | b, so_far: None })
}

pub(super) fn bit_xor(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Bits { combine: |a, b| a ^ b, so_far: None })
}

impl Accumulator for Bits {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        self.step_int(argument::int(arguments, 0)?)
    }
    fn step_int(&mut self, value: i64) -> Result<()> {
        self.so_far = Some(self.so_far.map_or(value, |so_far| (self.combine)(so_far, value)));
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        Ok(self.so_far.map_or(Datum::Null, Datum::Int))
    }
}
