//! SET and SHOW: the settings of a session.
//!
//! ```text
//! SET name = text -> parameters.rs: known? -> value.rs: read, within bounds -> mod.rs: what it does
//! ```
//!
//! Each has PostgreSQL's name, default and bounds. Those that only clients care for, or that tune a planner
//! which is not this one, are kept and answered as they were set (docs/SQL.md lists which do something);
//! values that would change answers and are not supported are refused (0A000). A name with a dot in it is the
//! application's own.

mod parameters;
mod value;

use std::sync::Arc;

use crate::base::words::quoted;
use crate::base::zone::{INTERVAL_STYLES, Zone};
use crate::env::{Env, NoTimeZones, OneStack, Stacks, TimeZones};
use crate::error::{Error, Result, SqlState};
use crate::pager::Durability;
use crate::physical::Choices;
use crate::plan::Isolation;
use crate::value::{Datum, TypeName, temporal};

use parameters::{Kind, ONLY, PARAMETERS, Parameter};
use value::invalid;

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
    choices: Choices,
    zone: Zone,
    zones: Arc<dyn TimeZones>,
    stacks: Arc<dyn Stacks>,
    /// What was set to something else than its default, by index in [`PARAMETERS`].
    changed: Vec<(usize, String)>,
    /// The application's own: names with a dot.
    custom: Vec<(String, String)>,
}

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
            choices: Choices::default(),
            zone: Zone::UTC,
            zones: Arc::new(NoTimeZones),
            stacks: Arc::new(OneStack),
            changed: Vec::new(),
            custom: Vec::new(),
        }
    }

    /// The same where the host knows time zones and has larger stacks.
    pub(super) fn on_host(self, env: &Env) -> Settings {
        Settings { zones: Arc::clone(&env.zones), stacks: Arc::clone(&env.stacks), ..self }
    }

    /// Where deep statements are planned.
    pub(super) fn stacks(&self) -> &dyn Stacks {
        &*self.stacks
    }

    /// The session's time zone.
    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// A region the host knows.
    pub(super) fn zone_named(&self, name: &str) -> Option<Zone> {
        self.zones.find(name).map(|(name, rules)| Zone::region(name, rules))
    }

    /// A time, or an array of them, as the session reads it; it has no clock at hand.
    pub(super) fn read(&self, text: &str, ty: TypeName) -> Result<Datum> {
        let find = |name: &str| self.zone_named(name);
        temporal::parse_in(text, ty, &temporal::Moment { now: None, zone: &self.zone, find: &find })
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

    /// What the planner may use.
    pub(super) fn choices(&self) -> Choices {
        self.choices
    }

    /// What readers of this session are called: its `application_name`.
    pub(super) fn label(&self) -> Option<Arc<str>> {
        if self.changed.is_empty() {
            return None;
        }
        let name = self.stored("application_name")?;
        (!name.is_empty()).then(|| Arc::from(name))
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

    /// Whether a transaction that does not say may write.
    pub(super) fn default_read_only(&self) -> bool {
        !self.changed.is_empty() && self.stored("default_transaction_read_only") == Some("on")
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
        match self.stored("client_min_messages") {
            Some("error") => false,
            Some("warning") => severity != "NOTICE",
            _ => true,
        }
    }

    /// What plans depend on, as a number: equal numbers, equal meaning of a text.
    pub(super) fn plan_key(&self) -> u64 {
        use core::hash::{Hash, Hasher};
        let public = self.searched.len() == 1 && self.searched[0] == "public";
        if public && self.choices == Choices::default() {
            return 0;
        }
        let mut hasher = rustc_hash::FxHasher::default();
        self.searched.hash(&mut hasher);
        self.choices.hash(&mut hasher);
        hasher.finish() | 1
    }

    /// SHOW.
    pub(super) fn show(&self, name: &str) -> Result<String> {
        self.get(name).ok_or_else(|| unrecognized(name))
    }

    /// SHOW ALL: name and value of each.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        PARAMETERS.iter().filter_map(|parameter| Some((parameter.name, self.get(parameter.name)?)))
    }

    /// A setting's value as text, if there is such a setting.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let Some((_, parameter)) = find(name) else {
            let own = self.custom.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            return own.map(|(_, value)| value.clone());
        };
        Some(match parameter.name {
            "search_path" => self.path.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "),
            "transaction_isolation" => self.isolation.name().to_owned(),
            "durability" => self.durability.name().to_owned(),
            "synchronous_commit" => {
                (if self.durability == Durability::Full { "on" } else { "off" }).to_owned()
            }
            _ => value::shown(parameter, self.stored(parameter.name)?),
        })
    }

    /// The value as it is stored.
    fn stored(&self, name: &str) -> Option<&str> {
        let (index, parameter) = find(name)?;
        let changed = self.changed.iter().find(|(other, _)| *other == index);
        Some(changed.map_or(parameter.default, |(_, value)| value.as_str()))
    }

    /// SET; `None` is the default, given by the settings the session began with.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>, defaults: &Settings) -> Result<()> {
        if name == "all" && value.is_none() {
            let (isolation, temporary) = (self.isolation, self.temporary.take());
            *self = defaults.clone();
            (self.isolation, self.temporary) = (isolation, temporary);
            self.settle_path();
            return Ok(());
        }
        let Some((index, parameter)) = find(name) else { return self.set_custom(name, value) };
        if matches!(parameter.kind, Kind::Fixed) {
            return value::read(parameter, "").map(drop);
        }
        let stored = match value {
            Some(text) => text.to_owned(),
            None => defaults.stored(parameter.name).unwrap_or_default().to_owned(),
        };
        let stored = self.apply(parameter, stored, value.is_none().then_some(defaults))?;
        self.changed.retain(|(other, _)| *other != index);
        if stored != parameter.default {
            self.changed.push((index, stored));
        }
        Ok(())
    }

    /// What a new value does; answers it as it is stored. `defaults`: it is the one of the beginning.
    fn apply(&mut self, parameter: &Parameter, text: String, defaults: Option<&Settings>) -> Result<String> {
        match parameter.name {
            "search_path" => {
                self.path = match defaults {
                    Some(defaults) => defaults.path.clone(),
                    None => names_of(&text).ok_or_else(|| invalid(parameter.name, &text))?,
                };
                self.settle_path();
                return Ok(text);
            }
            "TimeZone" => {
                let intervals = self.zone.intervals;
                self.zone = self.time_zone(&text)?;
                self.zone.intervals = intervals;
                return Ok(self.zone.name.clone().into_owned());
            }
            "durability" | "synchronous_commit" => {
                self.durability = match defaults {
                    Some(defaults) => defaults.durability,
                    None => durability_of(&text).ok_or_else(|| invalid(parameter.name, &text))?,
                };
                return Ok(parameter.default.to_owned());
            }
            "DateStyle" => return date_style(&text),
            _ => {}
        }
        let stored = value::read(parameter, &text)?;
        if let Some((name, only)) = ONLY.iter().find(|(name, _)| name.eq_ignore_ascii_case(parameter.name)) {
            let same = stored.eq_ignore_ascii_case(only)
                || (*name == "client_encoding" && is_utf8(&stored))
                || (*only == "C" && is_plain_locale(&stored));
            if !same {
                return Err(Error::unsupported(format!("{name} = '{stored}'")));
            }
            return Ok((*only).to_owned());
        }
        let on = stored == "on";
        match parameter.name {
            "statement_timeout" => self.statement_timeout_millis = stored.parse().unwrap_or(0),
            "transaction_isolation" | "default_transaction_isolation" => {
                let level = Isolation::ALL.into_iter().find(|level| level.name() == stored);
                let level = level.ok_or_else(|| invalid(parameter.name, &stored))?;
                if parameter.name == "transaction_isolation" {
                    self.isolation = level;
                    return Ok(parameter.default.to_owned());
                }
                self.default_isolation = level;
            }
            "IntervalStyle" => {
                let style = INTERVAL_STYLES.iter().position(|style| *style == stored).unwrap_or(0);
                self.zone.intervals = u8::try_from(style).unwrap_or(0);
            }
            "enable_seqscan" => self.choices.seq_scan = on,
            "enable_indexscan" => self.choices.index_scan = on,
            "enable_hashjoin" => self.choices.hash_join = on || self.stored("enable_mergejoin") == Some("on"),
            "enable_mergejoin" => self.choices.hash_join = on || self.stored("enable_hashjoin") == Some("on"),
            "enable_nestloop" => self.choices.nested_loop = on,
            _ => {}
        }
        Ok(stored)
    }

    // UTC by any of its names, hours east as a number, or a region.
    fn time_zone(&self, text: &str) -> Result<Zone> {
        match text.to_ascii_lowercase().as_str() {
            "utc" | "etc/utc" | "default" | "local" => return Ok(Zone::UTC),
            "gmt" => return Ok(Zone::fixed("GMT".into(), 0)),
            _ => {}
        }
        if let Ok(hours) = text.trim().parse::<f64>()
            && hours.abs() < 168.0
        {
            #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
            let east = (hours * 3600.0).round() as i64;
            let shown = |sign: i64| {
                let mut out = String::new();
                temporal::write_zone(sign * east, &mut out);
                out
            };
            return Ok(Zone::fixed(format!("<{}>{}", shown(1), shown(-1)).into(), east));
        }
        match self.zone_named(text) {
            Some(zone) => Ok(zone),
            None if self.zones.is_empty() => Err(Error::unsupported(format!("the time zone \"{text}\""))),
            None => Err(invalid("TimeZone", text)),
        }
    }

    fn set_custom(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        if !name.contains('.') {
            return Err(unrecognized(name));
        }
        let simple = |part: &str| {
            !part.starts_with(|letter: char| letter.is_ascii_digit() || letter == '$')
                && !part.is_empty()
                && part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
        };
        if !name.split('.').all(simple) {
            let message = format!("invalid configuration parameter name \"{name}\"");
            return Err(Error::new(SqlState::INVALID_NAME, message).with_detail(
                "Custom parameter names must be two or more simple identifiers separated by dots.",
            ));
        }
        let place = self.custom.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name));
        match (place, value) {
            (Some((_, kept)), value) => value.unwrap_or_default().clone_into(kept),
            (None, Some(value)) => self.custom.push((name.to_owned(), value.to_owned())),
            (None, None) => {}
        }
        Ok(())
    }
}

/// How PostgreSQL spells a parameter: the name of SHOW's column.
pub(super) fn spelled(name: &str) -> &str {
    find(name).map_or(name, |(_, parameter)| parameter.name)
}

fn find(name: &str) -> Option<(usize, &'static Parameter)> {
    PARAMETERS.iter().enumerate().find(|(_, parameter)| parameter.name.eq_ignore_ascii_case(name))
}

fn unrecognized(name: &str) -> Error {
    Error::new(SqlState::UNDEFINED_OBJECT, format!("unrecognized configuration parameter \"{name}\""))
}

/// `ISO, MDY`: the order matters to no text that is read here but ISO's, so another than MDY is refused.
fn date_style(text: &str) -> Result<String> {
    for word in text.split(',') {
        match word.trim().to_ascii_lowercase().as_str() {
            "iso" | "mdy" | "us" | "noneuro" | "noneuropean" | "" => {}
            "default" => {}
            "dmy" | "ymd" | "euro" | "european" | "sql" | "postgres" | "german" => {
                return Err(Error::unsupported(format!("datestyle = '{text}'")));
            }
            other => {
                let detail = format!("Unrecognized key word: \"{other}\".");
                return Err(invalid("DateStyle", text).with_detail(detail));
            }
        }
    }
    Ok("ISO, MDY".to_owned())
}

fn is_utf8(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    ["utf8", "unicode"].iter().any(|utf8| letters.eq_ignore_ascii_case(utf8))
}

fn is_plain_locale(name: &str) -> bool {
    name.is_empty() || ["posix", "c.utf-8", "c.utf8"].iter().any(|plain| name.eq_ignore_ascii_case(plain))
}

fn durability_of(text: &str) -> Option<Durability> {
    Some(match text.to_ascii_lowercase().as_str() {
        "full" | "local" | "remote_write" | "remote_apply" => Durability::Full,
        "normal" => Durability::Normal,
        "relaxed" => Durability::Relaxed,
        "none" => Durability::None,
        other if value::flag(other)? => Durability::Full,
        _ => Durability::Relaxed,
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

#[cfg(test)]
mod tests;
