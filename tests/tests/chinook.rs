//! The Chinook database: its script loads unchanged, as one script, and questions about it have
//! PostgreSQL's answers.
//!
//! `examples/data/chinook/queries.expected` holds PostgreSQL 15's answers as CSV, one block per question.

#![expect(clippy::panic, reason = "a test stops at what it does not expect")]

use std::path::Path;

use decentdb::{Connection, Database};

/// The questions whose SQL is there already; the others need window functions, recursion and the like.
const ANSWERED: [u32; 7] = [1, 3, 4, 5, 11, 13, 19];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `-- 7 title` begins block 7.
fn blocks(text: &str) -> Vec<(u32, String)> {
    let mut blocks: Vec<(u32, String)> = Vec::new();
    for line in text.lines() {
        let number = line.strip_prefix("-- ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        match (number, blocks.last_mut()) {
            (Some(number), _) => blocks.push((number, String::new())),
            (None, Some((_, block))) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn csv(connection: &Connection, sql: &str) -> String {
    let mut rows = connection.query(sql, ()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let names: Vec<String> = rows.columns().iter().map(|column| field(&column.name)).collect();
    let mut out = names.join(",") + "\n";
    while let Some(row) = rows.next().unwrap_or_else(|error| panic!("{sql}: {error:?}")) {
        let values: Vec<String> = (0..row.columns().len())
            .map(|at| row.get::<Option<String>>(at).expect("every type has a text"))
            .map(|value| value.map_or("NULL".to_owned(), |text| field(&text)))
            .collect();
        out.push_str(&values.join(","));
        out.push('\n');
    }
    out
}

#[test]
fn the_chinook_script_loads_and_answers_like_postgresql() {
    let directory = std::env::temp_dir().join(format!("decentdb-chinook-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    let path = directory.join("music.ddb");
    let script = read("../examples/data/chinook/chinook.sql");

    let database = Database::open(&path).expect("opens");
    let connection = database.connect().expect("connects");
    let started = std::time::Instant::now();
    connection.execute_script(&script).unwrap_or_else(|error| panic!("at {:?}: {error:?}", error.position()));
    println!("loaded in {:?}", started.elapsed());

    let expected = blocks(&read("../examples/data/chinook/queries.expected"));
    for (number, sql) in blocks(&read("../examples/data/chinook/queries.sql")) {
        if !ANSWERED.contains(&number) {
            continue;
        }
        let started = std::time::Instant::now();
        let answer = csv(&connection, sql.trim().trim_end_matches(';'));
        println!("question {number} in {:?}", started.elapsed());
        let wanted = &expected.iter().find(|(other, _)| *other == number).expect("it has an answer").1;
        assert_eq!(&answer, wanted, "question {number}");
    }
    let problems = database.verify().expect("checks");
    assert!(problems.is_empty(), "{problems:#?}");
    drop(connection);
    database.close().expect("closes");

    let database = Database::open(&path).expect("opens again");
    let connection = database.connect().expect("connects");
    let lines: i64 =
        connection.query_row("SELECT count(*) FROM invoice_line", (), |row| row.get(0)).expect("counts");
    assert_eq!(lines, 2240);
    drop((connection, database));
    std::fs::remove_dir_all(&directory).expect("the temporary directory goes");
}
