//! Pages in memory, for tests: both page traits, checking that pages are not used after they are freed.

use std::sync::Arc;

use crate::base::PageNo;
use crate::error::{Error, Result};
use crate::page::{PageRef, PageSink, PageSource};

#[derive(Clone)]
pub(crate) struct MemoryPages {
    size: usize,
    pages: Vec<Option<PageRef>>,
    free: Vec<u32>,
}

impl MemoryPages {
    pub(crate) fn new(size: usize) -> MemoryPages {
        MemoryPages { size, pages: vec![None], free: Vec::new() }
    }

    /// Pages in use.
    pub(crate) fn used(&self) -> Vec<PageNo> {
        (1u32..).zip(&self.pages[1..]).filter(|(_, page)| page.is_some()).map(|(no, _)| PageNo(no)).collect()
    }
}

fn index(no: PageNo) -> usize {
    usize::try_from(no.0).expect("usize has 32 bits at least")
}

impl PageSource for MemoryPages {
    fn page_size(&self) -> usize {
        self.size
    }

    fn page(&self, no: PageNo) -> Result<PageRef> {
        match self.pages.get(index(no)) {
            Some(Some(page)) => Ok(Arc::clone(page)),
            Some(None) | None => Err(Error::corrupt(format!("page {no} is not in use"))),
        }
    }
}

impl PageSink for MemoryPages {
    fn page_mut(&mut self, no: PageNo) -> Result<&mut [u8]> {
        match self.pages.get_mut(index(no)) {
            Some(Some(page)) => Ok(Arc::make_mut(page)),
            Some(None) | None => Err(Error::corrupt(format!("page {no} is not in use"))),
        }
    }

    fn allocate(&mut self) -> Result<PageNo> {
        let zeros: PageRef = std::iter::repeat_n(0, self.size).collect();
        if let Some(no) = self.free.pop() {
            self.pages[index(PageNo(no))] = Some(zeros);
            return Ok(PageNo(no));
        }
        self.pages.push(Some(zeros));
        Ok(PageNo(u32::try_from(self.pages.len() - 1).expect("tests use few pages")))
    }

    fn free(&mut self, no: PageNo) -> Result<()> {
        match self.pages.get_mut(index(no)) {
            Some(page @ Some(_)) => *page = None,
            Some(None) | None => return Err(Error::corrupt(format!("page {no} is freed twice"))),
        }
        self.free.push(no.0);
        Ok(())
    }
}
