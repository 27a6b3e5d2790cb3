//! Little-endian numbers in a page, and the kinds of tree pages.
//!
//! Offsets given here are within the fixed header (a page has at least `PAGE_SIZE_MIN` bytes), or were
//! checked by the decoder that calls.

use crate::base::PageNo;
use crate::error::Error;

/// The pager's own header.
pub const PAGE_HEADER_RANGE: core::ops::Range<usize> = 0..super::PAGE_HEADER_BYTES;
/// Where the kind byte of every tree page is: the first byte after the pager's header.
pub const KIND_AT: usize = super::PAGE_HEADER_BYTES;
/// Where the level is: 0 for leaves, one more for each storey above.
pub const LEVEL_AT: usize = KIND_AT + 1;
/// Where flags are.
pub const FLAGS_AT: usize = KIND_AT + 2;
/// Where the root of the owning tree is named, so that a stale hint cannot reach another tree.
pub const ROOT_AT: usize = KIND_AT + 4;
/// Where the number of entries is.
pub const COUNT_AT: usize = KIND_AT + 10;
/// Bytes before the content of a tree page.
pub const TREE_HEADER_BYTES: usize = 48;

/// Leaf of a row tree.
pub const KIND_ROW_LEAF: u8 = 1;
/// Interior page of a row tree.
pub const KIND_ROW_INTERIOR: u8 = 2;
/// Leaf of a key tree.
pub const KIND_KEY_LEAF: u8 = 3;
/// Interior page of a key tree.
pub const KIND_KEY_INTERIOR: u8 = 4;
/// Part of a value kept out of line.
pub const KIND_OVERFLOW: u8 = 5;
/// List of the page runs of a value kept out of line.
pub const KIND_OVERFLOW_MAP: u8 = 6;

/// Flag: no leaf is to the right of this one.
pub const FLAG_RIGHTMOST: u8 = 1;

/// The u16 at `at`, as a count or offset.
#[inline]
pub fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

/// The u32 at `at`.
#[inline]
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The u32 at `at`, as a count or offset; saturates where `usize` is smaller.
#[inline]
pub fn size_at(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u32_at(bytes, at)).unwrap_or(usize::MAX)
}

/// The page number at `at`.
#[inline]
pub fn page_no_at(bytes: &[u8], at: usize) -> PageNo {
    PageNo(u32_at(bytes, at))
}

/// Writes a count or offset that is known to be below 65536.
#[inline]
pub fn put_u16(bytes: &mut [u8], at: usize, value: usize) {
    let value = u16::try_from(value).expect("counts and offsets of a page fit 16 bits");
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

/// Writes a u32.
#[inline]
pub fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// Writes an offset within the page, the page's end included.
#[inline]
pub fn put_size(bytes: &mut [u8], at: usize, value: usize) {
    put_u32(bytes, at, u32::try_from(value).expect("offsets of a page fit 32 bits"));
}

/// The error of a page that contradicts its format. The number is the one the page itself carries.
#[cold]
#[inline(never)]
pub fn damaged(bytes: &[u8], what: &str) -> Error {
    let no = if bytes.len() >= 8 { u32_at(bytes, 4) } else { 0 };
    Error::corrupt(format!("page {no}: {what}"))
}
