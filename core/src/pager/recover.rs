//! Recovery: what the log of a database that was not closed in order holds, made durable anew.
//!
//! Steps 2 to 8 of opening (see [`super::open`]). Steps 2 to 5 only look; step 6 makes both meta slots
//! durable, step 7 writes what was recovered to segments the old chain does not use, step 8 switches.
//!
//! Step 8 is the one change of the slots that may bring a commit to the medium: what a failed sync left in the
//! cache alone is durable now, in the log of the new slots. Until B says so it has not happened (O4).

use crate::base::{Lsn, PageNo};
use crate::env::{Env, FileName, SyncKind, VfsFile};
use crate::error::{Error, Result, SqlState};
use crate::page::meta::{self, LogPosition, Meta};
use crate::page::{Roots, free_list};
use crate::wal::frame::CommitPayload;
use crate::wal::index::{CommitEnd, Version, WalIndex};
use crate::wal::layout::WalLayout;
use crate::wal::log::Log;
use crate::wal::prepare::{LogBuilder, segments_needed};
use crate::wal::scan::{Scan, find_lost_commit, scan};

use super::open::{
    Metas, Opened, check_roots, check_unsafe_pages, foreign_log, log_name, mode_of, open_log,
    read_log_header, write_slots,
};
use super::options::PagerOptions;
use super::segments::Segments;
use super::writer::zero_segment;

/// Steps 2 to 8 for a database that was not closed in order.
pub(super) fn recover(
    env: &Env,
    name: &FileName,
    db: &dyn VfsFile,
    metas: Metas,
    options: &PagerOptions,
) -> Result<Opened> {
    let log = claim_log(env, name, &metas.chosen, options)?;
    let meta = &metas.chosen;
    let found = scan(&*log.file, log.layout, log.salt, meta.tail, meta.checkpoint_seq)?;
    look_for_lost_commits(&log, &found, options)?;
    let seq = found.seq;
    let roots = found.roots.unwrap_or(meta.roots);
    check_page_count(db, meta, &found, roots)?;
    check_unsafe_pages(db, meta, Some(&found), options)?;
    check_roots(db, meta, &roots, Some(&found))?;
    if options.read_only {
        return Ok(read_only_view(metas.chosen, log, &found, roots));
    }
    normalise(db, &metas)?;
    let meta = metas.chosen;
    match compact(env, &meta, log, &found, roots) {
        Ok(Compacted { log, index, segments, head, tail }) => {
            let next =
                Meta { seq: meta.seq + 1, tail, epoch: meta.epoch + 1, salt: log.salt, ..meta.clone() };
            // Step 8.
            write_slots(db, &next)?;
            Ok(Opened {
                meta: next,
                slot_b_unproven: false,
                log: Some(log),
                index,
                segments,
                head,
                seq,
                roots,
                read_only: false,
            })
        }
        // No room to recover into: what is there can still be read.
        Err((log, error)) if error.sqlstate() == SqlState::DISK_FULL => {
            Ok(read_only_view(meta, log, &found, roots))
        }
        Err((_, error)) => Err(error),
    }
}

/// Step 2: the log must be there, and be the one the meta names.
fn claim_log(env: &Env, name: &FileName, meta: &Meta, options: &PagerOptions) -> Result<Log> {
    let Some(file) = open_log(env, name, mode_of(options))? else {
        return Err(Error::corrupt(format!(
            "the log of the database is missing: commits after number {} may be in it",
            meta.checkpoint_seq
        ))
        .with_hint(format!("Put the file \"{}\" back beside the database.", log_name(name).as_str())));
    };
    file.lock()?;
    let layout = WalLayout { segment_bytes: meta.wal_segment_bytes, page_size: meta.page_size };
    let header = read_log_header(&*file)?;
    if header.db_uuid != meta.db_uuid || header.wal_uuid != meta.wal_uuid || header.layout != layout {
        return Err(foreign_log());
    }
    Ok(Log { file, layout, salt: meta.salt })
}

/// Step 6: makes both slots durable and equal, in the order that never leaves none.
fn normalise(db: &dyn VfsFile, metas: &Metas) -> Result<()> {
    if !metas.slot_a_durable {
        return write_slots(db, &metas.chosen);
    }
    // A was durable before B was written; B may be in the cache only, or damaged. A stays as it is (O4).
    db.write_all_at(&metas.chosen.encode(), meta::META_B_OFFSET)?;
    db.sync(SyncKind::Data)?;
    Ok(())
}

/// Step 4.
fn look_for_lost_commits(log: &Log, found: &Scan, options: &PagerOptions) -> Result<()> {
    if options.accept_loss {
        return Ok(());
    }
    match find_lost_commit(&*log.file, log.layout, log.salt, found.seq)? {
        None => Ok(()),
        Some(durable) => Err(Error::corrupt(format!(
            "the storage lost acknowledged commits: the log ends at commit {}, but commit {durable} was durable",
            found.seq
        ))
        .with_hint("Open with accept_loss to go on without them.")),
    }
}

/// A commit cannot make whoever looks at all pages look at four thousand million of them.
fn check_page_count(db: &dyn VfsFile, meta: &Meta, found: &Scan, roots: Roots) -> Result<()> {
    let there = db.size()? / u64::from(meta.page_size) + found.pages.len() as u64;
    if u64::from(roots.page_count) > free_list::pages_at_most(there, meta.page_size) {
        return Err(Error::corrupt(format!(
            "the log speaks of {} pages, but only {there} are there",
            roots.page_count
        )));
    }
    Ok(())
}

/// The recovered state, read from where it is.
fn read_only_view(meta: Meta, log: Log, found: &Scan, roots: Roots) -> Opened {
    let mut index = WalIndex::default();
    if found.seq > meta.checkpoint_seq {
        let end = CommitEnd { seq: found.seq, end: meta.tail, roots };
        index.append(end, found.pages.iter().map(|(no, (lsn, offset))| (*no, *lsn, *offset)));
    }
    Opened {
        head: meta.tail,
        seq: found.seq,
        roots,
        slot_b_unproven: false,
        log: Some(log),
        index,
        segments: Segments::default(),
        read_only: true,
        meta,
    }
}

struct Compacted {
    log: Log,
    index: WalIndex,
    segments: Segments,
    head: LogPosition,
    tail: LogPosition,
}

/// Step 7: the newest image of every recovered page, as one transaction of a new epoch, in segments the
/// scanned chain does not use.
fn compact(
    env: &Env,
    meta: &Meta,
    old: Log,
    found: &Scan,
    roots: Roots,
) -> std::result::Result<Compacted, (Log, Error)> {
    let mut random = [0u8; 16];
    env.entropy.fill(&mut random);
    let long = |at: usize| {
        let mut out = [0u8; 8];
        out.copy_from_slice(&random[at..at + 8]);
        u64::from_le_bytes(out)
    };
    let (salt, chain) = (long(0), long(8));
    match compact_into(meta, &old, found, roots, salt, chain) {
        Ok((index, segments, head, tail)) => {
            let log = Log { salt, ..old };
            Ok(Compacted { log, index, segments, head, tail })
        }
        Err(error) => Err((old, error)),
    }
}

fn compact_into(
    meta: &Meta,
    old: &Log,
    found: &Scan,
    roots: Roots,
    salt: u64,
    chain: u64,
) -> Result<(WalIndex, Segments, LogPosition, LogPosition)> {
    let mut pages: Vec<(PageNo, Version)> = found
        .pages
        .iter()
        .map(|(no, (lsn, offset))| (*no, Version { seq: found.seq, lsn: *lsn, offset: *offset }))
        .collect();
    crate::base::order::sort_by_key(&mut pages, |(no, _)| *no);
    let layout = old.layout;
    let wanted = 1 + segments_needed(&layout, 0, pages.len());
    let count = whole_segments(old)?;
    let mut fresh: Vec<u32> =
        (0..count).filter(|segment| !found.segments.contains(segment)).take(wanted).collect();
    let mut grown = count;
    while fresh.len() < wanted {
        zero_segment(old, grown)?;
        fresh.push(grown);
        grown = grown.checked_add(1).ok_or_else(|| Error::corrupt("the log is longer than it can be"))?;
    }
    let tail = LogPosition { segment: fresh[0], offset: 0, lsn: Lsn(found.next_lsn.0 + 1), chain };
    let mut head = tail;
    let mut index = WalIndex::default();
    if found.seq > meta.checkpoint_seq {
        let mut run = Vec::new();
        let mut emit = |offset: u64, bytes: &[u8]| -> Result<()> {
            old.file.write_all_at(bytes, offset)?;
            Ok(())
        };
        let mut builder = LogBuilder::new(layout, salt, 0, tail, &fresh[1..], &mut run);
        let mut places = Vec::with_capacity(pages.len());
        for (no, version) in pages {
            let lsn = builder.next_page_lsn(&mut emit)?;
            let image = old.read_page(no, version)?;
            places.push((no, lsn, builder.page(no, &image)));
        }
        let payload = CommitPayload { seq: found.seq, durable: meta.checkpoint_seq, frames: 0, roots };
        head = builder.commit(payload, &mut emit)?;
        index.append(CommitEnd { seq: found.seq, end: head, roots }, places.into_iter());
    }
    old.file.sync(SyncKind::DataAndSize)?;
    let free = (0..grown).filter(|segment| !fresh.contains(segment)).collect();
    let segments = Segments { count: grown, used: fresh.into(), free };
    Ok((index, segments, head, tail))
}

/// Segments of the log, the last made whole. The power may have taken the end of the file but not what stands
/// in its last segment, which the old chain goes through: it is neither to be written over nor to be used
/// later by a commit that would have to sync a new size.
fn whole_segments(log: &Log) -> Result<u32> {
    let (size, layout) = (log.file.size()?, log.layout);
    let count = layout.segment_count(size);
    let end = layout.segment_offset(count);
    if size <= end {
        return Ok(count);
    }
    let missing = u64::from(layout.segment_bytes) - (size - end);
    log.file.write_all_at(&vec![0u8; usize::try_from(missing).unwrap_or(0)], size)?;
    Ok(count.saturating_add(1))
}
