//! A prepared statement.

use std::sync::Arc;

use crate::base::sync::{RankedGuard, RankedMutex, rank};
use crate::error::{Error, Result, SqlState};
use crate::value::SqlType;

use super::direct::{self, Wanted};
use super::parameters::{Lent, gather};
use super::portal::{self, PortalStep};
use super::prepared::Prepared;
use super::session::SessionCell;
use super::{Column, Params, Portal, Row, Rows};

/// A parsed and planned statement of one connection. It plans itself again when the schema has changed.
#[derive(Debug)]
pub struct Statement {
    session: Arc<SessionCell>,
    prepared: RankedMutex<Arc<Prepared>, { rank::STATEMENT }>,
}

impl Statement {
    pub(super) fn new(session: Arc<SessionCell>, prepared: Arc<Prepared>) -> Statement {
        Statement { session, prepared: RankedMutex::new(prepared) }
    }

    /// The type of each parameter, `$1` first.
    pub fn parameters(&self) -> Vec<SqlType> {
        self.prepared().parameters.clone()
    }

    /// The columns of the rows it returns; none if it returns none.
    pub fn columns(&self) -> Arc<[Column]> {
        Arc::clone(&self.prepared().columns)
    }

    /// Whether it returns rows at all.
    pub fn returns_rows(&self) -> bool {
        self.prepared().returns_rows
    }

    /// Runs it and answers how many rows it changed (or returned).
    pub fn execute(&self, params: impl Params) -> Result<u64> {
        if self.insert_directly(&params)? {
            return Ok(1);
        }
        if let Some((affected, _)) = self.directly(&params, Wanted::Count)?.1 {
            return Ok(affected);
        }
        let mut portal = self.portal(params)?;
        loop {
            match portal.step(u64::MAX)? {
                PortalStep::Rows(_) | PortalStep::Yield => {}
                PortalStep::Done => return Ok(portal.affected()),
            }
        }
    }

    /// Runs it and answers its rows.
    pub fn query(&self, params: impl Params) -> Result<Rows> {
        rows_of(self.portal(params)?)
    }

    /// Runs it and reads the first row; none is an error (P0002).
    pub fn query_row<T>(&self, params: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        let none = || Error::new(SqlState::NO_DATA_FOUND, "query returned no rows");
        let (prepared, done) = self.directly(&params, Wanted::First)?;
        if let Some((_, batch)) = done {
            if batch.rows == 0 {
                return Err(none());
            }
            return read(&Row::new(&prepared.columns, &batch, 0));
        }
        drop(prepared);
        let mut rows = self.query(params)?;
        match rows.next()? {
            Some(row) => read(&row),
            None => Err(none()),
        }
    }

    /// The shortest way, of a row that is inserted as it comes.
    fn insert_directly(&self, params: &impl Params) -> Result<bool> {
        let prepared = self.prepared();
        if params.count() != prepared.parameters.len() {
            return Ok(false);
        }
        direct::insert(&self.session, &prepared, &Lent(params))
    }

    /// The short way, if it may be taken: the plan that was run, and what came of it.
    #[expect(clippy::type_complexity, reason = "a pair of a plan and an outcome, used twice below")]
    fn directly(
        &self,
        params: &impl Params,
        wanted: Wanted,
    ) -> Result<(Arc<Prepared>, Option<(u64, crate::batch::Batch)>)> {
        let prepared = Arc::clone(&*self.prepared());
        let parameters = gather(params, &prepared.parameters, &self.session)?;
        let done = direct::run(&self.session, &prepared, &parameters, wanted)?;
        Ok((prepared, done))
    }

    /// Begins it, to be run step by step.
    pub fn portal(&self, params: impl Params) -> Result<Portal> {
        let mut prepared = self.prepared();
        let parameters = gather(&params, &prepared.parameters, &self.session)?;
        portal::begin(&self.session, &mut prepared, parameters)
    }

    fn prepared(&self) -> RankedGuard<'_, Arc<Prepared>, { rank::STATEMENT }> {
        self.prepared.lock()
    }
}

/// Rows of a statement: as they come where it only reads, gathered where it changes something, so that the
/// change is done when the caller sees its first row.
pub(super) fn rows_of(mut portal: Portal) -> Result<Rows> {
    if portal.is_writing() {
        let batches = portal.gather()?;
        return Ok(Rows::buffered(portal.columns_shared(), batches));
    }
    Ok(Rows::streaming(portal))
}
