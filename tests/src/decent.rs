//! DecentDB's answers, in the words of [`crate::script`].

use decentdb::Database;
use decentdb_core::db::Connection;

use crate::script::Answer;

/// An empty database in memory.
pub fn memory_database() -> Database {
    Database::memory().expect("memory has room for an empty database")
}

/// DecentDB's answer to one statement.
pub fn answer(connection: &Connection, sql: &str) -> Answer {
    let failed = |error: decentdb_core::error::Error| Answer::Failed {
        code: error.sqlstate().code().to_owned(),
        message: error.message().to_owned(),
    };
    match connection.run(sql, &[]) {
        Ok(outcome) if outcome.returns_rows => match outcome.text_rows() {
            Ok(rows) => {
                let columns = outcome.columns.iter().map(|column| column.name.clone()).collect();
                Answer::Rows { columns, rows }
            }
            Err(error) => failed(error),
        },
        Ok(outcome) => Answer::Done(outcome.affected),
        Err(error) => failed(error),
    }
}
