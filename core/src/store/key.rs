//! Index keys of rows, and how the errors about them read.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::base::words::quoted;
use crate::btree::{KeyCursor, KeyTree};
use crate::catalog::{Catalog, Column, Index, Rule, Table};
use crate::error::{Error, Result, SqlState};
use crate::page::PageSource;
use crate::record::key;
use crate::value::{Datum, SqlType};

/// An index with what it takes to make its keys.
#[derive(Clone, Debug)]
pub struct IndexShape {
    /// The index.
    pub index: Arc<Index>,
    /// Its tree.
    pub tree: KeyTree,
    /// The types of its key parts.
    pub types: Vec<SqlType>,
}

/// Whether any of the values is NULL: such a key is equal to no other.
pub fn contains_null<'d>(values: impl IntoIterator<Item = &'d Datum>) -> bool {
    values.into_iter().any(Datum::is_null)
}

impl IndexShape {
    /// The shape of an index of `table`.
    pub fn new(catalog: &Catalog, table: &Table, id: ObjectId) -> Result<IndexShape> {
        let index = catalog
            .indexes
            .get(&id)
            .ok_or_else(|| Error::internal(format!("table \"{}\" has no index {id}", table.name)))?;
        IndexShape::of(Arc::clone(index), table)
    }

    /// The shape of this index.
    pub fn of(index: Arc<Index>, table: &Table) -> Result<IndexShape> {
        let types = index
            .keys
            .iter()
            .map(|part| {
                table
                    .columns
                    .get(part.column)
                    .map(|column| column.ty.ty)
                    .ok_or_else(|| Error::internal("an index has a column its table lacks"))
            })
            .collect::<Result<Vec<SqlType>>>()?;
        let tree = KeyTree::open(index.root);
        Ok(IndexShape { index, tree, types })
    }

    /// Whether a row has an entry.
    pub fn holds(&self, row: &[Datum]) -> bool {
        self.index.predicate.is_none_or(|ordinal| row[ordinal] == Datum::Bool(true))
    }

    /// The key of a row, appended to `out`; whether it is equal to no other key (it has a NULL).
    pub fn encode_row(&self, row: &[Datum], out: &mut Vec<u8>) -> bool {
        let mut has_null = false;
        for (part, ty) in self.index.keys.iter().zip(&self.types) {
            let datum = &row[part.column];
            has_null |= datum.is_null();
            key::encode(out, datum, *ty, part.descending, part.nulls_first);
        }
        has_null
    }

    /// The key of these values of the key parts, in key order, appended to `out`; fewer than all parts
    /// make a prefix.
    pub fn encode_parts<'d>(&self, values: impl IntoIterator<Item = &'d Datum>, out: &mut Vec<u8>) {
        for ((part, ty), datum) in self.index.keys.iter().zip(&self.types).zip(values) {
            key::encode(out, datum, *ty, part.descending, part.nulls_first);
        }
    }

    /// Whether an entry has this whole key.
    pub fn contains_key(&self, source: &dyn PageSource, key: &[u8]) -> Result<bool> {
        self.row_of_key(source, key).map(|rowid| rowid.is_some())
    }

    /// The first row with this whole key.
    pub fn row_of_key(&self, source: &dyn PageSource, key: &[u8]) -> Result<Option<i64>> {
        let mut cursor = KeyCursor::seek(&self.tree, source, key)?;
        Ok(cursor.next(source)?.filter(|(found, _)| *found == key).map(|(_, rowid)| rowid))
    }

    /// Hands over the rows whose keys begin with `prefix`, in key order.
    pub fn rows_of_prefix(
        &self,
        source: &dyn PageSource,
        prefix: &[u8],
        mut take: impl FnMut(i64),
    ) -> Result<()> {
        let mut cursor = KeyCursor::seek(&self.tree, source, prefix)?;
        while let Some((key, rowid)) = cursor.next(source)? {
            if !key.starts_with(prefix) {
                break;
            }
            take(rowid);
        }
        Ok(())
    }

    /// The ordinals of the key parts.
    pub fn columns(&self) -> Vec<usize> {
        self.index.keys.iter().map(|part| part.column).collect()
    }
}

/// `Key (a, b)=(1, x)`: what the details of PostgreSQL's constraint errors begin with. Names are in quotes
/// where SQL needs them, except in those of foreign keys (`plain`).
pub(super) fn describe_key(table: &Table, columns: &[usize], values: &[&Datum], plain: bool) -> String {
    let name = |column: &Column| match &column.generated {
        Some(sql) if column.is_hidden() => sql.clone(),
        _ if plain => column.name.clone(),
        _ => quoted(&column.name),
    };
    let names: Vec<String> =
        columns.iter().filter_map(|column| table.columns.get(*column)).map(name).collect();
    let texts: Vec<String> = columns
        .iter()
        .zip(values)
        .map(|(column, value)| match (value, table.columns.get(*column)) {
            (Datum::Null, _) | (_, None) => "null".to_owned(),
            (value, Some(column)) => value.to_text(column.ty.ty),
        })
        .collect();
    format!("Key ({})=({})", names.join(", "), texts.join(", "))
}

/// 23505 for a row.
pub(super) fn duplicate(table: &Table, constraint: &str, columns: &[usize], row: &[Datum]) -> Error {
    let values: Vec<&Datum> = columns.iter().map(|column| &row[*column]).collect();
    Error::new(
        SqlState::UNIQUE_VIOLATION,
        format!("duplicate key value violates unique constraint \"{constraint}\""),
    )
    .with_detail(format!("{} already exists.", describe_key(table, columns, &values, false)))
    .with_table(table.schema.clone(), table.name.clone())
    .with_constraint(constraint)
}

/// 23505 if two rows have this key of a deferrable constraint.
pub fn duplicated_key(
    catalog: &Catalog,
    source: &dyn PageSource,
    table: &Table,
    constraint: usize,
    key: &[Datum],
) -> Result<Option<Error>> {
    let constraint = &table.constraints[constraint];
    let (Rule::PrimaryKey { columns, index: Some(index) } | Rule::Unique { columns, index: Some(index) }) =
        &constraint.rule
    else {
        return Ok(None);
    };
    let shape = IndexShape::new(catalog, table, *index)?;
    let (mut prefix, mut rows) = (Vec::new(), 0);
    shape.encode_parts(key, &mut prefix);
    shape.rows_of_prefix(source, &prefix, |_| rows += 1)?;
    if rows < 2 {
        return Ok(None);
    }
    let mut row = vec![Datum::Null; table.columns.len()];
    for (column, value) in columns.iter().zip(key) {
        row[*column] = value.clone();
    }
    Ok(Some(duplicate(table, &constraint.name, columns, &row)))
}
