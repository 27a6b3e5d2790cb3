//! Scans of every type, in both directions, with batches of every size.

use std::sync::Arc;

use super::scan::{TableScan, fetch};
use crate::base::{Cell, ColumnLayout, ObjectId, PageNo};
use crate::batch::{Batch, Values};
use crate::btree::memory_pages::MemoryPages;
use crate::btree::{PageSource, RowLayout, RowTree};
use crate::catalog::{Column, Table};
use crate::record::{cell_width, decode, encode};
use crate::value::{Datum, Interval, SqlType, TypeName};

const TYPES: [SqlType; 9] = [
    SqlType::Text,
    SqlType::Int8,
    SqlType::Bool,
    SqlType::Float4,
    SqlType::Float8,
    SqlType::Oid,
    SqlType::Uuid,
    SqlType::Interval,
    SqlType::Int2,
];

/// The rowid stands in column 1; every column is NULL now and then.
fn value(ty: SqlType, rowid: i64) -> Datum {
    if rowid % 7 == 3 {
        return Datum::Null;
    }
    match ty {
        SqlType::Text if rowid % 50 == 0 => Datum::from("long ".repeat(3000).as_str()),
        SqlType::Text => Datum::from(format!("row {rowid}").as_str()),
        SqlType::Bool => Datum::Bool(rowid % 2 == 0),
        SqlType::Float4 => Datum::Float(-0.5 * rowid as f64),
        SqlType::Float8 => Datum::Float(1.1 * rowid as f64),
        SqlType::Oid => Datum::Int(0xffff_ff00 | rowid & 0xff),
        SqlType::Uuid => Datum::Uuid(u128::MAX - u128::from(rowid.unsigned_abs())),
        SqlType::Interval => Datum::Interval(Interval { months: -3, days: 2, micros: rowid }),
        _ => Datum::Int(-rowid),
    }
}

fn filled(rows: i64, columns: usize) -> (MemoryPages, Table, RowTree, Vec<usize>) {
    let mut pages = MemoryPages::new(4096);
    let types: Vec<SqlType> = TYPES.into_iter().cycle().take(columns).collect();
    let table = Table {
        id: ObjectId(1),
        schema: "public".to_owned(),
        name: "t".to_owned(),
        columns: types
            .iter()
            .map(|ty| Column {
                name: "c".to_owned(),
                ty: TypeName::plain(*ty),
                not_null: false,
                default: None,
                identity: None,
                generated: None,
                domain: None,
            })
            .collect(),
        rowid_column: Some(1),
        indexes: Vec::new(),
        constraints: Vec::new(),
        root: PageNo::NONE,
        layouts: Vec::new(),
        materialized: None,
        family: None,
    };
    let stored: Vec<usize> = (0..columns).filter(|ordinal| *ordinal != 1).collect();
    let layout = stored.iter().map(|ordinal| ColumnLayout::new(cell_width(types[*ordinal]), true)).collect();
    let layout = Arc::new(RowLayout::new(pages.page_size(), layout));
    let tree = RowTree::create(&mut pages, layout).expect("memory has room");
    for rowid in 0..rows {
        let row: Vec<Datum> = stored.iter().map(|ordinal| value(types[*ordinal], rowid)).collect();
        let mut buffers = vec![Vec::new(); row.len()];
        let cells: Vec<Cell<'_>> = row
            .iter()
            .zip(&stored)
            .zip(&mut buffers)
            .map(|((datum, ordinal), buffer)| encode(datum, types[*ordinal], buffer))
            .collect();
        tree.insert(&mut pages, rowid, &cells).expect("memory has room");
    }
    (pages, table, tree, stored)
}

fn datum(batch: &Batch, column: usize, row: usize, ty: SqlType) -> Datum {
    let vector = &batch.columns[column];
    if vector.nulls.as_ref().is_some_and(|nulls| nulls.get(row)) {
        return Datum::Null;
    }
    match &vector.values {
        Values::Float(values) => Datum::Float(values[row]),
        Values::Int(values) => decode(Cell::Int(values[row]), ty).expect("an integer"),
        Values::Wide(values) => decode(Cell::Wide(values[row]), ty).expect("wide"),
        Values::Bytes(values) => decode(Cell::Bytes(values.get(row)), ty).expect("bytes"),
    }
}

fn check_scan(rows: i64, columns: usize, ordinals: &[usize]) {
    let (pages, table, tree, stored) = filled(rows, columns);
    for (low, high) in [(i64::MIN, i64::MAX), (17, rows / 2), (5, 5), (rows, rows + 9), (9, 3)] {
        let wanted: Vec<i64> = (0..rows).filter(|rowid| (low..=high).contains(rowid)).collect();
        for (backward, rows_max) in
            [(false, 1024), (true, 1024), (false, 1), (true, 1), (false, 37), (true, 37)]
        {
            let scan =
                TableScan::new(&table, &tree, &stored, ordinals, low, high, backward).expect("columns");
            let mut counted = scan.clone();
            assert_eq!(counted.count(&pages).expect("sound"), u64::try_from(wanted.len()).expect("small"));
            let mut scan = scan;
            let mut batch = Batch::default();
            let mut rowids = wanted.clone();
            if backward {
                rowids.reverse();
            }
            let mut rowids = rowids.into_iter();
            while scan.next_batch(&pages, rows_max, &mut batch).expect("sound") > 0 {
                assert!(batch.rows <= rows_max);
                assert_eq!(batch.columns.len(), ordinals.len());
                for row in 0..batch.rows {
                    let rowid = rowids.next().expect("no more rows than wanted");
                    for (at, ordinal) in ordinals.iter().enumerate() {
                        let ty = table.columns[*ordinal].ty.ty;
                        let expected = if *ordinal == 1 { Datum::Int(rowid) } else { value(ty, rowid) };
                        assert_eq!(datum(&batch, at, row, ty), expected, "row {rowid} column {ordinal}");
                    }
                }
            }
            assert_eq!(rowids.next(), None);
        }
    }
    let mut batch = Batch::default();
    assert!(fetch(&table, &tree, &stored, ordinals, &pages, 3, &mut batch).expect("sound"));
    assert!(!fetch(&table, &tree, &stored, ordinals, &pages, rows, &mut batch).expect("sound"));
}

#[test]
fn every_type_is_scanned_in_both_directions() {
    check_scan(700, TYPES.len(), &[1, 0, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_scan_gives_the_columns_it_is_asked_for_in_that_order() {
    check_scan(300, TYPES.len(), &[8, 0]);
    check_scan(300, TYPES.len(), &[]);
}

#[test]
fn columns_past_the_inline_ones_are_scanned_too() {
    check_scan(60, 300, &[299, 0, 1, 150, 290]);
}
