//! The running groups of one aggregate.
//!
//! count, sum, avg, min and max over integers and floats keep plain vectors, one entry per group; every
//! other aggregate is a boxed [`Accumulator`] per group. DISTINCT remembers what each group has seen;
//! ORDER BY gathers arguments and steps through them sorted when the input is done.

use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::exec::key;
use crate::exec::key_table::KeyTable;
use crate::exec::run::Run;
use crate::function::{Accumulator, accumulator, aggregate_name};
use crate::physical::Aggregate;
use crate::value::{Datum, Numeric, SqlType, arithmetic};

pub(super) struct AggregateState {
    kind: States,
    /// DISTINCT: group number and arguments seen.
    seen: Option<KeyTable>,
    /// ORDER BY: gathered rows, as group, key and arguments.
    gathered: Option<Vec<Gathered>>,
    gathered_bytes: usize,
}

/// A row that waits for its turn: its group, its sort key, its arguments.
type Gathered = (u32, Vec<u8>, Vec<Datum>);

enum States {
    Count(Vec<i64>),
    /// Sum and count; the count tells NULL from 0 and serves avg.
    Ints {
        sums: Vec<(i128, i64)>,
        average: bool,
    },
    Floats {
        sums: Vec<(f64, i64)>,
    },
    /// min and max of integers.
    IntExtreme {
        best: Vec<Option<i64>>,
        largest: bool,
    },
    General(Vec<Box<dyn Accumulator>>),
}

impl AggregateState {
    pub(super) fn new(aggregate: &Aggregate) -> AggregateState {
        use SqlType::{Date, Float8, Int2, Int4, Int8, Timestamp, TimestampTz};
        let name = aggregate_name(aggregate.function);
        let kind = match (name, aggregate.argument_types.as_slice()) {
            ("count", _) => States::Count(Vec::new()),
            ("sum" | "avg", [Int2 | Int4 | Int8]) => {
                States::Ints { sums: Vec::new(), average: name == "avg" }
            }
            ("sum", [Float8]) => States::Floats { sums: Vec::new() },
            ("min" | "max", [Int2 | Int4 | Int8 | Date | Timestamp | TimestampTz]) => {
                States::IntExtreme { best: Vec::new(), largest: name == "max" }
            }
            _ => States::General(Vec::new()),
        };
        // PostgreSQL sorts to find duplicates, so that order shows where order matters.
        let sorts = !aggregate.order.is_empty()
            || aggregate.distinct && matches!(kind, States::General(_)) && !is_order_free(name);
        AggregateState {
            kind,
            seen: aggregate.distinct.then(KeyTable::default),
            gathered: sorts.then(Vec::new),
            gathered_bytes: 0,
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let states = match &self.kind {
            States::Count(counts) => counts.capacity() * 8,
            States::Ints { sums, .. } => sums.capacity() * 32,
            States::Floats { sums } => sums.capacity() * 16,
            States::IntExtreme { best, .. } => best.capacity() * 16,
            States::General(states) => {
                // Asking each would cost more than it is worth when there are many: extrapolate.
                let sample = states.len().min(64);
                let bytes: usize = states.iter().take(sample).map(|state| state.memory()).sum();
                bytes.checked_div(sample).unwrap_or(0) * states.len()
            }
        };
        states + self.seen.as_ref().map_or(0, KeyTable::memory_bytes) + self.gathered_bytes
    }

    /// Takes a batch; `numbers` are the groups of its rows, of `groups` so far.
    pub(super) fn step(
        &mut self,
        run: &mut Run<'_, '_>,
        aggregate: &Aggregate,
        batch: &Batch,
        numbers: &[u32],
        groups: usize,
    ) -> Result<()> {
        self.kind.grow(aggregate, groups)?;
        let filtered;
        let filtered_numbers;
        let (mut batch, mut numbers) = (batch, numbers);
        if let Some(filter) = &aggregate.filter {
            let kept = run.filter(filter, batch)?;
            filtered = batch.gather(&kept);
            filtered_numbers = kept.iter().map(|at| numbers[*at as usize]).collect::<Vec<u32>>();
            (batch, numbers) = (&filtered, &filtered_numbers);
        }
        if batch.is_empty() {
            return Ok(());
        }
        let columns = run.evaluate_all(&aggregate.arguments, batch)?;
        let orders = aggregate
            .order
            .iter()
            .map(|key| run.evaluate(&key.program, batch))
            .collect::<Result<Vec<_>>>()?;
        if self.seen.is_none() && self.gathered.is_none() && self.kind.step_columns(&columns, numbers)? {
            return Ok(());
        }
        let mut scratch = Vec::new();
        for (at, number) in numbers.iter().enumerate() {
            if aggregate.strict && columns.iter().any(|column| column.is_null(at)) {
                continue;
            }
            if let Some(seen) = &mut self.seen {
                scratch.clear();
                scratch.extend_from_slice(&number.to_be_bytes());
                key::encode_row(&mut scratch, &columns, &aggregate.argument_types, at)?;
                if !seen.insert(&scratch).1 {
                    continue;
                }
            }
            let arguments = arguments_of(&columns, aggregate, at)?;
            match &mut self.gathered {
                Some(gathered) => {
                    let mut bytes = Vec::new();
                    for (key, column) in aggregate.order.iter().zip(&orders) {
                        key::encode(
                            &mut bytes,
                            column,
                            at,
                            key.program.ty(),
                            key.descending,
                            key.nulls_first,
                        )?;
                    }
                    if aggregate.order.is_empty() {
                        key::encode_row(&mut bytes, &columns, &aggregate.argument_types, at)?;
                    }
                    self.gathered_bytes += bytes.len() + 64 + columns.len() * 24;
                    gathered.push((*number, bytes, arguments));
                }
                None => self.kind.step_row(*number as usize, &arguments)?,
            }
        }
        Ok(())
    }

    /// The input is done: steps through what was gathered, in order.
    pub(super) fn close(&mut self, aggregate: &Aggregate, groups: usize) -> Result<()> {
        self.kind.grow(aggregate, groups)?;
        if let Some(mut gathered) = self.gathered.take() {
            // Stable, as PostgreSQL's sort is not: equal keys keep the order of arrival.
            crate::base::order::sort_by(&mut gathered, |a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
            for (number, _, arguments) in gathered {
                self.kind.step_row(number as usize, &arguments)?;
            }
        }
        Ok(())
    }

    /// The result of a group.
    pub(super) fn finish(&mut self, aggregate: &Aggregate, group: usize, out: &mut Vector) -> Result<()> {
        let value = match &mut self.kind {
            States::Count(counts) => Datum::Int(counts[group]),
            States::Ints { sums, average } => match sums[group] {
                (_, 0) => Datum::Null,
                (sum, count) if *average => {
                    Datum::Numeric(Numeric::from_parts(sum, 0)?.divide(&Numeric::from(count))?)
                }
                (sum, _) if aggregate.ty == SqlType::Numeric => Datum::Numeric(Numeric::from_parts(sum, 0)?),
                (sum, _) => Datum::Int(
                    i64::try_from(sum).map_err(|_| crate::value::number::out_of_range(SqlType::Int8))?,
                ),
            },
            States::Floats { sums } => match sums[group] {
                (_, 0) => Datum::Null,
                (sum, _) => Datum::Float(sum),
            },
            States::IntExtreme { best, .. } => best[group].map_or(Datum::Null, Datum::Int),
            States::General(states) => states[group].finish()?,
        };
        out.push_datum(&value)
    }
}

/// Aggregates whose result does not depend on the order of their input.
fn is_order_free(name: &str) -> bool {
    matches!(name, "count" | "sum" | "avg" | "min" | "max" | "bool_and" | "bool_or" | "every")
}

fn arguments_of(columns: &[Vector], aggregate: &Aggregate, at: usize) -> Result<Vec<Datum>> {
    columns.iter().zip(&aggregate.argument_types).map(|(column, ty)| column.datum(at, *ty)).collect()
}

impl States {
    fn grow(&mut self, aggregate: &Aggregate, groups: usize) -> Result<()> {
        match self {
            States::Count(counts) => counts.resize(groups, 0),
            States::Ints { sums, .. } => sums.resize(groups, (0, 0)),
            States::Floats { sums } => sums.resize(groups, (0.0, 0)),
            States::IntExtreme { best, .. } => best.resize(groups, None),
            States::General(states) => {
                while states.len() < groups {
                    states.push(accumulator(aggregate.function, &aggregate.argument_types)?);
                }
            }
        }
        Ok(())
    }

    /// A whole batch, where that is quicker than row by row; `false`: not done.
    fn step_columns(&mut self, columns: &[Vector], numbers: &[u32]) -> Result<bool> {
        let groups = numbers.iter().map(|number| *number as usize);
        match (self, columns.first()) {
            (States::Count(counts), None) => groups.for_each(|group| counts[group] += 1),
            (States::Count(counts), Some(column)) => {
                for (at, group) in groups.enumerate() {
                    counts[group] += i64::from(!column.is_null(at));
                }
            }
            (States::Ints { sums, .. }, Some(column)) => {
                let values = column.ints();
                for (at, group) in groups.enumerate() {
                    if !column.is_null(at) {
                        let (sum, count) = &mut sums[group];
                        *sum += i128::from(values[at]);
                        *count += 1;
                    }
                }
            }
            (States::Floats { sums }, Some(column)) => {
                let values = column.floats();
                for (at, group) in groups.enumerate() {
                    if !column.is_null(at) {
                        add_float(&mut sums[group], values[at])?;
                    }
                }
            }
            (States::IntExtreme { best, largest }, Some(column)) => {
                let values = column.ints();
                for (at, group) in groups.enumerate() {
                    if !column.is_null(at) {
                        keep_extreme(&mut best[group], values[at], *largest);
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn step_row(&mut self, group: usize, arguments: &[Datum]) -> Result<()> {
        match (self, arguments.first()) {
            (States::Count(counts), argument) => {
                counts[group] += i64::from(argument.is_none_or(|argument| !argument.is_null()));
            }
            (States::Ints { sums, .. }, Some(Datum::Int(value))) => {
                let (sum, count) = &mut sums[group];
                *sum += i128::from(*value);
                *count += 1;
            }
            (States::Floats { sums }, Some(Datum::Float(value))) => add_float(&mut sums[group], *value)?,
            (States::IntExtreme { best, largest }, Some(Datum::Int(value))) => {
                keep_extreme(&mut best[group], *value, *largest);
            }
            (States::General(states), _) => states[group].step(arguments)?,
            (States::Ints { .. } | States::Floats { .. } | States::IntExtreme { .. }, _) => {}
        }
        Ok(())
    }
}

fn add_float((sum, count): &mut (f64, i64), value: f64) -> Result<()> {
    *sum = arithmetic::floats(crate::value::ArithmeticOp::Add, *sum, value, SqlType::Float8)?;
    *count += 1;
    Ok(())
}

fn keep_extreme(best: &mut Option<i64>, value: i64, largest: bool) {
    *best = Some(match *best {
        None => value,
        Some(held) if largest => held.max(value),
        Some(held) => held.min(value),
    });
}
