//! The text of a parameter's value: read as PostgreSQL reads it, written as SHOW writes it.

use crate::error::{Error, Result, SqlState};

use super::parameters::{Kind, Parameter, Unit};

/// The value as it is stored: words as the parameter spells them, numbers in its own unit.
pub(super) fn read(parameter: &Parameter, text: &str) -> Result<String> {
    match parameter.kind {
        Kind::Text => Ok(text.to_owned()),
        Kind::Flag => flag(text)
            .map(|on| (if on { "on" } else { "off" }).to_owned())
            .ok_or_else(|| refused(format!("parameter \"{}\" requires a Boolean value", parameter.name))),
        Kind::Choice(choices) => choice(choices, text).map(str::to_owned).ok_or_else(|| {
            let listed = choices.replace(',', ", ");
            invalid(parameter.name, text).with_hint(format!("Available values: {listed}."))
        }),
        Kind::Int { min, max, unit } => {
            let value = whole(parameter.name, text, unit)?;
            match i32::try_from(value) {
                Ok(value) if value >= min && value <= max => Ok(value.to_string()),
                _ => {
                    let unit = name_of(unit);
                    let space = if unit.is_empty() { "" } else { " " };
                    Err(outside(parameter.name, format!("{value}{space}{unit}"), min, max))
                }
            }
        }
        Kind::Real { min, max } => {
            let value: f64 = text.trim().parse().map_err(|_| invalid(parameter.name, text))?;
            if value.is_nan() || value < min || value > max {
                let max = if max == f64::MAX { "1.79769e+308".to_owned() } else { max.to_string() };
                return Err(outside(parameter.name, value, min, max));
            }
            Ok(value.to_string())
        }
        Kind::Fixed => Err(Error::new(
            SqlState::CANT_CHANGE_RUNTIME_PARAM,
            format!("parameter \"{}\" cannot be changed", parameter.name),
        )),
    }
}

/// The value as SHOW writes it: numbers in the largest unit that divides them.
pub(super) fn shown(parameter: &Parameter, stored: &str) -> String {
    let Kind::Int { unit, .. } = parameter.kind else { return stored.to_owned() };
    let Ok(value) = stored.parse::<i64>() else { return stored.to_owned() };
    if value <= 0 || unit == Unit::Plain {
        return stored.to_owned();
    }
    let base = value.saturating_mul(size_of(unit));
    units_like(unit)
        .iter()
        .rev()
        .find(|(_, size)| base % size == 0)
        .map_or_else(|| stored.to_owned(), |(name, size)| format!("{}{name}", base / size))
}

/// The words for true and false, and what begins them without doubt.
pub(super) fn flag(text: &str) -> Option<bool> {
    let text = text.trim().to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    match text.as_str() {
        "1" => Some(true),
        "0" => Some(false),
        _ if begins("true", 1) || begins("yes", 1) || begins("on", 2) => Some(true),
        _ if begins("false", 1) || begins("no", 1) || begins("off", 2) => Some(false),
        _ => None,
    }
}

/// What on, true, 1 mean where a choice has them among its words.
fn choice(choices: &'static str, text: &str) -> Option<&'static str> {
    let among = |text: &str| choices.split(',').find(|word| word.eq_ignore_ascii_case(text));
    among(text).or_else(|| among(if flag(text)? { "on" } else { "off" }))
}

fn whole(name: &str, text: &str, unit: Unit) -> Result<i64> {
    let trimmed = text.trim();
    let digits =
        trimmed.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '-' | '+')).unwrap_or(trimmed.len());
    let (number, suffix) = trimmed.split_at(digits);
    let suffix = suffix.trim();
    let number: f64 = number.parse().map_err(|_| invalid(name, text))?;
    let factor = if suffix.is_empty() {
        1.0
    } else {
        let units = units_like(unit);
        let Some((_, size)) = units.iter().find(|(unit, _)| *unit == suffix) else {
            let hint = match unit {
                Unit::Plain => return Err(invalid(name, text)),
                Unit::Bytes | Unit::Kilobytes | Unit::Blocks => {
                    "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
                }
                Unit::Millis => {
                    "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"."
                }
            };
            return Err(invalid(name, text).with_hint(hint));
        };
        #[expect(clippy::cast_precision_loss, reason = "sizes of units are small powers")]
        let factor = *size as f64 / size_of(unit) as f64;
        factor
    };
    let value = number * factor;
    // Halves go to the even neighbour, as in PostgreSQL.
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and the bounds are checked")]
    let value = value.round_ties_even() as i64;
    Ok(value)
}

/// The units a number may be given in, smallest first, in thousandths of a millisecond or in bytes.
fn units_like(unit: Unit) -> &'static [(&'static str, i64)] {
    match unit {
        Unit::Plain => &[],
        Unit::Bytes | Unit::Kilobytes | Unit::Blocks => {
            &[("B", 1), ("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)]
        }
        Unit::Millis => &[
            ("us", 1),
            ("ms", 1000),
            ("s", 1_000_000),
            ("min", 60_000_000),
            ("h", 3_600_000_000),
            ("d", 86_400_000_000),
        ],
    }
}

fn size_of(unit: Unit) -> i64 {
    match unit {
        Unit::Plain | Unit::Bytes => 1,
        Unit::Kilobytes => 1 << 10,
        Unit::Blocks => 8 << 10,
        Unit::Millis => 1000,
    }
}

fn name_of(unit: Unit) -> &'static str {
    match unit {
        Unit::Plain => "",
        Unit::Bytes => "B",
        Unit::Kilobytes => "kB",
        Unit::Blocks => "8kB",
        Unit::Millis => "ms",
    }
}

fn outside(
    name: &str,
    value: impl core::fmt::Display,
    min: impl core::fmt::Display,
    max: impl core::fmt::Display,
) -> Error {
    refused(format!("{value} is outside the valid range for parameter \"{name}\" ({min} .. {max})"))
}

/// `invalid value for parameter`
pub(super) fn invalid(name: &str, value: &str) -> Error {
    refused(format!("invalid value for parameter \"{name}\": \"{value}\""))
}

fn refused(message: String) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, message)
}
