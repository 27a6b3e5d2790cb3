//! Computes columns.

use crate::batch::Batch;
use crate::error::Result;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Programs;

pub(crate) struct Project {
    input: BoxedOperator,
    items: Programs,
}

impl Project {
    pub(crate) fn new(input: BoxedOperator, items: &Programs) -> Project {
        Project { input, items: Programs::clone(items) }
    }
}

impl Operator for Project {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        Ok(match self.input.next(run, want)? {
            Poll::Batch(batch) => {
                let columns = run.evaluate_all(&self.items, &batch)?;
                Poll::Batch(Batch { columns, rows: batch.rows })
            }
            other => other,
        })
    }
}
