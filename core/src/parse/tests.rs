//! Accept and reject tables of the lexer, the splitter, the bounds and the parser.

use super::*;

#[test]
fn a_script_is_cut_at_semicolons_outside_quotes_and_comments() {
    let script = "select ';'; -- a;b\n/* ; /* ; */ */ select $x$;$x$ ;; select E'\\';' ; select \";\"";
    let found: Vec<&str> = statements(script).map(|(text, _)| text).collect();
    assert_eq!(found, ["select ';'", "select $x$;$x$ ", "select E'\\';' ", "select \";\""]);
    for (text, offset) in statements(script) {
        assert_eq!(&script[offset..offset + text.len()], text);
    }
}

#[test]
fn an_unterminated_quote_is_reported_by_parsing_the_rest() {
    let found: Vec<&str> = statements("select 1; select 'abc; select 2").map(|(text, _)| text).collect();
    assert_eq!(found.len(), 2);
    let error = parse(found[1]).unwrap_err();
    assert_eq!(error.message(), "unterminated quoted string at or near \"'abc; select 2\"");
    assert_eq!(error.position(), Some(8));
}

// Each must be an error, not a crash, on the 2 MB stack of a test thread.
#[test]
fn the_splitter_says_where_it_stands_and_whether_a_semicolon_was_there() {
    let script = "select 1 /* a; b */ -- c;\n ; \\d t";
    let mut cut = statements(script);
    assert_eq!(cut.next().map(|(text, _)| text.trim_end()), Some("select 1 /* a; b */ -- c;"));
    assert!(cut.is_terminated());
    assert_eq!(&script[cut.offset()..], " \\d t");
    for (text, terminated) in
        [("", false), ("select 1", false), ("select 1;", true), ("select 1; -- x;", true), ("a; b", false)]
    {
        let mut cut = statements(text);
        cut.by_ref().for_each(drop);
        assert_eq!(cut.is_terminated(), terminated, "{text}");
        assert_eq!(cut.offset(), text.len(), "{text}");
    }
}

#[test]
fn hostile_statements_are_errors_not_overflows() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("SELECT {}1{}", open.repeat(count), close.repeat(count))
    };
    let cases: Vec<(&str, String)> = vec![
        ("parentheses", deep("(", ")", 10_000)),
        ("open only", format!("SELECT {}", "(".repeat(100_000))),
        ("queries", deep("(SELECT ", ")", 1_000)),
        ("derived", format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(500), ") x".repeat(500))),
        ("join parentheses", format!("SELECT * FROM {}t{}", "(".repeat(5_000), ")".repeat(5_000))),
        ("ors", format!("SELECT 1 WHERE a = 1{}", " OR a = 1".repeat(100_000))),
        ("pluses", format!("SELECT 1{}", " + 1".repeat(50_000))),
        ("chains of chains", format!("SELECT {}1{}", "(".repeat(150), " + 1 + 1 + 1 + 1 + 1)".repeat(150))),
        ("nots", format!("SELECT {}true", "NOT ".repeat(50_000))),
        ("minuses", format!("SELECT {}1", "- ".repeat(50_000))),
        ("casts", format!("SELECT 1{}", "::int".repeat(50_000))),
        ("cases", format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(5_000), " END".repeat(5_000))),
        ("unions", format!("SELECT 1{}", " UNION SELECT 1".repeat(20_000))),
        ("joins", format!("SELECT * FROM t{}", " JOIN t ON true".repeat(20_000))),
        ("array types", format!("SELECT 1::int{}", "[]".repeat(20_000))),
        ("is null", format!("SELECT 1{}", " IS NULL".repeat(20_000))),
        ("calls", deep("abs(", ")", 5_000)),
        ("explains", format!("{}SELECT 1", "EXPLAIN ".repeat(20_000))),
        ("prepares", format!("{}SELECT 1", "PREPARE a AS ".repeat(20_000))),
        ("ifs", format!("{}SELECT 1", "IF true THEN ".repeat(20_000))),
        ("procedures", format!("CREATE PROCEDURE p AS BEGIN {} END", "IF true THEN ".repeat(20_000))),
        ("begins", "BEGIN ".repeat(20_000)),
        ("ctes", format!("{}SELECT 1", "WITH a AS (".repeat(1_000))),
        ("from joins", format!("SELECT * FROM {}", "(t JOIN ".repeat(1_000))),
        ("too long", format!("SELECT '{}'", "x".repeat(2_000_000))),
        ("parameter", "SELECT $99999999999".to_owned()),
        ("zero parameter", "SELECT $0".to_owned()),
        ("no operand", "SELECT a || FROM t".to_owned()),
        ("no column", "SELECT a, FROM t".to_owned()),
    ];
    for (name, sql) in cases {
        let outcome = parse(&sql);
        let error = match outcome {
            Err(error) => error,
            Ok(_) => panic!("{name} was accepted"),
        };
        assert!(
            ["54001", "54000", "42601", "42P02", "0A000"].contains(&error.sqlstate().code()),
            "{name}: {error:?}"
        );
    }
}

// At the limits themselves, statements still pass: the bounds are not far too tight.
#[test]
fn large_honest_statements_pass() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("SELECT {}1{}", open.repeat(count), close.repeat(count))
    };
    for sql in [
        deep("(", ")", 150),
        deep("(SELECT ", ")", 20),
        format!("SELECT 1 WHERE a = 1{}", " OR a = 1".repeat(1_000)),
        format!("SELECT 1{}", " + 1".repeat(400)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(150)),
        format!("SELECT * FROM t{}", " JOIN t ON true".repeat(150)),
        format!("SELECT * FROM t WHERE a IN (1{})", ", 1".repeat(20_000)),
        format!("INSERT INTO t VALUES (1 + 1){}", ", (1 + 1)".repeat(20_000)),
    ] {
        if let Err(error) = parse(&sql) {
            panic!("{error:?}: {}", &sql[..80]);
        }
    }
}

// A cut anywhere leaves an error or a shorter statement, never a panic.
#[test]
fn truncated_statements_never_panic() {
    let sql = "INSERT INTO \"T\" (a, b) SELECT E'x\\'y', $tag$z$tag$, 1.5e-3, $1 FROM t /* c /* d */ */ \
               WHERE x = '\u{e4}''\u{f6}' AND y::numeric(10,2) BETWEEN -1 AND +2 OR z IN (1, 2) -- end\n ORDER BY 1";
    for (cut, _) in sql.char_indices() {
        let _ = parse(&sql[..cut]);
        let _ = normalize(&sql[..cut]);
        let _ = statements(&sql[..cut]).count();
        let _ = parse(&sql[cut..]);
    }
}

#[test]
fn normalising_lifts_values_and_nothing_else() {
    let lifted =
        normalize("SELECT * FROM t WHERE id = 17 AND b = 'it''s' ORDER BY 1 LIMIT 5").expect("has literals");
    assert_eq!(lifted.text, "SELECT * FROM t WHERE id = $1 AND b = $2 ORDER BY 1 LIMIT $3");
    assert_eq!(lifted.literals, [Literal::Integer(17), Literal::Text("it's".into()), Literal::Integer(5)]);
    for sql in [
        "SELECT a FROM t",
        "SELECT a FROM t WHERE d = DATE '2020-01-01'",
        "SELECT a + 1 FROM t GROUP BY a + 1",
        "SELECT $1 + 1",
        "SELECT a::numeric(10, 2) FROM t",
        "CREATE TABLE t (a int DEFAULT 5)",
        "SELECT DISTINCT 1",
        "SELECT E'\\n'",
    ] {
        assert_eq!(normalize(sql), None, "{sql}");
    }
}

#[test]
fn literal_rows_take_the_fast_way_and_others_do_not() {
    let fast = |sql: &str| matches!(parse(sql).map(|parsed| parsed.ast().clone()), Ok(Ast::InsertRows(_)));
    assert!(fast("insert into t values (1, -2.5, 'x', null, true, default), (2, 3, $$y$$, NULL, false, 5);"));
    assert!(fast("INSERT INTO public.\"T\" (\"A\", b) VALUES (1, '')"));
    assert!(!fast("insert into t values (1 + 1)"));
    assert!(!fast("insert into t values (1) returning a"));
    assert!(!fast("insert into t values ($1)"));
    assert!(!fast("insert into t select 1"));
    assert!(!fast("insert into select values (1)"));
}

#[test]
fn what_only_the_general_parser_would_accept_is_refused_where_it_stands() {
    for (sql, message, position) in [
        ("SELECT 123abc", "trailing junk after numeric literal at or near \"123abc\"", 8),
        ("SELECT 1_000", "trailing junk after numeric literal at or near \"1_000\"", 8),
        ("SELECT 1.5e", "trailing junk after numeric literal at or near \"1.5e\"", 8),
        ("SELECT 1 AS \"\"", "zero-length delimited identifier at or near \"\"\"\"", 13),
        ("SELECT 'a' 'b'", "syntax error at or near \"'b'\"", 12),
        ("SELECT 'a' /* \n */ 'b'", "syntax error at or near \"'b'\"", 20),
        ("SELECT 1 'x'", "syntax error at or near \"'x'\"", 10),
        ("SELECT 1 AS 'x'", "syntax error at or near \"'x'\"", 13),
        ("CREATE TABLE t (a int AUTO_INCREMENT)", "syntax error at or near \"AUTO_INCREMENT\"", 23),
        ("CREATE TABLE t (a int PRIMARY KEY AUTOINCREMENT)", "syntax error at or near \"AUTOINCREMENT\"", 35),
        ("CREATE TABLE t (a varchar(3) DESC)", "syntax error at or near \"DESC\"", 30),
        ("ALTER TABLE t ADD a int AUTO_INCREMENT", "syntax error at or near \"AUTO_INCREMENT\"", 25),
    ] {
        let error = parse(sql).expect_err(sql);
        assert_eq!((error.message(), error.position()), (message, Some(position)), "{sql}");
    }
}

#[test]
fn what_postgresql_accepts_passes_the_strict_look() {
    for sql in [
        "SELECT 'a'\n 'b', 'c' -- why\n 'd'",
        "SELECT 1e5, 1.5E-3, .5, 1.::int, date '2020-01-01', interval(3) '1 day', numeric(3,1) '1.5'",
        "SELECT a ISNULL, (1) isnull, 'x' ISNULL OR NULL ISNULL FROM t WHERE $1 ISNULL",
        "SELECT auto_increment, \"desc\" FROM t ORDER BY a DESC, (b) ASC",
        "CREATE TABLE t (auto_increment int, autoincrement int, a int CHECK (a > 0))",
        "CREATE TABLE t AS (SELECT a FROM s ORDER BY a DESC)",
        "ALTER TABLE t ADD COLUMN auto_increment int",
        "SELECT x AS isnull FROM t",
    ] {
        parse(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    let printed = |sql| match parse(sql).unwrap().ast() {
        Ast::Statement(statement) => statement.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(printed("SELECT 'a'\n'b'"), "SELECT 'ab'");
    assert_eq!(printed("SELECT a ISNULL FROM t"), "SELECT a IS NULL FROM t");
}
