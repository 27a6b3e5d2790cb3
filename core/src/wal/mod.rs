//! The write-ahead log: frames, recovery, the version index, checkpoints.
//!
//! A commit is a run of page frames closed by a commit frame, written with one call and made durable with
//! one sync. The log is never reset: a checkpoint moves its tail, and segments before the tail are used
//! again only after both meta slots that say so are durable.
//!
//! ```text
//! segment 4            segment 1            segment 6
//! [P P C|P C| LINK->1] [P P P P P | LINK->6] [P C|P P C|      ]
//!        ^ tail (in the meta slots)                    ^ head (in the writer)
//! free: 0, 2, 3, 5
//! ```
//!
//! This module has the pure parts (frames, building, reading back, the index); who writes when is the
//! pager's.

pub mod frame;
pub mod index;
pub mod layout;
pub mod log;
pub mod prepare;
pub mod scan;

#[cfg(test)]
mod tests;
