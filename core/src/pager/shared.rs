//! What all transactions of one open database share, and how a page is found.
//!
//! ```text
//! page(no, snapshot):  pool (one lock)  ->  index: which frame?  ->  log file | database file
//!                                                                    then: is the slot still active,
//!                                                                    is the frame still before no tail?
//! ```
//!
//! P1  The log is written only by the one writer, the database file only under the checkpoint lock.
//! P2  Nothing shared is dirty: the pool and the index hold images of commits whose frames are written.
//! P3  A database page is overwritten only with versions every live snapshot may see; a frame only after
//!     `tail_lsn` passed it. The checks after a read make both visible to a reader that was slow.

use crate::base::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::base::sync::{RankedCondvar, RankedMutex, rank};
use crate::base::{CommitSeq, Lsn, PageNo};
use crate::env::{Env, FileName, VfsError, VfsErrorKind, VfsFile};
use crate::error::{Error, ErrorKind, Result, SqlState};
use crate::page::{PageRef, meta, seal};
use crate::wal::index::WalIndex;
use crate::wal::layout::WalLayout;
use crate::wal::log::Log;

use super::checkpoint::Checkpointer;
use super::flush::FlushState;
use super::keep::AlarmCell;
use super::metrics::Counters;
use super::options::PagerOptions;
use super::pool::Pool;
use super::published::Published;
use super::readers::{Readers, SlotNo};
use super::segments::Segments;
use super::write::zeroed;
use super::writer::WriterSlot;

/// The open files; empty after closing.
pub(super) struct Files {
    pub(super) db: Option<Arc<dyn VfsFile>>,
    pub(super) log: Option<Arc<Log>>,
}

pub(super) struct Shared {
    pub(super) env: Env,
    pub(super) name: FileName,
    pub(super) options: PagerOptions,
    pub(super) page_size: usize,
    pub(super) db_salt: u64,
    pub(super) layout: WalLayout,
    pub(super) read_only: bool,
    pub(super) files: RankedMutex<Files, { rank::FILES }>,
    pub(super) pool: Pool,
    pub(super) readers: Readers,
    pub(super) published: Published,
    pub(super) index: RankedMutex<WalIndex, { rank::INDEX }>,
    /// Memory of the index, as of its last change.
    pub(super) index_bytes: AtomicUsize,
    pub(super) segments: RankedMutex<Segments, { rank::SEGMENTS }>,
    /// The last commit the database file holds; changes under the index lock.
    pub(super) checkpoint_seq: AtomicU64,
    /// Frames before this LSN may be overwritten.
    pub(super) tail_lsn: AtomicU64,
    pub(super) checkpointer: RankedMutex<Checkpointer, { rank::CHECKPOINT }>,
    pub(super) writer: RankedMutex<WriterSlot, { rank::FLUSH }>,
    pub(super) writer_free: RankedCondvar,
    pub(super) flush: RankedMutex<FlushState, { rank::FLUSH }>,
    pub(super) flushed: RankedCondvar,
    /// The log file grew since the last sync.
    pub(super) log_grew: AtomicBool,
    /// Live log bytes at which the next commit runs a checkpoint.
    pub(super) trigger_bytes: AtomicU64,
    /// Bytes of the index at which it does, too.
    pub(super) trigger_index: AtomicUsize,
    /// No barriers, not even around checkpoints: opened at [`super::Durability::None`], and no commit has
    /// asked for more.
    pub(super) barrier_free: AtomicBool,
    /// One more than the commit of the mark; 0: no mark.
    pub(super) unsafe_since: AtomicU64,
    /// When the last checkpoint came to its end, and when the readers were last looked at.
    pub(super) checkpointed_at: AtomicU64,
    pub(super) readers_minded_at: AtomicU64,
    pub(super) alarm: AlarmCell,
    /// When the alarm will ring; the end of time: it will not.
    pub(super) alarm_due: AtomicU64,
    pub(super) counters: Counters,
    pub(super) closed: AtomicBool,
    pub(super) poison: OnceLock<String>,
}

impl Shared {
    /// The database file, unless closed.
    pub(super) fn db_file(&self) -> Result<Arc<dyn VfsFile>> {
        self.files.lock().db.as_ref().map(Arc::clone).ok_or_else(closed)
    }

    /// The log, if there is one.
    pub(super) fn log(&self) -> Option<Arc<Log>> {
        self.files.lock().log.as_ref().map(Arc::clone)
    }

    /// Refuses to change anything after a storage failure or after closing.
    pub(super) fn check_usable(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        match self.poison.get() {
            None => Ok(()),
            Some(cause) => Err(Error::of_kind(
                ErrorKind::Storage,
                SqlState::IO_ERROR,
                format!("nothing can be written after a storage failure: {cause}"),
            )
            .with_hint("Close the database and open it again: recovery restores every acknowledged commit.")),
        }
    }

    /// Stops all writing for good: what the storage holds is no longer known (B.2 of the design).
    pub(super) fn poisoned_by(&self, error: Error) -> Error {
        let _ = self.poison.set(error.message().to_owned());
        error
    }

    /// A page as `snapshot` sees it; `slot` is the reader's, the writer has none.
    #[inline]
    pub(super) fn read_page(
        &self,
        no: PageNo,
        snapshot: CommitSeq,
        page_count: u32,
        slot: Option<SlotNo>,
    ) -> Result<PageRef> {
        if no.0.wrapping_sub(1) >= page_count {
            return Err(not_in_file(no));
        }
        if let Some(image) = self.pool.get(no, snapshot)
            && slot.is_none_or(|slot| self.readers.is_active(slot))
        {
            return Ok(image);
        }
        self.read_page_from_file(no, snapshot, slot)
    }

    #[cold]
    fn read_page_from_file(&self, no: PageNo, snapshot: CommitSeq, slot: Option<SlotNo>) -> Result<PageRef> {
        if let Some(slot) = slot {
            self.readers.fetched(slot);
        }
        loop {
            let (found, checkpoint_seq) = {
                let index = self.index.lock();
                (index.find(no, snapshot), CommitSeq(self.checkpoint_seq.load(Ordering::Acquire)))
            };
            let read = match found.version {
                None => self.db_file().and_then(|db| read_db_page(&*db, no, self.page_size, self.db_salt)),
                Some(version) => match self.log() {
                    Some(log) => log.read_page(no, version),
                    None => Err(closed()),
                },
            };
            if !slot.is_none_or(|slot| self.readers.is_active(slot)) {
                return Err(snapshot_expired());
            }
            if let Some(version) = found.version
                && self.tail_lsn.load(Ordering::SeqCst) > version.lsn.0
            {
                // A checkpoint passed the frame while we read: the page is in the database file now.
                continue;
            }
            let image = match (read, found.version) {
                (Ok(image), _) => image,
                // A frame of this session that fails its sum: the medium cannot be trusted with more.
                (Err(error), Some(_)) if error.kind() == ErrorKind::Corrupt && !self.read_only => {
                    return Err(self.poisoned_by(error));
                }
                (Err(error), _) => return Err(error),
            };
            let from = found.version.map_or(checkpoint_seq, |version| version.seq);
            // Under the index lock, so that a commit of this page comes either before (and `next` knows
            // it) or after (and cuts the range just inserted): C2.
            let index = self.index.lock();
            if slot.is_none_or(|slot| self.readers.is_active(slot)) {
                let next = index.find(no, snapshot).next;
                self.pool.insert(no, Arc::clone(&image), from, next, self.published.seq());
            }
            return Ok(image);
        }
    }

    /// Publishes what is in the pending list of the flush group up to `through`.
    pub(super) fn publish_through(&self, state: &mut FlushState, through: CommitSeq) {
        while let Some((seq, roots)) = state.pending.front().copied().filter(|(seq, _)| *seq <= through) {
            assert_eq!(seq.0, self.published.seq().0 + 1, "commits are published in order, each once");
            self.published.store(seq, &roots);
            state.pending.pop_front();
        }
    }

    /// LSN bookkeeping after a checkpoint; call under the index lock.
    pub(super) fn tail_moved(&self, through: CommitSeq, lsn: Lsn) {
        let before = self.tail_lsn.swap(lsn.0, Ordering::SeqCst);
        assert!(before <= lsn.0, "the tail only grows");
        self.checkpoint_seq.store(through.0, Ordering::Release);
    }
}

/// Whether a read up to `end` failed because the file ends before: a host may answer nothing for a read that
/// failed, and only the length tells the two apart.
pub(super) fn is_cut(file: &dyn VfsFile, error: &VfsError, end: u64) -> bool {
    error.kind == VfsErrorKind::ShortIo && file.size().is_ok_and(|size| size < end)
}

/// A page of the database file, verified.
pub(super) fn read_db_page(db: &dyn VfsFile, no: PageNo, page_size: usize, db_salt: u64) -> Result<PageRef> {
    let mut image = zeroed(page_size);
    let bytes = Arc::get_mut(&mut image).expect("nobody else has the new image");
    let offset = meta::page_offset(no, page_size);
    if let Err(error) = db.read_exact_at(bytes, offset) {
        let end = offset.saturating_add(page_size as u64);
        return Err(match is_cut(db, &error, end) {
            true => Error::corrupt(format!("page {no} lies past the end of the file")),
            false => error.into(),
        });
    }
    seal::check(&image, no, db_salt)?;
    Ok(image)
}

#[cold]
pub(super) fn closed() -> Error {
    Error::of_kind(ErrorKind::Storage, SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "the database is closed")
}

#[cold]
fn not_in_file(no: PageNo) -> Error {
    Error::corrupt(format!("page {no} is not in the file"))
}

#[cold]
pub(super) fn snapshot_expired() -> Error {
    Error::new(SqlState::SNAPSHOT_TOO_OLD, "snapshot too old")
        .with_detail("The reader was ended so that the log can be used again; its pages may be overwritten.")
        .with_hint("Read again: a new statement sees the current data.")
}
