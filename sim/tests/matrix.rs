//! The fault matrix: no cell is left out, nothing acknowledged is lost in any, and docs/FAULTS.md says what
//! callers hear. `DECENTDB_WRITE_FAULTS=1` writes the page anew.

use std::io::Write as _;
use std::path::Path;

use decentdb_sim::matrix::{run_matrix, table};

const HEAD: &str = "# What callers hear when the disk fails

Every kind of call with every kind of fault that it can have. In each cell the fault is put at up to six calls of
a life with a first opening and of one that begins with a recovery; then the process is killed, and the power
fails in four ways, and nothing acknowledged may be missing and nothing else be there. Where the medium itself
lies (\"says ok\", \"lands elsewhere\", \"a bit is wrong\") a loss must be noticed or is none: no wrong row is ever
answered. `poisoned` is that the handle takes no more changes until it is opened again.

This page is made by `sim/tests/matrix.rs`, and compared with what happens in every run of the gate.

";

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
    let page = format!("{HEAD}{rows}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FAULTS.md");
    if std::env::var_os("DECENTDB_WRITE_FAULTS").is_some() {
        std::fs::write(&path, &page).unwrap_or_else(|error| panic!("{error}"));
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    for (at, (found, expected)) in page.lines().zip(written.lines()).enumerate() {
        assert_eq!(found, expected, "docs/FAULTS.md, line {}", at + 1);
    }
    assert_eq!(page.lines().count(), written.lines().count(), "docs/FAULTS.md");
}
