//! Power cuts at every file operation of fixed scripts: what was acknowledged is there, what was not is
//! there whole or not at all.
//!
//! ```text
//! script: unit 1, unit 2, ...            each unit is one transaction, each has a state of all tables after it
//! disk:   operation 1, 2, 3, ...         at each, many outcomes of a power cut and one death of the process
//! then:   open, read all tables          the state must be that of unit i, acknowledged <= i <= attempted
//! ```
//!
//! After that the file must pass `verify`, read the same when opened again, and take more changes. Some
//! recoveries are crashed themselves, at every operation, twice in a row.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use decentdb_core::db::{Connection, Database, Options};
use decentdb_core::env::fault::{Crash, FaultVfs, Snapshot};
use decentdb_core::env::{Env, SplitMix64};
use decentdb_core::error::Result;

const NAME: &str = "crash.ddb";
/// Outcomes tried per operation; raise it for a long run.
const CRASHES_PER_OPERATION: usize = 10;

/// One step of a script.
#[derive(Clone)]
enum Unit {
    /// One transaction.
    Sql(String),
    /// No change of any table; many changes of files.
    Checkpoint,
    /// Close and open again.
    Reopen,
}

fn sql(text: &str) -> Unit {
    Unit::Sql(text.to_owned())
}

fn options() -> Options {
    Options { page_size: 4096, ..Options::default() }
}

fn open(vfs: FaultVfs, seed: u64) -> Result<Database> {
    Database::open(Env::simulated(vfs, seed), NAME, options())
}

/// All tables, as text: the state that is compared.
fn dump(connection: &Connection) -> Result<String> {
    let mut text = String::new();
    for table in ["parent", "child", "big", "extra", "afterwards"] {
        match connection.run(&format!("SELECT * FROM {table} ORDER BY 1"), &[]) {
            Ok(outcome) => text.push_str(&format!("{table}: {:?}\n", outcome.text_rows()?)),
            Err(error) if error.sqlstate().code() == "42P01" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(text)
}

/// Runs units until one fails; `after` hears how many are acknowledged.
fn run(vfs: &FaultVfs, units: &[Unit], mut after: impl FnMut(usize)) -> Result<()> {
    let mut database = open(vfs.clone(), 5)?;
    let mut connection = database.connect()?;
    after(0);
    for (at, unit) in units.iter().enumerate() {
        match unit {
            Unit::Sql(text) => connection.execute_script(text)?,
            Unit::Checkpoint => database.checkpoint()?,
            Unit::Reopen => {
                drop(connection);
                database.close()?;
                database = open(vfs.clone(), 6)?;
                connection = database.connect()?;
            }
        }
        after(at + 1);
    }
    drop(connection);
    database.close()
}

/// The state of all tables after each unit, from a disk without faults.
fn states(units: &[Unit]) -> Vec<String> {
    let database = open(FaultVfs::new(5), 5).unwrap();
    let connection = database.connect().unwrap();
    let mut states = vec![dump(&connection).unwrap()];
    for unit in units {
        if let Unit::Sql(text) = unit {
            connection.execute_script(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        }
        states.push(dump(&connection).unwrap());
    }
    states
}

/// Opens what a disaster left and answers its state, after checking all that needs no knowledge of it.
fn recover(vfs: &FaultVfs, what: &str) -> String {
    let database = open(vfs.clone(), 7).unwrap_or_else(|error| panic!("{what}: does not open: {error:?}"));
    let connection = database.connect().unwrap();
    let state = dump(&connection).unwrap_or_else(|error| panic!("{what}: does not read: {error:?}"));
    let wrong = database.verify().unwrap_or_else(|error| panic!("{what}: verify: {error:?}"));
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    state
}

/// The states that may be found: acknowledged, or the one in flight.
fn must_be_allowed(state: &str, states: &[String], acknowledged: usize, what: &str) {
    let in_flight = (acknowledged + 1).min(states.len() - 1);
    let allowed = &states[acknowledged..=in_flight];
    assert!(
        allowed.iter().any(|allowed| allowed == state),
        "{what}: after {acknowledged} acknowledged units the tables are\n{state}\ninstead of\n{}",
        allowed.join("or\n")
    );
}

/// After recovery the database is a database: it takes changes, and reads the same when opened again.
fn must_go_on(vfs: &FaultVfs, state: &str, what: &str) {
    assert_eq!(recover(vfs, what), state, "{what}: the second opening reads something else");
    let database = open(vfs.clone(), 8).unwrap();
    let connection = database.connect().unwrap();
    connection
        .execute_script("CREATE TABLE afterwards (id int PRIMARY KEY); INSERT INTO afterwards VALUES (1)")
        .unwrap_or_else(|error| panic!("{what}: takes no change after recovery: {error:?}"));
    drop(connection);
    drop(database);
    let lost = vfs.crash(&Crash::LOSE_ALL);
    assert!(recover(&lost, what).contains("afterwards: [[Some(\"1\")]]"), "{what}: the new row is gone");
}

/// Crashes the recovery of `vfs` at each of its operations, `depth` times in a row.
fn crash_recovery(
    vfs: &FaultVfs,
    states: &[String],
    acknowledged: usize,
    depth: usize,
    seed: u64,
    what: &str,
) {
    let recording = vfs.kill();
    recording.keep_snapshots();
    recover(&recording, what);
    for snapshot in recording.take_snapshots() {
        let operation = snapshot.operation.number;
        let crash = Crash::seeded(seed ^ operation);
        let after = snapshot.vfs.crash(&crash);
        let what = format!("{what}\n  then {crash:?} at recovery's {:?}", snapshot.operation);
        must_be_allowed(&recover(&after.kill(), &what), states, acknowledged, &what);
        if depth > 1 && operation % 3 == 0 {
            crash_recovery(&after, states, acknowledged, depth - 1, seed.wrapping_add(1), &what);
        }
    }
}

/// The whole examination of one script.
fn examine(name: &str, units: &[Unit]) {
    let states = states(units);
    let vfs = FaultVfs::new(1);
    vfs.keep_snapshots();
    let mut acknowledged_at: Vec<u64> = Vec::new();
    run(&vfs, units, |_| acknowledged_at.push(vfs.operations())).unwrap();
    let snapshots = vfs.take_snapshots();
    assert!(snapshots.len() > units.len(), "{name}: {} operations change files", snapshots.len());
    let mut images = 0;
    for Snapshot { operation, vfs } in snapshots {
        // How many units had returned when this operation was in flight; none before the first opening.
        let returned = acknowledged_at.partition_point(|&at| at < operation.number);
        let acknowledged = returned.saturating_sub(1);
        let killed = vfs.kill();
        let what = format!("{name}: killed at {operation:?}");
        must_be_allowed(&recover(&killed, &what), &states, acknowledged, &what);
        for (number, crash) in vfs.crash_choices(CRASHES_PER_OPERATION).into_iter().enumerate() {
            let what = format!("{name}: {crash:?} at {operation:?}");
            let after = vfs.crash(&crash);
            let state = recover(&after.kill(), &what);
            must_be_allowed(&state, &states, acknowledged, &what);
            images += 1;
            if number == 2 {
                let recovered = after.kill();
                recover(&recovered, &what);
                must_go_on(&recovered, &state, &what);
            }
            if number == 3 && operation.number % 5 == 0 {
                crash_recovery(&after, &states, acknowledged, 2, operation.number, &what);
            }
        }
    }
    println!("{name}: {images} crashes survived");
}

const SCHEMA: &str = "CREATE TABLE parent (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent ON DELETE CASCADE, n numeric);
    CREATE INDEX child_parent ON child (parent);
    CREATE TABLE big (id int PRIMARY KEY, body text)";

#[test]
fn single_rows_survive() {
    let mut units = vec![sql(SCHEMA)];
    for id in 1..=6 {
        units.push(Unit::Sql(format!("INSERT INTO parent VALUES ({id}, 'parent {id}')")));
    }
    units.push(sql("UPDATE parent SET name = 'renamed' WHERE id = 3"));
    units.push(sql("DELETE FROM parent WHERE id = 1"));
    examine("single rows", &units);
}

#[test]
fn transactions_over_several_tables_survive_whole() {
    let mut units = vec![sql(SCHEMA)];
    for id in 1..=4 {
        units.push(Unit::Sql(format!(
            "BEGIN; INSERT INTO parent VALUES ({id}, 'p'); INSERT INTO child SELECT {id} * 100 + g, {id}, g / 7.0
             FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8)) AS v (g);
             SAVEPOINT s; DELETE FROM child; ROLLBACK TO s; COMMIT"
        )));
    }
    units.push(sql("BEGIN; DELETE FROM parent WHERE id = 2; UPDATE child SET n = n + 1; COMMIT"));
    units.push(sql("BEGIN; DELETE FROM parent; ROLLBACK"));
    examine("transactions", &units);
}

#[test]
fn checkpoints_and_reopenings_lose_nothing() {
    let mut units = vec![sql(SCHEMA)];
    for id in 1..=3 {
        units.push(Unit::Sql(format!("INSERT INTO parent VALUES ({id}, repeat('x', 500))")));
        units.push(Unit::Checkpoint);
        units.push(Unit::Sql(format!("UPDATE parent SET name = 'after {id}' WHERE id = {id}")));
        units.push(if id % 2 == 0 { Unit::Checkpoint } else { Unit::Reopen });
    }
    units.push(sql("INSERT INTO parent VALUES (10, 'last')"));
    examine("checkpoints", &units);
}

#[test]
fn large_values_and_splits_survive() {
    let mut units = vec![sql(SCHEMA)];
    for id in 1..=3 {
        units.push(Unit::Sql(format!("INSERT INTO big VALUES ({id}, repeat('value {id} ', 3000))")));
    }
    units.push(Unit::Checkpoint);
    units.push(sql("UPDATE big SET body = repeat('y', 9000) WHERE id = 2"));
    units.push(sql("DELETE FROM big WHERE id = 1"));
    let rows: Vec<String> = (10..150).map(|id| format!("({id}, 'row {id} {}')", "z".repeat(60))).collect();
    units.push(Unit::Sql(format!("INSERT INTO big VALUES {}", rows.join(", "))));
    units.push(sql("DELETE FROM big WHERE id % 3 = 0"));
    examine("large values", &units);
}

#[test]
fn changes_of_the_schema_survive_whole() {
    let units = [
        sql(SCHEMA),
        sql("INSERT INTO parent VALUES (1, 'a'), (2, 'b')"),
        sql(
            "BEGIN; CREATE TABLE extra (id int PRIMARY KEY, note text); INSERT INTO extra VALUES (1, 'n'); COMMIT",
        ),
        sql("CREATE UNIQUE INDEX parent_name ON parent (name)"),
        sql("DROP INDEX child_parent"),
        Unit::Checkpoint,
        sql("BEGIN; DROP TABLE child; INSERT INTO parent VALUES (3, 'c'); COMMIT"),
        sql("BEGIN; DROP TABLE parent; ROLLBACK"),
        sql("DROP TABLE extra"),
        sql("INSERT INTO parent VALUES (4, 'd')"),
    ];
    examine("schema", &units);
}

#[test]
fn random_transactions_survive() {
    let seed = 20_260_101;
    println!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let mut units = vec![sql(SCHEMA)];
    let mut ids: Vec<u64> = Vec::new();
    for next in 1..=25_u64 {
        let unit = match random.below(10) {
            0..=4 => {
                ids.push(next);
                let length = random.below(700);
                format!("INSERT INTO parent VALUES ({next}, repeat('r', {length}))")
            }
            5 | 6 if !ids.is_empty() => {
                let id = ids[random.index(ids.len())];
                format!("UPDATE parent SET name = repeat('u', {}) WHERE id = {id}", random.below(2000))
            }
            7 if !ids.is_empty() => {
                let id = ids.swap_remove(random.index(ids.len()));
                format!("DELETE FROM parent WHERE id = {id}")
            }
            8 => {
                units.push(Unit::Checkpoint);
                continue;
            }
            _ => format!("INSERT INTO big VALUES ({next}, repeat('b', {}))", random.below(20_000)),
        };
        units.push(Unit::Sql(unit));
    }
    examine("random", &units);
}
