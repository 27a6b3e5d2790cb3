//! One file of a mount, and the handles the engine opens on it.
//!
//! The browser's handle stays open from mount to unmount; a [`VfsFile`] borrows it. The size is kept here:
//! the handle is exclusive (O1), so nobody else changes it, and asking costs 24 us in Firefox.

use std::cell::Cell;
use std::rc::Rc;

use decentdb_core::env::{Barrier, SyncKind, VfsError, VfsErrorKind, VfsFile};
use wasm_bindgen::JsValue;
use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use crate::error::{thrown, wrong_count};

/// JavaScript's numbers are exact up to here.
const OFFSET_MAX: u64 = 1 << 53;

/// What the files of a mount were asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IoCounts {
    /// Calls of `read`.
    pub reads: u32,
    /// Calls of `write`.
    pub writes: u32,
    /// Bytes written.
    pub written_bytes: u64,
    /// Calls of `flush`.
    pub flushes: u32,
}

/// A file of the mount.
pub(crate) struct Slot {
    /// The engine's name for it.
    pub(crate) name: String,
    handle: FileSystemSyncAccessHandle,
    at: FileSystemReadWriteOptions,
    size: Cell<u64>,
    present: Cell<bool>,
    locked: Cell<bool>,
    closed: Cell<bool>,
    counts: Rc<Cell<IoCounts>>,
}

impl Slot {
    /// Takes over a handle that has just been acquired.
    pub(crate) fn new(
        name: String,
        handle: FileSystemSyncAccessHandle,
        counts: Rc<Cell<IoCounts>>,
    ) -> Result<Slot, VfsError> {
        let size = handle.get_size().map_err(|value| thrown("open", &name, &value))?;
        let size = whole(size).ok_or_else(|| {
            VfsError::new(
                VfsErrorKind::Io,
                "open",
                name.as_str(),
                format!("the browser says its size is {size}"),
            )
        })?;
        Ok(Slot {
            name,
            handle,
            at: FileSystemReadWriteOptions::new(),
            size: Cell::new(size),
            present: Cell::new(size > 0),
            locked: Cell::new(false),
            closed: Cell::new(false),
            counts,
        })
    }

    /// Whether the engine would find it (O2).
    pub(crate) fn is_present(&self) -> bool {
        self.present.get()
    }

    /// Makes it exist, empty.
    pub(crate) fn create(&self) {
        self.present.set(true);
    }

    /// Empties it, durably.
    pub(crate) fn remove(&self) -> Result<(), VfsError> {
        self.set_size("remove", 0)?;
        self.sync()?;
        self.present.set(false);
        Ok(())
    }

    /// Gives the handle back to the browser; later calls fail.
    pub(crate) fn close(&self) {
        if !self.closed.replace(true) {
            self.handle.close();
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size.get()
    }

    pub(crate) fn read(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        self.check_open("read")?;
        let end = offset.checked_add(buf.len() as u64);
        if end.is_none_or(|end| end > self.size.get()) {
            let message = format!("{} bytes at {offset} of a file of {}", buf.len(), self.size.get());
            return Err(VfsError::new(VfsErrorKind::ShortIo, "read", self.name.as_str(), message));
        }
        let mut done = 0;
        // A browser may move less than asked without failing; one more call for the rest, then it is an error.
        for _attempt in 0..2 {
            if done == buf.len() {
                break;
            }
            let rest = buf.len() - done;
            self.seek("read", offset + done as u64)?;
            self.count(|counts| counts.reads += 1);
            let moved = self
                .handle
                .read_with_u8_array_and_options(&mut buf[done..], &self.at)
                .map_err(|value| thrown("read", &self.name, &value))?;
            match whole(moved).and_then(|moved| usize::try_from(moved).ok()) {
                Some(moved) if moved <= rest => done += moved,
                Some(_) | None => return Err(wrong_count("read", &self.name, rest, moved)),
            }
        }
        if done < buf.len() {
            return Err(wrong_count("read", &self.name, buf.len(), done as f64));
        }
        Ok(())
    }

    pub(crate) fn write(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        self.check_open("write")?;
        if buf.is_empty() {
            return Ok(());
        }
        let end = offset.checked_add(buf.len() as u64).filter(|end| *end <= OFFSET_MAX);
        let Some(end) = end else {
            return Err(VfsError::new(VfsErrorKind::Io, "write", self.name.as_str(), "past 2^53 bytes"));
        };
        self.seek("write", offset)?;
        self.count(|counts| {
            counts.writes += 1;
            counts.written_bytes += buf.len() as u64;
        });
        let moved = self.handle.write_with_u8_array_and_options(buf, &self.at).map_err(|value| {
            self.remeasure();
            thrown("write", &self.name, &value)
        })?;
        if whole(moved) != Some(buf.len() as u64) {
            self.remeasure();
            return Err(wrong_count("write", &self.name, buf.len(), moved));
        }
        self.size.set(self.size.get().max(end));
        Ok(())
    }

    pub(crate) fn set_size(&self, operation: &'static str, size: u64) -> Result<(), VfsError> {
        self.check_open(operation)?;
        if size > OFFSET_MAX {
            return Err(VfsError::new(VfsErrorKind::Io, operation, self.name.as_str(), "past 2^53 bytes"));
        }
        self.handle.truncate_with_f64(size as f64).map_err(|value| {
            self.remeasure();
            thrown(operation, &self.name, &value)
        })?;
        self.size.set(size);
        Ok(())
    }

    pub(crate) fn sync(&self) -> Result<(), VfsError> {
        self.check_open("sync")?;
        self.count(|counts| counts.flushes += 1);
        self.handle.flush().map_err(|value| thrown("sync", &self.name, &value))
    }

    fn seek(&self, operation: &'static str, offset: u64) -> Result<(), VfsError> {
        if offset > OFFSET_MAX {
            return Err(VfsError::new(VfsErrorKind::Io, operation, self.name.as_str(), "past 2^53 bytes"));
        }
        self.at.set_at(offset as f64);
        Ok(())
    }

    fn check_open(&self, operation: &'static str) -> Result<(), VfsError> {
        if self.closed.get() {
            let message = "the database was closed";
            return Err(VfsError::new(VfsErrorKind::HandleLost, operation, self.name.as_str(), message));
        }
        Ok(())
    }

    /// After a failed write nobody knows the size but the browser.
    fn remeasure(&self) {
        if let Some(size) = self.handle.get_size().ok().and_then(whole) {
            self.size.set(size);
        }
    }

    fn count(&self, change: impl FnOnce(&mut IoCounts)) {
        let mut counts = self.counts.get();
        change(&mut counts);
        self.counts.set(counts);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.close();
    }
}

/// A number of JavaScript as a size; `None` if it is none.
fn whole(number: f64) -> Option<u64> {
    if number.fract() != 0.0 || !(0.0..=OFFSET_MAX as f64).contains(&number) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above: whole, 0 to 2^53"
    )]
    Some(number as u64)
}

/// The engine's handle on a [`Slot`].
pub(crate) struct OpenFile {
    slot: Rc<Slot>,
    writable: bool,
    holds_lock: Cell<bool>,
}

impl OpenFile {
    pub(crate) fn new(slot: Rc<Slot>, writable: bool) -> OpenFile {
        OpenFile { slot, writable, holds_lock: Cell::new(false) }
    }

    fn check_writable(&self, operation: &'static str) -> Result<(), VfsError> {
        if self.writable {
            return Ok(());
        }
        let message = "the file was opened for reading only";
        Err(VfsError::new(VfsErrorKind::PermissionDenied, operation, self.slot.name.as_str(), message))
    }
}

impl VfsFile for OpenFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        self.slot.read(buf, offset)
    }

    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        self.check_writable("write")?;
        self.slot.write(buf, offset)
    }

    fn size(&self) -> Result<u64, VfsError> {
        self.slot.check_open("size")?;
        Ok(self.slot.size())
    }

    fn set_size(&self, size: u64) -> Result<(), VfsError> {
        self.check_writable("set_size")?;
        self.slot.set_size("set_size", size)
    }

    fn sync(&self, _kind: SyncKind) -> Result<(), VfsError> {
        // There is one barrier, and it covers the size too.
        self.slot.sync()
    }

    fn lock(&self) -> Result<(), VfsError> {
        if self.holds_lock.get() {
            return Ok(());
        }
        if self.slot.locked.replace(true) {
            let message = "another connection of this worker has it open";
            return Err(VfsError::new(VfsErrorKind::AlreadyOpen, "lock", self.slot.name.as_str(), message));
        }
        self.holds_lock.set(true);
        Ok(())
    }

    fn barrier(&self) -> Barrier {
        Barrier::OpfsFlush
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if self.holds_lock.get() {
            self.slot.locked.set(false);
        }
    }
}

/// What the browser answered is no access handle: the API is missing.
pub(crate) fn missing_api(operation: &'static str, file: &str, what: &str) -> VfsError {
    let message = format!("{what} is missing here; OPFS needs a dedicated worker in a secure context");
    VfsError::new(VfsErrorKind::Unavailable, operation, file, message)
}

/// Whether a JavaScript value offers a method.
pub(crate) fn has_method(value: &JsValue, name: &str) -> bool {
    crate::host::property(value, name).is_some_and(|method| method.is_function())
}
