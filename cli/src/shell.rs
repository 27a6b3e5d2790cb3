//! Reads statements and runs them one by one.

use std::io::{BufRead, Write};
use std::time::Instant;

use decentdb::{Connection, Database, statements};

use crate::commands;
use crate::render::{self, Format};

type Failure = Box<dyn std::error::Error>;

/// A session with somewhere to print.
pub(crate) struct Shell<'d, W: Write> {
    pub(crate) database: &'d Database,
    pub(crate) connection: Connection,
    pub(crate) format: Format,
    pub(crate) timing: bool,
    pub(crate) output: W,
}

impl<'d, W: Write> Shell<'d, W> {
    pub(crate) fn new(database: &'d Database, format: Format, output: W) -> Result<Shell<'d, W>, Failure> {
        Ok(Shell { database, connection: database.connect()?, format, timing: false, output })
    }

    /// Runs a whole text statement by statement, stopping at the first error; `false` after one.
    pub(crate) fn script(&mut self, text: &str) -> Result<bool, Failure> {
        let mut rest = text;
        while !rest.trim_start().is_empty() {
            rest = rest.trim_start();
            if rest.starts_with('\\') {
                let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
                if !commands::run(self, line.trim())? {
                    return Ok(true);
                }
                rest = after;
                continue;
            }
            let mut cut = statements(rest);
            let Some((sql, _)) = cut.next() else { break };
            if !self.statement(sql)? {
                return Ok(false);
            }
            rest = &rest[cut.offset()..];
        }
        Ok(true)
    }

    /// Prompts, reads and runs until the end of the input.
    pub(crate) fn interactive(&mut self, mut input: impl BufRead) -> Result<bool, Failure> {
        writeln!(self.output, "DecentDB {}. \\? for help, \\q to quit.", env!("CARGO_PKG_VERSION"))?;
        let mut pending = String::new();
        loop {
            let mark = if pending.is_empty() { "=>" } else { "->" };
            write!(self.output, "decentdb{mark} ")?;
            self.output.flush()?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                writeln!(self.output)?;
                return Ok(true);
            }
            if pending.is_empty() && line.trim_start().starts_with('\\') {
                if !commands::run(self, line.trim())? {
                    return Ok(true);
                }
                continue;
            }
            pending.push_str(&line);
            if is_complete(&pending) {
                // In a terminal an error is shown and the session goes on.
                self.script(&std::mem::take(&mut pending))?;
            } else if pending.trim().is_empty() {
                pending.clear();
            }
        }
    }

    /// Runs one statement and prints its answer; `false` when it failed.
    pub(crate) fn statement(&mut self, sql: &str) -> Result<bool, Failure> {
        let start = Instant::now();
        let answer = self.connection.run(sql, &[]);
        let taken = start.elapsed();
        let (text, done) = match answer.and_then(|outcome| render::outcome(&outcome, self.format)) {
            Ok(text) => (text, true),
            Err(error) => (render::error(&error, sql), false),
        };
        self.output.write_all(text.as_bytes())?;
        if self.timing {
            writeln!(self.output, "Time: {:.3} ms", taken.as_secs_f64() * 1e3)?;
        }
        self.output.flush()?;
        Ok(done)
    }
}

/// Whether every statement in the text has its semicolon.
fn is_complete(text: &str) -> bool {
    let mut cut = statements(text);
    cut.by_ref().count() > 0 && cut.is_terminated()
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn a_statement_ends_at_its_own_semicolon() {
        assert!(is_complete("SELECT 1;\n"));
        assert!(is_complete("SELECT 1; SELECT 2 ;"));
        assert!(!is_complete("SELECT 1"));
        assert!(!is_complete("SELECT ';"));
        assert!(!is_complete("SELECT 1; SELECT 2"));
        assert!(!is_complete("-- nothing yet;\n"));
        assert!(is_complete("SELECT 1 /* a; b */;\n"));
        assert!(is_complete("SELECT 1; -- done"));
        assert!(!is_complete("SELECT 1 -- not yet;\n"));
    }
}
