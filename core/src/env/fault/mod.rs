//! A disk that fails on purpose: unsynced writes, power cuts at every operation, I/O errors, lies.
//!
//! Deterministic: everything is decided by the seed, the calls, and the [`Crash`] a test picks. It is a
//! disk and nothing more; what must hold after a crash is for the test to say.
//!
//! ```text
//! workload --> FaultVfs --(power cut at operation n)--> off: every call fails
//!                 |                                       |
//!                 | kill(): the process dies,             | crash(choice): the power comes back;
//!                 v unsynced changes are still cached     v a subset of them reached the medium
//!              FaultVfs                                FaultVfs   (either may crash again: nested)
//! ```
//!
//! Every call counts as one operation, from 1, in the order of the calls; `barrier` and closing do not.
//! The operation at which the power is cut has no answer, but may have had its effect: a write in flight
//! is one more unsynced write.
//!
//! I1  Without faults it keeps the whole VFS contract (`contract::run` passes).
//! I2  After a crash nothing is unsynced: what reads see is what the medium has.
//! I3  A file whose `sync` returned `Ok`, without a lying fault, loses nothing at a crash.
//!
//! # Every operation is a crash point
//!
//! ```
//! use decentdb_core::env::fault::{Crash, FaultVfs};
//! use decentdb_core::env::{FileName, OpenMode, SyncKind, Vfs, VfsError, VfsFile};
//!
//! /// Writes a byte and answers whether it was acknowledged as durable.
//! fn workload(vfs: &FaultVfs) -> Result<(), VfsError> {
//!     let file = vfs.open(&FileName::new("a")?, OpenMode::Create)?;
//!     file.write_all_at(&[1], 0)?;
//!     file.sync(SyncKind::Data)
//! }
//!
//! let dry = FaultVfs::new(7);
//! workload(&dry)?;
//! for operation in 1..=dry.operations() {
//!     let vfs = FaultVfs::new(7);
//!     vfs.cut_power_at(operation);
//!     let acknowledged = workload(&vfs).is_ok();
//!     for choice in vfs.crash_choices(1000) {
//!         let after = vfs.crash(&choice);
//!         let content = after.bytes("a").unwrap_or_default();
//!         assert!(content == [1] || !acknowledged, "{choice:?} at {operation}");
//!         // Recover here, with `after.cut_power_at(..)` to crash inside recovery.
//!     }
//! }
//! # Ok::<(), VfsError>(())
//! ```
//!
//! Instead of running the workload once per operation, [`FaultVfs::keep_snapshots`] keeps the state in
//! flight at every changing operation of one run.
//!
//! # Errors at operation n
//!
//! ```
//! use decentdb_core::env::fault::{Effect, Fault, FaultVfs, OperationKind};
//! use decentdb_core::env::{FileName, OpenMode, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile};
//!
//! let vfs = FaultVfs::new(7);
//! vfs.inject(Fault::once(OperationKind::Write, 1, Effect::Error(VfsErrorKind::DiskFull)));
//! let file = vfs.open(&FileName::new("a")?, OpenMode::Create)?;
//! assert_eq!(file.write_all_at(&[1], 0).unwrap_err().kind, VfsErrorKind::DiskFull);
//! file.write_all_at(&[1], 0)?;
//!
//! // A failed sync: the write is shown by reads, is on no list of things to write, and is or is not on
//! // the medium, or is noise there.
//! vfs.inject(Fault::once(OperationKind::Sync, 1, Effect::Error(VfsErrorKind::Io)));
//! assert!(file.sync(SyncKind::Data).is_err());
//! assert_eq!(vfs.pending_writes(), 0);
//! # Ok::<(), VfsError>(())
//! ```

mod crash;
mod disk;
mod file;
mod image;
#[cfg(test)]
mod tests;

pub use crash::{Crash, Damage, Keep, Metadata};
pub use image::{BLOCK_BYTES, SECTOR_BYTES};

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::disk::Disk;
use self::image::Image;
use super::{FileName, ManualClock, MemoryVfs, Nanos, SplitMix64, VfsErrorKind};

/// What a call was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "named as the methods of Vfs and VfsFile")]
pub enum OperationKind {
    Open,
    Exists,
    Remove,
    Read,
    Write,
    Size,
    SetSize,
    Sync,
    Lock,
}

/// One call, as the disk saw it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Operation {
    /// From 1.
    pub number: u64,
    /// Which method.
    pub kind: OperationKind,
    /// On which file.
    pub file: String,
    /// Where; the new size for `SetSize`.
    pub offset: u64,
    /// How many bytes.
    pub bytes: usize,
}

/// A fault waiting for its operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Only calls of this kind are hit; all if `None`.
    pub kind: Option<OperationKind>,
    /// Only calls on files whose name ends so are hit; all if empty.
    pub file_suffix: String,
    /// The first matching call to hit, counted from 1 when the fault is injected.
    pub nth: u64,
    /// Whether all later matching calls are hit too.
    pub sticky: bool,
    /// What happens.
    pub effect: Effect,
}

/// What a fault does to its call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// The call fails. A write or a new size changes nothing; a sync leaves every pending write of the
    /// file kept, lost or garbage, and marks it clean (Rebello et al., ATC 2020).
    Error(VfsErrorKind),
    /// The call fails after a part of it: a write after some of its sectors; other calls as `Error`.
    Partial(VfsErrorKind),
    /// The power is cut at this call.
    CutPower,
    /// A sync answers `Ok` but leaves one block write out, a write does nothing: for tests that a loss is
    /// *detected*.
    LieAboutSync,
    /// A write answers `Ok` but lands one block further on, a read answers what stands there: for tests of
    /// detection.
    Misdirect,
    /// A read answers, or a write leaves, one bit flipped: for tests of detection.
    FlipBit,
    /// The call works, but the clock of [`FaultVfs::set_clock`] has gone on by so much when it returns.
    Delay(Nanos),
}

impl Fault {
    /// Hits the `nth` call of that kind, from now, counted from 1.
    pub fn once(kind: OperationKind, nth: u64, effect: Effect) -> Fault {
        Fault { kind: Some(kind), file_suffix: String::new(), nth, sticky: false, effect }
    }

    /// Hits that call and all later ones of that kind.
    pub fn sticky(kind: OperationKind, nth: u64, effect: Effect) -> Fault {
        Fault { sticky: true, ..Fault::once(kind, nth, effect) }
    }

    /// Hits the `nth` call of any kind.
    pub fn at_operation(nth: u64, effect: Effect) -> Fault {
        Fault { kind: None, ..Fault::once(OperationKind::Open, nth, effect) }
    }

    /// Only on files whose name ends so (`-wal`).
    #[must_use]
    pub fn on(mut self, file_suffix: &str) -> Fault {
        file_suffix.clone_into(&mut self.file_suffix);
        self
    }
}

/// The disk while an operation was in flight: see [`FaultVfs::keep_snapshots`].
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The operation in flight: its effect is pending, it has not returned.
    pub operation: Operation,
    /// The disk: crash or kill it.
    pub vfs: FaultVfs,
}

/// A disk that fails on purpose. Cloning shares it.
#[derive(Clone)]
pub struct FaultVfs(Arc<Mutex<State>>);

struct State {
    disk: Disk,
    operations: u64,
    trace: Option<Vec<Operation>>,
    trace_hash: u64,
    snapshots: Option<Vec<Snapshot>>,
    faults: Vec<Fault>,
    faults_hit: u64,
    clock: Option<ManualClock>,
    cut_power_at: Option<u64>,
    off: bool,
    next_handle: u64,
}

impl FaultVfs {
    /// An empty disk.
    pub fn new(seed: u64) -> FaultVfs {
        FaultVfs::over(Disk::new(seed))
    }

    /// A disk with the files of `memory`, all durable.
    pub fn from_memory(memory: &MemoryVfs, seed: u64) -> FaultVfs {
        let mut disk = Disk::new(seed);
        for name in memory.names() {
            let mut image = Image::default();
            let bytes = memory.bytes(&name).unwrap_or_default();
            image.write(&bytes, 0);
            image.set_size(bytes.len() as u64);
            disk.put(name, image);
        }
        FaultVfs::over(disk)
    }

    fn over(disk: Disk) -> FaultVfs {
        FaultVfs(Arc::new(Mutex::new(State {
            disk,
            operations: 0,
            trace: None,
            trace_hash: 0,
            snapshots: None,
            faults: Vec::new(),
            faults_hit: 0,
            clock: None,
            cut_power_at: None,
            off: false,
            next_handle: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // What happened so far.

    /// How many calls there were.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Records calls from now on, for [`FaultVfs::trace`].
    pub fn keep_trace(&self) {
        self.state().trace.get_or_insert_default();
    }

    /// The recorded calls.
    pub fn trace(&self) -> Vec<Operation> {
        self.state().trace.clone().unwrap_or_default()
    }

    /// A hash of all calls so far, recorded or not: equal for equal runs.
    pub fn trace_hash(&self) -> u64 {
        self.state().trace_hash
    }

    /// Keeps, from now on, the state in flight at every call that may change the disk: each is a crash
    /// point, without running the workload again.
    pub fn keep_snapshots(&self) {
        self.state().snapshots.get_or_insert_default();
    }

    /// The snapshots kept since the last call; keeping goes on.
    pub fn take_snapshots(&self) -> Vec<Snapshot> {
        self.state().snapshots.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Block writes that no sync has made durable.
    pub fn pending_writes(&self) -> usize {
        self.state().disk.pending_counts().0
    }

    /// A file as processes see it.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state();
        let inode = *state.disk.names.get(name)?;
        Some(state.disk.inodes[inode].cached.to_bytes())
    }

    /// The files as the medium has them.
    pub fn durable(&self) -> MemoryVfs {
        let memory = MemoryVfs::new();
        for (name, image) in self.state().disk.durable_files() {
            let name = FileName::new(name.clone()).expect("it was opened under this name");
            memory.put(&name, &image.to_bytes()).expect("memory without a limit has room");
        }
        memory
    }

    // What shall happen.

    /// Arms a fault. The first armed fault that matches a call wins.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// How many calls a fault has hit.
    pub fn faults_hit(&self) -> u64 {
        self.state().faults_hit
    }

    /// The clock that slow calls move ([`Effect::Delay`]).
    pub fn set_clock(&self, clock: &ManualClock) {
        self.state().clock = Some(clock.clone());
    }

    /// Disarms all faults, and [`FaultVfs::cut_power_at`].
    pub fn clear_faults(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.cut_power_at = None;
    }

    /// Cuts the power at operation number `operation`: it and all later ones fail.
    pub fn cut_power_at(&self, operation: u64) {
        self.state().cut_power_at = Some(operation);
    }

    /// Cuts the power now.
    pub fn cut_power(&self) {
        self.state().off = true;
    }

    /// Whether the power is off.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// Writes fail with [`VfsErrorKind::DiskFull`] when all files together would exceed this.
    pub fn set_capacity_bytes(&self, capacity_bytes: u64) {
        self.state().disk.capacity_bytes = capacity_bytes;
    }

    /// Breaks the contract: new and removed names wait for the next successful sync of any file (F31).
    pub fn lose_names(&self) {
        self.state().disk.lazy_names = true;
    }

    /// Changes bytes behind everybody's back, durable and cached: rot, or a stray writer.
    pub fn damage(&self, name: &str, offset: u64, bytes: &[u8]) {
        let mut state = self.state();
        if let Some(inode) = state.disk.names.get(name).copied() {
            let inode = &mut state.disk.inodes[inode];
            for image in [&mut inode.durable, &mut inode.cached] {
                image.write(bytes, offset);
                image.cut();
            }
        }
    }

    // What is left afterwards.

    /// The outcomes of a power cut now that are worth trying: all subsets of few unsynced writes, a
    /// biased sample of many, torn and garbage blocks; at most `crashes_max`, always the same ones.
    pub fn crash_choices(&self, crashes_max: usize) -> Vec<Crash> {
        let state = self.state();
        let (writes, metadata) = state.disk.pending_counts();
        crash::choices(writes, metadata, crashes_max, state.disk.random.clone().next_u64())
    }

    /// The disk after a power cut now. This one stays as it is, so that many outcomes can be tried.
    pub fn crash(&self, choice: &Crash) -> FaultVfs {
        FaultVfs::over(self.state().disk.after_crash(choice))
    }

    /// The disk after the process died: nothing written is lost, nothing unsynced became durable.
    pub fn kill(&self) -> FaultVfs {
        FaultVfs::over(self.state().disk.after_kill())
    }
}

impl fmt::Debug for FaultVfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("FaultVfs")
            .field("operations", &state.operations)
            .field("off", &state.off)
            .field("files", &state.disk.names.keys())
            .field("pending_writes", &state.disk.pending_counts().0)
            .finish_non_exhaustive()
    }
}

/// A run of random faults for soak tests: each of `operations` calls is hit with chance 1 in `rarity`.
pub fn random_faults(seed: u64, operations: u64, rarity: u64) -> Vec<Fault> {
    let mut random = SplitMix64::new(seed);
    let mut faults = Vec::new();
    for nth in 1..=operations {
        if random.chance(1, rarity) {
            let kind = match random.below(4) {
                0 => VfsErrorKind::DiskFull,
                1 => VfsErrorKind::ShortIo,
                _ => VfsErrorKind::Io,
            };
            let effect = if random.chance(1, 2) { Effect::Error(kind) } else { Effect::Partial(kind) };
            faults.push(Fault { sticky: random.chance(1, 4), ..Fault::at_operation(nth, effect) });
        }
    }
    faults
}
