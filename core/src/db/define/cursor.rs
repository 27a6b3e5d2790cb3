//! DECLARE, FETCH, MOVE, CLOSE: the rows of a cursor are computed when it is declared and kept.
//!
//! ```text
//! place   0         1 .. n     n + 1
//!         before    on a row   behind the last
//! ```
//!
//! Not streamed: what PostgreSQL keeps for an insensitive cursor, its snapshot, would hold the checkpoint
//! back. The rows are bounded by what a statement may hold.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::parse::define::{Direction, TextAt};

use super::Session;
use crate::db::outcome::Column;
use crate::db::portal::{run_inside, run_reading};
use crate::db::prepared::Prepared;

/// An open cursor.
#[derive(Debug)]
pub(in crate::db) struct Cursor {
    columns: Arc<[Column]>,
    rows: Vec<Batch>,
    count: i64,
    place: i64,
    /// NO SCROLL.
    forward_only: bool,
    /// WITH HOLD.
    pub(in crate::db) hold: bool,
    /// Its transaction has committed.
    pub(in crate::db) kept: bool,
    /// How many savepoints the session had set before it.
    pub(in crate::db) marks_before: u64,
}

/// DECLARE.
pub(super) fn declare(
    session: &mut Session,
    name: &str,
    scroll: Option<bool>,
    hold: bool,
    query: &TextAt,
) -> Result<()> {
    if !hold && !session.in_block() && session.phase != crate::db::session::Phase::Implicit {
        return Err(Error::new(
            SqlState::NO_ACTIVE_SQL_TRANSACTION,
            "DECLARE CURSOR can only be used in transaction blocks",
        ));
    }
    if session.cursors.contains_key(name) {
        return Err(Error::new(SqlState::DUPLICATE_CURSOR, format!("cursor \"{name}\" already exists")));
    }
    let (catalog, committed) = session.catalog()?;
    let prepared = Prepared::new(&query.text, &catalog, committed, &session.settings, &[])
        .map_err(|error| error.moved_by(u32::try_from(query.start).unwrap_or(0)))?;
    if !prepared.parameters.is_empty() {
        return Err(Error::new(SqlState::UNDEFINED_PARAMETER, "there is no parameter $1"));
    }
    let rows = if prepared.writes {
        run_inside(session, &prepared, Vec::new())?.0
    } else {
        run_reading(session, &prepared)?
    };
    let bytes: usize = rows.iter().map(Batch::memory_bytes).sum();
    if bytes > session.shared.options.statement_memory_bytes {
        return Err(Error::new(SqlState::OUT_OF_MEMORY, "out of memory")
            .with_detail(format!("Cursor \"{name}\" has more rows than a statement may hold.")));
    }
    let count = rows.iter().map(|batch| batch.rows).sum::<usize>();
    let cursor = Cursor {
        columns: Arc::clone(&prepared.columns),
        rows,
        count: i64::try_from(count).unwrap_or(i64::MAX),
        place: 0,
        forward_only: scroll == Some(false),
        hold,
        kept: false,
        marks_before: session.marks_set(),
    };
    session.cursors.insert(name.to_owned(), cursor);
    Ok(())
}

/// CLOSE; `None` is ALL.
pub(super) fn close(session: &mut Session, name: Option<&str>) -> Result<()> {
    match name {
        None => session.cursors.clear(),
        Some(name) => {
            if session.cursors.remove(name).is_none() {
                return Err(missing(name));
            }
        }
    }
    Ok(())
}

/// The columns that FETCH shows.
pub(in crate::db) fn columns(session: &Session, name: &str) -> Result<Arc<[Column]>> {
    session.cursors.get(name).map(|cursor| Arc::clone(&cursor.columns)).ok_or_else(|| missing(name))
}

/// MOVE: answers how many rows FETCH would have shown.
pub(super) fn skip(session: &mut Session, name: &str, direction: Direction) -> Result<u64> {
    let places = session.cursors.get_mut(name).ok_or_else(|| missing(name))?.go(direction)?;
    Ok(places.len() as u64)
}

/// FETCH: the rows, and how many.
pub(in crate::db) fn fetch(
    session: &mut Session,
    name: &str,
    direction: Direction,
) -> Result<(Vec<Batch>, u64)> {
    let cursor = session.cursors.get_mut(name).ok_or_else(|| missing(name))?;
    let places = cursor.go(direction)?;
    let count = places.len() as u64;
    Ok((cursor.rows_at(places), count))
}

fn missing(name: &str) -> Error {
    Error::new(SqlState::INVALID_CURSOR_NAME, format!("cursor \"{name}\" does not exist"))
}

impl Cursor {
    /// Moves; answers the places of the rows it passes, in the order they are shown.
    fn go(&mut self, direction: Direction) -> Result<Vec<i64>> {
        let (from, last) = (self.place, self.count);
        let one = |place: i64| if (1..=last).contains(&place) { vec![place] } else { Vec::new() };
        let backward = match direction {
            Direction::Forward(count) => count < 0,
            Direction::ForwardAll => false,
            Direction::BackwardAll => true,
            Direction::Absolute(place) => {
                let to = if place < 0 { last + 1 + place.max(-last - 1) } else { place };
                to < from
            }
            Direction::Relative(count) => count < 0,
        };
        if backward && self.forward_only {
            return Err(Error::new(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                "cursor can only scan forward",
            )
            .with_hint("Declare it with SCROLL option to enable backward scan."));
        }
        let bounded = |place: i64| place.clamp(0, last + 1);
        let (to, shown) = match direction {
            Direction::Forward(0) => (from, one(from)),
            Direction::Forward(count) if count > 0 => {
                let end = from.saturating_add(count).min(last);
                let to = bounded(from.saturating_add(count));
                (to, (from + 1..=end).collect())
            }
            Direction::Forward(count) => {
                let begin = from.saturating_add(count).max(1);
                (bounded(from.saturating_add(count)), (begin..from).rev().collect())
            }
            Direction::ForwardAll => (last + 1, (from + 1..=last).collect()),
            Direction::BackwardAll => (0, (1..from).rev().collect()),
            Direction::Absolute(place) => {
                let to =
                    bounded(if place < 0 { last.saturating_add(1).saturating_add(place) } else { place });
                (to, one(to))
            }
            Direction::Relative(count) => {
                let to = bounded(from.saturating_add(count));
                (to, one(to))
            }
        };
        self.place = to;
        Ok(shown)
    }

    fn rows_at(&self, places: Vec<i64>) -> Vec<Batch> {
        let mut out: Vec<Batch> = Vec::new();
        let mut picked: (usize, Vec<u32>) = (0, Vec::new());
        for place in places {
            let (mut at, mut batch) = (usize::try_from(place - 1).unwrap_or(0), 0);
            while let Some(rows) = self.rows.get(batch).map(|batch| batch.rows)
                && at >= rows
            {
                at -= rows;
                batch += 1;
            }
            if batch != picked.0 {
                self.take(&mut picked, &mut out);
                picked.0 = batch;
            }
            picked.1.push(u32::try_from(at).unwrap_or(0));
        }
        self.take(&mut picked, &mut out);
        out
    }

    fn take(&self, picked: &mut (usize, Vec<u32>), out: &mut Vec<Batch>) {
        let rows = core::mem::take(&mut picked.1);
        if let Some(batch) = self.rows.get(picked.0)
            && !rows.is_empty()
        {
            out.push(batch.gather(&rows));
        }
    }
}
