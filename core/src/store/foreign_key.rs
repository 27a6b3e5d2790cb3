//! References between tables: does the parent exist, which children refer to it.
//!
//! Probes are asked in batches at the end of a statement; each keeps what it needs to find rows, so a
//! thousand keys cost a thousand descents and nothing else. Without an index on the children's side their
//! table is read once per batch, whatever the number of keys.

use std::sync::Arc;

use crate::base::hash::HashMap;
use crate::btree::RowCursor;
use crate::catalog::{Catalog, ForeignKey, Rule, Table};
use crate::error::{Error, Result, SqlState};
use crate::page::PageSource;
use crate::record::{decode, key};
use crate::value::{Datum, SqlType, TypeName, cast};

use super::key::{IndexShape, contains_null, describe_key};
use super::table::TableShape;

/// Looks parents up for the rows of a child table.
#[derive(Debug)]
pub struct ParentProbe {
    child: Arc<Table>,
    parent: Arc<Table>,
    name: String,
    reference: ForeignKey,
    types: Vec<Conversion>,
    /// One way for each table that holds rows of the parent.
    by: Vec<ParentPath>,
}

/// From a child column's type to the parent column's, where they differ.
type Conversion = Option<(SqlType, SqlType)>;

#[derive(Debug)]
enum ParentPath {
    /// The parent key is the rowid.
    Rowid(TableShape),
    /// A unique index, and for each of its key parts the place of the value in the reference.
    Index(IndexShape, Vec<usize>),
}

impl ParentProbe {
    /// For the reference at `constraint` of `child`.
    pub fn new(
        catalog: &Catalog,
        child: &Arc<Table>,
        constraint: usize,
        page_size: usize,
    ) -> Result<ParentProbe> {
        let (name, reference) = reference_of(child, constraint)?;
        let parent = table_of(catalog, reference)?;
        let mut by = Vec::new();
        let holders = match parent.partition_key() {
            Some(_) => catalog.holders(&parent),
            None => vec![Arc::clone(&parent)],
        };
        for holder in holders {
            let columns = catalog.same_columns(parent.id, &reference.parent_columns, &holder);
            let columns = columns.ok_or_else(|| Error::internal("a partition lacks a column"))?;
            by.push(if holder.rowid_column.is_some_and(|ordinal| columns == [ordinal]) {
                ParentPath::Rowid(TableShape::new(&holder, page_size))
            } else {
                let (shape, order) = covering_index(catalog, &holder, &columns, true)?.ok_or_else(|| {
                    Error::internal(format!("the parent of constraint \"{name}\" has no unique index"))
                })?;
                ParentPath::Index(shape, order)
            });
        }
        Ok(ParentProbe {
            child: Arc::clone(child),
            types: conversions(child, &reference.columns, &parent, &reference.parent_columns),
            parent,
            name: name.to_owned(),
            reference: reference.clone(),
            by,
        })
    }

    /// The values of a child row that refer, or `None` when it refers to nothing (a NULL; under MATCH FULL
    /// all NULL). MATCH FULL with some NULL is 23503.
    pub fn key_of(&self, row: &[Datum]) -> Result<Option<Vec<Datum>>> {
        let values: Vec<Datum> = self.reference.columns.iter().map(|column| row[*column].clone()).collect();
        if !contains_null(&values) {
            return Ok(Some(values));
        }
        if self.reference.match_full && !values.iter().all(Datum::is_null) {
            return Err(self
                .violated()
                .with_detail("MATCH FULL does not allow mixing of null and nonnull key values."));
        }
        Ok(None)
    }

    /// Whether the parent of these values (in the reference's order, none NULL) exists.
    pub fn exists(&self, source: &dyn PageSource, values: &[Datum]) -> Result<bool> {
        let Some(values) = converted(values, &self.types)? else { return Ok(false) };
        for path in &self.by {
            let found = match path {
                ParentPath::Rowid(shape) => match values.first() {
                    Some(Datum::Int(rowid)) => shape.tree.get(source, *rowid)?.is_some(),
                    _ => return Err(Error::internal("a reference to an integer key has another kind")),
                },
                ParentPath::Index(shape, order) => {
                    let mut bytes = Vec::new();
                    shape.encode_parts(order.iter().map(|at| &values[*at]), &mut bytes);
                    shape.contains_key(source, &bytes)?
                }
            };
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first of these keys without a parent. They are asked in key order, each distinct one once.
    pub fn first_missing(&self, source: &dyn PageSource, keys: &[Vec<Datum>]) -> Result<Option<usize>> {
        let mut order: Vec<(Vec<u8>, usize)> = Vec::with_capacity(keys.len());
        for (at, values) in keys.iter().enumerate() {
            let mut bytes = Vec::new();
            for (value, column) in values.iter().zip(&self.reference.columns) {
                key::encode(&mut bytes, value, self.child.columns[*column].ty.ty, false, false);
            }
            order.push((bytes, at));
        }
        crate::base::order::sort(&mut order);
        let mut missing: Option<usize> = None;
        let mut at = 0;
        while at < order.len() {
            let first = order[at].1;
            if missing.is_none_or(|other| first < other) && !self.exists(source, &keys[first])? {
                missing = Some(first);
            }
            let key = &order[at].0;
            let same = order[at..].iter().take_while(|(other, _)| other == key).count();
            at += same;
        }
        Ok(missing)
    }

    /// 23503 for values without a parent.
    pub fn violation(&self, values: &[Datum]) -> Error {
        let shown: Vec<&Datum> = values.iter().collect();
        self.violated().with_detail(format!(
            "{} is not present in table \"{}\".",
            describe_key(&self.child, &self.reference.columns, &shown, true),
            self.parent.name
        ))
    }

    fn violated(&self) -> Error {
        Error::new(
            SqlState::FOREIGN_KEY_VIOLATION,
            format!(
                "insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                self.child.name, self.name
            ),
        )
        .with_table(self.child.schema.clone(), self.child.name.clone())
        .with_constraint(self.name.clone())
    }
}

/// Looks children up for the rows of a parent table.
#[derive(Debug)]
pub struct ChildProbe {
    child: Arc<Table>,
    parent: Arc<Table>,
    name: String,
    reference: ForeignKey,
    /// From the parent's types to the child's.
    types: Vec<Conversion>,
    by: ChildPath,
    shape: TableShape,
}

#[derive(Debug)]
enum ChildPath {
    /// The referring column is the child's rowid.
    Rowid,
    /// An index that begins with the referring columns, and for each of its first parts the place of the
    /// value in the reference.
    Index(IndexShape, Vec<usize>),
    /// Nothing: the table is read.
    Scan,
}

impl ChildProbe {
    /// For the reference at `constraint` of `child`.
    pub fn new(
        catalog: &Catalog,
        child: &Arc<Table>,
        constraint: usize,
        page_size: usize,
    ) -> Result<ChildProbe> {
        let (name, reference) = reference_of(child, constraint)?;
        let parent = table_of(catalog, reference)?;
        let by = if child.rowid_column.is_some_and(|ordinal| reference.columns == [ordinal]) {
            ChildPath::Rowid
        } else {
            match covering_index(catalog, child, &reference.columns, false)? {
                Some((shape, order)) => ChildPath::Index(shape, order),
                None => ChildPath::Scan,
            }
        };
        Ok(ChildProbe {
            types: conversions(&parent, &reference.parent_columns, child, &reference.columns),
            shape: TableShape::new(child, page_size),
            child: Arc::clone(child),
            parent,
            name: name.to_owned(),
            reference: reference.clone(),
            by,
        })
    }

    /// The child table.
    pub fn child(&self) -> &Arc<Table> {
        &self.child
    }

    /// The reference.
    pub fn reference(&self) -> &ForeignKey {
        &self.reference
    }

    /// The values of a parent row that children may refer to; `None` if one is NULL: nobody can.
    pub fn key_of(&self, row: &[Datum]) -> Option<Vec<Datum>> {
        let values: Vec<Datum> =
            self.reference.parent_columns.iter().map(|column| row[*column].clone()).collect();
        (!contains_null(&values)).then_some(values)
    }

    /// The rows that refer to any of these keys: place of the key, rowid.
    pub fn referring(&self, source: &dyn PageSource, keys: &[Vec<Datum>]) -> Result<Vec<(usize, i64)>> {
        let mut found = Vec::new();
        let mut wanted: HashMap<Vec<u8>, usize> = HashMap::default();
        for (at, values) in keys.iter().enumerate() {
            let Some(values) = converted(values, &self.types)? else { continue };
            match &self.by {
                ChildPath::Rowid => {
                    if let Some(Datum::Int(rowid)) = values.first()
                        && self.shape.tree.get(source, *rowid)?.is_some()
                    {
                        found.push((at, *rowid));
                    }
                }
                ChildPath::Index(shape, order) => {
                    let mut prefix = Vec::new();
                    shape.encode_parts(order.iter().map(|at| &values[*at]), &mut prefix);
                    shape.rows_of_prefix(source, &prefix, |rowid| found.push((at, rowid)))?;
                }
                ChildPath::Scan => {
                    wanted.insert(self.child_key(&values), at);
                }
            }
        }
        if !wanted.is_empty() {
            self.scan(source, &wanted, &mut found)?;
        }
        Ok(found)
    }

    fn child_key(&self, values: &[Datum]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (value, column) in values.iter().zip(&self.reference.columns) {
            key::encode(&mut bytes, value, self.child.columns[*column].ty.ty, false, false);
        }
        bytes
    }

    fn scan(
        &self,
        source: &dyn PageSource,
        wanted: &HashMap<Vec<u8>, usize>,
        found: &mut Vec<(usize, i64)>,
    ) -> Result<()> {
        let mut buffer = Vec::new();
        let mut values = vec![Datum::Null; self.reference.columns.len()];
        let mut cursor = RowCursor::new(self.shape.tree.clone(), i64::MIN, i64::MAX, false);
        while let Some(leaf) = cursor.next_leaf(source)? {
            for row in leaf.rows() {
                let rowid = leaf.rowid(row);
                for (value, column) in values.iter_mut().zip(&self.reference.columns) {
                    *value = match self.shape.stored.iter().position(|ordinal| ordinal == column) {
                        Some(at) => decode(leaf.cell(source, at, row, &mut buffer)?, self.shape.types[at])?,
                        None => Datum::Int(rowid),
                    };
                }
                if contains_null(&values) {
                    continue;
                }
                if let Some(at) = wanted.get(&self.child_key(&values)) {
                    found.push((*at, rowid));
                }
            }
        }
        Ok(())
    }

    /// A row of the child table, whole.
    pub fn fetch(&self, source: &dyn PageSource, rowid: i64) -> Result<Option<Vec<Datum>>> {
        self.shape.fetch(source, &self.child, rowid)
    }

    /// 23503 for a parent key (its values) that is still referred to.
    pub fn violation(&self, values: &[Datum]) -> Error {
        let shown: Vec<&Datum> = values.iter().collect();
        Error::new(
            SqlState::FOREIGN_KEY_VIOLATION,
            format!(
                "update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{}\"",
                self.parent.name, self.name, self.child.name
            ),
        )
        .with_detail(format!(
            "{} is still referenced from table \"{}\".",
            describe_key(&self.parent, &self.reference.parent_columns, &shown, true),
            self.child.name
        ))
        .with_table(self.child.schema.clone(), self.child.name.clone())
        .with_constraint(self.name.clone())
    }
}

fn reference_of(child: &Table, constraint: usize) -> Result<(&str, &ForeignKey)> {
    match child.constraints.get(constraint).map(|constraint| (&constraint.name, &constraint.rule)) {
        Some((name, Rule::ForeignKey(reference))) => Ok((name, reference)),
        _ => Err(Error::internal("a constraint that is no reference was probed")),
    }
}

fn table_of(catalog: &Catalog, reference: &ForeignKey) -> Result<Arc<Table>> {
    catalog
        .tables
        .get(&reference.parent)
        .cloned()
        .ok_or_else(|| Error::internal("the parent of a reference is not in the catalog"))
}

/// An index whose first parts are exactly these columns, in any order (a unique one: all its parts), with
/// the place in `columns` of each part.
fn covering_index(
    catalog: &Catalog,
    table: &Table,
    columns: &[usize],
    unique: bool,
) -> Result<Option<(IndexShape, Vec<usize>)>> {
    for id in &table.indexes {
        let shape = IndexShape::new(catalog, table, *id)?;
        let parts = &shape.index.keys;
        let is_partial = shape.index.predicate.is_some();
        if is_partial
            || parts.len() < columns.len()
            || unique && (!shape.index.unique || parts.len() != columns.len())
        {
            continue;
        }
        let order: Option<Vec<usize>> = parts
            .iter()
            .take(columns.len())
            .map(|part| columns.iter().position(|column| *column == part.column))
            .collect();
        if let Some(order) = order {
            return Ok(Some((shape, order)));
        }
    }
    Ok(None)
}

fn conversions(from: &Table, from_columns: &[usize], to: &Table, to_columns: &[usize]) -> Vec<Conversion> {
    from_columns
        .iter()
        .zip(to_columns)
        .map(|(from_column, to_column)| {
            let (a, b) = (from.columns[*from_column].ty.ty, to.columns[*to_column].ty.ty);
            (a != b).then_some((a, b))
        })
        .collect()
}

/// The values in the other side's types; `None` when one does not fit there, so nothing equals it.
fn converted(values: &[Datum], types: &[Conversion]) -> Result<Option<Vec<Datum>>> {
    let mut out = Vec::with_capacity(values.len());
    for (value, conversion) in values.iter().zip(types) {
        match conversion {
            None => out.push(value.clone()),
            Some((from, to)) => match cast(value, *from, TypeName::plain(*to), false) {
                Ok(value) => out.push(value),
                Err(error) if error.sqlstate() == SqlState::NUMERIC_VALUE_OUT_OF_RANGE => return Ok(None),
                Err(error) => return Err(error),
            },
        }
    }
    Ok(Some(out))
}
