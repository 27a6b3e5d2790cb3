//! Reads, runs and writes the SQL scripts of `tests/sql` (the form is described in its README).
//!
//! Does not know an engine: whoever runs a script hands in a function from a statement to an answer.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One statement with the answer the file expects.
#[derive(Clone, Debug)]
pub struct Step {
    /// Lines above the statement: comments and blank lines, kept when the file is written.
    pub preamble: Vec<String>,
    /// The statement.
    pub sql: String,
    /// The answer, one line a row.
    pub answer: Vec<String>,
    /// The answer is ours and differs from PostgreSQL's.
    pub ours: bool,
    /// Line of the statement in the file, from 1.
    pub line: usize,
}

/// What an engine says to a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It returned rows.
    Rows {
        /// Column names.
        columns: Vec<String>,
        /// Text of every value; `None` is NULL.
        rows: Vec<Vec<Option<String>>>,
    },
    /// It did something to so many rows.
    Done(u64),
    /// It failed.
    Failed {
        /// SQLSTATE.
        code: String,
        /// The message.
        message: String,
    },
}

impl Answer {
    /// The lines that stand for this answer in a script.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Answer::Rows { columns, rows } => {
                let mut lines = vec![columns.iter().map(|name| escape(name)).collect::<Vec<_>>().join("|")];
                for row in rows {
                    let cells = row.iter().map(|value| value.as_deref().map_or("\\N".to_owned(), escape));
                    // A row of one empty text would be an empty line, which ends an answer.
                    let line = cells.collect::<Vec<_>>().join("|");
                    lines.push(if line.is_empty() { "\\e".to_owned() } else { line });
                }
                lines
            }
            Answer::Done(affected) => vec![format!("OK {affected}")],
            Answer::Failed { code, message } => vec![format!("ERROR {code}: {}", escape(message))],
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('|', "\\|")
}

/// All scripts below `folder`, sorted by name.
pub fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of scripts is part of the project")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    found.sort();
    found
}

/// Splits a script into its steps.
pub fn parse(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut preamble = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let Some((mark, first)) = line.split_at_checked(2).filter(|(mark, _)| matches!(*mark, "> " | "! "))
        else {
            preamble.push(line.to_owned());
            continue;
        };
        let mut sql = first.to_owned();
        while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with(". ")) {
            sql.push('\n');
            sql.push_str(&more[2..]);
        }
        let mut answer = Vec::new();
        while let Some((_, row)) = lines.next_if(|(_, line)| !line.is_empty() && !line.starts_with("> ")) {
            answer.push(row.to_owned());
        }
        lines.next_if(|(_, line)| line.is_empty());
        let step = Step {
            preamble: std::mem::take(&mut preamble),
            sql,
            answer,
            ours: mark == "! ",
            line: number + 1,
        };
        steps.push(step);
    }
    steps
}

/// The text of a script; the inverse of [`parse`].
pub fn render(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        for line in &step.preamble {
            let _ = writeln!(text, "{line}");
        }
        let mark = if step.ours { "! " } else { "> " };
        let _ = writeln!(text, "{mark}{}", step.sql.replace('\n', "\n. "));
        for line in &step.answer {
            let _ = writeln!(text, "{line}");
        }
        text.push('\n');
    }
    text
}

/// Runs every step and lists the differences: file line, statement, wanted, got.
pub fn differences(steps: &[Step], mut run: impl FnMut(&str) -> Answer) -> Vec<String> {
    let mut found = Vec::new();
    for step in steps {
        let got = run(&step.sql).lines();
        if got != step.answer {
            found.push(format!(
                "line {}: {}\n  wanted: {}\n  got:    {}",
                step.line,
                step.sql,
                step.answer.join("\n          "),
                got.join("\n          ")
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_survives_reading_and_writing() {
        let text = "# about\n\n> SELECT 1\n. AS a\na\n1\n\n! SELECT 2\n?column?\n2\n\n";
        let steps = parse(text);
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0].sql, "SELECT 1\nAS a");
        assert!(steps[1].ours);
        assert_eq!(render(&steps), text);
    }

    #[test]
    fn a_wrong_answer_is_a_difference() {
        let steps = parse("> SELECT 1\na\n1\n\n");
        let right = Answer::Rows { columns: vec!["a".into()], rows: vec![vec![Some("1".into())]] };
        let wrong = Answer::Rows { columns: vec!["a".into()], rows: vec![vec![None]] };
        assert!(differences(&steps, |_| right.clone()).is_empty());
        assert_eq!(differences(&steps, |_| wrong.clone()).len(), 1);
    }
}
