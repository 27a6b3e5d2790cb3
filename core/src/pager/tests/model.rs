//! Random histories of transactions, readers and checkpoints against the map.

use super::*;
use crate::env::{MemoryVfs, Vfs};
use crate::pager::ReadTxn;

fn random_history(seed: u64, steps: usize) {
    let vfs = MemoryVfs::new();
    let mut random = SplitMix64::new(seed);
    let mut world = World::new();
    let mut env = Env::simulated(vfs.clone(), seed);
    let mut pager = open(&env).unwrap();
    let mut readers: Vec<ReadTxn> = Vec::new();
    for step in 0..steps {
        let what = format!("seed {seed} step {step}");
        match random.below(20) {
            0..=9 => {
                let durability =
                    [Durability::Full, Durability::Normal, Durability::Relaxed, Durability::None]
                        [random.index(4)];
                random_transaction(&pager, &mut random, &mut world, durability).expect(&what);
            }
            10..=11 => readers.push(pager.begin_read().unwrap()),
            12..=14 => {
                if !readers.is_empty() {
                    let reader = readers.swap_remove(random.index(readers.len()));
                    assert_state(&reader, reader.roots(), &world.history[&reader.snapshot().0], &what);
                }
            }
            15 => {
                pager.checkpoint().expect(&what);
            }
            16..=17 => {
                pager.checkpoint_step(1 + random.index(3)).expect(&what);
            }
            18 => {
                readers.clear();
                assert!(pager.verify().unwrap().is_empty(), "{what}");
                if random.chance(1, 2) {
                    pager.close().expect(&what);
                    assert!(!vfs.exists(&name().with_suffix("-wal")).unwrap(), "{what}: one file is left");
                }
                drop(pager);
                env = Env::simulated(vfs.clone(), seed + step as u64);
                pager = open(&env).expect(&what);
                assert_eq!(pager.last_commit().0, world.acked, "{what}");
            }
            _ => {
                // Old readers may stay for long, but the hard limit ends them: keep below it.
                if readers.len() > 3 {
                    readers.remove(0);
                }
            }
        }
        let status = pager.durability_status();
        assert!(status.cached_image_count * 4096 <= small().cache_bytes, "{what}: the cache has a budget");
        if status.live_log_bytes + 6 * 16384 > small().wal_hard_bytes {
            readers.clear();
            pager.checkpoint().expect(&what);
        }
    }
    let reader = pager.begin_read().unwrap();
    assert_state(&reader, reader.roots(), &world.history[&reader.snapshot().0], "at the end");
}

#[test]
fn readers_see_their_commit_whatever_happens_beside_them() {
    for seed in 0..40 {
        random_history(seed, 150);
    }
}

#[test]
fn a_dropped_transaction_leaves_nothing_behind() {
    let env = Env::memory(1);
    let pager = open(&env).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let kept = txn.allocate().unwrap();
    txn.commit(Durability::Full).unwrap();
    let roots = *pager.begin_read().unwrap().roots();
    let mut txn = pager.begin_write().unwrap();
    txn.page_mut(kept).unwrap()[100] = 1;
    txn.allocate().unwrap();
    txn.free(kept).unwrap();
    txn.set_catalog_root(PageNo(1));
    txn.bump_schema_version();
    assert!(txn.has_changes());
    drop(txn);
    let txn = pager.begin_write().unwrap();
    assert_eq!(*txn.roots(), roots);
    assert_eq!(txn.page(kept).unwrap()[100], 0);
    assert!(!txn.has_changes());
    assert_eq!(txn.commit(Durability::Full).unwrap(), CommitSeq(1), "an empty commit makes no commit");
}

#[test]
fn a_freed_page_is_used_again_at_once_and_old_readers_keep_their_image() {
    let env = Env::memory(2);
    let pager = open(&env).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let no = txn.allocate().unwrap();
    stamp(txn.page_mut(no).unwrap(), 7);
    txn.commit(Durability::Full).unwrap();
    let old = pager.begin_read().unwrap();
    let mut txn = pager.begin_write().unwrap();
    txn.free(no).unwrap();
    assert!(txn.page(no).is_err() || txn.roots().free_head == no);
    assert!(txn.free(PageNo(99)).is_err());
    txn.commit(Durability::Full).unwrap();
    let mut txn = pager.begin_write().unwrap();
    assert_eq!(txn.allocate().unwrap(), no);
    stamp(txn.page_mut(no).unwrap(), 8);
    txn.commit(Durability::Full).unwrap();
    pager.checkpoint().unwrap();
    assert_eq!(read_stamp(&old, no.0).unwrap(), 7);
    drop(old);
    pager.checkpoint().unwrap();
    assert_eq!(read_stamp(&pager.begin_read().unwrap(), no.0).unwrap(), 8);
}

#[test]
fn a_table_of_many_pages_is_freed_with_few_page_writes() {
    let env = Env::memory(3);
    let pager = Pager::open(&env, &name(), &PagerOptions::default()).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let pages: Vec<PageNo> = (0..5000).map(|_| txn.allocate().unwrap()).collect();
    txn.commit(Durability::Full).unwrap();
    pager.checkpoint().unwrap();
    let before = pager.durability_status().log_image_count;
    let mut txn = pager.begin_write().unwrap();
    for no in pages {
        txn.free(no).unwrap();
    }
    txn.commit(Durability::Full).unwrap();
    assert!(pager.durability_status().log_image_count - before < 5);
    let reader = pager.begin_read().unwrap();
    assert_eq!(reader.roots().free_count, 5000);
    assert!(verify::check_partition(&reader, reader.roots(), &mut std::iter::empty()).is_empty());
}

#[test]
fn an_old_reader_is_expired_when_the_log_reaches_its_hard_limit() {
    let env = Env::memory(4);
    let pager = open(&env).unwrap();
    let mut world = World::new();
    let mut random = SplitMix64::new(4);
    while world.acked < 3 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
    }
    let old = pager.begin_read().unwrap();
    let seen = old.snapshot().0;
    while world.acked < 200 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
        let live = pager.durability_status().live_log_bytes;
        assert!(live <= small().wal_hard_bytes + 30 * 16384, "the log is bounded: {live}");
    }
    let no = *world.history[&seen].keys().next().unwrap();
    let error = old.page(PageNo(no)).unwrap_err();
    assert_eq!(error.sqlstate().code(), "72000");
    let new = pager.begin_read().unwrap();
    assert_state(&new, new.roots(), &world.history[&new.snapshot().0], "a new reader");
}

#[test]
fn the_second_writer_of_a_thread_is_refused_and_a_closed_pager_answers_errors() {
    let env = Env::memory(5);
    let pager = open(&env).unwrap();
    let txn = pager.begin_write().unwrap();
    let code = |error: crate::error::Error| error.sqlstate().code().to_owned();
    assert_eq!(pager.begin_write().map(drop).map_err(code), Err("55P03".into()));
    assert_eq!(pager.close().map_err(code), Err("55006".into()));
    drop(txn);
    let reader = pager.begin_read().unwrap();
    pager.close().unwrap();
    pager.close().unwrap();
    assert!(reader.page(PageNo(1)).is_err());
    assert_eq!(pager.begin_write().map(drop).map_err(code), Err("55000".into()));
    assert_eq!(pager.begin_read().map(drop).map_err(code), Err("55000".into()));
    // The file is free for another opener while the old handle still lives.
    open(&env).unwrap();
}

#[test]
fn read_only_sees_an_unclean_database_and_changes_no_byte() {
    let vfs = MemoryVfs::new();
    let env = Env::simulated(vfs.clone(), 6);
    let mut world = World::new();
    let mut random = SplitMix64::new(6);
    {
        let pager = open(&env).unwrap();
        while world.acked < 20 {
            random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
        }
    }
    let files = || vfs.names().into_iter().map(|name| (vfs.bytes(&name), name)).collect::<Vec<_>>();
    let before = files();
    let options = PagerOptions { read_only: true, create: false, ..small() };
    {
        let pager = Pager::open(&env, &name(), &options).unwrap();
        let reader = pager.begin_read().unwrap();
        assert_state(&reader, reader.roots(), &world.history[&20], "read only");
        assert_eq!(pager.begin_write().map(drop).unwrap_err().sqlstate().code(), "25006");
        assert!(pager.checkpoint().unwrap().complete);
        pager.close().unwrap();
    }
    assert!(before == files());
}

#[test]
fn page_and_segment_sizes_of_the_file_win_over_the_options() {
    let env = Env::memory(7);
    open(&env).unwrap().close().unwrap();
    let pager = Pager::open(&env, &name(), &PagerOptions::default()).unwrap();
    assert_eq!(pager.page_size(), 4096);
    for (page_size, segment) in [(4095, 1 << 20), (2048, 1 << 20), (1 << 17, 1 << 20), (8192, 16384)] {
        let options = PagerOptions { page_size, wal_segment_bytes: segment, ..PagerOptions::default() };
        assert!(options.check().is_err(), "{page_size} {segment}");
    }
    for page_size in [4096, 8192, 16384, 32768, 65536] {
        let env = Env::memory(8);
        let options = PagerOptions { page_size, wal_segment_bytes: 256 << 10, ..PagerOptions::default() };
        let pager = Pager::open(&env, &name(), &options).unwrap();
        let mut txn = pager.begin_write().unwrap();
        for value in 0..20 {
            let no = txn.allocate().unwrap();
            stamp(txn.page_mut(no).unwrap(), value);
        }
        txn.commit(Durability::Full).unwrap();
        drop(pager);
        let pager = Pager::open(&env, &name(), &options).unwrap();
        assert_eq!(read_stamp(&pager.begin_read().unwrap(), 20).unwrap(), 19);
    }
}
