//! Rows of one table with all their index entries.

use std::sync::Arc;

use crate::base::{Cell, ColumnLayout, ObjectId, PageNo, RowId};
use crate::btree::{Inserted, KeyTree, LeafHint, RowLayout, RowTree};
use crate::catalog::{Catalog, Index, Table};
use crate::error::{Error, Result, SqlState};
use crate::page::{PageSink, PageSource};
use crate::record::{cell_width, decode, encode, encode_values};
use crate::value::{Datum, SqlType};

use super::key::{IndexShape, duplicate};

/// How the rows of a table are stored: which columns, as what.
#[derive(Clone, Debug)]
pub struct TableShape {
    /// The tree.
    pub tree: RowTree,
    /// Ordinals of the stored columns, in stored order: all but the one that is the rowid.
    pub stored: Vec<usize>,
    /// Their types.
    pub types: Vec<SqlType>,
}

impl TableShape {
    /// The shape of a table in pages of this size.
    pub fn new(table: &Table, page_size: usize) -> TableShape {
        let stored = stored_columns(table);
        let types: Vec<SqlType> = stored.iter().map(|ordinal| table.columns[*ordinal].ty.ty).collect();
        let layout = layout_of(table, &stored, page_size);
        TableShape { tree: RowTree::open(table.root, layout), stored, types }
    }

    /// A whole row, in table order.
    pub fn fetch(&self, source: &dyn PageSource, table: &Table, rowid: i64) -> Result<Option<Vec<Datum>>> {
        let Some(handle) = self.tree.get(source, rowid)? else { return Ok(None) };
        let mut row = vec![Datum::Null; table.columns.len()];
        let mut buffer = Vec::new();
        for (at, (ordinal, ty)) in self.stored.iter().zip(&self.types).enumerate() {
            row[*ordinal] = decode(handle.cell(source, at, &mut buffer)?, *ty)?;
        }
        if let Some(ordinal) = table.rowid_column {
            row[ordinal] = Datum::Int(rowid);
        }
        Ok(Some(row))
    }
}

/// Ordinals of the columns a row of the table stores.
fn stored_columns(table: &Table) -> Vec<usize> {
    match table.layouts.last() {
        Some(layout) => layout.clone(),
        None => (0..table.columns.len()).filter(|ordinal| Some(*ordinal) != table.rowid_column).collect(),
    }
}

fn layout_of(table: &Table, stored: &[usize], page_size: usize) -> Arc<RowLayout> {
    let columns = stored
        .iter()
        .map(|ordinal| {
            let column = &table.columns[*ordinal];
            // Always nullable: SET NOT NULL and DROP NOT NULL must not change the pages there are.
            ColumnLayout::new(cell_width(column.ty.ty), true)
        })
        .collect();
    Arc::new(RowLayout::new(page_size, columns))
}

/// Makes the tree of a new table; answers its root.
pub fn create_table(sink: &mut dyn PageSink, table: &Table) -> Result<PageNo> {
    let layout = layout_of(table, &stored_columns(table), sink.page_size());
    Ok(RowTree::create(sink, layout)?.root())
}

/// Makes the tree of a new index; answers its root.
pub fn create_index(sink: &mut dyn PageSink) -> Result<PageNo> {
    Ok(KeyTree::create(sink)?.root())
}

/// Gives the pages of a table back.
pub fn drop_table(sink: &mut dyn PageSink, table: &Table) -> Result<()> {
    TableShape::new(table, sink.page_size()).tree.drop_tree(sink)
}

/// Gives the pages of an index back.
pub fn drop_index(sink: &mut dyn PageSink, index: &Index) -> Result<()> {
    KeyTree::open(index.root).drop_tree(sink)
}

/// Changes rows of one table. Kept for a statement, or between statements by
/// [`KeptWriters`](super::KeptWriters): it remembers where the last row went.
///
/// After an error the statement's changes must be rolled back: a row may be in without its index entries.
#[derive(Debug)]
pub struct TableWriter {
    table: Arc<Table>,
    shape: Arc<TableShape>,
    hint: LeafHint,
    indexes: Arc<[IndexWriter]>,
    /// The hidden rowid to give next, once known.
    next_rowid: Option<i64>,
    scratch: Vec<u8>,
    key: Vec<u8>,
    old_key: Vec<u8>,
}

#[derive(Debug)]
struct IndexWriter {
    shape: IndexShape,
}

/// What a writer knows of its table and works out once: a prepared statement keeps it from run to run. It
/// holds nothing that a commit or a rollback changes.
#[derive(Clone, Debug)]
pub struct WriterShape {
    table: Arc<Table>,
    shape: Arc<TableShape>,
    indexes: Arc<[IndexWriter]>,
}

impl WriterShape {
    /// The shape of a table of this catalog, whose pages have this size.
    pub fn new(catalog: &Catalog, table: &Arc<Table>, page_size: usize) -> Result<WriterShape> {
        let indexes = table
            .indexes
            .iter()
            .map(|id| Ok(IndexWriter { shape: IndexShape::new(catalog, table, *id)? }))
            .collect::<Result<Arc<[IndexWriter]>>>()?;
        Ok(WriterShape {
            table: Arc::clone(table),
            shape: Arc::new(TableShape::new(table, page_size)),
            indexes,
        })
    }

    /// Ordinals of the stored columns, in stored order.
    pub fn stored(&self) -> &[usize] {
        &self.shape.stored
    }
}

impl TableWriter {
    /// A writer for a table of this catalog, whose pages have this size.
    pub fn new(catalog: &Catalog, table: &Arc<Table>, page_size: usize) -> Result<TableWriter> {
        Ok(TableWriter::of(&WriterShape::new(catalog, table, page_size)?))
    }

    /// A writer of this shape.
    pub fn of(shape: &WriterShape) -> TableWriter {
        TableWriter {
            table: Arc::clone(&shape.table),
            shape: Arc::clone(&shape.shape),
            hint: LeafHint::NONE,
            indexes: Arc::clone(&shape.indexes),
            next_rowid: None,
            scratch: Vec::new(),
            key: Vec::new(),
            old_key: Vec::new(),
        }
    }

    /// The table.
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// Inserts a row: one value per column, in table order. 23502 and 23505 as PostgreSQL says them.
    pub fn insert(&mut self, sink: &mut dyn PageSink, row: &[Datum]) -> Result<RowId> {
        self.check_not_null(row)?;
        let rowid = match self.table.rowid_column {
            Some(ordinal) => rowid_of(&row[ordinal])?,
            None => self.hidden_rowid(sink)?,
        };
        self.insert_at(sink, rowid, row)?;
        for index in self.indexes.iter() {
            index.insert(sink, &self.table, rowid, row, &mut self.key)?;
        }
        Ok(RowId(rowid))
    }

    /// The first row that has a unique key of this one; `keys` are the indexes that count (`None`: the
    /// rowid), without them all do. 23502 comes before.
    pub fn row_in_the_way(
        &mut self,
        source: &dyn PageSource,
        row: &[Datum],
        keys: Option<&[Option<ObjectId>]>,
    ) -> Result<Option<i64>> {
        self.check_not_null(row)?;
        let counts = |key: Option<ObjectId>| keys.is_none_or(|keys| keys.contains(&key));
        if let Some(ordinal) = self.table.rowid_column
            && counts(None)
        {
            let rowid = rowid_of(&row[ordinal])?;
            if self.shape.tree.get(source, rowid)?.is_some() {
                return Ok(Some(rowid));
            }
        }
        for index in self.indexes.iter().filter(|index| index.shape.index.unique && index.shape.holds(row)) {
            if !counts(Some(index.shape.index.id)) {
                continue;
            }
            self.key.clear();
            if !index.shape.encode_row(row, &mut self.key)
                && let Some(rowid) = index.shape.row_of_key(source, &self.key)?
            {
                return Ok(Some(rowid));
            }
        }
        Ok(None)
    }

    /// A row that is there.
    pub fn fetch(&self, source: &dyn PageSource, rowid: i64) -> Result<Vec<Datum>> {
        self.shape
            .fetch(source, &self.table, rowid)?
            .ok_or_else(|| Error::corrupt(format!("table \"{}\" lacks a row of an index", self.table.name)))
    }

    /// Inserts a row of a table without indexes whose values are cells already, in stored order and none
    /// NULL that may not be; `rowid` where a column is the rowid. `false`: it is taken, or the table has
    /// indexes after all; nothing was done, and [`TableWriter::insert`] says what is wrong.
    pub fn insert_cells(
        &mut self,
        sink: &mut dyn PageSink,
        rowid: Option<i64>,
        cells: &[Cell<'_>],
    ) -> Result<bool> {
        if !self.indexes.is_empty() || rowid.is_some() != self.table.rowid_column.is_some() {
            return Ok(false);
        }
        let rowid = match rowid {
            Some(rowid) => rowid,
            None => self.hidden_rowid(sink)?,
        };
        Ok(self.shape.tree.insert_near(sink, &mut self.hint, rowid, cells)? == Inserted::Done)
    }

    /// Replaces a row. `old` is the row as it is; answers the rowid it has afterwards.
    pub fn update(
        &mut self,
        sink: &mut dyn PageSink,
        rowid: RowId,
        old: &[Datum],
        new: &[Datum],
    ) -> Result<RowId> {
        self.check_not_null(new)?;
        let next = match self.table.rowid_column {
            Some(ordinal) => rowid_of(&new[ordinal])?,
            None => rowid.0,
        };
        if next != rowid.0 {
            self.delete(sink, rowid, old)?;
            self.insert_at(sink, next, new)?;
            for index in self.indexes.iter() {
                index.insert(sink, &self.table, next, new, &mut self.key)?;
            }
            return Ok(RowId(next));
        }
        self.change_cells(sink, next, old, new)?;
        for index in self.indexes.iter() {
            self.key.clear();
            self.old_key.clear();
            let (was, is) = (index.shape.holds(old), index.shape.holds(new));
            index.shape.encode_row(old, &mut self.old_key);
            index.shape.encode_row(new, &mut self.key);
            if self.key != self.old_key || was != is {
                if was {
                    index.remove(sink, &self.old_key, next)?;
                }
                index.insert(sink, &self.table, next, new, &mut self.key)?;
            }
        }
        Ok(rowid)
    }

    /// Removes a row. `old` is the row as it is.
    pub fn delete(&mut self, sink: &mut dyn PageSink, rowid: RowId, old: &[Datum]) -> Result<()> {
        if !self.shape.tree.remove(sink, rowid.0)? {
            // It has just been read: the way to it is damaged.
            return Err(Error::corrupt(format!(
                "a row of table \"{}\" is not where it belongs",
                self.table.name
            )));
        }
        self.hint = LeafHint::NONE;
        for index in self.indexes.iter() {
            if !index.shape.holds(old) {
                continue;
            }
            self.old_key.clear();
            index.shape.encode_row(old, &mut self.old_key);
            index.remove(sink, &self.old_key, rowid.0)?;
        }
        Ok(())
    }

    fn insert_at(&mut self, sink: &mut dyn PageSink, rowid: i64, row: &[Datum]) -> Result<()> {
        let shape = &self.shape;
        let mut cells = Vec::with_capacity(shape.stored.len());
        let stored = shape.stored.iter().zip(&shape.types).map(|(ordinal, ty)| (&row[*ordinal], *ty));
        encode_values(stored, &mut self.scratch, &mut cells)?;
        match shape.tree.insert_near(sink, &mut self.hint, rowid, &cells)? {
            Inserted::Done => Ok(()),
            Inserted::Duplicate => Err(self.duplicate_rowid(row)),
        }
    }

    fn change_cells(
        &mut self,
        sink: &mut dyn PageSink,
        rowid: i64,
        old: &[Datum],
        new: &[Datum],
    ) -> Result<()> {
        let changed: Vec<usize> = (0..self.shape.stored.len())
            .filter(|at| {
                let ordinal = self.shape.stored[*at];
                old[ordinal] != new[ordinal]
            })
            .collect();
        let mut buffers: Vec<Vec<u8>> = vec![Vec::new(); changed.len()];
        let changes: Vec<(usize, Cell<'_>)> = changed
            .iter()
            .zip(&mut buffers)
            .map(|(at, buffer)| (*at, encode(&new[self.shape.stored[*at]], self.shape.types[*at], buffer)))
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        self.hint = LeafHint::NONE;
        self.shape.tree.update(sink, rowid, &changes).map(|_| ())
    }

    fn hidden_rowid(&mut self, source: &dyn PageSource) -> Result<i64> {
        let rowid = match self.next_rowid {
            Some(rowid) => rowid,
            None => match self.shape.tree.last_rowid(source)? {
                Some(last) => last.checked_add(1).ok_or_else(|| self.full())?,
                None => 1,
            },
        };
        self.next_rowid = Some(rowid.checked_add(1).ok_or_else(|| self.full())?);
        Ok(rowid)
    }

    fn full(&self) -> Error {
        Error::new(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("table \"{}\" has no row number left", self.table.name),
        )
    }

    fn duplicate_rowid(&self, row: &[Datum]) -> Error {
        match self.table.keys().find(|(_, _, index)| index.is_none()) {
            Some((constraint, columns, _)) => duplicate(&self.table, &constraint.name, columns, row),
            None => Error::corrupt(format!("table \"{}\" gave a row number twice", self.table.name)),
        }
    }

    fn check_not_null(&self, row: &[Datum]) -> Result<()> {
        if row.len() != self.table.columns.len() {
            return Err(Error::internal("a row and its table differ in width"));
        }
        for (column, value) in self.table.columns.iter().zip(row) {
            if column.not_null && value.is_null() {
                return Err(not_null(&self.table, &column.name, row));
            }
        }
        Ok(())
    }
}

impl IndexWriter {
    fn insert(
        &self,
        sink: &mut dyn PageSink,
        table: &Table,
        rowid: i64,
        row: &[Datum],
        key: &mut Vec<u8>,
    ) -> Result<()> {
        if !self.shape.holds(row) {
            return Ok(());
        }
        key.clear();
        let has_null = self.shape.encode_row(row, key);
        if self.shape.index.unique && !has_null && self.shape.contains_key(sink, key)? {
            return Err(duplicate(table, &self.shape.index.name, &self.shape.columns(), row));
        }
        if self.shape.tree.insert(sink, key, rowid)? {
            return Ok(());
        }
        Err(self.corrupt("has an entry of a row that was not there"))
    }

    fn remove(&self, sink: &mut dyn PageSink, key: &[u8], rowid: i64) -> Result<()> {
        if self.shape.tree.remove(sink, key, rowid)? {
            return Ok(());
        }
        Err(self.corrupt("lacks the entry of a row"))
    }

    fn corrupt(&self, what: &str) -> Error {
        Error::of_kind(
            crate::error::ErrorKind::Corrupt,
            SqlState::INDEX_CORRUPTED,
            format!("index \"{}\" {what}", self.shape.index.name),
        )
    }
}

fn rowid_of(datum: &Datum) -> Result<i64> {
    match datum {
        Datum::Int(value) => Ok(*value),
        _ => Err(Error::internal("an integer primary key has a value of another kind")),
    }
}

/// 23502 for a row.
fn not_null(table: &Table, column: &str, row: &[Datum]) -> Error {
    Error::new(
        SqlState::NOT_NULL_VIOLATION,
        format!(
            "null value in column \"{column}\" of relation \"{}\" violates not-null constraint",
            table.name
        ),
    )
    .with_detail(failing_row(table, row))
    .with_table(table.schema.clone(), table.name.clone())
    .with_column(column)
}

/// `Failing row contains (1, null).`: long values are cut, as PostgreSQL cuts them.
pub fn failing_row(table: &Table, row: &[Datum]) -> String {
    const SHOWN_BYTES: usize = 64;
    let texts: Vec<String> = table
        .columns
        .iter()
        .zip(row)
        .filter(|(column, _)| !column.is_hidden())
        .map(|(column, value)| {
            if value.is_null() {
                return "null".to_owned();
            }
            let mut text = value.to_text(column.ty.ty);
            if text.len() > SHOWN_BYTES {
                let mut end = SHOWN_BYTES;
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                text.truncate(end);
                text.push_str("...");
            }
            text
        })
        .collect();
    format!("Failing row contains ({}).", texts.join(", "))
}
