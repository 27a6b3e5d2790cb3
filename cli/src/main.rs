//! The `decentdb` command: a SQL shell over a database file.
//!
//! What is asked of it is decided here; `shell` reads statements, `render` prints answers, `commands` has
//! the backslash commands, `jsonl` the line protocol for other programs.

mod arguments;
mod commands;
mod jsonl;
mod render;
mod shell;

use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

use arguments::{Action, Arguments};
use decentdb::Database;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            return match std::io::stdout().write_all(arguments::USAGE.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            };
        }
        Err(problem) => {
            report(&problem);
            return ExitCode::from(2);
        }
    };
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            report(&problem.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Does it; `false` when a statement failed.
fn run(arguments: Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    let database = Database::open(&arguments.file)?;
    let output = std::io::stdout().lock();
    let done = match arguments.action {
        Action::Jsonl => jsonl::serve(&database, std::io::stdin().lock(), output).map(|()| true),
        Action::Text(text) => shell::Shell::new(&database, arguments.format, output)?.script(&text),
        Action::File(path) => {
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
            shell::Shell::new(&database, arguments.format, output)?.script(&text)
        }
        Action::Interactive if std::io::stdin().is_terminal() => {
            shell::Shell::new(&database, arguments.format, output)?.interactive(std::io::stdin().lock())
        }
        Action::Interactive => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            shell::Shell::new(&database, arguments.format, output)?.script(&text)
        }
    }?;
    database.close()?;
    Ok(done)
}

fn report(problem: &str) {
    // Nothing is left to be done when the error stream is closed too.
    let _ = writeln!(std::io::stderr(), "decentdb: {problem}");
}
