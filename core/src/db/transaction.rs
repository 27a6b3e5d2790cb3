//! A transaction that rolls back when dropped.

use core::ops::Deref;

use crate::error::Result;

use super::{Connection, Durability};

/// An open transaction of a connection; every method of [`Connection`] works on it. Dropped without
/// [`Transaction::commit`] it rolls back.
#[derive(Debug)]
pub struct Transaction<'c> {
    connection: &'c Connection,
    finished: bool,
}

impl<'c> Transaction<'c> {
    pub(super) fn begin(connection: &'c Connection) -> Result<Transaction<'c>> {
        connection.execute("BEGIN", ())?;
        Ok(Transaction { connection, finished: false })
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

    /// When this transaction's commit is done.
    pub fn set_durability(&self, durability: Durability) {
        self.connection.set_durability(durability);
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
