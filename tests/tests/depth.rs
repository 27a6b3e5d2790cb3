//! Deep statements on the small stack of a thread: natively a larger stack is found for planning them.

use decentdb::{Connection, Database};

/// What a caller must have: more where nothing is optimised.
const STACK_BYTES: usize = if cfg!(debug_assertions) { 1 << 20 } else { 512 << 10 };

fn nest(open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

fn on_small_stack(body: fn(&Connection)) {
    let run = move || {
        let database = Database::memory().expect("a database");
        let connection = database.connect().expect("a connection");
        connection
            .execute_script("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x'), (2, 'y')")
            .expect("a table");
        body(&connection);
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run).expect("a thread");
    assert!(thread.join().is_ok());
}

/// Name, a depth that has a result, the statement at a depth.
type Shape = (&'static str, usize, fn(usize) -> String);

const SHAPES: [Shape; 22] = [
    ("calls", 190, |n| format!("SELECT {} FROM t", nest("abs(", "a", ")", n))),
    ("replace", 190, |n| format!("SELECT {} FROM t", nest("replace(", "b", ", 'q', 'r')", n))),
    ("lists of arguments", 190, |n| format!("SELECT {}", nest("coalesce(NULL, ", "1", ")", n))),
    ("NOT", 190, |n| format!("SELECT {}", nest("NOT ", "true", "", n))),
    ("NOT ()", 100, |n| format!("SELECT {} FROM t", nest("NOT (", "a = 1", ")", n))),
    ("minus", 190, |n| format!("SELECT {} FROM t", nest("- ", "a", "", n))),
    ("CASE", 90, |n| format!("SELECT {} FROM t", nest("CASE WHEN a > 5 THEN 1 ELSE ", "a", " END", n))),
    ("CAST", 190, |n| format!("SELECT {}", nest("CAST(", "1", " AS int8)", n))),
    ("AND in OR", 60, |n| {
        format!("SELECT 1 FROM t WHERE {}", nest("(a = 1 AND (a = 2 OR ", "a = 3", "))", n))
    }),
    ("arrays", 60, |n| format!("SELECT {}", nest("ARRAY[array_length(", "ARRAY[1]", ", 1)]", n))),
    ("subscripts", 90, |n| format!("SELECT {}", nest("(ARRAY[1, 1])[", "1", "]", n))),
    ("scalar", 25, |n| format!("SELECT {}", nest("(SELECT ", "1", ")", n))),
    ("FROM", 12, |n| format!("SELECT * FROM {}", nest("(SELECT * FROM ", "t", ") x", n))),
    ("groups in FROM", 12, |n| {
        format!("SELECT * FROM {}", nest("(SELECT max(a) AS a FROM ", "t", " GROUP BY a ORDER BY a) x", n))
    }),
    ("EXISTS", 25, |n| format!("SELECT 1 WHERE {}", nest("EXISTS (SELECT 1 WHERE ", "true", ")", n))),
    ("IN", 25, |n| format!("SELECT 1 WHERE {}", nest("1 IN (SELECT 1 WHERE ", "true", ")", n))),
    ("UNION in parentheses", 25, |n| nest("(", "SELECT 1", " UNION SELECT 1)", n)),
    ("INSERT", 190, |n| format!("INSERT INTO t VALUES ({})", nest("abs(", "1", ")", n))),
    ("UPDATE", 190, |n| format!("UPDATE t SET a = {}", nest("abs(", "a", ")", n))),
    ("PREPARE", 190, |n| format!("PREPARE p{n} AS SELECT {} FROM t", nest("abs(", "a", ")", n))),
    ("a view", 190, |n| format!("CREATE VIEW v{n} AS SELECT {} AS a FROM t", nest("abs(", "a", ")", n))),
    ("a table", 190, |n| format!("CREATE TABLE t{n} AS SELECT {} AS a FROM t", nest("abs(", "a", ")", n))),
];

#[test]
fn deep_statements_have_a_result_on_a_small_stack_or_are_refused() {
    on_small_stack(|connection| {
        for (name, works, shape) in SHAPES {
            for depth in [2, 6, 12, 20, 25, 30, 60, 90, 100, 150, 190, 199, 201, 1_000, 20_000] {
                // The last line before an overflow says where it was.
                println!("{name} at {depth}");
                if let Err(error) = connection.execute(&shape(depth), ()) {
                    assert_eq!(error.sqlstate().code(), "54001", "{name} at {depth}: {error:?}");
                    assert!(depth > works, "{name} at {depth} is refused");
                }
            }
        }
    });
}

#[test]
fn what_was_planned_deeply_can_be_used_and_kept() {
    on_small_stack(|connection| {
        let nested = nest("replace(", "b", ", 'x', 'xx')", 60);
        let sql = format!("SELECT length({nested}) FROM t WHERE a = $1");
        let statement = connection.prepare(&sql).expect("prepared");
        for _ in 0..2 {
            // The sixtieth replacement would make 2^60 letters of an x; y stays as it is.
            let lengths: Vec<i32> = statement.query((2,)).and_then(|rows| rows.collect_as()).expect("rows");
            assert_eq!(lengths, [1]);
        }
        connection
            .execute(&format!("CREATE VIEW deep AS SELECT a, {nested} AS b FROM t"), ())
            .expect("a view");
        let read: Vec<String> = connection.query_as("SELECT b FROM deep WHERE a = 2", ()).expect("rows");
        assert_eq!(read, ["y"]);
        connection.execute("INSERT INTO t VALUES (3, 'after')", ()).expect("the session goes on");
    });
}
