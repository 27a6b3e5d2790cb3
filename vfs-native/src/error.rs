//! Errors of the operating system, told apart as far as a caller can act on them.

use std::io::{Error, ErrorKind};

use decentdb_core::env::{VfsError, VfsErrorKind};

/// The failure of `operation` on `file`.
pub(crate) fn vfs_error(operation: &'static str, file: &str, error: &Error) -> VfsError {
    VfsError::new(kind(error), operation, file, error.to_string())
}

fn kind(error: &Error) -> VfsErrorKind {
    if let Some(kind) = error.raw_os_error().and_then(kind_of_number) {
        return kind;
    }
    match error.kind() {
        ErrorKind::NotFound => VfsErrorKind::NotFound,
        ErrorKind::AlreadyExists => VfsErrorKind::AlreadyExists,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => VfsErrorKind::PermissionDenied,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => VfsErrorKind::DiskFull,
        ErrorKind::InvalidFilename | ErrorKind::IsADirectory | ErrorKind::NotADirectory => {
            VfsErrorKind::InvalidName
        }
        ErrorKind::UnexpectedEof | ErrorKind::WriteZero => VfsErrorKind::ShortIo,
        ErrorKind::StaleNetworkFileHandle => VfsErrorKind::HandleLost,
        _ => VfsErrorKind::Io,
    }
}

/// Numbers that std folds into "other" or into a kind that says less.
#[cfg(unix)]
fn kind_of_number(number: i32) -> Option<VfsErrorKind> {
    match number {
        libc::ENOSPC | libc::EDQUOT | libc::EFBIG => Some(VfsErrorKind::DiskFull),
        libc::EROFS => Some(VfsErrorKind::PermissionDenied),
        libc::ESTALE | libc::EBADF | libc::ENODEV => Some(VfsErrorKind::HandleLost),
        libc::ENAMETOOLONG | libc::ELOOP => Some(VfsErrorKind::InvalidName),
        // A file system without locks or barriers: nothing can be promised on it.
        libc::ENOLCK | libc::ENOTSUP => Some(VfsErrorKind::Unavailable),
        _ => None,
    }
}

#[cfg(not(unix))]
fn kind_of_number(number: i32) -> Option<VfsErrorKind> {
    const ERROR_SHARING_VIOLATION: i32 = 32;
    const ERROR_LOCK_VIOLATION: i32 = 33;
    matches!(number, ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION).then_some(VfsErrorKind::AlreadyOpen)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        assert_eq!(kind(&Error::from_raw_os_error(libc::ENOSPC)), VfsErrorKind::DiskFull);
        assert_eq!(kind(&Error::from_raw_os_error(libc::EDQUOT)), VfsErrorKind::DiskFull);
        assert_eq!(kind(&Error::from_raw_os_error(libc::EIO)), VfsErrorKind::Io);
        assert_eq!(kind(&Error::from_raw_os_error(libc::ENOENT)), VfsErrorKind::NotFound);
        assert_eq!(kind(&Error::from_raw_os_error(libc::EROFS)), VfsErrorKind::PermissionDenied);
    }
}
