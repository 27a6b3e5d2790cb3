//! Exact decimals with PostgreSQL's display scale, NaN and infinities.
//!
//! A finite value is `coefficient * 10^-scale`: the coefficient carries every digit that is shown, so
//! `1.50` and `1.5` are equal but print differently. Nearly all values fit an `i128` coefficient;
//! larger ones take the slow path through big integers, with the same results.
//!
//! ```text
//! Small { coefficient: 150, scale: 2 }   1.50      |coefficient| <= i128::MAX
//! Big   { coefficient: 10^40, scale: 0 }           everything else finite
//! ```
//!
//! I1  A coefficient that fits `i128` (without `i128::MIN`) is `Small`: one value and scale, one form.
//! I2  `scale <= SCALE_MAX`, and at most [`WHOLE_DIGITS_MAX`] digits stand before the point.

pub(crate) mod arithmetic;
mod decimal;
mod stored;
mod text;
mod transcendental;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use num_bigint::BigInt;

pub use arithmetic::division_by_zero;

/// Most digits after the point (PostgreSQL's NUMERIC_DSCALE_MAX).
pub const SCALE_MAX: u16 = 16_383;
/// Most digits before the point (PostgreSQL: 32768 digits of base 10000).
pub const WHOLE_DIGITS_MAX: u32 = 131_072;

/// A `numeric` value. `==` tells representations apart (1.0 and 1.00 differ); SQL's equality is
/// [`Numeric::compare`].
#[derive(Clone, PartialEq)]
pub struct Numeric(Repr);

#[derive(Clone, PartialEq)]
enum Repr {
    Small { coefficient: i128, scale: u16 },
    Big(Arc<Big>),
    NegativeInfinity,
    Infinity,
    NaN,
}

#[derive(Clone, PartialEq)]
struct Big {
    coefficient: BigInt,
    scale: u16,
}
