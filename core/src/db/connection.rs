//! A session: statements, transactions, settings.

use crate::error::{Error, Result};
use crate::value::Datum;

use super::conversions::FromRow;
use super::{Durability, Notice, Outcome, Params, Portal, Row, Rows, Statement, Transaction};

/// A session of a database. Natively it may move between threads; each thread that works at the same time
/// has its own.
#[derive(Debug)]
pub struct Connection {}

impl Connection {
    /// Runs one statement and answers how many rows it changed (or returned).
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<u64> {
        self.prepare(sql)?.execute(params)
    }

    /// Runs one statement that returns rows.
    pub fn query(&self, sql: &str, params: impl Params) -> Result<Rows> {
        self.prepare(sql)?.query(params)
    }

    /// The first row of a query through `read`; none is an error (P0002).
    pub fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// All rows of a query as tuples or single values.
    pub fn query_as<T: FromRow>(&self, sql: &str, params: impl Params) -> Result<Vec<T>> {
        self.query(sql, params)?.collect_as()
    }

    /// Parses and plans one statement for repeated use.
    pub fn prepare(&self, _sql: &str) -> Result<Statement> {
        Err(Error::unsupported("prepare"))
    }

    /// Runs one statement with parameters that are already in their own kind, and gathers its rows.
    pub fn run(&self, _sql: &str, _params: &[Datum]) -> Result<Outcome> {
        Err(Error::unsupported("run"))
    }

    /// Runs a script, `;` between its statements, as PostgreSQL's simple query protocol does: it is one
    /// transaction unless it says BEGIN and COMMIT itself, and it stops at the first error.
    pub fn execute_script(&self, sql: &str) -> Result<()> {
        self.run_script(sql, |_| Ok(()))
    }

    /// Like [`Connection::execute_script`], with every statement's outcome handed to `each`.
    pub fn run_script(&self, _sql: &str, _each: impl FnMut(Outcome) -> Result<()>) -> Result<()> {
        Err(Error::unsupported("scripts"))
    }

    /// Begins one statement, to be run step by step.
    pub fn portal(&self, sql: &str, params: impl Params) -> Result<Portal> {
        self.prepare(sql)?.portal(params)
    }

    /// Begins a transaction that rolls back when dropped.
    pub fn transaction(&self) -> Result<Transaction<'_>> {
        Transaction::begin(self)
    }

    /// Whether a transaction is open (also when it has failed and waits for its ROLLBACK).
    pub fn in_transaction(&self) -> bool {
        false
    }

    /// Whether the open transaction has failed: all but ROLLBACK is refused (25P02).
    pub fn is_failed(&self) -> bool {
        false
    }

    /// When commits of this connection are done, from the next transaction on.
    pub fn set_durability(&self, _durability: Durability) {}

    /// Notices raised since the last call.
    pub fn take_notices(&self) -> Vec<Notice> {
        Vec::new()
    }
}
