//! Integers, floats and booleans as text, and the checks when one becomes another.

use core::fmt::Write;

use crate::error::{Error, Result, SqlState};

use super::SqlType;

/// What PostgreSQL's input functions skip around a value.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}')
}

/// 22P02.
pub(crate) fn invalid_syntax(ty: SqlType, text: &str) -> Error {
    Error::new(
        SqlState::INVALID_TEXT_REPRESENTATION,
        format!("invalid input syntax for type {}: \"{text}\"", ty.name()),
    )
}

/// 22003, of a computed or cast value.
pub fn out_of_range(ty: SqlType) -> Error {
    let message = match ty {
        SqlType::Float4 | SqlType::Float8 => "value out of range: overflow".to_string(),
        SqlType::Oid => "OID out of range".to_string(),
        _ => format!("{} out of range", ty.name()),
    };
    Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, message)
}

/// 22003, of a value as it was written.
fn written_out_of_range(ty: SqlType, text: &str) -> Error {
    Error::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        format!("value \"{text}\" is out of range for type {}", ty.name()),
    )
}

/// Whether a value belongs to an integer type.
pub const fn fits(value: i64, ty: SqlType) -> bool {
    match ty {
        SqlType::Int2 => value >= i16::MIN as i64 && value <= i16::MAX as i64,
        SqlType::Int4 => value >= i32::MIN as i64 && value <= i32::MAX as i64,
        SqlType::Oid => value >= 0 && value <= u32::MAX as i64,
        _ => true,
    }
}

pub(super) fn parse_integer(text: &str, ty: SqlType) -> Result<i64> {
    let body = trim(text);
    let digits = body.strip_prefix(['+', '-']).unwrap_or(body);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid_syntax(ty, text));
    }
    let value: i64 = body.parse().map_err(|_| written_out_of_range(ty, text))?;
    if ty == SqlType::Oid {
        // PostgreSQL takes -1 for 4294967295: the sign of a 32-bit value is folded in.
        return match value {
            0..=0xffff_ffff => Ok(value),
            -0x8000_0000..0 => Ok(value & 0xffff_ffff),
            _ => Err(written_out_of_range(ty, text)),
        };
    }
    if fits(value, ty) { Ok(value) } else { Err(written_out_of_range(ty, text)) }
}

pub(super) fn parse_float(text: &str, ty: SqlType) -> Result<f64> {
    let body = trim(text);
    // Rust also reads "infinity", "inf" and "nan" in any case, as PostgreSQL does.
    let (value, narrow_lost) = match ty {
        SqlType::Float4 => {
            let value: f32 = body.parse().map_err(|_| invalid_syntax(ty, text))?;
            (f64::from(value), value == 0.0)
        }
        _ => {
            let value: f64 = body.parse().map_err(|_| invalid_syntax(ty, text))?;
            (value, value == 0.0)
        }
    };
    let said_infinite = body.bytes().any(|byte| matches!(byte, b'i' | b'I'));
    let mantissa = body.split(['e', 'E']).next().unwrap_or(body);
    let said_zero = !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if (value.is_infinite() && !said_infinite) || (narrow_lost && !said_zero) {
        return Err(Error::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            format!("\"{body}\" is out of range for type {}", ty.name()),
        ));
    }
    Ok(value)
}

/// The shortest digits that read back as the same value, in PostgreSQL's layout.
pub(super) fn write_float(value: f64, ty: SqlType, out: &mut String) {
    if value.is_nan() {
        out.push_str("NaN");
        return;
    }
    if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
        return;
    }
    let start = out.len();
    let fixed_below = if ty == SqlType::Float4 { 6 } else { 15 };
    let _infallible =
        if ty == SqlType::Float4 { write!(out, "{:e}", value as f32) } else { write!(out, "{value:e}") };
    let Some(split) = out[start..].find('e') else { return };
    let exponent: i32 = out[start + split + 1..].parse().unwrap_or(0);
    if !(-4..fixed_below).contains(&exponent) {
        out.truncate(start + split);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _infallible = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
        return;
    }
    out.truncate(start);
    let _infallible =
        if ty == SqlType::Float4 { write!(out, "{}", value as f32) } else { write!(out, "{value}") };
}

pub(super) fn parse_bool(text: &str) -> Result<bool> {
    let body = trim(text).to_ascii_lowercase();
    let prefix = |word: &str, least: usize| body.len() >= least && word.starts_with(body.as_str());
    if prefix("true", 1) || prefix("yes", 1) || body == "on" || body == "1" {
        Ok(true)
    } else if prefix("false", 1) || prefix("no", 1) || prefix("off", 2) || body == "0" {
        Ok(false)
    } else {
        Err(invalid_syntax(SqlType::Bool, text))
    }
}

/// Rounds to a whole number, ties to even, and checks the range, as casts from floats do.
pub fn float_to_integer(value: f64, ty: SqlType) -> Result<i64> {
    let rounded = value.round_ties_even();
    // 2^63 is exact; every float below it, and -2^63 itself, is an i64.
    let limit = 9_223_372_036_854_775_808.0;
    if !(rounded >= -limit && rounded < limit) {
        return Err(out_of_range(ty));
    }
    let whole = rounded as i64;
    if fits(whole, ty) { Ok(whole) } else { Err(out_of_range(ty)) }
}

/// Rounds to single precision; 22003 when a finite value becomes infinite or a non-zero one zero.
pub fn to_single(value: f64) -> Result<f64> {
    let narrow = value as f32;
    if narrow.is_infinite() && value.is_finite() {
        return Err(out_of_range(SqlType::Float4));
    }
    if narrow == 0.0 && value != 0.0 {
        return Err(Error::new(SqlState::NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow"));
    }
    Ok(f64::from(narrow))
}
