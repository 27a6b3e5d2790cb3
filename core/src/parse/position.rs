//! Places in SQL text: bytes for us, lines and columns for sqlparser, characters from 1 for users.

use sqlparser::tokenizer::Location;

/// The position PostgreSQL reports for byte `offset`: characters from 1.
pub(crate) fn of_byte(sql: &str, offset: usize) -> u32 {
    let before = sql.char_indices().take_while(|(at, _)| *at < offset).count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

/// The byte offset of a place of sqlparser's; `None` for its "nowhere" (line 0).
pub(crate) fn byte_of(sql: &str, location: Location) -> Option<usize> {
    if location.line == 0 || location.column == 0 {
        return None;
    }
    let mut start = 0;
    for _ in 1..location.line {
        start += sql[start..].find('\n')? + 1;
    }
    let column = usize::try_from(location.column - 1).ok()?;
    let line = &sql[start..];
    Some(start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at))
}
