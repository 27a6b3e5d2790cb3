//! Single pages: finding, copying out and shifting within one leaf.

#![allow(missing_docs, reason = "criterion's macro makes undocumented functions")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use decentdb_core::base::{Cell, CellWidth, ColumnLayout, PageNo};
use decentdb_core::page::row_layout::RowLayout;
use decentdb_core::page::row_leaf::RowLeaf;
use decentdb_core::page::row_leaf_edit;

const PAGE_BYTES: usize = 8192;

/// A leaf of int8, int4 and text, with every `step`th rowid, as full as it gets; and its row count.
fn leaf(layout: &RowLayout, step: i64) -> (Vec<u8>, usize) {
    let mut page = vec![0; PAGE_BYTES];
    row_leaf_edit::format(&mut page, layout, 3, PageNo(1), layout.cap_guess(), true);
    let mut rows = 0;
    loop {
        let rowid = i64::try_from(rows).unwrap_or(0) * step;
        let cells = [Cell::Int(rowid), Cell::Int(7), Cell::Bytes(b"a text of some bytes")];
        match row_leaf_edit::insert(&mut page, layout, rowid, &cells[..], 20).expect("sound") {
            row_leaf_edit::LeafChange::Done => rows += 1,
            row_leaf_edit::LeafChange::Duplicate | row_leaf_edit::LeafChange::Full(_) => return (page, rows),
        }
    }
}

fn leaves(bench: &mut Criterion) {
    let columns = [CellWidth::W8, CellWidth::W4, CellWidth::Var];
    let layout = RowLayout::new(PAGE_BYTES, columns.map(|width| ColumnLayout::new(width, true)).to_vec());
    let mut group = bench.benchmark_group("row leaf");
    for (name, step) in [("find, consecutive rowids", 1), ("find, sparse rowids", 10)] {
        let (page, rows) = leaf(&layout, step);
        let last = i64::try_from(rows).unwrap_or(1);
        let mut at = 0i64;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                at = (at + 61) % last;
                RowLeaf::open(black_box(&page), &layout).expect("sound").find(at * step)
            });
        });
    }
    let (page, rows) = leaf(&layout, 10);
    group.throughput(Throughput::Elements(u64::try_from(rows).unwrap_or(0)));
    for (name, column) in [("gather int8", 0), ("gather int4", 1)] {
        let mut out: Vec<i64> = Vec::with_capacity(rows);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                let leaf = RowLeaf::open(black_box(&page), &layout).expect("sound");
                leaf.gather_ints(layout.place(column), 0..rows, &mut out);
                black_box(&out);
            });
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("remove and insert in the middle", |bencher| {
        let middle = rows / 2;
        let rowid = i64::try_from(middle).unwrap_or(0) * 10;
        bencher.iter_batched_ref(
            || page.clone(),
            |page| {
                row_leaf_edit::remove(page, &layout, middle).expect("sound");
                row_leaf_edit::insert(
                    page,
                    &layout,
                    rowid,
                    &[Cell::Int(1), Cell::Int(2), Cell::Bytes(b"")][..],
                    0,
                )
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("lay out anew", |bencher| {
        let mut page = page.clone();
        bencher.iter(|| row_leaf_edit::rebuild(&mut page, &layout, rows + 1));
    });
    group.finish();
}

criterion_group!(benches, leaves);
criterion_main!(benches);
