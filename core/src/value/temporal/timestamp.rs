//! Arithmetic on timestamps: with intervals, between each other, age.

use crate::error::{Error, Result, SqlState};
use crate::value::Interval;

use super::date::{Civil, civil, days, month_days};
use super::{MICROS_PER_DAY, check_timestamp, is_infinite, timestamp_out_of_range};

/// A day and the microseconds in it.
pub fn split(timestamp: i64) -> (Civil, i64) {
    (civil(timestamp.div_euclid(MICROS_PER_DAY)), timestamp.rem_euclid(MICROS_PER_DAY))
}

/// Months first, keeping the day where the month has it, then days, then time; infinity stays.
pub fn add(timestamp: i64, interval: Interval) -> Result<i64> {
    if is_infinite(timestamp) {
        return Ok(timestamp);
    }
    let mut micros = i128::from(timestamp);
    if interval.months != 0 {
        let (date, time) = split(timestamp);
        let months = date.year * 12 + (date.month - 1) + i64::from(interval.months);
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let day = date.day.min(month_days(year, month));
        micros = i128::from(days(year, month, day)) * i128::from(MICROS_PER_DAY) + i128::from(time);
    }
    micros += i128::from(interval.days) * i128::from(MICROS_PER_DAY) + i128::from(interval.micros);
    let micros = i64::try_from(micros).map_err(|_| timestamp_out_of_range())?;
    check_timestamp(micros)
}

/// `a - b` in days and time.
pub fn subtract(a: i64, b: i64) -> Result<Interval> {
    if is_infinite(a) || is_infinite(b) {
        return Err(Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "cannot subtract infinite timestamps"));
    }
    let micros = a.checked_sub(b).ok_or_else(super::interval::out_of_range)?;
    let days = i32::try_from(micros / MICROS_PER_DAY).map_err(|_| super::interval::out_of_range())?;
    Ok(Interval { months: 0, days, micros: micros % MICROS_PER_DAY })
}

/// `a - b` in years, months, days and time, as a calendar counts them.
pub fn age(a: i64, b: i64) -> Result<Interval> {
    if is_infinite(a) || is_infinite(b) {
        return Err(timestamp_out_of_range());
    }
    // Count upwards from the earlier one, then give the result its sign.
    let (later, earlier, sign) = if a >= b { (a, b, 1) } else { (b, a, -1) };
    let ((to, to_time), (from, from_time)) = (split(later), split(earlier));
    let mut time = to_time - from_time;
    let mut day = to.day - from.day;
    let mut month = to.month - from.month;
    let mut year = to.year - from.year;
    if time < 0 {
        time += MICROS_PER_DAY;
        day -= 1;
    }
    while day < 0 {
        // The month borrowed is the one the earlier instant stands in.
        day += month_days(from.year, from.month);
        month -= 1;
    }
    if month < 0 {
        month += 12;
        year -= 1;
    }
    let months = i32::try_from((year * 12 + month) * sign).map_err(|_| super::interval::out_of_range())?;
    let days = i32::try_from(day * sign).map_err(|_| super::interval::out_of_range())?;
    Ok(Interval { months, days, micros: time * sign })
}
