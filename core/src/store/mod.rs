//! Catalog objects as trees: rows, index entries, constraints.

mod scan;

#[cfg(test)]
mod scan_tests;

pub use scan::{TableScan, fetch};
