//! Ids, limits and synchronisation that every layer may use.
//!
//! Knows nothing of pages, SQL or files.

pub mod casing;
pub mod cell;
pub mod event;
pub mod hash;
pub mod ids;
pub mod limits;
pub mod order;
pub mod sync;
pub mod words;
pub mod zone;

pub use cell::{Cell, CellWidth, ColumnLayout, OwnedCell};
pub use ids::{ColumnId, CommitSeq, Lsn, ObjectId, PageNo, RowId};
