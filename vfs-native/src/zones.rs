//! Time zones by IANA name, from the system's database or the one built in.

use std::sync::Arc;

use decentdb_core::env::{TimeZones, ZoneRules};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The zones of the IANA database.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeTimeZones;

#[derive(Debug)]
struct Region(TimeZone);

impl TimeZones for NativeTimeZones {
    fn find(&self, name: &str) -> Option<(String, Arc<dyn ZoneRules>)> {
        let zone = database().get(name).ok()?;
        let spelled = zone.iana_name()?.to_owned();
        Some((spelled, Arc::new(Region(zone))))
    }
}

fn database() -> &'static TimeZoneDatabase {
    jiff::tz::db()
}

impl ZoneRules for Region {
    fn east(&self, unix_seconds: i64) -> i64 {
        i64::from(self.0.to_offset(instant(unix_seconds)).seconds())
    }

    fn abbreviation(&self, unix_seconds: i64) -> String {
        self.0.to_offset_info(instant(unix_seconds)).abbreviation().to_owned()
    }
}

/// Beyond the years that the rules are given for, the first and the last hold.
fn instant(unix_seconds: i64) -> Timestamp {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(unix_seconds.clamp(first, last)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_their_winters_summers_and_pasts() {
        let (name, berlin) = NativeTimeZones.find("europe/berlin").expect("known");
        assert_eq!(name, "Europe/Berlin");
        let at = |seconds| (berlin.east(seconds), berlin.abbreviation(seconds));
        assert_eq!(at(1_704_067_200), (3600, "CET".to_owned()));
        assert_eq!(at(1_719_792_000), (7200, "CEST".to_owned()));
        assert_eq!(at(4_118_256_000), (7200, "CEST".to_owned()), "2100-07-02");
        assert_eq!(at(-4_000_000_000).0, 3208, "local mean time before 1893");
        assert!(NativeTimeZones.find("Mars/Olympus").is_none());
    }
}
