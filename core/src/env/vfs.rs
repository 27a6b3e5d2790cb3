//! Files, as the host keeps them, and what we assume of the medium below.
//!
//! Assumptions, and no others (the fault-injecting VFS breaks exactly what is not listed):
//!
//! A1  A `sync` that returned `Ok` made all earlier writes and sizes of that file durable.
//! A2  Unsynced writes may persist in any subset and order, torn at any 512-byte boundary, or as garbage.
//! A3  A write touches no byte outside the 4 KiB blocks it overlaps.
//! A4  A read sees all earlier writes of this process, synced or not.
//! A5  Nobody else writes the file while it is locked.

use core::fmt;

use crate::base::sync::{MaybeSend, MaybeSync};
use crate::error::{Error, ErrorKind, SqlState};

/// A validated file name; on OPFS a name of our own, natively a path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileName(String);

impl FileName {
    /// A name as the host understands it. Not empty, no NUL.
    pub fn new(name: impl Into<String>) -> Result<FileName, VfsError> {
        let name = name.into();
        if name.is_empty() || name.contains('\0') {
            return Err(VfsError::new(
                VfsErrorKind::InvalidName,
                "open",
                name,
                "a file name is not empty and has no NUL",
            ));
        }
        Ok(FileName(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This name with a suffix: the WAL of `x.ddb` is `x.ddb-wal`.
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> FileName {
        FileName(format!("{}{suffix}", self.0))
    }
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenMode {
    /// It must exist; no write is allowed.
    ReadOnly,
    /// It must exist.
    ReadWrite,
    /// It is created, empty and with a durable directory entry, if it does not exist.
    Create,
    /// It is created; an existing file is an error.
    CreateNew,
}

/// What a [`VfsFile::sync`] must make durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyncKind {
    /// Content, and the size as far as reading the content back needs it (`fdatasync`).
    Data,
    /// Content and all metadata (`fsync`).
    DataAndSize,
}

/// What a sync does on this host, as far as the host can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Barrier {
    /// Empties the drive's cache (`F_FULLFSYNC`, `fsync` on Linux, `FlushFileBuffers`).
    FullFsync,
    /// Hands the data to the drive.
    Fsync,
    /// The browser's `flush()`; how deep it reaches depends on the browser and the platform.
    OpfsFlush,
    /// Nothing: memory.
    NoOp,
    /// The host does not know.
    Unknown,
}

/// What went wrong at the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum VfsErrorKind {
    /// The file does not exist.
    NotFound,
    /// The file exists already.
    AlreadyExists,
    /// Another connection, process, tab or worker has it open.
    AlreadyOpen,
    /// The host forbids it.
    PermissionDenied,
    /// The name is not one.
    InvalidName,
    /// The disk or the quota is full.
    DiskFull,
    /// Fewer (or more) bytes were moved than asked.
    ShortIo,
    /// The handle is no longer valid: closed, evicted, or taken away by the browser.
    HandleLost,
    /// The host has no such storage (no OPFS, private mode, insecure context).
    Unavailable,
    /// Any other input or output error.
    Io,
}

impl VfsErrorKind {
    /// Its name, for hosts of other languages.
    pub fn name(self) -> &'static str {
        match self {
            VfsErrorKind::NotFound => "NotFound",
            VfsErrorKind::AlreadyExists => "AlreadyExists",
            VfsErrorKind::AlreadyOpen => "AlreadyOpen",
            VfsErrorKind::PermissionDenied => "PermissionDenied",
            VfsErrorKind::InvalidName => "InvalidName",
            VfsErrorKind::DiskFull => "DiskFull",
            VfsErrorKind::ShortIo => "ShortIo",
            VfsErrorKind::HandleLost => "HandleLost",
            VfsErrorKind::Unavailable => "Unavailable",
            VfsErrorKind::Io => "Io",
        }
    }
}

/// A failure of the host, before it becomes an [`Error`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VfsError {
    /// What went wrong.
    pub kind: VfsErrorKind,
    /// The operation: `open`, `read`, `write`, `sync`, ...
    pub operation: &'static str,
    /// The file concerned.
    pub file: String,
    /// The host's own words.
    pub message: String,
}

impl VfsError {
    /// A failure of `operation` on `file`.
    pub fn new(
        kind: VfsErrorKind,
        operation: &'static str,
        file: impl Into<String>,
        message: impl Into<String>,
    ) -> VfsError {
        VfsError { kind, operation, file: file.into(), message: message.into() }
    }
}

impl fmt::Display for VfsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of \"{}\" failed: {}", self.operation, self.file, self.message)
    }
}

impl std::error::Error for VfsError {}

impl From<VfsError> for Error {
    fn from(error: VfsError) -> Error {
        let (kind, state) = match error.kind {
            VfsErrorKind::NotFound => (ErrorKind::Storage, SqlState::UNDEFINED_FILE),
            VfsErrorKind::AlreadyExists => (ErrorKind::Storage, SqlState::DUPLICATE_OBJECT),
            VfsErrorKind::AlreadyOpen => (ErrorKind::Retry, SqlState::OBJECT_IN_USE),
            VfsErrorKind::PermissionDenied => (ErrorKind::Storage, SqlState::INSUFFICIENT_PRIVILEGE),
            VfsErrorKind::InvalidName => (ErrorKind::Statement, SqlState::INVALID_NAME),
            VfsErrorKind::DiskFull => (ErrorKind::Resource, SqlState::DISK_FULL),
            VfsErrorKind::ShortIo | VfsErrorKind::Io => (ErrorKind::Storage, SqlState::IO_ERROR),
            VfsErrorKind::HandleLost => (ErrorKind::Storage, SqlState::CONNECTION_DOES_NOT_EXIST),
            VfsErrorKind::Unavailable => (ErrorKind::Storage, SqlState::FEATURE_NOT_SUPPORTED),
        };
        Error::of_kind(kind, state, error.to_string())
    }
}

/// The files of a host.
pub trait Vfs: MaybeSend + MaybeSync {
    /// Opens a file; a file this call created has a durable name when it returns.
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError>;
    /// Whether a file of that name exists.
    fn exists(&self, name: &FileName) -> Result<bool, VfsError>;
    /// Removes a file, durably; a missing one is an error.
    fn remove(&self, name: &FileName) -> Result<(), VfsError>;
}

/// One open file. All offsets and sizes are in bytes. Dropping it closes and unlocks it.
pub trait VfsFile: MaybeSend + MaybeSync {
    /// Reads exactly `buf.len()` bytes; reading past the end is [`VfsErrorKind::ShortIo`], never zeros.
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError>;
    /// Writes all of `buf`; writing past the end grows the file, a gap reads as zeros.
    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError>;
    /// The size.
    fn size(&self) -> Result<u64, VfsError>;
    /// Cuts or grows the file; new bytes read as zeros.
    fn set_size(&self, size: u64) -> Result<(), VfsError>;
    /// The durability barrier: see A1.
    fn sync(&self, kind: SyncKind) -> Result<(), VfsError>;
    /// Takes the exclusive lock on the whole file, without waiting; [`VfsErrorKind::AlreadyOpen`] if
    /// somebody else has it. A host whose open is exclusive answers `Ok`.
    fn lock(&self) -> Result<(), VfsError>;
    /// What `sync` does here.
    fn barrier(&self) -> Barrier;
    /// The kind of file system the file is on, where the host can tell: shown, never relied on.
    fn file_system(&self) -> Option<String> {
        None
    }
}
