//! The accepted spellings of intervals: PostgreSQL's (`1 year 2 mons -3 days 04:05:06 ago`), the
//! standard's (`1-2`, `3 04:05:06`) and ISO 8601's (`P1Y2M3DT4H5M6S`, `P0001-02-03T04:05:06`).

use crate::error::{Error, Result, SqlState};
use crate::value::Interval;

use super::parse::fraction_micros;
use super::{MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND};

enum Problem {
    Syntax,
    /// One field is too large.
    Range,
    /// All of them together are.
    Total,
}

/// Reads an interval.
pub(super) fn parse(text: &str) -> Result<Interval> {
    let read = match text.trim_start().strip_prefix('P') {
        Some(rest) => read_iso(rest.trim_end()),
        None => read(text),
    };
    read.map_err(|problem| match problem {
        Problem::Syntax => Error::new(
            SqlState::INVALID_DATETIME_FORMAT,
            format!("invalid input syntax for type interval: \"{text}\""),
        ),
        Problem::Total => Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range"),
        Problem::Range => Error::new(
            SqlState::INTERVAL_FIELD_OVERFLOW,
            format!("interval field value out of range: \"{text}\""),
        ),
    })
}

/// What a unit counts.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Months(i64),
    Days(i64),
    Micros(i64),
}

/// The unit of a word, and the bit that says it was used: no unit may come twice.
fn unit(word: &str) -> Option<(Unit, u32)> {
    Some(match word {
        "us" | "usec" | "usecs" | "usecond" | "useconds" | "microsecond" | "microseconds" | "microsecon" => {
            (Unit::Micros(1), 0)
        }
        "ms" | "msec" | "msecs" | "msecond" | "mseconds" | "millisecond" | "milliseconds" | "millisecon" => {
            (Unit::Micros(1000), 1)
        }
        "s" | "sec" | "secs" | "second" | "seconds" => (Unit::Micros(MICROS_PER_SECOND), 2),
        "m" | "min" | "mins" | "minute" | "minutes" => (Unit::Micros(MICROS_PER_MINUTE), 3),
        "h" | "hr" | "hrs" | "hour" | "hours" => (Unit::Micros(MICROS_PER_HOUR), 4),
        "d" | "day" | "days" => (Unit::Days(1), 5),
        "w" | "week" | "weeks" => (Unit::Days(7), 6),
        "mon" | "mons" | "month" | "months" => (Unit::Months(1), 7),
        "y" | "yr" | "yrs" | "year" | "years" => (Unit::Months(12), 8),
        "dec" | "decs" | "decade" | "decades" => (Unit::Months(120), 9),
        "c" | "cent" | "century" | "centuries" => (Unit::Months(1200), 10),
        "mil" | "mils" | "millennium" | "millennia" => (Unit::Months(12_000), 11),
        _ => return None,
    })
}

/// A decimal number as written: sign, whole part, digits of the fraction.
#[derive(Clone, Copy)]
struct Number<'a> {
    negative: bool,
    whole: i64,
    fraction: &'a str,
}

impl Number<'_> {
    /// Reads `digits[.digits]`; the sign stands apart.
    fn read(negative: bool, text: &str) -> Result<Number<'_>, Problem> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(Problem::Syntax);
        }
        let whole = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| Problem::Range)? };
        Ok(Number { negative, whole, fraction })
    }

    fn part(&self) -> f64 {
        if self.fraction.is_empty() { 0.0 } else { format!("0.{}", self.fraction).parse().unwrap_or(0.0) }
    }
}

#[derive(Default)]
struct Sum {
    /// Years and months are counted apart, and each has to fit.
    years: i64,
    months: i64,
    days: i64,
    micros: i64,
}

impl Sum {
    /// Adds a number of units; what is not whole spills into the next smaller kind.
    fn add(&mut self, number: Number<'_>, unit: Unit) -> Result<(), Problem> {
        let sign = if number.negative { -1 } else { 1 };
        let signed = number.whole * sign;
        let part = number.part() * sign as f64;
        let scaled = |by: i64| signed.checked_mul(by).ok_or(Problem::Range);
        match unit {
            Unit::Months(1) => {
                self.months = self.months.checked_add(signed).ok_or(Problem::Range)?;
                self.add_days(part * 30.0)?;
            }
            Unit::Months(by) => {
                self.years = self.years.checked_add(scaled(by / 12)?).ok_or(Problem::Range)?;
                // Fractions of years are whole months.
                let rest = (part * by as f64).round_ties_even() as i64;
                self.months = self.months.checked_add(rest).ok_or(Problem::Range)?;
            }
            Unit::Days(by) => {
                self.days = self.days.checked_add(scaled(by)?).ok_or(Problem::Range)?;
                self.add_days(part * by as f64)?;
            }
            Unit::Micros(by) => {
                let micros = if by == MICROS_PER_SECOND {
                    fraction_micros(number.fraction).ok_or(Problem::Syntax)? * sign
                } else {
                    (part * by as f64).round_ties_even() as i64
                };
                let total = scaled(by)?.checked_add(micros).ok_or(Problem::Range)?;
                self.micros = self.micros.checked_add(total).ok_or(Problem::Range)?;
            }
        }
        Ok(())
    }

    fn add_days(&mut self, days: f64) -> Result<(), Problem> {
        let whole = days.trunc();
        self.days = self.days.checked_add(whole as i64).ok_or(Problem::Range)?;
        let micros = ((days - whole) * MICROS_PER_DAY as f64).round_ties_even() as i64;
        self.micros = self.micros.checked_add(micros).ok_or(Problem::Range)?;
        Ok(())
    }

    fn finish(self, ago: bool) -> Result<Interval, Problem> {
        let sign = |value: i64| if ago { value.checked_neg() } else { Some(value) };
        let narrow = |value: i64| sign(value).and_then(|v| i32::try_from(v).ok()).ok_or(Problem::Range);
        let months = i64::from(narrow(self.years)?) * 12 + i64::from(narrow(self.months)?);
        Ok(Interval {
            months: i32::try_from(months).map_err(|_| Problem::Total)?,
            days: narrow(self.days)?,
            micros: sign(self.micros).ok_or(Problem::Range)?,
        })
    }
}

fn read(text: &str) -> Result<Interval, Problem> {
    let mut sum = Sum::default();
    let mut used = 0u32;
    let mut claim = |bit: u32| {
        let fresh = used & 1 << bit == 0;
        used |= 1 << bit;
        if fresh { Ok(()) } else { Err(Problem::Syntax) }
    };
    let mut pending: Option<Number<'_>> = None;
    let (mut ago, mut any) = (false, false);
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let Some(first) = rest.bytes().next() else { break };
        if ago {
            return Err(Problem::Syntax);
        }
        if first == b'@' {
            rest = &rest[1..];
            continue;
        }
        if first.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let word = rest[..end].to_ascii_lowercase();
            rest = &rest[end..];
            if word == "ago" {
                ago = true;
                continue;
            }
            let (unit, bit) = unit(&word).ok_or(Problem::Syntax)?;
            let number = pending.take().ok_or(Problem::Syntax)?;
            claim(bit)?;
            sum.add(number, unit)?;
            continue;
        }
        let negative = first == b'-';
        if matches!(first, b'+' | b'-') {
            rest = rest[1..].trim_start();
        }
        let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':'))).unwrap_or(rest.len());
        let body = &rest[..end];
        rest = &rest[end..];
        if body.is_empty() {
            return Err(Problem::Syntax);
        }
        any = true;
        if body.contains(':') {
            // A number before a time is days: `3 04:05:06`.
            if let Some(days) = pending.take() {
                claim(5)?;
                sum.add(days, Unit::Days(1))?;
            }
            for bit in [2, 3, 4] {
                claim(bit)?;
            }
            sum.micros = sum.micros.checked_add(clock(negative, body)?).ok_or(Problem::Range)?;
            continue;
        }
        if pending.is_some() {
            return Err(Problem::Syntax);
        }
        if let Some(after) = rest.strip_prefix('-')
            && after.starts_with(|c: char| c.is_ascii_digit())
        {
            // years-months
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let months = Number::read(negative, &after[..end])?;
            if months.whole > 11 {
                return Err(Problem::Range);
            }
            claim(7)?;
            claim(8)?;
            sum.add(Number::read(negative, body)?, Unit::Months(12))?;
            sum.add(months, Unit::Months(1))?;
            rest = &after[end..];
            continue;
        }
        pending = Some(Number::read(negative, body)?);
    }
    if let Some(seconds) = pending {
        claim(2)?;
        sum.add(seconds, Unit::Micros(MICROS_PER_SECOND))?;
    }
    if !any {
        return Err(Problem::Syntax);
    }
    sum.finish(ago)
}

/// `hh:mm`, `hh:mm:ss.ffffff` or `mm:ss.ffffff`.
fn clock(negative: bool, text: &str) -> Result<i64, Problem> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts = whole
        .split(':')
        .map(|part| {
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(Problem::Syntax);
            }
            part.parse::<i64>().map_err(|_| Problem::Range)
        })
        .collect::<Result<Vec<i64>, Problem>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] if text.contains('.') => (0, minutes, seconds),
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return Err(Problem::Syntax),
    };
    if minutes > 59 || seconds > 60 {
        return Err(Problem::Range);
    }
    let micros = hours
        .checked_mul(MICROS_PER_HOUR)
        .and_then(|total| total.checked_add(minutes * MICROS_PER_MINUTE + seconds * MICROS_PER_SECOND))
        .and_then(|total| total.checked_add(fraction_micros(fraction)?))
        .ok_or(Problem::Range)?;
    Ok(if negative { -micros } else { micros })
}

fn read_iso(text: &str) -> Result<Interval, Problem> {
    let mut sum = Sum::default();
    let mut rest = text;
    let mut in_time = false;
    if rest.is_empty() {
        return Err(Problem::Syntax);
    }
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            if in_time {
                return Err(Problem::Syntax);
            }
            in_time = true;
            rest = time;
            continue;
        }
        let negative = rest.starts_with('-');
        let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        let end = unsigned
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':')))
            .unwrap_or(unsigned.len());
        let body = &unsigned[..end];
        let mut after = unsigned[end..].chars();
        if body.contains(':') && in_time {
            sum.micros = sum.micros.checked_add(clock(negative, body)?).ok_or(Problem::Range)?;
            rest = &unsigned[end..];
            continue;
        }
        let number = Number::read(negative, body)?;
        let letter = after.next();
        if !in_time && letter == Some('-') {
            // The extended form: years-months-days.
            let mut parts = unsigned.splitn(2, 'T');
            let date = parts.next().unwrap_or("");
            for (part, unit) in date.split('-').zip([Unit::Months(12), Unit::Months(1), Unit::Days(1)]) {
                sum.add(Number::read(negative, part)?, unit)?;
            }
            rest = &unsigned[date.len()..];
            continue;
        }
        let unit = match (in_time, letter) {
            (false, Some('Y')) => Unit::Months(12),
            (false, Some('M')) => Unit::Months(1),
            (false, Some('W')) => Unit::Days(7),
            (false, Some('D')) => Unit::Days(1),
            (true, Some('H')) => Unit::Micros(MICROS_PER_HOUR),
            (true, Some('M')) => Unit::Micros(MICROS_PER_MINUTE),
            (true, Some('S')) => Unit::Micros(MICROS_PER_SECOND),
            _ => return Err(Problem::Syntax),
        };
        sum.add(number, unit)?;
        rest = after.as_str();
    }
    sum.finish(false)
}
