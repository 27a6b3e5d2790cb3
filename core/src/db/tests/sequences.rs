//! Numbers that are never given twice.

use super::*;

#[test]
fn identity_and_serial_columns_count() {
    let connection = with(
        "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
         CREATE TABLE s (id serial PRIMARY KEY, v text);
         INSERT INTO t (v) VALUES ('a'), ('b'); INSERT INTO s (v) VALUES ('a'); INSERT INTO s (v) VALUES ('b')",
    );
    assert_eq!(rows(&connection, "SELECT id, v FROM t ORDER BY id"), ["1|a", "2|b"]);
    assert_eq!(rows(&connection, "SELECT id, v FROM s ORDER BY id"), ["1|a", "2|b"]);
    assert_eq!(rows(&connection, "SELECT currval('s_id_seq')"), ["2"]);
    assert_eq!(rows(&connection, "SELECT nextval('t_id_seq')"), ["3"]);
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (9, 'x')").sqlstate().code(), "428C9");
    let id: i64 = connection
        .query_row("INSERT INTO t (v) VALUES ('c') RETURNING id", (), |row| row.get(0))
        .expect("returns");
    assert_eq!(id, 4);
}

#[test]
fn a_rollback_does_not_give_numbers_back() {
    let connection = with("CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a')");
    connection
        .execute_script("BEGIN; INSERT INTO t (v) VALUES ('b'); ROLLBACK; INSERT INTO t (v) VALUES ('c')")
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT id FROM t ORDER BY id"), ["1", "3"]);
}

#[test]
fn a_sequence_made_and_rolled_back_starts_anew() {
    // The ids of a rolled back transaction are given again: state kept for the first sequence would be
    // taken for the second's.
    let connection = connect();
    connection
        .execute_script(
            "BEGIN; CREATE TABLE t (id serial, v text); INSERT INTO t (v) VALUES ('a'), ('b'); ROLLBACK",
        )
        .expect("runs");
    connection
        .execute_script("CREATE TABLE t (id serial, v text); INSERT INTO t (v) VALUES ('a')")
        .expect("runs");
    assert_eq!(rows(&connection, "SELECT id FROM t"), ["1"]);
}

#[test]
fn currval_needs_a_draw_in_this_session() {
    let database = database();
    let (first, second) = (database.connect().expect("connects"), database.connect().expect("connects"));
    first.execute_script("CREATE TABLE t (id serial); INSERT INTO t DEFAULT VALUES").expect("runs");
    assert_eq!(rows(&first, "SELECT currval('t_id_seq')"), ["1"]);
    let error = fails(&second, "SELECT currval('t_id_seq')");
    assert_eq!(says(&error), "55000: currval of sequence \"t_id_seq\" is not yet defined in this session");
}
