//! Changes the leaf of a row tree, in its bytes.
//!
//! Knows one page: when it says `Full` the tree splits it. Moves pointers to values out of line like any
//! other bytes and never frees what they point to.
//!
//! When arrays or heap run out before the page does, the page is laid out anew with room shared out by
//! the average row seen so far (`rebuild`), which also drops garbage.

use core::ops::Range;

use crate::base::PageNo;
use crate::base::cell::{Cell, CellWidth, OwnedCell};
use crate::error::{Error, Result};

use super::bytes::{
    COUNT_AT, FLAG_RIGHTMOST, FLAGS_AT, KIND_AT, KIND_ROW_LEAF, PAGE_HEADER_RANGE, ROOT_AT,
    TREE_HEADER_BYTES, damaged, put_size, put_u16, put_u32,
};
use super::row_layout::{POINTER_BYTES, Place, RowLayout};
use super::row_leaf::{
    CAP_AT, COLUMNS_AT, GARBAGE_AT, HEAP_START_AT, OUT_OF_LINE, RowLeaf, RowLeafHead, Stored,
    heap_bytes_of_slot, split_slot,
};

/// The values of one row: inline columns by number, then the tail if the layout has one.
pub trait RowValues {
    /// The value of inline column `column`, or the tail when `column` is the number of inline columns.
    fn value(&self, column: usize) -> Stored<'_>;
}

/// Cells that all stay in the page.
impl RowValues for [Cell<'_>] {
    #[inline]
    fn value(&self, column: usize) -> Stored<'_> {
        match self[column] {
            Cell::Null => Stored::Null,
            Cell::Int(value) => Stored::Int(value),
            Cell::Wide(value) => Stored::Wide(value),
            Cell::Bytes(bytes) => Stored::Bytes(bytes),
        }
    }
}

impl RowValues for [Stored<'_>] {
    #[inline]
    fn value(&self, column: usize) -> Stored<'_> {
        self[column]
    }
}

/// What became of a change to a leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeafChange {
    /// It is done.
    Done,
    /// The rowid is there already.
    Duplicate,
    /// There is no room; nothing was changed. The row belongs at this place.
    Full(usize),
}

/// Makes an empty leaf for the first `columns` columns of these bytes; the pager's header is left alone.
pub fn format(
    bytes: &mut [u8],
    layout: &RowLayout,
    columns: usize,
    root: PageNo,
    cap: usize,
    rightmost: bool,
) {
    bytes[PAGE_HEADER_RANGE.end..].fill(0);
    bytes[KIND_AT] = KIND_ROW_LEAF;
    bytes[FLAGS_AT] = if rightmost { FLAG_RIGHTMOST } else { 0 };
    put_u32(bytes, ROOT_AT, root.0);
    put_u16(bytes, COLUMNS_AT, columns);
    put_u16(bytes, CAP_AT, cap.min(layout.cap_that_fits(columns, bytes.len(), layout.row_bytes(columns))));
    put_size(bytes, HEAP_START_AT, bytes.len());
}

/// Sets whether a leaf is to the right.
pub fn set_rightmost(bytes: &mut [u8], rightmost: bool) {
    bytes[FLAGS_AT] = if rightmost { FLAG_RIGHTMOST } else { 0 };
}

/// Inserts a row whose variable values take `heap_bytes` in the heap.
pub fn insert<R: RowValues + ?Sized>(
    bytes: &mut [u8],
    layout: &RowLayout,
    rowid: i64,
    row: &R,
    heap_bytes: usize,
) -> Result<LeafChange> {
    let leaf = RowLeaf::open(bytes, layout)?;
    let head = *leaf.head();
    // Rows mostly come in order: behind the last one.
    let after_last = head.count > 0 && leaf.rowid(head.count - 1) < rowid;
    match if after_last { Err(head.count) } else { leaf.find(rowid) } {
        Ok(_) => Ok(LeafChange::Duplicate),
        Err(at) => insert_at(bytes, layout, head, at, rowid, row, heap_bytes),
    }
}

/// Inserts a row if the page alone can tell that it belongs here: the page is a leaf of the tree of
/// `root`, and `rowid` lies among its rows or, in the last leaf, after them. `None` otherwise.
pub fn insert_if_here<R: RowValues + ?Sized>(
    bytes: &mut [u8],
    layout: &RowLayout,
    root: PageNo,
    rowid: i64,
    row: &R,
    heap_bytes: usize,
) -> Result<Option<LeafChange>> {
    let Ok(leaf) = RowLeaf::open(bytes, layout) else { return Ok(None) };
    let head = *leaf.head();
    if head.root != root || head.count == 0 || rowid < leaf.rowid(0) {
        return Ok(None);
    }
    if leaf.rowid(head.count - 1) < rowid {
        if !head.rightmost {
            return Ok(None);
        }
        return insert_at(bytes, layout, head, head.count, rowid, row, heap_bytes).map(Some);
    }
    match leaf.find(rowid) {
        Ok(_) => Ok(Some(LeafChange::Duplicate)),
        Err(at) => insert_at(bytes, layout, head, at, rowid, row, heap_bytes).map(Some),
    }
}

/// Inserts a row at place `at` of the leaf with that header.
fn insert_at<R: RowValues + ?Sized>(
    bytes: &mut [u8],
    layout: &RowLayout,
    mut head: RowLeafHead,
    at: usize,
    rowid: i64,
    row: &R,
    heap_bytes: usize,
) -> Result<LeafChange> {
    let room = head.heap_start - layout.arrays_end(head.columns, head.cap);
    if head.count == head.cap || room < heap_bytes || head.columns != layout.columns().len() {
        let leaf = RowLeaf::with_head(bytes, layout, head);
        let Some(cap) = cap_for_one_more(&leaf, layout, heap_bytes) else {
            return Ok(LeafChange::Full(at));
        };
        rebuild(bytes, layout, cap)?;
        head = RowLeafHead::read(bytes, layout)?;
    }
    open_gap(bytes, layout, &head, at);
    let slot_at = TREE_HEADER_BYTES + at * 8;
    bytes[slot_at..slot_at + 8].copy_from_slice(&rowid.to_le_bytes());
    put_u16(bytes, COUNT_AT, head.count + 1);
    let mut heap_start = head.heap_start;
    for (column, place) in layout.places().iter().enumerate() {
        write_value(bytes, layout, &head, *place, at, row.value(column), &mut heap_start)?;
    }
    if layout.has_tail(layout.columns().len()) {
        let tail = row.value(layout.inline_count());
        write_value(bytes, layout, &head, layout.tail_place(), at, tail, &mut heap_start)?;
    }
    put_size(bytes, HEAP_START_AT, heap_start);
    Ok(LeafChange::Done)
}

/// Changes values of row `row`: `(place, value)` in any order, each place once.
pub fn update(
    bytes: &mut [u8],
    layout: &RowLayout,
    row: usize,
    changes: &[(Place, Stored<'_>)],
) -> Result<LeafChange> {
    let leaf = RowLeaf::open(bytes, layout)?;
    let mut head = *leaf.head();
    let mut wanted = 0;
    let mut freed = 0;
    for (place, value) in changes {
        if place.width == CellWidth::Var {
            let old = heap_bytes_of_slot(leaf.var_slots(*place)[row]);
            let new = value.heap_bytes();
            if new > old {
                wanted += new;
                freed += old;
            }
        }
    }
    let room = head.heap_start - layout.arrays_end(head.columns, head.cap);
    if room < wanted || head.columns != layout.columns().len() {
        let needed = wanted.saturating_sub(freed);
        if head.columns != layout.columns().len() {
            // The row count stays, but every row grows by the columns it lacks.
            match cap_for_one_more(&leaf, layout, wanted) {
                Some(cap) => rebuild(bytes, layout, cap)?,
                None => return Ok(LeafChange::Full(row)),
            }
        } else if layout.arrays_end(head.columns, head.count) + leaf.live_heap_bytes() + needed > bytes.len()
        {
            return Ok(LeafChange::Full(row));
        } else {
            // The old values that will be replaced are dropped first, so that they need no place.
            for (place, value) in changes {
                if place.width == CellWidth::Var {
                    let leaf = RowLeaf::with_head(bytes, layout, head);
                    let old = heap_bytes_of_slot(leaf.var_slots(*place)[row]);
                    if value.heap_bytes() > old {
                        let at = slot_offset(&head, *place, row);
                        bytes[at..at + 4].fill(0);
                        head.garbage += old;
                        if head.garbage > bytes.len() - head.heap_start {
                            return Err(damaged(bytes, "has values that overlap"));
                        }
                        put_size(bytes, GARBAGE_AT, head.garbage);
                    }
                }
            }
            let leaf = RowLeaf::with_head(bytes, layout, head);
            let free =
                bytes.len() - layout.arrays_end(head.columns, head.count) - leaf.live_heap_bytes() - wanted;
            let average = (leaf.live_heap_bytes() + wanted) / head.count.max(1);
            let cap =
                head.count + free / (layout.row_bytes(head.columns) + layout.bitmaps(head.columns) + average);
            rebuild(bytes, layout, cap)?;
        }
        head = RowLeafHead::read(bytes, layout)?;
    }
    let mut heap_start = head.heap_start;
    let mut garbage = head.garbage;
    for (place, value) in changes {
        if place.width == CellWidth::Var {
            let slot = RowLeaf::with_head(bytes, layout, head).var_slots(*place)[row];
            let old = heap_bytes_of_slot(slot);
            let new = value.heap_bytes();
            if new <= old && new > 0 {
                overwrite(bytes, layout, &head, *place, row, *value, slot)?;
                garbage += old - new;
                continue;
            }
            garbage += old;
        }
        set_null(bytes, layout, &head, *place, row, false);
        write_value(bytes, layout, &head, *place, row, *value, &mut heap_start)?;
    }
    put_size(bytes, HEAP_START_AT, heap_start);
    put_size(bytes, GARBAGE_AT, garbage.min(bytes.len() - heap_start));
    Ok(LeafChange::Done)
}

/// Puts a variable value over an older one that is at least as long.
fn overwrite(
    bytes: &mut [u8],
    layout: &RowLayout,
    head: &RowLeafHead,
    place: Place,
    row: usize,
    value: Stored<'_>,
    slot: [u8; 4],
) -> Result<()> {
    let (offset, _) = split_slot(slot);
    let in_heap = offset >= head.heap_start && offset + heap_bytes_of_slot(slot) <= bytes.len();
    if !in_heap {
        return Err(damaged(bytes, "has a value outside of its heap"));
    }
    let length = match value {
        Stored::Bytes(new) => {
            bytes[offset..offset + new.len()].copy_from_slice(new);
            new.len()
        }
        Stored::Pointer(pointer) => {
            bytes[offset..offset + POINTER_BYTES].copy_from_slice(&pointer.encode());
            OUT_OF_LINE | POINTER_BYTES
        }
        Stored::Null | Stored::Int(_) | Stored::Wide(_) => return Err(wrong_kind()),
    };
    put_slot(bytes, slot_offset(head, place, row), offset, length);
    set_null(bytes, layout, head, place, row, false);
    Ok(())
}

/// Removes row `row`, which exists.
pub fn remove(bytes: &mut [u8], layout: &RowLayout, row: usize) -> Result<()> {
    let leaf = RowLeaf::open(bytes, layout)?;
    let head = *leaf.head();
    let garbage = head.garbage + leaf.row_heap_bytes(row);
    if garbage > bytes.len() - head.heap_start {
        return Err(damaged(bytes, "has values that overlap"));
    }
    close_gap(bytes, layout, &head, row);
    put_u16(bytes, COUNT_AT, head.count - 1);
    if head.count == 1 {
        put_size(bytes, HEAP_START_AT, bytes.len());
        put_size(bytes, GARBAGE_AT, 0);
    } else {
        put_size(bytes, GARBAGE_AT, garbage);
    }
    Ok(())
}

/// Lays the page out anew with room for `cap` rows and no garbage, in the current layout.
pub fn rebuild(bytes: &mut [u8], layout: &RowLayout, cap: usize) -> Result<()> {
    let mut fresh = vec![0; bytes.len()];
    let leaf = RowLeaf::open(bytes, layout)?;
    format(&mut fresh, layout, layout.columns().len(), leaf.head().root, cap, leaf.head().rightmost);
    append_rows(&mut fresh, layout, &leaf, 0..leaf.count())?;
    bytes[PAGE_HEADER_RANGE.end..].copy_from_slice(&fresh[PAGE_HEADER_RANGE.end..]);
    Ok(())
}

/// The rows that a leaf of `count` average rows like these should have room for: what `rebuild` is given
/// when one more row with `heap_bytes` must fit. `None` when it does not fit or would hardly be worth it.
fn cap_for_one_more(leaf: &RowLeaf<'_>, layout: &RowLayout, heap_bytes: usize) -> Option<usize> {
    /// With this many rows a split wastes little; with fewer every byte is tried (L2).
    const ROWS_FEW: usize = 8;
    let stored = layout.columns().len();
    let mut heap = leaf.live_heap_bytes() + heap_bytes;
    for column in layout.columns().iter().take(layout.inline_count()).skip(leaf.head().columns) {
        if let OwnedCell::Bytes(bytes) = &column.missing {
            heap += bytes.len() * leaf.count();
        }
    }
    let rows = leaf.count() + 1;
    let used = layout.arrays_end(stored, rows) + heap;
    let free = leaf.bytes().len().checked_sub(used)?;
    if rows > ROWS_FEW && free < leaf.bytes().len() / 32 {
        return None;
    }
    let per_row = layout.row_bytes(stored) + heap / rows;
    let mut cap = rows + (free * 8) / (per_row * 8 + layout.bitmaps(stored));
    while cap > rows && layout.arrays_end(stored, cap) + heap > leaf.bytes().len() {
        cap -= 1;
    }
    Some(cap)
}

/// Distributes rows `..at` to `left` and the rest to `right`, both pages of zeros, each with room for
/// more rows of average size.
pub fn split(
    from: &RowLeaf<'_>,
    layout: &RowLayout,
    at: usize,
    left: &mut [u8],
    right: &mut [u8],
) -> Result<()> {
    let head = from.head();
    let size = from.bytes().len();
    let average = from.live_heap_bytes().div_ceil(head.count.max(1));
    for (page, rows, rightmost) in [(left, 0..at, false), (right, at..head.count, head.rightmost)] {
        let heap: usize = rows.clone().map(|row| from.row_heap_bytes(row)).sum();
        let used = layout.arrays_end(head.columns, rows.len()) + heap;
        let free = size.checked_sub(used).ok_or_else(|| damaged(from.bytes(), "has values that overlap"))?;
        let per_row = layout.row_bytes(head.columns) + average;
        let mut cap = rows.len() + (free * 8) / (per_row * 8 + layout.bitmaps(head.columns));
        while cap > rows.len() && layout.arrays_end(head.columns, cap) + heap > size {
            cap -= 1;
        }
        format(page, layout, head.columns, head.root, cap, rightmost);
        append_rows(page, layout, from, rows)?;
    }
    Ok(())
}

/// Appends the rows of `right` to `left`, which has fewer than `right`'s first rowid. `false` when the
/// two do not fit one page comfortably: nothing was changed.
pub fn merge(left: &mut [u8], layout: &RowLayout, right: &RowLeaf<'_>) -> Result<bool> {
    let leaf = RowLeaf::open(left, layout)?;
    let head = *leaf.head();
    let rows = head.count + right.count();
    let heap = leaf.live_heap_bytes() + right.live_heap_bytes();
    let used = layout.arrays_end(head.columns, rows) + heap;
    if head.columns != right.head().columns || used > left.len() / 8 * 7 {
        return Ok(false);
    }
    let per_row = layout.row_bytes(head.columns) + heap / rows.max(1);
    let free = left.len() - used;
    let mut cap = rows + (free * 8) / (per_row * 8 + layout.bitmaps(head.columns));
    while cap > rows && layout.arrays_end(head.columns, cap) + heap > left.len() {
        cap -= 1;
    }
    let mut fresh = vec![0; left.len()];
    format(&mut fresh, layout, head.columns, head.root, cap, head.rightmost || right.head().rightmost);
    append_rows(&mut fresh, layout, &leaf, 0..leaf.count())?;
    append_rows(&mut fresh, layout, right, 0..right.count())?;
    left[PAGE_HEADER_RANGE.end..].copy_from_slice(&fresh[PAGE_HEADER_RANGE.end..]);
    Ok(true)
}

/// Appends rows of another leaf, with as many columns or fewer, to a leaf that has the room.
pub fn append_rows(to: &mut [u8], layout: &RowLayout, from: &RowLeaf<'_>, rows: Range<usize>) -> Result<()> {
    let head = RowLeafHead::read(to, layout)?;
    let count = head.count + rows.len();
    if count > head.cap {
        return Err(Error::internal("rows are copied to a leaf without room for them"));
    }
    let ids = TREE_HEADER_BYTES + head.count * 8;
    to[ids..ids + rows.len() * 8].copy_from_slice(from.rowids()[rows.clone()].as_flattened());
    put_u16(to, COUNT_AT, count);
    let mut heap_start = head.heap_start;
    for column in 0..layout.inline_of(head.columns) {
        let place = layout.place(column);
        if from.is_missing(column) {
            let missing = stored_of(&layout.columns()[column].missing);
            for row in 0..rows.len() {
                write_value(to, layout, &head, place, head.count + row, missing, &mut heap_start)?;
            }
            continue;
        }
        copy_column(to, layout, &head, place, from, rows.clone(), &mut heap_start)?;
    }
    if layout.has_tail(from.head().columns) {
        copy_column(to, layout, &head, layout.tail_place(), from, rows, &mut heap_start)?;
    }
    put_size(to, HEAP_START_AT, heap_start);
    Ok(())
}

fn copy_column(
    to: &mut [u8],
    layout: &RowLayout,
    head: &RowLeafHead,
    place: Place,
    from: &RowLeaf<'_>,
    rows: Range<usize>,
    heap_start: &mut usize,
) -> Result<()> {
    let width = place.width.slot_bytes();
    if place.width == CellWidth::Var {
        let floor = layout.arrays_end(head.columns, head.cap);
        for (at, slot) in from.var_slots(place)[rows.clone()].iter().enumerate() {
            let length = heap_bytes_of_slot(*slot);
            if length == 0 {
                continue;
            }
            let (offset, tagged) = split_slot(*slot);
            let value = from
                .bytes()
                .get(offset..offset + length)
                .ok_or_else(|| damaged(from.bytes(), "has a value outside of its heap"))?;
            let start = heap_start
                .checked_sub(length)
                .filter(|start| *start >= floor)
                .ok_or_else(|| damaged(from.bytes(), "has values that overlap"))?;
            to[start..start + length].copy_from_slice(value);
            put_slot(to, slot_offset(head, place, head.count + at), start, tagged);
            *heap_start = start;
        }
    } else {
        let start = slot_offset(head, place, head.count);
        let array = from.array(place);
        to[start..start + rows.len() * width].copy_from_slice(&array[rows.start * width..rows.end * width]);
    }
    if place.bitmap.is_some() {
        for (at, row) in rows.enumerate() {
            if from.is_null(place, row) {
                set_null(to, layout, head, place, head.count + at, true);
            }
        }
    }
    Ok(())
}

fn stored_of(cell: &OwnedCell) -> Stored<'_> {
    match cell {
        OwnedCell::Null => Stored::Null,
        OwnedCell::Int(value) => Stored::Int(*value),
        OwnedCell::Wide(value) => Stored::Wide(*value),
        OwnedCell::Bytes(bytes) => Stored::Bytes(bytes),
    }
}

#[inline]
fn slot_offset(head: &RowLeafHead, place: Place, row: usize) -> usize {
    TREE_HEADER_BYTES + head.cap * (8 + place.offset) + row * place.width.slot_bytes()
}

#[inline]
fn put_slot(bytes: &mut [u8], at: usize, offset: usize, length: usize) {
    // The slot of an empty value names no place: an offset of 65536 would not fit.
    let offset = if length == 0 { 0 } else { offset };
    put_u16(bytes, at, offset);
    put_u16(bytes, at + 2, length);
}

/// Writes a value into a slot of no meaning yet whose null bit is clear; variable bytes go below
/// `heap_start`.
#[inline]
fn write_value(
    bytes: &mut [u8],
    layout: &RowLayout,
    head: &RowLeafHead,
    place: Place,
    row: usize,
    value: Stored<'_>,
    heap_start: &mut usize,
) -> Result<()> {
    let at = slot_offset(head, place, row);
    match (place.width, value) {
        (CellWidth::W8, Stored::Int(value)) => bytes[at..at + 8].copy_from_slice(&value.to_le_bytes()),
        (CellWidth::W4, Stored::Int(value)) => {
            let value = i32::try_from(value).map_err(|_| out_of_range())?;
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        (CellWidth::W2, Stored::Int(value)) => {
            let value = i16::try_from(value).map_err(|_| out_of_range())?;
            bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        (CellWidth::W1, Stored::Int(value)) => {
            let value = i8::try_from(value).map_err(|_| out_of_range())?;
            bytes[at..at + 1].copy_from_slice(&value.to_le_bytes());
        }
        (CellWidth::W16, Stored::Wide(value)) => bytes[at..at + 16].copy_from_slice(&value.to_le_bytes()),
        (CellWidth::Var, Stored::Bytes(value)) => {
            *heap_start -= value.len();
            bytes[*heap_start..*heap_start + value.len()].copy_from_slice(value);
            put_slot(bytes, at, *heap_start, value.len());
        }
        (CellWidth::Var, Stored::Pointer(pointer)) => {
            *heap_start -= POINTER_BYTES;
            bytes[*heap_start..*heap_start + POINTER_BYTES].copy_from_slice(&pointer.encode());
            put_slot(bytes, at, *heap_start, OUT_OF_LINE | POINTER_BYTES);
        }
        (width, Stored::Null) => {
            bytes[at..at + width.slot_bytes()].fill(0);
            if place.bitmap.is_none() {
                return Err(Error::internal("NULL is stored in a column without null bits"));
            }
            set_null(bytes, layout, head, place, row, true);
            return Ok(());
        }
        (
            CellWidth::W1 | CellWidth::W2 | CellWidth::W4 | CellWidth::W8,
            Stored::Wide(_) | Stored::Bytes(_) | Stored::Pointer(_),
        )
        | (CellWidth::W16, Stored::Int(_) | Stored::Bytes(_) | Stored::Pointer(_))
        | (CellWidth::Var, Stored::Int(_) | Stored::Wide(_)) => return Err(wrong_kind()),
    }
    Ok(())
}

#[cold]
fn out_of_range() -> Error {
    Error::internal("a number does not fit the width of its column")
}

#[cold]
fn wrong_kind() -> Error {
    Error::internal("a value is of another kind than its column")
}

#[inline]
fn bitmap_start(layout: &RowLayout, head: &RowLeafHead, index: usize) -> usize {
    TREE_HEADER_BYTES + head.cap * layout.row_bytes(head.columns) + index * head.cap.div_ceil(8)
}

#[inline]
fn set_null(bytes: &mut [u8], layout: &RowLayout, head: &RowLeafHead, place: Place, row: usize, null: bool) {
    if let Some(index) = place.bitmap {
        let byte = &mut bytes[bitmap_start(layout, head, index) + row / 8];
        let mask = 1 << (row % 8);
        if null {
            *byte |= mask;
        } else {
            *byte &= !mask;
        }
    }
}

/// Moves the rows from `at` on one place up; the slots at `at` keep stale bytes.
fn open_gap(bytes: &mut [u8], layout: &RowLayout, head: &RowLeafHead, at: usize) {
    if at == head.count {
        return;
    }
    shift_arrays(bytes, layout, head, |base, width| {
        (base + at * width..base + head.count * width, base + (at + 1) * width)
    });
    for index in 0..layout.bitmaps(head.columns) {
        let start = bitmap_start(layout, head, index);
        insert_bit(&mut bytes[start..start + head.cap.div_ceil(8)], at);
    }
}

/// Moves the rows after `at` one place down.
fn close_gap(bytes: &mut [u8], layout: &RowLayout, head: &RowLeafHead, at: usize) {
    if at + 1 < head.count {
        shift_arrays(bytes, layout, head, |base, width| {
            (base + (at + 1) * width..base + head.count * width, base + at * width)
        });
    }
    for index in 0..layout.bitmaps(head.columns) {
        let start = bitmap_start(layout, head, index);
        remove_bit(&mut bytes[start..start + head.cap.div_ceil(8)], at);
    }
}

fn shift_arrays(
    bytes: &mut [u8],
    layout: &RowLayout,
    head: &RowLeafHead,
    ranges: impl Fn(usize, usize) -> (Range<usize>, usize),
) {
    let (from, to) = ranges(TREE_HEADER_BYTES, 8);
    bytes.copy_within(from, to);
    let tail = layout.has_tail(head.columns).then(|| layout.tail_place());
    let inline = (0..layout.inline_of(head.columns)).map(|column| layout.place(column));
    for place in inline.chain(tail) {
        let (from, to) = ranges(slot_offset(head, place, 0), place.width.slot_bytes());
        bytes.copy_within(from, to);
    }
}

/// Moves bits `at..` one place up; bit `at` is clear afterwards, the last bit is lost.
fn insert_bit(bits: &mut [u8], at: usize) {
    let byte = at / 8;
    for index in (byte + 1..bits.len()).rev() {
        bits[index] = bits[index] << 1 | bits[index - 1] >> 7;
    }
    let low = (1u8 << (at % 8)) - 1;
    bits[byte] = bits[byte] & low | (bits[byte] & !low) << 1;
}

/// Moves bits after `at` one place down; the last bit is clear afterwards.
fn remove_bit(bits: &mut [u8], at: usize) {
    let byte = at / 8;
    let low = (1u8 << (at % 8)) - 1;
    let carried = bits.get(byte + 1).map_or(0, |next| next << 7);
    bits[byte] = bits[byte] & low | (bits[byte] >> 1) & !low | carried;
    for index in byte + 1..bits.len() {
        let carried = bits.get(index + 1).map_or(0, |next| next << 7);
        bits[index] = bits[index] >> 1 | carried;
    }
}
