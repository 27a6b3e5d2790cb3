//! One row into a table with nothing to look up or to compute: its values go from the caller to the page
//! without becoming datums.
//!
//! Does not explain: where anything stands in the way (a NULL where none may be, a key that is taken, a
//! value of another type) nothing is done, and the way that has datums says what is wrong.
//!
//! ```text
//! caller's value --cell--> [Cell; 16] --TableWriter::insert_cells--> leaf
//! ```

use std::sync::Arc;

use crate::base::Cell;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::eval::Program;
use crate::page::PageSink;
use crate::physical::{InsertPlan, Micro, PhysicalPlan};
use crate::record::encode_plain;
use crate::store::{KeptWriters, TableWriter, WriterShape};
use crate::value::{Datum, SqlType};

/// Parameters as their stored cells, lent by the caller.
pub trait LentCells {
    /// Parameter `index`, from 0; `None` when it is not of that type as it stands.
    fn cell(&self, index: usize, ty: SqlType) -> Option<Cell<'_>>;
}

/// Columns of a row that goes this way at most: its cells are on the stack.
const COLUMNS_MAX: usize = 16;

/// What an INSERT plan works out at its first run and keeps.
pub(super) struct InsertShape {
    pub writer: WriterShape,
    short: Option<ShortRow>,
}

struct ShortRow {
    rowid: Option<Source>,
    /// In stored order; whether NULL is refused.
    stored: Vec<(Source, bool)>,
}

enum Source {
    Parameter(usize, SqlType),
    Constant(Datum, SqlType),
}

/// The shape of a plan, for pages of that size: the same at every run, for a plan holds under one catalog.
pub(super) fn shape_of(
    catalog: &Arc<Catalog>,
    rows: &[Vec<Program>],
    plan: &InsertPlan,
    page_size: usize,
) -> Result<Arc<InsertShape>> {
    if let Some(kept) = plan.kept.get()
        && let Ok(shape) = Arc::clone(kept).downcast::<InsertShape>()
    {
        return Ok(shape);
    }
    let writer = WriterShape::new(catalog, &plan.table, page_size)?;
    let short = match rows {
        [row] => short_row(row, plan, &writer),
        _ => None,
    };
    let shape = Arc::new(InsertShape { writer, short });
    // Two runs may race to be first; either's shape is right.
    let _ = plan.kept.set(Arc::clone(&shape) as Arc<dyn core::any::Any + Send + Sync>);
    Ok(shape)
}

fn short_row(row: &[Program], plan: &InsertPlan, writer: &WriterShape) -> Option<ShortRow> {
    let table = &plan.table;
    let plain = plan.rules.is_empty() && table.indexes.is_empty() && table.foreign_keys().next().is_none();
    let stored = writer.stored();
    if !plain || stored.len() > COLUMNS_MAX || row.len() != table.columns.len() {
        return None;
    }
    let source = |ordinal: usize| source_of(&row[ordinal], table.columns[ordinal].ty.ty);
    Some(ShortRow {
        rowid: match table.rowid_column {
            Some(ordinal) => Some(source(ordinal)?),
            None => None,
        },
        stored: stored
            .iter()
            .map(|ordinal| Some((source(*ordinal)?, table.columns[*ordinal].not_null)))
            .collect::<Option<_>>()?,
    })
}

/// A program that is a value as it stands, and of the column's own type.
fn source_of(program: &Program, ty: SqlType) -> Option<Source> {
    if let Some(index) = program.as_parameter() {
        return (program.ty() == ty).then_some(Source::Parameter(index, ty));
    }
    match program.as_constant()? {
        // Its stored form would need bytes of its own.
        Datum::Numeric(_) | Datum::Array(_) => None,
        Datum::Null => Some(Source::Constant(Datum::Null, ty)),
        value => (program.ty() == ty).then(|| Source::Constant(value.clone(), ty)),
    }
}

impl Source {
    #[inline]
    fn cell<'a>(&'a self, values: &'a dyn LentCells) -> Option<Cell<'a>> {
        match self {
            Source::Parameter(index, ty) => values.cell(*index, *ty),
            Source::Constant(value, ty) => Some(encode_plain(value, *ty)),
        }
    }
}

/// Whether a plan is one that may go this way: a single row of VALUES, without RETURNING.
pub fn is_short_insert(plan: &PhysicalPlan) -> bool {
    matches!(&plan.micro, Some(Micro::InsertValues { rows, .. }) if rows.len() == 1)
}

/// Runs such a plan. `false`: nothing was done, and the long way is to be taken.
pub fn short_insert(
    plan: &PhysicalPlan,
    catalog: &Arc<Catalog>,
    sink: &mut dyn PageSink,
    writers: &mut KeptWriters,
    values: &dyn LentCells,
) -> Result<bool> {
    let Some(Micro::InsertValues { rows, plan }) = &plan.micro else { return Ok(false) };
    let shape = shape_of(catalog, rows, plan, sink.page_size())?;
    let Some(short) = &shape.short else { return Ok(false) };
    let rowid = match &short.rowid {
        None => None,
        Some(source) => match source.cell(values) {
            Some(Cell::Int(rowid)) => Some(rowid),
            _ => return Ok(false),
        },
    };
    let mut cells = [Cell::Null; COLUMNS_MAX];
    for (cell, (source, not_null)) in cells.iter_mut().zip(&short.stored) {
        match source.cell(values) {
            Some(Cell::Null) if *not_null => return Ok(false),
            Some(value) => *cell = value,
            None => return Ok(false),
        }
    }
    let mut writer = writers.take(&plan.table).unwrap_or_else(|| TableWriter::of(&shape.writer));
    let done = writer.insert_cells(sink, rowid, &cells[..short.stored.len()])?;
    writers.put(writer);
    Ok(done)
}
