//! A sound file, a sound log, with mistakes whose sums are right: opened, read, verified, mended, written to.

#![expect(clippy::panic, reason = "a target says so when the engine does what it must not")]

use std::sync::OnceLock;

use decentdb_core::base::{CommitSeq, Lsn, PageNo};
use decentdb_core::db::{Database, Options};
use decentdb_core::env::{Env, FileName, MemoryVfs};
use decentdb_core::error::{Error, ErrorKind};
use decentdb_core::page::meta::{self, Meta, Slot};
use decentdb_core::page::seal;
use decentdb_core::wal::frame::{FRAME_HEADER_BYTES, FrameHeader, FrameKind, push_frame};
use decentdb_core::wal::layout::WalLayout;

use super::{Input, Reached};

const NAME: &str = "fuzz.ddb";
const LOG: &str = "fuzz.ddb-wal";
const PAGE: usize = 4096;

fn options() -> Options {
    Options {
        page_size: PAGE as u32,
        cache_bytes: 1 << 20,
        statement_memory_bytes: 16 << 20,
        allow_weaker_barrier: true,
        ..Options::default()
    }
}

/// The files of a small database: closed, and as a killed process leaves it.
fn bases() -> &'static [(Vec<u8>, Vec<u8>); 2] {
    static BASES: OnceLock<[(Vec<u8>, Vec<u8>); 2]> = OnceLock::new();
    BASES.get_or_init(|| {
        [true, false].map(|close| base(close).unwrap_or_else(|error| panic!("a sound database: {error:?}")))
    })
}

fn base(close: bool) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let vfs = MemoryVfs::new();
    let database = Database::open(Env::simulated(vfs.clone(), 1), NAME, options())?;
    let connection = database.connect()?;
    connection.execute_script(
        "CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, born date, note bytea);
         CREATE INDEX person_name ON person (name);
         CREATE TABLE gone (id int PRIMARY KEY, body text);
         INSERT INTO person SELECT n, 'person ' || n, '2000-01-01', NULL FROM generate_series(1, 60) AS s (n);
         INSERT INTO person VALUES (100, 'long', NULL, repeat('x', 9000)::bytea);
         INSERT INTO gone SELECT n, repeat('y', 500) FROM generate_series(1, 40) AS s (n)",
    )?;
    database.checkpoint()?;
    connection.execute_script("DROP TABLE gone")?;
    connection.execute("UPDATE person SET name = name || '!' WHERE id % 7 = 0", ())?;
    let files = |vfs: &MemoryVfs| (vfs.bytes(NAME).unwrap_or_default(), vfs.bytes(LOG).unwrap_or_default());
    if !close {
        return Ok(files(&vfs));
    }
    drop(connection);
    database.close()?;
    Ok(files(&vfs))
}

/// Bytes of pages and fields of slots, changed; every sum made right.
pub(super) fn open_any_bytes(bytes: &[u8]) -> Reached {
    let mut input = Input(bytes);
    let kind = input.byte();
    if kind.is_multiple_of(16) {
        // As they are: a file of any bytes.
        return use_it(input.0, &[]);
    }
    let (file, log) = &bases()[usize::from(kind % 2)];
    let mut file = file.clone();
    let Slot::Valid(mut chosen) = Meta::decode(&file[..PAGE]) else { return Reached::Refused };
    let pages = (file.len() - meta::page_offset(PageNo(1), PAGE) as usize) / PAGE;
    let mut touched = Vec::new();
    while !input.is_empty() {
        let operation = input.byte();
        let no = 1 + input.below(pages);
        let at = meta::page_offset(PageNo(no as u32), PAGE) as usize;
        match operation % 8 {
            0 => change_meta(&mut chosen, &mut input),
            1 => {
                // A page in another one's place.
                let from = meta::page_offset(PageNo(1 + input.below(pages) as u32), PAGE) as usize;
                file.copy_within(from..from + PAGE, at);
                touched.push(no);
            }
            _ => {
                let within = if operation.is_multiple_of(2) {
                    16 + input.below(64)
                } else {
                    16 + input.below(PAGE - 16)
                };
                let new = input.take(1 + usize::from(operation >> 5));
                for (offset, byte) in new.iter().enumerate().filter(|(offset, _)| within + offset < PAGE) {
                    file[at + within + offset] = *byte;
                }
                touched.push(no);
            }
        }
    }
    for no in touched {
        let at = meta::page_offset(PageNo(no as u32), PAGE) as usize;
        seal::seal(&mut file[at..at + PAGE], PageNo(no as u32), Lsn(1), chosen.db_salt);
    }
    let slot = chosen.encode();
    for offset in [meta::META_A_OFFSET as usize, meta::META_B_OFFSET as usize] {
        file[offset..offset + slot.len()].copy_from_slice(&slot);
    }
    use_it(&file, log)
}

fn change_meta(meta: &mut Meta, input: &mut Input<'_>) {
    let field = input.byte() % 14;
    let value = input.number();
    match field {
        0 => meta.page_size = value as u32,
        1 => meta.wal_segment_bytes = value as u32,
        2 => {
            meta.state = if value.is_multiple_of(2) { meta::MetaState::Clean } else { meta::MetaState::Dirty }
        }
        3 => meta.seq = value,
        4 => meta.checkpoint_seq = CommitSeq(value),
        5 => meta.roots.page_count = value as u32,
        6 => meta.roots.free_head = PageNo(value as u32),
        7 => meta.roots.free_count = value as u32,
        8 => meta.roots.catalog_root = PageNo(value as u32),
        9 => meta.tail.segment = value as u32,
        10 => meta.tail.offset = value as u32,
        11 => meta.tail.lsn = Lsn(value),
        12 => meta.epoch = value,
        _ => meta.salt = value,
    }
}

/// Frames changed, left out, doubled, exchanged; then chained anew from the tail.
pub(super) fn wal_recovery(bytes: &[u8]) -> Reached {
    let (file, log) = &bases()[1];
    let Slot::Valid(meta) = Meta::decode(&file[..PAGE]) else { return Reached::Refused };
    let layout = WalLayout { segment_bytes: meta.wal_segment_bytes, page_size: meta.page_size };
    let start = layout.segment_offset(meta.tail.segment) as usize + meta.tail.offset as usize;
    let mut input = Input(bytes);
    let kind = input.byte();
    let mut log = log.clone();
    if kind.is_multiple_of(8) {
        // No sum is mended: bytes of the log as they come.
        while !input.is_empty() {
            let at = start + input.below(64 * 1024);
            let byte = input.byte();
            log.get_mut(at).into_iter().for_each(|old| *old = byte);
        }
        return use_it(file, &log);
    }
    let mut frames = parse(&log[start..]);
    while !input.is_empty() && !frames.is_empty() {
        let at = input.below(frames.len());
        match input.byte() % 8 {
            0 => drop(frames.remove(at)),
            1 => frames.insert(at, frames[at].clone()),
            2 => {
                let other = input.below(frames.len());
                frames.swap(at, other);
            }
            3 => frames[at].page_no = input.number(),
            4 => frames[at].lsn_step = input.number(),
            5 => frames[at].kind = [FrameKind::Page, FrameKind::Commit, FrameKind::Link][input.below(3)],
            6 => frames[at].payload.truncate(input.below(PAGE)),
            _ => {
                let payload = &mut frames[at].payload;
                let offset = input.below(payload.len());
                let new = input.byte();
                payload.get_mut(offset).into_iter().for_each(|old| *old = new);
                if frames[at].kind == FrameKind::Page {
                    let no = PageNo(frames[at].page_no as u32);
                    if frames[at].payload.len() == PAGE {
                        seal::seal(&mut frames[at].payload, no, Lsn(1), meta.db_salt);
                    }
                }
            }
        }
    }
    let rebuilt = build(&frames, &meta);
    let end = (start + rebuilt.len()).min(log.len());
    log[start..end].copy_from_slice(&rebuilt[..end - start]);
    log[end..].fill(0);
    use_it(file, &log)
}

#[derive(Clone)]
struct Frame {
    kind: FrameKind,
    payload: Vec<u8>,
    attempt: u64,
    page_no: u64,
    lsn_step: u64,
}

fn parse(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut used = 0;
    while let Some(header) = FrameHeader::decode(bytes) {
        let end = FRAME_HEADER_BYTES + header.len as usize;
        let Some(payload) = bytes.get(FRAME_HEADER_BYTES..end) else { break };
        frames.push(Frame {
            kind: header.kind,
            payload: payload.to_vec(),
            attempt: header.attempt,
            page_no: header.page_no,
            lsn_step: 1,
        });
        let next =
            if header.kind == FrameKind::Commit { (used + end).next_multiple_of(PAGE) - used } else { end };
        used += next;
        bytes = bytes.get(next..).unwrap_or_default();
    }
    frames
}

fn build(frames: &[Frame], meta: &Meta) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut lsn, mut chain) = (meta.tail.lsn.0, meta.tail.chain);
    for frame in frames {
        let salt = meta.salt;
        chain = push_frame(
            &mut out,
            frame.kind,
            &frame.payload,
            Lsn(lsn),
            frame.attempt,
            frame.page_no,
            salt,
            chain,
        );
        lsn = lsn.wrapping_add(frame.lsn_step);
        if frame.kind == FrameKind::Commit {
            out.resize(out.len().next_multiple_of(PAGE), 0);
        }
    }
    out
}

/// Opens the files and does with them whatever one can; errors are typed and no internal ones.
fn use_it(file: &[u8], log: &[u8]) -> Reached {
    match try_to_use(file, log) {
        Ok(true) => Reached::Sound,
        Ok(false) => Reached::Damaged,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error:?}");
            Reached::Refused
        }
    }
}

fn try_to_use(file: &[u8], log: &[u8]) -> Result<bool, Error> {
    let vfs = MemoryVfs::with_capacity_bytes(64 << 20);
    vfs.put(&FileName::new(NAME)?, file)?;
    if !log.is_empty() {
        vfs.put(&FileName::new(LOG)?, log)?;
    }
    let database = Database::open(Env::simulated(vfs, 2), NAME, Options { create: false, ..options() })?;
    let connection = database.connect()?;
    let mut sound = true;
    let mut note = |done: Result<(), Error>| {
        if let Err(error) = done {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error:?}");
            sound = false;
        }
    };
    for sql in [
        "SELECT count(*), sum(length(name)), max(born), sum(length(note)) FROM person",
        "SELECT id FROM person WHERE name >= 'person 3' ORDER BY name",
        "SELECT * FROM pg_catalog.pg_class",
        "INSERT INTO person VALUES (-1, 'new', NULL, repeat('z', 6000)::bytea)",
        "UPDATE person SET name = 'changed' WHERE id BETWEEN 10 AND 20",
        "DELETE FROM person WHERE id > 40",
    ] {
        note(connection.run(sql, &[]).and_then(|outcome| outcome.text_rows().map(|_| ())));
    }
    let problems = database.verify();
    let clean = problems.as_ref().is_ok_and(Vec::is_empty);
    note(problems.map(|_| ()));
    note(database.checkpoint());
    note(database.gc().map(|_| ()));
    note(database.repair().map(|_| ()));
    note(database.vacuum().map(|_| ()));
    drop(connection);
    note(database.close());
    Ok(sound && clean)
}
