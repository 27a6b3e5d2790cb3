//! Row trees against a map of the standard library, and under damage.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::memory_pages::MemoryPages;
use super::*;
use crate::base::cell::{Cell, CellWidth, ColumnLayout, OwnedCell};

/// A small generator: the same numbers for the same seed everywhere.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).expect("small")).expect("small")
    }
}

const SIZES: [usize; 3] = [4096, 8192, 65536];

fn tree(pages: &mut MemoryPages, columns: &[(CellWidth, bool)]) -> RowTree {
    let columns = columns.iter().map(|(width, nullable)| ColumnLayout::new(*width, *nullable)).collect();
    let layout = RowLayout::new(pages.page_size(), columns);
    RowTree::create(pages, Arc::new(layout)).expect("memory has room")
}

fn random_bytes(numbers: &mut Numbers, page_size: usize) -> Box<[u8]> {
    let length = match numbers.below(60) {
        0 => page_size / 4 - 40 + numbers.below(80),
        1 => numbers.below(page_size * 3),
        2..5 => numbers.below(page_size / 4),
        5..10 => 0,
        _ => numbers.below(40),
    };
    let fill = u8::try_from(numbers.below(256)).expect("a byte");
    (0..length).map(|at| fill ^ u8::try_from(at % 251).expect("a byte")).collect()
}

fn random_cell(numbers: &mut Numbers, width: CellWidth, nullable: bool, page_size: usize) -> OwnedCell {
    if nullable && numbers.below(4) == 0 {
        return OwnedCell::Null;
    }
    let int = i64::from_ne_bytes(numbers.next().to_ne_bytes());
    match width {
        CellWidth::W1 => OwnedCell::Int(int >> 56),
        CellWidth::W2 => OwnedCell::Int(int >> 48),
        CellWidth::W4 => OwnedCell::Int(int >> 32),
        CellWidth::W8 => OwnedCell::Int(int),
        CellWidth::W16 => OwnedCell::Wide(i128::from(int) << 50),
        CellWidth::Var => OwnedCell::Bytes(random_bytes(numbers, page_size)),
    }
}

type Model = BTreeMap<i64, Vec<OwnedCell>>;

fn check(tree: &RowTree, pages: &MemoryPages, model: &Model) {
    let columns = tree.layout().columns().len();
    for backward in [false, true] {
        let mut seen = Vec::new();
        let mut cursor = RowCursor::new(tree.clone(), i64::MIN, i64::MAX, backward);
        while let Some(leaf) = cursor.next_leaf(pages).expect("sound") {
            let mut rows: Vec<usize> = leaf.rows().collect();
            if backward {
                rows.reverse();
            }
            for row in rows {
                let rowid = leaf.rowid(row);
                seen.push(rowid);
                let wanted = &model[&rowid];
                for (column, wanted) in wanted.iter().enumerate().take(columns) {
                    let mut buffer = Vec::new();
                    let cell = leaf.cell(pages, column, row, &mut buffer).expect("sound");
                    assert_eq!(cell, wanted.as_cell(), "row {rowid} column {column}");
                }
            }
        }
        if backward {
            seen.reverse();
        }
        assert_eq!(seen, model.keys().copied().collect::<Vec<_>>());
    }
    assert_eq!(tree.last_rowid(pages).expect("sound"), model.keys().next_back().copied());
    assert_eq!(tree.count(pages).expect("sound"), u64::try_from(model.len()).expect("small"));
    let mut report = TreeReport::default();
    tree.verify(pages, &mut report);
    assert_eq!(report.problems, Vec::<String>::new());
    assert_eq!(report.pages.iter().copied().collect::<Vec<_>>(), pages.used());
}

/// Random operations; `spread` is how many rowids there are.
fn run_model(seed: u64, page_size: usize, columns: &[(CellWidth, bool)], operations: usize, spread: usize) {
    println!("seed {seed} page size {page_size} columns {columns:?}");
    let mut numbers = Numbers::new(seed);
    let mut pages = MemoryPages::new(page_size);
    let tree = tree(&mut pages, columns);
    let mut model = Model::new();
    let mut hint = LeafHint::default();
    let mut ascending = 0i64;
    for operation in 0..operations {
        // Phases of growth and of shrinking.
        let growing = (operation / (operations / 4).max(1)).is_multiple_of(2);
        let rowid = if numbers.below(3) == 0 {
            ascending += 1;
            ascending
        } else {
            i64::try_from(numbers.below(spread)).expect("small") - 5
        };
        match numbers.below(10) {
            0..2 => {
                let Some(row) = model.get_mut(&rowid) else {
                    assert!(!tree.update(&mut pages, rowid, &[]).expect("sound"));
                    continue;
                };
                let mut changes = Vec::new();
                for (column, (width, nullable)) in columns.iter().enumerate() {
                    if numbers.below(columns.len()) < 2 {
                        row[column] = random_cell(&mut numbers, *width, *nullable, page_size);
                        changes.push((column, row[column].clone()));
                    }
                }
                let changes: Vec<_> =
                    changes.iter().map(|(column, cell)| (*column, cell.as_cell())).collect();
                assert!(tree.update(&mut pages, rowid, &changes).expect("sound"));
            }
            kind if (kind < 8) == growing => {
                let row: Vec<OwnedCell> = columns
                    .iter()
                    .map(|(width, nullable)| random_cell(&mut numbers, *width, *nullable, page_size))
                    .collect();
                let cells: Vec<Cell<'_>> = row.iter().map(OwnedCell::as_cell).collect();
                let inserted = tree.insert_near(&mut pages, &mut hint, rowid, &cells).expect("sound");
                assert_eq!(inserted == Inserted::Duplicate, model.contains_key(&rowid), "row {rowid}");
                model.entry(rowid).or_insert(row);
            }
            _ => {
                // Mostly something that is there.
                let rowid = if numbers.below(8) == 0 {
                    rowid
                } else {
                    model.range(rowid..).next().map_or(rowid, |(rowid, _)| *rowid)
                };
                assert_eq!(tree.remove(&mut pages, rowid).expect("sound"), model.remove(&rowid).is_some());
            }
        }
        if let Some(wanted) = model.get(&rowid) {
            let handle = tree.get(&pages, rowid).expect("sound").expect("it is there");
            assert_eq!(handle.rowid(), rowid);
            for (column, wanted) in wanted.iter().enumerate() {
                assert_eq!(handle.cell(&pages, column, &mut Vec::new()).expect("sound"), wanted.as_cell());
            }
        } else {
            assert!(tree.get(&pages, rowid).expect("sound").is_none());
        }
        if operation % (operations / 8).max(1) == 0 {
            check(&tree, &pages, &model);
        }
    }
    check(&tree, &pages, &model);
    for rowid in model.keys().copied().collect::<Vec<_>>() {
        assert!(tree.remove(&mut pages, rowid).expect("sound"));
        model.remove(&rowid);
    }
    check(&tree, &pages, &model);
    assert_eq!(pages.used(), [tree.root()]);
    tree.drop_tree(&mut pages).expect("sound");
    assert_eq!(pages.used(), []);
}

#[test]
fn random_operations_on_fixed_columns_match_a_map() {
    use CellWidth::*;
    for (seed, size) in (1..).zip(SIZES) {
        run_model(seed, size, &[(W8, false), (W4, true), (W1, true), (W2, false), (W16, true)], 12000, 8000);
    }
}

#[test]
fn random_operations_on_mixed_columns_match_a_map() {
    use CellWidth::*;
    for (seed, size) in (10..).zip(SIZES) {
        run_model(seed, size, &[(W8, true), (Var, true), (W4, false), (Var, false), (W1, true)], 4000, 1500);
    }
}

#[test]
fn random_operations_on_a_single_column_of_long_values_match_a_map() {
    for (seed, size) in (20..).zip(SIZES) {
        run_model(seed, size, &[(CellWidth::Var, true)], 3000, 500);
    }
}

#[test]
fn random_operations_without_columns_match_a_map() {
    run_model(30, 4096, &[], 6000, 4000);
}

#[test]
fn random_operations_on_a_wide_table_match_a_map() {
    // Columns past a quarter of the page go to the tail, which may itself go out of line.
    use CellWidth::*;
    let columns: Vec<_> =
        [(Var, true), (W8, true), (W16, false), (W1, true)].into_iter().cycle().take(260).collect();
    for (seed, size) in [(40, 4096), (41, 8192)] {
        run_model(seed, size, &columns, 300, 60);
    }
}

#[test]
fn a_table_of_1600_columns_keeps_its_rows() {
    run_model(50, 8192, &vec![(CellWidth::W8, true); 1600], 60, 30);
    run_model(51, 4096, &vec![(CellWidth::Var, true); 1600], 12, 6);
}

#[test]
fn rows_of_the_smallest_domain_match_a_map_after_every_operation() {
    // Every sequence of four inserts and removals of three rows whose values fill a third of a page.
    let value = vec![7u8; 1000];
    for code in 0..6usize.pow(4) {
        let mut pages = MemoryPages::new(4096);
        let tree = tree(&mut pages, &[(CellWidth::Var, false)]);
        let mut model = Model::new();
        let mut rest = code;
        for _ in 0..4 {
            let rowid = i64::try_from(rest % 3).expect("small");
            if rest / 3 % 2 == 0 {
                tree.insert(&mut pages, rowid, &[Cell::Bytes(&value)]).expect("sound");
                model.insert(rowid, vec![OwnedCell::Bytes(value.clone().into())]);
            } else {
                tree.remove(&mut pages, rowid).expect("sound");
                model.remove(&rowid);
            }
            rest /= 6;
            check(&tree, &pages, &model);
        }
    }
}

#[test]
fn rowids_at_the_ends_of_the_range_are_ordinary() {
    let mut pages = MemoryPages::new(4096);
    let tree = tree(&mut pages, &[(CellWidth::W8, false)]);
    let mut model = Model::new();
    for step in 0..2000 {
        for rowid in [i64::MIN + step, i64::MAX - step] {
            assert_eq!(tree.insert(&mut pages, rowid, &[Cell::Int(step)]).expect("sound"), Inserted::Done);
            model.insert(rowid, vec![OwnedCell::Int(step)]);
        }
    }
    check(&tree, &pages, &model);
}

#[test]
fn rows_in_order_fill_their_pages() {
    // A split in the middle would leave every page half empty after a bulk load.
    for descending in [false, true] {
        let mut pages = MemoryPages::new(8192);
        let tree = tree(&mut pages, &[(CellWidth::W8, false), (CellWidth::Var, false)]);
        let mut appender = RowAppender::new(tree.clone());
        let rows = 20000i64;
        for at in 0..rows {
            let rowid = if descending { rows - at } else { at };
            let text = [b'x'; 20];
            appender
                .append(
                    &mut pages,
                    rowid,
                    &[Cell::Int(at), Cell::Bytes(&text[..usize::try_from(at % 20).expect("small")])],
                )
                .expect("sound");
        }
        let bytes: i64 = (0..rows).map(|at| 8 + 8 + 4 + at % 20).sum();
        let least = usize::try_from(bytes).expect("small") / (8192 - 48);
        let used = pages.used().len();
        assert!(
            used * 92 <= least * 100 + 200,
            "{used} pages for {least} pages of bytes, descending {descending}"
        );
    }
}

#[test]
fn a_hint_of_another_tree_or_of_a_freed_page_is_ignored() {
    let mut pages = MemoryPages::new(4096);
    let one = tree(&mut pages, &[(CellWidth::W8, false)]);
    let two = tree(&mut pages, &[(CellWidth::W8, false)]);
    let mut hint = LeafHint::default();
    for rowid in 0..600 {
        one.insert_near(&mut pages, &mut hint, rowid, &[Cell::Int(1)]).expect("sound");
    }
    let mut stale = hint;
    two.insert_near(&mut pages, &mut stale, 700, &[Cell::Int(2)]).expect("sound");
    assert!(one.get(&pages, 700).expect("sound").is_none());
    assert!(two.get(&pages, 700).expect("sound").is_some());
    for rowid in 0..600 {
        one.remove(&mut pages, rowid).expect("sound");
    }
    one.insert_near(&mut pages, &mut hint, 800, &[Cell::Int(3)]).expect("sound");
    assert!(one.get(&pages, 800).expect("sound").is_some());
}

#[test]
fn a_cursor_goes_on_by_rowid_when_the_tree_changes_under_it() {
    let mut pages = MemoryPages::new(4096);
    let tree = tree(&mut pages, &[(CellWidth::W8, false)]);
    for rowid in 0..1000 {
        tree.insert(&mut pages, rowid * 10, &[Cell::Int(rowid)]).expect("sound");
    }
    let mut cursor = RowCursor::new(tree.clone(), 0, 20000, false);
    let first = cursor.next_leaf(&pages).expect("sound").expect("rows");
    let passed = first.rowid(first.rows().end - 1);
    for rowid in 0..10000 {
        if rowid % 10 != 0 {
            tree.insert(&mut pages, rowid, &[Cell::Int(0)]).expect("sound");
        }
    }
    tree.remove(&mut pages, 5000).expect("sound");
    let mut seen = Vec::new();
    while let Some(leaf) = cursor.next_leaf(&pages).expect("sound") {
        leaf.gather_rowids(leaf.rows(), &mut seen);
    }
    assert!(seen.is_sorted_by(|a, b| a < b));
    assert!(seen[0] > passed);
    assert!(seen.contains(&9999) && seen.contains(&7003) && !seen.contains(&5000));
}

#[test]
fn a_range_is_read_in_both_directions() {
    let mut pages = MemoryPages::new(4096);
    let tree = tree(&mut pages, &[(CellWidth::W4, true)]);
    for rowid in 0..3000 {
        tree.insert(&mut pages, rowid * 2, &[Cell::Null]).expect("sound");
    }
    for (low, high) in [(5, 4), (0, 0), (1, 1), (-10, 3), (777, 2001), (5998, 9000), (i64::MIN, i64::MAX)] {
        let wanted: Vec<i64> =
            (0..3000).map(|at| at * 2).filter(|rowid| (low..=high).contains(rowid)).collect();
        for backward in [false, true] {
            let mut cursor = RowCursor::new(tree.clone(), low, high, backward);
            let mut seen: Vec<i64> = Vec::new();
            while let Some(leaf) = cursor.next_leaf(&pages).expect("sound") {
                let mut part = Vec::new();
                leaf.gather_rowids(leaf.rows(), &mut part);
                if backward {
                    part.reverse();
                }
                seen.extend(part);
            }
            if backward {
                seen.reverse();
            }
            assert_eq!(seen, wanted, "{low} to {high}, backward {backward}");
        }
    }
}

#[test]
fn columns_added_later_read_as_their_default_and_arrive_with_the_next_write() {
    let mut pages = MemoryPages::new(4096);
    let old = tree(&mut pages, &[(CellWidth::W8, false), (CellWidth::Var, true)]);
    let mut model = Model::new();
    for rowid in 0..400 {
        let text = vec![b'a'; usize::try_from(rowid % 50).expect("small")];
        old.insert(&mut pages, rowid, &[Cell::Int(rowid), Cell::Bytes(&text)]).expect("sound");
        let default = OwnedCell::Bytes(Box::from(&b"the default of a column that came later"[..]));
        model.insert(
            rowid,
            vec![OwnedCell::Int(rowid), OwnedCell::Bytes(text.into()), OwnedCell::Null, default],
        );
    }
    let mut columns = old.layout().columns().to_vec();
    columns.push(ColumnLayout::new(CellWidth::W4, true));
    let mut defaulted = ColumnLayout::new(CellWidth::Var, true);
    defaulted.missing = model[&0][3].clone();
    columns.push(defaulted);
    let tree = RowTree::open(old.root(), Arc::new(RowLayout::new(4096, columns)));
    check(&tree, &pages, &model);
    for rowid in (0..400).step_by(37) {
        tree.update(&mut pages, rowid, &[(2, Cell::Int(rowid))]).expect("sound");
        model.get_mut(&rowid).expect("there")[2] = OwnedCell::Int(rowid);
        let new = rowid + 400;
        let row = vec![OwnedCell::Int(1), OwnedCell::Null, OwnedCell::Int(2), OwnedCell::Null];
        let cells: Vec<_> = row.iter().map(OwnedCell::as_cell).collect();
        tree.insert(&mut pages, new, &cells).expect("sound");
        model.insert(new, row);
        check(&tree, &pages, &model);
    }
    for rowid in 0..400 {
        assert!(tree.remove(&mut pages, rowid).expect("sound"));
        model.remove(&rowid);
    }
    check(&tree, &pages, &model);
}
