//! Constraints: which error, about which rule, with which detail.

use super::*;

fn violates(
    connection: &Connection,
    sql: &str,
    code: &str,
    constraint: Option<&str>,
    message: &str,
    detail: Option<&str>,
) {
    let error = fails(connection, sql);
    assert_eq!(error.sqlstate().code(), code, "{sql}: {error:?}");
    assert_eq!(error.constraint(), constraint, "{sql}");
    assert_eq!(error.message(), message, "{sql}");
    assert_eq!(error.detail(), detail, "{sql}");
}

#[test]
fn keys_are_unique() {
    let connection = with(
        "CREATE TABLE t (a int PRIMARY KEY, b int, c text, UNIQUE (b, c)); INSERT INTO t VALUES (1, 2, 'x')",
    );
    let duplicate = |name: &str| format!("duplicate key value violates unique constraint \"{name}\"");
    violates(
        &connection,
        "INSERT INTO t VALUES (1, 3, 'y')",
        "23505",
        Some("t_pkey"),
        &duplicate("t_pkey"),
        Some("Key (a)=(1) already exists."),
    );
    violates(
        &connection,
        "INSERT INTO t VALUES (2, 2, 'x')",
        "23505",
        Some("t_b_c_key"),
        &duplicate("t_b_c_key"),
        Some("Key (b, c)=(2, x) already exists."),
    );
    connection.execute_script("INSERT INTO t VALUES (2, 2, NULL), (3, 2, NULL)").expect("NULLs are distinct");
    violates(
        &connection,
        "UPDATE t SET a = 1 WHERE a = 2",
        "23505",
        Some("t_pkey"),
        &duplicate("t_pkey"),
        Some("Key (a)=(1) already exists."),
    );
    violates(
        &connection,
        "UPDATE t SET c = 'x' WHERE a = 3",
        "23505",
        Some("t_b_c_key"),
        &duplicate("t_b_c_key"),
        Some("Key (b, c)=(2, x) already exists."),
    );
    connection
        .execute_script("UPDATE t SET a = 10 WHERE a = 1; INSERT INTO t VALUES (1, 9, 'z')")
        .expect("moved away");
    assert_eq!(rows(&connection, "SELECT a FROM t ORDER BY a"), ["1", "2", "3", "10"]);
    connection
        .execute_script("DELETE FROM t WHERE a = 10; INSERT INTO t VALUES (4, 2, 'x')")
        .expect("the key is free");
}

#[test]
fn a_text_key_orders_and_refuses() {
    let connection =
        with("CREATE TABLE t (k text PRIMARY KEY, v int); INSERT INTO t VALUES ('b', 2), ('a', 1), ('c', 3)");
    violates(
        &connection,
        "INSERT INTO t VALUES ('a', 9)",
        "23505",
        Some("t_pkey"),
        "duplicate key value violates unique constraint \"t_pkey\"",
        Some("Key (k)=(a) already exists."),
    );
    assert_eq!(rows(&connection, "SELECT v FROM t WHERE k = 'b'"), ["2"]);
    assert_eq!(rows(&connection, "SELECT k FROM t ORDER BY k"), ["a", "b", "c"]);
}

#[test]
fn null_is_refused_where_it_may_not_be() {
    let connection = with("CREATE TABLE t (a int PRIMARY KEY, b text NOT NULL)");
    violates(
        &connection,
        "INSERT INTO t VALUES (1, NULL)",
        "23502",
        None,
        "null value in column \"b\" of relation \"t\" violates not-null constraint",
        Some("Failing row contains (1, null)."),
    );
    violates(
        &connection,
        "INSERT INTO t (b) VALUES ('x')",
        "23502",
        None,
        "null value in column \"a\" of relation \"t\" violates not-null constraint",
        Some("Failing row contains (null, x)."),
    );
    connection.execute("INSERT INTO t VALUES (1, 'x')", ()).expect("in");
    violates(
        &connection,
        "UPDATE t SET b = NULL",
        "23502",
        None,
        "null value in column \"b\" of relation \"t\" violates not-null constraint",
        Some("Failing row contains (1, null)."),
    );
}

#[test]
fn checks_are_checked() {
    let connection = with("CREATE TABLE t (a int CHECK (a > 0), b int, CONSTRAINT sum CHECK (a + b < 10))");
    violates(
        &connection,
        "INSERT INTO t VALUES (0, 1)",
        "23514",
        Some("t_a_check"),
        "new row for relation \"t\" violates check constraint \"t_a_check\"",
        Some("Failing row contains (0, 1)."),
    );
    violates(
        &connection,
        "INSERT INTO t VALUES (5, 5)",
        "23514",
        Some("sum"),
        "new row for relation \"t\" violates check constraint \"sum\"",
        Some("Failing row contains (5, 5)."),
    );
    connection.execute("INSERT INTO t VALUES (NULL, 5)", ()).expect("unknown is not false");
}

const FAMILY: &str = "CREATE TABLE p (id int PRIMARY KEY, name text UNIQUE);
    CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p, p_name text REFERENCES p (name) ON DELETE CASCADE);
    INSERT INTO p VALUES (1, 'one'), (2, 'two'), (3, 'three');
    INSERT INTO c VALUES (1, 1, NULL), (2, NULL, 'two')";

#[test]
fn references_need_their_parents() {
    let connection = with(FAMILY);
    violates(
        &connection,
        "INSERT INTO c VALUES (3, 9, NULL)",
        "23503",
        Some("c_p_id_fkey"),
        "insert or update on table \"c\" violates foreign key constraint \"c_p_id_fkey\"",
        Some("Key (p_id)=(9) is not present in table \"p\"."),
    );
    violates(
        &connection,
        "UPDATE c SET p_name = 'nine' WHERE id = 2",
        "23503",
        Some("c_p_name_fkey"),
        "insert or update on table \"c\" violates foreign key constraint \"c_p_name_fkey\"",
        Some("Key (p_name)=(nine) is not present in table \"p\"."),
    );
    violates(
        &connection,
        "DELETE FROM p WHERE id = 1",
        "23503",
        Some("c_p_id_fkey"),
        "update or delete on table \"p\" violates foreign key constraint \"c_p_id_fkey\" on table \"c\"",
        Some("Key (id)=(1) is still referenced from table \"c\"."),
    );
    violates(
        &connection,
        "UPDATE p SET id = 7 WHERE id = 1",
        "23503",
        Some("c_p_id_fkey"),
        "update or delete on table \"p\" violates foreign key constraint \"c_p_id_fkey\" on table \"c\"",
        Some("Key (id)=(1) is still referenced from table \"c\"."),
    );
    connection
        .execute_script("DELETE FROM p WHERE id = 3; DELETE FROM p WHERE id = 2")
        .expect("nobody minds");
    assert_eq!(rows(&connection, "SELECT id FROM c"), ["1"], "the child of 'two' went with it");
}

#[test]
fn references_act() {
    let connection = with(
        "CREATE TABLE p (id int PRIMARY KEY);
         CREATE TABLE a (id int PRIMARY KEY, p int REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE);
         CREATE TABLE b (id int PRIMARY KEY, p int DEFAULT 1 REFERENCES p ON DELETE SET DEFAULT);
         CREATE INDEX b_p ON b (p);
         CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE);
         INSERT INTO p VALUES (1), (2), (3); INSERT INTO a VALUES (1, 2), (2, 3); INSERT INTO b VALUES (1, 2);
         INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, NULL)",
    );
    connection.execute_script("DELETE FROM p WHERE id = 2; UPDATE p SET id = 30 WHERE id = 3").expect("acts");
    assert_eq!(rows(&connection, "SELECT id, p FROM a ORDER BY id"), ["1|-", "2|30"]);
    assert_eq!(rows(&connection, "SELECT id, p FROM b"), ["1|1"]);
    connection.execute("DELETE FROM tree WHERE id = 1", ()).expect("acts");
    assert_eq!(rows(&connection, "SELECT id FROM tree"), ["4"]);
}

#[test]
fn rows_of_one_statement_may_refer_to_each_other() {
    let connection = with("CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree)");
    connection.execute("INSERT INTO tree VALUES (2, 1), (1, NULL), (3, 3)", ()).expect("checked at the end");
    let error = fails(&connection, "DELETE FROM tree WHERE id = 1");
    assert_eq!(error.sqlstate().code(), "23503");
    connection.execute("DELETE FROM tree", ()).expect("all at once");
}

#[test]
fn indexes_agree_with_their_tables_after_random_changes() {
    // Rows move between leaves, keys between index pages; what a change forgets, verify finds.
    let database = database();
    let connection = database.connect().expect("connects");
    connection
        .execute_script(
            "CREATE TABLE t (a int PRIMARY KEY, b text UNIQUE, c int); CREATE INDEX t_c ON t (c DESC, b)",
        )
        .expect("runs");
    let insert = connection.prepare("INSERT INTO t VALUES ($1, $2, $3)").expect("plans");
    let update = connection.prepare("UPDATE t SET c = $2, b = $3 WHERE a = $1").expect("plans");
    let delete = connection.prepare("DELETE FROM t WHERE a = $1").expect("plans");
    let mut random = crate::env::SplitMix64::new(42);
    let mut model = std::collections::BTreeMap::new();
    connection.execute("BEGIN", ()).expect("begins");
    for step in 0..3000 {
        let a = random.below(500) as i32;
        let c = random.below(50) as i32;
        let b = format!("{}-{step}", "x".repeat(random.below(60) as usize));
        match random.below(3) {
            0 => {
                connection.execute("SAVEPOINT s", ()).expect("sets");
                if insert.execute((a, b.as_str(), c)).is_ok() {
                    assert!(model.insert(a, (b, c)).is_none(), "step {step}");
                } else {
                    assert!(model.contains_key(&a), "step {step}");
                    connection.execute("ROLLBACK TO s", ()).expect("undoes");
                }
                connection.execute("RELEASE s", ()).expect("releases");
            }
            1 => {
                let changed = update.execute((a, c, b.as_str())).expect("updates");
                assert_eq!(changed == 1, model.contains_key(&a), "step {step}");
                if let Some(row) = model.get_mut(&a) {
                    *row = (b, c);
                }
            }
            _ => {
                let gone = delete.execute((a,)).expect("deletes");
                assert_eq!(gone == 1, model.remove(&a).is_some(), "step {step}");
            }
        }
    }
    connection.execute("COMMIT", ()).expect("commits");
    sound(&database);
    let expected: Vec<String> = model.iter().map(|(a, (b, c))| format!("{a}|{b}|{c}")).collect();
    assert_eq!(rows(&connection, "SELECT a, b, c FROM t ORDER BY a"), expected);
    for c in 0..50 {
        let expected: Vec<String> =
            model.iter().filter(|(_, row)| row.1 == c).map(|(a, _)| a.to_string()).collect();
        assert_eq!(
            rows(&connection, &format!("SELECT a FROM t WHERE c = {c} ORDER BY a")),
            expected,
            "c = {c}"
        );
    }
}

#[test]
fn details_quote_the_columns_of_a_key_and_not_those_of_a_reference() {
    let connection = with(
        "CREATE TABLE \"Mixed\" (\"Id\" int PRIMARY KEY, \"user\" text UNIQUE, plain int UNIQUE);
         CREATE TABLE child (\"Ref\" int REFERENCES \"Mixed\");
         INSERT INTO \"Mixed\" VALUES (1, 'a', 2)",
    );
    let detail = |sql: &str| fails(&connection, sql).detail().map(str::to_owned).unwrap_or_default();
    assert_eq!(detail("INSERT INTO \"Mixed\" VALUES (1, 'b', 3)"), "Key (\"Id\")=(1) already exists.");
    assert_eq!(detail("INSERT INTO \"Mixed\" VALUES (2, 'a', 3)"), "Key (\"user\")=(a) already exists.");
    assert_eq!(detail("INSERT INTO \"Mixed\" VALUES (2, 'b', 2)"), "Key (plain)=(2) already exists.");
    assert_eq!(detail("INSERT INTO child VALUES (7)"), "Key (Ref)=(7) is not present in table \"Mixed\".");
}

#[test]
fn what_is_declared_twice_is_shown_where_it_is() {
    let connection = with("CREATE TABLE t (a int)");
    let place = |sql: &str| {
        let error = fails(&connection, sql);
        format!("{} {}", error.sqlstate().code(), error.position().unwrap_or(0))
    };
    assert_eq!(place("create table bad (a int primary key, b int primary key)"), "42P16 44");
    assert_eq!(place("create table bad (a int primary key, b int, primary key (b))"), "42P16 45");
    assert_eq!(place("create table bad (a int null not null)"), "42601 30");
    assert_eq!(place("create table bad (a int not null null)"), "42601 34");
    assert_eq!(place("create table bad (a int default 1 default 2)"), "42601 35");
    assert_eq!(place("create table bad (a int default $1)"), "42P02 33");
    assert_eq!(place("create table bad (a int check (a > $1))"), "42P02 36");
    assert_eq!(place("select 'x', $1 + 1"), "42P02 13");
    connection.execute_script("create table good (a int primary key null)").expect("PostgreSQL takes it");
}

#[test]
fn a_key_that_no_index_page_can_hold_is_refused_and_the_longest_is_not() {
    let connection = with("CREATE TABLE t (a text PRIMARY KEY, b text)");
    let insert =
        connection.prepare("INSERT INTO t VALUES (repeat('x', $1), repeat('y', $1))").expect("plans");
    insert.execute((3000,)).expect("short of three eighths of a page");
    let error = insert.execute((3100,)).expect_err("too long");
    assert_eq!(error.sqlstate().code(), "54000");
    assert!(error.message().starts_with("index row size 31"), "{error:?}");
    assert!(error.message().ends_with("exceeds btree maximum 3042"), "{error:?}");
    assert_eq!(rows(&connection, "SELECT length(a), length(b) FROM t"), ["3000|3000"]);
    let two = with("CREATE TABLE t (a text, b text, UNIQUE (a, b))");
    let error = fails(&two, "INSERT INTO t VALUES (repeat('x', 1600), repeat('y', 1600))");
    assert_eq!(error.sqlstate().code(), "54000", "both columns of a key count");
}
