//! Everything outside the database, as traits handed in by the host.
//!
//! The core calls them synchronously from the caller's thread and does nothing else with the world.

mod clock;
#[cfg(any(test, feature = "testing"))]
pub mod contract;
mod entropy;
#[cfg(any(test, feature = "testing"))]
pub mod fault;
mod memory;
mod seeded;
mod stacks;
mod vfs;

pub use crate::base::zone::{NoTimeZones, TimeZones, Zone, ZoneRules};
pub use clock::{Clock, Nanos, Slept, UnixMicros};
pub use entropy::Entropy;
pub use memory::MemoryVfs;
pub use seeded::{ManualClock, SeededEntropy, SplitMix64};
pub use stacks::{OneStack, Stacks};
pub use vfs::{Barrier, FileName, OpenMode, SyncKind, Vfs, VfsError, VfsErrorKind, VfsFile};

use std::sync::Arc;

/// Files, time, chance, time zones and stacks. Cloning shares them.
#[derive(Clone)]
pub struct Env {
    /// Files.
    pub vfs: Arc<dyn Vfs>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Time zones by name.
    pub zones: Arc<dyn TimeZones>,
    /// Larger stacks.
    pub stacks: Arc<dyn Stacks>,
}
