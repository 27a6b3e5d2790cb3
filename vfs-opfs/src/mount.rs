//! Takes the files of one database from the browser and gives them back: the asynchronous part.

use std::cell::Cell;
use std::rc::Rc;

use decentdb_core::env::{FileName, OpenMode, Vfs, VfsError, VfsErrorKind, VfsFile};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemRemoveOptions, FileSystemSyncAccessHandle, StorageManager,
};

use crate::error::{thrown, thrown_name};
use crate::file::{IoCounts, OpenFile, Slot, has_method, missing_api};
use crate::host;
use crate::pointer::{POINTER_BYTES, Pointer, SLOT_STRIDE_BYTES};

/// The folder below the OPFS root that holds one folder per database.
const HOME: &str = "decentdb";
/// The file that says which generation counts, and whose handle is the lock (O1).
const CURRENT: &str = "current";
/// Between two attempts to get a handle: doubled up to here.
const PAUSE_MILLIS_MAX: u32 = 320;

/// How to mount.
#[derive(Clone, Debug)]
pub struct MountOptions {
    /// Whether a database that does not exist is created; otherwise that is an error.
    pub create: bool,
    /// How long to wait for another worker to give the handles up. A tab that was just closed or reloaded
    /// lives a little longer than its successor needs to start.
    pub wait_millis: u32,
}

impl Default for MountOptions {
    fn default() -> MountOptions {
        MountOptions { create: true, wait_millis: 5_000 }
    }
}

/// The files of one database, all open.
pub struct OpfsVfs {
    folder: Rc<Folder>,
    generation: u32,
    files: Vec<Rc<Slot>>,
}

/// What the generations of one database share.
struct Folder {
    handle: FileSystemDirectoryHandle,
    current: Slot,
    pointer: Cell<Pointer>,
    counts: Rc<Cell<IoCounts>>,
    file_names: Vec<String>,
}

impl OpfsVfs {
    /// Opens the files `file_names` of the database folder `name`, creating what is missing.
    ///
    /// The first file is the database itself: without `create`, it must exist and hold something.
    pub async fn mount(name: &str, file_names: &[&str], options: &MountOptions) -> Result<OpfsVfs, VfsError> {
        check_name(name)?;
        let home = home(name, options.create).await?;
        let handle = subfolder(&home, name, options.create).await?;
        let counts = Rc::new(Cell::new(IoCounts::default()));
        let mut wait = Wait { left_millis: options.wait_millis, next_millis: 10 };

        let current = acquire(&handle, CURRENT, true, &mut wait).await?;
        let current = Slot::new(CURRENT.to_owned(), current, Rc::clone(&counts))?;
        let pointer = read_pointer(name, &current)?;
        let file_names: Vec<String> = file_names.iter().map(|&file| file.to_owned()).collect();
        let folder = Rc::new(Folder { handle, current, pointer: Cell::new(pointer), counts, file_names });
        if pointer.unsettled {
            folder.settle().await?;
        }
        let files = folder.acquire_generation(pointer.generation, &mut wait).await?;
        if !options.create && !files.first().is_some_and(|file| file.is_present()) {
            let message = "there is no database of this name";
            return Err(VfsError::new(VfsErrorKind::NotFound, "open", name, message));
        }
        Ok(OpfsVfs { folder, generation: pointer.generation, files })
    }

    /// Empty files for a database that shall take the place of this one: see [`OpfsVfs::promote`].
    pub async fn begin_replacement(&self) -> Result<OpfsVfs, VfsError> {
        let generation = self.generation + 1;
        self.folder.write_pointer(self.folder.pointer.get().next(self.generation, true))?;
        let mut wait = Wait { left_millis: 0, next_millis: 10 };
        let files = self.folder.acquire_generation(generation, &mut wait).await?;
        for file in &files {
            file.remove()?;
        }
        Ok(OpfsVfs { folder: Rc::clone(&self.folder), generation, files })
    }

    /// Makes these files the database, in one durable step. Their content must be synced.
    ///
    /// The mount they replace must be closed before.
    pub async fn promote(&self) -> Result<(), VfsError> {
        self.folder.write_pointer(self.folder.pointer.get().next(self.generation, true))?;
        self.folder.settle().await
    }

    /// Removes the files of a replacement that shall not take place.
    pub async fn abandon(&self) -> Result<(), VfsError> {
        self.close_files();
        self.folder.settle().await
    }

    /// Closes the files of this generation, keeping the lock on the database.
    pub fn close_files(&self) {
        for file in &self.files {
            file.close();
        }
    }

    /// Closes everything; the database can be mounted elsewhere.
    pub fn close(&self) {
        self.close_files();
        self.folder.current.close();
    }

    /// What the files were asked to do since the mount.
    pub fn counts(&self) -> IoCounts {
        self.folder.counts.get()
    }

    fn slot(&self, operation: &'static str, name: &FileName) -> Result<&Rc<Slot>, VfsError> {
        self.files.iter().find(|file| file.name == name.as_str()).ok_or_else(|| {
            let message = "the mount does not hold a file of this name";
            VfsError::new(VfsErrorKind::InvalidName, operation, name.as_str(), message)
        })
    }
}

impl Vfs for OpfsVfs {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        let slot = self.slot("open", name)?;
        let error = |kind, message: &str| Err(VfsError::new(kind, "open", name.as_str(), message));
        match (mode, slot.is_present()) {
            (OpenMode::ReadOnly | OpenMode::ReadWrite, false) => {
                return error(VfsErrorKind::NotFound, "it does not exist");
            }
            (OpenMode::CreateNew, true) => return error(VfsErrorKind::AlreadyExists, "it exists already"),
            (OpenMode::Create | OpenMode::CreateNew, false) => slot.create(),
            (OpenMode::ReadOnly | OpenMode::ReadWrite | OpenMode::Create, true) => {}
        }
        Ok(Box::new(OpenFile::new(Rc::clone(slot), mode != OpenMode::ReadOnly)))
    }

    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        // A name the mount does not hold is a file that is not there.
        Ok(self.slot("exists", name).is_ok_and(|slot| slot.is_present()))
    }

    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        let slot = self.slot("remove", name)?;
        if !slot.is_present() {
            return Err(VfsError::new(VfsErrorKind::NotFound, "remove", name.as_str(), "it does not exist"));
        }
        slot.remove()
    }
}

impl Folder {
    async fn acquire_generation(&self, generation: u32, wait: &mut Wait) -> Result<Vec<Rc<Slot>>, VfsError> {
        let mut files = Vec::with_capacity(self.file_names.len());
        for name in &self.file_names {
            let stored = stored_name(generation, name);
            let handle = acquire(&self.handle, &stored, true, wait).await?;
            files.push(Rc::new(Slot::new(name.clone(), handle, Rc::clone(&self.counts))?));
        }
        Ok(files)
    }

    fn write_pointer(&self, pointer: Pointer) -> Result<(), VfsError> {
        let (slot, offset) = pointer.encode();
        self.current.write(&slot, offset)?;
        self.current.sync()?;
        self.pointer.set(pointer);
        Ok(())
    }

    /// Removes what an import left beside the generation that counts.
    async fn settle(&self) -> Result<(), VfsError> {
        let pointer = self.pointer.get();
        let neighbours = [pointer.generation.checked_sub(1), pointer.generation.checked_add(1)];
        for generation in neighbours.into_iter().flatten() {
            for name in &self.file_names {
                let stored = stored_name(generation, name);
                match host::settled(self.handle.remove_entry(&stored)).await {
                    Ok(_) => {}
                    Err(value) if thrown_name(&value) == "NotFoundError" => {}
                    // A handle in a worker that is dying: the next mount tries again.
                    Err(value) if thrown_name(&value) == "NoModificationAllowedError" => return Ok(()),
                    Err(value) => return Err(thrown("remove", &stored, &value)),
                }
            }
        }
        self.write_pointer(pointer.next(pointer.generation, false))
    }
}

/// Removes a database with all its files; one that does not exist is fine.
pub async fn remove_database(name: &str) -> Result<(), VfsError> {
    check_name(name)?;
    let home = match home(name, false).await {
        Ok(home) => home,
        Err(error) if error.kind == VfsErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    match host::settled(home.remove_entry_with_options(name, &options)).await {
        Ok(_) => Ok(()),
        Err(value) if thrown_name(&value) == "NotFoundError" => Ok(()),
        Err(value) => Err(thrown("remove", name, &value)),
    }
}

/// The time an open may still wait.
struct Wait {
    left_millis: u32,
    next_millis: u32,
}

impl Wait {
    /// Pauses a little; `false` if the time is over.
    async fn pause(&mut self) -> bool {
        if self.left_millis == 0 {
            return false;
        }
        let millis = self.next_millis.min(self.left_millis);
        self.left_millis -= millis;
        self.next_millis = (self.next_millis * 2).min(PAUSE_MILLIS_MAX);
        host::pause(millis).await;
        true
    }
}

async fn acquire(
    folder: &FileSystemDirectoryHandle,
    file: &str,
    create: bool,
    wait: &mut Wait,
) -> Result<FileSystemSyncAccessHandle, VfsError> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(create);
    let handle: FileSystemFileHandle = host::settled(folder.get_file_handle_with_options(file, &options))
        .await
        .map_err(|value| thrown("open", file, &value))?
        .unchecked_into();
    if !has_method(&handle, "createSyncAccessHandle") {
        return Err(missing_api("open", file, "createSyncAccessHandle"));
    }
    loop {
        match host::settled(handle.create_sync_access_handle()).await {
            Ok(access) => return Ok(access.unchecked_into()),
            // Firefox and WebKit have used InvalidStateError for a handle that somebody else holds.
            Err(value)
                if matches!(
                    thrown_name(&value).as_str(),
                    "NoModificationAllowedError" | "InvalidStateError"
                ) =>
            {
                if !wait.pause().await {
                    let message = "another tab or worker has this database open";
                    return Err(VfsError::new(VfsErrorKind::AlreadyOpen, "open", file, message));
                }
            }
            Err(value) => return Err(thrown("open", file, &value)),
        }
    }
}

fn read_pointer(name: &str, current: &Slot) -> Result<Pointer, VfsError> {
    let length = usize::try_from(current.size()).unwrap_or(usize::MAX).min(POINTER_BYTES);
    let mut bytes = vec![0; length];
    current.read(&mut bytes, 0)?;
    match Pointer::decode(&bytes) {
        Ok(Some(pointer)) => Ok(pointer),
        Ok(None) => {
            // The file has its full length only when its first slot is durable (P1).
            for (at, part) in
                (0u64..).step_by(SLOT_STRIDE_BYTES).zip(Pointer::first_file().chunks(SLOT_STRIDE_BYTES))
            {
                current.write(part, at)?;
                current.sync()?;
            }
            Ok(Pointer::FIRST.next(0, false))
        }
        Err(_) => {
            let message = "the file \"current\" of this database is damaged; nothing was changed";
            Err(VfsError::new(VfsErrorKind::Io, "open", name, message))
        }
    }
}

fn stored_name(generation: u32, name: &str) -> String {
    format!("g{generation}-{name}")
}

/// Whether a database may have this name, which is a folder's in every browser: letters, digits, dot,
/// underscore, hyphen; 1 to 64 of them, not only dots.
pub fn check_name(name: &str) -> Result<(), VfsError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if name.is_empty()
        || name.len() > 64
        || !name.bytes().all(allowed)
        || name.bytes().all(|byte| byte == b'.')
    {
        let message = "a name has 1 to 64 letters, digits, dots, underscores or hyphens, and not only dots";
        return Err(VfsError::new(VfsErrorKind::InvalidName, "open", name, message));
    }
    Ok(())
}

async fn home(name: &str, create: bool) -> Result<FileSystemDirectoryHandle, VfsError> {
    let storage = host::global("navigator").and_then(|navigator| host::property(&navigator, "storage"));
    let Some(storage) = storage.filter(|storage| has_method(storage, "getDirectory")) else {
        return Err(missing_api("open", name, "navigator.storage.getDirectory"));
    };
    let storage: StorageManager = storage.unchecked_into();
    let root: FileSystemDirectoryHandle = host::settled(storage.get_directory())
        .await
        .map_err(|value| unavailable(name, &value))?
        .unchecked_into();
    subfolder(&root, HOME, create).await
}

/// Without the root there is no storage at all, whatever the browser calls the reason.
fn unavailable(name: &str, value: &JsValue) -> VfsError {
    let error = thrown("open", name, value);
    VfsError::new(VfsErrorKind::Unavailable, "open", name, error.message)
}

async fn subfolder(
    parent: &FileSystemDirectoryHandle,
    name: &str,
    create: bool,
) -> Result<FileSystemDirectoryHandle, VfsError> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(create);
    host::settled(parent.get_directory_handle_with_options(name, &options))
        .await
        .map(|handle| handle.unchecked_into())
        .map_err(|value| thrown("open", name, &value))
}
