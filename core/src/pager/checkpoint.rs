//! Brings the database file up to date beside the writer and the readers.
//!
//! ```text
//! 1 through S = min(published, oldest reader)     5 meta A, sync
//! 2 copy the list of newest versions <= S         6 meta B, sync
//! 3 sync the log                                  7 forget versions <= S, move the tail
//! 4 write the pages, sync                         8 free the segments before the tail
//! ```
//!
//! There is no reset: the log's tail moves, its head goes on.
//!
//! H1  A page is written only from a frame that is durable, and only with a version <= S.
//! H2  Segments are freed after both slots are durable: whichever slot a crash leaves, its log is whole.
//! H3  A failure before the first overwritten page leaves no trace; one after it poisons.
//! H4  At level None the barriers are left out; the slots say so, with a barrier, before the first page is
//!     written, and say it no longer once everything has been synced.
//! H5  What the file has past the last page of both slots is given back, and not before they are durable.
//!     Readers of older snapshots are gone by then: none is behind the commit of a checkpoint.

use crate::base::sync::atomic::Ordering;

use crate::base::{CommitSeq, PageNo};
use crate::env::{SyncKind, VfsFile};
use crate::error::{Error, Result, SqlState};
use crate::page::PageRef;
use crate::page::meta::{self, Meta};
use crate::wal::index::{CommitEnd, Version};
use crate::wal::log::Log;

use super::options::{Durability, ReaderPolicy};
use super::shared::Shared;

/// Neighbouring pages written with one call, at most.
const RUN_PAGES_MAX: usize = 64;

/// What a page of a commit takes in the log's index, roughly.
const PAGE_INDEX_BYTES: usize = 128;

/// What a checkpoint did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CheckpointReport {
    /// The database file holds every commit up to this one.
    pub through: CommitSeq,
    /// Pages written by this call.
    pub page_count: u64,
    /// Whether the checkpoint came to its end (or there was nothing to do).
    pub complete: bool,
}

/// Who writes the database file: this, under its lock, and nobody else (P1).
#[derive(Debug)]
pub(super) struct Checkpointer {
    pub(super) meta: Meta,
    /// Slot B may be older than A on the medium: it is written again before anything relies on it.
    pub(super) slot_b_unproven: bool,
    run: Option<Run>,
}

/// A checkpoint under way.
#[derive(Debug)]
struct Run {
    end: CommitEnd,
    /// Pages past the old end of the file first: a full disk shows before anything is overwritten.
    pages: Vec<(PageNo, Version)>,
    next: usize,
    /// Pages of the file before.
    old_count: u32,
    grows: bool,
    overwrites: bool,
}

impl Checkpointer {
    pub(super) fn new(meta: Meta, slot_b_unproven: bool) -> Checkpointer {
        Checkpointer { meta, slot_b_unproven, run: None }
    }

    /// Writes the next version of the meta: A, sync, B, sync. Without barriers the order is all there is.
    pub(super) fn write_meta(&mut self, db: &dyn VfsFile, next: Meta, barriers: bool) -> Result<()> {
        assert_eq!(next.seq, self.meta.seq + 1, "M2: slot numbers grow by one");
        let bytes = next.encode();
        for offset in [meta::META_A_OFFSET, meta::META_B_OFFSET] {
            db.write_all_at(&bytes, offset)?;
            if barriers {
                db.sync(SyncKind::Data)?;
            }
        }
        self.meta = next;
        Ok(())
    }
}

impl Shared {
    /// Runs a checkpoint, or the rest of one under way, to its end.
    pub(super) fn checkpoint_fully(&self) -> Result<CheckpointReport> {
        self.checkpoint_step(usize::MAX)
    }

    /// Writes at most `page_budget` pages of a checkpoint.
    pub(super) fn checkpoint_step(&self, page_budget: usize) -> Result<CheckpointReport> {
        self.check_usable()?;
        if self.read_only {
            return Ok(self.nothing_to_do());
        }
        let mut checkpointer = self.checkpointer.lock();
        self.step(&mut checkpointer, page_budget)
    }

    /// Whether the log, or its index, has grown so much that a checkpoint is due; `times` as much.
    pub(super) fn has_grown(&self, times: u64) -> bool {
        let index = self.index_bytes.load(Ordering::Relaxed) as u64;
        self.live_log_bytes() >= self.trigger_bytes.load(Ordering::Relaxed).saturating_mul(times)
            || index >= (self.trigger_index.load(Ordering::Relaxed) as u64).saturating_mul(times)
    }

    /// After a commit: a checkpoint if the log has grown enough or is old, and if nobody runs one. Where the
    /// host has a timer that is left to it, so that no commit waits for a checkpoint's barriers; unless
    /// it falls behind.
    pub(super) fn checkpoint_if_due(&self, now_nanos: u64) {
        let grown = self.has_grown(1);
        if self.alarm.is_set() && !self.has_grown(2) {
            let due = if grown { Some(now_nanos) } else { self.checkpoint_due() };
            due.into_iter().for_each(|due| self.ring_at(due));
            return;
        }
        if !grown && self.checkpoint_due().is_none_or(|due| due > now_nanos) {
            return;
        }
        let Some(mut checkpointer) = self.checkpointer.try_lock() else { return };
        // The commit that came here is durable. A full disk is the next checkpoint's trouble; any other
        // failure has poisoned the handle for what follows.
        let _ = self.step(&mut checkpointer, usize::MAX);
        drop(checkpointer);
        self.checkpoint_is_over(now_nanos);
    }

    /// When the next one is due, by time and by growth.
    pub(super) fn checkpoint_is_over(&self, now_nanos: u64) {
        self.checkpointed_at.store(now_nanos, Ordering::Relaxed);
        // A reader that stays may keep the log long: do not try again at every commit.
        let soft = self.options.wal_soft_bytes;
        self.trigger_bytes.store(soft.max(self.live_log_bytes() + soft / 4), Ordering::Relaxed);
        let half = self.options.wal_index_bytes / 2;
        let index = self.index_bytes.load(Ordering::Relaxed);
        self.trigger_index.store(half.max(index + half / 4), Ordering::Relaxed);
    }

    /// Whether the log, or its index with `more` pages in it, has reached its hard limit.
    fn is_over_limit(&self, more: usize) -> bool {
        let index = self.index_bytes.load(Ordering::Relaxed).saturating_add(more * PAGE_INDEX_BYTES);
        // An index that nothing is in cannot be relieved: one transaction may be larger than the limit.
        self.live_log_bytes() >= self.options.wal_hard_bytes
            || index > self.options.wal_index_bytes
                && self.checkpoint_seq.load(Ordering::Acquire) < self.published.seq().0
    }

    /// Before a commit of `more` pages: keeps the log and its index under their hard limits, at the cost
    /// of old readers if the policy says so, else of the commit.
    pub(super) fn relieve_log(&self, more: usize) -> Result<()> {
        if !self.is_over_limit(more) {
            return Ok(());
        }
        match self.checkpoint_fully() {
            Err(error) if error.sqlstate() == SqlState::DISK_FULL && self.poison.get().is_none() => {}
            other => {
                other?;
            }
        }
        if !self.is_over_limit(more) || self.readers.oldest().is_none_or(|at| at >= self.published.seq()) {
            return Ok(());
        }
        if self.options.reader_policy != ReaderPolicy::Strict {
            return Err(self.log_is_full());
        }
        let expired = self.readers.expire_before(self.published.seq());
        self.counters.expired_readers.add(expired as u64);
        self.checkpoint_fully()?;
        Ok(())
    }

    /// Bytes of the log's segments from tail to head.
    pub(super) fn live_log_bytes(&self) -> u64 {
        let used = u64::try_from(self.segments.lock().used.len()).unwrap_or(u64::MAX);
        used * u64::from(self.layout.segment_bytes)
    }

    fn nothing_to_do(&self) -> CheckpointReport {
        let through = CommitSeq(self.checkpoint_seq.load(Ordering::Acquire));
        CheckpointReport { through, page_count: 0, complete: true }
    }

    pub(super) fn step(
        &self,
        checkpointer: &mut Checkpointer,
        page_budget: usize,
    ) -> Result<CheckpointReport> {
        let mut run = match checkpointer.run.take() {
            Some(run) => run,
            None => match self.plan_checkpoint(checkpointer)? {
                Some(run) => run,
                None => return Ok(self.nothing_to_do()),
            },
        };
        let db = self.db_file()?;
        if self.is_barrier_free() && checkpointer.meta.unsafe_since.is_none() {
            self.mark_unsafe(checkpointer, &*db, run.end.seq)?;
        }
        let first = run.next;
        if let Err(error) = self.write_pages(&*db, &mut run, page_budget) {
            // H3: the pages past the old end are named by no durable meta.
            let harmless = !run.overwrites && error.sqlstate() == SqlState::DISK_FULL;
            return Err(if harmless { error } else { self.poisoned_by(error) });
        }
        let page_count = u64::try_from(run.next - first).unwrap_or(u64::MAX);
        self.counters.checkpoint_pages.add(page_count);
        if run.next < run.pages.len() {
            checkpointer.run = Some(run);
            let through = CommitSeq(self.checkpoint_seq.load(Ordering::Acquire));
            return Ok(CheckpointReport { through, page_count, complete: false });
        }
        self.finish_checkpoint(checkpointer, &*db, &run).map_err(|error| self.poisoned_by(error))?;
        Ok(CheckpointReport { through: run.end.seq, page_count, complete: true })
    }

    /// Steps 1 to 3.
    fn plan_checkpoint(&self, checkpointer: &Checkpointer) -> Result<Option<Run>> {
        let through = self.readers.checkpoint_limit(self.published.seq());
        if through.0 <= self.checkpoint_seq.load(Ordering::Acquire) {
            return Ok(None);
        }
        let Some((mut pages, end)) = self.index.lock().plan(through) else {
            return Err(Error::internal("a published commit is not in the index"));
        };
        if !self.is_barrier_free() {
            self.make_durable(through, Durability::Full)?;
        }
        // Pages the file has no more need no place in it.
        pages.retain(|(no, _)| no.0 <= end.roots.page_count);
        let old_count = checkpointer.meta.roots.page_count;
        let grows = end.roots.page_count > old_count;
        let split = pages.partition_point(|(no, _)| no.0 <= old_count);
        pages.rotate_left(split);
        if grows {
            let db = self.db_file()?;
            let size = meta::page_offset(PageNo(end.roots.page_count), self.page_size)
                + u64::try_from(self.page_size).unwrap_or(u64::MAX);
            if db.size()? < size {
                db.set_size(size)?;
            }
        }
        Ok(Some(Run { end, pages, next: 0, old_count, grows, overwrites: false }))
    }

    /// Step 4, as far as the budget goes: runs of neighbouring pages, one call each.
    fn write_pages(&self, db: &dyn VfsFile, run: &mut Run, page_budget: usize) -> Result<()> {
        let log = self.log().ok_or_else(super::shared::closed)?;
        let old_count = run.old_count;
        let stop = run.next.saturating_add(page_budget).min(run.pages.len());
        let mut buffer: Vec<u8> = Vec::new();
        while run.next < stop {
            let (first, _) = run.pages[run.next];
            let in_place = first.0 <= old_count;
            buffer.clear();
            let mut count = 0;
            while run.next + count < stop && count < RUN_PAGES_MAX {
                let (no, version) = run.pages[run.next + count];
                if u64::from(no.0) != u64::from(first.0) + count as u64 || (no.0 <= old_count) != in_place {
                    break;
                }
                assert!(version.seq <= run.end.seq, "H1: no version after the checkpoint's commit");
                buffer.extend_from_slice(&self.version_image(&log, no, version)?);
                count += 1;
            }
            run.overwrites |= in_place;
            db.write_all_at(&buffer, meta::page_offset(first, self.page_size))?;
            run.next += count;
        }
        Ok(())
    }

    fn version_image(&self, log: &Log, no: PageNo, version: Version) -> Result<PageRef> {
        match self.pool.get(no, version.seq) {
            Some(image) => Ok(image),
            None => log.read_page(no, version),
        }
    }

    /// Makes the file as short as its pages allow, both slots being durable (H5). A host that refuses keeps a
    /// file that is too long, which is sound; the next checkpoint asks again. A checkpoint under way has
    /// written past the end that the slots know, and does this itself when it is done.
    pub(super) fn give_back_end(&self, db: &dyn VfsFile, checkpointer: &Checkpointer) {
        if checkpointer.run.is_some() {
            return;
        }
        let meta = &checkpointer.meta;
        let wanted = meta::PAGES_OFFSET + u64::from(meta.roots.page_count) * u64::from(meta.page_size);
        if db.size().is_ok_and(|size| size > wanted) {
            let _ = db.set_size(wanted);
        }
    }

    /// Steps 4 (sync) to 8.
    fn finish_checkpoint(&self, checkpointer: &mut Checkpointer, db: &dyn VfsFile, run: &Run) -> Result<()> {
        // Once a commit has asked for more, a checkpoint that began without barriers ends with them.
        let barriers = !self.is_barrier_free();
        if barriers {
            self.make_durable(run.end.seq, Durability::Full)?;
            let synced = self.flush.lock().synced;
            assert!(synced >= run.end.seq, "H1: the log is durable through the checkpoint");
            db.sync(if run.grows { SyncKind::DataAndSize } else { SyncKind::Data })?;
        }
        let next = Meta {
            seq: checkpointer.meta.seq + 1,
            checkpoint_seq: run.end.seq,
            roots: run.end.roots,
            tail: run.end.end,
            unsafe_since: checkpointer.meta.unsafe_since.filter(|_| !barriers),
            ..checkpointer.meta.clone()
        };
        checkpointer.write_meta(db, next, barriers)?;
        if barriers {
            self.give_back_end(db, checkpointer);
        }
        self.note_unsafe_since(&checkpointer.meta);
        self.counters.checkpoints.add(1);
        self.counters.db_barriers.add(if barriers { 3 } else { 0 });
        {
            let mut index = self.index.lock();
            index.drop_through(run.end.seq);
            self.index_bytes.store(index.memory_bytes(), Ordering::Relaxed);
            self.tail_moved(run.end.seq, run.end.end.lsn);
        }
        self.segments.lock().free_before(run.end.end.segment);
        Ok(())
    }
}
