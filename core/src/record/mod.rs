//! Rows and keys as bytes: what a table cell holds, and index keys whose byte order is SQL order.
