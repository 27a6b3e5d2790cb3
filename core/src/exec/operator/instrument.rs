//! Counts what an operator answers, for EXPLAIN ANALYZE.

use crate::error::Result;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};

pub(crate) struct Instrument {
    operator: BoxedOperator,
    number: usize,
    begun: bool,
}

impl Instrument {
    pub(crate) fn new(operator: BoxedOperator, number: usize) -> Instrument {
        Instrument { operator, number, begun: false }
    }
}

impl Operator for Instrument {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        let poll = self.operator.next(run, want)?;
        if let Some(figures) = run.shared.figures.get_mut(self.number) {
            figures.loops += u64::from(!self.begun);
            if let Poll::Batch(batch) = &poll {
                figures.rows += batch.rows as u64;
                figures.batches += 1;
            }
        }
        self.begun = true;
        Ok(poll)
    }
}
