//! Pages in memory without a pager: benches of trees measure trees.

use std::sync::Arc;

use decentdb_core::base::PageNo;
use decentdb_core::btree::{PageRef, PageSink, PageSource};
use decentdb_core::error::{Error, Result};

/// Pages by number, as both page traits.
#[derive(Clone, Debug)]
pub struct ArrayPages {
    size: usize,
    pages: Vec<Option<PageRef>>,
    free: Vec<u32>,
}

impl ArrayPages {
    /// No pages yet, each to have `size` bytes.
    pub fn new(size: usize) -> ArrayPages {
        ArrayPages { size, pages: vec![None], free: Vec::new() }
    }

    /// Pages in use.
    pub fn used(&self) -> usize {
        self.pages.iter().flatten().count()
    }
}

fn index(no: PageNo) -> usize {
    usize::try_from(no.0).unwrap_or(usize::MAX)
}

fn missing(no: PageNo) -> Error {
    Error::corrupt(format!("page {no} is not in use"))
}

impl PageSource for ArrayPages {
    fn page_size(&self) -> usize {
        self.size
    }

    fn page(&self, no: PageNo) -> Result<PageRef> {
        self.pages.get(index(no)).and_then(Option::as_ref).map(Arc::clone).ok_or_else(|| missing(no))
    }
}

impl PageSink for ArrayPages {
    fn page_mut(&mut self, no: PageNo) -> Result<&mut [u8]> {
        self.pages.get_mut(index(no)).and_then(Option::as_mut).map(Arc::make_mut).ok_or_else(|| missing(no))
    }

    fn allocate(&mut self) -> Result<PageNo> {
        let zeros: PageRef = std::iter::repeat_n(0, self.size).collect();
        if let Some(no) = self.free.pop() {
            self.pages[index(PageNo(no))] = Some(zeros);
            return Ok(PageNo(no));
        }
        self.pages.push(Some(zeros));
        u32::try_from(self.pages.len() - 1).map(PageNo).map_err(|_| Error::internal("too many pages"))
    }

    fn free(&mut self, no: PageNo) -> Result<()> {
        let page = self.pages.get_mut(index(no)).ok_or_else(|| missing(no))?;
        page.take().ok_or_else(|| missing(no))?;
        self.free.push(no.0);
        Ok(())
    }
}
