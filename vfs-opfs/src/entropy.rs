//! Chance from `crypto.getRandomValues`.

use decentdb_core::env::Entropy;
use wasm_bindgen::JsCast;

use crate::host;

/// `getRandomValues` refuses more at once.
const CHUNK_BYTES: usize = 65_536;

/// The randomness of a JavaScript host.
pub struct JsEntropy {
    crypto: web_sys::Crypto,
}

impl JsEntropy {
    /// The host's randomness; `None` where there is none, and then there must be no database either:
    /// file identities that repeat would let a log be replayed onto the wrong file.
    pub fn new() -> Option<JsEntropy> {
        let crypto = host::global("crypto")?;
        host::property(&crypto, "getRandomValues")?;
        Some(JsEntropy { crypto: crypto.unchecked_into() })
    }
}

impl Entropy for JsEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(CHUNK_BYTES) {
            self.crypto
                .get_random_values_with_u8_array(chunk)
                .expect("getRandomValues takes any byte array of up to 65536 bytes");
        }
    }
}
