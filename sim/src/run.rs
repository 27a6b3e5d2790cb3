//! Runs seeds: one, many, and fewer actions of a failing one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use decentdb_core::env::SplitMix64;

use crate::check::Examiner;
use crate::counts::Counts;
use crate::error::{Failed, Failure};
use crate::plan::Plan;
use crate::workload::Workload;
use crate::world::{Openings, World};

/// How much is tried per seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Actions of a life.
    pub steps: usize,
    /// Crash images per life, nested ones not counted.
    pub images: usize,
    /// How often in a row a recovery is crashed.
    pub depth: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { steps: 60, images: 150, depth: 3 }
    }
}

/// What a seed came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What was done.
    pub counts: Counts,
    /// Equal for equal runs.
    pub trace_hash: u64,
    /// The promise that was broken, if one was.
    pub failure: Option<Failure>,
}

/// Runs the life of a seed.
pub fn run_seed<W: Workload>(workload: &W, seed: u64, settings: &Settings) -> Outcome {
    run_plan(workload, &Plan::draw(seed, settings.steps), settings)
}

/// Runs a plan.
pub fn run_plan<W: Workload>(workload: &W, plan: &Plan, settings: &Settings) -> Outcome {
    let mut counts = Counts::default();
    let mut trace_hash = 0;
    let run = || live(workload, plan, settings, &mut counts, &mut trace_hash);
    let what = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => None,
        Ok(Err(Failed(what))) => Some(what),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Some(format!("the engine panicked: {}", text.unwrap_or("no words")))
        }
    };
    let failure = what.map(|what| Failure { seed: plan.seed, only: plan.only.clone(), what });
    Outcome { counts, trace_hash, failure }
}

fn live<W: Workload>(
    workload: &W,
    plan: &Plan,
    settings: &Settings,
    counts: &mut Counts,
    trace_hash: &mut u64,
) -> Result<(), Failed> {
    let mut world = World::begin(workload, plan)?;
    for (at, action) in plan.actions() {
        let acted = world.act(action);
        if acted.is_err() {
            counts.add(&world.counts);
        }
        acted.map_err(|failed| Failed(format!("action {at}, {action:?}: {failed}")))?;
    }
    let finished = world.finish();
    *trace_hash = world.trace_hash();
    let points = std::mem::take(&mut world.points);
    counts.add(&world.counts);
    drop(world);
    finished?;
    let openings = Openings::draw(plan);
    let random = SplitMix64::new(plan.seed ^ 0x1_a6e5);
    let mut examiner = Examiner { openings: &openings, depth: settings.depth, counts, random };
    let wanted = examiner.counts.images + settings.images as u64;
    while !points.is_empty() && examiner.counts.images < wanted {
        let at = examiner.random.index(points.len());
        examiner.examine(&points[at]).map_err(|failed| Failed(format!("point {at}: {failed}")))?;
    }
    *trace_hash = trace_hash.wrapping_mul(31) ^ examiner.random.next_u64();
    Ok(())
}

/// Runs seeds from `from` on, until `go_on(seeds begun)` says no or one fails, on so many threads; each
/// seed is one thread's. Answers the sums and the failure of the lowest seed that failed.
pub fn run_many<W: Workload + Sync>(
    workload: &W,
    from: u64,
    threads: usize,
    settings: &Settings,
    go_on: impl Fn(u64) -> bool + Sync,
) -> (Counts, Option<Failure>) {
    let next = AtomicU64::new(0);
    let failed = AtomicBool::new(false);
    let sums: Mutex<(Counts, Option<Failure>)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let begun = next.fetch_add(1, Ordering::Relaxed);
                    if failed.load(Ordering::Relaxed) || !go_on(begun) {
                        return;
                    }
                    let outcome = run_seed(workload, from.wrapping_add(begun), settings);
                    let mut sums = sums.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    sums.0.add(&outcome.counts);
                    if let Some(failure) = outcome.failure {
                        failed.store(true, Ordering::Relaxed);
                        let first = sums.1.as_ref().is_none_or(|known| failure.seed < known.seed);
                        if first {
                            sums.1 = Some(failure);
                        }
                    }
                }
            });
        }
    });
    sums.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Leaves out what a failure does not need: halves of the actions first, then single ones. What fails in
/// the end may be another promise than at the beginning; it is told.
pub fn shrink<W: Workload>(workload: &W, plan: &Plan, settings: &Settings, runs_max: usize) -> Plan {
    let mut best: Vec<usize> = plan.actions().map(|(at, _)| at).collect();
    let mut runs = 0;
    let mut size = best.len().div_ceil(2);
    while size > 0 && runs < runs_max {
        let mut at = 0;
        let mut changed = false;
        while at < best.len() && runs < runs_max {
            let mut fewer = best.clone();
            fewer.drain(at..(at + size).min(best.len()));
            let candidate = Plan { only: Some(fewer.clone()), ..plan.clone() };
            runs += 1;
            if run_plan(workload, &candidate, settings).failure.is_some() {
                best = fewer;
                changed = true;
            } else {
                at += size;
            }
        }
        if size == 1 && !changed {
            break;
        }
        size = if size == 1 { 1 } else { size.div_ceil(2).min(size - 1) };
    }
    Plan { only: Some(best), ..plan.clone() }
}

/// The command that runs a failure again, exactly.
pub fn replay_command(failure: &Failure, settings: &Settings) -> String {
    let mut command = format!(
        "cargo run --release -p decentdb-sim -- --seed {} --steps {} --images {} --depth {}",
        failure.seed, settings.steps, settings.images, settings.depth
    );
    if let Some(only) = &failure.only {
        let list: Vec<String> = only.iter().map(usize::to_string).collect();
        command.push_str(&format!(" --only {}", list.join(",")));
    }
    command
}
