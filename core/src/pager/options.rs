//! What a caller may choose when opening, and how durable a commit is.

use crate::base::limits;
use crate::error::{Error, Result, SqlState};

/// How much of what was acknowledged may be lost, and to what.
///
/// In every case what remains is a prefix of the commits, and a killed process loses nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Durability {
    /// Nothing is flushed on commit. Today it keeps what [`Durability::Relaxed`] keeps; only
    /// the promise is weaker.
    None,
    /// Flushed at checkpoints and on close: a power cut may take the commits since the last one.
    Relaxed,
    /// Flushed at most [`PagerOptions::normal_flush_nanos`] after the commit, when another follows.
    Normal,
    /// Flushed before the commit returns: nothing acknowledged is lost.
    #[default]
    Full,
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
    /// Live log bytes at which old readers are expired rather than the log grown.
    pub wal_hard_bytes: u64,
    /// Most bytes one transaction may change, in bytes of page copies.
    pub transaction_bytes_max: usize,
    /// At [`Durability::Normal`]: flush with the next commit when the last flush is older than this.
    pub normal_flush_nanos: u64,
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
            wal_soft_bytes: if browser { 4 << 20 } else { 16 << 20 },
            wal_hard_bytes: if browser { 16 << 20 } else { 64 << 20 },
            transaction_bytes_max: if browser { 512 << 20 } else { 4usize.saturating_mul(1 << 30) },
            normal_flush_nanos: 100_000_000,
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
