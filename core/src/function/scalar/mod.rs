//! The scalar functions, group by group.

pub(crate) mod array;
mod bits;
mod bytes;
mod conditional;
mod datetime;
mod degrees;
mod domain;
mod enumeration;
mod float;
mod format;
mod hash;
pub(crate) mod json;
pub(crate) mod jsonb;
pub(crate) mod jsonpath;
mod math;
mod number_format;
pub(crate) mod regexp;
pub(crate) mod string;
mod system;

use crate::error::{Error, SqlState};

use super::registry::Entry;

/// All of them; a [`super::FunctionId`] is a place in here.
pub(super) static GROUPS: &[&[Entry]] = &[
    string::FUNCTIONS,
    bytes::FUNCTIONS,
    math::FUNCTIONS,
    float::FUNCTIONS,
    bits::FUNCTIONS,
    datetime::FUNCTIONS,
    datetime::OPERATORS,
    conditional::FUNCTIONS,
    system::FUNCTIONS,
    array::FUNCTIONS,
    json::FUNCTIONS,
    jsonb::FUNCTIONS,
    regexp::FUNCTIONS,
    number_format::FUNCTIONS,
    enumeration::FUNCTIONS,
    domain::FUNCTIONS,
    hash::FUNCTIONS,
    jsonpath::FUNCTIONS,
];

/// Largest text a function makes from small ones, in bytes: a quarter of PostgreSQL's, so that a
/// browser tab survives `repeat`.
const RESULT_BYTES_MAX: usize = 256 << 20;

fn too_large() -> Error {
    Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "requested length too large")
}
