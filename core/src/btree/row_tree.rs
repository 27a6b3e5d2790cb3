//! A table: rows by rowid.
//!
//! This file finds rows and puts them in; `row_change` updates, removes, splits and merges; `row_cursor`
//! reads leaf by leaf.
//!
//! T1  The root page's number never changes: a root that overflows moves its content to a child.
//! T2  Every leaf is at level 0 and a child's level is its parent's less one, so no walk can circle.
//! T3  Every page of the tree names the root, so a hint kept too long cannot touch another tree.

use std::sync::Arc;

use crate::base::limits::TREE_DEPTH_MAX;
use crate::base::{Cell, PageNo};
use crate::error::{Error, Result};
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF, damaged};
use crate::page::row_interior::RowInterior;
use crate::page::row_layout::RowLayout;
use crate::page::row_leaf::{RowLeaf, RowLeafHead, Stored};
use crate::page::row_leaf_edit::{self, LeafChange, RowValues};
use crate::page::{PageRef, PageSink, PageSource, row_tail};

use super::overflow;

/// A B+tree of rows clustered by rowid.
#[derive(Clone, Debug)]
pub struct RowTree {
    pub(super) root: PageNo,
    pub(super) layout: Arc<RowLayout>,
}

/// What became of an insert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inserted {
    /// The row is in.
    Done,
    /// There is a row of that rowid; nothing was changed.
    Duplicate,
}

/// Where the last row went, so that the next one near it needs no descent. Any hint is safe, also one
/// that the tree has outgrown; but a hint does not outlive a rollback (its page may be gone).
#[derive(Clone, Copy, Debug)]
pub struct LeafHint {
    page: PageNo,
    low: i64,
    high: i64,
}

impl LeafHint {
    /// No hint.
    pub const NONE: LeafHint = LeafHint { page: PageNo::NONE, low: i64::MAX, high: i64::MIN };
}

impl Default for LeafHint {
    fn default() -> LeafHint {
        LeafHint::NONE
    }
}

/// Inserts rows one after the other, cheapest in ascending order.
#[derive(Clone, Debug)]
pub struct RowAppender {
    tree: RowTree,
    hint: LeafHint,
}

impl RowAppender {
    /// An appender to that tree.
    pub fn new(tree: RowTree) -> RowAppender {
        RowAppender { tree, hint: LeafHint::NONE }
    }

    /// Inserts a row anywhere; after the last one without a descent.
    pub fn append(&mut self, sink: &mut dyn PageSink, rowid: i64, cells: &[Cell<'_>]) -> Result<Inserted> {
        self.tree.insert_near(sink, &mut self.hint, rowid, cells)
    }
}

/// The way from the root to a leaf.
pub(super) struct Path {
    /// Interior pages, root first, with the child taken.
    pub(super) steps: [(PageNo, u16); TREE_DEPTH_MAX],
    pub(super) depth: usize,
    pub(super) leaf: PageNo,
    /// The last child was taken everywhere.
    pub(super) rightmost: bool,
}

impl RowTree {
    /// Makes an empty tree.
    pub fn create(sink: &mut dyn PageSink, layout: Arc<RowLayout>) -> Result<RowTree> {
        let root = sink.allocate()?;
        let cap = layout.cap_guess();
        row_leaf_edit::format(sink.page_mut(root)?, &layout, layout.columns().len(), root, cap, true);
        Ok(RowTree { root, layout })
    }

    /// The tree of that root.
    pub fn open(root: PageNo, layout: Arc<RowLayout>) -> RowTree {
        RowTree { root, layout }
    }

    /// Its root page, which never changes.
    pub fn root(&self) -> PageNo {
        self.root
    }

    /// Its columns.
    pub fn layout(&self) -> &Arc<RowLayout> {
        &self.layout
    }

    /// The row of that rowid.
    pub fn get(&self, source: &dyn PageSource, rowid: i64) -> Result<Option<RowHandle<'_>>> {
        let mut page = source.page(self.root)?;
        if page[KIND_AT] != KIND_ROW_LEAF {
            let mut level = None;
            loop {
                let interior = RowInterior::open(&page)?;
                check_level(&page, interior.level(), level)?;
                let child = interior.child(interior.find(rowid));
                level = Some(interior.level() - 1);
                let leaf = interior.level() == 1;
                page = source.page(child)?;
                if leaf {
                    break;
                }
            }
        }
        let leaf = RowLeaf::open(&page, &self.layout)?;
        let head = *leaf.head();
        match leaf.find(rowid) {
            Ok(row) => Ok(Some(RowHandle { page, head, row, layout: &self.layout })),
            Err(_) => Ok(None),
        }
    }

    /// Inserts a row: one cell per column of the layout.
    pub fn insert(&self, sink: &mut dyn PageSink, rowid: i64, cells: &[Cell<'_>]) -> Result<Inserted> {
        self.insert_near(sink, &mut LeafHint::default(), rowid, cells)
    }

    /// Inserts a row, trying the leaf of the last one first.
    pub fn insert_near(
        &self,
        sink: &mut dyn PageSink,
        hint: &mut LeafHint,
        rowid: i64,
        cells: &[Cell<'_>],
    ) -> Result<Inserted> {
        if cells.len() != self.layout.columns().len() {
            return Err(Error::internal("a row has another number of values than its table has columns"));
        }
        if let Some(heap_bytes) = self.heap_bytes_in_page(cells) {
            return self.place(sink, hint, rowid, cells, heap_bytes);
        }
        // Out of line values are written first: not for a row that cannot go in.
        if self.get(&*sink, rowid)?.is_some() {
            return Ok(Inserted::Duplicate);
        }
        let inline = self.layout.inline_count();
        let mut tail = Vec::new();
        let mut row: Vec<Stored<'_>> = cells[..inline].iter().map(|cell| stored(*cell)).collect();
        if self.layout.has_tail(cells.len()) {
            row_tail::encode(&self.layout, &cells[inline..], &mut tail)?;
            row.push(Stored::Bytes(&tail));
        }
        self.move_long_values_out(sink, &mut row)?;
        let heap_bytes = row.iter().map(Stored::heap_bytes).sum();
        self.place(sink, hint, rowid, &row[..], heap_bytes)
    }

    /// Bytes the row takes in the heap when all of it stays in the page; `None` when something must go
    /// out of line or to the tail.
    #[inline]
    fn heap_bytes_in_page(&self, cells: &[Cell<'_>]) -> Option<usize> {
        let columns = cells.len();
        if self.layout.has_tail(columns) {
            return None;
        }
        let mut heap = 0;
        for cell in cells {
            if let Cell::Bytes(bytes) = cell {
                heap += bytes.len();
            }
        }
        // A row below this sum has no value above the limit of one value either.
        let fixed = self.layout.row_bytes(columns) + self.layout.bitmaps(columns);
        (fixed + heap <= self.layout.row_bytes_max()).then_some(heap)
    }

    /// Moves values out of line until the row may stay in a page: those above the limit, then the longest.
    pub(super) fn move_long_values_out(&self, sink: &mut dyn PageSink, row: &mut [Stored<'_>]) -> Result<()> {
        let columns = self.layout.columns().len();
        let fixed = self.layout.row_bytes(columns) + self.layout.bitmaps(columns);
        let mut total = fixed + row.iter().map(Stored::heap_bytes).sum::<usize>();
        loop {
            let longest = row
                .iter_mut()
                .filter(|value| matches!(value, Stored::Bytes(_)))
                .max_by_key(|value| value.heap_bytes());
            let Some(longest) = longest else { break };
            let Stored::Bytes(bytes) = *longest else { break };
            if bytes.len() <= self.layout.value_bytes_max() && total <= self.layout.row_bytes_max() {
                break;
            }
            let pointer = overflow::write_value(sink, bytes)?;
            total -= bytes.len();
            *longest = Stored::Pointer(pointer);
            total += longest.heap_bytes();
        }
        Ok(())
    }

    /// Puts a row whose values are ready into its leaf, splitting pages as needed.
    pub(super) fn place<R: RowValues + ?Sized>(
        &self,
        sink: &mut dyn PageSink,
        hint: &mut LeafHint,
        rowid: i64,
        row: &R,
        heap_bytes: usize,
    ) -> Result<Inserted> {
        if hint.low <= rowid && rowid <= hint.high {
            // A page that cannot be had any more is a hint outgrown; the descent tells real trouble.
            if let Ok(bytes) = sink.page_mut(hint.page) {
                match row_leaf_edit::insert_if_here(bytes, &self.layout, self.root, rowid, row, heap_bytes)? {
                    Some(LeafChange::Done) => return Ok(Inserted::Done),
                    Some(LeafChange::Duplicate) => return Ok(Inserted::Duplicate),
                    Some(LeafChange::Full(_)) | None => {}
                }
            }
            *hint = LeafHint::NONE;
        }
        // Every round splits one page on the path or adds a storey.
        for _ in 0..4 * TREE_DEPTH_MAX {
            let path = self.descend(&*sink, rowid)?;
            let bytes = sink.page_mut(path.leaf)?;
            match row_leaf_edit::insert(bytes, &self.layout, rowid, row, heap_bytes)? {
                LeafChange::Done => {
                    if path.rightmost {
                        row_leaf_edit::set_rightmost(bytes, true);
                    }
                    let leaf = RowLeaf::open(bytes, &self.layout)?;
                    if leaf.head().root != self.root {
                        return Err(damaged(bytes, "belongs to another tree"));
                    }
                    let high = if path.rightmost { i64::MAX } else { leaf.rowid(leaf.count() - 1) };
                    *hint = LeafHint { page: path.leaf, low: leaf.rowid(0), high };
                    return Ok(Inserted::Done);
                }
                LeafChange::Duplicate => return Ok(Inserted::Duplicate),
                LeafChange::Full(at) => self.make_room(sink, &path, at)?,
            }
        }
        Err(Error::corrupt(format!("the tree of page {} makes no room for a row", self.root)))
    }

    /// The way to the leaf where `rowid` belongs.
    pub(super) fn descend(&self, source: &dyn PageSource, rowid: i64) -> Result<Path> {
        let mut path =
            Path { steps: [(PageNo::NONE, 0); TREE_DEPTH_MAX], depth: 0, leaf: self.root, rightmost: true };
        let page = source.page(self.root)?;
        if page[KIND_AT] == KIND_ROW_LEAF {
            return Ok(path);
        }
        let mut page = page;
        let mut level = None;
        loop {
            let interior = RowInterior::open(&page)?;
            check_level(&page, interior.level(), level)?;
            let slot = interior.find(rowid);
            path.steps[path.depth] = (path.leaf, u16::try_from(slot).expect("a page has fewer children"));
            path.depth += 1;
            path.rightmost &= slot + 1 == interior.count();
            path.leaf = interior.child(slot);
            if interior.level() == 1 {
                return Ok(path);
            }
            level = Some(interior.level() - 1);
            page = source.page(path.leaf)?;
        }
    }
}

/// T2: refuses a child whose level is not what its parent says. The levels fall, so walks end.
pub(super) fn check_level(page: &[u8], level: u8, expected: Option<u8>) -> Result<()> {
    match expected {
        Some(expected) if expected != level => Err(damaged(page, "is at the wrong level of its tree")),
        _ => Ok(()),
    }
}

pub(super) fn stored(cell: Cell<'_>) -> Stored<'_> {
    match cell {
        Cell::Null => Stored::Null,
        Cell::Int(value) => Stored::Int(value),
        Cell::Wide(value) => Stored::Wide(value),
        Cell::Bytes(bytes) => Stored::Bytes(bytes),
    }
}

/// A row that was found; it keeps its page.
#[derive(Clone, Debug)]
pub struct RowHandle<'t> {
    page: PageRef,
    head: RowLeafHead,
    row: usize,
    layout: &'t RowLayout,
}

impl RowHandle<'_> {
    /// The row's number.
    pub fn rowid(&self) -> i64 {
        self.leaf().rowid(self.row)
    }

    /// The value of a column; `buffer` is used when it must be put together from other pages.
    #[inline]
    pub fn cell<'a>(
        &'a self,
        source: &dyn PageSource,
        column: usize,
        buffer: &'a mut Vec<u8>,
    ) -> Result<Cell<'a>> {
        read_cell(self.leaf(), self.layout, source, column, self.row, buffer)
    }

    fn leaf(&self) -> RowLeaf<'_> {
        RowLeaf::with_head(&self.page, self.layout, self.head)
    }
}

/// The value of a column in a row of a leaf, wherever it is kept.
#[inline]
pub(super) fn read_cell<'a>(
    leaf: RowLeaf<'a>,
    layout: &'a RowLayout,
    source: &dyn PageSource,
    column: usize,
    row: usize,
    buffer: &'a mut Vec<u8>,
) -> Result<Cell<'a>> {
    if leaf.is_missing(column) {
        return match layout.columns().get(column) {
            Some(column) => Ok(column.missing.as_cell()),
            None => Err(Error::internal("a column is asked for that the table has not")),
        };
    }
    if column < layout.inline_count() {
        return Ok(match leaf.value(column, row)? {
            Stored::Null => Cell::Null,
            Stored::Int(value) => Cell::Int(value),
            Stored::Wide(value) => Cell::Wide(value),
            Stored::Bytes(bytes) => Cell::Bytes(bytes),
            Stored::Pointer(pointer) => {
                overflow::read_value(source, &pointer, buffer)?;
                Cell::Bytes(buffer)
            }
        });
    }
    let tail = tail_bytes(leaf, source, row, buffer)?;
    row_tail::cell(layout, tail, column)
}

/// The encoded tail of a row; no bytes when the leaf has none.
pub(super) fn tail_bytes<'a>(
    leaf: RowLeaf<'a>,
    source: &dyn PageSource,
    row: usize,
    buffer: &'a mut Vec<u8>,
) -> Result<&'a [u8]> {
    match leaf.tail(row)? {
        Stored::Bytes(bytes) => Ok(bytes),
        Stored::Pointer(pointer) => {
            overflow::read_value(source, &pointer, buffer)?;
            Ok(buffer)
        }
        Stored::Null | Stored::Int(_) | Stored::Wide(_) => {
            Err(damaged(leaf.bytes(), "has a tail of the wrong kind"))
        }
    }
}
