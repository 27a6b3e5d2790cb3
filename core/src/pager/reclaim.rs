//! Pages given back that no tree and no list knows.
//!
//! Knows nothing of trees: whoever does says which pages are used. In a file of ours there is nothing to
//! do here (no transaction leaves a page behind); this is for files that were damaged by something else.

use crate::base::PageNo;
use crate::error::{Error, Result};
use crate::page::PageSink;

use super::WriteTxn;

impl WriteTxn {
    /// Forgets the free list and puts every page on a new one that `is_used` (by page number) does not name.
    /// Answers how many there are.
    ///
    /// # Errors
    /// XX001 when `is_used` does not speak of exactly the pages there are.
    pub fn rebuild_free_list(&mut self, is_used: &[bool]) -> Result<u32> {
        self.check_covers(is_used)?;
        self.roots.free_head = PageNo::NONE;
        self.roots.free_count = 0;
        self.reclaim(is_used)
    }

    /// Puts every page on the free list that `is_kept` (by page number) does not name; answers how many.
    ///
    /// # Errors
    /// XX001 when `is_kept` does not speak of exactly the pages there are.
    pub fn reclaim(&mut self, is_kept: &[bool]) -> Result<u32> {
        self.check_covers(is_kept)?;
        let mut count = 0;
        for (no, _) in (0..).zip(is_kept).skip(1).filter(|(_, kept)| !**kept) {
            self.free(PageNo(no))?;
            count += 1;
        }
        Ok(count)
    }

    fn check_covers(&self, pages: &[bool]) -> Result<()> {
        if u32::try_from(pages.len()) == Ok(self.roots.page_count.saturating_add(1)) {
            return Ok(());
        }
        Err(Error::internal("the pages were counted in another snapshot"))
    }
}
