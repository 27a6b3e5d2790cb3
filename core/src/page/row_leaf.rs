//! Reads the leaf of a row tree: rows in rowid order, stored column by column.
//!
//! Changes nothing (see `row_leaf_edit`) and follows no pointer out of the page (see `btree::overflow`).
//!
//! ```text
//! 16 kind 17 level 18 flags 20 root 24 columns 26 count 28 cap 32 heap start 36 garbage 48 arrays ..
//! ```
//!
//! P1  Rowids are strictly ascending.
//! P2  Arrays end at or before the heap's start; a variable value lies in the heap.
//! P3  `garbage` counts the heap bytes no row uses.
//! P4  Bits past `count` in a null bitmap are clear.

use core::ops::Range;

use crate::base::PageNo;
use crate::base::cell::CellWidth;
use crate::error::Result;

use super::bytes::{
    COUNT_AT, FLAG_RIGHTMOST, FLAGS_AT, KIND_AT, KIND_ROW_LEAF, LEVEL_AT, ROOT_AT, TREE_HEADER_BYTES,
    damaged, page_no_at, size_at, u16_at, u32_at,
};
use super::row_layout::{POINTER_BYTES, Place, RowLayout};

pub(super) const COLUMNS_AT: usize = 24;
pub(super) const CAP_AT: usize = 28;
pub(super) const HEAP_START_AT: usize = 32;
pub(super) const GARBAGE_AT: usize = 36;

/// In a variable column's length: the heap holds a pointer to a value out of line.
pub(super) const OUT_OF_LINE: usize = 0x8000;

/// A value as a leaf stores it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored<'a> {
    /// No value.
    Null,
    /// `W1` to `W8`.
    Int(i64),
    /// `W16`.
    Wide(i128),
    /// A variable value in the page.
    Bytes(&'a [u8]),
    /// A variable value out of line.
    Pointer(OverflowPointer),
}

impl Stored<'_> {
    /// Bytes the value takes in the heap of a leaf.
    #[inline]
    pub fn heap_bytes(&self) -> usize {
        match self {
            Stored::Null | Stored::Int(_) | Stored::Wide(_) => 0,
            Stored::Bytes(bytes) => bytes.len(),
            Stored::Pointer(_) => POINTER_BYTES,
        }
    }
}

/// Where a value out of line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OverflowPointer {
    /// Bytes of the value.
    pub length: u32,
    /// The first of `pages` consecutive pages; or, when `pages` is 0, the first page of a run list.
    pub first: PageNo,
    /// How many pages follow each other, or 0.
    pub pages: u32,
    /// The value's first bytes, zero-filled.
    pub prefix: [u8; 4],
}

impl OverflowPointer {
    /// The pointer as the heap holds it.
    pub fn encode(&self) -> [u8; POINTER_BYTES] {
        let mut out = [0; POINTER_BYTES];
        out[0..4].copy_from_slice(&self.length.to_le_bytes());
        out[4..8].copy_from_slice(&self.first.0.to_le_bytes());
        out[8..12].copy_from_slice(&self.pages.to_le_bytes());
        out[12..16].copy_from_slice(&self.prefix);
        out
    }

    /// The inverse of [`OverflowPointer::encode`].
    pub fn decode(bytes: &[u8; POINTER_BYTES]) -> OverflowPointer {
        OverflowPointer {
            length: u32_at(bytes, 0),
            first: page_no_at(bytes, 4),
            pages: u32_at(bytes, 8),
            prefix: [bytes[12], bytes[13], bytes[14], bytes[15]],
        }
    }
}

/// The checked header of a row leaf.
#[derive(Clone, Copy, Debug)]
pub struct RowLeafHead {
    /// Root of the tree it belongs to.
    pub root: PageNo,
    /// Columns its rows were written with.
    pub columns: usize,
    /// Rows.
    pub count: usize,
    /// Rows the arrays have room for.
    pub cap: usize,
    /// Offset of the lowest heap byte.
    pub heap_start: usize,
    /// Heap bytes no row uses.
    pub garbage: usize,
    /// No leaf is to the right.
    pub rightmost: bool,
}

impl RowLeafHead {
    /// Reads and checks the header: after this, every array lies within the page.
    #[inline]
    pub fn read(bytes: &[u8], layout: &RowLayout) -> Result<RowLeafHead> {
        if bytes.len() != layout.page_size() || bytes[KIND_AT] != KIND_ROW_LEAF || bytes[LEVEL_AT] != 0 {
            return Err(damaged(bytes, "is not the leaf of a table"));
        }
        let head = RowLeafHead::fields(bytes);
        if head.columns > layout.columns().len() {
            return Err(damaged(bytes, "has more columns than its table"));
        }
        if head.count > head.cap
            || head.heap_start > bytes.len()
            || layout.arrays_end(head.columns, head.cap) > head.heap_start
            || head.garbage > bytes.len() - head.heap_start
        {
            return Err(damaged(bytes, "has a leaf header that contradicts itself"));
        }
        Ok(head)
    }

    /// The fields as they stand in a page, whatever they say.
    #[inline]
    pub fn fields(bytes: &[u8]) -> RowLeafHead {
        RowLeafHead {
            root: page_no_at(bytes, ROOT_AT),
            columns: u16_at(bytes, COLUMNS_AT),
            count: u16_at(bytes, COUNT_AT),
            cap: u16_at(bytes, CAP_AT),
            heap_start: size_at(bytes, HEAP_START_AT),
            garbage: size_at(bytes, GARBAGE_AT),
            rightmost: bytes[FLAGS_AT] & FLAG_RIGHTMOST != 0,
        }
    }
}

/// A row leaf, borrowed.
#[derive(Clone, Copy)]
pub struct RowLeaf<'a> {
    bytes: &'a [u8],
    layout: &'a RowLayout,
    head: RowLeafHead,
}

impl<'a> RowLeaf<'a> {
    /// Checks the header and gives access.
    #[inline]
    pub fn open(bytes: &'a [u8], layout: &'a RowLayout) -> Result<RowLeaf<'a>> {
        Ok(RowLeaf { bytes, layout, head: RowLeafHead::read(bytes, layout)? })
    }

    /// Gives access by a header that was read from these very bytes.
    #[inline]
    pub fn with_head(bytes: &'a [u8], layout: &'a RowLayout, head: RowLeafHead) -> RowLeaf<'a> {
        RowLeaf { bytes, layout, head }
    }

    /// The checked header.
    #[inline]
    pub fn head(&self) -> &RowLeafHead {
        &self.head
    }

    /// The page.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many rows.
    #[inline]
    pub fn count(&self) -> usize {
        self.head.count
    }

    /// The rowids, each as its little-endian bytes.
    #[inline]
    pub fn rowids(&self) -> &'a [[u8; 8]] {
        let start = TREE_HEADER_BYTES;
        self.bytes[start..start + self.head.count * 8].as_chunks::<8>().0
    }

    /// The rowid of row `row`, which exists.
    #[inline]
    pub fn rowid(&self, row: usize) -> i64 {
        i64::from_le_bytes(self.rowids()[row])
    }

    /// The row with that rowid, or the place where it would go.
    #[inline]
    pub fn find(&self, rowid: i64) -> Result<usize, usize> {
        find_rowid(self.rowids(), rowid)
    }

    /// Every pointer to a value out of line: the offset of its bytes in the page, and what it says.
    pub fn pointers(&self) -> Result<Vec<(usize, OverflowPointer)>> {
        let mut found = Vec::new();
        let inline = self.layout.inline_of(self.head.columns);
        let places = (0..inline).map(|column| self.layout.place(column));
        let tail = self.layout.has_tail(self.head.columns).then(|| self.layout.tail_place());
        for place in places.chain(tail).filter(|place| place.width == CellWidth::Var) {
            for (row, slot) in self.var_slots(place).iter().enumerate() {
                if !self.is_null(place, row)
                    && let Stored::Pointer(pointer) = self.var(*slot)?
                {
                    found.push((split_slot(*slot).0, pointer));
                }
            }
        }
        Ok(found)
    }

    /// Bytes of the arrays of `count` rows and of the values they use, the page header included.
    pub fn live_bytes(&self) -> usize {
        self.layout.arrays_end(self.head.columns, self.head.count) + self.live_heap_bytes()
    }

    /// Heap bytes that rows use.
    pub fn live_heap_bytes(&self) -> usize {
        self.bytes.len() - self.head.heap_start - self.head.garbage
    }

    /// The array of a column: `count` slots.
    #[inline]
    pub fn array(&self, place: Place) -> &'a [u8] {
        let width = place.width.slot_bytes();
        let start = TREE_HEADER_BYTES + self.head.cap * (8 + place.offset);
        &self.bytes[start..start + self.head.count * width]
    }

    /// The null bitmap of a column: at least `count` bits.
    #[inline]
    pub fn bitmap(&self, index: usize) -> &'a [u8] {
        let start = TREE_HEADER_BYTES
            + self.head.cap * self.layout.row_bytes(self.head.columns)
            + index * self.bitmap_bytes();
        &self.bytes[start..start + self.bitmap_bytes()]
    }

    #[inline]
    fn bitmap_bytes(&self) -> usize {
        self.head.cap.div_ceil(8)
    }

    /// Whether the leaf was written before that column existed.
    #[inline]
    pub fn is_missing(&self, column: usize) -> bool {
        column >= self.head.columns
    }

    /// Whether a place has no value in row `row`.
    #[inline]
    pub fn is_null(&self, place: Place, row: usize) -> bool {
        match place.bitmap {
            Some(index) => self.bitmap(index)[row / 8] >> (row % 8) & 1 == 1,
            None => false,
        }
    }

    /// 64 null bits from row `row` on, which is a multiple of 8; bits past the last row are clear.
    pub fn null_word(&self, place: Place, row: usize) -> u64 {
        let Some(index) = place.bitmap else { return 0 };
        let bits = &self.bitmap(index)[row / 8..];
        let mut word = [0u8; 8];
        let take = bits.len().min(8);
        word[..take].copy_from_slice(&bits[..take]);
        let mut word = u64::from_le_bytes(word);
        let left = self.head.count.saturating_sub(row);
        if left < 64 {
            word &= (1u64 << left) - 1;
        }
        word
    }

    /// The value of inline column `column`, which the leaf stores, in row `row`.
    #[inline]
    pub fn value(&self, column: usize, row: usize) -> Result<Stored<'a>> {
        self.value_at(self.layout.place(column), row)
    }

    /// The encoded columns past the inline ones; the leaf has a tail.
    pub fn tail(&self, row: usize) -> Result<Stored<'a>> {
        self.value_at(self.layout.tail_place(), row)
    }

    /// The value at a place.
    #[inline]
    pub fn value_at(&self, place: Place, row: usize) -> Result<Stored<'a>> {
        if self.is_null(place, row) {
            return Ok(Stored::Null);
        }
        let array = self.array(place);
        Ok(match place.width {
            CellWidth::W1 => Stored::Int(i64::from(i8::from_le_bytes([array[row]]))),
            CellWidth::W2 => Stored::Int(i64::from(i16::from_le_bytes(array.as_chunks::<2>().0[row]))),
            CellWidth::W4 => Stored::Int(i64::from(i32::from_le_bytes(array.as_chunks::<4>().0[row]))),
            CellWidth::W8 => Stored::Int(i64::from_le_bytes(array.as_chunks::<8>().0[row])),
            CellWidth::W16 => Stored::Wide(i128::from_le_bytes(array.as_chunks::<16>().0[row])),
            CellWidth::Var => return self.var(array.as_chunks::<4>().0[row]),
        })
    }

    /// The value behind a slot of a variable column.
    #[inline]
    pub fn var(&self, slot: [u8; 4]) -> Result<Stored<'a>> {
        let (offset, length) = split_slot(slot);
        if length & OUT_OF_LINE == 0 {
            return match self.bytes.get(offset..offset + length) {
                Some(value) if offset >= self.head.heap_start || length == 0 => Ok(Stored::Bytes(value)),
                _ => Err(damaged(self.bytes, "has a value outside of its heap")),
            };
        }
        match self.bytes.get(offset..offset + POINTER_BYTES).and_then(|bytes| bytes.try_into().ok()) {
            Some(pointer) if offset >= self.head.heap_start => {
                Ok(Stored::Pointer(OverflowPointer::decode(pointer)))
            }
            _ => Err(damaged(self.bytes, "has a pointer outside of its heap")),
        }
    }

    /// Heap bytes of the variable values of row `row`.
    pub fn row_heap_bytes(&self, row: usize) -> usize {
        let inline = self.layout.inline_of(self.head.columns);
        let mut total = 0;
        for column in 0..inline {
            let place = self.layout.place(column);
            if place.width == CellWidth::Var {
                total += heap_bytes_of_slot(self.array(place).as_chunks::<4>().0[row]);
            }
        }
        if self.layout.has_tail(self.head.columns) {
            total += heap_bytes_of_slot(self.array(self.layout.tail_place()).as_chunks::<4>().0[row]);
        }
        total
    }

    /// Appends the values of a `W1`..`W8` column, sign-extended.
    pub fn gather_ints(&self, place: Place, rows: Range<usize>, out: &mut Vec<i64>) {
        let array = self.array(place);
        match place.width {
            CellWidth::W1 => out.extend(array[rows].iter().map(|byte| i64::from(i8::from_le_bytes([*byte])))),
            CellWidth::W2 => {
                out.extend(
                    array.as_chunks::<2>().0[rows].iter().map(|slot| i64::from(i16::from_le_bytes(*slot))),
                );
            }
            CellWidth::W4 => {
                out.extend(
                    array.as_chunks::<4>().0[rows].iter().map(|slot| i64::from(i32::from_le_bytes(*slot))),
                );
            }
            CellWidth::W8 => {
                out.extend(array.as_chunks::<8>().0[rows].iter().map(|slot| i64::from_le_bytes(*slot)))
            }
            CellWidth::W16 | CellWidth::Var => {
                debug_assert!(false, "the caller gathers by width");
                out.extend(rows.map(|_| 0));
            }
        }
    }

    /// Appends the values of a `W8` column, read as float8.
    pub fn gather_floats(&self, place: Place, rows: Range<usize>, out: &mut Vec<f64>) {
        debug_assert!(place.width == CellWidth::W8, "the caller gathers by width");
        let slots = self.array(place).as_chunks::<8>().0;
        out.extend(slots[rows].iter().map(|slot| f64::from_le_bytes(*slot)));
    }

    /// Appends the values of a `W4` column, read as float4.
    pub fn gather_short_floats(&self, place: Place, rows: Range<usize>, out: &mut Vec<f64>) {
        debug_assert!(place.width == CellWidth::W4, "the caller gathers by width");
        let slots = self.array(place).as_chunks::<4>().0;
        out.extend(slots[rows].iter().map(|slot| f64::from(f32::from_le_bytes(*slot))));
    }

    /// Appends the values of a `W16` column.
    pub fn gather_wide(&self, place: Place, rows: Range<usize>, out: &mut Vec<i128>) {
        let slots = self.array(place).as_chunks::<16>().0;
        out.extend(slots[rows].iter().map(|slot| i128::from_le_bytes(*slot)));
    }

    /// The slots of a variable column, for [`RowLeaf::var`].
    #[inline]
    pub fn var_slots(&self, place: Place) -> &'a [[u8; 4]] {
        self.array(place).as_chunks::<4>().0
    }
}

/// The first and last of `count` rowids that stand from `start` on; `None` when there are none, or the page is
/// too short for them.
pub fn find_rowid_range(page: &[u8], start: usize, count: usize) -> Option<(i64, i64)> {
    let slots = page.get(start..start.checked_add(count.checked_mul(8)?)?)?.as_chunks::<8>().0;
    Some((i64::from_le_bytes(*slots.first()?), i64::from_le_bytes(*slots.last()?)))
}

/// Offset and length (with the out-of-line bit) of a slot.
#[inline]
pub(super) fn split_slot(slot: [u8; 4]) -> (usize, usize) {
    (usize::from(u16::from_le_bytes([slot[0], slot[1]])), usize::from(u16::from_le_bytes([slot[2], slot[3]])))
}

/// Heap bytes a slot stands for.
#[inline]
pub(super) fn heap_bytes_of_slot(slot: [u8; 4]) -> usize {
    let (_, length) = split_slot(slot);
    if length & OUT_OF_LINE == 0 { length } else { POINTER_BYTES }
}

/// Binary search; a run of consecutive rowids is answered by subtraction.
#[inline]
pub(super) fn find_rowid(rowids: &[[u8; 8]], rowid: i64) -> Result<usize, usize> {
    let Some(first) = rowids.first() else { return Err(0) };
    if let Ok(distance) = usize::try_from(rowid.wrapping_sub(i64::from_le_bytes(*first)))
        && let Some(there) = rowids.get(distance)
        && i64::from_le_bytes(*there) == rowid
    {
        return Ok(distance);
    }
    let at = rowids.partition_point(|other| i64::from_le_bytes(*other) < rowid);
    match rowids.get(at) {
        Some(other) if i64::from_le_bytes(*other) == rowid => Ok(at),
        _ => Err(at),
    }
}
