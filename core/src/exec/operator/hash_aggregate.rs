//! Groups and aggregates. Groups come out in order of their first row.

use std::sync::Arc;

use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::exec::key_table::Keys;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::{Aggregate, Programs};
use crate::value::SqlType;

use super::aggregate_state::AggregateState;

pub(crate) struct Aggregation {
    input: BoxedOperator,
    groups: Programs,
    aggregates: Arc<[Aggregate]>,
    types: Arc<[SqlType]>,
    keys: Keys,
    /// The grouping values of every group.
    values: Batch,
    states: Vec<AggregateState>,
    gathered: bool,
    at: usize,
    held: usize,
}

impl Aggregation {
    pub(crate) fn new(
        input: BoxedOperator,
        groups: &Programs,
        aggregates: &Arc<[Aggregate]>,
        types: &Arc<[SqlType]>,
    ) -> Aggregation {
        let group_types = &types[..groups.len()];
        Aggregation {
            input,
            groups: Programs::clone(groups),
            aggregates: Arc::clone(aggregates),
            types: Arc::clone(types),
            keys: Keys::new(group_types),
            values: Batch::for_types(group_types),
            states: aggregates.iter().map(AggregateState::new).collect(),
            gathered: false,
            at: 0,
            held: 0,
        }
    }

    fn take(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<()> {
        let group_types = &self.types[..self.groups.len()];
        let mut numbers: Vec<u32> = Vec::new();
        if self.groups.is_empty() {
            numbers.resize(batch.rows, 0);
        } else {
            let columns = run.evaluate_all(&self.groups, batch)?;
            numbers.reserve(batch.rows);
            for at in 0..batch.rows {
                let (number, new) = self.keys.insert(&columns, group_types, at)?;
                if new {
                    for (to, from) in self.values.columns.iter_mut().zip(&columns) {
                        to.push_from(from, at);
                    }
                    self.values.rows += 1;
                }
                numbers.push(number);
            }
        }
        let groups = self.group_count();
        let mut now = self.keys.memory_bytes() + self.values.memory_bytes();
        for (state, aggregate) in self.states.iter_mut().zip(&*self.aggregates) {
            state.step(run, aggregate, batch, &numbers, groups)?;
            now += state.memory_bytes();
        }
        run.hold(now.saturating_sub(self.held))?;
        self.held = self.held.max(now);
        Ok(())
    }

    fn group_count(&self) -> usize {
        if self.groups.is_empty() { 1 } else { self.keys.len() }
    }
}

impl Operator for Aggregation {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while !self.gathered {
            match self.input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => self.take(run, &batch)?,
                Poll::Done => {
                    let groups = self.group_count();
                    for (state, aggregate) in self.states.iter_mut().zip(&*self.aggregates) {
                        state.close(aggregate, groups)?;
                    }
                    self.gathered = true;
                }
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        let groups = self.group_count();
        if self.at == groups {
            run.release(core::mem::take(&mut self.held));
            return Ok(Poll::Done);
        }
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        let end = groups.min(self.at + want);
        let mut batch = if self.groups.is_empty() {
            Batch { columns: Vec::new(), rows: 1 }
        } else {
            self.values.slice(self.at, end)
        };
        for (state, aggregate) in self.states.iter_mut().zip(&*self.aggregates) {
            let mut column = Vector::for_type(aggregate.ty);
            for group in self.at..end {
                state.finish(aggregate, group, &mut column)?;
            }
            batch.columns.push(column);
        }
        run.spend(end - self.at);
        self.at = end;
        Ok(Poll::Batch(batch))
    }
}
