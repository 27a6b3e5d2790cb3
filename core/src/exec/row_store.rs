//! Rows gathered by an operator, numbered from 0 in order of arrival.
//!
//! Batches are kept as they came, so gathering copies nothing; a row is found by its number through the
//! place of its batch.

use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::value::{Datum, SqlType};

/// Gathered rows.
#[derive(Debug, Default)]
pub(crate) struct RowStore {
    batches: Vec<Batch>,
    /// Batch and row of every number.
    places: Vec<(u32, u32)>,
}

impl RowStore {
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Takes a batch in; answers the bytes it holds.
    pub(crate) fn push(&mut self, batch: Batch) -> usize {
        let bytes = batch.memory_bytes() + batch.rows * 8;
        let number = u32::try_from(self.batches.len()).expect("the memory budget bounds the batches");
        let rows = u32::try_from(batch.rows).expect("V3 bounds the rows of a batch");
        self.places.extend((0..rows).map(|row| (number, row)));
        self.batches.push(batch);
        bytes
    }

    /// The rows numbered, in that order, as a batch of columns of these types.
    pub(crate) fn gather(&self, rows: impl Iterator<Item = u32> + Clone, types: &[SqlType]) -> Batch {
        let mut columns: Vec<Vector> = types.iter().map(|ty| Vector::for_type(*ty)).collect();
        for (at, column) in columns.iter_mut().enumerate() {
            for row in rows.clone() {
                let (batch, row) = self.places[row as usize];
                column.push_from(&self.batches[batch as usize].columns[at], row as usize);
            }
        }
        Batch { columns, rows: rows.count() }
    }

    /// One value.
    pub(crate) fn datum(&self, row: usize, column: usize, ty: SqlType) -> Result<Datum> {
        let (batch, at) = self.places[row];
        self.batches[batch as usize].columns[column].datum(at as usize, ty)
    }

    /// Rows `from..to` as a batch of columns of these types.
    pub(crate) fn slice(&self, from: usize, to: usize, types: &[SqlType]) -> Batch {
        let number = |at: usize| u32::try_from(at).expect("the memory budget bounds the rows");
        self.gather(number(from)..number(to), types)
    }
}
