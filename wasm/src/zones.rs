//! Time zones by name, from the tables that JavaScript's `Intl` has anyway.
//!
//! `Intl.DateTimeFormat` tells what clocks show at one instant, slowly. Clocks change at most once a week:
//!
//! ```text
//!   week n    | east = 3600 ........ change at s ........ 7200 |      asked once, then kept
//! ```
//!
//! Z1  A week whose ends agree has no change inside; where they differ the second is found by halving.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use decentdb_core::env::{TimeZones, ZoneRules};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

const WEEK: i64 = 7 * 86_400;
/// Weeks kept per zone: a human life.
const WEEKS_MAX: usize = 5_000;
/// Dates of JavaScript end here on both sides.
const SECONDS_MAX: i64 = 8_640_000_000_000;
/// Who calls which zones by a name rather than by hours.
const LOCALES: [&str; 7] = ["en-US", "en-GB", "en-AU", "en-NZ", "en-IN", "en-ZA", "ja-JP"];

/// The zones of `Intl`.
#[derive(Debug)]
pub(crate) struct JsTimeZones;

#[derive(Debug)]
struct Region {
    name: String,
    /// `format` of a formatter that says `GMT+02:00`.
    format: Function,
    weeks: RefCell<BTreeMap<i64, Week>>,
}

#[derive(Clone, Copy, Debug)]
struct Week {
    before: i64,
    change: i64,
    after: i64,
}

impl TimeZones for JsTimeZones {
    fn find(&self, name: &str) -> Option<(String, Arc<dyn ZoneRules>)> {
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-+".contains(&byte);
        // `Intl` takes offsets too, which are counted the other way here.
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.bytes().all(named) {
            return None;
        }
        let formatter = formatter("en-US", name, "longOffset")?;
        let resolved = formatter.resolved_options();
        let resolved = Reflect::get(&resolved, &JsValue::from_str("timeZone")).ok()?.as_string()?;
        let name = if resolved.eq_ignore_ascii_case(name) { resolved } else { capitalized(name) };
        let region = Region { name: name.clone(), format: formatter.format(), weeks: RefCell::default() };
        #[expect(
            clippy::arc_with_non_send_sync,
            reason = "rules are shared by Arc; in a worker there is one thread"
        )]
        let rules = Arc::new(region);
        Some((name, rules))
    }
}

impl ZoneRules for Region {
    fn east(&self, unix_seconds: i64) -> i64 {
        let at = unix_seconds.clamp(-SECONDS_MAX, SECONDS_MAX);
        let week = self.week(at.div_euclid(WEEK));
        if at < week.change { week.before } else { week.after }
    }

    fn abbreviation(&self, unix_seconds: i64) -> String {
        let date = date(unix_seconds.clamp(-SECONDS_MAX, SECONDS_MAX));
        for locale in LOCALES {
            let text = formatter(locale, &self.name, "short")
                .and_then(|formatter| formatter.format().call1(&JsValue::UNDEFINED, &date).ok()?.as_string());
            let word = text.as_deref().and_then(|text| text.rsplit(' ').next()).unwrap_or("");
            if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return word.to_owned();
            }
        }
        // A zone that nobody has a name for is called by its hours.
        let east = self.east(unix_seconds);
        let (sign, minutes) = (if east < 0 { '-' } else { '+' }, east.abs() / 60);
        match (minutes / 60, minutes % 60) {
            (hours, 0) => format!("{sign}{hours:02}"),
            (hours, minutes) => format!("{sign}{hours:02}{minutes:02}"),
        }
    }
}

impl Region {
    fn week(&self, number: i64) -> Week {
        if let Some(week) = self.weeks.borrow().get(&number) {
            return *week;
        }
        let (mut low, mut high) = (number * WEEK, (number + 1) * WEEK);
        let (before, after) = (self.ask(low), self.ask(high));
        if before == after {
            high = low;
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.ask(middle) == before {
                low = middle;
            } else {
                high = middle;
            }
        }
        let week = Week { before, change: high, after };
        let mut weeks = self.weeks.borrow_mut();
        if weeks.len() >= WEEKS_MAX {
            weeks.clear();
        }
        weeks.insert(number, week);
        week
    }

    fn ask(&self, unix_seconds: i64) -> i64 {
        let date = date(unix_seconds.clamp(-SECONDS_MAX, SECONDS_MAX));
        let text = self.format.call1(&JsValue::UNDEFINED, &date).ok().and_then(|text| text.as_string());
        text.as_deref().and_then(|text| offset(text.rsplit(' ').next()?)).unwrap_or(0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "dates of JavaScript are far below 2^53")]
fn date(unix_seconds: i64) -> Date {
    Date::new(&JsValue::from_f64(unix_seconds as f64 * 1000.0))
}

/// `None`: there is no such zone.
fn formatter(locale: &str, zone: &str, style: &str) -> Option<Intl::DateTimeFormat> {
    let options = Object::new();
    for (key, value) in [("timeZone", zone), ("timeZoneName", style)] {
        Reflect::set(&options, &JsValue::from_str(key), &JsValue::from_str(value)).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
    let class: Function = Reflect::get(&intl, &JsValue::from_str("DateTimeFormat")).ok()?.dyn_into().ok()?;
    // Through Reflect: a zone that is none is thrown.
    let arguments = Array::of2(&JsValue::from_str(locale), &options);
    Reflect::construct(&class, &arguments).ok().map(JsCast::unchecked_into)
}

/// Seconds east of `GMT`, `GMT+02:00`, `GMT-00:53:28`.
fn offset(text: &str) -> Option<i64> {
    let text = text.strip_prefix("GMT")?;
    // Some hosts write a minus sign, others a hyphen.
    let west = text.starts_with(['-', '\u{2212}']);
    let mut seconds = 0;
    let mut unit = 3600;
    for part in text.trim_start_matches(['+', '-', '\u{2212}']).split(':').filter(|part| !part.is_empty()) {
        seconds += part.parse::<i64>().ok()? * unit;
        unit /= 60;
    }
    Some(if west { -seconds } else { seconds })
}

/// `europe/berlin` as the tables spell it.
fn capitalized(name: &str) -> String {
    let mut first = true;
    let letter = |c: char| {
        let shown = if first { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        first = !c.is_ascii_alphanumeric();
        shown
    };
    name.chars().map(letter).collect()
}
