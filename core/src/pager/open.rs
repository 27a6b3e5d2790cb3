//! Opening: creating a database, or recovering one, in numbered steps.
//!
//! ```text
//! 0 lock; unborn? create      3 scan the log            6 normalise the slots
//! 1 choose a meta slot        4 look for lost commits   7 compact into fresh segments, sync
//! 2 check identities          5 check what roots name   8 meta A, sync, meta B, sync; free the rest
//! ```
//!
//! O1  All checks come before the first write: a check that fails changes no file.
//! O2  Recovery writes what it recovered to segments the old chain does not use, and only then switches:
//!     a crash anywhere leaves a durable slot whose log is whole, and doing it again ends the same.
//! O3  Nothing is trusted because it is in the host's cache: what is relied on is synced again first.
//! O4  The only slot that may name a state is never the one written next. So where the slots differ B decides,
//!     though A is newer: whether A is durable cannot be known, hence it is written again, and a torn write of
//!     it must not take a commit away that an opening before could find.

use crate::base::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};

use crate::base::sync::{RankedCondvar, RankedMutex};
use crate::base::{CommitSeq, PageNo};
use crate::env::{Barrier, Env, FileName, OpenMode, SyncKind, VfsError, VfsErrorKind, VfsFile};
use crate::error::{Error, ErrorKind, Result, SqlState};
use crate::page::Roots;
use crate::page::meta::{self, LogPosition, META_BYTES, Meta, MetaState, Slot};
use crate::wal::index::WalIndex;
use crate::wal::layout::{WAL_HEADER_BYTES, WalHeader, WalLayout};
use crate::wal::log::Log;
use crate::wal::scan::{Scan, looks_used};

use super::checkpoint::Checkpointer;
use super::flush::FlushState;
use super::keep::AlarmCell;
use super::metrics::Counters;
use super::options::{Durability, PagerOptions};
use super::pool::Pool;
use super::published::Published;
use super::readers::Readers;
use super::segments::Segments;
use super::shared::{Files, Shared, is_cut, read_db_page};
use super::writer::{Writer, WriterSlot};

/// The name of a database's log.
pub(super) fn log_name(name: &FileName) -> FileName {
    name.with_suffix("-wal")
}

/// What recovery found or made, from which the shared state is built.
pub(super) struct Opened {
    pub(super) meta: Meta,
    pub(super) slot_b_unproven: bool,
    pub(super) log: Option<Log>,
    pub(super) index: WalIndex,
    pub(super) segments: Segments,
    pub(super) head: LogPosition,
    pub(super) seq: CommitSeq,
    pub(super) roots: Roots,
    pub(super) read_only: bool,
}

/// Both slots as read, and the one that counts.
pub(super) struct Metas {
    pub(super) chosen: Meta,
    /// Slot A is on the medium: B says the same, or a write of B was under way.
    pub(super) slot_a_durable: bool,
}

/// Opens `name`, creating it if asked to.
pub(super) fn open(env: &Env, name: &FileName, options: &PagerOptions) -> Result<Shared> {
    options.check()?;
    let db = lock_file(env, name, options)?;
    check_barrier(&*db, options)?;
    let metas = match read_metas(name, &*db)? {
        Some(metas) => metas,
        None => {
            create(env, name, &*db, options)?;
            read_metas(name, &*db)?.ok_or_else(|| Error::internal("the file just created is empty"))?
        }
    };
    check_length(&*db, &metas.chosen)?;
    let opened = match metas.chosen.state {
        MetaState::Clean => open_clean(env, name, &*db, metas, options)?,
        MetaState::Dirty => super::recover::recover(env, name, &*db, metas, options)?,
    };
    Ok(share(env, name, options, db, opened))
}

/// Step 0: opens and locks the database file.
fn lock_file(env: &Env, name: &FileName, options: &PagerOptions) -> Result<Box<dyn VfsFile>> {
    let mode = match (options.read_only, options.create) {
        (true, _) => OpenMode::ReadOnly,
        (false, true) => OpenMode::Create,
        (false, false) => OpenMode::ReadWrite,
    };
    let db = env.vfs.open(name, mode)?;
    db.lock()?;
    Ok(db)
}

fn check_barrier(db: &dyn VfsFile, options: &PagerOptions) -> Result<()> {
    let weak = matches!(db.barrier(), Barrier::NoOp | Barrier::Unknown);
    if weak && !options.allow_weaker_barrier {
        return Err(Error::of_kind(
            ErrorKind::Storage,
            SqlState::FEATURE_NOT_SUPPORTED,
            "this storage cannot promise that data is durable",
        )
        .with_hint("Set allow_weaker_barrier to use it all the same."));
    }
    Ok(())
}

/// Step 1: what slot B says, and A if B was torn (O4); none if the file was never a database.
fn read_metas(name: &FileName, db: &dyn VfsFile) -> Result<Option<Metas>> {
    let size = db.size()?;
    let a = read_slot(db, size, meta::META_A_OFFSET)?;
    let b = read_slot(db, size, meta::META_B_OFFSET)?;
    match (a, b) {
        (Slot::Unsupported(error), _) | (_, Slot::Unsupported(error)) => Err(error),
        (Slot::Valid(a), Slot::Valid(b)) => {
            let same_file = a.db_uuid == b.db_uuid && a.page_size == b.page_size && a.db_salt == b.db_salt;
            if !same_file || b.seq > a.seq {
                return Err(Error::corrupt("the two meta slots contradict each other"));
            }
            let metas = if a == b { durable(*a) } else { rebuilt_from(*b) };
            Ok(Some(metas))
        }
        // B is damaged only by a write of it, and that began after A was durable. So A is not written
        // again here: it is the only good slot, and a power cut in that write could cost it too.
        (Slot::Valid(a), _) => Ok(Some(durable(*a))),
        (_, Slot::Valid(b)) => Ok(Some(rebuilt_from(*b))),
        (a, _) => {
            if is_unborn(db, size)? {
                return Ok(None);
            }
            if matches!(a, Slot::Foreign) && size > 0 {
                let file = name.as_str();
                return Err(Error::corrupt(format!("the file \"{file}\" is not a DecentDB database")));
            }
            let file = name.as_str();
            Err(Error::corrupt(format!("both meta slots of the database \"{file}\" are damaged")))
        }
    }
}

fn durable(a: Meta) -> Metas {
    Metas { chosen: a, slot_a_durable: true }
}

/// A is written anew from B, under a new number: an equal pair must prove that A was durable.
fn rebuilt_from(b: Meta) -> Metas {
    let seq = b.seq + 1;
    Metas { chosen: Meta { seq, ..b }, slot_a_durable: false }
}

fn read_slot(db: &dyn VfsFile, size: u64, offset: u64) -> Result<Slot> {
    let mut bytes = vec![0u8; META_BYTES];
    if size < offset.saturating_add(bytes.len() as u64) {
        return Ok(Slot::Foreign);
    }
    db.read_exact_at(&mut bytes, offset)?;
    Ok(Meta::decode(&bytes))
}

/// Whether the bytes of a file begin as a database does, be it damaged: what nobody would take for one is
/// told apart from what once was one.
pub(super) fn looks_like_database(bytes: &[u8]) -> bool {
    [meta::META_A_OFFSET, meta::META_B_OFFSET].into_iter().any(|offset| {
        let slot =
            usize::try_from(offset).ok().and_then(|from| bytes.get(from..from.saturating_add(META_BYTES)));
        slot.is_some_and(|slot| !matches!(Meta::decode(slot), Slot::Foreign))
    })
}

/// A file that creation began and never finished: empty, or of the size creation sets with nothing but
/// zeros outside slot A, which is written first. No database was ever acknowledged in it.
fn is_unborn(db: &dyn VfsFile, size: u64) -> Result<bool> {
    if size == 0 {
        return Ok(true);
    }
    if size > meta::PAGES_OFFSET {
        return Ok(false);
    }
    let mut bytes = vec![0u8; usize::try_from(size).unwrap_or(0)];
    db.read_exact_at(&mut bytes, 0)?;
    let from = if size == meta::PAGES_OFFSET { META_BYTES } else { 0 };
    Ok(bytes[from..].iter().all(|byte| *byte == 0))
}

/// The rest of step 0: a new database. Usable once both slots are durable.
fn create(env: &Env, name: &FileName, db: &dyn VfsFile, options: &PagerOptions) -> Result<()> {
    if !options.create || options.read_only {
        return Err(Error::of_kind(
            ErrorKind::Storage,
            SqlState::UNDEFINED_FILE,
            format!("the file \"{}\" is empty", name.as_str()),
        ));
    }
    let layout = WalLayout { segment_bytes: options.wal_segment_bytes, page_size: options.page_size };
    if let Some(log) = open_log(env, name, OpenMode::ReadWrite)?
        && looks_used(&*log, layout)?
    {
        return Err(Error::corrupt("the database file is empty, but its log is not")
            .with_hint("The database file was cut or replaced; restore it, or remove the log."));
    }
    let mut random = [0u8; 24];
    env.entropy.fill(&mut random);
    let mut db_uuid = [0u8; 16];
    db_uuid.copy_from_slice(&random[..16]);
    let mut db_salt = [0u8; 8];
    db_salt.copy_from_slice(&random[16..]);
    let meta = Meta {
        page_size: options.page_size,
        wal_segment_bytes: options.wal_segment_bytes,
        state: MetaState::Clean,
        db_uuid,
        wal_uuid: [0; 16],
        db_salt: u64::from_le_bytes(db_salt),
        seq: 1,
        checkpoint_seq: CommitSeq(0),
        roots: Roots::default(),
        tail: LogPosition::default(),
        epoch: 0,
        salt: 0,
        unsafe_since: None,
    };
    db.set_size(meta::PAGES_OFFSET)?;
    db.sync(SyncKind::DataAndSize)?;
    write_slots(db, &meta)
}

pub(super) fn write_slots(db: &dyn VfsFile, meta: &Meta) -> Result<()> {
    let bytes = meta.encode();
    for offset in [meta::META_A_OFFSET, meta::META_B_OFFSET] {
        db.write_all_at(&bytes, offset)?;
        db.sync(SyncKind::Data)?;
    }
    Ok(())
}

/// The pages of the checkpoint were durable before the meta that names them.
fn check_length(db: &dyn VfsFile, meta: &Meta) -> Result<()> {
    let page = u64::from(meta.page_size);
    let needed = meta::PAGES_OFFSET + u64::from(meta.roots.page_count) * page;
    let size = db.size()?;
    if size < needed {
        return Err(Error::corrupt(format!("the database file is cut short: {size} bytes of {needed}")));
    }
    Ok(())
}

/// A file whose pages were written without barriers, and not put in order since: after a power cut any of
/// them may be anything. What their sums can show is found now rather than in the middle of a query. A page
/// that the log holds is read there, and may have been torn when its checkpoint was killed.
pub(super) fn check_unsafe_pages(
    db: &dyn VfsFile,
    meta: &Meta,
    found: Option<&Scan>,
    options: &PagerOptions,
) -> Result<()> {
    let Some(since) = meta.unsafe_since.filter(|_| !options.accept_loss) else { return Ok(()) };
    let page_size = usize::try_from(meta.page_size).unwrap_or(usize::MAX);
    let in_log = |no: u32| found.is_some_and(|found| found.pages.contains_key(&PageNo(no)));
    for no in (1..=meta.roots.page_count).filter(|no| !in_log(*no)) {
        match read_db_page(db, PageNo(no), page_size, meta.db_salt) {
            // A page that was taken and given back between two checkpoints has never been written. One that
            // is in use and lost its first write looks the same, and is refused when it is read.
            Err(error) if error.kind() == ErrorKind::Corrupt && is_all_zero(db, no, page_size)? => {}
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                return Err(Error::corrupt(format!(
                    "the database was written at durability none since commit {since}, and was not closed: {}",
                    error.message()
                ))
                .with_hint("Restore or rebuild it; accept_loss opens it all the same."));
            }
            other => {
                other?;
            }
        }
    }
    Ok(())
}

fn is_all_zero(db: &dyn VfsFile, no: u32, page_size: usize) -> Result<bool> {
    let mut bytes = vec![0u8; page_size];
    db.read_exact_at(&mut bytes, meta::page_offset(PageNo(no), page_size))?;
    Ok(bytes.iter().all(|byte| *byte == 0))
}

pub(super) fn open_log(env: &Env, name: &FileName, mode: OpenMode) -> Result<Option<Box<dyn VfsFile>>> {
    match env.vfs.open(&log_name(name), mode) {
        Ok(file) => Ok(Some(file)),
        Err(VfsError { kind: VfsErrorKind::NotFound, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn read_log_header(log: &dyn VfsFile) -> Result<WalHeader> {
    let mut bytes = vec![0u8; WAL_HEADER_BYTES];
    match log.read_exact_at(&mut bytes, 0) {
        Ok(()) => WalHeader::decode(&bytes),
        Err(error) if is_cut(log, &error, WAL_HEADER_BYTES as u64) => {
            Err(Error::corrupt("the log is shorter than its header"))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn foreign_log() -> Error {
    Error::corrupt("the log beside the database belongs to another database or another time of this one")
        .with_hint("Put back the log that belongs to the file, or move this one away.")
}

pub(super) fn mode_of(options: &PagerOptions) -> OpenMode {
    if options.read_only { OpenMode::ReadOnly } else { OpenMode::ReadWrite }
}

/// Step 2 for a database closed in order: the file is complete; a log beside it must be a leftover.
fn open_clean(
    env: &Env,
    name: &FileName,
    db: &dyn VfsFile,
    metas: Metas,
    options: &PagerOptions,
) -> Result<Opened> {
    let Metas { chosen: meta, slot_a_durable } = metas;
    let layout = WalLayout { segment_bytes: meta.wal_segment_bytes, page_size: meta.page_size };
    if let Some(log) = open_log(env, name, mode_of(options))? {
        // A leftover is the log this meta closed, or one whose first commit never came to be. Anything
        // else holds commits that this file does not know.
        let own = match read_log_header(&*log) {
            Ok(header) if header.db_uuid != meta.db_uuid => return Err(foreign_log()),
            Ok(header) => header.wal_uuid == meta.wal_uuid,
            Err(_) => false,
        };
        if !own && looks_used(&*log, layout)? {
            return Err(foreign_log());
        }
    }
    check_unsafe_pages(db, &meta, None, options)?;
    check_roots(db, &meta, &meta.roots, None)?;
    if !slot_a_durable && !options.read_only {
        write_slots(db, &meta)?;
    }
    Ok(Opened {
        seq: meta.checkpoint_seq,
        roots: meta.roots,
        head: meta.tail,
        slot_b_unproven: slot_a_durable,
        log: None,
        index: WalIndex::default(),
        segments: Segments::default(),
        read_only: options.read_only,
        meta,
    })
}

/// Puts the shared state together.
fn share(env: &Env, name: &FileName, options: &PagerOptions, db: Box<dyn VfsFile>, opened: Opened) -> Shared {
    let Opened { meta, slot_b_unproven, log, index, segments, head, seq, roots, read_only } = opened;
    let page_size = usize::try_from(meta.page_size).expect("a page size fits a usize");
    let published = Published::default();
    published.store(seq, &roots);
    let writer = Writer { appended: seq, roots, head, attempt: 0, run: Vec::new() };
    Shared {
        env: env.clone(),
        name: name.clone(),
        options: options.clone(),
        page_size,
        db_salt: meta.db_salt,
        layout: WalLayout { segment_bytes: meta.wal_segment_bytes, page_size: meta.page_size },
        read_only,
        files: RankedMutex::new(Files { db: Some(Arc::from(db)), log: log.map(Arc::new) }),
        pool: Pool::new(options.cache_bytes, page_size),
        readers: Readers::new(),
        published,
        index_bytes: AtomicUsize::new(index.memory_bytes()),
        index: RankedMutex::new(index),
        segments: RankedMutex::new(segments),
        checkpoint_seq: AtomicU64::new(meta.checkpoint_seq.0),
        tail_lsn: AtomicU64::new(if read_only { 0 } else { meta.tail.lsn.0 }),
        writer: RankedMutex::new(WriterSlot::Free(Box::new(writer))),
        writer_free: RankedCondvar::new(),
        flush: RankedMutex::new(FlushState::starting_at(seq)),
        flushed: RankedCondvar::new(),
        log_grew: AtomicBool::new(false),
        trigger_bytes: AtomicU64::new(options.wal_soft_bytes),
        trigger_index: AtomicUsize::new(options.wal_index_bytes / 2),
        barrier_free: AtomicBool::new(options.durability == Durability::None && !read_only),
        unsafe_since: AtomicU64::new(meta.unsafe_since.map_or(0, |seq| seq.0 + 1)),
        checkpointed_at: AtomicU64::new(env.clock.monotonic().0),
        readers_minded_at: AtomicU64::new(0),
        alarm: AlarmCell::default(),
        alarm_due: AtomicU64::new(u64::MAX),
        counters: Counters::default(),
        closed: AtomicBool::new(false),
        poison: OnceLock::new(),
        checkpointer: RankedMutex::new(Checkpointer::new(meta, slot_b_unproven)),
    }
}

/// Step 5: the catalog's root and the first free page are whole. Pages found in the log are.
pub(super) fn check_roots(db: &dyn VfsFile, meta: &Meta, roots: &Roots, found: Option<&Scan>) -> Result<()> {
    let page_size = usize::try_from(meta.page_size).unwrap_or(usize::MAX);
    for no in [roots.catalog_root, roots.free_head] {
        if no == PageNo::NONE || found.is_some_and(|found| found.pages.contains_key(&no)) {
            continue;
        }
        read_db_page(db, no, page_size, meta.db_salt)?;
    }
    Ok(())
}
