//! Snapshots and the one write transaction over pages; the buffer pool; free pages.

mod dirty;
mod options;
mod read;
mod shared;
mod write;

#[cfg(test)]
mod tests;

pub use crate::page::Roots;
pub use dirty::Savepoint;
pub use options::{Durability, PagerOptions};
pub use read::ReadTxn;
pub use shared::{CheckpointReport, Pager};
pub use write::WriteTxn;
