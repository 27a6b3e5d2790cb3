//! Syntax to meaning: names resolved against the catalog, types decided, everything PostgreSQL reports
//! before it runs a statement reported here. Pure: no I/O, no clock.
//!
//! ```text
//! Parsed --statement--> query -> from, select, group, order     expr/*  scalar expressions
//!                       dml/*   insert, update, delete          coerce  literals and casts
//!                       ddl/*   tables, indexes, constraints    scope   names in view
//! ```
//!
//! B1  Every expression that comes out has a type; only a caller that asked for it sees `Unknown`.
//! B2  Column ids are unique in a statement, also where a CTE is put in place twice.
//! B3  Nothing parsed is dropped: what is not understood is 0A000 by name.
//! B4  Depth and the number of relations are bounded; no statement overflows the stack.

mod binder;
mod coerce;
mod ddl;
mod dml;
mod domain;
mod expr;
mod family;
#[cfg(test)]
pub(crate) mod fixture;
mod from;
mod function_scan;
mod group;
mod grouping_sets;
mod names;
mod order;
mod query;
mod routine;
mod scope;
mod select;
mod session;
mod statement;
mod stored;
mod subquery;
#[cfg(test)]
mod tests;
mod types;
pub use types::{NamedType, resolve_type};
mod view;
mod window;
mod with;

pub use domain::{bind_domain_rules, check_domain_condition};
pub use routine::{check_function, definition_of, is_trigger, wrong_definition};
pub use stored::{bind_check, bind_default, bind_generated, check_default, is_immutable};
pub use view::{BoundView, Renaming, bind_view, rename_in_query};

use crate::catalog::Catalog;
use crate::error::Result;
use crate::parse::{Ast, Literal, Parsed};
use crate::plan::{Bound, Statement};
use crate::value::{Datum, SqlType};

use binder::Binder;

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
    let mut binder = Binder::new(parsed.sql(), context);
    binder.overriding = parsed.overriding();
    binder.subscripts = parsed.subscripts();
    binder.arbiter = parsed.arbiter();
    let statement = match parsed.ast() {
        Ast::Empty => Statement::Empty,
        Ast::Statement(statement) => {
            binder.is_top = true;
            binder.statement(statement).map_err(|error| binder.placed(error))?
        }
        Ast::Command(command) => Statement::Command(std::sync::Arc::clone(command)),
        Ast::InsertRows(rows) => binder.insert_rows(rows)?,
    };
    Ok(Bound {
        statement,
        before: core::mem::take(&mut binder.before),
        parameters: binder.finish_parameters()?,
        next_column: binder.next_column(),
        notices: core::mem::take(&mut binder.notices),
    })
}

/// The value and type a lifted literal has as a parameter: strings have none of their own (`None`), so
/// that the statement decides, as it does for the literal.
pub fn literal_value(literal: &Literal) -> Result<(Datum, Option<SqlType>)> {
    Ok(match literal {
        Literal::Null | Literal::Default => (Datum::Null, None),
        Literal::Bool(value) => (Datum::Bool(*value), Some(SqlType::Bool)),
        Literal::Integer(value) => {
            let ty = if i32::try_from(*value).is_ok() { SqlType::Int4 } else { SqlType::Int8 };
            (Datum::Int(*value), Some(ty))
        }
        Literal::Decimal(digits) => {
            let (datum, ty) = expr::number_datum(digits)?;
            (datum, Some(ty))
        }
        Literal::Text(text) => (Datum::Text(text.clone()), None),
    })
}
