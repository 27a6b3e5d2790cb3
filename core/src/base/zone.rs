//! What the clocks of a place show: the one thing about time zones that a host has to tell.

use std::borrow::Cow;
use std::sync::Arc;

use super::sync::{MaybeSend, MaybeSync};

/// Microseconds from 1970-01-01 to 2000-01-01, where timestamps count from.
const EPOCH_SECONDS: i64 = 946_684_800;
const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400 * MICROS;

/// The history and the rules of one region.
pub trait ZoneRules: core::fmt::Debug + MaybeSend + MaybeSync {
    /// How many seconds east of UTC its clocks are at an instant, in seconds since 1970.
    fn east(&self, unix_seconds: i64) -> i64;
    /// What the time is called then: `CET`, `CEST`.
    fn abbreviation(&self, unix_seconds: i64) -> String;
}

/// The regions a host knows by name.
pub trait TimeZones: core::fmt::Debug + MaybeSend + MaybeSync {
    /// The zone of an IANA name, upper or lower case, with the name as it is spelled.
    fn find(&self, name: &str) -> Option<(String, Arc<dyn ZoneRules>)>;
    /// Whether it knows none.
    fn is_empty(&self) -> bool {
        false
    }
}

/// A host that knows none: UTC and fixed offsets remain.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTimeZones;

impl TimeZones for NoTimeZones {
    fn find(&self, _name: &str) -> Option<(String, Arc<dyn ZoneRules>)> {
        None
    }

    fn is_empty(&self) -> bool {
        true
    }
}

impl Default for Zone {
    fn default() -> Zone {
        Zone::UTC
    }
}

/// A time zone: a fixed offset or a region.
#[derive(Clone, Debug)]
pub struct Zone {
    /// As SHOW tells it.
    pub name: Cow<'static, str>,
    /// How intervals are written where the session writes times: a place in [`INTERVAL_STYLES`].
    pub intervals: u8,
    kind: Kind,
}

/// The values of IntervalStyle.
pub const INTERVAL_STYLES: [&str; 4] = ["postgres", "postgres_verbose", "sql_standard", "iso_8601"];

#[derive(Clone, Debug)]
enum Kind {
    Fixed(i64),
    Region(Arc<dyn ZoneRules>),
}

impl Zone {
    /// UTC.
    pub const UTC: Zone = Zone::fixed(Cow::Borrowed("UTC"), 0);

    /// The same offset at all times, in seconds east.
    pub const fn fixed(name: Cow<'static, str>, east: i64) -> Zone {
        Zone { name, intervals: 0, kind: Kind::Fixed(east) }
    }

    /// A region.
    pub fn region(name: String, rules: Arc<dyn ZoneRules>) -> Zone {
        Zone { name: Cow::Owned(name), intervals: 0, kind: Kind::Region(rules) }
    }

    /// Whether it is UTC at all times.
    pub fn is_utc(&self) -> bool {
        matches!(self.kind, Kind::Fixed(0))
    }

    /// Seconds east at an instant, in microseconds since 2000.
    pub fn east(&self, instant: i64) -> i64 {
        match &self.kind {
            Kind::Fixed(east) => *east,
            Kind::Region(rules) => rules.east(unix(instant)),
        }
    }

    /// What the time is called at an instant.
    pub fn abbreviation(&self, instant: i64) -> String {
        match &self.kind {
            Kind::Fixed(_) => self.name.to_string(),
            Kind::Region(rules) => rules.abbreviation(unix(instant)),
        }
    }

    /// Seconds east where clocks show this time, in microseconds since 2000-01-01 00:00 there. What clocks
    /// show twice is the later instant, what they leave out is counted as before the change.
    pub fn east_at_local(&self, local: i64) -> i64 {
        let Kind::Region(_) = &self.kind else { return self.east(local) };
        let before = self.east(local.saturating_sub(DAY));
        let after = self.east(local.saturating_add(DAY));
        let holds = |east: i64| self.east(local.saturating_sub(east * MICROS)) == east;
        if before == after || holds(after) { after } else { before }
    }

    /// What clocks show at an instant, as if it were one in UTC.
    pub fn local(&self, instant: i64) -> Option<i64> {
        instant.checked_add(self.east(instant) * MICROS)
    }

    /// The instant at which clocks show this.
    pub fn instant(&self, local: i64) -> Option<i64> {
        local.checked_sub(self.east_at_local(local) * MICROS)
    }
}

fn unix(instant: i64) -> i64 {
    instant.div_euclid(MICROS) + EPOCH_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour more from 2000-04-01 01:00 to 2000-10-01 01:00 UTC.
    #[derive(Debug)]
    struct Summer;

    const FROM: i64 = (91 * 24 + 1) * 3600;
    const TO: i64 = (274 * 24 + 1) * 3600;

    impl ZoneRules for Summer {
        fn east(&self, unix_seconds: i64) -> i64 {
            if (FROM..TO).contains(&(unix_seconds - EPOCH_SECONDS)) { 7200 } else { 3600 }
        }
        fn abbreviation(&self, unix_seconds: i64) -> String {
            if self.east(unix_seconds) == 7200 { "ST" } else { "WT" }.to_owned()
        }
    }

    #[test]
    fn what_clocks_show_twice_is_the_later_and_what_they_skip_is_as_before() {
        let zone = Zone::region("Some/Where".to_owned(), Arc::new(Summer));
        let at = |seconds: i64| zone.instant(seconds * MICROS).map(|instant| instant / MICROS);
        assert_eq!(at(FROM + 3599), Some(FROM - 1));
        assert_eq!(at(FROM + 3600 + 60), Some(FROM + 60), "left out");
        assert_eq!(at(FROM + 7200), Some(FROM));
        assert_eq!(at(TO + 3600 - 1), Some(TO - 3601));
        assert_eq!(at(TO + 3600), Some(TO), "shown twice");
        assert_eq!(at(TO + 7200), Some(TO + 3600));
        assert_eq!(zone.local(FROM * MICROS), Some((FROM + 7200) * MICROS));
        assert_eq!(zone.abbreviation(FROM * MICROS), "ST");
    }
}
