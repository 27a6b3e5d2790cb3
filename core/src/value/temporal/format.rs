//! `to_char` of timestamps: the templates of PostgreSQL's table 9.27 that do not depend on a locale.

use core::fmt::Write;

use super::date::{Civil, JULIAN_OF_2000, day_of_year, days, iso_week, weekday};
use super::timestamp::split;
use super::{MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, is_infinite};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

/// Longer patterns before those they begin with.
const PATTERNS: &[&str] = &[
    "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MONTH", "Month",
    "month", "MON", "Mon", "mon", "MM", "MI", "MS", "DAY", "Day", "day", "DDD", "DD", "DY", "Dy", "dy", "D",
    "WW", "W", "CC", "J", "Q", "RM", "rm", "HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US", "FF1", "FF2",
    "FF3", "FF4", "FF5", "FF6", "A.M.", "P.M.", "a.m.", "p.m.", "AM", "PM", "am", "pm", "B.C.", "A.D.",
    "b.c.", "a.d.", "BC", "AD", "bc", "ad", "TZH", "TZM", "TZ", "tz", "OF",
];

/// What the clocks of the zone show at the instant.
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct ZoneShown<'a> {
    /// Seconds east.
    pub east: i64,
    /// The name of the time.
    pub abbreviation: &'a dyn Fn() -> String,
}

struct Moment<'z> {
    date: Civil,
    day: i64,
    micros: i64,
    zone: Option<&'z ZoneShown<'z>>,
}

/// Writes a timestamp by a template; `None` (NULL) for infinite ones.
pub fn to_char(timestamp: i64, template: &str, zone: Option<&ZoneShown<'_>>) -> Option<String> {
    if is_infinite(timestamp) {
        return None;
    }
    let (date, micros) = split(timestamp);
    let moment = Moment { date, day: days(date.year, date.month, date.day), micros, zone };
    let mut out = String::new();
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let inside = &rest[1..];
            let end = inside.find('"').unwrap_or(inside.len());
            out.push_str(&inside[..end]);
            rest = inside.get(end + 1..).unwrap_or("");
            continue;
        }
        if let Some(quoted) = rest.strip_prefix("\\\"") {
            out.push('"');
            rest = quoted;
            continue;
        }
        let (fill, body) = match rest.strip_prefix("FM").or_else(|| rest.strip_prefix("fm")) {
            Some(body) => (false, body),
            None => (true, rest),
        };
        let upper = body.get(..body.len().min(5)).map(str::to_ascii_uppercase);
        let found = PATTERNS.iter().find(|pattern| body.starts_with(**pattern)).or_else(|| {
            // Number patterns may be written in either case.
            PATTERNS.iter().find(|pattern| {
                let is_number = !pattern.contains(|c: char| c.is_ascii_lowercase())
                    && !matches!(**pattern, "MONTH" | "MON" | "DAY" | "DY");
                is_number && upper.as_ref().is_some_and(|upper| upper.starts_with(**pattern))
            })
        });
        let Some(pattern) = found else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        rest = &body[pattern.len()..];
        let start = out.len();
        moment.write(pattern, fill, &mut out);
        for (suffix, lower) in [("TH", false), ("th", true)] {
            if let Some(after) = rest.strip_prefix(suffix) {
                let ending = ordinal(&out[start..]);
                out.push_str(&if lower { ending.to_string() } else { ending.to_ascii_uppercase() });
                rest = after;
                break;
            }
        }
    }
    Some(out)
}

fn ordinal(number: &str) -> &'static str {
    let digits = number.as_bytes();
    let teen = digits.len() >= 2 && digits[digits.len() - 2] == b'1';
    match digits.last() {
        Some(b'1') if !teen => "st",
        Some(b'2') if !teen => "nd",
        Some(b'3') if !teen => "rd",
        _ => "th",
    }
}

impl Moment<'_> {
    fn write(&self, pattern: &str, fill: bool, out: &mut String) {
        let hour = self.micros / MICROS_PER_HOUR;
        let fraction = self.micros % MICROS_PER_SECOND;
        let year = if self.date.year > 0 { self.date.year } else { 1 - self.date.year };
        let (iso_year, iso_week) = iso_week(self.day);
        let iso_year = if iso_year > 0 { iso_year } else { 1 - iso_year };
        let weekday = weekday(self.day);
        let yday = day_of_year(self.date);
        let mut number = |value: i64, width: usize| {
            let _infallible = if fill { write!(out, "{value:0width$}") } else { write!(out, "{value}") };
        };
        match pattern {
            "YYYY" => number(year, 4),
            "YYY" => number(year % 1000, 3),
            "YY" => number(year % 100, 2),
            "Y" => number(year % 10, 1),
            "IYYY" => number(iso_year, 4),
            "IYY" => number(iso_year % 1000, 3),
            "IY" => number(iso_year % 100, 2),
            "I" => number(iso_year % 10, 1),
            "MM" => number(self.date.month, 2),
            "DD" => number(self.date.day, 2),
            "DDD" => number(yday, 3),
            "IDDD" => {
                number(self.day - super::date::iso_week_start(super::date::civil(self.day).year, 1) + 1, 3)
            }
            "D" => number(weekday + 1, 1),
            "ID" => number((weekday + 6) % 7 + 1, 1),
            "WW" => number((yday - 1) / 7 + 1, 2),
            "W" => number((self.date.day - 1) / 7 + 1, 1),
            "IW" => number(iso_week, 2),
            "CC" => {
                number(if self.date.year > 0 { (year - 1) / 100 + 1 } else { -((year - 1) / 100 + 1) }, 2)
            }
            "J" => number(self.day + JULIAN_OF_2000, 1),
            "Q" => number((self.date.month - 1) / 3 + 1, 1),
            "HH24" => number(hour, 2),
            "HH12" | "HH" => number((hour + 11) % 12 + 1, 2),
            "MI" => number(self.micros / MICROS_PER_MINUTE % 60, 2),
            "SS" => number(self.micros / MICROS_PER_SECOND % 60, 2),
            "SSSS" | "SSSSS" => number(self.micros / MICROS_PER_SECOND, 1),
            "MS" | "FF3" => number(fraction / 1000, 3),
            "US" | "FF6" => number(fraction, 6),
            "FF1" => number(fraction / 100_000, 1),
            "FF2" => number(fraction / 10_000, 2),
            "FF4" => number(fraction / 100, 4),
            "FF5" => number(fraction / 10, 5),
            _ => self.write_word(pattern, fill, year, weekday, hour, out),
        }
    }

    fn write_word(&self, pattern: &str, fill: bool, year: i64, weekday: i64, hour: i64, out: &mut String) {
        let name = |list: &[&'static str], at: i64| {
            usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or("")
        };
        let month = name(&MONTHS, self.date.month - 1);
        let day = name(&DAYS, weekday);
        let mut padded = |text: &str, width: usize| {
            let _infallible = if fill { write!(out, "{text:width$}") } else { write!(out, "{text}") };
        };
        match pattern {
            "MONTH" => padded(&month.to_ascii_uppercase(), 9),
            "Month" => padded(month, 9),
            "month" => padded(&month.to_ascii_lowercase(), 9),
            "DAY" => padded(&day.to_ascii_uppercase(), 9),
            "Day" => padded(day, 9),
            "day" => padded(&day.to_ascii_lowercase(), 9),
            "MON" => out.push_str(&month[..3].to_ascii_uppercase()),
            "Mon" => out.push_str(&month[..3]),
            "mon" => out.push_str(&month[..3].to_ascii_lowercase()),
            "DY" => out.push_str(&day[..3].to_ascii_uppercase()),
            "Dy" => out.push_str(&day[..3]),
            "dy" => out.push_str(&day[..3].to_ascii_lowercase()),
            "RM" => padded(name(&ROMAN, self.date.month - 1), 4),
            "rm" => padded(&name(&ROMAN, self.date.month - 1).to_ascii_lowercase(), 4),
            "Y,YYY" => {
                let _infallible = write!(out, "{},{:03}", year / 1000, year % 1000);
            }
            "AM" | "PM" => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            "am" | "pm" => out.push_str(if hour < 12 { "am" } else { "pm" }),
            "A.M." | "P.M." => out.push_str(if hour < 12 { "A.M." } else { "P.M." }),
            "a.m." | "p.m." => out.push_str(if hour < 12 { "a.m." } else { "p.m." }),
            "BC" | "AD" => out.push_str(if self.date.year > 0 { "AD" } else { "BC" }),
            "bc" | "ad" => out.push_str(if self.date.year > 0 { "ad" } else { "bc" }),
            "B.C." | "A.D." => out.push_str(if self.date.year > 0 { "A.D." } else { "B.C." }),
            "b.c." | "a.d." => out.push_str(if self.date.year > 0 { "a.d." } else { "b.c." }),
            "TZ" => out.push_str(&self.zone.map_or(String::new(), |zone| (zone.abbreviation)())),
            "tz" => out.push_str(
                &self.zone.map_or(String::new(), |zone| (zone.abbreviation)().to_ascii_lowercase()),
            ),
            "OF" | "TZH" => {
                let east = self.zone.map_or(0, |zone| zone.east);
                let shown = if pattern == "OF" { east } else { east / 3600 * 3600 };
                super::write_zone(shown, out);
            }
            "TZM" => {
                let _infallible = write!(out, "{:02}", self.zone.map_or(0, |zone| zone.east.abs() / 60 % 60));
            }
            _ => {}
        }
    }
}
