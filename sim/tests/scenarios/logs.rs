//! What went wrong in the logs of others, as scripts: SQLite's WAL-reset race of 2010 to 2026, and the seven
//! mistakes that Turso mended in the summer of 2026 (their commits are named; nothing of their code is here).

use decentdb_core::env::VfsErrorKind;
use decentdb_core::env::fault::{Effect, Fault};

use super::*;

/// Calls that change the disk since tracing began, in words.
fn steps(vfs: &FaultVfs) -> Vec<&'static str> {
    vfs.take_snapshots().iter().map(step_of).collect()
}

/// A checkpoint has begun; others commit, and the log goes round; then the first one publishes how far it got.
/// What it publishes must be of its own generation, or a later checkpoint skips frames.
#[test]
fn sqlite_a_checkpoint_that_stands_still_while_the_log_goes_round_skips_nothing() {
    let vfs = FaultVfs::new(1);
    let (database, connection) = ledger(&vfs, 10);
    let storage = database.storage();
    storage.checkpoint().unwrap();
    for round in 0..6_i64 {
        let first = 11 + round * 12;
        for id in first..first + 6 {
            insert(&connection, id).unwrap();
        }
        assert!(!storage.checkpoint_step(1).unwrap().complete, "the script needs a checkpoint under way");
        for id in first + 6..first + 12 {
            insert(&connection, id).unwrap();
        }
        let report = storage.checkpoint_step(usize::MAX).unwrap();
        assert!(report.complete);
        // The later commits are not counted as copied ...
        assert_eq!(report.through.0 + 6, storage.last_commit().0);
        examine_all(&vfs, first + 11, first + 11, "the stale checkpoint has published");
        // ... and the next one copies them.
        assert_eq!(storage.checkpoint().unwrap().through, storage.last_commit());
        examine_all(&vfs, first + 11, first + 11, "the next checkpoint has published");
    }
    let log = vfs.bytes(&format!("{NAME}-wal")).unwrap().len() as u64;
    assert!(log < 12 * u64::from(SEGMENT), "the log never went round: {log} bytes");
}

/// Turso b356eaa9d: the same with a reader that keeps the checkpoint from going through.
#[test]
fn turso_a_backfill_that_is_published_late_forgets_no_newer_version() {
    let vfs = FaultVfs::new(2);
    let (database, connection) = ledger(&vfs, 6);
    let storage = database.storage();
    let reader = database.connect().unwrap();
    reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ", ()).unwrap();
    assert_eq!(last_row(&reader, "the reader"), 6);
    for id in 7..=12 {
        insert(&connection, id).unwrap();
    }
    let seen = storage.checkpoint_step(1).unwrap();
    for id in 13..=18 {
        insert(&connection, id).unwrap();
    }
    let report = storage.checkpoint_step(usize::MAX).unwrap();
    assert!(report.complete && report.through < storage.last_commit(), "{seen:?} {report:?}");
    assert_eq!(last_row(&reader, "the reader, after the checkpoint"), 6);
    assert_eq!(last_row(&connection, "the writer, after the checkpoint"), 18);
    examine_all(&vfs, 18, 18, "published");
}

/// Turso cc26d0850: at level Normal pages reached the file before the log that vouches for them was durable.
#[test]
fn turso_the_log_is_durable_before_a_page_is_copied_also_at_level_normal() {
    for level in [Durability::Normal, Durability::Relaxed] {
        let vfs = FaultVfs::new(3);
        let (database, connection) = ledger(&vfs, 3);
        for id in 4..=6 {
            commit_at(&connection, level, id);
        }
        vfs.keep_snapshots();
        database.checkpoint().unwrap();
        let steps = steps(&vfs);
        let at = |wanted: &str| steps.iter().position(|step| *step == wanted);
        assert!(at("log sync").is_some() && at("log sync") < at("pages"), "{level:?}: {steps:?}");
    }
}

/// Turso fa8aeccfc: a Full commit right after a reset returned without any sync, for nothing looked dirty.
#[test]
fn turso_a_full_commit_right_after_a_checkpoint_is_synced() {
    let vfs = FaultVfs::new(4);
    let (database, connection) = ledger(&vfs, 3);
    for id in 4..=12 {
        database.checkpoint().unwrap();
        vfs.keep_snapshots();
        insert(&connection, id).unwrap();
        let steps = steps(&vfs);
        assert_eq!(steps.last(), Some(&"log sync"), "{steps:?}");
        examine_all(&vfs, id, id, "right after a checkpoint");
        // And after commits that asked for less.
        connection.set_durability(Durability::Relaxed);
        connection.execute("ANALYZE", ()).unwrap();
        connection.set_durability(Durability::Full);
    }
}

/// Turso 3b59d4ccb: the first commits were lost, because the database file was still of no bytes.
#[test]
fn turso_the_first_commits_survive_before_the_file_has_a_page_of_them() {
    let vfs = FaultVfs::new(5);
    let (_database, connection) = ledger(&vfs, 0);
    for id in 1..=6 {
        insert(&connection, id).unwrap();
        examine_all(&vfs, id, id, "no checkpoint yet");
        assert_eq!(examine(&vfs.crash(&Crash::LOSE_ALL).crash(&Crash::LOSE_ALL), id, id, "twice"), id);
    }
}

/// Turso 6ec5643a9: after a rollback the index named a frame that the next transaction had written over.
#[test]
fn turso_a_frame_of_a_refused_commit_is_in_no_index() {
    refused_commits(|connection| {
        connection.execute("BEGIN", ()).unwrap();
        for id in 1000..1040 {
            insert(connection, id).unwrap();
        }
        connection.execute("ROLLBACK", ()).unwrap();
    });
}

/// Turso aae4aff92: after a rollback of what had reached the log already, the chain went on from a wrong seed.
#[test]
fn turso_the_chain_goes_on_rightly_after_a_commit_that_failed_half_way() {
    let vfs = FaultVfs::new(7);
    let (database, connection) = ledger(&vfs, 5);
    let mut id = 5;
    for nth in 1..=4 {
        // Some of its frames are in the log when the commit fails; its segments are used again.
        vfs.inject(
            Fault::once(OperationKind::Write, nth, Effect::Partial(VfsErrorKind::DiskFull)).on("-wal"),
        );
        connection.execute("BEGIN", ()).unwrap();
        for id in 1000..1060 {
            insert(&connection, id).unwrap();
        }
        let failed = connection.execute("COMMIT", ()).map(|_| ());
        assert!(failed.is_err(), "write {nth} was not reached");
        let _ = connection.execute("ROLLBACK", ());
        vfs.clear_faults();
        if database.durability_status().poisoned.is_some() {
            examine_all(&vfs, id, id, &format!("write {nth} poisoned"));
            break;
        }
        for _ in 0..4 {
            id += 1;
            insert(&connection, id).unwrap();
            examine_all(&vfs, id, id, &format!("after write {nth} failed"));
        }
    }
    assert!(id > 5, "no commit failed half-way without poisoning");
}

/// Turso 8d9e31fbb: a reader's mark moved forward in the middle of its transaction.
#[test]
fn turso_a_snapshot_does_not_move_in_the_middle_of_its_transaction() {
    let vfs = FaultVfs::new(8);
    let (database, connection) = ledger(&vfs, 7);
    let reader = database.connect().unwrap();
    reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ", ()).unwrap();
    assert_eq!(last_row(&reader, "at first"), 7);
    for id in 8..=40 {
        insert(&connection, id).unwrap();
        match id % 3 {
            0 => database.checkpoint().unwrap(),
            1 => assert!(database.storage().checkpoint_step(1).is_ok()),
            _ => {}
        }
        assert_eq!(last_row(&reader, "in the middle"), 7);
    }
    reader.execute("COMMIT", ()).unwrap();
    assert_eq!(last_row(&reader, "afterwards"), 40);
}

/// Between commits something is begun and given up; readers, old and new, and recovery see the commits only.
fn refused_commits(give_up: impl Fn(&Connection)) {
    let vfs = FaultVfs::new(6);
    let (database, connection) = ledger(&vfs, 5);
    for id in 6..=16 {
        let old = database.connect().unwrap();
        old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ", ()).unwrap();
        assert_eq!(last_row(&old, "a reader"), id - 1);
        give_up(&connection);
        assert_eq!(last_row(&connection, "after giving up"), id - 1);
        insert(&connection, id).unwrap();
        assert_eq!(last_row(&old, "the reader, later"), id - 1);
        assert_eq!(last_row(&connection, "after the next commit"), id);
        examine_all(&vfs, id, id, "after the next commit");
        if id % 4 == 0 {
            database.checkpoint().unwrap();
        }
    }
}
