//! Every change of the disk is a crash point, with several outcomes each, and again inside recovery.

use super::*;
use std::sync::Arc;

use crate::env::VfsErrorKind;
use crate::env::fault::{Crash, Effect, Fault, FaultVfs, Operation, OperationKind, SECTOR_BYTES, Snapshot};
use crate::env::{ManualClock, Nanos, OpenMode, Vfs};
use crate::page::meta::PAGES_OFFSET;
use crate::pager::open::log_name;
use crate::wal::layout::BLOCK_BYTES;

/// A point at which the power may go, and what must hold afterwards.
struct Point {
    snapshot: Snapshot,
    low: u64,
    high: u64,
}

/// What is tried at a point, and how much of it.
#[derive(Clone, Copy)]
struct Effort {
    outcomes: usize,
    nested_outcomes: usize,
    depth: usize,
}

/// Opens what a crash left and checks it; answers the pager and the commit it holds.
pub(super) fn assert_recovers(
    vfs: &FaultVfs,
    world: &World,
    low: u64,
    high: u64,
    seed: u64,
    what: &str,
) -> (Pager, u64) {
    let env = Env::simulated(vfs.clone(), seed);
    let pager = open(&env).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    let seq = pager.last_commit().0;
    assert!(low <= seq && seq <= high, "{what}: recovered commit {seq}, not in {low}..={high}");
    let reader = pager.begin_read().unwrap();
    assert_state(&reader, reader.roots(), &world.history[&seq], what);
    drop(reader);
    assert!(pager.verify().unwrap().is_empty(), "{what}");
    (pager, seq)
}

fn check_point(point: &Point, world: &World, effort: Effort, seed: u64, what: &str) -> u64 {
    let mut images = 0;
    let mut worlds: Vec<(FaultVfs, String)> = point
        .snapshot
        .vfs
        .crash_choices(effort.outcomes)
        .iter()
        .map(|choice| (point.snapshot.vfs.crash(choice), format!("{what}, {choice:?}")))
        .collect();
    worlds.push((point.snapshot.vfs.kill(), format!("{what}, killed")));
    let last = worlds.len() - 1;
    for (at, (vfs, what)) in worlds.into_iter().enumerate() {
        images += 1;
        let seed = seed.wrapping_mul(31).wrapping_add(at as u64);
        // What a killed process left in the cache is not durable: the most treacherous start of all.
        let nested = effort.depth > 0 && (at % 5 == 0 || at == last);
        if nested {
            vfs.keep_snapshots();
        }
        let (pager, seq) = assert_recovers(&vfs, world, point.low, point.high, seed, &what);
        let in_recovery = vfs.take_snapshots();
        // Life goes on: more commits, a checkpoint, a clean close, and everything is still there.
        let mut after = world.clone();
        after.cut_to(seq);
        let mut random = SplitMix64::new(seed);
        while after.acked == seq {
            random_transaction(&pager, &mut random, &mut after, Durability::Full).expect(&what);
        }
        if nested {
            let effort = Effort {
                outcomes: effort.nested_outcomes,
                nested_outcomes: effort.nested_outcomes,
                depth: effort.depth - 1,
            };
            let recovering = in_recovery.into_iter().map(|snapshot| (snapshot, point.low, seq));
            let living = vfs.take_snapshots().into_iter().map(|snapshot| (snapshot, seq, seq + 1));
            for (number, (snapshot, low, high)) in recovering.chain(living).enumerate() {
                let what = format!("{what}, then at {number} {:?}", snapshot.operation);
                let inner = Point { snapshot, low, high };
                images += check_point(&inner, &after, effort, seed ^ 0x5eed, &what);
            }
        }
        for _ in 0..2 {
            random_transaction(&pager, &mut random, &mut after, Durability::Full).expect(&what);
        }
        if at % 2 == 0 {
            pager.close().expect(&what);
        }
        drop(pager);
        assert_recovers(&vfs, &after, after.acked, after.acked, seed + 1, &what);
    }
    images
}

/// Runs a random history, keeping every disk state in flight, then crashes each.
fn crash_everywhere(seed: u64, steps: usize, durability: Durability, effort: Effort) -> u64 {
    crash_where(seed, steps, durability, effort, |_| true)
}

/// The same at some of the operations.
fn crash_where(
    seed: u64,
    steps: usize,
    durability: Durability,
    effort: Effort,
    wanted: impl Fn(&Operation) -> bool,
) -> u64 {
    let vfs = FaultVfs::new(seed);
    vfs.keep_snapshots();
    let mut random = SplitMix64::new(seed);
    let mut world = World::new();
    let mut points = Vec::new();
    let mut note = |vfs: &FaultVfs, low: u64, high: u64| {
        let taken = vfs.take_snapshots();
        points.extend(taken.into_iter().map(|snapshot| Point { snapshot, low, high }));
    };
    let clock = ManualClock::default();
    let env = Env { clock: Arc::new(clock.clone()), ..Env::simulated(vfs.clone(), seed) };
    let mut pager = open(&env).unwrap();
    note(&vfs, 0, 0);
    for _ in 0..steps {
        let low = match durability {
            Durability::Full => world.acked,
            _ => pager.durability_status().synced.0,
        };
        match random.below(12) {
            0..=8 => random_transaction(&pager, &mut random, &mut world, durability).unwrap(),
            9 => {
                pager.checkpoint().unwrap();
            }
            10 => {
                pager.checkpoint_step(1).unwrap();
            }
            _ => {
                pager.close().unwrap();
                pager = open(&env).unwrap();
            }
        }
        if durability == Durability::Normal {
            // The host's timer, which is late at times.
            clock.advance(Nanos(random.below(80_000_000)));
            if random.chance(2, 3) {
                pager.step().unwrap();
            }
        }
        note(&vfs, low, world.attempted);
    }
    let mut images = 0;
    for (at, point) in points.iter().enumerate().filter(|(_, point)| wanted(&point.snapshot.operation)) {
        let what = format!("seed {seed}, point {at} of {}: {:?}", points.len(), point.snapshot.operation);
        images += check_point(point, &world, effort, seed + at as u64, &what);
    }
    images
}

const SHALLOW: Effort = Effort { outcomes: 10, nested_outcomes: 0, depth: 0 };
const NESTED: Effort = Effort { outcomes: 6, nested_outcomes: 3, depth: 1 };

#[test]
fn every_write_of_a_full_history_is_a_crash_point() {
    let images: u64 = (0..6).map(|seed| crash_everywhere(seed, 25, Durability::Full, SHALLOW)).sum();
    println!("{images} crash images");
}

#[test]
fn every_write_of_a_normal_history_loses_only_what_was_not_synced() {
    let images: u64 = (100..103).map(|seed| crash_everywhere(seed, 25, Durability::Relaxed, SHALLOW)).sum();
    println!("{images} crash images");
}

#[test]
fn every_write_of_a_history_with_late_syncs_loses_only_what_they_did_not_cover() {
    let images: u64 = (110..113).map(|seed| crash_everywhere(seed, 25, Durability::Normal, SHALLOW)).sum();
    println!("{images} crash images");
}

#[test]
fn a_crash_inside_recovery_changes_nothing() {
    let images: u64 = (200..202).map(|seed| crash_everywhere(seed, 12, Durability::Full, NESTED)).sum();
    println!("{images} crash images");
}

#[test]
fn crashes_around_the_meta_slots_are_survived_three_deep() {
    let deep = Effort { outcomes: 4, nested_outcomes: 3, depth: 2 };
    let images = crash_where(300, 5, Durability::Full, deep, |operation| {
        operation.file == "test.ddb"
            && (operation.kind == OperationKind::Sync
                || operation.kind == OperationKind::Write && operation.offset < PAGES_OFFSET)
    });
    println!("{images} crash images");
}

/// Recovers and goes on for a commit on `vfs`, and cuts the power at every change of the disk on the way,
/// with many outcomes each.
fn crash_thoroughly(vfs: &FaultVfs, world: &World, low: u64, high: u64, what: &str) -> u64 {
    vfs.keep_snapshots();
    let (pager, seq) = assert_recovers(vfs, world, low, high, 1, what);
    let recovering = vfs.take_snapshots().into_iter().map(|snapshot| (snapshot, low));
    let mut after = world.clone();
    after.cut_to(seq);
    let mut random = SplitMix64::new(2);
    while after.acked == seq {
        random_transaction(&pager, &mut random, &mut after, Durability::Full).expect(what);
    }
    let living: Vec<_> = vfs.take_snapshots().into_iter().map(|snapshot| (snapshot, seq)).collect();
    let mut images = 0;
    for (snapshot, low) in recovering.chain(living) {
        for choice in snapshot.vfs.crash_choices(60) {
            let what = format!("{what}, then {:?}, {choice:?}", snapshot.operation);
            assert_recovers(&snapshot.vfs.crash(&choice), &after, low, seq + 1, 3, &what);
            images += 1;
        }
    }
    images
}

/// A short history whose last step is a checkpoint, or a close; answers the states of the disk in it.
fn states_of_a_checkpoint(closed: bool) -> (World, Vec<Snapshot>) {
    let vfs = FaultVfs::new(4);
    let mut random = SplitMix64::new(4);
    let mut world = World::new();
    let pager = Pager::open(&Env::simulated(vfs.clone(), 4), &name(), &calm()).unwrap();
    for round in 0..2 {
        for _ in 0..6 {
            random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
        }
        if round == 0 {
            pager.checkpoint().unwrap();
        }
    }
    // A reader holds the checkpoint back, so that recovery has commits to compact, and segments before
    // the new tail to compact them into.
    let reader = pager.begin_read().unwrap();
    for _ in 0..3 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
    }
    if closed {
        drop(reader);
    }
    vfs.keep_snapshots();
    if closed {
        pager.close().unwrap();
    } else {
        pager.checkpoint().unwrap();
    }
    (world, vfs.take_snapshots())
}

#[test]
fn a_slot_that_a_killed_process_left_in_the_cache_is_not_relied_on() {
    let mut images = 0;
    for closed in [false, true] {
        let (world, states) = states_of_a_checkpoint(closed);
        for (at, state) in states.iter().enumerate() {
            let what = format!("closed {closed}, killed at {at} {:?}", state.operation);
            images += crash_thoroughly(&state.vfs.kill(), &world, world.acked, world.acked, &what);
        }
    }
    println!("{images} crash images");
}

#[test]
fn slot_a_is_rebuilt_under_a_new_number() {
    // Slot A is damaged. A process that rebuilds it is killed before the sync, so that both slots look
    // equal to the next one, which must not take that for a proof that A is durable.
    let (world, states) = states_of_a_checkpoint(false);
    let vfs = states.last().unwrap().vfs.kill();
    open(&Env::simulated(vfs.clone(), 9)).unwrap();
    vfs.damage("test.ddb", 0, &[0x55; 4096]);
    vfs.keep_snapshots();
    let (pager, _) = assert_recovers(&vfs, &world, world.acked, world.acked, 5, "from B alone");
    drop(pager);
    let mut images = 0;
    for (at, state) in vfs.take_snapshots().into_iter().enumerate() {
        let what = format!("killed at {at} {:?}", state.operation);
        images += crash_thoroughly(&state.vfs.kill(), &world, world.acked, world.acked, &what);
    }
    println!("{images} crash images");
}

/// A process whose log barrier failed, and which was killed: its last commit may be in the cache alone, where
/// no barrier will take it from. It was answered 08007.
fn killed_after_a_failed_barrier(seed: u64) -> (World, FaultVfs) {
    let vfs = FaultVfs::new(seed);
    let mut random = SplitMix64::new(seed);
    let mut world = World::new();
    let pager = open(&Env::simulated(vfs.clone(), seed)).unwrap();
    while world.acked < 2 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
    }
    vfs.inject(Fault::once(OperationKind::Sync, 1, Effect::Error(VfsErrorKind::Io)).on("-wal"));
    while random_transaction(&pager, &mut random, &mut world, Durability::Full).is_ok() {}
    assert_eq!((world.acked, world.attempted), (2, 3));
    drop(pager);
    (world, vfs.kill())
}

#[test]
fn what_recovery_found_once_on_the_medium_it_finds_again_whatever_slot_was_in_flight() {
    // Recovery takes the commit of the cache over, and the power goes between its two slots. Then slot A
    // names a log that has the commit, slot B one that lost it; a recovery that chose A, and wrote A
    // again, would lose the commit when that write is torn.
    let (mut images, mut lost_on_the_medium, mut between_the_slots) = (0, 0, 0);
    for seed in 0..4 {
        let (world, vfs) = killed_after_a_failed_barrier(seed);
        let medium = vfs.crash(&Crash::LOSE_ALL);
        let (_, on_medium) = assert_recovers(&medium, &world, 2, 3, 1, &format!("seed {seed}, medium"));
        lost_on_the_medium += u32::from(on_medium == 2);
        vfs.keep_snapshots();
        let (pager, _) = assert_recovers(&vfs, &world, 3, 3, 2, &format!("seed {seed}, killed"));
        drop(pager);
        for (at, state) in in_slots(vfs.take_snapshots()).enumerate() {
            for choice in state.vfs.crash_choices(8) {
                let what = format!("seed {seed}, {at} {:?}, {choice:?}", state.operation);
                let after = state.vfs.crash(&choice);
                after.keep_snapshots();
                let (pager, seq) = assert_recovers(&after, &world, 2, 3, 3, &what);
                drop(pager);
                between_the_slots += u32::from(on_medium == 2 && seq == 3);
                for state in in_slots(after.take_snapshots()) {
                    for choice in state.vfs.crash_choices(16) {
                        let what = format!("{what}, then {:?}, {choice:?}", state.operation);
                        assert_recovers(&state.vfs.crash(&choice), &world, seq, seq, 4, &what);
                        images += 1;
                    }
                }
            }
        }
    }
    assert!(lost_on_the_medium > 0 && between_the_slots > 0, "the test met the state it is about");
    println!("{images} crash images");
}

/// Found by the simulator (seed 1002340): recovery took the last segment of a file that ends in it for one that
/// the log did not have yet, and filled it with zeros while it read from it.
#[test]
fn a_log_whose_end_the_power_took_recovers_what_it_still_holds() {
    let (mut found, mut cut_in_a_segment) = (std::collections::BTreeSet::new(), 0);
    for seed in 0..4 {
        let vfs = FaultVfs::new(seed);
        let pager = Pager::open(&Env::simulated(vfs.clone(), seed), &name(), &calm()).unwrap();
        let (mut world, mut random) = (World::new(), SplitMix64::new(seed));
        while world.acked < 12 {
            random_transaction(&pager, &mut random, &mut world, Durability::Relaxed).unwrap();
        }
        drop(pager);
        let whole = vfs.open(&log_name(&name()), OpenMode::ReadOnly).unwrap().size().unwrap();
        let mut last = 0;
        for size in (BLOCK_BYTES.into()..=whole).step_by(BLOCK_BYTES as usize) {
            let what = format!("seed {seed}, {size} of {whole} bytes");
            let cut = vfs.kill();
            cut.open(&log_name(&name()), OpenMode::ReadWrite).unwrap().set_size(size).unwrap();
            let (pager, seq) = assert_recovers(&cut, &world, last, 12, seed, &what);
            last = seq;
            found.insert(seq);
            cut_in_a_segment += u32::from(!(size - u64::from(BLOCK_BYTES)).is_multiple_of(16384) && seq > 0);
            // What is promised from now on stands in segments whose size is on the medium.
            let mut after = world.clone();
            after.cut_to(seq);
            for _ in 0..8 {
                random_transaction(&pager, &mut random, &mut after, Durability::Full).expect(&what);
            }
            drop(pager);
            let lost = cut.crash(&Crash::LOSE_ALL);
            assert_recovers(&lost, &after, after.acked, after.acked, seed, &what);
        }
        assert_eq!(last, 12, "seed {seed}: the whole log holds everything");
    }
    assert!(found.len() > 6 && cut_in_a_segment > 20, "{found:?}, {cut_in_a_segment}");
}

/// Found by the simulator (seed 1002989): a commit of which the power took one sector, and a recovery that used its
/// segments again. Torn itself, its write put back just that sector, alike in both, and the commit was there again.
#[test]
fn a_recovery_that_is_cut_short_makes_no_broken_commit_whole() {
    let (mut images, mut broken) = (0, 0);
    for seed in 0..2 {
        let vfs = FaultVfs::new(seed);
        let pager = Pager::open(&Env::simulated(vfs.clone(), seed), &name(), &calm()).unwrap();
        let mut world = World::new();
        for seq in 1..=4 {
            // Four pages, written again and again: two segments each, and every second page is as it was.
            let value = |no: u32| if no.is_multiple_of(2) { 1 } else { seq };
            let mut txn = pager.begin_write().unwrap();
            for no in 1..=4 {
                let page = if seq == 1 { txn.allocate().unwrap() } else { PageNo(no) };
                stamp(txn.page_mut(page).unwrap(), value(no));
            }
            txn.commit(Durability::Relaxed).unwrap();
            world.history.insert(seq, (1..=4).map(|no| (no, value(no))).collect());
        }
        drop(pager);
        let log = vfs.open(&log_name(&name()), OpenMode::ReadOnly).unwrap();
        for at in (u64::from(BLOCK_BYTES)..log.size().unwrap()).step_by(SECTOR_BYTES * 2) {
            let what = format!("seed {seed}, sector at {at}");
            let vfs = vfs.crash(&Crash::KEEP_ALL);
            vfs.damage("test.ddb-wal", at, &[0x55; SECTOR_BYTES]);
            vfs.keep_snapshots();
            let (pager, seq) = assert_recovers(&vfs, &world, 0, 4, seed, &what);
            drop(pager);
            broken += u32::from(seq == 3);
            for state in vfs.take_snapshots() {
                for choice in state.vfs.crash_choices(4) {
                    let what = format!("{what}, then {:?}, {choice:?}", state.operation);
                    assert_recovers(&state.vfs.crash(&choice), &world, seq, seq, seed, &what);
                    images += 1;
                }
            }
        }
    }
    assert!(broken > 10, "{broken}");
    println!("{images} crash images");
}

/// The states in which a meta slot, or its barrier, was in flight.
fn in_slots(states: Vec<Snapshot>) -> impl Iterator<Item = Snapshot> {
    states.into_iter().filter(|state| {
        let call = &state.operation;
        call.file == "test.ddb" && (call.kind == OperationKind::Sync || call.offset < PAGES_OFFSET)
    })
}

/// The long form; `cargo test --release -- --ignored` before a release.
#[test]
#[ignore = "minutes"]
fn a_great_many_crashes() {
    let deep = Effort { outcomes: 40, nested_outcomes: 8, depth: 2 };
    let mut images = 0;
    for seed in 1000..1040 {
        let durability = if seed % 3 == 0 { Durability::Relaxed } else { Durability::Full };
        images += crash_everywhere(seed, 30, durability, if seed % 4 == 0 { deep } else { SHALLOW });
    }
    println!("{images} crash images");
}
