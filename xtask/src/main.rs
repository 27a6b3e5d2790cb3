//! The chores of the project: `cargo xtask tidy` checks the house, `cargo xtask ci` runs the whole gate,
//! `cargo xtask mutants` puts known mistakes back and sees that tests notice.

mod arrows;
mod ci;
mod mutants;
mod scan;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = root();
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(&root),
        Some("ci") => ci::run(&root),
        Some("schedules") => ci::schedules(&root),
        Some("mutants") => mutants::run(&root, &std::env::args().skip(2).collect::<Vec<_>>()),
        Some("arrows") => {
            arrows::print();
            Ok(())
        }
        _ => Err("usage: cargo xtask tidy | ci | schedules | mutants [name ...] | arrows".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// The top folder of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the top folder").to_owned()
}
