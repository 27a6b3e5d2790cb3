//! Trees move their pages towards the beginning of the file, from the root down, leaf by leaf.
//!
//! Which pages move, and where to, the mover decides; here everything that names a moved page is made to name
//! the new one.
//!
//! ```text
//! relocate(from):  root -> child moved? -> its parent names the new page -> .. -> leaf -> its values out of line
//! move_root:       the root's content to a new page, and its number into every page of the tree
//! ```
//!
//! R1  A page is named by one page only (its parent, a row, a run list): after a step the tree is whole.
//! R2  Every page of a tree names its root (T3 of the trees): so a root moves in one transaction with a
//!     change of every page, and only when whoever names the root can be changed too.

use crate::base::limits::TREE_DEPTH_MAX;
use crate::base::{CellWidth, PageNo};
use crate::error::{Error, Result};
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF};
use crate::page::key_page::{self, KeyPage};
use crate::page::row_interior::{self, RowInterior};
use crate::page::row_leaf::RowLeaf;
use crate::page::{PageMover, PageSource};

use super::KeyTree;
use super::overflow;
use super::row_tree::{RowTree, check_level};

impl RowTree {
    /// Moves what is to move of the pages on the way to the leaf of `from`, of that leaf and of its values
    /// out of line; the root stays. Answers where the next leaf begins.
    pub fn relocate(&self, mover: &mut dyn PageMover, from: i64) -> Result<Option<i64>> {
        let mut next = None;
        let mut no = self.root;
        let mut level = None;
        while level != Some(0) {
            let page = mover.page(no)?;
            if page[KIND_AT] == KIND_ROW_LEAF {
                check_level(&page, 0, level)?;
                break;
            }
            let interior = RowInterior::open(&page)?;
            check_level(&page, interior.level(), level)?;
            let at = interior.find(from);
            if at + 1 < interior.count() {
                next = Some(interior.key(at));
            }
            let child = interior.child(at);
            level = Some(interior.level() - 1);
            drop(page);
            match mover.move_page(child)? {
                Some(to) => {
                    row_interior::set_child(mover.page_mut(no)?, at, to)?;
                    no = to;
                }
                None => no = child,
            }
        }
        if self.may_have_pointers() {
            self.relocate_values(mover, no)?;
        }
        Ok(next)
    }

    /// Whether a leaf can point to values out of line at all; else it need not be read.
    fn may_have_pointers(&self) -> bool {
        let columns = self.layout.columns();
        columns.len() > self.layout.inline_count()
            || columns.iter().any(|column| column.width == CellWidth::Var)
    }

    fn relocate_values(&self, mover: &mut dyn PageMover, no: PageNo) -> Result<()> {
        let page = mover.page(no)?;
        let pointers = RowLeaf::open(&page, &self.layout)?.pointers()?;
        drop(page);
        for (at, pointer) in pointers {
            if let Some(new) = overflow::relocate_value(mover, &pointer)? {
                let bytes = new.encode();
                mover.page_mut(no)?[at..at + bytes.len()].copy_from_slice(&bytes);
            }
        }
        Ok(())
    }

    /// Moves the root (R2), if the mover will and the tree has at most `pages_max` pages.
    pub fn move_root(&self, mover: &mut dyn PageMover, pages_max: usize) -> Result<Option<RowTree>> {
        let pages = self.tree_pages(&*mover, pages_max)?;
        let moved = move_root(mover, self.root, pages, pages_max)?;
        Ok(moved.map(|root| RowTree::open(root, self.layout.clone())))
    }

    /// Root, interior pages and leaves, as far as `most` of them.
    fn tree_pages(&self, source: &dyn PageSource, most: usize) -> Result<Vec<PageNo>> {
        let mut found = vec![self.root];
        let mut at = 0;
        let mut levels = vec![None];
        while let Some(&no) = found.get(at)
            && found.len() <= most
        {
            let expected: Option<u8> = levels[at];
            at += 1;
            if expected == Some(0) {
                continue;
            }
            let page = source.page(no)?;
            if page[KIND_AT] == KIND_ROW_LEAF {
                check_level(&page, 0, expected)?;
                continue;
            }
            let interior = RowInterior::open(&page)?;
            check_level(&page, interior.level(), expected)?;
            for child in 0..interior.count() {
                found.push(interior.child(child));
                levels.push(Some(interior.level() - 1));
            }
        }
        Ok(found)
    }
}

impl KeyTree {
    /// Moves what is to move of the pages on the way to the leaf of `from` and of that leaf; the root stays.
    /// Answers where the next leaf begins.
    pub fn relocate(&self, mover: &mut dyn PageMover, from: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut next = None;
        let mut no = self.root();
        for _ in 0..TREE_DEPTH_MAX {
            let page = mover.page(no)?;
            let view = KeyPage::open(&page)?;
            if !view.is_interior() {
                return Ok(next);
            }
            let at = view.child_for(from)?;
            if at < view.count() {
                next = Some(view.entry(at)?.key);
            }
            let child = view.child(at)?;
            let above_leaves = view.level() == 1;
            drop(page);
            match mover.move_page(child)? {
                Some(to) => {
                    key_page::set_child(mover.page_mut(no)?, at, to)?;
                    no = to;
                }
                None => no = child,
            }
            if above_leaves {
                return Ok(next);
            }
        }
        Err(Error::corrupt("an index is deeper than any index can be"))
    }

    /// Moves the root (R2), if the mover will and the tree has at most `pages_max` pages.
    pub fn move_root(&self, mover: &mut dyn PageMover, pages_max: usize) -> Result<Option<KeyTree>> {
        let pages = self.pages(&*mover)?;
        Ok(move_root(mover, self.root(), pages, pages_max)?.map(KeyTree::open))
    }
}

fn move_root(
    mover: &mut dyn PageMover,
    root: PageNo,
    pages: Vec<PageNo>,
    pages_max: usize,
) -> Result<Option<PageNo>> {
    if pages.len() > pages_max {
        return Ok(None);
    }
    let Some(to) = mover.move_page(root)? else { return Ok(None) };
    for no in pages {
        // Both kinds of tree name their root at the same place.
        key_page::set_root(mover.page_mut(if no == root { to } else { no })?, to);
    }
    Ok(Some(to))
}
