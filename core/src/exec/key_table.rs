//! A hash table from keys to numbers 0, 1, 2, ... in order of first insertion.
//!
//! Open addressing with linear probing; keys lie end to end. What belongs to a key (a group's state, the
//! first row of a chain) is kept by the user, in vectors indexed by the number.
//!
//! K1  `slots.len()` is a power of two and more than the keys times 8/7.
//! K2  A slot holds a number plus one, or 0.

use core::hash::Hasher;

use rustc_hash::FxHasher;

use crate::batch::Vector;
use crate::error::Result;
use crate::value::SqlType;

use super::key::{encode_row, is_single_int};

/// A hash table from byte keys to dense numbers.
#[derive(Debug, Default)]
pub(crate) struct KeyTable {
    slots: Vec<u32>,
    hashes: Vec<u32>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl KeyTable {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of a key, and whether it is new.
    pub(crate) fn insert(&mut self, key: &[u8]) -> (u32, bool) {
        if (self.len() + 1) * 8 > self.slots.len() * 7 {
            self.grow();
        }
        let hash = hash(key);
        let at = match self.probe(key, hash) {
            Ok(number) => return (number, false),
            Err(at) => at,
        };
        let number = u32::try_from(self.len()).expect("the memory budget bounds the number of keys");
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash);
        self.slots[at] = number + 1;
        (number, true)
    }

    /// The number of a key.
    pub(crate) fn find(&self, key: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.probe(key, hash(key)).ok()
    }

    /// Bytes held.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.capacity() * 4
            + self.hashes.capacity() * 4
            + self.bytes.capacity()
            + self.ends.capacity() * 8
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start..self.ends[number]]
    }

    /// The number, or the free slot where it belongs.
    fn probe(&self, key: &[u8], hash: u32) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                0 => return Err(at),
                slot => {
                    let number = slot - 1;
                    if self.hashes[number as usize] == hash && self.key(number as usize) == key {
                        return Ok(number);
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        self.slots.clear();
        self.slots.resize(size, 0);
        let mask = size - 1;
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut at = *hash as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = u32::try_from(number + 1).expect("the memory budget bounds the number of keys");
        }
    }
}

fn hash(key: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(key);
    let hash = hasher.finish();
    // The high half is the better mixed one.
    u32::try_from((hash ^ (hash << 32)) >> 32).expect("32 bits")
}

/// [`KeyTable`] for a single integer key.
#[derive(Debug, Default)]
pub(crate) struct IntTable {
    slots: Vec<u32>,
    keys: Vec<i64>,
}

impl IntTable {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn insert(&mut self, key: i64) -> (u32, bool) {
        if (self.len() + 1) * 8 > self.slots.len() * 7 {
            self.grow();
        }
        let at = match self.probe(key) {
            Ok(number) => return (number, false),
            Err(at) => at,
        };
        let number = u32::try_from(self.len()).expect("the memory budget bounds the number of keys");
        self.keys.push(key);
        self.slots[at] = number + 1;
        (number, true)
    }

    pub(crate) fn find(&self, key: i64) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.probe(key).ok()
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.capacity() * 4 + self.keys.capacity() * 8
    }

    fn start(&self, key: i64) -> usize {
        // Fibonacci hashing: the top bits are well mixed.
        let hash = key.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(hash >> 32).expect("32 bits") & (self.slots.len() - 1)
    }

    fn probe(&self, key: i64) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = self.start(key);
        loop {
            match self.slots[at] {
                0 => return Err(at),
                slot if self.keys[slot as usize - 1] == key => return Ok(slot - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        self.slots.clear();
        self.slots.resize(size, 0);
        for (number, key) in self.keys.iter().enumerate() {
            let mut at = self.start(*key);
            while self.slots[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = u32::try_from(number + 1).expect("the memory budget bounds the number of keys");
        }
    }
}

/// Either table, chosen by the key types. NULL in an integer key has a number of its own.
#[derive(Debug)]
pub(crate) enum Keys {
    Ints { table: IntTable, null: Option<u32> },
    Bytes { table: KeyTable, scratch: Vec<u8> },
}

impl Keys {
    pub(crate) fn new(types: &[SqlType]) -> Keys {
        if is_single_int(types) {
            Keys::Ints { table: IntTable::default(), null: None }
        } else {
            Keys::Bytes { table: KeyTable::default(), scratch: Vec::new() }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Keys::Ints { table, null } => table.len() + usize::from(null.is_some()),
            Keys::Bytes { table, .. } => table.len(),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        match self {
            Keys::Ints { table, .. } => table.memory_bytes(),
            Keys::Bytes { table, .. } => table.memory_bytes(),
        }
    }

    /// The number of a row's key and whether it is new; NULLs are equal to each other.
    pub(crate) fn insert(&mut self, vectors: &[Vector], types: &[SqlType], at: usize) -> Result<(u32, bool)> {
        match self {
            Keys::Ints { table, null } => {
                // The number of NULL is taken from the same row of numbers: later keys move up by one.
                if vectors[0].is_null(at) {
                    if let Some(number) = null {
                        return Ok((*number, false));
                    }
                    let number =
                        u32::try_from(table.len()).expect("the memory budget bounds the number of keys");
                    *null = Some(number);
                    return Ok((number, true));
                }
                let (number, new) = table.insert(vectors[0].ints()[at]);
                Ok((shifted(number, *null), new))
            }
            Keys::Bytes { table, scratch } => {
                scratch.clear();
                encode_row(scratch, vectors, types, at)?;
                Ok(table.insert(scratch))
            }
        }
    }

    /// The number of a row's key; `None` when absent, or when it holds a NULL and NULLs are not equal.
    pub(crate) fn find(
        &mut self,
        vectors: &[Vector],
        types: &[SqlType],
        at: usize,
        nulls_equal: bool,
    ) -> Result<Option<u32>> {
        match self {
            Keys::Ints { table, null } => {
                if vectors[0].is_null(at) {
                    return Ok(if nulls_equal { *null } else { None });
                }
                Ok(table.find(vectors[0].ints()[at]).map(|number| shifted(number, *null)))
            }
            Keys::Bytes { table, scratch } => {
                scratch.clear();
                if encode_row(scratch, vectors, types, at)? && !nulls_equal {
                    return Ok(None);
                }
                Ok(table.find(scratch))
            }
        }
    }
}

fn shifted(number: u32, null: Option<u32>) -> u32 {
    match null {
        Some(null) if number >= null => number + 1,
        _ => number,
    }
}
