//! What a running function may ask of its statement: time, chance, sequences, settings.

use core::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::base::ObjectId;
use crate::base::words::quoted;
use crate::base::zone::Zone;
use crate::catalog::{Catalog, Relation, Sequence};
use crate::env::{Nanos, UnixMicros};
use crate::error::{Error, Result, SqlState};
use crate::exec::Interrupt;
use crate::function::{CatalogQuestion, FunctionContext};
use crate::physical::PhysicalPlan;
use crate::store;
use crate::value::SqlType;

use super::database::Shared;
use super::session::Draws;
use super::settings::Settings;

/// Microseconds from 1970-01-01 to 2000-01-01.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Wall time in PostgreSQL's microseconds.
pub(super) fn unix_to_postgres(time: UnixMicros) -> i64 {
    time.0.saturating_sub(POSTGRES_EPOCH_MICROS)
}

/// The times of one statement, read from the clock when first asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// That of the transaction; a statement on its own is one.
    pub(super) transaction: Cell<Option<i64>>,
    pub(super) statement: Cell<Option<i64>>,
    /// How deep triggers have set each other off.
    pub(super) depth: Cell<u32>,
    /// What triggers have planned: text, types of parameters, plan.
    pub(super) plans: RefCell<TriggerPlans>,
}

/// Plans of statements of triggers.
type TriggerPlans = Vec<(String, Vec<Option<SqlType>>, Arc<PhysicalPlan>)>;

/// The context of one step.
pub(super) struct StatementContext<'a> {
    pub(super) shared: &'a Shared,
    pub(super) catalog: &'a Catalog,
    pub(super) settings: &'a Settings,
    pub(super) draws: &'a Draws,
    pub(super) times: &'a Times,
    /// Whether the statement may change anything, sequences included.
    pub(super) writes: bool,
}

/// In the draws: which sequence was drawn from last.
const LAST_DRAW: ObjectId = ObjectId(0);

impl StatementContext<'_> {
    fn drew(&self, id: ObjectId, value: i64) {
        let mut draws = self.draws.lock();
        draws.insert(id, value);
        draws.insert(LAST_DRAW, i64::from(id.0));
    }

    /// `pg_get_serial_sequence`
    fn serial(&self, table: &str, column: &str) -> Result<Option<String>> {
        let (schema, name) = qualified(table)?;
        let found = match &schema {
            Some(schema) => self.catalog.relation(schema, &name),
            None => {
                self.settings.search_path().iter().find_map(|schema| self.catalog.relation(schema, &name))
            }
        };
        if let Some(Relation::View(view)) = found
            && view.column(column).is_some()
        {
            return Ok(None);
        }
        let Some(Relation::Table(table)) = found else {
            return Err(Error::new(
                SqlState::UNDEFINED_TABLE,
                format!("relation \"{table}\" does not exist"),
            ));
        };
        let Some(at) = table.column(column) else {
            return Err(Error::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{column}\" of relation \"{}\" does not exist", table.name),
            ));
        };
        let owned = self.catalog.sequences.values().find(|sequence| sequence.owner == Some((table.id, at)));
        Ok(owned.map(|sequence| format!("{}.{}", quoted(&sequence.schema), quoted(&sequence.name))))
    }

    fn sequence(&self, name: &str) -> Result<&Sequence> {
        let (schema, name) = qualified(name)?;
        let found = match &schema {
            Some(schema) => self.catalog.relation(schema, &name),
            None => {
                self.settings.search_path().iter().find_map(|schema| self.catalog.relation(schema, &name))
            }
        };
        let shown = schema.map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
        match found {
            Some(Relation::Sequence(sequence)) => Ok(sequence),
            Some(_) => Err(Error::new(SqlState::WRONG_OBJECT_TYPE, format!("\"{shown}\" is not a sequence"))),
            None => {
                Err(Error::new(SqlState::UNDEFINED_TABLE, format!("relation \"{shown}\" does not exist")))
            }
        }
    }
}

impl FunctionContext for StatementContext<'_> {
    fn transaction_time(&self) -> i64 {
        let time = self.times.transaction.get().unwrap_or_else(|| self.statement_time());
        self.times.transaction.set(Some(time));
        time
    }

    fn statement_time(&self) -> i64 {
        let time = self.times.statement.get().unwrap_or_else(|| self.clock_time());
        self.times.statement.set(Some(time));
        time
    }

    fn clock_time(&self) -> i64 {
        unix_to_postgres(self.shared.env.clock.now())
    }

    fn entropy(&self, out: &mut [u8]) {
        self.shared.env.entropy.fill(out);
    }

    fn next_value(&self, sequence: &str) -> Result<i64> {
        let sequence = self.sequence(sequence)?;
        if !self.writes {
            return Err(Error::new(
                SqlState::READ_ONLY_SQL_TRANSACTION,
                "cannot execute nextval() in a read-only transaction",
            ));
        }
        let value = self.shared.sequences.draw(sequence, || {
            let committed = self.shared.pager.begin_read()?;
            store::read_sequence_state(&committed, committed.roots(), sequence.id)
        })?;
        self.drew(sequence.id, value);
        Ok(value)
    }

    fn current_value(&self, sequence: &str) -> Result<i64> {
        let sequence = self.sequence(sequence)?;
        let draws = self.draws.lock();
        draws.get(&sequence.id).copied().ok_or_else(|| {
            Error::new(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("currval of sequence \"{}\" is not yet defined in this session", sequence.name),
            )
        })
    }

    fn set_value(&self, sequence: &str, value: i64, is_called: bool) -> Result<i64> {
        let sequence = self.sequence(sequence)?;
        if !self.writes {
            return Err(Error::new(
                SqlState::READ_ONLY_SQL_TRANSACTION,
                "cannot execute setval() in a read-only transaction",
            ));
        }
        if value < sequence.min || value > sequence.max {
            return Err(Error::new(
                SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                format!(
                    "setval: value {value} is out of bounds for sequence \"{}\" ({}..{})",
                    sequence.name, sequence.min, sequence.max
                ),
            ));
        }
        let next = if is_called { store::successor(sequence, value) } else { Some(value) };
        self.shared.sequences.set(sequence.id, next, false);
        if is_called {
            self.drew(sequence.id, value);
        }
        Ok(value)
    }

    fn last_value(&self) -> Result<i64> {
        let draws = self.draws.lock();
        let last = draws.get(&LAST_DRAW).and_then(|id| u32::try_from(*id).ok()).map(ObjectId);
        last.filter(|id| self.catalog.sequences.contains_key(id))
            .and_then(|id| draws.get(&id).copied())
            .ok_or_else(|| {
                Error::new(
                    SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "lastval is not yet defined in this session",
                )
            })
    }

    fn catalog(&self, question: CatalogQuestion<'_>) -> Result<Option<String>> {
        match question {
            CatalogQuestion::Serial(table, column) => self.serial(table, column),
            question => super::system::answer(self, question),
        }
    }

    fn zone(&self) -> &Zone {
        self.settings.zone()
    }

    fn zone_named(&self, name: &str) -> Option<Zone> {
        self.settings.zone_named(name)
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settings.get(name)
    }
}

/// A name as `nextval('schema.name')` takes it: parts fold to lower case unless quoted.
pub(super) fn qualified(text: &str) -> Result<(Option<String>, String)> {
    let invalid = || Error::new(SqlState::INVALID_NAME, "invalid name syntax");
    let mut parts = vec![String::new()];
    let mut letters = text.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        let part = parts.last_mut().ok_or_else(invalid)?;
        match letter {
            '"' => loop {
                match letters.next().ok_or_else(invalid)? {
                    '"' if letters.peek() == Some(&'"') => {
                        letters.next();
                        part.push('"');
                    }
                    '"' => break,
                    quoted => part.push(quoted),
                }
            },
            '.' => parts.push(String::new()),
            letter => part.push(letter.to_ascii_lowercase()),
        }
    }
    if parts.iter().any(String::is_empty) {
        return Err(invalid());
    }
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => Ok((None, name)),
        (Some(schema), Some(name), None) => Ok((Some(schema), name)),
        _ => Err(invalid()),
    }
}

/// Stops a statement at its deadline.
pub(super) struct Deadline<'a> {
    pub(super) shared: &'a Shared,
    pub(super) at: Option<Nanos>,
}

impl Interrupt for Deadline<'_> {
    fn check(&self) -> Result<()> {
        match self.at {
            Some(at) if self.shared.env.clock.monotonic() >= at => {
                Err(Error::new(SqlState::QUERY_CANCELED, "canceling statement due to statement timeout"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sequences_fold_unless_quoted() {
        let name = |text| qualified(text).map_err(|error| error.message().to_owned());
        assert_eq!(name("T_A_seq"), Ok((None, "t_a_seq".into())));
        assert_eq!(name("public.\"T A\""), Ok((Some("public".into()), "T A".into())));
        assert_eq!(name("\"a\"\"b\""), Ok((None, "a\"b".into())));
        for wrong in ["", "a.", "\"a", "a.b.c"] {
            assert_eq!(name(wrong), Err("invalid name syntax".into()), "{wrong}");
        }
    }
}
