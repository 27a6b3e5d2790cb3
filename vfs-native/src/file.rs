//! One file: positioned I/O, barriers, the exclusive lock.
//!
//! N1  Every byte asked for is moved, or the call fails: short counts and interrupts are retried here.
//! N2  The lock is held until the file is dropped, and dropped with it.
//! N3  Offsets and sizes that no file can have end here, before the system sees them as negative.

use std::fs::{File, TryLockError};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use decentdb_core::env::{Barrier, SyncKind, VfsError, VfsErrorKind, VfsFile};

use crate::error::vfs_error;
use crate::registry::{self, Identity};

/// An open file of the operating system.
#[derive(Debug)]
pub(crate) struct NativeFile {
    file: File,
    name: String,
    identity: Identity,
    writable: bool,
    locked: AtomicBool,
}

/// The largest size a file can have: the system counts in signed 64-bit numbers.
const FILE_BYTES_MAX: u64 = i64::MAX.unsigned_abs();

impl NativeFile {
    pub(crate) fn new(file: File, name: String, identity: Identity, writable: bool) -> NativeFile {
        NativeFile { file, name, identity, writable, locked: AtomicBool::new(false) }
    }

    /// Refuses what a read-only handle must not do and what no file can hold (N3).
    fn require_room(&self, operation: &'static str, size: Option<u64>) -> Result<(), VfsError> {
        let (kind, message) = if !self.writable {
            (VfsErrorKind::PermissionDenied, "the file is open for reading only")
        } else if size.is_none_or(|size| size > FILE_BYTES_MAX) {
            (VfsErrorKind::DiskFull, "no file can be that large")
        } else {
            return Ok(());
        };
        Err(VfsError::new(kind, operation, self.name.as_str(), message))
    }

    fn failed(&self, operation: &'static str) -> impl Fn(io::Error) -> VfsError {
        move |error| vfs_error(operation, &self.name, &error)
    }
}

impl VfsFile for NativeFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        if offset > FILE_BYTES_MAX && !buf.is_empty() {
            let message = format!("{} bytes at {offset} are past the end of any file", buf.len());
            return Err(VfsError::new(VfsErrorKind::ShortIo, "read", self.name.as_str(), message));
        }
        positioned::read_exact(&self.file, buf, offset).map_err(self.failed("read"))
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        self.require_room("write", offset.checked_add(buf.len() as u64))?;
        positioned::write_all(&self.file, buf, offset).map_err(self.failed("write"))
    }

    fn size(&self) -> Result<u64, VfsError> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(self.failed("size"))
    }

    fn set_size(&self, size: u64) -> Result<(), VfsError> {
        self.require_room("set_size", Some(size))?;
        self.file.set_len(size).map_err(self.failed("set_size"))
    }

    fn sync(&self, kind: SyncKind) -> Result<(), VfsError> {
        // On Apple both are F_FULLFSYNC, on Linux fdatasync and fsync, on Windows FlushFileBuffers.
        match kind {
            SyncKind::Data => self.file.sync_data(),
            SyncKind::DataAndSize => self.file.sync_all(),
        }
        .map_err(self.failed("sync"))
    }

    fn lock(&self) -> Result<(), VfsError> {
        if self.locked.load(Ordering::Acquire) {
            return Ok(());
        }
        let taken = |who: &str| {
            VfsError::new(VfsErrorKind::AlreadyOpen, "lock", &self.name, format!("{who} has the file open"))
        };
        if !registry::enter(&self.identity) {
            return Err(taken("this process"));
        }
        match self.file.try_lock() {
            Ok(()) => {
                self.locked.store(true, Ordering::Release);
                Ok(())
            }
            Err(error) => {
                registry::leave(&self.identity);
                Err(match error {
                    TryLockError::WouldBlock => taken("another process"),
                    TryLockError::Error(error) => vfs_error("lock", &self.name, &error),
                })
            }
        }
    }

    fn barrier(&self) -> Barrier {
        Barrier::FullFsync
    }

    #[cfg(target_os = "linux")]
    fn file_system(&self) -> Option<String> {
        use std::os::unix::fs::MetadataExt;
        let device = self.file.metadata().ok()?.dev();
        crate::mount::file_system_of(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, device)
    }
}

impl Drop for NativeFile {
    fn drop(&mut self) {
        if self.locked.load(Ordering::Acquire) {
            // The system drops its lock with the handle in any case.
            let _ = self.file.unlock();
            registry::leave(&self.identity);
        }
    }
}

#[cfg(unix)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub(super) fn read_exact(file: &File, buf: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_exact_at(buf, offset)
    }

    pub(super) fn write_all(file: &File, buf: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(buf, offset)
    }
}

#[cfg(windows)]
mod positioned {
    use std::fs::File;
    use std::io::{self, ErrorKind};
    use std::os::windows::fs::FileExt;

    pub(super) fn read_exact(file: &File, mut buf: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buf.is_empty() {
            match file.seek_read(buf, offset) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    buf = &mut buf[count..];
                    offset += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn write_all(file: &File, mut buf: &[u8], mut offset: u64) -> io::Result<()> {
        while !buf.is_empty() {
            match file.seek_write(buf, offset) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    buf = &buf[count..];
                    offset += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
