//! 500 rounds of kill -9: a process commits from several threads while it checkpoints, deletes and shortens
//! the file; it is killed wherever it happens to be, and every commit it acknowledged is there.
//!
//! ```text
//! thread t:  low..=high are its rows          one transaction: insert high + 1, sometimes delete the
//!            counters(t) = (low, high)        oldest, update counters(t); then "acked t high" on stdout
//! ```
//!
//! K1  Of what a thread acknowledged nothing is missing; of each process killed since, at most its one
//!     commit in flight is there too.
//! K2  A commit is there whole: rows, counters and index say the same.
//! K3  `verify` finds nothing, whatever the kill interrupted, recovery after the last kill included.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use decentdb::{Database, Durability, Options, TransactionOptions};

const ROUNDS: u64 = 500;
const THREADS: usize = 3;

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

// A short log and a small cache: a checkpoint every few dozen commits, pages read again.
fn options() -> Options {
    Options {
        wal_soft_bytes: 200_000,
        cache_bytes: 200_000,
        busy_timeout_millis: 60_000,
        checkpoint_millis: 20,
        ..Options::default()
    }
}

fn body(thread: usize, id: i64) -> String {
    // Now and then one that does not fit into a page.
    let length = if id % 17 == 0 { 20_000 } else { 20 + usize::try_from(id % 300).unwrap() };
    format!("{thread}/{id} ").chars().cycle().take(length).collect()
}

#[test]
#[ignore = "the process that the other test kills"]
fn child_commits_until_it_is_killed() {
    let (Ok(file), Ok(seed)) = (std::env::var("DECENTDB_KILL_FILE"), std::env::var("DECENTDB_KILL_SEED"))
    else {
        return;
    };
    let seed: u64 = seed.parse().unwrap();
    let database = Database::open_with(file, options()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let database = &database;
            scope.spawn(move || commit_for_ever(database, thread, seed));
        }
        let mut random = Random(seed ^ 0x5eed);
        loop {
            std::thread::sleep(Duration::from_micros(random.below(4_000)));
            database.checkpoint().unwrap();
            if random.below(4) == 0 {
                database.vacuum().unwrap();
            }
        }
    });
}

fn commit_for_ever(database: &Database, thread: usize, seed: u64) {
    let mut random = Random(seed.wrapping_mul(31).wrapping_add(thread as u64));
    let connection = database.connect().unwrap();
    let mut out = std::io::stdout();
    let number = i32::try_from(thread).unwrap();
    loop {
        // A kill takes nothing of what the system has: all levels but none promise the same here.
        let level = [Durability::Full, Durability::Normal, Durability::Relaxed][random.below(3) as usize];
        let transaction =
            connection.transaction_with(TransactionOptions::default().durability(level)).unwrap();
        let (low, high) = connection
            .query_row("SELECT low, high FROM counters WHERE thread = $1", (number,), |row| {
                Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
            })
            .unwrap();
        let high = high + 1;
        connection
            .execute("INSERT INTO acked VALUES ($1, $2, $3)", (number, high, body(thread, high)))
            .unwrap();
        let low = if high - low > 60 { low + 40 } else { low };
        connection.execute("DELETE FROM acked WHERE thread = $1 AND id < $2", (number, low)).unwrap();
        if random.below(8) == 0 {
            transaction.rollback().unwrap();
            continue;
        }
        connection
            .execute("UPDATE counters SET low = $2, high = $3 WHERE thread = $1", (number, low, high))
            .unwrap();
        transaction.commit().unwrap();
        // One write call per acknowledgement: what the pipe has was acknowledged.
        out.write_all(format!("acked {thread} {high}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    }
}

fn start(file: &Path, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_commits_until_it_is_killed", "--ignored", "--nocapture", "--test-threads=1"])
        .env("DECENTDB_KILL_FILE", file)
        .env("DECENTDB_KILL_SEED", seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the process when it has acknowledged `count` commits and a little later; the last of each thread.
fn kill_after(mut child: Child, count: u64, later: Duration, last: &mut [i64; THREADS]) -> u64 {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut seen = 0;
    let mut note = |line: String| {
        // The harness writes its own words before the first acknowledgement, without a line break.
        let Some((_, words)) = line.rsplit_once("acked ") else { return 0 };
        let (thread, id) = words.split_once(' ').unwrap();
        last[thread.parse::<usize>().unwrap()] = id.parse().unwrap();
        1
    };
    while seen < count {
        seen += note(lines.next().expect("the process goes on until it is killed"));
    }
    std::thread::sleep(later);
    child.kill().unwrap();
    // What it acknowledged before the kill arrived counts too.
    seen += lines.map(note).sum::<u64>();
    child.wait().unwrap();
    seen
}

/// `killed` processes have ended since the last look.
fn check(database: &Database, last: &mut [i64; THREADS], killed: i64, round: &str) {
    let connection = database.connect().unwrap();
    for (thread, acknowledged) in last.iter_mut().enumerate() {
        let number = i32::try_from(thread).unwrap();
        let counters: Vec<(i64, i64)> =
            connection.query_as("SELECT low, high FROM counters WHERE thread = $1", (number,)).unwrap();
        assert_eq!(counters.len(), 1, "{round}");
        let (low, high) = counters[0];
        assert!(
            (*acknowledged..=*acknowledged + killed).contains(&high),
            "{round}: thread {thread} acknowledged {acknowledged}, {high} is there"
        );
        let rows: Vec<(i64, String)> = connection
            .query_as("SELECT id, body FROM acked WHERE thread = $1 ORDER BY id", (number,))
            .unwrap();
        assert!(rows.iter().map(|row| row.0).eq(low..=high), "{round}: thread {thread} has holes: {rows:?}");
        for (id, text) in rows {
            assert_eq!(text, body(thread, id), "{round}: row {id} of thread {thread}");
        }
        *acknowledged = high;
    }
    assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "{round}");
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn five_hundred_killed_processes_lose_no_acknowledged_commit() {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = Folder(std::env::temp_dir().join(format!("decentdb-kill-{}-{number}", std::process::id())));
    std::fs::create_dir(&folder.0).unwrap();
    let file = folder.0.join("rows.ddb");
    let database = Database::open(&file).unwrap();
    let connection = database.connect().unwrap();
    connection
        .execute_script(
            "CREATE TABLE acked (thread int, id bigint, body text NOT NULL, PRIMARY KEY (thread, id));
             CREATE TABLE counters (thread int PRIMARY KEY, low bigint NOT NULL, high bigint NOT NULL);
             INSERT INTO counters SELECT g, 1, 0 FROM generate_series(0, 2) AS g;",
        )
        .unwrap();
    drop(connection);
    database.close().unwrap();

    // The seed decides how long each process lives; where it is then, the machine decides.
    let seed = std::env::var("DECENTDB_KILL_SEED").map_or(20_261_123, |seed| seed.parse().unwrap());
    let mut random = Random(seed);
    let (mut last, mut killed, mut commits) = ([0_i64; THREADS], 0, 0);
    for number in 0..ROUNDS {
        let round = format!("seed {seed}, round {number}");
        let child = start(&file, seed + number);
        let later = Duration::from_micros(random.below(3_000));
        commits += kill_after(child, 1 + random.below(24), later, &mut last);
        killed += 1;
        // Half of the time the next process is the one to recover.
        if random.below(2) == 0 {
            let database = Database::open_with(&file, options()).unwrap();
            check(&database, &mut last, killed, &round);
            killed = 0;
            if random.below(3) == 0 {
                database.close().unwrap();
            }
        }
    }
    let database = Database::open(&file).unwrap();
    check(&database, &mut last, killed, "at the end");
    println!("{ROUNDS} processes killed, {commits} commits acknowledged, none lost (seed {seed})");
}
