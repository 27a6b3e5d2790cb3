//! Proleptic Gregorian dates as days from 2000-01-01.
//!
//! Years are astronomical here: 0 is 1 BC.

/// Days from 2000-01-01 of 0000-03-01, where the calendar's 400-year cycles are counted from.
const CYCLE_START: i64 = -730_425;
const DAYS_PER_CYCLE: i64 = 146_097;
/// Julian day of 2000-01-01.
pub const JULIAN_OF_2000: i64 = 2_451_545;

/// Year, month and day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    /// Astronomical.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// The day number of a date that exists.
pub const fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let cycle = shifted.div_euclid(400);
    let year_of_cycle = shifted.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    CYCLE_START + cycle * DAYS_PER_CYCLE + day_of_cycle
}

/// The date of a day number.
pub const fn civil(days: i64) -> Civil {
    let from_start = days - CYCLE_START;
    let cycle = from_start.div_euclid(DAYS_PER_CYCLE);
    let day_of_cycle = from_start.rem_euclid(DAYS_PER_CYCLE);
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_cycle + cycle * 400 + if month <= 2 { 1 } else { 0 };
    Civil { year, month, day }
}

/// Whether an astronomical year has a leap day.
pub const fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// How many days a month has.
pub const fn month_days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + if is_leap(year) { 1 } else { 0 },
        _ => 31,
    }
}

/// 0 is Sunday.
pub const fn weekday(days: i64) -> i64 {
    // 2000-01-01 was a Saturday.
    (days + 6).rem_euclid(7)
}

/// 1 is the first of January.
pub const fn day_of_year(date: Civil) -> i64 {
    days(date.year, date.month, date.day) - days(date.year, 1, 1) + 1
}

/// ISO 8601 year and week.
pub const fn iso_week(day: i64) -> (i64, i64) {
    // The week belongs to the year its Thursday is in.
    let thursday = day - (weekday(day) + 6) % 7 + 3;
    let year = civil(thursday).year;
    (year, (thursday - days(year, 1, 1)) / 7 + 1)
}

/// First day of an ISO week.
pub const fn iso_week_start(year: i64, week: i64) -> i64 {
    let fourth = days(year, 1, 4);
    fourth - (weekday(fourth) + 6) % 7 + (week - 1) * 7
}
