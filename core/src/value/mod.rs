//! PostgreSQL's types and values: what they are, how they read, print, compare, hash and cast.
//!
//! A value does not carry its type: plans know types statically, so [`Datum`] has one variant per
//! *physical* kind and the [`SqlType`] beside it says what the bits mean.

pub mod arithmetic;
pub mod array;
pub(crate) mod bytea;
mod cast;
mod coerce;
pub mod compare;
mod datum;
pub mod enumeration;
pub mod json;
pub mod number;
pub mod numeric;
mod operator;
mod sql_type;
pub mod temporal;
pub mod text;
mod uuid;

#[cfg(test)]
mod tests;

pub use array::Array;
pub use cast::{apply_modifier, cannot_cast, cast};
pub use coerce::{
    CastLevel, assignment_cast, cast_level, common_type, common_type_for, explicit_cast, implicit_cast,
    is_relabel,
};
pub use compare::{compare, equal, hash};
pub use datum::{Datum, Interval};
pub use enumeration::label;
pub use numeric::Numeric;
pub use operator::{ArithmeticOp, CompareOp};
pub use sql_type::{Element, SqlType, TypeCategory, TypeName, USER_OID_MIN};
