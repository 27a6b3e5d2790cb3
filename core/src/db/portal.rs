//! A statement on its way, a bounded slice of work at a time.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result};

use super::Column;

/// What one step brought.
#[derive(Debug)]
pub enum PortalStep {
    /// Some rows.
    Rows(Batch),
    /// The fuel is used up; step again when other work is done.
    Yield,
    /// The end: the tag is known, and an autocommitted change is durable.
    Done,
}

/// A running statement. Owned: it holds its session, not a borrow of it. Dropped before `Done` it ends the
/// statement, which counts as an error of the statement if it was changing anything.
#[derive(Debug)]
pub struct Portal {
    columns: Arc<[Column]>,
}

impl Portal {
    /// Does about `fuel` rows' worth of work.
    pub fn step(&mut self, _fuel: u64) -> Result<PortalStep> {
        Err(Error::unsupported("portal"))
    }

    /// The columns of its rows.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether it returns rows at all.
    pub fn returns_rows(&self) -> bool {
        false
    }

    /// PostgreSQL's command tag, once done.
    pub fn tag(&self) -> &str {
        ""
    }

    /// Rows changed or returned so far.
    pub fn affected(&self) -> u64 {
        0
    }

    pub(super) fn columns_shared(&self) -> Arc<[Column]> {
        Arc::clone(&self.columns)
    }
}
