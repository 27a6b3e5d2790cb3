//! The one writer: its turn, and how its pages get into the log.
//!
//! ```text
//! begin_write   take the Writer out of its slot (or wait)
//! commit        reserve segments -> build frames -> write -> index and pool -> put the Writer back
//!               -> sync with the group -> published
//! ```
//!
//! The Writer goes back before the sync (early lock release): the next transaction builds on what is
//! written and not yet durable. If the sync fails, everything since is poisoned together.
//!
//! V1  Before its commit frame is handed to the host, a transaction can fail without a trace: the head
//!     has not moved, and its attempt number never comes again. Afterwards a failure poisons.

use crate::base::sync::atomic::Ordering;
use std::sync::Arc;

use crate::base::{CommitSeq, Lsn, PageNo, sync};
use crate::error::{Error, Result, SqlState};
use crate::page::meta::LogPosition;
use crate::page::{PageRef, Roots, seal};
use crate::wal::frame::{CommitPayload, FRAME_HEADER_BYTES};
use crate::wal::index::{CommitEnd, NEVER};
use crate::wal::log::Log;
use crate::wal::prepare::{LogBuilder, segments_needed};

use super::flush::uncertain;
use super::options::Durability;
use super::shared::Shared;
use super::write::WriteTxn;

/// What the writer knows and nobody else changes.
#[derive(Debug)]
pub(super) struct Writer {
    /// The last commit written, published or not.
    pub(super) appended: CommitSeq,
    /// Its roots.
    pub(super) roots: Roots,
    /// Where the next transaction's frames go.
    pub(super) head: LogPosition,
    /// Counts transactions that reached the log in this epoch (W3).
    pub(super) attempt: u64,
    /// A buffer to use again.
    pub(super) run: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum WriterSlot {
    Free(Box<Writer>),
    Taken(sync::ThreadId),
}

impl Shared {
    /// Takes the writer, waiting natively while another thread has it, but not longer than the options say.
    pub(super) fn take_writer(&self) -> Result<Box<Writer>> {
        let me = sync::current().id();
        let mut deadline = None;
        let mut slot = self.writer.lock();
        loop {
            match std::mem::replace(&mut *slot, WriterSlot::Taken(me)) {
                WriterSlot::Free(writer) => return Ok(writer),
                WriterSlot::Taken(owner) => {
                    *slot = WriterSlot::Taken(owner);
                    if owner == me || cfg!(target_arch = "wasm32") {
                        // Waiting would be for ever: nobody but this thread could end the transaction.
                        return Err(Error::new(
                            SqlState::LOCK_NOT_AVAILABLE,
                            "another write transaction is active",
                        ));
                    }
                    let now = self.env.clock.monotonic().0;
                    let until = *deadline.get_or_insert(now.saturating_add(self.options.busy_nanos));
                    if now >= until {
                        return Err(Error::new(
                            SqlState::LOCK_NOT_AVAILABLE,
                            "another write transaction is still active",
                        ));
                    }
                    slot = self.writer_free.wait_for(slot, until - now);
                }
            }
        }
    }

    pub(super) fn give_writer_back(&self, writer: Box<Writer>) {
        *self.writer.lock() = WriterSlot::Free(writer);
        self.writer_free.notify_one();
    }

    pub(super) fn commit(&self, txn: &mut WriteTxn, durability: Durability) -> Result<CommitSeq> {
        if !txn.has_changes() {
            return Ok(txn.base());
        }
        if durability != Durability::None {
            self.leave_barrier_free()?;
        }
        let Some(mut writer) = txn.writer.take() else {
            return Err(Error::internal("a transaction commits once"));
        };
        let began = self.env.clock.monotonic().0;
        let appended = self.append(&mut writer, txn, durability);
        self.give_writer_back(writer);
        let seq = appended?;
        self.make_durable(seq, durability)?;
        let now = self.env.clock.monotonic().0;
        self.counters.committed(now.saturating_sub(began));
        self.mind_readers(now);
        self.checkpoint_if_due(now);
        Ok(seq)
    }

    /// Writes the transaction's frames and makes them the state the next transaction builds on.
    fn append(&self, writer: &mut Writer, txn: &mut WriteTxn, durability: Durability) -> Result<CommitSeq> {
        self.check_usable()?;
        self.relieve_log(txn.dirty.len())?;
        let log = self.log_for_writing(writer)?;
        let images = txn.dirty.take_images();
        let before = writer.head;
        let more = segments_needed(&self.layout, writer.head.offset, images.len());
        let segments = self.reserve_segments(&log, more)?;
        writer.attempt += 1;
        let seq = CommitSeq(writer.appended.0 + 1);
        let payload = CommitPayload { seq, durable: self.flush.lock().synced, frames: 0, roots: txn.roots };
        let written = match self.write_frames(&log, writer, images, &segments, payload) {
            Ok(written) => written,
            Err((error, handed_over)) => {
                self.segments.lock().free.extend(segments);
                if !handed_over {
                    return Err(error);
                }
                let error = self.poisoned_by(error);
                return Err(uncertain(error.message()));
            }
        };
        self.segments.lock().used.extend(segments);
        let frames = written.pages.len() as u64;
        let bytes = self.log_bytes(before, written.end, frames);
        self.counters.wal_frames.add(frames);
        self.counters.wal_bytes.add(bytes);
        writer.head = written.end;
        writer.appended = seq;
        writer.roots = txn.roots;
        {
            let mut index = self.index.lock();
            let places = written.pages.iter().map(|page| (page.no, page.lsn, page.offset));
            index.append(CommitEnd { seq, end: written.end, roots: txn.roots }, places);
            let settled = self.published.seq();
            for page in written.pages {
                self.pool.supersede(page.no, seq);
                self.pool.insert(page.no, page.image, seq, NEVER, settled);
            }
            self.index_bytes.store(index.memory_bytes(), Ordering::Relaxed);
        }
        let now = self.env.clock.monotonic().0;
        let mut state = self.flush.lock();
        state.appended = seq;
        if durability == Durability::Normal {
            state.owes_sync(now, bytes);
        }
        if durability == Durability::Full {
            state.full_appended = seq;
        }
        state.pending.push_back((seq, txn.roots));
        Ok(seq)
    }

    /// Bytes that a commit between two positions put into the log.
    fn log_bytes(&self, from: LogPosition, to: LogPosition, frames: u64) -> u64 {
        if from.segment == to.segment {
            return u64::from(to.offset.saturating_sub(from.offset));
        }
        // Its frames and its end, filled up to a whole block.
        let frame = u64::from(self.layout.page_size) + FRAME_HEADER_BYTES as u64;
        (frames * frame + 2 * FRAME_HEADER_BYTES as u64).next_multiple_of(4096)
    }

    /// Builds and writes the frames; on failure says whether the commit frame was handed over (V1).
    fn write_frames(
        &self,
        log: &Log,
        writer: &mut Writer,
        images: Vec<(PageNo, PageRef)>,
        segments: &[u32],
        payload: CommitPayload,
    ) -> std::result::Result<Written, (Error, bool)> {
        let mut emit = |offset: u64, bytes: &[u8]| -> Result<()> {
            log.file.write_all_at(bytes, offset)?;
            Ok(())
        };
        let mut run = std::mem::take(&mut writer.run);
        let mut builder =
            LogBuilder::new(self.layout, log.salt, writer.attempt, writer.head, segments, &mut run);
        let mut pages = Vec::with_capacity(images.len());
        for (no, mut image) in images {
            let lsn = builder.next_page_lsn(&mut emit).map_err(|error| (error, false))?;
            seal::seal(Arc::make_mut(&mut image), no, lsn, self.db_salt);
            let offset = builder.page(no, &image);
            pages.push(WrittenPage { no, lsn, offset, image });
        }
        let end = builder.commit(payload, &mut emit).map_err(|error| (error, true))?;
        if run.capacity() <= 1 << 20 {
            writer.run = run;
        }
        Ok(Written { pages, end })
    }

    /// Takes `wanted` segments: free ones, then new ones at the end of the file.
    fn reserve_segments(&self, log: &Log, wanted: usize) -> Result<Vec<u32>> {
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let (mut taken, count) = {
            let mut segments = self.segments.lock();
            (segments.take_free(wanted), segments.count)
        };
        let missing = u32::try_from(wanted - taken.len()).unwrap_or(u32::MAX);
        if missing == 0 {
            return Ok(taken);
        }
        // Segments the transaction fills need no zeros; the last one, which later commits go on in, gets
        // them, so that their syncs need not record a new file size.
        let grown =
            count.checked_add(missing).ok_or_else(|| Error::internal("the log has too many segments"));
        let last = grown.and_then(|grown| {
            zero_segment(log, grown - 1)?;
            Ok(grown)
        });
        match last {
            Ok(grown) => {
                self.log_grew.store(true, Ordering::Release);
                taken.extend(count..grown);
                self.segments.lock().count = grown;
                Ok(taken)
            }
            Err(error) => {
                self.segments.lock().free.extend(taken);
                Err(error)
            }
        }
    }
}

/// Fills a segment with zeros, past the end of the file or not.
pub(super) fn zero_segment(log: &Log, segment: u32) -> Result<()> {
    let bytes = log.layout.segment_bytes as usize;
    log.file.write_all_at(&vec![0u8; bytes], log.layout.segment_offset(segment))?;
    Ok(())
}

struct WrittenPage {
    no: PageNo,
    lsn: Lsn,
    offset: u64,
    image: PageRef,
}

struct Written {
    pages: Vec<WrittenPage>,
    end: LogPosition,
}
