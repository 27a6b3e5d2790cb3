//! What every run of the gate simulates: the kept seeds, two thousand others, and the same one twice.

#![expect(clippy::panic, reason = "a test stops at what it does not expect")]

use decentdb_sim::{
    Counts, Failure, Mixed, Plan, Settings, kept_seeds, replay_command, run_many, run_plan, run_seed, shrink,
};

/// Seeds per run.
const SEEDS: u64 = 2_000;
/// Crash images per run, at least.
const IMAGES_MIN: u64 = 300_000;
/// Where the power must have gone at least once: every kind of write in every kind of work.
const PLACES: &[&str] = &[
    "creation: file create",
    "creation: slot A write",
    "creation: slot B write",
    "commit: log create",
    "commit: log header",
    "commit: log write",
    "commit: log sync",
    "commit: slot A write",
    "checkpoint: page write",
    "checkpoint: file growth",
    "checkpoint: file sync",
    "checkpoint: slot A write",
    "checkpoint: slot B write",
    "close: slot A write",
    "close: slot B write",
    "close: log remove",
    "recovery 1: log write",
    "recovery 1: log sync",
    "recovery 1: slot A write",
    "recovery 1: slot B write",
    "recovery 3: log write",
    "recovery 3: slot A write",
    "recovery 3: slot B write",
    "timer: log sync",
];
/// What must have happened at least once.
const EVENTS: &[&str] = &[
    "commit full",
    "commit normal",
    "commit relaxed",
    "commit none",
    "uncertain commit",
    "poisoned",
    "reader of a poisoned handle",
    "killed",
    "power failed",
    "power failed in recovery",
    "power cut at level none",
    "rollback by drop",
    "rollback to savepoint",
    "snapshot expired",
    "snapshot reread",
    "pages accounted for",
    "second opener refused",
    "second writer refused",
    "error 53100",
    "error 58030",
    "error 08007",
];

/// Past the capture of the test harness: whoever runs the gate sees what it looked at.
fn report(words: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn tell(failure: &Failure, settings: &Settings) -> ! {
    eprintln!("seed {}: {}\nreplay: {}", failure.seed, failure.what, replay_command(failure, settings));
    let plan = shrink(&Mixed::default(), &Plan::draw(failure.seed, settings.steps), settings, 100);
    let shrunk = Failure { only: plan.only, ..failure.clone() };
    panic!("seed {} fails; shrunk: {}", failure.seed, replay_command(&shrunk, settings));
}

#[test]
fn two_thousand_lives_lose_nothing() {
    let settings = Settings::default();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workload = Mixed::default();
    let mut counts = Counts::default();
    for (seed, settings) in kept_seeds() {
        let outcome = run_seed(&workload, seed, &settings);
        counts.add(&outcome.counts);
        if let Some(failure) = outcome.failure {
            tell(&failure, &settings);
        }
    }
    let (sums, failure) = run_many(&workload, 0, threads, &settings, |begun| begun < SEEDS);
    counts.add(&sums);
    report(&counts.to_string());
    if let Some(failure) = failure {
        tell(&failure, &settings);
    }
    assert!(counts.images >= IMAGES_MIN, "{} images", counts.images);
    for place in PLACES {
        assert!(counts.points.contains_key(*place), "the power never went at \"{place}\"");
    }
    for event in EVENTS {
        assert!(counts.event(event) > 0, "\"{event}\" never happened");
    }
}

#[test]
fn a_seed_is_the_same_life_twice() {
    let settings = Settings { images: 40, ..Settings::default() };
    for seed in [3, 4, 5, 1_000_003, u64::MAX] {
        let (once, again) =
            (run_seed(&Mixed::default(), seed, &settings), run_seed(&Mixed::default(), seed, &settings));
        assert_eq!(once, again, "seed {seed}");
        assert_ne!(once.trace_hash, run_seed(&Mixed::default(), seed ^ 8, &settings).trace_hash);
    }
}

#[test]
fn an_action_left_out_leaves_the_others_as_they_are() {
    let plan = Plan::draw(9, 30);
    let fewer = Plan { only: Some((0..30).filter(|at| at % 7 != 0).collect()), ..plan.clone() };
    let settings = Settings { images: 20, ..Settings::default() };
    assert!(run_plan(&Mixed::default(), &fewer, &settings).failure.is_none());
    assert_eq!(fewer.actions().count(), 25);
    assert!(fewer.actions().all(|(at, action)| plan.actions[at] == *action));
}

/// A workload whose model is wrong about one statement: the simulator must notice, and shrink it.
#[test]
fn a_wrong_row_is_noticed_and_shrunk_to_few_actions() {
    use decentdb_core::db::Connection;
    use decentdb_core::env::SplitMix64;
    use decentdb_core::error::Result;
    use decentdb_sim::{Statement, Workload};

    #[derive(Clone, Default)]
    struct Wrong(Vec<i64>);
    impl Workload for Wrong {
        fn schema(&mut self) -> Vec<String> {
            vec!["CREATE TABLE t (id int PRIMARY KEY)".to_owned()]
        }
        fn next(&mut self, _: &mut SplitMix64) -> Statement {
            let id = self.0.len() as i64;
            self.0.push(id);
            // The tenth row goes missing.
            Statement::new(format!("INSERT INTO t SELECT {id} WHERE {id} <> 9"))
        }
        fn state(&self) -> String {
            format!("{:?}", self.0)
        }
        fn dump(&self, connection: &Connection) -> Result<String> {
            match connection.query_as::<i32>("SELECT id FROM t ORDER BY id", ()) {
                Ok(ids) => Ok(format!("{ids:?}")),
                Err(error) if error.sqlstate().code() == "42P01" => Ok("[]".to_owned()),
                Err(error) => Err(error),
            }
        }
    }

    let settings = Settings { images: 0, steps: 60, depth: 0 };
    let failing = (0..50).find(|seed| run_seed(&Wrong::default(), *seed, &settings).failure.is_some());
    let Some(seed) = failing else { panic!("fifty lives with a wrong model, and nobody noticed") };
    let plan = shrink(&Wrong::default(), &Plan::draw(seed, 60), &settings, 300);
    let left = plan.only.as_ref().map_or(60, Vec::len);
    assert!(left < 40, "shrunk to {left} actions");
    assert!(run_plan(&Wrong::default(), &plan, &settings).failure.is_some());
}
