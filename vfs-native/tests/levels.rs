//! Which barriers each durability level really gives to the system, seen by strace; the thread that syncs
//! late commits; and that it is in nobody's way.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use decentdb::{Database, Durability, Options};
use support::allow_skip;

/// A file of its own, removed at the end with what is beside it.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> File {
        let folder = std::env::temp_dir().join(format!("decentdb-levels-{}-{name}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        File(folder)
    }
    fn path(&self) -> PathBuf {
        self.0.join("level.ddb")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn is_synced(database: &Database) -> bool {
    let status = database.durability_status();
    status.synced == status.published
}

#[test]
fn a_normal_commit_is_synced_by_the_databases_own_thread() {
    let file = File::new("thread");
    let options = Options { durability: Durability::Normal, normal_flush_millis: 50, ..Options::default() };
    let database = Database::open_with(file.path(), options).unwrap();
    let connection = database.connect().unwrap();
    connection.execute("CREATE TABLE t (a int)", ()).unwrap();
    for round in 0..3 {
        connection.execute("INSERT INTO t VALUES ($1)", (round,)).unwrap();
        assert!(!is_synced(&database), "acknowledged before its sync");
        let began = Instant::now();
        while !is_synced(&database) {
            assert!(began.elapsed() < Duration::from_secs(20), "nobody syncs");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let status = database.durability_status();
    assert_eq!((status.requested, status.effective), (Durability::Normal, Durability::Normal));
    #[cfg(target_os = "linux")]
    assert!(status.file_system.is_some(), "Linux tells the file system");
}

#[test]
fn a_file_that_is_let_go_of_can_be_opened_at_once_whatever_the_thread_does() {
    let file = File::new("reopen");
    for round in 0..60_i64 {
        let options =
            Options { durability: Durability::Normal, normal_flush_millis: 1, ..Options::default() };
        let database = Database::open_with(file.path(), options).unwrap();
        let connection = database.connect().unwrap();
        connection.execute("CREATE TABLE IF NOT EXISTS t (a bigint)", ()).unwrap();
        connection.execute("INSERT INTO t VALUES ($1)", (round,)).unwrap();
        let rows: i64 = connection.query_row("SELECT count(*) FROM t", (), |row| row.get(0)).unwrap();
        assert_eq!(rows, round + 1);
        std::thread::sleep(Duration::from_micros(u64::try_from(round).unwrap() * 40));
        drop(connection);
        if round % 2 == 0 { drop(database) } else { database.close().unwrap() }
    }
}

#[test]
#[ignore = "the process that the other tests trace"]
fn child_commits() {
    let (Ok(file), Ok(level)) = (std::env::var("DECENTDB_TEST_FILE"), std::env::var("DECENTDB_TEST_LEVEL"))
    else {
        return;
    };
    let durability = Durability::ALL.into_iter().find(|durability| durability.name() == level).unwrap();
    // Small enough for several checkpoints.
    let options = Options {
        durability,
        normal_flush_millis: 40,
        wal_soft_bytes: 2 << 20,
        wal_hard_bytes: 8 << 20,
        ..Options::default()
    };
    let database = Database::open_with(file, options).unwrap();
    let connection = database.connect().unwrap();
    connection.execute("CREATE TABLE t (a int, b text)", ()).unwrap();
    println!("\nphase commit");
    for row in 0..40 {
        connection.execute("INSERT INTO t VALUES ($1, 'x')", (row,)).unwrap();
    }
    println!("\nphase idle");
    std::thread::sleep(Duration::from_millis(400));
    println!("\nphase checkpoint");
    for row in 0..600 {
        connection.execute("INSERT INTO t VALUES ($1, repeat('y', 5000))", (row,)).unwrap();
    }
    println!("\nphase close");
    drop(connection);
    database.close().unwrap();
    println!("\nphase end");
}

/// Barriers of the log and of the database file in each phase of the child.
#[cfg(target_os = "linux")]
fn barriers(level: &str) -> Option<Vec<(String, usize, usize)>> {
    let file = File::new(level);
    let trace = file.0.join("trace");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-y", "-s", "64", "-e", "trace=write,fsync,fdatasync", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child_commits", "--ignored", "--nocapture", "--test-threads=1"])
        .env("DECENTDB_TEST_FILE", file.path())
        .env("DECENTDB_TEST_LEVEL", level)
        .stdout(Stdio::null());
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => {
            allow_skip(&format!(
                "the barriers of level {level} are not counted, strace does not run: {error}"
            ));
            return None;
        }
    };
    let text = std::fs::read_to_string(&trace).unwrap_or_default();
    if text.contains("ptrace(PTRACE") || text.is_empty() {
        allow_skip(&format!("the barriers of level {level} are not counted, strace may not trace here"));
        return None;
    }
    assert!(status.success(), "the child at level {level} failed");
    let mut phases: Vec<(String, usize, usize)> = Vec::new();
    for line in text.lines() {
        if let Some((_, rest)) = line.split_once("phase ").filter(|_| line.contains("write(1")) {
            phases.push((rest.chars().take_while(char::is_ascii_alphabetic).collect(), 0, 0));
        } else if (line.contains("fdatasync(") || line.contains("fsync("))
            && let Some((_, log, db)) = phases.last_mut()
        {
            // A call that another thread's line cut in two is counted at its beginning.
            *log += usize::from(line.contains("level.ddb-wal>"));
            *db += usize::from(line.contains("level.ddb>"));
        }
    }
    println!("{level}: {phases:?}");
    Some(phases)
}

#[cfg(target_os = "linux")]
#[test]
fn each_level_gives_the_system_the_barriers_of_its_definition_and_no_others() {
    for level in ["full", "normal", "relaxed", "none"] {
        let Some(phases) = barriers(level) else { return };
        let of = |phase: &str| {
            let (_, log, db) = phases.iter().find(|(name, ..)| name == phase).unwrap();
            (*log, *db)
        };
        let (commit, idle, checkpoint, close) = (of("commit"), of("idle"), of("checkpoint"), of("close"));
        match level {
            "full" => {
                assert_eq!(commit, (40, 0), "one for each commit");
                assert_eq!(idle, (0, 0));
                assert!(checkpoint.0 >= 600 && checkpoint.1 >= 3, "{checkpoint:?}");
            }
            "normal" => {
                assert!(commit.0 < 40, "not one for each commit: {commit:?}");
                assert!(commit.0 + idle.0 >= 1, "and none is left owed: {commit:?}, {idle:?}");
                assert!(checkpoint.0 < 600 && checkpoint.1 >= 3, "{checkpoint:?}");
            }
            "relaxed" => {
                assert_eq!((commit, idle), ((0, 0), (0, 0)));
                // The last one may be under way when the phase ends.
                let all = 3 * checkpoint.0;
                assert!((all - 3..=all).contains(&checkpoint.1), "only around checkpoints: {checkpoint:?}");
                assert!(checkpoint.0 >= 1);
            }
            _ => {
                assert_eq!((commit, idle), ((0, 0), (0, 0)));
                assert_eq!(checkpoint, (0, 2), "the mark in both slots, once");
            }
        }
        assert!(close.1 >= 3, "closing in order is durable at every level: {close:?}");
        // Where every commit is synced already, the log needs no more.
        assert!(close.0 >= usize::from(matches!(level, "relaxed" | "none")), "{level}: {close:?}");
    }
}
