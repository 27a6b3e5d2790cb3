//! Unique rows, or the first row of each key (DISTINCT ON).

use std::sync::Arc;

use crate::error::Result;
use crate::exec::key_table::Keys;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Programs;
use crate::value::SqlType;

pub(crate) struct Distinct {
    input: BoxedOperator,
    /// Empty: all columns.
    on: Programs,
    types: Arc<[SqlType]>,
    keys: Keys,
    held: usize,
}

impl Distinct {
    pub(crate) fn new(input: BoxedOperator, on: &Programs, input_types: &Arc<[SqlType]>) -> Distinct {
        let types: Arc<[SqlType]> = if on.is_empty() {
            Arc::clone(input_types)
        } else {
            on.iter().map(crate::eval::Program::ty).collect()
        };
        Distinct { input, on: Programs::clone(on), keys: Keys::new(&types), types, held: 0 }
    }
}

impl Operator for Distinct {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            let batch = match self.input.next(run, want)? {
                Poll::Batch(batch) => batch,
                Poll::Done => {
                    run.release(core::mem::take(&mut self.held));
                    return Ok(Poll::Done);
                }
                Poll::Yield => return Ok(Poll::Yield),
            };
            let computed;
            let columns = if self.on.is_empty() {
                &batch.columns
            } else {
                computed = run.evaluate_all(&self.on, &batch)?;
                &computed
            };
            let mut kept = Vec::new();
            for at in 0..batch.rows {
                if self.keys.insert(columns, &self.types, at)?.1 {
                    kept.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
                }
            }
            let now = self.keys.memory_bytes();
            run.hold(now.saturating_sub(self.held))?;
            self.held = self.held.max(now);
            if kept.len() == batch.rows {
                return Ok(Poll::Batch(batch));
            }
            if !kept.is_empty() {
                return Ok(Poll::Batch(batch.gather(&kept)));
            }
        }
    }
}
