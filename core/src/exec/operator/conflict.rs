//! ON CONFLICT: what becomes of a row whose key is taken.

use crate::base::RowId;
use crate::base::event::TriggerEvent;
use crate::base::hash::HashSet;
use crate::error::{Error, Result, SqlState};
use crate::eval::Row;
use crate::exec::change::settle_row;
use crate::exec::run::Run;
use crate::physical::{ConflictPlan, InsertPlan};
use crate::value::Datum;

use super::writing::{Writing, changed_by_trigger, is_unchanged};

/// What became of a row.
pub(super) enum Resolved {
    /// Nothing is in its way.
    Free,
    /// DO NOTHING, or the WHERE of DO UPDATE is not true.
    Skipped,
    /// The row that was in its way has become this one.
    Updated(Vec<Datum>),
}

/// The rows that the statement itself has written: it may not change one twice.
#[derive(Default)]
pub(super) struct Conflicts {
    own: HashSet<i64>,
}

impl Conflicts {
    /// Notes a row of the statement.
    pub(super) fn inserted(&mut self, plan: &InsertPlan, rowid: RowId) {
        if plan.conflict.as_ref().is_some_and(|conflict| conflict.update.is_some()) {
            self.own.insert(rowid.0);
        }
    }

    /// Looks for a row in the way of this one, and updates it.
    pub(super) fn resolve(
        &mut self,
        run: &mut Run<'_, '_>,
        writing: &mut Writing,
        plan: &InsertPlan,
        conflict: &ConflictPlan,
        row: &[Datum],
    ) -> Result<Resolved> {
        let writer = &mut writing.target(run, &plan.table)?.writer;
        let source = run.cx.pages.source();
        let Some(rowid) = writer.row_in_the_way(source, row, conflict.arbiters.as_deref())? else {
            return Ok(Resolved::Free);
        };
        let Some(update) = &conflict.update else { return Ok(Resolved::Skipped) };
        if !self.own.insert(rowid) {
            return Err(twice());
        }
        let old = writer.fetch(source, rowid)?;
        let mut both = old.clone();
        both.extend_from_slice(row);
        if let Some(predicate) = &update.predicate
            && !run.is_true(predicate, Row::Values(&both))?
        {
            return Ok(Resolved::Skipped);
        }
        let mut new = old.clone();
        for (ordinal, program) in &update.assignments {
            new[*ordinal] = run.value(program, Row::Values(&both))?;
        }
        let on = (&*plan.triggers, &plan.table);
        let assigned: Vec<usize> = update.assignments.iter().map(|(ordinal, _)| *ordinal).collect();
        if !plan.triggers.is_empty() {
            let rows = (Some(old.as_slice()), Some(new));
            match writing.before(run, on, TriggerEvent::Update, rows, &assigned)? {
                Some(row) => new = row,
                None => return Ok(Resolved::Skipped),
            }
            if !is_unchanged(run, &plan.table, rowid, &old)? {
                return Err(changed_by_trigger("updated"));
            }
        }
        settle_row(run, &plan.table, &plan.rules, &mut new)?;
        let target = writing.target(run, &plan.table)?;
        let moved = target.writer.update(run.cx.pages.sink()?, RowId(rowid), &old, &new)?;
        self.own.insert(moved.0);
        let bytes = target.changes.updated(&old, &new)?;
        writing.hold(run, bytes)?;
        writing.after(run, on, TriggerEvent::Update, (Some(&old), Some(&new)), &assigned)?;
        Ok(Resolved::Updated(new))
    }
}

/// 21000
pub(super) fn twice() -> Error {
    Error::new(
        SqlState::CARDINALITY_VIOLATION,
        "ON CONFLICT DO UPDATE command cannot affect row a second time",
    )
    .with_hint(
        "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
    )
}
