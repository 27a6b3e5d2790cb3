//! Window functions, a partition at a time.
//!
//! ```text
//! input, sorted by partition and order --until the partition ends--> rows, groups of peers
//!   --per row: frame, value of every call--> rows with one more column per call
//! ```
//!
//! What the calls read is computed once per row and gathered beside it. An aggregate whose frame only
//! grows goes on from the row before; any other frame is looked at anew, which the fuel pays for.

use std::sync::Arc;

use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::exec::key;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Window;
use crate::value::SqlType;

use super::frame::{Bounds, Partition, RangeKey};
use super::window_value::{Columns, Value};

pub(crate) struct WindowAggregate {
    input: BoxedOperator,
    window: Arc<Window>,
    types: Arc<[SqlType]>,
    /// Where what the calls read is gathered, beside the input's columns.
    columns: Vec<Columns>,
    key: Option<RangeKey>,
    bounds: Option<Arc<[Bounds]>>,
    /// The partition that comes out, what it has come to, and the state of its calls.
    current: Partition,
    at: usize,
    values: Vec<Value>,
    is_complete: bool,
    /// Rows of the input that belong to later partitions.
    pending: Option<(Batch, usize)>,
    is_over: bool,
    partition_key: Vec<u8>,
    order_key: Vec<u8>,
    held: usize,
}

impl WindowAggregate {
    pub(crate) fn new(input: BoxedOperator, window: &Arc<Window>, types: &Arc<[SqlType]>) -> WindowAggregate {
        let mut width = types.len();
        let mut columns = Vec::with_capacity(window.calls.len());
        for call in &window.calls {
            let arguments = (width..width + call.arguments.len()).collect();
            width += call.arguments.len();
            let filter = call.filter.as_ref().map(|_| width);
            width += usize::from(call.filter.is_some());
            columns.push(Columns { arguments, filter });
        }
        let key = match window.order.as_slice() {
            [key] => Some(RangeKey {
                column: width,
                ty: key.program.ty(),
                descending: key.descending,
                nulls_first: key.nulls_first,
            }),
            _ => None,
        };
        WindowAggregate {
            input,
            window: Arc::clone(window),
            types: Arc::clone(types),
            columns,
            key,
            bounds: None,
            current: Partition::default(),
            at: 0,
            values: Vec::new(),
            is_complete: false,
            pending: None,
            is_over: false,
            partition_key: Vec::new(),
            order_key: Vec::new(),
            held: 0,
        }
    }

    /// A batch of the input with what the calls read beside it.
    fn widened(&self, run: &mut Run<'_, '_>, mut batch: Batch) -> Result<Batch> {
        let mut more: Vec<Vector> = Vec::new();
        for call in &self.window.calls {
            more.extend(run.evaluate_all(&call.arguments, &batch)?);
            if let Some(filter) = &call.filter {
                more.push(run.evaluate(filter, &batch)?);
            }
        }
        if let [key] = self.window.order.as_slice() {
            more.push(run.evaluate(&key.program, &batch)?);
        }
        batch.columns.extend(more);
        Ok(batch)
    }

    /// Takes rows of the current partition from a batch, and notes where it ends.
    fn take(&mut self, run: &mut Run<'_, '_>, batch: Batch, from: usize) -> Result<()> {
        let partition = run.evaluate_all(&self.window.partition, &batch)?;
        let order = self.window.order.iter().map(|key| run.evaluate(&key.program, &batch));
        let order = order.collect::<Result<Vec<_>>>()?;
        let (mut scratch, mut to) = (Vec::new(), from);
        while to < batch.rows {
            scratch.clear();
            for (program, column) in self.window.partition.iter().zip(&partition) {
                key::encode(&mut scratch, column, to, program.ty(), false, false)?;
            }
            let is_first = self.current.groups.is_empty();
            if is_first {
                core::mem::swap(&mut self.partition_key, &mut scratch);
            } else if scratch != self.partition_key {
                break;
            }
            scratch.clear();
            for (key, column) in self.window.order.iter().zip(&order) {
                key::encode(&mut scratch, column, to, key.program.ty(), false, false)?;
            }
            if is_first || scratch != self.order_key {
                self.current.starts.push(self.current.groups.len());
                core::mem::swap(&mut self.order_key, &mut scratch);
            }
            let group = self.current.starts.len() - 1;
            self.current.groups.push(u32::try_from(group).expect("the memory budget bounds the rows"));
            to += 1;
        }
        let rows = if from == 0 && to == batch.rows { batch.clone() } else { batch.slice(from, to) };
        if rows.rows > 0 {
            let bytes = self.current.rows.push(rows) + (to - from) * 12;
            self.held += bytes;
            run.hold(bytes)?;
        }
        if to < batch.rows {
            self.pending = Some((batch, to));
            self.complete();
        }
        Ok(())
    }

    fn complete(&mut self) {
        self.current.starts.push(self.current.groups.len());
        self.is_complete = true;
        self.at = 0;
        self.values = self.window.calls.iter().map(|_| Value::default()).collect();
    }

    /// Gathers until the partition is complete; `false`: no more fuel.
    fn gather(&mut self, run: &mut Run<'_, '_>) -> Result<bool> {
        while !self.is_complete && !self.is_over {
            if let Some((batch, from)) = self.pending.take() {
                self.take(run, batch, from)?;
                continue;
            }
            match self.input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => {
                    let batch = self.widened(run, batch)?;
                    self.take(run, batch, 0)?;
                }
                Poll::Yield => return Ok(false),
                Poll::Done => {
                    self.is_over = true;
                    if !self.current.groups.is_empty() {
                        self.complete();
                    }
                }
            }
        }
        Ok(true)
    }

    fn emit(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Batch> {
        let bounds = match &self.bounds {
            Some(bounds) => Arc::clone(bounds),
            None => {
                let mut bounds = Vec::with_capacity(self.window.calls.len());
                for call in &self.window.calls {
                    bounds.push(Bounds::new(run, call, self.key)?);
                }
                Arc::clone(self.bounds.insert(bounds.into()))
            }
        };
        let from = self.at;
        let most = self.current.len().min(from + want);
        let mut results: Vec<Vector> =
            self.window.calls.iter().map(|call| Vector::for_type(call.ty)).collect();
        while self.at < most && (self.at == from || run.has_fuel()) {
            let calls = self.window.calls.iter().zip(&self.columns).zip(&*bounds).zip(&mut self.values);
            for ((((call, columns), bounds), value), out) in calls.zip(&mut results) {
                let result = value.of(call, columns, bounds, &self.current, self.at)?;
                out.push_datum(&result)?;
                run.spend(value.looked_at())?;
            }
            self.at += 1;
        }
        let mut batch = self.current.rows.slice(from, self.at, &self.types);
        batch.columns.extend(results);
        Ok(batch)
    }
}

impl Operator for WindowAggregate {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if !self.gather(run)? {
            return Ok(Poll::Yield);
        }
        if !self.is_complete {
            return Ok(Poll::Done);
        }
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        run.cx.interrupt.check()?;
        let batch = self.emit(run, want)?;
        if self.at == self.current.len() {
            self.current = Partition::default();
            self.is_complete = false;
            run.release(core::mem::take(&mut self.held));
        }
        Ok(Poll::Batch(batch))
    }
}
