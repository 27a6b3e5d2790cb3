//! Level None: no barrier on commit, none around checkpoints, and how that is left again.
//!
//! ```text
//! opened at None --first checkpoint--> slots marked, with a barrier --> pages, slots without barriers
//!                <--a commit that asks for more, closing------------- everything synced, mark taken off
//!                <--checkpoint(), sync() of the host---------------- the same, and None goes on
//! ```
//!
//! Z1  The mark is durable before the first page is written without a barrier after it.
//! Z2  Once a commit above None has been acknowledged, every checkpoint has its barriers: what one
//!     transaction was promised is not risked by another.

use crate::base::sync::atomic::Ordering;

use crate::base::CommitSeq;
use crate::env::{SyncKind, VfsFile};
use crate::error::Result;
use crate::page::meta::Meta;

use super::checkpoint::Checkpointer;
use super::shared::Shared;

impl Shared {
    /// Whether barriers are left out.
    pub(super) fn is_barrier_free(&self) -> bool {
        self.barrier_free.load(Ordering::Acquire)
    }

    /// Before the first unsafe write: the slots say so (Z1).
    pub(super) fn mark_unsafe(
        &self,
        checkpointer: &mut Checkpointer,
        db: &dyn VfsFile,
        seq: CommitSeq,
    ) -> Result<()> {
        let next =
            Meta { seq: checkpointer.meta.seq + 1, unsafe_since: Some(seq), ..checkpointer.meta.clone() };
        checkpointer.write_meta(db, next, true).map_err(|error| self.poisoned_by(error))?;
        self.counters.db_barriers.add(2);
        self.note_unsafe_since(&checkpointer.meta);
        Ok(())
    }

    /// A commit asks for more than None, or the database is closed: from now on with barriers (Z2).
    pub(super) fn leave_barrier_free(&self) -> Result<()> {
        if !self.is_barrier_free() {
            return Ok(());
        }
        // Whoever else asks meanwhile waits for the lock, and so for the pages to be safe.
        let mut checkpointer = self.checkpointer.lock();
        self.make_safe(&mut checkpointer)?;
        self.barrier_free.store(false, Ordering::Release);
        Ok(())
    }

    /// Syncs what checkpoints have written without barriers, and takes the mark off.
    pub(super) fn make_pages_safe(&self) -> Result<()> {
        self.make_safe(&mut self.checkpointer.lock())
    }

    fn make_safe(&self, checkpointer: &mut Checkpointer) -> Result<()> {
        if checkpointer.meta.unsafe_since.is_none() {
            return Ok(());
        }
        let db = self.db_file()?;
        let log = self.log();
        let next = Meta { seq: checkpointer.meta.seq + 1, unsafe_since: None, ..checkpointer.meta.clone() };
        // The pages, the log that the slots point into, then the slots.
        let mut synced = db.sync(SyncKind::DataAndSize);
        if let (Ok(()), Some(log)) = (&synced, &log) {
            synced = log.file.sync(SyncKind::DataAndSize);
        }
        synced
            .map_err(Into::into)
            .and_then(|()| checkpointer.write_meta(db.as_ref(), next, true))
            .map_err(|error| self.poisoned_by(error))?;
        self.give_back_end(db.as_ref(), checkpointer);
        self.counters.db_barriers.add(3);
        self.note_unsafe_since(&checkpointer.meta);
        Ok(())
    }

    /// What the status shows of the mark, without the checkpoint's lock.
    pub(super) fn note_unsafe_since(&self, meta: &Meta) {
        self.unsafe_since.store(meta.unsafe_since.map_or(0, |seq| seq.0 + 1), Ordering::Release);
    }

    /// The commit since which pages were written without barriers and not synced.
    pub(super) fn unsafe_since(&self) -> Option<CommitSeq> {
        self.unsafe_since.load(Ordering::Acquire).checked_sub(1).map(CommitSeq)
    }
}
