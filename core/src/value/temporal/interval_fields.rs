//! `INTERVAL DAY TO SECOND(2)`: which fields an interval keeps (PostgreSQL, chapter 8.5.4).
//!
//! A type modifier holds them as PostgreSQL's does: a set of fields in its high half, the digits of a
//! second's fraction in its low half.
//!
//! ```text
//! interval            -1
//! interval(3)         all fields << 16 | 3
//! interval hour       HOUR << 16 | no digits
//! ```

use crate::value::Interval;

use super::{MICROS_PER_HOUR, MICROS_PER_MINUTE};

/// All fields are allowed.
pub(crate) const FULL: i32 = 0x7fff;
/// No number of digits is said.
pub(crate) const FULL_PRECISION: i32 = 0xffff;

const MONTH: i32 = 1 << 1;
const YEAR: i32 = 1 << 2;
const DAY: i32 = 1 << 3;
const HOUR: i32 = 1 << 10;
const MINUTE: i32 = 1 << 11;
const SECOND: i32 = 1 << 12;
/// What two numbers with a colon mean here: minutes and seconds.
pub(crate) const MINUTE_TO_SECOND: i32 = MINUTE | SECOND;

const NAMES: [(&str, i32); 13] = [
    ("year", YEAR),
    ("month", MONTH),
    ("day", DAY),
    ("hour", HOUR),
    ("minute", MINUTE),
    ("second", SECOND),
    ("year to month", YEAR | MONTH),
    ("day to hour", DAY | HOUR),
    ("day to minute", DAY | HOUR | MINUTE),
    ("day to second", DAY | HOUR | MINUTE | SECOND),
    ("hour to minute", HOUR | MINUTE),
    ("hour to second", HOUR | MINUTE | SECOND),
    ("minute to second", MINUTE_TO_SECOND),
];

/// The fields of `day to second`.
pub(crate) fn named(words: &str) -> Option<i32> {
    NAMES.iter().find(|(name, _)| *name == words).map(|(_, fields)| *fields)
}

/// What fields are called; nothing for all of them.
pub(crate) fn name_of(fields: i32) -> Option<&'static str> {
    NAMES.iter().find(|(_, known)| *known == fields).map(|(name, _)| *name)
}

/// The unit of a number that has none: the last field.
pub(crate) fn last_unit(fields: i32) -> &'static str {
    let name = name_of(fields).unwrap_or("second");
    name.rsplit(' ').next().unwrap_or(name)
}

/// Without what stands below the last field.
pub(crate) fn truncate(interval: Interval, fields: i32) -> Interval {
    let Interval { months, days, micros } = interval;
    match last_unit(fields) {
        "year" => Interval { months: months / 12 * 12, days: 0, micros: 0 },
        "month" => Interval { months, days: 0, micros: 0 },
        "day" => Interval { months, days, micros: 0 },
        "hour" => Interval { months, days, micros: micros / MICROS_PER_HOUR * MICROS_PER_HOUR },
        "minute" => Interval { months, days, micros: micros / MICROS_PER_MINUTE * MICROS_PER_MINUTE },
        _ => interval,
    }
}
