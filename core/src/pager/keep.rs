//! What is done by the clock: late syncs, checkpoints of an idle log, the ages of readers.
//!
//! The core has no timer. Work by the clock is done by [`super::Pager::step`], which the host calls when
//! its alarm rings, and by the commits that come by; a host without a timer has the latter only.
//!
//! ```text
//! commit at Normal --alarm: in 100 ms--> host's timer --> step: sync ... --> next due time
//! ```
//!
//! J1  With an alarm, a Normal commit is synced one interval after it was written, as far as the host's
//!     timer is on time; a commit that finds one waiting for two intervals syncs it itself.
//! J2  Without an alarm, the first commit after the interval does.
//! J3  The alarm is rung without any lock held.

use crate::base::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use crate::base::sync::{MaybeSend, MaybeSync};
use crate::env::Nanos;
use crate::error::{Error, Result, SqlState};

use super::options::{Durability, ReaderPolicy};
use super::readers::ReaderInfo;
use super::shared::Shared;

/// The host's timer: it calls [`super::Pager::step`] at the time it is told.
pub trait Alarm: MaybeSend + MaybeSync {
    /// Work is due at `due` on the monotonic clock; called from the thread of a commit, so it must be
    /// quick and must not call the database.
    fn ring_at(&self, due: Nanos);
}

/// The alarm, if the host has set one.
#[derive(Default)]
pub(super) struct AlarmCell(OnceLock<Arc<dyn Alarm>>);

impl AlarmCell {
    pub(super) fn set(&self, alarm: Arc<dyn Alarm>) -> bool {
        self.0.set(alarm).is_ok()
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.get().is_some()
    }
}

/// Pages of a checkpoint per step: a step stays short.
const STEP_PAGES: usize = 256;
/// Readers are looked at no more often than this.
const READERS_EVERY_NANOS: u64 = 10_000_000;

impl Shared {
    /// Asks the host to call [`super::Pager::step`] by then, unless it will earlier anyway.
    pub(super) fn ring_at(&self, due_nanos: u64) {
        if let Some(alarm) = self.alarm.0.get()
            && self.alarm_due.fetch_min(due_nanos, Ordering::Relaxed) > due_nanos
        {
            alarm.ring_at(Nanos(due_nanos));
        }
    }

    /// Does what is due; answers when something will be due next, if anything is foreseen.
    pub(super) fn keep(&self) -> Result<Option<Nanos>> {
        self.alarm_due.store(u64::MAX, Ordering::Relaxed);
        if self.read_only || self.check_usable().is_err() {
            return Ok(None);
        }
        let now = self.env.clock.monotonic().0;
        self.mind_readers(now);
        let due = self.flush.lock().late_sync_due(self.options.normal_flush_nanos);
        if due.is_some_and(|due| due <= now) {
            let appended = self.flush.lock().appended;
            self.make_durable(appended, Durability::Full)?;
        }
        let next_checkpoint = self.checkpoint_by_the_clock(now)?;
        let next_sync = self.flush.lock().late_sync_due(self.options.normal_flush_nanos);
        let due = [next_sync, next_checkpoint, self.next_expiry(now)].into_iter().flatten().min();
        if let Some(due) = due {
            // Whoever asks earlier than this rings; this one is the answer.
            self.alarm_due.fetch_min(due, Ordering::Relaxed);
        }
        Ok(due.map(Nanos))
    }

    /// A slice of a checkpoint, if one is due; answers when the next one is.
    fn checkpoint_by_the_clock(&self, now: u64) -> Result<Option<u64>> {
        let Some(due) = self.checkpoint_due() else { return Ok(None) };
        if due > now && !self.has_grown(1) {
            return Ok(Some(due));
        }
        let report = self.checkpoint_step(STEP_PAGES)?;
        if report.complete {
            // What a reader holds back waits for the next interval, or for more to come.
            self.checkpoint_is_over(now);
            return Ok(self.checkpoint_due());
        }
        Ok(Some(now))
    }

    /// When the log's age makes a checkpoint due; `None` while the database file holds everything.
    pub(super) fn checkpoint_due(&self) -> Option<u64> {
        let behind = self.checkpoint_seq.load(Ordering::Acquire) < self.published.seq().0;
        let last = self.checkpointed_at.load(Ordering::Relaxed);
        behind.then(|| last.saturating_add(self.options.checkpoint_nanos))
    }

    fn next_expiry(&self, now: u64) -> Option<u64> {
        let holds = self.options.reader_policy != ReaderPolicy::Lenient && self.readers.count() > 0;
        // The ages are looked at again well before the next one can be over.
        holds.then(|| now.saturating_add((self.options.reader_expire_nanos / 4).max(READERS_EVERY_NANOS)))
    }

    /// Ends the readers that the policy finds too old; a reader of the last commit is never too old, for
    /// it holds nothing back.
    pub(super) fn mind_readers(&self, now: u64) {
        let last = self.readers_minded_at.load(Ordering::Relaxed);
        if now < last.saturating_add(READERS_EVERY_NANOS) && now >= last && last != 0 {
            return;
        }
        self.readers_minded_at.store(now.max(1), Ordering::Relaxed);
        let age = match self.options.reader_policy {
            ReaderPolicy::Lenient => u64::MAX,
            ReaderPolicy::Normal | ReaderPolicy::Strict => self.options.reader_expire_nanos,
        };
        let expired = self.readers.expire_aged(self.published.seq(), age, now);
        self.counters.expired_readers.add(expired as u64);
    }

    /// Every reader with what it pins, oldest snapshot first.
    pub(super) fn list_readers(&self) -> Vec<ReaderInfo> {
        let mut list = self.readers.list(self.env.clock.monotonic().0);
        for info in &mut list {
            let Some(snapshot) = info.snapshot else { continue };
            info.overdue = info.age_nanos >= self.options.reader_warn_nanos;
            let (pages, from) = {
                let index = self.index.lock();
                (index.images_after(snapshot), index.segment_after(snapshot))
            };
            info.pinned_pages = pages;
            if pages > 0 {
                let segments = self.segments.lock().count_from(from);
                info.pinned_bytes = segments * u64::from(self.layout.segment_bytes);
            }
        }
        crate::base::order::sort_by_key(&mut list, |info| (info.snapshot.is_none(), info.snapshot));
        list
    }

    /// The log may not grow further (53400): whoever is in the way is named.
    pub(super) fn log_is_full(&self) -> Error {
        let oldest = self.list_readers().into_iter().find(|info| info.snapshot.is_some());
        let error = Error::new(
            SqlState::CONFIGURATION_LIMIT_EXCEEDED,
            "the log has reached its limit, and a reader of an old snapshot keeps it from being shortened",
        )
        .with_hint("End the reader, raise the limit, or let the reader policy be strict.");
        match oldest {
            Some(info) => error.with_detail(format!(
                "The oldest reader{} sees commit {} and is {} ms old.",
                info.label.map(|label| format!(" (\"{label}\")")).unwrap_or_default(),
                info.snapshot.unwrap_or_default(),
                info.age_nanos / 1_000_000
            )),
            None => error,
        }
    }
}
