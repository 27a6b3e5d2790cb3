//! What INSERT, UPDATE and DELETE share: source rows waiting to be written, the writer with its notes for
//! references, and RETURNING rows, which wait until the references are known to hold.
//!
//! Does not know what is done to a row: the operators do.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::event::TriggerEvent;
use crate::base::hash::HashSet;
use crate::batch::Batch;
use crate::catalog::{Routine, Table};
use crate::error::{Error, Result, SqlState};
use crate::exec::change::Changes;
use crate::exec::leaves::Leaves;
use crate::exec::run::{BoxedOperator, Poll, Run};
use crate::exec::trigger::{self, Waiting};
use crate::physical::Programs;
use crate::store::{TableShape, TableWriter};
use crate::value::Datum;

/// The table being changed.
pub(super) struct Target {
    pub writer: TableWriter,
    pub changes: Changes,
}

/// The state of a statement that changes rows.
#[derive(Default)]
pub(super) struct Writing {
    /// Source rows not yet written.
    pub pending: VecDeque<Batch>,
    /// From the first row on, until the references are settled.
    target: Option<Target>,
    /// Rows that AFTER triggers wait for.
    waiting: Waiting,
    /// Where the rows of a family go.
    pub(super) leaves: Option<Leaves>,
    /// Rows of a family that the statement has written.
    pub(super) own: HashSet<(usize, i64)>,
    returning: VecDeque<Batch>,
    /// Bytes held until the end.
    held: usize,
}

impl Writing {
    pub(super) fn hold(&mut self, run: &mut Run<'_, '_>, bytes: usize) -> Result<()> {
        self.held += bytes;
        run.hold(bytes)
    }

    /// Takes what the input has; `false` when it is out of fuel before its end.
    pub(super) fn gather(&mut self, run: &mut Run<'_, '_>, input: &mut BoxedOperator) -> Result<bool> {
        loop {
            match input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => {
                    self.hold(run, batch.memory_bytes())?;
                    self.pending.push_back(batch);
                }
                Poll::Done => return Ok(true),
                Poll::Yield => return Ok(false),
            }
        }
    }

    /// The writer, made at the first row: a statement that touches none needs none.
    pub(super) fn target(&mut self, run: &Run<'_, '_>, table: &Arc<Table>) -> Result<&mut Target> {
        match &mut self.target {
            Some(target) => Ok(target),
            none => {
                let page_size = run.cx.pages.source().page_size();
                let writer = TableWriter::new(run.cx.catalog, table, page_size)?;
                Ok(none.insert(Target { writer, changes: Changes::new(run.cx.catalog, table) }))
            }
        }
    }

    /// The row to write after the BEFORE triggers; `None`: it is left alone.
    pub(super) fn before(
        &mut self,
        run: &mut Run<'_, '_>,
        (triggers, table): (&[Arc<Routine>], &Arc<Table>),
        event: TriggerEvent,
        rows: (Option<&[Datum]>, Option<Vec<Datum>>),
        assigned: &[usize],
    ) -> Result<Option<Vec<Datum>>> {
        let row = trigger::before(run, triggers, table, event, rows, assigned)?;
        if let Some(target) = &mut self.target {
            // The trigger may have written to the table: what the writer remembers of it is stale.
            let page_size = run.cx.pages.source().page_size();
            target.writer = TableWriter::new(run.cx.catalog, table, page_size)?;
        }
        Ok(row)
    }

    /// A row was written: AFTER triggers will see it.
    pub(super) fn after(
        &mut self,
        run: &mut Run<'_, '_>,
        (triggers, table): (&[Arc<Routine>], &Arc<Table>),
        event: TriggerEvent,
        rows: (Option<&[Datum]>, Option<&[Datum]>),
        assigned: &[usize],
    ) -> Result<()> {
        if triggers.is_empty() {
            return Ok(());
        }
        let bytes = self.waiting.push((triggers, table), event, rows, assigned);
        self.hold(run, bytes)
    }

    /// Computes RETURNING over these rows and keeps the result for the end.
    pub(super) fn keep_returning(
        &mut self,
        run: &mut Run<'_, '_>,
        returning: &Programs,
        rows: &Batch,
    ) -> Result<()> {
        let columns = run.evaluate_all(returning, rows)?;
        let rows = Batch { columns, rows: rows.rows };
        self.hold(run, rows.memory_bytes())?;
        self.returning.push_back(rows);
        Ok(())
    }

    /// When every row is written: settles the references, then hands RETURNING out.
    pub(super) fn finish(&mut self, run: &mut Run<'_, '_>) -> Result<Poll> {
        if let Some(target) = &mut self.target {
            if !target.changes.settle(run)? {
                return Ok(Poll::Yield);
            }
            self.target = None;
        }
        self.waiting.fire(run)?;
        Ok(match self.returning.pop_front() {
            Some(batch) => Poll::Batch(batch),
            None => {
                run.release(core::mem::take(&mut self.held));
                Poll::Done
            }
        })
    }
}

/// 27000, where a trigger has changed the row that is to be changed.
pub(super) fn changed_by_trigger(what: &str) -> Error {
    Error::new(
        SqlState::TRIGGERED_DATA_CHANGE_VIOLATION,
        format!("tuple to be {what} was already modified by an operation triggered by the current command"),
    )
    .with_hint(
        "Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.",
    )
}

/// Whether a row is there as it was read.
pub(super) fn is_unchanged(run: &Run<'_, '_>, table: &Table, rowid: i64, old: &[Datum]) -> Result<bool> {
    let source = run.cx.pages.source();
    let now = TableShape::new(table, source.page_size()).fetch(source, table, rowid)?;
    Ok(now.is_some_and(|now| now == old))
}

/// The number in an OID.
pub(super) fn oid_of(oid: Datum) -> i64 {
    if let Datum::Int(oid) = oid { oid } else { 0 }
}
