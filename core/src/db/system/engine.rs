//! `sys`: what the engine says of itself.

use crate::env::Barrier;
use crate::error::Result;
use crate::value::Datum;

use super::{Rows, Source, int};

/// `sys.durability`: one row, what a commit of this session waits for and how far the storage has come.
pub(super) fn durability(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let status = source.cx.shared.pager.durability_status();
    rows.push(&[
        source.cx.settings.get("durability").as_deref().map_or(Datum::Null, Datum::from),
        Datum::from(barrier_name(status.barrier)),
        Datum::Bool(status.read_only),
        status.poisoned.as_deref().map_or(Datum::Null, Datum::from),
        int(status.published.0),
        int(status.synced.0),
        int(status.checkpointed.0),
    ])
}

fn barrier_name(barrier: Barrier) -> &'static str {
    match barrier {
        Barrier::FullFsync => "full fsync",
        Barrier::Fsync => "fsync",
        Barrier::OpfsFlush => "opfs flush",
        Barrier::NoOp => "none",
        Barrier::Unknown => "unknown",
    }
}
