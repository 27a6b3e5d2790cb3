//! A session: statements, transactions, settings.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::parse::{Lexer, TokenKind, statements};
use crate::value::Datum;

use super::conversions::FromRow;
use super::parameters::{check_text, gather};
use super::planning::{plan_prepared, plan_text};
use super::portal;
use super::prepared::Prepared;
use super::session::{Phase, Session, SessionCell};
use super::statement::rows_of;
use super::{
    Durability, Notice, Outcome, Params, Portal, Row, Rows, Statement, Transaction, TransactionOptions,
};

/// A session of a database. Natively it may move between threads; each thread that works at the same time
/// has its own. Dropped it rolls back the transaction that is open.
#[derive(Debug)]
pub struct Connection {
    session: Arc<SessionCell>,
}

impl Connection {
    pub(super) fn new(session: Arc<SessionCell>) -> Connection {
        Connection { session }
    }

    /// Runs one statement and answers how many rows it changed (or returned).
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<u64> {
        let mut portal = self.portal(sql, params)?;
        portal.gather()?;
        Ok(portal.affected())
    }

    /// Runs one statement that returns rows.
    pub fn query(&self, sql: &str, params: impl Params) -> Result<Rows> {
        rows_of(self.portal(sql, params)?)
    }

    /// The first row of a query through `read`; none is an error (P0002).
    pub fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut rows = self.query(sql, params)?;
        match rows.next()? {
            Some(row) => read(&row),
            None => Err(Error::new(SqlState::NO_DATA_FOUND, "query returned no rows")),
        }
    }

    /// All rows of a query as tuples or single values.
    pub fn query_as<T: FromRow>(&self, sql: &str, params: impl Params) -> Result<Vec<T>> {
        self.query(sql, params)?.collect_as()
    }

    /// Parses and plans one statement for repeated use.
    pub fn prepare(&self, sql: &str) -> Result<Statement> {
        let prepared = self.plan(sql, plan_prepared)?;
        Ok(Statement::new(Arc::clone(&self.session), prepared))
    }

    /// Runs one statement with parameters that are already in their own kind, and gathers its rows.
    pub fn run(&self, sql: &str, params: &[Datum]) -> Result<Outcome> {
        self.portal(sql, params)?.outcome()
    }

    /// Runs a script, `;` between its statements, as PostgreSQL's simple query protocol does: it is one
    /// transaction unless it says BEGIN and COMMIT itself, and it stops at the first error.
    pub fn execute_script(&self, sql: &str) -> Result<()> {
        self.run_script(sql, |_| Ok(()))
    }

    /// Like [`Connection::execute_script`], with every statement's outcome handed to `each`.
    pub fn run_script(&self, sql: &str, mut each: impl FnMut(Outcome) -> Result<()>) -> Result<()> {
        let mut counted = (0, 0_u32);
        let mut parts = statements(sql).peekable();
        let mut first = true;
        while let Some((text, offset)) = parts.next() {
            // A script of one statement is that statement.
            if !(first && parts.peek().is_none()) {
                self.session.lock().begin_implicit();
            }
            first = false;
            let result = self.portal(text, ()).and_then(Portal::outcome).and_then(&mut each);
            if let Err(error) = result {
                // Positions count characters from the beginning of the script.
                let before = sql.get(counted.0..offset).unwrap_or("").chars().count();
                counted = (offset, counted.1.saturating_add(u32::try_from(before).unwrap_or(u32::MAX)));
                let mut session = self.session.lock();
                if session.phase == Phase::Implicit {
                    session.rollback();
                }
                return Err(error.moved_by(counted.1));
            }
        }
        self.session.lock().end_implicit()
    }

    /// Runs a script whose COPY FROM STDIN reads `data`.
    pub fn run_script_with_input(
        &self,
        sql: &str,
        data: &[u8],
        each: impl FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        self.session.lock().copy_input = Some(data.to_vec());
        let ran = self.run_script(sql, each);
        self.session.lock().copy_input = None;
        ran
    }

    /// Runs `COPY .. FROM STDIN` over this data; answers how many rows it copied.
    pub fn copy_in(&self, sql: &str, data: &[u8]) -> Result<u64> {
        self.session.lock().copy_input = Some(data.to_vec());
        let copied = self.execute(sql, ());
        self.session.lock().copy_input = None;
        copied
    }

    /// Runs `COPY .. TO STDOUT` and answers what it wrote.
    pub fn copy_out(&self, sql: &str) -> Result<Vec<u8>> {
        let outcome = self.run(sql, &[])?;
        outcome
            .copied
            .ok_or_else(|| Error::new(SqlState::PROTOCOL_VIOLATION, "the statement is no COPY TO STDOUT"))
    }

    /// Begins one statement, to be run step by step.
    pub fn portal(&self, sql: &str, params: impl Params) -> Result<Portal> {
        let (mut prepared, parameters) = if params.count() == 0 {
            self.plan(sql, plan_text)?
        } else {
            let prepared = self.plan(sql, plan_prepared)?;
            let parameters = gather(&params, &prepared.parameters, &self.session)?;
            (prepared, parameters)
        };
        if prepared.parameters.len() > parameters.len() {
            // Nobody gave any: PostgreSQL says so of the first one it meets.
            self.session.lock().statement_failed();
            return Err(no_parameter(sql));
        }
        portal::begin(&self.session, &mut prepared, parameters)
    }

    /// Begins a transaction that rolls back when dropped. Inside an open transaction it is a part of that
    /// one which can be undone on its own (a savepoint), however the outer one was begun.
    pub fn transaction(&self) -> Result<Transaction<'_>> {
        Transaction::begin(self, TransactionOptions::default())
    }

    /// Begins a transaction with a durability level of its own, or one that only reads. A nested one can
    /// have neither (25001).
    pub fn transaction_with(&self, options: TransactionOptions) -> Result<Transaction<'_>> {
        Transaction::begin(self, options)
    }

    /// The session, for a transaction of it.
    pub(super) fn session(&self) -> &SessionCell {
        &self.session
    }

    /// Whether a transaction is open (also when it has failed and waits for its ROLLBACK).
    pub fn in_transaction(&self) -> bool {
        self.session.lock().phase != Phase::Idle
    }

    /// Whether the open transaction has failed: all but ROLLBACK is refused (25P02).
    pub fn is_failed(&self) -> bool {
        self.session.lock().phase == Phase::Failed
    }

    /// When commits of this connection are done, from now on; `SET LOCAL durability` does it for one
    /// transaction.
    pub fn set_durability(&self, durability: Durability) {
        self.session.lock().set_durability(durability);
    }

    /// Notices raised since the last call.
    pub fn take_notices(&self) -> Vec<Notice> {
        core::mem::take(&mut self.session.lock().notices)
    }

    fn plan<T: PlannedText>(&self, sql: &str, plan: fn(&mut Session, &str) -> Result<T>) -> Result<T> {
        let mut session = self.session.lock();
        session.check_ready()?;
        if session.phase == Phase::Failed {
            // Syntax first, then 25P02 unless the statement ends the failure: nothing is looked up.
            if !crate::parse::parse(sql)?.ends_failure() {
                return Err(Session::failed());
            }
        }
        let result = check_text(sql).and_then(|()| plan(&mut session, sql));
        if result.is_err() {
            session.statement_failed();
        }
        result
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Statements and portals share the session, and may stay longer: an open transaction may not (D1).
        let mut session = self.session.lock();
        if session.phase != Phase::Idle {
            session.rollback();
        }
    }
}

/// What [`Connection::plan`] may answer.
trait PlannedText {}
impl PlannedText for Arc<Prepared> {}
impl PlannedText for (Arc<Prepared>, Vec<Datum>) {}

// The first `$n` of a text that was given no parameters.
fn no_parameter(sql: &str) -> Error {
    let mut lexer = Lexer::new(sql);
    while let Ok(Some(token)) = lexer.next() {
        if token.kind == TokenKind::Parameter {
            let message = format!("there is no parameter {}", token.text(sql));
            return Error::new(SqlState::UNDEFINED_PARAMETER, message)
                .at(crate::parse::position_of_byte(sql, token.start));
        }
    }
    Error::new(SqlState::UNDEFINED_PARAMETER, "the statement has parameters, and none were given")
}
