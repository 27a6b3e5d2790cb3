//! An I/O error at every file operation of a fixed workload: an error or success for the caller, never
//! damage, and never the loss of what was acknowledged, however the process ends.
//!
//! The workload is a row of *units*, each one transaction over three tables whose parts must agree:
//!
//! ```text
//! marker(id)            one row per unit
//! part(unit, n)         (unit mod 7) + 1 rows per marker
//! total(units)          counts the markers
//! ```
//!
//! So whatever subset of units is found, it can be seen whether each is whole.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use decentdb_core::db::{Connection, Database, Options};
use decentdb_core::env::fault::{Crash, Effect, Fault, FaultVfs, OperationKind};
use decentdb_core::env::{Env, VfsErrorKind};
use decentdb_core::error::{ErrorKind, Result};

const NAME: &str = "faults.ddb";
const UNITS: i64 = 14;

fn open(vfs: &FaultVfs) -> Result<Database> {
    Database::open(
        Env::simulated(vfs.clone(), 3),
        NAME,
        Options { page_size: 4096, busy_timeout_millis: 0, ..Options::default() },
    )
}

fn unit(connection: &Connection, id: i64) -> Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute("INSERT INTO marker VALUES ($1, repeat('m', 300))", (id,))?;
    for n in 0..=id % 7 {
        transaction.execute("INSERT INTO part VALUES ($1, $2)", (id, n))?;
    }
    transaction.execute("UPDATE total SET units = units + 1", ())?;
    transaction.commit()
}

/// What one run knows: which units returned `Ok`, which were tried.
#[derive(Default, Debug)]
struct Known {
    schema: bool,
    acknowledged: Vec<i64>,
    attempted: Vec<i64>,
}

/// Runs the workload to its end, through errors: what fails is not tried again.
fn workload(vfs: &FaultVfs) -> Known {
    let mut known = Known::default();
    let Ok(database) = open(vfs) else { return known };
    let Ok(connection) = database.connect() else { return known };
    let schema = "BEGIN;
        CREATE TABLE marker (id bigint PRIMARY KEY, pad text);
        CREATE TABLE part (unit bigint REFERENCES marker, n bigint, PRIMARY KEY (unit, n));
        CREATE TABLE total (units bigint); INSERT INTO total VALUES (0);
        COMMIT";
    known.schema = connection.execute_script(schema).is_ok();
    for id in 1..=UNITS {
        known.attempted.push(id);
        match unit(&connection, id) {
            Ok(()) => known.acknowledged.push(id),
            Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "unit {id}: {error:?}"),
        }
        if id % 5 == 0 {
            // A checkpoint may fail; it must not cost anything.
            let _ = database.checkpoint();
        }
        if id == 9 {
            // Reads go on, or say why not.
            let _ = connection.query_as::<i64>("SELECT count(*) FROM marker", ());
        }
    }
    known
}

/// Opens what is left and compares it with what is known.
fn examine(vfs: &FaultVfs, known: &Known, what: &str) {
    let database = open(vfs).unwrap_or_else(|error| panic!("{what}: does not open: {error:?}"));
    let connection = database.connect().unwrap();
    let markers = match connection.query_as::<i64>("SELECT id FROM marker ORDER BY id", ()) {
        Ok(markers) => markers,
        Err(error) if error.sqlstate().code() == "42P01" && !known.schema => return,
        Err(error) => panic!("{what}: {error:?}"),
    };
    for id in &known.acknowledged {
        assert!(markers.contains(id), "{what}: unit {id} was acknowledged and is gone: {known:?}");
    }
    for id in &markers {
        assert!(known.attempted.contains(id), "{what}: unit {id} comes from nowhere");
        let parts: i64 = connection
            .query_row("SELECT count(*) FROM part WHERE unit = $1", (*id,), |row| row.get(0))
            .unwrap();
        assert_eq!(parts, id % 7 + 1, "{what}: unit {id} is not whole");
    }
    let total: i64 = connection.query_row("SELECT units FROM total", (), |row| row.get(0)).unwrap();
    let parts: i64 = connection.query_row("SELECT count(*) FROM part", (), |row| row.get(0)).unwrap();
    assert_eq!(total, markers.len() as i64, "{what}: the total disagrees");
    assert_eq!(parts, markers.iter().map(|id| id % 7 + 1).sum::<i64>(), "{what}: parts without a marker");
    let wrong = database.verify().unwrap();
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
}

/// Runs the workload with one fault and examines every way it may end.
fn survive(fault: &Fault, seed: u64) {
    let what = format!("{fault:?}");
    let vfs = FaultVfs::new(seed);
    vfs.inject(fault.clone());
    let known = workload(&vfs);
    vfs.clear_faults();
    examine(&vfs.kill(), &known, &format!("{what}, killed"));
    // A database that reopened after an error has rewritten what it relies on: a power cut then is the
    // worst moment, for the system may have marked pages clean that never reached the medium.
    let reopened = vfs.kill();
    drop(open(&reopened));
    for crash in [Crash::LOSE_ALL, Crash::seeded(seed), Crash::seeded(seed + 1)] {
        examine(&vfs.crash(&crash), &known, &format!("{what}, {crash:?}"));
        examine(&reopened.crash(&crash), &known, &format!("{what}, reopened, {crash:?}"));
    }
}

fn every_operation_of(kind: OperationKind, effect: Effect, sticky: bool) {
    let dry = FaultVfs::new(1);
    dry.keep_trace();
    let known = workload(&dry);
    assert_eq!(known.acknowledged.len() as i64, UNITS, "the workload works without faults");
    let count = dry.trace().iter().filter(|operation| operation.kind == kind).count() as u64;
    assert!(count > 0, "the workload has no {kind:?}");
    // At most so many places, evenly spread.
    let step = (count / 60).max(1);
    for nth in (1..=count).step_by(usize::try_from(step).unwrap()) {
        survive(&Fault { sticky, ..Fault::once(kind, nth, effect) }, nth);
    }
}

#[test]
fn a_failed_write_costs_nothing_acknowledged() {
    every_operation_of(OperationKind::Write, Effect::Error(VfsErrorKind::Io), false);
}

#[test]
fn a_partial_write_costs_nothing_acknowledged() {
    every_operation_of(OperationKind::Write, Effect::Partial(VfsErrorKind::ShortIo), false);
}

#[test]
fn a_disk_that_stays_full_costs_nothing_acknowledged() {
    every_operation_of(OperationKind::Write, Effect::Error(VfsErrorKind::DiskFull), true);
    every_operation_of(OperationKind::Write, Effect::Partial(VfsErrorKind::DiskFull), true);
}

#[test]
fn a_failed_sync_costs_nothing_acknowledged() {
    every_operation_of(OperationKind::Sync, Effect::Error(VfsErrorKind::Io), false);
    every_operation_of(OperationKind::Sync, Effect::Error(VfsErrorKind::Io), true);
}

#[test]
fn a_failed_open_costs_nothing_acknowledged() {
    every_operation_of(OperationKind::Open, Effect::Error(VfsErrorKind::Io), false);
}

#[test]
fn a_disk_with_room_again_takes_changes_again() {
    // Disk full is no reason to poison: once there is room, the same connection goes on or says how.
    let vfs = FaultVfs::new(9);
    let database = open(&vfs).unwrap();
    let connection = database.connect().unwrap();
    connection.execute_script("CREATE TABLE t (id int PRIMARY KEY, body text)").unwrap();
    vfs.set_capacity_bytes(1);
    let mut failed = false;
    for id in 0..400 {
        match connection.execute("INSERT INTO t VALUES ($1, repeat('x', 9000))", (id,)) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.sqlstate().code(), "53100", "{error:?}");
                failed = true;
                break;
            }
        }
    }
    assert!(failed, "a full disk went unnoticed");
    let before = connection.query_as::<i64>("SELECT count(*) FROM t", ()).unwrap();
    vfs.set_capacity_bytes(u64::MAX);
    connection.execute("INSERT INTO t VALUES (1000, 'there is room')", ()).unwrap();
    let after = connection.query_as::<i64>("SELECT count(*) FROM t", ()).unwrap();
    assert_eq!(after[0], before[0] + 1);
    drop(connection);
    drop(database);
    let reopened = open(&vfs.crash(&Crash::LOSE_ALL)).unwrap();
    let rows = reopened.connect().unwrap().query_as::<i64>("SELECT count(*) FROM t", ()).unwrap();
    assert_eq!(rows, after);
}

#[test]
fn closing_on_a_full_disk_says_so_and_loses_nothing() {
    let vfs = FaultVfs::new(10);
    let database = open(&vfs).unwrap();
    let connection = database.connect().unwrap();
    connection.execute_script("CREATE TABLE t (id int PRIMARY KEY, body text)").unwrap();
    for id in 0..50 {
        connection.execute("INSERT INTO t VALUES ($1, repeat('x', 9000))", (id,)).unwrap();
    }
    drop(connection);
    vfs.set_capacity_bytes(1);
    if let Err(error) = database.close() {
        assert_eq!(error.sqlstate().code(), "53100", "{error:?}");
        assert!(error.message().contains("no space"), "{error:?}");
    } else {
        panic!("there is no room for the pages that only the log holds");
    }
    vfs.set_capacity_bytes(u64::MAX);
    let reopened = open(&vfs).unwrap();
    let rows = reopened.connect().unwrap().query_as::<i64>("SELECT count(*) FROM t", ()).unwrap();
    assert_eq!(rows, [50]);
    reopened.close().unwrap();
}
