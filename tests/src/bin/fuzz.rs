//! Runs the fuzz targets for as long as one likes: `cargo run --release -p decentdb-tests --bin fuzz -- --minutes
//! 10 [--target wal_recovery] [--seed 1000000]`. A failing input is printed with its seed and written to
//! `fuzz/artifacts`.

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use decentdb_core::env::SplitMix64;
use decentdb_tests::fuzz::{Reached, TARGETS, Target, corpus, corpus_folder, draw_input};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    let number = |name: &str, default: u64| value(name).and_then(|word| word.parse().ok()).unwrap_or(default);
    let wanted: Vec<&Target> =
        TARGETS.iter().filter(|target| value("--target").is_none_or(|name| name == target.name)).collect();
    let each =
        Duration::from_secs(number("--minutes", 1) * 60) / u32::try_from(wanted.len().max(1)).unwrap_or(1);
    let mut failed = false;
    for target in wanted {
        let kept = corpus(target).unwrap_or_default();
        let begun = Instant::now();
        let mut reached = BTreeMap::<Reached, u64>::new();
        let mut seed = number("--seed", 1_000_000);
        while begun.elapsed() < each {
            let input = draw_input(&kept, &mut SplitMix64::new(seed));
            match catch_unwind(|| (target.run)(&input)) {
                Ok(how) => *reached.entry(how).or_default() += 1,
                Err(_) => {
                    failed = true;
                    let folder = corpus_folder().join("../artifacts").join(target.name);
                    let file = folder.join(format!("seed-{seed}"));
                    let written =
                        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, &input));
                    eprintln!("{} FAILS at seed {seed}: {} ({written:?})", target.name, file.display());
                }
            }
            seed += 1;
        }
        let runs: u64 = reached.values().sum();
        println!("{}: {runs} executions in {} s, {reached:?}", target.name, begun.elapsed().as_secs());
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
