//! DELETE: gathers rowids and old rows; then removes.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::RowId;
use crate::base::hash::HashSet;
use crate::batch::Batch;
use crate::error::Result;
use crate::exec::change::Changes;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::DeletePlan;
use crate::store::TableWriter;
use crate::value::{Datum, SqlType};

pub(crate) struct DeleteRows {
    input: BoxedOperator,
    plan: Arc<DeletePlan>,
    types: Arc<[SqlType]>,
    pending: VecDeque<Batch>,
    gathered: bool,
    at: usize,
    writer: Option<TableWriter>,
    changes: Option<Changes>,
    /// A row that joins several source rows is deleted once.
    seen: HashSet<i64>,
    kept: Vec<u32>,
    returning: VecDeque<Batch>,
    held: usize,
}

impl DeleteRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<DeletePlan>, types: &Arc<[SqlType]>) -> DeleteRows {
        DeleteRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            pending: VecDeque::new(),
            gathered: false,
            at: 0,
            writer: None,
            changes: None,
            seen: HashSet::default(),
            kept: Vec::new(),
            returning: VecDeque::new(),
            held: 0,
        }
    }

    fn hold(&mut self, run: &mut Run<'_, '_>, bytes: usize) -> Result<()> {
        self.held += bytes;
        run.hold(bytes)
    }

    fn remove(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<bool> {
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
                if let (Some(writer), Some(changes)) = (&mut self.writer, &mut self.changes) {
                    writer.delete(run.cx.pages.sink()?, RowId(rowid), &old)?;
                    let bytes = changes.deleted(&old)?;
                    self.held += bytes;
                    run.hold(bytes)?;
                }
                self.kept.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
                run.shared.affected += 1;
            }
            self.at += 1;
        }
        Ok(true)
    }
}

impl Operator for DeleteRows {
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
            if !self.remove(run, &batch)? {
                self.pending.push_front(batch);
                return Ok(Poll::Yield);
            }
            self.at = 0;
            let kept = core::mem::take(&mut self.kept);
            if !self.plan.returning.is_empty() && !kept.is_empty() {
                let rows = batch.gather(&kept);
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
