//! Variable-length values end to end.

/// Strings end to end: entry `i` is `bytes[ends[i-1]..ends[i]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteColumn {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl ByteColumn {
    /// None, with room for `entries` of them.
    pub fn with_capacity(entries: usize) -> ByteColumn {
        ByteColumn { bytes: Vec::new(), ends: Vec::with_capacity(entries) }
    }
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
        self.seal();
    }
    /// Appends an entry that `write` produces at the end of the buffer it is given (and must not shorten).
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.seal();
    }
    fn seal(&mut self) {
        self.ends
            .push(u32::try_from(self.bytes.len()).expect("V3 and the value limit keep a column below 4 GiB"));
    }
    /// Entry `at`.
    pub fn get(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.bytes[start..self.ends[at] as usize]
    }
    /// Every entry, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let entry = &self.bytes[start..end as usize];
            start = end as usize;
            entry
        })
    }
    /// Removes all entries, keeping the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
    /// The bytes of all entries together.
    pub fn total_bytes(&self) -> usize {
        self.bytes.len()
    }
    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 4
    }
}
