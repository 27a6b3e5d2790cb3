//! A transaction that rolls back when dropped.

use core::ops::Deref;

use crate::error::Result;
use crate::plan::TransactionStatement;

use super::scope::{TransactionId, nested_has_no_level};
use super::{Connection, Durability, Isolation};

/// How a transaction begins: see [`Connection::transaction_with`].
///
/// ```
/// use decentdb_core::db::{Durability, TransactionOptions};
/// let options = TransactionOptions::default().durability(Durability::Relaxed).read_only(false);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TransactionOptions {
    durability: Option<Durability>,
    isolation: Option<Isolation>,
    read_only: bool,
}

impl TransactionOptions {
    /// When its commit is done, instead of the connection's level.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> TransactionOptions {
        self.durability = Some(durability);
        self
    }

    /// What it sees of other transactions, instead of the connection's level.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> TransactionOptions {
        self.isolation = Some(isolation);
        self
    }

    /// Whether it refuses changes (25006).
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> TransactionOptions {
        self.read_only = read_only;
        self
    }
}

/// An open transaction of a connection; every method of [`Connection`] works on it. Dropped without
/// [`Transaction::commit`] it rolls back.
///
/// A transaction begun inside another is a savepoint: its commit makes it a part of the outer one, its
/// rollback undoes only what came after its beginning, also an error.
///
/// ```text
/// let outer = connection.transaction()?;
/// let inner = outer.transaction()?;
/// inner.execute("DELETE FROM t", ())?;
/// drop(inner);                              // only the DELETE is undone
/// outer.commit()?;
/// ```
#[derive(Debug)]
pub struct Transaction<'c> {
    connection: &'c Connection,
    id: TransactionId,
    finished: bool,
}

/// Transactions by their number, for hosts that cannot keep a [`Transaction`]'s borrow: bindings to other
/// languages.
impl Connection {
    /// Begins a transaction, or a nested one, which only [`Connection::commit_transaction`] and
    /// [`Connection::rollback_transaction`] end, or the drop of the connection.
    pub fn begin_transaction(&self, options: TransactionOptions) -> Result<TransactionId> {
        let TransactionOptions { durability, isolation, read_only } = options;
        let begin =
            TransactionStatement::Begin { read_only: read_only.then_some(true), isolation, start: false };
        let plain = !read_only && durability.is_none() && isolation.is_none();
        let mut session = self.session().lock();
        let id = session.open_scope(&begin, plain)?;
        if let Some(durability) = durability {
            session.set_scope_durability(id, durability)?;
        }
        Ok(id)
    }

    /// Like [`Transaction::commit`]: the transaction is over afterwards, whatever the answer.
    pub fn commit_transaction(&self, id: TransactionId) -> Result<()> {
        let mut session = self.session().lock();
        let result = session.commit_scope(id);
        if result.is_err() {
            session.undo_scope(id);
        }
        result
    }

    /// Like [`Transaction::rollback`].
    pub fn rollback_transaction(&self, id: TransactionId) -> Result<()> {
        self.session().lock().rollback_scope(id)
    }
}

impl<'c> Transaction<'c> {
    pub(super) fn begin(connection: &'c Connection, options: TransactionOptions) -> Result<Transaction<'c>> {
        let id = connection.begin_transaction(options)?;
        Ok(Transaction { connection, id, finished: false })
    }

    /// Makes it permanent. A transaction that has failed rolls back, and that is an error (25P02); so is
    /// one that a ROLLBACK or COMMIT inside has ended already (25P01).
    pub fn commit(mut self) -> Result<()> {
        self.finished = true;
        self.connection.commit_transaction(self.id)
    }

    /// Undoes it. One that a ROLLBACK or COMMIT inside has ended already cannot be undone (25P01).
    pub fn rollback(mut self) -> Result<()> {
        self.finished = true;
        self.connection.rollback_transaction(self.id)
    }

    /// When this transaction's commit is done; the connection's own level comes back after it. A nested
    /// transaction has no commit of its own (25001).
    pub fn set_durability(&self, durability: Durability) -> Result<()> {
        if self.id.is_nested() {
            return Err(nested_has_no_level());
        }
        self.connection.session().lock().set_scope_durability(self.id, durability)
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.connection.session().lock().undo_scope(self.id);
        }
    }
}
