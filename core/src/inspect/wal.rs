//! The frames of the log: which of them recovery would accept, and what else lies there.

use std::collections::BTreeSet;

use crate::env::VfsFile;
use crate::error::Result;
use crate::page::meta::{LogPosition, MetaState};
use crate::wal::frame::{
    CommitPayload, FRAME_HEADER_BYTES, FrameHeader, FrameKind, chain_after, frame_holds, link_target,
};
use crate::wal::layout::{BLOCK_BYTES, WalLayout};

use super::File;

/// What proves a frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Validity {
    /// It continues the chain that begins at the checkpoint: recovery accepts it.
    Chained,
    /// Whole and of this life of the log, but not in the chain: checkpointed, or never committed.
    Whole,
    /// Its sum fails: of an earlier life, torn, or damaged.
    Broken,
}

/// One frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameReport {
    /// Where it begins in the log.
    pub offset: u64,
    /// In which segment.
    pub segment: u32,
    /// Its header.
    pub header: FrameHeader,
    /// What proves it.
    pub validity: Validity,
    /// What a commit frame says.
    pub commit: Option<CommitPayload>,
    /// Where a link leads.
    pub link: Option<u32>,
}

struct Reader<'a> {
    log: &'a dyn VfsFile,
    layout: WalLayout,
    salt: u64,
    bytes: u64,
}

impl Reader<'_> {
    /// What stands at an offset, if it can be a frame: its header and payload, and whether its sum holds.
    fn frame(&self, segment: u32, offset: u32) -> Option<(FrameHeader, Vec<u8>, bool)> {
        let at = self.layout.segment_offset(segment) + u64::from(offset);
        let mut head = [0; FRAME_HEADER_BYTES];
        self.log.read_exact_at(&mut head, at).ok()?;
        let header = FrameHeader::decode(&head)?;
        let length = u64::from(header.len) + FRAME_HEADER_BYTES as u64;
        if u64::from(offset) + length > u64::from(self.layout.segment_bytes) || at + length > self.bytes {
            return None;
        }
        let mut frame = vec![0; usize::try_from(length).ok()?];
        self.log.read_exact_at(&mut frame, at).ok()?;
        let holds = frame_holds(&frame, self.salt);
        Some((header, frame.split_off(FRAME_HEADER_BYTES), holds))
    }

    /// The offsets of the chain from `tail` on.
    fn chain(&self, tail: LogPosition) -> BTreeSet<u64> {
        let mut offsets = BTreeSet::new();
        let mut segments = BTreeSet::from([tail.segment]);
        let mut at = tail;
        let link_offset = self.layout.link_offset();
        loop {
            let fits = |header: &FrameHeader, holds: bool| {
                holds && header.lsn == at.lsn && header.chain64 == chain_after(header.self64, at.chain)
            };
            let here = self
                .frame(at.segment, at.offset)
                .filter(|(header, _, holds)| header.kind != FrameKind::Link && fits(header, *holds));
            let (offset, found) = match here {
                Some(found) => (at.offset, Some(found)),
                None => (link_offset, self.frame(at.segment, link_offset)),
            };
            let Some((header, payload, holds)) = found else { return offsets };
            if !fits(&header, holds) {
                return offsets;
            }
            offsets.insert(self.layout.segment_offset(at.segment) + u64::from(offset));
            at.lsn.0 = at.lsn.0.saturating_add(1);
            at.chain = header.chain64;
            let end = offset.saturating_add(header.len).saturating_add(FRAME_HEADER_BYTES as u32);
            match header.kind {
                FrameKind::Page => at.offset = end,
                FrameKind::Commit => at.offset = end.next_multiple_of(BLOCK_BYTES),
                FrameKind::Link => match link_target(&payload).filter(|next| segments.insert(*next)) {
                    Some(next) => (at.segment, at.offset) = (next, 0),
                    None => return offsets,
                },
            }
        }
    }
}

impl File {
    /// Every frame of the log in the order of the file; none without a log, or without a whole meta slot.
    pub fn frames(&self) -> Result<Vec<FrameReport>> {
        let (Some(log), Some(header), Some(meta)) = (&self.log, &self.log_header, &self.meta) else {
            return Ok(Vec::new());
        };
        let reader = Reader { log: &**log, layout: header.layout, salt: meta.salt, bytes: log.size()? };
        let chain = if meta.state == MetaState::Dirty { reader.chain(meta.tail) } else { BTreeSet::new() };
        let mut out = Vec::new();
        for segment in 0..header.layout.segment_count(reader.bytes).saturating_add(1) {
            let mut offset = 0;
            while offset < header.layout.segment_bytes {
                let Some((head, payload, holds)) = reader.frame(segment, offset) else {
                    // Transactions begin on a block; a link stands in the block kept for it.
                    offset = (offset + 1).next_multiple_of(BLOCK_BYTES);
                    continue;
                };
                let at = header.layout.segment_offset(segment) + u64::from(offset);
                out.push(FrameReport {
                    offset: at,
                    segment,
                    header: head,
                    validity: match (chain.contains(&at), holds) {
                        (true, _) => Validity::Chained,
                        (false, true) => Validity::Whole,
                        (false, false) => Validity::Broken,
                    },
                    commit: (head.kind == FrameKind::Commit)
                        .then(|| CommitPayload::decode(&payload).ok())
                        .flatten(),
                    link: (head.kind == FrameKind::Link).then(|| link_target(&payload)).flatten(),
                });
                let end = offset.saturating_add(head.len).saturating_add(FRAME_HEADER_BYTES as u32);
                offset = if head.kind == FrameKind::Page { end } else { end.next_multiple_of(BLOCK_BYTES) };
            }
        }
        Ok(out)
    }
}
