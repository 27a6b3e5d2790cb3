//! What a simulated application does, and what it knows its tables to hold.

use decentdb_core::db::Connection;
use decentdb_core::env::SplitMix64;
use decentdb_core::error::Result;

/// What a statement must answer when no fault is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// It succeeds.
    Success,
    /// It fails with this SQLSTATE and changes nothing.
    Error(&'static str),
}

/// One statement of a workload.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// What it must answer.
    pub expect: Expect,
}

impl Statement {
    /// A statement that succeeds.
    pub fn new(sql: impl Into<String>) -> Statement {
        Statement { sql: sql.into(), expect: Expect::Success }
    }

    /// A statement that fails.
    pub fn failing(sql: impl Into<String>, sqlstate: &'static str) -> Statement {
        Statement { sql: sql.into(), expect: Expect::Error(sqlstate) }
    }
}

/// An application and its model: the value says what the tables hold, so a clone of it is a savepoint.
///
/// Everything must be decided by the value itself and the random numbers handed in.
pub trait Workload: Clone {
    /// The statements of the first transaction; afterwards the model is that of the new tables.
    fn schema(&mut self) -> Vec<String>;
    /// The next statement; the model changes as the statement will change the tables. A statement that
    /// must fail changes nothing.
    fn next(&mut self, random: &mut SplitMix64) -> Statement;
    /// What [`Workload::dump`] must answer.
    fn state(&self) -> String;
    /// All tables as text. Outside a transaction also those that should not be there; inside one a missing
    /// table would abort it.
    fn dump(&self, connection: &Connection) -> Result<String>;
}
