//! UPDATE: gathers rowids, old rows and new values; then writes.

use std::sync::Arc;

use crate::base::RowId;
use crate::base::event::TriggerEvent;
use crate::base::hash::HashSet;
use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::exec::change::settle_row;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::UpdatePlan;
use crate::value::{Datum, SqlType};

use super::matcher::combine;
use super::writing::{Writing, changed_by_trigger, is_unchanged, oid_of};

pub(crate) struct UpdateRows {
    input: BoxedOperator,
    plan: Arc<UpdatePlan>,
    types: Arc<[SqlType]>,
    writing: Writing,
    gathered: bool,
    at: usize,
    /// A row that joins several source rows is updated once, by the first.
    seen: HashSet<(Option<i64>, i64)>,
    /// New rows of the current batch, and which source rows they came from.
    new_rows: Batch,
    new_from: Vec<u32>,
}

impl UpdateRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<UpdatePlan>, types: &Arc<[SqlType]>) -> UpdateRows {
        UpdateRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            writing: Writing::default(),
            gathered: false,
            at: 0,
            seen: HashSet::default(),
            new_rows: Batch::default(),
            new_from: Vec::new(),
        }
    }

    /// Keeps a new row and where it came from, for RETURNING.
    fn keep(&mut self, plan: &UpdatePlan, new: &[Datum], at: usize) -> Result<()> {
        if plan.returning.is_empty() {
            return Ok(());
        }
        if self.new_rows.columns.is_empty() {
            let columns = plan.table.columns.iter();
            self.new_rows.columns = columns.map(|column| Vector::for_type(column.ty.ty)).collect();
            if new.len() > plan.table.columns.len() {
                self.new_rows.columns.push(Vector::for_type(SqlType::Oid));
            }
        }
        self.new_rows.push_row(new)?;
        self.new_from.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
        Ok(())
    }

    fn write(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<bool> {
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
                    let value = |(ordinal, from): &(usize, usize)| {
                        Ok((*ordinal, batch.columns[*from].datum(at, self.types[*from])?))
                    };
                    let values = plan.assignments.iter().map(value).collect::<Result<_>>()?;
                    let done = self.writing.update_member(run, &plan.table, (&oid, rowid), &old, values)?;
                    if let Some(new) = done {
                        self.keep(&plan, &new, at)?;
                        run.shared.affected += 1;
                    }
                    self.at += 1;
                    continue;
                }
                let mut new = old.clone();
                for (ordinal, from) in &plan.assignments {
                    new[*ordinal] = batch.columns[*from].datum(at, self.types[*from])?;
                }
                let assigned: Vec<usize> = plan.assignments.iter().map(|(ordinal, _)| *ordinal).collect();
                let on = (&*plan.triggers, &plan.table);
                let known = plan.recheck && !is_unchanged(run, &plan.table, rowid, &old)?;
                let row = if known || plan.triggers.is_empty() {
                    (!known).then_some(new)
                } else {
                    self.writing.before(run, on, TriggerEvent::Update, (Some(&old), Some(new)), &assigned)?
                };
                let Some(mut new) = row else {
                    self.at += 1;
                    continue;
                };
                if !plan.triggers.is_empty() && !is_unchanged(run, &plan.table, rowid, &old)? {
                    return Err(changed_by_trigger("updated"));
                }
                settle_row(run, &plan.table, &plan.rules, &mut new)?;
                let target = self.writing.target(run, &plan.table)?;
                target.writer.update(run.cx.pages.sink()?, RowId(rowid), &old, &new)?;
                let bytes = target.changes.updated(&old, &new)?;
                self.writing.hold(run, bytes)?;
                self.writing.after(run, on, TriggerEvent::Update, (Some(&old), Some(&new)), &assigned)?;
                self.keep(&plan, &new, at)?;
                run.shared.affected += 1;
            }
            self.at += 1;
        }
        Ok(true)
    }
}

impl Operator for UpdateRows {
    fn next(&mut self, run: &mut Run<'_, '_>, _want: usize) -> Result<Poll> {
        if !self.gathered {
            self.gathered = self.writing.gather(run, &mut self.input)?;
            if !self.gathered {
                return Ok(Poll::Yield);
            }
        }
        while let Some(batch) = self.writing.pending.pop_front() {
            run.cx.interrupt.check()?;
            if !self.write(run, &batch)? {
                self.writing.pending.push_front(batch);
                return Ok(Poll::Yield);
            }
            self.at = 0;
            if !self.new_from.is_empty() {
                let from = core::mem::take(&mut self.new_from);
                let rows = combine(core::mem::take(&mut self.new_rows), batch.gather(&from));
                self.writing.keep_returning(run, &self.plan.returning, &rows)?;
            }
        }
        self.writing.finish(run)
    }
}
