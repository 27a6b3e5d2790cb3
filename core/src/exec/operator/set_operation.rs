//! INTERSECT and EXCEPT: the right input is counted first, the left streams past the counts.

use std::sync::Arc;

use crate::error::Result;
use crate::exec::key_table::Keys;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::plan::SetOperator;
use crate::value::SqlType;

pub(crate) struct SetOperation {
    operator: SetOperator,
    all: bool,
    left: BoxedOperator,
    right: BoxedOperator,
    types: Arc<[SqlType]>,
    keys: Keys,
    /// Per key: how many right rows are left to meet, and whether it was answered already.
    counts: Vec<(u64, bool)>,
    gathered: bool,
    held: usize,
}

impl SetOperation {
    pub(crate) fn new(
        operator: SetOperator,
        all: bool,
        left: BoxedOperator,
        right: BoxedOperator,
        types: &Arc<[SqlType]>,
    ) -> SetOperation {
        SetOperation {
            operator,
            all,
            left,
            right,
            keys: Keys::new(types),
            types: Arc::clone(types),
            counts: Vec::new(),
            gathered: false,
            held: 0,
        }
    }

    fn account(&mut self, run: &mut Run<'_, '_>) -> Result<()> {
        let now = self.keys.memory_bytes() + self.counts.capacity() * 16;
        run.hold(now.saturating_sub(self.held))?;
        self.held = self.held.max(now);
        Ok(())
    }

    /// Whether a left row with this state comes out.
    fn keeps(&mut self, number: usize) -> bool {
        let (count, answered) = &mut self.counts[number];
        let met = *count > 0;
        match (self.operator, self.all) {
            (SetOperator::Intersect, true) => {
                *count = count.saturating_sub(1);
                met
            }
            (SetOperator::Except, true) => {
                *count = count.saturating_sub(1);
                !met
            }
            (SetOperator::Intersect, false) => met && !core::mem::replace(answered, true),
            (SetOperator::Except | SetOperator::Union, false) => !met && !core::mem::replace(answered, true),
            (SetOperator::Union, true) => true,
        }
    }
}

impl Operator for SetOperation {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while !self.gathered {
            match self.right.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => {
                    for at in 0..batch.rows {
                        let (number, new) = self.keys.insert(&batch.columns, &self.types, at)?;
                        if new {
                            self.counts.push((0, false));
                        }
                        self.counts[number as usize].0 += 1;
                    }
                    self.account(run)?;
                }
                Poll::Done => self.gathered = true,
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        loop {
            let batch = match self.left.next(run, want)? {
                Poll::Batch(batch) => batch,
                Poll::Done => {
                    run.release(core::mem::take(&mut self.held));
                    return Ok(Poll::Done);
                }
                Poll::Yield => return Ok(Poll::Yield),
            };
            let mut kept = Vec::new();
            for at in 0..batch.rows {
                let (number, new) = self.keys.insert(&batch.columns, &self.types, at)?;
                if new {
                    self.counts.push((0, false));
                }
                if self.keeps(number as usize) {
                    kept.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
                }
            }
            self.account(run)?;
            if !kept.is_empty() {
                return Ok(Poll::Batch(batch.gather(&kept)));
            }
        }
    }
}
