//! Which files this process has locked.
//!
//! The system's lock keeps other processes out. Within one process its behaviour differs by platform, and
//! two names may lead to one file: so a locked file is also noted here, by its identity.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What makes a file itself, whatever it is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Identity {
    /// Device and inode.
    #[cfg(unix)]
    Inode(u64, u64),
    /// The resolved path, where the system shows no inode through std.
    #[cfg(not(unix))]
    Path(std::path::PathBuf),
}

static LOCKED: Mutex<BTreeSet<Identity>> = Mutex::new(BTreeSet::new());

fn locked() -> MutexGuard<'static, BTreeSet<Identity>> {
    // The set is whole after any panic: insert and remove are all that happens under the lock.
    LOCKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a file as locked; `false` when it is already.
pub(crate) fn enter(identity: &Identity) -> bool {
    locked().insert(identity.clone())
}

/// Forgets a file.
pub(crate) fn leave(identity: &Identity) {
    locked().remove(identity);
}
