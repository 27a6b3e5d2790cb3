//! DECLARE, FETCH, MOVE, CLOSE.

use crate::error::{Error, Result};
use crate::parse::lexer::TokenKind;

use super::reader::Reader;
use super::types::{Command, Direction};

/// A command about cursors.
pub(super) fn cursor(reader: &mut Reader<'_>) -> Result<Command> {
    if reader.take(&["declare"]) {
        return declare(reader);
    }
    if reader.take(&["close"]) {
        return Ok(Command::Close(if reader.take(&["all"]) { None } else { Some(reader.name()?) }));
    }
    let only_move = reader.take(&["move"]);
    if !only_move {
        reader.expect(&["fetch"])?;
    }
    let direction = direction(reader)?;
    if !reader.take(&["from"]) {
        reader.take(&["in"]);
    }
    Ok(Command::Fetch { name: reader.name()?, direction, only_move })
}

fn declare(reader: &mut Reader<'_>) -> Result<Command> {
    let name = reader.name()?;
    let mut scroll = None;
    loop {
        if reader.take(&["binary"]) {
            return Err(Error::unsupported("a binary cursor"));
        } else if reader.take(&["no", "scroll"]) {
            scroll = Some(false);
        } else if reader.take(&["scroll"]) {
            scroll = Some(true);
        } else if !reader.take(&["insensitive"]) && !reader.take(&["asensitive"]) {
            break;
        }
    }
    reader.expect(&["cursor"])?;
    let hold = reader.take(&["with", "hold"]);
    if !hold {
        reader.take(&["without", "hold"]);
    }
    reader.expect(&["for"])?;
    let begins = ["select", "values", "with", "table"];
    if !reader.is(TokenKind::Open) && !reader.peek_word().is_some_and(|word| begins.contains(&word.as_str()))
    {
        return Err(reader.unexpected());
    }
    Ok(Command::Declare { name, scroll, hold, query: reader.text_until(|_| false)? })
}

fn direction(reader: &mut Reader<'_>) -> Result<Direction> {
    let counted = |reader: &Reader<'_>| {
        reader.is(TokenKind::Integer)
            || reader.peek().is_some_and(|token| matches!(token.text(reader.sql), "-" | "+"))
    };
    for (word, sign) in [("forward", 1), ("backward", -1)] {
        // A cursor may have such a name: then nothing follows it.
        let last = reader.word_at(1).is_none() && reader.peek_word().as_deref() == Some(word);
        if last && !reader.takes_number_after() || !reader.take(&[word]) {
            continue;
        }
        if reader.take(&["all"]) {
            return Ok(if sign > 0 { Direction::ForwardAll } else { Direction::BackwardAll });
        }
        let count = if counted(reader) { reader.integer()? } else { 1 };
        return Ok(Direction::Forward(count.saturating_mul(sign)));
    }
    if counted(reader) {
        return Ok(Direction::Forward(reader.integer()?));
    }
    let named = [
        ("next", Direction::Forward(1)),
        ("prior", Direction::Forward(-1)),
        ("first", Direction::Absolute(1)),
        ("last", Direction::Absolute(-1)),
        ("all", Direction::ForwardAll),
    ];
    for (word, direction) in named {
        if reader.word_at(1).is_some() && reader.take(&[word]) {
            return Ok(direction);
        }
    }
    if reader.take(&["absolute"]) {
        return Ok(Direction::Absolute(reader.integer()?));
    }
    if reader.take(&["relative"]) {
        return Ok(Direction::Relative(reader.integer()?));
    }
    Ok(Direction::Forward(1))
}
