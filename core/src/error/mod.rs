//! One error type: the kind says what a caller can do, SQLSTATE says what happened, the position where.
//!
//! Bytes from disk, SQL text and JavaScript values end here, never in a panic.

mod sqlstate;
pub mod stack;

pub use sqlstate::SqlState;

use core::fmt;

/// The result of everything that can fail.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What a caller can do about an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Mend the statement or its parameters.
    Statement,
    /// The data forbid it: a constraint names the rule.
    Constraint,
    /// Try again: another transaction, a stale snapshot, a time limit or a cancel was in the way.
    Retry,
    /// Free space or memory, or raise a limit.
    Resource,
    /// The file is not what it should be; nothing was changed by the failed check.
    Corrupt,
    /// The storage failed; the handle may be poisoned: close, reopen, and recovery restores every
    /// acknowledged commit.
    Storage,
    /// A defect of DecentDB.
    Internal,
}

/// A failure, with PostgreSQL's fields. Boxed: `Result<u64>` stays two words.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Fields>);

#[derive(Clone, PartialEq, Eq)]
struct Fields {
    kind: ErrorKind,
    sqlstate: SqlState,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<u32>,
    place: Option<(u64, u64)>,
    schema: Option<String>,
    table: Option<String>,
    column: Option<String>,
    constraint: Option<String>,
}

impl Error {
    /// An error whose kind follows from its SQLSTATE class.
    pub fn new(sqlstate: SqlState, message: impl Into<String>) -> Error {
        Error::of_kind(sqlstate.kind(), sqlstate, message)
    }

    /// An error of a kind that its SQLSTATE does not tell.
    pub fn of_kind(kind: ErrorKind, sqlstate: SqlState, message: impl Into<String>) -> Error {
        Error(Box::new(Fields {
            kind,
            sqlstate,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            place: None,
            schema: None,
            table: None,
            column: None,
            constraint: None,
        }))
    }

    /// A feature PostgreSQL has and DecentDB lacks, by name (0A000).
    pub fn unsupported(feature: impl fmt::Display) -> Error {
        Error::new(SqlState::FEATURE_NOT_SUPPORTED, format!("{feature} is not supported"))
    }

    /// Bytes of a file that contradict the format (XX001).
    pub fn corrupt(what: impl Into<String>) -> Error {
        Error::of_kind(ErrorKind::Corrupt, SqlState::DATA_CORRUPTED, what)
    }

    /// A broken promise of our own code (XX000).
    pub fn internal(what: impl Into<String>) -> Error {
        Error::of_kind(ErrorKind::Internal, SqlState::INTERNAL_ERROR, what)
    }

    /// What a caller can do.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
    /// The five-character code of PostgreSQL's appendix A.
    pub fn sqlstate(&self) -> SqlState {
        self.0.sqlstate
    }
    /// The primary message, in PostgreSQL's words where it has the same error.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// More about this instance of the error.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
    /// Where in the statement, in characters counted from 1.
    pub fn position(&self) -> Option<u32> {
        self.0.position
    }
    /// Schema of the table concerned.
    pub fn schema(&self) -> Option<&str> {
        self.0.schema.as_deref()
    }
    /// Table concerned.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }
    /// Column concerned.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }
    /// Constraint violated.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// Adds a detail line.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Error {
        self.0.detail = Some(detail.into());
        self
    }
    /// Adds a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }
    /// Sets the position (characters from 1) unless a more precise one is known already.
    #[must_use]
    pub fn at(mut self, position: u32) -> Error {
        self.0.position.get_or_insert(position);
        self
    }
    /// Keeps a line and column (from 1), for who knows the text and so the position.
    #[must_use]
    pub(crate) fn at_place(mut self, line: u64, column: u64) -> Error {
        self.0.place.get_or_insert((line, column));
        self
    }
    /// The line and column of an error without a position.
    pub(crate) fn place(&self) -> Option<(u64, u64)> {
        self.0.place.filter(|_| self.0.position.is_none())
    }
    /// Forgets the position: it is one of a text nobody has seen.
    #[must_use]
    pub fn nowhere(mut self) -> Error {
        (self.0.position, self.0.place) = (None, None);
        self
    }

    /// Moves the position, if there is one, by the characters that stand before the statement.
    #[must_use]
    pub fn moved_by(mut self, characters: u32) -> Error {
        self.0.position = self.0.position.map(|position| position.saturating_add(characters));
        self
    }
    /// Names the table.
    #[must_use]
    pub fn with_table(mut self, schema: impl Into<String>, table: impl Into<String>) -> Error {
        self.0.schema = Some(schema.into());
        self.0.table = Some(table.into());
        self
    }
    /// Names the column.
    #[must_use]
    pub fn with_column(mut self, column: impl Into<String>) -> Error {
        self.0.column = Some(column.into());
        self
    }
    /// Names the constraint.
    #[must_use]
    pub fn with_constraint(mut self, constraint: impl Into<String>) -> Error {
        self.0.constraint = Some(constraint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.sqlstate, self.0.message)?;
        if let Some(detail) = &self.0.detail {
            write!(f, " ({detail})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
