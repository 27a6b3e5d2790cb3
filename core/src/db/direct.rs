//! The short way of a prepared statement: run to its end under the session's lock, with everything it needs
//! borrowed. A portal owns what it needs, so that it can be set aside; a point query spends more on that
//! than on its row.
//!
//! X1  The rows are handed over after the lock is released: whoever reads them may use the connection.

use std::sync::Arc;

use crate::batch::Batch;
use crate::catalog::Catalog;
use crate::env::Nanos;
use crate::error::{Error, Result};
use crate::exec::{self, Deferred, ExecContext, Execution, LentCells, Pages, Step};
use crate::pager::ReadTxn;
use crate::physical::{PhysicalPlan, PhysicalStatement};
use crate::store::KeptWriters;
use crate::value::Datum;

use super::database::Shared;
use super::functions::{Deadline, StatementContext, Times};
use super::prepared::Prepared;
use super::session::{Draws, Phase, Session, SessionCell, Writing};
use super::settings::Settings;

/// What every step of a plan needs, whatever the transaction.
pub(super) struct Frame<'a> {
    pub(super) shared: &'a Shared,
    pub(super) catalog: &'a Arc<Catalog>,
    pub(super) parameters: &'a [Datum],
    pub(super) settings: &'a Settings,
    pub(super) draws: &'a Draws,
    pub(super) times: &'a Times,
    pub(super) deadline: Option<Nanos>,
    pub(super) writes: bool,
}

impl Frame<'_> {
    /// One step of an execution.
    pub(super) fn step(
        &self,
        pages: Pages<'_>,
        writers: Option<&mut KeptWriters>,
        deferred: Option<&mut Deferred>,
        execution: &mut Execution,
        fuel: u64,
    ) -> Result<Step> {
        let functions = StatementContext {
            shared: self.shared,
            catalog: self.catalog,
            settings: self.settings,
            draws: self.draws,
            times: self.times,
            writes: self.writes,
        };
        let deadline = Deadline { shared: self.shared, at: self.deadline };
        // Taken apart and put together: so the borrow may be as short as the context's.
        #[expect(clippy::needless_match, reason = "it shortens the lifetime, which no shorter form does")]
        let pages = match pages {
            Pages::Read(source) => Pages::Read(source),
            Pages::Write(sink) => Pages::Write(sink),
        };
        let mut context = ExecContext::new(pages, self.catalog, self.parameters, &functions);
        context.system = &functions;
        context.rules = &functions;
        context.interrupt = &deadline;
        context.writers = writers;
        context.deferred = deferred;
        context.fuel = fuel;
        context.memory_bytes_max = self.shared.options.statement_memory_bytes;
        context.batch_rows_max =
            self.shared.options.batch_rows_max.clamp(1, crate::base::limits::BATCH_ROWS_MAX);
        execution.step(&mut context)
    }
}

/// How much of a statement's rows its caller wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    /// None: only the count.
    Count,
    /// The first batch with a row; a statement that changes nothing may stop there.
    First,
}

/// Runs a plan that holds, to its end. `None`: it does not hold any more, or is no plan; nothing was done,
/// and a portal knows what to do.
pub(super) fn run(
    cell: &SessionCell,
    prepared: &Prepared,
    parameters: &[Datum],
    wanted: Wanted,
) -> Result<Option<(u64, Batch)>> {
    let PhysicalStatement::Plan(plan) = &prepared.statement else { return Ok(None) };
    let mut session = cell.lock();
    session.check_ready()?;
    if session.phase == Phase::Failed || session.settings.plan_key() != prepared.settings {
        return Ok(None);
    }
    if !prepared.writes && session.writing.is_none() {
        let read = session.read_view()?;
        if !prepared.committed || prepared.catalog.version != read.roots().schema_version {
            return Ok(None);
        }
        let result = finish(&mut session, prepared, plan, parameters, wanted, Some(&read));
        if result.is_err() && session.phase != Phase::Idle {
            session.statement_failed();
        }
        return result.map(Some);
    }
    let result = run_writing(&mut session, prepared, plan, parameters, wanted);
    if result.is_err() {
        session.statement_failed();
    }
    result
}

/// Inserts the single row of a prepared INSERT from the caller's own values. `false`: nothing was done, and
/// [`run`] or a portal knows what to do.
pub(super) fn insert(cell: &SessionCell, prepared: &Prepared, values: &dyn LentCells) -> Result<bool> {
    let PhysicalStatement::Plan(plan) = &prepared.statement else { return Ok(false) };
    if !exec::is_short_insert(plan) {
        return Ok(false);
    }
    let mut session = cell.lock();
    session.check_ready()?;
    let settings = session.settings.plan_key();
    if session.phase == Phase::Failed || settings != prepared.settings {
        return Ok(false);
    }
    let writing = session.begin_writing_more(prepared.command);
    let done = writing.and_then(|Writing { txn, catalog, catalog_changed, writers, .. }| {
        if !prepared.holds_for(catalog, !*catalog_changed, settings) {
            return Ok(false);
        }
        exec::short_insert(plan, catalog, txn, writers, values)
    });
    let done = done.and_then(|done| {
        if done {
            session.statement_done()?;
        }
        Ok(done)
    });
    if done.is_err() {
        session.statement_failed();
    }
    done
}

fn run_writing(
    session: &mut Session,
    prepared: &Prepared,
    plan: &Arc<PhysicalPlan>,
    parameters: &[Datum],
    wanted: Wanted,
) -> Result<Option<(u64, Batch)>> {
    let settings = prepared.settings;
    let writing = if plan.spares_writers() {
        session.begin_writing_more(prepared.command)?
    } else {
        session.begin_writing(prepared.command)?
    };
    if !prepared.holds_for(&writing.catalog, !writing.catalog_changed, settings) {
        return Ok(None);
    }
    let result = finish(session, prepared, plan, parameters, wanted, None)?;
    session.statement_done()?;
    Ok(Some(result))
}

fn finish(
    session: &mut Session,
    prepared: &Prepared,
    plan: &Arc<PhysicalPlan>,
    parameters: &[Datum],
    wanted: Wanted,
    read: Option<&ReadTxn>,
) -> Result<(u64, Batch)> {
    let times = Times::default();
    times.transaction.set(session.transaction_time);
    let deadline = session.deadline();
    let frame = Frame {
        shared: &session.shared,
        catalog: &prepared.catalog,
        parameters,
        settings: &session.settings,
        draws: &session.draws,
        times: &times,
        deadline,
        writes: prepared.writes,
    };
    let mut execution = Execution::new(Arc::clone(plan));
    let mut first = Batch::default();
    loop {
        let deferred = Some(&mut session.deferred);
        let (pages, writers) = match (read, &mut session.writing) {
            (Some(read), _) => (Pages::Read(read), None),
            (None, Some(writing)) => (Pages::Write(&mut writing.txn), Some(&mut writing.writers)),
            (None, None) => return Err(Error::internal("T1: a statement without a transaction")),
        };
        match frame.step(pages, writers, deferred, &mut execution, u64::MAX)? {
            Step::Rows(batch) => {
                if wanted == Wanted::First && first.rows == 0 {
                    first = batch;
                    if !prepared.writes && first.rows > 0 {
                        return Ok((0, first));
                    }
                }
            }
            Step::Yield => {}
            Step::Done { affected } => return Ok((affected, first)),
        }
    }
}
