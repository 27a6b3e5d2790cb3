//! The functions and aggregates of SQL: how a call is resolved to one, and how it is computed.
//!
//! Operators that are not arithmetic, comparison or logic (`||`, `~~`, date plus integer, ...) are
//! functions too; `bind` resolves them here by their PostgreSQL names.

use crate::error::Result;
use crate::value::{Datum, SqlType};

/// A resolved scalar function: an index into the registry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FunctionId(pub u16);

/// A resolved aggregate function: an index into the registry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AggregateId(pub u16);

/// How stable a result is (PostgreSQL, chapter 38.7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Volatility {
    /// Same arguments, same result, for ever: constants are folded.
    Immutable,
    /// The same within one statement.
    Stable,
    /// May differ at every call.
    Volatile,
}

/// A call that name and argument types decide.
#[derive(Clone, Debug)]
pub struct Resolved<Id> {
    /// What to call.
    pub id: Id,
    /// The types the arguments must be coerced to, one per argument given.
    pub arguments: Vec<SqlType>,
    /// The type of the result.
    pub result: SqlType,
    /// A NULL argument makes the result NULL without a call.
    pub strict: bool,
    /// How stable the result is.
    pub volatility: Volatility,
}

/// What a running function may ask of its statement.
pub trait FunctionContext {
    /// `now()`: microseconds since 2000-01-01 UTC, fixed per transaction.
    fn transaction_time(&self) -> i64;
    /// `statement_timestamp()`, same unit.
    fn statement_time(&self) -> i64;
    /// `clock_timestamp()`, same unit.
    fn clock_time(&self) -> i64;
    /// Random bytes from the host.
    fn entropy(&self, out: &mut [u8]);
    /// Draws from a sequence named as in `nextval('name')`.
    fn next_value(&self, sequence: &str) -> Result<i64>;
    /// The last value drawn by this session, as `currval('name')`.
    fn current_value(&self, sequence: &str) -> Result<i64>;
    /// A session setting, as `current_setting('name')`.
    fn setting(&self, name: &str) -> Option<String>;
}

/// One running group of an aggregate.
pub trait Accumulator {
    /// Takes the arguments of one row; rows with NULL arguments come too unless the call was strict.
    fn step(&mut self, arguments: &[Datum]) -> Result<()>;
    /// The result so far.
    fn finish(&mut self) -> Result<Datum>;
    /// Bytes held, roughly, for the statement's budget.
    fn memory(&self) -> usize {
        64
    }
}
