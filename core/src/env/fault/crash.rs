//! What a power cut leaves behind, as a value: print it, keep it in a test, run it again.
//!
//! A [`Crash`] decides which unsynced block writes persist, which one of them is damaged, and what
//! becomes of unsynced sizes and names. It does not know the writes themselves: it speaks of the
//! first, second, ... pending block write of the frozen disk.

use super::image::{BLOCK_BYTES, SECTOR_BYTES};
use crate::env::SplitMix64;

/// One outcome of a power cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crash {
    /// Which pending block writes reach the medium.
    pub keep: Keep,
    /// At most one of them arrives damaged.
    pub damage: Damage,
    /// What becomes of pending sizes and names.
    pub metadata: Metadata,
}

/// Which pending block writes reach the medium.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// All of them.
    All,
    /// None of them.
    Nothing,
    /// Those whose bit is set; for disks with at most 64 pending block writes.
    Bits(u64),
    /// All but this one.
    AllBut(usize),
    /// This one alone.
    Only(usize),
    /// The first so many.
    First(usize),
    /// Each with probability one half.
    Seeded(u64),
}

/// Damage to one pending block write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Damage {
    /// None.
    No,
    /// Only the sectors (512 bytes) whose bit is set arrive; the others keep the old content.
    Torn {
        /// Which pending block write.
        write: usize,
        /// Bit 0 is the first sector of the block.
        sectors: u8,
    },
    /// The whole 4 KiB block, neighbours of the written bytes included, becomes noise.
    Garbage {
        /// Which pending block write.
        write: usize,
        /// Of the noise.
        seed: u64,
    },
}

/// What becomes of pending sizes and names. Sizes of one file persist in order: the file ends with the
/// durable size or with the size after some pending change, as on a journalling file system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metadata {
    /// All pending changes persist.
    All,
    /// None does: a file is as long, and named, as at its last sync.
    Nothing,
    /// A prefix of the size changes of each file, and each name by itself.
    Seeded(u64),
}

impl Crash {
    /// Everything unsynced is lost.
    pub const LOSE_ALL: Crash =
        Crash { keep: Keep::Nothing, damage: Damage::No, metadata: Metadata::Nothing };
    /// Nothing is lost: as if everything had been synced.
    pub const KEEP_ALL: Crash = Crash { keep: Keep::All, damage: Damage::No, metadata: Metadata::All };

    /// Everything decided by one seed: half of the writes, sometimes a torn or a garbage block.
    pub fn seeded(seed: u64) -> Crash {
        let mut random = SplitMix64::new(seed);
        let keep = match random.below(6) {
            0 => Keep::All,
            1 => Keep::Nothing,
            _ => Keep::Seeded(random.next_u64()),
        };
        let metadata = match random.below(4) {
            0 => Metadata::All,
            1 => Metadata::Nothing,
            _ => Metadata::Seeded(random.next_u64()),
        };
        // The write is taken modulo the number of pending writes when the crash is applied.
        let write = (random.next_u64() >> 33) as usize;
        let damage = match random.below(4) {
            0 => Damage::Torn { write, sectors: random.next_u64() as u8 },
            1 => Damage::Garbage { write, seed: random.next_u64() },
            _ => Damage::No,
        };
        Crash { keep, damage, metadata }
    }

    /// Whether pending block write `write` of `writes` reaches the medium.
    pub(super) fn keeps(&self, write: usize, writes: usize) -> bool {
        match self.keep {
            Keep::All => true,
            Keep::Nothing => false,
            Keep::Bits(bits) => write < 64 && bits >> write & 1 == 1,
            Keep::AllBut(lost) => write != lost % writes.max(1),
            Keep::Only(kept) => write == kept % writes.max(1),
            Keep::First(count) => write < count,
            Keep::Seeded(seed) => draw(seed, write as u64) & 1 == 1,
        }
    }

    /// Damage to pending block write `write`, if it is the one.
    pub(super) fn damage_of(&self, write: usize, writes: usize) -> Damage {
        match self.damage {
            Damage::Torn { write: it, .. } | Damage::Garbage { write: it, .. }
                if it % writes.max(1) == write =>
            {
                self.damage
            }
            _ => Damage::No,
        }
    }

    /// How many of the `changes` pending size changes of file number `file` persist.
    pub(super) fn sizes_kept(&self, file: usize, changes: usize) -> usize {
        match self.metadata {
            Metadata::All => changes,
            Metadata::Nothing => 0,
            Metadata::Seeded(seed) => {
                SplitMix64::new(draw(seed, file as u64)).index(changes.saturating_add(1))
            }
        }
    }

    /// Whether pending name change number `name` persists.
    pub(super) fn keeps_name(&self, name: usize) -> bool {
        match self.metadata {
            Metadata::All => true,
            Metadata::Nothing => false,
            Metadata::Seeded(seed) => draw(seed ^ 0x6E61_6D65, name as u64) & 1 == 1,
        }
    }
}

/// The `index`-th number of a seed.
fn draw(seed: u64, index: u64) -> u64 {
    SplitMix64::new(seed ^ index.wrapping_mul(0xD6E8_FEB8_6659_FD93)).next_u64()
}

/// Noise for a garbage block: never the same twice, never all zero.
pub(super) fn noise(seed: u64) -> [u8; BLOCK_BYTES] {
    let mut bytes = [0; BLOCK_BYTES];
    SplitMix64::new(seed).fill(&mut bytes);
    bytes
}

/// The shapes of a torn block: first half, second half, first sector, every other sector.
const TEARS: [u8; 4] = [0b0000_1111, 0b1111_0000, 0b0000_0001, 0b0101_0101];
const _: () = assert!(BLOCK_BYTES == 8 * SECTOR_BYTES, "a tear is a mask of eight sectors");

/// Most pending writes whose subsets are enumerated.
const ENUMERATED_WRITES_MAX: usize = 10;

/// The outcomes worth trying for a disk with `writes` pending block writes: every subset where that is
/// at most 2^10, else a biased sample; each with clean, torn and garbage blocks and with sizes and names
/// kept, lost and drawn. More than `crashes_max` are thinned by `seed`; the plain ones stay.
pub(super) fn choices(writes: usize, metadata: bool, crashes_max: usize, seed: u64) -> Vec<Crash> {
    let mut random = SplitMix64::new(seed);
    let metadata = |random: &mut SplitMix64| match metadata {
        true => vec![Metadata::All, Metadata::Nothing, Metadata::Seeded(random.next_u64())],
        false => vec![Metadata::All],
    };
    let mut plain = vec![Crash::LOSE_ALL, Crash::KEEP_ALL];
    let mut rest = Vec::new();
    if writes > 0 {
        let last = writes - 1;
        for keep in [Keep::AllBut(last), Keep::Only(last), Keep::AllBut(0), Keep::Only(0)] {
            plain.push(Crash { keep, damage: Damage::No, metadata: Metadata::All });
        }
        plain.push(Crash {
            keep: Keep::All,
            damage: Damage::Torn { write: last, sectors: TEARS[0] },
            metadata: Metadata::All,
        });
    }
    let keeps: Vec<Keep> = if writes <= ENUMERATED_WRITES_MAX {
        (0..1_u64 << writes).map(Keep::Bits).collect()
    } else {
        let some = (0..writes).flat_map(|write| [Keep::AllBut(write), Keep::Only(write), Keep::First(write)]);
        some.chain((0..64).map(|_| Keep::Seeded(random.next_u64()))).collect()
    };
    for keep in &keeps {
        for metadata in metadata(&mut random) {
            rest.push(Crash { keep: *keep, damage: Damage::No, metadata });
        }
    }
    for write in 0..writes {
        let tears = TEARS.map(|sectors| Damage::Torn { write, sectors });
        let garbage = Damage::Garbage { write, seed: random.next_u64() };
        for damage in tears.into_iter().chain([garbage]) {
            for keep in [Keep::All, Keep::Nothing, Keep::Seeded(random.next_u64())] {
                for metadata in metadata(&mut random) {
                    rest.push(Crash { keep, damage, metadata });
                }
            }
        }
    }
    let room = crashes_max.saturating_sub(plain.len());
    let taken = rest.len().min(room);
    for index in 0..taken {
        let other = index + random.index(rest.len() - index);
        rest.swap(index, other);
    }
    plain.extend(rest.into_iter().take(taken));
    plain.truncate(crashes_max);
    plain
}
