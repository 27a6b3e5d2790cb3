//! Rows of a table by its access path: the only place where reading operators meet `store`.
//!
//! ```text
//! Access::Full, Rowids -> TableScan, leaf by leaf
//! Access::Index        -> IndexScan -> rowids -> fetch each
//! Access::RowidList    -> fetch each
//! ```
//!
//! Ends of ranges are programs: they are computed when the access is opened, over the row handed in (the
//! left row of a lookup join; none for a scan).

use std::sync::Arc;

use crate::base::Cell;
use crate::batch::{Batch, Values, Vector};
use crate::error::{Error, Result};
use crate::eval::{Program, Row};
use crate::page::PageSource;
use crate::physical::{Access, Range, ScanPlan};
use crate::record::key;
use crate::store::{IndexScan, IndexShape, ROWID, TableScan, TableShape};
use crate::value::{Datum, SqlType, number};

use super::run::Run;

/// What is known of a table once the page size is: kept in the plan from its first run on.
pub(crate) struct Shape {
    pub table: TableShape,
    /// Where each wanted column is.
    columns: Vec<(Place, SqlType)>,
    /// The index of the access path.
    index: Option<IndexShape>,
}

#[derive(Clone, Copy)]
enum Place {
    RowId,
    Stored(usize),
}

/// The shape of a scan's table.
pub(crate) fn shape_of(plan: &ScanPlan, page_size: usize) -> Result<Arc<Shape>> {
    if let Some(kept) = plan.kept.get()
        && let Ok(shape) = Arc::clone(kept).downcast::<Shape>()
    {
        return Ok(shape);
    }
    let table = TableShape::new(&plan.table, page_size);
    let mut columns = Vec::with_capacity(plan.columns.len() + 1);
    for ordinal in &plan.columns {
        let place = if plan.table.rowid_column == Some(*ordinal) {
            Place::RowId
        } else {
            let stored = table.stored.iter().position(|stored| stored == ordinal);
            Place::Stored(stored.ok_or_else(|| Error::internal("a scan of a column its table lacks"))?)
        };
        columns.push((place, plan.table.columns[*ordinal].ty.ty));
    }
    if plan.rowid {
        columns.push((Place::RowId, SqlType::Int8));
    }
    let index = match &plan.access {
        Access::Index { index, .. } | Access::IndexList { index, .. } => {
            Some(IndexShape::of(Arc::clone(index), &plan.table)?)
        }
        Access::Full | Access::Rowids(_) | Access::RowidList(_) | Access::Nothing => None,
    };
    let shape = Arc::new(Shape { table, columns, index });
    // Two runs may race to be first; either's shape is right.
    let _ = plan.kept.set(Arc::clone(&shape) as Arc<dyn core::any::Any + Send + Sync>);
    Ok(shape)
}

/// Rows still to come.
pub(crate) enum Rows {
    Nothing,
    Table(Box<TableScan>),
    List(Vec<i64>, usize),
    Index(Box<IndexScan>),
}

impl Rows {
    /// Begins to read.
    pub(crate) fn open(run: &mut Run<'_, '_>, plan: &ScanPlan, shape: &Shape, row: Row<'_>) -> Result<Rows> {
        match &plan.access {
            Access::Nothing => Ok(Rows::Nothing),
            Access::Full => table_rows(plan, shape, i64::MIN, i64::MAX),
            Access::Rowids(range) => match rowid_range(run, range, row)? {
                Some((low, high)) => table_rows(plan, shape, low, high),
                None => Ok(Rows::Nothing),
            },
            Access::RowidList(values) => {
                let mut rowids = Vec::with_capacity(values.len());
                for value in values {
                    if let Datum::Int(rowid) = run.value(value, row)? {
                        rowids.push(rowid);
                    }
                }
                if rowids.len() > 1 {
                    rowids.sort_unstable();
                    rowids.dedup();
                    if plan.descending {
                        rowids.reverse();
                    }
                }
                Ok(Rows::List(rowids, 0))
            }
            Access::Index { equal, range, .. } => {
                let index = index_of(shape)?;
                match index_range(run, index, equal, range, row)? {
                    Some((lower, upper)) => {
                        Ok(Rows::Index(Box::new(IndexScan::new(index.tree, lower, upper, plan.descending))))
                    }
                    None => Ok(Rows::Nothing),
                }
            }
            Access::IndexList { values, .. } => {
                let index = index_of(shape)?;
                let mut keys: Vec<Vec<u8>> = Vec::with_capacity(values.len());
                for value in values {
                    let value = run.value(value, row)?;
                    if let Some(value) = fitted(value, index.types[0]) {
                        let mut bytes = Vec::new();
                        index.encode_parts([&value], &mut bytes);
                        keys.push(bytes);
                    }
                }
                crate::base::order::sort(&mut keys);
                keys.dedup();
                let mut rowids = Vec::new();
                for bytes in keys {
                    index.rows_of_prefix(run.cx.pages.source(), &bytes, |rowid| rowids.push(rowid))?;
                }
                run.hold(rowids.len() * 8)?;
                Ok(Rows::List(rowids, 0))
            }
        }
    }

    /// Appends up to `want` rows (of the wanted columns); fewer only at the end.
    pub(crate) fn read(
        &mut self,
        source: &dyn PageSource,
        shape: &Shape,
        want: usize,
        out: &mut Batch,
    ) -> Result<usize> {
        let before = out.rows;
        match self {
            Rows::Nothing => {}
            Rows::Table(scan) if out.rows == 0 => {
                scan.next_batch(source, want, out)?;
            }
            Rows::Table(scan) => {
                let mut more = Batch::default();
                scan.next_batch(source, want, &mut more)?;
                out.append(&more);
            }
            Rows::List(rowids, at) => {
                let mut buffer = Vec::new();
                while *at < rowids.len() && out.rows - before < want {
                    shape.fetch(source, rowids[*at], None, out, &mut buffer)?;
                    *at += 1;
                }
            }
            Rows::Index(scan) => {
                let mut buffer = Vec::new();
                while out.rows - before < want {
                    let Some((_, rowid)) = scan.next(source)? else { break };
                    if !shape.fetch(source, rowid, None, out, &mut buffer)? {
                        return Err(Error::corrupt("an index names a row that its table lacks"));
                    }
                }
            }
        }
        Ok(out.rows - before)
    }
}

fn table_rows(plan: &ScanPlan, shape: &Shape, low: i64, high: i64) -> Result<Rows> {
    let mut ordinals = plan.columns.clone();
    if plan.rowid {
        ordinals.push(ROWID);
    }
    let scan = TableScan::new(
        &plan.table,
        &shape.table.tree,
        &shape.table.stored,
        &ordinals,
        low,
        high,
        plan.descending,
    )?;
    Ok(Rows::Table(Box::new(scan)))
}

fn index_of(shape: &Shape) -> Result<&IndexShape> {
    shape.index.as_ref().ok_or_else(|| Error::internal("an index access without its index"))
}

impl Shape {
    /// Appends the wanted columns of one row, or only those of them at `picked`; whether it exists.
    pub(crate) fn fetch(
        &self,
        source: &dyn PageSource,
        rowid: i64,
        picked: Option<&[usize]>,
        out: &mut Batch,
        buffer: &mut Vec<u8>,
    ) -> Result<bool> {
        let Some(handle) = self.table.tree.get(source, rowid)? else { return Ok(false) };
        for (at, vector) in out.columns.iter_mut().enumerate() {
            let at = picked.map_or(at, |picked| picked[at]);
            let (place, ty) = &self.columns[at];
            match place {
                Place::RowId => push_cell(vector, Cell::Int(rowid), *ty)?,
                Place::Stored(at) => push_cell(vector, handle.cell(source, *at, buffer)?, *ty)?,
            }
        }
        out.rows += 1;
        Ok(true)
    }

    /// The one row of a full key of the access path's unique index.
    pub(crate) fn row_of_key(&self, source: &dyn PageSource, key: &[u8]) -> Result<Option<i64>> {
        index_of(self)?.row_of_key(source, key)
    }

    /// The key of these values, if they fit the index.
    pub(crate) fn key_of(&self, values: &[Datum], key: &mut Vec<u8>) -> Result<bool> {
        let index = index_of(self)?;
        for (value, ty) in values.iter().zip(&index.types) {
            if value.is_null() || !fits(value, *ty) {
                return Ok(false);
            }
        }
        index.encode_parts(values, key);
        Ok(true)
    }
}

/// Appends a stored value to the column of its type.
fn push_cell(vector: &mut Vector, cell: Cell<'_>, ty: SqlType) -> Result<()> {
    match (&mut vector.values, cell) {
        (_, Cell::Null) => vector.push_null(),
        (Values::Int(values), Cell::Int(value)) => {
            values.push(if matches!(ty, SqlType::Oid | SqlType::Regtype) {
                value & 0xffff_ffff
            } else {
                value
            });
        }
        (Values::Float(values), Cell::Int(value)) if ty == SqlType::Float4 => {
            let bits = i32::try_from(value).map_err(|_| wrong_kind())?.cast_unsigned();
            values.push(f64::from(f32::from_bits(bits)));
        }
        (Values::Float(values), Cell::Int(value)) => values.push(f64::from_bits(value.cast_unsigned())),
        (Values::Wide(values), Cell::Wide(value)) => values.push(value),
        (Values::Bytes(values), Cell::Bytes(value)) => values.push(value),
        _ => return Err(wrong_kind()),
    }
    Ok(())
}

#[cold]
fn wrong_kind() -> Error {
    Error::corrupt("a stored value is of another kind than its column")
}

/// Lowest and highest rowid of a range; `None`: nothing can match.
fn rowid_range(run: &mut Run<'_, '_>, range: &Range, row: Row<'_>) -> Result<Option<(i64, i64)>> {
    let mut low = i64::MIN;
    let mut high = i64::MAX;
    if let Some(bound) = &range.lower {
        match run.value(&bound.program, row)? {
            Datum::Int(value) if bound.inclusive => low = value,
            Datum::Int(i64::MAX) => return Ok(None),
            Datum::Int(value) => low = value + 1,
            _ => return Ok(None),
        }
    }
    if let Some(bound) = &range.upper {
        match run.value(&bound.program, row)? {
            Datum::Int(value) if bound.inclusive => high = value,
            Datum::Int(i64::MIN) => return Ok(None),
            Datum::Int(value) => high = value - 1,
            _ => return Ok(None),
        }
    }
    Ok((low <= high).then_some((low, high)))
}

fn fits(value: &Datum, ty: SqlType) -> bool {
    match (value, ty) {
        (Datum::Int(value), SqlType::Int2 | SqlType::Int4) => number::fits(*value, ty),
        _ => true,
    }
}

/// The value, unless it is NULL or no value of the key's (narrower) type can equal it.
fn fitted(value: Datum, ty: SqlType) -> Option<Datum> {
    (!value.is_null() && fits(&value, ty)).then_some(value)
}

/// An integer bound moved into the range of a narrower type: bound and whether it is still inclusive;
/// `None`: no value of the type is inside.
fn clamped(value: Datum, ty: SqlType, inclusive: bool, lower: bool) -> Option<Option<(Datum, bool)>> {
    if fits(&value, ty) {
        return Some(Some((value, inclusive)));
    }
    let below = matches!(value, Datum::Int(value) if value < 0);
    // A lower bound below every value, or an upper bound above: no bound at all.
    (below == lower).then_some(None)
}

/// The bytes between which the matching entries lie; `None`: nothing can match.
#[expect(clippy::type_complexity, reason = "a pair of bounds, used once")]
fn index_range(
    run: &mut Run<'_, '_>,
    index: &IndexShape,
    equal: &[Program],
    range: &Range,
    row: Row<'_>,
) -> Result<Option<(Vec<u8>, Option<Vec<u8>>)>> {
    let mut prefix = Vec::new();
    for ((program, part), ty) in equal.iter().zip(&index.index.keys).zip(&index.types) {
        let Some(value) = fitted(run.value(program, row)?, *ty) else { return Ok(None) };
        key::encode(&mut prefix, &value, *ty, part.descending, part.nulls_first);
    }
    if range.lower.is_none() && range.upper.is_none() {
        let end = if prefix.is_empty() { None } else { key::prefix_end(&prefix) };
        return Ok(Some((prefix, end)));
    }
    let Some((part, ty)) = index.index.keys.get(equal.len()).zip(index.types.get(equal.len()).copied())
    else {
        return Err(Error::internal("a range after the last part of an index"));
    };
    let mut ends: [Option<(Datum, bool)>; 2] = [None, None];
    for (end, (bound, lower)) in ends.iter_mut().zip([(&range.lower, true), (&range.upper, false)]) {
        if let Some(bound) = bound {
            let value = run.value(&bound.program, row)?;
            if value.is_null() {
                return Ok(None);
            }
            match clamped(value, ty, bound.inclusive, lower) {
                Some(clamped) => *end = clamped,
                None => return Ok(None),
            }
        }
    }
    let [lower, upper] = ends;
    let (first, last) = if part.descending { (upper, lower) } else { (lower, upper) };
    let encoded = |value: &Datum| {
        let mut bytes = prefix.clone();
        key::encode(&mut bytes, value, ty, part.descending, part.nulls_first);
        bytes
    };
    let past = |value: &Datum| key::prefix_end(&encoded(value));
    // A range leaves NULLs out: they lie before or after all values.
    let start = match first {
        Some((value, true)) => Some(encoded(&value)),
        Some((value, false)) => past(&value),
        None if part.nulls_first => past(&Datum::Null),
        None => Some(prefix.clone()),
    };
    let end = match last {
        Some((value, true)) => past(&value),
        Some((value, false)) => Some(encoded(&value)),
        None if part.nulls_first => key::prefix_end(&prefix),
        None => Some(encoded(&Datum::Null)),
    };
    Ok(start.map(|start| (start, end)))
}
