//! The trees over pages in an array: what rows and keys cost before a pager is under them.
//!
//! A row has eight columns, as in the layout study: int8, float8, nullable int8, bool, timestamp, a short
//! text and a longer one beside its rowid. Group times are per row (`elem`).

#![allow(missing_docs, reason = "criterion's macro makes undocumented functions")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use decentdb_benches::pages::ArrayPages;
use decentdb_core::base::{Cell, CellWidth, ColumnLayout};
use decentdb_core::btree::{KeyCursor, KeyHint, KeyTree, RowAppender, RowCursor, RowLayout, RowTree};

const ROWS: i64 = 200_000;
const PAGE_BYTES: usize = 8192;

fn layout() -> Arc<RowLayout> {
    use CellWidth::{Var, W1, W8};
    let columns = [W8, W8, W8, W1, W8, Var, Var];
    Arc::new(RowLayout::new(PAGE_BYTES, columns.map(|width| ColumnLayout::new(width, true)).to_vec()))
}

fn with_cells<T>(rowid: i64, each: impl FnOnce(&[Cell<'_>]) -> T) -> T {
    let text = *b"a text of some forty bytes, more or less";
    let length = usize::try_from(rowid % 10).unwrap_or(0);
    let nullable = if rowid % 3 == 0 { Cell::Null } else { Cell::Int(rowid * 7) };
    each(&[
        Cell::Int(rowid * 3),
        Cell::Int(0x3fe0_0000_0000_0000),
        nullable,
        Cell::Int(rowid & 1),
        Cell::Int(rowid << 20),
        Cell::Bytes(&text[..10 + length]),
        Cell::Bytes(&text[..30 + length]),
    ])
}

fn filled() -> (ArrayPages, RowTree) {
    let mut pages = ArrayPages::new(PAGE_BYTES);
    let tree = RowTree::create(&mut pages, layout()).expect("memory");
    let mut appender = RowAppender::new(tree.clone());
    for rowid in 0..ROWS {
        with_cells(rowid, |cells| appender.append(&mut pages, rowid, cells)).expect("memory");
    }
    (pages, tree)
}

/// Rowids in an order no prefetcher guesses.
fn scattered(count: i64) -> impl Iterator<Item = i64> {
    (0..count).map(|at| at.wrapping_mul(2_654_435_761).rem_euclid(ROWS))
}

fn rows(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("rows");
    group.sample_size(10);
    let elements = |count: i64| Throughput::Elements(u64::try_from(count).unwrap_or(0));

    group.throughput(elements(ROWS));
    group.bench_function("append", |bencher| bencher.iter(filled));
    group.bench_function("insert one by one in order", |bencher| {
        bencher.iter(|| {
            let mut pages = ArrayPages::new(PAGE_BYTES);
            let tree = RowTree::create(&mut pages, layout()).expect("memory");
            for rowid in 0..ROWS {
                with_cells(rowid, |cells| tree.insert(&mut pages, rowid, cells)).expect("memory");
            }
            pages.used()
        });
    });
    group.throughput(elements(20_000));
    group.bench_function("insert in random order", |bencher| {
        bencher.iter(|| {
            let mut pages = ArrayPages::new(PAGE_BYTES);
            let tree = RowTree::create(&mut pages, layout()).expect("memory");
            for rowid in scattered(20_000) {
                with_cells(rowid, |cells| tree.insert(&mut pages, rowid, cells)).expect("memory");
            }
            pages.used()
        });
    });

    let (pages, tree) = filled();
    let mut buffer = Vec::new();
    let mut get = |rowid: i64, columns: usize| {
        let row = tree.get(&pages, rowid).expect("sound").expect("there");
        for column in 0..columns {
            black_box(row.cell(&pages, column, &mut buffer).expect("sound"));
        }
    };
    group.throughput(elements(10_000));
    group.bench_function("get, 1 column, hot", |bencher| {
        bencher.iter(|| (0..10_000).for_each(|at| get((at * 7919) % 10_000, 1)));
    });
    group.bench_function("get, 7 columns, hot", |bencher| {
        bencher.iter(|| (0..10_000).for_each(|at| get((at * 7919) % 10_000, 7)));
    });
    group.bench_function("get, 7 columns, all over", |bencher| {
        bencher.iter(|| scattered(10_000).for_each(|rowid| get(rowid, 7)));
    });

    group.throughput(elements(ROWS));
    let scan = |each: &mut dyn FnMut(&decentdb_core::btree::LeafView)| {
        let mut cursor = RowCursor::new(tree.clone(), i64::MIN, i64::MAX, false);
        while let Some(leaf) = cursor.next_leaf(&pages).expect("sound") {
            each(&leaf);
        }
    };
    let mut ints: Vec<i64> = Vec::new();
    group.bench_function("scan, one int8", |bencher| {
        bencher.iter(|| {
            scan(&mut |leaf| {
                ints.clear();
                leaf.gather_ints(0, leaf.rows(), &mut ints);
                black_box(&ints);
            });
        });
    });
    group.bench_function("scan, one nullable int8", |bencher| {
        bencher.iter(|| {
            scan(&mut |leaf| {
                ints.clear();
                leaf.gather_ints(2, leaf.rows(), &mut ints);
                leaf.for_each_null(2, leaf.rows(), |row| ints[row] = -1);
                black_box(&ints);
            });
        });
    });
    let mut texts: Vec<u8> = Vec::new();
    group.bench_function("scan, one text", |bencher| {
        bencher.iter(|| {
            scan(&mut |leaf| {
                texts.clear();
                leaf.gather_bytes(&pages, 6, leaf.rows(), |bytes| texts.extend_from_slice(bytes))
                    .expect("sound");
                black_box(&texts);
            });
        });
    });
    group.bench_function("count", |bencher| bencher.iter(|| tree.count(&pages).expect("sound")));

    group.throughput(elements(10_000));
    group.bench_function("update one int8 in place", |bencher| {
        let mut pages = pages.clone();
        // Every page is the writer's own before the clock runs.
        (0..ROWS).for_each(|rowid| drop(tree.update(&mut pages, rowid, &[(0, Cell::Int(1))])));
        bencher.iter(|| {
            for rowid in scattered(10_000) {
                tree.update(&mut pages, rowid, &[(0, Cell::Int(rowid))]).expect("sound");
            }
        });
    });
    group.bench_function("remove", |bencher| {
        bencher.iter_batched(
            || {
                let mut own = ArrayPages::new(PAGE_BYTES);
                let tree = RowTree::create(&mut own, layout()).expect("memory");
                for rowid in 0..20_000 {
                    with_cells(rowid, |cells| tree.insert(&mut own, rowid, cells)).expect("memory");
                }
                (own, tree)
            },
            |(mut own, tree)| {
                for at in 0..10_000i64 {
                    tree.remove(&mut own, at.wrapping_mul(7919).rem_euclid(20_000)).expect("sound");
                }
                own
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn email(at: i64) -> Vec<u8> {
    format!("user{:07}@example-company.com\0\0", at.wrapping_mul(2_654_435_761).rem_euclid(10_000_000))
        .into_bytes()
}

fn keys(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("keys");
    group.sample_size(10);
    let count = 100_000i64;
    let elements = |count: i64| Throughput::Elements(u64::try_from(count).unwrap_or(0));
    let mut sorted: Vec<(Vec<u8>, i64)> = (0..count).map(|at| (email(at), at)).collect();
    sorted.sort();

    group.throughput(elements(count));
    group.bench_function("build, emails", |bencher| {
        bencher.iter(|| {
            let mut pages = ArrayPages::new(PAGE_BYTES);
            let tree = KeyTree::create(&mut pages).expect("memory");
            tree.build(&mut pages, sorted.iter().map(|(key, rowid)| Ok((key, *rowid)))).expect("memory");
            pages.used()
        });
    });
    group.bench_function("insert in random order, emails", |bencher| {
        bencher.iter(|| {
            let mut pages = ArrayPages::new(PAGE_BYTES);
            let tree = KeyTree::create(&mut pages).expect("memory");
            for at in 0..count {
                tree.insert(&mut pages, &email(at), at).expect("memory");
            }
            pages.used()
        });
    });
    group.bench_function("insert in order with a hint, int8", |bencher| {
        bencher.iter(|| {
            let mut pages = ArrayPages::new(PAGE_BYTES);
            let tree = KeyTree::create(&mut pages).expect("memory");
            let mut hint = KeyHint::NONE;
            for at in 0..count {
                tree.insert_near(&mut pages, &mut hint, &at.to_be_bytes(), at).expect("memory");
            }
            pages.used()
        });
    });
    group.bench_function("insert in order, int8", |bencher| {
        bencher.iter(|| {
            let mut pages = ArrayPages::new(PAGE_BYTES);
            let tree = KeyTree::create(&mut pages).expect("memory");
            for at in 0..count {
                tree.insert(&mut pages, &at.to_be_bytes(), at).expect("memory");
            }
            pages.used()
        });
    });

    let mut pages = ArrayPages::new(PAGE_BYTES);
    let tree = KeyTree::create(&mut pages).expect("memory");
    tree.build(&mut pages, sorted.iter().map(|(key, rowid)| Ok((key, *rowid)))).expect("memory");
    let wanted: Vec<&[u8]> =
        (0..10_000usize).map(|at| sorted[at * 7919 % sorted.len()].0.as_slice()).collect();
    group.throughput(elements(10_000));
    group.bench_function("find, emails", |bencher| {
        bencher.iter(|| {
            for key in &wanted {
                let mut cursor = KeyCursor::seek(&tree, &pages, key).expect("sound");
                black_box(cursor.next(&pages).expect("sound"));
            }
        });
    });
    group.bench_function("first row of a key, emails", |bencher| {
        bencher.iter(|| {
            for key in &wanted {
                black_box(tree.first_rowid(&pages, key).expect("sound"));
            }
        });
    });
    group.throughput(elements(count));
    group.bench_function("scan, emails", |bencher| {
        bencher.iter(|| {
            let mut cursor = KeyCursor::seek(&tree, &pages, &[]).expect("sound");
            while let Some(entry) = cursor.next(&pages).expect("sound") {
                black_box(entry);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, rows, keys);
criterion_main!(benches);
