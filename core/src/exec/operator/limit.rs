//! LIMIT, OFFSET, WITH TIES.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::eval::{Program, Row};
use crate::exec::key;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Key;
use crate::value::Datum;

pub(crate) struct Limit {
    input: BoxedOperator,
    limit: Option<Arc<Program>>,
    offset: Option<Arc<Program>>,
    ties: Option<Arc<[Key]>>,
    state: Option<State>,
}

struct State {
    skip: u64,
    /// `None`: no limit.
    left: Option<u64>,
    /// The sort key of the last row within the limit; rows equal to it still come.
    last: Option<Vec<u8>>,
}

/// The number of rows a LIMIT or OFFSET names; NULL is none.
pub(super) fn row_count(run: &mut Run<'_, '_>, program: &Program, of_limit: bool) -> Result<Option<u64>> {
    match run.value(program, Row::None)? {
        Datum::Int(count) => u64::try_from(count).map(Some).map_err(|_| {
            if of_limit {
                Error::new(SqlState::INVALID_ROW_COUNT_IN_LIMIT, "LIMIT must not be negative")
            } else {
                Error::new(SqlState::INVALID_ROW_COUNT_IN_OFFSET, "OFFSET must not be negative")
            }
        }),
        _ => Ok(None),
    }
}

impl Limit {
    pub(crate) fn new(
        input: BoxedOperator,
        limit: Option<&Arc<Program>>,
        offset: Option<&Arc<Program>>,
        ties: Option<&Arc<[Key]>>,
    ) -> Limit {
        Limit { input, limit: limit.cloned(), offset: offset.cloned(), ties: ties.cloned(), state: None }
    }

    fn key_of(&self, run: &mut Run<'_, '_>, batch: &Batch, at: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for key in self.ties.iter().flat_map(|keys| keys.iter()) {
            let value = run.value(&key.program, Row::Batch(batch, at))?;
            key::encode_datum(&mut bytes, &value, key.program.ty());
        }
        Ok(bytes)
    }

    /// How many of the first rows of a batch equal the last row.
    fn tied(&self, run: &mut Run<'_, '_>, batch: &Batch, last: &[u8]) -> Result<usize> {
        for at in 0..batch.rows {
            if self.key_of(run, batch, at)? != last {
                return Ok(at);
            }
        }
        Ok(batch.rows)
    }
}

impl Operator for Limit {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if self.state.is_none() {
            // PostgreSQL computes OFFSET first.
            let skip = match &self.offset {
                Some(offset) => row_count(run, offset, false)?.unwrap_or(0),
                None => 0,
            };
            let left = match &self.limit {
                Some(limit) => row_count(run, limit, true)?,
                None => None,
            };
            self.state = Some(State { skip, left, last: None });
        }
        loop {
            let Some(state) = &mut self.state else { return Ok(Poll::Done) };
            if state.left == Some(0) && state.last.is_none() {
                return Ok(Poll::Done);
            }
            let wanted = match state.left {
                Some(left) if state.last.is_none() => {
                    let needed = usize::try_from(state.skip.saturating_add(left)).unwrap_or(usize::MAX);
                    needed.clamp(1, want.max(1))
                }
                _ => want,
            };
            let batch = match self.input.next(run, wanted)? {
                Poll::Batch(batch) => batch,
                other => return Ok(other),
            };
            if let Some(last) = &state.last {
                let last = last.clone();
                let tied = self.tied(run, &batch, &last)?;
                if tied < batch.rows {
                    // The next call must not read on: no key equals the empty one but no row is left.
                    self.state = Some(State { skip: 0, left: Some(0), last: None });
                }
                if tied == 0 {
                    return Ok(Poll::Done);
                }
                return Ok(Poll::Batch(batch.slice(0, tied)));
            }
            let rows = batch.rows as u64;
            if state.skip >= rows {
                state.skip -= rows;
                continue;
            }
            let from = usize::try_from(state.skip).unwrap_or(usize::MAX);
            state.skip = 0;
            let available = batch.rows - from;
            let taken = match &mut state.left {
                Some(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(available);
                    *left -= taken as u64;
                    taken
                }
                None => available,
            };
            let mut to = from + taken;
            if state.left == Some(0) && self.ties.is_some() {
                let last = self.key_of(run, &batch, to - 1)?;
                let rest = batch.slice(to, batch.rows);
                let tied = self.tied(run, &rest, &last)?;
                to += tied;
                if let Some(state) = &mut self.state
                    && tied == rest.rows
                {
                    state.last = Some(last);
                }
            }
            return Ok(Poll::Batch(if from == 0 && to == batch.rows {
                batch
            } else {
                batch.slice(from, to)
            }));
        }
    }
}
