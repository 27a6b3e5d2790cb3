//! Which log segments are in use, and in which order.
//!
//! G1  `used` runs from the segment of the tail to the segment of the head; no segment is in it twice.
//! G2  A segment is free only after both meta slots with a tail past it are durable.

use std::collections::VecDeque;

/// The segments of the log file.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Segments the file has.
    pub(super) count: u32,
    /// From tail to head.
    pub(super) used: VecDeque<u32>,
    /// To be used again.
    pub(super) free: Vec<u32>,
}

impl Segments {
    /// Takes up to `wanted` free segments out.
    pub(super) fn take_free(&mut self, wanted: usize) -> Vec<u32> {
        let keep = self.free.len().saturating_sub(wanted);
        self.free.split_off(keep)
    }

    /// How many segments are in use from `first` to the head; all of them without a `first`.
    pub(super) fn count_from(&self, first: Option<u32>) -> u64 {
        let at = first.and_then(|first| self.used.iter().position(|used| *used == first)).unwrap_or(0);
        (self.used.len() - at) as u64
    }

    /// A checkpoint put the tail into `tail_segment`: what lies before it is free (G2 is the caller's).
    pub(super) fn free_before(&mut self, tail_segment: u32) {
        assert!(self.used.contains(&tail_segment), "G1: the tail lies in a used segment");
        while let Some(first) = self.used.front().copied().filter(|first| *first != tail_segment) {
            self.used.pop_front();
            assert!(!self.free.contains(&first), "G1: a segment is used or free, not both");
            self.free.push(first);
        }
    }
}
