//! Files in memory: in-memory databases, and the medium under every test.
//!
//! Cloning shares the files, so a database can be closed and opened again by name. Nothing is ever
//! durable: `sync` does nothing and says so ([`Barrier::NoOp`]). It loses nothing either; the VFS that
//! loses things is `fault`.
//!
//! ```text
//! MemoryVfs -> "a.ddb" -> file -> 64 KiB chunk, 64 KiB chunk, hole (reads as zeros), ...
//! ```
//!
//! I1  Bytes of a chunk past the size of the file are zero, so growing never shows old content.
//! I2  The bytes of all chunks together never exceed the capacity.
//! I3  A handle that holds the lock is the only one that does, until it is dropped.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Barrier, FileName, OpenMode, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile};

/// Bytes per chunk: large enough to be few, small enough that a small database stays small.
const CHUNK_BYTES: usize = 64 << 10;

/// Largest file: bounds the chunk list, which a write far past the end would otherwise blow up.
const FILE_BYTES_MAX: u64 = 1 << 40;

/// Named files in memory, shared by all clones.
///
/// ```
/// use decentdb_core::env::{FileName, MemoryVfs, OpenMode, Vfs, VfsFile};
///
/// let vfs = MemoryVfs::new();
/// let name = FileName::new("notes")?;
/// vfs.open(&name, OpenMode::Create)?.write_all_at(b"hello", 0)?;
///
/// let mut back = [0; 5];
/// vfs.clone().open(&name, OpenMode::ReadOnly)?.read_exact_at(&mut back, 0)?;
/// assert_eq!(&back, b"hello");
/// # Ok::<(), decentdb_core::env::VfsError>(())
/// ```
#[derive(Clone)]
pub struct MemoryVfs(Arc<Disk>);

struct Disk {
    files: Mutex<BTreeMap<String, Arc<Inode>>>,
    used_bytes: Arc<AtomicU64>,
    capacity_bytes: u64,
}

struct Inode {
    content: RwLock<Content>,
    locked: AtomicBool,
    used_bytes: Arc<AtomicU64>,
    capacity_bytes: u64,
}

#[derive(Default)]
struct Content {
    chunks: Vec<Option<Box<[u8]>>>,
    size: u64,
}

impl MemoryVfs {
    /// No files, no limit but the memory of the process.
    pub fn new() -> MemoryVfs {
        MemoryVfs::with_capacity_bytes(u64::MAX)
    }

    /// No files, and [`VfsErrorKind::DiskFull`] once their content needs more than `capacity_bytes`,
    /// counted in chunks of 64 KiB.
    pub fn with_capacity_bytes(capacity_bytes: u64) -> MemoryVfs {
        MemoryVfs(Arc::new(Disk {
            files: Mutex::new(BTreeMap::new()),
            used_bytes: Arc::new(AtomicU64::new(0)),
            capacity_bytes,
        }))
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        self.files().keys().cloned().collect()
    }

    /// A copy of a file's content, if there is such a file: export, and inspection by tests.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let inode = self.files().get(name)?.clone();
        let content = inode.read();
        let mut bytes = vec![0; usize::try_from(content.size).ok()?];
        content.copy_out(&mut bytes, 0);
        Some(bytes)
    }

    /// Creates or replaces a file: import, and damage by tests. Open handles keep the old content.
    pub fn put(&self, name: &FileName, bytes: &[u8]) -> Result<(), VfsError> {
        let inode = self.new_inode();
        inode.write().write(bytes, 0, &inode).map_err(|full| full.at("write", name.as_str()))?;
        self.files().insert(name.as_str().to_owned(), inode);
        Ok(())
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Inode>>> {
        // A panic under this lock leaves the map whole: every change is one insert or remove.
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_inode(&self) -> Arc<Inode> {
        Arc::new(Inode {
            content: RwLock::default(),
            locked: AtomicBool::new(false),
            used_bytes: Arc::clone(&self.0.used_bytes),
            capacity_bytes: self.0.capacity_bytes,
        })
    }
}

impl Default for MemoryVfs {
    fn default() -> MemoryVfs {
        MemoryVfs::new()
    }
}

impl fmt::Debug for MemoryVfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryVfs").field(&self.names()).finish()
    }
}

impl Vfs for MemoryVfs {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        let mut files = self.files();
        let fail = |kind, message| Err(VfsError::new(kind, "open", name.as_str(), message));
        let inode = match (files.get(name.as_str()), mode) {
            (Some(_), OpenMode::CreateNew) => return fail(VfsErrorKind::AlreadyExists, "the file exists"),
            (Some(inode), _) => Arc::clone(inode),
            (None, OpenMode::ReadOnly | OpenMode::ReadWrite) => {
                return fail(VfsErrorKind::NotFound, "there is no such file");
            }
            (None, OpenMode::Create | OpenMode::CreateNew) => {
                let inode = self.new_inode();
                files.insert(name.as_str().to_owned(), Arc::clone(&inode));
                inode
            }
        };
        Ok(Box::new(MemoryFile {
            name: name.as_str().to_owned(),
            inode,
            writable: mode != OpenMode::ReadOnly,
            holds_lock: AtomicBool::new(false),
        }))
    }

    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        Ok(self.files().contains_key(name.as_str()))
    }

    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        match self.files().remove(name.as_str()) {
            Some(_) => Ok(()),
            None => {
                Err(VfsError::new(VfsErrorKind::NotFound, "remove", name.as_str(), "there is no such file"))
            }
        }
    }
}

struct MemoryFile {
    name: String,
    inode: Arc<Inode>,
    writable: bool,
    holds_lock: AtomicBool,
}

impl MemoryFile {
    fn require_writable(&self, operation: &'static str) -> Result<(), VfsError> {
        if self.writable {
            return Ok(());
        }
        let kind = VfsErrorKind::PermissionDenied;
        Err(VfsError::new(kind, operation, self.name.as_str(), "the file is open for reading only"))
    }
}

impl VfsFile for MemoryFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        let content = self.inode.read();
        let end = offset.checked_add(buf.len() as u64);
        if !buf.is_empty() && end.is_none_or(|end| end > content.size) {
            let message = format!("{} bytes at {offset} of a file of {} bytes", buf.len(), content.size);
            return Err(VfsError::new(VfsErrorKind::ShortIo, "read", self.name.as_str(), message));
        }
        content.copy_out(buf, offset);
        Ok(())
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        self.require_writable("write")?;
        self.inode.write().write(buf, offset, &self.inode).map_err(|full| full.at("write", &self.name))
    }

    fn size(&self) -> Result<u64, VfsError> {
        Ok(self.inode.read().size)
    }

    fn set_size(&self, size: u64) -> Result<(), VfsError> {
        self.require_writable("set_size")?;
        self.inode.write().set_size(size, &self.inode).map_err(|full| full.at("set_size", &self.name))
    }

    fn sync(&self, _kind: SyncKind) -> Result<(), VfsError> {
        Ok(())
    }

    fn lock(&self) -> Result<(), VfsError> {
        if self.holds_lock.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.inode.locked.swap(true, Ordering::Acquire) {
            let message = "another connection has the file open";
            return Err(VfsError::new(VfsErrorKind::AlreadyOpen, "lock", self.name.as_str(), message));
        }
        self.holds_lock.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn barrier(&self) -> Barrier {
        Barrier::NoOp
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        if *self.holds_lock.get_mut() {
            self.inode.locked.store(false, Ordering::Release);
        }
    }
}

/// There is no room; the caller adds which operation and which file.
struct Full;

impl Full {
    fn at(self, operation: &'static str, name: &str) -> VfsError {
        VfsError::new(VfsErrorKind::DiskFull, operation, name, "no memory is left for files")
    }
}

impl Inode {
    fn read(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Content> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accounts for one more chunk (I2).
    fn take_chunk(&self) -> Result<(), Full> {
        self.used_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(CHUNK_BYTES as u64).filter(|used| *used <= self.capacity_bytes)
            })
            .map(|_| ())
            .map_err(|_| Full)
    }
}

impl Drop for Inode {
    fn drop(&mut self) {
        let content = self.content.get_mut().unwrap_or_else(PoisonError::into_inner);
        let chunks = content.chunks.iter().filter(|chunk| chunk.is_some()).count();
        self.used_bytes.fetch_sub((chunks * CHUNK_BYTES) as u64, Ordering::Relaxed);
    }
}

/// The pieces of `bytes` bytes at `offset`, each within one chunk: chunk index, offset in it, range.
fn pieces(offset: u64, bytes: usize) -> impl Iterator<Item = (usize, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == bytes {
            return None;
        }
        let at = offset + done as u64;
        // Both fit: callers checked that the chunk list of this offset is addressable.
        let (chunk, within) = ((at / CHUNK_BYTES as u64) as usize, (at % CHUNK_BYTES as u64) as usize);
        let here = (CHUNK_BYTES - within).min(bytes - done);
        done += here;
        Some((chunk, within, done - here..done))
    })
}

impl Content {
    /// Copies from chunks; bytes without a chunk are zero. The caller checked the size.
    fn copy_out(&self, buf: &mut [u8], offset: u64) {
        for (chunk, within, range) in pieces(offset, buf.len()) {
            let out = &mut buf[range];
            match self.chunks.get(chunk) {
                Some(Some(bytes)) => out.copy_from_slice(&bytes[within..within + out.len()]),
                Some(None) | None => out.fill(0),
            }
        }
    }

    fn write(&mut self, buf: &[u8], offset: u64, inode: &Inode) -> Result<(), Full> {
        if buf.is_empty() {
            return Ok(());
        }
        let end = offset.checked_add(buf.len() as u64).ok_or(Full)?;
        self.reserve(end)?;
        // All chunks first: a write that does not fit changes no byte and no size.
        for (chunk, ..) in pieces(offset, buf.len()) {
            if self.chunks[chunk].is_none() {
                inode.take_chunk()?;
                self.chunks[chunk] = Some(vec![0; CHUNK_BYTES].into_boxed_slice());
            }
        }
        for (chunk, within, range) in pieces(offset, buf.len()) {
            let part = &buf[range];
            if let Some(bytes) = &mut self.chunks[chunk] {
                bytes[within..within + part.len()].copy_from_slice(part);
            }
        }
        self.size = self.size.max(end);
        Ok(())
    }

    fn set_size(&mut self, size: u64, inode: &Inode) -> Result<(), Full> {
        if size > FILE_BYTES_MAX {
            return Err(Full);
        }
        if size < self.size {
            let keep = usize::try_from(size.div_ceil(CHUNK_BYTES as u64)).unwrap_or(usize::MAX);
            let dropped = self.chunks.drain(keep.min(self.chunks.len())..).flatten().count();
            inode.used_bytes.fetch_sub((dropped * CHUNK_BYTES) as u64, Ordering::Relaxed);
            let within = (size % CHUNK_BYTES as u64) as usize;
            if within != 0
                && let Some(Some(last)) = self.chunks.last_mut()
            {
                last[within..].fill(0); // I1
            }
        }
        self.size = size;
        Ok(())
    }

    /// Makes the chunk list long enough for a file of `size` bytes; holes cost a pointer each.
    fn reserve(&mut self, size: u64) -> Result<(), Full> {
        if size > FILE_BYTES_MAX {
            return Err(Full);
        }
        let chunks = usize::try_from(size.div_ceil(CHUNK_BYTES as u64)).map_err(|_| Full)?;
        if let Some(more) = chunks.checked_sub(self.chunks.len()) {
            self.chunks.try_reserve(more).map_err(|_| Full)?;
            self.chunks.resize_with(chunks, || None);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::new(text).unwrap()
    }

    #[test]
    fn a_clone_shares_the_files() {
        let vfs = MemoryVfs::new();
        vfs.open(&name("a"), OpenMode::CreateNew).unwrap().write_all_at(b"xyz", 2).unwrap();
        assert_eq!(vfs.clone().bytes("a").unwrap(), b"\0\0xyz");
        assert_eq!(vfs.names(), ["a"]);
    }

    #[test]
    fn what_was_cut_off_reads_as_zeros_when_the_file_grows_again() {
        let vfs = MemoryVfs::new();
        let file = vfs.open(&name("a"), OpenMode::Create).unwrap();
        file.write_all_at(&[7; 3 * CHUNK_BYTES], 0).unwrap();
        file.set_size(CHUNK_BYTES as u64 + 10).unwrap();
        file.set_size(3 * CHUNK_BYTES as u64).unwrap();
        let bytes = vfs.bytes("a").unwrap();
        assert!(bytes[..CHUNK_BYTES + 10].iter().all(|byte| *byte == 7));
        assert!(bytes[CHUNK_BYTES + 10..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_write_that_does_not_fit_changes_nothing_and_room_comes_back() {
        let vfs = MemoryVfs::with_capacity_bytes(2 * CHUNK_BYTES as u64);
        let file = vfs.open(&name("a"), OpenMode::Create).unwrap();
        file.write_all_at(&[1; 10], 0).unwrap();
        let error = file.write_all_at(&[2; 3 * CHUNK_BYTES], 0).unwrap_err();
        assert_eq!(error.kind, VfsErrorKind::DiskFull);
        assert_eq!(vfs.bytes("a").unwrap(), [1; 10]);
        file.set_size(0).unwrap();
        file.write_all_at(&[3; 2 * CHUNK_BYTES], 0).unwrap();
        drop(file);
        vfs.remove(&name("a")).unwrap();
        let file = vfs.open(&name("b"), OpenMode::Create).unwrap();
        file.write_all_at(&[4; 2 * CHUNK_BYTES], 0).unwrap();
    }

    #[test]
    fn an_absurd_offset_is_disk_full_and_not_a_panic() {
        let vfs = MemoryVfs::new();
        let file = vfs.open(&name("a"), OpenMode::Create).unwrap();
        assert_eq!(file.write_all_at(b"x", u64::MAX).unwrap_err().kind, VfsErrorKind::DiskFull);
        assert_eq!(file.write_all_at(b"x", u64::MAX - 1).unwrap_err().kind, VfsErrorKind::DiskFull);
        assert_eq!(file.set_size(u64::MAX).unwrap_err().kind, VfsErrorKind::DiskFull);
        assert_eq!(file.read_exact_at(&mut [0], u64::MAX).unwrap_err().kind, VfsErrorKind::ShortIo);
        assert_eq!(file.size().unwrap(), 0);
    }
}
