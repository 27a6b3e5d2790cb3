//! Every change of the disk is a crash point, with several outcomes each, and again inside recovery.

use super::*;
use crate::env::fault::{FaultVfs, Snapshot};

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
fn assert_recovers(
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
    for (at, (vfs, what)) in worlds.into_iter().enumerate() {
        images += 1;
        let seed = seed.wrapping_mul(31).wrapping_add(at as u64);
        let nested = effort.depth > 0 && at % 5 == 0;
        if nested {
            vfs.keep_snapshots();
        }
        let (pager, seq) = assert_recovers(&vfs, world, point.low, point.high, seed, &what);
        if nested {
            let effort = Effort {
                outcomes: effort.nested_outcomes,
                nested_outcomes: effort.nested_outcomes,
                depth: effort.depth - 1,
            };
            for (number, snapshot) in vfs.take_snapshots().into_iter().enumerate() {
                let what = format!("{what}, then in recovery at {number} {:?}", snapshot.operation);
                let inner = Point { snapshot, low: point.low, high: point.high };
                images += check_point(&inner, world, effort, seed ^ 0x5eed, &what);
            }
        }
        // Life goes on: more commits, a checkpoint, a clean close, and everything is still there.
        let mut after = world.clone();
        after.cut_to(seq);
        let mut random = SplitMix64::new(seed);
        for _ in 0..3 {
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
    let vfs = FaultVfs::new(seed);
    vfs.keep_snapshots();
    let mut random = SplitMix64::new(seed);
    let mut world = World::new();
    let mut points = Vec::new();
    let mut note = |vfs: &FaultVfs, low: u64, high: u64| {
        let taken = vfs.take_snapshots();
        points.extend(taken.into_iter().map(|snapshot| Point { snapshot, low, high }));
    };
    let env = Env::simulated(vfs.clone(), seed);
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
        note(&vfs, low, world.attempted);
    }
    let mut images = 0;
    for (at, point) in points.iter().enumerate() {
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
fn a_crash_inside_recovery_changes_nothing() {
    let images: u64 = (200..202).map(|seed| crash_everywhere(seed, 12, Durability::Full, NESTED)).sum();
    println!("{images} crash images");
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
