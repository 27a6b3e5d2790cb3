//! CREATE of everything but tables and indexes.

use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;
use super::types::{CheckOption, Command, SequenceOptions, ViewDefinition};

/// CREATE SCHEMA, SEQUENCE, [MATERIALIZED] VIEW.
pub(super) fn create(reader: &mut Reader<'_>) -> Result<Option<Command>> {
    let start = reader.mark();
    reader.expect(&["create"])?;
    let or_replace = reader.take(&["or", "replace"]);
    let scope = reader.take(&["global"]) || reader.take(&["local"]);
    let temporary = reader.take(&["temporary"]) || reader.take(&["temp"]);
    let _ = reader.word_at(1).as_deref() == Some("table") && reader.take(&["unlogged"]);
    let recursive = reader.take(&["recursive"]);
    let command = match reader.peek_word().as_deref() {
        Some("view") if recursive => return Err(Error::unsupported("CREATE RECURSIVE VIEW")),
        Some("view") => view(reader, or_replace, temporary, false)?,
        Some("materialized") if !or_replace && !temporary => view(reader, false, false, true)?,
        Some("type") if !or_replace && !temporary && !scope => match super::user_type::create_type(reader)? {
            Some(command) => command,
            None => {
                reader.back_to(start);
                return Ok(None);
            }
        },
        Some("domain") if !or_replace && !temporary && !scope => super::user_type::create_domain(reader)?,
        Some("schema") if !or_replace && !temporary && !scope => schema(reader)?,
        Some("function") if !temporary && !scope => super::routine::function(reader, or_replace)?,
        Some("trigger") if !temporary && !scope => super::routine::trigger(reader, or_replace)?,
        Some("table") if !or_replace && !recursive => match super::family::create_table(reader, start)? {
            Some(command) => command,
            None => {
                reader.back_to(start);
                return Ok(None);
            }
        },
        Some("sequence") if !or_replace => sequence(reader, temporary)?,
        _ => {
            reader.back_to(start);
            return Ok(None);
        }
    };
    Ok(Some(command))
}

fn view(reader: &mut Reader<'_>, or_replace: bool, temporary: bool, materialized: bool) -> Result<Command> {
    if materialized {
        reader.expect(&["materialized"])?;
    }
    reader.expect(&["view"])?;
    let if_not_exists = materialized && reader.take(&["if", "not", "exists"]);
    let name = reader.object()?;
    let columns = reader.columns()?;
    if materialized && reader.take(&["using"]) {
        return Err(Error::unsupported("USING of a materialized view"));
    }
    let mut check_option = if reader.take(&["with"]) { view_options(reader)? } else { None };
    if reader.take(&["tablespace"]) {
        return Err(Error::unsupported("TABLESPACE"));
    }
    reader.expect(&["as"])?;
    let query = reader.text_until(|reader| {
        reader.word_at(0).as_deref() == Some("with")
            && (reader.word_at(1).as_deref() == Some("check")
                || (reader.word_at(2).as_deref() == Some("check")
                    && matches!(reader.word_at(1).as_deref(), Some("local" | "cascaded")))
                || (materialized
                    && (reader.word_at(1).as_deref() == Some("data")
                        || (reader.word_at(1).as_deref() == Some("no")
                            && reader.word_at(2).as_deref() == Some("data")))))
    })?;
    let mut with_data = true;
    if materialized {
        if reader.take(&["with", "no", "data"]) {
            with_data = false;
        } else {
            reader.take(&["with", "data"]);
        }
    } else if reader.take(&["with"]) {
        check_option = Some(if reader.take(&["local"]) { CheckOption::Local } else { CheckOption::Cascaded });
        reader.take(&["cascaded"]);
        reader.expect(&["check", "option"])?;
    }
    Ok(Command::CreateView(ViewDefinition {
        name,
        columns,
        query,
        or_replace,
        temporary,
        if_not_exists,
        materialized,
        with_data,
        check_option,
    }))
}

// `(check_option = local, ..)`; the others are about rights, which there are none of.
fn view_options(reader: &mut Reader<'_>) -> Result<Option<CheckOption>> {
    reader.expect_kind(TokenKind::Open)?;
    let mut check_option = None;
    loop {
        let option = reader.name()?;
        let value = if reader.operator("=") {
            let token = reader.next().ok_or_else(|| reader.unexpected())?;
            token.text(reader.sql).trim_matches('\'').to_ascii_lowercase()
        } else {
            "true".to_owned()
        };
        match (option.as_str(), value.as_str()) {
            ("check_option", "local") => check_option = Some(CheckOption::Local),
            ("check_option", "cascaded") => check_option = Some(CheckOption::Cascaded),
            ("security_barrier" | "security_invoker", "false" | "off" | "0") => {}
            _ => return Err(Error::unsupported(format!("option {option} of a view"))),
        }
        if reader.take_kind(TokenKind::Close) {
            return Ok(check_option);
        }
        reader.expect_kind(TokenKind::Comma)?;
    }
}

/// REFRESH MATERIALIZED VIEW.
pub(super) fn refresh(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["refresh", "materialized", "view"])?;
    let concurrently = reader.take(&["concurrently"]);
    let name = reader.object()?;
    let with_data = !reader.take(&["with", "no", "data"]);
    if with_data {
        reader.take(&["with", "data"]);
    }
    Ok(Command::Refresh { name, with_data, concurrently })
}

fn schema(reader: &mut Reader<'_>) -> Result<Command> {
    reader.expect(&["schema"])?;
    let if_not_exists = reader.take(&["if", "not", "exists"]);
    let mut owner = None;
    let name = if reader.take(&["authorization"]) {
        let role = role(reader)?;
        owner = Some(role.clone());
        role
    } else {
        let name = reader.name()?;
        if reader.take(&["authorization"]) {
            owner = Some(role(reader)?);
        }
        name
    };
    if reader.peek().is_some_and(|token| token.kind != TokenKind::Semicolon) {
        return match reader.peek_word().as_deref() {
            Some("create" | "grant") => Err(Error::unsupported("an element of CREATE SCHEMA")),
            _ => Err(reader.unexpected()),
        };
    }
    Ok(Command::CreateSchema { name, if_not_exists, owner })
}

/// A role, by name or by its keyword.
pub(super) fn role(reader: &mut Reader<'_>) -> Result<String> {
    for word in ["current_user", "session_user", "current_role"] {
        if reader.take(&[word]) {
            return Ok(word.to_owned());
        }
    }
    reader.name()
}

fn sequence(reader: &mut Reader<'_>, temporary: bool) -> Result<Command> {
    reader.expect(&["sequence"])?;
    let if_not_exists = reader.take(&["if", "not", "exists"]);
    let name = reader.object()?;
    let options = sequence_options(reader)?;
    Ok(Command::CreateSequence { name, temporary, if_not_exists, options })
}

/// Options of a sequence, in any order, as far as they go.
pub(super) fn sequence_options(reader: &mut Reader<'_>) -> Result<SequenceOptions> {
    let mut options = SequenceOptions::default();
    let repeated = |reader: &Reader<'_>| {
        Err(Error::new(crate::error::SqlState::SYNTAX_ERROR, "conflicting or redundant options")
            .at(crate::parse::position_of_byte(reader.sql, reader.peek().map_or(0, |token| token.start))))
    };
    loop {
        let taken = match reader.peek_word().as_deref() {
            Some("as") => {
                reader.expect(&["as"])?;
                options.data_type.replace(reader.name()?).is_some()
            }
            Some("increment") => {
                reader.expect(&["increment"])?;
                reader.take(&["by"]);
                options.increment.replace(reader.integer()?).is_some()
            }
            Some("minvalue") => {
                reader.expect(&["minvalue"])?;
                options.min.replace(Some(reader.integer()?)).is_some()
            }
            Some("maxvalue") => {
                reader.expect(&["maxvalue"])?;
                options.max.replace(Some(reader.integer()?)).is_some()
            }
            Some("no") => {
                if reader.take(&["no", "minvalue"]) {
                    options.min.replace(None).is_some()
                } else if reader.take(&["no", "maxvalue"]) {
                    options.max.replace(None).is_some()
                } else if reader.take(&["no", "cycle"]) {
                    options.cycle.replace(false).is_some()
                } else {
                    return Ok(options);
                }
            }
            Some("start") => {
                reader.expect(&["start"])?;
                reader.take(&["with"]);
                options.start.replace(reader.integer()?).is_some()
            }
            Some("restart") => {
                reader.expect(&["restart"])?;
                let with = reader.take(&["with"]);
                let given = with || reader.is(TokenKind::Integer) || reader.is(TokenKind::Operator);
                options.restart.replace(if given { Some(reader.integer()?) } else { None }).is_some()
            }
            Some("cache") => {
                reader.expect(&["cache"])?;
                options.cache.replace(reader.integer()?).is_some()
            }
            Some("cycle") => {
                reader.expect(&["cycle"])?;
                options.cycle.replace(true).is_some()
            }
            Some("owned") => {
                reader.expect(&["owned", "by"])?;
                let owner = if reader.take(&["none"]) {
                    None
                } else {
                    let start = reader.peek().map_or(0, |token| token.start);
                    let mut parts = reader.parts()?;
                    if parts.len() < 2 {
                        return Err(Error::new(
                            crate::error::SqlState::SYNTAX_ERROR,
                            "invalid OWNED BY option",
                        )
                        .with_hint("Specify OWNED BY table.column or OWNED BY NONE."));
                    }
                    let column = parts.pop().unwrap_or_default();
                    Some((super::reader::qualified(parts, start)?, column))
                };
                options.owned_by.replace(owner).is_some()
            }
            _ => return Ok(options),
        };
        if taken {
            return repeated(reader);
        }
    }
}
