//! Constant rows.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::eval::{Program, Row};
use crate::exec::run::{Operator, Poll, Run};
use crate::value::SqlType;

pub(crate) struct Values {
    rows: Arc<[Vec<Program>]>,
    types: Arc<[SqlType]>,
    at: usize,
}

impl Values {
    pub(crate) fn new(rows: &Arc<[Vec<Program>]>, types: &Arc<[SqlType]>) -> Values {
        Values { rows: Arc::clone(rows), types: Arc::clone(types), at: 0 }
    }
}

impl Operator for Values {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if self.at == self.rows.len() {
            return Ok(Poll::Done);
        }
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        let end = self.rows.len().min(self.at + want);
        let mut batch = Batch::for_types(&self.types);
        for row in &self.rows[self.at..end] {
            for (program, column) in row.iter().zip(&mut batch.columns) {
                column.push_datum(&run.value(program, Row::None)?)?;
            }
            batch.rows += 1;
        }
        self.at = end;
        run.spend(batch.rows)?;
        Ok(Poll::Batch(batch))
    }
}
