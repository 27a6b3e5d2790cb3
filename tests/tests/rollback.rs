//! Rolling back at every operation and by every road leaves nothing behind: no row, no definition, no page,
//! nothing that another session, a prepared statement, a kept plan or a later opening could see.
//!
//! ```text
//! operations of a random transaction:   1  2  3  4  5  6 ...      each may fail: its savepoint undoes it
//! rolled back after each of them by:    ROLLBACK | an error | drop | a savepoint | dropping the connection |
//!                                       a statement dropped half-way | a killed process | a power cut
//! ```
//!
//! Sequences have rules of their own: a number that was handed out does not come back while the process
//! lives, rolled back or not, and one that was committed never does.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use std::collections::BTreeSet;

use decentdb_core::db::{Connection, Database, Options, PortalStep, Statement};
use decentdb_core::env::fault::FaultVfs;
use decentdb_core::env::{Env, SplitMix64};

const NAME: &str = "rollback.ddb";

fn open(vfs: FaultVfs, seed: u64) -> Database {
    let options = Options { page_size: 4096, busy_timeout_millis: 0, ..Options::default() };
    Database::open(Env::simulated(vfs, seed), NAME, options).unwrap()
}

fn text_rows(connection: &Connection, sql: &str) -> Vec<String> {
    let outcome = connection.run(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    outcome.text_rows().unwrap().into_iter().map(|row| format!("{row:?}")).collect()
}

/// Everything a session can see: definitions with their pages, and all rows.
fn dump(database: &Database, connection: &Connection) -> String {
    let catalog = database.catalog().unwrap();
    let mut text = format!("{:#?}\n{:#?}\n{:#?}\n", catalog.tables, catalog.indexes, catalog.sequences);
    for name in text_names(connection) {
        text.push_str(&format!(
            "{name}: {:?}\n",
            text_rows(connection, &format!("SELECT * FROM {name} ORDER BY 1, 2"))
        ));
    }
    text
}

/// The tables as this session sees them now.
fn text_names(connection: &Connection) -> Vec<String> {
    connection.query_as("SELECT name FROM sys.tables ORDER BY name", ()).unwrap()
}

/// One operation; it may fail, as statements do.
fn operation(random: &mut SplitMix64, number: usize) -> String {
    let id = random.below(40);
    let other = random.below(40);
    match random.below(15) {
        0..=2 => format!("INSERT INTO base (id, a) VALUES ({id}, {other})"),
        3 => format!(
            "INSERT INTO base (id, a, b) SELECT id + 40, a, repeat('long', {}) FROM base",
            1 + other * 100
        ),
        4 => format!("UPDATE base SET a = a + 1, b = repeat('z', {}) WHERE id >= {id}", other * 300),
        5 => format!("DELETE FROM base WHERE id % 7 = {}", id % 7),
        6 => format!("INSERT INTO child (base_id) VALUES ({id}), ({other})"),
        7 => "INSERT INTO counted (t) SELECT 'drawn' FROM base".to_owned(),
        8 => format!("CREATE TABLE t{number} (id int PRIMARY KEY, x text UNIQUE)"),
        9 => format!("CREATE INDEX i{number} ON base (a DESC, id)"),
        10 => format!("DROP TABLE IF EXISTS t{}", number.saturating_sub(2)),
        11 => "ALTER TABLE base ADD CONSTRAINT small CHECK (a < 1000)".to_owned(),
        12 => "DROP INDEX IF EXISTS base_a".to_owned(),
        // Fails in the middle, with rows changed already.
        13 => "UPDATE base SET a = 100 / (id - 7)".to_owned(),
        _ => format!("CREATE TABLE c{number} AS SELECT id, a FROM base"),
    }
}

const SCHEMA: &str = "CREATE TABLE base (id int PRIMARY KEY, a int NOT NULL, b text);
    CREATE INDEX base_a ON base (a);
    CREATE TABLE child (id serial PRIMARY KEY, base_id int REFERENCES base (id) ON DELETE CASCADE);
    CREATE TABLE counted (n bigint GENERATED ALWAYS AS IDENTITY, t text);
    INSERT INTO base SELECT n, n * 2, 'row' FROM (VALUES (1), (2), (3), (5), (8), (13), (21)) AS v (n);
    INSERT INTO child (base_id) VALUES (1), (2), (3);
    INSERT INTO counted (t) VALUES ('first')";

/// How a transaction ends without a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Road {
    Rollback,
    Error,
    Drop,
    Savepoint,
    DropConnection,
    HalfStatement,
    Kill,
    PowerCut,
}

const ROADS: [Road; 8] = [
    Road::Rollback,
    Road::Error,
    Road::Drop,
    Road::Savepoint,
    Road::DropConnection,
    Road::HalfStatement,
    Road::Kill,
    Road::PowerCut,
];

/// A session that looks on, with statements prepared before anything happened.
struct Onlooker {
    connection: Connection,
    count: Statement,
    by_index: Statement,
}

impl Onlooker {
    fn new(database: &Database) -> Onlooker {
        let connection = database.connect().unwrap();
        let count = connection.prepare("SELECT count(*) FROM base").unwrap();
        let by_index = connection.prepare("SELECT count(*) FROM base WHERE a >= $1").unwrap();
        Onlooker { connection, count, by_index }
    }

    /// What its own statements answer: kept plans, not made for this.
    fn counts(&self) -> (i64, i64) {
        let all = self.count.query_row((), |row| row.get(0)).unwrap();
        (all, self.by_index.query_row((-1000,), |row| row.get(0)).unwrap())
    }
}

/// Draws from the identity column as part of whatever runs; answers what came.
fn drawn(connection: &Connection) -> Vec<i64> {
    connection.query_as("INSERT INTO counted (t) VALUES ('probe'), ('probe') RETURNING n", ()).unwrap()
}

/// Runs operations, each under a savepoint that undoes it when it fails.
fn run(connection: &Connection, operations: &[String]) -> usize {
    let mut done = 0;
    for sql in operations {
        connection.execute("SAVEPOINT step", ()).unwrap();
        if connection.execute(sql, ()).is_ok() {
            done += 1;
        } else {
            connection.execute("ROLLBACK TO step", ()).unwrap();
        }
    }
    done
}

/// Ends the transaction of `connection` by that road; answers the disk to open again, if the process is gone.
fn leave(road: Road, vfs: &FaultVfs, connection: Connection, what: &str) -> Option<FaultVfs> {
    match road {
        Road::Rollback | Road::Savepoint => drop(connection.execute("ROLLBACK", ()).expect(what)),
        Road::Error => {
            let error = connection.execute("SELECT 1 / 0", ()).expect_err(what);
            assert_eq!(error.sqlstate().code(), "22012", "{what}");
            let outcome = connection.run("COMMIT", &[]).expect(what);
            assert_eq!(outcome.tag, "ROLLBACK", "{what}: a failed transaction cannot commit");
        }
        Road::Drop | Road::DropConnection => drop(connection),
        Road::HalfStatement => {
            let mut portal = connection.portal("UPDATE base SET a = a + 5", ()).expect(what);
            assert!(!matches!(portal.step(1).expect(what), PortalStep::Done), "{what}");
            drop(portal);
            assert!(connection.is_failed(), "{what}: a statement dropped half-way failed");
            connection.execute("ROLLBACK", ()).expect(what);
        }
        Road::Kill => return Some(vfs.kill()),
        Road::PowerCut => return Some(vfs.crash(&vfs.crash_choices(1)[0])),
    }
    None
}

/// Begins, runs, leaves by the road and looks whether anything is left.
fn roll_back(road: Road, vfs: &FaultVfs, database: &Database, operations: &[String], what: &str) -> usize {
    let onlooker = Onlooker::new(database);
    let (before, counts) = (dump(database, &onlooker.connection), onlooker.counts());
    let (commit, frames) = (database.durability_status().published, database.metrics().wal_frames);
    let connection = database.connect().unwrap();
    connection.execute("BEGIN", ()).unwrap();
    if road == Road::Savepoint {
        connection.execute("SAVEPOINT all_of_it", ()).unwrap();
    }
    let done = run(&connection, operations);
    let rolled_back = drawn(&connection);
    // Nobody else sees any of it, by new statements or by old ones.
    assert_eq!(dump(database, &onlooker.connection), before, "{what}: seen by others");
    assert_eq!(onlooker.counts(), counts, "{what}: seen by a prepared statement");
    if road == Road::Savepoint {
        connection.execute("ROLLBACK TO all_of_it", ()).unwrap();
        assert_eq!(dump(database, &connection), before, "{what}: seen after the savepoint");
    }
    if let Some(disk) = leave(road, vfs, connection, what) {
        let reopened = open(disk, 9);
        let connection = reopened.connect().unwrap();
        assert_eq!(dump(&reopened, &connection), before, "{what}: seen after opening again");
        assert_eq!(reopened.verify().unwrap(), Vec::<String>::new(), "{what}");
        return done;
    }
    assert_eq!(database.durability_status().published, commit, "{what}: something was committed");
    assert_eq!(database.metrics().wal_frames, frames, "{what}: pages went into the log");
    assert_eq!(dump(database, &onlooker.connection), before, "{what}: seen afterwards");
    assert_eq!(onlooker.counts(), counts, "{what}: seen by a prepared statement afterwards");
    // Numbers do not come back.
    let next = database.connect().unwrap();
    next.execute("BEGIN", ()).unwrap();
    let again = drawn(&next);
    assert!(again.iter().all(|n| !rolled_back.contains(n)), "{what}: {again:?} after {rolled_back:?}");
    next.execute("ROLLBACK", ()).unwrap();
    done
}

fn property(seed: u64, rounds: usize, length: usize) {
    let vfs = FaultVfs::new(seed);
    let database = open(vfs.clone(), seed);
    database.connect().unwrap().execute_script(SCHEMA).unwrap();
    let mut random = SplitMix64::new(seed);
    let mut committed = BTreeSet::new();
    let mut done = 0;
    for round in 0..rounds {
        let operations: Vec<String> =
            (0..length).map(|number| operation(&mut random, round * length + number)).collect();
        for upto in 0..=length {
            for (at, road) in ROADS.into_iter().enumerate() {
                // Every road at every operation over the rounds; each time some of them.
                if (upto + at + round) % 3 != 0 && upto != length {
                    continue;
                }
                let what = format!("seed {seed}, round {round}, {road:?} after {upto} of {operations:#?}");
                done += roll_back(road, &vfs, &database, &operations[..upto], &what);
            }
        }
        assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "seed {seed}, round {round}");
        // Now for good; and the next round begins from there.
        let connection = database.connect().unwrap();
        connection.execute("BEGIN", ()).unwrap();
        run(&connection, &operations);
        for n in drawn(&connection) {
            assert!(committed.insert(n), "seed {seed}: {n} was committed twice");
        }
        let own = dump(&database, &connection).lines().last().map(str::to_owned);
        connection.execute("COMMIT", ()).unwrap();
        let onlooker = Onlooker::new(&database);
        assert_eq!(dump(&database, &onlooker.connection).lines().last().map(str::to_owned), own);
        assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "seed {seed}, round {round}");
    }
    assert!(done > 100, "seed {seed}: only {done} operations succeeded");
}

#[test]
fn rolling_back_at_every_operation_by_every_road_leaves_nothing() {
    for seed in 1..=3 {
        println!("seed {seed}");
        property(seed, 3, 9);
    }
}

/// `cargo test --release -p decentdb-tests --test rollback -- --ignored`.
#[test]
#[ignore = "minutes"]
fn rolling_back_at_every_operation_many_times() {
    for seed in 100..140 {
        println!("seed {seed}");
        property(seed, 4, 14);
    }
}
