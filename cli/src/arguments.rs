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
decentdb FILE verify      checks every page, tree and index against each other
decentdb FILE repair      makes free list and indexes anew where they are damaged
decentdb FILE gc          finds pages that are neither used nor free
decentdb FILE vacuum      makes the file as short as what it holds
decentdb FILE backup TO   copies the last commit into a new file
decentdb FILE inspect [meta | page N | pages | wal | trees]
                          shows what the bytes say, changing nothing
decentdb FILE salvage     prints the rows of a damaged file as INSERTs
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
    /// Take care of the file.
    Care(Care),
}

/// What to do with the file as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Care {
    Verify,
    Repair,
    Gc,
    Vacuum,
    /// Copy into this file.
    Backup(String),
    Inspect(Look),
    Salvage,
}

/// What to show of the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Meta,
    Page(u32),
    Pages,
    Wal,
    Trees,
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
                _ if action == Action::Interactive => match care(&word, &mut words)? {
                    Some(care) => action = Action::Care(care),
                    None => return Err(format!("one database at a time: {word} is a second one")),
                },
                _ => return Err(format!("one thing at a time: {word} is a second one")),
            }
        }
        let file = file.ok_or_else(|| format!("which database?\n{USAGE}"))?;
        Ok(Some(Arguments { file, action, format }))
    }
}

/// The command of that name, with its operands; `None` when there is no such command.
fn care(word: &str, words: &mut impl Iterator<Item = String>) -> Result<Option<Care>, String> {
    Ok(Some(match word {
        "verify" => Care::Verify,
        "repair" => Care::Repair,
        "gc" => Care::Gc,
        "vacuum" => Care::Vacuum,
        "salvage" => Care::Salvage,
        "backup" => Care::Backup(words.next().ok_or("backup needs the name of a new file")?),
        "inspect" => Care::Inspect(match words.next().as_deref() {
            None | Some("meta") => Look::Meta,
            Some("pages") => Look::Pages,
            Some("wal") => Look::Wal,
            Some("trees") => Look::Trees,
            Some("page") => {
                let number = words.next().and_then(|number| number.parse().ok());
                Look::Page(number.ok_or("inspect page needs the number of a page")?)
            }
            Some(other) => {
                return Err(format!("inspect shows meta, page N, pages, wal or trees, not {other}"));
            }
        }),
        _ => return Ok(None),
    }))
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
    fn commands_stand_after_the_file() {
        let action = |line: &str| parse(line).unwrap().unwrap().action;
        assert_eq!(action("a.ddb verify"), Action::Care(Care::Verify));
        assert_eq!(action("a.ddb backup b.ddb"), Action::Care(Care::Backup("b.ddb".into())));
        assert_eq!(action("a.ddb inspect"), Action::Care(Care::Inspect(Look::Meta)));
        assert_eq!(action("a.ddb inspect page 7"), Action::Care(Care::Inspect(Look::Page(7))));
        assert!(parse("a.ddb backup").is_err());
        assert!(parse("a.ddb inspect page").is_err());
        assert!(parse("a.ddb inspect everything").is_err());
        assert!(parse("a.ddb verify repair").is_err());
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        assert!(parse("").is_err());
        assert!(parse("a.ddb b.ddb").is_err());
        assert!(parse("--nosuch a.ddb").is_err());
        assert!(parse("a.ddb -c").is_err());
    }
}
