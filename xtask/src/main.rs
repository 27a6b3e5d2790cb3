//! The chores of the project: `cargo xtask tidy` checks the house, `cargo xtask ci` runs the whole gate.

mod arrows;
mod ci;
mod scan;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = root();
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(&root),
        Some("ci") => ci::run(&root),
        Some("arrows") => {
            arrows::print();
            Ok(())
        }
        _ => Err("usage: cargo xtask tidy | ci | arrows".to_owned()),
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
