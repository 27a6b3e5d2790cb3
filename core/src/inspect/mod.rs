//! A look inside a file without opening it as a database: nothing is recovered, locked or changed.
//!
//! ```text
//! File::open --> slots()   both meta slots, whatever they are
//!            --> page(no)  one page, decoded: from the log when its newest image is there
//!            --> frames()  every frame of the log: in the chain, whole but not in it, broken
//!            --> trees()   depth, pages and fill of every table and index
//!            --> salvage() rows that can be read, as SQL
//! ```
//!
//! I1  Every function ends and answers, whatever the bytes are: pages are visited once, lengths are bounded by
//!     the files.
//! I2  A file that another process is writing may be seen in the middle of a change: then checks fail here
//!     that do not fail there.

mod page;
mod salvage;
mod tree;
mod wal;

pub use crate::base::PageNo;
pub use crate::page::meta::Slot;
pub use page::{Content, Origin, PageReport};
pub use salvage::SalvageReport;
pub use tree::TreeSummary;
pub use wal::{FrameReport, Validity};

use std::sync::Arc;

use crate::base::hash::HashMap;
use crate::base::{CommitSeq, Lsn};
use crate::env::{Env, FileName, OpenMode, VfsErrorKind, VfsFile};
use crate::error::{Error, Result};
use crate::page::meta::{self, META_BYTES, Meta};
use crate::page::{PageRef, PageSource, Roots, free_list, seal};
use crate::pager::verify::{FreePages, free_pages};
use crate::wal::layout::{WAL_HEADER_BYTES, WalHeader};
use crate::wal::scan::scan;

/// A database file, and its log if there is one, as bytes to look at.
pub struct File {
    db: Box<dyn VfsFile>,
    log: Option<Box<dyn VfsFile>>,
    slots: [(u64, Slot); 2],
    /// The slot that counts.
    meta: Option<Meta>,
    log_header: Option<WalHeader>,
    /// Newest images in the log: LSN, and offset of the frame.
    logged: HashMap<PageNo, (Lsn, u64)>,
    seq: CommitSeq,
    roots: Roots,
    free: FreePages,
    notes: Vec<String>,
}

impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("File").field("seq", &self.seq).field("roots", &self.roots).finish_non_exhaustive()
    }
}

impl File {
    /// Reads the slots, the log and the free list, as far as they can be read.
    ///
    /// # Errors
    /// Only what the host says: damage is noted, see [`File::notes`].
    pub fn open(env: &Env, name: &str) -> Result<File> {
        let name = FileName::new(name)?;
        let db = env.vfs.open(&name, OpenMode::ReadOnly)?;
        let slots =
            [meta::META_A_OFFSET, meta::META_B_OFFSET].map(|offset| (offset, read_slot(&*db, offset)));
        let mut valid = slots.iter().filter_map(|(_, slot)| match slot {
            Slot::Valid(meta) => Some(&**meta),
            Slot::Unsupported(_) | Slot::Damaged | Slot::Foreign => None,
        });
        // B decides, as at opening: A stands in for a B that is damaged.
        let meta = valid.next_back().cloned();
        let log = match env.vfs.open(&name.with_suffix("-wal"), OpenMode::ReadOnly) {
            Ok(log) => Some(log),
            Err(error) if error.kind == VfsErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let mut file = File {
            seq: meta.as_ref().map_or(CommitSeq(0), |meta| meta.checkpoint_seq),
            roots: meta.as_ref().map_or_else(Roots::default, |meta| meta.roots),
            db,
            log,
            slots,
            meta,
            log_header: None,
            logged: HashMap::default(),
            free: FreePages::default(),
            notes: Vec::new(),
        };
        file.read_log()?;
        file.believe_page_count()?;
        file.free = free_pages(&file, &file.roots);
        let problems = file.free.problems.iter().map(|error| error.message().to_owned());
        file.notes.extend(problems);
        Ok(file)
    }

    /// A file of a few pages does not have us look at four thousand million because it says so.
    fn believe_page_count(&mut self) -> Result<()> {
        let Some(meta) = &self.meta else { return Ok(()) };
        let there = self.db.size()? / u64::from(meta.page_size) + self.logged.len() as u64;
        let most = u32::try_from(free_list::pages_at_most(there, meta.page_size)).unwrap_or(u32::MAX);
        let said = self.roots.page_count;
        if said > most {
            self.notes.push(format!("the roots speak of {said} pages, but only {there} are there"));
            self.roots.page_count = most;
        }
        Ok(())
    }

    /// What of the log belongs to the slot that counts.
    fn read_log(&mut self) -> Result<()> {
        let Some(meta) = &self.meta else {
            self.notes.push("neither meta slot is whole: page size and salt are not known".into());
            return Ok(());
        };
        let Some(log) = &self.log else {
            if meta.state == meta::MetaState::Dirty {
                self.notes.push("the database was not closed, and its log is missing".into());
            }
            return Ok(());
        };
        let mut bytes = vec![0; WAL_HEADER_BYTES];
        let header = match log.read_exact_at(&mut bytes, 0) {
            Ok(()) => WalHeader::decode(&bytes),
            Err(error) => Err(error.into()),
        };
        match header {
            Ok(header) => {
                let ours = header.db_uuid == meta.db_uuid
                    && header.wal_uuid == meta.wal_uuid
                    && header.layout.page_size == meta.page_size
                    && header.layout.segment_bytes == meta.wal_segment_bytes;
                if !ours {
                    self.notes
                        .push("the log belongs to another database, or another time of this one".into());
                } else if meta.state == meta::MetaState::Dirty {
                    let found = scan(&**log, header.layout, meta.salt, meta.tail, meta.checkpoint_seq)?;
                    self.seq = found.seq;
                    self.roots = found.roots.unwrap_or(meta.roots);
                    self.logged = found.pages;
                }
                self.log_header = Some(header);
            }
            Err(error) => self.notes.push(format!("the log: {}", error.message())),
        }
        Ok(())
    }

    /// Both meta slots: where they stand and what they are.
    pub fn slots(&self) -> &[(u64, Slot)] {
        &self.slots
    }

    /// The slot that counts, if one is whole.
    pub fn meta(&self) -> Option<&Meta> {
        self.meta.as_ref()
    }

    /// The last whole commit, the log's included.
    pub fn last_commit(&self) -> CommitSeq {
        self.seq
    }

    /// Its roots.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// The free list, as far as it can be read.
    pub fn free(&self) -> &FreePages {
        &self.free
    }

    /// What is wrong with slots, log and free list, in words.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Bytes of the database file, and of the log if there is one.
    pub fn sizes(&self) -> Result<(u64, Option<u64>)> {
        let log = self.log.as_ref().map(|log| log.size()).transpose()?;
        Ok((self.db.size()?, log))
    }

    /// Whether a page is on the free list.
    pub fn is_free(&self, no: PageNo) -> bool {
        usize::try_from(no.0).is_ok_and(|at| self.free.is_free.get(at) == Some(&true))
    }

    /// The last page there may be: of the roots, or of the file where that is longer.
    fn last_page(&self) -> Result<u32> {
        let bytes = self.db.size()?.saturating_sub(meta::PAGES_OFFSET);
        let in_file = bytes / u64::try_from(self.page_size()).unwrap_or(1).max(1);
        Ok(u32::try_from(in_file).unwrap_or(u32::MAX).max(self.roots.page_count))
    }

    /// A page's bytes without a check, and where they are from.
    fn raw_page(&self, no: PageNo) -> Result<(PageRef, Origin)> {
        let Some(meta) = &self.meta else {
            return Err(Error::corrupt("without a meta slot no page can be read"));
        };
        if no == PageNo::NONE {
            return Err(Error::corrupt("there is no page 0"));
        }
        let size = usize::try_from(meta.page_size).unwrap_or(usize::MAX);
        let mut bytes = vec![0; size];
        let origin = match (self.logged.get(&no), &self.log) {
            (Some((_, offset)), Some(log)) => {
                log.read_exact_at(&mut bytes, offset + crate::wal::frame::FRAME_HEADER_BYTES as u64)?;
                Origin::Log(*offset)
            }
            _ => {
                let offset = meta::page_offset(no, size);
                match self.db.read_exact_at(&mut bytes, offset) {
                    Ok(()) => Origin::File(offset),
                    Err(error) if error.kind == VfsErrorKind::ShortIo => {
                        return Err(Error::corrupt(format!("page {no} lies past the end of the file")));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        Ok((Arc::from(bytes), origin))
    }
}

impl PageSource for File {
    fn page_size(&self) -> usize {
        self.meta.as_ref().map_or(4096, |meta| usize::try_from(meta.page_size).unwrap_or(4096))
    }

    fn page(&self, no: PageNo) -> Result<PageRef> {
        let (page, _) = self.raw_page(no)?;
        seal::check(&page, no, self.meta.as_ref().map_or(0, |meta| meta.db_salt))?;
        Ok(page)
    }
}

fn read_slot(db: &dyn VfsFile, offset: u64) -> Slot {
    let mut bytes = vec![0; META_BYTES];
    match db.read_exact_at(&mut bytes, offset) {
        Ok(()) => Meta::decode(&bytes),
        // A file too short for the slot has none.
        Err(_) => Slot::Foreign,
    }
}
