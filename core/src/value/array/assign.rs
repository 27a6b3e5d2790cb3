//! Assignment to elements and slices of an array.
//!
//! An array of one dimension grows to the element or slice, with NULLs between; one of more dimensions keeps
//! its bounds; one without elements takes the bounds of the assignment.

use crate::error::{Error, Result, SqlState};
use crate::value::{Array, Datum};

use super::{DIMENSIONS_MAX, Dimension, ELEMENTS_MAX, subscript_error, too_large};

/// A slice's bounds in one dimension; what is left out is the array's own.
pub(crate) type Bounds = (Option<i64>, Option<i64>);

impl Array {
    /// The array with an element replaced.
    pub(crate) fn with_element(&self, subscripts: &[i64], value: Datum) -> Result<Array> {
        let bounds: Vec<Bounds> = subscripts.iter().map(|at| (Some(*at), Some(*at))).collect();
        if !self.dimensions.is_empty() && self.dimensions.len() != bounds.len() {
            return Err(subscript_error("wrong number of array subscripts"));
        }
        self.assign(&bounds, &[value])
    }

    /// The array with a slice replaced by the elements of another, in row-major order.
    pub(crate) fn with_slice(&self, bounds: &[Bounds], source: &Array) -> Result<Array> {
        self.assign(bounds, &source.items)
    }

    fn assign(&self, bounds: &[Bounds], values: &[Datum]) -> Result<Array> {
        if bounds.len() > DIMENSIONS_MAX {
            return Err(super::too_many_dimensions(bounds.len()));
        }
        let grown = self.grown(bounds)?;
        let (mut array, ranges) = (grown.0, grown.1);
        let mut count = 1_usize;
        for (low, high) in &ranges {
            count = count.saturating_mul(usize::try_from(high - low + 1).unwrap_or(0));
        }
        if values.len() < count {
            return Err(subscript_error("source array too small"));
        }
        // The places of the slice, counted like the digits of a number.
        let mut digits: Vec<i64> = ranges.iter().map(|(low, _)| *low).collect();
        for value in values.iter().take(count) {
            let mut place = 0_usize;
            for (digit, dimension) in digits.iter().zip(&array.dimensions) {
                let offset = usize::try_from(digit - i64::from(dimension.lower)).unwrap_or(0);
                place = place * dimension.length + offset;
            }
            if let Some(item) = array.items.get_mut(place) {
                *item = value.clone();
            }
            for (digit, (low, high)) in digits.iter_mut().zip(&ranges).rev() {
                if *digit < *high {
                    *digit += 1;
                    break;
                }
                *digit = *low;
            }
        }
        Ok(array)
    }

    // The array with room for the slice, and the slice's bounds in every dimension.
    fn grown(&self, bounds: &[Bounds]) -> Result<(Array, Vec<(i64, i64)>)> {
        let mut array = self.clone();
        if self.dimensions.is_empty() {
            let mut ranges = Vec::with_capacity(bounds.len());
            let mut count = 1_usize;
            for bound in bounds {
                let (Some(low), Some(high)) = bound else {
                    return Err(subscript_error("array slice subscript must provide both boundaries")
                        .with_detail("When assigning to a slice of an empty array value, slice boundaries must be fully specified."));
                };
                check_order(*low, *high)?;
                let length = usize::try_from(high - low + 1).map_err(|_| too_large())?;
                count =
                    count.checked_mul(length).filter(|count| *count <= ELEMENTS_MAX).ok_or_else(too_large)?;
                array.dimensions.push(Dimension { length, lower: lower(*low, *high)? });
                ranges.push((*low, *high));
            }
            array.items = vec![Datum::Null; count];
            return Ok((array, ranges));
        }
        if bounds.len() > self.dimensions.len() {
            return Err(subscript_error("wrong number of array subscripts"));
        }
        let mut ranges = Vec::with_capacity(self.dimensions.len());
        for (at, dimension) in self.dimensions.iter().enumerate() {
            let (low, high) = bounds.get(at).copied().unwrap_or((None, None));
            let own = (i64::from(dimension.lower), dimension.upper());
            let (low, high) = (low.unwrap_or(own.0), high.unwrap_or(own.1));
            check_order(low, high)?;
            if self.dimensions.len() > 1 && (low < own.0 || high > own.1) {
                return Err(subscript_error("array subscript out of range"));
            }
            ranges.push((low, high));
        }
        if let ([dimension], [(low, high)]) = (array.dimensions.as_mut_slice(), ranges.as_slice()) {
            let own = (i64::from(dimension.lower), dimension.upper());
            let (first, last) = (own.0.min(*low), own.1.max(*high));
            let length = usize::try_from(last - first + 1).ok().filter(|length| *length <= ELEMENTS_MAX);
            let before = usize::try_from(own.0 - first).unwrap_or(0);
            *dimension = Dimension { length: length.ok_or_else(too_large)?, lower: lower(first, last)? };
            array.items.splice(0..0, core::iter::repeat_n(Datum::Null, before));
            array.items.resize(dimension.length, Datum::Null);
        }
        Ok((array, ranges))
    }
}

fn check_order(low: i64, high: i64) -> Result<()> {
    if low <= high {
        return Ok(());
    }
    Err(subscript_error("upper bound cannot be less than lower bound"))
}

fn lower(low: i64, high: i64) -> Result<i32> {
    let out_of_range =
        || Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, format!("array lower bound is too large: {low}"));
    if high >= i64::from(i32::MAX) {
        return Err(out_of_range());
    }
    i32::try_from(low).map_err(|_| out_of_range())
}
