//! Power failures and lies of the kernel around commits, checkpoints and recoveries.

use decentdb_core::env::VfsErrorKind;
use decentdb_core::env::fault::{Effect, Fault};

use super::*;

#[test]
fn power_failure_in_commit() {
    let vfs = FaultVfs::new(1);
    let (_database, connection) = ledger(&vfs, 5);
    vfs.keep_snapshots();
    insert(&connection, 6).unwrap();
    let snapshots = vfs.take_snapshots();
    let steps: Vec<&str> = snapshots.iter().map(step_of).collect();
    assert!(steps.starts_with(&["log write"]) && steps.ends_with(&["log sync"]), "{steps:?}");
    for snapshot in snapshots {
        examine_all(&snapshot.vfs, 5, 6, &format!("{:?}", snapshot.operation));
    }
    examine_all(&vfs, 6, 6, "acknowledged");
}

#[test]
fn power_failure_in_the_first_commit_of_a_new_database_and_right_after_it() {
    let vfs = FaultVfs::new(2);
    let database = open(&vfs).unwrap();
    let connection = database.connect().unwrap();
    vfs.keep_snapshots();
    connection.execute_script("CREATE TABLE ledger (id int PRIMARY KEY, body text)").unwrap();
    for snapshot in vfs.take_snapshots() {
        for after in snapshot.vfs.crash_choices(24).iter().map(|choice| snapshot.vfs.crash(choice)) {
            let database = open(&after).unwrap();
            assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "{:?}", snapshot.operation);
        }
    }
    // The file itself has never been written to but for its first pages: all is in the log.
    examine_all(&vfs, 0, 0, "the first commit");
    insert(&connection, 1).unwrap();
    examine_all(&vfs, 1, 1, "before the first checkpoint");
}

#[test]
fn power_failure_in_each_step_of_a_checkpoint() {
    for level in [Durability::Full, Durability::Normal] {
        let vfs = FaultVfs::new(3);
        let (database, connection) = ledger(&vfs, 4);
        database.checkpoint().unwrap();
        for id in 5..=9 {
            commit_at(&connection, level, id);
        }
        // At level Normal nothing is promised of rows 5 to 9 before the checkpoint's own sync of the log.
        let mut low = if level == Durability::Full { 9 } else { 4 };
        vfs.keep_snapshots();
        while !database.storage().checkpoint_step(2).unwrap().complete {
            let seen = vfs.take_snapshots();
            low = examine_steps(&seen, low, level);
            examine_all(&vfs, 9, 9, "between two steps");
        }
        let rest = vfs.take_snapshots();
        examine_steps(&rest, low, level);
        let steps: Vec<&str> = rest.iter().map(step_of).filter(|step| *step != "pages").collect();
        let expected = ["file sync", "slot A", "file sync", "slot B", "file sync"];
        assert!(steps.starts_with(&expected), "{steps:?}");
        examine_all(&vfs, 9, 9, "after the checkpoint");
    }
}

fn examine_steps(seen: &[Snapshot], low: i64, level: Durability) -> i64 {
    let mut low = low;
    let synced = seen.iter().position(|snapshot| step_of(snapshot) == "log sync");
    let pages = seen.iter().position(|snapshot| step_of(snapshot) == "pages");
    if low < 9 {
        assert!(synced.is_some() && synced < pages, "a page is written before the log is durable");
    }
    for (at, snapshot) in seen.iter().enumerate() {
        if synced.is_some_and(|synced| at > synced) {
            low = 9;
        }
        examine_all(&snapshot.vfs, low, 9, &format!("{level:?}, {:?}", snapshot.operation));
    }
    9
}

#[test]
fn kernel_panic_in_the_middle_of_a_transaction() {
    let vfs = FaultVfs::new(4);
    let (database, connection) = ledger(&vfs, 5);
    connection.execute("BEGIN", ()).unwrap();
    for id in 6..=60 {
        insert(&connection, id).unwrap();
        if id % 20 == 0 {
            examine_all(&vfs, 5, 5, "in the transaction");
            database.checkpoint().unwrap();
        }
    }
    examine_all(&vfs, 5, 5, "after a checkpoint in the transaction");
    connection.execute("COMMIT", ()).unwrap();
    examine_all(&vfs, 60, 60, "committed");
}

#[test]
fn power_failure_exactly_when_a_checkpoint_is_published_beside_a_commit() {
    let vfs = FaultVfs::new(5);
    let (database, connection) = ledger(&vfs, 8);
    database.storage().checkpoint_step(1).unwrap();
    // The checkpoint is of commit 8; these come while it is under way.
    insert(&connection, 9).unwrap();
    insert(&connection, 10).unwrap();
    vfs.keep_snapshots();
    assert!(database.storage().checkpoint_step(usize::MAX).unwrap().complete);
    insert(&connection, 11).unwrap();
    for snapshot in vfs.take_snapshots() {
        examine_all(&snapshot.vfs, 10, 11, &format!("{:?}", snapshot.operation));
    }
    examine_all(&vfs, 11, 11, "after it");
}

/// Rebello et al., ATC 2020: a failed sync leaves pages marked clean. The process dies of it, the next one reads
/// them from the cache, believes them, and builds on them; then the power goes.
#[test]
fn a_failed_sync_is_believed_by_the_next_process_and_then_the_power_fails() {
    for file in ["-wal", ".ddb"] {
        for nth in 1..=5 {
            for seed in 0..6 {
                let vfs = FaultVfs::new(seed);
                let (database, connection) = ledger(&vfs, 4);
                vfs.inject(Fault::once(OperationKind::Sync, nth, Effect::Error(VfsErrorKind::Io)).on(file));
                let mut acknowledged = 4;
                let mut attempted = 4;
                while acknowledged == attempted && attempted < 9 {
                    attempted += 1;
                    acknowledged += i64::from(insert(&connection, attempted).is_ok());
                    let _ = database.checkpoint();
                }
                let what = format!("sync {nth} of {file}, seed {seed}");
                assert_eq!(vfs.faults_hit(), 1, "{what}");
                assert!(database.durability_status().poisoned.is_some(), "{what}: it goes on");
                drop(connection);
                drop(database);
                let next = vfs.kill();
                let database = open(&next).unwrap();
                let connection = database.connect().unwrap();
                let found = last_row(&connection, &what);
                assert!((acknowledged..=attempted).contains(&found), "{what}: {found} rows");
                examine_all(&next, acknowledged, attempted, &format!("{what}, opened"));
                insert(&connection, found + 1).unwrap();
                examine_all(&next, found + 1, found + 1, &format!("{what}, and one row more"));
                database.checkpoint().unwrap();
                examine_all(&next, found + 1, found + 1, &format!("{what}, and a checkpoint"));
            }
        }
    }
}

/// A host may answer nothing for a read that failed, as OPFS does. In recovery that must not look like the end
/// of the log: what is behind it was acknowledged.
#[test]
fn a_read_that_answers_too_little_in_recovery_loses_nothing() {
    let mut refused = 0;
    // Sooner or later the last commit is alone in its segment: no other one tells that it was there.
    for rows in 20..32 {
        let vfs = FaultVfs::new(6);
        drop(ledger(&vfs, rows));
        for (file, nth) in (1..20).flat_map(|nth| [("-wal", nth), (".ddb", nth)]) {
            let after = vfs.kill();
            let short = Effect::Error(VfsErrorKind::ShortIo);
            after.inject(Fault::once(OperationKind::Read, nth, short).on(file));
            let opened = open(&after).map(|_| ());
            if after.faults_hit() == 0 {
                continue;
            }
            let what = format!("{rows} rows, read {nth} of {file}");
            let heard = code(&opened);
            // Nothing is damaged, and nobody says so.
            assert!(heard == "done" || heard == "58030", "{what}: {opened:?}");
            refused += u64::from(opened.is_err());
            examine(&after, rows, rows, &what);
        }
    }
    assert!(refused > 50, "{refused} openings were refused");
}

#[test]
fn a_crash_in_vacuum_gc_or_repair_changes_no_row() {
    let vfs = FaultVfs::new(7);
    let (database, connection) = ledger(&vfs, 12);
    connection.execute_script("CREATE TABLE big (id int, body text)").unwrap();
    connection
        .execute("INSERT INTO big SELECT n, repeat('y', 900) FROM generate_series(1, 100) AS s (n)", ())
        .unwrap();
    database.checkpoint().unwrap();
    connection.execute_script("DROP TABLE big").unwrap();
    vfs.keep_snapshots();
    let report = database.vacuum().unwrap();
    assert!(report.pages_after < report.pages_before, "{report:?}");
    assert_eq!(database.gc().unwrap(), 0);
    assert!(database.repair().unwrap().problems.is_empty());
    let snapshots = vfs.take_snapshots();
    assert!(snapshots.len() > 6, "{}", snapshots.len());
    for snapshot in &snapshots {
        examine_all(&snapshot.vfs, 12, 12, &format!("{:?}", snapshot.operation));
    }
}
