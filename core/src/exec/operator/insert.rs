//! INSERT: checks, writes, RETURNING, and references at the end of the statement.

use std::sync::Arc;

use crate::base::event::TriggerEvent;
use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::exec::change::settle_row;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::InsertPlan;
use crate::value::{Datum, SqlType};

use super::conflict::{Conflicts, Resolved};
use super::writing::Writing;

pub(crate) struct InsertRows {
    input: BoxedOperator,
    plan: Arc<InsertPlan>,
    types: Arc<[SqlType]>,
    writing: Writing,
    at: usize,
    input_done: bool,
    /// Bytes of keys that wait for their check.
    keys_held: usize,
    row: Vec<Datum>,
    conflicts: Conflicts,
    /// Whether rows are written otherwise than the source has them.
    changes_rows: bool,
    /// Such rows, for RETURNING.
    written: Batch,
}

impl InsertRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<InsertPlan>, types: &Arc<[SqlType]>) -> InsertRows {
        InsertRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            writing: Writing::default(),
            at: 0,
            input_done: false,
            keys_held: 0,
            row: Vec::new(),
            conflicts: Conflicts::default(),
            changes_rows: plan.conflict.is_some()
                || !plan.rules.generated.is_empty()
                || !plan.triggers.is_empty()
                || plan.table.partition_key().is_some(),
            written: Batch::default(),
        }
    }

    /// Writes the rest of one pending batch, as far as fuel goes.
    fn write(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<bool> {
        let plan = Arc::clone(&self.plan);
        while self.at < batch.rows {
            if !run.has_fuel() {
                return Ok(false);
            }
            run.spend(1)?;
            self.row.clear();
            for (column, ty) in batch.columns.iter().zip(&*self.types) {
                self.row.push(column.datum(self.at, *ty)?);
            }
            if plan.table.partition_key().is_some() {
                let row = core::mem::take(&mut self.row);
                let done = self.writing.insert_routed(run, &plan.table, &row, plan.conflict.as_ref())?;
                if let Some(row) = done {
                    self.keep(&row)?;
                    run.shared.affected += 1;
                }
                self.at += 1;
                continue;
            }
            let on = (&*plan.triggers, &plan.table);
            if !plan.triggers.is_empty() {
                let row = core::mem::take(&mut self.row);
                match self.writing.before(run, on, TriggerEvent::Insert, (None, Some(row)), &[])? {
                    Some(row) => self.row = row,
                    None => {
                        self.at += 1;
                        continue;
                    }
                }
            }
            settle_row(run, &plan.table, &plan.rules, &mut self.row)?;
            if let Some(conflict) = &plan.conflict {
                match self.conflicts.resolve(run, &mut self.writing, &plan, conflict, &self.row)? {
                    Resolved::Free => {}
                    Resolved::Skipped => {
                        self.at += 1;
                        continue;
                    }
                    Resolved::Updated(row) => {
                        self.keep(&row)?;
                        run.shared.affected += 1;
                        self.at += 1;
                        continue;
                    }
                }
            }
            let target = self.writing.target(run, &plan.table)?;
            let rowid = target.writer.insert(run.cx.pages.sink()?, &self.row)?;
            self.conflicts.inserted(&plan, rowid);
            let bytes = target.changes.inserted(&self.row)?;
            if bytes > 0 {
                run.hold(bytes)?;
                self.keys_held += bytes;
                if target.changes.is_full() {
                    target.changes.settle_early(run)?;
                    run.release(core::mem::take(&mut self.keys_held));
                }
            }
            self.writing.after(run, on, TriggerEvent::Insert, (None, Some(&self.row)), &[])?;
            if self.changes_rows {
                let row = core::mem::take(&mut self.row);
                self.keep(&row)?;
                self.row = row;
            }
            run.shared.affected += 1;
            self.at += 1;
        }
        Ok(true)
    }

    /// Keeps a row as it was written, for RETURNING.
    fn keep(&mut self, row: &[Datum]) -> Result<()> {
        if self.plan.returning.is_empty() {
            return Ok(());
        }
        if self.written.columns.is_empty() {
            let columns = self.plan.table.columns.iter();
            self.written.columns = columns.map(|column| Vector::for_type(column.ty.ty)).collect();
            if row.len() > self.plan.table.columns.len() {
                self.written.columns.push(Vector::for_type(SqlType::Oid));
            }
        }
        self.written.push_row(row)
    }
}

impl Operator for InsertRows {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            // E3, where the source reads what is written.
            if !self.input_done && (self.plan.gather || self.writing.pending.is_empty()) {
                match self.input.next(run, run.cx.batch_rows_max.min(want.max(256)))? {
                    Poll::Batch(batch) => {
                        if self.plan.gather {
                            self.writing.hold(run, batch.memory_bytes())?;
                        }
                        self.writing.pending.push_back(batch);
                    }
                    Poll::Done => self.input_done = true,
                    Poll::Yield => return Ok(Poll::Yield),
                }
                if self.plan.gather {
                    continue;
                }
            }
            if let Some(batch) = self.writing.pending.pop_front() {
                run.cx.interrupt.check()?;
                if !self.write(run, &batch)? {
                    self.writing.pending.push_front(batch);
                    return Ok(Poll::Yield);
                }
                self.at = 0;
                if !self.plan.returning.is_empty() {
                    let written = core::mem::take(&mut self.written);
                    let rows = if self.changes_rows { &written } else { &batch };
                    if rows.rows > 0 {
                        self.writing.keep_returning(run, &self.plan.returning, rows)?;
                    }
                }
                continue;
            }
            if !self.input_done {
                continue;
            }
            return self.writing.finish(run);
        }
    }
}
