//! Who reads which snapshot, so that nothing a reader needs is overwritten.
//!
//! Beginning and ending a read is one atomic write to a slot, with no lock and no allocation.
//!
//! ```text
//! slots   [ 41 | free | 40 | expired | free ... ]      oldest = 40
//! ```
//!
//! R1  A reader registers, then checks the floor; a checkpoint raises the floor, then looks at the slots.
//!     In the one total order of these four steps, either the checkpoint sees the reader or the reader
//!     sees the floor and registers again with a newer snapshot.
//! R2  An expired slot stays taken until its reader lets go, which answers nothing from then on.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::CommitSeq;

const CHUNK_SLOTS: usize = 64;
const CHUNKS_MAX: usize = 64;
const FREE: u64 = 0;
const EXPIRED: u64 = u64::MAX;

/// On a cache line of its own: readers on different threads do not disturb each other.
#[repr(align(64))]
#[derive(Debug)]
struct Slot(AtomicU64);

type Chunk = [Slot; CHUNK_SLOTS];

/// A reader's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SlotNo(usize);

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
    Box::new(std::array::from_fn(|_| Slot(AtomicU64::new(FREE))))
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
            let no = self.claim(seq)?;
            if self.floor.load(Ordering::SeqCst) <= seq.0 {
                return Some((no, seq, with));
            }
            self.release(no);
        }
    }

    #[inline]
    fn claim(&self, seq: CommitSeq) -> Option<SlotNo> {
        let hint = LAST_SLOT.with(Cell::get);
        if let Some(slot) = self.slot(hint)
            && slot.0.load(Ordering::Relaxed) == FREE
            && slot.0.compare_exchange(FREE, seq.0 + 1, Ordering::SeqCst, Ordering::Relaxed).is_ok()
        {
            return Some(SlotNo(hint));
        }
        self.claim_any(seq)
    }

    #[cold]
    fn claim_any(&self, seq: CommitSeq) -> Option<SlotNo> {
        for (number, chunk) in self.chunks.iter().enumerate() {
            let chunk = chunk.get_or_init(new_chunk);
            for (index, slot) in chunk.iter().enumerate() {
                if slot.0.compare_exchange(FREE, seq.0 + 1, Ordering::SeqCst, Ordering::Relaxed).is_ok() {
                    let no = number * CHUNK_SLOTS + index;
                    LAST_SLOT.with(|last| last.set(no));
                    return Some(SlotNo(no));
                }
            }
        }
        None
    }

    /// The reader is done.
    #[inline]
    pub(super) fn release(&self, no: SlotNo) {
        if let Some(slot) = self.slot(no.0) {
            slot.0.store(FREE, Ordering::Release);
        }
    }

    /// Whether the reader may still answer from `seq`.
    #[inline]
    pub(super) fn is_active(&self, no: SlotNo, seq: CommitSeq) -> bool {
        self.slot(no.0).is_some_and(|slot| slot.0.load(Ordering::SeqCst) == seq.0 + 1)
    }

    /// The commit through which a checkpoint may go: `published`, or less where a reader is behind (R1).
    pub(super) fn checkpoint_limit(&self, published: CommitSeq) -> CommitSeq {
        self.floor.fetch_max(published.0, Ordering::SeqCst);
        self.oldest().map_or(published, |oldest| oldest.min(published))
    }

    /// The oldest snapshot somebody reads.
    pub(super) fn oldest(&self) -> Option<CommitSeq> {
        self.slots()
            .map(|slot| slot.0.load(Ordering::SeqCst))
            .filter(|value| *value != FREE && *value != EXPIRED)
            .min()
            .map(|value| CommitSeq(value - 1))
    }

    /// How many snapshots are read.
    pub(super) fn count(&self) -> usize {
        self.slots().filter(|slot| slot.0.load(Ordering::Relaxed) != FREE).count()
    }

    /// Ends every reader of a snapshot before `seq`; they answer 72000 from now on.
    pub(super) fn expire_before(&self, seq: CommitSeq) -> usize {
        let mut expired = 0;
        for slot in self.slots() {
            let value = slot.0.load(Ordering::SeqCst);
            let old = value != FREE && value != EXPIRED && value - 1 < seq.0;
            if old && slot.0.compare_exchange(value, EXPIRED, Ordering::SeqCst, Ordering::Relaxed).is_ok() {
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
        let (no, seq, ()) = readers.register(at(4)).unwrap();
        assert!(readers.is_active(no, seq));
        assert_eq!(readers.expire_before(CommitSeq(5)), 1);
        assert!(!readers.is_active(no, seq));
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
}
