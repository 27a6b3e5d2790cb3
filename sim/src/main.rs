//! The simulator's command line.
//!
//! ```text
//! decentdb-sim --seeds 2000 --from 0        so many seeds
//! decentdb-sim --minutes 30                 as many as fit
//! decentdb-sim --seed 17 [--only 3,4,9]     one again, as a failure printed it
//! decentdb-sim --matrix print               the table of docs/FAULTS.md
//! ```

use std::process::ExitCode;

use decentdb_sim::{
    Counts, Failure, Mixed, Plan, Settings, kept_seeds, replay_command, run_many, run_plan, run_seed, shrink,
};

/// Runs a shrinker tries at most.
const SHRINK_RUNS_MAX: usize = 200;

#[derive(Default)]
struct Arguments {
    settings: Settings,
    matrix: bool,
    seed: Option<u64>,
    only: Option<Vec<usize>>,
    from: u64,
    seeds: Option<u64>,
    minutes: Option<u64>,
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let outcome = parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut out = Arguments::default();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word}: {value} is not a number"));
        match word.as_str() {
            "--matrix" => out.matrix = true,
            "--seed" => out.seed = Some(number()?),
            "--from" => out.from = number()?,
            "--seeds" => out.seeds = Some(number()?),
            "--minutes" => out.minutes = Some(number()?),
            "--threads" => out.threads = Some(number()? as usize),
            "--steps" => out.settings.steps = number()? as usize,
            "--images" => out.settings.images = number()? as usize,
            "--depth" => out.settings.depth = number()? as usize,
            "--only" => {
                let list: Result<Vec<usize>, _> = value.split(',').map(str::parse).collect();
                out.only = Some(list.map_err(|_| format!("--only: {value} is not a list of numbers"))?);
            }
            _ => return Err(format!("unknown option {word}")),
        }
    }
    Ok(out)
}

#[expect(clippy::disallowed_types, reason = "a program may read the clock; the simulation does not")]
fn run(arguments: &Arguments) -> Result<(), String> {
    let settings = &arguments.settings;
    let workload = Mixed::default();
    if arguments.matrix {
        let matrix = decentdb_sim::matrix::run_matrix().map_err(|failed| failed.0)?;
        println!("{}", decentdb_sim::matrix::table(&matrix).0);
        return Ok(());
    }
    if let Some(seed) = arguments.seed {
        let plan = Plan { only: arguments.only.clone(), ..Plan::draw(seed, settings.steps) };
        for (at, action) in plan.actions() {
            println!("{at:>4} {action:?}");
        }
        let outcome = run_plan(&workload, &plan, settings);
        println!("{}\ntrace {:016x}", outcome.counts, outcome.trace_hash);
        return match outcome.failure {
            Some(failure) => Err(failure.what),
            None => Ok(()),
        };
    }
    let mut counts = Counts::default();
    for (seed, settings) in kept_seeds() {
        let outcome = run_seed(&workload, seed, &settings);
        counts.add(&outcome.counts);
        if let Some(failure) = outcome.failure {
            return Err(tell(&workload, &failure, &settings));
        }
    }
    let start = std::time::Instant::now();
    let minutes = arguments.minutes.map(|minutes| std::time::Duration::from_secs(minutes * 60));
    let seeds = arguments.seeds.unwrap_or(if minutes.is_some() { u64::MAX } else { 200 });
    let go_on = |begun: u64| begun < seeds && minutes.is_none_or(|minutes| start.elapsed() < minutes);
    let threads = arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let (sums, failure) = run_many(&workload, arguments.from, threads, settings, go_on);
    counts.add(&sums);
    println!("{counts}\n{} s", start.elapsed().as_secs());
    match failure {
        Some(failure) => Err(tell(&workload, &failure, settings)),
        None => Ok(()),
    }
}

/// A failure with the commands that replay it, whole and shrunk.
fn tell(workload: &Mixed, failure: &Failure, settings: &Settings) -> String {
    let whole = replay_command(failure, settings);
    eprintln!("seed {} FAILS: {}\nreplay: {whole}\nshrinking ...", failure.seed, failure.what);
    let plan = shrink(workload, &Plan::draw(failure.seed, settings.steps), settings, SHRINK_RUNS_MAX);
    let shrunk = Failure { only: plan.only, ..failure.clone() };
    format!("seed {} fails; shrunk: {}", failure.seed, replay_command(&shrunk, settings))
}
