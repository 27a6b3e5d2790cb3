//! Which trees there are to move pages of, in which order, and who names their roots.
//!
//! The system tree comes last: moving the root of another tree changes its description there.

use crate::base::{ObjectId, PageNo};
use crate::btree::{KeyTree, PageSource, RowTree};
use crate::catalog::{Catalog, Index, Table};
use crate::error::Result;
use crate::pager::{Mover, Roots, WriteTxn};

use super::catalog::system_tree;
use super::save_catalog;
use super::table::TableShape;

/// A tree of the file, in the order in which they are moved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TreeId {
    /// The rows of a table.
    Table(ObjectId),
    /// An index.
    Index(ObjectId),
    /// The catalog.
    System,
}

/// How far the pages of a tree have been moved: the next leaf.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TreePlace {
    /// Nothing was moved, nor the root.
    Root,
    /// The first leaf.
    First,
    /// The leaf of this rowid.
    Row(i64),
    /// The leaf of this entry.
    Key(Vec<u8>),
}

enum Tree {
    Rows(RowTree),
    Keys(KeyTree),
}

/// The tree after `last`, or the first.
pub fn next_tree(catalog: &Catalog, last: Option<TreeId>) -> Option<TreeId> {
    let tables = catalog.tables.keys().map(|id| TreeId::Table(*id));
    let indexes = catalog.indexes.keys().map(|id| TreeId::Index(*id));
    tables.chain(indexes).chain([TreeId::System]).filter(|tree| last.is_none_or(|last| *tree > last)).min()
}

/// The tree, unless it is gone.
fn open(source: &dyn PageSource, roots: &Roots, catalog: &Catalog, id: TreeId) -> Option<Tree> {
    match id {
        TreeId::Table(id) => {
            let table = catalog.tables.get(&id)?;
            Some(Tree::Rows(TableShape::new(table, source.page_size()).tree))
        }
        TreeId::Index(id) => Some(Tree::Keys(KeyTree::open(catalog.indexes.get(&id)?.root))),
        TreeId::System => {
            let root = roots.catalog_root;
            (root != PageNo::NONE).then(|| Tree::Rows(system_tree(source, root)))
        }
    }
}

/// Moves the root of a tree, with the description that names it; the catalog as it is then, when it did move.
/// At most `pages_max` pages are changed.
pub fn move_root(
    txn: &mut WriteTxn,
    catalog: &Catalog,
    id: TreeId,
    limit: u32,
    pages_max: usize,
) -> Result<Option<Catalog>> {
    let roots = *txn.roots();
    let Some(tree) = open(txn, &roots, catalog, id) else { return Ok(None) };
    let old = match &tree {
        Tree::Rows(tree) => tree.root(),
        Tree::Keys(tree) => tree.root(),
    };
    if old.0 <= limit {
        return Ok(None);
    }
    let mut mover = Mover::new(txn, limit, 1)?;
    let moved = match tree {
        Tree::Rows(tree) => tree.move_root(&mut mover, pages_max)?.map(|tree| tree.root()),
        Tree::Keys(tree) => tree.move_root(&mut mover, pages_max)?.map(|tree| tree.root()),
    };
    mover.finish()?;
    let Some(root) = moved else { return Ok(None) };
    if id == TreeId::System {
        txn.set_catalog_root(root);
        return Ok(Some(catalog.clone()));
    }
    let mut next = catalog.next_version();
    match id {
        TreeId::Table(id) => {
            if let Some(table) = catalog.tables.get(&id) {
                next.put_table(Table { root, ..(**table).clone() });
            }
        }
        TreeId::Index(id) => {
            if let Some(index) = catalog.indexes.get(&id) {
                next.put_index(Index { root, ..(**index).clone() });
            }
        }
        TreeId::System => {}
    }
    save_catalog(txn, catalog, &next)?;
    Ok(Some(next))
}

/// Moves pages of a tree's next leaves from `place` on, at most `leaves` of them; answers where to go on,
/// `None` when the tree is done. It stays at a leaf whose pages did not all find room.
pub fn relocate(
    mover: &mut Mover<'_>,
    roots: &Roots,
    catalog: &Catalog,
    id: TreeId,
    place: TreePlace,
    leaves: u32,
) -> Result<Option<TreePlace>> {
    let Some(tree) = open(mover, roots, catalog, id) else { return Ok(None) };
    let mut place = place;
    for _ in 0..leaves {
        let next = match &tree {
            Tree::Rows(tree) => {
                let from = if let TreePlace::Row(from) = place { from } else { i64::MIN };
                tree.relocate(mover, from)?.map(TreePlace::Row)
            }
            Tree::Keys(tree) => {
                let from = if let TreePlace::Key(from) = &place { &from[..] } else { &[] };
                tree.relocate(mover, from)?.map(TreePlace::Key)
            }
        };
        if mover.is_short() {
            break;
        }
        match next {
            Some(next) => place = next,
            None => return Ok(None),
        }
    }
    Ok(Some(place))
}
