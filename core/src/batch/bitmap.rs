//! A set of row numbers, one bit a row.
//!
//! I1  Bits past the end are clear.

/// A set of row numbers, one bit a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    length: usize,
}

impl Bitmap {
    /// `length` bits, all `value`.
    pub fn filled(length: usize, value: bool) -> Bitmap {
        let mut map = Bitmap { words: vec![if value { u64::MAX } else { 0 }; length.div_ceil(64)], length };
        map.clear_tail();
        map
    }
    /// How many bits.
    pub fn len(&self) -> usize {
        self.length
    }
    /// Whether there are no bits.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
    /// One bit; past the end it is clear.
    pub fn get(&self, at: usize) -> bool {
        at < self.length && self.words[at / 64] >> (at % 64) & 1 == 1
    }
    /// Sets one bit, which exists.
    pub fn set(&mut self, at: usize, value: bool) {
        assert!(at < self.length, "bit {at} of {}", self.length);
        let mask = 1 << (at % 64);
        if value {
            self.words[at / 64] |= mask;
        } else {
            self.words[at / 64] &= !mask;
        }
    }
    /// Appends one bit.
    pub fn push(&mut self, value: bool) {
        if self.length.is_multiple_of(64) {
            self.words.push(0);
        }
        self.length += 1;
        if value {
            self.set(self.length - 1, true);
        }
    }
    /// Appends clear bits up to a length.
    pub fn grow(&mut self, length: usize) {
        if length > self.length {
            self.words.resize(length.div_ceil(64), 0);
            self.length = length;
        }
    }
    /// Whether any bit is set.
    pub fn any(&self) -> bool {
        self.words.iter().any(|word| *word != 0)
    }
    /// How many bits are set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
    /// Sets every bit that is set in a map of the same length.
    pub fn union(&mut self, other: &Bitmap) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.clear_tail();
    }
    /// The bits of `rows`, in that order.
    pub fn gather(&self, rows: &[u32]) -> Bitmap {
        let mut map = Bitmap::filled(rows.len(), false);
        for (to, &from) in rows.iter().enumerate() {
            if self.get(from as usize) {
                map.set(to, true);
            }
        }
        map
    }
    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.words.capacity() * 8
    }

    fn clear_tail(&mut self) {
        if let (Some(last), used @ 1..) = (self.words.last_mut(), self.length % 64) {
            *last &= u64::MAX >> (64 - used);
        }
    }
}
