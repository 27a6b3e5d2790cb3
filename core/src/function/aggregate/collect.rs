//! string_agg

use crate::base::limits::VALUE_BYTES_MAX;
use crate::error::{Error, Result, SqlState};
use crate::function::Accumulator;
use crate::value::{Datum, SqlType};

/// The pieces end to end; the delimiter of the first piece is not used.
struct Collect {
    is_text: bool,
    bytes: Vec<u8>,
    any: bool,
}

pub(super) fn strings(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Collect { is_text: true, bytes: Vec::new(), any: false })
}

pub(super) fn bytes(_: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Collect { is_text: false, bytes: Vec::new(), any: false })
}

fn piece(datum: Option<&Datum>) -> Option<&[u8]> {
    match datum {
        Some(Datum::Text(text)) => Some(text.as_bytes()),
        Some(Datum::Bytes(bytes)) => Some(bytes),
        _ => None,
    }
}

impl Accumulator for Collect {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let Some(value) = piece(arguments.first()) else { return Ok(()) };
        if self.any {
            self.bytes.extend_from_slice(piece(arguments.get(1)).unwrap_or_default());
        }
        self.any = true;
        self.bytes.extend_from_slice(value);
        if self.bytes.len() > VALUE_BYTES_MAX {
            return Err(Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "string_agg result is too long"));
        }
        Ok(())
    }
    fn finish(&mut self) -> Result<Datum> {
        if !self.any {
            return Ok(Datum::Null);
        }
        if !self.is_text {
            return Ok(Datum::Bytes(self.bytes.as_slice().into()));
        }
        let text = core::str::from_utf8(&self.bytes)
            .map_err(|_| Error::internal("string_agg puts whole texts end to end"))?;
        Ok(Datum::from(text))
    }
    fn memory(&self) -> usize {
        64 + self.bytes.capacity()
    }
}
