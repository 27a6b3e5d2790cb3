//! Time, as the host tells it.

use crate::base::sync::{MaybeSend, MaybeSync};

/// Microseconds since 1970-01-01 00:00:00 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UnixMicros(pub i64);

/// Nanoseconds since an arbitrary start; never goes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Nanos(pub u64);

/// Whether a host was able to sleep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slept {
    /// The time has passed.
    Yes,
    /// This host cannot wait (a browser worker, the simulator): the caller must answer "busy".
    No,
}

/// Time, as the host tells it.
pub trait Clock: MaybeSend + MaybeSync {
    /// Wall time. Read once per transaction (PostgreSQL's `now()`).
    fn now(&self) -> UnixMicros;
    /// Monotonic time, for limits and metrics.
    fn monotonic(&self) -> Nanos;
    /// Waits, where the host can.
    fn sleep(&self, duration: Nanos) -> Slept;
}
