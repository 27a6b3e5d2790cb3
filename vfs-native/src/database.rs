//! The database on a path.

use std::ops::Deref;
use std::path::Path;

use decentdb_core::db;
use decentdb_core::env::{Env, MemoryVfs};
use decentdb_core::error::{Error, Result, SqlState};

use crate::vfs::native_env;
use crate::{NativeClock, NativeEntropy, Options};

/// A database in one file, or in memory. Everything but opening is the core's ([`db::Database`]).
#[derive(Debug)]
pub struct Database(db::Database);

impl Database {
    /// Opens the file, creating it when it is missing, with the default [`Options`].
    ///
    /// A second opener of the same file, in this process or another, gets 55006 naming the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Database> {
        Database::open_with(path, Options::default())
    }

    /// Opens the file as the options say.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Database> {
        let path = path.as_ref();
        let name = path.to_str().ok_or_else(|| {
            Error::new(SqlState::INVALID_NAME, format!("the path {} is not UTF-8", path.display()))
        })?;
        db::Database::open(native_env(), name, options).map(Database)
    }

    /// A new database that lives as long as this value.
    pub fn memory() -> Result<Database> {
        let env = Env {
            vfs: std::sync::Arc::new(MemoryVfs::new()),
            clock: std::sync::Arc::new(NativeClock::new()),
            entropy: std::sync::Arc::new(NativeEntropy),
        };
        // Memory has no barrier to give, and nobody expects one.
        let options = Options { allow_weaker_barrier: true, ..Options::default() };
        db::Database::open(env, "memory", options).map(Database)
    }

    /// Writes everything into the one file and closes it. Dropping a database closes it too, but cannot
    /// say what went wrong; nothing acknowledged is lost either way.
    pub fn close(self) -> Result<()> {
        self.0.close()
    }
}

impl Deref for Database {
    type Target = db::Database;
    fn deref(&self) -> &db::Database {
        &self.0
    }
}
