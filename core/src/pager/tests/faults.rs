//! Errors of the host at every operation: which are harmless, which poison, and that reopening heals.

use super::*;
use crate::env::VfsErrorKind;
use crate::env::fault::{Effect, Fault, FaultVfs, OperationKind};

fn script(pager: &Pager, world: &mut World, seed: u64) -> Result<()> {
    let mut random = SplitMix64::new(seed);
    for step in 0..14 {
        random_transaction(pager, &mut random, world, Durability::Full)?;
        if step % 5 == 4 {
            pager.checkpoint()?;
        }
    }
    pager.close()
}

/// Whatever call fails, however: the pager answers errors, never wrong data, and what is found after
/// opening again is a commit from the last acknowledged one on.
fn fail_everywhere(kind: VfsErrorKind, partial: bool, sticky: bool) {
    let dry = FaultVfs::new(9);
    let pager = open(&Env::simulated(dry.clone(), 9)).unwrap();
    script(&pager, &mut World::new(), 9).unwrap();
    drop(pager);
    for nth in 1..=dry.operations() {
        let what = format!("{kind:?} partial {partial} sticky {sticky} at {nth}");
        let vfs = FaultVfs::new(9);
        let effect = if partial { Effect::Partial(kind) } else { Effect::Error(kind) };
        vfs.inject(Fault { sticky, ..Fault::at_operation(nth, effect) });
        let mut world = World::new();
        if let Ok(pager) = open(&Env::simulated(vfs.clone(), 9)) {
            let outcome = script(&pager, &mut world, 9);
            if outcome.is_err() && !sticky {
                // Readers go on from the last published state, whatever failed.
                if let Ok(reader) = pager.begin_read() {
                    let seen = reader.snapshot().0;
                    assert!(seen >= world.acked, "{what}");
                    assert_state(&reader, reader.roots(), &world.history[&seen], &what);
                }
            }
        }
        vfs.clear_faults();
        for after in vfs.crash_choices(3).iter().map(|choice| vfs.crash(choice)).chain([vfs.kill()]) {
            let pager = open(&Env::simulated(after, 10)).unwrap_or_else(|error| panic!("{what}: {error:?}"));
            let seq = pager.last_commit().0;
            assert!(world.acked <= seq && seq <= world.attempted, "{what}: {seq} of {}", world.acked);
            let reader = pager.begin_read().unwrap();
            assert_state(&reader, reader.roots(), &world.history[&seq], &what);
        }
    }
}

#[test]
fn an_io_error_at_any_operation_loses_nothing_acknowledged() {
    fail_everywhere(VfsErrorKind::Io, false, false);
    fail_everywhere(VfsErrorKind::Io, true, true);
}

#[test]
fn a_full_disk_at_any_operation_loses_nothing_acknowledged() {
    fail_everywhere(VfsErrorKind::DiskFull, false, false);
    fail_everywhere(VfsErrorKind::DiskFull, true, false);
}

#[test]
fn a_failed_sync_poisons_and_is_never_tried_again() {
    let vfs = FaultVfs::new(1);
    let env = Env::simulated(vfs.clone(), 1);
    let pager = open(&env).unwrap();
    let mut world = World::new();
    let mut random = SplitMix64::new(1);
    while world.acked < 5 {
        random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
    }
    vfs.inject(Fault::once(OperationKind::Sync, 1, Effect::Error(VfsErrorKind::Io)).on("-wal"));
    let mut txn = pager.begin_write().unwrap();
    txn.allocate().unwrap();
    let error = txn.commit(Durability::Full).unwrap_err();
    assert_eq!(error.sqlstate().code(), "08007");
    assert!(pager.durability_status().poisoned.is_some());
    vfs.keep_trace();
    assert!(pager.begin_write().is_err());
    assert!(pager.checkpoint().is_err());
    assert!(pager.sync().is_err());
    let changed = vfs
        .trace()
        .into_iter()
        .any(|call| matches!(call.kind, OperationKind::Write | OperationKind::Sync | OperationKind::SetSize));
    assert!(!changed, "after poison nothing is written");
    let reader = pager.begin_read().unwrap();
    assert_state(&reader, reader.roots(), &world.history[&5], "the last published state");
}

#[test]
fn a_lost_write_that_was_acknowledged_is_noticed() {
    // The device drops one block of a commit and says it is durable; later commits know it was.
    let mut detected = 0;
    let mut lost = 0;
    for nth in 3..40 {
        let vfs = FaultVfs::new(nth);
        vfs.inject(Fault::once(OperationKind::Sync, nth, Effect::LieAboutSync).on("-wal"));
        let options = PagerOptions { wal_soft_bytes: 1 << 30, wal_hard_bytes: 1 << 31, ..small() };
        let mut world = World::new();
        {
            let pager = Pager::open(&Env::simulated(vfs.clone(), nth), &name(), &options).unwrap();
            let mut random = SplitMix64::new(nth);
            while world.acked < 45 {
                random_transaction(&pager, &mut random, &mut world, Durability::Full).unwrap();
            }
        }
        let after = vfs.crash(&vfs.crash_choices(1)[0]);
        match Pager::open(&Env::simulated(after.clone(), 1), &name(), &options) {
            Ok(pager) => lost += u64::from(pager.last_commit().0 < world.acked),
            Err(error) => {
                assert_eq!(error.kind(), crate::error::ErrorKind::Corrupt, "{error:?}");
                detected += 1;
                let options = PagerOptions { accept_loss: true, ..options };
                let pager = Pager::open(&Env::simulated(after, 1), &name(), &options).unwrap();
                let reader = pager.begin_read().unwrap();
                assert_state(&reader, reader.roots(), &world.history[&reader.snapshot().0], "a prefix");
            }
        }
    }
    assert!(detected > 20 && lost <= 2, "{detected} noticed, {lost} not");
}
