//! Writers, readers and checkpoints on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;
use crate::env::fault::{FaultVfs, OperationKind};

#[test]
fn commits_of_many_threads_share_syncs_and_all_come_true() {
    let vfs = FaultVfs::new(1);
    let env = Env::simulated(vfs.clone(), 1);
    let pager = Pager::open(&env, &name(), &PagerOptions::default()).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let pages: Vec<PageNo> = (0..8).map(|_| txn.allocate().unwrap()).collect();
    txn.commit(Durability::Full).unwrap();
    std::thread::scope(|scope| {
        for no in &pages {
            let pager = pager.clone();
            scope.spawn(move || {
                for value in 1..=50 {
                    let mut txn = pager.begin_write().unwrap();
                    stamp(txn.page_mut(*no).unwrap(), value);
                    let seq = txn.commit(Durability::Full).unwrap();
                    // What is acknowledged is visible and durable.
                    let status = pager.durability_status();
                    assert!(status.published >= seq && status.synced >= seq);
                    let reader = pager.begin_read().unwrap();
                    assert_eq!(read_stamp(&reader, no.0).unwrap(), value);
                }
            });
        }
    });
    assert_eq!(pager.last_commit(), CommitSeq(401));
    drop(pager);
    let after = vfs.crash(&vfs.crash_choices(1)[0]);
    let pager = open(&Env::simulated(after, 2)).unwrap();
    let reader = pager.begin_read().unwrap();
    for no in pages {
        assert_eq!(read_stamp(&reader, no.0).unwrap(), 50);
    }
}

/// Sets the flag even when its thread panics, so that the others end.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn readers_and_checkpoints_beside_writers_see_whole_commits() {
    let env = Env::memory(2);
    let pager = open(&env).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let pages: Vec<PageNo> = (0..24).map(|_| txn.allocate().unwrap()).collect();
    for no in &pages {
        stamp(txn.page_mut(*no).unwrap(), 0);
    }
    txn.commit(Durability::Full).unwrap();
    let stop = AtomicBool::new(false);
    let reads = AtomicU64::new(0);
    std::thread::scope(|scope| {
        // Every commit gives all pages the same stamp, so any snapshot sees one stamp.
        let (writer, pages, stop, reads) = (pager.clone(), &pages, &stop, &reads);
        scope.spawn(move || {
            let _stop = StopAtEnd(stop);
            for value in 1..=300 {
                let mut txn = writer.begin_write().unwrap();
                for no in pages {
                    stamp(txn.page_mut(*no).unwrap(), value);
                }
                let durability = if value % 2 == 0 { Durability::Full } else { Durability::Relaxed };
                txn.commit(durability).unwrap();
            }
        });
        for _ in 0..2 {
            let pager = pager.clone();
            scope.spawn(move || {
                let mut last = 0;
                while !stop.load(Ordering::SeqCst) {
                    let reader = pager.begin_read().unwrap();
                    assert!(reader.snapshot().0 >= last, "snapshots do not go back");
                    last = reader.snapshot().0;
                    let mut seen = None;
                    for no in pages {
                        match read_stamp(&reader, no.0) {
                            Ok(value) => assert_eq!(*seen.get_or_insert(value), value),
                            // The log is tiny: a slow reader may be ended, but never answered wrongly.
                            Err(error) => {
                                assert_eq!(error.sqlstate().code(), "72000", "{error:?}");
                                break;
                            }
                        }
                    }
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let checkpointer = pager.clone();
        scope.spawn(move || {
            while !stop.load(Ordering::SeqCst) {
                checkpointer.checkpoint_step(5).unwrap();
                std::thread::yield_now();
            }
        });
    });
    assert!(reads.load(Ordering::Relaxed) > 0);
    assert!(pager.verify().unwrap().is_empty());
}

#[test]
fn a_full_commit_syncs_the_log_once_and_writes_once() {
    let vfs = FaultVfs::new(3);
    let env = Env::simulated(vfs.clone(), 3);
    let pager = Pager::open(&env, &name(), &PagerOptions::default()).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let no = txn.allocate().unwrap();
    txn.commit(Durability::Full).unwrap();
    vfs.keep_trace();
    for value in 0..10 {
        let mut txn = pager.begin_write().unwrap();
        stamp(txn.page_mut(no).unwrap(), value);
        txn.commit(Durability::Full).unwrap();
    }
    let calls: Vec<OperationKind> = vfs.trace().into_iter().map(|call| call.kind).collect();
    let expected: Vec<OperationKind> = [OperationKind::Write, OperationKind::Sync].repeat(10);
    assert_eq!(calls, expected);
}

#[test]
fn waiting_writers_get_their_turn_and_a_close_ends_them() {
    let env = Env::memory(4);
    let pager = open(&env).unwrap();
    let txn = pager.begin_write().unwrap();
    let waiting = Arc::new(AtomicU64::new(0));
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..3 {
            let (pager, waiting) = (pager.clone(), Arc::clone(&waiting));
            threads.push(scope.spawn(move || {
                waiting.fetch_add(1, Ordering::SeqCst);
                let mut txn = pager.begin_write().unwrap();
                txn.allocate().unwrap();
                txn.commit(Durability::Full).unwrap()
            }));
        }
        while waiting.load(Ordering::SeqCst) < 3 {
            std::thread::yield_now();
        }
        drop(txn);
        let mut seqs: Vec<u64> = threads.into_iter().map(|thread| thread.join().unwrap().0).collect();
        seqs.sort_unstable();
        assert_eq!(seqs, [1, 2, 3]);
    });
    pager.close().unwrap();
}
