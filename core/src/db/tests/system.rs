//! System views: read like tables, changed by nobody.

use super::{connect, fails, rows, says};

#[test]
fn a_system_view_is_read_like_a_table() {
    let connection = connect();
    assert_eq!(rows(&connection, "SELECT level, barrier FROM sys.durability"), ["full|none"]);
    connection.execute("SET durability = normal", ()).expect("a level");
    let sql = "SELECT d.level FROM sys.durability AS d JOIN sys.durability e ON d.level = e.level
               WHERE d.published_commit >= 0 AND NOT d.read_only ORDER BY 1 LIMIT 1";
    assert_eq!(rows(&connection, sql), ["normal"]);
    assert_eq!(rows(&connection, "SELECT count(*), max(poisoned) FROM sys.durability"), ["1|-"]);
    assert_eq!(rows(&connection, "SELECT (SELECT level FROM sys.durability), 1"), ["normal|1"]);
    let lines = rows(&connection, "EXPLAIN SELECT level FROM sys.durability").join("\n");
    assert!(lines.contains("System Scan on durability"), "{lines}");
}

#[test]
fn a_system_view_says_what_is_now_not_what_was_when_planned() {
    let connection = connect();
    let sql = "SELECT published_commit FROM sys.durability";
    let before: i64 = rows(&connection, sql)[0].parse().expect("a number");
    connection.execute_script("CREATE TABLE t (a int); INSERT INTO t VALUES (1);").expect("commits");
    let after: i64 = rows(&connection, sql)[0].parse().expect("a number");
    assert!(after > before, "{before} then {after}");
}

#[test]
fn nobody_changes_a_system_view_or_creates_beside_it() {
    let connection = connect();
    for sql in [
        "INSERT INTO sys.durability (level) VALUES ('full')",
        "UPDATE sys.durability SET level = 'full'",
        "DELETE FROM sys.durability",
        "ALTER TABLE sys.durability ADD COLUMN a int",
        "CREATE INDEX i ON sys.durability (level)",
        "CREATE TABLE sys.mine (a int)",
    ] {
        let error = fails(&connection, sql);
        assert_eq!(error.sqlstate().code(), "42501", "{sql}: {}", says(&error));
    }
    let error = fails(&connection, "SELECT * FROM sys.nothing");
    assert_eq!(says(&error), "42P01: relation \"sys.nothing\" does not exist");
    let error = fails(&connection, "SELECT level FROM durability");
    assert_eq!(error.sqlstate().code(), "42P01", "sys is in no search path");
}
