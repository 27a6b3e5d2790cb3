//! SET and SHOW: the settings of a session.
//!
//! Each has PostgreSQL's name and default. Those that only clients care for are kept and answered as they
//! were set; those that are fixed here say so when changed.

use crate::error::{Error, Result, SqlState};
use crate::pager::Durability;
use crate::plan::Isolation;

/// The version of PostgreSQL whose behaviour is followed.
const SERVER_VERSION: &str = "15.0";

/// The settings of one session. Cheap to clone: a transaction keeps the ones to go back to.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    path: Vec<String>,
    /// The schema of the session's temporary objects, once there are any, and the path with it in front.
    temporary: Option<String>,
    searched: Vec<String>,
    durability: Durability,
    isolation: Isolation,
    default_isolation: Isolation,
    statement_timeout_millis: u64,
    time_zone: String,
    others: Vec<(&'static str, String)>,
}

/// Isolation levels: one writer and fixed snapshots give every one of them up to the strictest.
const LEVELS: &[&str] = &["read uncommitted", "read committed", "repeatable read", "serializable"];

/// Settings kept as text: name, default, the values allowed (none listed: any).
const OTHERS: [(&str, &str, &[&str]); 19] = [
    ("default_transaction_deferrable", "off", &["on", "off", "true", "false"]),
    ("default_transaction_isolation", "read committed", LEVELS),
    ("default_transaction_read_only", "off", &["on", "off", "true", "false"]),
    ("default_with_oids", "off", &["off", "false"]),
    ("transaction_isolation", "read committed", LEVELS),
    ("application_name", "", &[]),
    ("bytea_output", "hex", &["hex"]),
    ("check_function_bodies", "on", &[]),
    ("client_encoding", "UTF8", &["utf8", "utf-8", "unicode"]),
    (
        "client_min_messages",
        "notice",
        &["debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"],
    ),
    ("datestyle", "ISO, MDY", &["iso, mdy", "iso", "iso, ymd"]),
    ("default_tablespace", "", &[""]),
    ("extra_float_digits", "1", &["0", "1", "2", "3"]),
    ("idle_in_transaction_session_timeout", "0", &[]),
    ("intervalstyle", "postgres", &["postgres"]),
    ("lock_timeout", "0", &[]),
    ("row_security", "on", &[]),
    ("standard_conforming_strings", "on", &["on", "true", "1", "yes"]),
    ("xmloption", "content", &[]),
];

/// Settings that can be shown only.
const FIXED: [(&str, &str); 6] = [
    ("server_version", SERVER_VERSION),
    ("server_version_num", "150000"),
    ("server_encoding", "UTF8"),
    ("max_identifier_length", "63"),
    ("lc_collate", "C"),
    ("integer_datetimes", "on"),
];

impl Settings {
    /// The defaults, with the database's durability.
    pub(super) fn new(durability: Durability) -> Settings {
        Settings {
            path: vec!["public".to_owned()],
            temporary: None,
            searched: vec!["public".to_owned()],
            durability,
            isolation: Isolation::default(),
            default_isolation: Isolation::default(),
            statement_timeout_millis: 0,
            time_zone: "UTC".to_owned(),
            others: Vec::new(),
        }
    }

    /// Schemas searched for unqualified names.
    pub(super) fn search_path(&self) -> &[String] {
        &self.searched
    }

    /// The schema of the session's temporary objects.
    pub(super) fn temporary(&self) -> Option<&str> {
        self.temporary.as_deref()
    }

    /// Gives the session a schema for temporary objects, searched before all others.
    pub(super) fn set_temporary(&mut self, schema: String) {
        self.temporary = Some(schema);
        self.settle_path();
    }

    /// The schema a statement names: `pg_temp` is the session's own.
    pub(super) fn schema_named<'n>(&'n self, name: &'n str) -> &'n str {
        match &self.temporary {
            Some(temporary) if name == "pg_temp" => temporary,
            _ => name,
        }
    }

    fn settle_path(&mut self) {
        let path = self.path.iter().filter(|name| *name != "pg_temp").cloned();
        self.searched = self.temporary.iter().cloned().chain(path).collect();
    }

    /// When commits are done.
    pub(super) fn durability(&self) -> Durability {
        self.durability
    }

    /// What readers of this session are called: its `application_name`.
    pub(super) fn label(&self) -> Option<std::sync::Arc<str>> {
        let (_, name) = self.others.iter().find(|(other, _)| *other == "application_name")?;
        (!name.is_empty()).then(|| std::sync::Arc::from(name.as_str()))
    }

    /// Sets when commits are done.
    pub(super) fn set_durability(&mut self, durability: Durability) {
        self.durability = durability;
    }

    /// What the running transaction sees of others.
    pub(super) fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// What a transaction that does not say sees of others.
    pub(super) fn default_isolation(&self) -> Isolation {
        self.default_isolation
    }

    /// Sets what the running transaction sees of others.
    pub(super) fn set_isolation(&mut self, isolation: Isolation) {
        self.isolation = isolation;
    }

    /// How long a statement may run; `None`: as long as it likes.
    pub(super) fn statement_timeout_nanos(&self) -> Option<u64> {
        match self.statement_timeout_millis {
            0 => None,
            millis => Some(millis.saturating_mul(1_000_000)),
        }
    }

    /// Whether notices reach the client.
    pub(super) fn wants(&self, severity: &str) -> bool {
        match self.get("client_min_messages").as_deref() {
            Some("error") => false,
            Some("warning") => severity != "NOTICE",
            _ => true,
        }
    }

    /// What plans depend on, as a number: equal numbers, equal meaning of a text.
    pub(super) fn plan_key(&self) -> u64 {
        use core::hash::{Hash, Hasher};
        if self.searched.len() == 1 && self.searched[0] == "public" {
            return 0;
        }
        let mut hasher = rustc_hash::FxHasher::default();
        self.searched.hash(&mut hasher);
        hasher.finish() | 1
    }

    /// SHOW.
    pub(super) fn show(&self, name: &str) -> Result<String> {
        self.get(name).ok_or_else(|| unrecognized(name))
    }

    /// A setting's value as text, if there is such a setting.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "search_path" => self.path.join(", "),
            "timezone" | "time zone" => self.time_zone.clone(),
            "statement_timeout" => match self.statement_timeout_millis {
                0 => "0".to_owned(),
                millis if millis % 60_000 == 0 => format!("{}min", millis / 60_000),
                millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
                millis => format!("{millis}ms"),
            },
            "transaction_isolation" => self.isolation.name().to_owned(),
            "default_transaction_isolation" => self.default_isolation.name().to_owned(),
            "durability" => self.durability.name().to_owned(),
            "synchronous_commit" => {
                (if self.durability == Durability::Full { "on" } else { "off" }).to_owned()
            }
            _ => {
                if let Some((_, value)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
                    return Some((*value).to_owned());
                }
                if let Some((_, value)) = self.others.iter().find(|(other, _)| *other == name) {
                    return Some(value.clone());
                }
                OTHERS
                    .iter()
                    .find(|(other, ..)| *other == name)
                    .map(|(_, default, _)| (*default).to_owned())?
            }
        })
    }

    /// SET; `None` is the default, given by the settings the session began with.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>, defaults: &Settings) -> Result<()> {
        let name = name.to_ascii_lowercase();
        if name == "all" && value.is_none() {
            let temporary = self.temporary.take();
            *self = defaults.clone();
            self.temporary = temporary;
            self.settle_path();
            return Ok(());
        }
        let invalid = |value: &str| {
            Error::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("invalid value for parameter \"{name}\": \"{value}\""),
            )
        };
        match name.as_str() {
            "search_path" => {
                self.path = match value {
                    None => defaults.path.clone(),
                    Some(list) => names_of(list).ok_or_else(|| invalid(list))?,
                };
                self.settle_path();
            }
            "timezone" | "time zone" => {
                self.time_zone = match value {
                    None => defaults.time_zone.clone(),
                    Some(zone)
                        if ["utc", "gmt", "default", "local", "etc/utc"]
                            .contains(&zone.to_ascii_lowercase().as_str()) =>
                    {
                        if zone.eq_ignore_ascii_case("gmt") { "GMT".to_owned() } else { "UTC".to_owned() }
                    }
                    Some(zone) => {
                        return Err(Error::unsupported(format!("the time zone \"{zone}\"")));
                    }
                };
            }
            "statement_timeout" => {
                self.statement_timeout_millis = match value {
                    None => defaults.statement_timeout_millis,
                    Some(text) => millis_of(text).ok_or_else(|| invalid(text))?,
                };
            }
            "durability" | "synchronous_commit" => {
                self.durability = match value {
                    None => defaults.durability,
                    Some(text) => durability_of(text).ok_or_else(|| invalid(text))?,
                };
            }
            "transaction_isolation" | "default_transaction_isolation" => {
                let level = match value {
                    None => defaults.default_isolation,
                    Some(text) => Isolation::ALL
                        .into_iter()
                        .find(|level| level.name().eq_ignore_ascii_case(text))
                        .ok_or_else(|| invalid(text))?,
                };
                if name == "transaction_isolation" {
                    self.isolation = level;
                } else {
                    self.default_isolation = level;
                }
            }
            _ => return self.set_other(&name, value, invalid),
        }
        Ok(())
    }

    fn set_other(&mut self, name: &str, value: Option<&str>, invalid: impl Fn(&str) -> Error) -> Result<()> {
        if FIXED.iter().any(|(fixed, _)| *fixed == name) {
            return Err(Error::new(
                SqlState::CANT_CHANGE_RUNTIME_PARAM,
                format!("parameter \"{name}\" cannot be changed"),
            ));
        }
        let Some((name, _, allowed)) = OTHERS.iter().find(|(other, ..)| *other == name) else {
            return Err(unrecognized(name));
        };
        self.others.retain(|(other, _)| other != name);
        if let Some(value) = value {
            let folded = value.to_ascii_lowercase();
            if !allowed.is_empty() && !allowed.contains(&folded.as_str()) {
                return Err(invalid(value));
            }
            let kept = if *name == "client_min_messages" { folded } else { value.to_owned() };
            self.others.push((name, kept));
        }
        Ok(())
    }
}

fn unrecognized(name: &str) -> Error {
    Error::new(SqlState::UNDEFINED_OBJECT, format!("unrecognized configuration parameter \"{name}\""))
}

fn durability_of(text: &str) -> Option<Durability> {
    Some(match text.to_ascii_lowercase().as_str() {
        "full" | "on" | "true" | "local" | "remote_write" | "remote_apply" => Durability::Full,
        "normal" => Durability::Normal,
        "relaxed" | "off" | "false" => Durability::Relaxed,
        "none" => Durability::None,
        _ => return None,
    })
}

/// `a, "B", c` as names; an empty list is allowed.
fn names_of(list: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for part in list.split(',') {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        match part.strip_prefix('"') {
            Some(rest) => names.push(rest.strip_suffix('"')?.replace("\"\"", "\"")),
            None => names.push(part.trim_matches('\'').to_ascii_lowercase()),
        }
    }
    // "$user" stands for a schema that does not exist here.
    names.retain(|name| name != "$user");
    Some(names)
}

/// `100`, `100ms`, `5s`, `2min`, `1h` in milliseconds.
fn millis_of(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor).filter(|millis| *millis <= 2_147_483_647)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_shown_as_they_were_set() {
        let defaults = Settings::new(Durability::Full);
        let mut settings = defaults.clone();
        for (name, value, shown) in [
            ("search_path", "a, \"B\", public", "a, B, public"),
            ("statement_timeout", "1500", "1500ms"),
            ("statement_timeout", "2min", "2min"),
            ("durability", "Normal", "normal"),
            ("application_name", "Chinook", "Chinook"),
            ("client_min_messages", "WARNING", "warning"),
            ("TimeZone", "utc", "UTC"),
        ] {
            settings.set(name, Some(value), &defaults).expect("allowed");
            assert_eq!(settings.show(name).expect("there"), shown);
        }
        assert!(!settings.wants("NOTICE") && settings.wants("WARNING"));
        settings.set("all", None, &defaults).expect("reset");
        assert_eq!(settings.show("search_path").expect("there"), "public");
        assert_eq!(settings.plan_key(), defaults.plan_key());
    }

    #[test]
    fn what_cannot_be_set_says_why() {
        let defaults = Settings::new(Durability::Full);
        let mut settings = defaults.clone();
        for (name, value, code) in [
            ("nonsense", "1", "42704"),
            ("server_version", "99", "55P02"),
            ("statement_timeout", "soon", "22023"),
            ("client_min_messages", "loud", "22023"),
            ("timezone", "Mars/Olympus", "0A000"),
        ] {
            let error = settings.set(name, Some(value), &defaults).expect_err(name);
            assert_eq!(error.sqlstate().code(), code, "{name}");
        }
        assert!(settings.show("nonsense").is_err());
    }
}
