//! The database on a path.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use decentdb_core::db;
use decentdb_core::env::{Env, MemoryVfs};
use decentdb_core::error::{Error, Result, SqlState};

use crate::keeper;
use crate::vfs::native_env;
use crate::{NativeClock, NativeEntropy, Options};

/// A database in one file, or in memory. Everything but opening is the core's ([`db::Database`]).
#[derive(Debug)]
pub struct Database {
    /// There until it is closed or dropped.
    inner: Option<db::Database>,
    keeper: Arc<keeper::Shared>,
}

impl Database {
    /// Opens the file, creating it when it is missing, with the default [`Options`].
    ///
    /// A second opener of the same file, in this process or another, gets 55006 naming the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Database> {
        Database::open_with(path, Options::default())
    }

    /// Opens the file as the options say.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Database> {
        Database::kept(native_env(), name_of(path.as_ref())?, options)
    }

    /// A new database that lives as long as this value.
    pub fn memory() -> Result<Database> {
        let env = Env {
            vfs: Arc::new(MemoryVfs::new()),
            clock: Arc::new(NativeClock::new()),
            entropy: Arc::new(NativeEntropy),
            zones: Arc::new(crate::NativeTimeZones),
            stacks: Arc::new(crate::NativeStacks),
        };
        // Memory has no barrier to give, and nobody expects one.
        let options = Options { allow_weaker_barrier: true, ..Options::default() };
        Database::kept(env, "memory", options)
    }

    /// Opened, with a thread for work by the clock.
    fn kept(env: Env, name: &str, options: Options) -> Result<Database> {
        let clock = Arc::clone(&env.clock);
        let database = db::Database::open(env, name, options)?;
        let keeper = keeper::keep(&database, clock);
        Ok(Database { inner: Some(database), keeper })
    }

    /// Copies the last commit into a new file, while others read and write; the copy is a database of its own.
    /// A copy that fails half-way is removed.
    ///
    /// # Errors
    /// 42710 when the file exists; what the system says when it cannot be written.
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<()> {
        self.backup_to(&native_env(), name_of(path.as_ref())?)
    }

    /// Writes everything into the one file and closes it. Dropping a database closes it too, but cannot
    /// say what went wrong; nothing acknowledged is lost either way.
    pub fn close(mut self) -> Result<()> {
        match self.inner.take() {
            Some(inner) => self.keeper.aside(|| inner.close()),
            None => Ok(()),
        }
    }
}

fn name_of(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        Error::new(SqlState::INVALID_NAME, format!("the path {} is not UTF-8", path.display()))
    })
}

impl Deref for Database {
    type Target = db::Database;
    fn deref(&self) -> &db::Database {
        self.inner.as_ref().expect("invariant: it is taken only by what ends the handle")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take() {
            self.keeper.aside(|| drop(inner));
        }
    }
}
