//! The one write transaction: private pages, free-page bookkeeping, savepoints.

use std::sync::Arc;

use crate::base::{CommitSeq, PageNo, limits};
use crate::error::{Error, Result, SqlState};
use crate::page::free_list;
use crate::page::{PageRef, PageSink, PageSource, Roots};

use super::dirty::{DirtyPages, Savepoint};
use super::options::Durability;
use super::shared::Shared;
use super::writer::Writer;

/// The one write transaction. It sees its own changes; nobody else does before [`WriteTxn::commit`].
/// Dropping it rolls back.
pub struct WriteTxn {
    pub(super) shared: Arc<Shared>,
    pub(super) writer: Option<Box<Writer>>,
    base: CommitSeq,
    base_roots: Roots,
    pub(super) roots: Roots,
    pub(super) dirty: DirtyPages,
}

impl WriteTxn {
    pub(super) fn new(shared: Arc<Shared>, writer: Box<Writer>) -> WriteTxn {
        let (base, roots) = (writer.appended, writer.roots);
        let dirty = DirtyPages::default();
        WriteTxn { shared, writer: Some(writer), base, base_roots: roots, roots, dirty }
    }

    /// The commit this transaction builds on.
    pub fn base(&self) -> CommitSeq {
        self.base
    }

    /// The roots as this transaction has changed them.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Names the catalog's root page.
    pub fn set_catalog_root(&mut self, root: PageNo) {
        self.roots.catalog_root = root;
    }

    /// Notes a change of the schema: plans made before it are stale.
    pub fn bump_schema_version(&mut self) {
        self.roots.schema_version += 1;
    }

    /// Whether there is anything to commit.
    pub fn has_changes(&self) -> bool {
        self.dirty.len() > 0 || self.roots != self.base_roots
    }

    /// Marks this point; marks nest.
    pub fn savepoint(&mut self) -> Savepoint {
        self.dirty.savepoint(self.roots)
    }

    /// Undoes everything after the mark, and the marks after it; the mark itself stays.
    ///
    /// # Panics
    /// If the mark was released: a defect of the caller.
    pub fn rollback_to(&mut self, savepoint: Savepoint) {
        self.roots = self.dirty.rollback_to(savepoint).expect("the savepoint is still set");
    }

    /// Forgets the mark and those after it, keeping what was done.
    ///
    /// # Panics
    /// If the mark was released before: a defect of the caller.
    pub fn release(&mut self, savepoint: Savepoint) {
        assert!(self.dirty.release(savepoint), "the savepoint is still set");
    }

    /// Makes the changes one commit, durable as asked, and visible to readers that begin afterwards.
    pub fn commit(mut self, durability: Durability) -> Result<CommitSeq> {
        let shared = Arc::clone(&self.shared);
        shared.commit(&mut self, durability)
    }

    /// Pages this transaction may still change within its memory limit.
    pub fn pages_left(&self) -> usize {
        (self.shared.options.transaction_bytes_max / self.shared.page_size).saturating_sub(self.dirty.len())
    }

    /// Gives a page this image, whatever it held.
    pub(super) fn replace(&mut self, no: PageNo, image: PageRef) -> Result<()> {
        self.check_limit()?;
        self.dirty.put(no, Some(image));
        Ok(())
    }

    fn check_limit(&self) -> Result<()> {
        let limit = self.shared.options.transaction_bytes_max / self.shared.page_size;
        if self.dirty.len() < limit {
            return Ok(());
        }
        Err(Error::new(SqlState::OUT_OF_MEMORY, "the transaction changes more pages than its memory limit")
            .with_hint("Commit in smaller transactions, or raise transaction_bytes_max."))
    }

    /// Puts `no` on the free list: in the first trunk, or as the new first trunk.
    fn push_free(&mut self, no: PageNo) -> Result<()> {
        let head = self.roots.free_head;
        if head != PageNo::NONE {
            let bytes = self.page_mut(head)?;
            let trunk = free_list::read_trunk(bytes, head)?;
            if free_list::push_entry(bytes, trunk, no) {
                self.dirty.put(no, None);
                return Ok(());
            }
        }
        let mut image = zeroed(self.shared.page_size);
        free_list::write_empty_trunk(Arc::make_mut(&mut image), head);
        self.dirty.put(no, Some(image));
        self.roots.free_head = no;
        Ok(())
    }

    /// Takes a page from the free list.
    fn pop_free(&mut self) -> Result<PageNo> {
        let head = self.roots.free_head;
        let page = self.page(head)?;
        let trunk = free_list::read_trunk(&page, head)?;
        let Some(last) = trunk.count.checked_sub(1) else {
            if trunk.next.0 > self.roots.page_count || trunk.next == head {
                return Err(Error::corrupt(format!("free page {head} links to a page that is not there")));
            }
            self.roots.free_head = trunk.next;
            return Ok(head);
        };
        let no = free_list::trunk_entry(&page, head, last)?;
        if no.0 > self.roots.page_count || no == head {
            return Err(Error::corrupt(format!("free page {head} lists a page that is not there")));
        }
        drop(page);
        free_list::set_count(self.page_mut(head)?, last);
        Ok(no)
    }
}

/// A new page of zeros.
pub(super) fn zeroed(bytes: usize) -> PageRef {
    // One allocation and one copy from a source that stays in the first cache level; collecting an
    // iterator into an `Arc` goes byte by byte.
    static ZEROS: [u8; limits::PAGE_SIZE_MAX as usize] = [0; limits::PAGE_SIZE_MAX as usize];
    Arc::from(&ZEROS[..bytes])
}

impl PageSource for WriteTxn {
    fn page_size(&self) -> usize {
        self.shared.page_size
    }

    fn page(&self, no: PageNo) -> Result<PageRef> {
        match self.dirty.get(no) {
            Some(page) => match &page.image {
                Some(image) => Ok(Arc::clone(image)),
                None => Err(Error::corrupt(format!("page {no} is used after it was freed"))),
            },
            None => self.shared.read_page(no, self.base, self.roots.page_count, None),
        }
    }

    fn will_need(&self, first: PageNo, count: u32) {
        // Pages it has changed are its own; those between are read with the others, which costs little.
        self.shared.read_ahead(first, count, self.base, self.base_roots.page_count, None);
    }
}

impl PageSink for WriteTxn {
    fn page_mut(&mut self, no: PageNo) -> Result<&mut [u8]> {
        if self.dirty.get(no).is_none() {
            self.check_limit()?;
            let committed = self.shared.read_page(no, self.base, self.roots.page_count, None)?;
            self.dirty.put(no, Some(Arc::from(&committed[..])));
        }
        self.dirty
            .image_mut(no)
            .ok_or_else(|| Error::corrupt(format!("page {no} is changed after it was freed")))
    }

    fn allocate(&mut self) -> Result<PageNo> {
        self.check_limit()?;
        let no = if self.roots.free_count > 0 {
            let no = self.pop_free()?;
            self.roots.free_count -= 1;
            no
        } else {
            let next = self.roots.page_count.checked_add(1).ok_or_else(|| {
                Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "the database has as many pages as it can")
            })?;
            self.roots.page_count = next;
            PageNo(next)
        };
        self.dirty.put(no, Some(zeroed(self.shared.page_size)));
        Ok(no)
    }

    fn free(&mut self, no: PageNo) -> Result<()> {
        if no == PageNo::NONE || no.0 > self.roots.page_count {
            return Err(Error::corrupt(format!("page {no} is freed but is not in the file")));
        }
        if self.dirty.get(no).is_some_and(|page| page.image.is_none()) {
            return Err(Error::corrupt(format!("page {no} is freed twice")));
        }
        self.check_limit()?;
        self.push_free(no)?;
        self.roots.free_count += 1;
        Ok(())
    }
}

impl Drop for WriteTxn {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            if self.has_changes() {
                self.shared.counters.rollbacks.add(1);
            }
            self.shared.give_writer_back(writer);
        }
    }
}
