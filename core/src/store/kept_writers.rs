//! Writers of tables that outlive a statement: the next row of a transaction goes beside the last one
//! without a way down from the root, and a hidden rowid needs no look at the last row.
//!
//! K1  They live no longer than their write transaction and are dropped when it goes back to a savepoint:
//!     the page of a [`LeafHint`] may be another one then.
//! K2  They are dropped before any other statement that changes rows or definitions: it may take the rowid
//!     that a writer would give next.
//! K3  One writer a table, so that no two give the same rowid.
//!
//! [`LeafHint`]: crate::btree::LeafHint

use std::sync::Arc;

use crate::catalog::Table;

use super::TableWriter;

/// A statement that inserts into more tables than these in turn finds its way from the root again.
const WRITERS_MAX: usize = 8;

/// Writers between two statements of a transaction.
#[derive(Debug, Default)]
pub struct KeptWriters {
    writers: Vec<TableWriter>,
}

impl KeptWriters {
    /// Takes the writer of a table out; whoever has failed with it does not put it back.
    pub fn take(&mut self, table: &Arc<Table>) -> Option<TableWriter> {
        let at = self.writers.iter().position(|writer| writer.table().id == table.id)?;
        let writer = self.writers.swap_remove(at);
        // A plan for another catalog may see other columns.
        Arc::ptr_eq(writer.table(), table).then_some(writer)
    }

    /// Keeps a writer for the next statement.
    pub fn put(&mut self, writer: TableWriter) {
        if self.writers.len() >= WRITERS_MAX {
            self.writers.swap_remove(0);
        }
        self.writers.push(writer);
    }

    /// Drops all: see K1 and K2.
    pub fn clear(&mut self) {
        self.writers.clear();
    }
}
