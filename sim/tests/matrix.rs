//! The fault matrix: no cell is left out, nothing acknowledged is lost in any, and docs/FAULTS.md says what
//! callers hear. `DECENTDB_WRITE_FAULTS=1` writes that part of the page anew.

use std::io::Write as _;
use std::path::Path;

use decentdb_sim::matrix::{overview, run_matrix, table};

/// What is before it in docs/FAULTS.md is written by hand.
const MARK: &str = "<!-- From here on made by sim/tests/matrix.rs. -->";

#[test]
fn every_cell_of_the_fault_matrix_is_reached_and_loses_nothing() {
    let matrix = run_matrix().unwrap_or_else(|failed| panic!("{failed}"));
    let (rows, missed) = table(&matrix);
    let runs: u64 = matrix.values().map(|seen| seen.runs).sum();
    let _ = writeln!(
        std::io::stderr(),
        "fault matrix: {} of {} cells hit, {runs} runs",
        matrix.len() - missed.len(),
        matrix.len()
    );
    assert!(missed.is_empty(), "never reached: {missed:#?}");
    let made = format!("{MARK}\n\n{}\n{rows}", overview(&matrix));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FAULTS.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let Some((by_hand, written)) = page.split_once(MARK) else { panic!("docs/FAULTS.md has no mark") };
    if std::env::var_os("DECENTDB_WRITE_FAULTS").is_some() {
        std::fs::write(&path, format!("{by_hand}{made}")).unwrap_or_else(|error| panic!("{error}"));
        return;
    }
    let written = format!("{MARK}{written}");
    for (at, (found, expected)) in made.lines().zip(written.lines()).enumerate() {
        assert_eq!(found, expected, "docs/FAULTS.md, line {} of what is made", at + 1);
    }
    assert_eq!(made.lines().count(), written.lines().count(), "docs/FAULTS.md");
}
