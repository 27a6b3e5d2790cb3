//! What a caller may choose when opening, and how durable a commit is.

use crate::base::limits;
use crate::error::{Error, Result, SqlState};

/// How much of what was acknowledged may be lost, and to what.
///
/// A killed process loses nothing at any level. After a power cut what remains is a prefix of the commits,
/// except at [`Durability::None`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Durability {
    /// Nothing is flushed, not even around checkpoints, when the database was opened so: after a power cut
    /// anything may be missing or torn, and the file is marked as unsafe until everything has been
    /// flushed once. For one transaction of a database opened at another level, as
    /// [`Durability::Relaxed`]: the others keep their promise.
    None,
    /// Flushed at checkpoints and on close: a power cut may take the commits since the last one.
    Relaxed,
    /// Flushed at most [`PagerOptions::normal_flush_nanos`] after the commit, by the host's timer, or
    /// without one by the next commit: a power cut may take the commits since the last flush.
    Normal,
    /// Flushed before the commit returns: nothing acknowledged is lost.
    #[default]
    Full,
}

impl Durability {
    /// All levels, weakest first.
    pub const ALL: [Durability; 4] =
        [Durability::None, Durability::Relaxed, Durability::Normal, Durability::Full];

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Durability::None => "none",
            Durability::Relaxed => "relaxed",
            Durability::Normal => "normal",
            Durability::Full => "full",
        }
    }
}

/// What is done about readers of old snapshots, which keep the log from being shortened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ReaderPolicy {
    /// Old readers are shown as overdue. At the log's hard limit commits fail (53400).
    Lenient,
    /// And ended when they are older than [`PagerOptions::reader_expire_nanos`] (72000).
    Normal,
    /// And ended, however young, when the log has reached its hard limit: commits never fail for them.
    #[default]
    Strict,
}

/// How a database file is opened.
#[derive(Clone, Debug)]
pub struct PagerOptions {
    /// Bytes per page of a database that is created; an existing one keeps its own.
    pub page_size: u32,
    /// Memory for cached pages, in bytes.
    pub cache_bytes: usize,
    /// Bytes per log segment of a log that is created.
    pub wal_segment_bytes: u32,
    /// Live log bytes at which a commit runs a checkpoint.
    pub wal_soft_bytes: u64,
    /// Live log bytes beyond which the log does not grow for the sake of old readers: see [`ReaderPolicy`].
    pub wal_hard_bytes: u64,
    /// Memory for the index of the log, in bytes: half of it makes a checkpoint due, all of it counts as
    /// the log's hard limit.
    pub wal_index_bytes: usize,
    /// Age of the log, in nanoseconds, at which a checkpoint is due although it is short.
    pub checkpoint_nanos: u64,
    /// What is done about readers of old snapshots.
    pub reader_policy: ReaderPolicy,
    /// Age at which a reader is shown as overdue.
    pub reader_warn_nanos: u64,
    /// Age at which a reader of an old snapshot is ended, unless the policy is lenient.
    pub reader_expire_nanos: u64,
    /// The level the database is opened at; commits name their own, this one decides about checkpoints.
    pub durability: Durability,
    /// How long a writer waits for another thread's transaction, in nanoseconds (then 55P03).
    pub busy_nanos: u64,
    /// Most bytes one transaction may change, in bytes of page copies.
    pub transaction_bytes_max: usize,
    /// At [`Durability::Normal`]: flush at most so long after the commit.
    pub normal_flush_nanos: u64,
    /// At [`Durability::Normal`]: flush at once when so many bytes wait for it.
    pub normal_flush_bytes: u64,
    /// Refuse every change, and change nothing in recovery.
    pub read_only: bool,
    /// Create the file if it does not exist or is empty.
    pub create: bool,
    /// Accept a host whose flush does nothing (memory) or cannot tell.
    pub allow_weaker_barrier: bool,
    /// Open although the medium lost acknowledged commits.
    pub accept_loss: bool,
}

impl Default for PagerOptions {
    fn default() -> PagerOptions {
        let browser = cfg!(target_arch = "wasm32");
        PagerOptions {
            page_size: limits::PAGE_SIZE_DEFAULT,
            cache_bytes: if browser { 64 << 20 } else { 256 << 20 },
            wal_segment_bytes: if browser { 256 << 10 } else { 1 << 20 },
            // Natively commits come at a gigabyte a second: a short log would be one checkpoint after the other,
            // and every query of a fifth of a second would be ended.
            wal_soft_bytes: if browser { 4 << 20 } else { 64 << 20 },
            wal_hard_bytes: if browser { 16 << 20 } else { 1 << 30 },
            wal_index_bytes: if browser { 4 << 20 } else { 16 << 20 },
            checkpoint_nanos: 60_000_000_000,
            reader_policy: ReaderPolicy::Strict,
            reader_warn_nanos: 30_000_000_000,
            reader_expire_nanos: 600_000_000_000,
            durability: Durability::Full,
            busy_nanos: u64::MAX,
            transaction_bytes_max: if browser { 512 << 20 } else { 4usize.saturating_mul(1 << 30) },
            normal_flush_nanos: 100_000_000,
            normal_flush_bytes: if browser { 1 << 20 } else { 16 << 20 },
            read_only: false,
            create: true,
            allow_weaker_barrier: true,
            accept_loss: false,
        }
    }
}

impl PagerOptions {
    /// Refuses sizes the format cannot hold.
    pub fn check(&self) -> Result<()> {
        let size = self.page_size;
        if !size.is_power_of_two() || !(limits::PAGE_SIZE_MIN..=limits::PAGE_SIZE_MAX).contains(&size) {
            return Err(Error::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("page size {size} is not a power of two from 4096 to 65536"),
            ));
        }
        let segment = self.wal_segment_bytes;
        if !segment.is_multiple_of(4096) || segment < 2 * size + 8192 || segment > 64 << 20 {
            return Err(Error::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("log segment size {segment} does not fit pages of {size} bytes"),
            ));
        }
        Ok(())
    }
}
