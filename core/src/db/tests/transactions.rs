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

#[test]
fn a_nested_transaction_is_undone_alone_and_kept_with_the_outer_one() {
    let connection = with(T);
    let outer = connection.transaction().expect("begins");
    outer.execute("INSERT INTO t VALUES (2, 'two')", ()).expect("in");
    {
        let dropped = outer.transaction().expect("nests");
        dropped.execute("INSERT INTO t VALUES (3, 'three')", ()).expect("in");
        let deeper = dropped.transaction().expect("nests again");
        deeper.execute("INSERT INTO t VALUES (4, 'four')", ()).expect("in");
        deeper.commit().expect("a part of the one around it");
    }
    assert_eq!(rows(&outer, "SELECT a FROM t ORDER BY a"), ["1", "2"]);
    let kept = outer.transaction().expect("nests");
    kept.execute("INSERT INTO t VALUES (5, 'five')", ()).expect("in");
    kept.commit().expect("kept");
    let undone = outer.transaction().expect("nests");
    undone.execute("INSERT INTO t VALUES (6, 'six')", ()).expect("in");
    undone.rollback().expect("undone");
    let failed = outer.transaction().expect("nests");
    failed.execute("INSERT INTO t VALUES (1, 'again')", ()).expect_err("taken");
    assert_eq!(failed.commit().expect_err("it had failed").sqlstate().code(), "25P02");
    assert!(!outer.is_failed(), "only the nested one had");
    outer.commit().expect("commits");
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2", "5"]);
}

#[test]
fn a_transaction_inside_a_textual_begin_leaves_its_end_to_its_owner() {
    let connection = with(T);
    connection.execute_script("BEGIN; INSERT INTO t VALUES (2, 'two')").expect("runs");
    let inner = connection.transaction().expect("nests");
    inner.execute("INSERT INTO t VALUES (3, 'three')", ()).expect("in");
    inner.commit().expect("a part of it");
    assert!(connection.in_transaction(), "the caller's transaction is the caller's");
    connection.execute("ROLLBACK", ()).expect("rolls back");
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"]);
    let options = crate::db::TransactionOptions::default();
    let outer = connection.transaction().expect("begins");
    for asked in [options.read_only(true), options.durability(crate::db::Durability::None)] {
        assert_eq!(outer.transaction_with(asked).expect_err("nested").sqlstate().code(), "25001");
    }
    let inner = outer.transaction().expect("nests");
    let refused = inner.set_durability(crate::db::Durability::None).expect_err("nested");
    assert_eq!(refused.sqlstate().code(), "25001");
}

#[test]
fn a_transaction_that_was_ended_from_inside_does_not_commit() {
    let connection = with(T);
    for inside in ["ROLLBACK", "COMMIT", "ROLLBACK; BEGIN"] {
        for commits in [true, false] {
            let transaction = connection.transaction().expect("begins");
            transaction.execute("DELETE FROM t WHERE a > 1", ()).expect("runs");
            for sql in inside.split("; ") {
                transaction.execute(sql, ()).expect("runs");
            }
            let open = connection.in_transaction();
            let ended = if commits { transaction.commit() } else { transaction.rollback() };
            let error = ended.expect_err("it is gone");
            assert_eq!(says(&error), "25P01: the transaction was ended by a statement inside it", "{inside}");
            assert_eq!(connection.in_transaction(), open, "another transaction is not touched");
            connection.execute("ROLLBACK", ()).expect("rolls back");
        }
    }
    let transaction = connection.transaction().expect("begins");
    transaction.execute("ROLLBACK", ()).expect("runs");
    transaction.execute("BEGIN", ()).expect("another one");
    drop(transaction);
    assert!(connection.in_transaction(), "a drop ends only what it began");
}

#[test]
fn a_nested_transaction_that_was_ended_from_inside_does_not_commit() {
    let connection = with(T);
    for inside in ["ROLLBACK", "ROLLBACK TO s", "RELEASE s"] {
        let outer = connection.transaction().expect("begins");
        outer.execute("SAVEPOINT s", ()).expect("sets");
        let inner = outer.transaction().expect("nests");
        inner.execute("INSERT INTO t VALUES (2, 'two')", ()).expect("in");
        inner.execute(inside, ()).expect("runs");
        let error = inner.commit().expect_err("it is gone");
        assert_eq!(says(&error), "25P01: the nested transaction was ended by a statement inside it");
        assert_eq!(outer.commit().is_ok(), inside != "ROLLBACK", "{inside}");
    }
    assert_eq!(rows(&connection, "SELECT a FROM t"), ["1", "2"], "RELEASE keeps what it covers");
}

#[test]
fn undoing_a_transaction_ends_the_statement_that_runs_in_it() {
    let connection = with(T);
    let values: Vec<String> = (1..60).map(|value| format!("({value})")).collect();
    let source = format!("(VALUES {})", values.join(", "));
    let insert = format!("INSERT INTO t SELECT a * 60 + b, 'x' FROM {source} v(a), {source} w(b)");
    for nested in [false, true] {
        let outer = connection.transaction().expect("begins");
        let inner = nested.then(|| outer.transaction().expect("nests"));
        let mut portal = outer.portal(&insert, ()).expect("begins");
        assert!(matches!(portal.step(1), Ok(crate::db::PortalStep::Yield)), "a slice of it");
        let refused = outer.transaction().expect_err("a statement runs");
        assert_eq!(refused.sqlstate().code(), "55006");
        drop(inner);
        let ended = if nested { outer.commit() } else { outer.rollback() };
        ended.expect("nothing runs any more");
        assert_eq!(portal.step(1).expect_err("undone").sqlstate().code(), "25P01");
        drop(portal);
        assert!(!connection.in_transaction());
        assert_eq!(rows(&connection, "SELECT a FROM t"), ["1"]);
    }
}

#[test]
fn a_dropped_connection_rolls_back_whatever_shares_its_session() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script(T).expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, 'x')").expect("plans");
    connection.execute("BEGIN", ()).expect("begins");
    insert.execute((2,)).expect("in");
    drop(connection);
    let other = database.connect().expect("connects");
    other.execute("INSERT INTO t VALUES (3, 'three')", ()).expect("the writer is free");
    assert_eq!(rows(&other, "SELECT a FROM t ORDER BY a"), ["1", "3"]);
    insert.execute((4,)).expect("a statement that stayed runs on its own");
    assert_eq!(rows(&other, "SELECT a FROM t ORDER BY a"), ["1", "3", "4"]);
}

#[test]
fn what_ends_a_failed_transaction_is_seen_through_comments() {
    let connection = with(T);
    for (sql, open) in [
        ("/* x */ ROLLBACK", false),
        ("-- x\n commit", false),
        ("/* a /* b */ */ abort", false),
        ("/**/ end /**/", false),
        ("/* x */ ROLLBACK /* y */ TO s", true),
    ] {
        for prepared in [false, true] {
            connection.execute_script("BEGIN; SAVEPOINT s").expect("begins");
            fails(&connection, "SELECT 1 / 0");
            let ran = if prepared {
                connection.prepare(sql).and_then(|statement| statement.execute(()))
            } else {
                connection.execute(sql, ())
            };
            ran.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            assert!(!connection.is_failed(), "{sql}");
            assert_eq!(connection.in_transaction(), open, "{sql}");
            connection.execute("ROLLBACK", ()).expect("rolls back");
        }
    }
    connection.execute("BEGIN", ()).expect("begins");
    fails(&connection, "SELECT 1 / 0");
    for sql in ["/* rollback */ SELECT 1", "ROLLBACK PREPARED 'x'", "COMMIT PREPARED 'x'"] {
        assert!(connection.execute(sql, ()).is_err(), "{sql}");
        assert!(connection.is_failed(), "{sql}");
    }
}

#[test]
fn a_level_set_for_one_transaction_is_forgotten_at_its_end() {
    use crate::db::Durability;
    let connection = with(T);
    let shown = || rows(&connection, "SHOW durability").concat();
    let level = |commits: bool| {
        let transaction = connection.transaction().expect("begins");
        transaction.set_durability(Durability::None).expect("sets");
        assert_eq!(rows(&transaction, "SHOW durability"), ["none"]);
        if commits { transaction.commit() } else { transaction.rollback() }.expect("ends");
    };
    level(true);
    assert_eq!(shown(), "full");
    level(false);
    assert_eq!(shown(), "full");
    let transaction = connection.transaction().expect("begins");
    transaction.set_durability(Durability::None).expect("for this one");
    connection.set_durability(Durability::Relaxed);
    transaction.commit().expect("commits");
    assert_eq!(shown(), "relaxed", "what the session was told meanwhile holds after it");
    let transaction = connection.transaction().expect("begins");
    transaction.execute("ROLLBACK", ()).expect("ends it");
    let refused = transaction.set_durability(Durability::None).expect_err("it is gone");
    assert_eq!(refused.sqlstate().code(), "25P01");
}
