//! Walks of an index between two bounds.
//!
//! Bounds are encoded keys, or beginnings of them: from `lower` on, up to but without `upper`. All entries
//! that begin with a prefix are those from the prefix to [`crate::record::key::prefix_end`] of it.

use crate::btree::{KeyCursor, KeyTree};
use crate::error::Result;
use crate::page::PageSource;

/// A walk in progress. It holds no borrow of the pages, and goes on after changes of the index.
#[derive(Clone, Debug)]
pub struct IndexScan {
    tree: KeyTree,
    lower: Vec<u8>,
    upper: Option<Vec<u8>>,
    descending: bool,
    cursor: Option<KeyCursor>,
    done: bool,
}

impl IndexScan {
    /// All entries from `lower` up to (without) `upper`, smallest first unless `descending`.
    pub fn new(tree: KeyTree, lower: Vec<u8>, upper: Option<Vec<u8>>, descending: bool) -> IndexScan {
        IndexScan { tree, lower, upper, descending, cursor: None, done: false }
    }

    /// The next entry: its key and its row.
    pub fn next(&mut self, source: &dyn PageSource) -> Result<Option<(&[u8], i64)>> {
        if self.done {
            return Ok(None);
        }
        let cursor = match &mut self.cursor {
            Some(cursor) => cursor,
            none => none.insert(match (&self.upper, self.descending) {
                (_, false) => KeyCursor::seek(&self.tree, source, &self.lower)?,
                (Some(upper), true) => KeyCursor::seek(&self.tree, source, upper)?,
                (None, true) => KeyCursor::seek_end(&self.tree, source)?,
            }),
        };
        let entry = if self.descending { cursor.prev(source)? } else { cursor.next(source)? };
        let inside = entry.is_some_and(|(key, _)| {
            if self.descending {
                key >= self.lower.as_slice()
            } else {
                self.upper.as_deref().is_none_or(|upper| key < upper)
            }
        });
        self.done = !inside;
        Ok(entry.filter(|_| inside))
    }

    /// Appends up to `count_max` rows; answers whether there may be more.
    pub fn next_rowids(
        &mut self,
        source: &dyn PageSource,
        count_max: usize,
        out: &mut Vec<i64>,
    ) -> Result<bool> {
        for _ in 0..count_max {
            match self.next(source)? {
                Some((_, rowid)) => out.push(rowid),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}
