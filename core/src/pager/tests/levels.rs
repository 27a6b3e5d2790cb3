//! What each durability level waits for, and what a power cut may take at it.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use super::crash::assert_recovers;
use super::*;
use crate::env::fault::{Effect, Fault, FaultVfs, OperationKind};
use crate::env::{ManualClock, Nanos, OpenMode, Vfs, VfsErrorKind};
use crate::error::ErrorKind;
use crate::page::meta::{META_A_OFFSET, META_BYTES, Meta, Slot, page_offset};
use crate::pager::Alarm;
use crate::pager::shared::read_db_page;

const MILLISECOND: u64 = 1_000_000;

struct Bench {
    vfs: FaultVfs,
    clock: ManualClock,
    pager: Pager,
    page: PageNo,
    /// Calls of the trace that were looked at.
    seen: Cell<usize>,
}

/// A database with one page, and nothing owed.
fn bench(options: PagerOptions) -> Bench {
    let vfs = FaultVfs::new(1);
    let clock = ManualClock::default();
    let env = Env { clock: Arc::new(clock.clone()), ..Env::simulated(vfs.clone(), 1) };
    let pager = Pager::open(&env, &name(), &options).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let page = txn.allocate().unwrap();
    txn.commit(options.durability).unwrap();
    vfs.keep_trace();
    Bench { vfs, clock, pager, page, seen: Cell::new(0) }
}

impl Bench {
    fn commit(&self, durability: Durability) {
        let mut txn = self.pager.begin_write().unwrap();
        let value = txn.base().0;
        stamp(txn.page_mut(self.page).unwrap(), value);
        txn.commit(durability).unwrap();
    }

    /// Syncs of the log and of the database file since the last call.
    fn syncs(&self) -> (usize, usize) {
        let trace = self.vfs.trace();
        let from = self.seen.replace(trace.len());
        let syncs: Vec<_> = trace[from..].iter().filter(|call| call.kind == OperationKind::Sync).collect();
        let log = syncs.iter().filter(|call| call.file.ends_with("-wal")).count();
        (log, syncs.len() - log)
    }

    fn is_synced(&self) -> bool {
        let status = self.pager.durability_status();
        status.synced == status.published
    }
}

#[test]
fn a_normal_commit_is_synced_by_the_clock_at_most_an_interval_later() {
    let bench = bench(calm());
    bench.commit(Durability::Normal);
    bench.clock.advance(Nanos(60 * MILLISECOND));
    bench.commit(Durability::Normal);
    assert_eq!(bench.syncs(), (0, 0), "acknowledged without a sync");
    assert_eq!(bench.pager.step().unwrap(), Some(Nanos(100 * MILLISECOND)), "what is owed, and when");
    bench.clock.advance(Nanos(39 * MILLISECOND));
    bench.pager.step().unwrap();
    assert_eq!(bench.syncs(), (0, 0), "not yet");
    bench.clock.advance(Nanos(MILLISECOND));
    bench.pager.step().unwrap();
    assert_eq!(bench.syncs(), (1, 0), "one for both");
    assert!(bench.is_synced());
    bench.clock.advance(Nanos(1000 * MILLISECOND));
    bench.pager.step().unwrap();
    assert_eq!(bench.syncs(), (0, 0), "nothing is owed");
}

#[test]
fn without_a_timer_the_first_commit_after_the_interval_syncs() {
    let bench = bench(calm());
    for _ in 0..5 {
        bench.commit(Durability::Normal);
        bench.clock.advance(Nanos(24 * MILLISECOND));
    }
    assert_eq!(bench.syncs(), (0, 0));
    bench.clock.advance(Nanos(4 * MILLISECOND));
    bench.commit(Durability::Normal);
    assert_eq!(bench.syncs(), (1, 0));
    assert!(bench.is_synced());
    // So much unsynced log is not left waiting, whatever the clock says.
    let bench = self::bench(PagerOptions { normal_flush_bytes: 5 * 8192, ..calm() });
    for _ in 0..4 {
        bench.commit(Durability::Normal);
    }
    assert_eq!(bench.syncs(), (0, 0));
    bench.commit(Durability::Normal);
    assert_eq!(bench.syncs(), (1, 0));
}

#[derive(Default)]
struct Rings(Mutex<Vec<u64>>);

impl Alarm for Rings {
    fn ring_at(&self, due: Nanos) {
        self.0.lock().unwrap().push(due.0 / MILLISECOND);
    }
}

#[test]
fn a_timer_is_set_once_and_a_late_one_is_not_waited_for() {
    let bench = bench(PagerOptions { checkpoint_nanos: u64::MAX / 2, ..calm() });
    let rings = Arc::new(Rings::default());
    assert!(bench.pager.set_alarm(Arc::clone(&rings) as Arc<dyn Alarm>));
    assert!(!bench.pager.set_alarm(Arc::clone(&rings) as Arc<dyn Alarm>), "one for life");
    let taken = || std::mem::take(&mut *rings.0.lock().unwrap()).into_iter().filter(|at| *at < 1 << 40);
    for _ in 0..3 {
        bench.commit(Durability::Normal);
        bench.clock.advance(Nanos(10 * MILLISECOND));
    }
    assert_eq!(taken().collect::<Vec<_>>(), [100]);
    // The timer is on time: commits leave the sync to it.
    bench.clock.advance(Nanos(80 * MILLISECOND));
    bench.commit(Durability::Normal);
    assert_eq!(bench.syncs(), (0, 0));
    bench.pager.step().unwrap();
    assert_eq!(bench.syncs(), (1, 0));
    // The timer does not come: a commit that finds two intervals over does its work.
    bench.commit(Durability::Normal);
    assert_eq!(taken().collect::<Vec<_>>(), [210]);
    bench.clock.advance(Nanos(199 * MILLISECOND));
    bench.commit(Durability::Normal);
    assert_eq!(bench.syncs(), (0, 0));
    bench.clock.advance(Nanos(MILLISECOND));
    bench.commit(Durability::Normal);
    assert_eq!(bench.syncs(), (1, 0));
}

#[test]
fn a_relaxed_commit_waits_for_a_checkpoint_a_sync_or_the_end() {
    let bench = bench(calm());
    for _ in 0..3 {
        bench.commit(Durability::Relaxed);
        bench.clock.advance(Nanos(1000 * MILLISECOND));
        bench.pager.step().unwrap();
    }
    assert_eq!(bench.syncs(), (0, 0));
    bench.pager.sync().unwrap();
    assert_eq!(bench.syncs(), (1, 0));
    bench.pager.sync().unwrap();
    assert_eq!(bench.syncs(), (0, 0), "nothing new");
    bench.commit(Durability::Relaxed);
    bench.pager.checkpoint().unwrap();
    assert_eq!(bench.syncs(), (1, 3), "the log; the pages and both slots");
    bench.commit(Durability::Relaxed);
    bench.pager.close().unwrap();
    let (log, _) = bench.syncs();
    assert_eq!(log, 1);
}

#[test]
fn a_database_at_level_none_marks_its_file_once_and_syncs_nothing() {
    let bench = bench(PagerOptions { durability: Durability::None, ..small() });
    bench.commit(Durability::None);
    assert_eq!(bench.syncs(), (0, 0));
    assert_eq!(bench.pager.durability_status().unsafe_since, None, "no page is overwritten yet");
    // Enough for several checkpoints; in the first, the mark.
    for _ in 0..60 {
        bench.commit(Durability::None);
    }
    assert!(bench.pager.metrics().checkpoints > 1);
    assert_eq!(bench.syncs(), (0, 2), "both slots, once");
    let status = bench.pager.durability_status();
    assert!(status.unsafe_since.is_some());
    assert_eq!((status.requested, status.synced), (Durability::None, CommitSeq(0)));
    // The host asks for everything to be safe: from here on the commits so far are.
    bench.pager.checkpoint().unwrap();
    assert_eq!(bench.pager.durability_status().unsafe_since, None);
    let (log, db) = bench.syncs();
    assert!(log >= 1 && db == 3, "{log} and {db}");
    // And None goes on, with a new mark when pages are overwritten again.
    for _ in 0..60 {
        bench.commit(Durability::None);
    }
    assert_eq!(bench.syncs(), (0, 2));
    bench.pager.close().unwrap();
    let pager = open(&Env::simulated(bench.vfs.clone(), 2)).unwrap();
    assert_eq!(pager.durability_status().unsafe_since, None, "a file closed in order is safe");
    assert_eq!(pager.last_commit(), CommitSeq(122));
}

#[test]
fn a_commit_at_level_none_does_not_weaken_a_database_of_another_level() {
    let bench = bench(small());
    for _ in 0..60 {
        bench.commit(Durability::None);
    }
    assert!(bench.pager.metrics().checkpoints > 1, "each with all its barriers");
    let (log, db) = bench.syncs();
    let checkpoints = bench.pager.metrics().checkpoints;
    assert_eq!((log as u64, db as u64), (checkpoints, 3 * checkpoints));
    assert_eq!(bench.pager.durability_status().unsafe_since, None);
}

/// A random history at level None; answers the disk states in flight with the acknowledged commits then.
fn none_history(seed: u64) -> (World, FaultVfs, Pager) {
    let vfs = FaultVfs::new(seed);
    let options = PagerOptions { durability: Durability::None, ..small() };
    let pager = Pager::open(&Env::simulated(vfs.clone(), seed), &name(), &options).unwrap();
    let mut world = World::new();
    let mut random = SplitMix64::new(seed);
    for _ in 0..25 {
        random_transaction(&pager, &mut random, &mut world, Durability::None).unwrap();
    }
    (world, vfs, pager)
}

#[test]
fn a_kill_at_level_none_loses_nothing_and_a_power_cut_never_answers_nonsense() {
    let (mut opened, mut refused) = (0, 0);
    for seed in 1..20 {
        let (world, vfs, pager) = none_history(seed);
        assert_recovers(&vfs.kill(), &world, world.acked, world.acked, seed, "killed");
        for choice in vfs.crash_choices(20) {
            let after = vfs.crash(&choice);
            // Old pages may be there, or damaged ones be found; nothing else can happen.
            match open(&Env::simulated(after, seed)).and_then(|pager| pager.verify()) {
                Ok(_) => opened += 1,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Corrupt, "seed {seed}, {choice:?}: {error:?}");
                    refused += 1;
                }
            }
        }
        drop(pager);
    }
    assert!(opened > 0 && refused > 0, "{opened} opened, {refused} refused");
}

#[test]
fn a_page_that_was_never_written_does_not_make_a_killed_file_of_level_none_look_lost() {
    let vfs = FaultVfs::new(1);
    let options = PagerOptions { durability: Durability::None, ..calm() };
    let pager = Pager::open(&Env::simulated(vfs.clone(), 1), &name(), &options).unwrap();
    let mut txn = pager.begin_write().unwrap();
    let kept = txn.allocate().unwrap();
    stamp(txn.page_mut(kept).unwrap(), 7);
    // Two pages come and go: the first carries the free list, the second is only named by it.
    let passing = [txn.allocate().unwrap(), txn.allocate().unwrap()];
    for no in passing {
        txn.free(no).unwrap();
    }
    txn.commit(Durability::None).unwrap();
    // The checkpoint of a commit, which takes no mark off.
    while !pager.checkpoint_step(1).unwrap().complete {}
    assert!(pager.durability_status().unsafe_since.is_some());
    let pager = Pager::open(&Env::simulated(vfs.kill(), 2), &name(), &options).unwrap();
    assert_eq!(read_stamp(&pager.begin_read().unwrap(), kept.0).unwrap(), 7);
    assert!(pager.verify().unwrap().is_empty());
}

/// A database at level None with six pages in its file, of which 2 to 5 are newer in the log; a checkpoint that
/// wants to bring them over fails in the middle of a page, and its process is killed.
fn killed_in_the_middle_of_a_page(seed: u64, write: u64) -> (FaultVfs, PagerOptions) {
    let vfs = FaultVfs::new(seed);
    let options = PagerOptions { durability: Durability::None, ..calm() };
    let pager = Pager::open(&Env::simulated(vfs.clone(), 1), &name(), &options).unwrap();
    let mut txn = pager.begin_write().unwrap();
    for value in 1..=6 {
        let no = txn.allocate().unwrap();
        stamp(txn.page_mut(no).unwrap(), value);
    }
    txn.commit(Durability::None).unwrap();
    while !pager.checkpoint_step(1).unwrap().complete {}
    let mut txn = pager.begin_write().unwrap();
    for no in 2..=5 {
        stamp(txn.page_mut(PageNo(no)).unwrap(), u64::from(no) + 10);
    }
    txn.commit(Durability::None).unwrap();
    let half = Effect::Partial(VfsErrorKind::Io);
    vfs.inject(Fault::once(OperationKind::Write, write, half).on(".ddb"));
    while pager.checkpoint_step(1).is_ok_and(|report| !report.complete) {}
    (vfs.kill(), options)
}

/// Found by the simulator (seed 1002132): the sums of a marked file were checked before the log was known.
#[test]
fn a_page_that_a_killed_checkpoint_tore_at_level_none_is_read_from_the_log() {
    let mut torn = 0;
    for (seed, write) in (1..9).flat_map(|seed| (1..=4).map(move |write| (seed, write))) {
        let what = format!("seed {seed}, write {write}");
        let (vfs, options) = killed_in_the_middle_of_a_page(seed, write);
        torn += (1..=6).filter(|no| !sum_holds(&vfs, *no)).count();
        let pager = Pager::open(&Env::simulated(vfs, 2), &name(), &options)
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert!(pager.durability_status().unsafe_since.is_some(), "{what}: the file is marked");
        let reader = pager.begin_read().unwrap();
        for (no, value) in [(1, 1), (2, 12), (3, 13), (4, 14), (5, 15), (6, 6)] {
            assert_eq!(read_stamp(&reader, no).unwrap(), value, "{what}: page {no}");
        }
        drop(reader);
        // Brought over once more, whole, and the mark goes.
        pager.checkpoint().unwrap();
        assert!(pager.verify().unwrap().is_empty(), "{what}");
    }
    assert!(torn > 0, "no write was cut in the middle of a page");
}

#[test]
fn a_torn_page_of_level_none_that_the_log_does_not_hold_is_refused_by_name() {
    let (vfs, options) = killed_in_the_middle_of_a_page(1, 1);
    vfs.damage("test.ddb", page_offset(PageNo(6), 4096) + 1024, &[0x55; 512]);
    let error = Pager::open(&Env::simulated(vfs.kill(), 2), &name(), &options).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.message().contains("durability none") && error.message().contains("page 6"), "{error:?}");
    let all_the_same = PagerOptions { accept_loss: true, ..options };
    let pager = Pager::open(&Env::simulated(vfs, 2), &name(), &all_the_same).unwrap();
    let reader = pager.begin_read().unwrap();
    assert_eq!(read_stamp(&reader, 2).unwrap(), 12);
    assert_eq!(reader.page(PageNo(6)).unwrap_err().kind(), ErrorKind::Corrupt);
}

/// Whether a page of the file is what its sum says.
fn sum_holds(vfs: &FaultVfs, no: u32) -> bool {
    let db = vfs.kill().open(&name(), OpenMode::ReadOnly).unwrap();
    let mut slot = vec![0u8; META_BYTES];
    db.read_exact_at(&mut slot, META_A_OFFSET).unwrap();
    let Slot::Valid(meta) = Meta::decode(&slot) else { panic!("slot A is whole") };
    read_db_page(&*db, PageNo(no), 4096, meta.db_salt).is_ok()
}

/// Found by the simulator (seed 472): leaving level None cut off what a checkpoint under way had written past
/// the old end, and the checkpoint then named those pages.
#[test]
fn leaving_level_none_in_the_middle_of_a_checkpoint_keeps_the_pages_it_has_written() {
    for closes in [true, false] {
        let vfs = FaultVfs::new(1);
        let options = PagerOptions { durability: Durability::None, ..calm() };
        let pager = Pager::open(&Env::simulated(vfs.clone(), 1), &name(), &options).unwrap();
        let mut txn = pager.begin_write().unwrap();
        for value in 1..=6 {
            let no = txn.allocate().unwrap();
            stamp(txn.page_mut(no).unwrap(), value);
        }
        txn.commit(Durability::None).unwrap();
        assert!(!pager.checkpoint_step(4).unwrap().complete);
        if closes {
            pager.close().unwrap();
        } else {
            let mut txn = pager.begin_write().unwrap();
            stamp(txn.page_mut(PageNo(6)).unwrap(), 6);
            txn.commit(Durability::Full).unwrap();
            while !pager.checkpoint_step(1).unwrap().complete {}
        }
        let pager = Pager::open(&Env::simulated(vfs.kill(), 2), &name(), &options).unwrap();
        for no in 1..=6 {
            assert_eq!(read_stamp(&pager.begin_read().unwrap(), no).unwrap(), u64::from(no));
        }
    }
}

#[test]
fn a_stronger_commit_in_a_database_at_level_none_keeps_its_promise_from_then_on() {
    let mut images = 0;
    for (seed, durability) in [(31, Durability::Full), (32, Durability::Full), (33, Durability::Full)] {
        let (mut world, vfs, pager) = none_history(seed);
        let mut random = SplitMix64::new(seed);
        let before = world.acked;
        while world.acked == before {
            random_transaction(&pager, &mut random, &mut world, durability).unwrap();
        }
        assert_eq!(pager.durability_status().unsafe_since, None);
        let promised = world.acked;
        vfs.keep_snapshots();
        for _ in 0..25 {
            random_transaction(&pager, &mut random, &mut world, Durability::None).unwrap();
        }
        for (at, state) in vfs.take_snapshots().into_iter().enumerate() {
            for choice in state.vfs.crash_choices(6) {
                let what = format!("seed {seed}, at {at} {:?}, {choice:?}", state.operation);
                let after = state.vfs.crash(&choice);
                assert_recovers(&after, &world, promised, world.attempted, seed, &what);
                images += 1;
            }
        }
    }
    println!("{images} crash images");
}

#[test]
fn levels_mixed_in_one_history_each_keep_their_promise() {
    let mut images = 0;
    for seed in 40..46 {
        let vfs = FaultVfs::new(seed);
        let pager = open(&Env::simulated(vfs.clone(), seed)).unwrap();
        let (mut world, mut random) = (World::new(), SplitMix64::new(seed));
        let mut promised = 0;
        vfs.keep_snapshots();
        for _ in 0..20 {
            let levels = [Durability::Full, Durability::Normal, Durability::Relaxed, Durability::None];
            let level = levels[random.index(4)];
            let before = world.acked;
            random_transaction(&pager, &mut random, &mut world, level).unwrap();
            for (at, state) in vfs.take_snapshots().into_iter().enumerate() {
                for choice in state.vfs.crash_choices(5) {
                    let what = format!("seed {seed}, {level:?}, at {at} {:?}, {choice:?}", state.operation);
                    let after = state.vfs.crash(&choice);
                    assert_recovers(&after, &world, promised, world.attempted, seed, &what);
                    images += 1;
                }
            }
            if level == Durability::Full && world.acked > before {
                promised = world.acked;
            }
        }
        assert!(promised > 0, "seed {seed}");
    }
    println!("{images} crash images");
}
