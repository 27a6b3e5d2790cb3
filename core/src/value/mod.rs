//! PostgreSQL's types and values: what they are, how they read, print, compare, hash and cast.
//!
//! A value does not carry its type: plans know types statically, so [`Datum`] has one variant per
//! *physical* kind and the [`SqlType`] beside it says what the bits mean.

mod datum;
pub mod numeric;
mod sql_type;

pub use datum::{Datum, Interval};
pub use sql_type::{SqlType, TypeName};
