//! Where each column of a table is found in a row leaf.
//!
//! The first columns have arrays of their own ("inline"); those that would make a row's fixed part
//! larger than a quarter of the page go together into one *tail*, encoded row by row as a variable
//! column after the inline ones. Which columns are inline follows from the order of columns and the page
//! size alone, so adding a column at the end never moves another: a leaf that stores `n` columns is read
//! right by every later layout.
//!
//! ```text
//! header | rowids cap*8 | col 0 cap*w0 | col 1 cap*w1 | .. | tail cap*4 | null bits | free | heap
//! ```
//!
//! L1  Inline columns are a prefix of the columns.
//! L2  Four rows fit a page, whatever their values: long values go out of line.

use crate::base::cell::{CellWidth, ColumnLayout};

use super::bytes::TREE_HEADER_BYTES;

/// Bytes of a pointer to a value out of line: length, first page, page count, first four bytes.
pub const POINTER_BYTES: usize = 16;

/// The stored columns of a table, with their places in a leaf.
#[derive(Clone, Debug)]
pub struct RowLayout {
    page_size: usize,
    columns: Vec<ColumnLayout>,
    /// For the first `n` inline columns: array bytes per row before column `n`, and bitmaps before it.
    /// One entry more than there are inline columns.
    before: Vec<Before>,
    /// The places of the inline columns, then that of the tail.
    places: Vec<Place>,
    var_columns: usize,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    row_bytes: usize,
    bitmaps: usize,
}

/// Where a column is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its width.
    pub width: CellWidth,
    /// Array bytes per row before it, rowids not counted.
    pub offset: usize,
    /// Its null bitmap among the bitmaps, if it has one.
    pub bitmap: Option<usize>,
}

impl RowLayout {
    /// The layout of these columns in pages of this size.
    pub fn new(page_size: usize, columns: Vec<ColumnLayout>) -> RowLayout {
        // A quarter of the page for the fixed part of a row with every variable value out of line, less
        // the place of the tail itself and a byte of bitmap rounding per column.
        let budget = row_bytes_max(page_size);
        let mut worst = 8 + CellWidth::Var.slot_bytes() + POINTER_BYTES;
        let mut before = vec![Before { row_bytes: 0, bitmaps: 0 }];
        let mut last = before[0];
        let mut var_columns = 0;
        for column in &columns {
            worst += column.width.slot_bytes() + usize::from(column.nullable);
            if column.width == CellWidth::Var {
                worst += POINTER_BYTES;
            }
            if worst > budget {
                break;
            }
            var_columns += usize::from(column.width == CellWidth::Var);
            last.row_bytes += column.width.slot_bytes();
            last.bitmaps += usize::from(column.nullable);
            before.push(last);
        }
        let inline = before.len() - 1;
        let places = before
            .iter()
            .enumerate()
            .map(|(column, before)| match columns.get(column) {
                Some(layout) if column < inline => Place {
                    width: layout.width,
                    offset: before.row_bytes,
                    bitmap: layout.nullable.then_some(before.bitmaps),
                },
                _ => Place { width: CellWidth::Var, offset: before.row_bytes, bitmap: None },
            })
            .collect();
        RowLayout { page_size, columns, before, places, var_columns }
    }

    /// Bytes per page.
    pub fn page_size(&self) -> usize {
        self.page_size
    }

    /// The stored columns.
    pub fn columns(&self) -> &[ColumnLayout] {
        &self.columns
    }

    /// How many of the columns have arrays of their own.
    pub fn inline_count(&self) -> usize {
        self.before.len() - 1
    }

    /// How many inline columns of a leaf that stores `stored` columns.
    #[inline]
    pub fn inline_of(&self, stored: usize) -> usize {
        stored.min(self.inline_count())
    }

    /// Whether a leaf that stores `stored` columns has a tail.
    #[inline]
    pub fn has_tail(&self, stored: usize) -> bool {
        stored > self.inline_count()
    }

    /// Array bytes per row, the rowid included, in a leaf that stores `stored` columns.
    #[inline]
    pub fn row_bytes(&self, stored: usize) -> usize {
        let tail = if self.has_tail(stored) { CellWidth::Var.slot_bytes() } else { 0 };
        8 + self.before[self.inline_of(stored)].row_bytes + tail
    }

    /// Null bitmaps of a leaf that stores `stored` columns.
    #[inline]
    pub fn bitmaps(&self, stored: usize) -> usize {
        self.before[self.inline_of(stored)].bitmaps
    }

    /// Where the arrays and bitmaps of `cap` rows end.
    #[inline]
    pub fn arrays_end(&self, stored: usize, cap: usize) -> usize {
        TREE_HEADER_BYTES + cap * self.row_bytes(stored) + self.bitmaps(stored) * cap.div_ceil(8)
    }

    /// The place of an inline column.
    #[inline]
    pub fn place(&self, column: usize) -> Place {
        self.places[column]
    }

    /// The places of the inline columns.
    #[inline]
    pub fn places(&self) -> &[Place] {
        &self.places[..self.inline_count()]
    }

    /// The place of the tail.
    #[inline]
    pub fn tail_place(&self) -> Place {
        self.places[self.inline_count()]
    }

    /// The largest row, fixed part and heap bytes together, that is kept in the page.
    pub fn row_bytes_max(&self) -> usize {
        row_bytes_max(self.page_size)
    }

    /// The largest value kept in the page.
    pub fn value_bytes_max(&self) -> usize {
        self.page_size / 4
    }

    /// Rows to make room for in an empty leaf of which nothing is known yet.
    pub fn cap_guess(&self) -> usize {
        /// A guess at the bytes of a variable value: names and short texts.
        const VALUE_BYTES_GUESS: usize = 24;
        let stored = self.columns.len();
        let heap = VALUE_BYTES_GUESS * (self.var_columns + usize::from(self.has_tail(stored)));
        self.cap_that_fits(stored, self.page_size, self.row_bytes(stored) + heap)
    }

    /// The most rows whose arrays end before `limit` when each is given `per_row` bytes in all.
    pub fn cap_that_fits(&self, stored: usize, limit: usize, per_row: usize) -> usize {
        let bits = self.bitmaps(stored);
        let room = limit.saturating_sub(TREE_HEADER_BYTES) * 8;
        let mut cap = room / (per_row * 8 + bits);
        while cap > 0 && self.arrays_end(stored, cap) + cap * (per_row - self.row_bytes(stored)) > limit {
            cap -= 1;
        }
        cap.min(usize::from(u16::MAX))
    }
}

fn row_bytes_max(page_size: usize) -> usize {
    (page_size - TREE_HEADER_BYTES) / 4
}
