//! What a step is handed: pages, parameters, limits.

use std::sync::Arc;

use crate::base::event::TriggerEvent;
use crate::base::limits;
use crate::batch::Batch;
use crate::catalog::{Catalog, Routine, Rule, SystemView, Table};
use crate::error::{Error, Result, SqlState};
use crate::eval::Program;
use crate::function::FunctionContext;
use crate::page::{PageSink, PageSource};
use crate::store::KeptWriters;
use crate::value::Datum;

use super::Deferred;

/// The transaction's view of the pages.
pub enum Pages<'a> {
    /// A snapshot.
    Read(&'a dyn PageSource),
    /// The writer's view.
    Write(&'a mut dyn PageSink),
}

impl Pages<'_> {
    /// For reading.
    pub fn source(&self) -> &dyn PageSource {
        match self {
            Pages::Read(source) => *source,
            Pages::Write(sink) => &**sink,
        }
    }

    /// For changing; a snapshot refuses (25006).
    pub fn sink(&mut self) -> Result<&mut dyn PageSink> {
        match self {
            Pages::Read(_) => Err(Error::new(
                SqlState::READ_ONLY_SQL_TRANSACTION,
                "cannot change data in a read-only transaction",
            )),
            Pages::Write(sink) => Ok(&mut **sink),
        }
    }
}

/// Whether a statement must stop: a cancel, a deadline.
pub trait Interrupt {
    /// An error (57014) when it must; called between batches.
    fn check(&self) -> Result<()>;
}

/// Nothing stops it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uninterrupted;

impl Interrupt for Uninterrupted {
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Who makes the rows of system views.
pub trait SystemRows {
    /// Appends all rows of `view` to `out`, which has the view's columns.
    fn rows(&self, view: &'static SystemView, pages: &dyn PageSource, out: &mut Batch) -> Result<()>;
}

/// Nobody does.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSystemViews;

impl SystemRows for NoSystemViews {
    fn rows(&self, view: &'static SystemView, _: &dyn PageSource, _: &mut Batch) -> Result<()> {
        Err(Error::unsupported(view.name))
    }
}

/// Compiles what the catalog keeps as text, for tables that a statement reaches through references only.
pub trait TableRules {
    /// The CHECKs of a table over its columns, in table order: names and predicates, as PostgreSQL tries them.
    fn checks(&self, table: &Table) -> Result<Vec<(String, Program)>>;
    /// What the rows of a partition have in common; `None`: the table is none.
    fn partition_rule(&self, table: &Table) -> Result<Option<Program>> {
        match table.partition_bound() {
            Some(_) => Err(Error::unsupported("a partition here")),
            None => Ok(None),
        }
    }
    /// The generated columns, by ordinal, hidden ones too, over the row.
    fn generated(&self, table: &Table) -> Result<Vec<(usize, Program)>> {
        match table.columns.iter().any(|column| column.generated.is_some()) {
            true => Err(Error::unsupported("a referential action on a table with generated columns here")),
            false => Ok(Vec::new()),
        }
    }
    /// Runs a trigger for a row: the row it returns, `None` for NULL.
    fn fire(&self, cx: &mut ExecContext<'_>, firing: &Firing<'_>) -> Result<Option<Vec<Datum>>> {
        let _ = cx;
        Err(Error::unsupported(format!("the trigger {} here", firing.trigger.name)))
    }
    /// The DEFAULT of a column; `None`: it has none.
    fn default(&self, table: &Table, column: usize) -> Result<Option<Program>>;
}

/// A trigger and a row.
#[derive(Clone, Copy, Debug)]
pub struct Firing<'f> {
    /// The trigger.
    pub trigger: &'f Routine,
    /// Its table.
    pub table: &'f Table,
    /// What happens.
    pub event: TriggerEvent,
    /// OLD
    pub old: Option<&'f [Datum]>,
    /// NEW
    pub new: Option<&'f [Datum]>,
    /// What an UPDATE assigns.
    pub assigned: &'f [usize],
}

/// Nobody does: rules are refused, not forgotten.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTableRules;

impl TableRules for NoTableRules {
    fn checks(&self, table: &Table) -> Result<Vec<(String, Program)>> {
        match table.constraints.iter().any(|constraint| matches!(constraint.rule, Rule::Check { .. })) {
            true => Err(Error::unsupported("a CHECK of a referring table here")),
            false => Ok(Vec::new()),
        }
    }
    fn default(&self, table: &Table, column: usize) -> Result<Option<Program>> {
        match table.columns.get(column).is_some_and(|column| column.default.is_some()) {
            true => Err(Error::unsupported("SET DEFAULT here")),
            false => Ok(None),
        }
    }
}

/// Everything a step may use. The caller makes a new one for every step.
pub struct ExecContext<'a> {
    /// The transaction.
    pub pages: Pages<'a>,
    /// As of which the plan was made.
    pub catalog: &'a Arc<Catalog>,
    /// `$1` first, of the types [`crate::physical::PhysicalPlan::parameters`] lists.
    pub parameters: &'a [Datum],
    /// What functions may ask.
    pub functions: &'a dyn FunctionContext,
    /// Makes the rows of system views.
    pub system: &'a dyn SystemRows,
    /// Compiles CHECKs and DEFAULTs of referring tables.
    pub rules: &'a dyn TableRules,
    /// Writers that earlier statements of the transaction left, when the caller keeps them.
    pub writers: Option<&'a mut KeptWriters>,
    /// What the transaction puts off, when the caller can check it later.
    pub deferred: Option<&'a mut Deferred>,
    /// Stops the statement.
    pub interrupt: &'a dyn Interrupt,
    /// How many rows this step may still touch, roughly; 0 yields.
    pub fuel: u64,
    /// Bytes that sorts, hash tables and gathered rows of the statement may hold (else 53200).
    pub memory_bytes_max: usize,
    /// Rows per batch at most, 1 to [`limits::BATCH_ROWS_MAX`]; tests force 1.
    pub batch_rows_max: usize,
}

impl<'a> ExecContext<'a> {
    /// A context without limits but the default memory.
    pub fn new(
        pages: Pages<'a>,
        catalog: &'a Arc<Catalog>,
        parameters: &'a [Datum],
        functions: &'a dyn FunctionContext,
    ) -> ExecContext<'a> {
        ExecContext {
            pages,
            catalog,
            parameters,
            functions,
            system: &NoSystemViews,
            rules: &NoTableRules,
            writers: None,
            deferred: None,
            interrupt: &Uninterrupted,
            fuel: u64::MAX,
            memory_bytes_max: limits::STATEMENT_MEMORY_DEFAULT,
            batch_rows_max: limits::BATCH_ROWS_MAX,
        }
    }
}
