//! The two ends of a log's life: the first change after a clean opening, and closing.
//!
//! ```text
//! clean, one file --first commit--> log created, synced --> slots dirty --> frames
//!                 <--close--------- log removed <-- slots clean <-- checkpoint to the end
//! ```
//!
//! E1  Slots say "dirty" before the first frame is written, and "clean" before the log is removed: a
//!     crash anywhere leaves either a log that is needed and there, or one that is not needed.

use crate::base::sync::atomic::Ordering;
use std::sync::Arc;

use crate::base::{CommitSeq, Lsn};
use crate::env::{OpenMode, SyncKind, VfsErrorKind};
use crate::error::{Error, Result, SqlState};
use crate::page::meta::{self, LogPosition, Meta, MetaState};
use crate::wal::layout::WalHeader;
use crate::wal::log::Log;

use super::open::log_name;
use super::options::Durability;
use super::shared::Shared;
use super::writer::{Writer, zero_segment};

impl Shared {
    /// The log, made and announced in the meta slots first if this is the first change since a clean
    /// opening.
    pub(super) fn log_for_writing(&self, writer: &mut Writer) -> Result<Arc<Log>> {
        if let Some(log) = self.log() {
            return Ok(log);
        }
        let mut checkpointer = self.checkpointer.lock();
        let db = self.db_file()?;
        if checkpointer.slot_b_unproven {
            // The log of slot B's time may be about to go: B must first be as new as A on the medium.
            let bytes = checkpointer.meta.encode();
            db.write_all_at(&bytes, meta::META_B_OFFSET)
                .and_then(|()| db.sync(SyncKind::Data))
                .map_err(|error| self.poisoned_by(error.into()))?;
            checkpointer.slot_b_unproven = false;
        }
        let mut wal_uuid = [0u8; 16];
        self.env.entropy.fill(&mut wal_uuid);
        let log = self.create_log(&checkpointer.meta, wal_uuid)?;
        let mut chain = [0u8; 8];
        self.env.entropy.fill(&mut chain);
        let tail = LogPosition {
            segment: 0,
            offset: 0,
            lsn: Lsn(checkpointer.meta.tail.lsn.0 + 1),
            chain: u64::from_le_bytes(chain),
        };
        let next = Meta {
            seq: checkpointer.meta.seq + 1,
            state: MetaState::Dirty,
            wal_uuid,
            tail,
            epoch: checkpointer.meta.epoch + 1,
            salt: log.salt,
            ..checkpointer.meta.clone()
        };
        checkpointer.write_meta(&*db, next, true).map_err(|error| self.poisoned_by(error))?;
        writer.head = tail;
        writer.attempt = 0;
        self.tail_lsn.store(tail.lsn.0, Ordering::SeqCst);
        {
            let mut segments = self.segments.lock();
            segments.count = 1;
            segments.used = [0].into();
            segments.free.clear();
        }
        let log = Arc::new(log);
        self.files.lock().log = Some(Arc::clone(&log));
        Ok(log)
    }

    /// A new log file with its first segment, durable.
    fn create_log(&self, meta: &Meta, wal_uuid: [u8; 16]) -> Result<Log> {
        let name = log_name(&self.name);
        if self.env.vfs.exists(&name)? {
            // Opening has made sure that it holds nothing the database needs.
            self.env.vfs.remove(&name)?;
        }
        let file = self.env.vfs.open(&name, OpenMode::CreateNew)?;
        let mut salt = [0u8; 8];
        self.env.entropy.fill(&mut salt);
        let log = Log { file, layout: self.layout, salt: u64::from_le_bytes(salt) };
        let header = WalHeader { db_uuid: meta.db_uuid, wal_uuid, layout: self.layout };
        if let Err(error) = fill_log(&log, &header) {
            drop(log);
            // Nothing names it yet. If it cannot be removed now, the next log or opening does it.
            let _ = self.env.vfs.remove(&name);
            return Err(error);
        }
        Ok(log)
    }

    /// Everything into the one file, the meta slots clean, the log gone; then the files are let go.
    pub(super) fn close(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Ok(());
        }
        let writer = match self.take_writer() {
            Ok(writer) => writer,
            Err(_) => {
                return Err(Error::new(SqlState::OBJECT_IN_USE, "a write transaction is still active"));
            }
        };
        self.readers.expire_before(CommitSeq(u64::MAX));
        let cleaned = self.clean(&writer);
        self.closed.store(true, Ordering::Release);
        {
            let mut files = self.files.lock();
            files.db = None;
            files.log = None;
        }
        self.pool.clear();
        self.give_writer_back(writer);
        cleaned
    }

    fn clean(&self, writer: &Writer) -> Result<()> {
        if self.read_only || self.log().is_none() {
            return Ok(());
        }
        self.check_usable()?;
        // A clean file is a safe file: whatever was skipped before is done now.
        self.leave_barrier_free()?;
        self.make_durable(writer.appended, Durability::Full)?;
        let mut checkpointer = self.checkpointer.lock();
        while self.checkpoint_seq.load(Ordering::Acquire) < writer.appended.0 {
            // A reader may have come between the first look and the last commit's publication: with its older
            // snapshot no step would ever get through.
            self.readers.expire_before(CommitSeq(u64::MAX));
            self.step(&mut checkpointer, usize::MAX)?;
        }
        let next = Meta {
            seq: checkpointer.meta.seq + 1,
            state: MetaState::Clean,
            unsafe_since: None,
            ..checkpointer.meta.clone()
        };
        let db = self.db_file()?;
        checkpointer.write_meta(&*db, next, true).map_err(|error| self.poisoned_by(error))?;
        self.give_back_end(&*db, &checkpointer);
        drop(checkpointer);
        // From here on the log is not needed; a leftover is recognised by its identity and ignored.
        self.files.lock().log = None;
        match self.env.vfs.remove(&log_name(&self.name)) {
            Err(error) if error.kind != VfsErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The header and the first segment of a new log, durable.
fn fill_log(log: &Log, header: &WalHeader) -> Result<()> {
    log.file.lock()?;
    log.file.write_all_at(&header.encode(), 0)?;
    zero_segment(log, 0)?;
    log.file.sync(SyncKind::DataAndSize)?;
    Ok(())
}
