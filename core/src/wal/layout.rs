//! Where things stand in the log file: a static header, then equal segments.
//!
//! ```text
//! 0        4 KiB       + segment_bytes
//! | header | segment 0 | segment 1 | ...
//!            frames ... commit, padded to 4 KiB | frames ... | LINK in the last 4 KiB
//! ```
//!
//! The header is written once, when the log is created, and never again: a torn header write cannot
//! meet live frames. The last block of a segment is kept for the link, so a link never shares a block
//! with an acknowledged commit.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::error::{Error, Result};

/// A disk block: commits begin on one.
pub const BLOCK_BYTES: u32 = 4096;
/// Bytes of the log file's header.
pub const WAL_HEADER_BYTES: usize = 4096;
/// First bytes of every log file.
pub const WAL_MAGIC: [u8; 8] = *b"DCWL\r\n\x1a\n";
/// The log format this code writes.
pub const WAL_FORMAT: u32 = 1;

/// Field offsets in the header.
pub mod field {
    /// `WAL_MAGIC`, 8 bytes.
    pub const MAGIC: usize = 0;
    /// Format number, u32.
    pub const FORMAT: usize = 8;
    /// Bytes per page, u32.
    pub const PAGE_SIZE: usize = 12;
    /// Bytes per segment, u32.
    pub const SEGMENT_BYTES: usize = 16;
    /// Identity of the database, 16 bytes.
    pub const DB_UUID: usize = 24;
    /// Identity of this log, 16 bytes.
    pub const WAL_UUID: usize = 40;
    /// XXH3-64 of everything before, u64.
    pub const SUM: usize = 4088;
}

const SUM_SEED: u64 = 0x5741_4c48;

/// Sizes of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WalLayout {
    /// Bytes per segment.
    pub segment_bytes: u32,
    /// Bytes per page.
    pub page_size: u32,
}

impl WalLayout {
    /// Where a segment begins in the file.
    pub fn segment_offset(&self, segment: u32) -> u64 {
        u64::from(WAL_HEADER_BYTES as u32) + u64::from(segment) * u64::from(self.segment_bytes)
    }

    /// Where the link block begins in a segment: frames end before it.
    pub fn link_offset(&self) -> u32 {
        self.segment_bytes - BLOCK_BYTES
    }

    /// Whole segments in a file of `bytes`.
    pub fn segment_count(&self, bytes: u64) -> u32 {
        let count = bytes.saturating_sub(self.segment_offset(0)) / u64::from(self.segment_bytes);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Page frames that fit a segment.
    pub fn frames_per_segment(&self) -> u32 {
        self.link_offset() / (self.page_size + super::frame::FRAME_HEADER_BYTES as u32)
    }
}

/// What the header of a log file says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WalHeader {
    /// Identity of the database it belongs to.
    pub db_uuid: [u8; 16],
    /// Its own identity.
    pub wal_uuid: [u8; 16],
    /// Its sizes.
    pub layout: WalLayout,
}

impl WalHeader {
    /// The header's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0u8; WAL_HEADER_BYTES];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(field::MAGIC, &WAL_MAGIC);
        put(field::FORMAT, &WAL_FORMAT.to_le_bytes());
        put(field::PAGE_SIZE, &self.layout.page_size.to_le_bytes());
        put(field::SEGMENT_BYTES, &self.layout.segment_bytes.to_le_bytes());
        put(field::DB_UUID, &self.db_uuid);
        put(field::WAL_UUID, &self.wal_uuid);
        let sum = xxh3_64_with_seed(&out[..field::SUM], SUM_SEED);
        out[field::SUM..].copy_from_slice(&sum.to_le_bytes());
        out
    }

    /// Reads a header.
    pub fn decode(bytes: &[u8]) -> Result<WalHeader> {
        let damaged = || Error::corrupt("the header of the log is damaged");
        if bytes.len() != WAL_HEADER_BYTES || bytes[..8] != WAL_MAGIC {
            return Err(Error::corrupt("the file beside the database is not its log"));
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let sum = u64::from(word(field::SUM)) | u64::from(word(field::SUM + 4)) << 32;
        if sum != xxh3_64_with_seed(&bytes[..field::SUM], SUM_SEED) {
            return Err(damaged());
        }
        if word(field::FORMAT) != WAL_FORMAT {
            return Err(Error::unsupported(format!("log format {}", word(field::FORMAT))));
        }
        let uuid = |at: usize| {
            let mut out = [0u8; 16];
            out.copy_from_slice(&bytes[at..at + 16]);
            out
        };
        Ok(WalHeader {
            db_uuid: uuid(field::DB_UUID),
            wal_uuid: uuid(field::WAL_UUID),
            layout: WalLayout {
                segment_bytes: word(field::SEGMENT_BYTES),
                page_size: word(field::PAGE_SIZE),
            },
        })
    }
}
