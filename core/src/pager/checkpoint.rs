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

use std::sync::atomic::Ordering;

use crate::base::{CommitSeq, PageNo};
use crate::env::{SyncKind, VfsFile};
use crate::error::{Error, Result, SqlState};
use crate::page::PageRef;
use crate::page::meta::{self, Meta};
use crate::wal::index::{CommitEnd, Version};
use crate::wal::log::Log;

use super::options::Durability;
use super::shared::Shared;

/// Neighbouring pages written with one call, at most.
const RUN_PAGES_MAX: usize = 64;

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

    /// Writes the next version of the meta: A, sync, B, sync.
    pub(super) fn write_meta(&mut self, db: &dyn VfsFile, next: Meta) -> Result<()> {
        assert_eq!(next.seq, self.meta.seq + 1, "M2: slot numbers grow by one");
        let bytes = next.encode();
        db.write_all_at(&bytes, meta::META_A_OFFSET)?;
        db.sync(SyncKind::Data)?;
        db.write_all_at(&bytes, meta::META_B_OFFSET)?;
        db.sync(SyncKind::Data)?;
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

    /// After a commit: a checkpoint if the log has grown enough and nobody runs one.
    pub(super) fn checkpoint_if_due(&self) -> Result<()> {
        if self.live_log_bytes() < self.trigger_bytes.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Some(mut checkpointer) = self.checkpointer.try_lock() else { return Ok(()) };
        let result = self.step(&mut checkpointer, usize::MAX);
        drop(checkpointer);
        // A reader that stays may keep the log long: do not try again at every commit.
        let soft = self.options.wal_soft_bytes;
        self.trigger_bytes.store(soft.max(self.live_log_bytes() + soft / 4), Ordering::Relaxed);
        match result {
            // The commit that came here is durable: a full disk is the next checkpoint's trouble.
            Err(error) if error.sqlstate() == SqlState::DISK_FULL && self.poison.get().is_none() => Ok(()),
            // The handle is poisoned for what follows; this commit has been acknowledged as it was.
            Err(_) | Ok(_) => Ok(()),
        }
    }

    /// Before a commit: keeps the log under its hard limit, at the cost of old readers.
    pub(super) fn relieve_log(&self) -> Result<()> {
        if self.live_log_bytes() < self.options.wal_hard_bytes {
            return Ok(());
        }
        match self.checkpoint_fully() {
            Err(error) if error.sqlstate() == SqlState::DISK_FULL && self.poison.get().is_none() => {}
            other => {
                other?;
            }
        }
        if self.live_log_bytes() >= self.options.wal_hard_bytes
            && self.readers.expire_before(self.published.seq()) > 0
        {
            self.checkpoint_fully()?;
        }
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
        let first = run.next;
        if let Err(error) = self.write_pages(&*db, &mut run, page_budget) {
            // H3: the pages past the old end are named by no durable meta.
            let harmless = !run.overwrites && error.sqlstate() == SqlState::DISK_FULL;
            return Err(if harmless { error } else { self.poisoned_by(error) });
        }
        let page_count = u64::try_from(run.next - first).unwrap_or(u64::MAX);
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
        self.make_durable(through, Durability::Full)?;
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

    /// Steps 4 (sync) to 8.
    fn finish_checkpoint(&self, checkpointer: &mut Checkpointer, db: &dyn VfsFile, run: &Run) -> Result<()> {
        assert!(self.flush.lock().synced >= run.end.seq, "H1: the log is durable through the checkpoint");
        db.sync(if run.grows { SyncKind::DataAndSize } else { SyncKind::Data })?;
        let next = Meta {
            seq: checkpointer.meta.seq + 1,
            checkpoint_seq: run.end.seq,
            roots: run.end.roots,
            tail: run.end.end,
            ..checkpointer.meta.clone()
        };
        checkpointer.write_meta(db, next)?;
        {
            let mut index = self.index.lock();
            index.drop_through(run.end.seq);
            self.tail_moved(run.end.seq, run.end.end.lsn);
        }
        self.segments.lock().free_before(run.end.end.segment);
        Ok(())
    }
}
