//! A session: which transaction is open, what it has set, what it has to say.
//!
//! ```text
//!          BEGIN                     error
//! Idle ------------> Open -------------------------> Failed
//!   |                 | COMMIT, ROLLBACK               | ROLLBACK, COMMIT: Idle
//!   | script          v                                | ROLLBACK TO: Open
//!   +--> Implicit -> Idle
//! ```
//!
//! T1  The write transaction begins with the first statement that writes, and lives no longer than the
//!     transaction of the session; reading statements before it each have a snapshot of their own.
//! T2  While a transaction writes, all its statements see its own changes, the catalog included.
//! T4  A transaction at REPEATABLE READ or SERIALIZABLE reads one snapshot, and writes only on top of that
//!     very commit (else 40001): with one writer it is as if it ran alone.
//! T3  A failed transaction holds the writer's lock only if a savepoint could bring it back to life.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::ObjectId;
use crate::base::hash::HashMap;
use crate::base::sync::{RankedGuard, RankedMutex, rank};
use crate::catalog::Catalog;
use crate::env::Nanos;
use crate::error::{Error, Result, SqlState};
use crate::exec::Deferred;
use crate::pager::{Durability, ReadTxn, Savepoint, WriteTxn};
use crate::plan::{Isolation, TransactionStatement};
use crate::store::{self, KeptWriters};
use crate::value::SqlType;

use super::database::Shared;
use super::define::Cursor;
use super::functions::unix_to_postgres;
use super::outcome::{Column, Notice};
use super::plan_cache::PlanCache;
use super::settings::Settings;

/// Plans a session keeps for a catalog of its own, while it has changed the schema and not committed.
const PRIVATE_PLANS: usize = 64;

/// A session behind its lock: portals, statements and the connection share it.
#[derive(Debug)]
pub(super) struct SessionCell(RankedMutex<Session, { rank::SESSION }>);

impl SessionCell {
    pub(super) fn new(session: Session) -> SessionCell {
        SessionCell(RankedMutex::new(session))
    }

    pub(super) fn lock(&self) -> RankedGuard<'_, Session, { rank::SESSION }> {
        self.0.lock()
    }
}

/// The last values drawn, for `currval`.
pub(super) type Draws = RankedMutex<HashMap<ObjectId, i64>, { rank::DRAWS }>;

/// What a reading statement reads.
pub(super) enum View {
    /// A snapshot of its own.
    Own(ReadTxn),
    /// That of its transaction.
    Shared(Arc<ReadTxn>),
}

impl core::ops::Deref for View {
    type Target = ReadTxn;
    fn deref(&self) -> &ReadTxn {
        match self {
            View::Own(read) => read,
            View::Shared(read) => read,
        }
    }
}

/// See the picture above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Idle,
    Implicit,
    Open,
    Failed,
}

/// The write transaction of a session.
pub(super) struct Writing {
    pub(super) txn: WriteTxn,
    /// The catalog as this transaction sees it.
    pub(super) catalog: Arc<Catalog>,
    /// Whether that is a catalog nobody else sees.
    pub(super) catalog_changed: bool,
    /// Plans for a catalog nobody else sees.
    pub(super) plans: PlanCache,
    /// Writers that the last INSERTs left, for the next ones.
    pub(super) writers: KeptWriters,
}

impl core::fmt::Debug for Writing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Writing").field("catalog_changed", &self.catalog_changed).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Mark {
    /// `None`: that of a nested transaction of the API.
    name: Option<String>,
    /// No two of a session share one.
    number: u64,
    /// `None`: nothing was written before it.
    pages: Option<(Savepoint, Arc<Catalog>, bool)>,
    settings: Arc<Settings>,
    deferred: Deferred,
}

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) phase: Phase,
    pub(super) writing: Option<Writing>,
    /// Constraints that the transaction checks later.
    pub(super) deferred: Deferred,
    marks: Vec<Mark>,
    /// Counts savepoints.
    marks_set: u64,
    pub(super) settings: Arc<Settings>,
    defaults: Arc<Settings>,
    /// The settings when the transaction began, and those that SET LOCAL hides.
    before: Option<Arc<Settings>>,
    hidden: Option<Arc<Settings>>,
    pub(super) notices: Vec<Notice>,
    pub(super) draws: Arc<Draws>,
    /// `now()` of an open transaction, in PostgreSQL's microseconds.
    pub(super) transaction_time: Option<i64>,
    read_only: bool,
    /// What a transaction with a fixed snapshot reads, from its first statement on (T4).
    snapshot: Option<Arc<ReadTxn>>,
    /// Counts transactions, so that a portal knows whether it is still in its own.
    pub(super) serial: u64,
    /// Tag and count of the utility statement that has just run.
    pub(super) last_utility: Option<(String, u64)>,
    /// The writing statement that is between two steps, by its number; 0: none is.
    pub(super) running: u64,
    /// Counts writing statements run step by step.
    pub(super) statements: u64,
    /// Statements of PREPARE, by name.
    pub(super) named: BTreeMap<String, NamedStatement>,
    /// Open cursors, by name.
    pub(super) cursors: BTreeMap<String, Cursor>,
    /// What the next COPY FROM STDIN reads.
    pub(super) copy_input: Option<Vec<u8>>,
    /// What the last COPY TO STDOUT wrote.
    pub(super) copy_output: Option<Vec<u8>>,
}

/// A statement of PREPARE.
#[derive(Clone, Debug)]
pub(super) struct NamedStatement {
    pub(super) sql: Arc<str>,
    pub(super) types: Vec<Option<SqlType>>,
    pub(super) columns: Arc<[Column]>,
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>) -> Session {
        let settings = Arc::new(Settings::new(shared.options.durability).on_host(&shared.env));
        Session {
            shared,
            phase: Phase::Idle,
            writing: None,
            deferred: Deferred::default(),
            marks: Vec::new(),
            marks_set: 0,
            defaults: Arc::clone(&settings),
            settings,
            before: None,
            hidden: None,
            notices: Vec::new(),
            draws: Arc::default(),
            transaction_time: None,
            read_only: false,
            snapshot: None,
            serial: 0,
            last_utility: None,
            running: 0,
            statements: 0,
            named: BTreeMap::new(),
            cursors: BTreeMap::new(),
            copy_input: None,
            copy_output: None,
        }
    }

    /// Refuses work that cannot begin now.
    pub(super) fn check_ready(&self) -> Result<()> {
        self.shared.check_open()?;
        if self.running != 0 {
            return Err(Error::new(
                SqlState::OBJECT_IN_USE,
                "a statement of this connection is still running: step it to its end or drop it",
            ));
        }
        Ok(())
    }

    /// What a statement in a failed transaction gets.
    pub(super) fn failed() -> Error {
        Error::new(
            SqlState::IN_FAILED_SQL_TRANSACTION,
            "current transaction is aborted, commands ignored until end of transaction block",
        )
    }

    /// Keeps a notice for the client, if it wants it.
    pub(super) fn notice(&mut self, notice: Notice) {
        if self.settings.wants(notice.severity) {
            self.notices.push(notice);
        }
    }

    /// The catalog that statements are planned against now, and whether it is a committed one.
    pub(super) fn catalog(&self) -> Result<(Arc<Catalog>, bool)> {
        if let Some(writing) = &self.writing {
            return Ok((Arc::clone(&writing.catalog), !writing.catalog_changed));
        }
        let read = match &self.snapshot {
            Some(snapshot) => View::Shared(Arc::clone(snapshot)),
            None => View::Own(self.shared.pager.begin_read()?),
        };
        Ok((self.shared.catalog_of(&*read, read.roots())?, true))
    }

    /// The write transaction, begun if need be, for a statement that may change anything.
    pub(super) fn begin_writing(&mut self, command: &str) -> Result<&mut Writing> {
        let writing = self.begin_writing_more(command)?;
        writing.writers.clear();
        Ok(writing)
    }

    /// The same for a statement that changes nothing but through the kept writers.
    pub(super) fn begin_writing_more(&mut self, command: &str) -> Result<&mut Writing> {
        if self.writing.is_none() {
            let alone = self.phase == Phase::Idle && self.settings.default_read_only();
            if self.read_only || alone || self.shared.options.read_only {
                return Err(Error::new(
                    SqlState::READ_ONLY_SQL_TRANSACTION,
                    format!("cannot execute {command} in a read-only transaction"),
                ));
            }
            let txn = self.shared.begin_write()?;
            self.check_serial(&txn)?;
            let catalog = self.shared.catalog_of(&txn, txn.roots())?;
            self.writing = Some(Writing {
                txn,
                catalog,
                catalog_changed: false,
                plans: PlanCache::new(PRIVATE_PLANS),
                writers: KeptWriters::default(),
            });
        }
        Ok(self.writing.as_mut().expect("T1: begun above"))
    }

    /// Whether the transaction reads one snapshot.
    fn is_fixed(&self) -> bool {
        self.phase != Phase::Idle && self.settings.isolation().is_fixed()
    }

    /// What a statement that begins now reads: the committed state, or the transaction's own snapshot.
    #[inline]
    pub(super) fn read_view(&mut self) -> Result<View> {
        if !self.is_fixed() {
            return Ok(View::Own(self.shared.pager.begin_read()?));
        }
        self.fixed_view()
    }

    /// The same for a reader that may stay: timed, and under the session's label.
    pub(super) fn labelled_view(&mut self) -> Result<View> {
        if !self.is_fixed() {
            return Ok(View::Own(self.shared.pager.begin_read_as(self.settings.label())?));
        }
        self.fixed_view()
    }

    #[cold]
    fn fixed_view(&mut self) -> Result<View> {
        let snapshot = match &self.snapshot {
            Some(snapshot) => Arc::clone(snapshot),
            None => {
                let read = Arc::new(self.shared.pager.begin_read_as(self.settings.label())?);
                self.snapshot = Some(Arc::clone(&read));
                read
            }
        };
        // It may have been ended since the statement before.
        snapshot.check_active()?;
        Ok(View::Shared(snapshot))
    }

    /// T4: what was read is what is changed.
    fn check_serial(&mut self, txn: &WriteTxn) -> Result<()> {
        if !self.is_fixed() {
            return Ok(());
        }
        if self.snapshot.is_none() && !self.marks.is_empty() {
            // ROLLBACK TO may give the writer back; what is read then must be what is read now.
            self.fixed_view()?;
        }
        match &self.snapshot {
            Some(snapshot) if snapshot.snapshot() != txn.base() => Err(Error::new(
                SqlState::SERIALIZATION_FAILURE,
                "could not serialize access due to concurrent update",
            )
            .with_detail("Another transaction has committed since this one began to read.")
            .with_hint("The transaction might succeed if retried.")),
            _ => Ok(()),
        }
    }

    /// Opens the transaction that a script is in, unless one is open.
    pub(super) fn begin_implicit(&mut self) {
        if self.phase == Phase::Idle {
            self.begin(Phase::Implicit);
        }
    }

    /// Commits the transaction of a script, if it is still that one.
    pub(super) fn end_implicit(&mut self) -> Result<()> {
        if self.phase == Phase::Implicit { self.commit() } else { Ok(()) }
    }

    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.serial += 1;
        self.before = Some(Arc::clone(&self.settings));
        self.transaction_time = Some(unix_to_postgres(self.shared.env.clock.now()));
        self.read_only = self.settings.default_read_only();
        self.isolate(self.settings.default_isolation());
    }

    fn isolate(&mut self, isolation: Isolation) {
        if self.settings.isolation() != isolation {
            Arc::make_mut(&mut self.settings).set_isolation(isolation);
        }
    }

    /// After a statement that succeeded: outside a transaction its changes are committed now.
    pub(super) fn statement_done(&mut self) -> Result<()> {
        if self.phase == Phase::Idle { self.commit() } else { self.write_sequences() }
    }

    /// After a statement that failed: the transaction is over, or waits for ROLLBACK.
    pub(super) fn statement_failed(&mut self) {
        match self.phase {
            Phase::Idle | Phase::Implicit => self.rollback(),
            Phase::Open | Phase::Failed => {
                self.phase = Phase::Failed;
                if self.marks.is_empty() {
                    self.drop_writing(); // T3
                }
            }
        }
    }

    /// Writes the promises of sequences drawn from: see [`store::Sequences`].
    fn write_sequences(&mut self) -> Result<()> {
        let Some(writing) = &mut self.writing else { return Ok(()) };
        for (id, next) in self.shared.sequences.take_owed() {
            store::write_sequence_state(&mut writing.txn, id, next)?;
        }
        Ok(())
    }

    /// Makes the transaction permanent.
    pub(super) fn commit(&mut self) -> Result<()> {
        let checked = match &self.writing {
            Some(writing) => self.deferred.check(&writing.catalog, &writing.txn, true),
            None => Ok(()),
        };
        if let Err(error) = checked.and_then(|()| self.write_sequences()) {
            self.rollback();
            return Err(error);
        }
        // It would hold the checkpoint of this very commit back.
        self.snapshot = None;
        if let Some(writing) = self.writing.take() {
            if writing.txn.has_changes() {
                // Before the commit: after it another writer may be drawing already.
                self.shared.sequences.committed();
                if let Err(error) = writing.txn.commit(self.settings.durability()) {
                    self.shared.sequences.rolled_back();
                    self.rollback();
                    return Err(error);
                }
            }
            if writing.catalog_changed {
                self.shared.publish_catalog(writing.catalog);
            }
        }
        if let Some(hidden) = self.hidden.take() {
            self.settings = hidden;
        }
        self.cursors.retain(|_, cursor| cursor.hold);
        self.cursors.values_mut().for_each(|cursor| cursor.kept = true);
        self.over();
        Ok(())
    }

    /// Undoes the transaction.
    pub(super) fn rollback(&mut self) {
        self.drop_writing();
        if let Some(before) = self.before.take() {
            self.settings = before;
        }
        self.hidden = None;
        self.cursors.retain(|_, cursor| cursor.kept);
        self.over();
    }

    /// How many savepoints it has set so far.
    pub(super) fn marks_set(&self) -> u64 {
        self.marks_set
    }

    fn drop_writing(&mut self) {
        let Some(writing) = self.writing.take() else { return };
        self.shared.sequences.rolled_back();
        if writing.catalog_changed {
            self.shared.forget_new_sequences();
        }
    }

    fn over(&mut self) {
        self.phase = Phase::Idle;
        self.marks.clear();
        self.deferred = Deferred::default();
        self.before = None;
        self.hidden = None;
        self.transaction_time = None;
        self.read_only = false;
        self.snapshot = None;
        self.isolate(self.settings.default_isolation());
        self.running = 0;
        self.serial += 1;
    }

    /// Whether a transaction block is open.
    pub(super) fn in_block(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Failed)
    }

    /// The schema of the session's temporary objects, named at the first need.
    pub(super) fn temporary_schema(&mut self) -> Result<String> {
        if let Some(schema) = self.settings.temporary() {
            return Ok(schema.to_owned());
        }
        let schema = format!("pg_temp_{}", self.shared.next_session());
        Arc::make_mut(&mut self.settings).set_temporary(schema.clone());
        if let Some(hidden) = &mut self.hidden {
            Arc::make_mut(hidden).set_temporary(schema.clone());
        }
        Ok(schema)
    }

    /// SET TRANSACTION and SET SESSION CHARACTERISTICS.
    pub(super) fn set_transaction(
        &mut self,
        session: bool,
        read_only: Option<bool>,
        isolation: Option<&str>,
    ) -> Result<()> {
        if !session && !self.in_block() {
            self.notice(Notice::warning(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                "SET TRANSACTION can only be used in transaction blocks",
            ));
            return Ok(());
        }
        if let Some(level) = isolation {
            let name = if session { "default_transaction_isolation" } else { "transaction_isolation" };
            self.set(name, Some(level), !session)?;
        }
        if let Some(read_only) = read_only {
            if session {
                let value = if read_only { "on" } else { "off" };
                self.set("default_transaction_read_only", Some(value), false)?;
            } else {
                if !read_only && self.read_only && self.writing.is_none() && self.shared.options.read_only {
                    return Err(Error::new(
                        SqlState::ACTIVE_SQL_TRANSACTION,
                        "transaction read-write mode must be set before any query",
                    ));
                }
                self.read_only = read_only;
            }
        }
        Ok(())
    }

    /// Runs BEGIN, COMMIT and the like; answers the command tag.
    pub(super) fn control(&mut self, statement: &TransactionStatement) -> Result<&'static str> {
        match statement {
            TransactionStatement::Begin { read_only, isolation, start } => {
                match self.phase {
                    Phase::Open => self.notice(Notice::warning(
                        SqlState::ACTIVE_SQL_TRANSACTION,
                        "there is already a transaction in progress",
                    )),
                    // What a script did before its BEGIN becomes part of the block.
                    Phase::Implicit => self.phase = Phase::Open,
                    Phase::Idle => self.begin(Phase::Open),
                    Phase::Failed => return Err(Session::failed()),
                }
                if let Some(read_only) = read_only {
                    self.read_only = *read_only;
                }
                if let Some(isolation) = isolation {
                    self.set("transaction_isolation", Some(isolation.name()), true)?;
                }
                Ok(if *start { "START TRANSACTION" } else { "BEGIN" })
            }
            TransactionStatement::Commit => {
                if self.phase == Phase::Failed {
                    self.rollback();
                    return Ok("ROLLBACK");
                }
                self.warn_if_outside();
                self.commit()?;
                Ok("COMMIT")
            }
            TransactionStatement::Rollback => {
                self.warn_if_outside();
                self.rollback();
                Ok("ROLLBACK")
            }
            TransactionStatement::Savepoint(name) => {
                self.need_block("SAVEPOINT")?;
                self.set_mark(Some(name.clone()))?;
                Ok("SAVEPOINT")
            }
            TransactionStatement::Release(name) => {
                self.need_block("RELEASE SAVEPOINT")?;
                let at = self.mark(name)?;
                self.release_marks(at);
                Ok("RELEASE")
            }
            TransactionStatement::RollbackTo(name) => {
                self.need_block("ROLLBACK TO SAVEPOINT")?;
                let at = self.mark(name)?;
                self.rollback_to(at);
                Ok("ROLLBACK")
            }
        }
    }

    /// Sets a savepoint; answers its number.
    pub(super) fn set_mark(&mut self, name: Option<String>) -> Result<u64> {
        self.write_sequences()?;
        let pages = self
            .writing
            .as_mut()
            .map(|writing| (writing.txn.savepoint(), Arc::clone(&writing.catalog), writing.catalog_changed));
        self.marks_set += 1;
        let settings = Arc::clone(&self.settings);
        let deferred = self.deferred.clone();
        self.marks.push(Mark { name, number: self.marks_set, pages, settings, deferred });
        Ok(self.marks_set)
    }

    /// Forgets the savepoint at `at` and those after it; what they cover stays.
    pub(super) fn release_marks(&mut self, at: usize) {
        let released = self.marks.drain(at..).find_map(|mark| mark.pages);
        if let (Some((savepoint, ..)), Some(writing)) = (released, &mut self.writing) {
            writing.txn.release(savepoint);
        }
    }

    /// Where the savepoint of that number is, if it still is.
    pub(super) fn mark_numbered(&self, number: u64) -> Option<usize> {
        self.marks.iter().rposition(|mark| mark.number == number)
    }

    /// Undoes what came after the savepoint at `at`, which stays.
    pub(super) fn rollback_to(&mut self, at: usize) {
        self.marks.truncate(at + 1);
        let Some(mark) = self.marks.last() else { return };
        self.settings = Arc::clone(&mark.settings);
        self.deferred = mark.deferred.clone();
        let number = mark.number;
        self.cursors.retain(|_, cursor| cursor.kept || cursor.marks_before < number);
        match (&mark.pages, &mut self.writing) {
            (Some((savepoint, catalog, changed)), Some(writing)) => {
                writing.txn.rollback_to(*savepoint);
                writing.writers.clear();
                if !Arc::ptr_eq(&writing.catalog, catalog) {
                    writing.catalog = Arc::clone(catalog);
                    writing.catalog_changed = *changed;
                    writing.plans.clear();
                    let catalog = Arc::clone(catalog);
                    self.shared.sequences.retain(|id| catalog.sequences.contains_key(&id));
                }
                self.shared.sequences.rolled_back();
            }
            // Nothing was written when the savepoint was set.
            (None, Some(_)) => self.drop_writing(),
            (_, None) => {}
        }
        self.phase = Phase::Open;
    }

    fn warn_if_outside(&mut self) {
        if matches!(self.phase, Phase::Idle | Phase::Implicit) {
            self.notice(Notice::warning(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                "there is no transaction in progress",
            ));
        }
    }

    fn need_block(&self, command: &str) -> Result<()> {
        match self.phase {
            Phase::Open | Phase::Failed => Ok(()),
            Phase::Idle | Phase::Implicit => Err(Error::new(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                format!("{command} can only be used in transaction blocks"),
            )),
        }
    }

    fn mark(&self, name: &str) -> Result<usize> {
        self.marks.iter().rposition(|mark| mark.name.as_deref() == Some(name)).ok_or_else(|| {
            Error::new(
                SqlState::INVALID_SAVEPOINT_SPECIFICATION,
                format!("savepoint \"{name}\" does not exist"),
            )
        })
    }

    /// SET.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>, local: bool) -> Result<()> {
        let defaults = Arc::clone(&self.defaults);
        if name.eq_ignore_ascii_case("transaction_isolation") {
            return self.set_transaction_isolation(name, value);
        }
        if name.eq_ignore_ascii_case("transaction_read_only") {
            return self.set_read_only(value);
        }
        if local {
            if matches!(self.phase, Phase::Idle | Phase::Implicit) {
                self.notice(Notice::warning(
                    SqlState::NO_ACTIVE_SQL_TRANSACTION,
                    "SET LOCAL can only be used in transaction blocks",
                ));
                return Settings::clone(&self.settings).set(name, value, &defaults);
            }
            self.hidden.get_or_insert_with(|| Arc::clone(&self.settings));
        } else if let Some(hidden) = &mut self.hidden {
            Arc::make_mut(hidden).set(name, value, &defaults)?;
        }
        Arc::make_mut(&mut self.settings).set(name, value, &defaults)
    }

    /// SET TRANSACTION READ ONLY and READ WRITE: for this transaction. What may not write cannot come to.
    fn set_read_only(&mut self, value: Option<&str>) -> Result<()> {
        let mut read = Settings::clone(&self.settings);
        read.set("default_transaction_read_only", value, &self.defaults)?;
        if self.phase == Phase::Idle {
            self.notice(Notice::warning(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                "SET TRANSACTION can only be used in transaction blocks",
            ));
            return Ok(());
        }
        if self.read_only && !read.default_read_only() && (self.snapshot.is_some() || !self.marks.is_empty())
        {
            return Err(Error::new(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "transaction read-write mode must be set before any query",
            ));
        }
        self.read_only = read.default_read_only();
        Ok(())
    }

    /// SHOW.
    pub(super) fn show(&self, name: &str) -> Result<String> {
        if name.eq_ignore_ascii_case("transaction_read_only") {
            return Ok((if self.read_only { "on" } else { "off" }).to_owned());
        }
        self.settings.show(name)
    }

    /// SET TRANSACTION ISOLATION LEVEL: for this transaction, before it has read anything.
    fn set_transaction_isolation(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        let defaults = Arc::clone(&self.defaults);
        let mut changed = Settings::clone(&self.settings);
        changed.set(name, value, &defaults)?;
        if self.phase == Phase::Idle {
            self.notice(Notice::warning(
                SqlState::NO_ACTIVE_SQL_TRANSACTION,
                "SET TRANSACTION can only be used in transaction blocks",
            ));
            return Ok(());
        }
        let begun = self.snapshot.is_some() || self.writing.is_some() || !self.marks.is_empty();
        if begun && changed.isolation() != self.settings.isolation() {
            return Err(Error::new(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "SET TRANSACTION ISOLATION LEVEL must be called before any query",
            ));
        }
        self.isolate(changed.isolation());
        Ok(())
    }

    /// The level of the session's commits from now on.
    pub(super) fn set_durability(&mut self, durability: Durability) {
        if let Some(hidden) = &mut self.hidden {
            Arc::make_mut(hidden).set_durability(durability);
        }
        Arc::make_mut(&mut self.settings).set_durability(durability);
    }

    /// When a statement that begins now must have ended.
    pub(super) fn deadline(&self) -> Option<Nanos> {
        let timeout = self.settings.statement_timeout_nanos()?;
        Some(Nanos(self.shared.env.clock.monotonic().0.saturating_add(timeout)))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.drop_writing();
        self.over();
        // Whoever opens the database next would drop them too: an error here loses nothing.
        if self.settings.temporary().is_some() && self.shared.check_open().is_ok() {
            let dropped = super::define::drop_temporary(self).and_then(|()| self.commit());
            if dropped.is_err() {
                self.drop_writing();
            }
        }
    }
}
