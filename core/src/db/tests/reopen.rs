//! What is there after closing, or not closing, and opening again.

use super::*;
use crate::env::MemoryVfs;
use crate::env::fault::{Crash, FaultVfs};

fn open(vfs: impl crate::env::Vfs + 'static, seed: u64) -> Database {
    Database::open(Env::simulated(vfs, seed), "test.ddb", options()).expect("opens")
}

const SCHEMA: &str =
    "CREATE TABLE p (id serial PRIMARY KEY, name text NOT NULL UNIQUE, n numeric(10,2) DEFAULT 1.5);
    CREATE TABLE c (a int, b int, p int REFERENCES p ON DELETE CASCADE, PRIMARY KEY (a, b), CHECK (a < b));
    CREATE INDEX c_p ON c (p DESC NULLS LAST)";

#[test]
fn everything_is_there_after_close_and_one_file_is_left() {
    let vfs = MemoryVfs::new();
    let database = open(vfs.clone(), 1);
    let connection = database.connect().expect("connects");
    connection.execute_script(SCHEMA).expect("runs");
    connection
        .execute_script("INSERT INTO p (name) VALUES ('x'), ('y'); INSERT INTO c VALUES (1, 2, 1), (3, 4, 2)")
        .expect("runs");
    database.clone().close().expect("closes");
    assert_eq!(connection.execute("SELECT 1", ()).expect_err("closed").sqlstate().code(), "08003");
    assert_eq!(vfs.names(), ["test.ddb"]);

    let database = open(vfs, 2);
    let connection = database.connect().expect("connects");
    assert_eq!(rows(&connection, "SELECT id, name, n FROM p ORDER BY id"), ["1|x|1.50", "2|y|1.50"]);
    assert_eq!(fails(&connection, "INSERT INTO p (name) VALUES ('x')").constraint(), Some("p_name_key"));
    assert_eq!(fails(&connection, "INSERT INTO c VALUES (5, 4, 1)").constraint(), Some("c_check"));
    assert_eq!(fails(&connection, "INSERT INTO c VALUES (5, 6, 9)").constraint(), Some("c_p_fkey"));
    connection.execute("DELETE FROM p WHERE id = 1", ()).expect("deletes");
    assert_eq!(rows(&connection, "SELECT a FROM c"), ["3"]);
    sound(&database);
}

#[test]
fn a_clean_close_leaves_no_gap_in_a_sequence_a_crash_may() {
    let vfs = FaultVfs::new(3);
    let database = open(vfs.clone(), 1);
    let connection = database.connect().expect("connects");
    connection.execute_script(SCHEMA).expect("runs");
    connection.execute("INSERT INTO p (name) VALUES ('a')", ()).expect("in");
    drop(connection);
    database.close().expect("closes");

    let database = open(vfs.clone(), 2);
    let connection = database.connect().expect("connects");
    connection.execute("INSERT INTO p (name) VALUES ('b')", ()).expect("in");
    assert_eq!(rows(&connection, "SELECT id FROM p ORDER BY id"), ["1", "2"]);

    let crashed = vfs.crash(&Crash::seeded(5));
    let database = open(crashed, 3);
    let connection = database.connect().expect("connects");
    connection.execute("INSERT INTO p (name) VALUES ('c')", ()).expect("in");
    let ids: Vec<i32> = connection.query_as("SELECT id FROM p ORDER BY id", ()).expect("rows");
    assert_eq!(ids.len(), 3, "what was committed is there, and no number came twice: {ids:?}");
    assert!(ids[2] > 2);
    sound(&database);
}

#[test]
fn after_a_crash_at_any_operation_a_prefix_of_the_commits_is_there() {
    // Every operation of the script is a crash point; the database must open, be sound, and hold all
    // acknowledged rows and at most the one that was on its way.
    let total = {
        let vfs = FaultVfs::new(9);
        run_until(&vfs).expect("without a fault it runs");
        vfs.operations()
    };
    for point in 0..total {
        let vfs = FaultVfs::new(9);
        vfs.cut_power_at(point);
        let acknowledged = match run_until(&vfs) {
            Ok(count) | Err(count) => count,
        };
        let crashed = vfs.crash(&Crash::seeded(point));
        let database = match Database::open(Env::simulated(crashed, point), "test.ddb", options()) {
            Ok(database) => database,
            Err(error) => {
                assert!(acknowledged < 0, "point {point}: acknowledged {acknowledged}, but: {error:?}");
                continue;
            }
        };
        let connection = database.connect().expect("connects");
        let found = match connection.query_as::<i64>("SELECT count(*) FROM t", ()) {
            Ok(counts) => counts[0],
            Err(error) => {
                assert_eq!(error.sqlstate().code(), "42P01", "point {point}: {error:?}");
                -1
            }
        };
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "point {point}: {found} of {acknowledged}"
        );
        sound(&database);
    }
}

/// Creates a table and inserts ten rows, one commit each, with a checkpoint among them. Answers the last
/// acknowledged count of rows (-1: no table), in `Err` when the medium failed.
fn run_until(vfs: &FaultVfs) -> Result<i64, i64> {
    let mut acknowledged = -1;
    let database =
        Database::open(Env::simulated(vfs.clone(), 1), "test.ddb", options()).map_err(|_| acknowledged)?;
    let connection = database.connect().map_err(|_| acknowledged)?;
    connection.execute("CREATE TABLE t (a int PRIMARY KEY, b text UNIQUE)", ()).map_err(|_| acknowledged)?;
    acknowledged = 0;
    for a in 0..6_i64 {
        connection
            .execute("INSERT INTO t VALUES ($1, $2)", (a, format!("row {a}")))
            .map_err(|_| acknowledged)?;
        acknowledged += 1;
        if a == 3 {
            database.checkpoint().map_err(|_| acknowledged)?;
        }
    }
    Ok(acknowledged)
}

#[test]
fn a_read_only_database_refuses_changes() {
    let vfs = MemoryVfs::new();
    let database = open(vfs.clone(), 1);
    database
        .connect()
        .expect("connects")
        .execute_script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        .expect("runs");
    database.close().expect("closes");
    let options = Options { read_only: true, create: false, ..options() };
    let database = Database::open(Env::simulated(vfs, 2), "test.ddb", options).expect("opens");
    let connection = database.connect().expect("connects");
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"]);
    assert_eq!(fails(&connection, "DELETE FROM t").sqlstate().code(), "25006");
}

#[test]
fn an_open_transaction_keeps_the_database_from_closing() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script("CREATE TABLE t (a int); BEGIN; INSERT INTO t VALUES (1)").expect("runs");
    assert_eq!(database.clone().close().expect_err("open").sqlstate().code(), "55006");
    connection.execute("COMMIT", ()).expect("commits");
    database.close().expect("closes");
}
