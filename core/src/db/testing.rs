//! Doors for simulations: storage options that users are not offered, and the pager below the SQL.
//!
//! Only with the feature `testing`. A simulator wants log segments of a few pages, checkpoints in steps and
//! snapshots of pages; a user wants none of them.

use crate::env::{Env, FileName};
use crate::error::Result;
use crate::pager::{Pager, PagerOptions};

use super::{Database, Options};

impl Database {
    /// Opens a database with every option of its storage. What `options` says of pages and caches is not
    /// looked at.
    pub fn open_with_storage(
        env: Env,
        name: &str,
        options: Options,
        storage: &PagerOptions,
    ) -> Result<Database> {
        Database::over(env, options, &FileName::new(name)?, storage)
    }

    /// The storage below.
    pub fn storage(&self) -> &Pager {
        &self.shared.pager
    }
}
