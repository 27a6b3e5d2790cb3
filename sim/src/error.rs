//! How a simulation says that the engine broke a promise.

use std::fmt;

use decentdb_core::error::Error;

/// A broken promise, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed(pub String);

/// A broken promise and the seed that shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Of the run.
    pub seed: u64,
    /// Actions of the plan that are needed, if it was shrunk.
    pub only: Option<Vec<usize>>,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl Failed {
    /// A failure with these words.
    pub fn new(what: impl Into<String>) -> Failed {
        Failed(what.into())
    }
}

/// Puts where it happened before what happened.
pub(crate) trait During<T> {
    fn during(self, what: &str) -> Result<T, Failed>;
}

impl<T> During<T> for Result<T, Error> {
    fn during(self, what: &str) -> Result<T, Failed> {
        self.map_err(|error| Failed(format!("{what}: {error:?}")))
    }
}

impl<T> During<T> for Result<T, Failed> {
    fn during(self, what: &str) -> Result<T, Failed> {
        self.map_err(|failed| Failed(format!("{what}: {}", failed.0)))
    }
}
