//! The catalog as rows of the system tree.
//!
//! ```text
//! rowid 0                      the next object id
//! rowid = id                   table (1), index (2), sequence (3): its description
//! rowid = id                   view (10), schema (11), type (13), function or trigger (14): its description
//! rowid = id + 2^32            state (4) of the sequence `id`
//! rowid = id + 2^33            comments (12) on the object `id`
//! ```
//!
//! State is apart from the descriptions so that a draw changes no schema version.

use std::sync::Arc;

use crate::base::{Cell, CellWidth, ColumnLayout, ObjectId, PageNo};
use crate::btree::{RowCursor, RowLayout, RowTree};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::page::{PageSink, PageSource};
use crate::pager::{Roots, WriteTxn};

use super::{describe_type, description};

const HEADER: i64 = 0;
const TABLE: i64 = 1;
const INDEX: i64 = 2;
const SEQUENCE: i64 = 3;
const STATE: i64 = 4;
const VIEW: i64 = 10;
const SCHEMA: i64 = 11;
const COMMENTS: i64 = 12;
const TYPE: i64 = 13;
const ROUTINE: i64 = 14;
/// Added to an object's id: where the comments on it are.
const COMMENTS_BASE: i64 = 1 << 33;
/// Added to a sequence's id: where its state is.
const STATE_BASE: i64 = 1 << 32;

fn system_layout(page_size: usize) -> Arc<RowLayout> {
    let columns = vec![ColumnLayout::new(CellWidth::W1, false), ColumnLayout::new(CellWidth::Var, false)];
    Arc::new(RowLayout::new(page_size, columns))
}

/// The tree of the catalog.
pub fn system_tree(source: &dyn PageSource, root: PageNo) -> RowTree {
    RowTree::open(root, system_layout(source.page_size()))
}

/// Reads the whole catalog of a snapshot.
pub fn load_catalog(source: &dyn PageSource, roots: &Roots) -> Result<Catalog> {
    let mut catalog = Catalog { version: roots.schema_version, ..Catalog::default() };
    if roots.catalog_root == PageNo::NONE {
        return Ok(catalog);
    }
    let tree = system_tree(source, roots.catalog_root);
    let mut cursor = RowCursor::new(tree, i64::MIN, i64::MAX, false);
    let mut buffer = Vec::new();
    while let Some(leaf) = cursor.next_leaf(source)? {
        for row in leaf.rows() {
            let kind = match leaf.cell(source, 0, row, &mut buffer)? {
                Cell::Int(kind) => kind,
                Cell::Null | Cell::Wide(_) | Cell::Bytes(_) => return Err(wrong("has no kind")),
            };
            let Cell::Bytes(bytes) = leaf.cell(source, 1, row, &mut buffer)? else {
                return Err(wrong("has no description"));
            };
            load_row(&mut catalog, leaf.rowid(row), kind, bytes)?;
        }
    }
    check(&catalog)?;
    Ok(catalog)
}

/// What the rows of some leaves of the system tree say, for looking into damaged files: what cannot be read is
/// left out, and objects need not know each other.
pub fn salvage_catalog(source: &dyn PageSource, roots: &Roots, leaves: &[PageNo]) -> Catalog {
    let mut catalog = Catalog { version: roots.schema_version, ..Catalog::default() };
    let tree = system_tree(source, roots.catalog_root);
    let mut buffer = Vec::new();
    for view in leaves.iter().filter_map(|no| tree.leaf(source, *no).ok()) {
        for row in view.rows() {
            let Ok(Cell::Int(kind)) = view.cell(source, 0, row, &mut buffer) else { continue };
            if let Ok(Cell::Bytes(bytes)) = view.cell(source, 1, row, &mut buffer) {
                // A description that cannot be read is one table less, and all others are there.
                let _ = load_row(&mut catalog, view.rowid(row), kind, bytes);
            }
        }
    }
    catalog
}

fn load_row(catalog: &mut Catalog, rowid: i64, kind: i64, bytes: &[u8]) -> Result<()> {
    if rowid == HEADER {
        catalog.next_id = description::decode_header(bytes)?;
        return Ok(());
    }
    if kind == STATE {
        return Ok(());
    }
    let rowid = if kind == COMMENTS { rowid - COMMENTS_BASE } else { rowid };
    let id = ObjectId(u32::try_from(rowid).map_err(|_| wrong("has a number out of range"))?);
    match kind {
        TABLE => drop(catalog.put_table(description::decode_table(id, bytes)?)),
        INDEX => drop(catalog.indexes.insert(id, Arc::new(description::decode_index(id, bytes)?))),
        SEQUENCE => drop(catalog.put_sequence(description::decode_sequence(id, bytes)?)),
        VIEW => drop(catalog.put_view(description::decode_view(id, bytes)?)),
        TYPE => catalog.put_type(describe_type::decode_type(id, bytes)?),
        ROUTINE => catalog.put_routine(describe_type::decode_routine(id, bytes)?),
        SCHEMA => catalog.put_schema(description::decode_schema(id, bytes)?),
        COMMENTS => {
            drop(catalog.comments.insert(id, Arc::new(description::decode_comments(bytes)?)));
        }
        other => return Err(wrong(&format!("is of kind {other}, unknown to this version of DecentDB"))),
    }
    Ok(())
}

fn wrong(what: &str) -> Error {
    Error::corrupt(format!("a row of the system catalog {what}"))
}

/// Objects must know each other: what refers to nothing would fail far from its cause.
fn check(catalog: &Catalog) -> Result<()> {
    for table in catalog.tables.values() {
        let lost = |what: &str| Err(wrong(&format!("describes table \"{}\", {what}", table.name)));
        for index in &table.indexes {
            match catalog.indexes.get(index) {
                Some(found) if found.table == table.id => {}
                _ => return lost("whose index is missing"),
            }
        }
        for (_, _, index) in table.keys() {
            if index.is_some_and(|index| !table.indexes.contains(&index)) {
                return lost("whose key has no index");
            }
        }
        for (_, key) in table.foreign_keys() {
            match catalog.tables.get(&key.parent) {
                Some(parent) if key.parent_columns.iter().all(|column| *column < parent.columns.len()) => {}
                _ => return lost("which refers to a table or column that is missing"),
            }
        }
        for identity in table.columns.iter().filter_map(|column| column.identity) {
            if !catalog.sequences.contains_key(&identity.sequence) {
                return lost("whose identity sequence is missing");
            }
        }
    }
    for routine in catalog.routines.values() {
        let is_there = routine.table.is_none_or(|table| catalog.tables.contains_key(&table))
            && routine.function.is_none_or(|function| catalog.routines.contains_key(&function));
        if !is_there {
            return Err(wrong(&format!("describes trigger \"{}\" of something missing", routine.name)));
        }
    }
    for index in catalog.indexes.values() {
        match catalog.tables.get(&index.table) {
            Some(table)
                if table.indexes.contains(&index.id)
                    && index
                        .keys
                        .iter()
                        .map(|key| &key.column)
                        .chain(&index.predicate)
                        .chain(&index.include)
                        .all(|at| *at < table.columns.len()) => {}
            _ => return Err(wrong(&format!("describes index \"{}\" of a table that lacks it", index.name))),
        }
    }
    Ok(())
}

/// Writes what is new, changed or gone between two catalogs, and counts the schema version up to the new
/// one's.
pub fn save_catalog(txn: &mut WriteTxn, old: &Catalog, new: &Catalog) -> Result<()> {
    if txn.roots().catalog_root == PageNo::NONE {
        let layout = system_layout(txn.page_size());
        let root = RowTree::create(txn, layout)?.root();
        txn.set_catalog_root(root);
    }
    let tree = system_tree(txn, txn.roots().catalog_root);
    let rowid = |id: ObjectId| i64::from(id.0);
    put(txn, &tree, HEADER, HEADER, &description::encode_header(new.next_id))?;
    for (id, table) in &new.tables {
        if old.tables.get(id).is_none_or(|before| !Arc::ptr_eq(before, table)) {
            put(txn, &tree, rowid(*id), TABLE, &description::encode_table(table))?;
        }
    }
    for (id, index) in &new.indexes {
        if old.indexes.get(id).is_none_or(|before| !Arc::ptr_eq(before, index)) {
            put(txn, &tree, rowid(*id), INDEX, &description::encode_index(index))?;
        }
    }
    for (id, sequence) in &new.sequences {
        if old.sequences.get(id).is_none_or(|before| !Arc::ptr_eq(before, sequence)) {
            put(txn, &tree, rowid(*id), SEQUENCE, &description::encode_sequence(sequence))?;
        }
    }
    for (id, view) in &new.views {
        if old.views.get(id).is_none_or(|before| !Arc::ptr_eq(before, view)) {
            put(txn, &tree, rowid(*id), VIEW, &description::encode_view(view))?;
        }
    }
    for (id, schema) in &new.schemas {
        if old.schemas.get(id).is_none_or(|before| !Arc::ptr_eq(before, schema)) {
            put(txn, &tree, rowid(*id), SCHEMA, &description::encode_schema(schema))?;
        }
    }
    for (id, ty) in &new.types {
        if old.types.get(id).is_none_or(|before| !Arc::ptr_eq(before, ty)) {
            put(txn, &tree, rowid(*id), TYPE, &describe_type::encode_type(ty))?;
        }
    }
    for (id, routine) in &new.routines {
        if old.routines.get(id).is_none_or(|before| !Arc::ptr_eq(before, routine)) {
            put(txn, &tree, rowid(*id), ROUTINE, &describe_type::encode_routine(routine))?;
        }
    }
    for id in old.routines.keys().filter(|id| !new.routines.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
    }
    for id in old.types.keys().filter(|id| !new.types.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
    }
    for (id, comments) in &new.comments {
        if old.comments.get(id).is_none_or(|before| !Arc::ptr_eq(before, comments)) {
            let bytes = description::encode_comments(comments);
            put(txn, &tree, rowid(*id) + COMMENTS_BASE, COMMENTS, &bytes)?;
        }
    }
    for id in old.views.keys().filter(|id| !new.views.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
    }
    for id in old.schemas.keys().filter(|id| !new.schemas.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
    }
    for id in old.comments.keys().filter(|id| !new.comments.contains_key(id)) {
        tree.remove(txn, rowid(*id) + COMMENTS_BASE)?;
    }
    for id in old.tables.keys().filter(|id| !new.tables.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
    }
    for id in old.indexes.keys().filter(|id| !new.indexes.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
    }
    for id in old.sequences.keys().filter(|id| !new.sequences.contains_key(id)) {
        tree.remove(txn, rowid(*id))?;
        tree.remove(txn, rowid(*id) + STATE_BASE)?;
    }
    while txn.roots().schema_version < new.version {
        txn.bump_schema_version();
    }
    Ok(())
}

fn put(sink: &mut dyn PageSink, tree: &RowTree, rowid: i64, kind: i64, bytes: &[u8]) -> Result<()> {
    tree.remove(sink, rowid)?;
    tree.insert(sink, rowid, &[Cell::Int(kind), Cell::Bytes(bytes)])?;
    Ok(())
}

/// The stored state of a sequence: `None` if nobody drew from it yet.
pub fn read_sequence_state(
    source: &dyn PageSource,
    roots: &Roots,
    sequence: ObjectId,
) -> Result<Option<Option<i64>>> {
    if roots.catalog_root == PageNo::NONE {
        return Ok(None);
    }
    let tree = system_tree(source, roots.catalog_root);
    let Some(row) = tree.get(source, i64::from(sequence.0) + STATE_BASE)? else { return Ok(None) };
    let mut buffer = Vec::new();
    match row.cell(source, 1, &mut buffer)? {
        Cell::Bytes(bytes) => description::decode_state(bytes).map(Some),
        Cell::Null | Cell::Int(_) | Cell::Wide(_) => Err(wrong("has no state")),
    }
}

/// Writes the state of a sequence.
pub fn write_sequence_state(txn: &mut WriteTxn, sequence: ObjectId, next: Option<i64>) -> Result<()> {
    let root = txn.roots().catalog_root;
    if root == PageNo::NONE {
        return Err(Error::internal("a sequence without a catalog was drawn from"));
    }
    let tree = system_tree(txn, root);
    put(txn, &tree, i64::from(sequence.0) + STATE_BASE, STATE, &description::encode_state(next))
}
