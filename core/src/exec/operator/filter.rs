//! Rows for which a predicate is true.

use std::sync::Arc;

use crate::error::Result;
use crate::eval::Program;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};

pub(crate) struct Filter {
    input: BoxedOperator,
    predicate: Arc<Program>,
}

impl Filter {
    pub(crate) fn new(input: BoxedOperator, predicate: &Arc<Program>) -> Filter {
        Filter { input, predicate: Arc::clone(predicate) }
    }
}

impl Operator for Filter {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        // Inputs pay fuel, so this ends; a filter that lets little pass asks for more at a time.
        let mut want = want;
        loop {
            match self.input.next(run, want)? {
                Poll::Batch(batch) => {
                    let kept = run.filtered(&self.predicate, batch)?;
                    if !kept.is_empty() {
                        return Ok(Poll::Batch(kept));
                    }
                    want = (want * 2).min(run.cx.batch_rows_max);
                }
                other => return Ok(other),
            }
        }
    }
}
