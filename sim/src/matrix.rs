//! The fault matrix: every kind of call of the disk with every kind of fault that it can have.
//!
//! ```text
//! dry run -> which call is what (a call's *use*)       for each use, some of its calls
//! run again with one fault at that call -> what the caller heard, poisoned?, still readable?
//!         -> then kill, and several power cuts: nothing acknowledged is missing, nothing half done is there
//! ```
//!
//! What callers hear is written down in docs/FAULTS.md, made by [`table`]; a test holds them equal, and
//! fails when a cell was never reached.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use decentdb_core::db::{Database, Options};
use decentdb_core::env::fault::{Crash, Effect, Fault, FaultVfs, Operation, OperationKind};
use decentdb_core::env::{Env, ManualClock, Nanos, SeededEntropy, VfsErrorKind};
use decentdb_core::error::{Error, ErrorKind};
use decentdb_core::pager::PagerOptions;

use crate::error::{During, Failed};

const NAME: &str = "matrix.ddb";
const SEGMENT: u32 = 16384;
const UNITS: i64 = 12;
/// Calls tried per cell.
const CALLS_PER_CELL: usize = 6;

/// What a call of the disk is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "named as in the table")]
pub enum Use {
    Create,
    ReadSlot,
    RecoverRead,
    ReserveLog,
    WriteLog,
    FlushLog,
    ReadLog,
    GrowFile,
    WritePage,
    FlushFile,
    WriteSlot,
    FlushSlot,
    ReadPage,
    RemoveLog,
}

/// What happens to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "named as in the table")]
pub enum Trouble {
    ErrorOnce,
    ErrorForGood,
    FullOnce,
    FullForGood,
    ShortCount,
    OverCount,
    ZeroCount,
    Delay,
    PowerCut,
    FailedFlushMarksClean,
    LostAfterOk,
    Misdirected,
    BitFlip,
    HandleLost,
}

const USES: &[(Use, &str)] = &[
    (Use::Create, "create a file"),
    (Use::ReadSlot, "read a slot at opening"),
    (Use::RecoverRead, "read in recovery"),
    (Use::ReserveLog, "reserve log space"),
    (Use::WriteLog, "write the log"),
    (Use::FlushLog, "flush the log"),
    (Use::ReadLog, "read the log"),
    (Use::GrowFile, "grow the file"),
    (Use::WritePage, "write a page"),
    (Use::FlushFile, "flush the pages"),
    (Use::WriteSlot, "write a slot"),
    (Use::FlushSlot, "flush a slot"),
    (Use::ReadPage, "read a page"),
    (Use::RemoveLog, "close: remove the log"),
];

const TROUBLES: &[(Trouble, &str)] = &[
    (Trouble::ErrorOnce, "I/O error, once"),
    (Trouble::ErrorForGood, "I/O error, from then on"),
    (Trouble::FullOnce, "disk full, once"),
    (Trouble::FullForGood, "disk full, from then on"),
    (Trouble::ShortCount, "short count"),
    (Trouble::OverCount, "more than asked"),
    (Trouble::ZeroCount, "zero count"),
    (Trouble::Delay, "takes ten seconds"),
    (Trouble::PowerCut, "power cut, torn"),
    (Trouble::FailedFlushMarksClean, "fails and marks clean"),
    (Trouble::LostAfterOk, "says ok, is lost"),
    (Trouble::Misdirected, "another place"),
    (Trouble::BitFlip, "a bit is wrong"),
    (Trouble::HandleLost, "handle lost, from then on"),
];

/// What callers of one cell saw, over all its runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// SQLSTATEs heard first; "none" where nobody heard anything.
    pub errors: BTreeSet<String>,
    /// Whether the handle was poisoned.
    pub poisoned: BTreeSet<bool>,
    /// Whether reading went on while the fault stood.
    pub readable: BTreeSet<bool>,
    /// Runs.
    pub runs: u64,
}

/// All cells that mean something.
pub type Matrix = BTreeMap<(Use, Trouble), Seen>;

fn is_sync(of: Use) -> bool {
    matches!(of, Use::FlushLog | Use::FlushFile | Use::FlushSlot)
}

fn is_read(of: Use) -> bool {
    matches!(of, Use::ReadSlot | Use::RecoverRead | Use::ReadLog | Use::ReadPage)
}

fn is_write(of: Use) -> bool {
    matches!(of, Use::ReserveLog | Use::WriteLog | Use::WritePage | Use::WriteSlot)
}

/// Why a call cannot have this trouble, if it cannot: a letter that the page explains.
fn excuse(of: Use, trouble: Trouble) -> Option<char> {
    let moves_bytes = is_read(of) || is_write(of);
    match trouble {
        Trouble::ErrorOnce if is_sync(of) => Some('c'),
        Trouble::FullOnce | Trouble::FullForGood if is_read(of) => Some('r'),
        Trouble::ShortCount | Trouble::ZeroCount | Trouble::Misdirected | Trouble::BitFlip => {
            (!moves_bytes).then_some('n')
        }
        Trouble::OverCount if moves_bytes => Some('o'),
        Trouble::OverCount => Some('n'),
        Trouble::FailedFlushMarksClean => (!is_sync(of)).then_some('f'),
        Trouble::LostAfterOk if is_read(of) => Some('r'),
        Trouble::LostAfterOk => (!is_sync(of) && !is_write(of)).then_some('m'),
        _ => None,
    }
}

fn effect(trouble: Trouble) -> (Effect, bool) {
    match trouble {
        Trouble::ErrorOnce => (Effect::Error(VfsErrorKind::Io), false),
        Trouble::ErrorForGood => (Effect::Error(VfsErrorKind::Io), true),
        Trouble::FullOnce => (Effect::Error(VfsErrorKind::DiskFull), false),
        Trouble::FullForGood => (Effect::Error(VfsErrorKind::DiskFull), true),
        Trouble::ShortCount => (Effect::Partial(VfsErrorKind::ShortIo), false),
        Trouble::OverCount | Trouble::ZeroCount => (Effect::Error(VfsErrorKind::ShortIo), false),
        Trouble::Delay => (Effect::Delay(Nanos(10_000_000_000)), false),
        Trouble::PowerCut => (Effect::CutPower, false),
        Trouble::FailedFlushMarksClean => (Effect::Error(VfsErrorKind::Io), false),
        Trouble::LostAfterOk => (Effect::LieAboutSync, false),
        Trouble::Misdirected => (Effect::Misdirect, false),
        Trouble::BitFlip => (Effect::FlipBit, false),
        Trouble::HandleLost => (Effect::Error(VfsErrorKind::HandleLost), true),
    }
}

/// The medium itself lies: a loss must be noticed where it can be, and cannot always be prevented.
fn lies(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::LostAfterOk | Trouble::Misdirected | Trouble::BitFlip)
}

fn open(vfs: &FaultVfs, clock: &ManualClock) -> Result<Database, Error> {
    vfs.set_clock(clock);
    let env = Env {
        vfs: Arc::new(vfs.clone()),
        clock: Arc::new(clock.clone()),
        entropy: Arc::new(SeededEntropy::new(11)),
        zones: Arc::new(decentdb_core::env::NoTimeZones),
        stacks: Arc::new(decentdb_core::env::OneStack),
    };
    let storage = PagerOptions {
        page_size: 4096,
        cache_bytes: 8 * 4096,
        wal_segment_bytes: SEGMENT,
        wal_soft_bytes: 1 << 30,
        wal_hard_bytes: 1 << 31,
        busy_nanos: 0,
        checkpoint_nanos: u64::MAX / 4,
        reader_expire_nanos: u64::MAX / 4,
        ..PagerOptions::default()
    };
    Database::open_with_storage(env, NAME, Options { busy_timeout_millis: 0, ..Options::default() }, &storage)
}

/// What one run knows.
#[derive(Clone, Debug, Default)]
struct Known {
    made: bool,
    acknowledged: BTreeSet<i64>,
    attempted: BTreeSet<i64>,
    first_error: Option<String>,
    poisoned: bool,
    unreadable: bool,
    /// The last call of opening.
    opened_at: u64,
}

impl Known {
    fn heard<T>(&mut self, done: Result<T, Error>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                self.first_error.get_or_insert_with(|| error.sqlstate().code().to_owned());
                None
            }
        }
    }

    fn look(&mut self, database: &Database) {
        let seen = database.connect().and_then(|connection| rows(&connection));
        self.unreadable |= seen.is_err();
        if let Some(seen) = self.heard(seen) {
            for id in &self.acknowledged {
                self.unreadable |= !seen.contains(id);
            }
        }
    }
}

fn rows(connection: &decentdb_core::db::Connection) -> Result<BTreeSet<i64>, Error> {
    let found = connection.query_as::<(i32, String)>("SELECT id, body FROM t", ())?;
    let whole =
        |id: i32, body: &str| body.len() == body_bytes(i64::from(id)) && body.bytes().all(|b| b == b'x');
    found
        .into_iter()
        .map(|(id, body)| match whole(id, &body) {
            true => Ok(i64::from(id)),
            false => Err(Error::internal(format!("row {id} is not whole"))),
        })
        .collect()
}

fn body_bytes(id: i64) -> usize {
    usize::try_from(id % 4).unwrap_or(0) * 2700 + 300
}

/// A life from the first opening, or from a recovery: commits, checkpoints, reads, a close.
fn live(vfs: &FaultVfs, fresh: bool, close: bool) -> Known {
    let mut known = Known { made: !fresh, ..Known::default() };
    if !fresh {
        known.acknowledged = (1..=UNITS).collect();
        known.attempted.clone_from(&known.acknowledged);
    }
    let clock = ManualClock::default();
    let opened = open(vfs, &clock);
    known.opened_at = vfs.operations();
    let Some(database) = known.heard(opened) else { return known };
    let Some(connection) = known.heard(database.connect()) else { return known };
    if fresh {
        let made = connection.execute_script("CREATE TABLE t (id int PRIMARY KEY, body text)");
        known.made = known.heard(made).is_some();
    }
    let ids = if fresh { 1..=UNITS } else { 101..=103 };
    let old = database.storage().begin_read();
    for id in ids {
        known.attempted.insert(id);
        let sql = format!("INSERT INTO t VALUES ({id}, repeat('x', {}))", body_bytes(id));
        if known.heard(connection.execute(&sql, ())).is_some() {
            known.acknowledged.insert(id);
        }
        if id == 4 || id == 10 {
            known.heard(database.checkpoint());
        }
        if id == 6 || id == 9 || id > 100 {
            known.look(&database);
        }
        known.poisoned |= database.storage().durability_status().poisoned.is_some();
    }
    drop(old);
    known.heard(database.storage().checkpoint_step(1));
    known.look(&database);
    known.poisoned |= database.storage().durability_status().poisoned.is_some();
    drop(connection);
    if close {
        known.heard(database.close());
    }
    known
}

/// What each call of a run without faults is for.
fn uses(trace: &[Operation], opened_at: u64, fresh: bool) -> Vec<(Use, Operation)> {
    let mut slot_written = false;
    let mut out = Vec::new();
    for operation in trace {
        let opening = operation.number <= opened_at;
        let log = operation.file.ends_with("-wal");
        let slot = !log && (operation.offset == 0 || operation.offset == 16384);
        let whole_segment = operation.bytes == SEGMENT as usize;
        let of = match (operation.kind, log) {
            (OperationKind::Open, _) if opening && !fresh => None,
            (OperationKind::Open, _) => Some(Use::Create),
            (OperationKind::SetSize, _) if opening => Some(Use::Create),
            (OperationKind::SetSize, _) => Some(Use::GrowFile),
            (OperationKind::Read, false) if opening && slot => Some(Use::ReadSlot),
            (OperationKind::Read, _) if opening => Some(Use::RecoverRead),
            (OperationKind::Read, true) => Some(Use::ReadLog),
            (OperationKind::Read, false) => Some(Use::ReadPage),
            (OperationKind::Write, false) if slot => Some(Use::WriteSlot),
            (OperationKind::Write, false) => Some(Use::WritePage),
            (OperationKind::Write, true) if operation.offset == 0 => Some(Use::Create),
            (OperationKind::Write, true) if whole_segment => Some(Use::ReserveLog),
            (OperationKind::Write, true) => Some(Use::WriteLog),
            (OperationKind::Sync, true) => Some(Use::FlushLog),
            (OperationKind::Sync, false) if slot_written => Some(Use::FlushSlot),
            (OperationKind::Sync, false) => Some(Use::FlushFile),
            (OperationKind::Remove, true) if !opening => Some(Use::RemoveLog),
            _ => None,
        };
        if operation.kind == OperationKind::Write && !log {
            slot_written = slot;
        }
        out.extend(of.map(|of| (of, operation.clone())));
    }
    out
}

/// A fault at exactly this call of a run that repeats the trace.
fn fault_at(trace: &[Operation], operation: &Operation, trouble: Trouble) -> Fault {
    let (effect, sticky) = effect(trouble);
    let alike = |other: &&Operation| other.kind == operation.kind && other.file == operation.file;
    let nth = trace.iter().filter(alike).filter(|other| other.number <= operation.number).count() as u64;
    let file_suffix = if operation.file.ends_with("-wal") { "-wal" } else { ".ddb" }.to_owned();
    Fault { kind: Some(operation.kind), file_suffix, nth, sticky, effect }
}

/// Whatever way the process ends: what was acknowledged is there, what is there was attempted, all whole.
fn examine(vfs: &FaultVfs, known: &Known, trouble: Trouble, what: &str) -> Result<(), Failed> {
    vfs.clear_faults();
    let database = match open(vfs, &ManualClock::default()) {
        Ok(database) => database,
        Err(error) if lies(trouble) && error.kind() == ErrorKind::Corrupt => return Ok(()),
        Err(error) => return Err(Failed(format!("{what}: does not open: {error:?}"))),
    };
    let wrong = database.verify().unwrap_or_else(|error| vec![error.to_string()]);
    let found = match database.connect().and_then(|connection| rows(&connection)) {
        Ok(found) => found,
        Err(error) if error.sqlstate().code() == "42P01" && !known.made => return Ok(()),
        Err(_) if lies(trouble) && !wrong.is_empty() => return Ok(()),
        Err(error) if lies(trouble) && error.sqlstate().code() == "42P01" => return Ok(()),
        Err(error) => return Err(Failed(format!("{what}: does not read: {error:?}"))),
    };
    if !wrong.is_empty() {
        return if lies(trouble) { Ok(()) } else { Err(Failed(format!("{what}: {wrong:#?}"))) };
    }
    if let Some(id) = found.iter().find(|id| !known.attempted.contains(id)) {
        return Err(Failed(format!("{what}: row {id} comes from nowhere")));
    }
    match known.acknowledged.iter().find(|id| !found.contains(id)) {
        // A medium that lies about its last flush cannot be found out by what is on it.
        Some(_) if lies(trouble) => Ok(()),
        Some(id) => Err(Failed(format!("{what}: row {id} was acknowledged and is gone"))),
        None => Ok(()),
    }
}

fn run_cell(
    base: &FaultVfs,
    fresh: bool,
    trace: &[Operation],
    (of, operation): (Use, &Operation),
    trouble: Trouble,
    seen: &mut Seen,
) -> Result<(), Failed> {
    let what = format!("{of:?} {trouble:?} at {operation:?}");
    let vfs = base.kill();
    vfs.inject(fault_at(trace, operation, trouble));
    let known = live(&vfs, fresh, true);
    if vfs.faults_hit() == 0 {
        return Err(Failed(format!("{what}: the fault was never reached")));
    }
    seen.runs += 1;
    seen.errors.insert(known.first_error.clone().unwrap_or_else(|| "none".to_owned()));
    seen.poisoned.insert(known.poisoned);
    seen.readable.insert(!known.unreadable);
    if !lies(trouble) && known.first_error.as_deref() == Some("XX000") {
        return Err(Failed(format!("{what}: an internal error")));
    }
    if !lies(trouble) && known.first_error.as_deref() == Some("XX001") {
        return Err(Failed(format!("{what}: damage that nothing has done")));
    }
    if trouble != Trouble::PowerCut {
        examine(&vfs.kill(), &known, trouble, &format!("{what}, killed"))?;
    }
    for seed in 0..4 {
        let crash = if seed == 0 {
            Crash::LOSE_ALL
        } else {
            crate::world::draw_crash(&mut decentdb_core::env::SplitMix64::new(seed))
        };
        examine(&vfs.crash(&crash), &known, trouble, &format!("{what}, {crash:?}"))?;
    }
    Ok(())
}

/// Runs every cell.
pub fn run_matrix() -> Result<Matrix, Failed> {
    let mut matrix = Matrix::new();
    let meant = |of: Use| {
        TROUBLES.iter().map(move |(trouble, _)| (of, *trouble)).filter(|(of, t)| excuse(*of, *t).is_none())
    };
    for cell in USES.iter().flat_map(|(of, _)| meant(*of)) {
        matrix.insert(cell, Seen::default());
    }
    let unclosed = FaultVfs::new(5);
    let known = live(&unclosed, true, false);
    if let Some(error) = known.first_error {
        return Err(Failed(format!("the life without faults hears {error}")));
    }
    let closed = FaultVfs::new(5);
    live(&closed, true, true);
    let bases = [
        ("from the creation", FaultVfs::new(5)),
        ("from a recovery", unclosed.kill()),
        ("from a clean file", closed.kill()),
    ];
    for (whence, base) in bases {
        let fresh = whence == "from the creation";
        let dry = base.kill();
        dry.keep_trace();
        let known = live(&dry, fresh, true);
        let trace = dry.trace();
        let calls = uses(&trace, known.opened_at, fresh);
        for ((of, trouble), seen) in &mut matrix {
            let mine: Vec<&Operation> =
                calls.iter().filter(|(other, _)| other == of).map(|(_, operation)| operation).collect();
            let step = mine.len().div_ceil(CALLS_PER_CELL).max(1);
            for operation in mine.into_iter().step_by(step) {
                run_cell(&base, fresh, &trace, (*of, operation), *trouble, seen).during(whence)?;
            }
        }
    }
    Ok(matrix)
}

fn words(set: &BTreeSet<bool>) -> &'static str {
    match (set.contains(&true), set.contains(&false)) {
        (true, true) => "some",
        (true, false) => "yes",
        _ => "no",
    }
}

/// Every cell of the plan at a glance: `+` where it was hit, else the letter of why it cannot be.
pub fn overview(matrix: &Matrix) -> String {
    let mut out = String::from("| |");
    for (_, fault) in TROUBLES {
        let _ = write!(out, " {fault} |");
    }
    let _ = writeln!(out, "\n|---|{}", "---|".repeat(TROUBLES.len()));
    for (of, name) in USES {
        let _ = write!(out, "| {name} |");
        for (trouble, _) in TROUBLES {
            let hit = matrix.get(&(*of, *trouble)).is_some_and(|seen| seen.runs > 0);
            let _ = write!(out, " {} |", if hit { '+' } else { excuse(*of, *trouble).unwrap_or('?') });
        }
        out.push('\n');
    }
    out
}

/// The matrix as the table of docs/FAULTS.md, and the cells that no run reached.
pub fn table(matrix: &Matrix) -> (String, Vec<String>) {
    let mut out =
        String::from("| call | fault | first error | poisoned | reads go on |\n|---|---|---|---|---|\n");
    let mut missed = Vec::new();
    for ((of, trouble), seen) in matrix {
        let name =
            |names: &[(Use, &'static str)]| names.iter().find(|(it, _)| it == of).map_or("", |it| it.1);
        let fault = TROUBLES.iter().find(|(it, _)| it == trouble).map_or("", |it| it.1);
        let errors = seen.errors.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        if seen.runs == 0 {
            missed.push(format!("{} / {fault}", name(USES)));
        }
        let (poisoned, readable) = (words(&seen.poisoned), words(&seen.readable));
        let _ = writeln!(out, "| {} | {fault} | {errors} | {poisoned} | {readable} |", name(USES));
    }
    (out, missed)
}
