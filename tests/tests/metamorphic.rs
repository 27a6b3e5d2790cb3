//! Relations between answers, which hold whatever the answer is: no other engine is asked.
//!
//! ```text
//! TLP     rows of F = rows where p + rows where NOT p + rows where p IS NULL     (Rigger, Su, OOPSLA 2020)
//! NoREC   count of F where p = times p is true over F                            (Rigger, Su, FSE 2020)
//! plans   the same rows with indexes, without, and with kinds of joins and of grouping forbidden
//! batches the same rows with one row at a time
//! ```
//!
//! `DECENTDB_SEED` and `DECENTDB_QUERIES` choose other queries and more. A failing seed is printed.

use decentdb_core::db::{Connection, Database, Options};
use decentdb_core::env::Env;
use decentdb_tests::decent::answer;
use decentdb_tests::generator::{Generator, indexes, tables};
use decentdb_tests::script::Answer;

const DATA_SEED: u64 = 11;
const SEED: u64 = 1;
const QUERIES: u64 = 20_000;

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

fn seeds() -> std::ops::Range<u64> {
    let first = variable("DECENTDB_SEED", SEED);
    first..first + variable("DECENTDB_QUERIES", QUERIES)
}

fn filled(batch_rows_max: usize, indexed: bool, settings: &[&str]) -> Connection {
    let options = Options { batch_rows_max, allow_weaker_barrier: true, ..Options::default() };
    let database = Database::open(Env::memory(1), "memory", options).expect("a database in memory");
    let connection = database.connect().expect("a connection");
    let settings: Vec<String> = settings.iter().map(|name| format!("SET {name} = off")).collect();
    for sql in tables(DATA_SEED).iter().chain(indexes().iter().filter(|_| indexed)).chain(&settings) {
        let done = answer(&connection, sql);
        assert!(!matches!(done, Answer::Failed { .. }), "{sql}: {done:?}");
    }
    connection
}

/// The rows in an order of their own, or the SQLSTATE.
fn rows(connection: &Connection, sql: &str) -> Result<Vec<String>, String> {
    match answer(connection, sql) {
        Answer::Failed { code, message } => Err(format!("{code} {message}")),
        other => {
            let mut lines = other.lines();
            lines.remove(0);
            lines.sort_unstable();
            Ok(lines)
        }
    }
}

/// Runs `check` for every seed; nothing may be found.
fn for_each_seed(name: &str, mut check: impl FnMut(u64) -> Option<String>) {
    let (mut found, mut count) = (Vec::new(), 0_u64);
    for seed in seeds() {
        count += 1;
        found.extend(check(seed).map(|what| format!("seed {seed}: {what}")));
    }
    println!("{name}: {count} queries");
    assert!(found.is_empty(), "{name}: {} of {count} differ:\n{}", found.len(), found.join("\n"));
}

fn the_same(connections: &[Connection], sql: &str) -> Option<String> {
    let wanted = rows(&connections[0], sql);
    for (at, other) in connections.iter().enumerate().skip(1) {
        let got = rows(other, sql);
        if got != wanted {
            return Some(format!("{sql}\nfirst: {wanted:?}\nnumber {at}: {got:?}"));
        }
    }
    None
}

#[test]
fn a_condition_parts_the_rows_into_three() {
    let connection = filled(usize::MAX, true, &[]);
    for_each_seed("TLP", |seed| {
        let (from, condition) = Generator::new(seed).condition();
        let all = rows(&connection, &format!("SELECT * FROM {from}"));
        let mut parts = Ok(Vec::new());
        for part in [condition.clone(), format!("NOT {condition}"), format!("({condition}) IS NULL")] {
            let some = rows(&connection, &format!("SELECT * FROM {from} WHERE {part}"));
            parts = parts.and_then(|mut parts: Vec<String>| {
                parts.extend(some?);
                Ok(parts)
            });
        }
        let parts = parts.map(|mut parts| {
            parts.sort_unstable();
            parts
        });
        // An error of the condition is an error of every part; without rows there may be none.
        (parts.is_ok() && parts != all).then(|| format!("{from} WHERE {condition}\n{all:?}\n{parts:?}"))
    });
}

#[test]
fn a_condition_is_true_as_often_in_where_as_among_the_columns() {
    let connection = filled(usize::MAX, true, &[]);
    for_each_seed("NoREC", |seed| {
        let (from, condition) = Generator::new(seed).condition();
        let counted = rows(&connection, &format!("SELECT count(*) FROM {from} WHERE {condition}"));
        let values = rows(&connection, &format!("SELECT ({condition}) IS TRUE FROM {from}"));
        let times = values.map(|rows| vec![rows.iter().filter(|row| *row == "t").count().to_string()]);
        (counted != times).then(|| format!("{from} WHERE {condition}\n{counted:?}\n{times:?}"))
    });
}

#[test]
fn every_plan_has_the_same_rows() {
    let connections = [
        filled(usize::MAX, true, &[]),
        filled(usize::MAX, false, &[]),
        filled(usize::MAX, true, &["enable_hashjoin", "enable_mergejoin", "enable_seqscan"]),
        filled(usize::MAX, true, &["enable_nestloop", "enable_indexscan"]),
    ];
    for_each_seed("plans", |seed| the_same(&connections, &Generator::new(seed).query().sql));
}

#[test]
fn one_row_at_a_time_makes_the_same_rows() {
    let connections = [filled(usize::MAX, true, &[]), filled(1, true, &[])];
    for_each_seed("batches", |seed| the_same(&connections, &Generator::new(seed).query().sql));
}
