//! Groups and aggregates. Groups come out in order of their first row; with grouping sets, set by set.

use std::sync::Arc;

use crate::batch::{Batch, Kind, Vector};
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
    groupings: Vec<Grouping>,
    /// A last column tells which grouping a group is of.
    is_numbered: bool,
    gathered: bool,
    /// The grouping and the group that come out next.
    at: (usize, usize),
    held: usize,
}

/// The groups by some of the grouping expressions.
struct Grouping {
    members: Vec<usize>,
    types: Vec<SqlType>,
    keys: Keys,
    /// The grouping values of every group.
    values: Batch,
    states: Vec<AggregateState>,
}

impl Grouping {
    fn new(members: Vec<usize>, all: &[SqlType], aggregates: &[Aggregate]) -> Grouping {
        let types: Vec<SqlType> = members.iter().map(|at| all[*at]).collect();
        Grouping {
            members,
            keys: Keys::new(&types),
            values: Batch::for_types(&types),
            types,
            states: aggregates.iter().map(AggregateState::new).collect(),
        }
    }

    /// Without members there is one group, also of no rows.
    fn len(&self) -> usize {
        if self.members.is_empty() { 1 } else { self.keys.len() }
    }

    /// The group of every row.
    fn numbers(&mut self, all: &[Vector], rows: usize) -> Result<Vec<u32>> {
        if self.members.is_empty() {
            return Ok(vec![0; rows]);
        }
        let own;
        let columns = if self.members.len() == all.len() {
            all
        } else {
            own = self.members.iter().map(|at| all[*at].clone()).collect::<Vec<_>>();
            &own
        };
        let mut numbers = Vec::with_capacity(rows);
        for at in 0..rows {
            let (number, new) = self.keys.insert(columns, &self.types, at)?;
            if new {
                for (to, from) in self.values.columns.iter_mut().zip(columns) {
                    to.push_from(from, at);
                }
                self.values.rows += 1;
            }
            numbers.push(number);
        }
        Ok(numbers)
    }

    fn memory_bytes(&self) -> usize {
        let states: usize = self.states.iter().map(AggregateState::memory_bytes).sum();
        self.keys.memory_bytes() + self.values.memory_bytes() + states
    }

    /// Groups `from..to`, the expressions outside this grouping NULL.
    fn rows(&mut self, from: usize, to: usize, all: &[SqlType], aggregates: &[Aggregate]) -> Result<Batch> {
        let values = self.values.slice(from.min(self.values.rows), to.min(self.values.rows));
        let mut members = values.columns.into_iter().zip(&self.members).peekable();
        let mut columns = Vec::with_capacity(all.len() + aggregates.len());
        for (at, ty) in all.iter().enumerate() {
            columns.push(match members.next_if(|(_, member)| **member == at) {
                Some((column, _)) => column,
                None => Vector::all_null(Kind::of(*ty), to - from),
            });
        }
        for (state, aggregate) in self.states.iter_mut().zip(aggregates) {
            let mut column = Vector::for_type(aggregate.ty);
            for group in from..to {
                state.finish(aggregate, group, &mut column)?;
            }
            columns.push(column);
        }
        Ok(Batch { columns, rows: to - from })
    }
}

impl Aggregation {
    pub(crate) fn new(
        input: BoxedOperator,
        groups: &Programs,
        aggregates: &Arc<[Aggregate]>,
        sets: Option<&[Vec<usize>]>,
        types: &Arc<[SqlType]>,
    ) -> Aggregation {
        let all = &types[..groups.len()];
        let groupings = match sets {
            Some(sets) => sets.iter().map(|set| Grouping::new(set.clone(), all, aggregates)).collect(),
            None => vec![Grouping::new((0..groups.len()).collect(), all, aggregates)],
        };
        Aggregation {
            input,
            groups: Programs::clone(groups),
            aggregates: Arc::clone(aggregates),
            types: Arc::clone(types),
            groupings,
            is_numbered: sets.is_some(),
            gathered: false,
            at: (0, 0),
            held: 0,
        }
    }

    fn take(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<()> {
        let columns = run.evaluate_all(&self.groups, batch)?;
        let mut now = 0;
        for grouping in &mut self.groupings {
            let numbers = grouping.numbers(&columns, batch.rows)?;
            let groups = grouping.len();
            for (state, aggregate) in grouping.states.iter_mut().zip(&*self.aggregates) {
                state.step(run, aggregate, batch, &numbers, groups)?;
            }
            now += grouping.memory_bytes();
        }
        run.hold(now.saturating_sub(self.held))?;
        self.held = self.held.max(now);
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        for grouping in &mut self.groupings {
            let groups = grouping.len();
            for (state, aggregate) in grouping.states.iter_mut().zip(&*self.aggregates) {
                state.close(aggregate, groups)?;
            }
        }
        self.gathered = true;
        Ok(())
    }
}

impl Operator for Aggregation {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while !self.gathered {
            match self.input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => self.take(run, &batch)?,
                Poll::Done => self.close()?,
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        let all = &self.types[..self.groups.len()];
        while let Some(grouping) = self.groupings.get_mut(self.at.0) {
            let (number, from) = self.at;
            let to = grouping.len().min(from + want);
            if from == to {
                self.at = (number + 1, 0);
                continue;
            }
            let mut batch = grouping.rows(from, to, all, &self.aggregates)?;
            if self.is_numbered {
                let number = i64::try_from(number).expect("statement bounds keep sets below 2^31");
                batch.columns.push(Vector::from_ints(vec![number; to - from]));
            }
            self.at.1 = to;
            run.spend(to - from)?;
            return Ok(Poll::Batch(batch));
        }
        run.release(core::mem::take(&mut self.held));
        Ok(Poll::Done)
    }
}
