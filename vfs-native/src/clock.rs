//! Time from the operating system.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use decentdb_core::env::{Clock, Nanos, Slept, UnixMicros};

/// The system's clocks.
#[derive(Clone, Copy, Debug)]
pub struct NativeClock {
    start: Instant,
}

impl NativeClock {
    /// Monotonic time counts from now.
    pub fn new() -> NativeClock {
        NativeClock { start: Instant::now() }
    }
}

impl Default for NativeClock {
    fn default() -> NativeClock {
        NativeClock::new()
    }
}

impl Clock for NativeClock {
    fn now(&self) -> UnixMicros {
        let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        UnixMicros(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => micros(since),
            Err(before) => -micros(before.duration()),
        })
    }

    fn monotonic(&self) -> Nanos {
        Nanos(u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn sleep(&self, duration: Nanos) -> Slept {
        std::thread::sleep(Duration::from_nanos(duration.0));
        Slept::Yes
    }
}
