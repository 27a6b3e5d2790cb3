//! Operators against loops that are too simple to be wrong.

use super::{Random, Rig, shown, sql};

type Rows = Vec<(i64, Option<i64>, Option<i64>)>;

fn table(rig: &mut Rig, random: &mut Random, name: &str, count: i64, bound: u64) -> Rows {
    let rows: Rows = (0..count).map(|id| (id, random.int(bound), random.int(bound))).collect();
    for (id, k, v) in &rows {
        rig.run(&format!("INSERT INTO {name} VALUES ({id}, {}, {})", sql(*k), sql(*v)));
    }
    rows
}

fn two_tables(random: &mut Random, left: i64, right: i64) -> (Rig, Rows, Rows) {
    let mut rig = Rig::new(
        "CREATE TABLE l (id int PRIMARY KEY, k int, v int);
         CREATE TABLE r (id int PRIMARY KEY, k int, v int);",
    );
    let l = table(&mut rig, random, "l", left, 12);
    let r = table(&mut rig, random, "r", right, 12);
    (rig, l, r)
}

/// `l.k = r.k AND l.v < r.v`, or without the second part.
fn meets(l: &(i64, Option<i64>, Option<i64>), r: &(i64, Option<i64>, Option<i64>), residual: bool) -> bool {
    let keys = matches!((l.1, r.1), (Some(a), Some(b)) if a == b);
    keys && (!residual || matches!((l.2, r.2), (Some(a), Some(b)) if a < b))
}

fn joined(kind: &str, l: &Rows, r: &Rows, residual: bool) -> Vec<String> {
    let mut rows = Vec::new();
    for left in l {
        let partners: Vec<_> = r.iter().filter(|right| meets(left, right, residual)).collect();
        rows.extend(partners.iter().map(|right| format!("{}|{}", left.0, right.0)));
        if partners.is_empty() && matches!(kind, "LEFT" | "FULL") {
            rows.push(format!("{}|-", left.0));
        }
    }
    if matches!(kind, "RIGHT" | "FULL") {
        let alone = r.iter().filter(|right| !l.iter().any(|left| meets(left, right, residual)));
        rows.extend(alone.map(|right| format!("-|{}", right.0)));
    }
    rows.sort();
    rows
}

#[test]
fn joins_give_what_nested_loops_give() {
    let mut random = Random(0x5eed_0002);
    for (left, right) in [(0, 5), (5, 0), (1, 1), (40, 30), (13, 90)] {
        let (mut rig, l, r) = two_tables(&mut random, left, right);
        for kind in ["INNER", "LEFT", "RIGHT", "FULL"] {
            for residual in [false, true] {
                let on = if residual { "l.k = r.k AND l.v < r.v" } else { "l.k = r.k" };
                let query = format!("SELECT l.id, r.id FROM l {kind} JOIN r ON {on}");
                let got = rig.run(&query).sorted().rows;
                assert_eq!(got, joined(kind, &l, &r, residual), "{left}x{right} {query}");
            }
        }
        for (not, wanted) in [("", true), ("NOT ", false)] {
            let query = format!(
                "SELECT id FROM l WHERE {not}EXISTS (SELECT 1 FROM r WHERE l.k = r.k AND l.v < r.v) ORDER BY id"
            );
            let expected: Vec<String> = l
                .iter()
                .filter(|left| r.iter().any(|right| meets(left, right, true)) == wanted)
                .map(|left| left.0.to_string())
                .collect();
            assert_eq!(rig.rows(&query), expected, "{query}");
        }
    }
}

#[test]
fn not_in_knows_nulls() {
    let mut rig = Rig::new("CREATE TABLE t (a int); CREATE TABLE u (b int)");
    rig.run("INSERT INTO t VALUES (1), (2), (NULL)");
    assert_eq!(rig.rows("SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)"), ["1", "2", "-"]);
    rig.run("INSERT INTO u VALUES (2)");
    assert_eq!(rig.rows("SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)"), ["1"]);
    rig.run("INSERT INTO u VALUES (NULL)");
    assert!(rig.rows("SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)").is_empty());
    assert_eq!(rig.rows("SELECT a FROM t WHERE a IN (SELECT b FROM u)"), ["2"]);
    assert_eq!(rig.rows("SELECT a FROM t WHERE a > ALL (SELECT b FROM u WHERE b IS NOT NULL)"), [""; 0]);
    assert_eq!(rig.rows("SELECT a FROM t WHERE a >= ALL (SELECT b FROM u WHERE b IS NOT NULL)"), ["2"]);
}

#[test]
fn groups_and_aggregates_give_what_loops_give() {
    let mut random = Random(0x5eed_0003);
    let (mut rig, l, _) = two_tables(&mut random, 200, 0);
    let mut keys: Vec<Option<i64>> = l.iter().map(|row| row.1).collect();
    keys.sort_by_key(|key| (key.is_none(), *key));
    keys.dedup();
    let expected: Vec<String> = keys
        .iter()
        .map(|key| {
            let values: Vec<Option<i64>> = l.iter().filter(|row| row.1 == *key).map(|row| row.2).collect();
            let known: Vec<i64> = values.iter().flatten().copied().collect();
            let mut distinct = known.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let sum = (!known.is_empty()).then(|| known.iter().sum::<i64>());
            format!(
                "{}|{}|{}|{}|{}|{}|{}",
                shown(*key),
                values.len(),
                known.len(),
                shown(sum),
                shown(known.iter().min().copied()),
                shown(known.iter().max().copied()),
                distinct.len()
            )
        })
        .collect();
    let query = "SELECT k, count(*), count(v), sum(v), min(v), max(v), count(DISTINCT v) FROM l GROUP BY k ORDER BY k";
    assert_eq!(rig.rows(query), expected);
}

#[test]
fn sorts_place_nulls_and_keep_order_among_equals() {
    let mut random = Random(0x5eed_0004);
    // Enough rows for several sorted runs.
    let mut rig = Rig::new("CREATE TABLE l (id int PRIMARY KEY, k int, v int)");
    let l = table(&mut rig, &mut random, "l", 300, 6);
    for (order, descending, nulls_first) in [
        ("k", false, false),
        ("k DESC", true, true),
        ("k NULLS FIRST", false, true),
        ("k DESC NULLS LAST", true, false),
    ] {
        let mut rows = l.clone();
        rows.sort_by(|a, b| {
            let by_null = if nulls_first {
                b.1.is_none().cmp(&a.1.is_none())
            } else {
                a.1.is_none().cmp(&b.1.is_none())
            };
            let by_value = if descending { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) };
            by_null.then(by_value)
        });
        let expected: Vec<String> = rows.iter().map(|row| format!("{}|{}", row.0, shown(row.1))).collect();
        assert_eq!(rig.rows(&format!("SELECT id, k FROM l ORDER BY {order}")), expected, "{order}");
        for (limit, offset) in [(0, 0), (1, 0), (10, 5), (400, 290), (5, 400)] {
            let query = format!("SELECT id, k FROM l ORDER BY {order} LIMIT {limit} OFFSET {offset}");
            let expected: Vec<String> = expected.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(rig.rows(&query), expected, "{query}");
        }
    }
}

#[test]
fn values_of_every_kind_sort_and_group() {
    let mut rig =
        Rig::new("CREATE TABLE t (id int PRIMARY KEY, n numeric, f float8, s text, b bool, c char(4))");
    rig.run(
        "INSERT INTO t VALUES
         (1, 1.50, 'NaN', 'b', true, 'x'), (2, 1.5, '-Infinity', 'a', false, 'x  '),
         (3, -2, 0, 'ab', NULL, 'y'), (4, 'NaN', '-0', '', true, 'x'), (5, NULL, 1e300, 'B', true, NULL),
         (6, 100000000000000000000000000000000000000000.1, -1e-300, '\u{e1}', false, 'xx')",
    );
    assert_eq!(rig.rows("SELECT id FROM t ORDER BY n, id"), ["3", "1", "2", "6", "4", "5"]);
    assert_eq!(rig.rows("SELECT id FROM t ORDER BY n DESC, id"), ["5", "4", "6", "1", "2", "3"]);
    assert_eq!(rig.rows("SELECT id FROM t ORDER BY f, id"), ["2", "6", "3", "4", "5", "1"]);
    assert_eq!(rig.rows("SELECT id FROM t ORDER BY s"), ["4", "5", "2", "3", "1", "6"]);
    assert_eq!(rig.rows("SELECT id FROM t ORDER BY b, id"), ["2", "6", "1", "4", "5", "3"]);
    // 1.50 = 1.5, 0 = -0, blanks at the end of char do not count.
    assert_eq!(rig.rows("SELECT count(*) FROM t GROUP BY n ORDER BY 1"), ["1", "1", "1", "1", "2"]);
    assert_eq!(rig.rows("SELECT count(*) FROM t GROUP BY f ORDER BY 1"), ["1", "1", "1", "1", "2"]);
    assert_eq!(rig.rows("SELECT count(*) FROM t GROUP BY c ORDER BY 1"), ["1", "1", "1", "3"]);
    assert_eq!(rig.rows("SELECT count(*) FROM t a JOIN t b ON a.n = b.n"), ["7"]);
}
