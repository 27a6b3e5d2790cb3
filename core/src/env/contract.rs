//! The conformance suite of [`Vfs`]: what every host's files must do, as plain functions.
//!
//! No `#[test]` here, so that it also runs where there is no test harness (a worker in a browser). It
//! cannot see durability; that is shown by tracing system calls natively and by killing browsers.
//!
//! ```
//! use decentdb_core::env::{MemoryVfs, contract};
//!
//! contract::run(&MemoryVfs::new(), "contract-")?;
//! # Ok::<(), String>(())
//! ```
//!
//! Each check uses its own file names (`prefix` and up to two more letters), opens each file at most once
//! at a time except where that is what it checks, and removes its files at the end.

use super::{FileName, OpenMode, SplitMix64, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile};

/// One promise of the contract.
#[derive(Clone, Copy)]
pub struct Check {
    /// The promise, as a sentence.
    pub name: &'static str,
    /// Says what is broken. The second argument starts every file name.
    pub run: fn(&dyn Vfs, &str) -> Result<(), String>,
}

/// Runs every check; the error lists all that failed, one per line. Answers how many there were.
pub fn run(vfs: &dyn Vfs, prefix: &str) -> Result<usize, String> {
    let mut failures = Vec::new();
    for (number, check) in CHECKS.iter().enumerate() {
        if let Err(what) = (check.run)(vfs, &format!("{prefix}{number}")) {
            failures.push(format!("{}: {what}", check.name));
        }
    }
    if failures.is_empty() { Ok(CHECKS.len()) } else { Err(failures.join("\n")) }
}

macro_rules! checks {
    ($($name:ident,)*) => {
        &[$(Check { name: stringify!($name), run: $name },)*]
    };
}

/// All checks, for hosts that report each by itself.
pub const CHECKS: &[Check] = checks![
    a_missing_file_is_not_found,
    create_makes_an_empty_file_once_and_keeps_it_afterwards,
    create_new_refuses_an_existing_file,
    a_removed_file_is_gone_and_its_name_free,
    what_is_open_for_reading_refuses_to_change,
    what_was_written_is_read_back_at_any_offset,
    a_read_past_the_end_is_short_and_never_zeros,
    a_write_past_the_end_grows_the_file_and_the_gap_is_zero,
    an_empty_write_changes_nothing,
    a_new_size_grows_with_zeros_and_cuts_for_good,
    an_offset_no_file_can_have_is_an_error,
    content_and_size_survive_closing,
    sync_works_on_any_state_of_the_file,
    two_files_do_not_touch_each_other,
    a_second_opener_is_refused_by_name_until_the_first_closes,
    locking_twice_by_the_same_opener_is_allowed,
    a_large_write_arrives_whole,
    random_operations_agree_with_a_vector_of_bytes,
];

fn name(prefix: &str, letter: &str) -> Result<FileName, String> {
    FileName::new(format!("{prefix}{letter}")).map_err(|error| error.to_string())
}

fn text(error: VfsError) -> String {
    error.to_string()
}

fn ensure(holds: bool, otherwise: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

fn ensure_kind<T>(result: Result<T, VfsError>, kind: VfsErrorKind, call: &str) -> Result<(), String> {
    match result {
        Ok(_) => Err(format!("{call} succeeded instead of failing with {kind:?}")),
        Err(error) if error.kind == kind => Ok(()),
        Err(error) => Err(format!("{call} failed with {:?} instead of {kind:?}: {error}", error.kind)),
    }
}

fn ensure_content(file: &dyn VfsFile, expected: &[u8]) -> Result<(), String> {
    let size = file.size().map_err(text)?;
    ensure(size == expected.len() as u64, format!("size is {size} instead of {}", expected.len()))?;
    let mut bytes = vec![0xEE; expected.len()];
    file.read_exact_at(&mut bytes, 0).map_err(text)?;
    match bytes.iter().zip(expected).position(|(is, should)| is != should) {
        None => Ok(()),
        Some(at) => Err(format!("byte {at} is {} instead of {}", bytes[at], expected[at])),
    }
}

fn a_missing_file_is_not_found(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    ensure(!vfs.exists(&name).map_err(text)?, "it exists already: give the suite a fresh place")?;
    ensure_kind(vfs.open(&name, OpenMode::ReadOnly), VfsErrorKind::NotFound, "open for reading")?;
    ensure_kind(vfs.open(&name, OpenMode::ReadWrite), VfsErrorKind::NotFound, "open for writing")?;
    ensure_kind(vfs.remove(&name), VfsErrorKind::NotFound, "remove")?;
    ensure(!vfs.exists(&name).map_err(text)?, "a failed open created it")
}

fn create_makes_an_empty_file_once_and_keeps_it_afterwards(
    vfs: &dyn Vfs,
    prefix: &str,
) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    ensure_content(&*file, &[])?;
    ensure(vfs.exists(&name).map_err(text)?, "it does not exist after create")?;
    file.write_all_at(b"kept", 0).map_err(text)?;
    drop(file);
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    ensure_content(&*file, b"kept")?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn create_new_refuses_an_existing_file(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::CreateNew).map_err(text)?;
    file.write_all_at(b"kept", 0).map_err(text)?;
    drop(file);
    ensure_kind(vfs.open(&name, OpenMode::CreateNew), VfsErrorKind::AlreadyExists, "create anew")?;
    ensure_content(&*vfs.open(&name, OpenMode::ReadOnly).map_err(text)?, b"kept")?;
    vfs.remove(&name).map_err(text)
}

fn a_removed_file_is_gone_and_its_name_free(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::CreateNew).map_err(text)?;
    file.write_all_at(b"old", 0).map_err(text)?;
    drop(file);
    vfs.remove(&name).map_err(text)?;
    ensure(!vfs.exists(&name).map_err(text)?, "it still exists")?;
    ensure_kind(vfs.open(&name, OpenMode::ReadWrite), VfsErrorKind::NotFound, "open")?;
    let file = vfs.open(&name, OpenMode::CreateNew).map_err(text)?;
    ensure_content(&*file, &[])?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn what_is_open_for_reading_refuses_to_change(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(b"abc", 0).map_err(text)?;
    drop(file);
    let file = vfs.open(&name, OpenMode::ReadOnly).map_err(text)?;
    ensure_kind(file.write_all_at(b"x", 0), VfsErrorKind::PermissionDenied, "write")?;
    ensure_kind(file.set_size(0), VfsErrorKind::PermissionDenied, "set_size")?;
    ensure_content(&*file, b"abc")?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn what_was_written_is_read_back_at_any_offset(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(&[1; 10_000], 0).map_err(text)?;
    file.write_all_at(&[2; 5], 4094).map_err(text)?;
    file.write_all_at(&[3], 9999).map_err(text)?;
    let mut expected = vec![1; 10_000];
    expected[4094..4099].fill(2);
    expected[9999] = 3;
    ensure_content(&*file, &expected)?;
    let mut middle = [0; 7];
    file.read_exact_at(&mut middle, 4093).map_err(text)?;
    ensure(middle == expected[4093..4100], "a read in the middle differs")?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn a_read_past_the_end_is_short_and_never_zeros(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(b"abcd", 0).map_err(text)?;
    ensure_kind(file.read_exact_at(&mut [0; 5], 0), VfsErrorKind::ShortIo, "a read over the end")?;
    ensure_kind(file.read_exact_at(&mut [0; 1], 4), VfsErrorKind::ShortIo, "a read at the end")?;
    ensure_kind(file.read_exact_at(&mut [0; 8], 4096), VfsErrorKind::ShortIo, "a read past the end")?;
    file.read_exact_at(&mut [], 4).map_err(|error| format!("an empty read: {error}"))?;
    ensure_content(&*file, b"abcd")?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn a_write_past_the_end_grows_the_file_and_the_gap_is_zero(
    vfs: &dyn Vfs,
    prefix: &str,
) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(b"a", 0).map_err(text)?;
    file.write_all_at(b"z", 70_000).map_err(text)?;
    let mut expected = vec![0; 70_001];
    expected[0] = b'a';
    expected[70_000] = b'z';
    ensure_content(&*file, &expected)?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn an_empty_write_changes_nothing(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(&[], 100).map_err(text)?;
    ensure_content(&*file, &[])?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn a_new_size_grows_with_zeros_and_cuts_for_good(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.set_size(5000).map_err(text)?;
    ensure_content(&*file, &[0; 5000])?;
    file.write_all_at(&[9; 5000], 0).map_err(text)?;
    file.set_size(4097).map_err(text)?;
    ensure_content(&*file, &[9; 4097])?;
    file.set_size(9000).map_err(text)?;
    let mut expected = vec![9; 4097];
    expected.resize(9000, 0);
    ensure_content(&*file, &expected)?;
    file.set_size(0).map_err(text)?;
    ensure_content(&*file, &[])?;
    file.write_all_at(b"x", 10).map_err(text)?;
    ensure_content(&*file, b"\0\0\0\0\0\0\0\0\0\0x")?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn an_offset_no_file_can_have_is_an_error(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(b"abc", 0).map_err(text)?;
    for offset in [u64::MAX, u64::MAX - 1, 1 << 63] {
        ensure_kind(file.read_exact_at(&mut [0; 2], offset), VfsErrorKind::ShortIo, "a read")?;
        ensure(file.write_all_at(b"xy", offset).is_err(), format!("a write at {offset} succeeded"))?;
        ensure(file.set_size(offset).is_err(), format!("a size of {offset} succeeded"))?;
    }
    ensure_content(&*file, b"abc")?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn content_and_size_survive_closing(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let mut expected = Vec::new();
    // With and without a sync: closing loses nothing that this process wrote.
    for sync in [true, false] {
        let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
        ensure_content(&*file, &expected)?;
        file.write_all_at(&[7; 3000], expected.len() as u64).map_err(text)?;
        expected.resize(expected.len() + 3000, 7);
        if sync {
            file.sync(SyncKind::Data).map_err(text)?;
        }
    }
    let file = vfs.open(&name, OpenMode::ReadWrite).map_err(text)?;
    ensure_content(&*file, &expected)?;
    file.set_size(4096).map_err(text)?;
    drop(file);
    let file = vfs.open(&name, OpenMode::ReadOnly).map_err(text)?;
    ensure_content(&*file, &expected[..4096])?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn sync_works_on_any_state_of_the_file(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    for kind in [SyncKind::Data, SyncKind::DataAndSize] {
        file.set_size(0).map_err(text)?;
        file.sync(kind).map_err(|error| format!("of an empty file: {error}"))?;
        file.write_all_at(&[5; 100], 0).map_err(text)?;
        file.sync(kind).map_err(|error| format!("after a write: {error}"))?;
        file.sync(kind).map_err(|error| format!("with nothing to do: {error}"))?;
        file.set_size(50).map_err(text)?;
        file.sync(kind).map_err(|error| format!("after a cut: {error}"))?;
        ensure_content(&*file, &[5; 50])?;
    }
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn two_files_do_not_touch_each_other(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let (one, two) = (name(prefix, "")?, name(prefix, "")?.with_suffix("-wal"));
    let a = vfs.open(&one, OpenMode::CreateNew).map_err(text)?;
    let b = vfs.open(&two, OpenMode::CreateNew).map_err(text)?;
    a.write_all_at(&[1; 100], 0).map_err(text)?;
    b.write_all_at(&[2; 200], 0).map_err(text)?;
    a.set_size(10).map_err(text)?;
    ensure_content(&*a, &[1; 10])?;
    ensure_content(&*b, &[2; 200])?;
    drop(a);
    vfs.remove(&one).map_err(text)?;
    ensure_content(&*b, &[2; 200])?;
    ensure(!vfs.exists(&one).map_err(text)? && vfs.exists(&two).map_err(text)?, "the wrong one is gone")?;
    drop(b);
    vfs.remove(&two).map_err(text)
}

fn a_second_opener_is_refused_by_name_until_the_first_closes(
    vfs: &dyn Vfs,
    prefix: &str,
) -> Result<(), String> {
    let name = name(prefix, "")?;
    let first = vfs.open(&name, OpenMode::Create).map_err(text)?;
    first.lock().map_err(text)?;
    // Either refusal will do: some hosts open exclusively, some only lock so.
    let second = vfs.open(&name, OpenMode::ReadWrite).and_then(|file| file.lock().map(|()| file));
    match second {
        Ok(_) => return Err("two openers hold the lock".to_owned()),
        Err(error) => {
            let named = error.file.contains(name.as_str()) || error.to_string().contains(name.as_str());
            ensure(named, format!("the error does not name the file: {error}"))?;
            ensure_kind::<()>(Err(error), VfsErrorKind::AlreadyOpen, "the second opener")?;
        }
    }
    // The refused one is closed; that must not have released the lock of the first.
    let third = vfs.open(&name, OpenMode::ReadWrite).and_then(|file| file.lock().map(|()| file));
    ensure_kind(third.map(|_| ()), VfsErrorKind::AlreadyOpen, "the third opener")?;
    first.write_all_at(b"mine", 0).map_err(text)?;
    drop(first);
    let next = vfs.open(&name, OpenMode::ReadWrite).map_err(text)?;
    next.lock().map_err(|error| format!("the lock outlived its file: {error}"))?;
    ensure_content(&*next, b"mine")?;
    drop(next);
    vfs.remove(&name).map_err(text)
}

fn locking_twice_by_the_same_opener_is_allowed(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.lock().map_err(text)?;
    file.lock().map_err(text)?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn a_large_write_arrives_whole(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    let name = name(prefix, "")?;
    let mut bytes = vec![0; (2 << 20) + 17];
    SplitMix64::new(1).fill(&mut bytes);
    let file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    file.write_all_at(&bytes, 0).map_err(text)?;
    file.sync(SyncKind::DataAndSize).map_err(text)?;
    ensure_content(&*file, &bytes)?;
    drop(file);
    vfs.remove(&name).map_err(text)
}

fn random_operations_agree_with_a_vector_of_bytes(vfs: &dyn Vfs, prefix: &str) -> Result<(), String> {
    const SEED: u64 = 0x00C0_FFEE;
    const SIZE_MAX: u64 = 50_000;
    let name = name(prefix, "")?;
    let mut random = SplitMix64::new(SEED);
    let mut file = vfs.open(&name, OpenMode::Create).map_err(text)?;
    let mut model: Vec<u8> = Vec::new();
    for step in 0..400 {
        match random.below(10) {
            0..=4 => {
                let offset = random.index(SIZE_MAX as usize);
                let mut bytes = vec![0; random.index(9000)];
                random.fill(&mut bytes);
                file.write_all_at(&bytes, offset as u64).map_err(text)?;
                if !bytes.is_empty() {
                    model.resize(model.len().max(offset + bytes.len()), 0);
                    model[offset..offset + bytes.len()].copy_from_slice(&bytes);
                }
            }
            5 => {
                let size = random.below(SIZE_MAX);
                file.set_size(size).map_err(text)?;
                model.resize(size as usize, 0);
            }
            6 => file.sync(SyncKind::Data).map_err(text)?,
            7 => {
                drop(file);
                file = vfs.open(&name, OpenMode::ReadWrite).map_err(text)?;
            }
            _ => {
                let offset = random.index(model.len() + 1);
                let mut bytes = vec![0; random.index(model.len() - offset + 1)];
                file.read_exact_at(&mut bytes, offset as u64).map_err(text)?;
                let same = bytes == model[offset..offset + bytes.len()];
                ensure(same, format!("step {step} of seed {SEED:#x} read something else"))?;
            }
        }
        if step % 50 == 49 {
            ensure_content(&*file, &model).map_err(|what| format!("step {step}: {what}"))?;
        }
    }
    drop(file);
    vfs.remove(&name).map_err(text)
}

#[cfg(test)]
mod tests {
    use super::super::MemoryVfs;
    use super::super::fault::FaultVfs;
    use super::*;

    #[test]
    fn memory_keeps_the_contract() {
        let vfs = MemoryVfs::new();
        assert_eq!(run(&vfs, "c"), Ok(CHECKS.len()));
        assert!(vfs.names().is_empty(), "a check left a file");
    }

    #[test]
    fn the_faulty_disk_without_faults_keeps_the_contract() {
        assert_eq!(run(&FaultVfs::new(1), "c"), Ok(CHECKS.len()));
    }

    #[test]
    fn a_faulty_disk_with_a_fault_does_not() {
        use super::super::fault::{Effect, Fault, OperationKind};
        for (kind, effect) in [
            (OperationKind::Write, Effect::Misdirect),
            (OperationKind::Read, Effect::FlipBit),
            (OperationKind::Sync, Effect::Error(VfsErrorKind::Io)),
            (OperationKind::SetSize, Effect::Error(VfsErrorKind::DiskFull)),
        ] {
            let vfs = FaultVfs::new(1);
            vfs.inject(Fault::sticky(kind, 3, effect));
            assert!(run(&vfs, "c").is_err(), "{effect:?} on {kind:?} went unnoticed");
        }
    }
}
