//! Logical plan to better logical plan, by ordered rules.

use crate::catalog::Catalog;
use crate::error::Result;
use crate::plan::Bound;

/// Applies the rules, in order.
pub fn optimize(bound: Bound, catalog: &Catalog) -> Result<Bound> {
    let _ = catalog.version;
    Ok(bound)
}
