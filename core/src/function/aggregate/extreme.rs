//! min and max

use crate::error::Result;
use crate::function::Accumulator;
use crate::value::{Datum, SqlType, compare};

struct Extreme {
    ty: SqlType,
    largest: bool,
    so_far: Datum,
}

pub(super) fn min(types: &[SqlType]) -> Box<dyn Accumulator> {
    new(types, false)
}

pub(super) fn max(types: &[SqlType]) -> Box<dyn Accumulator> {
    new(types, true)
}

fn new(types: &[SqlType], largest: bool) -> Box<dyn Accumulator> {
    let ty = types.first().copied().unwrap_or(SqlType::Unknown);
    Box::new(Extreme { ty, largest, so_far: Datum::Null })
}

impl Accumulator for Extreme {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let Some(value) = arguments.first().filter(|value| !value.is_null()) else { return Ok(()) };
        let order = compare(value, &self.so_far, self.ty);
        let better = self.so_far.is_null() || if self.largest { order.is_gt() } else { order.is_lt() };
        if better {
            self.so_far = value.clone();
        }
        Ok(())
    }
    fn step_int(&mut self, value: i64) -> Result<()> {
        match self.so_far {
            Datum::Int(so_far) if self.largest => self.so_far = Datum::Int(so_far.max(value)),
            Datum::Int(so_far) => self.so_far = Datum::Int(so_far.min(value)),
            _ => self.so_far = Datum::Int(value),
        }
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        Ok(self.so_far.clone())
    }
    fn memory(&self) -> usize {
        64 + match &self.so_far {
            Datum::Text(text) => text.len(),
            Datum::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }
}
