//! The two meta slots: the only bytes of the database file that say how to read the rest.
//!
//! ```text
//! 0        4 KiB        16 KiB   20 KiB       32 KiB
//! | meta A | zeros ...  | meta B | zeros ...  | page 1 | page 2 | ...
//! ```
//!
//! A change writes A, syncs, writes B, syncs. Hence *B of number n is visible only if A of number n was
//! durable*, and at every instant one slot is durable whose log is intact. A change has happened when B is
//! written: A is what stands in for a B that was torn meanwhile.
//!
//! M1  A slot whose sum fails says nothing; the other one speaks.
//! M2  `seq` of A is `seq` of B or one more; where they differ, B decides.
//! M3  The slots are 16 KiB apart: one torn or damaged block never takes both.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::base::{CommitSeq, Lsn, PageNo, limits};
use crate::error::{Error, ErrorKind, SqlState};

use super::Roots;
use super::roots::ROOTS_BYTES;

/// First bytes of every database file.
pub const MAGIC: [u8; 8] = *b"DCDB\r\n\x1a\n";
/// The format this code writes.
pub const FORMAT: u32 = 1;
/// Bytes of one slot.
pub const META_BYTES: usize = 4096;
/// Where slot A stands.
pub const META_A_OFFSET: u64 = 0;
/// Where slot B stands.
pub const META_B_OFFSET: u64 = 16 << 10;
/// Where page 1 stands.
pub const PAGES_OFFSET: u64 = 32 << 10;

/// Field offsets within a slot.
pub mod field {
    /// `MAGIC`, 8 bytes.
    pub const MAGIC: usize = 0;
    /// Format number, u32.
    pub const FORMAT: usize = 8;
    /// Feature bits an older reader may ignore, u32.
    pub const COMPAT: usize = 12;
    /// Feature bits an older reader must refuse, u32.
    pub const INCOMPAT: usize = 16;
    /// Bytes per page, u32.
    pub const PAGE_SIZE: usize = 20;
    /// Bytes per log segment, u32.
    pub const WAL_SEGMENT_BYTES: usize = 24;
    /// 1 clean, 2 dirty, u32.
    pub const STATE: usize = 28;
    /// Identity of the database, 16 bytes.
    pub const DB_UUID: usize = 32;
    /// Identity of its log, 16 bytes.
    pub const WAL_UUID: usize = 48;
    /// Salt of the page checksums, u64.
    pub const DB_SALT: usize = 64;
    /// Number of this version of the slot, u64.
    pub const SEQ: usize = 72;
    /// Last commit the pages hold, u64.
    pub const CHECKPOINT_SEQ: usize = 80;
    /// Roots of that commit, 24 bytes.
    pub const ROOTS: usize = 88;
    /// Where the log after that commit begins: segment u32.
    pub const TAIL_SEGMENT: usize = 112;
    /// ... offset in the segment, u32.
    pub const TAIL_OFFSET: usize = 116;
    /// ... LSN of the first frame, u64.
    pub const TAIL_LSN: usize = 120;
    /// ... chain value before it, u64.
    pub const TAIL_CHAIN: usize = 128;
    /// Counts the lives of the log, u64.
    pub const EPOCH: usize = 136;
    /// Salt of this life's frames, u64.
    pub const SALT: usize = 144;
    /// One more than the commit since which the pages were written without barriers, u64; 0: never.
    pub const UNSAFE_SINCE: usize = 152;
    /// First reserved byte, written zero.
    pub const RESERVED: usize = 160;
    /// XXH3-64 of everything before, u64.
    pub const SUM: usize = 4088;
}

const _: () = assert!(field::ROOTS + ROOTS_BYTES == field::TAIL_SEGMENT);
const _: () = assert!(field::SUM + 8 == META_BYTES);

const SUM_SEED: u64 = 0x4d45_5441;

/// Whether the log is needed to read the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MetaState {
    /// Closed in order: the pages hold everything.
    Clean,
    /// Open, or not closed in order: the log holds the commits after the checkpoint.
    Dirty,
}

/// A place in the log, and what proves that the frame there belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogPosition {
    /// Segment, counted from 0.
    pub segment: u32,
    /// Bytes into the segment.
    pub offset: u32,
    /// LSN the frame there must have.
    pub lsn: Lsn,
    /// Chain value of the frame before.
    pub chain: u64,
}

/// What a meta slot says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Meta {
    /// Bytes per page.
    pub page_size: u32,
    /// Bytes per log segment.
    pub wal_segment_bytes: u32,
    /// Whether the log is needed.
    pub state: MetaState,
    /// Identity of the database.
    pub db_uuid: [u8; 16],
    /// Identity of its log.
    pub wal_uuid: [u8; 16],
    /// Salt of the page checksums.
    pub db_salt: u64,
    /// Number of this version.
    pub seq: u64,
    /// Last commit the pages hold.
    pub checkpoint_seq: CommitSeq,
    /// Its roots.
    pub roots: Roots,
    /// Where the log after it begins.
    pub tail: LogPosition,
    /// Counts the lives of the log.
    pub epoch: u64,
    /// Salt of this life's frames.
    pub salt: u64,
    /// Pages were written without barriers since this commit: after a power cut they may be anything.
    pub unsafe_since: Option<CommitSeq>,
}

/// What the bytes of a slot turned out to be.
#[derive(Debug)]
pub enum Slot {
    /// A slot whose sum holds.
    Valid(Box<Meta>),
    /// A slot whose sum holds and that asks for more than this code can do.
    Unsupported(Error),
    /// Our magic, but the sum fails.
    Damaged,
    /// Not ours at all.
    Foreign,
}

impl Meta {
    /// The bytes of a slot.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0u8; META_BYTES];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(field::MAGIC, &MAGIC);
        put(field::FORMAT, &FORMAT.to_le_bytes());
        put(field::PAGE_SIZE, &self.page_size.to_le_bytes());
        put(field::WAL_SEGMENT_BYTES, &self.wal_segment_bytes.to_le_bytes());
        let state: u32 = match self.state {
            MetaState::Clean => 1,
            MetaState::Dirty => 2,
        };
        put(field::STATE, &state.to_le_bytes());
        put(field::DB_UUID, &self.db_uuid);
        put(field::WAL_UUID, &self.wal_uuid);
        put(field::DB_SALT, &self.db_salt.to_le_bytes());
        put(field::SEQ, &self.seq.to_le_bytes());
        put(field::CHECKPOINT_SEQ, &self.checkpoint_seq.0.to_le_bytes());
        put(field::ROOTS, &self.roots.encode());
        put(field::TAIL_SEGMENT, &self.tail.segment.to_le_bytes());
        put(field::TAIL_OFFSET, &self.tail.offset.to_le_bytes());
        put(field::TAIL_LSN, &self.tail.lsn.0.to_le_bytes());
        put(field::TAIL_CHAIN, &self.tail.chain.to_le_bytes());
        put(field::EPOCH, &self.epoch.to_le_bytes());
        put(field::SALT, &self.salt.to_le_bytes());
        let unsafe_since = self.unsafe_since.map_or(0, |seq| seq.0 + 1);
        put(field::UNSAFE_SINCE, &unsafe_since.to_le_bytes());
        let sum = xxh3_64_with_seed(&out[..field::SUM], SUM_SEED);
        out[field::SUM..].copy_from_slice(&sum.to_le_bytes());
        out
    }

    /// Reads a slot.
    pub fn decode(bytes: &[u8]) -> Slot {
        if bytes.len() != META_BYTES || bytes[..8] != MAGIC {
            return Slot::Foreign;
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        if long(field::SUM) != xxh3_64_with_seed(&bytes[..field::SUM], SUM_SEED) {
            return Slot::Damaged;
        }
        if word(field::FORMAT) != FORMAT || word(field::INCOMPAT) != 0 {
            return Slot::Unsupported(Error::of_kind(
                ErrorKind::Storage,
                SqlState::FEATURE_NOT_SUPPORTED,
                format!(
                    "the database has format {} with features {:#x}; this version reads format {FORMAT}",
                    word(field::FORMAT),
                    word(field::INCOMPAT)
                ),
            ));
        }
        let uuid = |at: usize| {
            let mut out = [0u8; 16];
            out.copy_from_slice(&bytes[at..at + 16]);
            out
        };
        let (page_size, segment) = (word(field::PAGE_SIZE), word(field::WAL_SEGMENT_BYTES));
        let sizes_hold = page_size.is_power_of_two()
            && (limits::PAGE_SIZE_MIN..=limits::PAGE_SIZE_MAX).contains(&page_size)
            && segment.is_multiple_of(4096)
            && (2 * page_size + 8192..=64 << 20).contains(&segment);
        let state = match word(field::STATE) {
            1 => MetaState::Clean,
            2 => MetaState::Dirty,
            _ => return Slot::Damaged,
        };
        let Ok(roots) = Roots::decode(&bytes[field::ROOTS..]) else { return Slot::Damaged };
        let tail = LogPosition {
            segment: word(field::TAIL_SEGMENT),
            offset: word(field::TAIL_OFFSET),
            lsn: Lsn(long(field::TAIL_LSN)),
            chain: long(field::TAIL_CHAIN),
        };
        if !sizes_hold || tail.offset > segment || !tail.offset.is_multiple_of(4096) {
            return Slot::Damaged;
        }
        Slot::Valid(Box::new(Meta {
            page_size,
            wal_segment_bytes: segment,
            state,
            db_uuid: uuid(field::DB_UUID),
            wal_uuid: uuid(field::WAL_UUID),
            db_salt: long(field::DB_SALT),
            seq: long(field::SEQ),
            checkpoint_seq: CommitSeq(long(field::CHECKPOINT_SEQ)),
            roots,
            tail,
            epoch: long(field::EPOCH),
            salt: long(field::SALT),
            unsafe_since: long(field::UNSAFE_SINCE).checked_sub(1).map(CommitSeq),
        }))
    }
}

/// Where a page stands in the database file.
pub fn page_offset(no: PageNo, page_size: usize) -> u64 {
    let index = u64::from(no.0).saturating_sub(1);
    PAGES_OFFSET + index * u64::try_from(page_size).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Meta {
        Meta {
            page_size: 8192,
            wal_segment_bytes: 1 << 20,
            state: MetaState::Dirty,
            db_uuid: [1; 16],
            wal_uuid: [2; 16],
            db_salt: 3,
            seq: 4,
            checkpoint_seq: CommitSeq(5),
            roots: Roots { page_count: 6, catalog_root: PageNo(1), ..Roots::default() },
            tail: LogPosition { segment: 7, offset: 8192, lsn: Lsn(9), chain: 10 },
            epoch: 11,
            salt: 12,
            unsafe_since: Some(CommitSeq(13)),
        }
    }

    #[test]
    fn a_slot_survives_its_bytes() {
        let meta = example();
        match Meta::decode(&meta.encode()) {
            Slot::Valid(read) => assert_eq!(*read, meta),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_flipped_byte_makes_a_slot_invalid() {
        let bytes = example().encode();
        for at in 0..META_BYTES {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x40;
            assert!(!matches!(Meta::decode(&bytes), Slot::Valid(_)), "byte {at}");
        }
        assert!(matches!(Meta::decode(&[]), Slot::Foreign));
    }

    #[test]
    fn a_newer_format_is_named_and_not_called_damage() {
        let mut bytes = example().encode();
        bytes[field::FORMAT] = 2;
        let sum = xxh3_64_with_seed(&bytes[..field::SUM], SUM_SEED);
        bytes[field::SUM..].copy_from_slice(&sum.to_le_bytes());
        assert!(matches!(Meta::decode(&bytes), Slot::Unsupported(_)));
    }
}
