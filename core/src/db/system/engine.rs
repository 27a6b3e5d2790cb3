//! `sys`: what the engine says of itself.

use crate::base::CommitSeq;
use crate::env::Barrier;
use crate::error::Result;
use crate::pager::LATENCY_CLASSES;
use crate::value::Datum;

use super::{Rows, Source, int};

fn text(text: Option<&str>) -> Datum {
    text.map_or(Datum::Null, Datum::from)
}

fn commit(seq: Option<CommitSeq>) -> Datum {
    seq.map_or(Datum::Null, |seq| int(seq.0))
}

/// `sys.durability`: one row, what a commit of this session waits for and how far the storage has come.
pub(super) fn durability(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let status = source.cx.shared.pager.durability_status();
    rows.push(&[
        Datum::from(source.cx.settings.durability().name()),
        Datum::from(status.requested.name()),
        Datum::from(status.effective.name()),
        Datum::from(barrier_name(status.barrier)),
        text(status.file_system.as_deref()),
        Datum::Bool(status.read_only),
        text(status.poisoned.as_deref()),
        commit(status.unsafe_since),
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

/// `sys.metrics`: a row per figure.
pub(super) fn metrics(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let metrics = source.cx.shared.pager.metrics();
    metrics.entries().iter().try_for_each(|(name, value)| rows.push(&[Datum::from(*name), int(*value)]))
}

/// `sys.commit_latency`: a row per class of the histogram; the last one has no upper end.
pub(super) fn commit_latency(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let metrics = source.cx.shared.pager.metrics();
    metrics.commit_latency.iter().enumerate().try_for_each(|(class, commits)| {
        let below = if class + 1 == LATENCY_CLASSES { Datum::Null } else { int(1 << class) };
        rows.push(&[below, int(*commits)])
    })
}

/// `sys.readers`: a row per snapshot being read, that of this very statement included.
pub(super) fn readers(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    source.cx.shared.pager.readers().iter().try_for_each(|info| {
        let state = match (info.snapshot, info.overdue) {
            (None, _) => "expired",
            (Some(_), true) => "overdue",
            (Some(_), false) => "active",
        };
        rows.push(&[
            int(info.id),
            text(info.label.as_deref()),
            Datum::from(state),
            commit(info.snapshot),
            int(info.age_nanos / 1_000_000),
            int(info.fetched_pages),
            int(info.pinned_pages),
            int(info.pinned_bytes),
        ])
    })
}

/// `sys.wal`: one row, the log and its limits.
pub(super) fn wal(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    let shared = source.cx.shared;
    let status = shared.pager.durability_status();
    rows.push(&[
        int(status.live_log_bytes),
        int(shared.options.wal_soft_bytes),
        int(shared.options.wal_hard_bytes),
        int(status.log_image_count as u64),
        int(status.log_index_bytes),
        int(shared.options.wal_index_bytes as u64),
        int(status.checkpointed.0),
        int(status.published.0),
        commit(status.oldest_snapshot),
    ])
}

/// `sys.tables`: a row per table, as the statement's catalog has it.
pub(super) fn tables(source: &Source<'_>, rows: &mut Rows<'_>) -> Result<()> {
    source.cx.catalog.tables.values().try_for_each(|table| {
        rows.push(&[
            Datum::from(table.schema.as_str()),
            Datum::from(table.name.as_str()),
            int(u64::from(table.id.0)),
            int(table.columns.len() as u64),
            int(table.indexes.len() as u64),
            int(table.constraints.len() as u64),
            int(u64::from(table.root.0)),
        ])
    })
}
