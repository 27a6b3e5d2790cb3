//! The functions and aggregates of SQL: how a call is resolved to one, and how it is computed.
//!
//! Operators that are not arithmetic, comparison or logic (`||`, `~~`, date plus integer, ...) are
//! functions too; `bind` resolves them here by their PostgreSQL names.

mod aggregate;
mod argument;
pub mod like;
mod operator;
pub mod regex;
mod registry;
mod scalar;
mod set;
mod signature;
mod window;

#[cfg(test)]
mod tests;

use crate::base::sync::MaybeSend;
use crate::base::zone::Zone;
use crate::error::{Error, Result};
use crate::value::{Datum, SqlType};

pub use aggregate::{
    accumulator, aggregate_name, is_aggregate, is_ordered_set, resolve_aggregate, resolve_aggregate_star,
    resolve_ordered_set,
};
pub use operator::{OperatorResolution, resolve_operator};
pub use registry::{
    ScalarFunction, call, internal, is_scalar, resolve_scalar, scalar_function, scalar_name,
    scalar_volatility,
};
pub use set::{
    ResolvedSet, RowSource, SetFunctionId, is_set_function, resolve_set, row_source, set_function_name,
    single_row,
};

pub use window::{ResolvedWindow, WindowId, is_window, resolve_window, window_name};

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
    /// The OIDs of the argument types follow the arguments, one integer each.
    pub typed: bool,
}

/// What functions ask of the catalog, by OIDs of `pg_catalog`.
#[derive(Clone, Copy, Debug)]
pub enum CatalogQuestion<'a> {
    /// A constraint's definition.
    Constraint(u32),
    /// An index's definition, or one of its columns, from 1.
    Index(u32, i64),
    /// A view's query.
    View(u32),
    /// A relation by its name or OID: eight digits of its OID, and its name as it is shown.
    Relation(&'a str),
    /// The comment on an object, or on a column of it, from 1.
    Comment(u32, i64),
    /// The schema of a relation, if it is in the search path.
    SchemaOf(u32),
    /// The schemas of the search path that exist, with commas.
    SearchPath,
    /// The name of a type that a statement made.
    Type(u32),
    /// The sequence of a serial or identity column: table and column.
    Serial(&'a str, &'a str),
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
    /// Sets a sequence, as `setval('name', value, is_called)`.
    fn set_value(&self, _sequence: &str, _value: i64, _is_called: bool) -> Result<i64> {
        Err(Error::unsupported("setval"))
    }
    /// The last value drawn by this session from any sequence, as `lastval()`.
    fn last_value(&self) -> Result<i64> {
        Err(Error::unsupported("lastval"))
    }
    /// The session's time zone.
    fn zone(&self) -> &Zone {
        const { &Zone::UTC }
    }
    /// A time zone by its IANA name, where the host knows it.
    fn zone_named(&self, _name: &str) -> Option<Zone> {
        None
    }
    /// A session setting, as `current_setting('name')`.
    fn setting(&self, name: &str) -> Option<String>;
    /// `current_database()`
    fn database(&self) -> String {
        "decentdb".into()
    }
    /// `current_user`
    fn user(&self) -> String {
        "decentdb".into()
    }
    /// What the catalog says of an object; `None`: there is none.
    fn catalog(&self, _question: CatalogQuestion<'_>) -> Result<Option<String>> {
        Err(Error::unsupported("a question about the catalog here"))
    }
    /// `current_schema()`; `None` when the search path names no schema.
    fn schema(&self) -> Option<String> {
        Some("public".into())
    }
}

/// One running group of an aggregate.
pub trait Accumulator: MaybeSend {
    /// Takes the arguments of one row; rows with NULL arguments come too unless the call was strict.
    fn step(&mut self, arguments: &[Datum]) -> Result<()>;
    /// As [`Accumulator::step`] with one argument of the kind `Datum::Int`: spares kernels the datum.
    fn step_int(&mut self, value: i64) -> Result<()> {
        self.step(&[Datum::Int(value)])
    }
    /// As [`Accumulator::step`] with one argument of the kind `Datum::Float`.
    fn step_float(&mut self, value: f64) -> Result<()> {
        self.step(&[Datum::Float(value)])
    }
    /// The result so far.
    fn finish(&mut self) -> Result<Datum>;
    /// Bytes held, roughly, for the statement's budget.
    fn memory(&self) -> usize {
        64
    }
}
