//! Equality joins: the right input goes into a hash table, the left streams past it.
//!
//! ```text
//! right rows --key--> table: key number -> first row -> next row -> ...
//! left batch --key--> candidates in portions --Matcher--> rows
//! end: right rows nobody met (right and full joins)
//! ```
//!
//! A NULL key meets nobody. The planner puts the smaller input on the right where the kind of join lets it.

use std::sync::Arc;

use crate::batch::{Batch, Bitmap, Vector};
use crate::error::Result;
use crate::eval::Program;
use crate::exec::key_table::Keys;
use crate::exec::row_store::RowStore;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::{Join, Programs};
use crate::plan::JoinKind;
use crate::value::SqlType;

use super::matcher::Matcher;

/// End of a chain.
const NONE: u32 = u32::MAX;

pub(crate) struct HashJoin {
    left: BoxedOperator,
    right: BoxedOperator,
    left_keys: Programs,
    right_keys: Programs,
    key_types: Arc<[SqlType]>,
    matcher: Matcher,
    keys: Keys,
    /// First and last row of every key, and the row after every row.
    first: Vec<(u32, u32)>,
    next: Vec<u32>,
    rows: RowStore,
    met: Bitmap,
    built: bool,
    probe: Option<Probe>,
    /// Where the unmatched right rows have got to, once the left input is done.
    rest: Option<u32>,
    held: usize,
}

/// The left batch being joined.
struct Probe {
    batch: Batch,
    keys: Vec<Vector>,
    at: usize,
    /// The next candidate of row `at`; `None`: not looked up yet.
    candidate: Option<u32>,
}

impl HashJoin {
    pub(crate) fn new(left: BoxedOperator, right: BoxedOperator, join: &Join) -> HashJoin {
        let key_types: Arc<[SqlType]> = join.left_keys.iter().map(Program::ty).collect();
        HashJoin {
            left,
            right,
            left_keys: Programs::clone(&join.left_keys),
            right_keys: Programs::clone(&join.right_keys),
            keys: Keys::new(&key_types),
            key_types,
            matcher: Matcher::new(&join.matching),
            first: Vec::new(),
            next: Vec::new(),
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

    fn take_right(&mut self, run: &mut Run<'_, '_>, batch: Batch) -> Result<()> {
        let keys = run.evaluate_all(&self.right_keys, &batch)?;
        let before = self.keys.memory_bytes();
        for at in 0..batch.rows {
            let row = u32::try_from(self.next.len()).expect("the memory budget bounds the rows");
            self.next.push(NONE);
            if keys.iter().any(|key| key.is_null(at)) {
                continue;
            }
            let (number, new) = self.keys.insert(&keys, &self.key_types, at)?;
            if new {
                self.first.push((row, row));
            } else {
                let (_, last) = &mut self.first[number as usize];
                self.next[*last as usize] = row;
                *last = row;
            }
        }
        if self.keeps_right() {
            self.met.grow(self.next.len());
        }
        let bytes = self.keys.memory_bytes().saturating_sub(before) + batch.rows * 12;
        let bytes = bytes + self.rows.push(batch);
        self.held += bytes;
        run.hold(bytes)
    }

    /// Candidate pairs of the current left batch, at most `want`.
    fn candidates(&mut self, want: usize, lefts: &mut Vec<u32>, rights: &mut Vec<u32>) -> Result<()> {
        let Some(probe) = &mut self.probe else { return Ok(()) };
        while probe.at < probe.batch.rows && lefts.len() < want {
            let row = u32::try_from(probe.at).expect("V3 bounds the rows of a batch");
            let candidate = match probe.candidate {
                Some(candidate) => candidate,
                None => self
                    .keys
                    .find(&probe.keys, &self.key_types, probe.at, false)?
                    .map_or(NONE, |number| self.first[number as usize].0),
            };
            if candidate == NONE || self.matcher.is_settled(row) {
                probe.at += 1;
                probe.candidate = None;
                continue;
            }
            lefts.push(row);
            rights.push(candidate);
            probe.candidate = Some(self.next[candidate as usize]);
        }
        Ok(())
    }
}

impl Operator for HashJoin {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while !self.built {
            match self.right.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => self.take_right(run, batch)?,
                Poll::Done => self.built = true,
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        while self.rest.is_none() {
            if self.probe.is_none() {
                match self.left.next(run, want)? {
                    Poll::Batch(batch) => {
                        let keys = run.evaluate_all(&self.left_keys, &batch)?;
                        self.matcher.begin(&batch);
                        self.probe = Some(Probe { batch, keys, at: 0, candidate: None });
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
            let (mut lefts, mut rights) = (Vec::new(), Vec::new());
            self.candidates(want, &mut lefts, &mut rights)?;
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
            let from = self.rest.unwrap_or(0);
            let end = u32::try_from(self.next.len()).expect("the memory budget bounds the rows");
            let mut rows = Vec::new();
            let mut at = from;
            while at < end && rows.len() < want {
                if !self.met.get(at as usize) {
                    rows.push(at);
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
