//! The accepted spellings of dates and times.
//!
//! Text is cut into fields, each field says what it can be, and what it is follows from those already
//! seen, as in PostgreSQL: `January 8, 1999`, `1999-01-08 04:05:06.789-08`, `19990108T040506`,
//! `1/8/1999` (month first), `J2451187`, `now`, `infinity`. Intervals are read elsewhere.

use crate::base::zone::Zone;
use crate::error::{Error, Result, SqlState};
use crate::value::SqlType;

use super::Moment;
use super::date::{JULIAN_OF_2000, civil, days, month_days};
use super::timetz;
use super::zone::{self, DISPLACEMENT_END};
use super::{
    DATE_END, DATE_INFINITY, DATE_MIN, DATE_NEGATIVE_INFINITY, INFINITY, MICROS_PER_DAY, MICROS_PER_HOUR,
    MICROS_PER_MINUTE, MICROS_PER_SECOND, NEGATIVE_INFINITY, TIMESTAMP_END, TIMESTAMP_MIN,
};

/// Most fields a date and time may have; more is not a date.
const FIELDS_MAX: usize = 25;

/// What is wrong with a text, before it is worded for the type.
pub(super) enum Problem {
    /// 22007
    Syntax,
    /// 22008
    FieldOutOfRange,
    /// 22008, where another DateStyle might help.
    MonthOrDayOutOfRange,
    /// 22009
    Displacement,
    /// 22008, of the whole.
    OutOfRange,
    /// 22023
    UnknownZone(String),
    /// `now` where no clock is.
    NoClock,
}

impl Problem {
    fn into_error(self, text: &str, ty: SqlType) -> Error {
        let name = match ty {
            SqlType::Time => "time",
            SqlType::Timestamp => "timestamp",
            _ => ty.name(),
        };
        let field = || format!("date/time field value out of range: \"{text}\"");
        match self {
            Problem::Syntax => Error::new(
                SqlState::INVALID_DATETIME_FORMAT,
                format!("invalid input syntax for type {name}: \"{text}\""),
            ),
            Problem::FieldOutOfRange => Error::new(SqlState::DATETIME_FIELD_OVERFLOW, field()),
            Problem::MonthOrDayOutOfRange => Error::new(SqlState::DATETIME_FIELD_OVERFLOW, field())
                .with_hint("Perhaps you need a different \"datestyle\" setting."),
            Problem::Displacement => Error::new(
                SqlState::INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                format!("time zone displacement out of range: \"{text}\""),
            ),
            Problem::OutOfRange => {
                let kind = if ty == SqlType::Date { "date" } else { "timestamp" };
                Error::new(SqlState::DATETIME_FIELD_OVERFLOW, format!("{kind} out of range: \"{text}\""))
            }
            Problem::UnknownZone(zone) => {
                Error::new(SqlState::INVALID_PARAMETER_VALUE, format!("time zone \"{zone}\" not recognized"))
            }
            Problem::NoClock => Error::unsupported(format!("the value \"{text}\" where no clock is at hand")),
        }
    }
}

/// Reads a date, time, timestamp or timestamptz.
pub(super) fn parse(text: &str, ty: SqlType, moment: &Moment<'_>) -> Result<i64> {
    read(text, ty, moment).map_err(|problem| problem.into_error(text, ty))
}

#[derive(Default)]
struct Fields {
    year: Option<i64>,
    /// Two digits were written: the century is guessed.
    short_year: bool,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    julian: Option<i64>,
    micros: Option<i64>,
    afternoon: Option<bool>,
    before_christ: bool,
    zone: Option<i64>,
    region: Option<Zone>,
    special: Option<Special>,
    /// `T` was seen: a number that follows is a time.
    time_follows: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Special {
    Now,
    /// Midnight so many days from today.
    Day(i64),
    Epoch,
    Infinity,
    NegativeInfinity,
}

fn read(text: &str, ty: SqlType, moment: &Moment<'_>) -> Result<i64, Problem> {
    let mut fields =
        Fields { time_follows: matches!(ty, SqlType::Time | SqlType::TimeTz), ..Fields::default() };
    let mut count = 0;
    let mut rest = text;
    while let Some((field, after)) = next_field(rest)? {
        count += 1;
        if count > FIELDS_MAX {
            return Err(Problem::Syntax);
        }
        match (fields.take(field, after), field) {
            (Err(problem @ (Problem::UnknownZone(_) | Problem::Syntax)), Field::Word(word)) => {
                let found = (moment.find)(word).ok_or(problem)?;
                if fields.zone.is_some() || fields.region.replace(found).is_some() {
                    return Err(Problem::Syntax);
                }
            }
            (taken, _) => taken?,
        }
        rest = after;
    }
    if count == 0 {
        return Err(Problem::Syntax);
    }
    fields.finish(ty, moment)
}

#[derive(Clone, Copy)]
enum Field<'a> {
    Word(&'a str),
    Number(&'a str),
    Time(&'a str),
    Date(&'a str),
    Signed(&'a str),
}

/// Cuts the next field off; blanks and commas separate.
fn next_field(text: &str) -> Result<Option<(Field<'_>, &str)>, Problem> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return Ok(None) };
    let span = |from: usize, ok: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|b| !ok(*b)).map_or(bytes.len(), |n| from + n)
    };
    let is_date_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/' | b'.');
    Ok(Some(match first {
        b'0'..=b'9' => {
            let digits = span(0, &|b| b.is_ascii_digit());
            match bytes.get(digits) {
                Some(b':') => {
                    let end = span(0, &|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
                    (Field::Time(&text[..end]), &text[end..])
                }
                Some(b'/') => {
                    let end = span(0, &is_date_byte);
                    (Field::Date(&text[..end]), &text[end..])
                }
                // A hyphen joins a date, unless what follows is the zone of a packed time.
                Some(b'-') => {
                    let end = date_end(bytes, digits);
                    if end == digits {
                        (Field::Number(&text[..digits]), &text[digits..])
                    } else {
                        (Field::Date(&text[..end]), &text[end..])
                    }
                }
                Some(b'.') => {
                    let end = span(0, &|b| b.is_ascii_digit() || b == b'.');
                    let field = &text[..end];
                    // 1999.008 and 08.01.1999 are dates, 040506.789 is a time.
                    let is_date = field.matches('.').count() == 2
                        || (digits == 4 && field.len() == 8 && field.matches('.').count() == 1);
                    (if is_date { Field::Date(field) } else { Field::Number(field) }, &text[end..])
                }
                _ => (Field::Number(&text[..digits]), &text[digits..]),
            }
        }
        b'+' | b'-' => {
            let after = text[1..].trim_start();
            if after.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let skipped = text.len() - after.len();
                let end = span(skipped, &|b| b.is_ascii_alphabetic());
                let word = &text[skipped..end];
                let field = if *first == b'-' && word.eq_ignore_ascii_case("infinity") {
                    Field::Signed("-infinity")
                } else if word.eq_ignore_ascii_case("infinity") {
                    Field::Word("infinity")
                } else {
                    return Err(Problem::Syntax);
                };
                return Ok(Some((field, &text[end..])));
            }
            let end = span(1, &|b| b.is_ascii_digit() || b == b':');
            (Field::Signed(&text[..end]), &text[end..])
        }
        b'a'..=b'z' | b'A'..=b'Z' => {
            let letters = span(0, &|b| b.is_ascii_alphabetic());
            let joined = matches!(bytes.get(letters), Some(b'-' | b'/' | b'.'))
                && bytes.get(letters + 1).is_some_and(u8::is_ascii_digit)
                && month(&text[..letters]).is_some();
            if joined {
                let end = span(0, &is_date_byte);
                (Field::Date(&text[..end]), &text[end..])
            } else if matches!(bytes.get(letters), Some(b'/' | b'_')) {
                // A region.
                let end = span(0, &|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'));
                (Field::Word(&text[..end]), &text[end..])
            } else {
                (Field::Word(&text[..letters]), &text[letters..])
            }
        }
        _ => return Err(Problem::Syntax),
    }))
}

/// Where a date with hyphens ends: three parts of digits or letters; `digits` when it is none.
fn date_end(bytes: &[u8], digits: usize) -> usize {
    let mut at = digits;
    let mut parts = 1;
    while parts < 3 && bytes.get(at) == Some(&b'-') {
        let start = at + 1;
        let is_digit = bytes.get(start).is_some_and(u8::is_ascii_digit);
        let mut end = start;
        while bytes
            .get(end)
            .is_some_and(|b| if is_digit { b.is_ascii_digit() } else { b.is_ascii_alphabetic() })
        {
            end += 1;
        }
        if end == start {
            break;
        }
        at = end;
        parts += 1;
    }
    at
}

fn month(word: &str) -> Option<i64> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let at = NAMES.iter().position(|name| *name == word || name[..3] == word)?;
    i64::try_from(at + 1).ok()
}

fn month_or_abbreviation(word: &str) -> Option<i64> {
    month(word).or_else(|| word.eq_ignore_ascii_case("sept").then_some(9))
}

fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    NAMES.iter().any(|name| *name == word || name[..3] == *word)
        || matches!(word, "tues" | "wednes" | "weds" | "thur" | "thurs")
}

fn number(digits: &str) -> Result<i64, Problem> {
    digits.parse().map_err(|_| Problem::FieldOutOfRange)
}

fn set<T>(place: &mut Option<T>, value: T) -> Result<(), Problem> {
    if place.is_some() {
        return Err(Problem::Syntax);
    }
    *place = Some(value);
    Ok(())
}

/// Microseconds of `.789`, rounded.
pub(super) fn fraction_micros(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut micros = 0;
    for at in 0..6 {
        micros = micros * 10 + digits.as_bytes().get(at).map_or(0, |b| i64::from(b - b'0'));
    }
    let rounds_up = digits.as_bytes().get(6).is_some_and(|b| *b >= b'5');
    Some(micros + i64::from(rounds_up))
}

/// Hours, minutes and seconds of a day as microseconds.
fn time_of_day(hour: i64, minute: i64, second: i64, fraction: i64) -> Result<i64, Problem> {
    if hour > 24 || minute > 59 || second > 60 {
        return Err(Problem::FieldOutOfRange);
    }
    let total = hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + fraction;
    if total > MICROS_PER_DAY { Err(Problem::FieldOutOfRange) } else { Ok(total) }
}

impl Fields {
    fn take(&mut self, field: Field<'_>, after: &str) -> Result<(), Problem> {
        match field {
            Field::Word(word) => self.word(&word.to_ascii_lowercase(), after),
            Field::Number(digits) => self.number(digits),
            Field::Time(text) => self.time(text),
            Field::Date(text) => self.date(text),
            Field::Signed("-infinity") => set(&mut self.special, Special::NegativeInfinity),
            Field::Signed(text) => {
                if self.micros.is_none() {
                    return Err(Problem::Syntax);
                }
                let east = zone::displacement(text).ok_or(Problem::Syntax)?;
                if east.abs() >= DISPLACEMENT_END {
                    return Err(Problem::Displacement);
                }
                // `UTC+3` adds to the abbreviation before it, counted to the west as POSIX does.
                match self.zone {
                    Some(0) => self.zone = Some(-east),
                    Some(_) => return Err(Problem::Syntax),
                    None => self.zone = Some(east),
                }
                Ok(())
            }
        }
    }

    fn word(&mut self, word: &str, after: &str) -> Result<(), Problem> {
        if let Some(month) = month_or_abbreviation(word) {
            return self.set_month(month);
        }
        match word {
            "am" => set(&mut self.afternoon, false),
            "pm" => set(&mut self.afternoon, true),
            "ad" => Ok(()),
            "bc" => {
                self.before_christ = true;
                Ok(())
            }
            "t" => {
                self.time_follows = true;
                Ok(())
            }
            "j" | "jd" | "julian" => {
                self.time_follows = false;
                if after.starts_with(|c: char| c.is_ascii_digit()) {
                    // The number that follows is the day.
                    self.julian = Some(-1);
                    Ok(())
                } else {
                    Err(Problem::Syntax)
                }
            }
            "now" => set(&mut self.special, Special::Now),
            "today" => set(&mut self.special, Special::Day(0)),
            "tomorrow" => set(&mut self.special, Special::Day(1)),
            "yesterday" => set(&mut self.special, Special::Day(-1)),
            "epoch" => set(&mut self.special, Special::Epoch),
            "infinity" => set(&mut self.special, Special::Infinity),
            "allballs" => {
                self.zone = Some(0);
                set(&mut self.micros, 0)
            }
            "at" | "on" => Ok(()),
            _ if is_weekday(word) => Ok(()),
            _ => match zone::abbreviation(word) {
                Some(seconds) => set(&mut self.zone, seconds),
                None if word.contains(['/', '_']) => Err(Problem::UnknownZone(word.to_string())),
                None => Err(Problem::Syntax),
            },
        }
    }

    fn set_month(&mut self, month: i64) -> Result<(), Problem> {
        // `8 January`: what looked like a month was the day.
        if let (Some(day), None) = (self.month, self.day) {
            self.day = Some(day);
            self.month = Some(month);
            return Ok(());
        }
        set(&mut self.month, month)
    }

    fn number(&mut self, digits: &str) -> Result<(), Problem> {
        if self.julian == Some(-1) {
            let whole = digits.split('.').next().unwrap_or(digits);
            self.julian = Some(number(whole)?);
            return Ok(());
        }
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        let has_date = self.day.is_some() || self.day_of_year.is_some() || self.julian.is_some();
        if (self.time_follows || has_date) && self.micros.is_none() && matches!(whole.len(), 4 | 6) {
            let has_year = self.year.is_some() || self.julian.is_some();
            if self.time_follows || has_year || fraction.is_some() {
                self.time_follows = false;
                let second = if whole.len() == 6 { number(&whole[4..])? } else { 0 };
                let fraction = fraction_micros(fraction.unwrap_or("")).ok_or(Problem::Syntax)?;
                let micros = time_of_day(number(&whole[..2])?, number(&whole[2..4])?, second, fraction)?;
                return set(&mut self.micros, micros);
            }
        }
        if fraction.is_some() {
            return Err(Problem::Syntax);
        }
        if self.month.is_none() && self.year.is_none() && matches!(whole.len(), 6 | 8) {
            let year_digits = whole.len() - 4;
            self.set_year(&whole[..year_digits])?;
            self.month = Some(number(&whole[year_digits..year_digits + 2])?);
            self.day = Some(number(&whole[year_digits + 2..])?);
            return Ok(());
        }
        if whole.len() == 3 && self.year.is_some() && self.month.is_none() {
            return set(&mut self.day_of_year, number(whole)?);
        }
        if self.day.is_none() && whole.len() <= 2 && (self.month.is_some() || self.year.is_some()) {
            if self.month.is_none() {
                return set(&mut self.month, number(whole)?);
            }
            return set(&mut self.day, number(whole)?);
        }
        if self.year.is_none() && (whole.len() >= 3 || self.day.is_some()) {
            return self.set_year(whole);
        }
        if self.month.is_none() && whole.len() <= 2 {
            return set(&mut self.month, number(whole)?);
        }
        Err(Problem::Syntax)
    }

    fn set_year(&mut self, digits: &str) -> Result<(), Problem> {
        self.short_year = digits.len() <= 2;
        set(&mut self.year, number(digits)?)
    }

    fn time(&mut self, text: &str) -> Result<(), Problem> {
        self.time_follows = false;
        let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
        let parts: Vec<&str> = clock.split(':').collect();
        let fraction = fraction_micros(fraction).ok_or(Problem::Syntax)?;
        let micros = match parts[..] {
            [_, _] if text.contains('.') => return Err(Problem::Syntax),
            [hour, minute] if !minute.is_empty() => time_of_day(number(hour)?, number(minute)?, 0, fraction)?,
            [hour, minute, second] if !minute.is_empty() && !second.is_empty() => {
                time_of_day(number(hour)?, number(minute)?, number(second)?, fraction)?
            }
            _ => return Err(Problem::Syntax),
        };
        set(&mut self.micros, micros)
    }

    /// `1999-01-08`, `1/8/1999`, `08-Jan-1999`, `Jan-08-1999`, `1999.008`.
    fn date(&mut self, text: &str) -> Result<(), Problem> {
        let (date, time) = match text.find(['T', 't']) {
            // The T of ISO 8601 right after the day; months hold a `t` as well.
            Some(at) if text[..at].bytes().all(|b| !b.is_ascii_alphabetic()) => {
                (&text[..at], Some(&text[at + 1..]))
            }
            _ => (text, None),
        };
        let parts: Vec<&str> = date.split(['-', '/', '.']).filter(|part| !part.is_empty()).collect();
        if let Some(named) = parts.iter().position(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            let month = month_or_abbreviation(parts[named]).ok_or(Problem::Syntax)?;
            let numbers: Vec<&str> =
                parts.iter().enumerate().filter(|(at, _)| *at != named).map(|(_, part)| *part).collect();
            set(&mut self.month, month)?;
            match numbers[..] {
                [year, day] if year.len() > 2 => {
                    self.set_year(year)?;
                    set(&mut self.day, number(day)?)?;
                }
                [day, year] => {
                    set(&mut self.day, number(day)?)?;
                    self.set_year(year)?;
                }
                [day] => set(&mut self.day, number(day)?)?,
                _ => return Err(Problem::Syntax),
            }
        } else {
            match parts[..] {
                [year, day] if year.len() > 2 && day.len() == 3 => {
                    self.set_year(year)?;
                    set(&mut self.day_of_year, number(day)?)?;
                }
                [year, month, day] if year.len() > 2 => {
                    self.set_year(year)?;
                    set(&mut self.month, number(month)?)?;
                    set(&mut self.day, number(day)?)?;
                }
                [month, day, year] => {
                    set(&mut self.month, number(month)?)?;
                    set(&mut self.day, number(day)?)?;
                    self.set_year(year)?;
                    if self.month.is_some_and(|month| !(1..=12).contains(&month)) {
                        return Err(Problem::MonthOrDayOutOfRange);
                    }
                }
                _ => return Err(Problem::Syntax),
            }
        }
        match time {
            Some("") => {
                self.time_follows = true;
                Ok(())
            }
            Some(_) => Err(Problem::Syntax),
            None => Ok(()),
        }
    }

    fn micros_of_day(&self) -> Result<i64, Problem> {
        let micros = self.micros.unwrap_or(0);
        let Some(afternoon) = self.afternoon else { return Ok(micros) };
        let hour = micros / MICROS_PER_HOUR;
        if self.micros.is_none() {
            return Err(Problem::Syntax);
        }
        if hour > 12 {
            return Err(Problem::FieldOutOfRange);
        }
        Ok(match (afternoon, hour == 12) {
            (true, false) => micros + 12 * MICROS_PER_HOUR,
            (false, true) => micros - 12 * MICROS_PER_HOUR,
            _ => micros,
        })
    }

    fn day_number(&self) -> Result<i64, Problem> {
        if let Some(julian) = self.julian {
            return Ok(julian - JULIAN_OF_2000);
        }
        let mut year = self.year.ok_or(Problem::Syntax)?;
        if self.before_christ {
            if year <= 0 {
                return Err(Problem::FieldOutOfRange);
            }
            year = 1 - year;
        } else if self.short_year {
            year += if year < 70 { 2000 } else { 1900 };
        } else if year <= 0 {
            return Err(Problem::FieldOutOfRange);
        }
        if year > 6_000_000 {
            return Err(Problem::OutOfRange);
        }
        if let Some(day) = self.day_of_year {
            let first = days(year, 1, 1);
            if day < 1 || civil(first + day - 1).year != year {
                return Err(Problem::FieldOutOfRange);
            }
            return Ok(first + day - 1);
        }
        let (Some(month), Some(day)) = (self.month, self.day) else { return Err(Problem::Syntax) };
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(Problem::MonthOrDayOutOfRange);
        }
        if day > month_days(year, month) {
            return Err(Problem::FieldOutOfRange);
        }
        Ok(days(year, month, day))
    }

    /// Seconds east where clocks show this.
    fn east(&self, local: i64, moment: &Moment<'_>) -> i64 {
        match (self.zone, &self.region) {
            (Some(east), _) => east,
            (None, Some(region)) => region.east_at_local(local),
            (None, None) => moment.zone.east_at_local(local),
        }
    }

    fn finish(self, ty: SqlType, moment: &Moment<'_>) -> Result<i64, Problem> {
        if self.julian == Some(-1) {
            return Err(Problem::Syntax);
        }
        if let Some(special) = self.special {
            return self.finish_special(special, ty, moment);
        }
        if matches!(ty, SqlType::Time | SqlType::TimeTz) {
            if self.micros.is_none() {
                return Err(Problem::Syntax);
            }
            let has_date = self.year.is_some() || self.month.is_some();
            if has_date {
                self.day_number()?;
            }
            let micros = self.micros_of_day()?;
            let zone = self.east(moment.now.unwrap_or(0), moment);
            return Ok(if ty == SqlType::Time { micros } else { timetz::pack(micros, zone) });
        }
        let day = self.day_number()?;
        if ty == SqlType::Date {
            self.micros_of_day()?;
            return if (DATE_MIN..DATE_END).contains(&day) { Ok(day) } else { Err(Problem::OutOfRange) };
        }
        let local = i128::from(day) * i128::from(MICROS_PER_DAY) + i128::from(self.micros_of_day()?);
        let zone = match i64::try_from(local) {
            Ok(local) if ty == SqlType::TimestampTz => self.east(local, moment),
            _ => 0,
        };
        let micros = local - i128::from(zone) * i128::from(MICROS_PER_SECOND);
        i64::try_from(micros)
            .ok()
            .filter(|micros| (TIMESTAMP_MIN..TIMESTAMP_END).contains(micros))
            .ok_or(Problem::OutOfRange)
    }

    fn finish_special(self, special: Special, ty: SqlType, moment: &Moment<'_>) -> Result<i64, Problem> {
        let has_date = self.year.is_some() || self.month.is_some() || self.day.is_some();
        let takes_time = matches!(special, Special::Day(_));
        if has_date || (self.micros.is_some() && !takes_time) {
            return Err(Problem::Syntax);
        }
        let now = moment.now;
        let here = now.and_then(|now| moment.zone.local(now));
        let instant = match special {
            Special::Now if ty == SqlType::TimestampTz => now.ok_or(Problem::NoClock)?,
            Special::Now => here.ok_or(Problem::NoClock)?,
            Special::Day(away) => {
                let today = here.ok_or(Problem::NoClock)?.div_euclid(MICROS_PER_DAY);
                let local = (today + away) * MICROS_PER_DAY + self.micros_of_day()?;
                let zone = if ty == SqlType::TimestampTz { self.east(local, moment) } else { 0 };
                local - zone * MICROS_PER_SECOND
            }
            Special::Epoch => days(1970, 1, 1) * MICROS_PER_DAY,
            Special::Infinity => INFINITY,
            Special::NegativeInfinity => NEGATIVE_INFINITY,
        };
        Ok(match (ty, instant) {
            (SqlType::Date, INFINITY) => DATE_INFINITY,
            (SqlType::Date, NEGATIVE_INFINITY) => DATE_NEGATIVE_INFINITY,
            (SqlType::Date, _) => instant.div_euclid(MICROS_PER_DAY),
            (SqlType::Time | SqlType::TimeTz, INFINITY | NEGATIVE_INFINITY) => return Err(Problem::Syntax),
            (SqlType::TimeTz, _) if special == Special::Now => {
                timetz::pack(instant.rem_euclid(MICROS_PER_DAY), moment.zone.east(now.unwrap_or(0)))
            }
            (SqlType::Time, _) if special == Special::Now => instant.rem_euclid(MICROS_PER_DAY),
            (SqlType::Time | SqlType::TimeTz, _) => return Err(Problem::Syntax),
            _ => instant,
        })
    }
}
