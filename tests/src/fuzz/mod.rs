//! Fuzz targets as plain functions of bytes: `fuzz/` hands them to libFuzzer, `tests/tests/fuzz.rs` runs them
//! over the kept corpus and seeded mutations in every gate, the program `fuzz` for as long as one likes.
//!
//! ```text
//! bytes -> mistakes in a sound file or log -> sums made right again -> the engine
//!                                                  '-- else everything would end at the first checksum
//! ```
//!
//! A target panics when the engine does what it must not: panic itself, call damage an internal error, answer
//! something wrong. It answers what it reached, so that a run that only meets the first check is seen.

mod codecs;
mod database;
mod trees;

use std::path::{Path, PathBuf};

use decentdb_core::env::SplitMix64;

/// What an input came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reached {
    /// Refused at once.
    Refused,
    /// Read, and found to be wrong somewhere.
    Damaged,
    /// Everything went as it should.
    Sound,
}

/// A target.
pub struct Target {
    /// Its name: of its folder in `fuzz/corpus`, and of its file in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Runs one input.
    pub run: fn(&[u8]) -> Reached,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "open_any_bytes", run: database::open_any_bytes },
    Target { name: "wal_recovery", run: database::wal_recovery },
    Target { name: "btree_ops", run: trees::btree_ops },
    Target { name: "codecs", run: codecs::codecs },
];

/// Bytes taken one after the other; zeros when they are used up.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn number(&mut self) -> u64 {
        // Short ones are as likely as long ones.
        let bytes = usize::from(self.byte() % 9);
        (0..bytes).fold(0, |sum, _| sum << 8 | u64::from(self.byte()))
    }

    fn below(&mut self, bound: usize) -> usize {
        let drawn = u64::from(self.byte()) << 16 | u64::from(self.byte()) << 8 | u64::from(self.byte());
        usize::try_from(drawn).map_or(0, |drawn| drawn % bound.max(1))
    }

    fn take(&mut self, bytes: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(bytes.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// Where the kept inputs are.
pub fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus")
}

/// The kept inputs of a target, in the order of their names.
pub fn corpus(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let folder = corpus_folder().join(target.name);
    let entries = std::fs::read_dir(&folder)?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    files.iter().map(std::fs::read).collect()
}

/// An input: a kept one changed, two of them spliced, or noise.
pub fn draw_input(corpus: &[Vec<u8>], random: &mut SplitMix64) -> Vec<u8> {
    let kept = |random: &mut SplitMix64| corpus.get(random.index(corpus.len())).cloned().unwrap_or_default();
    let mut input = kept(random);
    match random.below(8) {
        0 => {
            input = vec![0; 1 + random.index(400)];
            random.fill(&mut input);
        }
        1 => {
            let other = kept(random);
            input.truncate(random.index(input.len() + 1));
            input.extend_from_slice(&other[random.index(other.len() + 1)..]);
        }
        _ => {}
    }
    for _ in 0..random.below(12) {
        change(&mut input, random);
    }
    input.truncate(4096);
    input
}

fn change(input: &mut Vec<u8>, random: &mut SplitMix64) {
    let at = random.index(input.len() + 1);
    let byte = [0, 1, 0x7f, 0x80, 0xff, random.next_u64() as u8][random.index(6)];
    match (random.below(5), input.get_mut(at)) {
        (0, Some(old)) => *old ^= 1 << random.below(8),
        (1, Some(old)) => *old = byte,
        (2, Some(_)) => drop(input.remove(at)),
        (3, _) => {
            let more: Vec<u8> = (0..1 + random.below(8)).map(|_| random.next_u64() as u8).collect();
            input.splice(at..at, more);
        }
        _ => input.insert(at, byte),
    }
}
