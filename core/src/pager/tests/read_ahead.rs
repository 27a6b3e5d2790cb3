//! A run of neighbouring pages is one read of the host, and never an image of another time.

use super::*;
use crate::env::fault::{FaultVfs, OperationKind};

const PAGES: u32 = 200;

fn options() -> PagerOptions {
    PagerOptions { cache_bytes: 1024 * 4096, wal_soft_bytes: 1 << 30, wal_hard_bytes: 1 << 31, ..small() }
}

/// Pages 1 to 200 with stamp 1, in the database file, none in memory.
fn cold(seed: u64) -> (FaultVfs, Pager) {
    let vfs = FaultVfs::new(seed);
    let env = Env::simulated(vfs.clone(), seed);
    let pager = Pager::open(&env, &name(), &options()).unwrap();
    let mut txn = pager.begin_write().unwrap();
    for no in 1..=PAGES {
        assert_eq!(txn.allocate().unwrap(), PageNo(no));
        stamp(txn.page_mut(PageNo(no)).unwrap(), 1);
    }
    txn.commit(Durability::Full).unwrap();
    pager.close().unwrap();
    let pager = Pager::open(&env, &name(), &options()).unwrap();
    vfs.keep_trace();
    (vfs, pager)
}

fn reads(vfs: &FaultVfs) -> usize {
    vfs.trace().iter().filter(|call| call.kind == OperationKind::Read).count()
}

#[test]
fn announced_neighbours_are_one_read_of_the_host() {
    let (vfs, pager) = cold(1);
    let reader = pager.begin_read().unwrap();
    reader.will_need(PageNo(10), 50);
    assert_eq!(reads(&vfs), 1);
    assert!((10..60).all(|no| read_stamp(&reader, no).unwrap() == 1));
    assert_eq!(reads(&vfs), 1, "all of them were there");
    reader.will_need(PageNo(10), 50);
    assert_eq!(reads(&vfs), 1, "nothing to read");
    // What overlaps is read from where memory ends; what lies past the file is not read at all.
    reader.will_need(PageNo(50), 20);
    assert_eq!(read_stamp(&reader, 69).unwrap(), 1);
    assert_eq!(reads(&vfs), 2);
    reader.will_need(PageNo(PAGES - 5), u32::MAX);
    reader.will_need(PageNo(PAGES), 9);
    reader.will_need(PageNo(PAGES + 1), 9);
    reader.will_need(PageNo(0), 9);
    assert_eq!(reads(&vfs), 3);
    // Never more than fits comfortably.
    reader.will_need(PageNo(70), 130);
    assert_eq!(reads(&vfs), 4);
    assert_eq!(read_stamp(&reader, 133).unwrap(), 1);
    assert_eq!(reads(&vfs), 4);
    assert_eq!(read_stamp(&reader, 134).unwrap(), 1);
    assert_eq!(reads(&vfs), 5);
}

#[test]
fn pages_of_the_log_and_pages_of_an_ended_reader_are_left_alone() {
    let (vfs, pager) = cold(2);
    let old = pager.begin_read().unwrap();
    let mut txn = pager.begin_write().unwrap();
    stamp(txn.page_mut(PageNo(30)).unwrap(), 2);
    txn.commit(Durability::Full).unwrap();
    let new = pager.begin_read().unwrap();
    for reader in [&new, &old] {
        reader.will_need(PageNo(20), 40);
        for no in 20..60 {
            let expected = if no == 30 && reader.snapshot() > old.snapshot() { 2 } else { 1 };
            assert_eq!(read_stamp(reader, no).unwrap(), expected, "page {no}");
        }
    }
    assert_eq!(pager.expire_readers(), 1);
    let before = reads(&vfs);
    old.will_need(PageNo(100), 40);
    assert_eq!(read_stamp(&old, 100).unwrap_err().sqlstate().code(), "72000");
    assert!(reads(&vfs) <= before + 1);
    assert_eq!(read_stamp(&new, 100).unwrap(), 1);
}

#[test]
fn a_damaged_page_in_an_announced_run_is_reported_when_it_is_read() {
    let (vfs, pager) = cold(3);
    vfs.damage("test.ddb", crate::page::meta::page_offset(PageNo(44), 4096) + 100, &[0x55; 8]);
    let reader = pager.begin_read().unwrap();
    reader.will_need(PageNo(40), 10);
    for no in 40..50 {
        match read_stamp(&reader, no) {
            Ok(value) => assert!(no != 44 && value == 1),
            Err(error) => assert!(no == 44 && error.kind() == crate::error::ErrorKind::Corrupt, "{error:?}"),
        }
    }
}

#[test]
fn random_announcements_beside_commits_and_checkpoints_change_nothing() {
    for seed in 10..30 {
        let (_, pager) = cold(seed);
        let mut random = SplitMix64::new(seed);
        let mut readers = Vec::new();
        let mut history = vec![vec![1u64; PAGES as usize + 1]];
        let base = pager.last_commit().0;
        for value in 2..40 {
            let mut now = history.last().unwrap().clone();
            let mut txn = pager.begin_write().unwrap();
            for _ in 0..random.below(30) + 1 {
                let no = 1 + random.below(u64::from(PAGES)) as u32;
                txn.will_need(PageNo(no), 20);
                stamp(txn.page_mut(PageNo(no)).unwrap(), value);
                now[no as usize] = value;
            }
            txn.commit(Durability::Relaxed).unwrap();
            history.push(now);
            readers.push(pager.begin_read().unwrap());
            if random.chance(1, 3) {
                drop(readers.swap_remove(random.index(readers.len())));
            }
            if random.chance(1, 3) {
                pager.checkpoint_step(1 + random.index(100)).unwrap();
            }
            for reader in &readers {
                reader.will_need(PageNo(1 + random.below(u64::from(PAGES)) as u32), random.below(64) as u32);
                let no = 1 + random.below(u64::from(PAGES)) as u32;
                let expected = history[(reader.snapshot().0 - base) as usize][no as usize];
                assert_eq!(read_stamp(reader, no).unwrap(), expected, "seed {seed}, page {no}");
            }
        }
    }
}
