//! What the tests of this package share.

/// A check that this machine cannot make fails, unless `DECENTDB_ALLOW_SKIP=1` says that it may be left out:
/// a passing run then has proved less, and whoever set the variable knows.
#[expect(clippy::print_stderr, reason = "whoever allowed it is told")]
pub(crate) fn allow_skip(what: &str) {
    assert!(
        std::env::var("DECENTDB_ALLOW_SKIP").is_ok_and(|value| value == "1"),
        "{what} (DECENTDB_ALLOW_SKIP=1 leaves such checks out)"
    );
    eprintln!("SKIPPED: {what}");
}
