//! ISO output.

use core::fmt::Write;

use crate::base::zone::Zone;
use crate::value::{Interval, SqlType};

use super::date::civil;
use super::{
    INFINITY, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, NEGATIVE_INFINITY,
    is_infinite, is_infinite_date,
};

/// Appends a date, time, timestamp or timestamptz.
pub(crate) fn write(value: i64, ty: SqlType, out: &mut String) {
    match ty {
        SqlType::Time => write_time(value, out),
        SqlType::TimeTz => {
            let (local, east) = super::timetz::unpack(value);
            write_time(local, out);
            write_zone(east, out);
        }
        SqlType::Date if is_infinite_date(value) => {
            out.push_str(if value > 0 { "infinity" } else { "-infinity" });
        }
        SqlType::Date => {
            let before_christ = write_date(value, out);
            if before_christ {
                out.push_str(" BC");
            }
        }
        _ => match value {
            INFINITY => out.push_str("infinity"),
            NEGATIVE_INFINITY => out.push_str("-infinity"),
            _ => write_moment(value, (ty == SqlType::TimestampTz).then_some(0), out),
        },
    }
}

/// Appends an instant as the clocks of a zone show it.
pub(crate) fn write_instant(instant: i64, zone: &Zone, out: &mut String) {
    match zone.local(instant) {
        Some(local) if !is_infinite(instant) => write_moment(local, Some(zone.east(instant)), out),
        _ => write(instant, SqlType::TimestampTz, out),
    }
}

fn write_moment(local: i64, east: Option<i64>, out: &mut String) {
    let before_christ = write_date(local.div_euclid(MICROS_PER_DAY), out);
    out.push(' ');
    write_time(local.rem_euclid(MICROS_PER_DAY), out);
    if let Some(east) = east {
        write_zone(east, out);
    }
    if before_christ {
        out.push_str(" BC");
    }
}

/// Appends year, month and day; answers whether the year was before Christ.
fn write_date(days: i64, out: &mut String) -> bool {
    let date = civil(days);
    let year = if date.year > 0 { date.year } else { 1 - date.year };
    if (0..10_000).contains(&year) {
        for (number, scale) in [(year, 1000), (date.month, 10), (date.day, 10)] {
            if scale == 10 {
                out.push('-');
            }
            push_digits(number, scale, out);
        }
    } else {
        let _infallible = write!(out, "{year:04}-{:02}-{:02}", date.month, date.day);
    }
    date.year <= 0
}

/// Appends the decimal digits from `scale` down.
fn push_digits(number: i64, scale: i64, out: &mut String) {
    let mut scale = scale;
    while scale > 0 {
        let digit = u8::try_from(number / scale % 10).unwrap_or(0);
        out.push(char::from(b'0' + digit));
        scale /= 10;
    }
}

fn write_time(micros: i64, out: &mut String) {
    push_digits(micros / MICROS_PER_HOUR, 10, out);
    out.push(':');
    push_digits(micros / MICROS_PER_MINUTE % 60, 10, out);
    out.push(':');
    push_digits(micros / MICROS_PER_SECOND % 60, 10, out);
    write_fraction(micros % MICROS_PER_SECOND, out);
}

/// Appends an offset: `+00`, `-03:30`, `+01:02:03`.
pub(crate) fn write_zone(east: i64, out: &mut String) {
    out.push(if east < 0 { '-' } else { '+' });
    let seconds = east.abs();
    push_digits(seconds / 3600, 10, out);
    if seconds % 3600 != 0 {
        out.push(':');
        push_digits(seconds / 60 % 60, 10, out);
    }
    if seconds % 60 != 0 {
        out.push(':');
        push_digits(seconds % 60, 10, out);
    }
}

/// Appends a fraction of a second without zeros at its end.
fn write_fraction(micros: i64, out: &mut String) {
    if micros == 0 {
        return;
    }
    out.push('.');
    push_digits(micros, 100_000, out);
    out.truncate(out.trim_end_matches('0').len());
}

/// Appends an interval in PostgreSQL's own style: `1 year 2 mons -3 days +04:05:06`.
pub(crate) fn write_interval(interval: &Interval, out: &mut String) {
    let start = out.len();
    let mut after_negative = false;
    let parts = [(interval.months / 12, "year"), (interval.months % 12, "mon"), (interval.days, "day")];
    for (value, unit) in parts.into_iter().filter(|(value, _)| *value != 0) {
        if out.len() > start {
            out.push(' ');
        }
        let sign = if after_negative && value > 0 { "+" } else { "" };
        let plural = if value == 1 { "" } else { "s" };
        let _infallible = write!(out, "{sign}{value} {unit}{plural}");
        after_negative = value < 0;
    }
    if interval.micros == 0 && out.len() > start {
        return;
    }
    if out.len() > start {
        out.push(' ');
    }
    if interval.micros < 0 {
        out.push('-');
    } else if after_negative {
        out.push('+');
    }
    let micros = interval.micros.unsigned_abs();
    let [hour, minute, second] = [3_600_000_000u64, 60_000_000, 1_000_000];
    let _infallible =
        write!(out, "{:02}:{:02}:{:02}", micros / hour, micros / minute % 60, micros / second % 60);
    write_fraction(i64::try_from(micros % second).unwrap_or(0), out);
}

/// Appends an interval in one of the styles of [`crate::base::zone::INTERVAL_STYLES`].
pub(crate) fn write_interval_as(interval: &Interval, style: u8, out: &mut String) {
    let micros = interval.micros;
    let fraction = micros % MICROS_PER_SECOND;
    let parts = [
        i64::from(interval.months / 12),
        i64::from(interval.months % 12),
        i64::from(interval.days),
        micros / MICROS_PER_HOUR,
        micros / MICROS_PER_MINUTE % 60,
        micros / MICROS_PER_SECOND % 60,
    ];
    match style {
        1 => write_verbose(&parts, fraction, out),
        2 => write_standard(&parts, fraction, out),
        3 => write_iso(&parts, fraction, out),
        _ => write_interval(interval, out),
    }
}

/// `@ 1 year 2 mons -3 days 4 hours ago`: what comes first decides the sign of all.
fn write_verbose(parts: &[i64; 6], fraction: i64, out: &mut String) {
    let units = ["year", "mon", "day", "hour", "min", "sec"];
    let mut ago = None;
    out.push('@');
    for (value, unit) in parts.iter().zip(units) {
        let fraction = if unit == "sec" { fraction } else { 0 };
        if *value == 0 && fraction == 0 {
            continue;
        }
        let negative = *value < 0 || fraction < 0;
        let sign = if negative != *ago.get_or_insert(negative) { "-" } else { "" };
        let _infallible = write!(out, " {sign}{}", value.unsigned_abs());
        write_fraction(fraction.abs(), out);
        out.extend([" ", unit, if value.abs() == 1 && fraction == 0 { "" } else { "s" }]);
    }
    match ago {
        None => out.push_str(" 0"),
        Some(true) => out.push_str(" ago"),
        Some(false) => {}
    }
}

/// `1-2`, `3 4:05:06`, `+1-2 -3 +4:05:06` where signs differ or both kinds are there.
fn write_standard(parts: &[i64; 6], fraction: i64, out: &mut String) {
    let all = || parts.iter().copied().chain([fraction]);
    let (negative, positive) = (all().any(|part| part < 0), all().any(|part| part > 0));
    let [year, month, day, hour, minute, second] = parts.map(i64::unsigned_abs);
    let months = year != 0 || month != 0;
    let mixed = negative && positive || months && all().skip(2).any(|part| part != 0);
    let sign = |parts: &[i64], fraction: i64| {
        if parts.iter().any(|part| *part < 0) || fraction < 0 { '-' } else { '+' }
    };
    let _infallible = match (negative || positive, mixed) {
        (false, _) => return out.push('0'),
        (_, true) => {
            let (first, then, last) =
                (sign(&parts[..2], 0), sign(&parts[2..3], 0), sign(&parts[3..], fraction));
            write!(out, "{first}{year}-{month} {then}{day} {last}{hour}:{minute:02}:{second:02}")
        }
        _ => {
            if negative {
                out.push('-');
            }
            match (months, day) {
                (true, _) => write!(out, "{year}-{month}"),
                (_, 0) => write!(out, "{hour}:{minute:02}:{second:02}"),
                _ => write!(out, "{day} {hour}:{minute:02}:{second:02}"),
            }
        }
    };
    write_fraction(fraction.abs(), out);
}

/// `P1Y2M3DT4H5M6.7S`
fn write_iso(parts: &[i64; 6], fraction: i64, out: &mut String) {
    out.push('P');
    for (at, (value, unit)) in parts.iter().zip(["Y", "M", "D", "H", "M", "S"]).enumerate() {
        if at == 3 && (parts[3..].iter().any(|part| *part != 0) || fraction != 0) {
            out.push('T');
        }
        let fraction = if at == 5 { fraction } else { 0 };
        if *value != 0 || fraction != 0 {
            let sign = if *value < 0 || fraction < 0 { "-" } else { "" };
            let _infallible = write!(out, "{sign}{}", value.unsigned_abs());
            write_fraction(fraction.abs(), out);
            out.push_str(unit);
        }
    }
    if out.ends_with('P') {
        out.push_str("T0S");
    }
}
