//! A batch of rows: typed columns of equal length.
//!
//! Invariants:
//! V1  Every vector of a batch has `Batch::rows` entries.
//! V2  A NULL entry still has a value slot (zero, or empty bytes).
//! V3  A batch carries at most [`crate::base::limits::BATCH_ROWS_MAX`] rows.

mod vector;

pub use vector::{Bitmap, ByteColumn, Values, Vector};

/// Columns of equal length.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The columns.
    pub columns: Vec<Vector>,
    /// How many rows each has; a batch may have rows and no columns.
    pub rows: usize,
}
