//! DELETE: gathers rowids and old rows; then removes.

use std::sync::Arc;

use crate::base::RowId;
use crate::base::event::TriggerEvent;
use crate::base::hash::HashSet;
use crate::batch::Batch;
use crate::error::Result;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::DeletePlan;
use crate::value::{Datum, SqlType};

use super::writing::{Writing, changed_by_trigger, is_unchanged, oid_of};

pub(crate) struct DeleteRows {
    input: BoxedOperator,
    plan: Arc<DeletePlan>,
    types: Arc<[SqlType]>,
    writing: Writing,
    gathered: bool,
    at: usize,
    /// A row that joins several source rows is deleted once.
    seen: HashSet<(Option<i64>, i64)>,
    kept: Vec<u32>,
}

impl DeleteRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<DeletePlan>, types: &Arc<[SqlType]>) -> DeleteRows {
        DeleteRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            writing: Writing::default(),
            gathered: false,
            at: 0,
            seen: HashSet::default(),
            kept: Vec::new(),
        }
    }

    fn remove(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<bool> {
        let plan = Arc::clone(&self.plan);
        while self.at < batch.rows {
            if !run.has_fuel() {
                return Ok(false);
            }
            run.spend(1)?;
            let at = self.at;
            let rowid = batch.columns[plan.rowid].ints()[at];
            let oid = match plan.tableoid {
                Some(from) => Some(batch.columns[from].datum(at, self.types[from])?),
                None => None,
            };
            if self.seen.insert((oid.clone().map(oid_of), rowid)) {
                let old = plan
                    .old
                    .iter()
                    .map(|from| batch.columns[*from].datum(at, self.types[*from]))
                    .collect::<Result<Vec<Datum>>>()?;
                if let Some(oid) = oid {
                    if self.writing.delete_member(run, &plan.table, (&oid, rowid), &old)? {
                        self.kept.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
                        run.shared.affected += 1;
                    }
                    self.at += 1;
                    continue;
                }
                if plan.recheck && !is_unchanged(run, &plan.table, rowid, &old)? {
                    self.at += 1;
                    continue;
                }
                let on = (&*plan.triggers, &plan.table);
                if !plan.triggers.is_empty() {
                    let rows = (Some(old.as_slice()), None);
                    if self.writing.before(run, on, TriggerEvent::Delete, rows, &[])?.is_none() {
                        self.at += 1;
                        continue;
                    }
                    if !is_unchanged(run, &plan.table, rowid, &old)? {
                        return Err(changed_by_trigger("deleted"));
                    }
                }
                let target = self.writing.target(run, &plan.table)?;
                target.writer.delete(run.cx.pages.sink()?, RowId(rowid), &old)?;
                let bytes = target.changes.deleted(&old)?;
                self.writing.hold(run, bytes)?;
                self.writing.after(run, on, TriggerEvent::Delete, (Some(&old), None), &[])?;
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
        if !self.gathered {
            self.gathered = self.writing.gather(run, &mut self.input)?;
            if !self.gathered {
                return Ok(Poll::Yield);
            }
        }
        while let Some(batch) = self.writing.pending.pop_front() {
            run.cx.interrupt.check()?;
            if !self.remove(run, &batch)? {
                self.writing.pending.push_front(batch);
                return Ok(Poll::Yield);
            }
            self.at = 0;
            let kept = core::mem::take(&mut self.kept);
            if !self.plan.returning.is_empty() && !kept.is_empty() {
                self.writing.keep_returning(run, &self.plan.returning, &batch.gather(&kept))?;
            }
        }
        self.writing.finish(run)
    }
}
