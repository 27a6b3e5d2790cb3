//! Damaged pages of row trees: an error or an answer, never a panic and never a walk without end.

use std::sync::Arc;

use super::memory_pages::MemoryPages;
use super::*;
use crate::base::cell::{Cell, CellWidth, ColumnLayout};
use crate::base::{OwnedCell, PageNo};
use crate::error::Result;
use crate::page::bytes::{
    KIND_AT, KIND_OVERFLOW, KIND_OVERFLOW_MAP, KIND_ROW_INTERIOR, KIND_ROW_LEAF, PAGE_HEADER_RANGE,
};

/// Enough for an interior page over several leaves.
const ROWS: i64 = 120;

/// A tree with every kind of page: some values lie out of line, some of those in pieces.
fn sample(columns: usize, rows: i64) -> (MemoryPages, RowTree) {
    use CellWidth::{Var, W1, W8, W16};
    let widths = [W8, Var, W1, Var, W16].into_iter().cycle().take(columns);
    let layout = RowLayout::new(4096, widths.map(|width| ColumnLayout::new(width, true)).collect());
    let mut pages = MemoryPages::new(4096);
    let tree = RowTree::create(&mut pages, Arc::new(layout)).expect("memory has room");
    // Holes between the pages make values of several runs.
    let holes: Vec<PageNo> = (0..40).map(|_| pages.allocate().expect("memory has room")).collect();
    for no in holes.iter().step_by(2) {
        pages.free(*no).expect("it is there");
    }
    for rowid in 0..rows {
        let row = sample_row(&tree, rowid);
        let cells: Vec<Cell<'_>> = row.iter().map(OwnedCell::as_cell).collect();
        tree.insert(&mut pages, rowid * 2, &cells).expect("memory has room");
    }
    for no in holes.iter().skip(1).step_by(2) {
        pages.free(*no).expect("it is there");
    }
    (pages, tree)
}

fn sample_row(tree: &RowTree, rowid: i64) -> Vec<OwnedCell> {
    let columns = tree.layout().columns().iter().enumerate();
    columns
        .map(|(at, column)| match column.width {
            CellWidth::Var if at == 3 && rowid % 40 == 7 => OwnedCell::Bytes(vec![3; 9000].into()),
            CellWidth::Var => OwnedCell::Bytes(vec![1; usize::try_from(rowid % 30).expect("small")].into()),
            CellWidth::W16 => OwnedCell::Wide(i128::from(rowid)),
            CellWidth::W1 if rowid % 3 == 0 => OwnedCell::Null,
            CellWidth::W1 | CellWidth::W2 | CellWidth::W4 | CellWidth::W8 => OwnedCell::Int(rowid % 100),
        })
        .collect()
}

fn read_all(tree: &RowTree, pages: &MemoryPages, backward: bool) -> Result<usize> {
    let mut cursor = RowCursor::new(tree.clone(), i64::MIN, i64::MAX, backward);
    let (mut rows, mut leaves) = (0, 0);
    let mut buffer = Vec::new();
    while let Some(leaf) = cursor.next_leaf(pages)? {
        leaves += 1;
        assert!(leaves < 10_000, "the walk does not end");
        for row in leaf.rows() {
            for column in 0..tree.layout().columns().len() {
                leaf.cell(pages, column, row, &mut buffer)?;
            }
        }
        let mut ints = Vec::new();
        leaf.gather_ints(0, leaf.rows(), &mut ints);
        leaf.for_each_null(2, leaf.rows(), |_| ());
        rows += leaf.rows().len();
    }
    Ok(rows)
}

/// Does everything there is to do with the damaged pages; what it answers does not matter.
fn use_it(tree: &RowTree, pages: &MemoryPages, long: &[u8]) {
    drop(read_all(tree, pages, false));
    drop(read_all(tree, pages, true));
    tree.verify(pages, &mut TreeReport::default());
    let row = sample_row(tree, 7);
    let cells: Vec<Cell<'_>> = row.iter().map(OwnedCell::as_cell).collect();
    for rowid in [14, 77, ROWS, ROWS * 3] {
        let mut own = pages.clone();
        drop(tree.insert(&mut own, rowid, &cells));
        drop(tree.update(
            &mut own,
            rowid,
            &[(0, Cell::Int(1)), (2, Cell::Null), (1, Cell::Bytes(&long[..200]))],
        ));
        drop(tree.update(&mut own, rowid, &[(3, Cell::Bytes(long))]));
        drop(tree.remove(&mut own, rowid));
    }
}

fn damage_every_byte(columns: usize, kind: u8, stride: usize) {
    let rows = if columns > 100 { 12 } else { ROWS };
    let (pages, tree) = sample(columns, rows);
    let long = vec![9; 700];
    let sound = read_all(&tree, &pages, false).expect("sound");
    assert_eq!(sound, usize::try_from(rows).expect("small"));
    let victims: Vec<PageNo> = pages
        .used()
        .into_iter()
        .filter(|no| pages.page(*no).is_ok_and(|page| page[KIND_AT] == kind))
        .collect();
    let victim = *victims.get(victims.len() / 2).expect("the sample has every kind of page");
    let mut damaged = pages.clone();
    let content = pages.page(victim).expect("it is there");
    for at in (PAGE_HEADER_RANGE.end..content.len()).filter(|at| *at < 120 || at % stride == 0) {
        for flip in [0x01, 0xff] {
            damaged.page_mut(victim).expect("it is there")[at] ^= flip;
            use_it(&tree, &damaged, &long);
            damaged.page_mut(victim).expect("it is there")[at] ^= flip;
        }
    }
    // And wholly: zeros, ones, the content of another page.
    let other = pages.page(tree.root()).expect("it is there");
    for fill in [vec![0; 4096], vec![0xff; 4096], other.to_vec()] {
        damaged.page_mut(victim).expect("it is there").copy_from_slice(&fill);
        use_it(&tree, &damaged, &long);
    }
}

#[test]
fn every_byte_of_a_leaf_may_be_damaged() {
    damage_every_byte(5, KIND_ROW_LEAF, 7);
}

#[test]
fn every_byte_of_an_interior_page_may_be_damaged() {
    damage_every_byte(5, KIND_ROW_INTERIOR, 13);
}

#[test]
fn every_byte_of_a_run_list_may_be_damaged() {
    damage_every_byte(5, KIND_OVERFLOW_MAP, 101);
}

#[test]
fn every_byte_of_a_value_page_may_be_damaged() {
    damage_every_byte(5, KIND_OVERFLOW, 401);
}

#[test]
fn the_leaf_of_a_wide_table_may_be_damaged() {
    damage_every_byte(260, KIND_ROW_LEAF, 61);
}

#[test]
fn verify_names_a_page_used_twice_and_a_row_in_the_wrong_place() {
    let (pages, tree) = sample(5, ROWS);
    let leaves: Vec<PageNo> = pages
        .used()
        .into_iter()
        .filter(|no| pages.page(*no).is_ok_and(|page| page[KIND_AT] == KIND_ROW_LEAF))
        .collect();
    let mut report = TreeReport::default();
    tree.verify(&pages, &mut report);
    assert_eq!(report.problems, Vec::<String>::new());
    tree.verify(&pages, &mut report);
    assert!(report.problems[0].contains("is used twice"), "{:?}", report.problems);
    // A leaf shows another leaf's rows: as after a write to the wrong place.
    let mut swapped = pages.clone();
    let other = pages.page(leaves[1]).expect("there");
    swapped.page_mut(leaves[0]).expect("there").copy_from_slice(&other);
    let mut report = TreeReport::default();
    tree.verify(&swapped, &mut report);
    assert!(
        report.problems.iter().any(|problem| problem.contains("belongs elsewhere")),
        "{:?}",
        report.problems
    );
}
