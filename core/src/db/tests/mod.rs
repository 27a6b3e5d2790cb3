//! What the public face promises: API contracts, transactions, constraints, reopening.

mod api;
mod constraints;
mod definitions;
mod depth;
mod inserts;
mod inspect;
mod levels;
mod maintenance;
mod reopen;
mod sequences;
mod system;
mod transactions;
mod vacuum;

use super::{Connection, Database, Options};
use crate::env::Env;
use crate::error::Error;

fn options() -> Options {
    // Memory has no barrier to wait for.
    Options { allow_weaker_barrier: true, ..Options::default() }
}

fn database() -> Database {
    Database::open(Env::memory(7), "test.ddb", options()).expect("a fresh database opens")
}

fn connect() -> Connection {
    database().connect().expect("a fresh database connects")
}

/// A connection after a script.
fn with(script: &str) -> Connection {
    let connection = connect();
    connection.execute_script(script).unwrap_or_else(|error| panic!("{script}: {error:?}"));
    connection
}

/// All rows as text, `|` between values, NULL as `-`.
fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut rows = connection.query(sql, ()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap_or_else(|error| panic!("{sql}: {error:?}")) {
        let values: Vec<String> = (0..row.columns().len())
            .map(|at| row.get::<Option<String>>(at).expect("every type has a text").unwrap_or("-".into()))
            .collect();
        lines.push(values.join("|"));
    }
    lines
}

/// The error of a statement: SQLSTATE and message.
fn fails(connection: &Connection, sql: &str) -> Error {
    match connection.execute_script(sql) {
        Ok(()) => panic!("{sql}: should fail"),
        Err(error) => error,
    }
}

fn says(error: &Error) -> String {
    format!("{}: {}", error.sqlstate(), error.message())
}

/// Nothing is wrong with the file.
fn sound(database: &Database) {
    let problems = database.verify().expect("the check itself works");
    assert!(problems.is_empty(), "{problems:#?}");
}
