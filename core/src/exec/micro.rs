//! Short statements without operators: see `physical::micro`.

use std::sync::Arc;

use crate::batch::{Batch, Vector};
use crate::catalog::{Constraint, Deferral, Rule};
use crate::error::Result;
use crate::eval::{Program, Row};
use crate::physical::{Access, InsertPlan, Items, Micro, PhysicalPlan, ScanPlan};
use crate::store::TableWriter;
use crate::value::{Datum, SqlType};

use super::ExecContext;
use super::access::{Shape, shape_of};
use super::change::{Changes, settle_row};
use super::run::{Run, Shared};
use super::{short_change, short_insert};

/// Runs a plan that has a short way to its end. Rows go to `out`, whose memory is used again; answers how
/// many rows were changed.
pub(crate) fn run(plan: &PhysicalPlan, cx: &mut ExecContext<'_>, out: &mut Batch) -> Result<u64> {
    let mut shared = Shared::default();
    let mut run = Run { cx, plan, shared: &mut shared, outer: &[] };
    match &plan.micro {
        Some(Micro::Lookup { scan, items }) => {
            lookup(&mut run, scan, items, out)?;
            Ok(0)
        }
        Some(Micro::InsertValues { rows, plan }) => insert(&mut run, rows, plan),
        Some(Micro::Change { scan, items, types, change }) => {
            let mut source = Batch::default();
            lookup(&mut run, scan, items, &mut source)?;
            short_change::change(&mut run, change, &source, types)
        }
        None => Ok(0),
    }
}

/// Whether a step with this fuel may take the short way: what a change of a row sets off has no bound.
pub(crate) fn is_allowed(plan: &PhysicalPlan, fuel: u64) -> bool {
    match &plan.micro {
        Some(Micro::Lookup { .. } | Micro::InsertValues { .. }) => true,
        Some(Micro::Change { .. }) => fuel == u64::MAX,
        None => false,
    }
}

fn lookup(run: &mut Run<'_, '_>, scan: &Arc<ScanPlan>, items: &Items, out: &mut Batch) -> Result<()> {
    let shape = shape_of(scan, run.cx.pages.source().page_size())?;
    let rowid = match &scan.access {
        Access::RowidList(values) => match values.first() {
            Some(value) => key_value(run, value)?,
            None => Datum::Null,
        },
        Access::Index { equal, .. } => index_rowid(run, &shape, equal)?,
        Access::Full | Access::Rowids(_) | Access::IndexList { .. } | Access::Nothing => Datum::Null,
    };
    let Datum::Int(rowid) = rowid else {
        out.clear();
        return Ok(());
    };
    // Where every item is a column, the row goes straight to the result.
    let mut buffer = Vec::new();
    let wanted = match items {
        _ if scan.filter.is_some() => None,
        Items::Scanned => Some((None, scan.types())),
        Items::Columns(columns, types) => Some((Some(&columns[..]), &types[..])),
        Items::Programs(_) => None,
    };
    if let Some((columns, types)) = wanted {
        prepare(out, types);
        if !shape.fetch(run.cx.pages.source(), rowid, columns, out, &mut buffer)? {
            out.clear();
        }
        return Ok(());
    }
    let mut fetched = Batch::default();
    prepare(&mut fetched, scan.types());
    if !shape.fetch(run.cx.pages.source(), rowid, None, &mut fetched, &mut buffer)? {
        out.clear();
        return Ok(());
    }
    if let Some(filter) = &scan.filter
        && !run.is_true(filter, Row::Batch(&fetched, 0))?
    {
        out.clear();
        return Ok(());
    }
    match items {
        Items::Scanned => *out = fetched,
        Items::Columns(columns, _) => {
            out.columns.clear();
            out.columns.extend(columns.iter().map(|at| fetched.columns[*at].clone()));
            out.rows = 1;
        }
        Items::Programs(items) => {
            out.columns.clear();
            for item in items.iter() {
                out.columns.push(run.evaluate(item, &fetched)?);
            }
            out.rows = 1;
        }
    }
    Ok(())
}

/// A key that is nothing but a parameter needs no evaluation.
fn key_value(run: &mut Run<'_, '_>, program: &Program) -> Result<Datum> {
    if let Some(value) = program.as_parameter().and_then(|index| run.cx.parameters.get(index)) {
        return Ok(value.clone());
    }
    run.value(program, Row::None)
}

fn index_rowid(run: &mut Run<'_, '_>, shape: &Shape, equal: &[Program]) -> Result<Datum> {
    let mut values = Vec::with_capacity(equal.len());
    for program in equal {
        values.push(key_value(run, program)?);
    }
    let mut key = Vec::new();
    if !shape.key_of(&values, &mut key)? {
        return Ok(Datum::Null);
    }
    let found = shape.row_of_key(run.cx.pages.source(), &key)?;
    Ok(found.map_or(Datum::Null, Datum::Int))
}

/// An empty batch of columns of these types, with the memory of what was there.
fn prepare(batch: &mut Batch, types: &[SqlType]) {
    let fits = batch.columns.len() == types.len()
        && batch.columns.iter().zip(types).all(|(column, ty)| column.kind() == crate::batch::Kind::of(*ty));
    if fits {
        batch.clear();
    } else {
        *batch = Batch {
            columns: types.iter().map(|ty| Vector::with_capacity(crate::batch::Kind::of(*ty), 1)).collect(),
            rows: 0,
        };
    }
}

fn insert(run: &mut Run<'_, '_>, rows: &[Vec<Program>], plan: &InsertPlan) -> Result<u64> {
    let shape = short_insert::shape_of(run.cx.catalog, rows, plan, run.cx.pages.source().page_size())?;
    // Not put back after an error: nobody knows then where it stands.
    let kept = run.cx.writers.as_mut().and_then(|writers| writers.take(&plan.table));
    let mut writer = kept.unwrap_or_else(|| TableWriter::of(&shape.writer));
    let mut changes = None;
    let is_late = |constraint: &Constraint| {
        constraint.deferral != Deferral::Never || matches!(constraint.rule, Rule::ForeignKey(_))
    };
    let refers = plan.table.constraints.iter().any(is_late);
    let mut values: Vec<Datum> = Vec::with_capacity(plan.table.columns.len());
    for row in rows {
        values.clear();
        for program in row {
            values.push(key_value(run, program)?);
        }
        settle_row(run, &plan.table, &plan.rules, &mut values)?;
        writer.insert(run.cx.pages.sink()?, &values)?;
        if refers {
            changes.get_or_insert_with(|| Changes::new(run.cx.catalog, &plan.table)).inserted(&values)?;
        }
    }
    if let Some(mut changes) = changes {
        let fuel = core::mem::replace(&mut run.cx.fuel, u64::MAX);
        changes.settle(run)?;
        run.cx.fuel = fuel;
    }
    if let Some(writers) = &mut run.cx.writers {
        writers.put(writer);
    }
    Ok(rows.len() as u64)
}
