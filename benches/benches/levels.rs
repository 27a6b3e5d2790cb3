//! What each durability level costs on a real file, and whether Normal keeps within a fifth of None.
//!
//! ```text
//! cargo bench -p decentdb-benches --bench levels [-- SECONDS_PER_ROUND]
//! ```
//!
//! Levels take turns, round by round, so that a slow minute of the machine is everybody's; the figure is the
//! median of the rounds.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use decentdb::{Database, Durability, Options};
use decentdb_benches::{INSERT, SCHEMA};

const ROUNDS: usize = 9;

/// Rows per second of `threads` connections with `rows` rows per transaction.
fn run(path: &Path, durability: Durability, threads: usize, rows: i64, time: Duration) -> f64 {
    let options = Options { durability, busy_timeout_millis: 60_000, ..Options::default() };
    let database = Database::open_with(path, options).expect("a database");
    database.connect().and_then(|first| first.execute_script(SCHEMA)).expect("a schema");
    let stop = AtomicBool::new(false);
    let next = AtomicI64::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let connection = database.connect().expect("a connection");
                let insert = connection.prepare(INSERT).expect("a statement");
                let write = |first: i64| {
                    for id in first..first + rows {
                        insert.execute((id, id * 3, "some text of an item", id % 100)).expect("a row");
                    }
                };
                while !stop.load(Ordering::Relaxed) {
                    // Ranges apart, as callers with keys of their own have them.
                    let first = next.fetch_add(rows, Ordering::Relaxed);
                    if rows == 1 {
                        write(first);
                    } else {
                        let transaction = connection.transaction().expect("begins");
                        write(first);
                        transaction.commit().expect("commits");
                    }
                }
            });
        }
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
    });
    let rate = next.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    database.close().expect("closes");
    rate
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn main() {
    let seconds = std::env::args().filter_map(|argument| argument.parse::<f64>().ok()).next().unwrap_or(1.0);
    let folder = std::env::temp_dir().join(format!("decentdb-levels-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    println!(
        "{:<34}{:>12}{:>12}{:>12}{:>12}{:>18}",
        "rows/s", "full", "normal", "relaxed", "none", "normal / none"
    );
    for (threads, rows) in [(1, 1), (8, 1), (1, 100), (8, 100)] {
        let mut rates = [const { Vec::new() }; 4];
        for round in 0..ROUNDS {
            for (level, rates) in Durability::ALL.iter().zip(&mut rates) {
                let path = folder.join(format!("{threads}-{rows}-{}-{round}.ddb", level.name()));
                rates.push(run(&path, *level, threads, rows, Duration::from_secs_f64(seconds)));
                std::fs::remove_file(&path).expect("the file of this round");
            }
        }
        // Round by round: what else the machine did is in both.
        let part = median(rates[2].iter().zip(&rates[0]).map(|(normal, none)| normal / none).collect());
        let [none, relaxed, normal, full] = rates.map(median);
        println!(
            "{:<34}{full:>12.0}{normal:>12.0}{relaxed:>12.0}{none:>12.0}{:>17.1}%",
            format!("{threads} threads, {rows} rows per commit"),
            100.0 * part
        );
    }
    std::fs::remove_dir_all(&folder).expect("the folder of this bench");
}
