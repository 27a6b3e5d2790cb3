//! Rows and keys as bytes: what a table cell holds, and index keys whose byte order is SQL order.
//!
//! Two encodings that never mix: cells are compact and typed by the table (`row`), keys compare as
//! bytes ([`key`]). Neither knows pages.

pub mod key;
mod row;

#[cfg(test)]
mod tests;

pub use row::{cell_width, decode, encode, encode_plain, encode_row, encode_values};
