//! Page images in memory, within a budget of bytes.
//!
//! Decides nothing about which version a snapshot sees: whoever inserts an image says for which commits
//! it holds. So a lookup is one lock and one comparison, without the index.
//!
//! ```text
//! set 17:  page 7 [3, 5)   page 7 [5, never)   page 90 [0, never)   empty ...   (8 ways)
//!          snapshot 4 of page 7 -> first, snapshot 6 -> second
//! ```
//!
//! C1  An image with range [from, to) is what every live snapshot in that range sees.
//! C2  `to` is right when inserted, because that happens under the index lock; a commit cuts the range of
//!     the image it supersedes before any snapshot can see the commit.
//! C3  Memory is at most the budget: a set never has more than [`WAYS`] images, and evicting is choosing
//!     among them.

use std::sync::Arc;

use crate::base::sync::{RankedMutex, rank};
use crate::base::{CommitSeq, PageNo};
use crate::page::PageRef;
use crate::wal::index::NEVER;

/// Images per set.
const WAYS: usize = 8;

#[derive(Debug, Default)]
struct Set {
    /// Page numbers, beside each other for the search; 0 is an empty way.
    nos: [u32; WAYS],
    froms: [u64; WAYS],
    tos: [u64; WAYS],
    images: [Option<PageRef>; WAYS],
    /// One bit per way: looked up since the hand last passed.
    referenced: u8,
    hand: u8,
    hits: u64,
    misses: u64,
}

/// The cache.
#[derive(Debug)]
pub(super) struct Pool {
    sets: Box<[RankedMutex<Set, { rank::POOL }>]>,
}

impl Pool {
    /// A cache of at most `budget_bytes` of pages, but at least one set.
    pub(super) fn new(budget_bytes: usize, page_size: usize) -> Pool {
        let sets = (budget_bytes / (page_size * WAYS)).clamp(1, 1 << 24);
        Pool { sets: (0..sets).map(|_| RankedMutex::default()).collect() }
    }

    #[inline]
    fn set(&self, no: PageNo) -> &RankedMutex<Set, { rank::POOL }> {
        // Fibonacci hashing spreads runs of page numbers evenly; the multiplication maps to any count.
        let hash = u64::from(no.0.wrapping_mul(0x9E37_79B1));
        let at = (hash * self.sets.len() as u64) >> 32;
        &self.sets[at as usize]
    }

    /// The image of a page as `snapshot` sees it, if it is here.
    #[inline]
    pub(super) fn get(&self, no: PageNo, snapshot: CommitSeq) -> Option<PageRef> {
        let mut set = self.set(no).lock();
        for way in 0..WAYS {
            if set.nos[way] == no.0 && set.froms[way] <= snapshot.0 && snapshot.0 < set.tos[way] {
                set.referenced |= 1 << way;
                set.hits += 1;
                return set.images[way].as_ref().map(Arc::clone);
            }
        }
        set.misses += 1;
        None
    }

    /// Whether the image is here; asking is no use of it.
    pub(super) fn contains(&self, no: PageNo, snapshot: CommitSeq) -> bool {
        let set = self.set(no).lock();
        (0..WAYS).any(|way| set.nos[way] == no.0 && set.froms[way] <= snapshot.0 && snapshot.0 < set.tos[way])
    }

    /// Images it can hold.
    pub(super) fn capacity(&self) -> usize {
        self.sets.len() * WAYS
    }

    /// Takes an image that holds for [from, to). Images superseded at or before `settled` go first.
    pub(super) fn insert(
        &self,
        no: PageNo,
        image: PageRef,
        from: CommitSeq,
        to: CommitSeq,
        settled: CommitSeq,
    ) {
        let mut set = self.set(no).lock();
        let way = set.way_for(no, from, settled);
        set.nos[way] = no.0;
        set.froms[way] = from.0;
        set.tos[way] = to.0;
        set.referenced &= !(1 << way);
        let evicted = set.images[way].replace(image);
        drop(set);
        // Freed outside the lock.
        drop(evicted);
    }

    /// Commit `seq` changed the page: no cached image holds from there on.
    pub(super) fn supersede(&self, no: PageNo, seq: CommitSeq) {
        let mut set = self.set(no).lock();
        for way in 0..WAYS {
            if set.nos[way] == no.0 && set.tos[way] > seq.0 {
                set.tos[way] = seq.0;
            }
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        for set in &self.sets {
            *set.lock() = Set::default();
        }
    }

    /// How often an image was found, and how often not.
    pub(super) fn hits_and_misses(&self) -> (u64, u64) {
        self.sets.iter().fold((0, 0), |(hits, misses), set| {
            let set = set.lock();
            (hits + set.hits, misses + set.misses)
        })
    }

    /// Images held now.
    pub(super) fn image_count(&self) -> usize {
        self.sets.iter().map(|set| set.lock().images.iter().flatten().count()).sum()
    }
}

impl Set {
    fn way_for(&mut self, no: PageNo, from: CommitSeq, settled: CommitSeq) -> usize {
        let mut chosen = None;
        for way in 0..WAYS {
            if self.nos[way] == no.0 && self.froms[way] == from.0 {
                return way;
            }
            let spare = self.nos[way] == 0 || (self.tos[way] != NEVER.0 && self.tos[way] <= settled.0);
            if spare {
                chosen = Some(way);
            }
        }
        // The clock: passes over what was looked up since it last came by. Two rounds always end.
        chosen.unwrap_or_else(|| {
            for _ in 0..2 * WAYS {
                let way = usize::from(self.hand);
                self.hand = (self.hand + 1) % WAYS as u8;
                if self.referenced & 1 << way == 0 {
                    return way;
                }
                self.referenced &= !(1 << way);
            }
            0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(byte: u8) -> PageRef {
        Arc::from(vec![byte; 4096])
    }

    #[test]
    fn a_snapshot_gets_the_image_of_its_range() {
        let pool = Pool::new(1 << 20, 4096);
        pool.insert(PageNo(7), image(1), CommitSeq(0), NEVER, CommitSeq(0));
        pool.supersede(PageNo(7), CommitSeq(5));
        pool.insert(PageNo(7), image(2), CommitSeq(5), NEVER, CommitSeq(0));
        assert_eq!(pool.get(PageNo(7), CommitSeq(4)).unwrap()[0], 1);
        assert_eq!(pool.get(PageNo(7), CommitSeq(5)).unwrap()[0], 2);
        assert!(pool.get(PageNo(8), CommitSeq(5)).is_none());
    }

    #[test]
    fn memory_stays_within_the_budget_and_evictions_spread_evenly() {
        let budget = 64 * 8 * 4096;
        let pool = Pool::new(budget, 4096);
        for no in 1..=10_000 {
            pool.insert(PageNo(no), image(1), CommitSeq(0), NEVER, CommitSeq(0));
        }
        assert!(pool.image_count() * 4096 <= budget);
        assert!(pool.sets.iter().all(|set| set.lock().images.iter().flatten().count() == WAYS));
    }

    #[test]
    fn what_is_used_survives_a_scan() {
        let pool = Pool::new(8 * 4096, 4096);
        pool.insert(PageNo(1), image(9), CommitSeq(0), NEVER, CommitSeq(0));
        for no in 2..100 {
            assert!(pool.get(PageNo(1), CommitSeq(0)).is_some(), "at {no}");
            pool.insert(PageNo(no), image(1), CommitSeq(0), NEVER, CommitSeq(0));
        }
    }

    #[test]
    fn a_page_written_often_does_not_push_others_out() {
        let pool = Pool::new(8 * 4096, 4096);
        for no in 1..=6 {
            pool.insert(PageNo(no), image(1), CommitSeq(0), NEVER, CommitSeq(0));
        }
        for seq in 1..100u64 {
            pool.supersede(PageNo(7), CommitSeq(seq));
            pool.insert(PageNo(7), image(2), CommitSeq(seq), NEVER, CommitSeq(seq - 1));
        }
        for no in 1..=6 {
            assert!(pool.get(PageNo(no), CommitSeq(99)).is_some(), "page {no}");
        }
    }
}
