//! The tables that generated queries are about.

use super::{Column, Generator, Kind};

/// Tables with the number of their rows.
pub(super) const TABLES: [(&str, u64); 4] = [("t0", 14), ("t1", 9), ("t2", 6), ("t3", 0)];

const COLUMNS: [(&str, Kind); 8] = [
    ("id", Kind::Int),
    ("i", Kind::Int),
    ("j", Kind::Int),
    ("b", Kind::Big),
    ("n", Kind::Numeric),
    ("s", Kind::Text),
    ("f", Kind::Bool),
    ("d", Kind::Date),
];

pub(super) fn columns() -> Vec<Column> {
    COLUMNS.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect()
}

/// CREATE TABLE and INSERT, with the rows the seed gives.
pub fn tables(seed: u64) -> Vec<String> {
    let mut generator = Generator::new(seed);
    let mut statements = Vec::new();
    for (table, rows) in TABLES {
        let columns: Vec<String> =
            COLUMNS.iter().map(|(name, kind)| format!("{name} {}", kind.sql())).collect();
        statements.push(format!("CREATE TABLE {table} ({}, PRIMARY KEY (id))", columns.join(", ")));
        let rows: Vec<String> = (1..=rows).map(|id| generator.row(id)).collect();
        if !rows.is_empty() {
            statements.push(format!("INSERT INTO {table} VALUES {}", rows.join(", ")));
        }
    }
    statements
}

/// Indexes that give plans a choice, and change no answer.
pub fn indexes() -> Vec<String> {
    [
        "CREATE INDEX t0_i ON t0 (i)",
        "CREATE INDEX t0_js ON t0 (j, s)",
        "CREATE UNIQUE INDEX t1_ni ON t1 (n, id)",
        "CREATE INDEX t1_i ON t1 (i)",
        "CREATE INDEX t1_d ON t1 (d)",
        "CREATE INDEX t2_b ON t2 (b)",
        "CREATE INDEX t2_s ON t2 (s)",
        "CREATE INDEX t3_f ON t3 (f)",
    ]
    .map(str::to_owned)
    .to_vec()
}

impl Generator {
    fn row(&mut self, id: u64) -> String {
        let values: Vec<String> = COLUMNS
            .iter()
            .map(|(name, kind)| match *name {
                "id" => id.to_string(),
                _ if self.percent(18) => "NULL".to_owned(),
                _ => self.literal(*kind),
            })
            .collect();
        format!("({})", values.join(", "))
    }
}
