//! Trees of keys: sorted sets of (key bytes, rowid), for indexes.
//!
//! An entry is one byte string: the key followed by the rowid, eight bytes big-endian with the sign
//! flipped. So entries of equal keys are in rowid order and every entry is unique.
//!
//! Does not know what a key means (`record::key` makes them) and does not read forward (`key_cursor`).
//!
//! T1  No key of a tree is a prefix of another one (fixed widths or terminators): then the byte order of
//!     entries is the order by (key, rowid).
//! T2  The root page never changes its number: a split moves its content down, a collapse moves it up.
//! T3  A separator is the shortest string above everything left of it and at or below everything right.

use crate::base::{PageNo, limits};
use crate::error::{Error, Result, SqlState};
use crate::page::key_page::{self, KeyEntry, KeyPage};
use crate::page::{PageRef, PageSink, PageSource};

/// Bytes of the rowid at the end of an entry.
pub const ROWID_BYTES: usize = 8;

/// A tree of keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyTree {
    root: PageNo,
}

/// A step of a descent: an interior page and which child was taken.
struct Turn {
    page: PageNo,
    child: usize,
}

/// The bytes of an entry.
pub fn entry_bytes(key: &[u8], rowid: i64) -> Vec<u8> {
    let mut entry = Vec::with_capacity(key.len() + ROWID_BYTES);
    entry.extend_from_slice(key);
    entry.extend_from_slice(&(rowid.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    entry
}

/// An entry taken apart again.
pub fn split_entry(entry: &[u8]) -> Result<(&[u8], i64)> {
    match entry.split_last_chunk::<ROWID_BYTES>() {
        Some((key, rowid)) => Ok((key, (u64::from_be_bytes(*rowid) ^ (1 << 63)).cast_signed())),
        None => Err(Error::corrupt("an index entry is shorter than a rowid")),
    }
}

/// The shortest string above `left` and at or below `right`, which is greater (T3).
pub(super) fn separator(left: &[u8], right: &[u8]) -> Vec<u8> {
    let shared = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    right[..(shared + 1).min(right.len())].to_vec()
}

impl KeyTree {
    /// A new, empty tree.
    pub fn create(sink: &mut dyn PageSink) -> Result<KeyTree> {
        let root = sink.allocate()?;
        key_page::build(sink.page_mut(root)?, 0, PageNo::NONE, &[]);
        Ok(KeyTree { root })
    }

    /// The tree of that root.
    pub fn open(root: PageNo) -> KeyTree {
        KeyTree { root }
    }

    /// Its root.
    pub fn root(&self) -> PageNo {
        self.root
    }

    /// The leaf where `entry` belongs, and the turns that lead there.
    fn descend<S: PageSource + ?Sized>(
        &self,
        source: &S,
        entry: &[u8],
    ) -> Result<(PageNo, PageRef, Vec<Turn>)> {
        let mut turns = Vec::with_capacity(4);
        let mut no = self.root;
        for _ in 0..limits::TREE_DEPTH_MAX {
            let page = source.page(no)?;
            let view = KeyPage::open(&page)?;
            if !view.is_interior() {
                return Ok((no, page, turns));
            }
            let child = view.child_for(entry)?;
            turns.push(Turn { page: no, child });
            no = view.child(child)?;
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
    }

    /// Whether the very entry is there.
    pub fn contains(&self, source: &dyn PageSource, key: &[u8], rowid: i64) -> Result<bool> {
        let entry = entry_bytes(key, rowid);
        let (_, page, _) = self.descend(source, &entry)?;
        Ok(KeyPage::open(&page)?.search(&entry)?.is_ok())
    }

    /// Adds an entry; `false` when it was there.
    pub fn insert(&self, sink: &mut dyn PageSink, key: &[u8], rowid: i64) -> Result<bool> {
        let entry = entry_bytes(key, rowid);
        let most = key_page::key_bytes_max(sink.page_size());
        if entry.len() > most {
            let message = format!("index row size {} exceeds btree maximum {most}", entry.len());
            return Err(Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message)
                .with_hint("Values larger than a quarter of a page cannot be indexed."));
        }
        let (no, page, turns) = self.descend(sink, &entry)?;
        match KeyPage::open(&page)?.search(&entry)? {
            Ok(_) => Ok(false),
            Err(index) => {
                drop(page);
                self.put(sink, no, index, entry, PageNo::NONE, turns)?;
                Ok(true)
            }
        }
    }

    /// Puts an entry into a page of any level, splitting as far up as needed.
    fn put(
        &self,
        sink: &mut dyn PageSink,
        mut no: PageNo,
        mut index: usize,
        mut key: Vec<u8>,
        mut child: PageNo,
        mut turns: Vec<Turn>,
    ) -> Result<()> {
        let capacity = sink.page_size();
        loop {
            if key_page::insert_in_place(sink.page_mut(no)?, index, &key, child)? {
                return Ok(());
            }
            let page = sink.page(no)?;
            let view = KeyPage::open(&page)?;
            let (level, interior) = (view.level(), view.is_interior());
            let first_child = if interior { view.child(0)? } else { PageNo::NONE };
            let appending = index == view.count() && turns.iter().all(|turn| turn.child > 0);
            let mut entries = view.entries()?;
            drop(page);
            entries.insert(index.min(entries.len()), KeyEntry { key, child });
            if key_page::built_bytes(&entries, interior) <= capacity {
                key_page::build(sink.page_mut(no)?, level, first_child, &entries);
                return Ok(());
            }
            let at = split_point(&entries, interior, capacity, appending);
            let mut right = entries.split_off(at);
            let (between, right_first) = if interior {
                // The middle separator moves up; its child becomes the first of the right page.
                let middle = right.remove(0);
                (middle.key, middle.child)
            } else {
                let last =
                    entries.last().ok_or_else(|| Error::internal("a split leaves both sides something"))?;
                (separator(&last.key, &right[0].key), PageNo::NONE)
            };
            let right_no = sink.allocate()?;
            key_page::build(sink.page_mut(right_no)?, level, right_first, &right);
            if no == self.root {
                let left_no = sink.allocate()?;
                key_page::build(sink.page_mut(left_no)?, level, first_child, &entries);
                let only = KeyEntry { key: between, child: right_no };
                key_page::build(sink.page_mut(no)?, level + 1, left_no, &[only]);
                return Ok(());
            }
            key_page::build(sink.page_mut(no)?, level, first_child, &entries);
            let turn = turns.pop().ok_or_else(|| Error::internal("T2: only the root has no parent"))?;
            (no, index, key, child) = (turn.page, turn.child, between, right_no);
        }
    }

    /// Removes an entry; `false` when it was not there.
    pub fn remove(&self, sink: &mut dyn PageSink, key: &[u8], rowid: i64) -> Result<bool> {
        let entry = entry_bytes(key, rowid);
        let (no, page, turns) = self.descend(sink, &entry)?;
        let Ok(index) = KeyPage::open(&page)?.search(&entry)? else { return Ok(false) };
        drop(page);
        key_page::remove_in_place(sink.page_mut(no)?, index)?;
        self.shrink(sink, no, turns)?;
        Ok(true)
    }

    /// Merges a page that has become small with a neighbour, as far up as needed.
    fn shrink(&self, sink: &mut dyn PageSink, mut no: PageNo, mut turns: Vec<Turn>) -> Result<()> {
        while let Some(turn) = turns.pop() {
            let page = sink.page(no)?;
            let small = KeyPage::open(&page)?.used_bytes() < sink.page_size() / 4;
            drop(page);
            if !small || !self.merge(sink, &turn)? {
                return Ok(());
            }
            no = turn.page;
        }
        self.collapse(sink)
    }

    /// Joins the child of a turn with a neighbour when both fit one page with room to spare.
    fn merge(&self, sink: &mut dyn PageSink, turn: &Turn) -> Result<bool> {
        let parent = sink.page(turn.page)?;
        let above = KeyPage::open(&parent)?;
        for left_child in [turn.child.checked_sub(1), Some(turn.child)].into_iter().flatten() {
            if left_child >= above.count() {
                continue;
            }
            let (left_no, right_no) = (above.child(left_child)?, above.child(left_child + 1)?);
            let (left_page, right_page) = (sink.page(left_no)?, sink.page(right_no)?);
            let (left, right) = (KeyPage::open(&left_page)?, KeyPage::open(&right_page)?);
            let interior = left.is_interior();
            if interior != right.is_interior() || left.level() != right.level() {
                return Err(Error::corrupt("neighbours in an index are of different levels"));
            }
            let (level, first_child) = (left.level(), if interior { left.child(0)? } else { PageNo::NONE });
            let mut entries = left.entries()?;
            if interior {
                let between = above.entry(left_child)?.key;
                entries.push(KeyEntry { key: between, child: right.child(0)? });
            }
            entries.extend(right.entries()?);
            if key_page::built_bytes(&entries, interior) > sink.page_size() * 3 / 4 {
                continue;
            }
            key_page::build(sink.page_mut(left_no)?, level, first_child, &entries);
            key_page::remove_in_place(sink.page_mut(turn.page)?, left_child)?;
            sink.free(right_no)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// A root with a single child takes over its content (T2).
    fn collapse(&self, sink: &mut dyn PageSink) -> Result<()> {
        for _ in 0..limits::TREE_DEPTH_MAX {
            let page = sink.page(self.root)?;
            let view = KeyPage::open(&page)?;
            if !view.is_interior() || view.count() > 0 {
                return Ok(());
            }
            let child = view.child(0)?;
            let below = sink.page(child)?;
            let view = KeyPage::open(&below)?;
            let first_child = if view.is_interior() { view.child(0)? } else { PageNo::NONE };
            let (level, entries) = (view.level(), view.entries()?);
            key_page::build(sink.page_mut(self.root)?, level, first_child, &entries);
            sink.free(child)?;
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
    }

    /// Gives all pages back.
    pub fn drop_tree(&self, sink: &mut dyn PageSink) -> Result<()> {
        self.pages(sink)?.into_iter().try_for_each(|no| sink.free(no))
    }

    /// Every page of the tree, the root first.
    pub fn pages(&self, source: &dyn PageSource) -> Result<Vec<PageNo>> {
        let mut found = vec![self.root];
        let mut seen: std::collections::BTreeSet<PageNo> = found.iter().copied().collect();
        let mut at = 0;
        while let Some(&no) = found.get(at) {
            let page = source.page(no)?;
            let view = KeyPage::open(&page)?;
            if view.is_interior() {
                for index in 0..=view.count() {
                    let child = view.child(index)?;
                    if !seen.insert(child) {
                        return Err(Error::corrupt(format!("page {child} hangs twice in an index")));
                    }
                    found.push(child);
                }
            }
            at += 1;
        }
        Ok(found)
    }

    /// Checks the whole tree and answers its number of entries.
    pub fn verify(&self, source: &dyn PageSource) -> Result<u64> {
        self.pages(source)?;
        self.verify_below(source, self.root, None, &mut None)
    }

    fn verify_below(
        &self,
        source: &dyn PageSource,
        no: PageNo,
        level: Option<u8>,
        before: &mut Option<Vec<u8>>,
    ) -> Result<u64> {
        let wrong = |what: &str| Error::corrupt(format!("index page {no}: {what}"));
        let page = source.page(no)?;
        let view = KeyPage::open(&page)?;
        view.verify()?;
        if level.is_some_and(|level| level != view.level()) || view.is_interior() != (view.level() > 0) {
            return Err(wrong("a wrong level"));
        }
        let mut count = 0;
        for index in 0..=view.count() {
            if view.is_interior() {
                count += self.verify_below(source, view.child(index)?, Some(view.level() - 1), before)?;
            }
            if index == view.count() {
                break;
            }
            let key = view.entry(index)?.key;
            // A separator is above all before it; an entry may equal the separator left of it (T3).
            let fits = before
                .as_ref()
                .is_none_or(|before| if view.is_interior() { *before < key } else { *before <= key });
            if !fits {
                return Err(wrong("entries and separators out of order (T3)"));
            }
            count += u64::from(!view.is_interior());
            *before = Some(key);
        }
        Ok(count)
    }
}

/// Where to cut entries that do not fit one page: by bytes, or, when keys only ever grow, so that the left
/// page stays full.
fn split_point(entries: &[KeyEntry], interior: bool, capacity: usize, appending: bool) -> usize {
    let last = entries.len() - 1;
    if appending && !interior && key_page::built_bytes(&entries[..last], interior) <= capacity {
        return last;
    }
    let total: usize = entries.iter().map(|entry| entry.key.len() + key_page::SLOT_BYTES).sum();
    let mut left = 0;
    for (index, entry) in entries.iter().enumerate() {
        left += entry.key.len() + key_page::SLOT_BYTES;
        if left * 2 >= total {
            // An interior split gives one separator away: both sides keep at least one.
            return (index + 1).clamp(1, if interior { last.saturating_sub(1).max(1) } else { last });
        }
    }
    last
}
