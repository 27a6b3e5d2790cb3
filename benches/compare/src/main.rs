//! The same work on DecentDB and on SQLite (WAL, `synchronous=FULL`), interleaved round by round in one
//! process, so that both meet the same machine; the ratio of the medians is what counts.
//!
//! ```text
//! cargo run --release -p decentdb-compare [-- FOLDER [ROUNDS [WORKLOAD]]]
//! ```

mod engines;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engines::{Engine, Kind};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ROWS: i64 = 100_000;
const LOOKUPS: i64 = 200_000;
const COMMITS: i64 = 1_000;
const THREADS: i64 = 16;

/// One workload: makes its own databases in a fresh folder and says how long the measured part took for
/// how many operations.
struct Workload {
    name: &'static str,
    aim: f64,
    operations: i64,
    run: fn(Kind, &Path) -> Result<Duration, Failure>,
}

const WORKLOADS: &[Workload] = &[
    Workload {
        name: "point lookup by primary key, prepared",
        aim: 1.5,
        operations: LOOKUPS,
        run: point_lookup,
    },
    Workload { name: "bulk insert in one transaction", aim: 1.5, operations: ROWS, run: bulk_insert },
    Workload { name: "durable single-row insert, 1 thread", aim: 1.2, operations: COMMITS, run: durable_one },
    Workload {
        name: "durable single-row insert, 16 threads",
        aim: 5.0,
        operations: COMMITS,
        run: durable_many,
    },
];

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from).join("decentdb-compare");
    let rounds: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let wanted = arguments.next().unwrap_or_default();
    println!("DecentDB against SQLite {}, {rounds} interleaved rounds, medians", rusqlite::version());
    println!("{:<42} {:>12} {:>12} {:>8} {:>6}", "", "DecentDB", "SQLite", "ratio", "aim");
    for workload in WORKLOADS.iter().filter(|workload| workload.name.contains(&wanted)) {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (kind, times) in [Kind::DecentDb, Kind::Sqlite].into_iter().zip(&mut times) {
                remove(&folder)?;
                std::fs::create_dir_all(&folder)?;
                times.push((workload.run)(kind, &folder)?);
            }
        }
        let [ours, theirs] = times.map(|mut times| {
            times.sort();
            times[times.len() / 2].as_secs_f64() / workload.operations as f64
        });
        let ratio = theirs / ours;
        println!(
            "{:<42} {:>9.2} us {:>9.2} us {:>7.2}x {:>5.1}x",
            workload.name,
            ours * 1e6,
            theirs * 1e6,
            ratio,
            workload.aim
        );
    }
    remove(&folder)
}

fn remove(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// A multiplicative walk through all keys in no order a cache could guess.
fn key(step: i64) -> i64 {
    (step * 48_271) % ROWS
}

fn point_lookup(kind: Kind, folder: &Path) -> Result<Duration, Failure> {
    let engine = Engine::open(kind, folder)?;
    let session = engine.session()?;
    session.fill(ROWS)?;
    let start = Instant::now();
    let sum = session.lookups(LOOKUPS, key)?;
    let taken = start.elapsed();
    // The answers are checked: a fast wrong answer is none.
    let wanted: i64 = (0..LOOKUPS).map(|step| key(step) * 3).sum();
    if sum != wanted {
        return Err(format!("{kind:?} answered {sum}, not {wanted}").into());
    }
    Ok(taken)
}

fn bulk_insert(kind: Kind, folder: &Path) -> Result<Duration, Failure> {
    let engine = Engine::open(kind, folder)?;
    let session = engine.session()?;
    let start = Instant::now();
    session.fill(ROWS)?;
    let taken = start.elapsed();
    if session.count()? != ROWS {
        return Err(format!("{kind:?} lost rows").into());
    }
    Ok(taken)
}

fn durable_one(kind: Kind, folder: &Path) -> Result<Duration, Failure> {
    let engine = Engine::open(kind, folder)?;
    let session = engine.session()?;
    session.fill(100)?;
    let start = Instant::now();
    session.durable_inserts(1_000, COMMITS)?;
    let taken = start.elapsed();
    if session.count()? != 100 + COMMITS {
        return Err(format!("{kind:?} lost rows").into());
    }
    Ok(taken)
}

fn durable_many(kind: Kind, folder: &Path) -> Result<Duration, Failure> {
    let engine = Engine::open(kind, folder)?;
    engine.session()?.fill(100)?;
    let each = COMMITS / THREADS;
    let start = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let engine = &engine;
                scope.spawn(move || engine.session()?.durable_inserts(1_000 + thread * each, each))
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })?;
    let taken = start.elapsed();
    if engine.session()?.count()? != 100 + each * THREADS {
        return Err(format!("{kind:?} lost rows").into());
    }
    // Fewer than COMMITS when the threads do not divide it: scaled to the stated number.
    Ok(taken.mul_f64(COMMITS as f64 / (each * THREADS) as f64))
}
