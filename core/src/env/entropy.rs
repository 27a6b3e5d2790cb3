//! Chance, as the host draws it.

use crate::base::sync::{MaybeSend, MaybeSync};

/// Unpredictable bytes: file identities, WAL salts, `random()`, `gen_random_uuid()`.
pub trait Entropy: MaybeSend + MaybeSync {
    /// Fills `out`.
    fn fill(&self, out: &mut [u8]);
}
