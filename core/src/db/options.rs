//! Every option of a database, its default and why.

use crate::base::limits;
use crate::pager::Durability;

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
    /// Plans kept, over all connections.
    pub plan_cache_entries: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            page_size: limits::PAGE_SIZE_DEFAULT,
            cache_bytes: 64 << 20,
            durability: Durability::Full,
            busy_timeout_millis: 5_000,
            create: true,
            allow_weaker_barrier: false,
            read_only: false,
            statement_memory_bytes: limits::STATEMENT_MEMORY_DEFAULT,
            plan_cache_entries: 512,
        }
    }
}
