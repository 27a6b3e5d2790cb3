//! The two trees: rows by rowid, and index entries by key.
//!
//! Knows nothing of tables, types or SQL: rows are cells, keys are bytes whose order is byte order.

mod overflow;
mod row_change;
mod row_cursor;
mod row_tree;
mod verify;

pub use crate::page::row_layout::RowLayout;
pub use crate::page::{PageRef, PageSink, PageSource};
pub use row_cursor::{LeafView, RowCursor};
pub use row_tree::{Inserted, LeafHint, RowAppender, RowHandle, RowTree};
pub use verify::TreeReport;

#[cfg(test)]
mod memory_pages;
#[cfg(test)]
mod row_tests;
