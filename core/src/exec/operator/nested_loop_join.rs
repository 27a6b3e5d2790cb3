//! Joins without equal keys: every left row meets every gathered right row.

use std::sync::Arc;

use crate::batch::{Batch, Bitmap};
use crate::error::Result;
use crate::exec::row_store::RowStore;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Matching;
use crate::plan::JoinKind;

use super::matcher::Matcher;

pub(crate) struct NestedLoopJoin {
    left: BoxedOperator,
    right: BoxedOperator,
    matcher: Matcher,
    rows: RowStore,
    met: Bitmap,
    built: bool,
    probe: Option<Probe>,
    rest: Option<usize>,
    held: usize,
}

struct Probe {
    batch: Batch,
    left: usize,
    right: usize,
}

impl NestedLoopJoin {
    pub(crate) fn new(left: BoxedOperator, right: BoxedOperator, matching: &Arc<Matching>) -> NestedLoopJoin {
        NestedLoopJoin {
            left,
            right,
            matcher: Matcher::new(matching),
            rows: RowStore::default(),
            met: Bitmap::default(),
            built: false,
            probe: None,
            rest: None,
            held: 0,
        }
    }

    fn keeps_right(&self) -> bool {
        matches!(self.matcher.kind(), JoinKind::Right | JoinKind::Full)
    }

    fn candidates(&mut self, want: usize) -> (Vec<u32>, Vec<u32>) {
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        let Some(probe) = &mut self.probe else { return (lefts, rights) };
        let number = |at: usize| u32::try_from(at).expect("the memory budget bounds the rows");
        while probe.left < probe.batch.rows && lefts.len() < want {
            if probe.right == self.rows.len() || self.matcher.is_settled(number(probe.left)) {
                probe.left += 1;
                probe.right = 0;
                continue;
            }
            lefts.push(number(probe.left));
            rights.push(number(probe.right));
            probe.right += 1;
        }
        (lefts, rights)
    }
}

impl Operator for NestedLoopJoin {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while !self.built {
            match self.right.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => {
                    let bytes = self.rows.push(batch);
                    self.held += bytes;
                    run.hold(bytes)?;
                }
                Poll::Done => {
                    self.met = Bitmap::filled(self.rows.len(), false);
                    self.built = true;
                }
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        while self.rest.is_none() {
            if self.probe.is_none() {
                match self.left.next(run, want)? {
                    Poll::Batch(batch) => {
                        self.matcher.begin(&batch);
                        self.probe = Some(Probe { batch, left: 0, right: 0 });
                    }
                    Poll::Done => {
                        self.rest = Some(0);
                        break;
                    }
                    Poll::Yield => return Ok(Poll::Yield),
                }
            }
            if !run.has_fuel() {
                return Ok(Poll::Yield);
            }
            // Most pairs fail: look at full batches of them, whatever is wanted.
            let (lefts, rights) = self.candidates(want.max(run.cx.batch_rows_max.min(256)));
            let Some(probe) = &self.probe else { continue };
            if lefts.is_empty() {
                let last = self.matcher.end(&probe.batch);
                self.probe = None;
                if let Some(batch) = last {
                    return Ok(Poll::Batch(batch));
                }
                continue;
            }
            run.spend(lefts.len())?;
            run.cx.interrupt.check()?;
            let right = self.rows.gather(rights.iter().copied(), self.matcher.right_types());
            let (joined, kept) = self.matcher.pairs(run, &probe.batch, &lefts, right)?;
            if self.keeps_right() {
                match kept {
                    None => rights.iter().for_each(|row| self.met.set(*row as usize, true)),
                    Some(kept) => {
                        kept.iter().for_each(|at| self.met.set(rights[*at as usize] as usize, true));
                    }
                }
            }
            if !joined.is_empty() {
                return Ok(Poll::Batch(joined));
            }
        }
        if self.keeps_right() {
            let mut at = self.rest.unwrap_or(0);
            let mut rows = Vec::new();
            while at < self.rows.len() && rows.len() < want {
                if !self.met.get(at) {
                    rows.push(u32::try_from(at).expect("the memory budget bounds the rows"));
                }
                at += 1;
            }
            self.rest = Some(at);
            if !rows.is_empty() {
                let right = self.rows.gather(rows.iter().copied(), self.matcher.right_types());
                return Ok(Poll::Batch(self.matcher.unmatched_right(right)));
            }
        }
        run.release(core::mem::take(&mut self.held));
        Ok(Poll::Done)
    }
}
