//! What the benches share: one table filled with known rows.

pub mod pages;

use decentdb::{Connection, Database, Result};

/// Columns of several kinds, an integer primary key.
pub const SCHEMA: &str = "CREATE TABLE item (id bigint PRIMARY KEY, a bigint NOT NULL, b double precision, c text, \
                          d text, e bigint, f boolean, g text)";

/// Inserts one row.
pub const INSERT: &str = "INSERT INTO item VALUES ($1, $2, 0.5, $3, 'some more text', $4, true, 'fixed')";

/// A database in memory with `rows` rows.
pub fn filled(rows: i64) -> Result<Database> {
    let database = Database::memory()?;
    let connection = database.connect()?;
    connection.execute_script(SCHEMA)?;
    connection.execute_script("BEGIN")?;
    insert(&connection, 0, rows)?;
    connection.execute_script("COMMIT")?;
    drop(connection);
    Ok(database)
}

/// Inserts rows `first` to `first + count - 1`, one statement each.
pub fn insert(connection: &Connection, first: i64, count: i64) -> Result<()> {
    let statement = connection.prepare(INSERT)?;
    for id in first..first + count {
        statement.execute((id, id * 3, format!("item number {id}"), id % 100))?;
    }
    Ok(())
}
