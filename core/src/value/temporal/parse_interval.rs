//! The accepted spellings of intervals: PostgreSQL's (`1 year 2 mons -3 days 04:05:06 ago`), the
//! standard's (`1-2`, `3 04:05:06`) and ISO 8601's (`P1Y2M3DT4H5M6S`, `P0001-02-03T04:05:06`).

use crate::error::{Error, Result, SqlState};
use crate::value::Interval;

use super::interval_fields;
use super::parse::fraction_micros;
use super::{MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND};

enum Problem {
    Syntax,
    /// One field is too large.
    Range,
    /// All of them together are.
    Total,
}

/// Reads an interval of a type that keeps `fields`: they say what a number without a unit counts.
pub(super) fn parse(text: &str, fields: i32) -> Result<Interval> {
    let read = match text.trim_start().strip_prefix('P') {
        Some(rest) => read_iso(rest.trim_end()),
        None => read(text, fields),
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

/// Letters of a word that are looked at.
const WORD_LETTERS_MAX: usize = 10;

/// The unit of a word, and the bit that says it was used: no unit may come twice.
fn unit(word: &str) -> Option<(Unit, u32)> {
    Some(match &word[..word.len().min(WORD_LETTERS_MAX)] {
        "us" | "usec" | "usecs" | "usecond" | "useconds" | "microsecon" => (Unit::Micros(1), 0),
        "ms" | "msec" | "msecs" | "msecond" | "mseconds" | "millisecon" => (Unit::Micros(1000), 1),
        "s" | "sec" | "secs" | "second" | "seconds" => SECONDS,
        "m" | "min" | "mins" | "minute" | "minutes" => (Unit::Micros(MICROS_PER_MINUTE), 3),
        "h" | "hr" | "hrs" | "hour" | "hours" => HOURS,
        "d" | "day" | "days" => DAYS,
        "w" | "week" | "weeks" => (Unit::Days(7), 6),
        "mon" | "mons" | "month" | "months" => MONTHS,
        "y" | "yr" | "yrs" | "year" | "years" => (Unit::Months(12), 8),
        "dec" | "decs" | "decade" | "decades" => (Unit::Months(120), 9),
        "c" | "cent" | "century" | "centuries" => (Unit::Months(1200), 10),
        "mil" | "mils" | "millennium" | "millennia" => (Unit::Months(12_000), 11),
        _ => return None,
    })
}

const SECONDS: (Unit, u32) = (Unit::Micros(MICROS_PER_SECOND), 2);
const HOURS: (Unit, u32) = (Unit::Micros(MICROS_PER_HOUR), 4);
const DAYS: (Unit, u32) = (Unit::Days(1), 5);
const MONTHS: (Unit, u32) = (Unit::Months(1), 7);
/// Whole seconds and everything below them.
const ALL_SECONDS: u32 = 0b111;
/// Everything that a time of day says.
const CLOCK: u32 = 0b11111;

/// A decimal number: its whole part, and its fraction as written or as a binary number; each has the sign.
#[derive(Clone, Copy)]
struct Number<'a> {
    whole: i64,
    digits: &'a str,
    fraction: f64,
}

impl Number<'_> {
    /// Reads `digits[.digits]`; the sign stands apart.
    fn read(negative: bool, text: &str) -> Result<Number<'_>, Problem> {
        let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(digits) || (whole.is_empty() && digits.is_empty()) {
            return Err(Problem::Syntax);
        }
        // The least number has no positive counterpart: the sign is read with it.
        let signed = format!("{}{}", if negative { "-0" } else { "0" }, whole);
        let whole = signed.parse().map_err(|_| Problem::Range)?;
        let fraction = if digits.is_empty() { 0.0 } else { format!("0.{digits}").parse().unwrap_or(0.0) };
        Ok(Number { whole, digits, fraction: if negative { -fraction } else { fraction } })
    }

    /// Reads a number of ISO 8601's forms, which PostgreSQL takes as binary ones, with an exponent.
    fn read_binary(text: &str) -> Result<Number<'static>, Problem> {
        let value: f64 = text.parse().map_err(|_| Problem::Syntax)?;
        if !value.is_finite() || value.abs() >= 9_223_372_036_854_775_808.0 {
            return Err(Problem::Range);
        }
        Ok(Number { whole: value.trunc() as i64, digits: "", fraction: value.fract() })
    }

    fn micros_of_seconds(&self) -> Result<i64, Problem> {
        if self.digits.is_empty() {
            return Ok((self.fraction * MICROS_PER_SECOND as f64).round_ties_even() as i64);
        }
        let micros = fraction_micros(self.digits).ok_or(Problem::Syntax)?;
        Ok(if self.fraction < 0.0 { -micros } else { micros })
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
        let part = number.fraction;
        let scaled = |by: i64| number.whole.checked_mul(by).ok_or(Problem::Range);
        match unit {
            Unit::Months(1) => {
                self.months = self.months.checked_add(number.whole).ok_or(Problem::Range)?;
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
                    number.micros_of_seconds()?
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

/// A part of an interval's text; signs stand apart.
enum Token<'a> {
    Word(&'a str),
    /// `04:05:06`
    Clock(bool, &'a str),
    /// `12`, `1.5`
    Number(bool, &'a str),
    /// `1-2`: years and months
    YearsMonths(bool, &'a str, &'a str),
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, Problem> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | '@' | ':'));
        let Some(first) = rest.bytes().next() else { return Ok(out) };
        if first.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            out.push(Token::Word(&rest[..end]));
            rest = &rest[end..];
            continue;
        }
        let negative = first == b'-';
        if matches!(first, b'+' | b'-') {
            rest = rest[1..].trim_start();
        }
        let whole = digits(rest);
        let after = &rest[whole..];
        let end = match after.bytes().next() {
            Some(b':') => {
                rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':'))).unwrap_or(rest.len())
            }
            Some(b'.') => whole + 1 + digits(&after[1..]),
            _ => whole,
        };
        let (body, tail) = rest.split_at(end);
        if body.is_empty() {
            return Err(Problem::Syntax);
        }
        rest = tail;
        if body.contains(':') {
            out.push(Token::Clock(negative, body));
        } else if let Some(months) = tail.strip_prefix('-').filter(|months| digits(months) > 0) {
            let (months, tail) = months.split_at(digits(months));
            out.push(Token::YearsMonths(negative, body, months));
            rest = tail;
        } else {
            out.push(Token::Number(negative, body));
        }
    }
}

// From the last token to the first, as PostgreSQL reads: what stands behind a number says what it counts.
fn read(text: &str, fields: i32) -> Result<Interval, Problem> {
    let mut sum = Sum::default();
    let mut used = 0u32;
    let mut claim = |bits: u32| {
        let fresh = used & bits == 0;
        used |= bits;
        if fresh { Ok(()) } else { Err(Problem::Syntax) }
    };
    let (mut ago, mut any) = (false, false);
    let mut next: Option<(Unit, u32)> = None;
    for token in tokens(text)?.into_iter().rev() {
        any |= !matches!(token, Token::Word(_));
        match token {
            Token::Word(word) if word.eq_ignore_ascii_case("ago") => ago = true,
            Token::Word(word) => next = Some(unit(&word.to_ascii_lowercase()).ok_or(Problem::Syntax)?),
            Token::Clock(negative, body) => {
                claim(CLOCK)?;
                let micros = clock(negative, body, fields == interval_fields::MINUTE_TO_SECOND)?;
                sum.micros = sum.micros.checked_add(micros).ok_or(Problem::Range)?;
                next = Some(DAYS);
            }
            Token::Number(negative, body) => {
                let number = Number::read(negative, body)?;
                let counted = next.or_else(|| unit(interval_fields::last_unit(fields))).unwrap_or(SECONDS);
                let parted = counted == SECONDS && !number.digits.is_empty();
                claim(if parted { ALL_SECONDS } else { 1 << counted.1 })?;
                sum.add(number, counted.0)?;
                next = Some(if counted == HOURS { DAYS } else { counted });
            }
            Token::YearsMonths(negative, years, months) => {
                let months = Number::read(negative, months)?;
                if months.whole.abs() > 11 {
                    return Err(Problem::Range);
                }
                claim(1 << MONTHS.1)?;
                sum.add(Number::read(negative, years)?, Unit::Months(12))?;
                sum.add(months, MONTHS.0)?;
                next = Some(MONTHS);
            }
        }
    }
    if !any {
        return Err(Problem::Syntax);
    }
    sum.finish(ago)
}

/// `hh:mm`, `hh:mm:ss.ffffff` or `mm:ss.ffffff`; `hh:mm` is `mm:ss` where no hours are kept.
fn clock(negative: bool, text: &str, minute_to_second: bool) -> Result<i64, Problem> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction_micros(fraction).ok_or(Problem::Syntax)?;
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
        [minutes, seconds] if minute_to_second || text.contains('.') => (0, minutes, seconds),
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return Err(Problem::Syntax),
    };
    if minutes > 59 || seconds > 60 {
        return Err(Problem::Range);
    }
    // Counted below zero, where one more fits than above.
    let below = hours
        .checked_mul(-MICROS_PER_HOUR)
        .and_then(|total| total.checked_sub(minutes * MICROS_PER_MINUTE + seconds * MICROS_PER_SECOND))
        .and_then(|total| total.checked_sub(fraction))
        .ok_or(Problem::Range)?;
    if negative { Ok(below) } else { below.checked_neg().ok_or(Problem::Range) }
}

/// The length of a number as written, up to what may follow it.
fn number_length(text: &str) -> usize {
    let mut end = 0;
    let mut before = ' ';
    for c in text.chars() {
        let sign = matches!(c, '+' | '-') && (end == 0 || matches!(before, 'e' | 'E'));
        if !(c.is_ascii_digit() || c == '.' || sign || matches!(c, 'e' | 'E') && end > 0) {
            break;
        }
        end += 1;
        before = c;
    }
    end
}

/// What follows `P`: designators (`1Y2M3DT4H5M6S`) or the alternative forms, basic (`00010203T040506`) and
/// extended (`0001-02-03T04:05:06`).
fn read_iso(text: &str) -> Result<Interval, Problem> {
    let mut sum = Sum::default();
    let mut rest = text;
    let (mut in_time, mut any) = (false, false);
    if rest.is_empty() {
        return Err(Problem::Syntax);
    }
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            if in_time {
                return Err(Problem::Syntax);
            }
            (in_time, any, rest) = (true, false, time);
            continue;
        }
        let (body, after) = rest.split_at(number_length(rest));
        let number = Number::read_binary(body)?;
        let unit = match (in_time, after.chars().next()) {
            (false, Some('Y')) => Unit::Months(12),
            (false, Some('M')) => Unit::Months(1),
            (false, Some('W')) => Unit::Days(7),
            (false, Some('D')) => Unit::Days(1),
            (true, Some('H')) => Unit::Micros(MICROS_PER_HOUR),
            (true, Some('M')) => Unit::Micros(MICROS_PER_MINUTE),
            (true, Some('S')) => Unit::Micros(MICROS_PER_SECOND),
            (_, None | Some('T' | '-' | ':')) if !any => {
                rest = alternative(&mut sum, rest, in_time)?;
                continue;
            }
            _ => return Err(Problem::Syntax),
        };
        sum.add(number, unit)?;
        any = true;
        rest = &after[1..];
    }
    sum.finish(false)
}

// The alternative forms of a date or a time; answers what is left.
fn alternative<'a>(sum: &mut Sum, text: &'a str, in_time: bool) -> Result<&'a str, Problem> {
    let units = match in_time {
        false => [Unit::Months(12), Unit::Months(1), Unit::Days(1)],
        true => [MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND].map(Unit::Micros),
    };
    let (separator, width) = if in_time { (':', 6) } else { ('-', 8) };
    let (body, after) = text.split_at(number_length(text));
    let unsigned = body.strip_prefix('-').unwrap_or(body);
    let whole = unsigned.find(|c: char| !c.is_ascii_digit()).unwrap_or(unsigned.len());
    if whole == width && !after.starts_with(separator) {
        let number = Number::read_binary(body)?;
        let [a, b, c] = [number.whole / 10_000, number.whole / 100 % 100, number.whole % 100];
        for (whole, unit) in [a, b].into_iter().zip(units) {
            sum.add(Number { whole, digits: "", fraction: 0.0 }, unit)?;
        }
        sum.add(Number { whole: c, ..number }, units[2])?;
        return Ok(after);
    }
    let mut rest = text;
    for (place, unit) in units.into_iter().enumerate() {
        let (body, after) = rest.split_at(number_length(rest));
        sum.add(Number::read_binary(body)?, unit)?;
        match after.strip_prefix(separator) {
            Some(more) if place < 2 => rest = more,
            Some(_) => return Err(Problem::Syntax),
            None if after.is_empty() || !in_time && after.starts_with('T') => return Ok(after),
            None => return Err(Problem::Syntax),
        }
    }
    Err(Problem::Syntax)
}
