//! The two trees against maps of the standard library, with savepoints; and on pages that were damaged
//! meanwhile, where only the end of every call counts.

#![expect(clippy::panic, reason = "a target says so when the engine does what it must not")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use decentdb_core::base::cell::{Cell, CellWidth, ColumnLayout};
use decentdb_core::btree::{KeyCursor, KeyTree, RowLayout, RowTree};
use decentdb_core::env::{Env, FileName};
use decentdb_core::error::{ErrorKind, Result};
use decentdb_core::page::{PageSink, PageSource};
use decentdb_core::pager::{Durability, Pager, PagerOptions, WriteTxn};

use super::{Input, Reached};

/// Operations per input: what is longer finds no more.
const OPERATIONS_MAX: usize = 400;

#[derive(Clone, Default)]
struct Model {
    keys: BTreeSet<(Vec<u8>, i64)>,
    rows: BTreeMap<i64, (i64, Vec<u8>)>,
}

struct Trees {
    keys: KeyTree,
    rows: RowTree,
    model: Model,
}

pub(super) fn btree_ops(bytes: &[u8]) -> Reached {
    match operate(bytes) {
        Ok(reached) => reached,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error:?}");
            Reached::Damaged
        }
    }
}

fn operate(bytes: &[u8]) -> Result<Reached> {
    let options = PagerOptions { cache_bytes: 64 * 4096, page_size: 4096, ..PagerOptions::default() };
    let pager = Pager::open(&Env::memory(1), &FileName::new("fuzz.ddb")?, &options)?;
    let mut txn = pager.begin_write()?;
    let columns = vec![ColumnLayout::new(CellWidth::W8, true), ColumnLayout::new(CellWidth::Var, true)];
    let layout = Arc::new(RowLayout::new(4096, columns));
    let mut trees = Trees {
        keys: KeyTree::create(&mut txn)?,
        rows: RowTree::create(&mut txn, layout)?,
        model: Model::default(),
    };
    let mut marks = Vec::new();
    let mut damaged = false;
    let mut input = Input(bytes);
    for _ in 0..OPERATIONS_MAX {
        if input.is_empty() {
            break;
        }
        match input.byte() % 16 {
            12 if marks.len() < 4 => marks.push((txn.savepoint(), trees.model.clone(), damaged)),
            13 if !marks.is_empty() => {
                let (mark, model, was_damaged) = marks[marks.len() - 1].clone();
                txn.rollback_to(mark);
                (trees.model, damaged) = (model, was_damaged);
            }
            14 if bytes.len().is_multiple_of(3) => {
                let count = usize::try_from(txn.roots().page_count).unwrap_or(1);
                let no = u32::try_from(1 + input.below(count)).unwrap_or(1);
                let page = txn.page_mut(decentdb_core::base::PageNo(no))?;
                page[16 + input.below(4080)] = input.byte();
                damaged = true;
            }
            operation => {
                let done = one(&mut txn, &mut trees, operation, &mut input, damaged);
                match done {
                    Ok(()) => {}
                    // What is damaged says so, or answers something.
                    Err(error) if damaged => assert_ne!(error.kind(), ErrorKind::Internal, "{error:?}"),
                    Err(error) => panic!("on sound trees: {error:?}"),
                }
            }
        }
    }
    if damaged {
        let _ = (trees.keys.verify(&txn), trees.keys.pages(&txn));
        let mut report = decentdb_core::btree::TreeReport::default();
        trees.rows.verify(&txn, &mut report);
        let _ = trees.keys.drop_tree(&mut txn);
        let _ = trees.rows.drop_tree(&mut txn);
        return Ok(Reached::Damaged);
    }
    compare(&txn, &trees)?;
    txn.commit(Durability::Full)?;
    compare(&pager.begin_read()?, &trees)?;
    Ok(Reached::Sound)
}

fn one(
    txn: &mut WriteTxn,
    trees: &mut Trees,
    operation: u8,
    input: &mut Input<'_>,
    damaged: bool,
) -> Result<()> {
    // Keys of one length: none is a prefix of another. Long ones split pages soon.
    let number = input.byte();
    let key = vec![number % 40; if number.is_multiple_of(2) { 300 } else { 301 }];
    let key = [&[number % 2], key.as_slice()].concat();
    let rowid = i64::from(input.byte() % 64);
    match operation {
        0..=3 => {
            let fresh = trees.keys.insert(txn, &key, rowid)?;
            assert!(trees.model.keys.insert((key, rowid)) == fresh || damaged);
        }
        4..=5 => {
            let there = trees.keys.remove(txn, &key, rowid)?;
            assert!(trees.model.keys.remove(&(key, rowid)) == there || damaged);
        }
        6..=9 => {
            let body = vec![number; usize::from(number) * usize::from(number) / 8];
            let cells = [Cell::Int(i64::from(number)), Cell::Bytes(&body)];
            let known = trees.model.rows.contains_key(&rowid);
            if known {
                let changes = [(0, cells[0]), (1, cells[1])];
                assert!(trees.rows.update(txn, rowid, &changes)? || damaged);
            } else {
                trees.rows.insert(txn, rowid, &cells)?;
            }
            trees.model.rows.insert(rowid, (i64::from(number), body));
        }
        _ => {
            let there = trees.rows.remove(txn, rowid)?;
            assert!(trees.model.rows.remove(&rowid).is_some() == there || damaged);
        }
    }
    Ok(())
}

/// The trees hold what the maps hold, and every page is used once or free.
fn compare(source: &dyn PageSource, trees: &Trees) -> Result<()> {
    let mut cursor = KeyCursor::seek(&trees.keys, source, &[])?;
    for (key, rowid) in &trees.model.keys {
        let found = cursor.next(source)?;
        assert_eq!(found, Some((key.as_slice(), *rowid)));
    }
    assert_eq!(cursor.next(source)?, None);
    for rowid in 0..64 {
        let found = trees.rows.get(source, rowid)?;
        assert_eq!(found.is_some(), trees.model.rows.contains_key(&rowid), "row {rowid}");
        if let (Some(row), Some((number, body))) = (found, trees.model.rows.get(&rowid)) {
            let mut scratch = Vec::new();
            assert!(matches!(row.cell(source, 0, &mut scratch)?, Cell::Int(found) if found == *number));
            assert!(matches!(row.cell(source, 1, &mut scratch)?, Cell::Bytes(found) if found == body));
        }
    }
    trees.keys.verify(source)?;
    let mut report = decentdb_core::btree::TreeReport::default();
    trees.rows.verify(source, &mut report);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    Ok(())
}
