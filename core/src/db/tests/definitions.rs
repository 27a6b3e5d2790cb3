//! Tables, indexes and what DROP takes with it.

use super::*;
use crate::error::SqlState;

#[test]
fn an_index_is_built_from_the_rows_there_are() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script("CREATE TABLE t (a int, b text)").expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("plans");
    connection.execute("BEGIN", ()).expect("begins");
    for a in 0..3000 {
        insert.execute((a % 100, format!("text {}", a * 7919 % 3000))).expect("in");
    }
    connection.execute("COMMIT", ()).expect("commits");
    connection.execute_script("CREATE INDEX t_a ON t (a); CREATE UNIQUE INDEX t_b ON t (b)").expect("builds");
    sound(&database);
    assert_eq!(rows(&connection, "SELECT count(*) FROM t WHERE a = 7"), ["30"]);
    assert_eq!(rows(&connection, "SELECT a FROM t WHERE b = 'text 2999'").len(), 1);
    let error = fails(&connection, "CREATE UNIQUE INDEX t_a2 ON t (a)");
    assert_eq!(says(&error), "23505: could not create unique index \"t_a2\"");
    assert_eq!(error.detail(), Some("Key (a)=(0) is duplicated."));
    sound(&database);
    connection.execute_script("DROP INDEX t_a; DROP TABLE t").expect("drops");
    sound(&database);
}

#[test]
fn names_that_are_taken_are_refused() {
    let connection = with("CREATE TABLE t (a int PRIMARY KEY); CREATE INDEX i ON t (a)");
    for sql in ["CREATE TABLE t (b int)", "CREATE TABLE i (b int)", "CREATE TABLE t_pkey (b int)"] {
        let error = fails(&connection, sql);
        assert_eq!(error.sqlstate().code(), "42P07", "{sql}");
        assert!(error.message().starts_with("relation \"") && error.message().ends_with("\" already exists"));
    }
    let outcome = connection.run("CREATE TABLE IF NOT EXISTS t (z int)", &[]).expect("skips");
    assert_eq!(outcome.tag, "CREATE TABLE");
    assert_eq!(outcome.notices[0].message, "relation \"t\" already exists, skipping");
}

#[test]
fn dropping_what_others_need_is_refused_or_cascades() {
    let connection = with(
        "CREATE TABLE p (id int PRIMARY KEY, b text UNIQUE); CREATE TABLE c (p int REFERENCES p);
         INSERT INTO p VALUES (1, 'x'); INSERT INTO c VALUES (1)",
    );
    let error = fails(&connection, "DROP TABLE p");
    assert_eq!(says(&error), "2BP01: cannot drop table p because other objects depend on it");
    assert_eq!(error.detail(), Some("constraint c_p_fkey on table c depends on table p"));
    let error = fails(&connection, "DROP INDEX p_b_key");
    assert_eq!(
        says(&error),
        "2BP01: cannot drop index p_b_key because constraint p_b_key on table p requires it"
    );
    let outcome = connection.run("DROP TABLE p CASCADE", &[]).expect("cascades");
    assert_eq!(outcome.notices[0].message, "drop cascades to constraint c_p_fkey on table c");
    connection.execute("INSERT INTO c VALUES (99)", ()).expect("refers to nothing now");
}

#[test]
fn constraints_added_later_look_at_the_rows_there_are() {
    let connection = with(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int);
         INSERT INTO p VALUES (1), (2); INSERT INTO t VALUES (1, 1), (2, 1), (3, NULL)",
    );
    let error = fails(&connection, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)");
    assert_eq!(says(&error), "23503: insert or update on table \"t\" violates foreign key constraint \"f\"");
    assert_eq!(error.detail(), Some("Key (a)=(3) is not present in table \"p\"."));
    let error = fails(&connection, "ALTER TABLE t ADD UNIQUE (b)");
    assert_eq!(says(&error), "23505: could not create unique index \"t_b_key\"");
    let error = fails(&connection, "ALTER TABLE t ADD CHECK (a < 3)");
    assert_eq!(
        says(&error),
        "23514: check constraint \"t_a_check\" of relation \"t\" is violated by some row"
    );
    let error = fails(&connection, "ALTER TABLE t ADD PRIMARY KEY (b)");
    assert_eq!(error.sqlstate().code(), "23505", "the index is built before NULLs are looked for");
    connection
        .execute_script(
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES p; ALTER TABLE t ADD PRIMARY KEY (a);
             ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)",
        )
        .expect("these hold");
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (4, 9)").constraint(), Some("f"));
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (1, 1)").constraint(), Some("t_pkey"));
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (-1, 1)").constraint(), Some("k"));
    assert_eq!(fails(&connection, "INSERT INTO t (b) VALUES (1)").sqlstate().code(), "23502");
    connection
        .execute_script("ALTER TABLE t DROP CONSTRAINT k; INSERT INTO t VALUES (-1, 1)")
        .expect("it is gone");
}

#[test]
fn a_table_is_made_from_a_query() {
    let connection =
        with("CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')");
    let outcome = connection
        .run("CREATE TABLE u AS SELECT b, a * 2 AS twice FROM t WHERE a > 1 ORDER BY a DESC", &[])
        .expect("makes");
    assert_eq!((outcome.tag.as_str(), outcome.affected), ("SELECT 2", 2));
    assert_eq!(rows(&connection, "SELECT twice, b FROM u"), ["6|z", "4|y"]);
}

#[test]
fn a_wide_table_with_long_values_keeps_them() {
    let database = database();
    let connection = database.connect().expect("connects");
    let columns: Vec<String> = (0..300).map(|at| format!("c{at} text")).collect();
    connection
        .execute_script(&format!("CREATE TABLE t (id int PRIMARY KEY, {})", columns.join(", ")))
        .expect("makes");
    let long = "\u{20ac}".repeat(30_000);
    connection
        .execute(
            "INSERT INTO t (id, c0, c150, c299) VALUES ($1, $2, 'mid', $3)",
            (1, long.as_str(), long.as_str()),
        )
        .expect("in");
    let back: String =
        connection.query_row("SELECT c299 FROM t WHERE c150 = 'mid'", (), |row| row.get(0)).expect("row");
    assert!(back == long);
    connection.execute("UPDATE t SET c0 = 'short'", ()).expect("changes");
    sound(&database);
    connection.execute("DELETE FROM t", ()).expect("deletes");
    sound(&database);
}

#[test]
fn explain_of_create_table_as_creates_nothing() {
    let connection = with("CREATE TABLE t (a int)");
    assert!(rows(&connection, "EXPLAIN CREATE TABLE copy AS SELECT a FROM t")[0].contains("Scan"));
    assert_eq!(fails(&connection, "SELECT * FROM copy").sqlstate(), SqlState::UNDEFINED_TABLE);
    assert_eq!(fails(&connection, "EXPLAIN CREATE TABLE other (a int)").sqlstate(), SqlState::SYNTAX_ERROR);
    assert_eq!(fails(&connection, "SELECT * FROM other").sqlstate(), SqlState::UNDEFINED_TABLE);
}

#[test]
fn indexes_of_expressions_and_of_some_rows_are_used_and_verified() {
    let database = database();
    let connection = database.connect().expect("connects");
    let script = "CREATE TABLE t (id int PRIMARY KEY, name text, active bool, n int);
         INSERT INTO t SELECT i, 'Name' || i, i % 2 = 0, i FROM generate_series(1, 500) i;
         CREATE INDEX t_lower ON t (lower(name)); CREATE INDEX t_some ON t (n) WHERE active AND n > 10";
    connection.execute_script(script).expect("runs");
    let explained = |sql: &str| rows(&connection, &format!("EXPLAIN {sql}")).join(" ");
    let by = |sql: &str, index: &str| explained(sql).contains(index);
    assert!(by("SELECT * FROM t WHERE lower(name) = 'name7'", "t_lower"));
    assert!(by("SELECT * FROM t WHERE n = 20 AND n > 10 AND active", "t_some"));
    assert!(!by("SELECT * FROM t WHERE n = 20 AND active", "t_some"));
    assert!(!by("SELECT * FROM t WHERE n = 20", "t_some"));
    assert!(!by("SELECT * FROM t ORDER BY n LIMIT 1", "t_some"));
    connection
        .execute_script(
            "UPDATE t SET active = NOT active WHERE id < 100; DELETE FROM t WHERE id % 7 = 0;
             ALTER TABLE t ADD COLUMN more int; UPDATE t SET n = n - 5",
        )
        .expect("runs");
    let found = rows(&connection, "SELECT count(*) FROM t WHERE active AND n > 10 AND n = 16");
    assert_eq!(
        found,
        rows(&connection, "SELECT count(*) FROM t WHERE n = 16 AND active AND (n > 10) IS TRUE")
    );
    sound(&database);
}
