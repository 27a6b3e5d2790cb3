//! The interior page of a row tree: `count` children and the rowids that separate them.
//!
//! ```text
//! 16 kind 17 level 20 root 26 count | 48 keys[cap] i64 | children[cap] u32
//! ```
//!
//! N1  Child `i` holds rowids from `key[i-1]` (inclusive) to `key[i]` (exclusive).
//! N2  Keys are strictly ascending; there is one fewer than children, and at least one child.

use crate::base::PageNo;
use crate::base::limits::TREE_DEPTH_MAX;
use crate::error::Result;

use super::bytes::{
    COUNT_AT, KIND_AT, KIND_ROW_INTERIOR, LEVEL_AT, PAGE_HEADER_RANGE, ROOT_AT, TREE_HEADER_BYTES, damaged,
    page_no_at, put_u16, put_u32, u16_at,
};

/// Children an interior page has room for.
#[inline]
pub fn cap(page_size: usize) -> usize {
    (page_size - TREE_HEADER_BYTES) / 12
}

/// An interior page, borrowed.
#[derive(Clone, Copy)]
pub struct RowInterior<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> RowInterior<'a> {
    /// Checks the header and gives access.
    #[inline]
    pub fn open(bytes: &'a [u8]) -> Result<RowInterior<'a>> {
        let count = u16_at(bytes, COUNT_AT);
        if bytes[KIND_AT] != KIND_ROW_INTERIOR
            || count == 0
            || count > cap(bytes.len())
            || bytes[LEVEL_AT] == 0
            || usize::from(bytes[LEVEL_AT]) >= TREE_DEPTH_MAX
        {
            return Err(damaged(bytes, "is not an interior page of a table"));
        }
        Ok(RowInterior { bytes, count })
    }

    /// How many children.
    #[inline]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Storeys below it.
    #[inline]
    pub fn level(&self) -> u8 {
        self.bytes[LEVEL_AT]
    }

    /// Root of the tree it belongs to.
    pub fn root(&self) -> PageNo {
        page_no_at(self.bytes, ROOT_AT)
    }

    /// The separators, each as its little-endian bytes.
    #[inline]
    pub fn keys(&self) -> &'a [[u8; 8]] {
        self.bytes[TREE_HEADER_BYTES..TREE_HEADER_BYTES + (self.count - 1) * 8].as_chunks::<8>().0
    }

    /// The separator between children `at` and `at + 1`.
    #[inline]
    pub fn key(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.keys()[at])
    }

    /// Child `at`, which exists.
    #[inline]
    pub fn child(&self, at: usize) -> PageNo {
        page_no_at(self.bytes, children_at(self.bytes.len()) + at * 4)
    }

    /// The child that holds `rowid`.
    #[inline]
    pub fn find(&self, rowid: i64) -> usize {
        self.keys().partition_point(|key| i64::from_le_bytes(*key) <= rowid)
    }

    /// Whether there is no room for another child.
    pub fn is_full(&self) -> bool {
        self.count >= cap(self.bytes.len())
    }
}

#[inline]
fn children_at(page_size: usize) -> usize {
    TREE_HEADER_BYTES + cap(page_size) * 8
}

/// Makes an interior page with one child of these bytes; the pager's header is left alone.
pub fn format(bytes: &mut [u8], root: PageNo, level: u8, child: PageNo) {
    bytes[PAGE_HEADER_RANGE.end..].fill(0);
    bytes[KIND_AT] = KIND_ROW_INTERIOR;
    bytes[LEVEL_AT] = level;
    put_u32(bytes, ROOT_AT, root.0);
    put_u16(bytes, COUNT_AT, 1);
    let at = children_at(bytes.len());
    put_u32(bytes, at, child.0);
}

/// Adds `child`, holding rowids from `key` on, to the right of child `at`. There is room.
pub fn insert(bytes: &mut [u8], at: usize, key: i64, child: PageNo) -> Result<()> {
    let page = RowInterior::open(bytes)?;
    let count = page.count();
    if page.is_full() || at >= count {
        return Err(damaged(bytes, "has no room for another child"));
    }
    let keys = TREE_HEADER_BYTES;
    bytes.copy_within(keys + at * 8..keys + (count - 1) * 8, keys + (at + 1) * 8);
    bytes[keys + at * 8..keys + (at + 1) * 8].copy_from_slice(&key.to_le_bytes());
    let children = children_at(bytes.len());
    bytes.copy_within(children + (at + 1) * 4..children + count * 4, children + (at + 2) * 4);
    put_u32(bytes, children + (at + 1) * 4, child.0);
    put_u16(bytes, COUNT_AT, count + 1);
    Ok(())
}

/// Names another page as child `at`, which exists: the content of the old one is there now.
pub fn set_child(bytes: &mut [u8], at: usize, child: PageNo) -> Result<()> {
    if at >= RowInterior::open(bytes)?.count() {
        return Err(damaged(bytes, "lost a child"));
    }
    let children = children_at(bytes.len());
    put_u32(bytes, children + at * 4, child.0);
    Ok(())
}

/// Removes child `at` and the separator before it (after it, for the first child). The page may end up
/// without children: then the caller removes it in turn.
pub fn remove(bytes: &mut [u8], at: usize) -> Result<()> {
    let page = RowInterior::open(bytes)?;
    let count = page.count();
    if at >= count {
        return Err(damaged(bytes, "lost a child"));
    }
    let keys = TREE_HEADER_BYTES;
    let key = at.saturating_sub(1);
    if count > 1 {
        bytes.copy_within(keys + (key + 1) * 8..keys + (count - 1) * 8, keys + key * 8);
    }
    let children = children_at(bytes.len());
    bytes.copy_within(children + (at + 1) * 4..children + count * 4, children + at * 4);
    put_u16(bytes, COUNT_AT, count - 1);
    Ok(())
}

/// Moves the children from `at` on to `right`, a page of zeros; answers the separator between the pages.
/// `at` is at least 1 and below the count.
pub fn split(bytes: &mut [u8], at: usize, right: &mut [u8]) -> Result<i64> {
    let page = RowInterior::open(bytes)?;
    let (count, level, root) = (page.count(), page.level(), page.root());
    if at == 0 || at >= count {
        return Err(damaged(bytes, "has too few children to split"));
    }
    let separator = page.key(at - 1);
    format(right, root, level, page.child(at));
    for child in at + 1..count {
        insert(right, child - at - 1, page.key(child - 1), page.child(child))?;
    }
    put_u16(bytes, COUNT_AT, at);
    Ok(separator)
}

/// Appends the children of `right`, whose first rowid is `separator`; there is room.
pub fn append(bytes: &mut [u8], separator: i64, right: &[u8]) -> Result<()> {
    let right = RowInterior::open(right)?;
    let last = RowInterior::open(bytes)?.count() - 1;
    for child in 0..right.count() {
        let key = if child == 0 { separator } else { right.key(child - 1) };
        insert(bytes, last + child, key, right.child(child))?;
    }
    Ok(())
}
