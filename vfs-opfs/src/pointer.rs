//! The bytes of `current`: which generation of the files is the database.
//!
//! Two slots, 4 KiB apart so that no write touches both (A3 of `env::vfs`), written in turn. The valid one
//! with the higher sequence counts.
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 0 | 8 | magic | `DDBOPFS1` |
//! | 8 | 8 | sequence | counts the writes; its lowest bit is the slot |
//! | 16 | 4 | generation | files named `g<generation>-...` |
//! | 20 | 4 | unsettled | 1 while neighbouring generations may have files |
//! | 24 | 4 | checksum | CRC-32 of the bytes before |
//!
//! P1  Of the two slots at least one is valid once the file has its full length: a new one is written slot by slot,
//!     each with a barrier.
//! P2  A write goes to the slot that does not count.

/// Bytes of one slot.
pub const SLOT_BYTES: usize = 28;
/// Where the second slot begins.
pub const SLOT_STRIDE_BYTES: usize = 4096;
/// Length of the whole file.
pub const POINTER_BYTES: usize = 2 * SLOT_STRIDE_BYTES;

const MAGIC: &[u8; 8] = b"DDBOPFS1";

/// What `current` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pointer {
    /// How many times it was written.
    pub sequence: u64,
    /// The generation of files that is the database.
    pub generation: u32,
    /// Whether a neighbouring generation may have left files behind.
    pub unsettled: bool,
}

/// Neither slot can be read, though the file has been written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PointerError;

impl Pointer {
    /// The pointer of a folder that has just been made.
    pub const FIRST: Pointer = Pointer { sequence: 0, generation: 0, unsettled: false };

    /// What the bytes of `current` say: `None` if the file was never completed, so that the folder is new.
    pub fn decode(bytes: &[u8]) -> Result<Option<Pointer>, PointerError> {
        let slots = [bytes.get(..SLOT_BYTES), bytes.get(SLOT_STRIDE_BYTES..SLOT_STRIDE_BYTES + SLOT_BYTES)];
        let newest = slots.into_iter().flatten().filter_map(decode_slot).max_by_key(|slot| slot.sequence);
        match newest {
            Some(pointer) => Ok(Some(pointer)),
            None if bytes.len() < POINTER_BYTES => Ok(None),
            None => Err(PointerError),
        }
    }

    /// The same with another content, one write later.
    #[must_use]
    pub fn next(self, generation: u32, unsettled: bool) -> Pointer {
        Pointer { sequence: self.sequence + 1, generation, unsettled }
    }

    /// The bytes of its slot, and where they go.
    pub fn encode(&self) -> ([u8; SLOT_BYTES], u64) {
        let mut slot = [0; SLOT_BYTES];
        slot[..8].copy_from_slice(MAGIC);
        slot[8..16].copy_from_slice(&self.sequence.to_le_bytes());
        slot[16..20].copy_from_slice(&self.generation.to_le_bytes());
        slot[20..24].copy_from_slice(&u32::from(self.unsettled).to_le_bytes());
        let checksum = crc32fast::hash(&slot[..24]);
        slot[24..].copy_from_slice(&checksum.to_le_bytes());
        let offset = if self.sequence.is_multiple_of(2) { 0 } else { SLOT_STRIDE_BYTES as u64 };
        (slot, offset)
    }

    /// The whole file of a new folder. Both slots are filled, so that P1 holds from the first sync on.
    pub fn first_file() -> Vec<u8> {
        let mut file = vec![0; POINTER_BYTES];
        for pointer in [Pointer::FIRST, Pointer::FIRST.next(0, false)] {
            let (slot, offset) = pointer.encode();
            let start = if offset == 0 { 0 } else { SLOT_STRIDE_BYTES };
            file[start..start + SLOT_BYTES].copy_from_slice(&slot);
        }
        file
    }
}

fn decode_slot(slot: &[u8]) -> Option<Pointer> {
    let number = |from: usize| slot.get(from..from + 4)?.try_into().ok().map(u32::from_le_bytes);
    if slot.get(..8)? != MAGIC || crc32fast::hash(slot.get(..24)?) != number(24)? {
        return None;
    }
    let sequence = u64::from(number(8)?) | u64::from(number(12)?) << 32;
    let unsettled = match number(20)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    Some(Pointer { sequence, generation: number(16)?, unsettled })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(file: &mut [u8], pointer: Pointer) {
        let (slot, offset) = pointer.encode();
        let start = usize::try_from(offset).expect("an offset of the file");
        file[start..start + SLOT_BYTES].copy_from_slice(&slot);
    }

    #[test]
    fn a_new_file_points_at_generation_zero() {
        let file = Pointer::first_file();
        assert_eq!(
            Pointer::decode(&file),
            Ok(Some(Pointer { sequence: 1, generation: 0, unsettled: false }))
        );
    }

    #[test]
    fn an_unfinished_file_is_a_new_folder() {
        // What could go wrong: a crash between creating and writing `current` would lock the folder for ever.
        assert_eq!(Pointer::decode(&[]), Ok(None));
        assert_eq!(Pointer::decode(&[0; 100]), Ok(None));
    }

    #[test]
    fn the_newest_slot_counts_and_a_write_leaves_the_other_alone() {
        let mut file = Pointer::first_file();
        let mut pointer = Pointer::decode(&file).expect("readable").expect("present");
        for generation in 1..10 {
            let before = pointer;
            pointer = pointer.next(generation, generation % 2 == 0);
            // Torn: any prefix of the new slot leaves the old pointer, or is the new one.
            let (slot, offset) = pointer.encode();
            let start = usize::try_from(offset).expect("an offset of the file");
            for cut in 0..=SLOT_BYTES {
                let mut torn = file.clone();
                torn[start..start + cut].copy_from_slice(&slot[..cut]);
                let seen = Pointer::decode(&torn).expect("one slot is whole").expect("present");
                assert!(seen == before || seen == pointer, "cut at {cut}: {seen:?}");
            }
            written(&mut file, pointer);
            assert_eq!(Pointer::decode(&file), Ok(Some(pointer)));
        }
    }

    #[test]
    fn two_bad_slots_are_an_error_and_never_a_new_folder() {
        let mut file = Pointer::first_file();
        file[3] ^= 1;
        file[SLOT_STRIDE_BYTES + 17] ^= 1;
        assert_eq!(Pointer::decode(&file), Err(PointerError));
        assert_eq!(Pointer::decode(&vec![0; POINTER_BYTES]), Err(PointerError));
    }
}
