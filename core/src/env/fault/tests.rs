//! The faulty disk loses, tears and refuses exactly what it was told to.

use super::*;
use crate::env::{OpenMode, SyncKind, Vfs, VfsError, VfsFile};

fn name(text: &str) -> FileName {
    FileName::new(text).unwrap()
}

fn create(vfs: &FaultVfs, file: &str) -> Box<dyn VfsFile> {
    vfs.open(&name(file), OpenMode::Create).unwrap()
}

/// A disk with one durable block of ones, overwritten by unsynced twos, threes in the next block.
fn two_pending_blocks(seed: u64) -> FaultVfs {
    let vfs = FaultVfs::new(seed);
    let file = create(&vfs, "a");
    file.write_all_at(&[1; BLOCK_BYTES], 0).unwrap();
    file.sync(SyncKind::Data).unwrap();
    file.write_all_at(&[2; BLOCK_BYTES], 0).unwrap();
    file.write_all_at(&[3; BLOCK_BYTES], BLOCK_BYTES as u64).unwrap();
    assert_eq!(vfs.pending_writes(), 2);
    vfs
}

fn plain(keep: Keep, metadata: Metadata) -> Crash {
    Crash { keep, damage: Damage::No, metadata }
}

#[test]
fn a_crash_keeps_exactly_the_chosen_unsynced_blocks() {
    let vfs = two_pending_blocks(1);
    let blocks = |keep, metadata| {
        let bytes = vfs.crash(&plain(keep, metadata)).bytes("a").unwrap();
        bytes.chunks(BLOCK_BYTES).map(|block| block[17]).collect::<Vec<_>>()
    };
    assert_eq!(blocks(Keep::Nothing, Metadata::Nothing), [1]);
    assert_eq!(blocks(Keep::Nothing, Metadata::All), [1, 0]);
    assert_eq!(blocks(Keep::Bits(0b01), Metadata::All), [2, 0]);
    assert_eq!(blocks(Keep::Bits(0b10), Metadata::All), [1, 3]);
    assert_eq!(blocks(Keep::Only(1), Metadata::Nothing), [1], "the size was lost, so the block is");
    assert_eq!(blocks(Keep::All, Metadata::All), [2, 3]);
}

#[test]
fn after_a_crash_reads_see_the_medium_and_nothing_is_pending() {
    let vfs = two_pending_blocks(2);
    for choice in vfs.crash_choices(500) {
        let after = vfs.crash(&choice);
        assert_eq!(after.pending_writes(), 0);
        assert_eq!(after.bytes("a"), after.durable().bytes("a"), "{choice:?}");
        assert_eq!(after.crash(&Crash::LOSE_ALL).bytes("a"), after.bytes("a"), "{choice:?}");
    }
}

#[test]
fn what_was_synced_survives_every_crash_choice() {
    let vfs = FaultVfs::new(3);
    let file = create(&vfs, "a");
    file.write_all_at(&[7; 3 * BLOCK_BYTES], 100).unwrap();
    file.sync(SyncKind::Data).unwrap();
    let before = vfs.bytes("a").unwrap();
    // Another file is busy at the time.
    create(&vfs, "b").write_all_at(&[9; 9000], 0).unwrap();
    for choice in vfs.crash_choices(2000) {
        assert_eq!(vfs.crash(&choice).bytes("a").unwrap(), before, "{choice:?}");
    }
}

#[test]
fn a_torn_block_has_new_and_old_sectors() {
    let vfs = two_pending_blocks(4);
    let damage = Damage::Torn { write: 0, sectors: 0b0000_0110 };
    let after = vfs.crash(&Crash { keep: Keep::Nothing, damage, metadata: Metadata::All });
    let bytes = after.bytes("a").unwrap();
    let sectors: Vec<u8> = bytes[..BLOCK_BYTES].chunks(SECTOR_BYTES).map(|sector| sector[511]).collect();
    assert_eq!(sectors, [1, 2, 2, 1, 1, 1, 1, 1]);
    // A write that covers only part of a block is torn at the same boundaries.
    let vfs = FaultVfs::new(4);
    let file = create(&vfs, "a");
    file.write_all_at(&[1; 1500], 0).unwrap();
    file.sync(SyncKind::Data).unwrap();
    file.write_all_at(&[2; 1000], 400).unwrap();
    let damage = Damage::Torn { write: 0, sectors: 0b0000_0010 };
    let after = vfs.crash(&Crash { keep: Keep::All, damage, metadata: Metadata::All }).bytes("a").unwrap();
    assert!(after[..512].iter().all(|byte| *byte == 1));
    assert!(after[512..1024].iter().all(|byte| *byte == 2));
    assert!(after[1024..].iter().all(|byte| *byte == 1));
}

#[test]
fn a_garbage_block_spoils_its_neighbours_in_the_block_and_no_others() {
    let vfs = FaultVfs::new(5);
    let file = create(&vfs, "a");
    file.write_all_at(&[1; 2 * BLOCK_BYTES], 0).unwrap();
    file.sync(SyncKind::Data).unwrap();
    file.write_all_at(&[2; 10], 100).unwrap();
    let damage = Damage::Garbage { write: 0, seed: 1 };
    let after = vfs.crash(&Crash { keep: Keep::All, damage, metadata: Metadata::All }).bytes("a").unwrap();
    assert!(after[1000..BLOCK_BYTES].iter().any(|byte| *byte != 1));
    assert!(after[BLOCK_BYTES..].iter().all(|byte| *byte == 1));
}

#[test]
fn few_pending_writes_are_enumerated_and_choices_repeat() {
    let vfs = two_pending_blocks(6);
    let choices = vfs.crash_choices(100_000);
    for bits in 0..4 {
        for metadata in [Metadata::All, Metadata::Nothing] {
            assert!(choices.contains(&plain(Keep::Bits(bits), metadata)), "{bits} {metadata:?}");
        }
    }
    assert_eq!(choices, two_pending_blocks(6).crash_choices(100_000));
    assert_eq!(vfs.crash_choices(5).len(), 5);
    assert_eq!(vfs.crash_choices(3)[..2], [Crash::LOSE_ALL, Crash::KEEP_ALL]);
}

#[test]
fn many_pending_writes_are_sampled_within_the_limit() {
    let vfs = FaultVfs::new(7);
    create(&vfs, "a").write_all_at(&[1; 100 * BLOCK_BYTES], 0).unwrap();
    assert_eq!(vfs.crash_choices(300).len(), 300);
    assert!(vfs.crash_choices(usize::MAX).len() > 300);
}

#[test]
fn sizes_persist_as_a_prefix_of_their_changes() {
    let vfs = FaultVfs::new(8);
    let file = create(&vfs, "a");
    for end in 1..=5_u64 {
        file.set_size(end * 1000).unwrap();
    }
    file.set_size(500).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let after = vfs.crash(&plain(Keep::All, Metadata::Seeded(seed)));
        seen.insert(after.bytes("a").unwrap().len());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 500, 1000, 2000, 3000, 4000, 5000]);
}

#[test]
fn a_cut_that_was_lost_shows_the_old_content_and_one_that_was_kept_does_not() {
    let vfs = FaultVfs::new(9);
    let file = create(&vfs, "a");
    file.write_all_at(&[1; 100], 0).unwrap();
    file.sync(SyncKind::DataAndSize).unwrap();
    file.set_size(10).unwrap();
    file.set_size(100).unwrap();
    assert_eq!(vfs.crash(&Crash::LOSE_ALL).bytes("a").unwrap(), [1; 100]);
    let kept = vfs.crash(&Crash::KEEP_ALL).bytes("a").unwrap();
    assert_eq!((kept[9], kept[10], kept.len()), (1, 0, 100));
}

#[test]
fn the_operation_at_which_power_is_cut_fails_and_may_have_had_its_effect() {
    let vfs = FaultVfs::new(10);
    let file = create(&vfs, "a"); // operation 1
    vfs.cut_power_at(2);
    assert!(file.write_all_at(&[5; 10], 0).is_err());
    assert!(vfs.is_off());
    assert_eq!(file.read_exact_at(&mut [0], 0).unwrap_err().kind, VfsErrorKind::Io);
    assert!(vfs.exists(&name("a")).is_err());
    assert_eq!(vfs.operations(), 2, "calls without power are not operations");
    assert_eq!(vfs.crash(&Crash::LOSE_ALL).bytes("a").unwrap(), []);
    assert_eq!(vfs.crash(&Crash::KEEP_ALL).bytes("a").unwrap(), [5; 10]);
}

#[test]
fn a_file_in_the_making_may_be_there_or_not_and_a_made_one_is() {
    let vfs = FaultVfs::new(11);
    vfs.cut_power_at(1);
    assert!(vfs.open(&name("a"), OpenMode::Create).is_err());
    assert!(vfs.crash(&Crash::KEEP_ALL).exists(&name("a")).unwrap());
    assert!(!vfs.crash(&Crash::LOSE_ALL).exists(&name("a")).unwrap());

    let vfs = FaultVfs::new(11);
    create(&vfs, "a");
    assert!(vfs.crash(&Crash::LOSE_ALL).exists(&name("a")).unwrap());
    vfs.cut_power_at(2);
    assert!(vfs.remove(&name("a")).is_err());
    assert!(vfs.crash(&Crash::LOSE_ALL).exists(&name("a")).unwrap());
    assert!(!vfs.crash(&Crash::KEEP_ALL).exists(&name("a")).unwrap());
}

#[test]
fn a_host_that_does_not_sync_directories_loses_names() {
    let vfs = FaultVfs::new(12);
    vfs.lose_names();
    let file = create(&vfs, "a");
    assert!(!vfs.crash(&Crash::LOSE_ALL).exists(&name("a")).unwrap());
    file.sync(SyncKind::DataAndSize).unwrap();
    assert!(vfs.crash(&Crash::LOSE_ALL).exists(&name("a")).unwrap());
}

#[test]
fn a_killed_process_loses_nothing_but_the_next_power_cut_may() {
    let vfs = two_pending_blocks(13);
    let killed = vfs.kill();
    assert_eq!(killed.bytes("a"), vfs.bytes("a"));
    assert_eq!(killed.crash(&Crash::LOSE_ALL).bytes("a").unwrap(), [1; BLOCK_BYTES]);
}

#[test]
fn death_releases_the_lock() {
    let vfs = FaultVfs::new(14);
    let file = create(&vfs, "a");
    file.lock().unwrap();
    assert_eq!(create(&vfs, "a").lock().unwrap_err().kind, VfsErrorKind::AlreadyOpen);
    create(&vfs.kill(), "a").lock().unwrap();
    create(&vfs.crash(&Crash::LOSE_ALL), "a").lock().unwrap();
}

#[test]
fn a_failed_sync_marks_clean_what_it_did_not_write() {
    let mut fates = [0; 3];
    for seed in 0..60 {
        let vfs = two_pending_blocks(seed);
        vfs.inject(Fault::once(OperationKind::Sync, 1, Effect::Error(VfsErrorKind::Io)));
        let file = create(&vfs, "a");
        assert!(file.sync(SyncKind::Data).is_err());
        // The cache shows the new bytes, and a second sync claims that all is well.
        assert_eq!(vfs.bytes("a").unwrap()[0], 2);
        file.sync(SyncKind::Data).unwrap();
        let durable = vfs.crash(&Crash::KEEP_ALL).bytes("a").unwrap();
        let fate = match durable[..BLOCK_BYTES] {
            [1, .., 1] => 0,
            [2, .., 2] => 1,
            _ => 2,
        };
        fates[fate] += 1;
        assert_eq!(durable.len(), 2 * BLOCK_BYTES, "the size holds after a successful sync");
    }
    assert!(fates.iter().all(|count| *count > 5), "lost, kept, garbage: {fates:?}");
}

#[test]
fn a_lying_sync_leaves_one_block_out() {
    let vfs = two_pending_blocks(15);
    vfs.inject(Fault::once(OperationKind::Sync, 1, Effect::LieAboutSync));
    create(&vfs, "a").sync(SyncKind::Data).unwrap();
    let durable = vfs.crash(&Crash::KEEP_ALL).bytes("a").unwrap();
    let blocks = (durable[0], durable[BLOCK_BYTES]);
    assert!(blocks == (1, 3) || blocks == (2, 0), "{blocks:?}");
}

#[test]
fn faults_hit_the_nth_call_of_their_kind_and_file_once_or_for_ever() {
    let vfs = FaultVfs::new(16);
    let (data, wal) = (create(&vfs, "a"), create(&vfs, "a-wal"));
    vfs.inject(Fault::once(OperationKind::Write, 2, Effect::Error(VfsErrorKind::Io)).on("-wal"));
    for _ in 0..3 {
        data.write_all_at(&[1], 0).unwrap();
    }
    wal.write_all_at(&[1], 0).unwrap();
    assert_eq!(wal.write_all_at(&[2], 0).unwrap_err().kind, VfsErrorKind::Io);
    wal.write_all_at(&[3], 0).unwrap();
    assert_eq!(vfs.bytes("a-wal").unwrap(), [3]);

    vfs.inject(Fault::sticky(OperationKind::SetSize, 1, Effect::Error(VfsErrorKind::DiskFull)));
    for _ in 0..3 {
        assert_eq!(data.set_size(5).unwrap_err().kind, VfsErrorKind::DiskFull);
    }
    vfs.clear_faults();
    data.set_size(5).unwrap();

    vfs.inject(Fault::at_operation(2, Effect::CutPower));
    data.size().unwrap();
    assert!(data.size().is_err() && vfs.is_off());
}

#[test]
fn a_partial_write_leaves_some_whole_sectors() {
    let mut lengths = std::collections::BTreeSet::new();
    for seed in 0..50 {
        let vfs = FaultVfs::new(seed);
        vfs.inject(Fault::once(OperationKind::Write, 1, Effect::Partial(VfsErrorKind::ShortIo)));
        let file = create(&vfs, "a");
        assert_eq!(file.write_all_at(&[1; 2000], 0).unwrap_err().kind, VfsErrorKind::ShortIo);
        lengths.insert(vfs.bytes("a").unwrap().len());
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [0, 512, 1024, 1536]);
}

#[test]
fn a_full_disk_refuses_to_grow_and_keeps_what_it_has() {
    let vfs = FaultVfs::new(17);
    vfs.set_capacity_bytes(1000);
    let file = create(&vfs, "a");
    file.write_all_at(&[1; 900], 0).unwrap();
    assert_eq!(create(&vfs, "b").write_all_at(&[1; 200], 0).unwrap_err().kind, VfsErrorKind::DiskFull);
    assert_eq!(file.set_size(1001).unwrap_err().kind, VfsErrorKind::DiskFull);
    file.write_all_at(&[2; 900], 100).unwrap();
    vfs.set_capacity_bytes(1);
    file.write_all_at(&[3; 1000], 0).unwrap();
    assert_eq!(file.write_all_at(&[3; 1000], 1).unwrap_err().kind, VfsErrorKind::DiskFull);
    file.set_size(10).unwrap();
}

#[test]
fn equal_runs_have_equal_traces_and_different_ones_do_not() {
    let run = |byte| {
        let vfs = FaultVfs::new(18);
        vfs.keep_trace();
        let file = create(&vfs, "a");
        file.write_all_at(&[1; 10], byte).unwrap();
        file.sync(SyncKind::Data).unwrap();
        (vfs.trace(), vfs.trace_hash())
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5).1, run(6).1);
    let kinds: Vec<_> = run(0).0.into_iter().map(|operation| operation.kind).collect();
    assert_eq!(kinds, [OperationKind::Open, OperationKind::Write, OperationKind::Sync]);
}

#[test]
fn snapshots_are_the_states_that_power_cuts_would_leave() {
    let workload = |vfs: &FaultVfs| -> Result<(), VfsError> {
        let file = vfs.open(&name("a"), OpenMode::Create)?;
        file.write_all_at(&[1; 5000], 0)?;
        file.sync(SyncKind::Data)?;
        file.set_size(100)?;
        file.write_all_at(&[2; 10], 95)?;
        vfs.remove(&name("a"))
    };
    let vfs = FaultVfs::new(19);
    vfs.keep_snapshots();
    workload(&vfs).unwrap();
    let snapshots = vfs.take_snapshots();
    assert_eq!(snapshots.len(), 6);
    for snapshot in snapshots {
        let cut = FaultVfs::new(19);
        cut.cut_power_at(snapshot.operation.number);
        assert!(workload(&cut).is_err());
        assert_eq!(cut.crash_choices(200), snapshot.vfs.crash_choices(200));
        for choice in cut.crash_choices(200) {
            let (one, two) = (cut.crash(&choice), snapshot.vfs.crash(&choice));
            assert_eq!(one.bytes("a"), two.bytes("a"), "{choice:?} at {:?}", snapshot.operation);
        }
    }
}

#[test]
fn a_crash_can_be_followed_by_a_crash() {
    let mut after = two_pending_blocks(20).crash(&Crash::seeded(1));
    for seed in 0..20 {
        let file = create(&after, "a");
        file.write_all_at(&[9; 100], 0).unwrap();
        file.sync(SyncKind::Data).unwrap();
        file.write_all_at(&[8; 100], 8000).unwrap();
        after = after.crash(&Crash::seeded(seed));
        let bytes = after.bytes("a").unwrap();
        assert_eq!(bytes[..100], [9; 100], "seed {seed}");
    }
}

#[test]
fn damage_is_seen_at_once_and_survives() {
    let vfs = two_pending_blocks(21);
    vfs.damage("a", 10, &[0xAA]);
    assert_eq!(vfs.bytes("a").unwrap()[10], 0xAA);
    assert_eq!(vfs.crash(&Crash::LOSE_ALL).bytes("a").unwrap()[10], 0xAA);
}

#[test]
fn random_faults_repeat_for_a_seed() {
    let faults = random_faults(5, 1000, 10);
    assert_eq!(faults, random_faults(5, 1000, 10));
    assert!((50..200).contains(&faults.len()));
}
