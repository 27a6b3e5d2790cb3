//! A load of many rows stays within the memory it was given: the log's index, the cache, the process.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use decentdb::{Database, Options};

const CACHE: usize = 8 << 20;
const INDEX: usize = 256 << 10;

/// The most memory this process has had, in bytes, where the system says so.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

fn load(rows: i64, per_transaction: i64) {
    let folder = std::env::temp_dir().join(format!("decentdb-bulk-{}-{rows}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let options = Options {
        cache_bytes: CACHE,
        wal_index_bytes: INDEX,
        // Only memory limits this log.
        wal_soft_bytes: 1 << 40,
        wal_hard_bytes: 1 << 41,
        page_size: 4096,
        durability: decentdb_core::db::Durability::Relaxed,
        ..Options::default()
    };
    let before = peak_bytes();
    let database = Database::open_with(folder.join("bulk.ddb"), options).unwrap();
    let page = 4096;
    let connection = database.connect().unwrap();
    connection
        .execute_script(
            "CREATE TABLE t (id bigint PRIMARY KEY, a bigint, body text); CREATE INDEX t_a ON t (a)",
        )
        .unwrap();
    let (mut most_index, mut most_cached) = (0, 0);
    for from in (0..rows).step_by(usize::try_from(per_transaction).unwrap()) {
        let to = (from + per_transaction).min(rows) - 1;
        let sql = "INSERT INTO t SELECT n, n * 7919 % 1000003, 'row number ' || n FROM generate_series($1::bigint, $2) AS s (n)";
        connection.execute(sql, (from, to)).unwrap();
        let metrics = database.metrics();
        most_index = most_index.max(metrics.wal_index_bytes);
        most_cached = most_cached.max(metrics.cached_pages * page);
    }
    let metrics = database.metrics();
    println!(
        "{rows} rows: index {most_index} of {INDEX} bytes, cache {most_cached} of {CACHE}, {} checkpoints, process {before:?} -> {:?}",
        metrics.checkpoints,
        peak_bytes()
    );
    assert!(most_index <= INDEX as u64 && most_index > INDEX as u64 / 4, "{most_index}");
    assert!(most_cached <= CACHE as u64 && most_cached > CACHE as u64 / 2, "{most_cached}");
    assert!(metrics.checkpoints > 2, "{}", metrics.checkpoints);
    let count: i64 = connection.query_row("SELECT count(*) FROM t", (), |row| row.get(0)).unwrap();
    assert_eq!(count, rows);
    if let (Some(before), Some(after)) = (before, peak_bytes()) {
        // What a transaction of so many rows changes, twice, and what a statement may take.
        let allowed = (CACHE + INDEX + (64 << 20)) as u64;
        assert!(after - before <= allowed, "the process has grown by {} bytes", after - before);
    }
    drop(connection);
    database.close().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_bulk_load_stays_within_the_memory_of_cache_and_log_index() {
    load(200_000, 2_000);
}

/// By hand: `cargo test --release -p decentdb-tests --test bulk -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn ten_million_rows_stay_within_the_same_memory() {
    // A transaction of more pages than the index may hold is committed all the same: these stay below that.
    load(10_000_000, 1_000);
}
