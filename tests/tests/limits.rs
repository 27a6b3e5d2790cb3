//! Statements that ask for more memory than a statement may have are refused: nothing is aborted.

use decentdb::{Connection, Database};

fn connection() -> (Database, Connection) {
    let database = Database::memory().expect("a database");
    let connection = database.connect().expect("a connection");
    (database, connection)
}

#[test]
fn long_values_of_many_rows_are_refused_before_they_fill_the_memory() {
    let (_database, connection) = connection();
    connection.execute("CREATE TABLE t (x text)", ()).expect("a table");
    connection.execute("INSERT INTO t VALUES ('x')", ()).expect("a row");
    for sql in [
        "SELECT sum(length(repeat('x', 20000000 + g))) FROM generate_series(1, 1000) g",
        "SELECT sum(length(repeat('x', 20000000) || g)) FROM generate_series(1, 1000) g",
        "SELECT sum(length(lpad(g::text, 20000000))) FROM generate_series(1, 1000) g",
        "SELECT count(*) FROM (SELECT repeat(x, 20000000 + g) AS y FROM t, generate_series(1, 1000) g) z WHERE y <> ''",
    ] {
        let error = connection.execute(sql, ()).expect_err(sql);
        assert_eq!(error.sqlstate().code(), "53200", "{sql}: {error:?}");
    }
    let one: i32 = connection.query_row("SELECT 1", (), |row| row.get(0)).expect("the session goes on");
    assert_eq!(one, 1);
}

// A batch of 1,024 of them would be 4 GB.
#[test]
fn long_rows_are_read_a_few_at_a_time() {
    let (_database, connection) = connection();
    connection.execute("CREATE TABLE t (id int PRIMARY KEY, x text)", ()).expect("a table");
    for id in 0..100 {
        connection.execute("INSERT INTO t VALUES ($1, repeat('x', 4000000))", (id,)).expect("a row");
    }
    let bytes: i64 =
        connection.query_row("SELECT sum(length(x)) FROM t", (), |row| row.get(0)).expect("a sum");
    assert_eq!(bytes, 400_000_000);
}
