//! Makes the rows of system views, one function per view.
//!
//! A new view is an entry in [`crate::catalog::SYSTEM_VIEWS`] (its columns) and one in [`PRODUCERS`] (its
//! function); nothing between parser and executor knows a view by name. A function sees the catalog and
//! the pages of the statement, so a transaction finds its own changes in the catalog's views; figures of
//! the engine are of now.

mod engine;

use crate::batch::Batch;
use crate::catalog::SystemView;
use crate::error::{Error, Result};
use crate::exec::SystemRows;
use crate::page::PageSource;
use crate::value::Datum;

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

type Producer = fn(&Source<'_>, &mut Rows<'_>) -> Result<()>;

/// Schema, name, and the function that makes the rows.
const PRODUCERS: &[(&str, &str, Producer)] = &[
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
    use crate::catalog::SYSTEM_VIEWS;

    #[test]
    fn every_system_view_has_one_function_and_every_function_its_view() {
        let mut views: Vec<_> = SYSTEM_VIEWS.iter().map(|view| (view.schema, view.name)).collect();
        let mut functions: Vec<_> = PRODUCERS.iter().map(|(schema, name, _)| (*schema, *name)).collect();
        views.sort_unstable();
        functions.sort_unstable();
        assert_eq!(views, functions);
        views.dedup();
        assert_eq!(views.len(), functions.len(), "a name is given once");
    }
}
