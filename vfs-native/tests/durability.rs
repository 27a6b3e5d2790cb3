//! A Full commit is on stable storage before it is acknowledged, and a killed process loses none.
//!
//! Both tests run this file again as another process, which commits rows one by one and acknowledges each
//! on its standard output; one is traced, one is killed.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use decentdb::Database;
use support::allow_skip;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("decentdb-durable-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("rows.ddb")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// This test program as the process that commits.
fn committer(program: &str, arguments: &[&str], folder: &Folder, rows: u32) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    if !arguments.is_empty() {
        command.arg(std::env::current_exe().unwrap());
    }
    command
        .args(["--exact", "child_commits", "--ignored", "--nocapture", "--test-threads=1"])
        .env("DECENTDB_TEST_FILE", folder.file())
        .env("DECENTDB_TEST_ROWS", rows.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

#[test]
#[ignore = "the process that the other tests trace and kill"]
fn child_commits() {
    let (Ok(file), Ok(rows)) = (std::env::var("DECENTDB_TEST_FILE"), std::env::var("DECENTDB_TEST_ROWS"))
    else {
        return;
    };
    let database = Database::open(file).unwrap();
    let connection = database.connect().unwrap();
    connection
        .execute("CREATE TABLE IF NOT EXISTS acked (id bigint PRIMARY KEY, body text NOT NULL)", ())
        .unwrap();
    let start: i64 =
        connection.query_row("SELECT coalesce(max(id), 0) FROM acked", (), |row| row.get(0)).unwrap();
    let mut out = std::io::stdout();
    for id in start + 1..=start + rows.parse::<i64>().unwrap() {
        connection.execute("INSERT INTO acked VALUES ($1, $2)", (id, format!("row {id}"))).unwrap();
        // One write call per acknowledgement, so that a trace shows its place among the others.
        out.write_all(format!("acked {id}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    }
    database.close().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn every_full_commit_is_flushed_between_its_last_write_and_its_acknowledgement() {
    const ROWS: u32 = 20;
    if let Err(error) = Command::new("strace").args(["-o", "/dev/null", "true"]).status() {
        allow_skip(&format!("the barriers of commits are not checked, strace does not run: {error}"));
        return;
    }
    let folder = Folder::new();
    let trace = folder.0.join("trace");
    let calls = "trace=pwrite64,pwritev,pwritev2,write,fsync,fdatasync";
    let arguments = ["-f", "-y", "-s", "64", "-e", calls, "-o", trace.to_str().unwrap()];
    let output = committer("strace", &arguments, &folder, ROWS).output().unwrap();
    let text = std::fs::read_to_string(&trace).unwrap_or_default();
    if text.contains("ptrace(PTRACE") || text.is_empty() {
        allow_skip("the barriers of commits are not checked, strace may not trace here");
        return;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    let (mut unflushed, mut written, mut acknowledged) = (Vec::new(), 0, 0);
    for line in text.lines() {
        let is_ours = line.contains("rows.ddb");
        if is_ours && line.contains("pwrite") {
            unflushed.push(line);
            written += 1;
        } else if is_ours && (line.contains("fdatasync(") || line.contains("fsync(")) {
            assert!(line.trim_end().ends_with("= 0"), "a barrier failed or was cut in two: {line}");
            let wal = line.contains("rows.ddb-wal");
            unflushed.retain(|write| write.contains("rows.ddb-wal") != wal);
        } else if line.contains("write(1") && line.contains("acked ") {
            let wal: Vec<_> = unflushed.iter().filter(|write| write.contains("rows.ddb-wal")).collect();
            assert!(wal.is_empty(), "acknowledged before it was flushed: {line}\n{wal:#?}");
            assert!(written > 0, "acknowledged without writing: {line}");
            written = 0;
            acknowledged += 1;
        }
    }
    assert_eq!(acknowledged, ROWS, "{text}");
}

/// Reads acknowledgements until there are `count`, then kills the process; answers the last one.
fn kill_after(mut child: Child, count: usize) -> i64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = 0;
    let mut seen = 0;
    let mut lines = lines.map_while(Result::ok).filter_map(|line| {
        // The harness writes its own words before the first acknowledgement, without a line break.
        line.rsplit_once("acked ").and_then(|(_, id)| id.parse::<i64>().ok())
    });
    while seen < count {
        last = lines.next().expect("the process goes on until it is killed");
        seen += 1;
    }
    child.kill().unwrap();
    // What it acknowledged before the kill arrived counts too.
    last = lines.last().unwrap_or(last);
    child.wait().unwrap();
    last
}

#[test]
fn a_killed_process_loses_no_acknowledged_row() {
    let folder = Folder::new();
    for round in 0..6_usize {
        let child = committer(std::env::current_exe().unwrap().to_str().unwrap(), &[], &folder, 100_000)
            .spawn()
            .unwrap();
        // Different places of the log and of checkpoints: early, late, in between.
        let acknowledged = kill_after(child, [1, 40, 7, 150, 3, 60][round]);
        let database = Database::open(folder.file()).unwrap();
        let connection = database.connect().unwrap();
        let ids: Vec<i64> = connection.query_as("SELECT id FROM acked ORDER BY id", ()).unwrap();
        // At most the one row in flight is there without an acknowledgement.
        let last = ids.last().copied().unwrap_or(0);
        assert!(last == acknowledged || last == acknowledged + 1, "{last} after {acknowledged}");
        assert!(ids.iter().copied().eq(1..=last), "round {round}: rows are missing in the middle");
        assert_eq!(database.verify().unwrap(), Vec::<String>::new());
        if round % 2 == 0 {
            drop(connection);
            database.close().unwrap();
        }
    }
}
