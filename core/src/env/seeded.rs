//! Time and chance that a test decides: a clock that moves when told, random numbers from a seed.
//!
//! For tests and simulations only: nothing here is unpredictable.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{Clock, Entropy, Env, MemoryVfs, Nanos, Slept, UnixMicros, Vfs};

/// 2024-01-01 00:00:00 UTC, where a [`ManualClock`] starts.
const START: UnixMicros = UnixMicros(1_704_067_200_000_000);

/// A clock that stands still until [`ManualClock::advance`]. It cannot sleep, so waiting shows as
/// "busy". Cloning shares the time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    wall_micros: Arc<AtomicI64>,
    nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock standing at `now`.
    pub fn at(now: UnixMicros) -> ManualClock {
        ManualClock { wall_micros: Arc::new(AtomicI64::new(now.0)), nanos: Arc::new(AtomicU64::new(0)) }
    }

    /// Moves wall time and monotonic time forward together.
    pub fn advance(&self, duration: Nanos) {
        // A u64 of nanoseconds is at most 584 years: its microseconds always fit an i64.
        self.wall_micros.fetch_add((duration.0 / 1000) as i64, Ordering::Relaxed);
        self.nanos.fetch_add(duration.0, Ordering::Relaxed);
    }

    /// Sets wall time, also backwards; monotonic time does not follow.
    pub fn set_now(&self, now: UnixMicros) {
        self.wall_micros.store(now.0, Ordering::Relaxed);
    }
}

impl Default for ManualClock {
    fn default() -> ManualClock {
        ManualClock::at(START)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMicros {
        UnixMicros(self.wall_micros.load(Ordering::Relaxed))
    }
    fn monotonic(&self) -> Nanos {
        Nanos(self.nanos.load(Ordering::Relaxed))
    }
    fn sleep(&self, _duration: Nanos) -> Slept {
        Slept::No
    }
}

/// The generator SplitMix64 (Steele, Lea, Flood 2014): every seed gives a full-period sequence.
///
/// ```
/// use decentdb_core::env::SplitMix64;
///
/// let mut random = SplitMix64::new(7);
/// let die = 1 + random.below(6);
/// assert!((1..=6).contains(&die));
/// ```
#[derive(Clone, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> SplitMix64 {
        SplitMix64 { state: seed }
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number below `bound`; 0 if `bound` is 0. The bias is below `bound` / 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of a 64 by 64 bit product is below `bound`.
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// An index into something of `len` elements; 0 if it is empty.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// True in `numerator` of `denominator` draws.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// Fills `out`.
    pub fn fill(&mut self, out: &mut [u8]) {
        for part in out.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            part.copy_from_slice(&bytes[..part.len()]);
        }
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Entropy that repeats for a seed.
#[derive(Debug)]
pub struct SeededEntropy {
    state: AtomicU64,
}

impl SeededEntropy {
    /// The bytes of `seed`.
    pub fn new(seed: u64) -> SeededEntropy {
        SeededEntropy { state: AtomicU64::new(seed) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        let steps = out.len().div_ceil(8) as u64;
        let step = 0x9E37_79B9_7F4A_7C15_u64;
        // One atomic step for the whole request: two threads never draw the same bytes.
        let start = self.state.fetch_add(step.wrapping_mul(steps), Ordering::Relaxed);
        SplitMix64::new(start).fill(out);
    }
}

impl Env {
    /// Files in memory, a clock standing at 2024-01-01, chance from `seed`: an environment in which
    /// every run is the same.
    pub fn memory(seed: u64) -> Env {
        Env::simulated(MemoryVfs::new(), seed)
    }

    /// The same over another medium. To move the clock, build the [`Env`] with your own
    /// [`ManualClock`].
    pub fn simulated(vfs: impl Vfs + 'static, seed: u64) -> Env {
        Env {
            vfs: Arc::new(vfs),
            clock: Arc::new(ManualClock::default()),
            entropy: Arc::new(SeededEntropy::new(seed)),
            zones: Arc::new(super::NoTimeZones),
            stacks: Arc::new(super::OneStack),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // First outputs for seed 1234567 of the reference implementation (Vigna, splitmix64.c).
        let mut random = SplitMix64::new(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn entropy_repeats_for_a_seed_and_not_within_it() {
        let (mut a, mut b, mut c) = ([0; 20], [0; 20], [0; 20]);
        let entropy = SeededEntropy::new(1);
        entropy.fill(&mut a);
        entropy.fill(&mut b);
        SeededEntropy::new(1).fill(&mut c);
        assert_eq!(a, c);
        assert_ne!(a, b);
    }

    #[test]
    fn below_reaches_every_number_and_no_other() {
        let mut random = SplitMix64::new(3);
        let mut seen = [false; 7];
        for _ in 0..1000 {
            seen[random.index(7)] = true;
        }
        assert_eq!(seen, [true; 7]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = ManualClock::default();
        let shared = clock.clone();
        assert_eq!(clock.sleep(Nanos(1)), Slept::No);
        assert_eq!(shared.monotonic(), Nanos(0));
        clock.advance(Nanos(5_000_000));
        assert_eq!(shared.monotonic(), Nanos(5_000_000));
        assert_eq!(shared.now(), UnixMicros(START.0 + 5000));
        clock.set_now(UnixMicros(0));
        assert_eq!((shared.now(), shared.monotonic()), (UnixMicros(0), Nanos(5_000_000)));
    }
}
