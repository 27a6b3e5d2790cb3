//! Access paths find what a full scan finds.

use super::{FULL, Random, Rig, sql};
use crate::value::Datum;

#[test]
fn indexes_find_what_scans_find() {
    let columns = "(id int PRIMARY KEY, a int, b int, s text)";
    let mut rig = Rig::new(&format!(
        "CREATE TABLE plain {columns};
         CREATE TABLE keyed {columns};
         CREATE INDEX keyed_ab ON keyed (a, b DESC);
         CREATE INDEX keyed_ba ON keyed (b DESC NULLS LAST, a NULLS FIRST);
         CREATE INDEX keyed_s ON keyed (s);"
    ));
    let mut random = Random(0x5eed_0005);
    for id in 0..250 {
        let values =
            format!("({id}, {}, {}, 's{}')", sql(random.int(12)), sql(random.int(12)), random.below(20));
        rig.run(&format!("INSERT INTO plain VALUES {values}"));
        rig.run(&format!("INSERT INTO keyed VALUES {values}"));
    }
    let mut by_index = 0;
    for _ in 0..400 {
        let mut conditions = Vec::new();
        for _ in 0..=random.below(3) {
            let column = *random.pick(&["a", "b", "id"]);
            let value = random.below(14);
            conditions.push(match random.below(7) {
                0 | 1 => format!("{column} = {value}"),
                2 => format!("{column} >= {value} AND {column} < {}", value + 4),
                3 => format!("{column} > {value} AND {column} <= {}", value + 3),
                4 => format!("{column} IN ({value}, {}, NULL, {value})", value + 2),
                5 => format!("{value} >= {column}"),
                _ => format!("s = 's{value}'"),
            });
        }
        let condition = conditions.join(" AND ");
        let order =
            *random.pick(&["", "ORDER BY a, b DESC, id", "ORDER BY b DESC NULLS LAST, a NULLS FIRST, id"]);
        let query = |table: &str| format!("SELECT id, a, b FROM {table} WHERE {condition} {order}");
        let expected = rig.run(&query("plain"));
        let got = rig.run(&query("keyed"));
        assert_eq!(got.clone().sorted(), expected.clone().sorted(), "{condition}");
        if !order.is_empty() {
            assert_eq!(got.rows, expected.rows, "{condition} {order}");
        }
        by_index += usize::from(rig.plan(&query("keyed")).unwrap().to_string().contains("Index"));
    }
    assert!(by_index > 100, "only {by_index} of the queries used an index");
}

#[test]
fn an_order_by_with_a_limit_reads_the_index_in_order() {
    let mut rig = Rig::new("CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX t_a ON t (a)");
    let mut random = Random(0x5eed_0006);
    for id in 0..100 {
        rig.run(&format!("INSERT INTO t VALUES ({id}, {})", sql(random.int(30))));
    }
    for order in ["a", "a DESC", "id DESC", "a NULLS FIRST"] {
        let limited = format!("SELECT a FROM t ORDER BY {order} LIMIT 40");
        let all = rig.rows(&format!("SELECT a FROM t ORDER BY {order}"));
        assert_eq!(rig.rows(&limited), all[..40], "{order}");
    }
    let plan = |rig: &Rig, sql: &str| rig.plan(sql).unwrap().to_string();
    assert!(plan(&rig, "SELECT a FROM t ORDER BY a LIMIT 4").contains("Index Scan using t_a"));
    assert!(plan(&rig, "SELECT a FROM t ORDER BY a DESC LIMIT 4").contains("Backward using t_a"));
    assert!(plan(&rig, "SELECT a FROM t ORDER BY a NULLS FIRST LIMIT 4").contains("Top-N"));
    assert!(plan(&rig, "SELECT a FROM t ORDER BY a").contains("Sort"), "a whole table is sorted");
    assert!(!plan(&rig, "SELECT id FROM t ORDER BY id DESC").contains("Sort"), "rowid order is free");
}

#[test]
fn bounds_beyond_the_type_of_a_key_are_understood() {
    // A bigint compared with an integer column: the key has no place for the value.
    let mut rig = Rig::new("CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX t_a ON t (a)");
    rig.run("INSERT INTO t VALUES (1, 5), (2, -7), (3, NULL)");
    assert!(rig.rows("SELECT id FROM t WHERE a = 99999999999").is_empty());
    assert!(rig.rows("SELECT id FROM t WHERE id = 99999999999").is_empty());
    assert_eq!(
        rig.rows("SELECT id FROM t WHERE a > -99999999999 AND a < 99999999999 ORDER BY id"),
        ["1", "2"]
    );
    assert!(rig.rows("SELECT id FROM t WHERE a > 99999999999 AND a < 999999999999").is_empty());
    assert_eq!(
        rig.rows("SELECT id FROM t WHERE id >= -99999999999 AND id < 99999999999 ORDER BY id").len(),
        3
    );
}

#[test]
fn a_null_parameter_finds_nothing() {
    let mut rig = Rig::new("CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE)");
    rig.run("INSERT INTO t VALUES (1, 5), (2, NULL)");
    for query in
        ["SELECT id FROM t WHERE id = $1", "SELECT id FROM t WHERE a = $1", "SELECT id FROM t WHERE a > $1"]
    {
        for micro in [true, false] {
            let how = super::How { micro, ..FULL };
            assert!(rig.run_how(query, &[Datum::Null], how).unwrap().rows.is_empty(), "{query}");
        }
    }
    let found = rig.run_how("SELECT id FROM t WHERE a = $1", &[Datum::Int(5)], FULL).unwrap();
    assert_eq!(found.rows, ["1"]);
    assert!(rig.plan("SELECT id FROM t WHERE a = $1").unwrap().is_micro());
    assert!(rig.plan("SELECT a, id FROM t WHERE id = $1").unwrap().is_micro());
}

#[test]
fn joins_by_key_agree_with_hash_joins() {
    // Few left rows are looked up, many are hashed: both sides of the switch.
    for left in [3, 700] {
        let mut rig = Rig::new(
            "CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE, v int);
             CREATE TABLE c (id int PRIMARY KEY, p_id int, p_code int);
             CREATE INDEX c_p ON c (p_id);",
        );
        let mut random = Random(0x5eed_0007);
        for id in 0..60 {
            rig.run(&format!("INSERT INTO p VALUES ({id}, {}, {})", id * 2, random.below(9)));
        }
        for id in 0..left {
            let values = format!("({id}, {}, {})", sql(random.int(70)), sql(random.int(120)));
            rig.run(&format!("INSERT INTO c VALUES {values}"));
        }
        for (by_key, plainly) in [
            ("c.p_id = p.id", "c.p_id + 0 = p.id + 0"),
            ("c.p_code = p.code", "c.p_code + 0 = p.code + 0"),
            ("c.p_id = p.id AND c.p_code = p.code", "c.p_id + 0 = p.id + 0 AND c.p_code + 0 = p.code + 0"),
            ("c.p_id = p.id AND p.v > 4", "c.p_id + 0 = p.id + 0 AND p.v > 4"),
            ("c.p_id = p.id AND p.v > c.p_code", "c.p_id + 0 = p.id + 0 AND p.v > c.p_code"),
        ] {
            for kind in ["JOIN", "LEFT JOIN"] {
                let query = |on: &str| format!("SELECT c.id, p.id FROM c {kind} p ON {on} ORDER BY 1, 2");
                assert_eq!(rig.rows(&query(by_key)), rig.rows(&query(plainly)), "{left} {kind} {by_key}");
            }
            for not in ["", "NOT "] {
                let query = |on: &str| {
                    format!("SELECT id FROM c WHERE {not}EXISTS (SELECT 1 FROM p WHERE {on}) ORDER BY 1")
                };
                assert_eq!(rig.rows(&query(by_key)), rig.rows(&query(plainly)), "{left} {not} {by_key}");
            }
        }
    }
}
