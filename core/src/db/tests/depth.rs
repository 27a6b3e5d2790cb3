//! Deep statements: a result or 54001, never an overflow, on the stacks we promise.
//!
//! An overflow ends the process: there is nothing to assert about it but that the next line runs.

use super::{Connection, with};
use crate::error::Result;

/// What a caller must have: more where nothing is optimised.
const STACK_BYTES: usize = if cfg!(debug_assertions) { 1 << 20 } else { 512 << 10 };

/// Around the limits of `base::limits`, and far beyond.
const DEPTHS: [usize; 15] = [2, 12, 30, 60, 100, 150, 199, 201, 499, 501, 990, 1_200, 5_990, 6_010, 20_000];

/// A statement with its depth as a parameter.
type Shape = fn(usize) -> String;

fn on_small_stack(body: fn(&Connection)) {
    let run = move || {
        let connection = with(
            "CREATE TABLE t (a int, b text); CREATE TABLE u (a int, l int[]); INSERT INTO t VALUES (1, 'x'), (2, 'y')",
        );
        body(&connection);
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run).expect("a thread");
    assert!(thread.join().is_ok());
}

fn run(connection: &Connection, sql: &str) -> Result<u64> {
    connection.execute(sql, ())
}

/// Each shape at all depths; up to `works` it has a result.
fn check(connection: &Connection, shapes: &[(&str, usize, Shape)]) {
    for (name, works, shape) in shapes {
        for depth in DEPTHS {
            // The last line before an overflow says where it was.
            println!("{name} at {depth}");
            let sql = shape(depth);
            match run(connection, &sql) {
                Ok(_) => {}
                Err(error) => {
                    let state = error.sqlstate();
                    let code = state.code();
                    // 2201B: a regular expression that is too complex, as PostgreSQL says it.
                    let is_limit = code == "54001" || code == "54000" || code == "2201B";
                    assert!(is_limit, "{name} at {depth}: {error:?}");
                    assert!(depth > *works, "{name} at {depth} is refused");
                }
            }
        }
        assert_eq!(run(connection, "SELECT 1").ok(), Some(1), "after {name}");
    }
}

fn nest(open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

fn joins(depth: usize, join: impl Fn(usize) -> String) -> String {
    (0..depth).map(join).collect()
}

#[test]
fn nested_expressions_have_a_result_or_are_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("parentheses", 60, |n| format!("SELECT {}", nest("(", "1", ")", n))),
                ("calls", 12, |n| format!("SELECT {} FROM t", nest("abs(", "a", ")", n))),
                ("lists of arguments", 12, |n| format!("SELECT {}", nest("coalesce(NULL, ", "1", ")", n))),
                ("NOT", 60, |n| format!("SELECT {}", nest("NOT ", "true", "", n))),
                ("NOT ()", 12, |n| format!("SELECT {}", nest("NOT (", "a = 1", ")", n) + " FROM t")),
                ("minus", 60, |n| format!("SELECT {} FROM t", nest("- ", "a", "", n))),
                ("CASE", 12, |n| {
                    format!("SELECT {} FROM t", nest("CASE WHEN a > 5 THEN 1 ELSE ", "a", " END", n))
                }),
                ("CAST", 12, |n| format!("SELECT {}", nest("CAST(", "1", " AS int8)", n))),
                ("AND in OR", 12, |n| {
                    format!("SELECT 1 FROM t WHERE {}", nest("(a = 1 AND (a = 2 OR ", "a = 3", "))", n))
                }),
                ("BETWEEN in BETWEEN", 2, |n| {
                    format!("SELECT {}", nest("(", "true", " BETWEEN false AND true)", n))
                }),
                ("IN in IN", 12, |n| format!("SELECT {}", nest("(", "true", " IN (true, false, NULL))", n))),
                ("an aggregate", 60, |n| format!("SELECT {} FROM t", nest("(", "count(*)", ")", n))),
            ],
        );
    });
}

#[test]
fn nested_queries_have_a_result_or_are_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("scalar", 12, |n| format!("SELECT {}", nest("(SELECT ", "1", ")", n))),
                ("FROM", 12, |n| format!("SELECT * FROM {}", nest("(SELECT * FROM ", "t", ") x", n))),
                ("EXISTS", 12, |n| {
                    format!("SELECT 1 WHERE {}", nest("EXISTS (SELECT 1 WHERE ", "true", ")", n))
                }),
                ("IN", 12, |n| format!("SELECT 1 WHERE {}", nest("1 IN (SELECT 1 WHERE ", "true", ")", n))),
                ("WITH", 12, |n| nest("WITH c AS (", "SELECT 1", ") SELECT * FROM c", n)),
                ("WITH after WITH", 12, |n| {
                    let n = n.min(2_000);
                    let more = joins(n, |at| format!(", c{} AS (SELECT * FROM c{at})", at + 1));
                    format!("WITH c0 AS (SELECT 1 AS x){more} SELECT * FROM c{n}")
                }),
                ("UNION in parentheses", 12, |n| nest("(", "SELECT 1", " UNION SELECT 1)", n)),
                ("parentheses", 12, |n| nest("(", "SELECT 1", ")", n)),
                ("joins in parentheses", 12, |n| {
                    format!(
                        "SELECT 1 FROM {}t{}",
                        "(".repeat(n),
                        joins(n, |at| format!(" JOIN t t{at} ON false)"))
                    )
                }),
                ("joins in parentheses after a comma", 2, |n| {
                    format!(
                        "SELECT 1 FROM t, {}t u{}",
                        "(".repeat(n),
                        joins(n, |at| format!(" JOIN t t{at} ON false)"))
                    )
                }),
            ],
        );
    });
}

#[test]
fn chains_have_a_result_or_are_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("OR", 5_990, |n| format!("SELECT 1 FROM t WHERE a = 0{}", " OR a = 1".repeat(n))),
                ("AND", 5_990, |n| format!("SELECT 1 FROM t WHERE a = 0{}", " AND a = 1".repeat(n))),
                ("OR as a value", 5_990, |n| format!("SELECT a = 0{} FROM t", " OR a = 1".repeat(n))),
                ("OR of an UPDATE", 5_990, |n| {
                    format!("UPDATE t SET b = 'z' WHERE a = 0{}", " OR a = 1".repeat(n))
                }),
                ("EXPLAIN", 1_200, |n| {
                    format!("EXPLAIN SELECT 1 FROM t WHERE a = 0{}", " OR a = 1".repeat(n))
                }),
                ("plus", 60, |n| format!("SELECT a{} FROM t", " + 1".repeat(n))),
                ("plus of constants", 60, |n| format!("SELECT 1{}", " + 1".repeat(n))),
                ("concatenation", 60, |n| format!("SELECT b{} FROM t", " || 'x'".repeat(n))),
                ("EXPLAIN of concatenation", 60, |n| {
                    format!("EXPLAIN SELECT b{} FROM t", " || 'x'".repeat(n))
                }),
                ("casts", 150, |n| format!("SELECT 1{}", "::int".repeat(n))),
                ("IS NULL", 60, |n| format!("SELECT 1{}", " IS NULL".repeat(n))),
                ("BETWEEN", 2, |n| format!("SELECT true{}", " BETWEEN false AND true".repeat(n))),
                ("UNION", 30, |n| format!("SELECT 1{}", " UNION SELECT 1".repeat(n))),
                ("UNION ALL", 30, |n| format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(n))),
                ("EXCEPT", 30, |n| format!("SELECT 1{}", " EXCEPT SELECT 2".repeat(n))),
                ("IN", 20_000, |n| format!("SELECT 1 FROM t WHERE a IN (1{})", ", 1".repeat(n))),
                ("IN over columns", 20_000, |n| format!("SELECT 1 FROM t WHERE a IN (a{})", ", a".repeat(n))),
                ("VALUES", 20_000, |n| format!("VALUES (1){}", ", (1 + 1)".repeat(n))),
            ],
        );
    });
}

#[test]
fn joins_in_a_row_have_a_result_or_are_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("JOIN", 30, |n| {
                    format!("SELECT 1 FROM t{}", joins(n, |at| format!(" JOIN t t{at} ON t{at}.a = t.a")))
                }),
                ("LEFT JOIN", 30, |n| {
                    format!(
                        "SELECT 1 FROM t{}",
                        joins(n, |at| format!(" LEFT JOIN t t{at} ON t{at}.a = t.a"))
                    )
                }),
                ("commas", 30, |n| {
                    format!("SELECT 1 FROM t{} WHERE false", joins(n, |at| format!(", t t{at}")))
                }),
                ("LATERAL", 30, |n| {
                    format!("SELECT 1 FROM t{}", joins(n, |at| format!(", LATERAL (SELECT t.a) l{at}")))
                }),
            ],
        );
    });
}

#[test]
fn deep_definitions_are_kept_or_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("CHECK", 30, |n| {
                    format!("CREATE TABLE c{n} (a int CHECK ({}))", nest("(", "a > 0", ")", n))
                }),
                ("CHECK with AND", 499, |n| {
                    format!("CREATE TABLE d{n} (a int CHECK (a > 0{}))", " AND a > 0".repeat(n))
                }),
                ("DEFAULT", 60, |n| format!("CREATE TABLE e{n} (a int DEFAULT 1{})", " + 1".repeat(n))),
            ],
        );
    });
}

// 32,000 items, as some programs write them.
#[test]
fn a_long_list_finds_its_row() {
    on_small_stack(|connection| {
        let sql = format!("SELECT b FROM t WHERE a IN (2{})", ", 77".repeat(32_000));
        assert_eq!(super::rows(connection, &sql), ["y"]);
        let sql = format!("SELECT b FROM t WHERE a = 2{}", " OR a = 77".repeat(5_000));
        assert_eq!(super::rows(connection, &sql), ["y"]);
    });
}

#[test]
fn other_nested_syntax_has_a_result_or_is_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("ARRAY in ARRAY", 2, |n| format!("SELECT {}", nest("ARRAY[", "1", "]", n.min(6)))),
                ("arrays of lengths", 12, |n| {
                    format!("SELECT {}", nest("ARRAY[array_length(", "ARRAY[1]", ", 1)]", n))
                }),
                ("subscripts in subscripts", 12, |n| {
                    format!("SELECT {}", nest("(ARRAY[1, 1])[", "1", "]", n))
                }),
                ("subscripts in a row", 2, |n| format!("SELECT ('{{1}}'::int[]){}", "[1:1]".repeat(n))),
                ("ROW (a, b) in CASE", 12, |n| {
                    format!("SELECT {}", nest("CASE WHEN ROW (1, 2) = ROW (1, ", "2", ") THEN 1 END", n))
                }),
                ("BETWEEN SYMMETRIC", 2, |n| {
                    format!("SELECT {}", nest("(true BETWEEN SYMMETRIC ", "false", " AND true)", n))
                }),
                ("LIKE in LIKE", 12, |n| format!("SELECT {}", nest("(('a' LIKE ", "'a'", ")::text)", n))),
                ("IS DISTINCT", 12, |n| {
                    format!("SELECT {} FROM t", nest("((a = 1) IS DISTINCT FROM ", "true", ")", n))
                }),
                ("windows in FROM", 2, |n| {
                    format!(
                        "SELECT * FROM {}",
                        nest("(SELECT sum(a) OVER (ORDER BY a) AS a FROM ", "t", ") x", n)
                    )
                }),
                ("functions in FROM", 2, |n| {
                    format!(
                        "SELECT * FROM {}",
                        nest("(SELECT g AS a FROM generate_series(1, 2) g, ", "t", ") x", n.min(12))
                    )
                }),
                ("functions of functions", 12, |n| {
                    format!(
                        "SELECT * FROM generate_series(1, {})",
                        nest("(SELECT max(s) FROM generate_series(1, ", "1", ") s)", n)
                    )
                }),
                ("groups in FROM", 2, |n| {
                    format!(
                        "SELECT * FROM {}",
                        nest("(SELECT max(a) AS a FROM ", "t", " GROUP BY a HAVING max(a) > 0) x", n)
                    )
                }),
                ("sorted in FROM", 2, |n| {
                    format!(
                        "SELECT * FROM {}",
                        nest("(SELECT DISTINCT a FROM ", "t", " ORDER BY a LIMIT 5) x", n)
                    )
                }),
                ("FILTER", 2, |n| {
                    format!(
                        "SELECT {} FROM t",
                        nest("(SELECT count(*) FILTER (WHERE ", "1", " = 1) FROM t)", n)
                    )
                }),
                ("nullif", 12, |n| format!("SELECT {}", nest("nullif(", "1", ", 2)", n))),
                ("members of rows", 2, |n| {
                    format!("SELECT {}", nest("((1, ", "true", ") IN ((1, true), (2, false)))", n))
                }),
                ("ROLLUP", 2, |n| {
                    format!(
                        "SELECT {}",
                        nest("(SELECT max(a) FROM t GROUP BY ROLLUP(a, 1 + ", "1", ") LIMIT 1)", n)
                    )
                }),
                ("a window with OR", 5_990, |n| {
                    format!("SELECT sum(a) OVER (ORDER BY a = 0{}) FROM t", " OR a = 1".repeat(n))
                }),
                ("windows of windows", 12, |n| {
                    let more = joins(n, |at| format!(", w{} AS (w{at})", at + 1));
                    format!("SELECT sum(a) OVER w{n} FROM t WINDOW w0 AS (ORDER BY a){more}")
                }),
                ("OR in FROM", 5_990, |n| format!("SELECT * FROM coalesce(1 = 0{})", " OR 1 = 1".repeat(n))),
                ("types", 2, |n| format!("SELECT NULL::int{}", "[]".repeat(n))),
            ],
        );
    });
}

#[test]
fn statements_other_than_queries_have_a_result_or_are_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("EXPLAIN", 2, |n| format!("EXPLAIN SELECT {}", nest("abs(", "1", ")", n))),
                ("EXPLAIN of queries", 2, |n| format!("EXPLAIN SELECT {}", nest("(SELECT ", "1", ")", n))),
                ("VIEW", 12, |n| {
                    format!("CREATE VIEW v{n} AS SELECT {} AS x", nest("(SELECT ", "1", ")", n))
                }),
                ("VIEW with OR", 5_990, |n| {
                    format!("CREATE VIEW w{n} AS SELECT a FROM t WHERE a = 0{}", " OR a = 1".repeat(n))
                }),
                ("TABLE AS", 12, |n| {
                    format!("CREATE TABLE ta{n} AS SELECT {} AS x", nest("(SELECT ", "1", ")", n))
                }),
                ("DOMAIN", 12, |n| {
                    format!("CREATE DOMAIN d{n} AS int CHECK ({})", nest("abs(", "value", ")", n) + " > 0")
                }),
                ("DOMAIN with AND", 499, |n| {
                    format!("CREATE DOMAIN da{n} AS int CHECK (value > 0{})", " AND value > 0".repeat(n))
                }),
                ("PREPARE", 12, |n| format!("PREPARE p{n} AS SELECT {} FROM t", nest("abs(", "a", ")", n))),
                ("GENERATED", 12, |n| {
                    format!(
                        "CREATE TABLE g{n} (a int, b int GENERATED ALWAYS AS ({}) STORED)",
                        nest("abs(", "a", ")", n)
                    )
                }),
                ("INSERT", 12, |n| format!("INSERT INTO t VALUES ({})", nest("abs(", "1", ")", n))),
                ("INSERT of a query", 12, |n| {
                    format!("INSERT INTO t SELECT {}", nest("(SELECT ", "1", ")", n))
                }),
                ("UPDATE", 12, |n| format!("UPDATE t SET a = {}", nest("abs(", "a", ")", n))),
                ("UPDATE of an element", 2, |n| {
                    format!("UPDATE t SET b = 'x' WHERE a = {}", nest("(ARRAY[1])[", "1", "]", n))
                }),
                ("UPDATE of elements", 60, |n| {
                    let more = joins(n, |at| format!(", l[{}] = {at}", at + 1));
                    format!("UPDATE u SET l[0] = 0{more}")
                }),
                ("INSERT of elements", 60, |n| {
                    let names = joins(n, |at| format!(", l[{}]", at + 1));
                    format!("INSERT INTO u (l[0]{names}) VALUES (0{})", ", 1".repeat(n))
                }),
                ("casts to DOMAIN", 2, |n| format!("SELECT a{} FROM t", "::d2".repeat(n))),
                ("MERGE", 12, |n| {
                    let on = nest("abs(", "t.a", ")", n);
                    format!("MERGE INTO u USING t ON u.a = {on} WHEN MATCHED AND {on} < 0 THEN DELETE")
                }),
                ("changes in WITH", 2, |n| {
                    let more = joins(n, |at| format!(", c{} AS (SELECT * FROM c{at})", at + 1));
                    format!("WITH c0 AS (DELETE FROM u WHERE false RETURNING a){more} SELECT * FROM c{n}")
                }),
                ("RETURNING", 12, |n| {
                    format!("DELETE FROM t WHERE false RETURNING {}", nest("abs(", "a", ")", n))
                }),
                ("ALTER TYPE", 12, |n| {
                    format!("ALTER TABLE u ALTER COLUMN a TYPE int USING {}", nest("abs(", "a", ")", n))
                }),
                ("LIMIT", 12, |n| format!("SELECT 1 LIMIT {}", nest("abs(", "1", ")", n))),
            ],
        );
    });
}

// What is kept as text is parsed while what names it is being bound.
#[test]
fn views_over_views_have_a_result_or_are_refused() {
    on_small_stack(|connection| {
        let mut refused = None;
        let union = " UNION ALL SELECT x FROM t0 WHERE false".repeat(20);
        run(connection, "CREATE TABLE t0 (x int)").expect("a table");
        run(connection, "INSERT INTO t0 VALUES (7)").expect("a row");
        for at in 1..400 {
            let sql = format!("CREATE VIEW v{at} AS SELECT x FROM (SELECT x FROM t0{union}) y");
            let sql =
                sql.replacen("FROM t0", &format!("FROM {}{}", if at == 1 { "t" } else { "v" }, at - 1), 1);
            if let Err(error) = run(connection, &sql) {
                assert_eq!(error.sqlstate().code(), "54001", "{at}: {error:?}");
                refused = Some(at);
                break;
            }
            if at % 7 == 0 {
                match run(connection, &format!("SELECT x FROM v{at} WHERE x > 0")) {
                    Ok(rows) => assert_eq!(rows, 1, "{at}"),
                    Err(error) => assert_eq!(error.sqlstate().code(), "54001", "{at}: {error:?}"),
                }
            }
        }
        assert!(refused.is_some_and(|at| at > 5), "{refused:?}");
    });
}

// Conditions move below what computes their columns, and would grow there.
#[test]
fn conditions_over_computed_columns_do_not_explode() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("sums of sums", 30, |n| {
                    let n = n.min(500);
                    let more = joins(n, |at| format!(", c{} AS (SELECT x + x AS x FROM c{at})", at + 1));
                    format!("WITH c0 AS (SELECT 0 AS x FROM t){more} SELECT * FROM c{n} WHERE x > 0")
                }),
                ("long sums of sums", 2, |n| {
                    let n = n.min(20);
                    let sum = " + 1".repeat(40);
                    format!(
                        "SELECT 1 FROM {} WHERE a > 0",
                        nest(&format!("(SELECT a{sum} AS a FROM "), "t", ") x", n)
                    )
                }),
                ("WITH and UNION", 2, |n| {
                    let n = n.min(300);
                    let union = " UNION ALL SELECT 1".repeat(20);
                    let more = joins(n, |at| format!(", c{} AS (SELECT x FROM c{at}{union})", at + 1));
                    format!("WITH c0 AS (SELECT 1 AS x){more} SELECT count(*) FROM c{n}")
                }),
                ("UNION in UNION", 2, |n| {
                    let union = " UNION ALL SELECT 1".repeat(20);
                    nest("(", "SELECT 1", &format!("{union})"), n.min(2_000))
                }),
                ("sums put in place", 60, |n| {
                    let sum = " + 1".repeat(n);
                    format!(
                        "WITH c AS NOT MATERIALIZED (SELECT a{sum} AS x FROM t) \
                         SELECT 1 FROM c JOIN c d ON c.x = d.x WHERE c.x > 0 GROUP BY c.x, c.x + d.x"
                    )
                }),
                ("recursive with OR", 5_990, |n| {
                    format!(
                        "WITH RECURSIVE c AS (SELECT 1 AS x WHERE 1 = 0{}) SELECT * FROM c",
                        " OR 1 = 1".repeat(n)
                    )
                }),
            ],
        );
    });
}

#[test]
fn deep_values_are_refused() {
    on_small_stack(|connection| {
        check(
            connection,
            &[
                ("JSON", 990, |n| format!("SELECT '{}'::jsonb", nest("[", "1", "]", n))),
                ("JSON as text", 990, |n| format!("SELECT '{}'::json", nest("[", "1", "]", n))),
                ("a regular expression", 60, |n| format!("SELECT 'a' ~ '{}'", nest("(", "a", ")", n))),
                ("JSON built", 990, |n| {
                    format!(
                        "WITH RECURSIVE r(n, j) AS (SELECT 1, '1'::jsonb UNION ALL \
                         SELECT n + 1, jsonb_build_array(j) FROM r WHERE n < {}) SELECT max(n), max(j::text) FROM r",
                        n.min(6_010)
                    )
                }),
            ],
        );
    });
}
