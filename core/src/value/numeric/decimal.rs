//! Digits, scale, order, rounding, and conversions to and from the machine's numbers.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use num_bigint::{BigInt, BigUint, Sign};

use crate::error::{Error, Result, SqlState};
use crate::value::TypeName;

use super::{Big, Numeric, Repr, SCALE_MAX, WHOLE_DIGITS_MAX};

/// Powers of ten that an `i128` holds.
const POWERS: [i128; 39] = {
    let mut powers = [1i128; 39];
    let mut at = 1;
    while at < 39 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// `10^exponent`, where it fits.
pub(super) fn small_power(exponent: u32) -> Option<i128> {
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

/// `10^exponent`.
pub(super) fn big_power(exponent: u32) -> BigInt {
    BigInt::from(10u32).pow(exponent)
}

/// How many decimal digits a magnitude has; zero has none.
pub(super) fn digit_count(magnitude: &BigUint) -> u32 {
    if magnitude.bits() == 0 {
        return 0;
    }
    // bits * log10(2), rounded down, is the count or one less.
    let bits = magnitude.bits();
    let guess = u32::try_from((bits - 1) * 30_103 / 100_000).unwrap_or(u32::MAX - 1);
    if *magnitude >= BigUint::from(10u32).pow(guess) {
        // The estimate may fall short by one more at very large sizes.
        let mut count = guess + 1;
        while *magnitude >= BigUint::from(10u32).pow(count) {
            count += 1;
        }
        count
    } else {
        guess
    }
}

/// `dividend / divisor`, rounded half away from zero.
pub(super) fn divide_rounded(dividend: &BigInt, divisor: &BigInt) -> BigInt {
    let quotient = dividend / divisor;
    let remainder = dividend - &quotient * divisor;
    if remainder.magnitude() * 2u32 >= *divisor.magnitude() {
        let negative = (dividend.sign() == Sign::Minus) != (divisor.sign() == Sign::Minus);
        if negative { quotient - 1 } else { quotient + 1 }
    } else {
        quotient
    }
}

/// The same in `i128`; `None` where the answer does not fit.
pub(super) fn divide_rounded_small(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div(divisor)?;
    let remainder = (dividend % divisor).unsigned_abs();
    // remainder >= divisor / 2, without overflow.
    if remainder >= divisor.unsigned_abs() - remainder {
        quotient.checked_add(if (dividend < 0) == (divisor < 0) { 1 } else { -1 })
    } else {
        Some(quotient)
    }
}

pub(super) fn overflow() -> Error {
    Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format")
}

impl Numeric {
    /// Zero, of scale 0.
    pub const ZERO: Numeric = Numeric::small(0, 0);
    /// One, of scale 0.
    pub const ONE: Numeric = Numeric::small(1, 0);
    /// Not a number; greater than all others and equal to itself, so that it can be sorted.
    pub const NAN: Numeric = Numeric(Repr::NaN);
    /// Infinity.
    pub const INFINITY: Numeric = Numeric(Repr::Infinity);
    /// Minus infinity.
    pub const NEGATIVE_INFINITY: Numeric = Numeric(Repr::NegativeInfinity);

    pub(super) const fn small(coefficient: i128, scale: u16) -> Numeric {
        Numeric(Repr::Small { coefficient, scale })
    }

    /// `coefficient * 10^-scale`.
    pub fn from_parts(coefficient: i128, scale: u16) -> Result<Numeric> {
        if scale > SCALE_MAX || coefficient == i128::MIN {
            return Numeric::from_big(BigInt::from(coefficient), u32::from(scale));
        }
        Ok(Numeric::small(coefficient, scale))
    }

    /// Any finite value, in its one form (I1), within the limits (I2).
    pub(super) fn from_big(coefficient: BigInt, scale: u32) -> Result<Numeric> {
        let narrow = u16::try_from(scale).ok().filter(|scale| *scale <= SCALE_MAX).ok_or_else(overflow)?;
        if let Ok(small) = i128::try_from(&coefficient)
            && small != i128::MIN
        {
            return Ok(Numeric::small(small, narrow));
        }
        if digit_count(coefficient.magnitude()) > WHOLE_DIGITS_MAX + scale {
            return Err(overflow());
        }
        Ok(Numeric(Repr::Big(std::sync::Arc::new(Big { coefficient, scale: narrow }))))
    }

    /// Coefficient and scale, when the value is finite and the coefficient fits: the fast path of
    /// kernels.
    pub fn as_parts(&self) -> Option<(i128, u16)> {
        match self.0 {
            Repr::Small { coefficient, scale } => Some((coefficient, scale)),
            Repr::Big(_) | Repr::NegativeInfinity | Repr::Infinity | Repr::NaN => None,
        }
    }

    /// Coefficient and scale of any finite value.
    pub(super) fn big_parts(&self) -> Option<(BigInt, u32)> {
        match &self.0 {
            Repr::Small { coefficient, scale } => Some((BigInt::from(*coefficient), u32::from(*scale))),
            Repr::Big(big) => Some((big.coefficient.clone(), u32::from(big.scale))),
            Repr::NegativeInfinity | Repr::Infinity | Repr::NaN => None,
        }
    }

    /// Digits after the point; `None` for NaN and infinities.
    pub fn scale(&self) -> Option<u16> {
        match &self.0 {
            Repr::Small { scale, .. } => Some(*scale),
            Repr::Big(big) => Some(big.scale),
            Repr::NegativeInfinity | Repr::Infinity | Repr::NaN => None,
        }
    }

    /// Whether this is NaN.
    pub fn is_nan(&self) -> bool {
        matches!(self.0, Repr::NaN)
    }
    /// Whether this is infinity or minus infinity.
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinity | Repr::NegativeInfinity)
    }
    /// Whether this is zero, of any scale.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { coefficient: 0, .. })
    }
    /// Whether this is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { coefficient, .. } => *coefficient < 0,
            Repr::Big(big) => big.coefficient.sign() == Sign::Minus,
            Repr::NegativeInfinity => true,
            Repr::Infinity | Repr::NaN => false,
        }
    }

    /// Where the first significant digit stands: 0 for 1 to 9, -1 for 0.1 to 0.9; `None` for zero and
    /// what is not finite.
    pub(super) fn exponent(&self) -> Option<i32> {
        let (digits, scale) = match &self.0 {
            Repr::Small { coefficient: 0, .. } => return None,
            Repr::Small { coefficient, scale } => (coefficient.unsigned_abs().ilog10() + 1, *scale),
            Repr::Big(big) => (digit_count(big.coefficient.magnitude()), big.scale),
            Repr::NegativeInfinity | Repr::Infinity | Repr::NaN => return None,
        };
        Some(i32::try_from(digits).ok()? - 1 - i32::from(scale))
    }

    /// Sign, exponent of the first digit, and the digits without zeros at either end; `None` for zero
    /// and what is not finite. What ordered keys are made of.
    pub fn significant_digits(&self) -> Option<(bool, i32, String)> {
        let exponent = self.exponent()?;
        let mut digits = match &self.0 {
            Repr::Small { coefficient, .. } => coefficient.unsigned_abs().to_string(),
            Repr::Big(big) => big.coefficient.magnitude().to_string(),
            Repr::NegativeInfinity | Repr::Infinity | Repr::NaN => return None,
        };
        digits.truncate(digits.trim_end_matches('0').len());
        Some((self.is_negative(), exponent, digits))
    }

    /// SQL's order: scale does not matter, NaN is equal to itself and above infinity.
    pub fn compare(&self, other: &Numeric) -> Ordering {
        if let (Repr::Small { coefficient: a, scale: sa }, Repr::Small { coefficient: b, scale: sb }) =
            (&self.0, &other.0)
        {
            if sa == sb {
                return a.cmp(b);
            }
            if a.signum() != b.signum() {
                return a.cmp(b);
            }
            let widened =
                |value: i128, by: u16| small_power(u32::from(by)).and_then(|p| value.checked_mul(p));
            let sides = if sa < sb {
                widened(*a, sb - sa).map(|a| (a, *b))
            } else {
                widened(*b, sa - sb).map(|b| (*a, b))
            };
            if let Some((a, b)) = sides {
                return a.cmp(&b);
            }
        }
        let rank = |value: &Numeric| match value.0 {
            Repr::NegativeInfinity => 0,
            Repr::Small { .. } | Repr::Big(_) => 1,
            Repr::Infinity => 2,
            Repr::NaN => 3,
        };
        match (self.big_parts(), other.big_parts()) {
            (Some((a, sa)), Some((b, sb))) => {
                if a.sign() != b.sign() {
                    return a.sign().cmp(&b.sign());
                }
                // Unequal magnitudes need no common scale.
                if let (Some(ea), Some(eb)) = (self.exponent(), other.exponent())
                    && ea != eb
                {
                    return if a.sign() == Sign::Minus { eb.cmp(&ea) } else { ea.cmp(&eb) };
                }
                let scale = sa.max(sb);
                (a * big_power(scale - sa)).cmp(&(b * big_power(scale - sb)))
            }
            _ => rank(self).cmp(&rank(other)),
        }
    }

    /// Hashes so that equal values agree, whatever their scale.
    pub fn hash_value<H: Hasher>(&self, state: &mut H) {
        let plain = self.trim_scale();
        match &plain.0 {
            Repr::Small { coefficient, scale } => (coefficient, scale).hash(state),
            Repr::Big(big) => (&big.coefficient, big.scale).hash(state),
            Repr::NegativeInfinity => 1u8.hash(state),
            Repr::Infinity => 2u8.hash(state),
            Repr::NaN => 3u8.hash(state),
        }
    }

    /// Without zeros at the end of the fraction.
    #[must_use]
    pub fn trim_scale(&self) -> Numeric {
        match &self.0 {
            Repr::Small { coefficient, scale } => {
                let (mut coefficient, mut scale) = (*coefficient, *scale);
                while scale > 0 && coefficient % 10 == 0 {
                    coefficient /= 10;
                    scale -= 1;
                }
                Numeric::small(coefficient, scale)
            }
            Repr::Big(big) => {
                let digits = big.coefficient.magnitude().to_string();
                let zeros = digits.len() - digits.trim_end_matches('0').len();
                let cut = u16::try_from(zeros).unwrap_or(u16::MAX).min(big.scale);
                if cut == 0 {
                    return self.clone();
                }
                let coefficient = &big.coefficient / big_power(u32::from(cut));
                Numeric::from_big(coefficient, u32::from(big.scale - cut)).unwrap_or_else(|_| self.clone())
            }
            Repr::NegativeInfinity | Repr::Infinity | Repr::NaN => self.clone(),
        }
    }

    /// Rounded half away from zero to `digits` after the point; negative counts digits before it.
    pub fn round(&self, digits: i32) -> Result<Numeric> {
        self.to_scale(digits, true)
    }

    /// As [`Numeric::round`], cutting digits off instead.
    pub fn trunc(&self, digits: i32) -> Result<Numeric> {
        self.to_scale(digits, false)
    }

    fn to_scale(&self, digits: i32, rounding: bool) -> Result<Numeric> {
        let Some(scale) = self.scale() else { return Ok(self.clone()) };
        let digits = digits.clamp(-i32::try_from(WHOLE_DIGITS_MAX + 1).unwrap_or(i32::MAX), SCALE_MAX.into());
        let shown = u16::try_from(digits).unwrap_or(0);
        let cut = i32::from(scale) - digits;
        if cut == 0 {
            return Ok(self.clone());
        }
        let distance = cut.unsigned_abs();
        if let (Some((coefficient, _)), Some(power)) = (self.as_parts(), small_power(distance)) {
            let moved = if cut < 0 {
                coefficient.checked_mul(power)
            } else {
                let kept = if rounding {
                    divide_rounded_small(coefficient, power)
                } else {
                    coefficient.checked_div(power)
                };
                // Digits cut before the point come back as zeros.
                let zeros = small_power(digits.min(0).unsigned_abs());
                kept.zip(zeros).and_then(|(kept, zeros)| kept.checked_mul(zeros))
            };
            if let Some(moved) = moved {
                return Ok(Numeric::small(moved, shown));
            }
        }
        let Some((coefficient, _)) = self.big_parts() else { return Ok(self.clone()) };
        let moved = if cut < 0 {
            coefficient * big_power(distance)
        } else if distance > digit_count(coefficient.magnitude()) {
            BigInt::ZERO
        } else {
            let power = big_power(distance);
            let kept = if rounding { divide_rounded(&coefficient, &power) } else { coefficient / power };
            kept * big_power(digits.min(0).unsigned_abs())
        };
        Numeric::from_big(moved, u32::from(shown))
    }

    /// The smallest whole number not below this.
    pub fn ceil(&self) -> Result<Numeric> {
        let whole = self.trunc(0)?;
        if whole.compare(self).is_lt() { whole.add(&Numeric::ONE) } else { Ok(whole) }
    }

    /// The largest whole number not above this.
    pub fn floor(&self) -> Result<Numeric> {
        let whole = self.trunc(0)?;
        if whole.compare(self).is_gt() { whole.subtract(&Numeric::ONE) } else { Ok(whole) }
    }

    /// Fits the value to `numeric(p, s)`: rounds to the scale, refuses what has too many digits.
    pub fn apply_modifier(self, ty: TypeName) -> Result<Numeric> {
        let Some((precision, scale)) = ty.precision_and_scale() else { return Ok(self) };
        let refuse = |detail: String| {
            Err(Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
                .with_detail(detail))
        };
        if self.is_nan() {
            return Ok(self);
        }
        if self.is_infinite() {
            return refuse(format!(
                "A field with precision {precision}, scale {scale} cannot hold an infinite value."
            ));
        }
        let rounded = self.round(scale)?;
        let whole = precision - scale;
        if rounded.exponent().is_some_and(|exponent| exponent >= whole) {
            let (base, power) = if whole == 0 { ("", 1) } else { ("10^", whole) };
            return refuse(format!(
                "A field with precision {precision}, scale {scale} must round to an absolute value less than {base}{power}."
            ));
        }
        Ok(rounded)
    }

    /// Rounded to a whole number of the type named, which is one of the integers.
    pub fn to_integer(&self, name: &str) -> Result<i64> {
        if self.is_nan() {
            return Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, format!("cannot convert NaN to {name}")));
        }
        if self.is_infinite() {
            return Err(Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                format!("cannot convert infinity to {name}"),
            ));
        }
        self.round(0)?
            .as_parts()
            .and_then(|(coefficient, _)| i64::try_from(coefficient).ok())
            .ok_or_else(|| Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, format!("{name} out of range")))
    }

    /// The nearest `f64`; too large values become infinite.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small { coefficient, scale } => {
                // Both sides exact and one division: the result is correctly rounded.
                if coefficient.unsigned_abs() < 1 << 53 && *scale <= 22 {
                    return *coefficient as f64 / 10f64.powi(i32::from(*scale));
                }
                self.to_string().parse().unwrap_or(f64::NAN)
            }
            Repr::Big(_) => self.to_string().parse().unwrap_or(f64::NAN),
            Repr::NegativeInfinity => f64::NEG_INFINITY,
            Repr::Infinity => f64::INFINITY,
            Repr::NaN => f64::NAN,
        }
    }

    /// With `digits` significant digits, as PostgreSQL converts: 15 from double precision, 6 from real.
    pub fn from_f64(value: f64, digits: usize) -> Result<Numeric> {
        if value.is_nan() {
            return Ok(Numeric::NAN);
        }
        if value.is_infinite() {
            return Ok(if value > 0.0 { Numeric::INFINITY } else { Numeric::NEGATIVE_INFINITY });
        }
        let text = format!("{:.*e}", digits.saturating_sub(1), value);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            mantissa
        };
        Numeric::parse(&format!("{mantissa}e{exponent}"))
    }
}

impl From<i64> for Numeric {
    fn from(value: i64) -> Numeric {
        Numeric::small(i128::from(value), 0)
    }
}

impl From<i32> for Numeric {
    fn from(value: i32) -> Numeric {
        Numeric::small(i128::from(value), 0)
    }
}

impl From<i128> for Numeric {
    fn from(value: i128) -> Numeric {
        if value == i128::MIN {
            return Numeric::from_big(BigInt::from(value), 0).unwrap_or(Numeric::NAN);
        }
        Numeric::small(value, 0)
    }
}
