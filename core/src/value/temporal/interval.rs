//! Months, days and microseconds, kept apart.

use crate::error::{Error, Result, SqlState};
use crate::value::Interval;

/// 22008.
pub fn out_of_range() -> Error {
    Error::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range")
}

/// `a + b`
pub fn add(a: Interval, b: Interval) -> Result<Interval> {
    Ok(Interval {
        months: a.months.checked_add(b.months).ok_or_else(out_of_range)?,
        days: a.days.checked_add(b.days).ok_or_else(out_of_range)?,
        micros: a.micros.checked_add(b.micros).ok_or_else(out_of_range)?,
    })
}

/// `-a`
pub fn negate(a: Interval) -> Result<Interval> {
    Ok(Interval {
        months: a.months.checked_neg().ok_or_else(out_of_range)?,
        days: a.days.checked_neg().ok_or_else(out_of_range)?,
        micros: a.micros.checked_neg().ok_or_else(out_of_range)?,
    })
}

/// `a - b`
pub fn subtract(a: Interval, b: Interval) -> Result<Interval> {
    Ok(Interval {
        months: a.months.checked_sub(b.months).ok_or_else(out_of_range)?,
        days: a.days.checked_sub(b.days).ok_or_else(out_of_range)?,
        micros: a.micros.checked_sub(b.micros).ok_or_else(out_of_range)?,
    })
}

/// `a / divisor`: fractions of months spill into days, fractions of days into time.
pub fn divide(a: Interval, divisor: f64) -> Result<Interval> {
    if divisor == 0.0 {
        return Err(crate::value::numeric::division_by_zero());
    }
    scale(a, |part| part / divisor)
}

/// `a * factor`, spilling as [`divide`] does.
pub fn multiply(a: Interval, factor: f64) -> Result<Interval> {
    scale(a, |part| part * factor)
}

/// Rounds to the precision of a microsecond in days, so that float noise does not show.
fn to_micro_precision(days: f64) -> f64 {
    (days * 1_000_000.0).round_ties_even() / 1_000_000.0
}

fn scale(a: Interval, by: impl Fn(f64) -> f64) -> Result<Interval> {
    let whole = |value: f64| {
        if value.is_nan() || value < f64::from(i32::MIN) || value > f64::from(i32::MAX) {
            Err(out_of_range())
        } else {
            Ok(value as i32)
        }
    };
    let (exact_months, exact_days) = (by(f64::from(a.months)), by(f64::from(a.days)));
    let (months, mut days) = (whole(exact_months)?, whole(exact_days)?);
    // What is left of the months, in days of 30 to the month.
    let month_rest = to_micro_precision((exact_months - f64::from(months)) * 30.0);
    let day_rest = exact_days - f64::from(days) + month_rest.fract();
    let mut seconds = to_micro_precision(day_rest * 86_400.0);
    if seconds.abs() >= 86_400.0 {
        let more = (seconds / 86_400.0).trunc();
        days = days.checked_add(whole(more)?).ok_or_else(out_of_range)?;
        seconds -= more * 86_400.0;
    }
    days = days.checked_add(whole(month_rest.trunc())?).ok_or_else(out_of_range)?;
    let micros = (by(a.micros as f64) + seconds * 1_000_000.0).round_ties_even();
    if micros.is_nan() || micros.abs() >= 9_223_372_036_854_775_808.0 {
        return Err(out_of_range());
    }
    Ok(Interval { months, days, micros: micros as i64 })
}

/// Whole days of 24 hours out of the time.
pub fn justify_hours(a: Interval) -> Result<Interval> {
    let day = super::MICROS_PER_DAY;
    let whole = i32::try_from(a.micros / day).map_err(|_| out_of_range())?;
    let mut days = a.days.checked_add(whole).ok_or_else(out_of_range)?;
    let mut micros = a.micros % day;
    if days > 0 && micros < 0 {
        micros += day;
        days -= 1;
    } else if days < 0 && micros > 0 {
        micros -= day;
        days += 1;
    }
    Ok(Interval { months: a.months, days, micros })
}

/// Whole months of 30 days out of the days.
pub fn justify_days(a: Interval) -> Result<Interval> {
    let mut months = a.months.checked_add(a.days / 30).ok_or_else(out_of_range)?;
    let mut days = a.days % 30;
    if months > 0 && days < 0 {
        days += 30;
        months -= 1;
    } else if months < 0 && days > 0 {
        days -= 30;
        months += 1;
    }
    Ok(Interval { months, days, micros: a.micros })
}

/// Both, and all parts of one sign.
pub fn justify(a: Interval) -> Result<Interval> {
    // Days that become months first leave room for those that the time becomes.
    let same_sign = a.days.signum() == a.micros.signum() as i32;
    let a = if same_sign { justify_days(a)? } else { a };
    let mut out = justify_days(justify_hours(a)?)?;
    let day = super::MICROS_PER_DAY;
    if out.months > 0 && (out.days < 0 || (out.days == 0 && out.micros < 0)) {
        out.days += 30;
        out.months -= 1;
    } else if out.months < 0 && (out.days > 0 || (out.days == 0 && out.micros > 0)) {
        out.days -= 30;
        out.months += 1;
    }
    if out.days > 0 && out.micros < 0 {
        out.micros += day;
        out.days -= 1;
    } else if out.days < 0 && out.micros > 0 {
        out.micros -= day;
        out.days += 1;
    }
    Ok(out)
}
