//! INSERT: checks, writes, RETURNING, and references at the end of the statement.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::exec::change::{Changes, check_row};
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::InsertPlan;
use crate::store::TableWriter;
use crate::value::{Datum, SqlType};

pub(crate) struct InsertRows {
    input: BoxedOperator,
    plan: Arc<InsertPlan>,
    types: Arc<[SqlType]>,
    writer: Option<TableWriter>,
    changes: Option<Changes>,
    /// Source rows not yet written.
    pending: VecDeque<Batch>,
    at: usize,
    input_done: bool,
    /// RETURNING rows wait until the references are known to hold.
    returning: VecDeque<Batch>,
    held: usize,
    /// Of `held`, what keys waiting for their check take.
    keys_held: usize,
    row: Vec<Datum>,
}

impl InsertRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<InsertPlan>, types: &Arc<[SqlType]>) -> InsertRows {
        InsertRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            writer: None,
            changes: None,
            pending: VecDeque::new(),
            at: 0,
            input_done: false,
            returning: VecDeque::new(),
            held: 0,
            keys_held: 0,
            row: Vec::new(),
        }
    }

    fn hold(&mut self, run: &mut Run<'_, '_>, bytes: usize) -> Result<()> {
        self.held += bytes;
        run.hold(bytes)
    }

    /// Writes the rest of one pending batch, as far as fuel goes.
    fn write(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<bool> {
        let plan = Arc::clone(&self.plan);
        if self.writer.is_none() {
            let page_size = run.cx.pages.source().page_size();
            self.writer = Some(TableWriter::new(run.cx.catalog, &plan.table, page_size)?);
            self.changes = Some(Changes::new(run.cx.catalog, &plan.table));
        }
        while self.at < batch.rows {
            if !run.has_fuel() {
                return Ok(false);
            }
            run.spend(1);
            self.row.clear();
            for (column, ty) in batch.columns.iter().zip(&*self.types) {
                self.row.push(column.datum(self.at, *ty)?);
            }
            check_row(run, &plan.table, &plan.checks, &self.row)?;
            if let (Some(writer), Some(changes)) = (&mut self.writer, &mut self.changes) {
                writer.insert(run.cx.pages.sink()?, &self.row)?;
                let bytes = changes.inserted(&self.row)?;
                if bytes > 0 {
                    run.hold(bytes)?;
                    self.keys_held += bytes;
                    if changes.is_full() {
                        changes.settle_early(run)?;
                        run.release(core::mem::take(&mut self.keys_held));
                    }
                }
            }
            run.shared.affected += 1;
            self.at += 1;
        }
        Ok(true)
    }
}

impl Operator for InsertRows {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            // E3, where the source reads what is written.
            if !self.input_done && (self.plan.gather || self.pending.is_empty()) {
                match self.input.next(run, run.cx.batch_rows_max.min(want.max(256)))? {
                    Poll::Batch(batch) => {
                        if self.plan.gather {
                            self.hold(run, batch.memory_bytes())?;
                        }
                        self.pending.push_back(batch);
                    }
                    Poll::Done => self.input_done = true,
                    Poll::Yield => return Ok(Poll::Yield),
                }
                if self.plan.gather {
                    continue;
                }
            }
            if let Some(batch) = self.pending.pop_front() {
                run.cx.interrupt.check()?;
                if !self.write(run, &batch)? {
                    self.pending.push_front(batch);
                    return Ok(Poll::Yield);
                }
                self.at = 0;
                if !self.plan.returning.is_empty() {
                    let columns = run.evaluate_all(&self.plan.returning, &batch)?;
                    let batch = Batch { columns, rows: batch.rows };
                    self.hold(run, batch.memory_bytes())?;
                    self.returning.push_back(batch);
                }
                continue;
            }
            if !self.input_done {
                continue;
            }
            if let Some(changes) = &mut self.changes {
                if !changes.settle(run)? {
                    return Ok(Poll::Yield);
                }
                self.changes = None;
            }
            return Ok(match self.returning.pop_front() {
                Some(batch) => Poll::Batch(batch),
                None => {
                    run.release(core::mem::take(&mut self.held));
                    Poll::Done
                }
            });
        }
    }
}
