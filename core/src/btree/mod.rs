//! The two trees: rows by rowid, and index entries by key.
//!
//! Knows nothing of tables, types or SQL: rows are cells, keys are bytes whose order is byte order.

mod key_cursor;
mod key_tree;
mod overflow;
mod relocate;
mod row_change;
mod row_cursor;
mod row_tree;
mod verify;

pub use crate::page::row_layout::RowLayout;
pub use crate::page::{PageMover, PageRef, PageSink, PageSource};
pub use key_cursor::KeyCursor;
pub use key_tree::{KeyHint, KeyTree, entry_bytes, split_entry};
pub use row_cursor::{LeafView, RowCursor};
pub use row_tree::{Inserted, LeafHint, RowAppender, RowHandle, RowTree};
pub use verify::TreeReport;

#[cfg(test)]
mod key_tests;
#[cfg(test)]
pub(crate) mod memory_pages;
#[cfg(test)]
mod row_damage_tests;
#[cfg(test)]
mod row_tests;
