//! A database: one file, opened once, shared by its connections.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crate::base::sync::{RankedGuard, RankedMutex, rank};
use crate::catalog::Catalog;
use crate::env::{Env, FileName, Nanos, Slept};
use crate::error::{Error, Result, SqlState};
use crate::page::PageSource;
use crate::pager::{Alarm, DurabilityStatus, Metrics, Pager, PagerOptions, ReaderInfo, Roots, WriteTxn};
use crate::store::{self, Sequences};

use super::plan_cache::PlanCache;
use super::session::{Session, SessionCell};
use super::{Connection, Options};

/// How long a waiting writer sleeps between two tries.
const BUSY_STEP_NANOS: u64 = 1_000_000;

/// An open database. Cloning shares it; the last clone and connection to go closes the file without the
/// tidying of [`Database::close`].
#[derive(Clone, Debug)]
pub struct Database {
    pub(super) shared: Arc<Shared>,
}

/// A database that may be gone: see [`Database::downgrade`].
#[derive(Clone, Debug)]
pub struct WeakDatabase(Weak<Shared>);

impl WeakDatabase {
    /// The database, if somebody still has it.
    pub fn upgrade(&self) -> Option<Database> {
        self.0.upgrade().map(|shared| Database { shared })
    }
}

/// What all connections share.
pub(super) struct Shared {
    pub(super) env: Env,
    pub(super) options: Options,
    pub(super) pager: Pager,
    pub(super) sequences: Sequences,
    /// The newest committed catalog anybody asked for.
    catalog: RankedMutex<Arc<Catalog>, { rank::CATALOG }>,
    plans: RankedMutex<PlanCache, { rank::PLANS }>,
    closed: AtomicBool,
    /// Counts the sessions that have temporary objects.
    sessions: AtomicU64,
}

impl core::fmt::Debug for Shared {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Database").field("closed", &self.closed).finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the database of that name, creating it if need be, and recovers what a crash left.
    pub fn open(env: Env, name: &str, options: Options) -> Result<Database> {
        let name = FileName::new(name)?;
        let pager_options = PagerOptions {
            page_size: options.page_size,
            cache_bytes: options.cache_bytes,
            read_only: options.read_only,
            create: options.create,
            allow_weaker_barrier: options.allow_weaker_barrier,
            accept_loss: options.accept_loss,
            durability: options.durability,
            normal_flush_nanos: nanos(options.normal_flush_millis),
            checkpoint_nanos: nanos(options.checkpoint_millis),
            wal_soft_bytes: options.wal_soft_bytes,
            wal_hard_bytes: options.wal_hard_bytes,
            wal_index_bytes: options.wal_index_bytes,
            reader_policy: options.reader_policy,
            reader_warn_nanos: nanos(options.reader_warn_millis),
            reader_expire_nanos: nanos(options.reader_expire_millis),
            busy_nanos: nanos(options.busy_timeout_millis),
            ..PagerOptions::default()
        };
        Database::over(env, options, &name, &pager_options)
    }

    /// The same with every option of the storage.
    pub(super) fn over(
        env: Env,
        options: Options,
        name: &FileName,
        pager_options: &PagerOptions,
    ) -> Result<Database> {
        let pager = Pager::open(&env, name, pager_options)?;
        let plans = RankedMutex::new(PlanCache::new(options.plan_cache_entries));
        let shared = Shared {
            env,
            options,
            pager,
            sequences: Sequences::default(),
            catalog: RankedMutex::default(),
            plans,
            closed: AtomicBool::new(false),
            sessions: AtomicU64::new(0),
        };
        // The catalog is read now: a file that cannot be used is refused at the door.
        let read = shared.pager.begin_read()?;
        shared.catalog_of(&read, read.roots())?;
        drop(read);
        Ok(Database { shared: Arc::new(shared) })
    }

    /// Whether these bytes of a file begin as a database does, damaged or not: what was never a database is
    /// told from one that is broken.
    pub fn recognises(bytes: &[u8]) -> bool {
        Pager::recognises(bytes)
    }

    /// A new session.
    pub fn connect(&self) -> Result<Connection> {
        self.shared.check_open()?;
        let session = Session::new(Arc::clone(&self.shared));
        Ok(Connection::new(Arc::new(SessionCell::new(session))))
    }

    /// Moves everything from the log to the database file.
    pub fn checkpoint(&self) -> Result<()> {
        self.shared.check_open()?;
        self.shared.pager.checkpoint().map(|_| ())
    }

    /// Makes every commit so far durable, whatever level it asked for.
    pub fn sync(&self) -> Result<()> {
        self.shared.check_open()?;
        self.shared.pager.sync()
    }

    /// What commits wait for here, what a sync really does, and how far the storage has come. Also
    /// `sys.durability`.
    pub fn durability_status(&self) -> DurabilityStatus {
        self.shared.pager.durability_status()
    }

    /// Figures since the opening. Also `sys.metrics` and `sys.commit_latency`.
    pub fn metrics(&self) -> Metrics {
        self.shared.pager.metrics()
    }

    /// Every snapshot being read, oldest first: its age, its label (`application_name`), what it pins. Also
    /// `sys.readers`.
    pub fn readers(&self) -> Vec<ReaderInfo> {
        self.shared.pager.readers()
    }

    /// Ends every reader of a snapshot older than the last commit (72000 from then on); answers how many.
    pub fn expire_readers(&self) -> usize {
        self.shared.pager.expire_readers()
    }

    /// Does what the clock has made due: the syncs that commits at level Normal are owed, checkpoints of an
    /// old log, ending readers that are too old. Answers the monotonic time of the next work, if any is
    /// foreseen. The native facade and the browser's worker call it; other hosts have to.
    pub fn step(&self) -> Result<Option<Nanos>> {
        self.shared.check_open()?;
        self.shared.pager.step()
    }

    /// Gives the database a timer of the host, which is told when [`Database::step`] is to be called; one
    /// for life. Without one, commits that come by do such work. Answers whether it was the first.
    pub fn set_alarm(&self, alarm: Arc<dyn Alarm>) -> bool {
        self.shared.pager.set_alarm(alarm)
    }

    /// A handle that does not keep the database open.
    pub fn downgrade(&self) -> WeakDatabase {
        WeakDatabase(Arc::downgrade(&self.shared))
    }

    /// Checkpoints and closes: a single file is left. Connections that are still there answer 08003.
    /// A transaction that is still open makes it fail (55006); nothing is closed then.
    pub fn close(self) -> Result<()> {
        let shared = &self.shared;
        shared.check_open()?;
        if !shared.options.read_only {
            let exact = shared.sequences.exact();
            let mut txn = shared.begin_write().map_err(|error| match error.sqlstate() {
                SqlState::LOCK_NOT_AVAILABLE => {
                    Error::new(SqlState::OBJECT_IN_USE, "cannot close the database: a transaction is open")
                }
                _ => error,
            })?;
            if !exact.is_empty() {
                for (id, next) in exact {
                    store::write_sequence_state(&mut txn, id, next)?;
                }
                txn.commit(shared.options.durability)?;
            }
        }
        shared.closed.store(true, Ordering::Release);
        shared.pager.close()
    }

    /// What exists, as the last commit left it.
    pub fn catalog(&self) -> Result<Arc<Catalog>> {
        self.shared.check_open()?;
        let read = self.shared.pager.begin_read()?;
        self.shared.catalog_of(&read, read.roots())
    }

    /// Checks every page, tree and index against each other; answers what is wrong, in words.
    pub fn verify(&self) -> Result<Vec<String>> {
        self.shared.check_open()?;
        let read = self.shared.pager.begin_read()?;
        let catalog = self.shared.catalog_of(&read, read.roots())?;
        store::verify(&read, read.roots(), &catalog)
    }
}

impl Shared {
    /// Refuses work on a closed database.
    pub(super) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(SqlState::CONNECTION_DOES_NOT_EXIST, "the database is closed"));
        }
        Ok(())
    }

    /// A number no other session has had since the database was opened.
    pub(super) fn next_session(&self) -> u64 {
        self.sessions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The catalog of a view of the pages.
    pub(super) fn catalog_of(&self, source: &dyn PageSource, roots: &Roots) -> Result<Arc<Catalog>> {
        {
            let known = self.catalog.lock();
            if known.version == roots.schema_version {
                return Ok(Arc::clone(&known));
            }
        }
        let loaded = Arc::new(store::load_catalog(source, roots)?);
        let mut known = self.catalog.lock();
        if known.version == loaded.version {
            return Ok(Arc::clone(&known));
        }
        if known.version < loaded.version {
            *known = Arc::clone(&loaded);
        }
        Ok(loaded)
    }

    /// Makes a committed catalog the one that is known.
    pub(super) fn publish_catalog(&self, catalog: Arc<Catalog>) {
        self.sequences.retain(|id| catalog.sequences.contains_key(&id));
        let mut known = self.catalog.lock();
        if known.version < catalog.version {
            *known = catalog;
        }
    }

    /// Forgets the state of sequences that only a rolled back transaction knew.
    pub(super) fn forget_new_sequences(&self) {
        let known = Arc::clone(&self.catalog.lock());
        self.sequences.retain(|id| known.sequences.contains_key(&id));
    }

    /// The shared plans.
    pub(super) fn plans(&self) -> RankedGuard<'_, PlanCache, { rank::PLANS }> {
        self.plans.lock()
    }

    /// The write transaction, waited for as long as the options say and the host can.
    pub(super) fn begin_write(&self) -> Result<WriteTxn> {
        let deadline = self
            .options
            .busy_timeout_millis
            .saturating_mul(1_000_000)
            .saturating_add(self.env.clock.monotonic().0);
        loop {
            match self.pager.begin_write() {
                Err(error)
                    if error.sqlstate() == SqlState::LOCK_NOT_AVAILABLE
                        && self.env.clock.monotonic().0 < deadline
                        && self.env.clock.sleep(Nanos(BUSY_STEP_NANOS)) == Slept::Yes => {}
                result => return result,
            }
        }
    }
}

fn nanos(millis: u64) -> u64 {
    millis.saturating_mul(1_000_000)
}
