//! Reads a key tree in order, forward and backward, and fills one bottom-up.
//!
//! A cursor keeps the pages of its path. When it goes on to another leaf it asks for the page above again:
//! if a writer has changed that meanwhile, it finds its place anew by the entry it gave last. So entries
//! put in ahead of it are seen, and none is given twice.

use std::sync::Arc;

use crate::base::{PageNo, limits};
use crate::error::{Error, Result};
use crate::page::key_page::{self, KeyEntry, KeyPage};
use crate::page::{PageRef, PageSink, PageSource};

use super::key_tree::{KeyTree, entry_bytes, separator, split_entry};

/// An interior page on the way, with the child taken.
#[derive(Clone, Debug)]
struct Step {
    no: PageNo,
    page: PageRef,
    child: usize,
}

/// A place between two entries of a key tree.
#[derive(Clone, Debug)]
pub struct KeyCursor {
    root: PageNo,
    /// Interior pages from the root down, with the child taken.
    path: Vec<Step>,
    leaf: PageRef,
    /// The entry after the place.
    index: usize,
    entry: Vec<u8>,
}

impl KeyCursor {
    /// Before the first entry whose bytes are at or after `key`.
    pub fn seek(tree: &KeyTree, source: &dyn PageSource, key: &[u8]) -> Result<KeyCursor> {
        let mut cursor = KeyCursor {
            root: tree.root(),
            path: Vec::new(),
            leaf: source.page(tree.root())?,
            index: 0,
            entry: Vec::new(),
        };
        cursor.move_to(source, key)?;
        Ok(cursor)
    }

    /// Behind the last entry.
    pub fn seek_end(tree: &KeyTree, source: &dyn PageSource) -> Result<KeyCursor> {
        let mut cursor = KeyCursor::seek(tree, source, &[])?;
        cursor.path.clear();
        let root = cursor.root;
        cursor.edge(source, root, true)?;
        Ok(cursor)
    }

    /// Moves to before the first entry at or after `key`.
    pub fn move_to(&mut self, source: &dyn PageSource, key: &[u8]) -> Result<()> {
        self.path.clear();
        let mut no = self.root;
        for _ in 0..limits::TREE_DEPTH_MAX {
            let page = source.page(no)?;
            let view = KeyPage::open(&page)?;
            if !view.is_interior() {
                self.index = view.search(key)?.unwrap_or_else(|after| after);
                self.leaf = page;
                return Ok(());
            }
            let child = view.child_for(key)?;
            let at = no;
            no = view.child(child)?;
            self.path.push(Step { no: at, page, child });
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
    }

    /// The next entry, and past it; `None` at the end.
    pub fn next(&mut self, source: &dyn PageSource) -> Result<Option<(&[u8], i64)>> {
        while self.index >= KeyPage::open(&self.leaf)?.count() {
            if !self.turn(source, true)? {
                return Ok(None);
            }
        }
        let at = self.index;
        self.index += 1;
        self.read(at).map(Some)
    }

    /// The entry before, and back over it; `None` at the beginning.
    pub fn prev(&mut self, source: &dyn PageSource) -> Result<Option<(&[u8], i64)>> {
        while self.index == 0 {
            if !self.turn(source, false)? {
                return Ok(None);
            }
        }
        self.index -= 1;
        self.read(self.index).map(Some)
    }

    fn read(&mut self, index: usize) -> Result<(&[u8], i64)> {
        self.entry.clear();
        KeyPage::open(&self.leaf)?.key_into(index, &mut self.entry)?;
        split_entry(&self.entry)
    }

    /// To the neighbouring leaf; `false` when there is none.
    fn turn(&mut self, source: &dyn PageSource, forward: bool) -> Result<bool> {
        if !self.entry.is_empty() && self.is_stale(source) && self.find_place(source, forward)? {
            return Ok(true);
        }
        let mut depth = self.path.len();
        while depth > 0 {
            let step = &mut self.path[depth - 1];
            let view = KeyPage::open(&step.page)?;
            let next = if forward {
                Some(step.child + 1).filter(|next| *next <= view.count())
            } else {
                step.child.checked_sub(1)
            };
            if let Some(next) = next {
                step.child = next;
                let no = view.child(next)?;
                self.path.truncate(depth);
                self.edge(source, no, !forward)?;
                return Ok(true);
            }
            depth -= 1;
        }
        Ok(false)
    }

    /// Whether a page of the path, or the root while it was the leaf, is no longer what it was.
    fn is_stale(&self, source: &dyn PageSource) -> bool {
        let same = |no: PageNo, page: &PageRef| source.page(no).is_ok_and(|now| Arc::ptr_eq(&now, page));
        match self.path.last() {
            Some(step) => !same(step.no, &step.page),
            None => !same(self.root, &self.leaf),
        }
    }

    /// Finds the place of the entry given last again; whether there is an entry to give in its leaf.
    fn find_place(&mut self, source: &dyn PageSource, forward: bool) -> Result<bool> {
        let entry = std::mem::take(&mut self.entry);
        self.move_to(source, &entry)?;
        let view = KeyPage::open(&self.leaf)?;
        if forward && view.search(&entry)?.is_ok() {
            self.index += 1;
        }
        let more = if forward { self.index < view.count() } else { self.index > 0 };
        self.entry = entry;
        Ok(more)
    }

    /// Down to the first or the last place below page `no`.
    fn edge(&mut self, source: &dyn PageSource, mut no: PageNo, last: bool) -> Result<()> {
        while self.path.len() < limits::TREE_DEPTH_MAX {
            let page = source.page(no)?;
            let view = KeyPage::open(&page)?;
            let place = if last { view.count() } else { 0 };
            if !view.is_interior() {
                self.index = place;
                self.leaf = page;
                return Ok(());
            }
            let at = no;
            no = view.child(place)?;
            self.path.push(Step { no: at, page, child: place });
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
    }
}

/// One storey of a tree under construction.
struct Storey {
    first_child: PageNo,
    entries: Vec<KeyEntry>,
    /// Bytes the entries take without a common prefix.
    bytes: usize,
    /// Pages of this storey written so far.
    pages: u32,
}

impl KeyTree {
    /// Fills an empty tree from entries in order, leaves full, bottom up.
    pub fn build<K: AsRef<[u8]>>(
        &self,
        sink: &mut dyn PageSink,
        sorted: impl IntoIterator<Item = Result<(K, i64)>>,
    ) -> Result<u64> {
        let mut storeys = vec![Storey { first_child: PageNo::NONE, entries: Vec::new(), bytes: 0, pages: 0 }];
        let most = key_page::key_bytes_max(sink.page_size());
        let mut count = 0;
        for item in sorted {
            let (key, rowid) = item?;
            let entry = entry_bytes(key.as_ref(), rowid);
            if entry.len() > most {
                // Too long entries get the same error as single inserts.
                return self.insert(sink, key.as_ref(), rowid).map(|_| count);
            }
            add(sink, self.root(), &mut storeys, 0, KeyEntry { key: entry, child: PageNo::NONE })?;
            count += 1;
        }
        self.finish(sink, storeys)?;
        Ok(count)
    }

    /// Writes what is pending on every storey; the highest becomes the root.
    fn finish(&self, sink: &mut dyn PageSink, mut storeys: Vec<Storey>) -> Result<()> {
        let mut level = 0;
        loop {
            let storey = &mut storeys[level];
            let (entries, first) = (std::mem::take(&mut storey.entries), storey.first_child);
            let rightmost = level == 0;
            let height = u8::try_from(level).map_err(|_| Error::internal("a tree of 256 storeys"))?;
            if storey.pages == 0 {
                let bytes = sink.page_mut(self.root())?;
                key_page::set_owner(bytes, self.root(), rightmost);
                key_page::build(bytes, height, first, &entries);
                return Ok(());
            }
            let no = sink.allocate()?;
            let bytes = sink.page_mut(no)?;
            key_page::set_owner(bytes, self.root(), rightmost);
            key_page::build(bytes, height, first, &entries);
            let above = storeys.get_mut(level + 1).and_then(|above| above.entries.last_mut());
            // The storey above already has the separator of this last page, waiting for its number.
            match above {
                Some(waiting) if waiting.child == PageNo::NONE => waiting.child = no,
                _ => storeys[level + 1].first_child = no,
            }
            level += 1;
        }
    }
}

/// Adds an entry to a storey, writing its page and adding to the storey above when the page is full.
fn add(
    sink: &mut dyn PageSink,
    root: PageNo,
    storeys: &mut Vec<Storey>,
    level: usize,
    entry: KeyEntry,
) -> Result<()> {
    let interior = level > 0;
    let cost = entry.key.len() + key_page::SLOT_BYTES + if interior { 4 } else { 0 };
    let storey = &mut storeys[level];
    // The page as it would be built with the entry: what first and last share is kept once.
    let shared = match storey.entries.first() {
        Some(first) => first.key.iter().zip(&entry.key).take_while(|(a, b)| a == b).count(),
        None => 0,
    };
    let saved = shared * storey.entries.len();
    let full = key_page::KEY_HEADER_BYTES + storey.bytes + cost - saved > sink.page_size()
        && !storey.entries.is_empty();
    if !full {
        storey.entries.push(entry);
        storey.bytes += cost;
        return Ok(());
    }
    let mut entries = std::mem::take(&mut storey.entries);
    let first = storey.first_child;
    let (between, next_first, carried) = if interior {
        // The last separator moves up; its child, not yet known, is the first of the next page.
        let last = entries.pop().ok_or_else(|| Error::internal("a full page has entries"))?;
        (last.key, last.child, entry)
    } else {
        let last = entries.last().ok_or_else(|| Error::internal("a full page has entries"))?;
        (separator(&last.key, &entry.key), PageNo::NONE, entry)
    };
    storey.pages += 1;
    storey.bytes = cost;
    storey.first_child = next_first;
    storey.entries = vec![carried];
    let no = sink.allocate()?;
    let height = u8::try_from(level).map_err(|_| Error::internal("a tree of 256 storeys"))?;
    let bytes = sink.page_mut(no)?;
    key_page::set_owner(bytes, root, false);
    key_page::build(bytes, height, first, &entries);
    if storeys.len() == level + 1 {
        storeys.push(Storey { first_child: no, entries: Vec::new(), bytes: 0, pages: 0 });
    } else {
        let above = &mut storeys[level + 1];
        match above.entries.last_mut() {
            Some(waiting) if waiting.child == PageNo::NONE => waiting.child = no,
            _ => above.first_child = no,
        }
    }
    add(sink, root, storeys, level + 1, KeyEntry { key: between, child: PageNo::NONE })
}
