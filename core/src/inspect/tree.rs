//! Trees walked from their roots: how deep they are, how full, and what of them cannot be read.

use std::collections::BTreeSet;

use crate::base::PageNo;
use crate::btree::RowTree;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF};
use crate::page::key_page::KeyPage;
use crate::page::overflow::data_bytes;
use crate::page::row_interior::RowInterior;
use crate::page::row_leaf::RowLeaf;
use crate::page::{PageSource, Roots};
use crate::store::{self, TableShape};

use super::File;

/// Problems kept for one tree.
const PROBLEMS_MAX: usize = 20;

/// A tree, seen as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TreeSummary {
    /// `table x`, `index y`, or `catalog`.
    pub name: String,
    /// Its root.
    pub root: PageNo,
    /// Storeys: 1 is a lone leaf.
    pub depth: u32,
    /// Interior pages.
    pub interior_pages: u64,
    /// Leaves.
    pub leaf_pages: u64,
    /// Pages of values out of line, without their lists.
    pub value_pages: u64,
    /// Rows or entries.
    pub entries: u64,
    /// Bytes in use in the leaves.
    pub used_bytes: u64,
    /// What could not be read, in words.
    pub problems: Vec<String>,
}

impl TreeSummary {
    /// How full the leaves are, in percent.
    pub fn fill_percent(&self, page_size: usize) -> u64 {
        let room = self.leaf_pages.saturating_mul(u64::try_from(page_size).unwrap_or(u64::MAX));
        (self.used_bytes * 100).checked_div(room).unwrap_or(0)
    }

    fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(what);
        }
    }
}

/// The leaves of a row tree that are reached from its root, and whether some are not.
pub(super) struct Reached {
    pub(super) leaves: Vec<PageNo>,
    pub(super) pages: BTreeSet<PageNo>,
    pub(super) problems: Vec<String>,
    pub(super) depth: u32,
}

/// Walks a row tree, going on where it can.
pub(super) fn reach(source: &dyn PageSource, root: PageNo) -> Reached {
    let mut out = Reached { leaves: Vec::new(), pages: BTreeSet::new(), problems: Vec::new(), depth: 0 };
    let mut stack = vec![(root, 1)];
    while let Some((no, depth)) = stack.pop() {
        if !out.pages.insert(no) {
            out.problems.push(format!("page {no} is used twice"));
            continue;
        }
        out.depth = out.depth.max(depth);
        let page = match source.page(no) {
            Ok(page) => page,
            Err(error) => {
                out.problems.push(error.message().to_owned());
                continue;
            }
        };
        if page[KIND_AT] == KIND_ROW_LEAF {
            out.leaves.push(no);
            continue;
        }
        match RowInterior::open(&page) {
            // Backwards, so that leaves come in their order.
            Ok(view) => stack.extend((0..view.count()).rev().map(|at| (view.child(at), depth + 1))),
            Err(error) => out.problems.push(error.message().to_owned()),
        }
    }
    out
}

impl File {
    /// The catalog, or what of it can be read.
    pub fn catalog(&self) -> Catalog {
        let roots: &Roots = self.roots();
        match store::load_catalog(self, roots) {
            Ok(catalog) => catalog,
            Err(_) => store::salvage_catalog(self, roots, &self.leaves(roots.catalog_root)),
        }
    }

    /// Every tree: the catalog's, then tables with their indexes.
    pub fn trees(&self) -> Vec<TreeSummary> {
        let catalog = self.catalog();
        let mut out = Vec::new();
        if self.roots().catalog_root != PageNo::NONE {
            out.push(self.rows("catalog".to_owned(), &store::system_tree(self, self.roots().catalog_root)));
        }
        for table in catalog.tables.values() {
            let tree = TableShape::new(table, self.page_size()).tree;
            out.push(self.rows(format!("table {}", table.name), &tree));
            for index in catalog.indexes.values().filter(|index| index.table == table.id) {
                out.push(self.keys(format!("index {}", index.name), index.root));
            }
        }
        out
    }

    fn rows(&self, name: String, tree: &RowTree) -> TreeSummary {
        let reached = reach(self, tree.root());
        let mut out = TreeSummary { name, root: tree.root(), depth: reached.depth, ..TreeSummary::default() };
        out.leaf_pages = reached.leaves.len() as u64;
        out.interior_pages = (reached.pages.len() - reached.leaves.len()) as u64;
        reached.problems.into_iter().for_each(|problem| out.problem(problem));
        for no in reached.leaves {
            let counted = self.page(no).and_then(|page| -> Result<()> {
                let leaf = RowLeaf::open(&page, tree.layout())?;
                out.entries += leaf.count() as u64;
                out.used_bytes += leaf.live_bytes() as u64;
                for (_, pointer) in leaf.pointers()? {
                    let bytes = data_bytes(self.page_size()) as u64;
                    out.value_pages += u64::from(pointer.length).div_ceil(bytes);
                }
                Ok(())
            });
            if let Err(error) = counted {
                out.problem(error.message().to_owned());
            }
        }
        out
    }

    fn keys(&self, name: String, root: PageNo) -> TreeSummary {
        let mut out = TreeSummary { name, root, ..TreeSummary::default() };
        let mut seen = BTreeSet::new();
        let mut stack = vec![(root, 1)];
        while let Some((no, depth)) = stack.pop() {
            if !seen.insert(no) {
                out.problem(format!("page {no} is used twice"));
                continue;
            }
            out.depth = out.depth.max(depth);
            let visited = self.page(no).and_then(|page| -> Result<()> {
                let view = KeyPage::open(&page)?;
                if view.is_interior() {
                    out.interior_pages += 1;
                    for at in (0..=view.count()).rev() {
                        stack.push((view.child(at)?, depth + 1));
                    }
                } else {
                    out.leaf_pages += 1;
                    out.entries += view.count() as u64;
                    out.used_bytes += view.used_bytes() as u64;
                }
                Ok(())
            });
            if let Err(error) = visited {
                out.problem(error.message().to_owned());
            }
        }
        out
    }
}
