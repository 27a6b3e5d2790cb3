//! Chance from the operating system.

use decentdb_core::env::Entropy;

/// The system's random bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeEntropy;

impl Entropy for NativeEntropy {
    fn fill(&self, out: &mut [u8]) {
        // A system without randomness cannot give files distinct identities: nothing safe can follow.
        getrandom::fill(out).expect("the operating system has random bytes");
    }
}
