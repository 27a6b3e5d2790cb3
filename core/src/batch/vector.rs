//! One column of values, of one of four physical kinds, with its nulls.
//!
//! | kind | SQL types |
//! |---|---|
//! | `Int` | bool (0, 1), int2, int4, int8, oid, date, time, timestamp, timestamptz |
//! | `Float` | float4, float8 |
//! | `Wide` | uuid; interval (months << 96, days << 64, micros: each part two's complement) |
//! | `Bytes` | text, varchar, char, name, bytea; numeric in its stored form (`record`) |

/// A set of row numbers, one bit a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    length: usize,
}

impl Bitmap {
    /// `length` bits, all `value`.
    pub fn filled(length: usize, value: bool) -> Bitmap {
        Bitmap { words: vec![if value { u64::MAX } else { 0 }; length.div_ceil(64)], length }
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
}

/// Strings end to end: entry `i` is `bytes[ends[i-1]..ends[i]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteColumn {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl ByteColumn {
    /// How many entries.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// Appends an entry.
    pub fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends
            .push(u32::try_from(self.bytes.len()).expect("V3 and the value limit keep a column below 4 GiB"));
    }
    /// Entry `at`.
    pub fn get(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.bytes[start..self.ends[at] as usize]
    }
    /// Removes all entries, keeping the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// The values of a vector.
#[derive(Clone, Debug)]
pub enum Values {
    /// See the table above.
    Int(Vec<i64>),
    /// See the table above.
    Float(Vec<f64>),
    /// See the table above.
    Wide(Vec<i128>),
    /// See the table above.
    Bytes(ByteColumn),
}

/// One column.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The values; NULL entries have a slot of no meaning.
    pub values: Values,
    /// Which entries are NULL; `None` when none is.
    pub nulls: Option<Bitmap>,
}
