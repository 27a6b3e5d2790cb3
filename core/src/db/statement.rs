//! A prepared statement.

use crate::error::{Error, Result};
use crate::value::SqlType;

use super::{Column, Params, Portal, Row, Rows};

/// A parsed and planned statement of one connection. It plans itself again when the schema has changed.
#[derive(Debug)]
pub struct Statement {}

impl Statement {
    /// The type of each parameter, `$1` first.
    pub fn parameters(&self) -> &[SqlType] {
        &[]
    }

    /// The columns of the rows it returns; none if it returns none.
    pub fn columns(&self) -> &[Column] {
        &[]
    }

    /// Runs it and answers how many rows it changed (or returned).
    pub fn execute(&self, _params: impl Params) -> Result<u64> {
        Err(Error::unsupported("execute"))
    }

    /// Runs it and answers its rows.
    pub fn query(&self, _params: impl Params) -> Result<Rows> {
        Err(Error::unsupported("query"))
    }

    /// Runs it and reads the first row; none is an error (P0002).
    pub fn query_row<T>(&self, _params: impl Params, _read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        Err(Error::unsupported("query"))
    }

    /// Begins it, to be run step by step.
    pub fn portal(&self, _params: impl Params) -> Result<Portal> {
        Err(Error::unsupported("portal"))
    }
}
