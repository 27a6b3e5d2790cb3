//! The `decentdb` command: a SQL shell over a database file.
//!
//! What is asked of it is decided here; `shell` reads statements, `render` prints answers, `commands` has
//! the backslash commands, `jsonl` the line protocol for other programs, `care` what concerns the file as a
//! whole, `inspect` what its bytes say.

mod arguments;
mod care;
mod commands;
mod inspect;
mod jsonl;
mod render;
mod shell;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use arguments::{Action, Arguments};
use decentdb::Database;
use render::Format;

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
    if let Action::Care(command) = arguments.action {
        return care::run(&arguments.file, command, std::io::stdout().lock());
    }
    let database = Database::open(&arguments.file)?;
    let done = act(&database, arguments.action, arguments.format);
    // Closing checkpoints: it is worth doing after a broken pipe too, and the first failure is the one to tell.
    let closed = database.close();
    let done = done?;
    closed?;
    Ok(done)
}

fn act(database: &Database, action: Action, format: Format) -> Result<bool, Box<dyn std::error::Error>> {
    let output = std::io::stdout().lock();
    let text = match action {
        Action::Jsonl => return jsonl::serve(database, std::io::stdin().lock(), output).map(|()| true),
        Action::Interactive if std::io::stdin().is_terminal() => {
            return shell::Shell::new(database, format, output)?.interactive(std::io::stdin().lock());
        }
        Action::Text(text) => text,
        Action::File(path) => std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?,
        Action::Interactive => std::io::read_to_string(std::io::stdin().lock())?,
        Action::Care(_) => return Err("invariant: care is taken of before".into()),
    };
    shell::Shell::new(database, format, output)?.script(&text)
}

fn report(problem: &str) {
    // Nothing is left to be done when the error stream is closed too.
    let _ = writeln!(std::io::stderr(), "decentdb: {problem}");
}
