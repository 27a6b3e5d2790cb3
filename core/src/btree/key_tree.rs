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
const ROWID_BYTES: usize = 8;

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

/// Where the last entry went, so that the next one near it needs no descent. Any hint is safe, also one
/// that the tree has outgrown; but a hint does not outlive a rollback (its page may be gone).
#[derive(Clone, Copy, Debug)]
pub struct KeyHint {
    page: PageNo,
}

impl KeyHint {
    /// No hint.
    pub const NONE: KeyHint = KeyHint { page: PageNo::NONE };
}

impl Default for KeyHint {
    fn default() -> KeyHint {
        KeyHint::NONE
    }
}

/// The way to a leaf.
struct Descent {
    no: PageNo,
    page: PageRef,
    turns: Vec<Turn>,
    /// The last child was taken everywhere.
    rightmost: bool,
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
        let page = sink.page_mut(root)?;
        key_page::set_owner(page, root, true);
        key_page::build(page, 0, PageNo::NONE, &[]);
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
    fn descend<S: PageSource + ?Sized>(&self, source: &S, entry: &[u8]) -> Result<Descent> {
        let mut turns = Vec::with_capacity(4);
        let mut no = self.root;
        let mut rightmost = true;
        for _ in 0..limits::TREE_DEPTH_MAX {
            let page = source.page(no)?;
            let view = KeyPage::open(&page)?;
            if !view.is_interior() {
                return Ok(Descent { no, page, turns, rightmost });
            }
            let child = view.child_for(entry)?;
            rightmost &= child == view.count();
            turns.push(Turn { page: no, child });
            no = view.child(child)?;
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
    }

    /// Whether the very entry is there.
    pub fn contains(&self, source: &dyn PageSource, key: &[u8], rowid: i64) -> Result<bool> {
        let entry = entry_bytes(key, rowid);
        let found = self.descend(source, &entry)?;
        Ok(KeyPage::open(&found.page)?.search(&entry)?.is_ok())
    }

    /// Adds an entry; `false` when it was there.
    pub fn insert(&self, sink: &mut dyn PageSink, key: &[u8], rowid: i64) -> Result<bool> {
        self.insert_near(sink, &mut KeyHint::default(), key, rowid)
    }

    /// Adds an entry, trying the leaf of the last one first; `false` when it was there.
    pub fn insert_near(
        &self,
        sink: &mut dyn PageSink,
        hint: &mut KeyHint,
        key: &[u8],
        rowid: i64,
    ) -> Result<bool> {
        let entry = entry_bytes(key, rowid);
        let most = key_page::key_bytes_max(sink.page_size());
        if entry.len() > most {
            let message = format!("index row size {} exceeds btree maximum {most}", entry.len());
            return Err(Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, message)
                .with_hint("Values larger than three eighths of a page cannot be indexed."));
        }
        if hint.page != PageNo::NONE
            && let Some(added) = self.insert_by_hint(sink, hint.page, &entry)?
        {
            return Ok(added);
        }
        let Descent { no, page, turns, rightmost } = self.descend(sink, &entry)?;
        hint.page = no;
        match KeyPage::open(&page)?.search(&entry)? {
            Ok(_) => Ok(false),
            Err(index) => {
                drop(page);
                if rightmost {
                    key_page::set_owner(sink.page_mut(no)?, self.root, true);
                }
                self.put(sink, no, index, entry, PageNo::NONE, turns)?;
                Ok(true)
            }
        }
    }

    /// Adds an entry to a page if that page alone can tell that it belongs there and has the room.
    fn insert_by_hint(&self, sink: &mut dyn PageSink, no: PageNo, entry: &[u8]) -> Result<Option<bool>> {
        // A page that cannot be had any more is a hint outgrown; the descent tells real trouble.
        let Ok(bytes) = sink.page_mut(no) else { return Ok(None) };
        let Ok(view) = KeyPage::open(bytes) else { return Ok(None) };
        if view.is_interior() || view.root() != self.root {
            return Ok(None);
        }
        match view.search(entry)? {
            Ok(_) => Ok(Some(false)),
            // Between two entries of the leaf, or after the last of all.
            Err(index) if index > 0 && (index < view.count() || view.is_rightmost()) => {
                let done = key_page::insert_in_place(bytes, index, entry, PageNo::NONE)?;
                Ok(done.then_some(true))
            }
            Err(_) => Ok(None),
        }
    }

    /// The first row with exactly this key.
    pub fn first_rowid(&self, source: &dyn PageSource, key: &[u8]) -> Result<Option<i64>> {
        let mut no = self.root;
        for _ in 0..limits::TREE_DEPTH_MAX {
            let page = source.page(no)?;
            let view = KeyPage::open(&page)?;
            if view.is_interior() {
                no = view.child(view.child_for(key)?)?;
                continue;
            }
            // An entry is longer than its key, so the key itself is never found.
            let at = view.search(key)?.unwrap_or_else(|after| after);
            if at < view.count() {
                let prefix = view.prefix();
                let suffix = view.suffix(at)?;
                let length = (prefix.len() + suffix.len()).wrapping_sub(ROWID_BYTES);
                if length != key.len() {
                    return Ok(None);
                }
                let entry = [prefix, suffix].concat();
                let (found, rowid) = split_entry(&entry)?;
                return Ok((found == key).then_some(rowid));
            }
            // The leaf ends before the key: the next one begins with it or after it.
            let mut cursor = super::KeyCursor::seek(self, source, key)?;
            return Ok(cursor.next(source)?.filter(|(found, _)| *found == key).map(|(_, rowid)| rowid));
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
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
            let rightmost = view.is_rightmost();
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
            let bytes = sink.page_mut(right_no)?;
            key_page::set_owner(bytes, self.root, rightmost);
            key_page::build(bytes, level, right_first, &right);
            if no == self.root {
                let left_no = sink.allocate()?;
                let bytes = sink.page_mut(left_no)?;
                key_page::set_owner(bytes, self.root, false);
                key_page::build(bytes, level, first_child, &entries);
                let only = KeyEntry { key: between, child: right_no };
                key_page::build(sink.page_mut(no)?, level + 1, left_no, &[only]);
                return Ok(());
            }
            let bytes = sink.page_mut(no)?;
            key_page::set_owner(bytes, self.root, false);
            key_page::build(bytes, level, first_child, &entries);
            let turn = turns.pop().ok_or_else(|| Error::internal("T2: only the root has no parent"))?;
            (no, index, key, child) = (turn.page, turn.child, between, right_no);
        }
    }

    /// Removes an entry; `false` when it was not there.
    pub fn remove(&self, sink: &mut dyn PageSink, key: &[u8], rowid: i64) -> Result<bool> {
        let entry = entry_bytes(key, rowid);
        let Descent { no, page, turns, .. } = self.descend(sink, &entry)?;
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
            let rightmost = right.is_rightmost();
            let bytes = sink.page_mut(left_no)?;
            key_page::set_owner(bytes, self.root, rightmost);
            key_page::build(bytes, level, first_child, &entries);
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
            let bytes = sink.page_mut(self.root)?;
            key_page::set_owner(bytes, self.root, level == 0);
            key_page::build(bytes, level, first_child, &entries);
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
        if view.root() != self.root {
            return Err(wrong("it belongs to another tree"));
        }
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
/// page stays full. A key that does not share the prefix of the others makes them all longer, so the cut
/// in the middle may not do: then the nearest one that does. There is one: such a key stands at an end.
fn split_point(entries: &[KeyEntry], interior: bool, capacity: usize, appending: bool) -> usize {
    let last = entries.len() - 1;
    if appending && !interior && key_page::built_bytes(&entries[..last], interior) <= capacity {
        return last;
    }
    // An interior split gives one separator away: both sides keep at least one.
    let (lowest, highest) = (1, if interior { last.saturating_sub(1).max(1) } else { last });
    let given = usize::from(interior);
    let fits = |at: usize| {
        key_page::built_bytes(&entries[..at], interior) <= capacity
            && key_page::built_bytes(&entries[at + given..], interior) <= capacity
    };
    let total: usize = entries.iter().map(|entry| entry.key.len() + key_page::SLOT_BYTES).sum();
    let mut left = 0;
    let mut middle = last;
    for (index, entry) in entries.iter().enumerate() {
        left += entry.key.len() + key_page::SLOT_BYTES;
        if left * 2 >= total {
            middle = index + 1;
            break;
        }
    }
    let middle = middle.clamp(lowest, highest);
    (0..entries.len())
        .flat_map(|distance| [middle.checked_sub(distance), middle.checked_add(distance)])
        .flatten()
        .filter(|at| (lowest..=highest).contains(at))
        .find(|at| fits(*at))
        .unwrap_or(middle)
}
