//! Roots, logarithms, exponentials and powers, with PostgreSQL's choice of result scale.
//!
//! Everything is computed on integers: a number times `10^digits`, with more digits than are kept.
//!
//! ```text
//! ln(m * 10^e) = ln m + e ln 10          m by repeated roots, then 2 atanh((m-1)/(m+1))
//! exp(x)       = exp(r) * 10^k           x = k ln 10 + r, then r / 2^10, Taylor, ten squarings
//! ```

use num_bigint::{BigInt, Sign};

use crate::error::{Error, Result, SqlState};

use super::arithmetic::{MADE_SCALE_MAX, SIGNIFICANT_DIGITS};
use super::decimal::{big_power, digit_count, divide_rounded, overflow};
use super::{Numeric, WHOLE_DIGITS_MAX};

/// Digits computed beyond those kept.
const GUARD_DIGITS: u32 = 24;
/// How often a root is taken before the series of the logarithm.
const ROOTS: u32 = 6;
/// How often the argument of the exponential is halved.
const HALVINGS: u32 = 10;
/// exp() of more overflows, of less is zero (PostgreSQL: 3 * NUMERIC_MAX_RESULT_SCALE).
const EXP_LIMIT: f64 = 6000.0;
/// Most binary digits of an exact whole power; larger ones go through the logarithm.
const EXACT_POWER_BITS: u64 = 1 << 20;
const LOG10_E: f64 = core::f64::consts::LOG10_E;

fn invalid_log(what: &str) -> Error {
    Error::new(SqlState::INVALID_ARGUMENT_FOR_LOG, format!("cannot take logarithm of {what}"))
}

fn negative_root() -> Error {
    Error::new(SqlState::INVALID_ARGUMENT_FOR_POWER, "cannot take square root of a negative number")
}

/// `ln(value * 10^-digits) * 10^digits`, for a positive value between 1 and 10 in that scale.
fn ln_of_mantissa(value: &BigInt, digits: u32) -> BigInt {
    let one = big_power(digits);
    let mut root = value.clone();
    for _ in 0..ROOTS {
        root = (root * &one).sqrt();
    }
    let z = (&root - &one) * &one / (&root + &one);
    let square = &z * &z / &one;
    let (mut term, mut sum, mut divisor) = (z.clone(), z, 1u32);
    while term.sign() != Sign::NoSign {
        term = term * &square / &one;
        divisor += 2;
        sum += &term / divisor;
    }
    sum << (ROOTS + 1)
}

/// `exp(value * 10^-digits) * 10^digits`, for a small value.
fn exp_of_remainder(value: &BigInt, digits: u32) -> BigInt {
    let one = big_power(digits);
    let small = value >> HALVINGS;
    let (mut term, mut sum, mut divisor) = (one.clone(), one.clone(), 0u32);
    while term.sign() != Sign::NoSign {
        divisor += 1;
        term = term * &small / &one / divisor;
        sum += &term;
        // Rounding down leaves -1 standing for ever.
        if term == BigInt::from(-1) {
            break;
        }
    }
    for _ in 0..HALVINGS {
        sum = &sum * &sum / &one;
    }
    sum
}

impl Numeric {
    /// The square root; 2201F for negative values.
    pub fn sqrt(&self) -> Result<Numeric> {
        let Some(scale) = self.scale() else {
            return if self.is_negative() { Err(negative_root()) } else { Ok(self.clone()) };
        };
        // Half of the digits before the point, counted in groups of four as PostgreSQL's digits are.
        let weight = self.exponent().map_or(0, |exponent| exponent.div_euclid(4));
        let digits = (weight + 1) * 4 / 2 - 1;
        let made = (SIGNIFICANT_DIGITS - digits).max(i32::from(scale)).clamp(0, MADE_SCALE_MAX);
        self.sqrt_to_scale(made)
    }

    /// The square root rounded to `scale`.
    pub fn sqrt_to_scale(&self, scale: i32) -> Result<Numeric> {
        if self.is_negative() {
            return Err(negative_root());
        }
        let Some((coefficient, own_scale)) = self.big_parts() else { return Ok(self.clone()) };
        // One digit more than wanted, and an even count of digits after the point.
        let wanted = u32::try_from(scale).map_err(|_| Error::internal("scale of a root"))? + 1;
        let shift = (2 * wanted).saturating_sub(own_scale);
        let shift = shift + (own_scale + shift) % 2;
        let root = (coefficient * big_power(shift)).sqrt();
        Numeric::from_big(root, (own_scale + shift) / 2)?.round(scale)
    }

    /// `ln(self) * 10^digits`, of a positive value.
    fn ln_fixed(&self, digits: u32) -> Result<BigInt> {
        let (Some((coefficient, scale)), Some(exponent)) = (self.big_parts(), self.exponent()) else {
            return Err(Error::internal("a logarithm of a finite positive number"));
        };
        let digits = digits + GUARD_DIGITS;
        let shift = i64::from(digits) - i64::from(scale) - i64::from(exponent);
        let by = u32::try_from(shift.unsigned_abs()).map_err(|_| overflow())?;
        let mantissa = if shift >= 0 { coefficient * big_power(by) } else { coefficient / big_power(by) };
        let mut ln = ln_of_mantissa(&mantissa, digits);
        if exponent != 0 {
            ln += ln_of_mantissa(&(big_power(digits) * 10), digits) * exponent;
        }
        Ok(divide_rounded(&ln, &big_power(GUARD_DIGITS)))
    }

    /// Where the first digit of `ln(self)` stands, roughly, as PostgreSQL estimates it.
    fn ln_exponent(&self) -> i32 {
        let below = Numeric::small(9, 1);
        let above = Numeric::small(11, 1);
        if self.compare(&below).is_ge() && self.compare(&above).is_le() {
            return self.subtract(&Numeric::ONE).ok().and_then(|x| x.exponent()).unwrap_or(0);
        }
        let ln = self.ln_estimate();
        if ln == 0.0 { 0 } else { ln.abs().log10() as i32 }
    }

    /// `ln(self)` in floating point, beyond the range of `f64`, too.
    fn ln_estimate(&self) -> f64 {
        let Some((_, exponent, digits)) = self.significant_digits() else { return 0.0 };
        let top = &digits[..digits.len().min(17)];
        let mantissa: f64 = format!("0.{top}").parse().unwrap_or(0.5);
        mantissa.ln() + f64::from(exponent + 1) * core::f64::consts::LN_10
    }

    /// A positive value, or the logarithm's error or special value.
    fn log_domain(&self) -> Result<Option<Numeric>> {
        if self.is_nan() {
            return Ok(Some(Numeric::NAN));
        }
        if self.is_zero() {
            return Err(invalid_log("zero"));
        }
        if self.is_negative() {
            return Err(invalid_log("a negative number"));
        }
        Ok(self.is_infinite().then_some(Numeric::INFINITY))
    }

    /// The natural logarithm; 2201E for what has none.
    pub fn ln(&self) -> Result<Numeric> {
        if let Some(special) = self.log_domain()? {
            return Ok(special);
        }
        let scale = (SIGNIFICANT_DIGITS - self.ln_exponent())
            .max(i32::from(self.scale().unwrap_or(0)))
            .clamp(0, MADE_SCALE_MAX);
        self.ln_to_scale(scale)
    }

    fn ln_to_scale(&self, scale: i32) -> Result<Numeric> {
        let digits = u32::try_from(scale).map_err(|_| Error::internal("scale of a logarithm"))? + 8;
        Numeric::from_big(self.ln_fixed(digits)?, digits)?.round(scale)
    }

    /// The logarithm of `self` to `base`.
    pub fn log(&self, base: &Numeric) -> Result<Numeric> {
        let special = (base.log_domain()?, self.log_domain()?);
        match special {
            (None, None) => {}
            (Some(a), _) if a.is_nan() => return Ok(Numeric::NAN),
            (_, Some(b)) if b.is_nan() => return Ok(Numeric::NAN),
            (Some(_), Some(_)) => return Ok(Numeric::NAN),
            (Some(_), None) => return Ok(Numeric::ZERO),
            (None, Some(infinity)) => return Ok(infinity),
        }
        let (of_base, of_self) = (base.ln_exponent(), self.ln_exponent());
        let scale = (SIGNIFICANT_DIGITS - (of_self - of_base))
            .max(i32::from(base.scale().unwrap_or(0)))
            .max(i32::from(self.scale().unwrap_or(0)))
            .clamp(0, MADE_SCALE_MAX);
        // Enough that the quotient is right to its last digit, however small the divisor.
        let extra = u32::try_from(of_base.abs() + of_self.abs()).unwrap_or(0) + 8;
        let digits = u32::try_from(scale).unwrap_or(0) + extra;
        let divisor = Numeric::from_big(base.ln_fixed(digits)?, digits)?;
        if divisor.is_zero() {
            return Err(super::division_by_zero());
        }
        Numeric::from_big(self.ln_fixed(digits)?, digits)?.divide_to_scale(&divisor, scale)
    }

    /// `e` to the power of `self`.
    pub fn exp(&self) -> Result<Numeric> {
        let Some(own_scale) = self.scale() else {
            return Ok(if self.is_negative() { Numeric::ZERO } else { self.clone() });
        };
        let estimate = self.to_f64();
        let exponent = (estimate * LOG10_E).clamp(-2000.0, 2000.0);
        let scale = (SIGNIFICANT_DIGITS - exponent as i32).max(i32::from(own_scale)).clamp(0, MADE_SCALE_MAX);
        if estimate.abs() >= EXP_LIMIT {
            return if estimate > 0.0 { Err(overflow()) } else { Numeric::ZERO.round(scale) };
        }
        let (coefficient, own) = self.big_parts().ok_or_else(overflow)?;
        exp_to_scale(&coefficient, own, scale)
    }

    /// `self` to the power of `exponent`; 2201F where that is not a number.
    pub fn power(&self, exponent: &Numeric) -> Result<Numeric> {
        let undefined = |message: &str| Err(Error::new(SqlState::INVALID_ARGUMENT_FOR_POWER, message));
        if exponent.is_zero() || self.compare(&Numeric::ONE).is_eq() {
            if self.is_nan() || exponent.is_nan() || self.is_infinite() || exponent.is_infinite() {
                return Ok(Numeric::ONE);
            }
        } else if self.is_nan() || exponent.is_nan() {
            return Ok(Numeric::NAN);
        }
        let whole = exponent.trunc(0)?.compare(exponent).is_eq();
        if self.is_zero() && exponent.is_negative() {
            return undefined("zero raised to a negative power is undefined");
        }
        if self.is_negative() && !whole && !exponent.is_infinite() {
            return undefined("a negative number raised to a non-integer power yields a complex result");
        }
        let (Some(base_scale), Some(exponent_scale)) = (self.scale(), exponent.scale()) else {
            // With an infinite side the answer is 0, 1 or infinite, which floats know.
            return Numeric::from_f64(self.to_f64().powf(exponent.to_f64()), 15);
        };
        let scales = i32::from(base_scale).max(i32::from(exponent_scale));
        if self.is_zero() {
            let value = if exponent.is_zero() { Numeric::ONE } else { Numeric::ZERO };
            return value.round(SIGNIFICANT_DIGITS.max(if whole { base_scale.into() } else { 0 }));
        }
        let ln = self.abs().ln_estimate();
        let power = exponent.to_f64();
        let result_exponent = ln * power * LOG10_E;
        if result_exponent > f64::from(WHOLE_DIGITS_MAX) {
            return Err(overflow());
        }
        if result_exponent < -f64::from(MADE_SCALE_MAX) {
            return Numeric::ZERO.round(MADE_SCALE_MAX);
        }
        let times =
            if whole { exponent.trunc(0)?.as_parts().and_then(|(n, _)| i32::try_from(n).ok()) } else { None };
        // PostgreSQL 15 does not look at the size of the result of a whole power.
        let scale = match times {
            Some(_) => SIGNIFICANT_DIGITS.max(base_scale.into()).min(MADE_SCALE_MAX),
            None => (SIGNIFICANT_DIGITS - result_exponent as i32).max(scales).clamp(0, MADE_SCALE_MAX),
        };
        if let Some(times) = times
            && let Some(exact) = self.whole_power(times, scale)?
        {
            return Ok(exact);
        }
        // ln(base) * exponent, with digits for the size of both.
        let size = result_exponent.abs().log10().max(0.0) as u32 + power.abs().log10().max(0.0) as u32;
        let digits =
            u32::try_from(scale).unwrap_or(0) + (result_exponent.max(0.0) as u32) + size + GUARD_DIGITS;
        let (times, times_scale) = exponent.big_parts().ok_or_else(overflow)?;
        let product = self.abs().ln_fixed(digits)? * times;
        let result = exp_to_scale(&product, digits + times_scale, scale)?;
        let odd = whole && exponent.remainder(&Numeric::from(2))?.compare(&Numeric::ZERO).is_ne();
        Ok(if self.is_negative() && odd { result.negate() } else { result })
    }

    /// A whole power, computed exactly and rounded once; `None` where that would be too large.
    fn whole_power(&self, times: i32, scale: i32) -> Result<Option<Numeric>> {
        let (coefficient, own) = self.big_parts().ok_or_else(overflow)?;
        let count = times.unsigned_abs();
        if coefficient.bits().saturating_mul(u64::from(count)) > EXACT_POWER_BITS {
            return Ok(None);
        }
        let Some(own) = own.checked_mul(count) else { return Ok(None) };
        let power = coefficient.pow(count);
        let (top, bottom) = if times >= 0 {
            (power * big_power(u32::try_from(scale).unwrap_or(0)), big_power(own))
        } else {
            (big_power(own + u32::try_from(scale).unwrap_or(0)), power)
        };
        let result = divide_rounded(&top, &bottom);
        Numeric::from_big(result, u32::try_from(scale).unwrap_or(0)).map(Some)
    }
}

/// `exp(coefficient * 10^-own)` rounded to `scale`.
fn exp_to_scale(coefficient: &BigInt, own: u32, scale: i32) -> Result<Numeric> {
    let kept = u32::try_from(scale).map_err(|_| Error::internal("scale of an exponential"))?;
    // The size of the result, from the size of the argument.
    let whole = (coefficient / big_power(own)).to_string().parse::<f64>().unwrap_or(f64::INFINITY);
    let size = whole * LOG10_E;
    if size.abs() > f64::from(WHOLE_DIGITS_MAX) + 10.0 {
        return if size > 0.0 { Err(overflow()) } else { Numeric::ZERO.round(scale) };
    }
    let digits = kept + (size.max(0.0) as u32) + GUARD_DIGITS;
    let argument = if own > digits {
        divide_rounded(coefficient, &big_power(own - digits))
    } else {
        coefficient * big_power(digits - own)
    };
    let ln10 = {
        // More digits, since it is taken as often as the result has digits.
        let more = digits + GUARD_DIGITS;
        ln_of_mantissa(&(big_power(more) * 10), more)
    };
    let shift = big_power(GUARD_DIGITS);
    let times = divide_rounded(&(&argument * &shift), &ln10);
    let rest = (&argument * &shift - &times * &ln10) / &shift;
    let mantissa = exp_of_remainder(&rest, digits);
    let times = i64::try_from(&times).map_err(|_| overflow())?;
    // mantissa * 10^(times - digits), at the scale wanted.
    let moved = times + i64::from(kept) - i64::from(digits);
    let by = u32::try_from(moved.unsigned_abs()).map_err(|_| overflow())?;
    let result = if moved >= 0 {
        mantissa * big_power(by)
    } else if by > digit_count(mantissa.magnitude()) + 1 {
        BigInt::ZERO
    } else {
        divide_rounded(&mantissa, &big_power(by))
    };
    Numeric::from_big(result, kept)
}
