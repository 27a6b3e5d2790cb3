//! Reads a log back: which commits after the checkpoint are whole, and whether any are missing.
//!
//! Changes nothing. The scan follows the chain from the checkpoint's tail and stops at the first frame
//! that does not fit; only what a commit frame closed counts.
//!
//! S1  A frame is accepted only if its LSN is the expected one, `self64` holds for this epoch's salt,
//!     `chain64` continues the chain, and its length fits its segment.
//! S2  A link leads only to a segment the scan has not been in, so the scan ends.
//! S3  Memory: one segment, and a position per page.

use crate::base::hash::HashMap;
use crate::base::{CommitSeq, Lsn, PageNo};
use crate::env::VfsFile;
use crate::error::Result;
use crate::page::Roots;
use crate::page::meta::LogPosition;

use super::frame::{
    CommitPayload, FRAME_HEADER_BYTES, FrameHeader, FrameKind, chain_after, frame_holds, frame_page,
    link_target,
};
use super::layout::{BLOCK_BYTES, WalLayout};

/// What a log holds after a checkpoint.
#[derive(Debug)]
pub struct Scan {
    /// The last whole commit; the checkpoint's if there is none.
    pub seq: CommitSeq,
    /// Its roots; none if there is no whole commit.
    pub roots: Option<Roots>,
    /// The newest image of each page: LSN and offset of its frame in the log file.
    pub pages: HashMap<PageNo, (Lsn, u64)>,
    /// Segments from the tail to where the chain ends, in order, also of a commit that is not whole: whoever
    /// writes to them might put just the bytes there that it lacks.
    pub segments: Vec<u32>,
    /// An LSN greater than any frame accepted.
    pub next_lsn: Lsn,
    /// Whole commits.
    pub commit_count: u64,
}

/// One segment in memory.
struct Segment<'a> {
    file: &'a dyn VfsFile,
    layout: WalLayout,
    file_bytes: u64,
    bytes: Vec<u8>,
}

impl<'a> Segment<'a> {
    fn new(file: &'a dyn VfsFile, layout: WalLayout) -> Result<Segment<'a>> {
        let file_bytes = file.size()?;
        Ok(Segment { file, layout, file_bytes, bytes: Vec::new() })
    }

    /// Loads a segment, or what the file has of it.
    fn load(&mut self, segment: u32) -> Result<()> {
        let start = self.layout.segment_offset(segment);
        let there = self.file_bytes.saturating_sub(start).min(u64::from(self.layout.segment_bytes));
        self.bytes.resize(usize::try_from(there).unwrap_or(0), 0);
        if there == 0 {
            return Ok(());
        }
        // The file has said that it is so long: an answer of fewer bytes is a failure, and not the end of the
        // log, behind which acknowledged commits would be lost.
        self.file.read_exact_at(&mut self.bytes, start)?;
        Ok(())
    }

    /// A whole frame of this epoch at an offset of the loaded segment.
    fn frame(&self, offset: u32, salt: u64) -> Option<(FrameHeader, &[u8])> {
        let at = usize::try_from(offset).ok()?;
        let header = FrameHeader::decode(self.bytes.get(at..)?)?;
        let end = at.checked_add(FRAME_HEADER_BYTES)?.checked_add(usize::try_from(header.len).ok()?)?;
        let frame = self.bytes.get(at..end)?;
        frame_holds(frame, salt).then(|| (header, &frame[FRAME_HEADER_BYTES..]))
    }

    /// The frame that continues the chain at `at`: right there, or a link in the block kept for it.
    fn next(&self, at: &LogPosition, salt: u64) -> Option<(FrameHeader, &[u8], u32)> {
        let fits = |header: &FrameHeader| {
            header.lsn == at.lsn && header.chain64 == chain_after(header.self64, at.chain)
        };
        let link_offset = self.layout.link_offset();
        if at.offset < link_offset
            && let Some((header, payload)) = self.frame(at.offset, salt)
            && header.kind != FrameKind::Link
            && fits(&header)
        {
            let end = at.offset.checked_add(header.len)?.checked_add(FRAME_HEADER_BYTES as u32)?;
            return (end <= link_offset).then_some((header, payload, end));
        }
        let (header, payload) = self.frame(link_offset, salt)?;
        (header.kind == FrameKind::Link && fits(&header)).then_some((header, payload, link_offset))
    }
}

/// Follows the chain from `tail`, where the log after commit `checkpoint` begins.
pub fn scan(
    file: &dyn VfsFile,
    layout: WalLayout,
    salt: u64,
    tail: LogPosition,
    checkpoint: CommitSeq,
) -> Result<Scan> {
    let mut segment = Segment::new(file, layout)?;
    let mut out = Scan {
        seq: checkpoint,
        roots: None,
        pages: HashMap::default(),
        segments: vec![tail.segment],
        next_lsn: tail.lsn,
        commit_count: 0,
    };
    let mut open: Vec<(PageNo, Lsn, u64)> = Vec::new();
    let mut at = tail;
    segment.load(at.segment)?;
    while let Some((header, payload, end)) = segment.next(&at, salt) {
        let offset = layout.segment_offset(at.segment) + u64::from(at.offset);
        at.lsn = Lsn(header.lsn.0.saturating_add(1));
        at.chain = header.chain64;
        out.next_lsn = out.next_lsn.max(at.lsn);
        match header.kind {
            FrameKind::Page => {
                let Some(no) = frame_page(&header).filter(|_| header.len == layout.page_size) else { break };
                open.push((no, header.lsn, offset));
                at.offset = end;
            }
            FrameKind::Commit => {
                let Ok(commit) = CommitPayload::decode(payload) else { break };
                let frames = u32::try_from(open.len()).unwrap_or(u32::MAX);
                if commit.seq <= out.seq || commit.frames != frames {
                    break;
                }
                out.seq = commit.seq;
                out.roots = Some(commit.roots);
                out.commit_count += 1;
                for (no, lsn, offset) in open.drain(..) {
                    out.pages.insert(no, (lsn, offset));
                }
                at.offset = end.next_multiple_of(BLOCK_BYTES);
            }
            FrameKind::Link => {
                let Some(next) = link_target(payload).filter(|next| !out.segments.contains(next)) else {
                    break;
                };
                out.segments.push(next);
                at.segment = next;
                at.offset = 0;
                segment.load(next)?;
            }
        }
    }
    Ok(out)
}

/// Looks through the whole log for a commit of this epoch that knew a later commit than `recovered` to
/// be durable: proof that the medium lost an acknowledged write. A power cut alone never leaves one,
/// since the frames of an unacknowledged commit name only commits whose sync had returned.
pub fn find_lost_commit(
    file: &dyn VfsFile,
    layout: WalLayout,
    salt: u64,
    recovered: CommitSeq,
) -> Result<Option<CommitSeq>> {
    let mut segment = Segment::new(file, layout)?;
    let mut lost: Option<CommitSeq> = None;
    for number in 0..layout.segment_count(segment.file_bytes).saturating_add(1) {
        segment.load(number)?;
        let mut block = 0;
        while block < layout.link_offset() {
            // Transactions begin on a block; from there their frames follow each other.
            let mut at = block;
            while let Some((header, payload)) = segment.frame(at, salt) {
                if header.kind == FrameKind::Commit
                    && let Ok(commit) = CommitPayload::decode(payload)
                    && commit.durable > recovered
                {
                    lost = lost.max(Some(commit.durable));
                }
                let next = at + FRAME_HEADER_BYTES as u32 + header.len;
                at = if header.kind == FrameKind::Commit { next.next_multiple_of(BLOCK_BYTES) } else { next };
            }
            block = if at > block { at.next_multiple_of(BLOCK_BYTES) } else { block + BLOCK_BYTES };
        }
    }
    Ok(lost)
}

/// Whether any segment of a file begins with what looks like a frame. Used to refuse throwing away a log
/// that nothing else vouches for.
pub fn looks_used(file: &dyn VfsFile, layout: WalLayout) -> Result<bool> {
    let bytes = file.size()?;
    for segment in 0..layout.segment_count(bytes).saturating_add(1) {
        let offset = layout.segment_offset(segment);
        let mut header = [0u8; FRAME_HEADER_BYTES];
        if bytes < offset.saturating_add(header.len() as u64) {
            continue;
        }
        file.read_exact_at(&mut header, offset)?;
        let plausible = FrameHeader::decode(&header).is_some_and(|header| match header.kind {
            FrameKind::Page => header.len == layout.page_size && frame_page(&header).is_some(),
            FrameKind::Commit => header.len == super::frame::COMMIT_PAYLOAD_BYTES as u32,
            FrameKind::Link => false,
        });
        if plausible {
            return Ok(true);
        }
    }
    Ok(false)
}
