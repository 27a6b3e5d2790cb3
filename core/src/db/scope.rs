//! Which transaction its owner began, and whether it is still that one.
//!
//! ```text
//! Idle --open_scope--> Open          the outermost: BEGIN .. COMMIT
//! Open --open_scope--> Open          nested: a savepoint without a name
//! ```
//!
//! S1  The outermost scope is known by the session's serial, a nested one by the number of its savepoint
//!     too: no two share them, so a BEGIN after a textual COMMIT is not taken for the one that is gone.
//! S2  A scope that was ended from inside answers 25P01 when its owner ends it, and undoes nothing then.
//! S3  Undoing a scope ends a statement that is between two steps in it.

use crate::error::{Error, Result, SqlState};
use crate::pager::Durability;
use crate::plan::TransactionStatement;

use super::session::{Phase, Session};

/// A transaction, or a part of one, that somebody began and will end: see
/// [`super::Connection::begin_transaction`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransactionId {
    serial: u64,
    /// The savepoint of a nested one.
    mark: Option<u64>,
}

impl TransactionId {
    /// Whether it is a part of a larger transaction.
    pub(super) fn is_nested(&self) -> bool {
        self.mark.is_some()
    }
}

impl Session {
    /// Begins a transaction with `begin`, or inside one, where `begin` may ask for nothing, a savepoint.
    pub(super) fn open_scope(&mut self, begin: &TransactionStatement, plain: bool) -> Result<TransactionId> {
        self.check_ready()?;
        match self.phase {
            Phase::Idle => {
                self.control(begin)?;
                Ok(TransactionId { serial: self.serial, mark: None })
            }
            Phase::Open if plain => {
                let mark = self.set_mark(None)?;
                Ok(TransactionId { serial: self.serial, mark: Some(mark) })
            }
            Phase::Open => Err(nested_has_no_level()),
            Phase::Failed => Err(Session::failed()),
            Phase::Implicit => Err(Error::new(
                SqlState::ACTIVE_SQL_TRANSACTION,
                "a transaction cannot begin while a script runs on its connection",
            )),
        }
    }

    /// Whether the scope is open, be it failed (S1).
    pub(super) fn has_scope(&self, scope: TransactionId) -> bool {
        self.phase != Phase::Idle
            && self.serial == scope.serial
            && scope.mark.is_none_or(|mark| self.mark_numbered(mark).is_some())
    }

    /// The level of its commit alone.
    pub(super) fn set_scope_durability(
        &mut self,
        scope: TransactionId,
        durability: Durability,
    ) -> Result<()> {
        self.check_scope(scope)?;
        self.set("durability", Some(durability.name()), true)
    }

    /// Refuses work on a scope that is gone.
    fn check_scope(&self, scope: TransactionId) -> Result<()> {
        if self.has_scope(scope) { Ok(()) } else { Err(gone(scope)) }
    }

    /// Makes it permanent, or a part of the transaction around it. One that has failed is undone, and that
    /// is an error (25P02).
    pub(super) fn commit_scope(&mut self, scope: TransactionId) -> Result<()> {
        self.check_ready()?;
        self.check_scope(scope)?;
        if self.phase == Phase::Failed {
            self.undo_scope(scope);
            return Err(Error::new(
                SqlState::IN_FAILED_SQL_TRANSACTION,
                "the transaction had failed and was rolled back",
            ));
        }
        match scope.mark.and_then(|mark| self.mark_numbered(mark)) {
            Some(at) => {
                self.release_marks(at);
                Ok(())
            }
            None => self.commit(),
        }
    }

    /// Undoes it, if it is still open; answers whether it was.
    pub(super) fn undo_scope(&mut self, scope: TransactionId) -> bool {
        if !self.has_scope(scope) {
            return false;
        }
        match scope.mark.and_then(|mark| self.mark_numbered(mark)) {
            Some(at) => {
                self.running = 0; // S3
                self.rollback_to(at);
                self.release_marks(at);
            }
            None => self.rollback(),
        }
        true
    }

    /// The same, when that it is gone already is an error (S2).
    pub(super) fn rollback_scope(&mut self, scope: TransactionId) -> Result<()> {
        if self.undo_scope(scope) { Ok(()) } else { Err(gone(scope)) }
    }
}

fn gone(scope: TransactionId) -> Error {
    let (what, ended) = if scope.is_nested() {
        ("nested transaction", "a ROLLBACK, a COMMIT, or ROLLBACK TO or RELEASE of an earlier savepoint")
    } else {
        ("transaction", "a ROLLBACK or COMMIT")
    };
    Error::new(SqlState::NO_ACTIVE_SQL_TRANSACTION, format!("the {what} was ended by a statement inside it"))
        .with_hint(format!("It ran {ended}; end it with the methods of the transaction only."))
}

/// What only a whole transaction can have was asked of a nested one.
pub(super) fn nested_has_no_level() -> Error {
    Error::new(
        SqlState::ACTIVE_SQL_TRANSACTION,
        "a nested transaction commits and reads with the one around it: it has no options of its own",
    )
}
