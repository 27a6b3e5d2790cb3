//! Time from `Date` and `performance`. A worker cannot sleep.

use decentdb_core::env::{Clock, Nanos, Slept, UnixMicros};
use wasm_bindgen::JsCast;

use crate::host;

/// The clock of a JavaScript host.
pub struct JsClock {
    performance: Option<web_sys::Performance>,
}

impl JsClock {
    /// The host's clock.
    pub fn new() -> JsClock {
        JsClock { performance: host::global("performance").map(|value| value.unchecked_into()) }
    }

    fn monotonic_millis(&self) -> f64 {
        // `performance` is everywhere; without it limits would be measured by a clock that can jump.
        self.performance.as_ref().map_or_else(js_sys::Date::now, web_sys::Performance::now)
    }
}

impl Default for JsClock {
    fn default() -> JsClock {
        JsClock::new()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 and since start are far below 2^53"
)]
fn scaled(millis: f64, per_milli: f64) -> i64 {
    (millis * per_milli) as i64
}

impl Clock for JsClock {
    fn now(&self) -> UnixMicros {
        UnixMicros(scaled(js_sys::Date::now(), 1_000.0))
    }

    fn monotonic(&self) -> Nanos {
        Nanos(u64::try_from(scaled(self.monotonic_millis(), 1_000_000.0)).unwrap_or(0))
    }

    fn sleep(&self, _duration: Nanos) -> Slept {
        Slept::No
    }
}
