//! The compact form in cells and batches: a scale, and the coefficient in as few bytes as it takes.
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 0 | 1 | scale | 0 to 239; 240: two bytes little-endian follow; 253 -infinity, 254 infinity, 255 NaN |
//! | 1 or 3 | n | coefficient | two's complement, little-endian, without redundant sign bytes; absent for zero |
//!
//! One value and scale have one form, but equal values of different scale have different forms.

use num_bigint::BigInt;

use crate::error::{Error, Result};

use super::{Numeric, Repr, SCALE_MAX};

const WIDE_SCALE: u8 = 240;
const NEGATIVE_INFINITY: u8 = 253;
const INFINITY: u8 = 254;
const NAN: u8 = 255;

/// Longest stored form, in bytes: every digit there may be, in binary, with head.
const STORED_BYTES_MAX: usize = 64 << 10;

impl Numeric {
    /// Appends the stored form.
    pub fn write_stored(&self, out: &mut Vec<u8>) {
        let head = |scale: u16, out: &mut Vec<u8>| match u8::try_from(scale) {
            Ok(narrow) if narrow < WIDE_SCALE => out.push(narrow),
            _ => {
                out.push(WIDE_SCALE);
                out.extend_from_slice(&scale.to_le_bytes());
            }
        };
        match &self.0 {
            Repr::Small { coefficient, scale } => {
                head(*scale, out);
                // Bits that differ from the sign, and one for the sign.
                let sign_bits = (coefficient ^ (coefficient >> 127)).leading_zeros();
                let used = if *coefficient == 0 { 0 } else { (128 - sign_bits) / 8 + 1 };
                out.extend(coefficient.to_le_bytes().iter().take(usize::try_from(used).unwrap_or(16)));
            }
            Repr::Big(big) => {
                head(big.scale, out);
                out.extend_from_slice(&big.coefficient.to_signed_bytes_le());
            }
            Repr::NegativeInfinity => out.push(NEGATIVE_INFINITY),
            Repr::Infinity => out.push(INFINITY),
            Repr::NaN => out.push(NAN),
        }
    }

    /// Reads the stored form.
    pub fn from_stored(bytes: &[u8]) -> Result<Numeric> {
        let corrupt = || Error::corrupt("a numeric value is not in its stored form");
        let (&head, rest) = bytes.split_first().ok_or_else(corrupt)?;
        let (scale, digits) = match head {
            0..WIDE_SCALE => (u16::from(head), rest),
            WIDE_SCALE => {
                let (scale, digits) = rest.split_first_chunk::<2>().ok_or_else(corrupt)?;
                (u16::from_le_bytes(*scale), digits)
            }
            NEGATIVE_INFINITY | INFINITY | NAN if !rest.is_empty() => return Err(corrupt()),
            NEGATIVE_INFINITY => return Ok(Numeric::NEGATIVE_INFINITY),
            INFINITY => return Ok(Numeric::INFINITY),
            NAN => return Ok(Numeric::NAN),
            _ => return Err(corrupt()),
        };
        if scale > SCALE_MAX || digits.len() > STORED_BYTES_MAX {
            return Err(corrupt());
        }
        if digits.len() <= 8 {
            // The usual case: sign-extend within a word.
            let mut word = [0u8; 8];
            word[..digits.len()].copy_from_slice(digits);
            let unused = 64 - 8 * u32::try_from(digits.len()).unwrap_or(8);
            let value = if unused == 64 { 0 } else { i64::from_le_bytes(word) << unused >> unused };
            return Ok(Numeric::small(i128::from(value), scale));
        }
        if digits.len() <= 16 {
            let negative = digits.last().is_some_and(|byte| byte & 0x80 != 0);
            let mut word = [if negative { 0xff } else { 0 }; 16];
            word[..digits.len()].copy_from_slice(digits);
            return Numeric::from_parts(i128::from_le_bytes(word), scale);
        }
        Numeric::from_big(BigInt::from_signed_bytes_le(digits), u32::from(scale)).map_err(|_| corrupt())
    }
}
