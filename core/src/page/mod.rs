//! Pages as bytes, and the two traits through which trees see them.
//!
//! Pure: nothing here reaches a file. Every decoder is a function from a byte slice to a result.

pub mod bytes;
#[cfg(test)]
pub(crate) mod format_page;
pub mod free_list;
pub mod key_page;
pub mod meta;
pub mod overflow;
pub mod roots;
pub mod row_interior;
pub mod row_layout;
pub mod row_leaf;
pub mod row_leaf_edit;
pub mod row_tail;
pub mod seal;

pub use roots::Roots;

use std::sync::Arc;

use crate::base::PageNo;
use crate::error::Result;

/// An immutable page, shared between readers, the pool and the log.
pub type PageRef = Arc<[u8]>;

/// Where committed or own pages are read from: a snapshot, or the one writer's view.
pub trait PageSource {
    /// Bytes per page.
    fn page_size(&self) -> usize;
    /// A page as this view sees it, its checksum already verified.
    fn page(&self, no: PageNo) -> Result<PageRef>;
    /// Says that `pages` pages from `first` on are about to be asked for, in that order: a source that
    /// reads a file may fetch them in one call. Never fails; what is wrong shows in `page`.
    fn will_need(&self, first: PageNo, pages: u32) {
        let _ = (first, pages);
    }
}

/// Where the one writer changes pages; nothing is visible to others before its commit.
pub trait PageSink: PageSource {
    /// The writer's private copy of a page, made on first touch. Bytes of the common header (checksum,
    /// page number, LSN) are filled in at commit.
    fn page_mut(&mut self, no: PageNo) -> Result<&mut [u8]>;
    /// A fresh private page of zeros: a recycled free page or one past the end.
    fn allocate(&mut self) -> Result<PageNo>;
    /// Gives a page back; it is reused only when no snapshot can see it.
    fn free(&mut self, no: PageNo) -> Result<()>;
}

/// A sink that moves pages towards the beginning of the file, so that its end can be given back.
pub trait PageMover: PageSink {
    /// Moves the content of a page to a free page further down and answers where it is now; `None` when it
    /// stays. Whoever named the page must name the new one from now on.
    fn move_page(&mut self, no: PageNo) -> Result<Option<PageNo>>;
}

/// Bytes at the start of every page that belong to the pager (checksum u32, page number u32, LSN u64):
/// page content starts here.
pub const PAGE_HEADER_BYTES: usize = 16;
