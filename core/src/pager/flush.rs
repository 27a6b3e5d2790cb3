//! Group commit: one sync makes every commit written before it durable.
//!
//! ```text
//! writer 1: append 7 | lead: sync ------ | publish 7
//! writer 2:            append 8 | wait   | lead: sync (8, 9) --- | publish 8, 9
//! writer 3:                     append 9 | wait ................ | done
//! ```
//!
//! K1  A Full commit is acknowledged only after a sync that began after its last write returned.
//! K2  Commits become visible in order, and no Full commit before its sync; a weaker commit behind an
//!     unsynced Full one waits with it.
//! K3  A sync that failed is never tried again: the handle is poisoned.
//! K4  A Normal commit is acknowledged at once, and a sync that covers it is owed from then on: `keep`
//!     pays it by the clock, whoever commits too late after it pays it too.

use crate::base::sync::atomic::Ordering;
use std::collections::VecDeque;

use crate::base::CommitSeq;
use crate::env::SyncKind;
use crate::error::{Error, ErrorKind, Result, SqlState};
use crate::page::Roots;

use super::options::Durability;
use super::shared::Shared;

/// How far the log is written, synced and published.
#[derive(Debug, Default)]
pub(super) struct FlushState {
    /// The last commit whose frames are written.
    pub(super) appended: CommitSeq,
    /// The last commit a sync covers.
    pub(super) synced: CommitSeq,
    /// The last Full commit written.
    pub(super) full_appended: CommitSeq,
    /// Written and not published, in order.
    pub(super) pending: VecDeque<(CommitSeq, Roots)>,
    /// Somebody is syncing.
    flushing: bool,
    /// When the oldest Normal commit that no sync covers was written.
    late_since: Option<u64>,
    /// Bytes of the log that such commits have written.
    late_bytes: u64,
    /// Syncs that returned.
    pub(super) sync_count: u64,
}

impl FlushState {
    pub(super) fn starting_at(seq: CommitSeq) -> FlushState {
        FlushState { appended: seq, synced: seq, full_appended: seq, ..FlushState::default() }
    }

    /// A Normal commit was written.
    pub(super) fn owes_sync(&mut self, now_nanos: u64, bytes: u64) {
        self.late_since.get_or_insert(now_nanos);
        self.late_bytes += bytes;
    }

    /// When the sync that is owed must be done, if one is.
    pub(super) fn late_sync_due(&self, interval_nanos: u64) -> Option<u64> {
        self.late_since.map(|since| since.saturating_add(interval_nanos))
    }
}

impl Shared {
    /// Waits until commit `seq` is as durable as asked, and visible.
    pub(super) fn make_durable(&self, seq: CommitSeq, durability: Durability) -> Result<()> {
        let mut state = self.flush.lock();
        let mut ring = None;
        let must_sync = match durability {
            Durability::Full => true,
            Durability::Normal => {
                let interval = self.options.normal_flush_nanos;
                let many = state.late_bytes >= self.options.normal_flush_bytes;
                match state.late_sync_due(interval) {
                    None => false,
                    // J1: the host's timer does it, unless it is a whole interval late.
                    Some(due) if self.alarm.is_set() => {
                        let now = self.env.clock.monotonic().0;
                        ring = Some(if many { now } else { due });
                        now >= due.saturating_add(interval)
                    }
                    Some(due) => many || self.env.clock.monotonic().0 >= due,
                }
            }
            Durability::Relaxed | Durability::None => false,
        };
        if let Some(due) = ring {
            drop(state);
            self.ring_at(due);
            state = self.flush.lock();
        }
        loop {
            let behind_full = state.full_appended > state.synced;
            if !must_sync && !behind_full && state.synced < seq && self.poison.get().is_none() {
                self.publish_through(&mut state, seq);
            }
            let done = if must_sync { state.synced >= seq } else { self.published.seq() >= seq };
            if done {
                return Ok(());
            }
            if let Some(cause) = self.poison.get() {
                return Err(uncertain(cause));
            }
            if state.flushing {
                state = self.flushed.wait(state);
                continue;
            }
            // Lead: everything written until now is covered.
            state.flushing = true;
            let target = state.appended;
            // What is written from now on is owed a sync of its own.
            state.late_since = None;
            state.late_bytes = 0;
            drop(state);
            let synced = self.sync_log();
            state = self.flush.lock();
            state.flushing = false;
            match synced {
                Ok(()) => {
                    state.synced = target;
                    state.sync_count += 1;
                    self.publish_through(&mut state, target);
                }
                Err(error) => {
                    self.poisoned_by(error);
                }
            }
            self.flushed.notify_all();
        }
    }

    fn sync_log(&self) -> Result<()> {
        let Some(log) = self.log() else { return Err(super::shared::closed()) };
        // The size must be durable with the first commit in a new segment, and need not be again.
        let grew = self.log_grew.swap(false, Ordering::AcqRel);
        log.file.sync(if grew { SyncKind::DataAndSize } else { SyncKind::Data })?;
        Ok(())
    }
}

pub(super) fn uncertain(cause: &str) -> Error {
    Error::of_kind(
        ErrorKind::Storage,
        SqlState::TRANSACTION_RESOLUTION_UNKNOWN,
        format!("whether the transaction was committed is not known: {cause}"),
    )
    .with_hint("Close the database, open it again and look.")
}
