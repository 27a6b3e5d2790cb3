//! Whole statements in memory: point lookup, scan, aggregate, join, search, prepare.

#![allow(missing_docs, reason = "criterion's macro makes undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decentdb_benches::filled;

const ROWS: i64 = 100_000;

fn statements(c: &mut Criterion) {
    let database = filled(ROWS).expect("a filled database");
    let connection = database.connect().expect("a connection");

    let point = connection.prepare("SELECT a, b, c FROM item WHERE id = $1").expect("a statement");
    let mut step = 0;
    c.bench_function("point lookup, prepared", |b| {
        b.iter(|| {
            step = (step + 48_271) % ROWS;
            point.query_row((step,), |row| row.get::<i64>(0)).expect("a row")
        });
    });
    c.bench_function("point lookup, cached text", |b| {
        b.iter(|| {
            connection
                .query_row("SELECT a FROM item WHERE id = 77", (), |row| row.get::<i64>(0))
                .expect("a row")
        });
    });
    let mut literal = 0;
    c.bench_function("point lookup, new literal each time", |b| {
        b.iter(|| {
            literal = (literal + 1) % ROWS;
            let sql = format!("SELECT a FROM item WHERE id = {literal}");
            connection.query_row(&sql, (), |row| row.get::<i64>(0)).expect("a row")
        });
    });

    let mut scans = c.benchmark_group("scan");
    scans.throughput(Throughput::Elements(ROWS as u64));
    scans.sample_size(20);
    for (name, sql) in [
        ("sum of one column", "SELECT sum(a) FROM item"),
        ("filter and count", "SELECT count(*) FROM item WHERE e < 10"),
        ("group by 100 keys", "SELECT e, count(*) FROM item GROUP BY e"),
        ("LIKE", "SELECT count(*) FROM item WHERE c LIKE '%9999%'"),
        ("top 10", "SELECT id FROM item ORDER BY a DESC LIMIT 10"),
        ("join with itself", "SELECT count(*) FROM item x JOIN item y ON x.a = y.id"),
    ] {
        let statement = connection.prepare(sql).expect("a statement");
        scans.bench_function(name, |b| {
            b.iter(|| {
                let mut rows = statement.query(()).expect("rows");
                let mut count = 0;
                while rows.next().expect("a row").is_some() {
                    count += 1;
                }
                count
            });
        });
    }
    scans.finish();
}

criterion_group!(benches, statements);
criterion_main!(benches);
