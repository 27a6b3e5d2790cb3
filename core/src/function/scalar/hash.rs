//! The hash by which PostgreSQL divides a table: which partition of PARTITION BY HASH a row is in.
//!
//! Bob Jenkins' lookup3 (public domain) with a seed, and PostgreSQL's way to put several columns together
//! (src/include/common/hashfn.h): rows are where a PostgreSQL would have them. Numeric, real and interval keys
//! are hashed by our own stored form.

use crate::error::Result;
use crate::function::argument::int;
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::SqlType::{Bool, Int4, Oid};
use crate::value::{Datum, SqlType, hash};

const SEED: u64 = 0x7a5b_2236_7996_dcfd;

pub(super) static FUNCTIONS: &[Entry] = &[f("satisfies_hash_partition", &[Oid, Int4, Int4], Bool, |a, _| {
    let (modulus, remainder) = (int(a, 1)?, int(a, 2)?);
    let mut row = 0_u64;
    for value in a.iter().skip(3).filter(|value| !value.is_null()) {
        let own = hash_of(value)?;
        row ^= own.wrapping_add(0x49a0_f4dd_15e5_a8e3).wrapping_add(row << 54).wrapping_add(row >> 7);
    }
    let modulus = u64::try_from(modulus).unwrap_or(0).max(1);
    Ok(Datum::Bool(i64::try_from(row % modulus).ok() == Some(remainder)))
})
.variadic(Parameter::Any)
.takes_nulls()];

fn hash_of(value: &Datum) -> Result<u64> {
    Ok(match value {
        Datum::Int(value) => {
            let (low, high) = ((value & 0xffff_ffff) as u32, (value >> 32) as u32);
            number(low ^ if *value >= 0 { high } else { !high })
        }
        Datum::Bool(value) => number(u32::from(*value)),
        Datum::Text(text) => bytes(text.trim_end_matches(' ').as_bytes()),
        Datum::Bytes(value) => bytes(value),
        Datum::Uuid(value) => bytes(&value.to_be_bytes()),
        other => {
            let mut state = rustc_hash::FxHasher::default();
            hash(other, SqlType::Numeric, &mut state);
            core::hash::Hasher::finish(&state)
        }
    })
}

fn mix(w: &mut [u32; 3]) {
    // Each step: take one word from another, turn a third, add.
    for (at, turn) in [4, 6, 8, 16, 19, 4].into_iter().enumerate() {
        let (a, b, c) = (at % 3, (at + 1) % 3, (at + 2) % 3);
        w[a] = w[a].wrapping_sub(w[c]) ^ w[c].rotate_left(turn);
        w[c] = w[c].wrapping_add(w[b]);
    }
}

fn finish(w: &mut [u32; 3]) -> u64 {
    for (at, turn) in [14, 11, 25, 16, 4, 14, 24].into_iter().enumerate() {
        let (to, from) = ((at + 2) % 3, (at + 1) % 3);
        w[to] = (w[to] ^ w[from]).wrapping_sub(w[from].rotate_left(turn));
    }
    u64::from(w[1]) << 32 | u64::from(w[2])
}

fn start(length: u32) -> [u32; 3] {
    let first = 0x9e37_79b9_u32.wrapping_add(length).wrapping_add(3_923_095);
    let mut words = [first.wrapping_add((SEED >> 32) as u32), first.wrapping_add(SEED as u32), first];
    mix(&mut words);
    words
}

fn number(value: u32) -> u64 {
    let mut words = start(4);
    words[0] = words[0].wrapping_add(value);
    finish(&mut words)
}

fn bytes(key: &[u8]) -> u64 {
    let mut words = start(key.len() as u32);
    let word = |part: &[u8]| part.iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    let chunks = key.chunks_exact(12);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (own, part) in words.iter_mut().zip(chunk.chunks(4)) {
            *own = own.wrapping_add(word(part));
        }
        mix(&mut words);
    }
    for (at, part) in rest.chunks(4).enumerate() {
        // The lowest byte of the last word is the length's.
        words[at] = words[at].wrapping_add(if at == 2 { word(part) << 8 } else { word(part) });
    }
    finish(&mut words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_have_postgresqls_hashes() {
        // SELECT hashint4extended(42, 8816678312871386365), hashtextextended('longer than twelve bytes', ..)
        assert_eq!(hash_of(&Datum::Int(42)).unwrap().cast_signed(), 7_363_975_540_656_877_951);
        assert_eq!(hash_of(&Datum::Int(-5_000_000_000)).unwrap().cast_signed(), -4_482_100_988_868_492_312);
        assert_eq!(
            hash_of(&Datum::from("longer than twelve bytes")).unwrap().cast_signed(),
            3_113_425_875_724_926_218
        );
        assert_eq!(hash_of(&Datum::from("")).unwrap().cast_signed(), -5_700_645_584_453_517_373);
    }
}
