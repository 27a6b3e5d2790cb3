//! Parts of dates and times: what `extract`, `date_part` and `date_trunc` name.

use crate::error::{Error, Result, SqlState};
use crate::value::{Interval, Numeric, SqlType};

use super::date::{Civil, JULIAN_OF_2000, day_of_year, days, iso_week, iso_week_start, weekday};
use super::timestamp::split;
use super::{
    INFINITY, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, check_timestamp,
    is_infinite,
};

/// A part by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    Epoch,
    Julian,
    IsoYear,
    Weekday,
    IsoWeekday,
    DayOfYear,
    Zone,
    ZoneHour,
    ZoneMinute,
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "us" | "usec" | "usecs" | "usecond" | "useconds" | "microsecond" | "microseconds" => {
            Field::Microsecond
        }
        "ms" | "msec" | "msecs" | "msecond" | "mseconds" | "millisecond" | "milliseconds" => {
            Field::Millisecond
        }
        "s" | "sec" | "secs" | "second" | "seconds" => Field::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Field::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Field::Hour,
        "d" | "day" | "days" => Field::Day,
        "w" | "week" | "weeks" => Field::Week,
        "mon" | "mons" | "month" | "months" => Field::Month,
        "qtr" | "quarter" => Field::Quarter,
        "y" | "yr" | "yrs" | "year" | "years" => Field::Year,
        "dec" | "decs" | "decade" | "decades" => Field::Decade,
        "c" | "cent" | "century" | "centuries" => Field::Century,
        "mil" | "mils" | "millennium" | "millennia" => Field::Millennium,
        "epoch" => Field::Epoch,
        "j" | "jd" | "julian" => Field::Julian,
        "isoyear" => Field::IsoYear,
        "dow" => Field::Weekday,
        "isodow" => Field::IsoWeekday,
        "doy" => Field::DayOfYear,
        "timezone" => Field::Zone,
        "timezone_hour" | "timezone_h" => Field::ZoneHour,
        "timezone_minute" | "timezone_m" => Field::ZoneMinute,
        _ => return None,
    })
}

fn named(name: &str, ty: SqlType) -> Result<Field> {
    field(&name.to_ascii_lowercase()).ok_or_else(|| not_recognized(name, ty))
}

fn not_recognized(name: &str, ty: SqlType) -> Error {
    Error::new(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("unit \"{name}\" not recognized for type {}", ty.name()),
    )
}

/// What `date_trunc` may cut to; other parts are unknown to it.
fn named_unit(name: &str, ty: SqlType) -> Result<Field> {
    let field = named(name, ty)?;
    let is_unit = matches!(
        field,
        Field::Microsecond
            | Field::Millisecond
            | Field::Second
            | Field::Minute
            | Field::Hour
            | Field::Day
            | Field::Week
            | Field::Month
            | Field::Quarter
            | Field::Year
            | Field::Decade
            | Field::Century
            | Field::Millennium
    );
    if is_unit { Ok(field) } else { Err(not_recognized(name, ty)) }
}

fn unsupported(name: &str, ty: SqlType) -> Error {
    Error::new(
        SqlState::FEATURE_NOT_SUPPORTED,
        format!("unit \"{name}\" not supported for type {}", ty.name()),
    )
}

fn scaled(value: i64, scale: u16) -> Result<Numeric> {
    Numeric::from_parts(i128::from(value), scale)
}

fn year_shown(year: i64) -> i64 {
    if year > 0 { year } else { year - 1 }
}

fn decade(year: i64) -> i64 {
    if year >= 0 { year / 10 } else { -((8 - (year - 1)) / 10) }
}

/// Centuries and millennia count from 1 and have no zero.
fn age_of(year: i64, length: i64) -> i64 {
    if year > 0 { (year + length - 1) / length } else { -((length - 1 - (year - 1)) / length) }
}

/// The parts of a day that a date, too, has.
fn of_date(field: Field, date: Civil) -> Option<i64> {
    let day = days(date.year, date.month, date.day);
    Some(match field {
        Field::Day => date.day,
        Field::Week => iso_week(day).1,
        Field::Month => date.month,
        Field::Quarter => (date.month - 1) / 3 + 1,
        Field::Year => year_shown(date.year),
        Field::Decade => decade(date.year),
        Field::Century => age_of(date.year, 100),
        Field::Millennium => age_of(date.year, 1000),
        Field::IsoYear => year_shown(iso_week(day).0),
        Field::Weekday => weekday(day),
        Field::IsoWeekday => (weekday(day) + 6) % 7 + 1,
        Field::DayOfYear => day_of_year(date),
        _ => return None,
    })
}

fn of_time(field: Field, micros: i64) -> Result<Option<Numeric>> {
    Ok(Some(match field {
        Field::Microsecond => scaled(micros % MICROS_PER_MINUTE, 0)?,
        Field::Millisecond => scaled(micros % MICROS_PER_MINUTE, 3)?,
        Field::Second => scaled(micros % MICROS_PER_MINUTE, 6)?,
        Field::Minute => scaled(micros / MICROS_PER_MINUTE % 60, 0)?,
        Field::Hour => scaled(micros / MICROS_PER_HOUR, 0)?,
        _ => return Ok(None),
    }))
}

/// What infinite dates and timestamps answer: parts that grow for ever are infinite, others unknown.
fn of_infinity(field: Field, positive: bool) -> Option<Numeric> {
    let grows = matches!(
        field,
        Field::Year
            | Field::Decade
            | Field::Century
            | Field::Millennium
            | Field::Julian
            | Field::IsoYear
            | Field::Epoch
    );
    let infinite = if positive { Numeric::INFINITY } else { Numeric::NEGATIVE_INFINITY };
    grows.then_some(infinite)
}

/// A part of a timestamp or timestamptz; `None` is NULL.
pub fn of_timestamp(name: &str, timestamp: i64, ty: SqlType) -> Result<Option<Numeric>> {
    let field = named(name, ty)?;
    let is_zone = matches!(field, Field::Zone | Field::ZoneHour | Field::ZoneMinute);
    if is_zone && !is_infinite(timestamp) {
        return if ty == SqlType::TimestampTz { Ok(Some(Numeric::ZERO)) } else { Err(unsupported(name, ty)) };
    }
    if is_infinite(timestamp) {
        return Ok(of_infinity(field, timestamp == INFINITY));
    }
    let (date, micros) = split(timestamp);
    if let Some(value) = of_date(field, date) {
        return Ok(Some(Numeric::from(value)));
    }
    match field {
        Field::Epoch => {
            let unix = i128::from(timestamp) - i128::from(days(1970, 1, 1) * MICROS_PER_DAY);
            Ok(Some(Numeric::from_parts(unix, 6)?))
        }
        Field::Julian => {
            let day = timestamp.div_euclid(MICROS_PER_DAY) + JULIAN_OF_2000;
            let part = Numeric::from(micros).divide(&Numeric::from(MICROS_PER_DAY))?;
            Ok(Some(Numeric::from(day).add(&part)?))
        }
        _ => of_time(field, micros),
    }
}

/// A part of a date; `None` is NULL.
pub fn of_day(name: &str, date: i64) -> Result<Option<Numeric>> {
    let field = named(name, SqlType::Date)?;
    let has_time = matches!(
        field,
        Field::Microsecond
            | Field::Millisecond
            | Field::Second
            | Field::Minute
            | Field::Hour
            | Field::Zone
            | Field::ZoneHour
            | Field::ZoneMinute
    );
    if has_time {
        return Err(unsupported(name, SqlType::Date));
    }
    if super::is_infinite_date(date) {
        return Ok(of_infinity(field, date > 0));
    }
    Ok(Some(Numeric::from(match field {
        Field::Epoch => (date - days(1970, 1, 1)) * 86_400,
        Field::Julian => date + JULIAN_OF_2000,
        _ => of_date(field, super::date::civil(date)).ok_or_else(|| unsupported(name, SqlType::Date))?,
    })))
}

/// A part of a time of day.
pub fn of_time_of_day(name: &str, micros: i64) -> Result<Option<Numeric>> {
    match named(name, SqlType::Time)? {
        Field::Epoch => Ok(Some(scaled(micros, 6)?)),
        field => match of_time(field, micros)? {
            Some(value) => Ok(Some(value)),
            None => Err(unsupported(name, SqlType::Time)),
        },
    }
}

/// A part of a time of day with a zone.
pub fn of_zoned_time(name: &str, packed: i64) -> Result<Option<Numeric>> {
    let (local, east) = super::timetz::unpack(packed);
    let part = match named(name, SqlType::TimeTz)? {
        Field::Zone => east,
        Field::ZoneHour => east / 3600,
        Field::ZoneMinute => east / 60 % 60,
        Field::Epoch => return Ok(Some(scaled(local - east * MICROS_PER_SECOND, 6)?)),
        field => {
            return match of_time(field, local)? {
                Some(value) => Ok(Some(value)),
                None => Err(unsupported(name, SqlType::TimeTz)),
            };
        }
    };
    Ok(Some(Numeric::from(part)))
}

/// A part of an interval.
pub fn of_interval(name: &str, interval: Interval) -> Result<Option<Numeric>> {
    let field = named(name, SqlType::Interval)?;
    let months = i64::from(interval.months);
    let whole = match field {
        Field::Day => i64::from(interval.days),
        Field::Month => months % 12,
        Field::Quarter => months % 12 / 3 + 1,
        Field::Year => months / 12,
        Field::Decade => months / 120,
        Field::Century => months / 1200,
        Field::Millennium => months / 12_000,
        Field::Epoch => {
            // A year is 365.25 days, a month beyond whole years 30.
            let quarter_days = 1461 * (months / 12) + 120 * (months % 12) + 4 * i64::from(interval.days);
            let micros =
                i128::from(quarter_days) * i128::from(MICROS_PER_DAY / 4) + i128::from(interval.micros);
            return Ok(Some(Numeric::from_parts(micros, 6)?));
        }
        _ => {
            return match of_time(field, interval.micros)? {
                Some(value) => Ok(Some(value)),
                None => Err(unsupported(name, SqlType::Interval)),
            };
        }
    };
    Ok(Some(Numeric::from(whole)))
}

/// `date_trunc` of a timestamp or timestamptz.
pub fn truncate(name: &str, timestamp: i64, ty: SqlType) -> Result<i64> {
    let field = named_unit(name, ty)?;
    if is_infinite(timestamp) {
        return Ok(timestamp);
    }
    let (date, _) = split(timestamp);
    let to = |unit: i64| Ok(timestamp.div_euclid(unit) * unit);
    let (year, month) = match field {
        Field::Microsecond => return Ok(timestamp),
        Field::Millisecond => return to(1000),
        Field::Second => return to(MICROS_PER_SECOND),
        Field::Minute => return to(MICROS_PER_MINUTE),
        Field::Hour => return to(MICROS_PER_HOUR),
        Field::Day => return to(MICROS_PER_DAY),
        Field::Week => {
            let (year, week) = iso_week(days(date.year, date.month, date.day));
            return check_timestamp(iso_week_start(year, week) * MICROS_PER_DAY);
        }
        Field::Month => (date.year, date.month),
        Field::Quarter => (date.year, (date.month - 1) / 3 * 3 + 1),
        Field::Year => (date.year, 1),
        Field::Decade => {
            (if date.year > 0 { date.year / 10 * 10 } else { -((8 - (date.year - 1)) / 10) * 10 }, 1)
        }
        Field::Century => (first_year(date.year, 100), 1),
        Field::Millennium => (first_year(date.year, 1000), 1),
        _ => return Err(unsupported(name, ty)),
    };
    check_timestamp(days(year, month, 1) * MICROS_PER_DAY)
}

/// The first year of the century or millennium a year is in.
fn first_year(year: i64, length: i64) -> i64 {
    if year > 0 {
        (year + length - 1) / length * length - (length - 1)
    } else {
        -((length - 1 - (year - 1)) / length) * length + 1
    }
}

/// `date_trunc` of an interval.
pub fn truncate_interval(name: &str, interval: Interval) -> Result<Interval> {
    let whole_months = |by: i32| Interval { months: interval.months / by * by, days: 0, micros: 0 };
    let whole_micros = |by: i64| Interval { micros: interval.micros / by * by, ..interval };
    Ok(match named_unit(name, SqlType::Interval)? {
        Field::Microsecond => interval,
        Field::Millisecond => whole_micros(1000),
        Field::Second => whole_micros(MICROS_PER_SECOND),
        Field::Minute => whole_micros(MICROS_PER_MINUTE),
        Field::Hour => whole_micros(MICROS_PER_HOUR),
        Field::Day => Interval { micros: 0, ..interval },
        Field::Month => whole_months(1),
        Field::Quarter => whole_months(3),
        Field::Year => whole_months(12),
        Field::Decade => whole_months(120),
        Field::Century => whole_months(1200),
        Field::Millennium => whole_months(12_000),
        Field::Week => {
            return Err(
                unsupported(name, SqlType::Interval).with_detail("Months usually have fractional weeks.")
            );
        }
        _ => return Err(unsupported(name, SqlType::Interval)),
    })
}
