//! json and jsonb: a bounded parser, canonical text, the stored form, order.
//!
//! A `json` value is its text, kept as it was given and looked into by [`text`]; a `jsonb` value is the
//! stored form of a [`Json`] tree in [`super::Datum::Bytes`]. Knows no SQL functions.
//!
//! J1  Keys of an object are unique and in PostgreSQL's order: by length, then by bytes.
//! J2  Nesting is at most [`DEPTH_MAX`].
//! J3  Values equal in SQL's order have equal keys ([`Json::write_key`]).

mod key;
mod parse;
pub mod path;
mod print;
mod stored;
pub mod text;

#[cfg(test)]
mod tests;

use core::cmp::Ordering;

use super::Numeric;
use crate::error::{Error, Result, SqlState};

pub use stored::{element, field, kind};

/// Deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 1000;

/// A jsonb value as a tree.
#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, with its scale.
    Number(Numeric),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object: J1.
    Object(Vec<(String, Json)>),
}

/// The order of keys (J1).
pub fn compare_keys(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

fn too_deep() -> Error {
    Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
        .with_detail(format!("JSON is nested deeper than {DEPTH_MAX}."))
}

impl Json {
    /// An object of pairs in any order; of equal keys the last one stays.
    pub fn object(mut pairs: Vec<(String, Json)>) -> Json {
        crate::base::order::sort_by(&mut pairs, |a, b| compare_keys(&a.0, &b.0));
        let mut kept: Vec<(String, Json)> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            match kept.last_mut() {
                Some(last) if last.0 == pair.0 => *last = pair,
                _ => kept.push(pair),
            }
        }
        Json::Object(kept)
    }

    /// 54001 when it is nested deeper than [`DEPTH_MAX`]: functions put values into values.
    pub fn check_depth(&self) -> Result<()> {
        if self.is_deeper_than(DEPTH_MAX) { Err(too_deep()) } else { Ok(()) }
    }

    fn is_deeper_than(&self, most: usize) -> bool {
        let deeper = |inner: &Json| most.checked_sub(1).is_none_or(|most| inner.is_deeper_than(most));
        match self {
            Json::Array(items) => items.iter().any(deeper),
            Json::Object(pairs) => pairs.iter().any(|(_, value)| deeper(value)),
            _ => false,
        }
    }

    /// What `jsonb_typeof` calls it.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        }
    }

    /// Whether it is neither array nor object.
    pub const fn is_scalar(&self) -> bool {
        !matches!(self, Json::Array(_) | Json::Object(_))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(pairs) => {
                let at = pairs.binary_search_by(|(other, _)| compare_keys(other, key)).ok()?;
                pairs.get(at).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Json::Null => 1,
            Json::String(_) => 2,
            Json::Number(_) => 3,
            Json::Bool(_) => 4,
            Json::Array(_) => 5,
            Json::Object(_) => 6,
        }
    }

    /// PostgreSQL's btree order of jsonb: objects above arrays, booleans, numbers, strings, null; longer
    /// containers above shorter ones. An empty array at the top is below everything.
    pub fn compare(&self, other: &Json) -> Ordering {
        match (self, other) {
            (Json::Array(a), b) if a.is_empty() && b.is_scalar() => Ordering::Less,
            (a, Json::Array(b)) if b.is_empty() && a.is_scalar() => Ordering::Greater,
            _ => self.compare_inner(other),
        }
    }

    fn compare_inner(&self, other: &Json) -> Ordering {
        match (self, other) {
            (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
            (Json::Number(a), Json::Number(b)) => a.compare(b),
            (Json::String(a), Json::String(b)) => a.cmp(b),
            (Json::Array(a), Json::Array(b)) => a
                .len()
                .cmp(&b.len())
                .then_with(|| first_difference(a.iter().zip(b).map(|(a, b)| a.compare_inner(b)))),
            (Json::Object(a), Json::Object(b)) => a.len().cmp(&b.len()).then_with(|| {
                first_difference(a.iter().zip(b).map(|((key, a), (other, b))| {
                    key.as_bytes().cmp(other.as_bytes()).then_with(|| a.compare_inner(b))
                }))
            }),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// `@>`: whether everything of `other` is in here.
    pub fn contains(&self, other: &Json) -> bool {
        match (self, other) {
            // A scalar at the top may be an element of an array.
            (Json::Array(items), other) if other.is_scalar() => items.contains_value(other),
            _ => self.contains_inner(other),
        }
    }

    fn contains_inner(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Object(_), Json::Object(pairs)) => {
                pairs.iter().all(|(key, value)| self.get(key).is_some_and(|own| own.contains_inner(value)))
            }
            (Json::Array(own), Json::Array(wanted)) => wanted.iter().all(|wanted| {
                if wanted.is_scalar() {
                    own.contains_value(wanted)
                } else {
                    own.iter().any(|own| own.contains_inner(wanted))
                }
            }),
            (own, other) => own.is_scalar() && other.is_scalar() && own.compare_inner(other).is_eq(),
        }
    }
}

trait ContainsValue {
    fn contains_value(&self, wanted: &Json) -> bool;
}

impl ContainsValue for Vec<Json> {
    fn contains_value(&self, wanted: &Json) -> bool {
        self.iter().any(|own| own.is_scalar() && own.compare_inner(wanted).is_eq())
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
