//! Rows of a query, streamed a batch at a time.

use std::sync::Arc;

use crate::batch::{Batch, Values};
use crate::error::{Error, Result, SqlState};

use super::conversions::{FromDatum, FromRow, ValueRef};
use super::outcome::Column;
use super::portal::{Portal, PortalStep};

/// The rows of a query; owned, so it may outlive the statement that made it.
///
/// ```text
/// let mut rows = connection.query("SELECT a, b FROM t", ())?;
/// while let Some(row) = rows.next()? {
///     let a: i64 = row.get(0)?;
///     let b: Option<&str> = row.get("b")?;
/// }
/// ```
#[derive(Debug)]
pub struct Rows {
    columns: Arc<[Column]>,
    source: Source,
    batch: Batch,
    /// The row after the one last answered.
    next: usize,
}

#[derive(Debug)]
enum Source {
    /// All that is left, in reverse order.
    Buffered(Vec<Batch>),
    /// Comes as it is read.
    Portal(Box<Portal>),
}

impl Rows {
    pub(super) fn buffered(columns: Arc<[Column]>, mut batches: Vec<Batch>) -> Rows {
        batches.reverse();
        Rows { columns, source: Source::Buffered(batches), batch: Batch::default(), next: 0 }
    }

    pub(super) fn streaming(portal: Portal) -> Rows {
        Rows {
            columns: portal.columns_shared(),
            source: Source::Portal(Box::new(portal)),
            batch: Batch::default(),
            next: 0,
        }
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next row, or `None` after the last.
    #[expect(clippy::should_implement_trait, reason = "a row borrows from its rows: it lends, as rusqlite's")]
    pub fn next(&mut self) -> Result<Option<Row<'_>>> {
        while self.next >= self.batch.rows {
            match self.next_batch()? {
                Some(batch) => {
                    self.batch = batch;
                    self.next = 0;
                }
                None => return Ok(None),
            }
        }
        let at = self.next;
        self.next += 1;
        Ok(Some(Row { columns: &self.columns, batch: &self.batch, at }))
    }

    /// The next rows as a whole batch (what `next` has already begun to hand out is not in it).
    pub fn next_batch(&mut self) -> Result<Option<Batch>> {
        match &mut self.source {
            Source::Buffered(batches) => Ok(batches.pop()),
            Source::Portal(portal) => loop {
                match portal.step(u64::MAX)? {
                    PortalStep::Rows(batch) => return Ok(Some(batch)),
                    PortalStep::Yield => {}
                    PortalStep::Done => return Ok(None),
                }
            },
        }
    }

    /// Every remaining row as `T`: a tuple, or one value.
    pub fn collect_as<T: FromRow>(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(row) = self.next()? {
            all.push(T::from_row(&row)?);
        }
        Ok(all)
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    columns: &'r [Column],
    batch: &'r Batch,
    at: usize,
}

impl<'r> Row<'r> {
    pub(super) fn new(columns: &'r [Column], batch: &'r Batch, at: usize) -> Row<'r> {
        Row { columns, batch, at }
    }

    /// The columns.
    pub fn columns(&self) -> &'r [Column] {
        self.columns
    }

    /// One value, by position from 0 or by name.
    pub fn get<T: FromDatum<'r>>(&self, column: impl ColumnIndex) -> Result<T> {
        let index = column.index(self.columns)?;
        T::from_value(self.value(index)?).map_err(|error| match self.columns.get(index) {
            Some(column) if error.column().is_none() => error.with_column(column.name.clone()),
            _ => error,
        })
    }

    /// One value as it is stored in the batch.
    pub fn value(&self, index: usize) -> Result<ValueRef<'r>> {
        let (Some(column), Some(vector)) = (self.columns.get(index), self.batch.columns.get(index)) else {
            return Err(no_such_column(index, self.columns.len()));
        };
        let ty = column.ty.ty;
        if vector.nulls.as_ref().is_some_and(|nulls| nulls.get(self.at)) {
            return Ok(ValueRef::Null);
        }
        let missing = || Error::internal(format!("V1: column {index} has no row {}", self.at));
        Ok(match &vector.values {
            Values::Int(values) => ValueRef::Int(*values.get(self.at).ok_or_else(missing)?, ty),
            Values::Float(values) => ValueRef::Float(*values.get(self.at).ok_or_else(missing)?, ty),
            Values::Wide(values) => ValueRef::Wide(*values.get(self.at).ok_or_else(missing)?, ty),
            Values::Bytes(values) if self.at < values.len() => ValueRef::Bytes(values.get(self.at), ty),
            Values::Bytes(_) => return Err(missing()),
        })
    }
}

fn no_such_column(index: usize, count: usize) -> Error {
    Error::new(SqlState::UNDEFINED_COLUMN, format!("there is no column {index}: the row has {count}"))
}

/// What [`Row::get`] finds a column by.
pub trait ColumnIndex {
    /// The position, from 0.
    fn index(&self, columns: &[Column]) -> Result<usize>;
}

impl ColumnIndex for usize {
    fn index(&self, columns: &[Column]) -> Result<usize> {
        if *self < columns.len() { Ok(*self) } else { Err(no_such_column(*self, columns.len())) }
    }
}

impl ColumnIndex for &str {
    fn index(&self, columns: &[Column]) -> Result<usize> {
        columns.iter().position(|column| column.name == *self).ok_or_else(|| {
            Error::new(SqlState::UNDEFINED_COLUMN, format!("the result has no column \"{self}\""))
        })
    }
}
