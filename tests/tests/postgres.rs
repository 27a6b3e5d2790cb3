//! The answers in `tests/sql` are PostgreSQL's: the same scripts run on a real server.

use std::path::Path;

use decentdb_tests::postgres::Server;
use decentdb_tests::script;

#[test]
fn the_scripts_hold_postgresql_s_answers() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => {
            // The scripts themselves still run on DecentDB; that their answers are PostgreSQL's goes unproved.
            decentdb_tests::allow_skip(&format!("the scripts do not run on PostgreSQL: {why}"));
            return;
        }
    };
    let record = std::env::var_os("RECORD_ANSWERS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let mut failures = Vec::new();
    for path in script::scripts(&folder) {
        let name = path.file_stem().expect("a script has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable script");
        let mut steps = script::parse(&text);
        let mut session = server.session(&format!("script_{name}")).expect("a fresh database");
        for step in &mut steps {
            let got = session.answer(&step.sql).lines();
            if step.ours || got == step.answer {
                continue;
            }
            if record {
                step.answer = got;
            } else {
                failures.push(format!(
                    "{name}:{}: {}\n  file: {:?}\n  PostgreSQL: {got:?}",
                    step.line, step.sql, step.answer
                ));
            }
        }
        if record {
            std::fs::write(&path, script::render(&steps)).expect("a writable script");
        }
    }
    assert!(failures.is_empty(), "{} answers are not PostgreSQL's:\n{}", failures.len(), failures.join("\n"));
}
