//! Catalog objects as trees: rows, index entries, constraints.
