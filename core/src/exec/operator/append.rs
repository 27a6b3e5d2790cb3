//! UNION ALL: one input after the other.

use crate::error::Result;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};

pub(crate) struct Append {
    inputs: Vec<BoxedOperator>,
    at: usize,
}

impl Append {
    pub(crate) fn new(inputs: Vec<BoxedOperator>) -> Append {
        Append { inputs, at: 0 }
    }
}

impl Operator for Append {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while let Some(input) = self.inputs.get_mut(self.at) {
            match input.next(run, want)? {
                Poll::Done => self.at += 1,
                other => return Ok(other),
            }
        }
        Ok(Poll::Done)
    }
}
