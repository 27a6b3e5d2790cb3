//! Columns of equal length.

use crate::error::Result;
use crate::value::{Datum, SqlType};

use super::Vector;

/// Columns of equal length.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The columns.
    pub columns: Vec<Vector>,
    /// How many rows each has; a batch may have rows and no columns.
    pub rows: usize,
}

impl Batch {
    /// No rows of columns of these types.
    pub fn for_types(types: &[SqlType]) -> Batch {
        Batch { columns: types.iter().map(|ty| Vector::for_type(*ty)).collect(), rows: 0 }
    }
    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
    /// Appends a row of one value per column.
    pub fn push_row(&mut self, row: &[Datum]) -> Result<()> {
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.push_datum(value)?;
        }
        self.rows += 1;
        Ok(())
    }
    /// Row `at` as values of the columns' types.
    pub fn row(&self, at: usize, types: &[SqlType]) -> Result<Vec<Datum>> {
        self.columns.iter().zip(types).map(|(column, ty)| column.datum(at, *ty)).collect()
    }
    /// The rows numbered, in that order.
    pub fn gather(&self, rows: &[u32]) -> Batch {
        Batch { columns: self.columns.iter().map(|column| column.gather(rows)).collect(), rows: rows.len() }
    }
    /// Rows `from..to`.
    pub fn slice(&self, from: usize, to: usize) -> Batch {
        let columns = self
            .columns
            .iter()
            .map(|column| {
                let mut part = Vector::with_capacity(column.kind(), to - from);
                part.append(column, from, to);
                part
            })
            .collect();
        Batch { columns, rows: to - from }
    }
    /// Appends the rows of a batch of the same columns.
    pub fn append(&mut self, other: &Batch) {
        for (column, more) in self.columns.iter_mut().zip(&other.columns) {
            column.append(more, 0, other.rows);
        }
        self.rows += other.rows;
    }
    /// Appends row `at` of a batch of the same columns.
    pub fn push_from(&mut self, other: &Batch, at: usize) {
        for (column, more) in self.columns.iter_mut().zip(&other.columns) {
            column.push_from(more, at);
        }
        self.rows += 1;
    }
    /// Removes all rows, keeping columns and memory.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Vector::clear);
        self.rows = 0;
    }
    /// Bytes of the values that have no fixed length.
    pub fn text_bytes(&self) -> usize {
        self.columns.iter().map(Vector::text_bytes).sum()
    }
    /// Bytes held, roughly.
    pub fn memory_bytes(&self) -> usize {
        self.columns.iter().map(Vector::memory_bytes).sum()
    }
}
