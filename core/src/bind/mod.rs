//! Syntax to meaning: names resolved against the catalog, types decided, everything PostgreSQL reports
//! before it runs a statement reported here. Pure: no I/O, no clock.

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::parse::{Ast, Parsed};
use crate::plan::{Bound, Statement};
use crate::value::SqlType;

/// What a statement is bound against.
#[derive(Clone, Copy, Debug)]
pub struct BindContext<'a> {
    /// The objects that exist.
    pub catalog: &'a Catalog,
    /// Schemas searched for unqualified names, `pg_catalog` not listed.
    pub search_path: &'a [String],
    /// Declared parameter types, `$1` first; `None` and missing ones are inferred.
    pub parameter_types: &'a [Option<SqlType>],
}

/// Binds a parsed statement.
pub fn bind(parsed: &Parsed, context: &BindContext<'_>) -> Result<Bound> {
    let _ = (context.catalog, context.search_path, context.parameter_types);
    match parsed.ast() {
        Ast::Empty => Ok(Bound { statement: Statement::Empty, parameters: Vec::new(), next_column: 0 }),
        Ast::Statement(_) | Ast::InsertRows(_) => Err(Error::unsupported("this statement")),
    }
}
