//! LATERAL: the right side runs anew for every left row.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::eval::Row;
use crate::exec::build::build;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::{Matching, Programs};
use crate::value::Datum;

use super::matcher::Matcher;

pub(crate) struct LateralJoin {
    left: BoxedOperator,
    /// The number of the right side among the plan's subplans.
    right: usize,
    /// What it is handed, over the left row.
    outer: Programs,
    matcher: Matcher,
    instrumented: bool,
    probe: Option<Probe>,
}

struct Probe {
    batch: Batch,
    at: usize,
    inner: Option<(BoxedOperator, Vec<Datum>)>,
}

impl LateralJoin {
    pub(crate) fn new(
        left: BoxedOperator,
        right: usize,
        outer: &Programs,
        matching: &Arc<Matching>,
        instrumented: bool,
    ) -> LateralJoin {
        LateralJoin {
            left,
            right,
            outer: Programs::clone(outer),
            matcher: Matcher::new(matching),
            instrumented,
            probe: None,
        }
    }
}

impl Operator for LateralJoin {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            let Some(probe) = &mut self.probe else {
                match self.left.next(run, want)? {
                    Poll::Batch(batch) => {
                        self.matcher.begin(&batch);
                        self.probe = Some(Probe { batch, at: 0, inner: None });
                        continue;
                    }
                    other => return Ok(other),
                }
            };
            if probe.at == probe.batch.rows {
                let last = self.matcher.end(&probe.batch);
                self.probe = None;
                match last {
                    Some(batch) => return Ok(Poll::Batch(batch)),
                    None => continue,
                }
            }
            if probe.inner.is_none() {
                let row = Row::Batch(&probe.batch, probe.at);
                let outer =
                    self.outer.iter().map(|program| run.value(program, row)).collect::<Result<Vec<_>>>()?;
                probe.inner = Some((build(&run.plan.subplans[self.right].root, self.instrumented), outer));
            }
            let Some((inner, outer)) = &mut probe.inner else { continue };
            let left = u32::try_from(probe.at).expect("V3 bounds the rows of a batch");
            let settled = self.matcher.is_settled(left);
            let poll = if settled { Poll::Done } else { inner.next(&mut run.nested(outer), want)? };
            match poll {
                Poll::Batch(right) => {
                    let lefts = vec![left; right.rows];
                    let (joined, _) = self.matcher.pairs(run, &probe.batch, &lefts, right)?;
                    if !joined.is_empty() {
                        return Ok(Poll::Batch(joined));
                    }
                }
                Poll::Done => {
                    run.spend(1)?;
                    probe.inner = None;
                    probe.at += 1;
                }
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
    }
}
