//! The one writer's private pages, and how a part of its work is undone.
//!
//! Nothing here is visible to others: rolling back is dropping this map. A savepoint is a mark with the
//! old image of each page first touched after it, so a statement that touches three pages pays for three.
//!
//! ```text
//! marks      [ mark 1: roots, {7: absent, 9: old image} ] [ mark 2: roots, {7: image at mark 2} ]
//! pages      7: image (saved at 2)    9: image (saved at 1)
//! ```
//!
//! D1  A page's `mark` is the deepest mark that holds its old image (0: none does).
//! D2  Entries leave the map only by rolling back; a freed page stays as "discarded".

use std::sync::Arc;

use crate::base::PageNo;
use crate::base::hash::HashMap;
use crate::page::{PageRef, Roots};

/// A point inside a write transaction to which it can be rolled back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Savepoint(u32);

/// What the transaction did to a page.
#[derive(Clone, Debug)]
pub(super) struct DirtyPage {
    /// The new image; none when the page was freed and its content no longer matters.
    pub(super) image: Option<PageRef>,
    mark: u32,
}

#[derive(Debug)]
struct Mark {
    roots: Roots,
    undo: Vec<(PageNo, Option<DirtyPage>)>,
}

/// All private pages of a write transaction.
#[derive(Debug, Default)]
pub(super) struct DirtyPages {
    pages: HashMap<PageNo, DirtyPage>,
    marks: Vec<Mark>,
}

impl DirtyPages {
    /// The private state of a page, if the transaction touched it.
    #[inline]
    pub(super) fn get(&self, no: PageNo) -> Option<&DirtyPage> {
        self.pages.get(&no)
    }

    /// How many pages the transaction touched.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Takes the images to log out, ascending by page, and forgets everything else.
    pub(super) fn take_images(&mut self) -> Vec<(PageNo, PageRef)> {
        self.marks.clear();
        let mut images: Vec<(PageNo, PageRef)> = std::mem::take(&mut self.pages)
            .into_iter()
            .filter_map(|(no, page)| page.image.map(|image| (no, image)))
            .collect();
        crate::base::order::sort_by_key(&mut images, |(no, _)| *no);
        images
    }

    /// Bytes of a page that is private already, copied first if somebody still holds the old image.
    #[inline]
    pub(super) fn image_mut(&mut self, no: PageNo) -> Option<&mut [u8]> {
        let depth = self.depth();
        let page = self.pages.get_mut(&no)?;
        let image = page.image.as_mut()?;
        if page.mark != depth {
            let old = DirtyPage { image: Some(Arc::clone(image)), mark: page.mark };
            if let Some(mark) = self.marks.last_mut() {
                mark.undo.push((no, Some(old)));
            }
            page.mark = depth;
        }
        Some(Arc::make_mut(image))
    }

    /// Puts a page into the map, or replaces it; `None` discards its content.
    pub(super) fn put(&mut self, no: PageNo, image: Option<PageRef>) {
        let depth = self.depth();
        let new = DirtyPage { image, mark: depth };
        let old = self.pages.insert(no, new);
        let saved = old.as_ref().is_some_and(|page| page.mark == depth);
        if let Some(mark) = self.marks.last_mut()
            && !saved
        {
            mark.undo.push((no, old));
        }
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.marks.len()).expect("savepoints are counted in 32 bits")
    }

    /// Sets a mark.
    pub(super) fn savepoint(&mut self, roots: Roots) -> Savepoint {
        self.marks.push(Mark { roots, undo: Vec::new() });
        Savepoint(self.depth())
    }

    /// Undoes everything since a mark, which stays; answers the roots of then.
    pub(super) fn rollback_to(&mut self, savepoint: Savepoint) -> Option<Roots> {
        if savepoint.0 == 0 || savepoint.0 > self.depth() {
            return None;
        }
        while self.depth() > savepoint.0 {
            self.undo_last();
            self.marks.pop();
        }
        self.undo_last();
        self.marks.last().map(|mark| mark.roots)
    }

    fn undo_last(&mut self) {
        let Some(mark) = self.marks.last_mut() else { return };
        for (no, old) in mark.undo.drain(..).rev() {
            match old {
                Some(old) => self.pages.insert(no, old),
                None => self.pages.remove(&no),
            };
        }
    }

    /// Forgets a mark and those after it; what was done since belongs to the mark before.
    pub(super) fn release(&mut self, savepoint: Savepoint) -> bool {
        if savepoint.0 == 0 || savepoint.0 > self.depth() {
            return false;
        }
        while self.depth() >= savepoint.0 {
            let Some(mark) = self.marks.pop() else { break };
            let outer = self.depth();
            for (no, old) in mark.undo {
                let before = old.as_ref().map_or(0, |page| page.mark);
                if let Some(page) = self.pages.get_mut(&no) {
                    page.mark = outer;
                }
                // The outer mark needs the old image only if it holds none for this page yet (D1).
                if before < outer
                    && let Some(parent) = self.marks.last_mut()
                {
                    parent.undo.push((no, old));
                }
            }
        }
        true
    }
}
