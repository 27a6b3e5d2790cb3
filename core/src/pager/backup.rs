//! A copy of one snapshot as a database file of its own, made while the writer goes on.
//!
//! ```text
//! begin: snapshot held, file created, sized, filled with nothing
//! step:  pages of the snapshot, a run at a time; free pages stay holes
//! last:  sync, slot A, sync, slot B, sync       a file without a valid slot is no database
//! ```
//!
//! U1  The copy has no log and says so (state clean); it opens alone.
//! U2  The copy is another database: it has an identity of its own, so that it is never taken for the
//!     original beside the original's log.
//! U3  A copy that was not finished is refused by opening, not read in part.

use crate::base::{CommitSeq, PageNo};
use crate::env::{Env, FileName, OpenMode, SyncKind, VfsFile};
use crate::error::Result;
use crate::page::PageSource;
use crate::page::meta::{self, LogPosition, Meta, MetaState};

use super::open::write_slots;
use super::read::ReadTxn;
use super::verify::free_pages;

/// A backup under way.
pub struct Backup {
    txn: ReadTxn,
    file: Box<dyn VfsFile>,
    meta: Meta,
    is_free: Vec<bool>,
    next: u32,
}

impl Backup {
    /// Creates `name` in `env` for a copy of the snapshot. A file of that name is an error (42710).
    pub(super) fn begin(txn: ReadTxn, env: &Env, name: &FileName) -> Result<Backup> {
        let free = free_pages(&txn, txn.roots());
        if let Some(problem) = free.problems.into_iter().next() {
            return Err(problem);
        }
        let mut is_free = free.is_free;
        // The pages that carry the list are content; those they list are not.
        for trunk in free.trunks {
            if let Some(flag) = usize::try_from(trunk.0).ok().and_then(|at| is_free.get_mut(at)) {
                *flag = false;
            }
        }
        let mut db_uuid = [0u8; 16];
        env.entropy.fill(&mut db_uuid);
        let shared = &txn.shared;
        let meta = Meta {
            page_size: shared.options.page_size,
            wal_segment_bytes: shared.options.wal_segment_bytes,
            db_salt: shared.db_salt,
            state: MetaState::Clean,
            db_uuid,
            wal_uuid: [0; 16],
            seq: 1,
            checkpoint_seq: txn.snapshot(),
            roots: *txn.roots(),
            tail: LogPosition::default(),
            epoch: 0,
            salt: 0,
            unsafe_since: None,
        };
        let file = env.vfs.open(name, OpenMode::CreateNew)?;
        file.lock()?;
        let pages = u64::from(meta.roots.page_count);
        file.set_size(meta::PAGES_OFFSET + pages * u64::from(meta.page_size))?;
        Ok(Backup { txn, file, meta, is_free, next: 1 })
    }

    /// The commit that is copied.
    pub fn snapshot(&self) -> CommitSeq {
        self.txn.snapshot()
    }

    /// Pages copied or passed over, and pages in all.
    pub fn progress(&self) -> (u32, u32) {
        (self.next - 1, self.meta.roots.page_count)
    }

    /// Copies up to `pages` pages; `true` when the copy is complete and durable.
    pub fn step(&mut self, pages: u32) -> Result<bool> {
        let end = self.next.saturating_add(pages.max(1)).min(self.meta.roots.page_count + 1);
        while self.next < end {
            let free = usize::try_from(self.next).ok().and_then(|at| self.is_free.get(at).copied());
            if free == Some(false) {
                let page = self.txn.page(PageNo(self.next))?;
                let offset = meta::PAGES_OFFSET + u64::from(self.next - 1) * u64::from(self.meta.page_size);
                self.file.write_all_at(&page, offset)?;
            }
            self.next += 1;
        }
        if self.next <= self.meta.roots.page_count {
            return Ok(false);
        }
        self.file.sync(SyncKind::DataAndSize)?;
        write_slots(&*self.file, &self.meta)?;
        Ok(true)
    }
}

impl core::fmt::Debug for Backup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Backup").field("snapshot", &self.txn.snapshot()).field("next", &self.next).finish()
    }
}
