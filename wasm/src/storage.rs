//! Where the files of a session are: OPFS or memory.

use std::rc::Rc;
use std::sync::Arc;

use decentdb_core::env::{
    Env, FileName, MemoryVfs, OneStack, OpenMode, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile,
};
use decentdb_vfs_opfs::{IoCounts, JsClock, JsEntropy, MountOptions, OpfsVfs};

use crate::zones::JsTimeZones;

/// Bytes handed over at once when a whole file is read or written.
const COPY_BYTES: usize = 1 << 20;

/// The files of a session.
#[derive(Clone)]
pub(crate) enum Storage {
    Opfs(Rc<OpfsVfs>),
    Memory(MemoryVfs),
}

/// [`OpfsVfs`] behind the engine's `Arc`.
struct Shared(Rc<OpfsVfs>);

impl Vfs for Shared {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        self.0.open(name, mode)
    }
    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        self.0.exists(name)
    }
    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        self.0.remove(name)
    }
}

impl Storage {
    /// Takes the files of a database on OPFS: the database `file` and its log.
    pub(crate) async fn mount(name: &str, file: &str, options: &MountOptions) -> Result<Storage, VfsError> {
        let log = format!("{file}-wal");
        let mount = OpfsVfs::mount(name, &[file, &log], options).await?;
        Ok(Storage::Opfs(Rc::new(mount)))
    }

    /// The engine's view.
    pub(crate) fn env(&self) -> Result<Env, VfsError> {
        let entropy = JsEntropy::new().ok_or_else(|| {
            VfsError::new(
                VfsErrorKind::Unavailable,
                "open",
                "crypto",
                "crypto.getRandomValues is missing here",
            )
        })?;
        #[expect(
            clippy::arc_with_non_send_sync,
            reason = "Env is shared by Arc; in a worker there is one thread"
        )]
        let vfs: Arc<dyn Vfs> = match self {
            Storage::Opfs(mount) => Arc::new(Shared(Rc::clone(mount))),
            Storage::Memory(files) => Arc::new(files.clone()),
        };
        let env = Env {
            vfs,
            clock: Arc::new(JsClock::new()),
            entropy: Arc::new(entropy),
            zones: Arc::new(JsTimeZones),
            stacks: Arc::new(OneStack),
        };
        Ok(env)
    }

    fn vfs(&self) -> &dyn Vfs {
        match self {
            Storage::Opfs(mount) => mount.as_ref(),
            Storage::Memory(files) => files,
        }
    }

    /// The bytes of a file.
    pub(crate) fn read_file(&self, name: &FileName) -> Result<Vec<u8>, VfsError> {
        let file = self.vfs().open(name, OpenMode::ReadOnly)?;
        let size = usize::try_from(file.size()?).map_err(|_| too_large(name))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| too_large(name))?;
        bytes.resize(size, 0);
        let mut offset = 0;
        for chunk in bytes.chunks_mut(COPY_BYTES) {
            file.read_exact_at(chunk, offset)?;
            offset += chunk.len() as u64;
        }
        Ok(bytes)
    }

    /// A new file with these bytes, durable.
    pub(crate) fn write_file(&self, name: &FileName, bytes: &[u8]) -> Result<(), VfsError> {
        let file = self.vfs().open(name, OpenMode::CreateNew)?;
        let mut offset = 0;
        for chunk in bytes.chunks(COPY_BYTES) {
            file.write_all_at(chunk, offset)?;
            offset += chunk.len() as u64;
        }
        file.sync(SyncKind::DataAndSize)
    }

    /// What the files were asked to do; nothing is counted in memory.
    pub(crate) fn counts(&self) -> IoCounts {
        match self {
            Storage::Opfs(mount) => mount.counts(),
            Storage::Memory(_) => IoCounts::default(),
        }
    }

    /// Gives every handle back.
    pub(crate) fn close(&self) {
        match self {
            Storage::Opfs(mount) => mount.close(),
            Storage::Memory(_) => {}
        }
    }

    /// Files for a database that shall take the place of this one.
    pub(crate) async fn begin_replacement(&self) -> Result<Storage, VfsError> {
        Ok(match self {
            Storage::Opfs(mount) => Storage::Opfs(Rc::new(mount.begin_replacement().await?)),
            Storage::Memory(_) => Storage::Memory(MemoryVfs::new()),
        })
    }

    /// Puts these files in the place of `old`, whose handles must be idle.
    pub(crate) async fn replace(&self, old: &Storage) -> Result<(), VfsError> {
        match (self, old) {
            (Storage::Opfs(mount), Storage::Opfs(old)) => {
                old.close_files();
                mount.promote().await
            }
            (Storage::Memory(_) | Storage::Opfs(_), _) => Ok(()),
        }
    }

    /// Removes files that shall not take the place of another database.
    pub(crate) async fn abandon(&self) -> Result<(), VfsError> {
        match self {
            Storage::Opfs(mount) => mount.abandon().await,
            Storage::Memory(_) => Ok(()),
        }
    }
}

fn too_large(name: &FileName) -> VfsError {
    VfsError::new(
        VfsErrorKind::Io,
        "read",
        name.as_str(),
        "the file does not fit into the memory of the page",
    )
}
