//! Parse and print.

use core::fmt::{self, Write};

use num_bigint::BigInt;

use crate::error::{Error, Result, SqlState};

use super::decimal::overflow;
use super::{Numeric, Repr, SCALE_MAX, WHOLE_DIGITS_MAX};

/// Exponents past this are refused as PostgreSQL refuses them: as syntax.
const EXPONENT_LIMIT: i64 = 1_073_741_823;

impl Numeric {
    /// Reads PostgreSQL's spellings: digits with point and exponent, `NaN`, `[+-]Infinity`, `inf`.
    pub fn parse(text: &str) -> Result<Numeric> {
        let invalid = || {
            Error::new(
                SqlState::INVALID_TEXT_REPRESENTATION,
                format!("invalid input syntax for type numeric: \"{text}\""),
            )
        };
        let body = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
        let (negative, unsigned) = match body.as_bytes().first() {
            Some(b'-') => (true, &body[1..]),
            Some(b'+') => (false, &body[1..]),
            _ => (false, body),
        };
        let mut digits = String::new();
        let (mut scale, mut seen_point, mut rest) = (0i64, false, unsigned.as_bytes());
        let mut coefficient: Option<i128> = Some(0);
        let mut count = 0usize;
        while let Some((&byte, tail)) = rest.split_first() {
            match byte {
                b'0'..=b'9' => {
                    count += 1;
                    scale += i64::from(seen_point);
                    // Small numbers never build a string.
                    let next = coefficient
                        .and_then(|c| c.checked_mul(10))
                        .and_then(|c| c.checked_add(i128::from(byte - b'0')));
                    if next.is_none() && coefficient.is_some() {
                        digits.extend(
                            unsigned.bytes().filter(u8::is_ascii_digit).take(count - 1).map(char::from),
                        );
                    }
                    coefficient = next;
                    if coefficient.is_none() {
                        digits.push(char::from(byte));
                    }
                }
                b'.' if !seen_point => seen_point = true,
                _ => break,
            }
            rest = tail;
        }
        if count == 0 {
            return special(body).ok_or_else(invalid);
        }
        if let Some((b'e' | b'E', exponent)) = rest.split_first() {
            let exponent = core::str::from_utf8(exponent).map_err(|_| invalid())?;
            let plain = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
                return Err(invalid());
            }
            let exponent: i64 = exponent.parse().map_err(|_| invalid())?;
            if exponent.abs() >= EXPONENT_LIMIT {
                return Err(invalid());
            }
            scale -= exponent;
        } else if !rest.is_empty() {
            return Err(invalid());
        }
        if scale > i64::from(SCALE_MAX) {
            return Err(overflow());
        }
        let zeros = u32::try_from((-scale).max(0)).map_err(|_| overflow())?;
        let scale = u16::try_from(scale.max(0)).map_err(|_| overflow())?;
        if let Some(coefficient) = coefficient {
            let coefficient = if negative { -coefficient } else { coefficient };
            if coefficient == 0 {
                return Ok(Numeric::small(0, scale));
            }
            if let Some(whole) = super::decimal::small_power(zeros).and_then(|p| coefficient.checked_mul(p)) {
                return Numeric::from_parts(whole, scale);
            }
            digits = coefficient.unsigned_abs().to_string();
        }
        let digits = digits.trim_start_matches('0');
        let whole = digits.len() + usize::try_from(zeros).map_err(|_| overflow())?;
        if whole > usize::from(scale) + usize::try_from(WHOLE_DIGITS_MAX).unwrap_or(usize::MAX) {
            return Err(overflow());
        }
        let magnitude = BigInt::parse_bytes(digits.as_bytes(), 10).ok_or_else(invalid)?
            * super::decimal::big_power(zeros);
        Numeric::from_big(if negative { -magnitude } else { magnitude }, u32::from(scale))
    }

    /// Appends the text PostgreSQL prints.
    pub fn write_text(&self, out: &mut String) {
        match &self.0 {
            Repr::Small { coefficient, scale: 0 } => {
                let _infallible = match i64::try_from(*coefficient) {
                    Ok(narrow) => write!(out, "{narrow}"),
                    Err(_) => write!(out, "{coefficient}"),
                };
            }
            Repr::Small { coefficient, scale } => {
                if *coefficient < 0 {
                    out.push('-');
                }
                let start = out.len();
                let magnitude = coefficient.unsigned_abs();
                let _infallible = match u64::try_from(magnitude) {
                    Ok(narrow) => write!(out, "{narrow}"),
                    Err(_) => write!(out, "{magnitude}"),
                };
                insert_point(out, start, usize::from(*scale));
            }
            Repr::Big(big) => {
                if big.coefficient.sign() == num_bigint::Sign::Minus {
                    out.push('-');
                }
                let start = out.len();
                out.push_str(&big.coefficient.magnitude().to_string());
                insert_point(out, start, usize::from(big.scale));
            }
            Repr::NegativeInfinity => out.push_str("-Infinity"),
            Repr::Infinity => out.push_str("Infinity"),
            Repr::NaN => out.push_str("NaN"),
        }
    }
}

/// Puts a point before the last `scale` digits of `out[start..]`, with zeros where there are too few.
fn insert_point(out: &mut String, start: usize, scale: usize) {
    if scale == 0 {
        return;
    }
    let digits = out.len() - start;
    if digits <= scale {
        out.insert_str(start, &"0".repeat(scale + 1 - digits));
    }
    out.insert(out.len() - scale, '.');
}

fn special(body: &str) -> Option<Numeric> {
    let is = |names: &[&str]| names.iter().any(|name| body.eq_ignore_ascii_case(name));
    if is(&["nan"]) {
        Some(Numeric::NAN)
    } else if is(&["infinity", "+infinity", "inf", "+inf"]) {
        Some(Numeric::INFINITY)
    } else if is(&["-infinity", "-inf"]) {
        Some(Numeric::NEGATIVE_INFINITY)
    } else {
        None
    }
}

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_text(&mut text);
        f.write_str(&text)
    }
}

impl fmt::Debug for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
