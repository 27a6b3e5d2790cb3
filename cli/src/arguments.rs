//! What the command line asks for.

use crate::render::Format;

pub(crate) const USAGE: &str = "\
decentdb FILE             a SQL shell over a database file (created when missing)
decentdb FILE < script    runs the script
  -c SQL                  runs SQL and ends
  -f SCRIPT               runs a script file and ends
  --csv                   prints CSV instead of tables
  --jsonl                 one JSON request per line in, one JSON answer per line out
  --help                  this text
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Read statements from standard input.
    Interactive,
    /// Run this text.
    Text(String),
    /// Run this file.
    File(String),
    /// Speak the line protocol.
    Jsonl,
}

/// The command line, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) file: String,
    pub(crate) action: Action,
    pub(crate) format: Format,
}

impl Arguments {
    /// `Ok(None)` when only help was wanted.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
        let mut words = words;
        let (mut file, mut action, mut format) = (None, Action::Interactive, Format::Table);
        while let Some(word) = words.next() {
            let mut operand = || words.next().ok_or_else(|| format!("{word} needs an operand"));
            match word.as_str() {
                "-h" | "--help" => return Ok(None),
                "-c" => action = Action::Text(operand()?),
                "-f" => action = Action::File(operand()?),
                "--csv" => format = Format::Csv,
                "--jsonl" => action = Action::Jsonl,
                _ if word.starts_with('-') => return Err(format!("unknown option {word}\n{USAGE}")),
                _ if file.is_none() => file = Some(word),
                _ => return Err(format!("one database at a time: {word} is a second one")),
            }
        }
        let file = file.ok_or_else(|| format!("which database?\n{USAGE}"))?;
        Ok(Some(Arguments { file, action, format }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_stand_before_or_after_the_file() {
        let wanted = Arguments { file: "x.ddb".into(), action: Action::Jsonl, format: Format::Table };
        assert_eq!(parse("--jsonl x.ddb"), Ok(Some(wanted)));
        let wanted =
            Arguments { file: "x.ddb".into(), action: Action::Text("q".into()), format: Format::Csv };
        assert_eq!(parse("x.ddb -c q --csv"), Ok(Some(wanted)));
        assert_eq!(parse("--help"), Ok(None));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        assert!(parse("").is_err());
        assert!(parse("a.ddb b.ddb").is_err());
        assert!(parse("--nosuch a.ddb").is_err());
        assert!(parse("a.ddb -c").is_err());
    }
}
