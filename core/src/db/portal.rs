//! A statement on its way, a bounded slice of work at a time.
//!
//! ```text
//! begin --> Reading (a snapshot of its own)            --> Over
//!       --> Writing (the session's transaction)        --> Over, committed if alone
//!       --> Gathered (a utility: done before it began) --> Over
//! ```

use std::sync::Arc;

use crate::batch::{Batch, ByteColumn, Values, Vector};
use crate::catalog::Catalog;
use crate::env::Nanos;
use crate::error::{Error, Result, SqlState};
use crate::exec::{Deferred, Execution, Pages, Step};
use crate::parse::Command;
use crate::physical::{PhysicalPlan, PhysicalStatement};
use crate::plan::Statement as Bound;
use crate::value::Datum;

use super::database::Shared;
use super::direct::Frame;
use super::functions::Times;
use super::outcome::{Column, Notice, Outcome};
use super::planning::plan_again;
use super::prepared::Prepared;
use super::session::{Draws, Phase, Session, SessionCell, View};
use super::settings::Settings;

/// What one step brought.
#[derive(Debug)]
pub enum PortalStep {
    /// Some rows.
    Rows(Batch),
    /// The fuel is used up; step again when other work is done.
    Yield,
    /// The end: the tag is known, and an autocommitted change is durable.
    Done,
}

/// A running statement. Owned: it holds its session, not a borrow of it. Dropped before `Done` it ends the
/// statement, which counts as an error of the statement if it was changing anything.
#[derive(Debug)]
pub struct Portal {
    session: Arc<SessionCell>,
    run: Run,
    columns: Arc<[Column]>,
    returns_rows: bool,
    state: State,
    tag: String,
    affected: u64,
    /// The transaction it belongs to, and its own number if it writes.
    serial: u64,
    number: u64,
}

/// What every step of a plan needs, whatever the transaction.
#[derive(Debug)]
struct Run {
    command: &'static str,
    catalog: Arc<Catalog>,
    parameters: Vec<Datum>,
    settings: Arc<Settings>,
    draws: Arc<Draws>,
    times: Times,
    deadline: Option<Nanos>,
    writes: bool,
}

enum State {
    Reading { shared: Arc<Shared>, txn: View, execution: Execution },
    Writing(Execution),
    Gathered(std::vec::IntoIter<Batch>),
    Over,
}

impl core::fmt::Debug for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            State::Reading { .. } => "Reading",
            State::Writing(_) => "Writing",
            State::Gathered(_) => "Gathered",
            State::Over => "Over",
        })
    }
}

impl Run {
    fn new(session: &Session, prepared: &Prepared, parameters: Vec<Datum>, writes: bool) -> Run {
        let times = Times::default();
        times.transaction.set(session.transaction_time);
        Run {
            command: prepared.command,
            catalog: Arc::clone(&prepared.catalog),
            parameters,
            settings: Arc::clone(&session.settings),
            draws: Arc::clone(&session.draws),
            times,
            deadline: session.deadline(),
            writes,
        }
    }

    fn step(
        &self,
        shared: &Shared,
        pages: Pages<'_>,
        deferred: Option<&mut Deferred>,
        execution: &mut Execution,
        fuel: u64,
    ) -> Result<Step> {
        let frame = Frame {
            shared,
            catalog: &self.catalog,
            parameters: &self.parameters,
            settings: &self.settings,
            draws: &self.draws,
            times: &self.times,
            deadline: self.deadline,
            writes: self.writes,
        };
        frame.step(pages, None, deferred, execution, fuel)
    }
}

/// Begins a statement; a plan that has become stale is made again and replaced.
pub(super) fn begin(
    cell: &Arc<SessionCell>,
    prepared: &mut Arc<Prepared>,
    parameters: Vec<Datum>,
) -> Result<Portal> {
    let mut session = cell.lock();
    session.check_ready()?;
    let result = if session.phase == Phase::Failed && !prepared.ends_failure {
        Err(Session::failed())
    } else {
        begin_ready(cell, &mut session, prepared, parameters)
    };
    if result.is_err() {
        session.statement_failed();
    }
    result
}

fn begin_ready(
    cell: &Arc<SessionCell>,
    session: &mut Session,
    prepared: &mut Arc<Prepared>,
    parameters: Vec<Datum>,
) -> Result<Portal> {
    let settings = session.settings.plan_key();
    let state = loop {
        if let PhysicalStatement::Utility(statement) = &prepared.statement
            && !prepared.writes
        {
            let statement = statement.clone();
            break gathered(session, prepared, &statement)?;
        }
        if session.writing.is_some() || prepared.writes {
            let writing = session.begin_writing(prepared.command)?;
            let (catalog, committed) = (Arc::clone(&writing.catalog), !writing.catalog_changed);
            if !prepared.holds_for(&catalog, committed, settings) {
                *prepared = plan_again(session, prepared, &catalog, committed)?;
                continue;
            }
            match &prepared.statement {
                PhysicalStatement::Plan(plan) => break State::Writing(Execution::new(Arc::clone(plan))),
                PhysicalStatement::Utility(statement) => {
                    let statement = statement.clone();
                    break gathered(session, prepared, &statement)?;
                }
                PhysicalStatement::Explain { analyze, plan } => {
                    break explained(session, prepared, *analyze, plan, &parameters)?;
                }
            }
        }
        let read = session.labelled_view()?;
        let same_version = prepared.committed && prepared.catalog.version == read.roots().schema_version;
        if !same_version || prepared.settings != settings {
            let catalog = session.shared.catalog_of(&*read, read.roots())?;
            *prepared = plan_again(session, prepared, &catalog, true)?;
            continue;
        }
        match &prepared.statement {
            PhysicalStatement::Plan(plan) => {
                let shared = Arc::clone(&session.shared);
                break State::Reading { shared, txn: read, execution: Execution::new(Arc::clone(plan)) };
            }
            PhysicalStatement::Explain { analyze, plan } => {
                drop(read);
                break explained(session, prepared, *analyze, plan, &parameters)?;
            }
            PhysicalStatement::Utility(_) => {
                return Err(Error::internal("a utility that does not write was not run"));
            }
        }
    };
    for message in &prepared.notices {
        session.notice(Notice::notice(SqlState::SUCCESSFUL_COMPLETION, message.clone()));
    }
    let (state, tag, affected) = match state {
        State::Gathered(rows) => {
            let (tag, affected) = session.last_utility.take().unwrap_or_default();
            session.statement_done()?;
            (State::Gathered(rows), tag, affected)
        }
        state => (state, String::new(), 0),
    };
    let writes = matches!(state, State::Writing(_));
    session.statements += 1;
    let number = session.statements;
    session.running = if writes { number } else { 0 };
    Ok(Portal {
        session: Arc::clone(cell),
        columns: Arc::clone(&prepared.columns),
        returns_rows: prepared.returns_rows,
        run: Run::new(session, prepared, parameters, writes),
        state,
        tag,
        affected,
        serial: session.serial,
        number,
    })
}

impl Portal {
    /// Does about `fuel` rows' worth of work.
    pub fn step(&mut self, fuel: u64) -> Result<PortalStep> {
        let result = self.advance(fuel);
        if result.is_err() {
            self.fail();
        }
        result
    }

    fn advance(&mut self, fuel: u64) -> Result<PortalStep> {
        let step = match &mut self.state {
            State::Over => return Ok(PortalStep::Done),
            State::Gathered(rows) => match rows.next() {
                Some(batch) => return Ok(PortalStep::Rows(batch)),
                None => {
                    self.state = State::Over;
                    return Ok(PortalStep::Done);
                }
            },
            State::Reading { shared, txn, execution } => {
                // Also a step that needs no page: an ended reader gets nothing more.
                txn.check_active()?;
                self.run.step(shared, Pages::Read(&**txn), None, execution, fuel)?
            }
            State::Writing(execution) => {
                let mut session = self.session.lock();
                let session = &mut *session;
                let shared = Arc::clone(&session.shared);
                shared.check_open()?;
                let same = session.serial == self.serial && session.running == self.number;
                match &mut session.writing {
                    Some(writing) if same => {
                        let pages = Pages::Write(&mut writing.txn);
                        self.run.step(&shared, pages, Some(&mut session.deferred), execution, fuel)?
                    }
                    _ => return Err(undone()),
                }
            }
        };
        Ok(match step {
            Step::Rows(batch) => PortalStep::Rows(batch),
            Step::Yield => PortalStep::Yield,
            Step::Done { affected } => {
                self.affected = affected;
                self.tag = match self.run.command {
                    "INSERT" => format!("INSERT 0 {affected}"),
                    command => format!("{command} {affected}"),
                };
                if let State::Writing(_) = core::mem::replace(&mut self.state, State::Over) {
                    let mut session = self.session.lock();
                    session.running = 0;
                    if let Err(error) = session.statement_done() {
                        session.statement_failed();
                        return Err(error);
                    }
                }
                PortalStep::Done
            }
        })
    }

    /// Ends the statement as failed, and the transaction it is in.
    fn fail(&mut self) {
        match core::mem::replace(&mut self.state, State::Over) {
            State::Over | State::Gathered(_) => {}
            State::Reading { .. } => {
                let mut session = self.session.lock();
                if session.serial == self.serial && session.phase != Phase::Idle {
                    session.statement_failed();
                }
            }
            State::Writing(_) => {
                let mut session = self.session.lock();
                if session.serial == self.serial && session.running == self.number {
                    session.running = 0;
                    session.statement_failed();
                }
            }
        }
    }

    /// Whether it changes anything: such a statement keeps its connection busy until it is done.
    pub(super) fn is_writing(&self) -> bool {
        matches!(self.state, State::Writing(_))
    }

    /// The columns of its rows.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether it returns rows at all.
    pub fn returns_rows(&self) -> bool {
        self.returns_rows
    }

    /// PostgreSQL's command tag, once done.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Rows changed or returned, once done.
    pub fn affected(&self) -> u64 {
        self.affected
    }

    /// What COPY TO STDOUT wrote, once done; taken.
    pub fn take_copied(&self) -> Option<Vec<u8>> {
        self.session.lock().copy_output.take()
    }

    pub(super) fn columns_shared(&self) -> Arc<[Column]> {
        Arc::clone(&self.columns)
    }

    /// Runs to the end; answers the rows.
    pub(super) fn gather(&mut self) -> Result<Vec<Batch>> {
        let mut rows = Vec::new();
        loop {
            match self.step(u64::MAX)? {
                PortalStep::Rows(batch) => rows.push(batch),
                PortalStep::Yield => {}
                PortalStep::Done => return Ok(rows),
            }
        }
    }

    /// Runs to the end; answers everything.
    pub(super) fn outcome(mut self) -> Result<Outcome> {
        let rows = self.gather()?;
        Ok(self.outcome_of(rows))
    }

    /// What the statement leaves when it is done, with the rows of its steps; the session's notices go along.
    pub fn outcome_of(&mut self, rows: Vec<Batch>) -> Outcome {
        let notices: Vec<Notice> = core::mem::take(&mut self.session.lock().notices);
        Outcome {
            tag: core::mem::take(&mut self.tag),
            affected: self.affected,
            columns: self.columns.to_vec(),
            returns_rows: self.returns_rows,
            rows,
            notices,
            copied: self.take_copied(),
            zone: self.run.settings.zone().clone(),
        }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        if self.is_writing() {
            self.fail(); // D1
        }
    }
}

/// The transaction around a statement was undone between two of its steps.
fn undone() -> Error {
    Error::new(
        SqlState::NO_ACTIVE_SQL_TRANSACTION,
        "the transaction of the statement was rolled back before its end",
    )
}

/// Runs a utility statement; its tag waits in the session.
fn gathered(session: &mut Session, prepared: &Prepared, statement: &Bound) -> Result<State> {
    let mut rows = Vec::new();
    let mut tag = prepared.command.to_owned();
    let mut affected = 0;
    match statement {
        Bound::Transaction(control) => tag = session.control(control)?.to_owned(),
        Bound::Set { name, value, local } => session.set(name, value.as_deref(), *local)?,
        Bound::Show { name } if name == "all" => rows.push(all_settings(session)),
        Bound::Show { name } => rows.push(text_batch(&[session.show(name)?])),
        Bound::Empty => {}
        Bound::Command(command) => {
            if let Command::Fetch { name, direction, only_move: false } = &**command {
                let shown = super::define::cursor_columns(session, name)?;
                let same = shown.len() == prepared.columns.len()
                    && shown.iter().zip(prepared.columns.iter()).all(|(a, b)| a.ty.ty == b.ty.ty);
                if !same {
                    let message = "cached plan must not change result type";
                    return Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, message));
                }
                (rows, affected) = super::define::fetch(session, name, *direction)?;
                session.last_utility = Some((format!("{tag} {affected}"), affected));
                return Ok(State::Gathered(rows.into_iter()));
            }
            if let Some(count) = super::define::run(session, command)? {
                affected = count;
                // CREATE MATERIALIZED VIEW answers as the SELECT it ran.
                let verb = if matches!(**command, Command::CreateView(_)) { "SELECT" } else { &tag };
                tag = format!("{verb} {count}");
            }
        }
        Bound::CreateTable(_) | Bound::CreateIndex(_) | Bound::AlterTable(_) => {
            let done = super::ddl::run(session, prepared.command, statement)?;
            if let Some(count) = done {
                affected = count;
                tag = format!("{tag} {count}");
            }
        }
        Bound::Query(_)
        | Bound::Insert(_)
        | Bound::Update(_)
        | Bound::Delete(_)
        | Bound::Merge(_)
        | Bound::Explain { .. } => {
            return Err(Error::unsupported("this statement"));
        }
    }
    session.last_utility = Some((tag, affected));
    Ok(State::Gathered(rows.into_iter()))
}

/// One prepared change run again and again with other parameters, inside the session's transaction.
pub(super) struct Repeated {
    run: Run,
    plan: Arc<PhysicalPlan>,
    command: &'static str,
}

impl Repeated {
    pub(super) fn new(session: &Session, prepared: &Prepared) -> Result<Repeated> {
        let PhysicalStatement::Plan(plan) = &prepared.statement else {
            return Err(Error::internal("only plans are repeated"));
        };
        let run = Run::new(session, prepared, Vec::new(), true);
        Ok(Repeated { run, plan: Arc::clone(plan), command: prepared.command })
    }

    /// Runs it once; answers how many rows it changed.
    pub(super) fn run(&mut self, session: &mut Session, parameters: Vec<Datum>) -> Result<u64> {
        self.run.parameters = parameters;
        let mut execution = Execution::new(Arc::clone(&self.plan));
        let shared = Arc::clone(&session.shared);
        session.begin_writing(self.command)?;
        let Some(writing) = &mut session.writing else { return Err(undone()) };
        loop {
            let (pages, deferred) = (Pages::Write(&mut writing.txn), Some(&mut session.deferred));
            match self.run.step(&shared, pages, deferred, &mut execution, u64::MAX)? {
                Step::Rows(_) | Step::Yield => {}
                Step::Done { affected } => return Ok(affected),
            }
        }
    }
}

/// Runs a query to its end, in the session's transaction or in a snapshot of its own.
pub(super) fn run_reading(session: &mut Session, prepared: &Prepared) -> Result<Vec<Batch>> {
    if session.writing.is_some() {
        return run_inside(session, prepared, Vec::new()).map(|(rows, _)| rows);
    }
    let PhysicalStatement::Plan(plan) = &prepared.statement else {
        return Err(Error::internal("only plans are run for their rows"));
    };
    let run = Run::new(session, prepared, Vec::new(), false);
    let read = session.shared.pager.begin_read()?;
    let mut execution = Execution::new(Arc::clone(plan));
    let mut rows = Vec::new();
    loop {
        match run.step(&session.shared, Pages::Read(&read), None, &mut execution, u64::MAX)? {
            Step::Rows(batch) => rows.push(batch),
            Step::Yield => {}
            Step::Done { .. } => return Ok(rows),
        }
    }
}

/// Runs a plan to its end inside the session's transaction; answers its rows and its count.
pub(super) fn run_inside(
    session: &mut Session,
    prepared: &Prepared,
    parameters: Vec<Datum>,
) -> Result<(Vec<Batch>, u64)> {
    let PhysicalStatement::Plan(plan) = &prepared.statement else {
        return Err(Error::internal("only plans run inside a statement"));
    };
    let run = Run::new(session, prepared, parameters, true);
    let mut execution = Execution::new(Arc::clone(plan));
    let shared = Arc::clone(&session.shared);
    session.begin_writing(prepared.command)?;
    let Some(writing) = &mut session.writing else { return Err(undone()) };
    let mut rows = Vec::new();
    loop {
        let (pages, deferred) = (Pages::Write(&mut writing.txn), Some(&mut session.deferred));
        match run.step(&shared, pages, deferred, &mut execution, u64::MAX)? {
            Step::Rows(batch) => rows.push(batch),
            Step::Yield => {}
            Step::Done { affected } => return Ok((rows, affected)),
        }
    }
}

/// EXPLAIN; with `analyze` the plan runs to its end, its rows are dropped and its figures shown.
fn explained(
    session: &mut Session,
    prepared: &Prepared,
    analyze: bool,
    plan: &Arc<PhysicalPlan>,
    parameters: &[Datum],
) -> Result<State> {
    let lines = if analyze {
        let run = Run::new(session, prepared, parameters.to_vec(), prepared.writes);
        let mut execution = Execution::instrumented(Arc::clone(plan));
        let shared = Arc::clone(&session.shared);
        let read = if session.writing.is_none() { Some(session.read_view()?) } else { None };
        loop {
            let pages = match (&read, &mut session.writing) {
                (_, Some(writing)) => Pages::Write(&mut writing.txn),
                (Some(read), None) => Pages::Read(&**read),
                (None, None) => return Err(Error::internal("T1: a statement without a transaction")),
            };
            let deferred = Some(&mut session.deferred);
            if let Step::Done { .. } = run.step(&shared, pages, deferred, &mut execution, u64::MAX)? {
                break execution.explain();
            }
        }
    } else {
        plan.to_string().lines().map(str::to_owned).collect()
    };
    session.last_utility = Some((prepared.command.to_owned(), 0));
    Ok(State::Gathered(vec![text_batch(&lines)].into_iter()))
}

/// One column of texts.
fn all_settings(session: &Session) -> Batch {
    let (names, values): (Vec<String>, Vec<String>) =
        session.settings.all().map(|(name, value)| (name.to_owned(), value)).unzip();
    let rows = names.len();
    let lines = [names, values, vec![String::new(); rows]];
    Batch { columns: lines.iter().flat_map(|lines| text_batch(lines).columns).collect(), rows }
}

fn text_batch(lines: &[String]) -> Batch {
    let mut bytes = ByteColumn::default();
    for line in lines {
        bytes.push(line.as_bytes());
    }
    Batch { columns: vec![Vector { values: Values::Bytes(bytes), nulls: None }], rows: lines.len() }
}
