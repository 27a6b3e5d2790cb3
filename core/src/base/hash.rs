//! Maps whose iteration order and speed do not depend on a random seed.
//!
//! Iteration order must still never decide a result or a plan. Keys that users choose are bounded in
//! number by the statement's memory, so a crafted collision costs time within that bound only.

/// A hash map with a fixed seed.
#[allow(clippy::disallowed_types, reason = "this is the replacement")]
pub type HashMap<K, V> = std::collections::HashMap<K, V, rustc_hash::FxBuildHasher>;
/// A hash set with a fixed seed.
#[allow(clippy::disallowed_types, reason = "this is the replacement")]
pub type HashSet<K> = std::collections::HashSet<K, rustc_hash::FxBuildHasher>;
