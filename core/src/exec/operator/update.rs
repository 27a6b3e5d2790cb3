//! UPDATE: gathers rowids, old rows and new values; then writes.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::RowId;
use crate::base::hash::HashSet;
use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::exec::change::{Changes, check_row};
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::UpdatePlan;
use crate::store::TableWriter;
use crate::value::{Datum, SqlType};

use super::matcher::combine;

pub(crate) struct UpdateRows {
    input: BoxedOperator,
    plan: Arc<UpdatePlan>,
    types: Arc<[SqlType]>,
    pending: VecDeque<Batch>,
    gathered: bool,
    at: usize,
    writer: Option<TableWriter>,
    changes: Option<Changes>,
    /// A row that joins several source rows is updated once, by the first.
    seen: HashSet<i64>,
    returning: VecDeque<Batch>,
    /// New rows of the current batch, and which source rows they came from.
    new_rows: Batch,
    new_from: Vec<u32>,
    held: usize,
}

impl UpdateRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<UpdatePlan>, types: &Arc<[SqlType]>) -> UpdateRows {
        UpdateRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            pending: VecDeque::new(),
            gathered: false,
            at: 0,
            writer: None,
            changes: None,
            seen: HashSet::default(),
            returning: VecDeque::new(),
            new_rows: Batch::default(),
            new_from: Vec::new(),
            held: 0,
        }
    }

    fn hold(&mut self, run: &mut Run<'_, '_>, bytes: usize) -> Result<()> {
        self.held += bytes;
        run.hold(bytes)
    }

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
            let at = self.at;
            let rowid = batch.columns[plan.rowid].ints()[at];
            if self.seen.insert(rowid) {
                let old = plan
                    .old
                    .iter()
                    .map(|from| batch.columns[*from].datum(at, self.types[*from]))
                    .collect::<Result<Vec<Datum>>>()?;
                let mut new = old.clone();
                for (ordinal, from) in &plan.assignments {
                    new[*ordinal] = batch.columns[*from].datum(at, self.types[*from])?;
                }
                check_row(run, &plan.table, &plan.checks, &new)?;
                if let (Some(writer), Some(changes)) = (&mut self.writer, &mut self.changes) {
                    writer.update(run.cx.pages.sink()?, RowId(rowid), &old, &new)?;
                    let bytes = changes.updated(&old, &new)?;
                    self.held += bytes;
                    run.hold(bytes)?;
                }
                if !plan.returning.is_empty() {
                    if self.new_rows.columns.is_empty() {
                        let columns = plan.table.columns.iter();
                        self.new_rows.columns =
                            columns.map(|column| Vector::for_type(column.ty.ty)).collect();
                    }
                    self.new_rows.push_row(&new)?;
                    self.new_from.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
                }
                run.shared.affected += 1;
            }
            self.at += 1;
        }
        Ok(true)
    }
}

impl Operator for UpdateRows {
    fn next(&mut self, run: &mut Run<'_, '_>, _want: usize) -> Result<Poll> {
        while !self.gathered {
            match self.input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => {
                    self.hold(run, batch.memory_bytes())?;
                    self.pending.push_back(batch);
                }
                Poll::Done => self.gathered = true,
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        while let Some(batch) = self.pending.pop_front() {
            run.cx.interrupt.check()?;
            if !self.write(run, &batch)? {
                self.pending.push_front(batch);
                return Ok(Poll::Yield);
            }
            self.at = 0;
            if !self.new_from.is_empty() {
                let from = core::mem::take(&mut self.new_from);
                let rows = combine(core::mem::take(&mut self.new_rows), batch.gather(&from));
                let columns = run.evaluate_all(&self.plan.returning, &rows)?;
                let rows = Batch { columns, rows: rows.rows };
                self.hold(run, rows.memory_bytes())?;
                self.returning.push_back(rows);
            }
        }
        if let Some(changes) = &mut self.changes {
            if !changes.settle(run)? {
                return Ok(Poll::Yield);
            }
            self.changes = None;
        }
        Ok(match self.returning.pop_front() {
            Some(batch) => Poll::Batch(batch),
            None => {
                run.release(core::mem::take(&mut self.held));
                Poll::Done
            }
        })
    }
}
