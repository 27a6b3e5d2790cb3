//! Index nested loops: for every left row the right table is looked up by key.
//!
//! The planner offers a key path; whether it is worth it depends on how many left rows there are, which
//! nobody knows beforehand. So the first left rows are gathered: if the input ends within
//! [`LEFT_ROWS_MAX`] they are looked up one by one, otherwise a hash join takes over.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::eval::Row;
use crate::exec::access::{Rows, Shape, shape_of};
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::{Join, Lookup, Matching};

use super::hash_join::HashJoin;
use super::matcher::{Matcher, combine};

/// A look-up costs some ten times what a row costs a hash join.
const LEFT_ROWS_MAX: usize = 512;

/// Chooses between looking up and hashing, when it knows the number of left rows.
pub(crate) enum LookupOrHash {
    Deciding {
        gathered: VecDeque<Batch>,
        rows: usize,
        left: BoxedOperator,
        right: BoxedOperator,
        join: Arc<Join>,
    },
    Decided(BoxedOperator),
    /// Only while changing from one to the other.
    Moving,
}

impl LookupOrHash {
    pub(crate) fn new(left: BoxedOperator, right: BoxedOperator, join: &Arc<Join>) -> LookupOrHash {
        LookupOrHash::Deciding { gathered: VecDeque::new(), rows: 0, left, right, join: Arc::clone(join) }
    }
}

/// What was gathered, then the rest.
struct Replay {
    gathered: VecDeque<Batch>,
    rest: Option<BoxedOperator>,
}

impl Operator for Replay {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        match (self.gathered.pop_front(), &mut self.rest) {
            (Some(batch), _) => Ok(Poll::Batch(batch)),
            (None, Some(rest)) => rest.next(run, want),
            (None, None) => Ok(Poll::Done),
        }
    }
}

impl Operator for LookupOrHash {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            let many = match self {
                LookupOrHash::Decided(operator) => return operator.next(run, want),
                LookupOrHash::Moving => return Ok(Poll::Done),
                LookupOrHash::Deciding { gathered, rows, left, .. } => {
                    match left.next(run, run.cx.batch_rows_max.min(LEFT_ROWS_MAX / 2))? {
                        Poll::Batch(batch) => {
                            *rows += batch.rows;
                            gathered.push_back(batch);
                            if *rows < LEFT_ROWS_MAX {
                                continue;
                            }
                            true
                        }
                        Poll::Done => false,
                        Poll::Yield => return Ok(Poll::Yield),
                    }
                }
            };
            if let LookupOrHash::Deciding { gathered, left, right, join, .. } =
                core::mem::replace(self, LookupOrHash::Moving)
            {
                let replay = Box::new(Replay { gathered, rest: many.then_some(left) });
                *self = LookupOrHash::Decided(match &join.lookup {
                    Some(lookup) if !many => Box::new(LookupJoin::new(replay, lookup, &join.matching)),
                    _ => Box::new(HashJoin::new(replay, right, &join)),
                });
            }
        }
    }
}

struct LookupJoin {
    left: BoxedOperator,
    lookup: Arc<Lookup>,
    matcher: Matcher,
    shape: Option<Arc<Shape>>,
    probe: Option<Probe>,
}

struct Probe {
    batch: Batch,
    at: usize,
    rows: Option<Rows>,
}

impl LookupJoin {
    fn new(left: BoxedOperator, lookup: &Arc<Lookup>, matching: &Arc<Matching>) -> LookupJoin {
        LookupJoin {
            left,
            lookup: Arc::clone(lookup),
            matcher: Matcher::new(matching),
            shape: None,
            probe: None,
        }
    }
}

impl Operator for LookupJoin {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        let scan = Arc::clone(&self.lookup.scan);
        let shape = match &self.shape {
            Some(shape) => Arc::clone(shape),
            None => {
                let shape = shape_of(&scan, run.cx.pages.source().page_size())?;
                self.shape = Some(Arc::clone(&shape));
                shape
            }
        };
        loop {
            let Some(probe) = &mut self.probe else {
                match self.left.next(run, want)? {
                    Poll::Batch(batch) => {
                        self.matcher.begin(&batch);
                        self.probe = Some(Probe { batch, at: 0, rows: None });
                        continue;
                    }
                    other => return Ok(other),
                }
            };
            if !run.has_fuel() {
                return Ok(Poll::Yield);
            }
            let mut lefts: Vec<u32> = Vec::new();
            let mut rights = Batch::for_types(self.matcher.right_types());
            while probe.at < probe.batch.rows && rights.rows < want {
                let left = u32::try_from(probe.at).expect("V3 bounds the rows of a batch");
                let rows = match &mut probe.rows {
                    Some(rows) => rows,
                    none => none.insert(Rows::open(run, &scan, &shape, Row::Batch(&probe.batch, probe.at))?),
                };
                let wanted = want - rights.rows;
                let read = rows.read(run.cx.pages.source(), &shape, wanted, &mut rights)?;
                lefts.extend(core::iter::repeat_n(left, read));
                run.spend(read.max(1))?;
                if read < wanted {
                    probe.rows = None;
                    probe.at += 1;
                }
            }
            if lefts.is_empty() {
                let last = self.matcher.end(&probe.batch);
                self.probe = None;
                match last {
                    Some(batch) => return Ok(Poll::Batch(batch)),
                    None => continue,
                }
            }
            if let Some(filter) = &scan.filter {
                let kept = run.filter(filter, &rights)?;
                if kept.len() < rights.rows {
                    lefts = kept.iter().map(|at| lefts[*at as usize]).collect();
                    rights = rights.gather(&kept);
                }
            }
            if let Some(filter) = &self.lookup.pair_filter {
                let pairs = combine(probe.batch.gather(&lefts), rights.clone());
                let kept = run.filter(filter, &pairs)?;
                if kept.len() < rights.rows {
                    lefts = kept.iter().map(|at| lefts[*at as usize]).collect();
                    rights = rights.gather(&kept);
                }
            }
            let (joined, _) = self.matcher.pairs(run, &probe.batch, &lefts, rights)?;
            if !joined.is_empty() {
                return Ok(Poll::Batch(joined));
            }
        }
    }
}
