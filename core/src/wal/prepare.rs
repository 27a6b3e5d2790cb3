//! Turns a transaction's pages into log bytes: a pure function of the position, the pages and a list of
//! segments to go on in.
//!
//! Writes nothing itself: it hands out contiguous runs, usually one per commit. Who writes and syncs them,
//! and when the commit becomes visible, is the pager's business; so a thread group, a browser worker and a
//! test share this path.

use crate::base::{Lsn, PageNo};
use crate::error::{Error, Result};
use crate::page::meta::LogPosition;

use super::frame::{
    COMMIT_PAYLOAD_BYTES, CommitPayload, FRAME_HEADER_BYTES, FrameKind, link_payload, push_frame,
};
use super::layout::{BLOCK_BYTES, WalLayout};

/// Receives runs of log bytes: the offset in the log file, and the bytes.
pub type Emit<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<()>;

/// Builds the frames of one transaction.
pub struct LogBuilder<'a> {
    layout: WalLayout,
    salt: u64,
    attempt: u64,
    at: LogPosition,
    segments: std::slice::Iter<'a, u32>,
    run: &'a mut Vec<u8>,
    frames: u32,
}

/// How many further segments a transaction of `page_frames` needs, from `offset` in its first.
pub fn segments_needed(layout: &WalLayout, offset: u32, page_frames: usize) -> usize {
    let frame = layout.page_size as usize + FRAME_HEADER_BYTES;
    let commit = COMMIT_PAYLOAD_BYTES + FRAME_HEADER_BYTES;
    let room = layout.link_offset().saturating_sub(offset) as usize;
    let whole = layout.link_offset() as usize;
    let here = (room / frame).min(page_frames);
    let mut rest = page_frames - here;
    let mut left = room - here * frame;
    let mut more = 0;
    if rest > 0 {
        let per_segment = whole / frame;
        more = rest.div_ceil(per_segment);
        rest -= (more - 1) * per_segment;
        left = whole - rest * frame;
    }
    if left < commit { more + 1 } else { more }
}

impl<'a> LogBuilder<'a> {
    /// Begins at `at`, a block boundary. `run` is a buffer to use again.
    pub fn new(
        layout: WalLayout,
        salt: u64,
        attempt: u64,
        at: LogPosition,
        segments: &'a [u32],
        run: &'a mut Vec<u8>,
    ) -> LogBuilder<'a> {
        run.clear();
        LogBuilder { layout, salt, attempt, at, segments: segments.iter(), run, frames: 0 }
    }

    /// Makes room for a page frame, in the next segment if need be; answers the LSN it will have.
    pub fn next_page_lsn(&mut self, emit: Emit<'_>) -> Result<Lsn> {
        self.make_room(self.layout.page_size as usize, emit)?;
        Ok(self.at.lsn)
    }

    /// Appends a page for which [`LogBuilder::next_page_lsn`] made room; answers where its frame stands.
    pub fn page(&mut self, no: PageNo, image: &[u8]) -> u64 {
        let offset = self.layout.segment_offset(self.at.segment) + u64::from(self.at.offset);
        self.push(FrameKind::Page, image, u64::from(no.0));
        self.frames += 1;
        offset
    }

    /// Ends the transaction, padded to a block; answers where the next one begins.
    pub fn commit(mut self, mut payload: CommitPayload, emit: Emit<'_>) -> Result<LogPosition> {
        self.make_room(COMMIT_PAYLOAD_BYTES, emit)?;
        payload.frames = self.frames;
        self.push(FrameKind::Commit, &payload.encode(), 0);
        let end = self.at.offset.next_multiple_of(BLOCK_BYTES);
        let padding = (end - self.at.offset) as usize;
        self.run.resize(self.run.len() + padding, 0);
        self.at.offset = end;
        self.emit_run(emit)?;
        Ok(self.at)
    }

    fn push(&mut self, kind: FrameKind, payload: &[u8], page_no: u64) {
        self.at.chain =
            push_frame(self.run, kind, payload, self.at.lsn, self.attempt, page_no, self.salt, self.at.chain);
        self.at.lsn = Lsn(self.at.lsn.0 + 1);
        let bytes = FRAME_HEADER_BYTES + payload.len();
        self.at.offset += u32::try_from(bytes).expect("a frame fits its segment");
    }

    fn make_room(&mut self, payload: usize, emit: Emit<'_>) -> Result<()> {
        let room = self.layout.link_offset().saturating_sub(self.at.offset) as usize;
        if payload + FRAME_HEADER_BYTES <= room {
            return Ok(());
        }
        self.emit_run(emit)?;
        let next = *self
            .segments
            .next()
            .ok_or_else(|| Error::internal("a transaction was given too few log segments"))?;
        // The link stands in the block kept for it, whatever is left before.
        self.at.offset = self.layout.link_offset();
        self.push(FrameKind::Link, &link_payload(next), 0);
        self.run.resize(BLOCK_BYTES as usize, 0);
        let offset = self.layout.segment_offset(self.at.segment) + u64::from(self.layout.link_offset());
        emit(offset, self.run)?;
        self.run.clear();
        self.at.segment = next;
        self.at.offset = 0;
        Ok(())
    }

    /// Hands out what has been built since the last run.
    fn emit_run(&mut self, emit: Emit<'_>) -> Result<()> {
        if self.run.is_empty() {
            return Ok(());
        }
        let end = self.layout.segment_offset(self.at.segment) + u64::from(self.at.offset);
        let start = end - u64::try_from(self.run.len()).expect("a run fits a segment");
        emit(start, self.run)?;
        self.run.clear();
        Ok(())
    }
}
