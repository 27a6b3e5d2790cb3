//! Whether the file is what it should be: every tree sound, every index equal to its table, every page
//! used once or free.

use crate::base::{Cell, ObjectId, PageNo};
use crate::btree::{RowCursor, TreeReport};
use crate::catalog::{Catalog, Table};
use crate::error::{Error, Result};
use crate::page::PageSource;
use crate::pager::verify::ORPHAN;
use crate::pager::{self, Roots};
use crate::record::decode;
use crate::value::Datum;

use super::catalog::system_tree;
use super::key::IndexShape;
use super::table::TableShape;

/// Most problems told; more say nothing new.
const PROBLEMS_MAX: usize = 100;

/// What a look at every tree found.
struct Findings {
    report: TreeReport,
    problems: Vec<String>,
    /// Indexes that are not what their tables say, or whose trees are damaged.
    bad_indexes: Vec<ObjectId>,
    /// Per index, in the order of the catalog: its pages, as far as they could be listed.
    index_pages: Vec<(ObjectId, Vec<PageNo>)>,
}

/// What is wrong, in words; nothing is changed.
pub fn verify(source: &dyn PageSource, roots: &Roots, catalog: &Catalog) -> Result<Vec<String>> {
    let mut found = look(source, roots, catalog)?;
    let mut problems = found.problems;
    problems.append(&mut found.report.problems);
    let pages = found.report.pages.iter().copied();
    let listed = found.index_pages.into_iter().flat_map(|(_, pages)| pages);
    let partition = pager::verify::check_partition(source, roots, &mut pages.chain(listed));
    // Below a damaged page nobody knows what is used: that is one damage, and named already.
    let whole = problems.is_empty();
    let words = partition.iter().map(Error::message).filter(|words| whole || !words.ends_with(ORPHAN));
    problems.extend(words.map(str::to_owned));
    problems.truncate(PROBLEMS_MAX);
    Ok(problems)
}

/// Which pages are used, by number from 0 (which is none): those of the catalog, the tables and the sound
/// indexes. And the indexes that are not sound.
///
/// # Errors
/// XX001 when the catalog or a table is damaged: then nobody knows what else is used.
pub fn used_pages(
    source: &dyn PageSource,
    roots: &Roots,
    catalog: &Catalog,
) -> Result<(Vec<bool>, Vec<ObjectId>)> {
    let found = look(source, roots, catalog)?;
    if let Some(problem) = found.report.problems.first() {
        return Err(Error::corrupt(format!("the tables are damaged: {problem}")));
    }
    let mut used = vec![false; usize::try_from(roots.page_count).map_or(usize::MAX, |count| count + 1)];
    let mut bad_indexes = found.bad_indexes;
    let mut mark = |no: PageNo| {
        let flag = usize::try_from(no.0).ok().and_then(|at| used.get_mut(at));
        flag.is_some_and(|flag| !core::mem::replace(flag, true))
    };
    // A page 0 of a tree is refused by the walk above.
    if !found.report.pages.iter().all(|no| mark(*no)) {
        return Err(Error::corrupt("the tables use pages that are not in the file"));
    }
    for (id, pages) in found.index_pages {
        if !bad_indexes.contains(&id) && !pages.into_iter().all(&mut mark) {
            bad_indexes.push(id);
        }
    }
    Ok((used, bad_indexes))
}

fn look(source: &dyn PageSource, roots: &Roots, catalog: &Catalog) -> Result<Findings> {
    let mut report = TreeReport::default();
    let mut problems = Vec::new();
    let (mut bad_indexes, mut index_pages) = (Vec::new(), Vec::new());
    if roots.catalog_root != PageNo::NONE {
        system_tree(source, roots.catalog_root).verify(source, &mut report);
    }
    for table in catalog.tables.values() {
        let shape = TableShape::new(table, source.page_size());
        let known = report.problems.len();
        shape.tree.verify(source, &mut report);
        // Whatever is read through a damaged tree would name its damage again.
        let sound = report.problems.len() == known;
        if sound && let Err(error) = check_rows(source, table, &shape, &mut problems) {
            problems.push(format!("table \"{}\": {error}", table.name));
        }
        for id in &table.indexes {
            let index = IndexShape::new(catalog, table, *id)?;
            let before = problems.len();
            let checked = index.tree.pages(source).and_then(|pages| {
                index_pages.push((*id, pages));
                match sound {
                    true => check_index(source, table, &shape, &index, &mut problems),
                    false => index.tree.verify(source).map(|_| ()),
                }
            });
            if let Err(error) = checked {
                problems.push(format!("index \"{}\": {error}", index.index.name));
            }
            if problems.len() > before {
                bad_indexes.push(*id);
            }
        }
    }
    Ok(Findings { report, problems, bad_indexes, index_pages })
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

/// The tree is sound, and every row has its entry (S1); the counts being equal, every entry then has its row.
fn check_index(
    source: &dyn PageSource,
    table: &Table,
    shape: &TableShape,
    index: &IndexShape,
    problems: &mut Vec<String>,
) -> Result<()> {
    let entries = index.tree.verify(source)?;
    let mut held = 0;
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
            if !index.holds(&values) {
                continue;
            }
            held += 1;
            key.clear();
            index.encode_row(&values, &mut key);
            if !index.tree.contains(source, &key, rowid)? {
                problems.push(format!("index \"{}\" has no entry of row {rowid}", index.index.name));
            }
        }
    }
    if entries != held {
        problems.push(format!(
            "index \"{}\" has {entries} entries, table \"{}\" has {held} rows",
            index.index.name, table.name
        ));
    }
    Ok(())
}
