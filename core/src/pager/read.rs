//! A reader: every page as the last commit before its beginning left it.

use std::sync::Arc;

use crate::base::{CommitSeq, PageNo};
use crate::error::Result;
use crate::page::{PageRef, PageSource, Roots};

use super::readers::SlotNo;
use super::shared::{Shared, snapshot_expired};

/// A pinned snapshot. Dropping it lets checkpoints pass.
pub struct ReadTxn {
    pub(super) shared: Arc<Shared>,
    pub(super) slot: SlotNo,
    pub(super) snapshot: CommitSeq,
    pub(super) roots: Roots,
    pub(super) labelled: bool,
}

impl core::fmt::Debug for ReadTxn {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReadTxn").field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}

impl ReadTxn {
    /// The last commit this reader sees.
    pub fn snapshot(&self) -> CommitSeq {
        self.snapshot
    }

    /// The roots of that commit.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Refuses when the reader has been ended (72000); every page access does so too.
    pub fn check_active(&self) -> Result<()> {
        if self.shared.readers.is_active(self.slot) {
            return Ok(());
        }
        Err(snapshot_expired())
    }
}

impl PageSource for ReadTxn {
    fn page_size(&self) -> usize {
        self.shared.page_size
    }

    #[inline]
    fn page(&self, no: PageNo) -> Result<PageRef> {
        self.shared.read_page(no, self.snapshot, self.roots.page_count, Some(self.slot))
    }

    fn will_need(&self, first: PageNo, count: u32) {
        self.shared.read_ahead(first, count, self.snapshot, self.roots.page_count, Some(self.slot));
    }
}

impl Drop for ReadTxn {
    fn drop(&mut self) {
        if self.labelled {
            self.shared.readers.unlabel(self.slot);
        }
        self.shared.readers.release(self.slot);
    }
}
