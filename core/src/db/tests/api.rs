//! The public face as its users call it.

use super::*;
use crate::db::{PortalStep, ValueRef};
use crate::error::ErrorKind;
use crate::value::Datum;

#[test]
fn values_come_back_as_the_types_they_went_in_as() {
    let connection = with(
        "CREATE TABLE t (b boolean, s smallint, i integer, l bigint, r real, d double precision,
         n numeric(12,3), t text, v varchar(10), y bytea, u uuid, da date, ts timestamp)",
    );
    let uuid = 0x1234_5678_9abc_def0_1234_5678_9abc_def0_u128;
    connection
        .execute(
            "INSERT INTO t VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12::text::date,$13::text::timestamp)"
                .replace("::text", "")
                .as_str(),
            Everything(uuid),
        )
        .expect("every type has a parameter");
    connection
        .query_row("SELECT * FROM t", (), |row| {
            assert!(row.get::<bool>("b")?);
            assert_eq!(row.get::<i16>("s")?, -7);
            assert_eq!(row.get::<i32>(2)?, 70_000);
            assert_eq!(row.get::<i64>("l")?, i64::MIN);
            assert_eq!(row.get::<f32>("r")?, 1.5);
            assert_eq!(row.get::<f64>("d")?, 0.1);
            assert_eq!(row.get::<String>("n")?, "123456.789");
            assert_eq!(row.get::<&str>("t")?, "h\u{e9}llo");
            assert_eq!(row.get::<Option<&str>>("v")?, None);
            assert_eq!(row.get::<&[u8]>("y")?, [0, 1, 255]);
            assert_eq!(row.get::<u128>("u")?, uuid);
            assert_eq!(row.get::<String>("da")?, "2024-02-29");
            assert_eq!(row.get::<String>("ts")?, "2024-02-29 12:34:56");
            assert_eq!(row.value(8)?, ValueRef::Null);
            Ok(())
        })
        .expect("reads");
}

struct Everything(u128);

impl crate::db::Params for Everything {
    fn count(&self) -> usize {
        13
    }
    fn with(
        &self,
        index: usize,
        take: &mut dyn FnMut(&dyn crate::db::ToDatum) -> crate::error::Result<()>,
    ) -> crate::error::Result<()> {
        match index {
            0 => take(&true),
            1 => take(&-7_i16),
            2 => take(&70_000_i32),
            3 => take(&i64::MIN),
            4 => take(&1.5_f32),
            5 => take(&0.1_f64),
            6 => take(&"123456.789"),
            7 => take(&"h\u{e9}llo"),
            8 => take(&None::<String>),
            9 => take(&vec![0_u8, 1, 255]),
            10 => take(&self.0),
            11 => take(&"2024-02-29"),
            _ => take(&"2024-02-29 12:34:56"),
        }
    }
}

#[test]
fn a_value_read_as_another_type_is_an_error_that_names_the_column() {
    let connection = with("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (300, NULL)");
    let read = |read: fn(&crate::db::Row<'_>) -> crate::error::Result<()>| {
        connection.query_row("SELECT a, b FROM t", (), read).expect_err("mismatch")
    };
    let error = read(|row| row.get::<u8>("a").map(drop));
    assert_eq!((error.sqlstate().code(), error.column()), ("22003", Some("a")));
    let error = read(|row| row.get::<&str>("a").map(drop));
    assert_eq!(says(&error), "42804: a value of type integer cannot be read as &str");
    let error = read(|row| row.get::<String>("b").map(drop));
    assert_eq!(says(&error), "22004: the value is NULL; read it as Option<String>");
    let error = read(|row| row.get::<i32>("c").map(drop));
    assert_eq!(says(&error), "42703: the result has no column \"c\"");
    assert!(read(|row| row.get::<i32>(2).map(drop)).message().contains("no column 2"));
}

#[test]
fn parameters_are_checked_against_the_statement() {
    let connection = with("CREATE TABLE t (a int, b smallint)");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2)").expect("plans");
    let error = insert.execute((1,)).expect_err("one is missing");
    assert_eq!(error.sqlstate().code(), "08P01");
    let error = insert.execute((1, 70_000)).expect_err("too large");
    assert_eq!(says(&error), "22003: smallint out of range");
    let error = insert.execute((1, "x")).expect_err("no number");
    assert_eq!(says(&error), "22P02: invalid input syntax for type smallint: \"x\"");
    assert_eq!(insert.execute((1_i64, "2")).expect("both fit"), 1);
    assert_eq!(insert.execute((None::<i32>, Datum::Int(3))).expect("both fit"), 1);
    assert_eq!(rows(&connection, "SELECT a, b FROM t ORDER BY b"), ["1|2", "-|3"]);
}

#[test]
fn every_way_of_asking_answers() {
    let connection = with("CREATE TABLE t (a int PRIMARY KEY, b text)");
    for a in 1..=3 {
        assert_eq!(connection.execute("INSERT INTO t VALUES ($1, $2)", (a, format!("b{a}"))).expect("in"), 1);
    }
    let pairs: Vec<(i32, String)> = connection.query_as("SELECT a, b FROM t ORDER BY a", ()).expect("rows");
    assert_eq!(pairs[2], (3, "b3".into()));
    let names: Vec<String> = connection.query_as("SELECT b FROM t WHERE a > $1", [1]).expect("rows");
    assert_eq!(names.len(), 2);
    assert_eq!(
        connection.query_row("SELECT b FROM t WHERE a = $1", (2,), |row| row.get(0)),
        Ok("b2".to_owned())
    );
    let error = connection.query_row("SELECT b FROM t WHERE a = 9", (), |_| Ok(())).expect_err("none");
    assert_eq!(error.sqlstate().code(), "P0002");
    let outcome = connection.run("SELECT a FROM t", &[]).expect("runs");
    assert_eq!((outcome.tag.as_str(), outcome.row_count(), outcome.returns_rows), ("SELECT 3", 3, true));
    assert_eq!(connection.run("", &[]).expect("nothing to do").tag, "");
    assert_eq!(connection.execute("SELECT a FROM t", ()).expect("counts"), 3);
}

#[test]
fn command_tags_are_postgresqls() {
    let connection = connect();
    let mut tags = Vec::new();
    connection
        .run_script(
            "CREATE TABLE t (a int); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1), (2);
             UPDATE t SET a = 3 WHERE a = 1; SELECT * FROM t; DELETE FROM t; SET application_name = 'x';
             SHOW application_name; ALTER TABLE t ADD CONSTRAINT u UNIQUE (a); DROP INDEX i; DROP TABLE t;
             BEGIN; SAVEPOINT s; RELEASE s; SAVEPOINT s; ROLLBACK TO s; COMMIT; BEGIN; ROLLBACK",
            |outcome| {
                tags.push(outcome.tag);
                Ok(())
            },
        )
        .expect("runs");
    let expected = [
        "CREATE TABLE",
        "CREATE INDEX",
        "INSERT 0 2",
        "UPDATE 1",
        "SELECT 2",
        "DELETE 2",
        "SET",
        "SHOW",
        "ALTER TABLE",
        "DROP INDEX",
        "DROP TABLE",
        "BEGIN",
        "SAVEPOINT",
        "RELEASE",
        "SAVEPOINT",
        "ROLLBACK",
        "COMMIT",
        "BEGIN",
        "ROLLBACK",
    ];
    assert_eq!(tags, expected);
}

#[test]
fn a_prepared_statement_plans_itself_again_when_the_schema_changes() {
    let connection = with("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2)");
    let statement = connection.prepare("SELECT * FROM t WHERE a = $1").expect("plans");
    assert_eq!(statement.query((1,)).expect("rows").columns().len(), 2);
    connection
        .execute_script("DROP TABLE t; CREATE TABLE t (a int, b int, c int); INSERT INTO t VALUES (1, 2, 3)")
        .expect("changes");
    let mut rows = statement.query((1,)).expect("rows");
    assert_eq!(rows.columns().len(), 3);
    assert_eq!(rows.next().expect("row").expect("row").get::<i32>("c"), Ok(3));
    connection.execute("DROP TABLE t", ()).expect("drops");
    let error = statement.query((1,)).expect_err("it is gone");
    assert_eq!(says(&error), "42P01: relation \"t\" does not exist");
}

#[test]
fn the_same_text_with_other_literals_gives_other_answers() {
    // The plan is shared between these texts: a literal that stayed in it would answer for all.
    let connection = with("CREATE TABLE t (a int PRIMARY KEY, b text, n numeric)");
    for a in 1..=20 {
        connection.execute(&format!("INSERT INTO t VALUES ({a}, 'name {a}', {a}.50)"), ()).expect("in");
    }
    for a in 1..=20 {
        assert_eq!(
            rows(&connection, &format!("SELECT b, n FROM t WHERE a = {a}")),
            [format!("name {a}|{a}.50")]
        );
        assert_eq!(rows(&connection, &format!("SELECT a FROM t WHERE b = 'name {a}'")), [a.to_string()]);
    }
    // The type of a literal is part of its text's meaning.
    assert_eq!(rows(&connection, "SELECT 7 / 2"), ["3"]);
    assert_eq!(rows(&connection, "SELECT 7 / 2.0"), ["3.5000000000000000"]);
    assert_eq!(rows(&connection, "SELECT 3000000000 + 1"), ["3000000001"]);
    assert_eq!(rows(&connection, "SELECT 'x'"), ["x"]);
    let error = fails(&connection, "SELECT a FROM t WHERE a = 'zwei'");
    assert_eq!(says(&error), "22P02: invalid input syntax for type integer: \"zwei\"");
}

#[test]
fn a_portal_yields_and_goes_on() {
    let connection = with("CREATE TABLE t (a int)");
    let insert = connection.prepare("INSERT INTO t VALUES ($1)").expect("plans");
    let transaction = connection.transaction().expect("begins");
    for a in 0..5000 {
        insert.execute((a,)).expect("in");
    }
    transaction.commit().expect("commits");
    let mut portal = connection.portal("SELECT sum(a) FROM t", ()).expect("begins");
    let (mut yields, mut rows) = (0, 0);
    loop {
        match portal.step(100).expect("goes on") {
            PortalStep::Yield => yields += 1,
            PortalStep::Rows(batch) => rows += batch.rows,
            PortalStep::Done => break,
        }
        assert!(yields < 10_000, "it must end");
    }
    assert!(yields > 3, "a scan of 5000 rows does not fit 100 rows of fuel");
    assert_eq!((rows, portal.tag()), (1, "SELECT 1"));
}

#[test]
fn a_portal_dropped_on_its_way_undoes_its_change() {
    let connection = with("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)");
    let mut portal = connection.portal("UPDATE t SET a = a + 10", ()).expect("begins");
    let _ = portal.step(1).expect("begins");
    let busy = connection.query("SELECT a FROM t", ()).expect_err("the connection is in use");
    assert_eq!(busy.sqlstate().code(), "55006");
    drop(portal);
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2", "3"]);
}

#[test]
fn rows_that_are_being_read_do_not_see_later_changes() {
    let connection = with("CREATE TABLE t (a int); INSERT INTO t SELECT 1 FROM (VALUES (1), (2), (3)) v");
    let mut open = connection.query("SELECT a FROM t", ()).expect("rows");
    open.next().expect("row").expect("row");
    connection.execute("DELETE FROM t", ()).expect("deletes");
    assert!(open.next().expect("row").is_some(), "the snapshot still has its rows");
    assert_eq!(rows(&connection, "SELECT count(*) FROM t"), ["0"]);
}

#[test]
fn errors_have_kind_position_and_hint() {
    let connection = with("CREATE TABLE t (alpha int)");
    let error = fails(&connection, "SELECT alpha FROM t;\nSELECT alhpa FROM t");
    assert_eq!((error.kind(), error.sqlstate().code()), (ErrorKind::Statement, "42703"));
    assert_eq!(error.position(), Some(29), "counted from the beginning of the script");
    assert_eq!(error.hint(), Some("Perhaps you meant to reference the column \"t.alpha\"."));
    let error = fails(&connection, "SELEC 1");
    assert_eq!((error.sqlstate().code(), error.position()), ("42601", Some(1)));
}

#[test]
fn connections_are_used_from_many_threads() {
    let database = database();
    database.connect().expect("connects").execute_script("CREATE TABLE t (a int PRIMARY KEY)").expect("runs");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let connection = database.connect().expect("connects");
            scope.spawn(move || {
                for at in 0..50 {
                    connection.execute("INSERT INTO t VALUES ($1)", (thread * 100 + at,)).expect("in");
                }
            });
        }
    });
    let connection = database.connect().expect("connects");
    assert_eq!(rows(&connection, "SELECT count(*), max(a) FROM t"), ["200|349"]);
    sound(&database);
}

#[test]
fn settings_of_a_session_are_shown_and_rolled_back() {
    let connection = connect();
    assert_eq!(rows(&connection, "SHOW search_path"), ["public"]);
    connection.execute_script("BEGIN; SET application_name = 'a'; ROLLBACK").expect("runs");
    assert_eq!(rows(&connection, "SHOW application_name"), [""]);
    connection
        .execute_script("BEGIN; SET LOCAL application_name = 'a'; SET statement_timeout = '5s'; COMMIT")
        .expect("runs");
    assert_eq!(rows(&connection, "SHOW application_name"), [""]);
    assert_eq!(rows(&connection, "SHOW statement_timeout"), ["5s"]);
    connection.execute("SET durability = relaxed", ()).expect("sets");
    assert_eq!(rows(&connection, "SHOW durability"), ["relaxed"]);
    assert_eq!(
        says(&fails(&connection, "SHOW nonsense")),
        "42704: unrecognized configuration parameter \"nonsense\""
    );
}

#[test]
fn a_plan_cache_of_two_entries_still_answers_right() {
    // Entries are evicted while others are used: a slot given to the wrong text would answer for it.
    let options = Options { plan_cache_entries: 2, ..options() };
    let database = Database::open(Env::memory(3), "test.ddb", options).expect("opens");
    let connection = database.connect().expect("connects");
    for round in 0..3 {
        for at in 0..7 {
            let sql = format!("SELECT {}", vec!["1"; at + 1].join(" + "));
            assert_eq!(rows(&connection, &sql), [(at + 1).to_string()], "round {round}");
            let sql = format!("SELECT $1::int + {at}");
            let sum: i32 = connection.query_row(&sql, (100,), |row| row.get(0)).expect("row");
            assert_eq!(sum, 100 + i32::try_from(at).expect("small"), "round {round}");
        }
    }
}

#[test]
fn explain_shows_the_plan_and_analyze_runs_it() {
    let connection = with("CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'x')");
    let plan = rows(&connection, "EXPLAIN SELECT b FROM t WHERE a = 1").join("\n");
    assert!(plan.contains(" on t"), "{plan}");
    rows(&connection, "EXPLAIN DELETE FROM t");
    assert_eq!(rows(&connection, "SELECT count(*) FROM t"), ["1"], "EXPLAIN only explains");
    let plan = rows(&connection, "EXPLAIN ANALYZE DELETE FROM t").join("\n");
    assert!(plan.contains("rows=1"), "{plan}");
    assert_eq!(rows(&connection, "SELECT count(*) FROM t"), ["0"], "EXPLAIN ANALYZE runs it");
}

#[test]
fn a_fraction_is_not_rounded_into_an_integer_parameter() {
    let connection = with("CREATE TABLE t (s smallint, i int, l bigint)");
    for (column, ty) in [("s", "smallint"), ("i", "integer"), ("l", "bigint")] {
        let sql = format!("INSERT INTO t ({column}) VALUES ($1)");
        let insert = connection.prepare(&sql).expect("plans");
        for (value, text) in
            [(14.5, "14.5"), (-0.25, "-0.25"), (f64::NAN, "NaN"), (f64::INFINITY, "Infinity")]
        {
            let wanted = format!("22P02: invalid input syntax for type {ty}: \"{text}\"");
            assert_eq!(says(&insert.execute((value,)).expect_err("no integer")), wanted);
            assert_eq!(says(&connection.execute(&sql, (value,)).expect_err("no integer")), wanted);
        }
        assert_eq!(insert.execute((-7.0_f64,)).expect("a whole number"), 1);
        assert_eq!(insert.execute((7.0_f32,)).expect("a whole number"), 1);
        assert_eq!(insert.execute((1e300,)).expect_err("too large").sqlstate().code(), "22003");
    }
    assert_eq!(rows(&connection, "SELECT sum(s), sum(i), sum(l), count(*) FROM t"), ["0|0|0|6"]);
    let rounded = connection.query_as::<i32>("SELECT CAST($1 AS double precision)::int", (14.5,));
    assert_eq!(rounded.expect("a cast rounds"), [14], "to even, as the statement says");
}

#[test]
fn a_nul_is_no_character_of_a_text() {
    let connection = with("CREATE TABLE t (a text, b varchar(9))");
    let said = "22021: invalid byte sequence for encoding \"UTF8\": 0x00";
    for column in ["a", "b"] {
        let sql = format!("INSERT INTO t ({column}) VALUES ($1)");
        let insert = connection.prepare(&sql).expect("plans");
        for result in [
            insert.execute(("a\0b",)),
            insert.execute((String::from("\0"),)),
            insert.execute((Some("\0"),)),
            insert.execute([Datum::Text("a\0".into())]),
            connection.execute(&sql, ("a\0b",)),
            connection.query(&format!("SELECT {column} FROM t WHERE {column} = $1"), ("\0",)).map(|_| 0),
        ] {
            assert_eq!(says(&result.expect_err("a NUL")), said, "{column}");
        }
    }
    for sql in
        ["INSERT INTO t (a) VALUES ('a\0b')", "SELECT '\0'", "\0", "SELECT 1 AS \"\0\"", "SELECT 1 -- \0"]
    {
        assert_eq!(says(&connection.execute(sql, ()).expect_err(sql)), said);
        assert_eq!(says(&connection.prepare(sql).expect_err(sql)), said);
    }
    assert_eq!(rows(&connection, "SELECT count(*) FROM t"), ["0"]);
}

#[test]
fn single_values_are_read_without_a_tuple() {
    let connection = with(
        "CREATE TABLE t (a int, b text, n numeric);
         INSERT INTO t VALUES (1, 'one', 0.1), (NULL, NULL, NULL), (3, 'three', 12345678901234567890.5)",
    );
    let numbers = connection.query_as::<Option<i32>>("SELECT a FROM t", ()).expect("reads");
    assert_eq!(numbers, [Some(1), None, Some(3)]);
    let tuples = connection.query_as::<(Option<i32>,)>("SELECT a FROM t", ()).expect("reads");
    assert_eq!(tuples, [(Some(1),), (None,), (Some(3),)]);
    let texts = connection.query_as::<Option<String>>("SELECT b FROM t", ()).expect("reads");
    assert_eq!(texts, [Some("one".to_owned()), None, Some("three".to_owned())]);
    let rounded = connection.query_as::<Option<f64>>("SELECT n FROM t", ()).expect("reads");
    assert_eq!(rounded, [Some(0.1), None, Some(12_345_678_901_234_567_890.5)]);
    let counts = connection.query_as::<usize>("SELECT count(*) FROM t", ()).expect("reads");
    assert_eq!(counts, [3]);
    let error = connection.query_as::<i32>("SELECT a FROM t", ()).expect_err("one is NULL");
    assert_eq!((error.sqlstate().code(), error.column()), ("22004", Some("a")));
}
