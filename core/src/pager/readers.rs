//! Who reads which snapshot and since when, so that nothing a reader needs is overwritten.
//!
//! Beginning and ending a read is a few atomic writes to a slot, with no lock and no allocation.
//!
//! ```text
//! slots   [ 41 #7 | free #3 | 40 #1 | expired #9 | free ... ]      oldest = 40
//!              '-- counts the slot's readers: no reader is taken for the one before it
//! ```
//!
//! R1  A reader registers, then checks the floor; a checkpoint raises the floor, then looks at the slots.
//!     In the one total order of these four steps, either the checkpoint sees the reader or the reader
//!     sees the floor and registers again with a newer snapshot.
//! R2  An expired slot stays taken until its reader lets go, which answers nothing from then on.
//! R3  A reader's age is never overstated: it counts from its beginning if that was timed, else from the
//!     first time somebody looked.

use crate::base::sync::atomic::{AtomicU64, Ordering};
use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use crate::base::CommitSeq;
use crate::base::sync::{RankedMutex, rank, thread_local};

const CHUNK_SLOTS: usize = 64;
const CHUNKS_MAX: usize = 64;
/// The low bits of a slot count its readers; above them stands the snapshot plus one.
const COUNT_BITS: u32 = 16;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
const FREE: u64 = 0;
const EXPIRED: u64 = u64::MAX >> COUNT_BITS;

/// On a cache line of its own: readers on different threads do not disturb each other.
#[repr(align(64))]
#[derive(Debug)]
struct Slot {
    state: AtomicU64,
    /// Microseconds of the monotonic clock, above the count of the reader they belong to.
    since: AtomicU64,
    /// Pages this reader fetched from a file.
    fetched: AtomicU64,
    label: RankedMutex<Option<Arc<str>>, { rank::LABEL }>,
}

type Chunk = [Slot; CHUNK_SLOTS];

/// A reader's place: the slot, and what stands in it while the reader is active.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SlotNo {
    no: usize,
    state: u64,
}

/// A reader as somebody else sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReaderInfo {
    /// Names the reader while it lives; used again afterwards.
    pub id: u64,
    /// The last commit it sees; none once it has been expired.
    pub snapshot: Option<CommitSeq>,
    /// How long it has been reading, in nanoseconds: at least.
    pub age_nanos: u64,
    /// Pages it fetched from a file rather than from memory.
    pub fetched_pages: u64,
    /// Page images in the log that no checkpoint may pass because of it.
    pub pinned_pages: u64,
    /// Bytes of the log that cannot be used again because of it.
    pub pinned_bytes: u64,
    /// Older than the age at which the policy warns.
    pub overdue: bool,
    /// What its owner calls it.
    pub label: Option<Arc<str>>,
}

/// All readers of an open database.
#[derive(Debug)]
pub(super) struct Readers {
    chunks: [OnceLock<Box<Chunk>>; CHUNKS_MAX],
    floor: AtomicU64,
}

thread_local! {
    /// The slot this thread used last: most likely free again.
    static LAST_SLOT: Cell<usize> = const { Cell::new(0) };
}

fn new_chunk() -> Box<Chunk> {
    Box::new(std::array::from_fn(|_| Slot {
        state: AtomicU64::new(FREE),
        since: AtomicU64::new(0),
        fetched: AtomicU64::new(0),
        label: RankedMutex::new(None),
    }))
}

/// The snapshot of a slot's state, unless it is free or expired.
fn snapshot_of(state: u64) -> Option<CommitSeq> {
    match state >> COUNT_BITS {
        FREE | EXPIRED => None,
        seq => Some(CommitSeq(seq - 1)),
    }
}

fn stamp(now_nanos: u64, state: u64) -> u64 {
    // Rounded up: an age is never overstated (R3).
    (now_nanos.div_ceil(1000).max(1) << COUNT_BITS) | (state & COUNT_MASK)
}

impl Slot {
    /// Takes the slot if it is free; answers what then stands in it.
    #[inline]
    fn claim(&self, seq: CommitSeq) -> Option<u64> {
        let before = self.state.load(Ordering::Relaxed);
        if before >> COUNT_BITS != FREE {
            return None;
        }
        let state = (seq.0 + 1) << COUNT_BITS | (before.wrapping_add(1) & COUNT_MASK);
        self.state.compare_exchange(before, state, Ordering::SeqCst, Ordering::Relaxed).ok()?;
        self.since.store(0, Ordering::Relaxed);
        self.fetched.store(0, Ordering::Relaxed);
        Some(state)
    }

    /// How long the reader of `state` has been there, as far as is known; notes `now` if it is not.
    fn age_nanos(&self, state: u64, now_nanos: u64) -> u64 {
        let since = self.since.load(Ordering::Relaxed);
        if since & COUNT_MASK == state & COUNT_MASK && since >> COUNT_BITS != 0 {
            return now_nanos.saturating_sub((since >> COUNT_BITS) * 1000);
        }
        // If the reader itself stamps in between, its own time stays.
        let stamped = stamp(now_nanos, state);
        let _ = self.since.compare_exchange(since, stamped, Ordering::Relaxed, Ordering::Relaxed);
        0
    }
}

impl Readers {
    pub(super) fn new() -> Readers {
        Readers { chunks: std::array::from_fn(|_| OnceLock::new()), floor: AtomicU64::new(0) }
    }

    fn slot(&self, no: usize) -> Option<&Slot> {
        Some(&self.chunks.get(no / CHUNK_SLOTS)?.get()?[no % CHUNK_SLOTS])
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.chunks.iter().map_while(OnceLock::get).flat_map(|chunk| chunk.iter())
    }

    /// Registers a reader of the snapshot that `newest` answers; `None` when all slots are taken.
    #[inline]
    pub(super) fn register<T>(&self, newest: impl Fn() -> (CommitSeq, T)) -> Option<(SlotNo, CommitSeq, T)> {
        loop {
            let (seq, with) = newest();
            let slot = self.claim(seq)?;
            if self.floor.load(Ordering::SeqCst) <= seq.0 {
                return Some((slot, seq, with));
            }
            self.release(slot);
        }
    }

    #[inline]
    fn claim(&self, seq: CommitSeq) -> Option<SlotNo> {
        let no = LAST_SLOT.with(Cell::get);
        if let Some(state) = self.slot(no).and_then(|slot| slot.claim(seq)) {
            return Some(SlotNo { no, state });
        }
        self.claim_any(seq)
    }

    #[cold]
    fn claim_any(&self, seq: CommitSeq) -> Option<SlotNo> {
        for (number, chunk) in self.chunks.iter().enumerate() {
            let chunk = chunk.get_or_init(new_chunk);
            for (index, slot) in chunk.iter().enumerate() {
                if let Some(state) = slot.claim(seq) {
                    let no = number * CHUNK_SLOTS + index;
                    LAST_SLOT.with(|last| last.set(no));
                    return Some(SlotNo { no, state });
                }
            }
        }
        None
    }

    /// Notes when a reader began and what its owner calls it.
    pub(super) fn describe(&self, of: SlotNo, now_nanos: u64, label: Option<Arc<str>>) {
        if let Some(slot) = self.slot(of.no) {
            slot.since.store(stamp(now_nanos, of.state), Ordering::Relaxed);
            if label.is_some() {
                *slot.label.lock() = label;
            }
        }
    }

    /// The reader fetched a page from a file.
    pub(super) fn fetched(&self, of: SlotNo) {
        if let Some(slot) = self.slot(of.no) {
            // Only the reader itself writes it: no need of an addition in one step.
            slot.fetched.store(slot.fetched.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        }
    }

    /// The reader is done.
    #[inline]
    pub(super) fn release(&self, of: SlotNo) {
        if let Some(slot) = self.slot(of.no) {
            slot.state.store(of.state & COUNT_MASK, Ordering::Release);
        }
    }

    /// The label of a reader is forgotten; before its release.
    pub(super) fn unlabel(&self, of: SlotNo) {
        if let Some(slot) = self.slot(of.no) {
            let label = slot.label.lock().take();
            drop(label);
        }
    }

    /// Whether the reader may still answer.
    #[inline]
    pub(super) fn is_active(&self, of: SlotNo) -> bool {
        self.slot(of.no).is_some_and(|slot| slot.state.load(Ordering::SeqCst) == of.state)
    }

    /// The commit through which a checkpoint may go: `published`, or less where a reader is behind (R1).
    pub(super) fn checkpoint_limit(&self, published: CommitSeq) -> CommitSeq {
        self.floor.fetch_max(published.0, Ordering::SeqCst);
        self.oldest().map_or(published, |oldest| oldest.min(published))
    }

    /// The oldest snapshot somebody reads.
    pub(super) fn oldest(&self) -> Option<CommitSeq> {
        self.slots().filter_map(|slot| snapshot_of(slot.state.load(Ordering::SeqCst))).min()
    }

    /// How many snapshots are read.
    pub(super) fn count(&self) -> usize {
        self.slots().filter(|slot| slot.state.load(Ordering::Relaxed) >> COUNT_BITS != FREE).count()
    }

    /// Every reader, in no order; what it pins is the caller's to find out.
    pub(super) fn list(&self, now_nanos: u64) -> Vec<ReaderInfo> {
        let mut list = Vec::new();
        for (no, slot) in self.slots().enumerate() {
            let state = slot.state.load(Ordering::SeqCst);
            if state >> COUNT_BITS == FREE {
                continue;
            }
            let info = ReaderInfo {
                id: (no as u64) << COUNT_BITS | (state & COUNT_MASK),
                snapshot: snapshot_of(state),
                age_nanos: slot.age_nanos(state, now_nanos),
                fetched_pages: slot.fetched.load(Ordering::Relaxed),
                pinned_pages: 0,
                pinned_bytes: 0,
                overdue: false,
                label: slot.label.lock().clone(),
            };
            // Somebody else may have come meanwhile: then these are the words of two.
            if slot.state.load(Ordering::SeqCst) == state {
                list.push(info);
            }
        }
        list
    }

    /// Looks at the readers, so that ages count from here on at the latest, and ends those of a snapshot
    /// before `seq` that are at least `age_nanos` old; they answer 72000 from now on.
    pub(super) fn expire_aged(&self, seq: CommitSeq, age_nanos: u64, now_nanos: u64) -> usize {
        self.expire(seq, |slot, state| slot.age_nanos(state, now_nanos) >= age_nanos)
    }

    /// Ends every reader of a snapshot before `seq`; they answer 72000 from now on.
    pub(super) fn expire_before(&self, seq: CommitSeq) -> usize {
        self.expire(seq, |_, _| true)
    }

    fn expire(&self, before: CommitSeq, wanted: impl Fn(&Slot, u64) -> bool) -> usize {
        let mut expired = 0;
        for slot in self.slots() {
            let state = slot.state.load(Ordering::SeqCst);
            let Some(snapshot) = snapshot_of(state) else { continue };
            if !wanted(slot, state) || snapshot >= before {
                continue;
            }
            let after = EXPIRED << COUNT_BITS | (state & COUNT_MASK);
            // A reader that has let go meanwhile, and one that came after it, are left alone.
            if slot.state.compare_exchange(state, after, Ordering::SeqCst, Ordering::Relaxed).is_ok() {
                expired += 1;
            }
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: u64) -> impl Fn() -> (CommitSeq, ()) {
        move || (CommitSeq(seq), ())
    }

    #[test]
    fn the_oldest_reader_limits_a_checkpoint_until_it_leaves() {
        let readers = Readers::new();
        let (old, _, ()) = readers.register(at(4)).unwrap();
        let (new, _, ()) = readers.register(at(9)).unwrap();
        assert_eq!(readers.checkpoint_limit(CommitSeq(9)), CommitSeq(4));
        readers.release(old);
        assert_eq!(readers.checkpoint_limit(CommitSeq(12)), CommitSeq(9));
        readers.release(new);
        assert_eq!(readers.checkpoint_limit(CommitSeq(12)), CommitSeq(12));
    }

    #[test]
    fn a_reader_that_comes_late_takes_a_newer_snapshot() {
        let readers = Readers::new();
        readers.checkpoint_limit(CommitSeq(7));
        let newest = Cell::new(5);
        // The first answer is stale: the floor is past it.
        let (_, seq, ()) = readers
            .register(|| {
                newest.set(newest.get() + 1);
                (CommitSeq(newest.get()), ())
            })
            .unwrap();
        assert_eq!(seq, CommitSeq(7));
        assert_eq!(readers.count(), 1);
    }

    #[test]
    fn an_expired_reader_is_told_and_no_longer_counts() {
        let readers = Readers::new();
        let (no, _, ()) = readers.register(at(4)).unwrap();
        assert!(readers.is_active(no));
        assert_eq!(readers.expire_before(CommitSeq(5)), 1);
        assert!(!readers.is_active(no));
        assert_eq!(readers.checkpoint_limit(CommitSeq(9)), CommitSeq(9));
        readers.release(no);
        assert_eq!(readers.count(), 0);
    }

    #[test]
    fn slots_grow_to_their_limit_and_then_say_so() {
        let readers = Readers::new();
        let taken: Vec<_> =
            (0..CHUNK_SLOTS * CHUNKS_MAX).map(|_| readers.register(at(1)).unwrap().0).collect();
        assert!(readers.register(at(1)).is_none());
        for no in taken {
            readers.release(no);
        }
        assert!(readers.register(at(1)).is_some());
    }

    #[test]
    fn only_readers_that_are_old_and_behind_are_expired_by_age() {
        let second = 1_000_000_000;
        let readers = Readers::new();
        let (old, _, ()) = readers.register(at(4)).unwrap();
        readers.describe(old, 5 * second, Some("report".into()));
        let (current, _, ()) = readers.register(at(9)).unwrap();
        readers.describe(current, 5 * second, None);
        let (untimed, _, ()) = readers.register(at(4)).unwrap();
        assert_eq!(readers.expire_aged(CommitSeq(9), 10 * second, 14 * second), 0, "too young");
        assert_eq!(readers.expire_aged(CommitSeq(9), 10 * second, 15 * second), 1);
        assert!(!readers.is_active(old), "old and behind");
        assert!(readers.is_active(current), "old, but behind nothing");
        assert!(readers.is_active(untimed), "R3: known for one second only");
        assert_eq!(readers.expire_aged(CommitSeq(9), 10 * second, 24 * second), 1);
        assert!(!readers.is_active(untimed));
        let mut list = readers.list(25 * second);
        list.sort_by_key(|info| info.age_nanos);
        let seen: Vec<_> = list.iter().map(|info| (info.snapshot, info.age_nanos / second)).collect();
        assert_eq!(seen, [(None, 11), (None, 20), (Some(CommitSeq(9)), 20)]);
        assert_eq!(list.iter().filter_map(|info| info.label.as_deref()).collect::<Vec<_>>(), ["report"]);
    }

    #[test]
    fn a_reader_is_never_taken_for_the_one_before_it_in_its_slot() {
        let readers = Readers::new();
        let (first, _, ()) = readers.register(at(4)).unwrap();
        readers.describe(first, 1_000_000, Some("first".into()));
        readers.unlabel(first);
        readers.release(first);
        // The same slot, the same snapshot, another reader.
        let (second, _, ()) = readers.register(at(4)).unwrap();
        assert_eq!(first.no, second.no);
        assert!(!readers.is_active(first) && readers.is_active(second));
        assert_eq!(readers.expire_aged(CommitSeq(9), 1, 1 << 40), 0, "its age begins now");
        let list = readers.list(1 << 40);
        assert_eq!((list[0].age_nanos, list[0].label.as_deref()), (0, None));
        // Many readers later the count has come round; ages still begin anew.
        readers.release(second);
        for _ in 0..=COUNT_MASK {
            let (no, _, ()) = readers.register(at(4)).unwrap();
            readers.release(no);
        }
        let (last, _, ()) = readers.register(at(4)).unwrap();
        assert_eq!(readers.list(1 << 50)[0].age_nanos, 0);
        readers.release(last);
        assert_eq!(readers.count(), 0);
    }
}
