//! Rows of a table as batches, in the order of their rowids, and single rows by rowid.
//!
//! Copies wanted columns only, each with one loop over its array in the leaf; a batch takes from several
//! leaves until it is full. Filters nothing and knows no transaction: the caller hands in the pages with
//! every call, so a scan may be set aside between batches.
//!
//! ```text
//! leaf rows 60..130 of 130 -+ gather a, gather c
//! leaf rows  0..120 of 120 -+-> batch of 256 rows
//! leaf rows  0..66  of 140 -+       the next batch begins at row 66
//! ```

use core::ops::Range;

use crate::base::{Cell, CellWidth};
use crate::batch::{Batch, Bitmap, ByteColumn, Values, Vector};
use crate::btree::{LeafView, PageSource, RowCursor, RowTree};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::record::cell_width;
use crate::value::SqlType;

/// The ordinal that stands for the rowid itself, hidden or not.
pub const ROWID: usize = usize::MAX;

/// Where a wanted column comes from and what its bits become.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// The rowid itself.
    RowId,
    /// Column `stored` of the tree.
    Stored { stored: usize, kind: Kind },
}

/// How the bits of a cell become a vector's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Int,
    /// Four bytes, unsigned.
    Oid,
    Float4,
    Float8,
    Wide,
    Bytes,
}

fn kind_of(ty: SqlType) -> Kind {
    match (ty, cell_width(ty)) {
        (SqlType::Oid | SqlType::Regtype, _) => Kind::Oid,
        (SqlType::Float4, _) => Kind::Float4,
        (SqlType::Float8, _) => Kind::Float8,
        (_, CellWidth::W1 | CellWidth::W2 | CellWidth::W4 | CellWidth::W8) => Kind::Int,
        (_, CellWidth::W16) => Kind::Wide,
        (_, CellWidth::Var) => Kind::Bytes,
    }
}

/// Reads rows of a table between two rowids.
#[derive(Clone, Debug)]
pub struct TableScan {
    cursor: RowCursor,
    wanted: Vec<Wanted>,
    backward: bool,
    /// The leaf at hand and its rows not yet given out.
    leaf: Option<(LeafView, Range<usize>)>,
    /// Per wanted column: the rows of the batch being filled that are NULL.
    nulls: Vec<Vec<usize>>,
    buffer: Vec<u8>,
}

impl TableScan {
    /// A scan of the rows of `table`, kept in `tree`, from rowid `low` to `high` (inclusive); `backward`
    /// begins at `high`. `stored` are the ordinals of the tree's columns, `ordinals` those wanted.
    pub fn new(
        table: &Table,
        tree: &RowTree,
        stored: &[usize],
        ordinals: &[usize],
        low: i64,
        high: i64,
        backward: bool,
    ) -> Result<TableScan> {
        let wanted =
            ordinals.iter().map(|ordinal| wanted(table, stored, *ordinal)).collect::<Result<Vec<_>>>()?;
        Ok(TableScan {
            cursor: RowCursor::new(tree.clone(), low, high, backward),
            nulls: vec![Vec::new(); wanted.len()],
            wanted,
            backward,
            leaf: None,
            buffer: Vec::new(),
        })
    }

    /// Fills `batch` with the next rows, at most `rows_max`, and answers how many there are: 0 at the end.
    /// What the batch held before is gone, its memory is used again.
    pub fn next_batch(
        &mut self,
        source: &dyn PageSource,
        rows_max: usize,
        batch: &mut Batch,
    ) -> Result<usize> {
        self.prepare(batch);
        while batch.rows < rows_max {
            let (leaf, rows) = match self.leaf.take() {
                Some(left) => left,
                None => match self.cursor.next_leaf(source)? {
                    Some(leaf) => {
                        let rows = leaf.rows();
                        (leaf, rows)
                    }
                    None => break,
                },
            };
            let take = rows.len().min(rows_max - batch.rows);
            let (now, later) = if self.backward {
                (rows.end - take..rows.end, rows.start..rows.end - take)
            } else {
                (rows.start..rows.start + take, rows.start + take..rows.end)
            };
            for (column, wanted) in self.wanted.iter().enumerate() {
                let gather = Gather { source, leaf: &leaf, rows: now.clone(), backward: self.backward };
                let base = batch.rows;
                gather.column(
                    *wanted,
                    &mut batch.columns[column].values,
                    base,
                    &mut self.nulls[column],
                    &mut self.buffer,
                )?;
            }
            batch.rows += take;
            if !later.is_empty() {
                self.leaf = Some((leaf, later));
            }
        }
        for (vector, nulls) in batch.columns.iter_mut().zip(&mut self.nulls) {
            vector.nulls = (!nulls.is_empty()).then(|| {
                let mut bitmap = Bitmap::filled(batch.rows, false);
                for row in nulls.drain(..) {
                    bitmap.set(row, true);
                }
                bitmap
            });
        }
        Ok(batch.rows)
    }

    /// How many rows are left, read off the leaves without their columns.
    pub fn count(&mut self, source: &dyn PageSource) -> Result<u64> {
        let mut rows = self.leaf.take().map_or(0, |(_, rows)| rows.len());
        while let Some(leaf) = self.cursor.next_leaf(source)? {
            rows += leaf.rows().len();
        }
        u64::try_from(rows).map_err(|_| Error::internal("more rows than numbers for them"))
    }

    /// Empties the batch, with a vector of the right kind for every wanted column.
    fn prepare(&mut self, batch: &mut Batch) {
        batch.rows = 0;
        batch.columns.truncate(self.wanted.len());
        for (column, wanted) in self.wanted.iter().enumerate() {
            let kind = match wanted {
                Wanted::RowId => Kind::Int,
                Wanted::Stored { kind, .. } => *kind,
            };
            self.nulls[column].clear();
            match batch.columns.get_mut(column) {
                Some(vector) => clear(&mut vector.values, kind),
                None => batch.columns.push(Vector { values: empty(kind), nulls: None }),
            }
        }
    }
}

/// The columns `ordinals` of row `rowid` as a batch of one row; `false` when there is no such row.
pub fn fetch(
    table: &Table,
    tree: &RowTree,
    stored: &[usize],
    ordinals: &[usize],
    source: &dyn PageSource,
    rowid: i64,
    batch: &mut Batch,
) -> Result<bool> {
    let mut scan = TableScan::new(table, tree, stored, ordinals, rowid, rowid, false)?;
    Ok(scan.next_batch(source, 1, batch)? == 1)
}

fn wanted(table: &Table, stored: &[usize], ordinal: usize) -> Result<Wanted> {
    if ordinal == ROWID || table.rowid_column == Some(ordinal) {
        return Ok(Wanted::RowId);
    }
    let column = table.columns.get(ordinal);
    let place = stored.iter().position(|other| *other == ordinal);
    match (column, place) {
        (Some(column), Some(stored)) => Ok(Wanted::Stored { stored, kind: kind_of(column.ty.ty) }),
        _ => Err(Error::internal(format!("table \"{}\" stores no column {ordinal}", table.name))),
    }
}

fn empty(kind: Kind) -> Values {
    match kind {
        Kind::Int | Kind::Oid => Values::Int(Vec::new()),
        Kind::Float4 | Kind::Float8 => Values::Float(Vec::new()),
        Kind::Wide => Values::Wide(Vec::new()),
        Kind::Bytes => Values::Bytes(ByteColumn::default()),
    }
}

fn clear(values: &mut Values, kind: Kind) {
    match (&mut *values, kind) {
        (Values::Int(values), Kind::Int | Kind::Oid) => values.clear(),
        (Values::Float(values), Kind::Float4 | Kind::Float8) => values.clear(),
        (Values::Wide(values), Kind::Wide) => values.clear(),
        (Values::Bytes(values), Kind::Bytes) => values.clear(),
        (Values::Int(_) | Values::Float(_) | Values::Wide(_) | Values::Bytes(_), _) => *values = empty(kind),
    }
}

/// Some rows of one leaf.
struct Gather<'a> {
    source: &'a dyn PageSource,
    leaf: &'a LeafView,
    rows: Range<usize>,
    backward: bool,
}

impl Gather<'_> {
    /// Appends one column; row `base` of the batch is the first.
    fn column(
        &self,
        wanted: Wanted,
        values: &mut Values,
        base: usize,
        nulls: &mut Vec<usize>,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        let (stored, kind) = match (wanted, &mut *values) {
            (Wanted::RowId, Values::Int(out)) => {
                self.leaf.gather_rowids(self.rows.clone(), out);
                self.turn(out);
                return Ok(());
            }
            (Wanted::Stored { stored, kind }, _) => (stored, kind),
            (Wanted::RowId, Values::Float(_) | Values::Wide(_) | Values::Bytes(_)) => {
                return Err(wrong_kind());
            }
        };
        if !self.leaf.is_array(stored) || (self.backward && kind == Kind::Bytes) {
            return self.one_by_one(stored, kind, values, base, nulls, buffer);
        }
        match (kind, values) {
            (Kind::Int, Values::Int(out)) => {
                self.leaf.gather_ints(stored, self.rows.clone(), out);
                self.turn(out);
            }
            (Kind::Oid, Values::Int(out)) => {
                let from = out.len();
                self.leaf.gather_ints(stored, self.rows.clone(), out);
                out[from..].iter_mut().for_each(|value| *value &= 0xffff_ffff);
                self.turn(out);
            }
            (Kind::Float8, Values::Float(out)) => {
                self.leaf.gather_floats(stored, self.rows.clone(), out);
                self.turn(out);
            }
            (Kind::Float4, Values::Float(out)) => {
                self.leaf.gather_short_floats(stored, self.rows.clone(), out);
                self.turn(out);
            }
            (Kind::Wide, Values::Wide(out)) => {
                self.leaf.gather_wide(stored, self.rows.clone(), out);
                self.turn(out);
            }
            (Kind::Bytes, Values::Bytes(out)) => {
                self.leaf.gather_bytes(self.source, stored, self.rows.clone(), |bytes| out.push(bytes))?;
            }
            (_, Values::Int(_) | Values::Float(_) | Values::Wide(_) | Values::Bytes(_)) => {
                return Err(wrong_kind());
            }
        }
        let count = self.rows.len();
        self.leaf.for_each_null(stored, self.rows.clone(), |at| {
            nulls.push(base + if self.backward { count - 1 - at } else { at });
        });
        Ok(())
    }

    /// Appends a column that has no array in the leaf, or must be turned around.
    fn one_by_one(
        &self,
        stored: usize,
        kind: Kind,
        values: &mut Values,
        base: usize,
        nulls: &mut Vec<usize>,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        for at in 0..self.rows.len() {
            let row = if self.backward { self.rows.end - 1 - at } else { self.rows.start + at };
            let cell = self.leaf.cell(self.source, stored, row, buffer)?;
            if cell == Cell::Null {
                nulls.push(base + at);
            }
            match (cell, kind, &mut *values) {
                (Cell::Null, _, Values::Int(out)) => out.push(0),
                (Cell::Null, _, Values::Float(out)) => out.push(0.0),
                (Cell::Null, _, Values::Wide(out)) => out.push(0),
                (Cell::Null, _, Values::Bytes(out)) => out.push(&[]),
                (Cell::Int(value), Kind::Int, Values::Int(out)) => out.push(value),
                (Cell::Int(value), Kind::Oid, Values::Int(out)) => out.push(value & 0xffff_ffff),
                (Cell::Int(value), Kind::Float8, Values::Float(out)) => {
                    out.push(f64::from_bits(value.cast_unsigned()));
                }
                (Cell::Int(value), Kind::Float4, Values::Float(out)) => {
                    let bits = i32::try_from(value).map_err(|_| wrong_kind())?.cast_unsigned();
                    out.push(f64::from(f32::from_bits(bits)));
                }
                (Cell::Wide(value), Kind::Wide, Values::Wide(out)) => out.push(value),
                (Cell::Bytes(bytes), Kind::Bytes, Values::Bytes(out)) => out.push(bytes),
                (
                    Cell::Int(_) | Cell::Wide(_) | Cell::Bytes(_),
                    _,
                    Values::Int(_) | Values::Float(_) | Values::Wide(_) | Values::Bytes(_),
                ) => return Err(wrong_kind()),
            }
        }
        Ok(())
    }

    /// The rows just appended came in ascending order: a backward scan wants them the other way round.
    fn turn<T>(&self, out: &mut [T]) {
        if self.backward {
            let from = out.len() - self.rows.len();
            out[from..].reverse();
        }
    }
}

#[cold]
fn wrong_kind() -> Error {
    Error::corrupt("a stored value is of another kind than its column")
}
