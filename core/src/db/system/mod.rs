//! Makes the rows of system views, one function per view.
//!
//! A new view is an entry in [`crate::catalog::system_views`] (its columns) and one in [`PRODUCERS`] (its
//! function); nothing between parser and executor knows a view by name. A function sees the catalog and
//! the pages of the statement, so a transaction finds its own changes in the catalog's views; figures of
//! the engine are of now.

mod definition;
mod engine;
mod information_schema;
mod pg_catalog;

pub(super) use definition::{answer, index_definition, indexes as shown_indexes};

use crate::batch::Batch;
use crate::catalog::SystemView;
use crate::error::{Error, Result};
use crate::exec::SystemRows;
use crate::page::PageSource;
use crate::value::{Datum, SqlType};

use super::functions::StatementContext;

/// What a view's function may look at.
pub(super) struct Source<'a> {
    /// The database, the catalog and the settings of the statement.
    pub(super) cx: &'a StatementContext<'a>,
    /// The pages as the statement sees them.
    #[expect(dead_code, reason = "views of the catalog read pages")]
    pub(super) pages: &'a dyn PageSource,
}

/// Where a view's function puts its rows.
pub(super) struct Rows<'a> {
    view: &'static SystemView,
    out: &'a mut Batch,
}

impl Rows<'_> {
    /// One row: a value per column of the view, in order.
    pub(super) fn push(&mut self, row: &[Datum]) -> Result<()> {
        if row.len() != self.view.columns.len() {
            return Err(Error::internal("Y1: a row of a system view has all its columns"));
        }
        self.out.push_row(row)
    }
}

impl Rows<'_> {
    /// One row by the names of its columns; those not given are false, 0 or NULL.
    pub(super) fn record(&mut self, values: &[(&str, Datum)]) -> Result<()> {
        let mut row: Vec<Datum> = self.view.columns.iter().map(|(_, ty)| absent(*ty)).collect();
        for (name, value) in values {
            let at = self.view.columns.iter().position(|(column, _)| column == name);
            let place = at.and_then(|at| row.get_mut(at));
            *place.ok_or_else(|| Error::internal(format!("a system view has no column {name}")))? =
                value.clone();
        }
        self.out.push_row(&row)
    }
}

fn absent(ty: SqlType) -> Datum {
    match ty {
        SqlType::Bool => Datum::Bool(false),
        SqlType::Int2 | SqlType::Int4 | SqlType::Int8 | SqlType::Oid => Datum::Int(0),
        SqlType::Float4 => Datum::Float(0.0),
        _ => Datum::Null,
    }
}

/// No rows: objects of a kind that there is not.
fn nothing(_: &Source<'_>, _: &mut Rows<'_>) -> Result<()> {
    Ok(())
}

type Producer = fn(&Source<'_>, &mut Rows<'_>) -> Result<()>;

/// Schema, name, and the function that makes the rows.
const PRODUCERS: &[(&str, &str, Producer)] = &[
    ("information_schema", "check_constraints", information_schema::check_constraints),
    ("information_schema", "columns", information_schema::columns),
    ("information_schema", "constraint_column_usage", information_schema::constraint_column_usage),
    ("information_schema", "key_column_usage", information_schema::key_column_usage),
    ("information_schema", "referential_constraints", information_schema::referential_constraints),
    ("information_schema", "schemata", information_schema::schemata),
    ("information_schema", "sequences", information_schema::sequences),
    ("information_schema", "table_constraints", information_schema::table_constraints),
    ("information_schema", "tables", information_schema::tables),
    ("information_schema", "views", information_schema::views),
    ("pg_catalog", "pg_am", pg_catalog::am),
    ("pg_catalog", "pg_attrdef", pg_catalog::attrdef),
    ("pg_catalog", "pg_attribute", pg_catalog::attribute),
    ("pg_catalog", "pg_class", pg_catalog::class),
    ("pg_catalog", "pg_collation", pg_catalog::collation),
    ("pg_catalog", "pg_constraint", pg_catalog::constraint),
    ("pg_catalog", "pg_database", pg_catalog::database),
    ("pg_catalog", "pg_depend", nothing),
    ("pg_catalog", "pg_description", pg_catalog::description),
    ("pg_catalog", "pg_enum", pg_catalog::enums),
    ("pg_catalog", "pg_extension", nothing),
    ("pg_catalog", "pg_index", pg_catalog::index),
    ("pg_catalog", "pg_indexes", pg_catalog::indexes),
    ("pg_catalog", "pg_inherits", pg_catalog::inherits),
    ("pg_catalog", "pg_matviews", pg_catalog::matviews),
    ("pg_catalog", "pg_namespace", pg_catalog::namespace),
    ("pg_catalog", "pg_policies", nothing),
    ("pg_catalog", "pg_policy", nothing),
    ("pg_catalog", "pg_proc", nothing),
    ("pg_catalog", "pg_roles", pg_catalog::roles),
    ("pg_catalog", "pg_sequence", pg_catalog::sequence),
    ("pg_catalog", "pg_tables", pg_catalog::tables),
    ("pg_catalog", "pg_trigger", nothing),
    ("pg_catalog", "pg_type", pg_catalog::types),
    ("pg_catalog", "pg_views", pg_catalog::views),
    ("sys", "commit_latency", engine::commit_latency),
    ("sys", "durability", engine::durability),
    ("sys", "metrics", engine::metrics),
    ("sys", "readers", engine::readers),
    ("sys", "tables", engine::tables),
    ("sys", "wal", engine::wal),
];

impl SystemRows for StatementContext<'_> {
    fn rows(&self, view: &'static SystemView, pages: &dyn PageSource, out: &mut Batch) -> Result<()> {
        let found = PRODUCERS.iter().find(|(schema, name, _)| *name == view.name && *schema == view.schema);
        let Some((_, _, produce)) = found else {
            return Err(Error::internal("Y1: a system view without its function"));
        };
        produce(&Source { cx: self, pages }, &mut Rows { view, out })
    }
}

/// A count as SQL has it.
pub(super) fn int(count: u64) -> Datum {
    Datum::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::PRODUCERS;
    use crate::catalog::system_views;

    #[test]
    fn every_system_view_has_one_function_and_every_function_its_view() {
        let mut views: Vec<_> = system_views().map(|view| (view.schema, view.name)).collect();
        let mut functions: Vec<_> = PRODUCERS.iter().map(|(schema, name, _)| (*schema, *name)).collect();
        views.sort_unstable();
        functions.sort_unstable();
        assert_eq!(views, functions);
        views.dedup();
        assert_eq!(views.len(), functions.len(), "a name is given once");
    }
}
