//! Answers as text: aligned tables as psql prints them, or CSV; errors with the place they point at.

use std::fmt::Write as _;

use decentdb::{Error, Outcome, SqlType};

/// How rows are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns and a count.
    Table,
    /// RFC 4180, with a header row; NULL is an empty field, an empty text is quoted.
    Csv,
}

/// One answer, ready to print.
pub(crate) fn outcome(outcome: &Outcome, format: Format) -> Result<String, Error> {
    let mut text = String::new();
    for notice in &outcome.notices {
        let _ = writeln!(text, "{}:  {}", notice.severity, notice.message);
    }
    if !outcome.returns_rows {
        let _ = writeln!(text, "{}", outcome.tag);
        return Ok(text);
    }
    let rows = outcome.text_rows()?;
    match format {
        Format::Csv => {
            let header: Vec<Option<String>> =
                outcome.columns.iter().map(|column| Some(column.name.clone())).collect();
            for row in std::iter::once(&header).chain(&rows) {
                let fields: Vec<String> =
                    row.iter().map(|value| value.as_deref().map_or(String::new(), csv)).collect();
                let _ = writeln!(text, "{}", fields.join(","));
            }
        }
        Format::Table => {
            let names: Vec<&str> = outcome.columns.iter().map(|column| column.name.as_str()).collect();
            let right: Vec<bool> = outcome.columns.iter().map(|column| is_number(column.ty.ty)).collect();
            table(&mut text, &names, &right, &rows);
            let _ = writeln!(text, "({} row{})\n", rows.len(), if rows.len() == 1 { "" } else { "s" });
        }
    }
    Ok(text)
}

fn csv(value: &str) -> String {
    if value.is_empty() || value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

fn is_number(ty: SqlType) -> bool {
    matches!(
        ty,
        SqlType::Int2
            | SqlType::Int4
            | SqlType::Int8
            | SqlType::Float4
            | SqlType::Float8
            | SqlType::Numeric
            | SqlType::Oid
    )
}

/// An aligned table, values of number columns to the right.
pub(crate) fn table(text: &mut String, names: &[&str], right: &[bool], rows: &[Vec<Option<String>>]) {
    let width = |value: &str| value.chars().count();
    let mut widths: Vec<usize> = names.iter().map(|name| width(name)).collect();
    for row in rows {
        for (at, value) in row.iter().enumerate() {
            widths[at] = widths[at].max(value.as_deref().map_or(0, width));
        }
    }
    let centred: Vec<String> =
        names.iter().zip(&widths).map(|(name, width)| format!("{name:^width$}")).collect();
    let _ = writeln!(text, " {}", centred.join(" | ").trim_end());
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
    let _ = writeln!(text, "{}", rules.join("+"));
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let (value, width) = (value.as_deref().unwrap_or(""), widths[at]);
                if right[at] { format!("{value:>width$}") } else { format!("{value:<width$}") }
            })
            .collect();
        let _ = writeln!(text, " {}", cells.join(" | ").trim_end());
    }
}

/// An error as psql shows it, with a caret below the place.
pub(crate) fn error(error: &Error, sql: &str) -> String {
    let mut text = format!("ERROR:  {}: {}\n", error.sqlstate(), error.message());
    if let Some((number, line, column)) = error.position().and_then(|position| place(sql, position)) {
        let lead = format!("LINE {number}: ");
        let _ = writeln!(text, "{lead}{line}\n{}^", " ".repeat(lead.len() + column));
    }
    for (name, value) in [("DETAIL", error.detail()), ("HINT", error.hint())] {
        if let Some(value) = value {
            let _ = writeln!(text, "{name}:  {value}");
        }
    }
    text
}

/// Line number from 1, the line, and the column in it, of a character position from 1.
fn place(sql: &str, position: u32) -> Option<(usize, &str, usize)> {
    let mut left = usize::try_from(position).ok()?.checked_sub(1)?;
    for (number, line) in sql.split('\n').enumerate() {
        let length = line.chars().count();
        if left <= length {
            return Some((number + 1, line, left));
        }
        left -= length + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_by_characters() {
        let mut text = String::new();
        let rows = vec![vec![Some("1".into()), Some("\u{e4}b".into())], vec![Some("22".into()), None]];
        table(&mut text, &["n", "name"], &[true, false], &rows);
        assert_eq!(text, " n  | name\n----+------\n  1 | \u{e4}b\n 22 |\n");
    }

    #[test]
    fn an_error_points_at_its_place() {
        assert_eq!(place("SELECT 1,\n  nosuch", 13), Some((2, "  nosuch", 2)));
        assert_eq!(place("SELECT", 99), None);
    }

    #[test]
    fn csv_quotes_only_what_needs_it() {
        assert_eq!(csv("plain"), "plain");
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv(""), "\"\"");
    }
}
