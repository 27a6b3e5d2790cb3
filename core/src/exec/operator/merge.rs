//! MERGE: gathers what the clauses have computed; then writes.

use std::sync::Arc;

use crate::base::RowId;
use crate::base::event::TriggerEvent;
use crate::base::hash::HashSet;
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::exec::change::settle_row;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::{MergePlan, MergeStep};
use crate::value::{Datum, SqlType};

use super::writing::{Writing, changed_by_trigger, is_unchanged, oid_of};

pub(crate) struct MergeRows {
    input: BoxedOperator,
    plan: Arc<MergePlan>,
    types: Arc<[SqlType]>,
    writing: Writing,
    gathered: bool,
    at: usize,
    /// Rows updated or deleted: none may be so twice.
    seen: HashSet<(Option<i64>, i64)>,
}

impl MergeRows {
    pub(crate) fn new(input: BoxedOperator, plan: &Arc<MergePlan>, types: &Arc<[SqlType]>) -> MergeRows {
        MergeRows {
            input,
            plan: Arc::clone(plan),
            types: Arc::clone(types),
            writing: Writing::default(),
            gathered: false,
            at: 0,
            seen: HashSet::default(),
        }
    }

    fn apply(&mut self, run: &mut Run<'_, '_>, batch: &Batch) -> Result<()> {
        let (plan, at) = (Arc::clone(&self.plan), self.at);
        let value = |from: usize| batch.columns[from].datum(at, self.types[from]);
        let Datum::Int(action) = value(plan.action)? else { return Ok(()) };
        let step = usize::try_from(action).ok().and_then(|action| plan.clauses.get(action));
        let (MergeStep::Delete | MergeStep::Update(_) | MergeStep::Insert(_)) =
            step.ok_or_else(|| Error::internal("a clause of MERGE"))?
        else {
            return Ok(());
        };
        let old = plan.old.iter().map(|from| value(*from)).collect::<Result<Vec<Datum>>>()?;
        let mut new = match step {
            Some(MergeStep::Update(items) | MergeStep::Insert(items)) => {
                let mut new = old.clone();
                for (ordinal, from) in items {
                    new[*ordinal] = value(*from)?;
                }
                Some(new)
            }
            _ => None,
        };
        let oid = match plan.tableoid {
            Some(from) => Some(value(from)?),
            None => None,
        };
        let rowid = match value(plan.rowid)? {
            Datum::Int(rowid) if !self.seen.insert((oid.clone().map(oid_of), rowid)) => {
                return Err(Error::new(
                    SqlState::CARDINALITY_VIOLATION,
                    "MERGE command cannot affect row a second time",
                )
                .with_hint("Ensure that not more than one source row matches any one target row."));
            }
            Datum::Int(rowid) => Some(RowId(rowid)),
            _ => None,
        };
        if let Some(oid) = oid {
            let done = match (rowid, &step, &new) {
                (Some(RowId(rowid)), Some(MergeStep::Update(items)), Some(new)) => {
                    let values = items.iter().map(|(at, _)| (*at, new[*at].clone())).collect();
                    let done = self.writing.update_member(run, &plan.table, (&oid, rowid), &old, values)?;
                    done.is_some()
                }
                (Some(RowId(rowid)), ..) => {
                    self.writing.delete_member(run, &plan.table, (&oid, rowid), &old)?
                }
                (None, _, Some(new)) if plan.table.partition_key().is_some() => {
                    self.writing.insert_routed(run, &plan.table, new, None)?.is_some()
                }
                _ => return Err(Error::unsupported("MERGE that inserts into a table with heirs")),
            };
            run.shared.affected += u64::from(done);
            return Ok(());
        }
        if let (true, Some(RowId(rowid))) = (plan.recheck, rowid)
            && !is_unchanged(run, &plan.table, rowid, &old)?
        {
            return Ok(());
        }
        let event = match (&rowid, &new) {
            (None, _) => TriggerEvent::Insert,
            (_, Some(_)) => TriggerEvent::Update,
            (_, None) => TriggerEvent::Delete,
        };
        let assigned: Vec<usize> = match step {
            Some(MergeStep::Update(items)) => items.iter().map(|(ordinal, _)| *ordinal).collect(),
            _ => Vec::new(),
        };
        let on = (&*plan.triggers, &plan.table);
        if !plan.triggers.is_empty() {
            let rows = (rowid.is_some().then_some(old.as_slice()), new.take());
            let Some(row) = self.writing.before(run, on, event, rows, &assigned)? else { return Ok(()) };
            new = (event != TriggerEvent::Delete).then_some(row);
            if let Some(RowId(rowid)) = rowid
                && !is_unchanged(run, &plan.table, rowid, &old)?
            {
                return Err(changed_by_trigger("merged"));
            }
        }
        if let Some(new) = &mut new {
            settle_row(run, &plan.table, &plan.rules, new)?;
        }
        let target = self.writing.target(run, &plan.table)?;
        let sink = run.cx.pages.sink()?;
        let bytes = match (rowid, &new) {
            (Some(rowid), Some(new)) => {
                target.writer.update(sink, rowid, &old, new)?;
                target.changes.updated(&old, new)?
            }
            (Some(rowid), None) => {
                target.writer.delete(sink, rowid, &old)?;
                target.changes.deleted(&old)?
            }
            (None, Some(new)) => {
                target.writer.insert(sink, new)?;
                target.changes.inserted(new)?
            }
            (None, None) => 0,
        };
        self.writing.hold(run, bytes)?;
        let rows = (rowid.is_some().then_some(old.as_slice()), new.as_deref());
        self.writing.after(run, on, event, rows, &assigned)?;
        run.shared.affected += 1;
        Ok(())
    }
}

impl Operator for MergeRows {
    fn next(&mut self, run: &mut Run<'_, '_>, _want: usize) -> Result<Poll> {
        if !self.gathered {
            self.gathered = self.writing.gather(run, &mut self.input)?;
            if !self.gathered {
                return Ok(Poll::Yield);
            }
        }
        while let Some(batch) = self.writing.pending.pop_front() {
            run.cx.interrupt.check()?;
            while self.at < batch.rows {
                if !run.has_fuel() {
                    self.writing.pending.push_front(batch);
                    return Ok(Poll::Yield);
                }
                run.spend(1)?;
                self.apply(run, &batch)?;
                self.at += 1;
            }
            self.at = 0;
        }
        self.writing.finish(run)
    }
}
