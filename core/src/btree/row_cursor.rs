//! Reads a table leaf by leaf, in either direction.
//!
//! Between leaves the cursor keeps a rowid, not a place: the next leaf is found by that rowid, through the
//! parent it saw last if that page is still the same, else from the root. So a writer may change the tree
//! between two calls: rows put in ahead of the cursor are seen, rows it has passed are not seen again.
//!
//! C1  The rowid moves strictly onwards with every leaf, so a damaged tree ends in an error, not a circle.

use core::ops::Range;
use std::sync::Arc;

use crate::base::{Cell, PageNo};
use crate::error::Result;
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF, damaged};
use crate::page::row_interior::RowInterior;
use crate::page::row_layout::RowLayout;
use crate::page::row_leaf::{RowLeaf, RowLeafHead, Stored};
use crate::page::{PageRef, PageSource};

use super::overflow;
use super::row_tree::{RowTree, check_level, read_cell};

/// A reader of the rows between two rowids.
#[derive(Clone, Debug)]
pub struct RowCursor {
    tree: RowTree,
    low: i64,
    high: i64,
    backward: bool,
    /// The first rowid (the last, backward) that the next leaf may have; `None` at the end.
    next: Option<i64>,
    parent: Option<Parent>,
}

/// The page above the last leaf, with the rowids it covers.
#[derive(Clone, Debug)]
struct Parent {
    no: PageNo,
    page: PageRef,
    fences: Fences,
    /// The child taken last.
    at: usize,
}

/// Rowids from `low` (inclusive) to `high` (exclusive); `None` is no bound.
#[derive(Clone, Copy, Debug)]
struct Fences {
    low: Option<i64>,
    high: Option<i64>,
}

impl Fences {
    fn contain(&self, rowid: i64) -> bool {
        self.low.is_none_or(|low| low <= rowid) && self.high.is_none_or(|high| rowid < high)
    }

    /// The fences of child `at`.
    fn child(&self, interior: &RowInterior<'_>, at: usize) -> Fences {
        Fences {
            low: if at == 0 { self.low } else { Some(interior.key(at - 1)) },
            high: if at + 1 == interior.count() { self.high } else { Some(interior.key(at)) },
        }
    }
}

impl RowCursor {
    /// A cursor over the rows from `low` to `high`, both inclusive; `backward` begins at `high`.
    pub fn new(tree: RowTree, low: i64, high: i64, backward: bool) -> RowCursor {
        let next = (low <= high).then_some(if backward { high } else { low });
        RowCursor { tree, low, high, backward, next, parent: None }
    }

    /// The next leaf with rows in range, or `None` at the end.
    pub fn next_leaf(&mut self, source: &dyn PageSource) -> Result<Option<LeafView>> {
        while let Some(target) = self.next {
            let (page, fences) = self.leaf_of(source, target)?;
            self.next = self.target_after(&page, target, fences)?;
            let leaf = RowLeaf::open(&page, &self.tree.layout)?;
            // A writer may have put rows on the near side of the leaf after the cursor passed there.
            let (low, high) = if self.backward { (self.low, target) } else { (target, self.high) };
            // Where the leaf may hold nothing else, its rowids need not be looked at.
            let from = match fences.low {
                Some(fence) if low <= fence => 0,
                None if low == i64::MIN => 0,
                Some(_) | None => leaf.find(low).unwrap_or_else(|at| at),
            };
            let to = match fences.high {
                Some(fence) if fence <= high => leaf.count(),
                None if high == i64::MAX => leaf.count(),
                Some(_) | None => leaf.find(high).map_or_else(|at| at, |at| at + 1),
            };
            if from < to {
                let head = *leaf.head();
                return Ok(Some(LeafView {
                    page,
                    head,
                    layout: Arc::clone(&self.tree.layout),
                    rows: from..to,
                }));
            }
        }
        Ok(None)
    }

    /// Goes on from `rowid` (backward: down from it), which may be anywhere in the range.
    pub fn seek(&mut self, rowid: i64) {
        let within = if self.backward { rowid.min(self.high) } else { rowid.max(self.low) };
        self.next = (self.low <= within && within <= self.high).then_some(within);
    }

    fn target_after(&self, page: &[u8], target: i64, fences: Fences) -> Result<Option<i64>> {
        let after = if self.backward {
            match fences.low.and_then(|low| low.checked_sub(1)) {
                Some(after) if after >= target => return Err(circle(page)),
                after => after.filter(|after| *after >= self.low),
            }
        } else {
            match fences.high {
                Some(after) if after <= target => return Err(circle(page)),
                after => after.filter(|after| *after <= self.high),
            }
        };
        Ok(after)
    }

    /// The leaf where `target` belongs, with its fences.
    fn leaf_of(&mut self, source: &dyn PageSource, target: i64) -> Result<(PageRef, Fences)> {
        if let Some(parent) = &mut self.parent
            && parent.fences.contain(target)
            && source.page(parent.no).is_ok_and(|page| Arc::ptr_eq(&page, &parent.page))
        {
            let interior = RowInterior::open(&parent.page)?;
            // Mostly the next child; a damaged order of keys must not be believed for long (C1).
            let next = parent.at + 1;
            let follows = !self.backward && next < interior.count() && interior.key(parent.at) == target;
            let at = if follows { next } else { interior.find(target) };
            parent.at = at;
            return Ok((source.page(interior.child(at))?, parent.fences.child(&interior, at)));
        }
        let mut no = self.tree.root;
        let mut page = source.page(no)?;
        let mut fences = Fences { low: None, high: None };
        let mut level = None;
        while page[KIND_AT] != KIND_ROW_LEAF || level.is_some_and(|level| level != 0) {
            let interior = RowInterior::open(&page)?;
            check_level(&page, interior.level(), level)?;
            let at = interior.find(target);
            let child = interior.child(at);
            let child_fences = fences.child(&interior, at);
            let child_page = source.page(child)?;
            let lowest = interior.level() == 1;
            level = Some(interior.level() - 1);
            if lowest {
                self.parent = Some(Parent { no, page, fences, at });
            }
            (no, page, fences) = (child, child_page, child_fences);
        }
        Ok((page, fences))
    }
}

#[cold]
fn circle(page: &[u8]) -> crate::error::Error {
    damaged(page, "is out of order in its tree")
}

/// Rows of one leaf, kept as they are in the page until asked for.
#[derive(Clone, Debug)]
pub struct LeafView {
    page: PageRef,
    head: RowLeafHead,
    layout: Arc<RowLayout>,
    rows: Range<usize>,
}

impl LeafView {
    /// The rows in range, as places in the leaf: what the other functions take parts of.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// The rowid of the row at `row`.
    pub fn rowid(&self, row: usize) -> i64 {
        self.leaf().rowid(row)
    }

    /// The first row at or after that rowid.
    pub fn row_of(&self, rowid: i64) -> Option<usize> {
        self.leaf().find(rowid).ok().filter(|row| self.rows.contains(row))
    }

    /// Appends the rowids of rows.
    pub fn gather_rowids(&self, rows: Range<usize>, out: &mut Vec<i64>) {
        out.extend(self.leaf().rowids()[rows].iter().map(|bytes| i64::from_le_bytes(*bytes)));
    }

    /// Whether the column is found in an array of the leaf, which the `gather` functions need. Otherwise
    /// (the tail of a wide table, or a column younger than the leaf) `cell` finds its values.
    pub fn is_array(&self, column: usize) -> bool {
        column < self.layout.inline_of(self.head.columns)
    }

    /// Appends the values of a `W1`..`W8` column, sign-extended; NULL is 0.
    pub fn gather_ints(&self, column: usize, rows: Range<usize>, out: &mut Vec<i64>) {
        self.leaf().gather_ints(self.layout.place(column), rows, out);
    }

    /// Appends the values of a `W8` column of float8 bits; NULL is 0.
    pub fn gather_floats(&self, column: usize, rows: Range<usize>, out: &mut Vec<f64>) {
        self.leaf().gather_floats(self.layout.place(column), rows, out);
    }

    /// Appends the values of a `W4` column of float4 bits; NULL is 0.
    pub fn gather_short_floats(&self, column: usize, rows: Range<usize>, out: &mut Vec<f64>) {
        self.leaf().gather_short_floats(self.layout.place(column), rows, out);
    }

    /// Appends the values of a `W16` column; NULL is 0.
    pub fn gather_wide(&self, column: usize, rows: Range<usize>, out: &mut Vec<i128>) {
        self.leaf().gather_wide(self.layout.place(column), rows, out);
    }

    /// Hands over the values of a variable column in order; NULL is empty.
    #[inline]
    pub fn gather_bytes(
        &self,
        source: &dyn PageSource,
        column: usize,
        rows: Range<usize>,
        mut each: impl FnMut(&[u8]),
    ) -> Result<()> {
        let leaf = self.leaf();
        let mut buffer = Vec::new();
        for slot in &leaf.var_slots(self.layout.place(column))[rows] {
            match leaf.var(*slot)? {
                Stored::Bytes(bytes) => each(bytes),
                Stored::Pointer(pointer) => {
                    overflow::read_value(source, &pointer, &mut buffer)?;
                    each(&buffer);
                }
                Stored::Null | Stored::Int(_) | Stored::Wide(_) => each(&[]),
            }
        }
        Ok(())
    }

    /// Whether an array column is NULL in row `row`.
    pub fn is_null(&self, column: usize, row: usize) -> bool {
        self.leaf().is_null(self.layout.place(column), row)
    }

    /// Calls `each` for every NULL of an array column among `rows`, counted from the first of them.
    pub fn for_each_null(&self, column: usize, rows: Range<usize>, mut each: impl FnMut(usize)) {
        let place = self.layout.place(column);
        if place.bitmap.is_none() {
            return;
        }
        let leaf = self.leaf();
        let mut start = rows.start - rows.start % 8;
        while start < rows.end {
            let mut word = leaf.null_word(place, start);
            while word != 0 {
                let row = start + usize::try_from(word.trailing_zeros()).expect("at most 64");
                if rows.contains(&row) {
                    each(row - rows.start);
                }
                word &= word - 1;
            }
            start += 64;
        }
    }

    /// One value of any column, wherever it is kept.
    pub fn cell<'a>(
        &'a self,
        source: &dyn PageSource,
        column: usize,
        row: usize,
        buffer: &'a mut Vec<u8>,
    ) -> Result<Cell<'a>> {
        read_cell(self.leaf(), &self.layout, source, column, row, buffer)
    }

    fn leaf(&self) -> RowLeaf<'_> {
        RowLeaf::with_head(&self.page, &self.layout, self.head)
    }
}

impl RowTree {
    /// One leaf by its page number, whatever stands above it: for looking into damaged files.
    pub fn leaf(&self, source: &dyn PageSource, no: PageNo) -> Result<LeafView> {
        let page = source.page(no)?;
        let leaf = RowLeaf::open(&page, &self.layout)?;
        if leaf.head().root != self.root {
            return Err(damaged(&page, "belongs to another tree"));
        }
        let (head, rows) = (*leaf.head(), 0..leaf.count());
        Ok(LeafView { page, head, layout: Arc::clone(&self.layout), rows })
    }

    /// How many rows, from the counters of the leaves.
    pub fn count(&self, source: &dyn PageSource) -> Result<u64> {
        let mut cursor = RowCursor::new(self.clone(), i64::MIN, i64::MAX, false);
        let mut count = 0;
        while let Some(leaf) = cursor.next_leaf(source)? {
            count += u64::try_from(leaf.rows.len()).expect("a leaf has few rows");
        }
        Ok(count)
    }

    /// The highest rowid.
    pub fn last_rowid(&self, source: &dyn PageSource) -> Result<Option<i64>> {
        let mut cursor = RowCursor::new(self.clone(), i64::MIN, i64::MAX, true);
        Ok(cursor.next_leaf(source)?.map(|leaf| leaf.rowid(leaf.rows.end - 1)))
    }
}
