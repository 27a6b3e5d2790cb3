//! The writer: one step at a time through transactions, savepoints and refusals.

use std::rc::Rc;

use decentdb_core::db::Durability;
use decentdb_core::env::SplitMix64;
use decentdb_core::error::{Error, SqlState};

use super::{Committed, World};
use crate::error::{During, Failed};
use crate::workload::{Expect, Workload};

impl<W: Workload> World<W> {
    pub(super) fn write(&mut self, random: &mut SplitMix64) -> Result<(), Failed> {
        if !self.in_transaction {
            let levels = [Durability::Full, Durability::Normal, Durability::Relaxed, Durability::None];
            let own = random.chance(3, 4);
            self.durability = if own { self.openings.options.durability } else { levels[random.index(4)] };
            self.connection()?.set_durability(self.durability);
            if self.published == 0 {
                return self.make_schema();
            }
            if random.chance(1, 2) {
                return self.autocommit(random);
            }
            self.phase = "statement";
            let begun = self.connection()?.execute("BEGIN", ());
            if self.tolerate("BEGIN", begun)?.is_some() {
                self.in_transaction = true;
            }
            return Ok(());
        }
        match random.below(16) {
            0..=7 => self.statement(random),
            8..=9 if self.marks.len() < 4 => {
                self.marks.push(self.model.clone());
                self.control(&format!("SAVEPOINT s{}", self.marks.len()))
            }
            10..=11 if !self.marks.is_empty() => {
                self.marks.truncate(1 + random.index(self.marks.len()));
                self.model.clone_from(&self.marks[self.marks.len() - 1]);
                self.counts.note("rollback to savepoint");
                self.control(&format!("ROLLBACK TO s{}", self.marks.len()))
            }
            12 if !self.marks.is_empty() => {
                let at = random.index(self.marks.len());
                self.marks.truncate(at);
                self.control(&format!("RELEASE s{}", at + 1))
            }
            13 => self.roll_back(random.chance(1, 3)),
            _ => self.commit("COMMIT"),
        }
    }

    pub(super) fn make_schema(&mut self) -> Result<(), Failed> {
        let script = self.model.schema().join(";\n");
        self.counts.note("schema");
        self.commit(&script)
    }

    pub(super) fn control(&mut self, sql: &str) -> Result<(), Failed> {
        self.phase = "statement";
        let done = self.connection()?.execute(sql, ());
        if self.tolerate(sql, done)?.is_none() {
            return self.roll_back(false);
        }
        Ok(())
    }

    pub(super) fn statement(&mut self, random: &mut SplitMix64) -> Result<(), Failed> {
        self.phase = "statement";
        let before = self.model.clone();
        let statement = self.model.next(random);
        self.counts.note("statement");
        let done = self.connection()?.execute(&statement.sql, ());
        match (done, statement.expect) {
            (Ok(_), Expect::Success) => {
                if random.chance(1, 8) {
                    self.check_own_view(&statement.sql)?;
                }
                return Ok(());
            }
            (Ok(_), Expect::Error(code)) => {
                return Err(Failed(format!("{}: succeeds instead of {code}", statement.sql)));
            }
            (Err(error), Expect::Error(code)) if error.sqlstate().code() == code => {
                self.counts.note("expected error");
            }
            (Err(error), _) => {
                self.tolerate(&statement.sql, Err::<(), Error>(error))?;
            }
        }
        self.model = before;
        if let Some(mark) = self.marks.last() {
            self.model.clone_from(mark);
            return self.control(&format!("ROLLBACK TO s{}", self.marks.len()));
        }
        self.roll_back(false)
    }

    pub(super) fn roll_back(&mut self, by_dropping: bool) -> Result<(), Failed> {
        self.counts.note(if by_dropping { "rollback by drop" } else { "rollback" });
        self.model.clone_from(&self.committed()?.model);
        self.marks.clear();
        self.in_transaction = false;
        if by_dropping {
            self.connection = None;
            self.connection = Some(self.database()?.connect().during("a new connection")?);
            return Ok(());
        }
        if self.connection()?.in_transaction() {
            self.connection()?.execute("ROLLBACK", ()).during("ROLLBACK never fails")?;
        }
        Ok(())
    }

    pub(super) fn autocommit(&mut self, random: &mut SplitMix64) -> Result<(), Failed> {
        let statement = self.model.next(random);
        if let Expect::Error(code) = statement.expect {
            self.phase = "statement";
            match self.connection()?.execute(&statement.sql, ()) {
                Err(error) if error.sqlstate().code() == code => self.counts.note("expected error"),
                Ok(_) => return Err(Failed(format!("{}: succeeds instead of {code}", statement.sql))),
                Err(error) => {
                    self.tolerate(&statement.sql, Err::<(), Error>(error))?;
                }
            }
            return Ok(());
        }
        self.commit(&statement.sql)
    }

    /// Runs what makes the model the next commit: COMMIT, or a statement that is its own transaction.
    pub(super) fn commit(&mut self, sql: &str) -> Result<(), Failed> {
        self.phase = "commit";
        let next = self.published + 1;
        let state = self.model.state();
        let unchanged = state == self.committed()?.state;
        self.history.insert(next, Rc::new(Committed { model: self.model.clone(), state }));
        self.attempted = next;
        let done = self.connection()?.execute_script(sql);
        self.marks.clear();
        self.in_transaction = false;
        let reached = self.database()?.storage().last_commit().0;
        match done {
            Ok(()) if reached == next => {
                self.published = next;
                self.above_none |= self.durability != Durability::None;
                if self.durability == Durability::Full {
                    self.full = next;
                }
                self.counts.note(match self.durability {
                    Durability::Full => "commit full",
                    Durability::Normal => "commit normal",
                    Durability::Relaxed => "commit relaxed",
                    Durability::None => "commit none",
                });
                Ok(())
            }
            Ok(()) if reached == self.published && unchanged => self.forget_attempt(),
            Ok(()) => Err(Failed(format!("{sql}: acknowledged, but the last commit is {reached}"))),
            Err(error) => {
                let uncertain = error.sqlstate() == SqlState::TRANSACTION_RESOLUTION_UNKNOWN;
                self.tolerate(sql, Err::<(), Error>(error))?;
                if uncertain {
                    self.counts.note("uncertain commit");
                    if self.database()?.storage().durability_status().poisoned.is_none() {
                        return Err(Failed(format!("{sql}: uncertain, but the handle is not poisoned")));
                    }
                } else {
                    self.forget_attempt()?;
                }
                self.roll_back(false)
            }
        }
    }

    pub(super) fn forget_attempt(&mut self) -> Result<(), Failed> {
        let reached = self.database()?.storage().last_commit().0;
        if reached != self.published {
            return Err(Failed(format!("a refused commit is visible: {reached}")));
        }
        self.history.remove(&self.attempted);
        self.attempted = self.published;
        Ok(())
    }
}
