//! Arrays: elements in row-major order under any number of dimensions, each with a lower bound.
//!
//! An array knows the type of its elements, so that functions over "any array" need nothing else.
//!
//! ```text
//! stored   element oid | dimensions | (length, lower bound) .. | element ..      all varints
//! element  00 NULL | 01 false | 02 true | 03 zigzag | 04 8 bytes | 05 16 bytes | 06 16 bytes
//!          07 length text | 08 length bytes | 09 length numeric
//! ```
//!
//! A1  An array without elements has no dimensions.
//! A2  The number of elements is the product of the lengths, at most [`ELEMENTS_MAX`].

mod assign;
mod stored;
mod text;

use core::cmp::Ordering;

use crate::error::{Error, Result, SqlState};

use super::{Datum, SqlType, compare};

pub(crate) use assign::Bounds;
pub(crate) use stored::{put_varint, take, take_counted, take_varint};
pub use text::{parse_array, parse_array_with};

/// Most elements of an array, as PostgreSQL (2^27 - 1), less what a browser tab could hold anyway.
pub const ELEMENTS_MAX: usize = 1 << 24;
/// Most dimensions, as PostgreSQL.
pub const DIMENSIONS_MAX: usize = 6;

/// One dimension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dimension {
    /// How many subscripts it has.
    pub length: usize,
    /// The first subscript.
    pub lower: i32,
}

impl Dimension {
    /// The last subscript.
    pub fn upper(&self) -> i64 {
        i64::from(self.lower) + i64::try_from(self.length).unwrap_or(i64::MAX) - 1
    }
}

/// An array.
#[derive(Clone, PartialEq, Debug)]
pub struct Array {
    /// The type of the elements.
    pub element: SqlType,
    /// Outermost first.
    pub dimensions: Vec<Dimension>,
    /// Row-major.
    pub items: Vec<Datum>,
}

/// 54000 for an array that is too large.
pub fn too_large() -> Error {
    Error::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("array size exceeds the maximum allowed ({ELEMENTS_MAX})"),
    )
}

/// 2202E
pub(crate) fn subscript_error(message: &str) -> Error {
    Error::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message)
}

impl Array {
    /// One dimension, from 1.
    pub fn of(element: SqlType, items: Vec<Datum>) -> Array {
        let dimensions = match items.len() {
            0 => Vec::new(),
            length => vec![Dimension { length, lower: 1 }],
        };
        Array { element, dimensions, items }
    }

    /// Arrays of equal shape as the elements of one more dimension (`ARRAY[a, b]` over arrays).
    pub fn nest(element: SqlType, parts: &[&Array]) -> Result<Array> {
        let first = match parts.first() {
            Some(first) => *first,
            None => return Ok(Array::of(element, Vec::new())),
        };
        if parts.iter().all(|part| part.items.is_empty()) {
            return Ok(Array::of(element, Vec::new()));
        }
        if first.dimensions.len() >= DIMENSIONS_MAX {
            return Err(too_many_dimensions(first.dimensions.len() + 1));
        }
        let mut items = Vec::new();
        for part in parts {
            if part.dimensions != first.dimensions {
                return Err(subscript_error(
                    "multidimensional arrays must have array expressions with matching dimensions",
                ));
            }
            items.extend_from_slice(&part.items);
        }
        let mut dimensions = vec![Dimension { length: parts.len(), lower: 1 }];
        dimensions.extend_from_slice(&first.dimensions);
        Ok(Array { element, dimensions, items })
    }

    /// As a value.
    pub fn datum(self) -> Result<Datum> {
        if self.items.len() > ELEMENTS_MAX {
            return Err(too_large());
        }
        Ok(Datum::Array(std::sync::Arc::new(self)))
    }

    /// The element at as many subscripts as there are dimensions; NULL outside and for any other number.
    pub fn at(&self, subscripts: &[i64]) -> Datum {
        if subscripts.len() != self.dimensions.len() || subscripts.is_empty() {
            return Datum::Null;
        }
        let mut place = 0usize;
        for (dimension, subscript) in self.dimensions.iter().zip(subscripts) {
            let Ok(offset) = usize::try_from(subscript - i64::from(dimension.lower)) else {
                return Datum::Null;
            };
            if offset >= dimension.length {
                return Datum::Null;
            }
            place = place * dimension.length + offset;
        }
        self.items.get(place).cloned().unwrap_or(Datum::Null)
    }

    /// The part between the bounds, its subscripts counted from 1; a missing bound is the array's own.
    pub fn slice(&self, bounds: &[(Option<i64>, Option<i64>)]) -> Array {
        let empty = || Array::of(self.element, Vec::new());
        if bounds.len() > self.dimensions.len() || self.dimensions.is_empty() {
            return empty();
        }
        let mut ranges = Vec::with_capacity(self.dimensions.len());
        for (at, dimension) in self.dimensions.iter().enumerate() {
            let (low, high) = bounds.get(at).copied().unwrap_or((None, None));
            let low = low.unwrap_or(i64::MIN).max(i64::from(dimension.lower));
            let high = high.unwrap_or(i64::MAX).min(dimension.upper());
            if low > high {
                return empty();
            }
            let skip = usize::try_from(low - i64::from(dimension.lower)).unwrap_or(0);
            let length = usize::try_from(high - low + 1).unwrap_or(0);
            ranges.push((skip, length));
        }
        let mut places = vec![0usize];
        for (dimension, (skip, length)) in self.dimensions.iter().zip(&ranges) {
            places = places
                .iter()
                .flat_map(|place| (*skip..skip + length).map(move |at| place * dimension.length + at))
                .collect();
        }
        Array {
            element: self.element,
            dimensions: ranges.iter().map(|(_, length)| Dimension { length: *length, lower: 1 }).collect(),
            items: places.iter().filter_map(|place| self.items.get(*place).cloned()).collect(),
        }
    }

    /// PostgreSQL's order of arrays: element by element, then count, dimensions, and their bounds.
    pub fn compare(&self, other: &Array) -> Ordering {
        for (a, b) in self.items.iter().zip(&other.items) {
            let order = match (a.is_null(), b.is_null()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare(a, b, self.element),
            };
            if order.is_ne() {
                return order;
            }
        }
        let shape = |array: &Array| -> Vec<(usize, i32)> {
            array.dimensions.iter().map(|dimension| (dimension.length, dimension.lower)).collect()
        };
        self.items
            .len()
            .cmp(&other.items.len())
            .then_with(|| self.dimensions.len().cmp(&other.dimensions.len()))
            .then_with(|| shape(self).cmp(&shape(other)))
    }
}

/// 54000
pub(crate) fn too_many_dimensions(count: usize) -> Error {
    Error::new(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("number of array dimensions ({count}) exceeds the maximum allowed ({DIMENSIONS_MAX})"),
    )
}
