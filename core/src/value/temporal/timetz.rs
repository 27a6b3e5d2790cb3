//! `time with time zone` in one integer.
//!
//! ```text
//! (microseconds since midnight in UTC, perhaps negative) << 18 | seconds west of UTC + 2^17
//! ```
//!
//! so that integers order as PostgreSQL orders the values: by the instant, then by the zone, east first.

use super::MICROS_PER_SECOND;

const ZONE_BITS: u32 = 18;
const ZONE_BIAS: i64 = 1 << 17;

/// Of a local time of day and its offset in seconds east.
pub const fn pack(local: i64, east: i64) -> i64 {
    ((local - east * MICROS_PER_SECOND) << ZONE_BITS) | (ZONE_BIAS - east)
}

/// The local time of day and the offset in seconds east.
pub const fn unpack(packed: i64) -> (i64, i64) {
    let east = ZONE_BIAS - (packed & ((1 << ZONE_BITS) - 1));
    ((packed >> ZONE_BITS) + east * MICROS_PER_SECOND, east)
}
