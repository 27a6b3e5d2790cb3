//! Updates and removals of rows, and the splitting and merging of pages they and inserts lead to.
//!
//! A leaf splits by itself: the parent gets a child only when it has room, else the parent is split first
//! and the caller comes again. So every step leaves a sound tree.
//!
//! A page that falls below a quarter is joined with a neighbour under the same parent when both fit seven
//! eighths of a page; the slack keeps a tree that shrinks and grows from splitting what it just joined.

use crate::base::limits::TREE_DEPTH_MAX;
use crate::base::{Cell, CellWidth, PageNo};
use crate::error::{Error, Result};
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF, LEVEL_AT, PAGE_HEADER_RANGE, damaged};
use crate::page::row_interior::{self, RowInterior};
use crate::page::row_layout::Place;
use crate::page::row_leaf::{OverflowPointer, RowLeaf, Stored};
use crate::page::row_leaf_edit::{self, LeafChange};
use crate::page::{PageSink, row_tail};

use super::overflow;
use super::row_tree::{Inserted, LeafHint, Path, RowTree, stored, tail_bytes};

impl RowTree {
    /// Changes columns of a row: `(column, value)`, each column once. `false` when there is no such row.
    pub fn update(&self, sink: &mut dyn PageSink, rowid: i64, changes: &[(usize, Cell<'_>)]) -> Result<bool> {
        let path = self.descend(&*sink, rowid)?;
        let page = sink.page(path.leaf)?;
        let leaf = RowLeaf::open(&page, &self.layout)?;
        let Ok(row) = leaf.find(rowid) else { return Ok(false) };
        if let Some(places) = self.changes_in_page(&leaf, row, changes)? {
            drop(page);
            if row_leaf_edit::update(sink.page_mut(path.leaf)?, &self.layout, row, &places)?
                == LeafChange::Done
            {
                return Ok(true);
            }
        } else {
            drop(page);
        }
        self.replace(sink, &path, row, rowid, changes)?;
        Ok(true)
    }

    /// The changes as the leaf stores them, when no value goes or comes out of line by them.
    fn changes_in_page<'a>(
        &self,
        leaf: &RowLeaf<'_>,
        row: usize,
        changes: &[(usize, Cell<'a>)],
    ) -> Result<Option<Vec<(Place, Stored<'a>)>>> {
        let columns = self.layout.columns().len();
        if leaf.head().columns != columns {
            return Ok(None);
        }
        let mut places = Vec::with_capacity(changes.len());
        let mut growth = 0;
        for (column, cell) in changes {
            if *column >= self.layout.inline_count() {
                return Ok(None);
            }
            let place = self.layout.place(*column);
            if place.width == CellWidth::Var {
                let new = stored(*cell).heap_bytes();
                let old = match leaf.value_at(place, row)? {
                    Stored::Pointer(_) => return Ok(None),
                    other => other.heap_bytes(),
                };
                if new > self.layout.value_bytes_max() {
                    return Ok(None);
                }
                growth += new.saturating_sub(old);
            }
            places.push((place, stored(*cell)));
        }
        if growth > 0 {
            let fixed = self.layout.row_bytes(columns) + self.layout.bitmaps(columns);
            if fixed + leaf.row_heap_bytes(row) + growth > self.layout.row_bytes_max() {
                return Ok(None);
            }
        }
        Ok(Some(places))
    }

    /// Takes the row out and puts it in again with the changes, moving values in and out of line.
    fn replace(
        &self,
        sink: &mut dyn PageSink,
        path: &Path,
        row: usize,
        rowid: i64,
        changes: &[(usize, Cell<'_>)],
    ) -> Result<()> {
        let page = sink.page(path.leaf)?;
        let leaf = RowLeaf::open(&page, &self.layout)?;
        let inline = self.layout.inline_count();
        let mut outgrown: Vec<OverflowPointer> = Vec::new();
        let mut values: Vec<Stored<'_>> = Vec::with_capacity(inline + 1);
        for column in 0..inline {
            values.push(if leaf.is_missing(column) {
                stored(self.layout.columns()[column].missing.as_cell())
            } else {
                leaf.value(column, row)?
            });
        }
        let mut old_tail = Vec::new();
        let mut new_tail = Vec::new();
        let mut tail_cells: Vec<Cell<'_>> = Vec::new();
        if self.layout.has_tail(self.layout.columns().len()) {
            let tail = if self.layout.has_tail(leaf.head().columns) {
                if let Stored::Pointer(pointer) = leaf.tail(row)? {
                    outgrown.push(pointer);
                }
                tail_bytes(leaf, &*sink, row, &mut old_tail)?
            } else {
                &[]
            };
            row_tail::decode(&self.layout, tail, |_, cell| {
                tail_cells.push(cell);
                true
            })?;
        }
        for (column, cell) in changes {
            if let Some(value) = values.get_mut(*column) {
                if let Stored::Pointer(pointer) = value {
                    outgrown.push(*pointer);
                }
                *value = stored(*cell);
            } else if let Some(slot) = tail_cells.get_mut(*column - inline) {
                *slot = *cell;
            } else {
                return Err(Error::internal("a column is changed that the table has not"));
            }
        }
        if !tail_cells.is_empty() {
            row_tail::encode(&self.layout, &tail_cells, &mut new_tail)?;
            values.push(Stored::Bytes(&new_tail));
        }
        for pointer in &outgrown {
            overflow::free_value(sink, pointer)?;
        }
        self.move_long_values_out(sink, &mut values)?;
        row_leaf_edit::remove(sink.page_mut(path.leaf)?, &self.layout, row)?;
        let heap_bytes = values.iter().map(Stored::heap_bytes).sum();
        match self.place(sink, &mut LeafHint::default(), rowid, &values[..], heap_bytes)? {
            Inserted::Done => Ok(()),
            Inserted::Duplicate => Err(damaged(&page, "has a rowid twice")),
        }
    }

    /// Removes a row and its values out of line. `false` when there is no such row.
    pub fn remove(&self, sink: &mut dyn PageSink, rowid: i64) -> Result<bool> {
        let path = self.descend(&*sink, rowid)?;
        let page = sink.page(path.leaf)?;
        let leaf = RowLeaf::open(&page, &self.layout)?;
        let Ok(row) = leaf.find(rowid) else { return Ok(false) };
        let pointers = self.pointers(&leaf, row)?;
        drop(page);
        let bytes = sink.page_mut(path.leaf)?;
        row_leaf_edit::remove(bytes, &self.layout, row)?;
        let leaf = RowLeaf::open(bytes, &self.layout)?;
        let sparse = leaf.count() == 0 || leaf.live_bytes() < bytes.len() / 4;
        for pointer in &pointers {
            overflow::free_value(sink, pointer)?;
        }
        if sparse && path.depth > 0 {
            self.shrink(sink, &path)?;
        }
        Ok(true)
    }

    /// The values out of line of one row.
    pub(super) fn pointers(&self, leaf: &RowLeaf<'_>, row: usize) -> Result<Vec<OverflowPointer>> {
        let mut pointers = Vec::new();
        for column in 0..self.layout.inline_of(leaf.head().columns) {
            let place = self.layout.place(column);
            if place.width == CellWidth::Var
                && let Stored::Pointer(pointer) = leaf.value_at(place, row)?
            {
                pointers.push(pointer);
            }
        }
        if self.layout.has_tail(leaf.head().columns)
            && let Stored::Pointer(pointer) = leaf.tail(row)?
        {
            pointers.push(pointer);
        }
        Ok(pointers)
    }

    /// Frees every page of the tree, the root too.
    pub fn drop_tree(self, sink: &mut dyn PageSink) -> Result<()> {
        self.clear_below(sink, true)
    }

    /// Removes all rows, keeping the root.
    pub fn clear(&self, sink: &mut dyn PageSink) -> Result<()> {
        self.clear_below(sink, false)?;
        let cap = self.layout.cap_guess();
        let columns = self.layout.columns().len();
        row_leaf_edit::format(sink.page_mut(self.root)?, &self.layout, columns, self.root, cap, true);
        Ok(())
    }

    fn clear_below(&self, sink: &mut dyn PageSink, root_too: bool) -> Result<()> {
        let mut stack: Vec<(PageNo, Option<u8>)> = vec![(self.root, None)];
        while let Some((no, expected)) = stack.pop() {
            let page = sink.page(no)?;
            super::row_tree::check_level(&page, page[LEVEL_AT], expected)?;
            if page[KIND_AT] == KIND_ROW_LEAF {
                let leaf = RowLeaf::open(&page, &self.layout)?;
                for row in 0..leaf.count() {
                    for pointer in self.pointers(&leaf, row)? {
                        overflow::free_value(sink, &pointer)?;
                    }
                }
            } else {
                let interior = RowInterior::open(&page)?;
                stack
                    .extend((0..interior.count()).map(|at| (interior.child(at), Some(interior.level() - 1))));
            }
            if no != self.root || root_too {
                sink.free(no)?;
            }
        }
        Ok(())
    }

    /// Splits the lowest page of the path whose parent has room; at the root, adds a storey.
    pub(super) fn make_room(&self, sink: &mut dyn PageSink, path: &Path, at: usize) -> Result<()> {
        let mut level = path.depth;
        while level > 0 && RowInterior::open(&sink.page(path.steps[level - 1].0)?)?.is_full() {
            level -= 1;
        }
        let Some(parent) = level.checked_sub(1) else { return push_down(sink, self.root) };
        let (parent, slot) = path.steps[parent];
        let right = sink.allocate()?;
        let separator = if level == path.depth {
            self.split_leaf(sink, path.leaf, at, right)?
        } else {
            let (no, taken) = path.steps[level];
            split_interior(sink, no, usize::from(taken), right)?
        };
        row_interior::insert(sink.page_mut(parent)?, usize::from(slot), separator, right)
    }

    /// Moves the upper rows of a leaf to `right`, where a row is to go in at place `at`.
    fn split_leaf(&self, sink: &mut dyn PageSink, no: PageNo, at: usize, right: PageNo) -> Result<i64> {
        let page = sink.page(no)?;
        let leaf = RowLeaf::open(&page, &self.layout)?;
        let head = *leaf.head();
        let size = page.len();
        // Rows that come in order find the left page full and the right one empty, or the other way round.
        if at == head.count {
            let last = leaf.rowid(at.checked_sub(1).ok_or_else(|| damaged(&page, "is full without rows"))?);
            drop(page);
            row_leaf_edit::set_rightmost(sink.page_mut(no)?, false);
            let bytes = sink.page_mut(right)?;
            let columns = self.layout.columns().len();
            row_leaf_edit::format(bytes, &self.layout, columns, self.root, head.count + 1, head.rightmost);
            return last.checked_add(1).ok_or_else(|| Error::internal("a row after the last rowid"));
        }
        let middle = if at == 0 { 0 } else { self.middle(&leaf) };
        let separator = leaf.rowid(middle);
        let mut left_bytes = vec![0; size];
        let mut right_bytes = vec![0; size];
        row_leaf_edit::split(&leaf, &self.layout, middle, &mut left_bytes, &mut right_bytes)?;
        drop(page);
        let content = PAGE_HEADER_RANGE.end..;
        sink.page_mut(no)?[content.clone()].copy_from_slice(&left_bytes[content.clone()]);
        sink.page_mut(right)?[content.clone()].copy_from_slice(&right_bytes[content]);
        Ok(separator)
    }

    /// The row at which about half of the leaf's bytes are before; neither half is empty.
    fn middle(&self, leaf: &RowLeaf<'_>) -> usize {
        let head = leaf.head();
        let fixed = self.layout.row_bytes(head.columns);
        let half = (fixed * head.count + leaf.live_heap_bytes()) / 2;
        let mut sum = 0;
        for row in 0..head.count {
            sum += fixed + leaf.row_heap_bytes(row);
            if sum >= half {
                return (row + 1).clamp(1, head.count - 1);
            }
        }
        head.count / 2
    }

    /// Joins the leaf of the path, which became sparse, with a neighbour; then its ancestors likewise.
    fn shrink(&self, sink: &mut dyn PageSink, path: &Path) -> Result<()> {
        for level in (1..=path.depth).rev() {
            let no = if level == path.depth { path.leaf } else { path.steps[level].0 };
            let (parent, slot) = path.steps[level - 1];
            let slot = usize::from(slot);
            let (empty, sparse) = self.fill_of(sink, no)?;
            if empty {
                row_interior::remove(sink.page_mut(parent)?, slot)?;
                sink.free(no)?;
                continue;
            }
            if !sparse {
                break;
            }
            let page = sink.page(parent)?;
            let interior = RowInterior::open(&page)?;
            let (left_slot, left, right) = if slot + 1 < interior.count() {
                (slot, no, interior.child(slot + 1))
            } else if slot > 0 {
                (slot - 1, interior.child(slot - 1), no)
            } else {
                break;
            };
            let separator = interior.key(left_slot);
            drop(page);
            if !self.join(sink, left, right, separator)? {
                break;
            }
            row_interior::remove(sink.page_mut(parent)?, left_slot + 1)?;
            sink.free(right)?;
        }
        self.lower_root(sink)
    }

    /// Whether a page has no rows or children; whether it is less than a quarter full.
    fn fill_of(&self, sink: &dyn PageSink, no: PageNo) -> Result<(bool, bool)> {
        let page = sink.page(no)?;
        if page[KIND_AT] == KIND_ROW_LEAF {
            let leaf = RowLeaf::open(&page, &self.layout)?;
            return Ok((leaf.count() == 0, leaf.live_bytes() < page.len() / 4));
        }
        if crate::page::bytes::u16_at(&page, crate::page::bytes::COUNT_AT) == 0 {
            return Ok((true, true));
        }
        let interior = RowInterior::open(&page)?;
        Ok((false, interior.count() < row_interior::cap(page.len()) / 4))
    }

    /// Appends the content of `right` to `left` if it fits.
    fn join(&self, sink: &mut dyn PageSink, left: PageNo, right: PageNo, separator: i64) -> Result<bool> {
        if left == right {
            return Err(Error::corrupt(format!("page {left} is two children of its parent")));
        }
        let page = sink.page(right)?;
        if page[KIND_AT] == KIND_ROW_LEAF {
            let leaf = RowLeaf::open(&page, &self.layout)?;
            {
                let left = sink.page(left)?;
                let left = RowLeaf::open(&left, &self.layout)?;
                if left.live_bytes() + leaf.live_bytes() > page.len() {
                    return Ok(false);
                }
            }
            return row_leaf_edit::merge(sink.page_mut(left)?, &self.layout, &leaf);
        }
        let count = RowInterior::open(&page)?.count();
        {
            let left = sink.page(left)?;
            let left = RowInterior::open(&left)?;
            if left.count() + count > row_interior::cap(page.len()) / 8 * 7 {
                return Ok(false);
            }
        }
        row_interior::append(sink.page_mut(left)?, separator, &page)?;
        Ok(true)
    }

    /// Takes storeys off while the root has one child (or, after the last row went, none).
    fn lower_root(&self, sink: &mut dyn PageSink) -> Result<()> {
        for _ in 0..TREE_DEPTH_MAX {
            let page = sink.page(self.root)?;
            if page[KIND_AT] == KIND_ROW_LEAF {
                return Ok(());
            }
            if crate::page::bytes::u16_at(&page, crate::page::bytes::COUNT_AT) == 0 {
                drop(page);
                let cap = self.layout.cap_guess();
                let columns = self.layout.columns().len();
                row_leaf_edit::format(sink.page_mut(self.root)?, &self.layout, columns, self.root, cap, true);
                return Ok(());
            }
            let interior = RowInterior::open(&page)?;
            if interior.count() > 1 {
                return Ok(());
            }
            let (child, level) = (interior.child(0), interior.level() - 1);
            drop(page);
            let content = sink.page(child)?;
            super::row_tree::check_level(&content, content[LEVEL_AT], Some(level))?;
            sink.page_mut(self.root)?[PAGE_HEADER_RANGE.end..]
                .copy_from_slice(&content[PAGE_HEADER_RANGE.end..]);
            sink.free(child)?;
        }
        Ok(())
    }
}

/// Moves the root's content to a new child, its only one.
fn push_down(sink: &mut dyn PageSink, root: PageNo) -> Result<()> {
    let child = sink.allocate()?;
    let page = sink.page(root)?;
    let level = page[LEVEL_AT] + 1;
    if usize::from(level) >= TREE_DEPTH_MAX {
        return Err(damaged(&page, "has a tree of too many levels"));
    }
    sink.page_mut(child)?[PAGE_HEADER_RANGE.end..].copy_from_slice(&page[PAGE_HEADER_RANGE.end..]);
    drop(page);
    row_interior::format(sink.page_mut(root)?, root, level, child);
    Ok(())
}

/// Splits an interior page that will get a child after child `taken`.
fn split_interior(sink: &mut dyn PageSink, no: PageNo, taken: usize, right: PageNo) -> Result<i64> {
    let mut fresh = vec![0; sink.page_size()];
    let bytes = sink.page_mut(no)?;
    let count = RowInterior::open(bytes)?.count();
    let at = if taken + 1 == count { count - 1 } else { count / 2 };
    let separator = row_interior::split(bytes, at, &mut fresh)?;
    sink.page_mut(right)?[PAGE_HEADER_RANGE.end..].copy_from_slice(&fresh[PAGE_HEADER_RANGE.end..]);
    Ok(separator)
}
