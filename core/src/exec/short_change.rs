//! UPDATE and DELETE of one row by its key, without operators.
//!
//! The row is found and its new values are computed as in a lookup; then it is written, and the references
//! are settled in the same step. So it is for steps without a bound on their work: a cascade may be long.

use std::sync::Arc;

use crate::base::RowId;
use crate::batch::Batch;
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::physical::{Change, Kept};
use crate::store::{TableWriter, WriterShape};
use crate::value::{Datum, SqlType};

use super::change::{Changes, settle_row};
use super::run::Run;

/// Changes the row that `source` holds, if it holds one; answers how many were changed.
pub(super) fn change(
    run: &mut Run<'_, '_>,
    change: &Change,
    source: &Batch,
    types: &[SqlType],
) -> Result<u64> {
    if source.rows == 0 {
        return Ok(0);
    }
    let changes = match change {
        Change::Update(plan) => {
            let old = row_of(source, types, &plan.old)?;
            let mut new = old.clone();
            for (ordinal, from) in &plan.assignments {
                new[*ordinal] = source.columns[*from].datum(0, types[*from])?;
            }
            settle_row(run, &plan.table, &plan.rules, &mut new)?;
            let rowid = RowId(source.columns[plan.rowid].ints()[0]);
            let mut writer = writer(run, &plan.kept, &plan.table)?;
            writer.update(run.cx.pages.sink()?, rowid, &old, &new)?;
            let mut changes = Changes::new(run.cx.catalog, &plan.table);
            changes.updated(&old, &new)?;
            changes
        }
        Change::Delete(plan) => {
            let old = row_of(source, types, &plan.old)?;
            let rowid = RowId(source.columns[plan.rowid].ints()[0]);
            let mut writer = writer(run, &plan.kept, &plan.table)?;
            writer.delete(run.cx.pages.sink()?, rowid, &old)?;
            let mut changes = Changes::new(run.cx.catalog, &plan.table);
            changes.deleted(&old)?;
            changes
        }
    };
    settle(run, changes)?;
    Ok(1)
}

fn row_of(source: &Batch, types: &[SqlType], places: &[usize]) -> Result<Vec<Datum>> {
    places.iter().map(|from| source.columns[*from].datum(0, types[*from])).collect()
}

fn settle(run: &mut Run<'_, '_>, mut changes: Changes) -> Result<()> {
    if changes.settle(run)? {
        return Ok(());
    }
    Err(Error::internal("a step without a bound ran out of fuel"))
}

/// A writer of the shape that the plan keeps from run to run.
fn writer(run: &Run<'_, '_>, kept: &Kept, table: &Arc<Table>) -> Result<TableWriter> {
    if let Some(kept) = kept.get()
        && let Some(shape) = kept.downcast_ref::<WriterShape>()
    {
        return Ok(TableWriter::of(shape));
    }
    let shape = Arc::new(WriterShape::new(run.cx.catalog, table, run.cx.pages.source().page_size())?);
    let writer = TableWriter::of(&shape);
    // Two runs may race to be first; either's shape is right.
    let _ = kept.set(shape);
    Ok(writer)
}
