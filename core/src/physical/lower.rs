//! Logical node to physical node.

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::plan::{Bound, Statement};

use super::PhysicalStatement;

/// Chooses algorithms and compiles expressions.
pub fn lower(bound: &Bound, _catalog: &Catalog) -> Result<PhysicalStatement> {
    match &bound.statement {
        Statement::Query(_)
        | Statement::Insert(_)
        | Statement::Update(_)
        | Statement::Delete(_)
        | Statement::Explain { .. } => Err(Error::unsupported("running a plan")),
        utility => Ok(PhysicalStatement::Utility(Box::new(utility.clone()))),
    }
}
