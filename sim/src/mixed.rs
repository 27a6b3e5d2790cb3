//! The workload of the project: keys, foreign keys, indexes, big values, tables that come and go.
//!
//! Small on purpose: a handful of rows that split pages, free them and use them again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use decentdb_core::db::Connection;
use decentdb_core::env::SplitMix64;
use decentdb_core::error::{Result, SqlState};

use crate::workload::{Statement, Workload};

const PARENTS_MAX: usize = 30;
const CHILDREN_MAX: usize = 120;
const BIGS_MAX: usize = 6;

/// A letter and how often it stands there: a value of any size in two numbers.
#[derive(Clone, Copy, Debug)]
struct Body {
    letter: char,
    times: usize,
}

impl Body {
    fn draw(random: &mut SplitMix64, most: u64) -> Body {
        let letter = char::from(b'a' + random.below(26) as u8);
        Body { letter, times: random.below(most) as usize }
    }

    fn sql(self) -> String {
        format!("repeat('{}', {})", self.letter, self.times)
    }

    fn text(self) -> String {
        self.letter.to_string().repeat(self.times)
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Mixed {
    made: bool,
    parents: BTreeMap<i64, Body>,
    children: BTreeMap<i64, (i64, i64)>,
    bigs: BTreeMap<i64, Body>,
    extras: BTreeMap<u64, BTreeMap<i64, i64>>,
    name_index: bool,
    next_id: i64,
}

fn pick<V>(map: &BTreeMap<i64, V>, random: &mut SplitMix64) -> Option<i64> {
    map.keys().nth(random.index(map.len())).copied()
}

impl Mixed {
    fn id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    fn insert_parents(&mut self, random: &mut SplitMix64) -> Statement {
        let mut rows = Vec::new();
        for _ in 0..1 + random.below(4) {
            let (id, name) = (self.id(), Body::draw(random, 300));
            self.parents.insert(id, name);
            rows.push(format!("({id}, {})", name.sql()));
        }
        Statement::new(format!("INSERT INTO parent VALUES {}", rows.join(", ")))
    }

    fn insert_children(&mut self, random: &mut SplitMix64) -> Statement {
        let Some(parent) = pick(&self.parents, random) else { return self.insert_parents(random) };
        let mut rows = Vec::new();
        for _ in 0..1 + random.below(15) {
            let (id, n) = (self.id(), random.below(50) as i64);
            self.children.insert(id, (parent, n));
            rows.push(format!("({id}, {parent}, {n})"));
        }
        Statement::new(format!("INSERT INTO child VALUES {}", rows.join(", ")))
    }

    fn delete_parent(&mut self, id: i64) -> Statement {
        self.parents.remove(&id);
        self.children.retain(|_, (parent, _)| *parent != id);
        Statement::new(format!("DELETE FROM parent WHERE id = {id}"))
    }

    fn change_big(&mut self, random: &mut SplitMix64) -> Statement {
        let body = Body::draw(random, 14_000);
        match pick(&self.bigs, random).filter(|_| random.chance(1, 2) || self.bigs.len() >= BIGS_MAX) {
            Some(id) if random.chance(1, 2) => {
                self.bigs.remove(&id);
                Statement::new(format!("DELETE FROM big WHERE id = {id}"))
            }
            Some(id) => {
                self.bigs.insert(id, body);
                Statement::new(format!("UPDATE big SET body = {} WHERE id = {id}", body.sql()))
            }
            None => {
                let id = self.id();
                self.bigs.insert(id, body);
                Statement::new(format!("INSERT INTO big VALUES ({id}, {})", body.sql()))
            }
        }
    }

    fn define(&mut self, random: &mut SplitMix64) -> Statement {
        let number = random.below(3);
        if random.chance(1, 3) {
            self.name_index = !self.name_index;
            return Statement::new(match self.name_index {
                true => "CREATE INDEX parent_name ON parent (name)",
                false => "DROP INDEX parent_name",
            });
        }
        match self.extras.get(&number) {
            None => {
                self.extras.insert(number, BTreeMap::new());
                Statement::new(format!("CREATE TABLE extra{number} (id int PRIMARY KEY, v int)"))
            }
            Some(rows) if rows.is_empty() => {
                let rows = (0..40).map(|id| (id, id * 7)).collect();
                self.extras.insert(number, rows);
                let values: Vec<String> = (0..40).map(|id| format!("({id}, {})", id * 7)).collect();
                Statement::new(format!("INSERT INTO extra{number} VALUES {}", values.join(", ")))
            }
            Some(_) => {
                self.extras.remove(&number);
                Statement::new(format!("DROP TABLE extra{number}"))
            }
        }
    }

    fn violate(&self, random: &mut SplitMix64) -> Statement {
        match pick(&self.parents, random) {
            // The second row is the one that fails: the first must not stay.
            Some(id) if random.chance(1, 2) => Statement::failing(
                format!("INSERT INTO parent VALUES ({}, 'new'), ({id}, 'twice')", self.next_id + 1000),
                "23505",
            ),
            _ => Statement::failing("INSERT INTO child VALUES (999999, 999999, 0)", "23503"),
        }
    }
}

impl Workload for Mixed {
    fn schema(&mut self) -> Vec<String> {
        self.made = true;
        [
            "CREATE TABLE parent (id int PRIMARY KEY, name text NOT NULL)",
            "CREATE TABLE child (id int PRIMARY KEY,
                parent int NOT NULL REFERENCES parent ON DELETE CASCADE, n int)",
            "CREATE INDEX child_parent ON child (parent)",
            "CREATE TABLE big (id int PRIMARY KEY, body text)",
        ]
        .map(str::to_owned)
        .into()
    }

    fn next(&mut self, random: &mut SplitMix64) -> Statement {
        let parent = pick(&self.parents, random);
        match (random.below(20), parent) {
            (0..=2, _) if self.parents.len() < PARENTS_MAX => self.insert_parents(random),
            (3..=6, _) if self.children.len() < CHILDREN_MAX => self.insert_children(random),
            (7..=8, Some(id)) => {
                let name = Body::draw(random, 900);
                self.parents.insert(id, name);
                Statement::new(format!("UPDATE parent SET name = {} WHERE id = {id}", name.sql()))
            }
            (9..=10, Some(id)) => self.delete_parent(id),
            (11, Some(id)) => {
                for (_, n) in self.children.values_mut().filter(|(parent, _)| *parent == id) {
                    *n += 1;
                }
                Statement::new(format!("UPDATE child SET n = n + 1 WHERE parent = {id}"))
            }
            (12, _) => {
                self.children.retain(|id, _| id % 3 != 0);
                Statement::new("DELETE FROM child WHERE id % 3 = 0")
            }
            (13..=14, _) => self.define(random),
            (15, _) => self.violate(random),
            _ => self.change_big(random),
        }
    }

    fn state(&self) -> String {
        let mut out = String::new();
        if !self.made {
            return out;
        }
        for (id, name) in &self.parents {
            let _ = writeln!(out, "parent {id} {}", name.text());
        }
        for (id, (parent, n)) in &self.children {
            let _ = writeln!(out, "child {id} {parent} {n}");
        }
        for (id, body) in &self.bigs {
            let _ = writeln!(out, "big {id} {}", body.text());
        }
        for (number, rows) in &self.extras {
            let _ = writeln!(out, "extra{number}");
            for (id, v) in rows {
                let _ = writeln!(out, "extra{number} {id} {v}");
            }
        }
        out
    }

    fn dump(&self, connection: &Connection) -> Result<String> {
        let mut out = String::new();
        let tables = ["parent", "child", "big", "extra0", "extra1", "extra2"];
        // A missing table aborts an open transaction, so there only those that should be are looked for.
        let known = |table: &str| match table.strip_prefix("extra") {
            Some(number) => number.parse().is_ok_and(|number| self.extras.contains_key(&number)),
            None => self.made,
        };
        let careful = connection.in_transaction();
        for table in tables.into_iter().filter(|table| !careful || known(table)) {
            let outcome = match connection.run(&format!("SELECT * FROM {table} ORDER BY id"), &[]) {
                Ok(outcome) => outcome,
                Err(error) if error.sqlstate() == SqlState::UNDEFINED_TABLE => continue,
                Err(error) => return Err(error),
            };
            if table.starts_with("extra") {
                let _ = writeln!(out, "{table}");
            }
            for row in outcome.text_rows()? {
                out.push_str(table);
                for value in row {
                    out.push(' ');
                    out.push_str(value.as_deref().unwrap_or("NULL"));
                }
                out.push('\n');
            }
        }
        Ok(out)
    }
}
