//! Transactions, savepoints, and what a rollback brings back.

use super::*;

const T: &str = "CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'one')";

#[test]
fn what_is_rolled_back_never_was() {
    let connection = with(T);
    connection
        .execute_script("BEGIN; INSERT INTO t VALUES (2, 'two'); UPDATE t SET b = 'x' WHERE a = 1; ROLLBACK")
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT * FROM t"), ["1|one"]);
    connection.execute_script("BEGIN; INSERT INTO t VALUES (2, 'two'); COMMIT").expect("runs");
    assert_eq!(rows(&connection, "SELECT * FROM t ORDER BY a"), ["1|one", "2|two"]);
}

#[test]
fn others_see_a_transaction_when_it_commits() {
    let database = database();
    let (first, second) = (database.connect().expect("connects"), database.connect().expect("connects"));
    first.execute_script(T).expect("runs");
    first.execute_script("BEGIN; INSERT INTO t VALUES (2, 'two')").expect("runs");
    assert_eq!(rows(&first, "SELECT count(*) FROM t"), ["2"], "its own changes are seen");
    assert_eq!(rows(&second, "SELECT count(*) FROM t"), ["1"], "by nobody else");
    second.execute("BEGIN", ()).expect("begins");
    assert_eq!(rows(&second, "SELECT count(*) FROM t"), ["1"]);
    first.execute("COMMIT", ()).expect("commits");
    assert_eq!(rows(&second, "SELECT count(*) FROM t"), ["2"], "read committed: a snapshot per statement");
}

#[test]
fn a_second_writer_is_refused_when_it_cannot_wait() {
    let database = database();
    let (first, second) = (database.connect().expect("connects"), database.connect().expect("connects"));
    first.execute_script(T).expect("runs");
    first.execute_script("BEGIN; INSERT INTO t VALUES (2, 'two')").expect("runs");
    let error = second.execute("INSERT INTO t VALUES (3, 'three')", ()).expect_err("the writer is taken");
    assert_eq!(error.sqlstate().code(), "55P03");
    first.execute("ROLLBACK", ()).expect("rolls back");
    second.execute("INSERT INTO t VALUES (3, 'three')", ()).expect("the writer is free");
}

#[test]
fn after_an_error_only_rollback_helps() {
    let connection = with(T);
    connection.execute("BEGIN", ()).expect("begins");
    connection.execute("INSERT INTO t VALUES (2, 'two')", ()).expect("in");
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (1, 'again')").sqlstate().code(), "23505");
    let aborted = "25P02: current transaction is aborted, commands ignored until end of transaction block";
    for sql in
        ["SELECT 1", "INSERT INTO t VALUES (5, 'x')", "BEGIN", "SAVEPOINT s", "SELECT nothing FROM nowhere"]
    {
        assert_eq!(says(&fails(&connection, sql)), aborted, "{sql}");
    }
    assert_eq!(fails(&connection, "SELEC").sqlstate().code(), "42601", "syntax comes first");
    assert!(connection.is_failed());
    let outcome = connection.run("COMMIT", &[]).expect("ends it");
    assert_eq!(outcome.tag, "ROLLBACK");
    assert!(!connection.in_transaction());
    assert_eq!(rows(&connection, "SELECT count(*) FROM t"), ["1"]);
}

#[test]
fn an_error_of_any_kind_fails_the_transaction() {
    for wrong in ["SELECT x FROM t", "SELECT 1 / 0", "SELEC", "SELECT a FROM nowhere", "RELEASE nothing"] {
        let connection = with(T);
        connection.execute("BEGIN", ()).expect("begins");
        assert!(connection.execute(wrong, ()).is_err(), "{wrong}");
        assert!(connection.is_failed(), "{wrong}");
        connection.execute("ROLLBACK", ()).expect("ends it");
    }
}

#[test]
fn savepoints_undo_what_came_after_them() {
    let connection = with(T);
    connection
        .execute_script(
            "BEGIN; INSERT INTO t VALUES (2, 'two'); SAVEPOINT s; INSERT INTO t VALUES (3, 'three');
             SAVEPOINT s; INSERT INTO t VALUES (4, 'four'); ROLLBACK TO s; INSERT INTO t VALUES (5, 'five');
             RELEASE s; ROLLBACK TO s; INSERT INTO t VALUES (6, 'six'); COMMIT",
        )
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2", "6"]);
}

#[test]
fn a_savepoint_brings_a_failed_transaction_back() {
    let connection = with(T);
    connection.execute_script("BEGIN; INSERT INTO t VALUES (2, 'two'); SAVEPOINT s").expect("runs");
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (1, 'again')").sqlstate().code(), "23505");
    connection.execute_script("ROLLBACK TO s; INSERT INTO t VALUES (3, 'three'); COMMIT").expect("goes on");
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2", "3"]);
}

#[test]
fn a_savepoint_set_before_any_change_undoes_all_of_them() {
    let connection = with(T);
    connection
        .execute_script("BEGIN; SAVEPOINT s; INSERT INTO t VALUES (2, 'two'); ROLLBACK TO s; COMMIT")
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"]);
}

#[test]
fn savepoints_outside_a_transaction_are_refused() {
    let connection = with(T);
    for (sql, name) in [
        ("SAVEPOINT s", "SAVEPOINT"),
        ("RELEASE s", "RELEASE SAVEPOINT"),
        ("ROLLBACK TO s", "ROLLBACK TO SAVEPOINT"),
    ] {
        let error = fails(&connection, sql);
        assert_eq!(says(&error), format!("25P01: {name} can only be used in transaction blocks"));
    }
    connection.execute("BEGIN", ()).expect("begins");
    assert_eq!(says(&fails(&connection, "ROLLBACK TO s")), "3B001: savepoint \"s\" does not exist");
}

#[test]
fn transaction_control_out_of_place_warns() {
    let connection = with(T);
    let notices = |sql: &str| {
        let outcome = connection.run(sql, &[]).expect("runs");
        outcome
            .notices
            .into_iter()
            .map(|n| format!("{} {}: {}", n.severity, n.sqlstate, n.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(notices("COMMIT"), ["WARNING 25P01: there is no transaction in progress"]);
    assert_eq!(notices("ROLLBACK"), ["WARNING 25P01: there is no transaction in progress"]);
    assert!(notices("BEGIN").is_empty());
    assert_eq!(notices("BEGIN"), ["WARNING 25001: there is already a transaction in progress"]);
}

#[test]
fn a_script_is_one_transaction_unless_it_says_otherwise() {
    let connection = with(T);
    assert!(
        connection
            .execute_script("INSERT INTO t VALUES (2, 'two'); INSERT INTO t VALUES (1, 'again')")
            .is_err()
    );
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"], "the first insert went with the second");
    assert!(
        connection
            .execute_script(
                "INSERT INTO t VALUES (2, 'two'); COMMIT; INSERT INTO t VALUES (3, 'x'); SELECT 1 / 0"
            )
            .is_err()
    );
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2"], "what was committed stays");
    assert!(!connection.in_transaction());
    connection
        .execute_script("INSERT INTO t VALUES (4, 'x'); BEGIN; INSERT INTO t VALUES (5, 'x')")
        .expect("runs");
    assert!(connection.in_transaction(), "the block is still open");
    connection.execute("ROLLBACK", ()).expect("rolls back");
    assert_eq!(
        rows(&connection, "SELECT a FROM t ORDER BY a"),
        ["1", "2"],
        "and what came before is part of it"
    );
}

#[test]
fn a_read_only_transaction_changes_nothing() {
    let connection = with(T);
    connection.execute("BEGIN READ ONLY", ()).expect("begins");
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"]);
    let error = fails(&connection, "DELETE FROM t");
    assert_eq!(says(&error), "25006: cannot execute DELETE in a read-only transaction");
}

#[test]
fn a_dropped_transaction_rolls_back() {
    let connection = with(T);
    {
        let transaction = connection.transaction().expect("begins");
        transaction.execute("INSERT INTO t VALUES (2, 'two')", ()).expect("in");
    }
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"]);
    let transaction = connection.transaction().expect("begins");
    transaction.execute("INSERT INTO t VALUES (2, 'two')", ()).expect("in");
    transaction.commit().expect("commits");
    let transaction = connection.transaction().expect("begins");
    transaction.execute("INSERT INTO t VALUES (2, 'again')", ()).expect_err("taken");
    assert_eq!(transaction.commit().expect_err("nothing to commit").sqlstate().code(), "25P02");
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2"]);
}

#[test]
fn definitions_roll_back_with_their_transaction() {
    let connection = with(T);
    connection
        .execute_script(
            "BEGIN; CREATE TABLE u (x int PRIMARY KEY); CREATE INDEX i ON t (b); INSERT INTO u VALUES (1);
             DROP TABLE t; ROLLBACK",
        )
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT * FROM t"), ["1|one"]);
    assert_eq!(says(&fails(&connection, "SELECT * FROM u")), "42P01: relation \"u\" does not exist");
    connection
        .execute_script("CREATE TABLE u (y text); INSERT INTO u VALUES ('z')")
        .expect("the name is free");
    assert_eq!(rows(&connection, "SELECT y FROM u"), ["z"]);
}

#[test]
fn a_rolled_back_definition_leaves_no_plan_behind() {
    // The same schema version is used again by another definition: a plan kept for the first would read
    // pages of the second.
    let connection = with(T);
    connection.execute("BEGIN", ()).expect("begins");
    connection.execute_script("CREATE TABLE u (x int); INSERT INTO u VALUES (1)").expect("runs");
    assert_eq!(rows(&connection, "SELECT * FROM u"), ["1"]);
    connection.execute("ROLLBACK", ()).expect("rolls back");
    connection
        .execute_script("CREATE TABLE u (x text, y text); INSERT INTO u VALUES ('a', 'b')")
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT * FROM u"), ["a|b"]);
    connection
        .execute_script("BEGIN; SAVEPOINT s; DROP TABLE u; CREATE TABLE u (z int); ROLLBACK TO s")
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT * FROM u"), ["a|b"]);
    connection.execute("COMMIT", ()).expect("commits");
    assert_eq!(rows(&connection, "SELECT * FROM u"), ["a|b"]);
}

#[test]
fn others_do_not_see_a_definition_before_it_commits() {
    let database = database();
    let (first, second) = (database.connect().expect("connects"), database.connect().expect("connects"));
    first.execute_script("BEGIN; CREATE TABLE u (x int)").expect("runs");
    assert_eq!(fails(&second, "SELECT * FROM u").sqlstate().code(), "42P01");
    first.execute("COMMIT", ()).expect("commits");
    assert!(rows(&second, "SELECT * FROM u").is_empty());
}
