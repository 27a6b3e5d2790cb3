//! Index entries for rows that are there already: gather, sort, fill the tree from the left.

use crate::btree::{KeyTree, RowCursor};
use crate::catalog::{Index, Table};
use crate::error::{Error, Result, SqlState};
use crate::page::{PageSink, PageSource};
use crate::record::decode;
use crate::value::Datum;

use super::key::{IndexShape, describe_key};
use super::table::TableShape;

/// Keys end to end, with where each begins and the row it belongs to: sorting moves the small part only.
#[derive(Default)]
struct Entries {
    bytes: Vec<u8>,
    /// Start, end, rowid, and whether the key has a NULL.
    places: Vec<(usize, usize, i64, bool)>,
}

impl Entries {
    fn key(&self, place: &(usize, usize, i64, bool)) -> &[u8] {
        &self.bytes[place.0..place.1]
    }
}

/// Builds the tree of an index from the rows of its table, into the empty tree at its root. Rows that
/// violate a unique index are 23505, in the words of CREATE INDEX.
pub fn build_index(
    sink: &mut dyn PageSink,
    table: &Table,
    index: &Index,
    memory_bytes_max: usize,
) -> Result<()> {
    let shape = IndexShape::of(std::sync::Arc::new(index.clone()), table)?;
    let mut entries = gather(&*sink, table, &shape, memory_bytes_max)?;
    let mut places = core::mem::take(&mut entries.places);
    places.sort_unstable_by(|a, b| entries.key(a).cmp(entries.key(b)).then(a.2.cmp(&b.2)));
    if index.unique
        && let Some(pair) =
            places.windows(2).find(|pair| !pair[0].3 && entries.key(&pair[0]) == entries.key(&pair[1]))
    {
        return Err(not_unique(&*sink, table, &shape, pair[0].2)?);
    }
    let sorted = places.iter().map(|place| Ok((entries.key(place), place.2)));
    KeyTree::open(index.root).build(sink, sorted).map(|_| ())
}

fn gather(
    source: &dyn PageSource,
    table: &Table,
    shape: &IndexShape,
    memory_bytes_max: usize,
) -> Result<Entries> {
    let rows = TableShape::new(table, source.page_size());
    let mut entries = Entries::default();
    let mut row = vec![Datum::Null; table.columns.len()];
    let mut buffer = Vec::new();
    // Only the columns of the key are read: place in the row, place among the stored ones.
    let wanted: Vec<(usize, usize)> = rows
        .stored
        .iter()
        .enumerate()
        .filter(|(_, ordinal)| {
            shape.index.keys.iter().any(|part| part.column == **ordinal)
                || shape.index.predicate == Some(**ordinal)
        })
        .map(|(at, ordinal)| (*ordinal, at))
        .collect();
    let mut cursor = RowCursor::new(rows.tree.clone(), i64::MIN, i64::MAX, false);
    while let Some(leaf) = cursor.next_leaf(source)? {
        for at in leaf.rows() {
            let rowid = leaf.rowid(at);
            for (ordinal, stored) in &wanted {
                row[*ordinal] = decode(leaf.cell(source, *stored, at, &mut buffer)?, rows.types[*stored])?;
            }
            if let Some(ordinal) = table.rowid_column {
                row[ordinal] = Datum::Int(rowid);
            }
            if !shape.holds(&row) {
                continue;
            }
            let start = entries.bytes.len();
            let has_null = shape.encode_row(&row, &mut entries.bytes);
            entries.places.push((start, entries.bytes.len(), rowid, has_null));
        }
        if entries.bytes.len() + entries.places.len() * 32 > memory_bytes_max {
            return Err(Error::new(
                SqlState::OUT_OF_MEMORY,
                format!(
                    "index \"{}\" is too large to be built in the memory of a statement",
                    shape.index.name
                ),
            )
            .with_hint("Create the index before filling the table, or raise statement_memory_bytes."));
        }
    }
    Ok(entries)
}

fn not_unique(source: &dyn PageSource, table: &Table, shape: &IndexShape, rowid: i64) -> Result<Error> {
    let row = TableShape::new(table, source.page_size())
        .fetch(source, table, rowid)?
        .ok_or_else(|| Error::corrupt("a row gathered for an index is not where it belongs"))?;
    let columns = shape.columns();
    let values: Vec<&Datum> = columns.iter().map(|column| &row[*column]).collect();
    let name = &shape.index.name;
    Ok(Error::new(SqlState::UNIQUE_VIOLATION, format!("could not create unique index \"{name}\""))
        .with_detail(format!("{} is duplicated.", describe_key(table, &columns, &values, false)))
        .with_table(table.schema.clone(), table.name.clone())
        .with_constraint(name.clone()))
}
