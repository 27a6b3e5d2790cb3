//! Readers beside a writer that never rests: how their throughput grows with their number.
//!
//! ```text
//! cargo bench -p decentdb-benches --bench readers [-- SECONDS_PER_ROUND]
//! ```

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use decentdb::{Database, Durability, Options};
use decentdb_benches::{SCHEMA, insert};

const ROWS: i64 = 100_000;

struct Rates {
    reads: f64,
    commits: f64,
    /// The slowest read, in microseconds.
    slowest: u64,
    /// Reads that were ended for the sake of the log.
    ended: u64,
}

fn run(database: &Database, readers: usize, time: Duration) -> Rates {
    let stop = AtomicBool::new(false);
    let (reads, commits, slowest) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let ended = AtomicU64::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let connection = database.connect().expect("a connection");
            let update = connection.prepare("UPDATE item SET e = e + 1 WHERE id = $1").expect("a statement");
            let mut id = 0;
            while !stop.load(Ordering::Relaxed) {
                id = (id + 7919) % ROWS;
                update.execute((id,)).expect("an update");
                commits.fetch_add(1, Ordering::Relaxed);
            }
        });
        for reader in 0..readers {
            let (stop, reads, slowest, ended) = (&stop, &reads, &slowest, &ended);
            scope.spawn(move || {
                let connection = database.connect().expect("a connection");
                let query = connection.prepare("SELECT c FROM item WHERE id = $1").expect("a statement");
                let (mut id, mut done, mut worst) = (reader as i64 * 31, 0_u64, Duration::ZERO);
                while !stop.load(Ordering::Relaxed) {
                    id = (id + 104_729) % ROWS;
                    let started = Instant::now();
                    let read = query.query_row((id,), |row| row.get::<String>(0));
                    // Ended so that the log can be used again: a caller asks again.
                    if read.as_ref().is_err_and(|error| error.sqlstate().code() == "72000") {
                        ended.fetch_add(1, Ordering::Relaxed);
                    } else {
                        read.expect("a row");
                    }
                    worst = worst.max(started.elapsed());
                    done += 1;
                }
                reads.fetch_add(done, Ordering::Relaxed);
                slowest.fetch_max(u64::try_from(worst.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            });
        }
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
    });
    let seconds = began.elapsed().as_secs_f64();
    Rates {
        reads: reads.load(Ordering::Relaxed) as f64 / seconds,
        commits: commits.load(Ordering::Relaxed) as f64 / seconds,
        slowest: slowest.load(Ordering::Relaxed),
        ended: ended.load(Ordering::Relaxed),
    }
}

fn main() {
    let seconds = std::env::args().filter_map(|argument| argument.parse::<f64>().ok()).next().unwrap_or(2.0);
    let path = std::env::temp_dir().join(format!("decentdb-readers-bench-{}.ddb", std::process::id()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores; one writer commits single rows without a pause");
    for durability in [Durability::Full, Durability::Normal] {
        let options = Options { durability, ..Options::default() };
        let database = Database::open_with(&path, options).expect("a database");
        let connection = database.connect().expect("a connection");
        connection.execute_script(SCHEMA).expect("a schema");
        connection.execute_script("BEGIN").expect("begins");
        insert(&connection, 0, ROWS).expect("rows");
        connection.execute_script("COMMIT").expect("commits");
        println!("level {}", durability.name());
        println!(
            "{:>10}{:>14}{:>10}{:>14}{:>20}{:>8}",
            "readers", "reads/s", "times", "commits/s", "slowest read (us)", "ended"
        );
        let mut one = 0.0;
        for readers in [1, 2, 4] {
            let rates = run(&database, readers, Duration::from_secs_f64(seconds));
            if readers == 1 {
                one = rates.reads;
            }
            println!(
                "{readers:>10}{:>14.0}{:>10.2}{:>14.0}{:>20}{:>8}",
                rates.reads,
                rates.reads / one,
                rates.commits,
                rates.slowest,
                rates.ended
            );
        }
        drop(connection);
        database.close().expect("closes");
        std::fs::remove_file(&path).expect("the file of this bench");
    }
}
