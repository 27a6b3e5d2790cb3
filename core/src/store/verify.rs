//! Whether the file is what it should be: every tree sound, every index equal to its table, every page
//! used once or free.

use crate::base::{Cell, PageNo};
use crate::btree::{RowCursor, TreeReport};
use crate::catalog::{Catalog, Table};
use crate::error::Result;
use crate::page::PageSource;
use crate::pager::Roots;
use crate::record::decode;
use crate::value::Datum;

use super::catalog::system_tree;
use super::key::IndexShape;
use super::table::TableShape;

/// Most problems told; more say nothing new.
const PROBLEMS_MAX: usize = 100;

/// What is wrong, in words; nothing is changed.
pub fn verify(source: &dyn PageSource, roots: &Roots, catalog: &Catalog) -> Result<Vec<String>> {
    let mut report = TreeReport::default();
    let mut problems = Vec::new();
    if roots.catalog_root != PageNo::NONE {
        system_tree(source, roots.catalog_root).verify(source, &mut report);
    }
    for table in catalog.tables.values() {
        let shape = TableShape::new(table, source.page_size());
        let before = report.entries;
        shape.tree.verify(source, &mut report);
        let rows = report.entries - before;
        if let Err(error) = check_rows(source, table, &shape, &mut problems) {
            problems.push(format!("table \"{}\": {error}", table.name));
        }
        for id in &table.indexes {
            let index = IndexShape::new(catalog, table, *id)?;
            let entries = match check_tree(source, &index, &mut report) {
                Ok(entries) => entries,
                Err(error) => {
                    problems.push(format!("index \"{}\": {error}", index.index.name));
                    continue;
                }
            };
            if entries != rows {
                problems.push(format!(
                    "index \"{}\" has {entries} entries, table \"{}\" has {rows} rows",
                    index.index.name, table.name
                ));
            }
            if let Err(error) = check_index(source, table, &shape, &index, &mut problems) {
                problems.push(format!("index \"{}\": {error}", index.index.name));
            }
        }
    }
    problems.append(&mut report.problems);
    check_pages(roots, &report, &mut problems);
    problems.truncate(PROBLEMS_MAX);
    Ok(problems)
}

/// The tree itself is sound and shares no page; answers how many entries it has.
fn check_tree(source: &dyn PageSource, index: &IndexShape, report: &mut TreeReport) -> Result<u64> {
    for page in index.tree.pages(source)? {
        if !report.pages.insert(page) {
            report.problems.push(format!("page {page} is used twice"));
        }
    }
    index.tree.verify(source)
}

/// Every value decodes, and none that must not be is NULL.
fn check_rows(
    source: &dyn PageSource,
    table: &Table,
    shape: &TableShape,
    problems: &mut Vec<String>,
) -> Result<()> {
    let mut buffer = Vec::new();
    let mut cursor = RowCursor::new(shape.tree.clone(), i64::MIN, i64::MAX, false);
    while let Some(leaf) = cursor.next_leaf(source)? {
        for row in leaf.rows() {
            for (at, (ordinal, ty)) in shape.stored.iter().zip(&shape.types).enumerate() {
                let cell = leaf.cell(source, at, row, &mut buffer)?;
                let column = &table.columns[*ordinal];
                if column.not_null && cell == Cell::Null {
                    problems.push(format!(
                        "row {} of table \"{}\" has no value in column \"{}\"",
                        leaf.rowid(row),
                        table.name,
                        column.name
                    ));
                }
                decode(cell, *ty)?;
            }
        }
    }
    Ok(())
}

/// Every row has its entry (S1); the counts being equal, every entry then has its row.
fn check_index(
    source: &dyn PageSource,
    table: &Table,
    shape: &TableShape,
    index: &IndexShape,
    problems: &mut Vec<String>,
) -> Result<()> {
    let mut buffer = Vec::new();
    let mut key = Vec::new();
    let mut values = vec![Datum::Null; table.columns.len()];
    let mut cursor = RowCursor::new(shape.tree.clone(), i64::MIN, i64::MAX, false);
    while let Some(leaf) = cursor.next_leaf(source)? {
        for row in leaf.rows() {
            let rowid = leaf.rowid(row);
            for (at, (ordinal, ty)) in shape.stored.iter().zip(&shape.types).enumerate() {
                values[*ordinal] = decode(leaf.cell(source, at, row, &mut buffer)?, *ty)?;
            }
            if let Some(ordinal) = table.rowid_column {
                values[ordinal] = Datum::Int(rowid);
            }
            key.clear();
            index.encode_row(&values, &mut key);
            if !index.tree.contains(source, &key, rowid)? {
                problems.push(format!("index \"{}\" has no entry of row {rowid}", index.index.name));
            }
        }
    }
    Ok(())
}

/// Every page up to the end belongs to a tree or is free; the free ones are counted, not walked: the
/// pager checks their list.
fn check_pages(roots: &Roots, report: &TreeReport, problems: &mut Vec<String>) {
    let used = u32::try_from(report.pages.len()).unwrap_or(u32::MAX);
    let accounted = used.saturating_add(roots.free_count);
    if accounted != roots.page_count {
        problems.push(format!(
            "{used} pages are in use and {} are free, but the file has {}",
            roots.free_count, roots.page_count
        ));
    }
}
