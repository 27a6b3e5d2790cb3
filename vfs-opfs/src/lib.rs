//! DecentDB's files on the browser's origin private file system (OPFS).
//!
//! Opening a file there is asynchronous, using it is not: a *synchronous access handle* reads, writes and
//! flushes at once, inside a dedicated worker. So `OpfsVfs::mount` is the asynchronous part: it takes
//! the handles of one database's files up front, and from then on every method of [`decentdb_core::env::Vfs`]
//! is a plain call. No other file can be opened through the mount.
//!
//! ```text
//!   OPFS root / decentdb / music /        one folder per database
//!       current                           which generation is the database; its handle is the lock
//!       g0-music.ddb                      generation 0: the database
//!       g0-music.ddb-wal                  and its log
//!       g1-...                            only while an import is under way
//! ```
//!
//! O1  A folder is open in at most one worker of one tab: the handle of `current` is exclusive.
//! O2  An empty file counts as absent after a mount: creating and removing are synchronous, directory
//!     entries are not. Nothing is lost by it, an empty file holds nothing.
//! O3  Nothing is destroyed because a check failed: a `current` that cannot be read is an error.
//! O4  A read or write succeeds only if it moved exactly the bytes asked for. Browsers report a full quota
//!     as a short count, or as a count of nearly 2^32.
//! O5  Replacing the database (import) writes a new generation beside the old one, syncs it, and then
//!     changes one checksummed slot of `current`; a crash leaves one of the two, whole.
//!
//! What OPFS promises less than a disk: `flush()` hands the data to the operating system's barrier
//! (`fdatasync` in Chromium on Linux, `F_FULLFSYNC` there on Apple, plain `fsync` in WebKit and Firefox), so
//! on Apple hardware outside Chromium a power cut may take what sat in the drive's cache.

mod pointer;

#[cfg(target_arch = "wasm32")]
mod clock;
#[cfg(target_arch = "wasm32")]
mod entropy;
#[cfg(target_arch = "wasm32")]
mod error;
#[cfg(target_arch = "wasm32")]
mod file;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod mount;

pub use pointer::{POINTER_BYTES, Pointer, PointerError, SLOT_BYTES, SLOT_STRIDE_BYTES};

#[cfg(target_arch = "wasm32")]
pub use clock::JsClock;
#[cfg(target_arch = "wasm32")]
pub use entropy::JsEntropy;
#[cfg(target_arch = "wasm32")]
pub use file::IoCounts;
#[cfg(target_arch = "wasm32")]
pub use mount::{MountOptions, OpfsVfs, check_name, remove_database};
