//! One read of the host for a run of neighbouring pages that somebody is about to use.
//!
//! A hint: what it cannot do at once it leaves to the reading of the single page, errors included.
//!
//! ```text
//! announced  20 21 22 23 24 25 26 27
//!            in memory | from the database file | in the log ...
//!                        one read -> pool         left alone
//! ```
//!
//! The rules of [`super::shared`] hold: an image goes into the pool only if the reader is still active after
//! the read, and with the range of commits that the index, looked at again, gives it.

use crate::base::sync::atomic::Ordering;
use std::sync::Arc;

use crate::base::{CommitSeq, PageNo};
use crate::page::{meta, seal};

use super::readers::SlotNo;
use super::shared::Shared;
use super::write::zeroed;

/// Most pages of one read.
const RUN_PAGES_MAX: u32 = 64;

impl Shared {
    /// Brings pages into the pool, as `snapshot` sees them.
    pub(super) fn read_ahead(
        &self,
        first: PageNo,
        pages: u32,
        snapshot: CommitSeq,
        page_count: u32,
        slot: Option<SlotNo>,
    ) {
        let active = || slot.is_none_or(|slot| self.readers.is_active(slot));
        if !active() {
            return;
        }
        // A small pool would forget the first pages before they are used.
        let most = RUN_PAGES_MAX.min(u32::try_from(self.pool.capacity() / 4).unwrap_or(u32::MAX));
        let (Some(from), end) = (first.0.checked_sub(1), first.0.saturating_add(pages.min(most))) else {
            return;
        };
        let end = end.min(page_count.saturating_add(1));
        let mut start = from + 1;
        while start < end && self.pool.contains(PageNo(start), snapshot) {
            start += 1;
        }
        let (stop, checkpoint_seq) = {
            let index = self.index.lock();
            let in_log = |no: &u32| index.find(PageNo(*no), snapshot).version.is_some();
            let stop = (start..end).find(in_log).unwrap_or(end);
            (stop, CommitSeq(self.checkpoint_seq.load(Ordering::Acquire)))
        };
        let count = stop.saturating_sub(start);
        let Some(db) = self.files.lock().db.as_ref().filter(|_| count > 1).map(Arc::clone) else { return };
        let mut bytes = vec![0u8; count as usize * self.page_size];
        let read = db.read_exact_at(&mut bytes, meta::page_offset(PageNo(start), self.page_size));
        if read.is_err() || !active() {
            return;
        }
        for (no, page) in (start..stop).zip(bytes.chunks_exact(self.page_size)) {
            let no = PageNo(no);
            if seal::check(page, no, self.db_salt).is_err() || self.pool.contains(no, snapshot) {
                continue;
            }
            let mut image = zeroed(self.page_size);
            Arc::get_mut(&mut image).expect("nobody else has the new image").copy_from_slice(page);
            if let Some(slot) = slot {
                self.readers.fetched(slot);
            }
            let index = self.index.lock();
            if active() {
                let next = index.find(no, snapshot).next;
                self.pool.insert(no, image, checkpoint_seq, next, self.published.seq());
            }
        }
    }
}
