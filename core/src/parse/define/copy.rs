//! COPY, with the options of today and of long ago.

use crate::error::{Error, Result, SqlState};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;
use super::types::{Command, Copy, CopyFormat, CopyOptions, CopySource};

/// COPY table or query, FROM or TO.
pub(super) fn copy(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["copy"])?;
    if reader.take(&["binary"]) {
        return Err(Error::unsupported("COPY in binary format"));
    }
    let source = if reader.take_kind(TokenKind::Open) {
        let query = reader.text_until(|_| false)?;
        reader.expect_kind(TokenKind::Close)?;
        CopySource::Query(query)
    } else {
        let name = reader.object()?;
        CopySource::Table(name, reader.columns()?)
    };
    let from = reader.take(&["from"]);
    if !from {
        reader.expect(&["to"])?;
    } else if let CopySource::Query(_) = source {
        return Err(reader.unexpected());
    }
    if reader.take(&["program"]) {
        return Err(Error::unsupported("COPY with a program"));
    }
    let (stdin, stdout) = (reader.take(&["stdin"]), reader.take(&["stdout"]));
    if !stdin && !stdout {
        reader.string()?;
        return Err(Error::unsupported("COPY with a file")
            .with_hint("Use COPY FROM STDIN or COPY TO STDOUT and the streams of the API."));
    }
    let mut options = CopyOptions::default();
    let with = reader.take(&["with"]);
    if reader.is(TokenKind::Open) {
        listed(reader, &mut options)?;
    } else {
        legacy(reader, &mut options, with)?;
    }
    let condition = if from && reader.take(&["where"]) { Some(reader.text_until(|_| false)?) } else { None };
    check(&options, from)?;
    Ok(Command::Copy(Box::new(Copy { source, from, options, condition })))
}

// `(FORMAT csv, HEADER, ..)`
fn listed(reader: &mut Reader<'_>, options: &mut CopyOptions) -> Result<()> {
    reader.expect_kind(TokenKind::Open)?;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let place = reader.peek().map_or(0, |token| token.start);
        let option = match reader.peek_word() {
            Some(word) => {
                reader.next();
                word
            }
            None => reader.name()?,
        };
        let refused = |error: Error| error.at(crate::parse::position_of_byte(reader.sql, place));
        if seen.contains(&option) {
            return Err(refused(Error::new(SqlState::SYNTAX_ERROR, "conflicting or redundant options")));
        }
        match option.as_str() {
            "format" => {
                let format = word_or_text(reader)?;
                options.format = match format.as_str() {
                    "text" => CopyFormat::Text,
                    "csv" => CopyFormat::Csv,
                    "binary" => return Err(Error::unsupported("COPY in binary format")),
                    _ => {
                        return Err(Error::new(
                            SqlState::INVALID_PARAMETER_VALUE,
                            format!("COPY format \"{format}\" not recognized"),
                        )
                        .at(crate::parse::position_of_byte(reader.sql, place)));
                    }
                };
            }
            "delimiter" => options.delimiter = Some(reader.string()?),
            "null" => options.null = Some(reader.string()?),
            "quote" => options.quote = Some(reader.string()?),
            "escape" => options.escape = Some(reader.string()?),
            "header" => match optional_value(reader)?.as_deref() {
                None | Some("true" | "on" | "1") => options.header = true,
                Some("match") => {
                    options.header = true;
                    options.header_match = true;
                }
                Some("false" | "off" | "0") => {}
                Some(_) => {
                    return Err(Error::new(
                        SqlState::SYNTAX_ERROR,
                        "header requires a Boolean value or \"match\"",
                    ));
                }
            },
            "freeze" => match optional_value(reader)?.as_deref() {
                Some("false" | "off" | "0") => {}
                _ => return Err(Error::unsupported("COPY with FREEZE")),
            },
            "encoding" => encoding(&word_or_text(reader)?)?,
            "force_quote" => {
                options.force_quote =
                    Some(if reader.operator("*") { Vec::new() } else { column_list(reader)? });
            }
            "force_not_null" => options.force_not_null = column_list(reader)?,
            "force_null" => options.force_null = column_list(reader)?,
            _ => {
                return Err(refused(Error::new(
                    SqlState::SYNTAX_ERROR,
                    format!("option \"{option}\" not recognized"),
                )));
            }
        }
        seen.push(option);
        if reader.take_kind(TokenKind::Close) {
            return Ok(());
        }
        reader.expect_kind(TokenKind::Comma)?;
    }
}

// `DELIMITER ',' NULL '' CSV HEADER QUOTE '"' FORCE QUOTE a`
fn legacy(reader: &mut Reader<'_>, options: &mut CopyOptions, with: bool) -> Result<()> {
    let mut any = false;
    loop {
        if reader.take(&["binary"]) {
            return Err(Error::unsupported("COPY in binary format"));
        } else if reader.take(&["delimiter"]) || reader.take(&["delimiters"]) {
            reader.take(&["as"]);
            options.delimiter = Some(reader.string()?);
        } else if reader.take(&["null"]) {
            reader.take(&["as"]);
            options.null = Some(reader.string()?);
        } else if reader.take(&["csv"]) {
            options.format = CopyFormat::Csv;
        } else if reader.take(&["header"]) {
            options.header = true;
        } else if reader.take(&["quote"]) {
            reader.take(&["as"]);
            options.quote = Some(reader.string()?);
        } else if reader.take(&["escape"]) {
            reader.take(&["as"]);
            options.escape = Some(reader.string()?);
        } else if reader.take(&["encoding"]) {
            encoding(&word_or_text(reader)?)?;
        } else if reader.take(&["force", "quote"]) {
            options.force_quote = Some(if reader.operator("*") { Vec::new() } else { bare_list(reader)? });
        } else if reader.take(&["force", "not", "null"]) {
            options.force_not_null = bare_list(reader)?;
        } else if reader.take(&["force", "null"]) {
            options.force_null = bare_list(reader)?;
        } else if with && !any {
            return Err(reader.unexpected());
        } else {
            return Ok(());
        }
        any = true;
    }
}

fn bare_list(reader: &mut Reader<'_>) -> Result<Vec<String>> {
    let mut names = vec![reader.name()?];
    while reader.take_kind(TokenKind::Comma) {
        names.push(reader.name()?);
    }
    Ok(names)
}

fn column_list(reader: &mut Reader<'_>) -> Result<Vec<String>> {
    if !reader.is(TokenKind::Open) {
        return Err(reader.unexpected());
    }
    reader.columns()
}

fn word_or_text(reader: &mut Reader<'_>) -> Result<String> {
    match reader.peek_word() {
        Some(word) => {
            reader.next();
            Ok(word)
        }
        None => Ok(reader.string()?.to_ascii_lowercase()),
    }
}

fn optional_value(reader: &mut Reader<'_>) -> Result<Option<String>> {
    if reader.is(TokenKind::Comma) || reader.is(TokenKind::Close) {
        return Ok(None);
    }
    if reader.is(TokenKind::Integer) {
        return Ok(reader.next().map(|token| token.text(reader.sql).to_owned()));
    }
    word_or_text(reader).map(Some)
}

fn encoding(name: &str) -> Result<()> {
    let known = ["utf8", "utf-8", "unicode", "sql_ascii", "sql-ascii"];
    if known.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Error::unsupported(format!("encoding {name}")))
}

// The rules that tie options to each other, in PostgreSQL's order.
fn check(options: &CopyOptions, from: bool) -> Result<()> {
    let csv = options.format == CopyFormat::Csv;
    let refuse = |bad: bool, state: SqlState, message: &str| {
        if bad { Err(Error::new(state, message)) } else { Ok(()) }
    };
    let delimiter = options.delimiter.as_deref().unwrap_or(if csv { "," } else { "\t" });
    let null = options.null.as_deref().unwrap_or(if csv { "" } else { "\\N" });
    let (unsupported, invalid) = (SqlState::FEATURE_NOT_SUPPORTED, SqlState::INVALID_PARAMETER_VALUE);
    let line_end = |text: &str| text.contains(['\r', '\n']);
    refuse(delimiter.len() != 1, unsupported, "COPY delimiter must be a single one-byte character")?;
    refuse(line_end(delimiter), invalid, "COPY delimiter cannot be newline or carriage return")?;
    refuse(line_end(null), invalid, "COPY null representation cannot use newline or carriage return")?;
    let letter = delimiter.chars().next().unwrap_or('\t');
    if !csv && (letter.is_ascii_lowercase() || letter.is_ascii_digit() || "\\.".contains(letter)) {
        return Err(Error::new(invalid, format!("COPY delimiter cannot be \"{delimiter}\"")));
    }
    refuse(!csv && options.quote.is_some(), unsupported, "COPY quote available only in CSV mode")?;
    let quote = options.quote.as_deref().unwrap_or("\"");
    refuse(csv && quote.len() != 1, unsupported, "COPY quote must be a single one-byte character")?;
    refuse(csv && delimiter == quote, invalid, "COPY delimiter and quote must be different")?;
    refuse(!csv && options.escape.is_some(), unsupported, "COPY escape available only in CSV mode")?;
    let escape = options.escape.as_deref().unwrap_or(quote);
    refuse(csv && escape.len() != 1, unsupported, "COPY escape must be a single one-byte character")?;
    refuse(
        !csv && options.force_quote.is_some(),
        unsupported,
        "COPY force quote available only in CSV mode",
    )?;
    refuse(
        from && options.force_quote.is_some(),
        unsupported,
        "COPY force quote only available using COPY TO",
    )?;
    let not_null = !options.force_not_null.is_empty();
    refuse(!csv && not_null, unsupported, "COPY force not null available only in CSV mode")?;
    refuse(!from && not_null, unsupported, "COPY force not null only available using COPY FROM")?;
    let force_null = !options.force_null.is_empty();
    refuse(!csv && force_null, unsupported, "COPY force null available only in CSV mode")?;
    refuse(!from && force_null, unsupported, "COPY force null only available using COPY FROM")?;
    refuse(null.contains(letter), unsupported, "COPY delimiter must not appear in the NULL specification")?;
    refuse(
        csv && null.contains(quote),
        unsupported,
        "CSV quote character must not appear in the NULL specification",
    )
}
