//! The fuzz targets over their kept corpus and seeded mutations of it: `fuzz/README.md`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use std::panic::catch_unwind;

use decentdb_core::env::SplitMix64;
use decentdb_tests::fuzz::{Reached, TARGETS, Target, corpus, draw_input};

fn run(name: &str, mutations: u64) {
    let target: &Target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let kept = corpus(target).unwrap();
    assert!(!kept.is_empty(), "the corpus of {name} is gone");
    let mut reached = std::collections::BTreeMap::<Reached, u64>::new();
    let mut try_one = |what: String, input: &[u8]| match catch_unwind(|| (target.run)(input)) {
        Ok(how) => *reached.entry(how).or_default() += 1,
        Err(_) => panic!("{name}, {what}: {input:?}"),
    };
    for (at, input) in kept.iter().enumerate() {
        try_one(format!("kept input {at}"), input);
    }
    for seed in 0..mutations {
        try_one(format!("seed {seed}"), &draw_input(&kept, &mut SplitMix64::new(seed)));
    }
    println!("{name}: {reached:?}");
    // Inputs that all end at the first check would find nothing.
    let deep =
        reached.iter().filter(|(how, _)| **how > Reached::Refused).map(|(_, count)| count).sum::<u64>();
    assert!(deep * 5 > mutations, "{name}: {reached:?}");
}

#[test]
fn a_file_of_any_bytes_is_read_or_refused() {
    run("open_any_bytes", 6000);
}

#[test]
fn a_log_of_any_frames_is_recovered_or_refused() {
    run("wal_recovery", 6000);
}

#[test]
fn trees_do_what_maps_do_and_survive_damaged_pages() {
    run("btree_ops", 6000);
}

#[test]
fn codecs_refuse_bytes_or_give_them_back() {
    run("codecs", 50_000);
}
