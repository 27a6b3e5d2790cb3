//! The disasters that are known by name, each as a script. What the rest of the repository tests already is not
//! here: docs/FAULTS.md says which test every scenario is.
//!
//! ```text
//! Ledger: rows 1, 2, 3 ... are commits 1, 2, 3 ...   -> what is found after a disaster is 1..=n, whole
//!         acknowledged <= n <= attempted
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod commits;
mod full;
mod logs;

use decentdb_core::db::{Connection, Database, Durability, Options};
use decentdb_core::env::Env;
use decentdb_core::env::fault::{Crash, FaultVfs, OperationKind, Snapshot};
use decentdb_core::error::{Error, Result};
use decentdb_core::pager::PagerOptions;

const NAME: &str = "scene.ddb";
const SEGMENT: u32 = 32768;

/// No checkpoint but those the scripts ask for; a cache of eight pages, so that reads go to the files.
fn storage() -> PagerOptions {
    PagerOptions {
        page_size: 4096,
        cache_bytes: 8 * 4096,
        wal_segment_bytes: SEGMENT,
        wal_soft_bytes: 1 << 30,
        wal_hard_bytes: 1 << 31,
        busy_nanos: 0,
        normal_flush_nanos: u64::MAX / 4,
        checkpoint_nanos: u64::MAX / 4,
        ..PagerOptions::default()
    }
}

fn open_with(vfs: &FaultVfs, storage: &PagerOptions, seed: u64) -> Result<Database> {
    let env = Env::simulated(vfs.clone(), seed);
    Database::open_with_storage(env, NAME, Options { busy_timeout_millis: 0, ..Options::default() }, storage)
}

fn open(vfs: &FaultVfs) -> Result<Database> {
    // Another salt and other numbers than in the life before, as from a host.
    open_with(vfs, &storage(), vfs.trace_hash() ^ vfs.pending_writes() as u64)
}

/// Some rows take one page, some several.
fn body_bytes(id: i64) -> usize {
    usize::try_from(id % 4).unwrap_or(0) * 2700 + 300
}

fn insert(connection: &Connection, id: i64) -> Result<()> {
    let sql = format!("INSERT INTO ledger VALUES ({id}, repeat('x', {}))", body_bytes(id));
    connection.execute(&sql, ()).map(|_| ())
}

/// A database with rows 1 to `rows`, each a commit at level Full.
fn ledger(vfs: &FaultVfs, rows: i64) -> (Database, Connection) {
    let database = open(vfs).unwrap();
    let connection = database.connect().unwrap();
    connection.execute_script("CREATE TABLE ledger (id int PRIMARY KEY, body text)").unwrap();
    for id in 1..=rows {
        insert(&connection, id).unwrap();
    }
    (database, connection)
}

/// The rows there are; the last one's number, all before it being there.
fn last_row(connection: &Connection, what: &str) -> i64 {
    let rows = connection.query_as::<(i32, i32)>("SELECT id, length(body) FROM ledger ORDER BY id", ());
    let rows = rows.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    for (at, (id, bytes)) in rows.iter().enumerate() {
        assert_eq!(i64::from(*id), at as i64 + 1, "{what}: rows are missing before row {id}");
        assert_eq!(*bytes as usize, body_bytes(i64::from(*id)), "{what}: row {id} is not whole");
    }
    rows.len() as i64
}

/// What a disaster left opens and has rows 1 to n, `low <= n <= high`; it is sound, and takes another row that
/// a power cut then leaves. Answers n.
fn examine(vfs: &FaultVfs, low: i64, high: i64, what: &str) -> i64 {
    vfs.clear_faults();
    vfs.set_capacity_bytes(u64::MAX);
    let database = open(vfs).unwrap_or_else(|error| panic!("{what}: does not open: {error:?}"));
    let connection = database.connect().unwrap();
    let last = last_row(&connection, what);
    assert!((low..=high).contains(&last), "{what}: {last} rows, not {low} to {high}");
    assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "{what}");
    insert(&connection, last + 1).unwrap_or_else(|error| panic!("{what}: takes no more rows: {error:?}"));
    drop(connection);
    drop(database);
    let database = open(&vfs.crash(&Crash::LOSE_ALL)).unwrap();
    assert_eq!(last_row(&database.connect().unwrap(), what), last + 1, "{what}: the row after it");
    last
}

/// Every way in which it may end here: killed, and the power cuts worth trying.
fn examine_all(vfs: &FaultVfs, low: i64, high: i64, what: &str) {
    examine(&vfs.kill(), low, high, &format!("{what}, killed"));
    for crash in vfs.crash_choices(24) {
        examine(&vfs.crash(&crash), low, high, &format!("{what}, {crash:?}"));
    }
}

/// What a call in flight was, in words of the order that is checked.
fn step_of(snapshot: &Snapshot) -> &'static str {
    let call = &snapshot.operation;
    let log = call.file.ends_with("-wal");
    match (call.kind, call.offset) {
        (OperationKind::Write, _) if log => "log write",
        (OperationKind::Sync, _) if log => "log sync",
        (OperationKind::Write, 0) => "slot A",
        (OperationKind::Write, 16384) => "slot B",
        (OperationKind::Write, _) => "pages",
        (OperationKind::SetSize, _) => "growth",
        (OperationKind::Sync, _) => "file sync",
        _ => "other",
    }
}

fn code(done: &std::result::Result<(), Error>) -> String {
    done.as_ref().map_or_else(|error| error.sqlstate().code().to_owned(), |()| "done".to_owned())
}

fn commit_at(connection: &Connection, level: Durability, id: i64) {
    connection.set_durability(level);
    insert(connection, id).unwrap();
}
