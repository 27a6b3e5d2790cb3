//! Ids, limits and synchronisation that every layer may use.
//!
//! Knows nothing of pages, SQL or files.

pub mod hash;
pub mod ids;
pub mod limits;
pub mod sync;

pub use ids::{ColumnId, CommitSeq, Lsn, ObjectId, PageNo, RowId};
