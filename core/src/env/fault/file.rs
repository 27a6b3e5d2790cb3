//! The calls of the faulty disk: each is counted, may be hit by a fault, and then does its work.
//!
//! ```text
//! call -> off? -> count, trace -> fault? -> effect pending -> snapshot -> answer
//! ```
//!
//! I1  A call that the power cut hits has its effect pending, and no answer.

use std::hash::{Hash, Hasher};
use std::sync::MutexGuard;

use super::image::FILE_BYTES_MAX;
use super::{BLOCK_BYTES, Effect, FaultVfs, Operation, OperationKind, SECTOR_BYTES, Snapshot, State};
use crate::env::{Barrier, FileName, OpenMode, SplitMix64, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile};

/// What a call is to do.
enum Course {
    Proceed,
    Fault(Effect),
}

fn power_is_off(kind: &'static str, file: &str) -> VfsError {
    VfsError::new(VfsErrorKind::Io, kind, file, "the power is off")
}

fn injected(kind: VfsErrorKind, operation: &'static str, file: &str) -> VfsError {
    VfsError::new(kind, operation, file, "an injected fault")
}

impl State {
    /// Counts the call, records it, and decides its course.
    fn begin(&mut self, kind: OperationKind, file: &str, offset: u64, bytes: usize) -> Course {
        self.operations += 1;
        let operation = Operation { number: self.operations, kind, file: file.to_owned(), offset, bytes };
        let mut hasher = rustc_hash::FxHasher::default();
        (self.trace_hash, &operation).hash(&mut hasher);
        self.trace_hash = hasher.finish();
        if let Some(trace) = &mut self.trace {
            trace.push(operation);
        }
        if self.cut_power_at.is_some_and(|at| at <= self.operations) {
            return Course::Fault(Effect::CutPower);
        }
        let mut hit = None;
        for (index, fault) in self.faults.iter_mut().enumerate() {
            if fault.kind.is_some_and(|of| of != kind) || !file.ends_with(&fault.file_suffix) {
                continue;
            }
            fault.nth = fault.nth.saturating_sub(1);
            if fault.nth == 0 && hit.is_none() {
                hit = Some((index, fault.effect, fault.sticky));
            }
        }
        match hit {
            None => Course::Proceed,
            Some((index, effect, sticky)) => {
                self.faults_hit += 1;
                if !sticky {
                    self.faults.remove(index);
                }
                if let (Effect::Delay(time), Some(clock)) = (effect, &self.clock) {
                    clock.advance(time);
                    return Course::Proceed;
                }
                Course::Fault(effect)
            }
        }
    }

    /// Keeps the state in flight; called when the effect of the call is pending.
    fn in_flight(&mut self, kind: OperationKind, file: &str, offset: u64, bytes: usize) {
        if let Some(snapshots) = &mut self.snapshots {
            let number = self.operations;
            let operation = Operation { number, kind, file: file.to_owned(), offset, bytes };
            snapshots.push(Snapshot { operation, vfs: FaultVfs::over(self.disk.clone()) });
        }
    }

    /// Whether a file may reach `end`; what lies within a file has its space already.
    fn room(&self, inode: usize, end: u64) -> bool {
        let grown = end.saturating_sub(self.disk.inodes[inode].cached.size());
        let fits = self.disk.used_bytes().saturating_add(grown) <= self.disk.capacity_bytes;
        end <= FILE_BYTES_MAX && (grown == 0 || fits)
    }
}

impl Vfs for FaultVfs {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        let name = name.as_str();
        let mut state = self.state();
        if state.off {
            return Err(power_is_off("open", name));
        }
        let course = state.begin(OperationKind::Open, name, 0, 0);
        if let Course::Fault(Effect::Error(kind) | Effect::Partial(kind)) = course {
            return Err(injected(kind, "open", name));
        }
        let fail = |kind, message| Err(VfsError::new(kind, "open", name, message));
        let inode = match (state.disk.names.get(name).copied(), mode) {
            (Some(_), OpenMode::CreateNew) => return fail(VfsErrorKind::AlreadyExists, "the file exists"),
            (Some(inode), _) => inode,
            (None, OpenMode::ReadOnly | OpenMode::ReadWrite) => {
                return fail(VfsErrorKind::NotFound, "there is no such file");
            }
            (None, OpenMode::Create | OpenMode::CreateNew) => {
                let inode = state.disk.link(name);
                state.in_flight(OperationKind::Open, name, 0, 0);
                inode
            }
        };
        if let Course::Fault(Effect::CutPower) = course {
            state.off = true;
            return Err(power_is_off("open", name));
        }
        state.disk.settle_names();
        state.next_handle += 1;
        Ok(Box::new(FaultFile {
            vfs: self.clone(),
            name: name.to_owned(),
            inode,
            handle: state.next_handle,
            writable: mode != OpenMode::ReadOnly,
        }))
    }

    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        let name = name.as_str();
        let mut state = self.state();
        if state.off {
            return Err(power_is_off("exists", name));
        }
        match state.begin(OperationKind::Exists, name, 0, 0) {
            Course::Fault(Effect::Error(kind) | Effect::Partial(kind)) => Err(injected(kind, "exists", name)),
            Course::Fault(Effect::CutPower) => {
                state.off = true;
                Err(power_is_off("exists", name))
            }
            Course::Proceed | Course::Fault(_) => Ok(state.disk.names.contains_key(name)),
        }
    }

    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        let name = name.as_str();
        let mut state = self.state();
        if state.off {
            return Err(power_is_off("remove", name));
        }
        let course = state.begin(OperationKind::Remove, name, 0, 0);
        if let Course::Fault(Effect::Error(kind) | Effect::Partial(kind)) = course {
            return Err(injected(kind, "remove", name));
        }
        if !state.disk.names.contains_key(name) {
            return Err(VfsError::new(VfsErrorKind::NotFound, "remove", name, "there is no such file"));
        }
        state.disk.unlink(name);
        state.in_flight(OperationKind::Remove, name, 0, 0);
        if let Course::Fault(Effect::CutPower) = course {
            state.off = true;
            return Err(power_is_off("remove", name));
        }
        state.disk.settle_names();
        Ok(())
    }
}

struct FaultFile {
    vfs: FaultVfs,
    name: String,
    inode: usize,
    handle: u64,
    writable: bool,
}

impl FaultFile {
    /// Starts a call: its state, or the error it ends with at once.
    fn begin(
        &self,
        kind: OperationKind,
        operation: &'static str,
        offset: u64,
        bytes: usize,
    ) -> Result<(MutexGuard<'_, State>, Option<Effect>), VfsError> {
        let mut state = self.vfs.state();
        if state.off {
            return Err(power_is_off(operation, &self.name));
        }
        match state.begin(kind, &self.name, offset, bytes) {
            Course::Proceed => Ok((state, None)),
            Course::Fault(effect) => Ok((state, Some(effect))),
        }
    }

    /// The end of a call that changes nothing on the medium, when a fault hits it.
    fn plain_fault(
        &self,
        state: &mut State,
        effect: Option<Effect>,
        operation: &'static str,
    ) -> Result<(), VfsError> {
        match effect {
            Some(Effect::Error(kind) | Effect::Partial(kind)) => Err(injected(kind, operation, &self.name)),
            Some(Effect::CutPower) => {
                state.off = true;
                Err(power_is_off(operation, &self.name))
            }
            Some(Effect::LieAboutSync | Effect::Misdirect | Effect::FlipBit | Effect::Delay(_)) | None => {
                Ok(())
            }
        }
    }

    fn fail<T>(
        &self,
        kind: VfsErrorKind,
        operation: &'static str,
        message: impl Into<String>,
    ) -> Result<T, VfsError> {
        Err(VfsError::new(kind, operation, self.name.as_str(), message))
    }
}

fn flip_bit(bytes: &mut [u8], random: &mut SplitMix64) {
    if !bytes.is_empty() {
        let at = random.index(bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
}

impl VfsFile for FaultFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        let (mut state, effect) = self.begin(OperationKind::Read, "read", offset, buf.len())?;
        self.plain_fault(&mut state, effect, "read")?;
        let State { disk, .. } = &mut *state;
        let image = &disk.inodes[self.inode].cached;
        let end = offset.checked_add(buf.len() as u64);
        if !buf.is_empty() && end.is_none_or(|end| end > image.size()) {
            let message = format!("{} bytes at {offset} of a file of {} bytes", buf.len(), image.size());
            return self.fail(VfsErrorKind::ShortIo, "read", message);
        }
        // What lies past the end reads as zeros.
        let aside = if effect == Some(Effect::Misdirect) { BLOCK_BYTES as u64 } else { 0 };
        image.read(buf, offset + aside);
        if effect == Some(Effect::FlipBit) {
            flip_bit(buf, &mut disk.random);
        }
        Ok(())
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        if !self.writable {
            return self.fail(VfsErrorKind::PermissionDenied, "write", "the file is open for reading only");
        }
        let (mut state, effect) = self.begin(OperationKind::Write, "write", offset, buf.len())?;
        let mut flipped;
        let partial = match effect {
            Some(Effect::Error(kind)) => return Err(injected(kind, "write", &self.name)),
            Some(Effect::Partial(_)) => {
                let sectors = state.disk.random.index(buf.len() / SECTOR_BYTES + 1);
                &buf[..(sectors * SECTOR_BYTES).min(buf.len())]
            }
            Some(Effect::FlipBit) => {
                flipped = buf.to_vec();
                flip_bit(&mut flipped, &mut state.disk.random);
                &flipped
            }
            Some(Effect::LieAboutSync) => return Ok(()),
            _ => buf,
        };
        let offset = if effect == Some(Effect::Misdirect) {
            offset.saturating_add(BLOCK_BYTES as u64)
        } else {
            offset
        };
        let end = offset.checked_add(buf.len() as u64);
        let Some(_) = end.filter(|end| state.room(self.inode, *end)) else {
            return match buf.is_empty() {
                true => Ok(()),
                false => self.fail(VfsErrorKind::DiskFull, "write", "no space is left on this disk"),
            };
        };
        if !partial.is_empty() {
            state.disk.write(self.inode, partial, offset);
            state.in_flight(OperationKind::Write, &self.name, offset, buf.len());
        }
        self.plain_fault(&mut state, effect, "write")
    }

    fn size(&self) -> Result<u64, VfsError> {
        let (mut state, effect) = self.begin(OperationKind::Size, "size", 0, 0)?;
        self.plain_fault(&mut state, effect, "size")?;
        Ok(state.disk.inodes[self.inode].cached.size())
    }

    fn set_size(&self, size: u64) -> Result<(), VfsError> {
        if !self.writable {
            return self.fail(
                VfsErrorKind::PermissionDenied,
                "set_size",
                "the file is open for reading only",
            );
        }
        let (mut state, effect) = self.begin(OperationKind::SetSize, "set_size", size, 0)?;
        if let Some(Effect::Error(kind) | Effect::Partial(kind)) = effect {
            return Err(injected(kind, "set_size", &self.name));
        }
        if !state.room(self.inode, size) {
            return self.fail(VfsErrorKind::DiskFull, "set_size", "no space is left on this disk");
        }
        state.disk.set_size(self.inode, size);
        state.in_flight(OperationKind::SetSize, &self.name, size, 0);
        self.plain_fault(&mut state, effect, "set_size")
    }

    fn sync(&self, _kind: SyncKind) -> Result<(), VfsError> {
        let (mut state, effect) = self.begin(OperationKind::Sync, "sync", 0, 0)?;
        state.in_flight(OperationKind::Sync, &self.name, 0, 0);
        match effect {
            Some(Effect::Error(_) | Effect::Partial(_)) => state.disk.fail_sync(self.inode),
            Some(Effect::CutPower) => {}
            Some(Effect::LieAboutSync) => state.disk.lie_sync(self.inode),
            Some(Effect::Misdirect | Effect::FlipBit | Effect::Delay(_)) | None => {
                state.disk.sync(self.inode)
            }
        }
        self.plain_fault(&mut state, effect, "sync")
    }

    fn lock(&self) -> Result<(), VfsError> {
        let (mut state, effect) = self.begin(OperationKind::Lock, "lock", 0, 0)?;
        self.plain_fault(&mut state, effect, "lock")?;
        let holder = &mut state.disk.inodes[self.inode].locked_by;
        if holder.is_some_and(|handle| handle != self.handle) {
            return self.fail(VfsErrorKind::AlreadyOpen, "lock", "another connection has the file open");
        }
        *holder = Some(self.handle);
        Ok(())
    }

    fn barrier(&self) -> Barrier {
        Barrier::FullFsync
    }
}

impl Drop for FaultFile {
    fn drop(&mut self) {
        let mut state = self.vfs.state();
        let holder = &mut state.disk.inodes[self.inode].locked_by;
        if *holder == Some(self.handle) {
            *holder = None;
        }
    }
}
