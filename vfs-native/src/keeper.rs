//! The thread that does a database's work by the clock: late syncs, checkpoints of an idle log.
//!
//! ```text
//! commit --ring_at(due)--> Shared.due --thread, at that time--> Database::step --> next due
//! ```
//!
//! The thread begins with the first ring, holds the database weakly between two steps, and ends when the
//! database is gone.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use decentdb_core::db::{self, Alarm, WeakDatabase};
use decentdb_core::env::{Clock, Nanos};

#[derive(Debug, Default)]
struct State {
    /// When to step next.
    due: Option<Nanos>,
    /// The database is gone.
    over: bool,
    running: bool,
    /// The thread holds the database strongly.
    stepping: bool,
    /// Somebody lets go of the database, and must be the last.
    paused: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Does `work` while the thread holds nothing: a file that is let go of then can be opened at once.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.paused = true;
        while state.stepping {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let done = work();
        self.lock().paused = false;
        self.changed.notify_all();
        done
    }
}

/// What the database rings; dropped with it.
struct Keeper {
    shared: Arc<Shared>,
    database: WeakDatabase,
    clock: Arc<dyn Clock>,
}

/// Gives the database a thread of its own for work by the clock.
pub(crate) fn keep(database: &db::Database, clock: Arc<dyn Clock>) -> Arc<Shared> {
    let shared = Arc::<Shared>::default();
    let keeper = Keeper { shared: Arc::clone(&shared), database: database.downgrade(), clock };
    database.set_alarm(Arc::new(keeper));
    shared
}

impl Alarm for Keeper {
    fn ring_at(&self, due: Nanos) {
        let mut state = self.shared.lock();
        state.due = Some(state.due.map_or(due, |before| before.min(due)));
        if !state.running {
            // Without a thread, commits do such work as they come by.
            let (shared, database, clock) =
                (Arc::clone(&self.shared), self.database.clone(), Arc::clone(&self.clock));
            let thread = std::thread::Builder::new().name("decentdb-keeper".to_owned());
            state.running = thread.spawn(move || work(&shared, &database, &*clock)).is_ok();
        }
        self.shared.changed.notify_all();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_all();
    }
}

fn work(shared: &Shared, database: &WeakDatabase, clock: &dyn Clock) {
    let mut state = shared.lock();
    while !state.over {
        let now = clock.monotonic();
        match state.due.filter(|_| !state.paused) {
            None => state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(due) if due > now => {
                let span = Duration::from_nanos(due.0 - now.0);
                let (again, _) =
                    shared.changed.wait_timeout(state, span).unwrap_or_else(PoisonError::into_inner);
                state = again;
            }
            Some(_) => {
                state.due = None;
                state.stepping = true;
                drop(state);
                // A failure has poisoned the handle: the next call of its user says so.
                let next = database.upgrade().and_then(|database| database.step().unwrap_or(None));
                state = shared.lock();
                state.stepping = false;
                shared.changed.notify_all();
                state.due = match (state.due, next) {
                    (Some(rung), Some(next)) => Some(rung.min(next)),
                    (rung, next) => rung.or(next),
                };
            }
        }
    }
}
