//! Pages of key trees: sorted byte strings with a common prefix cut off and four bytes of each kept in
//! its slot, so that most comparisons touch no more than the slots.
//!
//! Knows nothing of trees: `btree::key_tree` decides what goes into which page.
//!
//! ```text
//! 0        16              48         48+prefix           heap_start            page end
//! | pager  | header        | prefix   | slot slot slot .. free .. | entry entry entry |
//!                                       slot = head u32 BE | offset u16 | length u16
//! ```
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 16 | 1 | kind | 3 leaf, 4 interior |
//! | 17 | 1 | level | 0 for leaves, one more per storey |
//! | 18 | 1 | flags | 1: the last leaf of its tree |
//! | 20 | 4 | root | the tree it belongs to |
//! | 24 | 2 | prefix_bytes | length of the common prefix |
//! | 26 | 2 | count | entries |
//! | 28 | 4 | heap_start | where the entries begin |
//! | 32 | 4 | garbage_bytes | bytes of removed entries in the heap |
//! | 36 | 4 | first_child | interior: the page left of the first separator |
//!
//! An entry is its suffix (`length` bytes); in an interior page the child right of the separator, u32,
//! stands before the suffix.
//!
//! K1  Entries are in strictly ascending byte order, and every one begins with the prefix.
//! K2  A head is the first four bytes of the suffix, padded with zeros.
//! K3  Slots and heap do not overlap.

use core::cmp::Ordering;

use crate::base::PageNo;
use crate::error::Result;

use super::bytes::{
    COUNT_AT, FLAG_RIGHTMOST, FLAGS_AT, KIND_AT, KIND_KEY_INTERIOR, KIND_KEY_LEAF, LEVEL_AT, ROOT_AT,
    TREE_HEADER_BYTES, damaged, page_no_at, put_size, put_u16, size_at, u16_at, u32_at,
};

pub(super) const PREFIX_BYTES_AT: usize = 24;
pub(super) const HEAP_START_AT: usize = 28;
pub(super) const GARBAGE_BYTES_AT: usize = 32;
pub(super) const FIRST_CHILD_AT: usize = 36;
/// Bytes before the prefix.
pub const KEY_HEADER_BYTES: usize = TREE_HEADER_BYTES;
/// Bytes of one slot.
pub const SLOT_BYTES: usize = 8;
const CHILD_BYTES: usize = 4;

/// An entry on its way into a page: the whole key, and the child right of it in an interior page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyEntry {
    /// All bytes.
    pub key: Vec<u8>,
    /// [`PageNo::NONE`] in leaves.
    pub child: PageNo,
}

/// A page that was checked once and is read in place.
#[derive(Clone, Copy, Debug)]
pub struct KeyPage<'p> {
    bytes: &'p [u8],
    interior: bool,
    count: usize,
    prefix_bytes: usize,
    heap_start: usize,
}

fn head_of(suffix: &[u8]) -> u32 {
    match suffix {
        [a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
        _ => {
            let mut head = [0; 4];
            head[..suffix.len()].copy_from_slice(suffix);
            u32::from_be_bytes(head)
        }
    }
}

/// The longest entry a page of this size takes: two fit any page, so that every page can be split, and at
/// 8 KiB it is above PostgreSQL's 2704 bytes.
pub fn key_bytes_max(page_size: usize) -> usize {
    (page_size - KEY_HEADER_BYTES) / 8 * 3 - SLOT_BYTES - CHILD_BYTES
}

/// Names the tree a page belongs to, and whether it is that tree's last leaf; [`build`] keeps both.
pub fn set_owner(page: &mut [u8], root: PageNo, rightmost: bool) {
    page[ROOT_AT..ROOT_AT + 4].copy_from_slice(&root.0.to_le_bytes());
    page[FLAGS_AT] = if rightmost { FLAG_RIGHTMOST } else { 0 };
}

impl<'p> KeyPage<'p> {
    /// Checks the header of a page.
    pub fn open(bytes: &'p [u8]) -> Result<KeyPage<'p>> {
        if bytes.len() < KEY_HEADER_BYTES {
            return Err(damaged(bytes, "too short"));
        }
        let interior = match bytes[KIND_AT] {
            KIND_KEY_LEAF => false,
            KIND_KEY_INTERIOR => true,
            kind => return Err(damaged(bytes, &format!("kind {kind} where a key page should be"))),
        };
        let (count, prefix_bytes) = (u16_at(bytes, COUNT_AT), u16_at(bytes, PREFIX_BYTES_AT));
        let heap_start = size_at(bytes, HEAP_START_AT);
        if heap_start > bytes.len() || KEY_HEADER_BYTES + prefix_bytes + count * SLOT_BYTES > heap_start {
            return Err(damaged(bytes, "slots and heap overlap (K3)"));
        }
        Ok(KeyPage { bytes, interior, count, prefix_bytes, heap_start })
    }

    /// Whether children stand beside the entries.
    pub fn is_interior(&self) -> bool {
        self.interior
    }

    /// Storeys below this page.
    pub fn level(&self) -> u8 {
        self.bytes[LEVEL_AT]
    }

    /// How many entries.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What all entries begin with.
    pub fn prefix(&self) -> &'p [u8] {
        &self.bytes[KEY_HEADER_BYTES..KEY_HEADER_BYTES + self.prefix_bytes]
    }

    /// The tree it belongs to.
    pub fn root(&self) -> PageNo {
        page_no_at(self.bytes, ROOT_AT)
    }

    /// Whether it knows itself to be the last leaf of its tree.
    pub fn is_rightmost(&self) -> bool {
        self.bytes[FLAGS_AT] & FLAG_RIGHTMOST != 0
    }

    #[inline]
    fn slots(&self) -> &'p [[u8; SLOT_BYTES]] {
        let start = KEY_HEADER_BYTES + self.prefix_bytes;
        self.bytes[start..start + self.count * SLOT_BYTES].as_chunks::<SLOT_BYTES>().0
    }

    #[inline]
    fn slot(&self, index: usize) -> (u32, usize, usize) {
        match self.slots().get(index) {
            Some(slot) => (
                u32::from_be_bytes([slot[0], slot[1], slot[2], slot[3]]),
                usize::from(u16::from_le_bytes([slot[4], slot[5]])),
                usize::from(u16::from_le_bytes([slot[6], slot[7]])),
            ),
            None => (0, usize::MAX / 2, 0),
        }
    }

    /// The entry without the prefix.
    pub fn suffix(&self, index: usize) -> Result<&'p [u8]> {
        let (_, offset, length) = self.slot(index);
        let start = offset + if self.interior { CHILD_BYTES } else { 0 };
        match self.bytes.get(start..start + length) {
            Some(suffix) if offset >= self.heap_start && index < self.count => Ok(suffix),
            _ => Err(damaged(self.bytes, "an entry outside the heap")),
        }
    }

    /// Appends the whole entry to `key`.
    pub fn key_into(&self, index: usize, key: &mut Vec<u8>) -> Result<()> {
        let suffix = self.suffix(index)?;
        key.extend_from_slice(self.prefix());
        key.extend_from_slice(suffix);
        Ok(())
    }

    /// The whole entry with its child.
    pub fn entry(&self, index: usize) -> Result<KeyEntry> {
        let mut key = Vec::new();
        self.key_into(index, &mut key)?;
        let child = if self.interior { self.child(index + 1)? } else { PageNo::NONE };
        Ok(KeyEntry { key, child })
    }

    /// Every entry.
    pub fn entries(&self) -> Result<Vec<KeyEntry>> {
        (0..self.count).map(|index| self.entry(index)).collect()
    }

    /// Child `index` of an interior page, from 0 to `count`.
    pub fn child(&self, index: usize) -> Result<PageNo> {
        let child = match index.checked_sub(1) {
            None => u32_at(self.bytes, FIRST_CHILD_AT),
            Some(entry) => {
                // Also checks that the entry lies in the heap.
                self.suffix(entry)?;
                u32_at(self.bytes, self.slot(entry).1)
            }
        };
        match child {
            0 => Err(damaged(self.bytes, "a separator without a child")),
            child if self.interior => Ok(PageNo(child)),
            _ => Err(damaged(self.bytes, "a leaf has no children")),
        }
    }

    /// `Ok(index)` of an entry equal to `key`, else `Err(index)` of the first greater one.
    pub fn search(&self, key: &[u8]) -> Result<core::result::Result<usize, usize>> {
        let prefix = self.prefix();
        let shared = prefix.len().min(key.len());
        match key[..shared].cmp(&prefix[..shared]) {
            Ordering::Less => return Ok(Err(0)),
            Ordering::Greater => return Ok(Err(self.count)),
            Ordering::Equal if key.len() < prefix.len() => return Ok(Err(0)),
            Ordering::Equal => {}
        }
        let wanted = &key[prefix.len()..];
        let head = head_of(wanted);
        let slots = self.slots();
        let slot_head = |slot: &[u8; SLOT_BYTES]| u32::from_be_bytes([slot[0], slot[1], slot[2], slot[3]]);
        // Heads alone first, without looking into the heap; then the few entries that share the head.
        let mut low = slots.partition_point(|slot| slot_head(slot) < head);
        let mut high = low;
        if slots.get(low).is_some_and(|slot| slot_head(slot) == head) {
            high = low + slots[low..].partition_point(|slot| slot_head(slot) == head);
        }
        while low < high {
            let middle = (low + high) / 2;
            match self.suffix(middle)?.cmp(wanted) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(Ok(middle)),
            }
        }
        Ok(Err(low))
    }

    /// Which child holds keys like `key`: entries equal to a separator are right of it.
    pub fn child_for(&self, key: &[u8]) -> Result<usize> {
        Ok(match self.search(key)? {
            Ok(equal) => equal + 1,
            Err(after) => after,
        })
    }

    /// Bytes in use, without garbage.
    pub fn used_bytes(&self) -> usize {
        let heap = self.bytes.len() - self.heap_start;
        KEY_HEADER_BYTES
            + self.prefix_bytes
            + self.count * SLOT_BYTES
            + heap.saturating_sub(size_at(self.bytes, GARBAGE_BYTES_AT))
    }

    /// Checks everything: K1, K2 and that every entry lies in the heap.
    pub fn verify(&self) -> Result<()> {
        let mut before: Option<&[u8]> = None;
        for index in 0..self.count {
            let suffix = self.suffix(index)?;
            if before.is_some_and(|before| before >= suffix) {
                return Err(damaged(self.bytes, "entries out of order (K1)"));
            }
            if self.slot(index).0 != head_of(suffix) {
                return Err(damaged(self.bytes, "a wrong head (K2)"));
            }
            before = Some(suffix);
        }
        if self.interior {
            (0..=self.count).try_for_each(|index| self.child(index).map(|_| ()))?;
        }
        Ok(())
    }
}

/// The common prefix of sorted entries: what the first and the last share.
fn common_prefix(entries: &[KeyEntry]) -> usize {
    match entries {
        [] => 0,
        // A lone entry keeps some bytes of its own, so that neighbours fit without a rebuild.
        [only] => only.key.len() / 2,
        [first, .., last] => first.key.iter().zip(&last.key).take_while(|(a, b)| a == b).count(),
    }
}

/// Bytes a page of these entries takes.
pub fn built_bytes(entries: &[KeyEntry], interior: bool) -> usize {
    let prefix = common_prefix(entries);
    let child = if interior { CHILD_BYTES } else { 0 };
    let heap: usize = entries.iter().map(|entry| entry.key.len() - prefix + child).sum();
    KEY_HEADER_BYTES + prefix + entries.len() * SLOT_BYTES + heap
}

/// Writes a whole page but its owner ([`set_owner`]). The entries are sorted and fit ([`built_bytes`]).
pub fn build(page: &mut [u8], level: u8, first_child: PageNo, entries: &[KeyEntry]) {
    let interior = level > 0;
    let prefix_bytes = common_prefix(entries);
    page[PREFIX_BYTES_AT..].fill(0);
    page[KIND_AT] = if interior { KIND_KEY_INTERIOR } else { KIND_KEY_LEAF };
    page[LEVEL_AT] = level;
    put_u16(page, PREFIX_BYTES_AT, prefix_bytes);
    put_u16(page, COUNT_AT, entries.len());
    page[FIRST_CHILD_AT..FIRST_CHILD_AT + 4].copy_from_slice(&first_child.0.to_le_bytes());
    if let Some(first) = entries.first() {
        page[KEY_HEADER_BYTES..KEY_HEADER_BYTES + prefix_bytes].copy_from_slice(&first.key[..prefix_bytes]);
    }
    let mut heap_start = page.len();
    for (index, entry) in entries.iter().enumerate() {
        heap_start = put_entry(page, heap_start, &entry.key[prefix_bytes..], entry.child, interior);
        put_slot(page, prefix_bytes, index, &entry.key[prefix_bytes..], heap_start);
    }
    put_size(page, HEAP_START_AT, heap_start);
}

fn put_entry(page: &mut [u8], heap_start: usize, suffix: &[u8], child: PageNo, interior: bool) -> usize {
    let start = heap_start - suffix.len();
    page[start..heap_start].copy_from_slice(suffix);
    if !interior {
        return start;
    }
    page[start - CHILD_BYTES..start].copy_from_slice(&child.0.to_le_bytes());
    start - CHILD_BYTES
}

fn put_slot(page: &mut [u8], prefix_bytes: usize, index: usize, suffix: &[u8], offset: usize) {
    let at = KEY_HEADER_BYTES + prefix_bytes + index * SLOT_BYTES;
    page[at..at + 4].copy_from_slice(&head_of(suffix).to_be_bytes());
    put_u16(page, at + 4, offset);
    put_u16(page, at + 6, suffix.len());
}

/// Puts an entry in place before entry `index`; `false` when the page must be rebuilt or split for it.
pub fn insert_in_place(page: &mut [u8], index: usize, key: &[u8], child: PageNo) -> Result<bool> {
    let view = KeyPage::open(page)?;
    let (prefix, count, interior) = (view.prefix_bytes, view.count, view.interior);
    if index > count {
        return Err(damaged(page, "an insert past the end"));
    }
    if !key.starts_with(view.prefix()) {
        return Ok(false);
    }
    let slots_end = KEY_HEADER_BYTES + prefix + count * SLOT_BYTES;
    let needed = SLOT_BYTES + key.len() - prefix + if interior { CHILD_BYTES } else { 0 };
    let heap_start = view.heap_start;
    if slots_end + needed > heap_start {
        return Ok(false);
    }
    let at = KEY_HEADER_BYTES + prefix + index * SLOT_BYTES;
    page.copy_within(at..slots_end, at + SLOT_BYTES);
    let heap_start = put_entry(page, heap_start, &key[prefix..], child, interior);
    put_slot(page, prefix, index, &key[prefix..], heap_start);
    put_u16(page, COUNT_AT, count + 1);
    put_size(page, HEAP_START_AT, heap_start);
    Ok(true)
}

/// Names another page as child `index` of an interior page: the content of the old one is there now.
pub fn set_child(page: &mut [u8], index: usize, child: PageNo) -> Result<()> {
    let view = KeyPage::open(page)?;
    // Checks that it is an interior page, and that the entry lies in the heap.
    view.child(index)?;
    let at = index.checked_sub(1).map_or(FIRST_CHILD_AT, |entry| view.slot(entry).1);
    page[at..at + CHILD_BYTES].copy_from_slice(&child.0.to_le_bytes());
    Ok(())
}

/// Names another root in a page of a tree whose root has moved; whether it is the last leaf stays.
pub fn set_root(page: &mut [u8], root: PageNo) {
    page[ROOT_AT..ROOT_AT + 4].copy_from_slice(&root.0.to_le_bytes());
}

/// Takes entry `index` out; its bytes become garbage.
pub fn remove_in_place(page: &mut [u8], index: usize) -> Result<()> {
    let view = KeyPage::open(page)?;
    let length = view.suffix(index)?.len() + if view.interior { CHILD_BYTES } else { 0 };
    let (prefix, count) = (view.prefix_bytes, view.count);
    let at = KEY_HEADER_BYTES + prefix + index * SLOT_BYTES;
    let slots_end = KEY_HEADER_BYTES + prefix + count * SLOT_BYTES;
    let garbage = size_at(page, GARBAGE_BYTES_AT) + length;
    page.copy_within(at + SLOT_BYTES..slots_end, at);
    put_u16(page, COUNT_AT, count - 1);
    put_size(page, GARBAGE_BYTES_AT, garbage.min(page.len()));
    Ok(())
}
