//! What kernels work on: a column that may be one constant, over all rows of a batch or some.

use crate::batch::{Batch, Bitmap, Kind, Values, Vector};
use crate::error::Result;
use crate::value::{Datum, SqlType};

/// Which rows of a batch are evaluated; results have one entry per row named here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows<'s> {
    All(usize),
    Some(&'s [u32]),
}

impl Rows<'_> {
    pub(super) fn len(self) -> usize {
        match self {
            Rows::All(count) => count,
            Rows::Some(rows) => rows.len(),
        }
    }
    /// The number in the batch of the row at a place of the result.
    pub(super) fn at(self, place: usize) -> u32 {
        match self {
            Rows::All(_) => u32::try_from(place).expect("V3 of batch bounds its rows"),
            Rows::Some(rows) => rows[place],
        }
    }
}

/// A column of results.
#[derive(Debug)]
pub(super) enum Column<'b> {
    /// The same in every row.
    Constant(Datum),
    /// As it stands in the batch.
    Borrowed(&'b Vector),
    /// Computed.
    Owned(Vector),
}

impl<'b> Column<'b> {
    /// A column of the batch.
    pub(super) fn of_batch(batch: &'b Batch, at: usize, rows: Rows<'_>) -> Column<'b> {
        match rows {
            Rows::All(_) => Column::Borrowed(&batch.columns[at]),
            Rows::Some(rows) => Column::Owned(batch.columns[at].gather(rows)),
        }
    }

    pub(super) fn into_vector(self, ty: SqlType, rows: usize) -> Result<Vector> {
        Ok(match self {
            Column::Constant(value) => Vector::constant(&value, ty, rows)?,
            Column::Borrowed(vector) => vector.clone(),
            Column::Owned(vector) => vector,
        })
    }

    /// `None` for a constant.
    pub(super) fn vector(&self) -> Option<&Vector> {
        match self {
            Column::Constant(_) => None,
            Column::Borrowed(vector) => Some(vector),
            Column::Owned(vector) => Some(vector),
        }
    }

    pub(super) fn is_null(&self, at: usize) -> bool {
        match self {
            Column::Constant(value) => value.is_null(),
            Column::Borrowed(vector) => vector.is_null(at),
            Column::Owned(vector) => vector.is_null(at),
        }
    }

    pub(super) fn nulls(&self) -> Option<&Bitmap> {
        self.vector().and_then(|vector| vector.nulls.as_ref())
    }

    pub(super) fn datum(&self, at: usize, ty: SqlType) -> Result<Datum> {
        match self {
            Column::Constant(value) => Ok(value.clone()),
            Column::Borrowed(vector) => vector.datum(at, ty),
            Column::Owned(vector) => vector.datum(at, ty),
        }
    }

    pub(super) fn push_to(&self, at: usize, out: &mut Vector) -> Result<()> {
        match self {
            Column::Constant(value) => return out.push_datum(value),
            Column::Borrowed(vector) => out.push_from(vector, at),
            Column::Owned(vector) => out.push_from(vector, at),
        }
        Ok(())
    }

    /// A boolean: `None` is NULL.
    pub(super) fn truth(&self, at: usize) -> Option<bool> {
        match self {
            Column::Constant(Datum::Bool(value)) => Some(*value),
            Column::Constant(_) => None,
            Column::Borrowed(vector) => (!vector.is_null(at)).then(|| vector.ints()[at] != 0),
            Column::Owned(vector) => (!vector.is_null(at)).then(|| vector.ints()[at] != 0),
        }
    }

    pub(super) fn ints(&self) -> Source<'_, i64> {
        match self {
            Column::Constant(Datum::Int(value)) => Source::Constant(*value),
            Column::Constant(Datum::Bool(value)) => Source::Constant(i64::from(*value)),
            Column::Constant(_) => Source::Constant(0),
            Column::Borrowed(vector) => Source::Slice(vector.ints()),
            Column::Owned(vector) => Source::Slice(vector.ints()),
        }
    }

    pub(super) fn floats(&self) -> Source<'_, f64> {
        match self {
            Column::Constant(Datum::Float(value)) => Source::Constant(*value),
            Column::Constant(_) => Source::Constant(0.0),
            Column::Borrowed(vector) => Source::Slice(vector.floats()),
            Column::Owned(vector) => Source::Slice(vector.floats()),
        }
    }

    /// Bytes of text, varchar, char, name, bytea.
    pub(super) fn bytes(&self, at: usize) -> &[u8] {
        match self {
            Column::Constant(Datum::Text(text)) => text.as_bytes(),
            Column::Constant(Datum::Bytes(bytes)) => bytes,
            Column::Constant(_) => &[],
            Column::Borrowed(vector) => vector.bytes(at),
            Column::Owned(vector) => vector.bytes(at),
        }
    }
}

/// Values of a native type: a slice, or one for all rows.
#[derive(Clone, Copy)]
pub(super) enum Source<'v, T> {
    Constant(T),
    Slice(&'v [T]),
}

impl<T: Copy> Source<'_, T> {
    pub(super) fn get(&self, at: usize) -> T {
        match self {
            Source::Constant(value) => *value,
            Source::Slice(values) => values[at],
        }
    }
}

/// `f` over pairs; four loops, so that no branch is left inside.
pub(super) fn zip<A: Copy, B: Copy, R>(
    a: Source<'_, A>,
    b: Source<'_, B>,
    rows: usize,
    mut f: impl FnMut(A, B) -> R,
) -> Vec<R> {
    match (a, b) {
        (Source::Constant(a), Source::Constant(b)) => (0..rows).map(|_| f(a, b)).collect(),
        (Source::Slice(a), Source::Constant(b)) => a[..rows].iter().map(|&a| f(a, b)).collect(),
        (Source::Constant(a), Source::Slice(b)) => b[..rows].iter().map(|&b| f(a, b)).collect(),
        (Source::Slice(a), Source::Slice(b)) => {
            a[..rows].iter().zip(&b[..rows]).map(|(&a, &b)| f(a, b)).collect()
        }
    }
}

/// Rows where either side is NULL; constants are known not to be NULL.
pub(super) fn either_null(a: &Column<'_>, b: &Column<'_>) -> Option<Bitmap> {
    match (a.nulls(), b.nulls()) {
        (None, None) => None,
        (Some(nulls), None) | (None, Some(nulls)) => Some(nulls.clone()),
        (Some(a), Some(b)) => {
            // Null maps may be shorter than their column.
            let mut nulls = a.clone();
            nulls.grow(b.len());
            nulls.union(b);
            Some(nulls)
        }
    }
}

/// A boolean column of these values.
pub(super) fn booleans(values: Vec<i64>, nulls: Option<Bitmap>) -> Column<'static> {
    Column::Owned(Vector { values: Values::Int(values), nulls })
}

/// A boolean column, a row at a time.
pub(super) fn booleans_by(
    rows: usize,
    mut f: impl FnMut(usize) -> Result<Option<bool>>,
) -> Result<Column<'static>> {
    let mut vector = Vector::with_capacity(Kind::Int, rows);
    for at in 0..rows {
        match f(at)? {
            None => vector.push_null(),
            Some(value) => {
                if let Values::Int(values) = &mut vector.values {
                    values.push(i64::from(value));
                }
            }
        }
    }
    Ok(Column::Owned(vector))
}
