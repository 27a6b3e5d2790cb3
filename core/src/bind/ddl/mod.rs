//! Definitions: tables, constraints, indexes.

mod alter_table;
mod constraint;
mod create_index;
mod create_table;
