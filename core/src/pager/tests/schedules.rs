//! Interleavings of readers, writers, checkpoints, closing and failure, tried by a scheduler that owns every
//! lock and every atomic of the pager (`cargo xtask schedules`): thousands of orders of each small script,
//! half of them drawn evenly, half with few changes of priority. A failing one prints its schedule, which
//! `shuttle::replay` runs again. What it cannot try is an order that only weak memory allows.

use std::sync::Arc;

use shuttle::sync::atomic::{AtomicU64, Ordering};
use shuttle::thread;

use super::*;
use crate::env::fault::{Crash, Effect, Fault, FaultVfs, OperationKind};
use crate::env::{Barrier, OpenMode, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile};
use crate::error::SqlState;

/// Orders per script and way of drawing; `DECENTDB_SCHEDULES` at build time says otherwise.
fn schedules() -> usize {
    option_env!("DECENTDB_SCHEDULES").and_then(|count| count.parse().ok()).unwrap_or(2000)
}

fn explore(script: fn()) {
    shuttle::check_random(script, schedules());
    shuttle::check_pct(script, schedules(), 3);
}

/// A disk between whose calls others get their turn.
#[derive(Clone)]
struct TurnVfs {
    disk: FaultVfs,
    calls: Arc<AtomicU64>,
}

struct TurnFile {
    file: Box<dyn VfsFile>,
    vfs: TurnVfs,
}

impl TurnVfs {
    fn turn(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }
}

impl Vfs for TurnVfs {
    fn open(&self, name: &FileName, mode: OpenMode) -> std::result::Result<Box<dyn VfsFile>, VfsError> {
        Ok(Box::new(TurnFile { file: self.disk.open(name, mode)?, vfs: self.clone() }))
    }
    fn exists(&self, name: &FileName) -> std::result::Result<bool, VfsError> {
        self.disk.exists(name)
    }
    fn remove(&self, name: &FileName) -> std::result::Result<(), VfsError> {
        self.disk.remove(name)
    }
}

impl VfsFile for TurnFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> std::result::Result<(), VfsError> {
        self.vfs.turn();
        self.file.read_exact_at(buf, offset)
    }
    fn write_all_at(&self, buf: &[u8], offset: u64) -> std::result::Result<(), VfsError> {
        self.vfs.turn();
        self.file.write_all_at(buf, offset)
    }
    fn size(&self) -> std::result::Result<u64, VfsError> {
        self.file.size()
    }
    fn set_size(&self, size: u64) -> std::result::Result<(), VfsError> {
        self.vfs.turn();
        self.file.set_size(size)
    }
    fn sync(&self, kind: SyncKind) -> std::result::Result<(), VfsError> {
        self.vfs.turn();
        let done = self.file.sync(kind);
        self.vfs.turn();
        done
    }
    fn lock(&self) -> std::result::Result<(), VfsError> {
        self.file.lock()
    }
    fn barrier(&self) -> Barrier {
        self.file.barrier()
    }
}

const PAGES: u32 = 3;

/// A database of three pages, all with stamp 0, and its disk. No checkpoint but those of the scripts.
fn begin() -> (FaultVfs, Pager) {
    let disk = FaultVfs::new(1);
    let vfs = TurnVfs { disk: disk.clone(), calls: Arc::default() };
    let options = PagerOptions { wal_soft_bytes: 1 << 30, wal_hard_bytes: 1 << 31, ..small() };
    let pager = Pager::open(&Env::simulated(vfs, 1), &name(), &options).unwrap();
    let mut txn = pager.begin_write().unwrap();
    for _ in 0..PAGES {
        let no = txn.allocate().unwrap();
        stamp(txn.page_mut(no).unwrap(), 0);
    }
    txn.commit(Durability::Full).unwrap();
    (disk, pager)
}

/// The commit that follows: all pages get its number as their stamp.
fn set_all(pager: &Pager, durability: Durability) -> Result<u64> {
    let mut txn = pager.begin_write()?;
    let seq = txn.base().0 + 1;
    for no in 1..=PAGES {
        stamp(txn.page_mut(PageNo(no))?, seq);
    }
    txn.commit(durability).map(|seq| seq.0)
}

/// A snapshot has one stamp on all pages: its own number (the first commit's is 0).
fn look(reader: &crate::pager::ReadTxn) -> Result<()> {
    let seq = reader.snapshot().0;
    for no in 1..=PAGES {
        let found = read_stamp(reader, no)?;
        assert_eq!(found, if seq == 1 { 0 } else { seq }, "page {no} of the snapshot of commit {seq}");
    }
    Ok(())
}

/// What a power cut or a kill leaves: one commit, not before `low`.
fn examine(disk: &FaultVfs, low: u64) {
    for after in [disk.crash(&Crash::LOSE_ALL), disk.kill()] {
        after.clear_faults();
        let pager = open(&Env::simulated(after, 2)).unwrap();
        let reader = pager.begin_read().unwrap();
        assert!(reader.snapshot().0 >= low, "commit {low} was acknowledged, {} is left", reader.snapshot());
        look(&reader).unwrap();
    }
}

#[test]
fn readers_beside_a_writer_see_whole_commits_and_none_older_than_acknowledged() {
    explore(|| {
        let (_disk, pager) = begin();
        let acknowledged = Arc::new(AtomicU64::new(1));
        let (writer, told) = (pager.clone(), Arc::clone(&acknowledged));
        let writer = thread::spawn(move || {
            for durability in [Durability::Full, Durability::Relaxed, Durability::Full] {
                let seq = set_all(&writer, durability).unwrap();
                told.store(seq, Ordering::SeqCst);
            }
        });
        let mut last = 0;
        for _ in 0..3 {
            let low = acknowledged.load(Ordering::SeqCst);
            let reader = pager.begin_read().unwrap();
            let seq = reader.snapshot().0;
            assert!(seq >= low && seq >= last, "snapshot {seq}, acknowledged {low}, before {last}");
            // Commit 3 is the Relaxed one.
            let synced = pager.durability_status().synced.0;
            assert!(synced >= if seq == 3 { 2 } else { seq }, "commit {seq} is seen, {synced} is durable");
            last = seq;
            look(&reader).unwrap();
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_reader_beside_commits_and_checkpoints_keeps_its_snapshot() {
    explore(|| {
        let (disk, pager) = begin();
        let (writer, checkpointer) = (pager.clone(), pager.clone());
        let writer = thread::spawn(move || {
            for _ in 0..2 {
                set_all(&writer, Durability::Full).unwrap();
            }
        });
        let checkpointer = thread::spawn(move || {
            checkpointer.checkpoint_step(1).unwrap();
            checkpointer.checkpoint().unwrap();
        });
        let reader = pager.begin_read().unwrap();
        look(&reader).unwrap();
        look(&reader).unwrap();
        drop(reader);
        look(&pager.begin_read().unwrap()).unwrap();
        writer.join().unwrap();
        checkpointer.join().unwrap();
        examine(&disk, 3);
    });
}

#[test]
fn a_reader_of_frames_whose_segments_are_used_again_reads_them_rightly() {
    explore(|| {
        let (disk, pager) = begin();
        set_all(&pager, Durability::Full).unwrap();
        // Each commit fills most of a segment: what a checkpoint frees is written to by the next one.
        let writer = pager.clone();
        let writer = thread::spawn(move || {
            for _ in 0..3 {
                writer.checkpoint().unwrap();
                set_all(&writer, Durability::Full).unwrap();
            }
        });
        pager.shared.pool.clear();
        for _ in 0..2 {
            let reader = pager.begin_read().unwrap();
            pager.shared.pool.clear();
            look(&reader).unwrap();
        }
        writer.join().unwrap();
        assert!(pager.durability_status().poisoned.is_none());
        examine(&disk, 5);
    });
}

#[test]
fn a_reader_that_is_ended_answers_its_snapshot_or_nothing() {
    explore(|| {
        let (_disk, pager) = begin();
        let other = pager.clone();
        let other = thread::spawn(move || {
            set_all(&other, Durability::Full).unwrap();
            other.expire_readers();
            other.checkpoint().unwrap();
            set_all(&other, Durability::Full).unwrap();
        });
        let reader = pager.begin_read().unwrap();
        let mut ended = false;
        for _ in 0..3 {
            pager.shared.pool.clear();
            match look(&reader) {
                Ok(()) => assert!(!ended, "an ended reader reads on"),
                Err(error) => {
                    assert_eq!(error.sqlstate(), SqlState::SNAPSHOT_TOO_OLD, "{error:?}");
                    ended = true;
                }
            }
        }
        drop(reader);
        other.join().unwrap();
        assert_eq!(pager.durability_status().reader_count, 0);
    });
}

#[test]
fn grouped_commits_are_durable_when_they_are_acknowledged_and_visible_in_order() {
    explore(|| {
        let (disk, pager) = begin();
        let threads: Vec<_> = [Durability::Full, Durability::Full, Durability::Normal]
            .into_iter()
            .map(|durability| {
                let (pager, disk) = (pager.clone(), disk.clone());
                thread::spawn(move || {
                    let seq = set_all(&pager, durability).unwrap();
                    let status = pager.durability_status();
                    assert!(status.published.0 >= seq, "acknowledged before it is visible");
                    if durability == Durability::Full {
                        assert!(status.synced.0 >= seq, "acknowledged before it is durable");
                        examine(&disk, seq);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(pager.last_commit().0, 4);
    });
}

#[test]
fn closing_beside_everything_loses_nothing_and_ends_everybody() {
    explore(|| {
        let (disk, pager) = begin();
        let acknowledged = Arc::new(AtomicU64::new(1));
        let (writer, told) = (pager.clone(), Arc::clone(&acknowledged));
        let writer = thread::spawn(move || {
            while let Ok(seq) = set_all(&writer, Durability::Full) {
                told.store(seq, Ordering::SeqCst);
                if seq == 3 {
                    break;
                }
            }
        });
        let reader = pager.clone();
        let reader = thread::spawn(move || {
            if let Ok(reader) = reader.begin_read() {
                // Its snapshot, or an error: that it was ended, or that the files are gone.
                let _ = look(&reader);
            }
            let _ = reader.checkpoint_step(1);
        });
        pager.close().unwrap();
        assert!(pager.begin_read().is_err() && pager.begin_write().is_err());
        writer.join().unwrap();
        reader.join().unwrap();
        drop(pager);
        examine(&disk, acknowledged.load(Ordering::SeqCst));
    });
}

#[test]
fn a_failed_sync_beside_everything_poisons_and_loses_nothing_acknowledged() {
    explore(|| {
        let (disk, pager) = begin();
        // The second sync of the log from here on fails.
        disk.inject(Fault::once(OperationKind::Sync, 2, Effect::Error(VfsErrorKind::Io)).on("-wal"));
        let acknowledged = Arc::new(AtomicU64::new(1));
        let writers: Vec<_> = (0..2)
            .map(|_| {
                let (pager, told) = (pager.clone(), Arc::clone(&acknowledged));
                thread::spawn(move || {
                    for _ in 0..2 {
                        match set_all(&pager, Durability::Full) {
                            Ok(seq) => drop(told.fetch_max(seq, Ordering::SeqCst)),
                            Err(_) => assert!(pager.durability_status().poisoned.is_some()),
                        }
                    }
                })
            })
            .collect();
        for _ in 0..2 {
            let reader = pager.begin_read().unwrap();
            look(&reader).unwrap();
            let _ = pager.checkpoint_step(2);
        }
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(pager.durability_status().poisoned.is_some(), "four commits need more than one sync");
        let calls = disk.operations();
        assert!(pager.begin_write().is_err() && pager.checkpoint().is_err() && pager.sync().is_err());
        assert_eq!(disk.operations(), calls, "a poisoned handle calls the disk");
        look(&pager.begin_read().unwrap()).unwrap();
        examine(&disk, acknowledged.load(Ordering::SeqCst));
    });
}

/// R1 alone: nothing that an active reader's snapshot needs is overwritten.
#[test]
fn a_reader_and_the_floor_see_each_other() {
    use super::super::readers::Readers;
    explore(|| {
        let (readers, published) = (Arc::new(Readers::new()), Arc::new(AtomicU64::new(5)));
        let overwritten = Arc::new(AtomicU64::new(0));
        let checkpoint = {
            let (readers, published) = (Arc::clone(&readers), Arc::clone(&published));
            let overwritten = Arc::clone(&overwritten);
            thread::spawn(move || {
                for _ in 0..3 {
                    let newest = published.fetch_add(1, Ordering::SeqCst) + 1;
                    let limit = readers.checkpoint_limit(CommitSeq(newest));
                    overwritten.fetch_max(limit.0, Ordering::SeqCst);
                }
            })
        };
        let many: Vec<_> = (0..2)
            .map(|_| {
                let (readers, published) = (Arc::clone(&readers), Arc::clone(&published));
                let overwritten = Arc::clone(&overwritten);
                thread::spawn(move || {
                    let newest = || (CommitSeq(published.load(Ordering::SeqCst)), ());
                    let (slot, seq, ()) = readers.register(newest).unwrap();
                    for _ in 0..2 {
                        assert!(overwritten.load(Ordering::SeqCst) <= seq.0, "a snapshot is overwritten");
                    }
                    readers.release(slot);
                })
            })
            .collect();
        checkpoint.join().unwrap();
        for thread in many {
            thread.join().unwrap();
        }
        assert_eq!(readers.count(), 0);
    });
}
