//! What a finished statement leaves: its tag, its columns, its rows, its notices.

use crate::base::zone::Zone;
use crate::batch::Batch;
use crate::error::{Result, SqlState};
use crate::value::{Datum, SqlType, TypeName, temporal};

use super::Row;
use super::conversions::ValueRef;

/// A result column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type and modifier.
    pub ty: TypeName,
}

/// Something worth saying that is not an error, as PostgreSQL's NOTICE and WARNING.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// `NOTICE` or `WARNING`.
    pub severity: &'static str,
    /// The code.
    pub sqlstate: SqlState,
    /// The words.
    pub message: String,
}

impl Notice {
    /// A NOTICE.
    pub fn notice(sqlstate: SqlState, message: impl Into<String>) -> Notice {
        Notice { severity: "NOTICE", sqlstate, message: message.into() }
    }
    /// A WARNING.
    pub fn warning(sqlstate: SqlState, message: impl Into<String>) -> Notice {
        Notice { severity: "WARNING", sqlstate, message: message.into() }
    }
}

/// A finished statement with all its rows.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// PostgreSQL's command tag: `INSERT 0 1`, `SELECT 3`, `CREATE TABLE`; empty for empty text.
    pub tag: String,
    /// Rows changed, or rows returned by a query.
    pub affected: u64,
    /// The columns; none for a statement that returns no rows.
    pub columns: Vec<Column>,
    /// Whether the statement returns rows at all (a query may have no columns).
    pub returns_rows: bool,
    /// The rows, in order.
    pub rows: Vec<Batch>,
    /// Notices raised on the way.
    pub notices: Vec<Notice>,
    /// What COPY TO STDOUT wrote.
    pub copied: Option<Vec<u8>>,
    /// The session's time zone, by which its texts show times.
    pub zone: Zone,
}

impl Outcome {
    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows.iter().map(|batch| batch.rows).sum()
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().flat_map(|batch| (0..batch.rows).map(|at| Row::new(&self.columns, batch, at)))
    }

    /// Every value in PostgreSQL's text form; `None` is NULL.
    pub fn text_rows(&self) -> Result<Vec<Vec<Option<String>>>> {
        let zone = &self.zone;
        self.iter().map(|row| (0..self.columns.len()).map(|at| shown(&row, at, zone)).collect()).collect()
    }
}

/// A value in PostgreSQL's text form, by the clocks of a zone.
pub(super) fn shown(row: &Row<'_>, index: usize, zone: &Zone) -> Result<Option<String>> {
    let mut text = String::new();
    match row.value(index)? {
        ValueRef::Int(instant, SqlType::TimestampTz) => temporal::write_instant(instant, zone, &mut text),
        value @ ValueRef::Wide(_, SqlType::Interval) if zone.intervals > 0 => {
            let Datum::Interval(interval) = value.to_datum()? else { return row.get(index) };
            temporal::write_interval_as(&interval, zone.intervals, &mut text);
        }
        _ => return row.get(index),
    }
    Ok(Some(text))
}
