//! Snapshots and the one write transaction over pages; the buffer pool; free pages.
//!
//! ```text
//! ReadTxn  --- page(no) at its snapshot ---+
//!                                          v
//! WriteTxn --- own pages, else ---> pool -> WAL index -> log file | database file
//!     |
//!     +-- commit: frames -> log (one write) -> [sync with the group] -> published
//!                              checkpoint: log -> database file, beside both
//! ```
//!
//! A page freed by a transaction may be handed out by the next one at once, even while older snapshots
//! read it: they read it by version (from the log, or from the database file, which a checkpoint
//! overwrites only when no snapshot before it is left).
//!
//! Who may do what, and under which lock, is in docs/CONCURRENCY.md; the bytes are in docs/FORMAT.md.

mod backup;
mod barrier_free;
mod checkpoint;
mod dirty;
mod flush;
mod keep;
mod lifetime;
mod metrics;
mod open;
mod options;
mod pool;
mod published;
mod read;
mod read_ahead;
mod readers;
mod reclaim;
mod recover;
mod segments;
mod shared;
mod shrink;
pub mod verify;
mod write;
mod writer;

#[cfg(test)]
mod tests;

pub use crate::page::Roots;
pub use backup::Backup;
pub use checkpoint::CheckpointReport;
pub use dirty::Savepoint;
pub use keep::Alarm;
pub use metrics::{LATENCY_CLASSES, Metrics};
pub use options::{Durability, PagerOptions, ReaderPolicy};
pub use read::ReadTxn;
pub use readers::ReaderInfo;
pub use shrink::Mover;
pub use write::WriteTxn;

use std::sync::Arc;

use crate::base::CommitSeq;
use crate::env::{Barrier, Env, FileName, Nanos};
use crate::error::{Error, Result, SqlState};

use shared::Shared;

/// An open database file: snapshots for readers, one transaction for the writer. Cloning shares it.
///
/// Dropping it without [`Pager::close`] loses nothing acknowledged, but leaves the log beside the file
/// and recovery to the next opening.
#[derive(Clone)]
pub struct Pager {
    shared: Arc<Shared>,
}

/// What the storage really promises, and how far it has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DurabilityStatus {
    /// The level the database was opened at; commits may ask for another.
    pub requested: Durability,
    /// The level that commits asking for `requested` really have here: lower where the host's barrier does
    /// nothing.
    pub effective: Durability,
    /// What a sync does on this host.
    pub barrier: Barrier,
    /// The file system below, where the host can tell.
    pub file_system: Option<String>,
    /// Pages were written without barriers since this commit, and not synced since: level None.
    pub unsafe_since: Option<CommitSeq>,
    /// Why nothing can be written any more, if so.
    pub poisoned: Option<String>,
    /// The database is open for reading only.
    pub read_only: bool,
    /// The last commit readers see.
    pub published: CommitSeq,
    /// The last commit a sync covered.
    pub synced: CommitSeq,
    /// The last commit the database file holds.
    pub checkpointed: CommitSeq,
    /// Syncs of the log since opening.
    pub log_sync_count: u64,
    /// Bytes of the log in use.
    pub live_log_bytes: u64,
    /// Memory of the log's index, roughly.
    pub log_index_bytes: u64,
    /// Page images the log's index knows.
    pub log_image_count: usize,
    /// Page images in memory.
    pub cached_image_count: usize,
    /// Snapshots being read.
    pub reader_count: usize,
    /// The oldest of them.
    pub oldest_snapshot: Option<CommitSeq>,
}

impl Pager {
    /// Opens a database: creates it if asked to and it is empty, recovers it if it was not closed.
    pub fn open(env: &Env, name: &FileName, options: &PagerOptions) -> Result<Pager> {
        Ok(Pager { shared: Arc::new(open::open(env, name, options)?) })
    }

    /// Whether these bytes of a file begin as a database does, damaged or not.
    pub fn recognises(bytes: &[u8]) -> bool {
        open::looks_like_database(bytes)
    }

    /// A snapshot of the last published commit. No lock, no allocation.
    #[inline]
    pub fn begin_read(&self) -> Result<ReadTxn> {
        let shared = &self.shared;
        if shared.closed.load(crate::base::sync::atomic::Ordering::Acquire) {
            return Err(shared::closed());
        }
        match shared.readers.register(|| shared.published.load()) {
            Some((slot, snapshot, roots)) => {
                Ok(ReadTxn { shared: Arc::clone(shared), slot, snapshot, roots, labelled: false })
            }
            None => Err(Error::new(SqlState::INSUFFICIENT_RESOURCES, "too many snapshots are being read")),
        }
    }

    /// The same for a reader that may stay: its age counts from now, and it is listed under `label`.
    pub fn begin_read_as(&self, label: Option<Arc<str>>) -> Result<ReadTxn> {
        let mut txn = self.begin_read()?;
        txn.labelled = label.is_some();
        self.shared.readers.describe(txn.slot, self.shared.env.clock.monotonic().0, label);
        Ok(txn)
    }

    /// Begins a copy of the last published commit as the new file `name` of `env`: see [`Backup`].
    pub fn begin_backup(&self, env: &Env, name: &FileName) -> Result<Backup> {
        Backup::begin(self.begin_read_as(Some("backup".into()))?, env, name)
    }

    /// The write transaction, when it is this thread's turn. A thread that has it already, and a host
    /// without threads, gets 55P03 at once.
    pub fn begin_write(&self) -> Result<WriteTxn> {
        if self.shared.read_only {
            return Err(Error::new(
                SqlState::READ_ONLY_SQL_TRANSACTION,
                "the database is open for reading only",
            ));
        }
        self.shared.check_usable()?;
        let writer = self.shared.take_writer()?;
        let txn = WriteTxn::new(Arc::clone(&self.shared), writer);
        // Closing or a failure may have come while we waited.
        self.shared.check_usable()?;
        Ok(txn)
    }

    /// The last commit new readers see.
    pub fn last_commit(&self) -> CommitSeq {
        self.shared.published.seq()
    }

    /// Bytes per page.
    pub fn page_size(&self) -> usize {
        self.shared.page_size
    }

    /// Brings the database file up to the last commit no reader is behind.
    ///
    /// It is synced at every level, also at None, whose mark it takes off the file.
    pub fn checkpoint(&self) -> Result<CheckpointReport> {
        let report = self.shared.checkpoint_fully()?;
        if self.shared.is_barrier_free() {
            self.shared.make_pages_safe()?;
        }
        Ok(report)
    }

    /// Writes at most `page_budget` pages of a checkpoint, for hosts that must not work long at a time.
    pub fn checkpoint_step(&self, page_budget: usize) -> Result<CheckpointReport> {
        self.shared.checkpoint_step(page_budget.max(1))
    }

    /// Makes every published commit durable, whatever durability it asked for.
    pub fn sync(&self) -> Result<()> {
        self.shared.check_usable()?;
        let seq = self.last_commit();
        if self.shared.is_barrier_free() {
            self.shared.make_pages_safe()?;
        }
        if self.shared.flush.lock().synced < seq {
            self.shared.make_durable(seq, Durability::Full)?;
        }
        Ok(())
    }

    /// Does what the clock has made due: the syncs that Normal commits are owed, checkpoints of an old
    /// log, ending readers. Answers when to call again, if anything is foreseen.
    ///
    /// A host with a timer calls it then, and whenever its [`Alarm`] says so.
    pub fn step(&self) -> Result<Option<Nanos>> {
        self.shared.keep()
    }

    /// Gives the pager a timer of the host; one for life. Answers whether it was the first.
    pub fn set_alarm(&self, alarm: Arc<dyn Alarm>) -> bool {
        self.shared.alarm.set(alarm)
    }

    /// Puts everything into the one file and lets go of it. Readers are ended (72000); an active write
    /// transaction is waited for, or an error if it is this thread's.
    pub fn close(&self) -> Result<()> {
        self.shared.close()
    }

    /// Ends every reader of a snapshot older than the last commit, so that a checkpoint can pass.
    pub fn expire_readers(&self) -> usize {
        let expired = self.shared.readers.expire_before(self.last_commit());
        self.shared.counters.expired_readers.add(expired as u64);
        expired
    }

    /// Every reader: its age, what it keeps the log from forgetting, its label. Oldest snapshot first.
    pub fn readers(&self) -> Vec<ReaderInfo> {
        self.shared.list_readers()
    }

    /// Figures since the opening.
    pub fn metrics(&self) -> Metrics {
        let shared = &self.shared;
        let counters = &shared.counters;
        let (cache_hits, cache_misses) = shared.pool.hits_and_misses();
        let readers = shared.readers.list(shared.env.clock.monotonic().0);
        let live = readers.iter().filter(|info| info.snapshot.is_some());
        let warn = shared.options.reader_warn_nanos;
        Metrics {
            commits: counters.commits.get(),
            rollbacks: counters.rollbacks.get(),
            cache_hits,
            cache_misses,
            cached_pages: shared.pool.image_count() as u64,
            wal_frames: counters.wal_frames.get(),
            wal_bytes: counters.wal_bytes.get(),
            wal_live_bytes: shared.live_log_bytes(),
            wal_index_bytes: shared.index_bytes.load(crate::base::sync::atomic::Ordering::Relaxed) as u64,
            checkpoints: counters.checkpoints.get(),
            checkpoint_pages: counters.checkpoint_pages.get(),
            log_barriers: shared.flush.lock().sync_count,
            db_barriers: counters.db_barriers.get(),
            readers: readers.len() as u64,
            oldest_reader_nanos: live.clone().map(|info| info.age_nanos).max().unwrap_or(0),
            overdue_readers: live.filter(|info| info.age_nanos >= warn).count() as u64,
            expired_readers: counters.expired_readers.get(),
            commit_latency: counters.latency(),
        }
    }

    /// What the storage really promises, and how far it has come.
    pub fn durability_status(&self) -> DurabilityStatus {
        let shared = &self.shared;
        let db = shared.files.lock().db.as_ref().map(Arc::clone);
        let barrier = db.as_ref().map_or(Barrier::Unknown, |db| db.barrier());
        let (synced, log_sync_count) = {
            let state = shared.flush.lock();
            (state.synced, state.sync_count)
        };
        let requested = shared.options.durability;
        DurabilityStatus {
            requested,
            effective: if barrier == Barrier::NoOp { Durability::None } else { requested },
            barrier,
            file_system: db.and_then(|db| db.file_system()),
            unsafe_since: shared.unsafe_since(),
            poisoned: shared.poison.get().cloned(),
            read_only: shared.read_only,
            published: shared.published.seq(),
            synced,
            checkpointed: CommitSeq(shared.checkpoint_seq.load(crate::base::sync::atomic::Ordering::Acquire)),
            log_sync_count,
            live_log_bytes: shared.live_log_bytes(),
            log_index_bytes: shared.index_bytes.load(crate::base::sync::atomic::Ordering::Relaxed) as u64,
            log_image_count: shared.index.lock().version_count(),
            cached_image_count: shared.pool.image_count(),
            reader_count: shared.readers.count(),
            oldest_snapshot: shared.readers.oldest(),
        }
    }

    /// Reads every page in use and walks the free list; answers what is wrong.
    pub fn verify(&self) -> Result<Vec<Error>> {
        let txn = self.begin_read()?;
        verify::check_pages(&txn, txn.roots())
    }
}
