//! The files of the operating system: open, create, remove, with names that survive a power cut.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use decentdb_core::env::{Env, FileName, OpenMode, Vfs, VfsError, VfsErrorKind, VfsFile};

use crate::error::vfs_error;
use crate::file::NativeFile;
use crate::registry::Identity;
use crate::{NativeClock, NativeEntropy};

/// Files by path.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeVfs;

/// Files, clock and entropy of the operating system.
pub fn native_env() -> Env {
    Env {
        vfs: Arc::new(NativeVfs),
        clock: Arc::new(NativeClock::new()),
        entropy: Arc::new(NativeEntropy),
        zones: Arc::new(crate::NativeTimeZones),
        stacks: Arc::new(crate::NativeStacks),
    }
}

impl Vfs for NativeVfs {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        let path = Path::new(name.as_str());
        let failed = |error: std::io::Error| vfs_error("open", name.as_str(), &error);
        let mut options = OpenOptions::new();
        options.read(true);
        match mode {
            OpenMode::ReadOnly => {}
            OpenMode::ReadWrite => {
                options.write(true);
            }
            OpenMode::Create => {
                options.write(true).create(true).truncate(false);
            }
            OpenMode::CreateNew => {
                options.write(true).create_new(true);
            }
        }
        harden(&mut options);
        let file = above_standard_streams(options.open(path)).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            let message = "it is a folder or a device, not a file";
            return Err(VfsError::new(VfsErrorKind::InvalidName, "open", name.as_str(), message));
        }
        let writable = mode != OpenMode::ReadOnly;
        if writable {
            // Also when the file was there: the process that made it may have died before this line, and
            // then what we are about to acknowledge would hang on a name that a power cut removes.
            sync_folder(path).map_err(failed)?;
        }
        let identity = identity(&file, path).map_err(failed)?;
        Ok(Box::new(NativeFile::new(file, name.as_str().to_owned(), identity, writable)))
    }

    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        Path::new(name.as_str()).try_exists().map_err(|error| vfs_error("exists", name.as_str(), &error))
    }

    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        let path = Path::new(name.as_str());
        std::fs::remove_file(path)
            .and_then(|()| sync_folder(path))
            .map_err(|error| vfs_error("remove", name.as_str(), &error))
    }
}

/// Created files are readable and writable by their owner only; opening a pipe by mistake does not wait
/// for its other end, and opening a terminal does not adopt it.
#[cfg(unix)]
fn harden(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
}

#[cfg(not(unix))]
fn harden(_: &mut OpenOptions) {}

/// A database on descriptor 0, 1 or 2 would be overwritten by whatever the program prints: when a program
/// closed its standard streams, the handle is moved above them.
#[cfg(unix)]
fn above_standard_streams(opened: std::io::Result<File>) -> std::io::Result<File> {
    use std::os::fd::AsRawFd;
    let file = opened?;
    if file.as_raw_fd() > 2 {
        return Ok(file);
    }
    // `try_clone` gives a descriptor above the standard ones; the low one is closed with `file`.
    let moved = file.try_clone()?;
    if moved.as_raw_fd() > 2 {
        Ok(moved)
    } else {
        Err(std::io::Error::other("the standard streams are closed"))
    }
}

#[cfg(not(unix))]
fn above_standard_streams(opened: std::io::Result<File>) -> std::io::Result<File> {
    opened
}

#[cfg(unix)]
fn identity(file: &File, _: &Path) -> std::io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    Ok(Identity::Inode(metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &File, path: &Path) -> std::io::Result<Identity> {
    path.canonicalize().map(Identity::Path)
}

/// Makes the names in a file's folder durable; without it a created file may be gone after a power cut.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder: PathBuf = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened for syncing; NTFS journals its names.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
