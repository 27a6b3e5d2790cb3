//! The ten anomalies of the Hermitage suite (M. Kleppmann, github.com/ept/hermitage), by its names, at each
//! isolation level, with our verdict. docs/CONCURRENCY.md has the table.
//!
//! Where a writer has to wait for another one, it answers 55P03 here: this host has one thread, and nobody
//! could end the other transaction while it waits. `blocked` stands for that; the statement is then tried
//! again, as a waiting one goes on.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use decentdb_core::db::{Connection, Database, Isolation, Options};
use decentdb_core::env::Env;

/// Two or three sessions in a transaction each, over `test` with (1, 10) and (2, 20).
struct World {
    database: Database,
    sessions: Vec<Connection>,
}

fn world(isolation: Isolation) -> World {
    let options = Options { allow_weaker_barrier: true, busy_timeout_millis: 0, ..Options::default() };
    let database = Database::open(Env::memory(1), "test.ddb", options).unwrap();
    let first = database.connect().unwrap();
    first
        .execute_script(
            "CREATE TABLE test (id int PRIMARY KEY, value int);
             INSERT INTO test (id, value) VALUES (1, 10), (2, 20)",
        )
        .unwrap();
    let sessions = (0..3)
        .map(|_| {
            let session = database.connect().unwrap();
            session.execute(&format!("BEGIN ISOLATION LEVEL {}", isolation.name()), ()).unwrap();
            session
        })
        .collect();
    World { database, sessions }
}

impl World {
    /// Runs a statement in session `at` (1 to 3).
    fn run(&self, at: usize, sql: &str) {
        self.sessions[at - 1].execute(sql, ()).unwrap_or_else(|error| panic!("T{at}: {sql}: {error:?}"));
    }

    /// The SQLSTATE of a statement that fails.
    fn fails(&self, at: usize, sql: &str) -> String {
        match self.sessions[at - 1].execute(sql, ()) {
            Ok(_) => panic!("T{at}: {sql}: should fail"),
            Err(error) => error.sqlstate().code().to_owned(),
        }
    }

    /// A statement that has to wait for another writer.
    fn blocked(&self, at: usize, sql: &str) {
        // A failed statement fails its transaction: a savepoint keeps it alive to try again.
        self.run(at, "SAVEPOINT waiting");
        assert_eq!(self.fails(at, sql), "55P03", "T{at}: {sql}");
        self.run(at, "ROLLBACK TO waiting");
    }

    /// `id value` of the rows that a query of session `at` answers.
    fn sees(&self, at: usize, sql: &str) -> Vec<(i64, i64)> {
        self.sessions[at - 1].query_as(sql, ()).unwrap_or_else(|error| panic!("T{at}: {sql}: {error:?}"))
    }

    fn all(&self, at: usize) -> Vec<(i64, i64)> {
        self.sees(at, "SELECT id, value FROM test ORDER BY id")
    }

    /// What somebody sees who comes afterwards.
    fn committed(&self) -> Vec<(i64, i64)> {
        let session = self.database.connect().unwrap();
        session.query_as("SELECT id, value FROM test ORDER BY id", ()).unwrap()
    }
}

const FIXED: [Isolation; 2] = [Isolation::RepeatableRead, Isolation::Serializable];
const EACH: [Isolation; 2] = [Isolation::ReadUncommitted, Isolation::ReadCommitted];

#[test]
fn g0_dirty_writes_are_prevented_at_every_level() {
    for level in Isolation::ALL {
        let world = world(level);
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        world.blocked(2, "UPDATE test SET value = 12 WHERE id = 1");
        world.run(1, "UPDATE test SET value = 21 WHERE id = 2");
        world.run(1, "COMMIT");
        assert_eq!(world.committed(), [(1, 11), (2, 21)]);
        if level.is_fixed() {
            // PostgreSQL says the same of the row; here T2 had not read anything, and may go on.
            world.run(2, "ROLLBACK");
            world.run(2, "BEGIN");
        }
        world.run(2, "UPDATE test SET value = 12 WHERE id = 1");
        world.run(2, "UPDATE test SET value = 22 WHERE id = 2");
        world.run(2, "COMMIT");
        assert_eq!(world.committed(), [(1, 12), (2, 22)]);
    }
}

#[test]
fn g1a_aborted_reads_are_prevented_at_every_level() {
    for level in Isolation::ALL {
        let world = world(level);
        world.run(1, "UPDATE test SET value = 101 WHERE id = 1");
        assert_eq!(world.all(2), [(1, 10), (2, 20)]);
        world.run(1, "ROLLBACK");
        assert_eq!(world.all(2), [(1, 10), (2, 20)]);
        world.run(2, "COMMIT");
    }
}

#[test]
fn g1b_intermediate_reads_are_prevented_at_every_level() {
    for level in Isolation::ALL {
        let world = world(level);
        world.run(1, "UPDATE test SET value = 101 WHERE id = 1");
        assert_eq!(world.all(2), [(1, 10), (2, 20)]);
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        world.run(1, "COMMIT");
        let after = if level.is_fixed() { 10 } else { 11 };
        assert_eq!(world.all(2), [(1, after), (2, 20)], "never 101");
        world.run(2, "COMMIT");
    }
}

#[test]
fn g1c_circular_information_flow_is_prevented_at_every_level() {
    for level in Isolation::ALL {
        let world = world(level);
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        // The second writer cannot begin: there is no circle of two writers.
        world.blocked(2, "UPDATE test SET value = 22 WHERE id = 2");
        assert_eq!(world.sees(1, "SELECT id, value FROM test WHERE id = 2"), [(2, 20)]);
        assert_eq!(world.sees(2, "SELECT id, value FROM test WHERE id = 1"), [(1, 10)]);
        world.run(1, "COMMIT");
        if level.is_fixed() {
            assert_eq!(world.fails(2, "UPDATE test SET value = 22 WHERE id = 2"), "40001");
        } else {
            world.run(2, "UPDATE test SET value = 22 WHERE id = 2");
        }
        world.run(2, "COMMIT");
    }
}

#[test]
fn otv_an_observed_transaction_never_vanishes() {
    for level in Isolation::ALL {
        let world = world(level);
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        world.run(1, "UPDATE test SET value = 19 WHERE id = 2");
        world.blocked(2, "UPDATE test SET value = 12 WHERE id = 1");
        world.run(1, "COMMIT");
        assert_eq!(world.all(3), [(1, 11), (2, 19)]);
        if level.is_fixed() {
            world.run(2, "ROLLBACK");
            world.run(2, "BEGIN");
        }
        world.run(2, "UPDATE test SET value = 12 WHERE id = 1");
        assert_eq!(world.all(3), [(1, 11), (2, 19)], "T1 is still there, whole");
        world.run(2, "UPDATE test SET value = 18 WHERE id = 2");
        assert_eq!(world.all(3), [(1, 11), (2, 19)]);
        world.run(2, "COMMIT");
        let after = if level.is_fixed() { [(1, 11), (2, 19)] } else { [(1, 12), (2, 18)] };
        assert_eq!(world.all(3), after, "one transaction or the other, never a mixture");
        world.run(3, "COMMIT");
    }
}

#[test]
fn pmp_predicate_many_preceders_are_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        assert_eq!(world.sees(1, "SELECT id, value FROM test WHERE value = 30"), []);
        world.run(2, "INSERT INTO test (id, value) VALUES (3, 30)");
        world.run(2, "COMMIT");
        let seen = world.sees(1, "SELECT id, value FROM test WHERE value % 3 = 0");
        if level.is_fixed() {
            assert_eq!(seen, []);
        } else {
            assert_eq!(seen, [(3, 30)], "the second statement sees what was committed between");
        }
        world.run(1, "COMMIT");
    }
}

#[test]
fn pmp_for_writes_is_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        assert_eq!(world.all(2), [(1, 10), (2, 20)]);
        world.run(1, "UPDATE test SET value = value + 10");
        world.blocked(2, "DELETE FROM test WHERE value = 20");
        world.run(1, "COMMIT");
        if level.is_fixed() {
            assert_eq!(world.fails(2, "DELETE FROM test WHERE value = 20"), "40001");
            world.run(2, "ROLLBACK");
            assert_eq!(world.committed(), [(1, 20), (2, 30)]);
        } else {
            // It sees the newest state whole: PostgreSQL looks at the rows it found before waiting.
            world.run(2, "DELETE FROM test WHERE value = 20");
            world.run(2, "COMMIT");
            assert_eq!(world.committed(), [(2, 30)]);
        }
    }
}

#[test]
fn p4_lost_updates_are_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        for at in [1, 2] {
            assert_eq!(world.sees(at, "SELECT id, value FROM test WHERE id = 1"), [(1, 10)]);
        }
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        world.blocked(2, "UPDATE test SET value = 12 WHERE id = 1");
        world.run(1, "COMMIT");
        if level.is_fixed() {
            assert_eq!(world.fails(2, "UPDATE test SET value = 12 WHERE id = 1"), "40001");
            world.run(2, "ROLLBACK");
            assert_eq!(world.committed()[0], (1, 11));
        } else {
            world.run(2, "UPDATE test SET value = 12 WHERE id = 1");
            world.run(2, "COMMIT");
            assert_eq!(world.committed()[0], (1, 12), "what T1 wrote is lost");
        }
    }
}

#[test]
fn g_single_read_skew_is_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        assert_eq!(world.sees(1, "SELECT id, value FROM test WHERE id = 1"), [(1, 10)]);
        world.run(2, "UPDATE test SET value = 12 WHERE id = 1");
        world.run(2, "UPDATE test SET value = 18 WHERE id = 2");
        world.run(2, "COMMIT");
        let second = if level.is_fixed() { 20 } else { 18 };
        assert_eq!(world.sees(1, "SELECT id, value FROM test WHERE id = 2"), [(2, second)]);
        world.run(1, "COMMIT");
    }
}

#[test]
fn g_single_read_skew_of_a_predicate_and_of_a_write_are_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        assert_eq!(world.sees(1, "SELECT id, value FROM test WHERE value % 5 = 0").len(), 2);
        world.run(2, "UPDATE test SET value = 12 WHERE value = 10");
        world.run(2, "COMMIT");
        let seen = world.sees(1, "SELECT id, value FROM test WHERE value % 3 = 0");
        assert_eq!(seen, if level.is_fixed() { vec![] } else { vec![(1, 12)] });
        if level.is_fixed() {
            assert_eq!(world.fails(1, "DELETE FROM test WHERE value = 20"), "40001");
        } else {
            world.run(1, "DELETE FROM test WHERE value = 20");
        }
        world.run(1, "ROLLBACK");
    }
}

#[test]
fn g2_item_write_skew_is_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        // Each relies on what the other is about to change.
        for at in [1, 2] {
            assert_eq!(world.all(at), [(1, 10), (2, 20)]);
        }
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        world.blocked(2, "UPDATE test SET value = 21 WHERE id = 2");
        world.run(1, "COMMIT");
        if level.is_fixed() {
            // PostgreSQL lets this pass at REPEATABLE READ, and refuses it at SERIALIZABLE only.
            assert_eq!(world.fails(2, "UPDATE test SET value = 21 WHERE id = 2"), "40001");
            world.run(2, "ROLLBACK");
            assert_eq!(world.committed(), [(1, 11), (2, 20)]);
        } else {
            world.run(2, "UPDATE test SET value = 21 WHERE id = 2");
            world.run(2, "COMMIT");
            assert_eq!(world.committed(), [(1, 11), (2, 21)], "write skew");
        }
    }
}

#[test]
fn g2_anti_dependency_cycles_are_prevented_at_the_fixed_levels() {
    for level in Isolation::ALL {
        let world = world(level);
        for at in [1, 2] {
            assert_eq!(world.sees(at, "SELECT id, value FROM test WHERE value % 3 = 0"), []);
        }
        world.run(1, "INSERT INTO test (id, value) VALUES (3, 30)");
        world.blocked(2, "INSERT INTO test (id, value) VALUES (4, 42)");
        world.run(1, "COMMIT");
        if level.is_fixed() {
            assert_eq!(world.fails(2, "INSERT INTO test (id, value) VALUES (4, 42)"), "40001");
            world.run(2, "ROLLBACK");
            assert_eq!(world.committed().len(), 3);
        } else {
            world.run(2, "INSERT INTO test (id, value) VALUES (4, 42)");
            world.run(2, "COMMIT");
            assert_eq!(world.committed().len(), 4);
        }
    }
}

#[test]
fn g2_the_anomaly_of_a_read_only_transaction_is_prevented_at_the_fixed_levels() {
    // Fekete's example: a reader sees an order of two writers that no serial run has.
    for level in FIXED {
        let world = world(level);
        assert_eq!(world.all(1), [(1, 10), (2, 20)]);
        world.run(2, "UPDATE test SET value = value + 5 WHERE id = 2");
        world.run(2, "COMMIT");
        assert_eq!(world.all(3), [(1, 10), (2, 25)]);
        world.run(3, "COMMIT");
        assert_eq!(world.fails(1, "UPDATE test SET value = 0 WHERE id = 1"), "40001");
    }
    for level in EACH {
        let world = world(level);
        assert_eq!(world.all(1), [(1, 10), (2, 20)]);
        world.run(2, "UPDATE test SET value = value + 5 WHERE id = 2");
        world.run(2, "COMMIT");
        world.run(1, "UPDATE test SET value = 0 WHERE id = 1");
        world.run(1, "COMMIT");
        assert_eq!(world.committed(), [(1, 0), (2, 25)]);
    }
}

#[test]
fn a_fixed_snapshot_begins_with_the_first_statement_and_covers_the_schema_too() {
    for level in FIXED {
        let world = world(level);
        let other = world.database.connect().unwrap();
        other.execute("UPDATE test SET value = 1 WHERE id = 1", ()).unwrap();
        assert_eq!(world.all(1)[0], (1, 1), "BEGIN alone reads nothing");
        other
            .execute_script("ALTER TABLE test ADD CONSTRAINT small CHECK (value < 100); DROP TABLE test")
            .unwrap();
        assert_eq!(world.all(1), [(1, 1), (2, 20)], "the dropped table is still there for it");
        assert_eq!(world.fails(1, "INSERT INTO test VALUES (9, 9)"), "40001");
        world.run(1, "ROLLBACK");
        assert_eq!(world.fails(1, "SELECT 1 FROM test"), "42P01");
    }
}

#[test]
fn a_fixed_transaction_that_writes_first_is_alone_until_it_ends() {
    for level in FIXED {
        let world = world(level);
        world.run(1, "SAVEPOINT s");
        world.run(1, "UPDATE test SET value = 11 WHERE id = 1");
        world.run(1, "ROLLBACK TO s");
        // The writer is free again, but the snapshot stays.
        world.run(2, "UPDATE test SET value = 12 WHERE id = 1");
        world.run(2, "COMMIT");
        assert_eq!(world.all(1), [(1, 10), (2, 20)]);
        assert_eq!(world.fails(1, "UPDATE test SET value = 13 WHERE id = 1"), "40001");
        world.run(1, "ROLLBACK");
        assert_eq!(world.all(1), [(1, 12), (2, 20)]);
    }
}

#[test]
fn levels_are_named_set_and_refused_as_postgresql_does() {
    let world = world(Isolation::Serializable);
    let session = &world.sessions[0];
    let show =
        |name: &str| session.query_row(&format!("SHOW {name}"), (), |row| row.get::<String>(0)).unwrap();
    assert_eq!(show("transaction_isolation"), "serializable");
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", ()).unwrap();
    assert_eq!(show("transaction_isolation"), "repeatable read");
    assert_eq!(world.all(1).len(), 2);
    assert_eq!(world.fails(1, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"), "25001");
    session.execute("ROLLBACK", ()).unwrap();
    assert_eq!(show("transaction_isolation"), "read committed");
    session.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE", ()).unwrap();
    assert_eq!(show("default_transaction_isolation"), "serializable");
    session.execute("BEGIN", ()).unwrap();
    assert_eq!(show("transaction_isolation"), "serializable");
    session.execute("COMMIT", ()).unwrap();
    assert_eq!(world.fails(1, "SET default_transaction_isolation = 'wild'"), "22023");
    session.execute("RESET default_transaction_isolation", ()).unwrap();
    let options = decentdb_core::db::TransactionOptions::default().isolation(Isolation::RepeatableRead);
    let transaction = session.transaction_with(options).unwrap();
    let level: String = transaction.query_row("SHOW transaction_isolation", (), |row| row.get(0)).unwrap();
    assert_eq!(level, "repeatable read");
    transaction.commit().unwrap();
    assert_eq!(show("transaction_isolation"), "read committed");
}
