//! Add, subtract, multiply, divide with PostgreSQL's result scale.
//!
//! | operation | scale of the result |
//! |---|---|
//! | `+ - %` | the larger of both |
//! | `*` | the sum, at most [`SCALE_MAX`] |
//! | `/` | enough for 16 significant digits, at least that of both, at most 1000 |

use num_bigint::BigInt;

use crate::error::{Error, Result, SqlState};

use super::decimal::{big_power, divide_rounded, divide_rounded_small, small_power};
use super::{Numeric, Repr, SCALE_MAX};

/// Significant digits a quotient (root, logarithm, power) has at least.
pub(super) const SIGNIFICANT_DIGITS: i32 = 16;
/// Most digits after the point that division and the functions make up.
pub(super) const MADE_SCALE_MAX: i32 = 1000;

/// 22012.
pub fn division_by_zero() -> Error {
    Error::new(SqlState::DIVISION_BY_ZERO, "division by zero")
}

/// Both coefficients at the larger scale, when that fits.
fn aligned(a: &Numeric, b: &Numeric) -> Option<(i128, i128, u16)> {
    let ((a, sa), (b, sb)) = (a.as_parts()?, b.as_parts()?);
    Some(match sa.cmp(&sb) {
        core::cmp::Ordering::Equal => (a, b, sa),
        core::cmp::Ordering::Less => (a.checked_mul(small_power(u32::from(sb - sa))?)?, b, sb),
        core::cmp::Ordering::Greater => (a, b.checked_mul(small_power(u32::from(sa - sb))?)?, sa),
    })
}

fn aligned_big(a: &Numeric, b: &Numeric) -> Option<(BigInt, BigInt, u32)> {
    let ((a, sa), (b, sb)) = (a.big_parts()?, b.big_parts()?);
    let scale = sa.max(sb);
    Some((a * big_power(scale - sa), b * big_power(scale - sb), scale))
}

impl Numeric {
    /// `self + other`
    pub fn add(&self, other: &Numeric) -> Result<Numeric> {
        if let Some((a, b, scale)) = aligned(self, other)
            && let Some(sum) = a.checked_add(b)
        {
            return Numeric::from_parts(sum, scale);
        }
        match aligned_big(self, other) {
            Some((a, b, scale)) => Numeric::from_big(a + b, scale),
            None => Ok(match (&self.0, &other.0) {
                (Repr::NaN, _)
                | (_, Repr::NaN)
                | (Repr::Infinity, Repr::NegativeInfinity)
                | (Repr::NegativeInfinity, Repr::Infinity) => Numeric::NAN,
                (Repr::Infinity | Repr::NegativeInfinity, _) => self.clone(),
                _ => other.clone(),
            }),
        }
    }

    /// `self - other`
    pub fn subtract(&self, other: &Numeric) -> Result<Numeric> {
        if let Some((a, b, scale)) = aligned(self, other)
            && let Some(difference) = a.checked_sub(b)
        {
            return Numeric::from_parts(difference, scale);
        }
        self.add(&other.negate())
    }

    /// `-self`
    #[must_use]
    pub fn negate(&self) -> Numeric {
        match &self.0 {
            // I1 keeps i128::MIN out.
            Repr::Small { coefficient, scale } => Numeric::small(-coefficient, *scale),
            Repr::Big(big) => {
                Numeric::from_big(-&big.coefficient, u32::from(big.scale)).unwrap_or_else(|_| self.clone())
            }
            Repr::NegativeInfinity => Numeric::INFINITY,
            Repr::Infinity => Numeric::NEGATIVE_INFINITY,
            Repr::NaN => Numeric::NAN,
        }
    }

    /// `|self|`
    #[must_use]
    pub fn abs(&self) -> Numeric {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// -1, 0, 1 or NaN.
    #[must_use]
    pub fn sign(&self) -> Numeric {
        if self.is_nan() {
            Numeric::NAN
        } else if self.is_zero() {
            Numeric::ZERO
        } else if self.is_negative() {
            Numeric::small(-1, 0)
        } else {
            Numeric::ONE
        }
    }

    /// `self * other`
    pub fn multiply(&self, other: &Numeric) -> Result<Numeric> {
        if let (Some((a, sa)), Some((b, sb))) = (self.as_parts(), other.as_parts())
            && sa + sb <= SCALE_MAX
            && let Some(product) = a.checked_mul(b)
        {
            return Numeric::from_parts(product, sa + sb);
        }
        match (self.big_parts(), other.big_parts()) {
            (Some((a, sa)), Some((b, sb))) => {
                let (product, scale) = (a * b, sa + sb);
                let cut = scale.saturating_sub(u32::from(SCALE_MAX));
                if cut == 0 {
                    Numeric::from_big(product, scale)
                } else {
                    Numeric::from_big(divide_rounded(&product, &big_power(cut)), u32::from(SCALE_MAX))
                }
            }
            _ => Ok(if self.is_nan() || other.is_nan() || self.is_zero() || other.is_zero() {
                Numeric::NAN
            } else if self.is_negative() == other.is_negative() {
                Numeric::INFINITY
            } else {
                Numeric::NEGATIVE_INFINITY
            }),
        }
    }

    /// The base-10000 weight of the first digit and that digit, as PostgreSQL's rule for the scale of
    /// quotients wants them.
    fn weight_and_first_digit(&self) -> (i32, u32) {
        let Some(exponent) = self.exponent() else { return (0, 0) };
        let weight = exponent.div_euclid(4);
        let wanted = u32::try_from(exponent.rem_euclid(4) + 1).unwrap_or(1);
        // The top `wanted` digits of the coefficient, filled with zeros where it has fewer.
        let shift = exponent + i32::from(self.scale().unwrap_or(0)) + 1 - i32::try_from(wanted).unwrap_or(1);
        let top = match (self.as_parts(), u32::try_from(shift)) {
            (Some((c, _)), Ok(shift)) => {
                small_power(shift).map_or(0, |p| c.unsigned_abs() / p.unsigned_abs())
            }
            (Some((c, _)), Err(_)) => c.unsigned_abs() * 10u128.pow(shift.unsigned_abs()),
            (None, Ok(shift)) => self
                .big_parts()
                .and_then(|(c, _)| u128::try_from(c.magnitude() / big_power(shift).magnitude()).ok())
                .unwrap_or(0),
            (None, Err(_)) => 0,
        };
        (weight, u32::try_from(top).unwrap_or(0))
    }

    /// PostgreSQL's select_div_scale.
    fn quotient_scale(&self, divisor: &Numeric) -> i32 {
        let (weight_a, first_a) = self.weight_and_first_digit();
        let (weight_b, first_b) = divisor.weight_and_first_digit();
        let weight = weight_a - weight_b - i32::from(first_a <= first_b);
        (SIGNIFICANT_DIGITS - weight * 4)
            .max(i32::from(self.scale().unwrap_or(0)))
            .max(i32::from(divisor.scale().unwrap_or(0)))
            .clamp(0, MADE_SCALE_MAX)
    }

    /// `self / other`; 22012 for a zero divisor.
    pub fn divide(&self, other: &Numeric) -> Result<Numeric> {
        if let Some(special) = self.divide_special(other)? {
            return Ok(special);
        }
        self.divide_to_scale(other, self.quotient_scale(other))
    }

    /// What division gives when a side is not finite.
    fn divide_special(&self, other: &Numeric) -> Result<Option<Numeric>> {
        if self.is_nan() || other.is_nan() {
            return Ok(Some(Numeric::NAN));
        }
        if other.is_zero() {
            return Err(division_by_zero());
        }
        Ok(match (self.is_infinite(), other.is_infinite()) {
            (false, false) => None,
            (true, true) => Some(Numeric::NAN),
            (false, true) => Some(Numeric::ZERO),
            (true, false) => Some(if other.is_negative() { self.negate() } else { self.clone() }),
        })
    }

    /// `self / other`, both finite, rounded to `scale`.
    pub(super) fn divide_to_scale(&self, other: &Numeric, scale: i32) -> Result<Numeric> {
        let shown = u16::try_from(scale).map_err(|_| Error::internal("scale of a quotient"))?;
        let (Some(sa), Some(sb)) = (self.scale(), other.scale()) else {
            return Err(Error::internal("a quotient of finite numbers"));
        };
        let shift = i32::from(sb) + scale - i32::from(sa);
        let distance = shift.unsigned_abs();
        if let (Some((a, _)), Some((b, _)), Some(power)) =
            (self.as_parts(), other.as_parts(), small_power(distance))
        {
            let sides = if shift >= 0 {
                a.checked_mul(power).map(|a| (a, b))
            } else {
                b.checked_mul(power).map(|b| (a, b))
            };
            if let Some((a, b)) = sides
                && b != 0
                && let Some(quotient) = divide_rounded_small(a, b)
            {
                return Numeric::from_parts(quotient, shown);
            }
        }
        let (Some((mut a, _)), Some((mut b, _))) = (self.big_parts(), other.big_parts()) else {
            return Err(Error::internal("a quotient of finite numbers"));
        };
        if shift >= 0 {
            a *= big_power(distance);
        } else {
            b *= big_power(distance);
        }
        if b == BigInt::ZERO {
            return Err(division_by_zero());
        }
        Numeric::from_big(divide_rounded(&a, &b), u32::from(shown))
    }

    /// `trunc(self / other)`, PostgreSQL's `div`.
    pub fn divide_whole(&self, other: &Numeric) -> Result<Numeric> {
        if let Some(special) = self.divide_special(other)? {
            return Ok(special);
        }
        if let Some((a, b, _)) = aligned(self, other)
            && let Some(quotient) = a.checked_div(b)
        {
            return Numeric::from_parts(quotient, 0);
        }
        match aligned_big(self, other) {
            Some((a, b, _)) => Numeric::from_big(a / b, 0),
            None => Err(Error::internal("a quotient of finite numbers")),
        }
    }

    /// `self % other`, with the sign of `self`; 22012 for a zero divisor.
    pub fn remainder(&self, other: &Numeric) -> Result<Numeric> {
        if self.is_nan() || other.is_nan() {
            return Ok(Numeric::NAN);
        }
        if other.is_zero() {
            return Err(division_by_zero());
        }
        if self.is_infinite() {
            return Ok(Numeric::NAN);
        }
        if other.is_infinite() {
            return Ok(self.clone());
        }
        if let Some((a, b, scale)) = aligned(self, other)
            && let Some(rest) = a.checked_rem(b)
        {
            return Numeric::from_parts(rest, scale);
        }
        match aligned_big(self, other) {
            Some((a, b, scale)) => Numeric::from_big(a % b, scale),
            None => Err(Error::internal("a remainder of finite numbers")),
        }
    }
}
