//! Dates and times: the clock, parts, truncation, construction, and the functions behind operators.

use crate::base::zone::Zone;
use crate::error::{Error, Result, SqlState};
use crate::function::FunctionContext;
use crate::function::argument::{float, int, interval, out, text};
use crate::function::registry::{Entry, f};
use crate::value::SqlType::{
    Bool, Date, Float8, Int4, Interval as Span, Numeric as Num, Text, Time, TimeTz, Timestamp, TimestampTz,
};
use crate::value::temporal::{
    self, DATE_END, DATE_MIN, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, date,
    date_out_of_range, date_to_timestamp, field, format, interval as span, is_infinite, is_infinite_date,
    timestamp, timetz, zone,
};
use crate::value::{Datum, Interval, Numeric};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("now", &[], TimestampTz, |_, c| Ok(Datum::Int(c.transaction_time()))).stable(),
    f("transaction_timestamp", &[], TimestampTz, |_, c| Ok(Datum::Int(c.transaction_time()))).stable(),
    f("current_timestamp", &[], TimestampTz, |_, c| Ok(Datum::Int(c.transaction_time()))).stable(),
    f("localtimestamp", &[], Timestamp, |_, c| Ok(Datum::Int(here(c, c.transaction_time())?))).stable(),
    f("statement_timestamp", &[], TimestampTz, |_, c| Ok(Datum::Int(c.statement_time()))).stable(),
    f("clock_timestamp", &[], TimestampTz, |_, c| Ok(Datum::Int(c.clock_time()))).volatile(),
    f("current_date", &[], Date, |_, c| {
        Ok(Datum::Int(here(c, c.transaction_time())?.div_euclid(MICROS_PER_DAY)))
    })
    .stable(),
    f("localtime", &[], Time, |_, c| {
        Ok(Datum::Int(here(c, c.transaction_time())?.rem_euclid(MICROS_PER_DAY)))
    })
    .stable(),
    f("date_bin", &[Span, Timestamp, Timestamp], Timestamp, |a, _| binned(a)),
    f("date_bin", &[Span, TimestampTz, TimestampTz], TimestampTz, |a, _| binned(a)),
    f("date_trunc", &[Text, Timestamp], Timestamp, |a, _| {
        Ok(Datum::Int(field::truncate(text(a, 0)?, int(a, 1)?, Timestamp)?))
    }),
    f("date_trunc", &[Text, TimestampTz], TimestampTz, |a, c| truncated(text(a, 0)?, int(a, 1)?, c.zone()))
        .stable(),
    f("date_trunc", &[Text, TimestampTz, Text], TimestampTz, |a, c| {
        truncated(text(a, 0)?, int(a, 1)?, &zone_of(text(a, 2)?, c)?)
    })
    .stable(),
    f("date_trunc", &[Text, Span], Span, |a, _| {
        Ok(Datum::Interval(field::truncate_interval(text(a, 0)?, interval(a, 1)?)?))
    }),
    f("extract", &[Text, Date], Num, |a, _| exact(field::of_day(text(a, 0)?, int(a, 1)?)?)),
    f("extract", &[Text, Time], Num, |a, _| exact(field::of_time_of_day(text(a, 0)?, int(a, 1)?)?)),
    f("extract", &[Text, TimeTz], Num, |a, _| exact(field::of_zoned_time(text(a, 0)?, int(a, 1)?)?)),
    f("date_part", &[Text, TimeTz], Float8, |a, _| inexact(field::of_zoned_time(text(a, 0)?, int(a, 1)?)?)),
    f("extract", &[Text, Timestamp], Num, |a, _| {
        exact(field::of_timestamp(text(a, 0)?, int(a, 1)?, Timestamp)?)
    }),
    f("extract", &[Text, TimestampTz], Num, |a, c| exact(part(text(a, 0)?, int(a, 1)?, c)?)).stable(),
    f("extract", &[Text, Span], Num, |a, _| exact(field::of_interval(text(a, 0)?, interval(a, 1)?)?)),
    // A date's parts come by way of its timestamp: hours of a date are 0 here, an error in extract.
    f("date_part", &[Text, Date], Float8, |a, _| {
        inexact(field::of_timestamp(text(a, 0)?, date_to_timestamp(int(a, 1)?)?, Timestamp)?)
    }),
    f("date_part", &[Text, Time], Float8, |a, _| inexact(field::of_time_of_day(text(a, 0)?, int(a, 1)?)?)),
    f("date_part", &[Text, Timestamp], Float8, |a, _| {
        inexact(field::of_timestamp(text(a, 0)?, int(a, 1)?, Timestamp)?)
    }),
    f("date_part", &[Text, TimestampTz], Float8, |a, c| inexact(part(text(a, 0)?, int(a, 1)?, c)?)).stable(),
    f("date_part", &[Text, Span], Float8, |a, _| inexact(field::of_interval(text(a, 0)?, interval(a, 1)?)?)),
    f("age", &[Timestamp, Timestamp], Span, |a, _| {
        Ok(Datum::Interval(timestamp::age(int(a, 0)?, int(a, 1)?)?))
    }),
    f("age", &[TimestampTz, TimestampTz], Span, |a, c| {
        Ok(Datum::Interval(timestamp::age(here(c, int(a, 0)?)?, here(c, int(a, 1)?)?)?))
    })
    .stable(),
    f("age", &[Timestamp], Span, |a, c| {
        let today = here(c, c.transaction_time())?.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY;
        Ok(Datum::Interval(timestamp::age(today, int(a, 0)?)?))
    })
    .stable(),
    f("age", &[TimestampTz], Span, |a, c| {
        let today = here(c, c.transaction_time())?.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY;
        Ok(Datum::Interval(timestamp::age(today, here(c, int(a, 0)?)?)?))
    })
    .stable(),
    f("make_date", &[Int4, Int4, Int4], Date, |a, _| {
        Ok(Datum::Int(make_date(int(a, 0)?, int(a, 1)?, int(a, 2)?)?))
    }),
    f("make_time", &[Int4, Int4, Float8], Time, |a, _| {
        Ok(Datum::Int(make_time(int(a, 0)?, int(a, 1)?, float(a, 2)?)?))
    }),
    f("make_timestamp", &[Int4, Int4, Int4, Int4, Int4, Float8], Timestamp, |a, _| make_timestamp(a)),
    f("make_timestamptz", &[Int4, Int4, Int4, Int4, Int4, Float8], TimestampTz, |a, c| made(a, c.zone()))
        .stable(),
    f("make_timestamptz", &[Int4, Int4, Int4, Int4, Int4, Float8, Text], TimestampTz, |a, c| {
        made(a, &zone_of(text(a, 6)?, c)?)
    })
    .stable(),
    f("make_interval", &[Int4, Int4, Int4, Int4, Int4, Int4, Float8], Span, |a, _| make_interval(a))
        .optional(7),
    f("to_timestamp", &[Float8], TimestampTz, |a, _| from_epoch(float(a, 0)?)),
    f("isfinite", &[Date], Bool, |a, _| Ok(Datum::Bool(!is_infinite_date(int(a, 0)?)))),
    f("isfinite", &[Timestamp], Bool, |a, _| Ok(Datum::Bool(!is_infinite(int(a, 0)?)))),
    f("isfinite", &[TimestampTz], Bool, |a, _| Ok(Datum::Bool(!is_infinite(int(a, 0)?)))),
    f("isfinite", &[Span], Bool, |_, _| Ok(Datum::Bool(true))),
    f("justify_hours", &[Span], Span, |a, _| Ok(Datum::Interval(span::justify_hours(interval(a, 0)?)?))),
    f("justify_days", &[Span], Span, |a, _| Ok(Datum::Interval(span::justify_days(interval(a, 0)?)?))),
    f("justify_interval", &[Span], Span, |a, _| Ok(Datum::Interval(span::justify(interval(a, 0)?)?))),
    f("timezone", &[Text, Timestamp], TimestampTz, |a, c| {
        Ok(Datum::Int(instant(&zone_of(text(a, 0)?, c)?, int(a, 1)?)?))
    }),
    f("timezone", &[Text, TimestampTz], Timestamp, |a, c| {
        Ok(Datum::Int(local(&zone_of(text(a, 0)?, c)?, int(a, 1)?)?))
    }),
    f("timezone", &[Span, Timestamp], TimestampTz, |a, _| {
        shift(int(a, 1)?, -(interval(a, 0)?.micros / MICROS_PER_SECOND))
    }),
    f("timezone", &[Span, TimestampTz], Timestamp, |a, _| {
        shift(int(a, 1)?, interval(a, 0)?.micros / MICROS_PER_SECOND)
    }),
    f("timezone", &[Text, TimeTz], TimeTz, |a, c| {
        Ok(Datum::Int(in_zone(int(a, 1)?, zone_of(text(a, 0)?, c)?.east(c.transaction_time()))))
    })
    .stable(),
    f("timezone", &[Span, TimeTz], TimeTz, |a, _| {
        let east = interval(a, 0)?.micros / MICROS_PER_SECOND;
        if east.abs() >= zone::DISPLACEMENT_END {
            return Err(invalid_field("interval out of range".into()));
        }
        Ok(Datum::Int(in_zone(int(a, 1)?, east)))
    }),
    f("to_char", &[Timestamp, Text], Text, |a, _| to_char(int(a, 0)?, text(a, 1)?, None)).stable(),
    f("to_char", &[TimestampTz, Text], Text, |a, c| to_char(int(a, 0)?, text(a, 1)?, Some(c.zone())))
        .stable(),
    f("date", &[Timestamp], Date, |a, _| Ok(Datum::Int(temporal::timestamp_to_date(int(a, 0)?)))),
    f("date", &[TimestampTz], Date, |a, c| Ok(Datum::Int(temporal::timestamp_to_date(here(c, int(a, 0)?)?))))
        .stable(),
];

/// The functions that operators resolve to, under PostgreSQL's names.
pub(super) static OPERATORS: &[Entry] = &[
    f("date_pli", &[Date, Int4], Date, |a, _| add_days(int(a, 0)?, int(a, 1)?)),
    f("integer_pl_date", &[Int4, Date], Date, |a, _| add_days(int(a, 1)?, int(a, 0)?)),
    f("date_mii", &[Date, Int4], Date, |a, _| add_days(int(a, 0)?, -int(a, 1)?)),
    f("date_mi", &[Date, Date], Int4, |a, _| {
        let (x, y) = (int(a, 0)?, int(a, 1)?);
        if is_infinite_date(x) || is_infinite_date(y) {
            return Err(Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "cannot subtract infinite dates"));
        }
        Ok(Datum::Int(x - y))
    }),
    f("datetime_pl", &[Date, Time], Timestamp, |a, _| with_time(int(a, 0)?, int(a, 1)?)),
    f("timedate_pl", &[Time, Date], Timestamp, |a, _| with_time(int(a, 1)?, int(a, 0)?)),
    f("date_pl_interval", &[Date, Span], Timestamp, |a, _| {
        shifted(date_to_timestamp(int(a, 0)?)?, interval(a, 1)?)
    }),
    f("date_mi_interval", &[Date, Span], Timestamp, |a, _| {
        shifted(date_to_timestamp(int(a, 0)?)?, span::negate(interval(a, 1)?)?)
    }),
    f("interval_pl_date", &[Span, Date], Timestamp, |a, _| {
        shifted(date_to_timestamp(int(a, 1)?)?, interval(a, 0)?)
    }),
    f("timestamp_pl_interval", &[Timestamp, Span], Timestamp, |a, _| shifted(int(a, 0)?, interval(a, 1)?)),
    f("timestamp_mi_interval", &[Timestamp, Span], Timestamp, |a, _| {
        shifted(int(a, 0)?, span::negate(interval(a, 1)?)?)
    }),
    f("interval_pl_timestamp", &[Span, Timestamp], Timestamp, |a, _| shifted(int(a, 1)?, interval(a, 0)?)),
    f("timestamp_mi", &[Timestamp, Timestamp], Span, |a, _| {
        Ok(Datum::Interval(timestamp::subtract(int(a, 0)?, int(a, 1)?)?))
    }),
    f("timestamptz_pl_interval", &[TimestampTz, Span], TimestampTz, |a, c| {
        shifted_here(c, int(a, 0)?, interval(a, 1)?)
    })
    .stable(),
    f("timestamptz_mi_interval", &[TimestampTz, Span], TimestampTz, |a, c| {
        shifted_here(c, int(a, 0)?, span::negate(interval(a, 1)?)?)
    })
    .stable(),
    f("interval_pl_timestamptz", &[Span, TimestampTz], TimestampTz, |a, c| {
        shifted_here(c, int(a, 1)?, interval(a, 0)?)
    })
    .stable(),
    f("timestamptz_mi", &[TimestampTz, TimestampTz], Span, |a, _| {
        Ok(Datum::Interval(timestamp::subtract(int(a, 0)?, int(a, 1)?)?))
    }),
    f("datetimetz_pl", &[Date, TimeTz], TimestampTz, |a, _| zoned(int(a, 0)?, int(a, 1)?)),
    f("timetzdate_pl", &[TimeTz, Date], TimestampTz, |a, _| zoned(int(a, 1)?, int(a, 0)?)),
    f("timetz_pl_interval", &[TimeTz, Span], TimeTz, |a, _| turn_zoned(int(a, 0)?, interval(a, 1)?.micros)),
    f("timetz_mi_interval", &[TimeTz, Span], TimeTz, |a, _| {
        turn_zoned(int(a, 0)?, -(interval(a, 1)?.micros % MICROS_PER_DAY))
    }),
    f("interval_pl_timetz", &[Span, TimeTz], TimeTz, |a, _| turn_zoned(int(a, 1)?, interval(a, 0)?.micros)),
    f("time_pl_interval", &[Time, Span], Time, |a, _| turn(int(a, 0)?, interval(a, 1)?.micros)),
    f("time_mi_interval", &[Time, Span], Time, |a, _| {
        turn(int(a, 0)?, -(interval(a, 1)?.micros % MICROS_PER_DAY))
    }),
    f("interval_pl_time", &[Span, Time], Time, |a, _| turn(int(a, 1)?, interval(a, 0)?.micros)),
    f("time_mi_time", &[Time, Time], Span, |a, _| {
        Ok(Datum::Interval(Interval { months: 0, days: 0, micros: int(a, 0)? - int(a, 1)? }))
    }),
    f("interval_pl", &[Span, Span], Span, |a, _| {
        Ok(Datum::Interval(span::add(interval(a, 0)?, interval(a, 1)?)?))
    }),
    f("interval_mi", &[Span, Span], Span, |a, _| {
        Ok(Datum::Interval(span::subtract(interval(a, 0)?, interval(a, 1)?)?))
    }),
    f("interval_mul", &[Span, Float8], Span, |a, _| {
        Ok(Datum::Interval(span::multiply(interval(a, 0)?, float(a, 1)?)?))
    }),
    f("mul_d_interval", &[Float8, Span], Span, |a, _| {
        Ok(Datum::Interval(span::multiply(interval(a, 1)?, float(a, 0)?)?))
    }),
    f("interval_div", &[Span, Float8], Span, |a, _| {
        Ok(Datum::Interval(span::divide(interval(a, 0)?, float(a, 1)?)?))
    }),
    f("interval_um", &[Span], Span, |a, _| Ok(Datum::Interval(span::negate(interval(a, 0)?)?))),
];

/// What the clocks of a zone show; infinity stays.
fn local(zone: &Zone, instant: i64) -> Result<i64> {
    if is_infinite(instant) {
        return Ok(instant);
    }
    zone.local(instant).ok_or_else(temporal::timestamp_out_of_range)
}

/// The instant at which the clocks of a zone show this.
fn instant(zone: &Zone, local: i64) -> Result<i64> {
    if is_infinite(local) {
        return Ok(local);
    }
    let instant = zone.instant(local).ok_or_else(temporal::timestamp_out_of_range)?;
    temporal::check_timestamp(instant)
}

fn here(context: &dyn FunctionContext, instant: i64) -> Result<i64> {
    local(context.zone(), instant)
}

/// An abbreviation, an offset or a region.
fn zone_of(name: &str, context: &dyn FunctionContext) -> Result<Zone> {
    match zone::by_name(name) {
        Ok(east) => Ok(Zone::fixed("".into(), east)),
        Err(error) => context.zone_named(name.trim()).ok_or(error),
    }
}

fn truncated(unit: &str, at: i64, zone: &Zone) -> Result<Datum> {
    if is_infinite(at) || zone.is_utc() {
        return Ok(Datum::Int(field::truncate(unit, at, TimestampTz)?));
    }
    let start = field::truncate(unit, local(zone, at)?, TimestampTz)?;
    // Within a day the offset stays what it was: an hour that is shown twice is two hours.
    let whole_days = start.rem_euclid(MICROS_PER_DAY) == 0 && !unit.to_ascii_lowercase().starts_with("hour");
    Ok(Datum::Int(if whole_days { instant(zone, start)? } else { start - zone.east(at) * MICROS_PER_SECOND }))
}

/// A part of an instant as the session's clocks show it.
fn part(name: &str, at: i64, context: &dyn FunctionContext) -> Result<Option<Numeric>> {
    let zone = context.zone();
    let asked = name.to_ascii_lowercase();
    if zone.is_utc() || is_infinite(at) || asked == "epoch" {
        return field::of_timestamp(name, at, TimestampTz);
    }
    let east = zone.east(at);
    match asked.as_str() {
        "timezone" => Ok(Some(Numeric::from(east))),
        "timezone_hour" | "timezone_h" => Ok(Some(Numeric::from(east / 3600))),
        "timezone_minute" | "timezone_m" => Ok(Some(Numeric::from(east / 60 % 60))),
        _ => field::of_timestamp(name, here(context, at)?, TimestampTz),
    }
}

/// Months and days by the clocks of the session, then time.
fn shifted_here(context: &dyn FunctionContext, at: i64, by: Interval) -> Result<Datum> {
    let zone = context.zone();
    if zone.is_utc() || (by.months == 0 && by.days == 0) || is_infinite(at) {
        return shifted(at, by);
    }
    let moved = timestamp::add(local(zone, at)?, Interval { micros: 0, ..by })?;
    shifted(instant(zone, moved)?, Interval { months: 0, days: 0, micros: by.micros })
}

fn made(a: &[Datum], zone: &Zone) -> Result<Datum> {
    match make_timestamp(a)? {
        Datum::Int(local) => Ok(Datum::Int(instant(zone, local)?)),
        other => Ok(other),
    }
}

fn exact(part: Option<Numeric>) -> Result<Datum> {
    Ok(part.map_or(Datum::Null, Datum::Numeric))
}

fn inexact(part: Option<Numeric>) -> Result<Datum> {
    Ok(part.map_or(Datum::Null, |part| Datum::Float(part.to_f64())))
}

fn shifted(instant: i64, by: Interval) -> Result<Datum> {
    Ok(Datum::Int(timestamp::add(instant, by)?))
}

/// A time of day after some time, round the clock.
fn turn(time: i64, by: i64) -> Result<Datum> {
    Ok(Datum::Int((time + by % MICROS_PER_DAY).rem_euclid(MICROS_PER_DAY)))
}

/// The same instant of the day as another zone's clocks show it.
fn in_zone(packed: i64, east: i64) -> i64 {
    let (local, from) = timetz::unpack(packed);
    timetz::pack((local + (east - from) * MICROS_PER_SECOND).rem_euclid(MICROS_PER_DAY), east)
}

fn turn_zoned(packed: i64, by: i64) -> Result<Datum> {
    let (local, east) = timetz::unpack(packed);
    let turned = (local + by % MICROS_PER_DAY).rem_euclid(MICROS_PER_DAY);
    Ok(Datum::Int(timetz::pack(turned, east)))
}

fn zoned(day: i64, packed: i64) -> Result<Datum> {
    let (local, east) = timetz::unpack(packed);
    with_time(day, local - east * MICROS_PER_SECOND)
}

fn shift(instant: i64, seconds: i64) -> Result<Datum> {
    shifted(instant, Interval { months: 0, days: 0, micros: seconds.saturating_mul(MICROS_PER_SECOND) })
}

fn add_days(day: i64, days: i64) -> Result<Datum> {
    if is_infinite_date(day) {
        return Ok(Datum::Int(day));
    }
    let moved = day + days;
    if (DATE_MIN..DATE_END).contains(&moved) { Ok(Datum::Int(moved)) } else { Err(date_out_of_range()) }
}

fn with_time(day: i64, micros: i64) -> Result<Datum> {
    let start = date_to_timestamp(day)?;
    if is_infinite(start) {
        return Ok(Datum::Int(start));
    }
    start
        .checked_add(micros)
        .filter(|sum| *sum < temporal::TIMESTAMP_END)
        .map(Datum::Int)
        .ok_or_else(temporal::timestamp_out_of_range)
}

fn invalid_field(what: String) -> Error {
    Error::new(SqlState::DATETIME_FIELD_OVERFLOW, what)
}

fn make_date(year: i64, month: i64, day: i64) -> Result<i64> {
    let wrong = || invalid_field(format!("date field value out of range: {year}-{month:02}-{day:02}"));
    // Negative years are BC.
    let astronomical = match year {
        0 => return Err(wrong()),
        1.. => year,
        _ => year + 1,
    };
    let exists = (1..=12).contains(&month) && day >= 1 && day <= date::month_days(astronomical, month);
    if !exists {
        return Err(wrong());
    }
    let days = date::days(astronomical, month, day);
    if (DATE_MIN..DATE_END).contains(&days) {
        Ok(days)
    } else {
        Err(invalid_field(format!("date out of range: {year}-{month:02}-{day:02}")))
    }
}

fn make_time(hour: i64, minute: i64, second: f64) -> Result<i64> {
    let micros = (second * 1_000_000.0).round_ties_even();
    let valid = (0..=24).contains(&hour)
        && (0..=59).contains(&minute)
        && (0.0..=60_000_000.0).contains(&micros)
        && (hour < 24 || (minute == 0 && micros == 0.0));
    if !valid {
        return Err(invalid_field(format!("time field value out of range: {hour}:{minute:02}:{second:02}")));
    }
    Ok(hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + micros as i64)
}

fn make_timestamp(a: &[Datum]) -> Result<Datum> {
    let day = make_date(int(a, 0)?, int(a, 1)?, int(a, 2)?)?;
    with_time(day, make_time(int(a, 3)?, int(a, 4)?, float(a, 5)?)?)
}

fn make_interval(a: &[Datum]) -> Result<Datum> {
    let part = |at: usize| if at < a.len() { int(a, at) } else { Ok(0) };
    let wide = |value: i64| i32::try_from(value).map_err(|_| span::out_of_range());
    let months = wide(part(0)? * 12 + part(1)?)?;
    let days = wide(part(2)? * 7 + part(3)?)?;
    let seconds = if a.len() > 6 { float(a, 6)? } else { 0.0 };
    let micros = (seconds * 1_000_000.0).round_ties_even();
    if !micros.is_finite() || micros.abs() > 9e18 {
        return Err(span::out_of_range());
    }
    let micros = (part(4)? * MICROS_PER_HOUR + part(5)? * MICROS_PER_MINUTE)
        .checked_add(micros as i64)
        .ok_or_else(span::out_of_range)?;
    Ok(Datum::Interval(Interval { months, days, micros }))
}

/// `to_timestamp(seconds since 1970)`
fn from_epoch(seconds: f64) -> Result<Datum> {
    if seconds.is_nan() {
        return Err(Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp cannot be NaN"));
    }
    if seconds.is_infinite() {
        return Ok(Datum::Int(if seconds > 0.0 { temporal::INFINITY } else { temporal::NEGATIVE_INFINITY }));
    }
    let since_2000 = seconds - 946_684_800.0;
    let micros = (since_2000 * 1_000_000.0).round_ties_even();
    if !(temporal::TIMESTAMP_MIN as f64..temporal::TIMESTAMP_END as f64).contains(&micros) {
        return Err(invalid_field(format!("timestamp out of range: \"{seconds}\"")));
    }
    Ok(Datum::Int(micros as i64))
}

fn to_char(at: i64, template: &str, zone: Option<&Zone>) -> Result<Datum> {
    let shown = match zone {
        Some(zone) => {
            let clock = format::ZoneShown { east: zone.east(at), abbreviation: &|| zone.abbreviation(at) };
            format::to_char(local(zone, at)?, template, Some(&clock))
        }
        None => format::to_char(at, template, None),
    };
    shown.map_or(Ok(Datum::Null), out)
}

/// The last of the moments that are whole strides from an origin and not after a time.
fn binned(a: &[Datum]) -> Result<Datum> {
    let (stride, time, origin) = (interval(a, 0)?, int(a, 1)?, int(a, 2)?);
    if is_infinite(time) {
        return Ok(Datum::Int(time));
    }
    let out_of_range = |what: &str| Error::new(SqlState::DATETIME_FIELD_OVERFLOW, what);
    if is_infinite(origin) {
        return Err(out_of_range("origin out of range"));
    }
    if stride.months != 0 {
        return Err(Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "timestamps cannot be binned into intervals containing months or years",
        ));
    }
    let length = i64::from(stride.days).checked_mul(MICROS_PER_DAY);
    let length = length.and_then(|days| days.checked_add(stride.micros));
    let length = length.ok_or_else(|| out_of_range("interval out of range"))?;
    if length <= 0 {
        return Err(out_of_range("stride must be greater than zero"));
    }
    let since = time.checked_sub(origin).ok_or_else(|| out_of_range("interval out of range"))?;
    let start = time.checked_sub(since.rem_euclid(length)).filter(|start| !is_infinite(*start));
    start.map(Datum::Int).ok_or_else(|| out_of_range("timestamp out of range"))
}
