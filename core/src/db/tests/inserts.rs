//! Prepared INSERTs one after the other: what is kept between them never outlives what made it true, and
//! the way without datums says and stores what the long way does.

use std::collections::BTreeMap;

use super::{database, fails, rows, says, sound, with};
use crate::db::{Connection, Statement};

/// Long enough that some 20 rows fill a leaf.
fn note(id: i64) -> String {
    format!("{id:>150}")
}

fn fill(insert: &Statement, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        insert.execute((id, note(id))).unwrap_or_else(|error| panic!("row {id}: {error:?}"));
    }
}

fn ids(connection: &Connection) -> Vec<i64> {
    let rows = rows(connection, "SELECT id FROM t ORDER BY id");
    rows.iter().map(|id| id.parse().expect("a number")).collect()
}

#[test]
fn a_rolled_back_savepoint_takes_the_place_of_the_next_row_with_it() {
    // Rows are removed first, so that pages are free whose bytes still look like leaves of this table: the
    // place kept from inside the savepoint is such a page after it. Every round begins elsewhere, so some
    // rounds begin among the rows that such a page once held.
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script("CREATE TABLE t (id bigint PRIMARY KEY, note text)").expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    connection.execute("BEGIN", ()).expect("begins");
    fill(&insert, (0..400).map(|at| 2 * at));
    // Not full, or the place would be refused.
    connection
        .execute_script("DELETE FROM t WHERE id % 8 = 0; COMMIT; DELETE FROM t WHERE id >= 200")
        .expect("runs");
    for first in (201..800).step_by(14) {
        connection.execute("BEGIN", ()).expect("begins");
        fill(&insert, [199]);
        connection.execute("SAVEPOINT s", ()).expect("marks");
        fill(&insert, 200..330);
        connection.execute("ROLLBACK TO s", ()).expect("rolls back");
        fill(&insert, [first, first + 1, first + 2]);
        let wanted: Vec<i64> =
            (0..100).map(|at| 2 * at).filter(|id| id % 8 != 0).chain([199]).chain(first..first + 3).collect();
        assert_eq!(ids(&connection), wanted);
        connection.execute("ROLLBACK", ()).expect("rolls back");
        sound(&database);
    }
}

#[test]
fn a_rolled_back_savepoint_gives_hidden_row_numbers_back() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script("CREATE TABLE t (id bigint, note text); BEGIN").expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    fill(&insert, 0..50);
    connection.execute("SAVEPOINT s", ()).expect("marks");
    fill(&insert, 50..100);
    connection.execute("ROLLBACK TO s", ()).expect("rolls back");
    fill(&insert, 100..150);
    connection.execute("COMMIT", ()).expect("commits");
    assert_eq!(ids(&connection), (0..50).chain(100..150).collect::<Vec<_>>());
    sound(&database);
}

#[test]
fn no_two_statements_give_the_same_hidden_row_number() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection
        .execute_script("CREATE TABLE t (id bigint, note text); CREATE TABLE u (id bigint, note text); BEGIN")
        .expect("runs");
    let two = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    let other = connection.prepare("INSERT INTO t (note, id) VALUES ($2, $1)").expect("prepares");
    let elsewhere = connection.prepare("INSERT INTO u VALUES ($1, $2)").expect("prepares");
    let mut wanted = Vec::new();
    for id in (0..300).step_by(10) {
        fill(&two, [id]);
        fill(&other, [id + 1]);
        fill(&elsewhere, [id]);
        fill(&two, [id + 2]);
        // By operators, with a writer of their own.
        connection
            .execute_script(&format!("INSERT INTO t SELECT id + 3, note FROM u WHERE id = {id}"))
            .expect("copies");
        fill(&two, [id + 4]);
        // Literals are lifted out, several rows in one statement.
        connection
            .execute_script(&format!("INSERT INTO t VALUES ({}, 'a'), ({}, lower('B'))", id + 5, id + 6))
            .expect("inserts");
        fill(&other, [id + 7]);
        connection.execute("DELETE FROM t WHERE id = $1", (id + 4,)).expect("deletes");
        fill(&two, [id + 8]);
        wanted.extend([0, 1, 2, 3, 5, 6, 7, 8].map(|more| id + more));
    }
    connection.execute("COMMIT", ()).expect("commits");
    assert_eq!(ids(&connection), wanted);
    sound(&database);
}

#[test]
fn a_place_is_forgotten_when_its_rows_go_or_move() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script("CREATE TABLE t (id bigint PRIMARY KEY, note text); BEGIN").expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    fill(&insert, (0..600).step_by(3));
    // The leaf of the last row is emptied and freed; its page becomes one of another table.
    connection.execute_script("DELETE FROM t WHERE id >= 300; CREATE TABLE u (x text)").expect("runs");
    for row in 0..40 {
        connection.execute("INSERT INTO u VALUES ($1)", (note(row),)).expect("inserts");
    }
    fill(&insert, (300..600).step_by(3));
    // Rows between the others split leaves, the one of the last row too.
    fill(&insert, (1..600).step_by(3));
    fill(&insert, (0..200).rev().map(|at| 3 * at + 2));
    // The same rows by updates that make them longer.
    connection.execute_script("UPDATE t SET note = note || note WHERE id > 500").expect("updates");
    fill(&insert, 600..700);
    connection.execute("COMMIT", ()).expect("commits");
    assert_eq!(ids(&connection), (0..700).collect::<Vec<_>>());
    assert_eq!(rows(&connection, "SELECT count(*) FROM u"), ["40"]);
    sound(&database);
}

#[test]
fn definitions_between_two_runs_are_seen_by_the_second() {
    let database = database();
    let connection = database.connect().expect("connects");
    connection
        .execute_script(
            "CREATE TABLE t (id bigint PRIMARY KEY, note text); CREATE INDEX i ON t (note); BEGIN",
        )
        .expect("runs");
    let insert = connection.prepare("INSERT INTO t (id, note) VALUES ($1, $2)").expect("prepares");
    fill(&insert, 0..30);
    connection.execute("DROP INDEX i", ()).expect("drops");
    fill(&insert, 30..60);
    connection.execute("CREATE UNIQUE INDEX j ON t (note)", ()).expect("creates");
    fill(&insert, 60..90);
    connection.execute_script("DROP TABLE t; CREATE TABLE t (id bigint, note text)").expect("runs");
    fill(&insert, 0..30);
    connection.execute("COMMIT", ()).expect("commits");
    assert_eq!(ids(&connection), (0..30).collect::<Vec<_>>());
    sound(&database);
}

#[test]
fn what_cannot_be_stored_as_it_comes_is_judged_as_ever() {
    let connection = with(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(3) NOT NULL, b smallint, c numeric(4,1), d char(4),
                         e timestamp, f real, g boolean)",
    );
    let insert =
        connection.prepare("INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7, $8)").expect("prepares");
    let none = None::<&str>;
    insert.execute((1, "abc", 5i16, "1.25", "x", "2024-02-29", 0.1f32, true)).expect("fits");
    insert.execute((2i64, "abc  ", 6i64, 7, none, none, 0.1f64, "no")).expect("is made to fit");
    let error = insert.execute((3, "abcd", 5i16, none, none, none, none, none)).expect_err("too long");
    assert_eq!(says(&error), "22001: value too long for type character varying(3)");
    let error = insert.execute((3, none, 5i16, none, none, none, none, none)).expect_err("NULL");
    let wanted = "23502: null value in column \"a\" of relation \"t\" violates not-null constraint";
    assert_eq!(says(&error), wanted);
    let error = insert.execute((None::<i32>, "a", 5i16, none, none, none, none, none)).expect_err("NULL");
    assert_eq!(says(&error), wanted.replace("\"a\"", "\"id\""));
    let error = insert.execute((1, "a", 5i16, none, none, none, none, none)).expect_err("taken");
    assert_eq!(says(&error), "23505: duplicate key value violates unique constraint \"t_pkey\"");
    let error = insert.execute((3, "a", 40_000i64, none, none, none, none, none)).expect_err("too large");
    assert_eq!(says(&error), "22003: smallint out of range");
    assert_eq!(insert.execute((3, "a")).expect_err("too few").sqlstate().code(), "08P01");
    assert_eq!(
        rows(&connection, "SELECT * FROM t ORDER BY id"),
        ["1|abc|5|1.3|x   |2024-02-29 00:00:00|0.1|t", "2|abc|6|7.0|-|-|0.1|f"]
    );
}

#[test]
fn a_row_stored_as_it_comes_reads_back_the_same() {
    let connection = with(
        "CREATE TABLE t (a bigint, b int, c smallint, d double precision, e real, f text, g bytea, h uuid,
                         i boolean, j text, k int DEFAULT 9)",
    );
    let insert = connection
        .prepare("INSERT INTO t (j, a, b, c, d, e, f, g, h, i) VALUES ('fixed', $1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .expect("prepares");
    let long = "long ".repeat(5000);
    insert
        .execute((
            i64::MIN,
            i32::MIN,
            i16::MIN,
            -0.0f64,
            f32::MIN_POSITIVE,
            "",
            &[0u8, 255][..],
            1u128 << 127,
            true,
        ))
        .expect("fits");
    insert
        .execute((
            i64::MAX,
            i32::MAX,
            i16::MAX,
            f64::INFINITY,
            f32::NAN,
            long.as_str(),
            vec![1u8; 9],
            7u128,
            false,
        ))
        .expect("fits");
    let none = None::<i64>;
    let others = (None::<&str>, None::<Vec<u8>>, None::<u128>, None::<bool>);
    let nulls = (none, none, none, none, none, others.0, others.1, others.2, others.3);
    insert.execute(nulls).expect("fits");
    let read = rows(&connection, "SELECT a, b, c, d, e, length(f), g, h, i, j, k FROM t");
    assert_eq!(
        read,
        [
            "-9223372036854775808|-2147483648|-32768|-0|1.1754944e-38|0|\\x00ff|80000000-0000-0000-0000-000000000000|t|fixed|9",
            "9223372036854775807|2147483647|32767|Infinity|NaN|25000|\\x010101010101010101|00000000-0000-0000-0000-000000000007|f|fixed|9",
            "-|-|-|-|-|-|-|-|-|fixed|9",
        ]
    );
}

#[test]
fn a_failed_row_leaves_the_transaction_failed_until_its_savepoint() {
    let connection = with("CREATE TABLE t (id bigint PRIMARY KEY, note text)");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    connection.execute_script("BEGIN; SAVEPOINT s").expect("runs");
    fill(&insert, 0..50);
    connection.execute("SAVEPOINT u", ()).expect("marks");
    fill(&insert, 50..90);
    insert.execute((3, "taken")).expect_err("taken");
    assert_eq!(insert.execute((100, "x")).expect_err("failed").sqlstate().code(), "25P02");
    connection.execute("ROLLBACK TO u", ()).expect("lives again");
    fill(&insert, 60..70);
    connection.execute("COMMIT", ()).expect("commits");
    assert_eq!(ids(&connection), (0..50).chain(60..70).collect::<Vec<_>>());
    // Alone, each row is its own transaction.
    insert.execute((3, "taken")).expect_err("taken");
    fill(&insert, [55]);
    assert_eq!(fails(&connection, "INSERT INTO t VALUES (55, 'x')").sqlstate().code(), "23505");
    connection.execute("BEGIN READ ONLY", ()).expect("begins");
    assert_eq!(insert.execute((101, "x")).expect_err("read only").sqlstate().code(), "25006");
    connection.execute("ROLLBACK", ()).expect("rolls back");
    assert_eq!(ids(&connection).len(), 61);
}

/// A generator of its own, so that a failure is found again by its seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn inserts_deletes_and_savepoints_in_any_order_agree_with_a_map() {
    for seed in 1..=12u64 {
        walk(seed);
    }
}

/// Random statements over a table with a key; the model is a stack of maps, one a savepoint.
fn walk(seed: u64) {
    println!("seed {seed}");
    let mut draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let database = database();
    let connection = database.connect().expect("connects");
    connection.execute_script("CREATE TABLE t (id bigint PRIMARY KEY, note text)").expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    let remove = connection.prepare("DELETE FROM t WHERE id >= $1 AND id < $2").expect("prepares");
    let change = connection.prepare("UPDATE t SET note = $2 WHERE id = $1").expect("prepares");
    let mut model: Vec<BTreeMap<i64, String>> = vec![BTreeMap::new()];
    connection.execute("BEGIN", ()).expect("begins");
    for _ in 0..250 {
        let top = model.last_mut().expect("never empty");
        match draw.below(12) {
            0..=5 => {
                let from = draw.below(2000) as i64;
                let step = 1 + draw.below(3) as i64;
                for id in (0..1 + draw.below(60) as i64).map(|at| from + at * step) {
                    top.entry(id).or_insert_with(|| {
                        fill(&insert, [id]);
                        note(id)
                    });
                }
            }
            6 | 7 => {
                let from = draw.below(2000) as i64;
                let to = from + draw.below(600) as i64;
                top.retain(|id, _| *id < from || *id >= to);
                remove.execute((from, to)).expect("deletes");
            }
            8 => {
                let id = draw.below(2000) as i64;
                let long = "x".repeat(draw.below(900) as usize);
                if let Some(value) = top.get_mut(&id) {
                    value.clone_from(&long);
                }
                change.execute((id, long)).expect("updates");
            }
            9 => {
                let copy = top.clone();
                connection.execute(&format!("SAVEPOINT s{}", model.len()), ()).expect("marks");
                model.push(copy);
            }
            10 if model.len() > 1 => {
                let to = 1 + draw.below(model.len() as u64 - 1) as usize;
                connection.execute(&format!("ROLLBACK TO s{to}"), ()).expect("rolls back");
                model.truncate(to);
                let copy = model[to - 1].clone();
                model.push(copy);
            }
            11 if draw.below(3) == 0 => {
                connection.execute("COMMIT", ()).expect("commits");
                let last = model.pop().expect("never empty");
                model = vec![last];
                connection.execute("BEGIN", ()).expect("begins");
            }
            _ => {}
        }
    }
    connection.execute("COMMIT", ()).expect("commits");
    let last = model.pop().expect("never empty");
    let wanted: Vec<String> = last.iter().map(|(id, value)| format!("{id}|{value}")).collect();
    assert_eq!(rows(&connection, "SELECT id, note FROM t ORDER BY id"), wanted, "seed {seed}");
    sound(&database);
}

#[test]
fn rows_of_two_connections_meet_in_one_table() {
    let database = database();
    let (first, second) = (database.connect().expect("connects"), database.connect().expect("connects"));
    first.execute("CREATE TABLE t (id bigint, note text)", ()).expect("creates");
    let one = first.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    let two = second.prepare("INSERT INTO t VALUES ($1, $2)").expect("prepares");
    for id in (0..200).step_by(4) {
        fill(&one, [id]);
        fill(&two, [id + 1]);
        first.execute("BEGIN", ()).expect("begins");
        fill(&one, [id + 2, id + 3]);
        first.execute("COMMIT", ()).expect("commits");
    }
    assert_eq!(ids(&second), (0..200).collect::<Vec<_>>());
    sound(&database);
}
