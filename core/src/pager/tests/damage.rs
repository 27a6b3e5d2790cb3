//! Damaged files: a typed error or the right answer, never a panic, never a wrong page, never a changed
//! byte by a check that failed.

use super::*;
use crate::env::MemoryVfs;
use crate::error::ErrorKind;
use crate::page::meta::{META_A_OFFSET, META_B_OFFSET, META_BYTES, PAGES_OFFSET};

/// Files of a database with some history, closed or not.
fn files(closed: bool) -> (MemoryVfs, World) {
    let vfs = MemoryVfs::new();
    let env = Env::simulated(vfs.clone(), 11);
    let pager = open(&env).unwrap();
    let mut world = World::new();
    let mut random = SplitMix64::new(11);
    while world.acked < 12 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
    }
    pager.checkpoint().unwrap();
    while world.acked < 15 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
    }
    if closed {
        pager.close().unwrap();
    }
    (vfs, world)
}

fn copy(vfs: &MemoryVfs) -> MemoryVfs {
    let out = MemoryVfs::new();
    for file in vfs.names() {
        out.put(&FileName::new(file.clone()).unwrap(), &vfs.bytes(&file).unwrap()).unwrap();
    }
    out
}

/// Opens and reads everything; every answer must be right or a typed error.
fn assert_right_or_refused(vfs: &MemoryVfs, world: &World, low: u64, what: &str) -> bool {
    let before = copy(vfs);
    let pager = match open(&Env::simulated(vfs.clone(), 12)) {
        Ok(pager) => pager,
        Err(error) => {
            assert!(!matches!(error.kind(), ErrorKind::Internal), "{what}: {error:?}");
            for file in before.names() {
                assert!(before.bytes(&file) == vfs.bytes(&file), "{what}: a refused file was changed");
            }
            return false;
        }
    };
    let reader = pager.begin_read().unwrap();
    let seq = reader.snapshot().0;
    assert!(seq >= low, "{what}: commit {seq}");
    for (no, value) in &world.history[&seq] {
        match read_stamp(&reader, *no) {
            Ok(read) => assert_eq!(read, *value, "{what}: page {no}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error:?}"),
        }
    }
    pager.verify().unwrap();
    true
}

fn with_bytes(vfs: &MemoryVfs, file: &str, change: impl FnOnce(&mut Vec<u8>)) -> MemoryVfs {
    let out = copy(vfs);
    let mut bytes = vfs.bytes(file).unwrap();
    change(&mut bytes);
    out.put(&FileName::new(file).unwrap(), &bytes).unwrap();
    out
}

#[test]
fn a_flipped_byte_in_the_database_file_is_refused_or_harmless() {
    for closed in [true, false] {
        let (vfs, world) = files(closed);
        let bytes = vfs.bytes("test.ddb").unwrap().len();
        let metas = [META_A_OFFSET as usize, META_B_OFFSET as usize];
        let interesting = metas
            .iter()
            .flat_map(|slot| *slot..slot + META_BYTES)
            .filter(|at| at % 4096 < 200 || at % 4096 >= 4080 || at % 64 == 0)
            .chain((PAGES_OFFSET as usize..bytes).step_by(61));
        for at in interesting {
            let damaged = with_bytes(&vfs, "test.ddb", |bytes| bytes[at] ^= 0x10);
            let opened = assert_right_or_refused(&damaged, &world, 15, &format!("byte {at}"));
            if at < PAGES_OFFSET as usize {
                assert!(opened, "byte {at}: the other slot speaks");
            }
        }
    }
}

#[test]
fn a_flipped_byte_in_the_log_ends_it_or_is_noticed() {
    let (vfs, world) = files(false);
    let bytes = vfs.bytes("test.ddb-wal").unwrap().len();
    for at in (0..bytes).step_by(37).chain(0..64) {
        let damaged = with_bytes(&vfs, "test.ddb-wal", |bytes| bytes[at] ^= 0x10);
        assert_right_or_refused(&damaged, &world, 12, &format!("log byte {at}"));
    }
}

/// Found by the fuzz targets' memory: verifying such a database meant a list of four thousand million pages.
#[test]
fn a_commit_that_speaks_of_more_pages_than_there_can_be_is_refused() {
    for (page_count, opens) in [(u32::MAX, false), (1 << 20, false), (1000, true)] {
        let vfs = MemoryVfs::new();
        let env = Env::simulated(vfs.clone(), 11);
        let pager = Pager::open(&env, &name(), &calm()).unwrap();
        let mut txn = pager.begin_write().unwrap();
        let no = txn.allocate().unwrap();
        stamp(txn.page_mut(no).unwrap(), 1);
        txn.roots.page_count = page_count;
        txn.commit(Durability::Full).unwrap();
        drop(pager);
        let before = copy(&vfs);
        match open(&env) {
            Ok(pager) => assert!(opens && !pager.verify().unwrap().is_empty(), "{page_count}"),
            Err(error) => {
                assert!(!opens && error.kind() == ErrorKind::Corrupt, "{page_count}: {error:?}");
                for file in before.names() {
                    assert!(before.bytes(&file) == vfs.bytes(&file), "a refused file was changed");
                }
            }
        }
    }
}

#[test]
fn cut_files_are_refused_or_right() {
    let (vfs, world) = files(false);
    for file in ["test.ddb", "test.ddb-wal"] {
        let bytes = vfs.bytes(file).unwrap().len();
        for end in (0..bytes).step_by(509).chain([0, 1, 4095, 4096, 4097]) {
            let damaged = with_bytes(&vfs, file, |bytes| bytes.truncate(end));
            let opened = assert_right_or_refused(&damaged, &world, 12, &format!("{file} cut to {end}"));
            assert!(!opened || file == "test.ddb-wal", "a cut database file is noticed: {end}");
        }
    }
}

#[test]
fn zeroed_swapped_and_repeated_pages_are_refused() {
    let (vfs, world) = files(true);
    let count = (vfs.bytes("test.ddb").unwrap().len() - PAGES_OFFSET as usize) / 4096;
    let page = |no: usize| PAGES_OFFSET as usize + no * 4096..PAGES_OFFSET as usize + (no + 1) * 4096;
    for no in 0..count {
        let zeroed = with_bytes(&vfs, "test.ddb", |bytes| bytes[page(no)].fill(0));
        assert_right_or_refused(&zeroed, &world, 15, &format!("page {no} zeroed"));
        let repeated = with_bytes(&vfs, "test.ddb", |bytes| {
            let other = bytes[page((no + 1) % count)].to_vec();
            bytes[page(no)].copy_from_slice(&other);
        });
        assert_right_or_refused(&repeated, &world, 15, &format!("page {no} replaced by its neighbour"));
    }
}

#[test]
fn missing_foreign_and_old_logs_are_named() {
    let (vfs, _) = files(false);
    let (other, _) = {
        let vfs = MemoryVfs::new();
        let env = Env::simulated(vfs.clone(), 99);
        let pager = open(&env).unwrap();
        let mut txn = pager.begin_write().unwrap();
        txn.allocate().unwrap();
        txn.commit(Durability::Full).unwrap();
        (vfs, ())
    };
    let wal = FileName::new("test.ddb-wal").unwrap();
    let message = |vfs: &MemoryVfs| match open(&Env::simulated(vfs.clone(), 1)) {
        Ok(_) => panic!("opened"),
        Err(error) => (error.kind(), error.message().to_owned()),
    };
    // Missing.
    let without = MemoryVfs::new();
    without.put(&name(), &vfs.bytes("test.ddb").unwrap()).unwrap();
    let (kind, text) = message(&without);
    assert!(kind == ErrorKind::Corrupt && text.contains("missing"), "{text}");
    // Another database's.
    let foreign = copy(&vfs);
    foreign.put(&wal, &other.bytes("test.ddb-wal").unwrap()).unwrap();
    let (kind, text) = message(&foreign);
    assert!(kind == ErrorKind::Corrupt && text.contains("another database"), "{text}");
    // Another database's, beside a file that was closed in order.
    let (closed, _) = files(true);
    closed.put(&wal, &other.bytes("test.ddb-wal").unwrap()).unwrap();
    let (kind, text) = message(&closed);
    assert!(kind == ErrorKind::Corrupt && text.contains("another"), "{text}");
    // An older copy of the file, closed in order, beside the log of a later time.
    let env = Env::simulated(vfs.clone(), 5);
    open(&env).unwrap().close().unwrap();
    let old = vfs.bytes("test.ddb").unwrap();
    {
        let pager = open(&env).unwrap();
        let mut txn = pager.begin_write().unwrap();
        txn.allocate().unwrap();
        txn.commit(Durability::Full).unwrap();
    }
    vfs.put(&name(), &old).unwrap();
    let (kind, text) = message(&vfs);
    assert!(kind == ErrorKind::Corrupt && text.contains("another time"), "{text}");
    // An emptied database file beside a used log.
    vfs.put(&name(), &[]).unwrap();
    let (kind, text) = message(&vfs);
    assert!(kind == ErrorKind::Corrupt && text.contains("empty"), "{text}");
}

#[test]
fn other_files_are_not_taken_for_databases_and_not_changed() {
    let mut noise = vec![0u8; 40_000];
    SplitMix64::new(3).fill(&mut noise);
    for bytes in [&b"hello"[..], &noise[..], &noise[..32768], &[1u8; 100][..], &[0u8; 40_000][..]] {
        let vfs = MemoryVfs::new();
        vfs.put(&name(), bytes).unwrap();
        let error = open(&Env::simulated(vfs.clone(), 1)).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(vfs.bytes("test.ddb").unwrap(), bytes);
        assert_eq!(vfs.names(), ["test.ddb"]);
    }
    let env = Env::memory(1);
    let options = PagerOptions { create: false, ..small() };
    let error = Pager::open(&env, &name(), &options).map(drop).unwrap_err();
    assert_eq!(error.sqlstate().code(), "58P01");
}
