//! Catalog objects as trees: the catalog itself, rows with their index entries, references, sequences.
//!
//! Evaluates no expression: `exec` hands finished rows over. Knows what a row of a table costs elsewhere:
//! one entry in every index, a probe of every parent.
//!
//! ```text
//! Roots::catalog_root --> system tree: rowid = object id, (kind, description)
//!                            Table.root --> row tree      rowid -> cells
//!                            Index.root --> key tree      encoded key, rowid
//! ```
//!
//! S1  Every row has exactly one entry in every index of its table.
//! S2  The catalog of a snapshot is what its system tree says: its version is `Roots::schema_version`.
//! S3  A number drawn from a sequence is never drawn again by a transaction that commits, crash or not.

mod build_index;
mod catalog;
mod describe_type;
mod description;
mod foreign_key;
mod index;
mod kept_writers;
mod key;
mod scan;
mod sequence;
mod table;
mod vacuum;
mod verify;

#[cfg(test)]
mod scan_tests;

pub use build_index::build_index;
pub use catalog::{
    load_catalog, read_sequence_state, salvage_catalog, save_catalog, system_tree, write_sequence_state,
};
pub use foreign_key::{ChildProbe, ParentProbe};
pub use index::IndexScan;
pub use kept_writers::KeptWriters;
pub use key::{IndexShape, contains_null, duplicated_key};
pub use scan::{ROWID, TableScan, fetch};
pub use sequence::{Sequences, successor};
pub use table::{
    TableShape, TableWriter, WriterShape, create_index, create_table, drop_index, drop_table, failing_row,
};
pub use vacuum::{TreeId, TreePlace, move_root, next_tree, relocate};
pub use verify::{used_pages, verify};
