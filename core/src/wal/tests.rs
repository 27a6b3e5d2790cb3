//! A log as bytes: what is read back is a prefix of what was written, whatever happened to it.

use super::frame::*;
use super::layout::{self, BLOCK_BYTES, WAL_HEADER_BYTES, WalHeader, WalLayout};
use super::prepare::{LogBuilder, segments_needed};
use super::scan::{find_lost_commit, looks_used, scan};
use crate::base::{CommitSeq, Lsn, PageNo};
use crate::env::{FileName, MemoryVfs, OpenMode, SplitMix64, Vfs, VfsFile};
use crate::page::meta::{self, LogPosition};
use crate::page::{Roots, free_list, roots, seal};

const LAYOUT: WalLayout = WalLayout { segment_bytes: 16384, page_size: 4096 };
const SALT: u64 = 0x5a17;
const START: LogPosition = LogPosition { segment: 2, offset: 0, lsn: Lsn(10), chain: 77 };

fn image(value: u64) -> Vec<u8> {
    let mut page = vec![0u8; 4096];
    SplitMix64::new(value).fill(&mut page);
    page
}

/// A log of random transactions in segments of a random order.
struct Written {
    bytes: Vec<u8>,
    /// Per commit: where it ends in the file, and the pages it leaves.
    commits: Vec<(u64, Vec<(u32, u64)>)>,
    /// How far the chain got.
    end: LogPosition,
}

/// Few transactions use few segments, so that tests of every byte have few bytes.
fn write_log(seed: u64, transactions: u64) -> Written {
    let mut random = SplitMix64::new(seed);
    let mut bytes = vec![0u8; WAL_HEADER_BYTES];
    let mut at = START;
    let mut free: Vec<u32> =
        (0..4 * transactions as u32).filter(|segment| *segment != START.segment).collect();
    let mut pages: std::collections::BTreeMap<u32, u64> = Default::default();
    let mut commits = Vec::new();
    let mut run = Vec::new();
    for seq in 1..=transactions {
        let count = random.index(6);
        let wanted = segments_needed(&LAYOUT, at.offset, count);
        let segments: Vec<u32> = (0..wanted).map(|_| free.swap_remove(random.index(free.len()))).collect();
        let mut emit = |offset: u64, run: &[u8]| {
            let start = usize::try_from(offset).unwrap();
            if bytes.len() < start + run.len() {
                bytes.resize(start + run.len(), 0);
            }
            bytes[start..start + run.len()].copy_from_slice(run);
            Ok(())
        };
        let mut builder = LogBuilder::new(LAYOUT, SALT, seq, at, &segments, &mut run);
        for _ in 0..count {
            let no = 1 + random.index(9) as u32;
            let value = random.next_u64();
            builder.next_page_lsn(&mut emit).unwrap();
            builder.page(PageNo(no), &image(value));
            pages.insert(no, value);
        }
        let payload = CommitPayload {
            seq: CommitSeq(seq),
            durable: CommitSeq(seq - 1),
            frames: 0,
            roots: Roots { page_count: 9, ..Roots::default() },
        };
        at = builder.commit(payload, &mut emit).unwrap();
        assert_eq!(at.offset % BLOCK_BYTES, 0);
        let end = LAYOUT.segment_offset(at.segment) + u64::from(at.offset);
        commits.push((end, pages.iter().map(|(no, value)| (*no, *value)).collect()));
    }
    Written { bytes, commits, end: at }
}

fn file(bytes: &[u8]) -> Box<dyn VfsFile> {
    let vfs = MemoryVfs::new();
    let name = FileName::new("log").unwrap();
    vfs.put(&name, bytes).unwrap();
    vfs.open(&name, OpenMode::ReadWrite).unwrap()
}

/// Scans; what is found must be the state after some commit, whose number is answered.
fn assert_prefix(written: &Written, bytes: &[u8], what: &str) -> u64 {
    let file = file(bytes);
    let found = scan(&*file, LAYOUT, SALT, START, CommitSeq(0)).unwrap();
    assert_eq!(found.commit_count, found.seq.0, "{what}");
    let mut pages: Vec<(u32, u64)> = Vec::new();
    let mut frame = vec![0u8; FRAME_HEADER_BYTES + 4096];
    for (no, (_, offset)) in &found.pages {
        file.read_exact_at(&mut frame, *offset).unwrap();
        let (_, expected) = &written.commits[usize::try_from(found.seq.0).unwrap() - 1];
        let value = expected.iter().find(|(page, _)| *page == no.0).unwrap().1;
        assert!(frame[FRAME_HEADER_BYTES..] == image(value), "{what}: page {no}");
        pages.push((no.0, value));
    }
    pages.sort_unstable();
    if let Some(last) = found.seq.0.checked_sub(1) {
        assert_eq!(pages, written.commits[usize::try_from(last).unwrap()].1, "{what}");
    } else {
        assert!(pages.is_empty(), "{what}");
    }
    found.seq.0
}

#[test]
fn what_was_written_is_read_back() {
    for seed in 0..30 {
        let written = write_log(seed, 15);
        assert_eq!(assert_prefix(&written, &written.bytes, &format!("seed {seed}")), 15);
        let found = scan(&*file(&written.bytes), LAYOUT, SALT, START, CommitSeq(0)).unwrap();
        assert_eq!(found.next_lsn, written.end.lsn);
        assert_eq!(found.segments.last(), Some(&written.end.segment));
        let lost = find_lost_commit(&*file(&written.bytes), LAYOUT, SALT, CommitSeq(15)).unwrap();
        assert_eq!(lost, None);
    }
}

#[test]
fn a_log_cut_anywhere_gives_the_commits_before_the_cut() {
    let written = write_log(5, 4);
    for end in 0..=written.bytes.len() {
        // Every byte near what matters, some elsewhere.
        if end % 4096 > 60 && end % 4096 < 4080 && end % 41 != 0 {
            continue;
        }
        let got = assert_prefix(&written, &written.bytes[..end], &format!("cut at {end}"));
        // A link may lead back to a lower segment, so "before" is by the chain, which ends at the cut.
        assert!(got <= 4);
    }
}

#[test]
fn a_flipped_byte_ends_the_log_no_earlier_than_its_transaction() {
    let written = write_log(6, 4);
    for at in 0..written.bytes.len() {
        if at % 4096 > 60 && at % 41 != 0 {
            continue;
        }
        let mut bytes = written.bytes.clone();
        bytes[at] ^= 0x04;
        assert_prefix(&written, &bytes, &format!("flip at {at}"));
    }
}

#[test]
fn a_missing_commit_that_a_later_one_knew_is_noticed() {
    let written = write_log(7, 6);
    // Zero the first block: the chain ends at once, but later commits are whole and know better.
    let mut bytes = written.bytes.clone();
    let start = usize::try_from(LAYOUT.segment_offset(START.segment)).unwrap();
    bytes[start..start + 4096].fill(0);
    assert_eq!(assert_prefix(&written, &bytes, "hole"), 0);
    let lost = find_lost_commit(&*file(&bytes), LAYOUT, SALT, CommitSeq(0)).unwrap();
    assert_eq!(lost, Some(CommitSeq(5)));
    // Of another epoch it proves nothing.
    assert_eq!(find_lost_commit(&*file(&bytes), LAYOUT, SALT + 1, CommitSeq(0)).unwrap(), None);
    assert_eq!(scan(&*file(&written.bytes), LAYOUT, SALT + 1, START, CommitSeq(0)).unwrap().seq.0, 0);
}

#[test]
fn frames_of_an_aborted_transaction_do_not_come_back_behind_a_later_one() {
    // Attempt 1 writes two pages and a commit, and is given up; attempt 2 writes the same first page. Were
    // it not for the attempt number, its frame would be byte for byte the first, and the rest of attempt 1
    // would continue its chain.
    let mut bytes = vec![0u8; WAL_HEADER_BYTES + 3 * 16384];
    let mut run = Vec::new();
    let write = |bytes: &mut Vec<u8>, run: &mut Vec<u8>, attempt: u64, pages: u32, commit: bool| {
        let mut emit = |offset: u64, run: &[u8]| {
            let start = usize::try_from(offset).unwrap();
            bytes[start..start + run.len()].copy_from_slice(run);
            Ok(())
        };
        let mut builder = LogBuilder::new(LAYOUT, SALT, attempt, START, &[], run);
        for no in 1..=pages {
            builder.next_page_lsn(&mut emit).unwrap();
            builder.page(PageNo(no), &image(1));
        }
        let payload = CommitPayload {
            seq: CommitSeq(1),
            durable: CommitSeq(0),
            frames: 0,
            roots: Roots { page_count: 9, ..Roots::default() },
        };
        if commit {
            builder.commit(payload, &mut emit).unwrap();
        } else {
            let start = usize::try_from(LAYOUT.segment_offset(START.segment)).unwrap();
            bytes[start..start + run.len()].copy_from_slice(run);
        }
    };
    write(&mut bytes, &mut run, 1, 2, true);
    assert_eq!(scan(&*file(&bytes), LAYOUT, SALT, START, CommitSeq(0)).unwrap().seq.0, 1);
    write(&mut bytes, &mut run, 2, 1, false);
    assert_eq!(scan(&*file(&bytes), LAYOUT, SALT, START, CommitSeq(0)).unwrap().seq.0, 0);
}

#[test]
fn any_bytes_scan_to_an_end() {
    let mut random = SplitMix64::new(8);
    let written = write_log(9, 6);
    for round in 0..300 {
        let mut bytes = written.bytes.clone();
        if round % 3 == 0 {
            random.fill(&mut bytes);
        }
        for _ in 0..20 {
            let at = random.index(bytes.len());
            bytes[at] = [0, 1, 2, 3, 255][random.index(5)];
        }
        bytes.truncate(random.index(bytes.len() + 1));
        if round % 3 != 0 {
            assert_prefix(&written, &bytes, &format!("round {round}"));
        }
        find_lost_commit(&*file(&bytes), LAYOUT, SALT, CommitSeq(0)).unwrap();
        looks_used(&*file(&bytes), LAYOUT).unwrap();
    }
}

#[test]
fn segments_needed_is_exact_for_every_beginning() {
    for layout in [LAYOUT, WalLayout { segment_bytes: 1 << 20, page_size: 8192 }] {
        for offset in (0..=layout.link_offset()).step_by(4096) {
            for count in 0..12 {
                let at = LogPosition { segment: 0, offset, ..START };
                let wanted = segments_needed(&layout, offset, count);
                let segments: Vec<u32> = (1..=wanted as u32).collect();
                let mut run = Vec::new();
                let mut emit = |_: u64, _: &[u8]| Ok(());
                let mut builder = LogBuilder::new(layout, SALT, 1, at, &segments, &mut run);
                let page = vec![0u8; layout.page_size as usize];
                for no in 0..count {
                    builder.next_page_lsn(&mut emit).unwrap();
                    builder.page(PageNo(1 + no as u32), &page);
                }
                let payload = CommitPayload {
                    seq: CommitSeq(1),
                    durable: CommitSeq(0),
                    frames: 0,
                    roots: Roots::default(),
                };
                let end = builder.commit(payload, &mut emit).unwrap();
                assert_eq!(end.segment as usize, wanted, "from {offset}, {count} pages");
            }
        }
    }
}

#[test]
fn a_log_header_survives_its_bytes_and_no_flip() {
    let header = WalHeader { db_uuid: [1; 16], wal_uuid: [2; 16], layout: LAYOUT };
    let bytes = header.encode();
    assert_eq!(WalHeader::decode(&bytes).unwrap(), header);
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(WalHeader::decode(&bytes).is_err(), "byte {at}");
    }
}

/// The tables of docs/FORMAT.md say what the constants say.
#[test]
fn the_format_page_has_the_offsets_of_the_code() {
    use crate::page::format_page::{PAGE, assert_offsets as rows};
    rows(
        "### Meta slot",
        &[
            (meta::field::MAGIC, "magic"),
            (meta::field::FORMAT, "format"),
            (meta::field::COMPAT, "compat"),
            (meta::field::INCOMPAT, "incompat"),
            (meta::field::PAGE_SIZE, "page_size"),
            (meta::field::WAL_SEGMENT_BYTES, "wal_segment_bytes"),
            (meta::field::STATE, "state"),
            (meta::field::DB_UUID, "db_uuid"),
            (meta::field::WAL_UUID, "wal_uuid"),
            (meta::field::DB_SALT, "db_salt"),
            (meta::field::SEQ, "seq"),
            (meta::field::CHECKPOINT_SEQ, "checkpoint_seq"),
            (meta::field::ROOTS, "roots"),
            (meta::field::TAIL_SEGMENT, "tail_segment"),
            (meta::field::TAIL_OFFSET, "tail_offset"),
            (meta::field::TAIL_LSN, "tail_lsn"),
            (meta::field::TAIL_CHAIN, "tail_chain"),
            (meta::field::EPOCH, "epoch"),
            (meta::field::SALT, "salt"),
            (meta::field::RESERVED, "reserved"),
            (meta::field::SUM, "sum"),
        ],
    );
    rows(
        "### Page header",
        &[
            (seal::CRC_OFFSET, "crc"),
            (seal::PAGE_NO_OFFSET, "page_no"),
            (seal::LSN_OFFSET, "lsn"),
            (crate::page::PAGE_HEADER_BYTES, "content"),
        ],
    );
    rows(
        "### Free page (trunk)",
        &[
            (free_list::TAG_OFFSET, "tag"),
            (free_list::NEXT_OFFSET, "next"),
            (free_list::COUNT_OFFSET, "count"),
            (free_list::ENTRIES_OFFSET, "pages"),
        ],
    );
    rows(
        "### Log header",
        &[
            (layout::field::MAGIC, "magic"),
            (layout::field::FORMAT, "format"),
            (layout::field::PAGE_SIZE, "page_size"),
            (layout::field::SEGMENT_BYTES, "segment_bytes"),
            (layout::field::DB_UUID, "db_uuid"),
            (layout::field::WAL_UUID, "wal_uuid"),
            (layout::field::SUM, "sum"),
        ],
    );
    rows("### Frame", &[(SELF_COVERED_BYTES, "self64"), (FRAME_HEADER_BYTES, "payload")]);
    assert!(PAGE.contains(&format!("| 24 | {} | roots |", roots::ROOTS_BYTES)));
    assert!(PAGE.contains(&format!("| {} | page size | page 1 |", meta::PAGES_OFFSET)));
    assert!(PAGE.contains(&format!("| {} | {} | meta slot B |", meta::META_B_OFFSET, meta::META_BYTES)));
}
