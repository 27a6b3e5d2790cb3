//! Offsets from UTC, by number or abbreviation.

use crate::error::{Error, Result, SqlState};

/// Largest displacement, in seconds, exclusive: 16 hours, as PostgreSQL.
pub const DISPLACEMENT_END: i64 = 16 * 3600;

/// Abbreviations of the standard's and PostgreSQL's default set that always mean the same, seconds
/// east of UTC.
const ABBREVIATIONS: &[(&str, i64)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("zulu", 0),
    ("ut", 0),
    ("uct", 0),
    ("wet", 0),
    ("west", 3600),
    ("bst", 3600),
    ("cet", 3600),
    ("cest", 7200),
    ("met", 3600),
    ("eet", 7200),
    ("eest", 10800),
    ("msk", 10800),
    ("est", -18000),
    ("edt", -14400),
    ("cst", -21600),
    ("cdt", -18000),
    ("mst", -25200),
    ("mdt", -21600),
    ("pst", -28800),
    ("pdt", -25200),
    ("akst", -32400),
    ("akdt", -28800),
    ("hst", -36000),
    ("jst", 32400),
    ("kst", 32400),
];

/// Regions that never had another offset.
const REGIONS: &[&str] =
    &["etc/utc", "etc/gmt", "etc/uct", "etc/zulu", "universal", "etc/universal", "greenwich"];

/// The offset of an abbreviation in lower case, in seconds east.
pub fn abbreviation(word: &str) -> Option<i64> {
    ABBREVIATIONS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, seconds)| *seconds)
        .or_else(|| REGIONS.contains(&word).then_some(0))
}

/// Reads `+hh`, `-hh:mm`, `+hhmm`, `+hh:mm:ss`: seconds east; `None` where it is not one, `Err` of
/// nothing: the caller knows the message for a displacement out of range.
pub fn displacement(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let body = text.strip_prefix(['+', '-'])?;
    let mut parts = body.split(':');
    let first = parts.next()?;
    let number = |part: &str| {
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()) {
            None
        } else {
            part.parse::<i64>().ok()
        }
    };
    let (hours, minutes, seconds) = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) if first.len() > 2 => {
            let packed = number(first)?;
            (packed / 100, packed % 100, 0)
        }
        (None, ..) => (number(first)?, 0, 0),
        (Some(minutes), seconds, None) => {
            (number(first)?, number(minutes)?, seconds.map_or(Some(0), number)?)
        }
        _ => return None,
    };
    if minutes > 59 || seconds > 59 {
        return Some(DISPLACEMENT_END);
    }
    let total = hours * 3600 + minutes * 60 + seconds;
    Some(if negative { -total } else { total })
}

/// The offset `AT TIME ZONE` names, in seconds east: an abbreviation, or a number of hours, which is
/// counted to the west as POSIX does.
pub fn by_name(name: &str) -> Result<i64> {
    let lower = name.trim().to_ascii_lowercase();
    if let Some(seconds) = abbreviation(&lower) {
        return Ok(seconds);
    }
    let signed = if lower.starts_with(['+', '-']) { lower.clone() } else { format!("+{lower}") };
    match displacement(&signed) {
        Some(west) if west.abs() < DISPLACEMENT_END => Ok(-west),
        _ => {
            Err(Error::new(SqlState::INVALID_PARAMETER_VALUE, format!("time zone \"{name}\" not recognized")))
        }
    }
}
