//! Every option of a database, its default and why.

use crate::base::limits;
use crate::pager::{Durability, PagerOptions, ReaderPolicy};

/// How a database is opened.
///
/// ```
/// use decentdb_core::db::Options;
/// let options = Options { cache_bytes: 16 << 20, ..Options::default() };
/// assert!(options.create);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes per page of a new database: a power of two from 4096 to 65536.
    pub page_size: u32,
    /// Memory for clean pages, in bytes.
    pub cache_bytes: usize,
    /// When commits are done, unless a transaction says otherwise.
    pub durability: Durability,
    /// At level Normal: how late the flush may be, in milliseconds.
    pub normal_flush_millis: u64,
    /// Age at which the log is moved to the database file although it is short, in milliseconds.
    pub checkpoint_millis: u64,
    /// Bytes of log at which a commit moves it to the database file.
    pub wal_soft_bytes: u64,
    /// Bytes beyond which the log does not grow for old readers.
    pub wal_hard_bytes: u64,
    /// Memory for the index of the log, in bytes.
    pub wal_index_bytes: usize,
    /// What is done about readers that keep the log from being shortened.
    pub reader_policy: ReaderPolicy,
    /// Age at which a reader is shown as overdue, in milliseconds.
    pub reader_warn_millis: u64,
    /// Age at which a reader of an old snapshot is ended, in milliseconds, unless the policy is lenient.
    pub reader_expire_millis: u64,
    /// Open although the medium lost acknowledged commits, or may have damaged a file written at level None.
    pub accept_loss: bool,
    /// How long a writer waits for another one, in milliseconds, where the host can wait.
    pub busy_timeout_millis: u64,
    /// Create the file when it is missing.
    pub create: bool,
    /// Accept a host whose flush does nothing (memory) or cannot tell what it does.
    pub allow_weaker_barrier: bool,
    /// Refuse every change.
    pub read_only: bool,
    /// Memory one statement may hold, in bytes.
    pub statement_memory_bytes: usize,
    /// Rows that operators hand on at a time, at most; 1 is for tests.
    pub batch_rows_max: usize,
    /// Plans kept, over all connections.
    pub plan_cache_entries: usize,
}

impl Default for Options {
    fn default() -> Options {
        let pager = PagerOptions::default();
        Options {
            page_size: limits::PAGE_SIZE_DEFAULT,
            cache_bytes: 64 << 20,
            durability: Durability::Full,
            normal_flush_millis: pager.normal_flush_nanos / 1_000_000,
            checkpoint_millis: pager.checkpoint_nanos / 1_000_000,
            wal_soft_bytes: pager.wal_soft_bytes,
            wal_hard_bytes: pager.wal_hard_bytes,
            wal_index_bytes: pager.wal_index_bytes,
            reader_policy: pager.reader_policy,
            reader_warn_millis: pager.reader_warn_nanos / 1_000_000,
            reader_expire_millis: pager.reader_expire_nanos / 1_000_000,
            accept_loss: false,
            busy_timeout_millis: 5_000,
            create: true,
            allow_weaker_barrier: false,
            read_only: false,
            statement_memory_bytes: limits::STATEMENT_MEMORY_DEFAULT,
            batch_rows_max: limits::BATCH_ROWS_MAX,
            plan_cache_entries: 512,
        }
    }
}
