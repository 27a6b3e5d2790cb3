//! A transaction that rolls back when dropped.

use core::ops::Deref;

use crate::error::Result;

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
#[derive(Debug)]
pub struct Transaction<'c> {
    connection: &'c Connection,
    finished: bool,
}

impl<'c> Transaction<'c> {
    pub(super) fn begin(connection: &'c Connection, options: TransactionOptions) -> Result<Transaction<'c>> {
        let begin = if options.read_only { "BEGIN READ ONLY" } else { "BEGIN" };
        connection.execute(begin, ())?;
        let transaction = Transaction { connection, finished: false };
        if let Some(isolation) = options.isolation {
            let level = isolation.name();
            connection.execute(&format!("SET TRANSACTION ISOLATION LEVEL {level}"), ())?;
        }
        if let Some(durability) = options.durability {
            transaction.set_durability(durability)?;
        }
        Ok(transaction)
    }

    /// Makes it permanent. A transaction that has failed rolls back, and that is an error (25P02).
    pub fn commit(mut self) -> Result<()> {
        self.finished = true;
        let failed = self.connection.is_failed();
        self.connection.execute("COMMIT", ())?;
        if failed {
            return Err(crate::error::Error::new(
                crate::error::SqlState::IN_FAILED_SQL_TRANSACTION,
                "the transaction had failed and was rolled back",
            ));
        }
        Ok(())
    }

    /// Undoes it.
    pub fn rollback(mut self) -> Result<()> {
        self.finished = true;
        self.connection.execute("ROLLBACK", ()).map(|_| ())
    }

    /// When this transaction's commit is done; the connection's own level comes back after it.
    pub fn set_durability(&self, durability: Durability) -> Result<()> {
        self.connection.set_local_durability(durability)
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
        if !self.finished && self.connection.in_transaction() {
            // A rollback only forgets: what can fail is a poisoned handle, and that forgets too.
            let _ = self.connection.execute("ROLLBACK", ());
        }
    }
}
