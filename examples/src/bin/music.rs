//! Loads the music shop into a database file and asks it five questions.
//!
//! ```text
//! cargo run --release -p decentdb-examples --bin music -- music.ddb
//! ```

use std::time::Instant;

use decentdb::{Connection, Database};
use decentdb_examples::{QUESTIONS, SCRIPT};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "music.ddb".to_owned());
    let database = Database::open(&path)?;
    let connection = database.connect()?;

    let start = Instant::now();
    // One script is one transaction: after a crash all of it is there or nothing.
    connection.execute_script(SCRIPT)?;
    println!("loaded {} bytes of SQL into {path} in {:.0?}\n", SCRIPT.len(), start.elapsed());

    for question in &QUESTIONS {
        println!("{}", question.text);
        let start = Instant::now();
        show(&connection, question.sql)?;
        println!("  ({:.1?})\n", start.elapsed());
    }
    drop(connection);
    database.close()?;
    Ok(())
}

fn show(connection: &Connection, sql: &str) -> Result<(), decentdb::Error> {
    let mut rows = connection.query(sql, ())?;
    let width = rows.columns().len();
    while let Some(row) = rows.next()? {
        let cells: Result<Vec<String>, decentdb::Error> =
            (0..width).map(|at| row.get::<Option<String>>(at).map(Option::unwrap_or_default)).collect();
        println!("  {}", cells?.join(" | "));
    }
    Ok(())
}
