//! Durability levels and readers through SQL and the public face.

use std::sync::Arc;

use super::{options, rows};
use crate::db::{Database, Durability, Options, ReaderPolicy, TransactionOptions};
use crate::env::fault::{FaultVfs, OperationKind};
use crate::env::{Env, ManualClock, Nanos};

fn traced() -> (FaultVfs, Database) {
    let vfs = FaultVfs::new(1);
    let database = Database::open(Env::simulated(vfs.clone(), 1), "test.ddb", options()).expect("opens");
    database.connect().expect("connects").execute_script("CREATE TABLE t (a int)").expect("a table");
    vfs.keep_trace();
    (vfs, database)
}

fn syncs(vfs: &FaultVfs) -> usize {
    vfs.trace().iter().filter(|call| call.kind == OperationKind::Sync).count()
}

#[test]
fn a_transaction_has_a_level_of_its_own_by_sql_and_by_the_builder() {
    let (vfs, database) = traced();
    let connection = database.connect().expect("connects");
    let insert = "INSERT INTO t VALUES (1)";
    let count = |what: &str, expected: usize, run: &dyn Fn()| {
        let before = syncs(&vfs);
        run();
        assert_eq!(syncs(&vfs) - before, expected, "{what}");
    };
    let script = |sql: &str| connection.execute_script(sql).expect(sql);
    count("the database's own level", 1, &|| script(insert));
    for level in ["normal", "relaxed", "none"] {
        count(level, 0, &|| {
            for sql in ["BEGIN", &format!("SET LOCAL durability = {level}"), insert, "COMMIT"] {
                script(sql);
            }
        });
        assert_eq!(rows(&connection, "SHOW durability"), ["full"], "only for that transaction");
    }
    count("and back", 1, &|| script(insert));
    let with_level = |durability| {
        let options = TransactionOptions::default().durability(durability);
        let transaction = connection.transaction_with(options).expect("begins");
        transaction.execute(insert, ()).expect("inserts");
        transaction.commit().expect("commits");
    };
    count("relaxed by the builder", 0, &|| with_level(Durability::Relaxed));
    count("full by the builder", 1, &|| with_level(Durability::Full));
    assert_eq!(rows(&connection, "SHOW durability"), ["full"]);
    connection.execute("SET durability = none", ()).expect("a session's level");
    count("the session's level", 0, &|| script(insert));
    count("full in a session at none", 1, &|| with_level(Durability::Full));
    let transaction =
        connection.transaction_with(TransactionOptions::default().read_only(true)).expect("begins");
    let refused = transaction.execute(insert, ()).expect_err("it only reads");
    assert_eq!(refused.sqlstate().code(), "25006");
    drop(transaction);
    database.sync().expect("syncs");
    let status = database.durability_status();
    assert_eq!(status.synced, status.published);
}

#[test]
fn the_status_tells_what_was_asked_for_and_what_is_had() {
    let open = |durability| {
        let options = Options { durability, ..options() };
        Database::open(Env::memory(1), "test.ddb", options).expect("opens")
    };
    for durability in Durability::ALL {
        let status = open(durability).durability_status();
        assert_eq!(
            (status.requested, status.effective),
            (durability, Durability::None),
            "memory keeps nothing"
        );
        let connection = open(durability).connect().expect("connects");
        let line =
            rows(&connection, "SELECT level, database_level, effective_level, barrier FROM sys.durability");
        assert_eq!(line, [format!("{0}|{0}|none|none", durability.name())]);
    }
    let refused = Database::open(Env::memory(1), "test.ddb", Options::default()).expect_err("no barrier");
    assert_eq!(refused.sqlstate().code(), "0A000", "a host without a barrier is refused unless allowed");
}

#[test]
fn readers_are_listed_under_the_name_of_their_application_and_expire_in_sql_too() {
    let clock = ManualClock::default();
    clock.advance(Nanos(1_000_000_000));
    let env = Env { clock: Arc::new(clock.clone()), ..Env::memory(1) };
    let options = Options {
        reader_policy: ReaderPolicy::Normal,
        reader_warn_millis: 1000,
        reader_expire_millis: 5000,
        ..options()
    };
    let database = Database::open(env, "test.ddb", options).expect("opens");
    let reader = database.connect().expect("connects");
    let writer = database.connect().expect("connects");
    writer
        .execute_script("CREATE TABLE t (a int); INSERT INTO t SELECT 1 FROM (VALUES (1), (2)) AS v")
        .expect("rows");
    for _ in 0..12 {
        writer.execute("INSERT INTO t SELECT a FROM t", ()).expect("doubles");
    }
    reader.execute("SET application_name = 'monthly report'", ()).expect("a name");
    let mut streaming = reader.query("SELECT a FROM t", ()).expect("begins");
    assert!(streaming.next().expect("a row").is_some());
    clock.advance(Nanos(2_000_000_000));
    writer.execute("INSERT INTO t VALUES (3)", ()).expect("a newer commit");
    let seen = rows(
        &writer,
        "SELECT label, state, age_millis, pinned_pages > 0, pinned_bytes > 0 FROM sys.readers WHERE label <> ''",
    );
    assert_eq!(seen, ["monthly report|overdue|2000|t|t"]);
    assert_eq!(rows(&writer, "SELECT value FROM sys.metrics WHERE name = 'overdue_readers'"), ["1"]);
    clock.advance(Nanos(4_000_000_000));
    database.step().expect("steps");
    assert_eq!(rows(&writer, "SELECT state FROM sys.readers WHERE label IS NOT NULL"), ["expired"]);
    let mut rest = 0;
    let error = loop {
        match streaming.next() {
            Ok(Some(_)) => rest += 1,
            Ok(None) => panic!("an ended reader comes to no end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.sqlstate().code(), "72000");
    assert_eq!(error.kind(), crate::error::ErrorKind::Retry);
    assert!(rest < 100, "only the rest of the batch it had: {rest}");
    drop(streaming);
    assert_eq!(rows(&reader, "SELECT count(*) FROM t"), ["8193"], "and the next statement reads what is now");
    assert_eq!(database.readers(), []);
}

#[test]
fn a_sorted_result_in_memory_ends_with_its_reader_too() {
    let database = super::database();
    let connection = database.connect().expect("connects");
    connection
        .execute_script("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3), (4)")
        .expect("rows");
    for _ in 0..8 {
        connection.execute("INSERT INTO t SELECT a FROM t", ()).expect("doubles");
    }
    let mut sorted = connection.query("SELECT a FROM t ORDER BY a DESC", ()).expect("begins");
    assert!(sorted.next().expect("a row").is_some());
    // Every page has been read: no page access would notice.
    let other = database.connect().expect("connects");
    other.execute("INSERT INTO t VALUES (9)", ()).expect("a newer commit");
    assert!(database.expire_readers() >= 1);
    let error = loop {
        match sorted.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("an ended reader comes to no end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.sqlstate().code(), "72000");
}

#[test]
fn figures_count_what_happened() {
    let (_, database) = traced();
    let connection = database.connect().expect("connects");
    let before = database.metrics();
    for value in 0..5 {
        connection.execute("INSERT INTO t VALUES ($1)", (value,)).expect("inserts");
    }
    let transaction = connection.transaction().expect("begins");
    transaction.execute("INSERT INTO t VALUES (9)", ()).expect("inserts");
    transaction.rollback().expect("rolls back");
    database.checkpoint().expect("checkpoints");
    let after = database.metrics();
    assert_eq!(after.commits - before.commits, 5);
    assert_eq!(after.rollbacks - before.rollbacks, 1);
    assert_eq!(after.checkpoints - before.checkpoints, 1);
    assert_eq!(after.log_barriers - before.log_barriers, 5);
    assert_eq!(after.db_barriers - before.db_barriers, 3);
    assert!(after.wal_frames >= before.wal_frames + 5 && after.wal_bytes > before.wal_bytes);
    assert!(after.checkpoint_pages > 0 && after.cache_hits > before.cache_hits);
    assert_eq!(after.commit_latency.iter().sum::<u64>(), after.commits);
    let named = rows(&connection, "SELECT value FROM sys.metrics WHERE name = 'commits'");
    assert_eq!(named, [after.commits.to_string()]);
    let classes =
        rows(&connection, "SELECT sum(commits), count(*), count(below_micros) FROM sys.commit_latency");
    assert_eq!(classes, [format!("{}|24|23", after.commits)]);
    let wal = rows(&connection, "SELECT images, checkpointed_commit = published_commit FROM sys.wal");
    assert_eq!(wal, ["0|t"]);
    assert_eq!(rows(&connection, "SELECT schema, name, columns FROM sys.tables"), ["public|t|1"]);
}

#[test]
fn a_long_value_is_read_in_runs_and_not_page_by_page() {
    let vfs = FaultVfs::new(2);
    let env = Env::simulated(vfs.clone(), 2);
    let database = Database::open(env.clone(), "test.ddb", options()).expect("opens");
    let connection = database.connect().expect("connects");
    connection.execute("CREATE TABLE t (a int PRIMARY KEY, b text)", ()).expect("a table");
    let long: String = (0..1_000_000_u32).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
    connection.execute("INSERT INTO t VALUES (1, $1)", (long.as_str(),)).expect("a row");
    drop(connection);
    database.close().expect("closes");
    let database = Database::open(env, "test.ddb", options()).expect("opens again");
    let connection = database.connect().expect("connects");
    vfs.keep_trace();
    let read: String =
        connection.query_row("SELECT b FROM t WHERE a = 1", (), |row| row.get(0)).expect("the value");
    assert!(read == long, "the value is what was written");
    let reads = vfs.trace().iter().filter(|call| call.kind == OperationKind::Read).count();
    // About 246 pages: four runs of 64, and the few pages that lead to them.
    assert!(reads <= 10, "{reads} reads");
}
