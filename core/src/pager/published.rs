//! The last published commit and its roots, read without a lock.
//!
//! ```text
//! version  even: at rest      odd: being written (readers look again)
//! ```
//!
//! L1  Only one thread at a time writes (it holds the flush group's lock).
//! L2  A reader's copy is of one commit: the version was even and the same before and after.

use crate::base::sync::atomic::{AtomicU64, Ordering, fence};

use crate::base::{CommitSeq, PageNo};
use crate::page::Roots;

#[derive(Debug, Default)]
pub(super) struct Published {
    version: AtomicU64,
    seq: AtomicU64,
    pages: AtomicU64,
    free: AtomicU64,
    schema: AtomicU64,
}

fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

fn low(pair: u64) -> u32 {
    (pair & u64::from(u32::MAX)) as u32
}

impl Published {
    /// The commit and its roots.
    #[inline]
    pub(super) fn load(&self) -> (CommitSeq, Roots) {
        loop {
            let before = self.version.load(Ordering::Acquire);
            let seq = CommitSeq(self.seq.load(Ordering::Relaxed));
            let pages = self.pages.load(Ordering::Relaxed);
            let free = self.free.load(Ordering::Relaxed);
            let schema_version = self.schema.load(Ordering::Relaxed);
            fence(Ordering::Acquire);
            if before & 1 == 0 && before == self.version.load(Ordering::Relaxed) {
                let roots = Roots {
                    page_count: low(pages),
                    catalog_root: PageNo(low(pages >> 32)),
                    free_head: PageNo(low(free)),
                    free_count: low(free >> 32),
                    schema_version,
                };
                return (seq, roots);
            }
            crate::base::sync::spin_loop();
        }
    }

    /// The commit alone.
    #[inline]
    pub(super) fn seq(&self) -> CommitSeq {
        CommitSeq(self.seq.load(Ordering::Acquire))
    }

    /// Publishes a commit (L1).
    pub(super) fn store(&self, seq: CommitSeq, roots: &Roots) {
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        self.pages.store(pair(roots.page_count, roots.catalog_root.0), Ordering::Relaxed);
        self.free.store(pair(roots.free_head.0, roots.free_count), Ordering::Relaxed);
        self.schema.store(roots.schema_version, Ordering::Relaxed);
        self.seq.store(seq.0, Ordering::Release);
        self.version.store(version + 2, Ordering::Release);
    }
}
