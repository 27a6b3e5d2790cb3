//! A database: one file, opened once, shared by its connections.

use crate::env::Env;
use crate::error::{Error, Result};

use super::{Connection, Options};

/// An open database. Cloning shares it; the last clone and connection to go closes the file without the
/// tidying of [`Database::close`].
#[derive(Clone, Debug)]
pub struct Database {}

impl Database {
    /// Opens the database of that name, creating it if need be, and recovers what a crash left.
    pub fn open(_env: Env, _name: &str, _options: Options) -> Result<Database> {
        Err(Error::unsupported("opening a database"))
    }

    /// A new session.
    pub fn connect(&self) -> Result<Connection> {
        Err(Error::unsupported("connecting"))
    }

    /// Moves everything from the log to the database file.
    pub fn checkpoint(&self) -> Result<()> {
        Err(Error::unsupported("checkpoint"))
    }

    /// One slice of a checkpoint, for idle time; `true` when nothing is left to do.
    pub fn checkpoint_step(&self, _pages: usize) -> Result<bool> {
        Err(Error::unsupported("checkpoint"))
    }

    /// Checkpoints and closes: a single file is left. Connections that are still there answer 08003.
    pub fn close(self) -> Result<()> {
        Err(Error::unsupported("close"))
    }

    /// Checks every page, tree and index against each other; answers what is wrong, in words.
    pub fn verify(&self) -> Result<Vec<String>> {
        Err(Error::unsupported("verify"))
    }
}
