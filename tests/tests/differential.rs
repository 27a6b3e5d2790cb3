//! Generated queries, on PostgreSQL and here: the same rows, and the same SQLSTATE when they fail.
//!
//! Every seed makes some queries; a difference is printed with its seed. `DECENTDB_SEED` and
//! `DECENTDB_QUERIES` choose others and more. Seeds that once differed are in [`KEPT`].

use decentdb_core::db::Connection;
use decentdb_tests::decent::{answer, memory_database};
use decentdb_tests::generator::{Generator, indexes, tables};
use decentdb_tests::postgres::{Server, Session};
use decentdb_tests::script::Answer;

/// Seed of the rows.
const DATA_SEED: u64 = 7;
/// First seed of the queries.
const SEED: u64 = 20_261_123;
const QUERIES: u64 = 3_000;
/// Seeds of queries that once differed.
const KEPT: &[u64] = &[];

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

fn lines(answer: &Answer, ordered: bool) -> Vec<String> {
    let mut lines = match answer {
        // Messages are the scripts' affair.
        Answer::Failed { code, .. } => return vec![format!("ERROR {code}")],
        other => other.lines(),
    };
    if !ordered && !lines.is_empty() {
        lines[1..].sort_unstable();
    }
    lines
}

fn difference(seed: u64, session: &mut Session, connection: &Connection, failed: &mut u64) -> Option<String> {
    let query = Generator::new(seed).query();
    let wanted = session.answer(&query.sql);
    let got = answer(connection, &query.sql);
    if matches!(wanted, Answer::Failed { .. }) {
        *failed += 1;
    }
    let (wanted_lines, got_lines) = (lines(&wanted, query.ordered), lines(&got, query.ordered));
    (wanted_lines != got_lines).then(|| {
        let show = |answer: &Answer, lines: &[String]| match answer {
            Answer::Failed { .. } => answer.lines().join("\n"),
            _ => lines.iter().take(40).cloned().collect::<Vec<_>>().join("\n"),
        };
        format!(
            "seed {seed}: {}\nPostgreSQL:\n{}\nhere:\n{}\n",
            query.sql,
            show(&wanted, &wanted_lines),
            show(&got, &got_lines)
        )
    })
}

#[test]
fn generated_queries_have_postgresql_s_answers() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => {
            decentdb_tests::allow_skip(&format!("generated queries are not compared with PostgreSQL: {why}"));
            return;
        }
    };
    let mut session = server.session("generated").expect("a fresh database");
    let connection = memory_database().connect().expect("a connection");
    for sql in tables(DATA_SEED).iter().chain(&indexes()) {
        let (wanted, got) = (session.answer(sql), answer(&connection, sql));
        assert_eq!(wanted.lines(), got.lines(), "{sql}");
    }
    let first = variable("DECENTDB_SEED", SEED);
    let queries = variable("DECENTDB_QUERIES", QUERIES);
    let mut failed = 0;
    let seeds = KEPT.iter().copied().chain(first..first + queries);
    let found: Vec<String> =
        seeds.filter_map(|seed| difference(seed, &mut session, &connection, &mut failed)).collect();
    println!("{queries} queries from seed {first}, {failed} of them errors in PostgreSQL too");
    assert!(found.is_empty(), "{} of {queries} differ:\n{}", found.len(), found.join("\n"));
    // The generator is to make queries that answer.
    assert!(failed * 20 < queries, "{failed} of {queries} are errors");
}
