//! What the pager counts: cheap enough to be always on.
//!
//! ```text
//! counters (atomics, or under a lock that is held anyway) --metrics()--> Metrics, plain numbers
//! ```
//!
//! N1  Nothing on the way of a cached page is counted but what its set's lock covers.
//! N2  Figures are each right; together they are of slightly different moments.

use crate::base::sync::atomic::{AtomicU64, Ordering};

/// Classes of the commit latency histogram: class `i` holds commits of less than `2^i` microseconds, the
/// last one the rest.
pub const LATENCY_CLASSES: usize = 24;

/// Figures of an open database since it was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// Write transactions committed with changes.
    pub commits: u64,
    /// Write transactions that had changes and were rolled back.
    pub rollbacks: u64,
    /// Pages found in memory.
    pub cache_hits: u64,
    /// Pages that were not.
    pub cache_misses: u64,
    /// Page images in memory now.
    pub cached_pages: u64,
    /// Page images written to the log.
    pub wal_frames: u64,
    /// Bytes written to the log.
    pub wal_bytes: u64,
    /// Bytes of the log in use now.
    pub wal_live_bytes: u64,
    /// Memory of the index of the log now, roughly.
    pub wal_index_bytes: u64,
    /// Checkpoints that came to their end.
    pub checkpoints: u64,
    /// Pages written by checkpoints.
    pub checkpoint_pages: u64,
    /// Durability barriers of the log that returned.
    pub log_barriers: u64,
    /// Durability barriers of the database file that returned.
    pub db_barriers: u64,
    /// Snapshots being read now.
    pub readers: u64,
    /// Age of the oldest of them, in nanoseconds; 0 without readers.
    pub oldest_reader_nanos: u64,
    /// Readers that are older than the policy likes, now.
    pub overdue_readers: u64,
    /// Readers ended by the policy.
    pub expired_readers: u64,
    /// Commits by how long they took, from asking to the answer: see [`LATENCY_CLASSES`].
    pub commit_latency: [u64; LATENCY_CLASSES],
}

impl Metrics {
    /// Every single figure by name; the histogram is apart.
    pub fn entries(&self) -> [(&'static str, u64); 17] {
        [
            ("commits", self.commits),
            ("rollbacks", self.rollbacks),
            ("cache_hits", self.cache_hits),
            ("cache_misses", self.cache_misses),
            ("cached_pages", self.cached_pages),
            ("wal_frames", self.wal_frames),
            ("wal_bytes", self.wal_bytes),
            ("wal_live_bytes", self.wal_live_bytes),
            ("wal_index_bytes", self.wal_index_bytes),
            ("checkpoints", self.checkpoints),
            ("checkpoint_pages", self.checkpoint_pages),
            ("log_barriers", self.log_barriers),
            ("db_barriers", self.db_barriers),
            ("readers", self.readers),
            ("oldest_reader_nanos", self.oldest_reader_nanos),
            ("overdue_readers", self.overdue_readers),
            ("expired_readers", self.expired_readers),
        ]
    }

    /// The latency, in microseconds, that at least `share` of a hundred commits did not exceed: the upper
    /// end of its class. `None` without commits.
    pub fn commit_latency_micros(&self, share: u64) -> Option<u64> {
        let all: u64 = self.commit_latency.iter().sum();
        let wanted = all.saturating_mul(share.min(100)).div_ceil(100).max(1);
        let mut seen = 0;
        let class = self.commit_latency.iter().position(|count| {
            seen += count;
            seen >= wanted
        })?;
        Some(1 << class)
    }
}

/// The class of a latency.
fn class_of(nanos: u64) -> usize {
    let micros = nanos / 1000;
    (u64::BITS - micros.leading_zeros()).min(LATENCY_CLASSES as u32 - 1) as usize
}

/// A figure that grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The figures that grow; what is of now is asked where it is.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) commits: Counter,
    pub(super) rollbacks: Counter,
    pub(super) wal_frames: Counter,
    pub(super) wal_bytes: Counter,
    pub(super) checkpoints: Counter,
    pub(super) checkpoint_pages: Counter,
    pub(super) db_barriers: Counter,
    pub(super) expired_readers: Counter,
    latency: [Counter; LATENCY_CLASSES],
}

impl Counters {
    /// A commit that took `nanos`.
    pub(super) fn committed(&self, nanos: u64) {
        self.commits.add(1);
        self.latency[class_of(nanos)].add(1);
    }

    pub(super) fn latency(&self) -> [u64; LATENCY_CLASSES] {
        std::array::from_fn(|class| self.latency[class].get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_the_class_below_its_power_of_two() {
        for (nanos, class) in
            [(0, 0), (999, 0), (1_000, 1), (1_999, 1), (2_000, 2), (1_023_000, 10), (1_024_000, 11)]
        {
            assert_eq!(class_of(nanos), class, "{nanos}");
        }
        assert_eq!(class_of(u64::MAX), LATENCY_CLASSES - 1);
    }

    #[test]
    fn the_share_of_a_histogram_is_the_end_of_its_class() {
        let counters = Counters::default();
        assert_eq!(Metrics::default().commit_latency_micros(50), None);
        (0..90).for_each(|_| counters.committed(3_000));
        (0..10).for_each(|_| counters.committed(900_000));
        let metrics = Metrics { commit_latency: counters.latency(), ..Metrics::default() };
        assert_eq!(counters.commits.get(), 100);
        assert_eq!(metrics.commit_latency_micros(50), Some(4));
        assert_eq!(metrics.commit_latency_micros(90), Some(4));
        assert_eq!(metrics.commit_latency_micros(99), Some(1024));
    }
}
