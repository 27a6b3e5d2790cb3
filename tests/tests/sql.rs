//! The SQL scripts, on DecentDB in memory.

use std::path::Path;

use decentdb_core::db::Connection;
use decentdb_tests::decent::{answer, memory_database};
use decentdb_tests::script;

#[test]
fn decentdb_gives_the_answers_of_the_scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let (mut steps_run, mut report) = (0, String::new());
    for path in script::scripts(&folder) {
        let text = std::fs::read_to_string(&path).expect("a readable script");
        let steps = script::parse(&text);
        let connection: Connection = memory_database().connect().expect("a connection");
        let differences = script::differences(&steps, |sql| answer(&connection, sql));
        steps_run += steps.len();
        for difference in differences {
            report.push_str(&format!("{}: {difference}\n", path.display()));
        }
    }
    assert!(steps_run > 400, "only {steps_run} statements were found");
    assert!(report.is_empty(), "of {steps_run} statements these differ:\n{report}");
}
