//! Commits on a real file, durable and not, and inserts inside one transaction.

#![allow(missing_docs, reason = "criterion's macro makes undocumented functions")]

use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decentdb::{Database, Durability, Options};
use decentdb_benches::{INSERT, SCHEMA, insert};

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("decentdb-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

fn commits(c: &mut Criterion) {
    let folder = folder();
    let mut group = c.benchmark_group("one-row commit");
    group.sample_size(20);
    for (name, durability) in
        [("Full", Durability::Full), ("Normal", Durability::Normal), ("None", Durability::None)]
    {
        let path = folder.join(format!("{name}.ddb"));
        let database =
            Database::open_with(&path, Options { durability, ..Options::default() }).expect("a database");
        let connection = database.connect().expect("a connection");
        connection.execute_script(SCHEMA).expect("a schema");
        let statement = connection.prepare(INSERT).expect("a statement");
        let mut id = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                id += 1;
                statement.execute((id, id * 3, "item", 7)).expect("a commit")
            });
        });
    }
    group.finish();

    let mut bulk = c.benchmark_group("insert in one transaction");
    bulk.sample_size(10);
    bulk.throughput(Throughput::Elements(10_000));
    let database = Database::open(folder.join("bulk.ddb")).expect("a database");
    let connection = database.connect().expect("a connection");
    connection.execute_script(SCHEMA).expect("a schema");
    let mut first = 0;
    bulk.bench_function("10,000 rows", |b| {
        b.iter(|| {
            connection.execute_script("BEGIN").expect("begin");
            insert(&connection, first, 10_000).expect("rows");
            connection.execute_script("COMMIT").expect("commit");
            first += 10_000;
        });
    });
    bulk.finish();
    std::fs::remove_dir_all(&folder).expect("the folder of this bench");
}

criterion_group!(benches, commits);
criterion_main!(benches);
