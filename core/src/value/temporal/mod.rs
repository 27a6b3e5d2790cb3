//! date, time, timestamp, interval: units, ranges, and conversions between them.
//!
//! Days count from 2000-01-01, microseconds from its midnight in UTC, as in PostgreSQL's binary form.
//! The calendar is the proleptic Gregorian one. Dates are read month first (MDY) and
//! printed in ISO form. Zones are fixed offsets and the usual abbreviations; regions come with the [`Moment`].

pub mod date;
pub mod field;
pub mod format;
pub mod interval;
pub(crate) mod interval_fields;
mod parse;
mod parse_interval;
mod print;
pub mod timestamp;
pub mod timetz;
pub mod zone;

use crate::base::zone::Zone;
use crate::error::{Error, Result, SqlState};

use super::{Datum, Interval, SqlType, TypeName};

pub(crate) use print::{write, write_instant, write_interval, write_interval_as, write_zone};

/// Microseconds of a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds of a minute.
pub const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
/// Microseconds of an hour.
pub const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
/// Microseconds of a day without leap seconds, which SQL does not have.
pub const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// First day there is: 4714-11-24 BC, Julian day 0.
pub const DATE_MIN: i64 = -2_451_545;
/// The day after the last: 5874898-01-01.
pub const DATE_END: i64 = 2_145_031_949;
/// First instant of a timestamp: 4714-11-24 BC.
pub const TIMESTAMP_MIN: i64 = -211_813_488_000_000_000;
/// The instant after the last: 294277-01-01.
pub const TIMESTAMP_END: i64 = 9_223_371_331_200_000_000;
/// `infinity` as a date.
pub const DATE_INFINITY: i64 = i32::MAX as i64;
/// `-infinity` as a date.
pub const DATE_NEGATIVE_INFINITY: i64 = i32::MIN as i64;
/// `infinity` as a timestamp.
pub const INFINITY: i64 = i64::MAX;
/// `-infinity` as a timestamp.
pub const NEGATIVE_INFINITY: i64 = i64::MIN;

/// Whether a timestamp is infinite.
pub const fn is_infinite(timestamp: i64) -> bool {
    timestamp == INFINITY || timestamp == NEGATIVE_INFINITY
}

/// Whether a date is infinite.
pub const fn is_infinite_date(date: i64) -> bool {
    date == DATE_INFINITY || date == DATE_NEGATIVE_INFINITY
}

/// 22008.
pub fn timestamp_out_of_range() -> Error {
    Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range")
}

/// 22008.
pub fn date_out_of_range() -> Error {
    Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "date out of range")
}

/// A finite timestamp in its range.
pub(crate) fn check_timestamp(micros: i64) -> Result<i64> {
    if (TIMESTAMP_MIN..TIMESTAMP_END).contains(&micros) { Ok(micros) } else { Err(timestamp_out_of_range()) }
}

/// Reads a date, time, timestamp or interval. `now` is the time of the transaction, for `now`,
/// `today` and their kin; without it they are refused.
pub(crate) fn parse(text: &str, ty: TypeName, now: Option<i64>) -> Result<Datum> {
    let datum = match ty.ty {
        SqlType::Interval => Datum::Interval(parse_interval::parse(text, ty.interval_fields())?),
        _ => Datum::Int(parse::parse(text, ty.ty, &Moment { now, zone: &Zone::UTC, find: &|_| None })?),
    };
    super::apply_modifier(datum, ty, false)
}

/// What the meaning of a time's text may depend on.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The time of the transaction; without it `now` and its kin are refused.
    pub now: Option<i64>,
    /// Where the session is.
    pub zone: &'a Zone,
    /// Regions by name.
    pub find: &'a dyn Fn(&str) -> Option<Zone>,
}

/// As [`super::Datum::parse`], of times and arrays of them, at a moment of a session.
pub fn parse_in(text: &str, ty: TypeName, moment: &Moment<'_>) -> Result<Datum> {
    if let Some(element) = ty.element() {
        let mut item = |item: &str| parse_in(item, element, moment);
        return super::array::parse_array_with(text, element.ty, &mut item)?.datum();
    }
    super::apply_modifier(Datum::Int(parse::parse(text, ty.ty, moment)?), ty, false)
}

/// Whether reading a text as this type may need a [`Moment`].
pub fn is_momentary(ty: SqlType) -> bool {
    use SqlType::{Date, Time, TimeTz, Timestamp, TimestampTz};
    matches!(ty.element().unwrap_or(ty), Date | Time | TimeTz | Timestamp | TimestampTz)
}

/// The value of a text where it is the same at every moment; it is read at two of them that share nothing.
pub fn parse_timeless(text: &str, ty: TypeName) -> Result<Option<Datum>> {
    let there = Zone::fixed("".into(), 3661);
    let early = Moment { now: Some(0), zone: &Zone::UTC, find: &|_| None };
    let late = Moment { now: Some(MICROS_PER_DAY * 4001), zone: &there, find: &|_| Some(Zone::UTC) };
    match (parse_in(text, ty, &early), parse_in(text, ty, &late)) {
        (Ok(one), Ok(other)) => Ok((one == other).then_some(one)),
        (Err(error), Err(_)) => Err(error),
        _ => Ok(None),
    }
}

/// Rounds half up to `digits` fractional digits of a second.
pub(crate) fn round_micros(micros: i64, digits: u32) -> i64 {
    if is_infinite(micros) || digits >= 6 {
        return micros;
    }
    let unit = 10i64.pow(6 - digits);
    let half = unit / 2;
    let moved = if micros >= 0 { micros.saturating_add(half) } else { micros.saturating_sub(half) };
    moved / unit * unit
}

/// The timestamp at the start of a day; 22008 where timestamps do not reach.
pub fn date_to_timestamp(date: i64) -> Result<i64> {
    match date {
        DATE_INFINITY => Ok(INFINITY),
        DATE_NEGATIVE_INFINITY => Ok(NEGATIVE_INFINITY),
        _ => date
            .checked_mul(MICROS_PER_DAY)
            .filter(|micros| *micros < TIMESTAMP_END)
            .ok_or_else(|| Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "date out of range for timestamp")),
    }
}

/// The day of a timestamp.
pub fn timestamp_to_date(timestamp: i64) -> i64 {
    match timestamp {
        INFINITY => DATE_INFINITY,
        NEGATIVE_INFINITY => DATE_NEGATIVE_INFINITY,
        _ => timestamp.div_euclid(MICROS_PER_DAY),
    }
}

/// The casts among these types.
pub(super) fn convert(datum: &Datum, from: SqlType, to: SqlType) -> Result<Datum> {
    use SqlType::{Date, Time, TimeTz, Timestamp, TimestampTz};
    Ok(match (datum, from, to) {
        (Datum::Int(date), Date, Timestamp | TimestampTz) => Datum::Int(date_to_timestamp(*date)?),
        (Datum::Int(_), Timestamp | TimestampTz, Timestamp | TimestampTz) => datum.clone(),
        (Datum::Int(timestamp), Timestamp | TimestampTz, Date) => Datum::Int(timestamp_to_date(*timestamp)),
        (Datum::Int(timestamp), Timestamp | TimestampTz, Time) => {
            if is_infinite(*timestamp) {
                return Ok(Datum::Null);
            }
            Datum::Int(timestamp.rem_euclid(MICROS_PER_DAY))
        }
        (Datum::Int(micros), Time, TimeTz) => Datum::Int(timetz::pack(*micros, 0)),
        (Datum::Int(packed), TimeTz, Time) => Datum::Int(timetz::unpack(*packed).0),
        (Datum::Int(timestamp), TimestampTz, TimeTz) => {
            if is_infinite(*timestamp) {
                return Ok(Datum::Null);
            }
            Datum::Int(timetz::pack(timestamp.rem_euclid(MICROS_PER_DAY), 0))
        }
        (Datum::Int(micros), Time, SqlType::Interval) => {
            Datum::Interval(Interval { months: 0, days: 0, micros: *micros })
        }
        (Datum::Interval(interval), SqlType::Interval, Time) => {
            Datum::Int(interval.micros.rem_euclid(MICROS_PER_DAY))
        }
        _ => return Err(super::cannot_cast(from, to)),
    })
}
