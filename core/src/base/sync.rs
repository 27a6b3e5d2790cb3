//! What lets one source serve threads natively and a single-threaded worker in the browser.
//!
//! Locks have ranks, and a thread takes them in rising order only, so no two threads can wait for each
//! other. The order is asserted in every build; on wasm, where there is one thread, the same assertion
//! is the check against taking a lock twice. The ranks are in [`rank`]; docs/CONCURRENCY.md says what
//! each lock guards and whether it is held over I/O.

//!
//! What it is made of is the standard library's, except in a test build with `--cfg shuttle`: there a scheduler
//! tries interleavings of the same code (docs/CONCURRENCY.md).

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;

#[cfg(not(all(test, shuttle)))]
mod made_of {
    pub(crate) use std::hint::spin_loop;
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic};
    pub(crate) use std::thread::{ThreadId, current};
    pub(crate) use std::thread_local;
}

#[cfg(all(test, shuttle))]
mod made_of {
    pub(crate) use shuttle::hint::spin_loop;
    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard, atomic};
    pub(crate) use shuttle::thread::{ThreadId, current};
    pub(crate) use shuttle::thread_local;
}

use made_of::{Condvar, Mutex, MutexGuard};
pub(crate) use made_of::{ThreadId, atomic, current, spin_loop, thread_local};

#[cfg(not(target_arch = "wasm32"))]
mod bounds {
    /// `Send` natively; nothing on wasm32, where handles of the host belong to one worker.
    pub trait MaybeSend: Send {}
    impl<T: Send + ?Sized> MaybeSend for T {}
    /// `Sync` natively; nothing on wasm32.
    pub trait MaybeSync: Sync {}
    impl<T: Sync + ?Sized> MaybeSync for T {}
}

#[cfg(target_arch = "wasm32")]
mod bounds {
    /// `Send` natively; nothing on wasm32, where handles of the host belong to one worker.
    pub trait MaybeSend {}
    impl<T: ?Sized> MaybeSend for T {}
    /// `Sync` natively; nothing on wasm32.
    pub trait MaybeSync {}
    impl<T: ?Sized> MaybeSync for T {}
}

pub use bounds::{MaybeSend, MaybeSync};

thread_local! {
    /// One bit per rank this thread holds.
    static HELD_RANKS: Cell<u32> = const { Cell::new(0) };
}

/// The ranks of all locks of the core, lowest first: a thread that holds one takes only those below it
/// in this list.
pub mod rank {
    /// The plan of a prepared statement.
    pub const STATEMENT: u32 = 1;
    /// A session: held while a statement of it makes a step.
    pub const SESSION: u32 = 2;
    /// What sequences have handed out; the first draw of one reads its state.
    pub const SEQUENCES: u32 = 3;
    /// The last values drawn in a session.
    pub const DRAWS: u32 = 4;
    /// The newest known catalog.
    pub const CATALOG: u32 = 5;
    /// The shared plans.
    pub const PLANS: u32 = 6;
    /// Writing the database file.
    pub const CHECKPOINT: u32 = 8;
    /// Versions of pages in the log.
    pub const INDEX: u32 = 9;
    /// One set of the page pool.
    pub const POOL: u32 = 10;
    /// Free and used log segments.
    pub const SEGMENTS: u32 = 11;
    /// The flush group, and the writer's slot; never both.
    pub const FLUSH: u32 = 12;
    /// The open files.
    pub const FILES: u32 = 13;
    /// The label of a reader.
    pub const LABEL: u32 = 14;
}

/// A mutex of rank `RANK` (1 to 31): taken only while no lock of the same or a higher rank is held.
#[derive(Debug, Default)]
pub struct RankedMutex<T, const RANK: u32>(Mutex<T>);

impl<T, const RANK: u32> RankedMutex<T, RANK> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        RankedMutex(Mutex::new(value))
    }

    /// Waits for the lock.
    ///
    /// # Panics
    /// If this thread holds a lock of the same or a higher rank: that order could deadlock.
    #[inline]
    pub fn lock(&self) -> RankedGuard<'_, T, RANK> {
        let rank = take_rank(RANK);
        // A panic under one of our locks leaves the value as it was between two statements; what must
        // not be used after a failure is guarded by the pager's own poison, not by the lock's.
        RankedGuard { guard: self.0.lock().unwrap_or_else(PoisonError::into_inner), _rank: rank }
    }

    /// The lock if it is free.
    pub fn try_lock(&self) -> Option<RankedGuard<'_, T, RANK>> {
        let rank = take_rank(RANK);
        match self.0.try_lock() {
            Ok(guard) => Some(RankedGuard { guard, _rank: rank }),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => {
                Some(RankedGuard { guard: poisoned.into_inner(), _rank: rank })
            }
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }
}

#[inline]
fn take_rank(rank: u32) -> HeldRank {
    HELD_RANKS.with(|held| {
        let now = held.get();
        assert!(now >> rank == 0, "a lock of rank {rank} is taken under locks {now:#b}");
        held.set(now | 1 << rank);
    });
    HeldRank(rank)
}

/// The rank's bit in this thread; gives it back when dropped. Not `Send`, as no guard is.
#[derive(Debug)]
struct HeldRank(u32);

impl Drop for HeldRank {
    #[inline]
    fn drop(&mut self) {
        HELD_RANKS.with(|held| held.set(held.get() & !(1 << self.0)));
    }
}

/// A taken [`RankedMutex`].
#[derive(Debug)]
pub struct RankedGuard<'a, T, const RANK: u32> {
    guard: MutexGuard<'a, T>,
    _rank: HeldRank,
}

impl<T, const RANK: u32> Deref for RankedGuard<'_, T, RANK> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T, const RANK: u32> DerefMut for RankedGuard<'_, T, RANK> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// A place where threads wait for a change under a [`RankedMutex`]. A single-threaded host must not
/// wait: who would wake it?
#[derive(Debug, Default)]
pub struct RankedCondvar(Condvar);

impl RankedCondvar {
    /// Nobody waits yet.
    pub const fn new() -> Self {
        RankedCondvar(Condvar::new())
    }

    /// Gives the lock up, waits for a wake-up, takes it again.
    pub fn wait<'a, T, const RANK: u32>(&self, guard: RankedGuard<'a, T, RANK>) -> RankedGuard<'a, T, RANK> {
        let RankedGuard { guard, _rank } = guard;
        let guard = self.0.wait(guard).unwrap_or_else(PoisonError::into_inner);
        RankedGuard { guard, _rank }
    }

    /// The same, but waits for `nanos` at most: spurious wake-ups included, so the caller looks again at
    /// what it waits for and at its clock.
    pub fn wait_for<'a, T, const RANK: u32>(
        &self,
        guard: RankedGuard<'a, T, RANK>,
        nanos: u64,
    ) -> RankedGuard<'a, T, RANK> {
        let RankedGuard { guard, _rank } = guard;
        let span = core::time::Duration::from_nanos(nanos);
        let (guard, _) = self.0.wait_timeout(guard, span).unwrap_or_else(PoisonError::into_inner);
        RankedGuard { guard, _rank }
    }

    /// Wakes one waiter.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes every waiter.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_taken_in_rising_rank() {
        let low = RankedMutex::<_, 1>::new(1);
        let high = RankedMutex::<_, 2>::new(2);
        let first = low.lock();
        let second = high.lock();
        assert_eq!(*first + *second, 3);
    }

    #[test]
    fn a_lower_rank_under_a_higher_one_is_refused() {
        let low = RankedMutex::<_, 1>::new(1);
        let high = RankedMutex::<_, 2>::new(2);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _second = high.lock();
            let _first = low.lock();
        }));
        assert!(outcome.is_err());
        // The unwinding gave both ranks back.
        let _first = low.lock();
        let _second = high.lock();
    }

    #[test]
    fn the_same_rank_twice_is_refused() {
        let one = RankedMutex::<_, 3>::new(1);
        let other = RankedMutex::<_, 3>::new(2);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _one = one.lock();
            let _other = other.lock();
        }));
        assert!(outcome.is_err());
    }
}
