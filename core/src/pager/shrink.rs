//! Pages moved from the end of the file to free pages before it, and the end given up.
//!
//! Knows nothing of trees: they say which pages there are to move, and name the new ones (see
//! `btree::relocate`). The file itself becomes shorter at the next checkpoint.
//!
//! ```text
//! cut_free_end   free list anew, ascending; free pages at the end leave list and file
//! Mover          page past `limit` -> free page up to `limit`; the old ones are freed by `finish`
//! ```
//!
//! X1  A page past the limit is moved only to one up to it: no step makes the file longer but by pages its
//!     trees need anew.
//! X2  What a commit has given up is needed by older snapshots only: they have it in the log, or in the file,
//!     which keeps its end until no slot of the meta page names it (H5).

use std::sync::Arc;

use crate::base::PageNo;
use crate::error::{Error, Result};
use crate::page::{PageMover, PageRef, PageSink, PageSource, free_list};

use super::WriteTxn;
use super::verify::free_pages;
use super::write::zeroed;

impl WriteTxn {
    /// Writes the free list anew, so that the lowest pages are handed out first, and gives up the free pages
    /// at the end of the file; answers how many. To be called before anything else is changed.
    ///
    /// # Errors
    /// XX001 when the free list is damaged.
    pub fn cut_free_end(&mut self) -> Result<u32> {
        if self.roots.free_count == 0 {
            return Ok(0);
        }
        let found = free_pages(self, &self.roots);
        if let Some(problem) = found.problems.into_iter().next() {
            return Err(problem);
        }
        let last = found.is_free.iter().skip(1).rposition(|free| !free).map_or(0, |at| at + 1);
        let before = self.roots.page_count;
        let kept = u32::try_from(last).map_err(|_| Error::internal("pages are counted in 32 bits"))?;
        let free: Vec<PageNo> = (1..=kept)
            .rev()
            .map(PageNo)
            .filter(|no| usize::try_from(no.0).is_ok_and(|at| found.is_free.get(at) == Some(&true)))
            .collect();
        self.roots.page_count = kept;
        self.roots.free_head = PageNo::NONE;
        self.roots.free_count = u32::try_from(free.len()).unwrap_or(u32::MAX);
        let mut rest = &free[..];
        while let Some((trunk, others)) = rest.split_first() {
            let (listed, after) =
                others.split_at(others.len().min(free_list::trunk_capacity(self.page_size())));
            let mut image = zeroed(self.page_size());
            let bytes = Arc::make_mut(&mut image);
            free_list::write_empty_trunk(bytes, self.roots.free_head);
            for (count, no) in listed.iter().enumerate() {
                free_list::push_entry(bytes, free_list::Trunk { next: self.roots.free_head, count }, *no);
            }
            self.replace(*trunk, image)?;
            self.roots.free_head = *trunk;
            rest = after;
        }
        Ok(before - kept)
    }

    /// Takes up to `wanted` pages up to `limit` from wherever they are on the free list.
    fn take_free_below(&mut self, limit: u32, wanted: usize) -> Result<Vec<PageNo>> {
        let mut taken = Vec::new();
        let mut before = PageNo::NONE;
        let mut at = self.roots.free_head;
        let mut seen = 0;
        while at != PageNo::NONE && taken.len() < wanted {
            seen += 1;
            if seen > self.roots.free_count || at.0 > self.roots.page_count {
                return Err(Error::corrupt("the free list does not end"));
            }
            let page = self.page(at)?;
            let trunk = free_list::read_trunk(&page, at)?;
            let mut low = Vec::new();
            for index in (0..trunk.count).rev() {
                let no = free_list::trunk_entry(&page, at, index)?;
                if no.0 <= limit && taken.len() + low.len() < wanted {
                    low.push((index, no));
                }
            }
            drop(page);
            let left = trunk.count - low.len();
            if !low.is_empty() {
                let bytes = self.page_mut(at)?;
                // From the last on: what takes an entry's place has been looked at.
                for (done, (index, no)) in low.into_iter().enumerate() {
                    free_list::remove_entry(
                        bytes,
                        free_list::Trunk { count: trunk.count - done, ..trunk },
                        index,
                    );
                    taken.push(no);
                }
            }
            if left == 0 && at.0 <= limit && taken.len() < wanted {
                match before {
                    PageNo::NONE => self.roots.free_head = trunk.next,
                    before => free_list::set_next(self.page_mut(before)?, trunk.next),
                }
                taken.push(at);
            } else {
                before = at;
            }
            at = trunk.next;
        }
        self.roots.free_count -= u32::try_from(taken.len()).unwrap_or(0);
        Ok(taken)
    }
}

/// Moves pages past a limit to free pages up to it, inside a write transaction.
pub struct Mover<'t> {
    txn: &'t mut WriteTxn,
    limit: u32,
    /// Where pages may go.
    spare: Vec<PageNo>,
    /// Where they were.
    left: Vec<PageNo>,
    is_short: bool,
}

impl<'t> Mover<'t> {
    /// A mover with room for at most `wanted` pages. To be made before anything else is changed.
    pub fn new(txn: &'t mut WriteTxn, limit: u32, wanted: usize) -> Result<Mover<'t>> {
        let spare = txn.take_free_below(limit, wanted)?;
        Ok(Mover { txn, limit, spare, left: Vec::new(), is_short: false })
    }

    /// Whether there is no free page up to the limit left.
    pub fn is_full(&self) -> bool {
        self.spare.is_empty()
    }

    /// Whether a page that was to move stayed for want of room.
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    /// Frees the pages that were left, and those not needed; answers how many pages were moved.
    pub fn finish(self) -> Result<u32> {
        for no in self.left.iter().chain(&self.spare) {
            self.txn.free(*no)?;
        }
        Ok(u32::try_from(self.left.len()).unwrap_or(u32::MAX))
    }
}

impl PageSource for Mover<'_> {
    fn page_size(&self) -> usize {
        self.txn.page_size()
    }

    fn page(&self, no: PageNo) -> Result<PageRef> {
        self.txn.page(no)
    }
}

impl PageSink for Mover<'_> {
    fn page_mut(&mut self, no: PageNo) -> Result<&mut [u8]> {
        self.txn.page_mut(no)
    }

    fn allocate(&mut self) -> Result<PageNo> {
        match self.spare.pop() {
            Some(no) => {
                let image = zeroed(self.txn.page_size());
                self.txn.replace(no, image)?;
                Ok(no)
            }
            None => self.txn.allocate(),
        }
    }

    fn free(&mut self, no: PageNo) -> Result<()> {
        self.txn.free(no)
    }
}

impl PageMover for Mover<'_> {
    fn move_page(&mut self, no: PageNo) -> Result<Option<PageNo>> {
        if no.0 <= self.limit {
            return Ok(None);
        }
        let Some(to) = self.spare.pop() else {
            self.is_short = true;
            return Ok(None);
        };
        let image = self.txn.page(no)?;
        self.txn.replace(to, image)?;
        self.left.push(no);
        Ok(Some(to))
    }
}
