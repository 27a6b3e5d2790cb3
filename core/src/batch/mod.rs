//! A batch of rows: typed columns of equal length.
//!
//! ```text
//!            column 0 (Int)   column 1 (Bytes)
//! row 0      7                "seven"
//! row 1      0, null          ""
//! ```
//!
//! A batch has no selection: whoever filters gathers the rows that stay ([`Batch::gather`]); evaluation
//! under a condition is `eval`'s affair and works on row numbers.
//!
//! V1  Every vector of a batch has `Batch::rows` entries.
//! V2  A NULL entry still has a value slot (zero, or empty bytes).
//! V3  A batch carries at most [`crate::base::limits::BATCH_ROWS_MAX`] rows, unless it gathers a whole
//!     result.

mod bitmap;
mod convert;
mod rows;
mod strings;
mod vector;

#[cfg(test)]
mod tests;

pub use bitmap::Bitmap;
pub use convert::{interval_from_wide, wide_from_interval};
pub use rows::Batch;
pub use strings::ByteColumn;
pub use vector::{Kind, Values, Vector};
