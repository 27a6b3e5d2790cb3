//! Frames of the log as bytes.
//!
//! ```text
//! 0    1     2        4   8    16       24       32      40       48
//! |kind|flags|reserved|len|lsn |attempt |page_no |self64 |chain64 | payload ...
//! ```
//!
//! `self64` lets one frame be verified alone (readers, checkpoints); `chain64` lets recovery prove "and
//! everything before it". Both are seeded with what only this life of this log knows.
//!
//! W1  `self64` = XXH3(payload, seed = XXH3(header before it, seed = the epoch's salt)).
//! W2  `chain64` = XXH3(`self64`, seed = the previous frame's `chain64`).
//! W3  `attempt` never repeats within an epoch: an aborted transaction's frames never fit behind a later one's.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::base::{CommitSeq, Lsn, PageNo};
use crate::error::Result;
use crate::page::Roots;
use crate::page::roots::ROOTS_BYTES;

/// Bytes before the payload.
pub const FRAME_HEADER_BYTES: usize = 48;
/// Bytes of the header that `self64` covers.
pub const SELF_COVERED_BYTES: usize = 32;
/// Payload of a commit frame: commit, durable commit (u64 each), frames, zero (u32 each), roots.
pub const COMMIT_PAYLOAD_BYTES: usize = 24 + ROOTS_BYTES;
/// Payload of a link frame: next segment, zero (u32 each).
pub const LINK_PAYLOAD_BYTES: usize = 8;

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameKind {
    /// A whole page.
    Page,
    /// The end of a transaction.
    Commit,
    /// The log goes on in another segment.
    Link,
}

impl FrameKind {
    /// The byte in the file. 4 is reserved for page deltas.
    pub const fn code(self) -> u8 {
        match self {
            FrameKind::Page => 1,
            FrameKind::Commit => 2,
            FrameKind::Link => 3,
        }
    }

    const fn from_code(code: u8) -> Option<FrameKind> {
        match code {
            1 => Some(FrameKind::Page),
            2 => Some(FrameKind::Commit),
            3 => Some(FrameKind::Link),
            _ => None,
        }
    }
}

/// A frame's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    /// What follows.
    pub kind: FrameKind,
    /// Bytes of payload.
    pub len: u32,
    /// Position in the log's history.
    pub lsn: Lsn,
    /// The transaction attempt that wrote it.
    pub attempt: u64,
    /// The page, in a page frame; else 0.
    pub page_no: u64,
    /// Sum of this frame alone.
    pub self64: u64,
    /// Sum of this frame and all before it.
    pub chain64: u64,
}

fn long(bytes: &[u8], at: usize) -> u64 {
    let mut out = [0u8; 8];
    out.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(out)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

impl FrameHeader {
    /// Reads a header; `None` if the bytes cannot be one. Proves nothing: see [`frame_holds`].
    pub fn decode(bytes: &[u8]) -> Option<FrameHeader> {
        let bytes = bytes.get(..FRAME_HEADER_BYTES)?;
        let kind = FrameKind::from_code(bytes[0])?;
        if bytes[1..4] != [0, 0, 0] {
            return None;
        }
        Some(FrameHeader {
            kind,
            len: word(bytes, 4),
            lsn: Lsn(long(bytes, 8)),
            attempt: long(bytes, 16),
            page_no: long(bytes, 24),
            self64: long(bytes, 32),
            chain64: long(bytes, 40),
        })
    }
}

fn self_sum(covered: &[u8], payload: &[u8], salt: u64) -> u64 {
    xxh3_64_with_seed(payload, xxh3_64_with_seed(covered, salt))
}

/// The chain value after a frame.
pub fn chain_after(self64: u64, chain: u64) -> u64 {
    xxh3_64_with_seed(&self64.to_le_bytes(), chain)
}

/// Whether `frame` (header and payload) is whole and of this epoch (W1).
pub fn frame_holds(frame: &[u8], salt: u64) -> bool {
    if frame.len() < FRAME_HEADER_BYTES {
        return false;
    }
    let (header, payload) = frame.split_at(FRAME_HEADER_BYTES);
    long(header, 32) == self_sum(&header[..SELF_COVERED_BYTES], payload, salt)
}

/// Appends a frame to `out`; answers the new chain value.
#[allow(clippy::too_many_arguments, reason = "the fields of the header, each once")]
pub fn push_frame(
    out: &mut Vec<u8>,
    kind: FrameKind,
    payload: &[u8],
    lsn: Lsn,
    attempt: u64,
    page_no: u64,
    salt: u64,
    chain: u64,
) -> u64 {
    let len = u32::try_from(payload.len()).expect("a payload is at most a page");
    let mut header = [0u8; FRAME_HEADER_BYTES];
    header[0] = kind.code();
    header[4..8].copy_from_slice(&len.to_le_bytes());
    header[8..16].copy_from_slice(&lsn.0.to_le_bytes());
    header[16..24].copy_from_slice(&attempt.to_le_bytes());
    header[24..32].copy_from_slice(&page_no.to_le_bytes());
    let self64 = self_sum(&header[..SELF_COVERED_BYTES], payload, salt);
    let chain = chain_after(self64, chain);
    header[32..40].copy_from_slice(&self64.to_le_bytes());
    header[40..48].copy_from_slice(&chain.to_le_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(payload);
    chain
}

/// What the end of a transaction says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommitPayload {
    /// Its number.
    pub seq: CommitSeq,
    /// The last commit known to be durable when this was written. If recovery finds this frame but ends
    /// before that commit, the medium lost what it had acknowledged.
    pub durable: CommitSeq,
    /// Page frames of the transaction.
    pub frames: u32,
    /// Roots after it.
    pub roots: Roots,
}

impl CommitPayload {
    /// The payload's bytes.
    pub fn encode(&self) -> [u8; COMMIT_PAYLOAD_BYTES] {
        let mut out = [0u8; COMMIT_PAYLOAD_BYTES];
        out[0..8].copy_from_slice(&self.seq.0.to_le_bytes());
        out[8..16].copy_from_slice(&self.durable.0.to_le_bytes());
        out[16..20].copy_from_slice(&self.frames.to_le_bytes());
        out[24..].copy_from_slice(&self.roots.encode());
        out
    }

    /// Reads a payload.
    pub fn decode(bytes: &[u8]) -> Result<CommitPayload> {
        if bytes.len() != COMMIT_PAYLOAD_BYTES {
            return Err(crate::error::Error::corrupt("a commit frame has the wrong length"));
        }
        Ok(CommitPayload {
            seq: CommitSeq(long(bytes, 0)),
            durable: CommitSeq(long(bytes, 8)),
            frames: word(bytes, 16),
            roots: Roots::decode(&bytes[24..])?,
        })
    }
}

/// Payload of a frame that leads to `segment`.
pub fn link_payload(segment: u32) -> [u8; LINK_PAYLOAD_BYTES] {
    let mut out = [0u8; LINK_PAYLOAD_BYTES];
    out[..4].copy_from_slice(&segment.to_le_bytes());
    out
}

/// The segment a link leads to.
pub fn link_target(payload: &[u8]) -> Option<u32> {
    (payload.len() == LINK_PAYLOAD_BYTES).then(|| word(payload, 0))
}

/// The page a frame holds, if its number fits.
pub fn frame_page(header: &FrameHeader) -> Option<PageNo> {
    u32::try_from(header.page_no).ok().filter(|no| *no != 0).map(PageNo)
}
