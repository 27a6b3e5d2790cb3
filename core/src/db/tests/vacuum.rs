//! The file made shorter: by how much, beside readers and writers, and under crashes at every change of the disk.

use std::collections::BTreeMap;

use super::{options, rows};
use crate::db::{Connection, Database, Options};
use crate::env::fault::FaultVfs;
use crate::env::{Env, MemoryVfs, SplitMix64};

const NAME: &str = "long.ddb";

fn sound(database: &Database, what: &str) {
    assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "{what}");
}

/// Ids and the beginnings of their texts; what a table must hold after any number of moves.
type Model = BTreeMap<i32, String>;

fn content(connection: &Connection, table: &str) -> Model {
    let sql = format!("SELECT id, body FROM {table} ORDER BY id");
    connection.query_as::<(i32, String)>(&sql, ()).unwrap().into_iter().collect()
}

/// A text of a length that stays in the page, goes out of line, or takes many pages.
fn body(random: &mut SplitMix64, id: i32) -> String {
    let length = match random.below(12) {
        0 => 20_000 + random.index(60_000),
        1..=2 => 3_000 + random.index(6_000),
        _ => 10 + random.index(200),
    };
    format!("{id}:{}", "abcdefgh".repeat(length / 8))
}

fn create(connection: &Connection, table: &str) {
    connection
        .execute_script(&format!(
            "CREATE TABLE {table} (id int PRIMARY KEY, tag text, body text);
             CREATE INDEX {table}_tag ON {table} (tag);"
        ))
        .unwrap();
}

fn insert(connection: &Connection, table: &str, id: i32, body: &str) {
    let sql = format!("INSERT INTO {table} VALUES ($1, $2, $3)");
    connection.execute(&sql, (id, format!("tag {:05}", id * 7919 % 10_007), body)).unwrap();
}

fn small() -> Options {
    Options { page_size: 4096, wal_soft_bytes: 1 << 20, ..options() }
}

fn file_bytes(vfs: &MemoryVfs) -> usize {
    vfs.bytes(NAME).unwrap().len()
}

/// Pages that are free, of how many.
fn free_pages(database: &Database) -> (u32, u32) {
    let read = database.shared.pager.begin_read().unwrap();
    (read.roots().free_count, read.roots().page_count)
}

#[test]
fn a_file_with_nine_tenths_of_its_rows_deleted_shrinks_to_what_it_needs() {
    let vfs = MemoryVfs::new();
    let database = Database::open(Env::simulated(vfs.clone(), 1), NAME, small()).unwrap();
    let connection = database.connect().unwrap();
    create(&connection, "t");
    let mut random = SplitMix64::new(1);
    connection.execute_script("BEGIN").unwrap();
    for id in 0..3000 {
        insert(&connection, "t", id, &body(&mut random, id));
    }
    connection.execute_script("COMMIT").unwrap();
    database.checkpoint().unwrap();
    let before = file_bytes(&vfs);
    connection.execute_script("DELETE FROM t WHERE id % 10 <> 3").unwrap();
    let kept = content(&connection, "t");
    database.checkpoint().unwrap();
    assert_eq!(file_bytes(&vfs), before, "deleting alone gives nothing back");
    let report = database.vacuum().unwrap();
    let (free, pages) = free_pages(&database);
    assert_eq!((free, report.pages_after), (0, pages), "{report:?}");
    assert_eq!(file_bytes(&vfs), crate::page::meta::PAGES_OFFSET as usize + pages as usize * 4096);
    assert!(file_bytes(&vfs) * 5 < before, "{} of {before} bytes are left", file_bytes(&vfs));
    sound(&database, "after the vacuum");
    assert_eq!(content(&connection, "t"), kept);
    assert_eq!(database.vacuum().unwrap().moved_pages, 0, "there is nothing left to do");
    // The same rows in a new file take about as much: pages that a deletion left half full stay so.
    let other = MemoryVfs::new();
    let fresh = Database::open(Env::simulated(other.clone(), 2), NAME, small()).unwrap();
    let writing = fresh.connect().unwrap();
    create(&writing, "t");
    for (id, body) in &kept {
        insert(&writing, "t", *id, body);
    }
    fresh.checkpoint().unwrap();
    let needed = file_bytes(&other);
    assert!(file_bytes(&vfs) <= needed + needed / 2, "{} bytes, a new file takes {needed}", file_bytes(&vfs));
    drop(connection);
    database.close().unwrap();
    let again = Database::open(Env::simulated(vfs.clone(), 3), NAME, small()).unwrap();
    sound(&again, "opened again");
    assert_eq!(content(&again.connect().unwrap(), "t"), kept);
}

#[test]
fn roots_move_too_and_whoever_knew_them_learns_it() {
    let vfs = MemoryVfs::new();
    let database = Database::open(Env::simulated(vfs.clone(), 1), NAME, small()).unwrap();
    let connection = database.connect().unwrap();
    create(&connection, "first");
    for id in 0..300 {
        insert(&connection, "first", id, &"x".repeat(2000));
    }
    create(&connection, "last");
    for id in 0..600 {
        insert(&connection, "last", id, &format!("row {id} {}", "y".repeat(150)));
    }
    let prepared = connection.prepare("SELECT count(*) FROM last WHERE tag >= $1").unwrap();
    let root = |name: &str| {
        let catalog = database.catalog().unwrap();
        let index = catalog.indexes.values().find(|index| index.name == name).map(|index| index.root);
        index.or(catalog.tables.values().find(|table| table.name == name).map(|table| table.root)).unwrap()
    };
    let before = (root("last"), root("last_tag"));
    let kept = content(&connection, "last");
    connection.execute_script("DROP TABLE first").unwrap();
    let report = database.vacuum().unwrap();
    assert!(root("last") < before.0 && root("last_tag") < before.1, "{report:?}");
    assert_eq!(free_pages(&database).0, 0, "{report:?}");
    sound(&database, "after the roots have moved");
    assert_eq!(content(&connection, "last"), kept);
    let mut counted = prepared.query(("tag",)).unwrap();
    assert_eq!(counted.next().unwrap().unwrap().get::<i64>(0).unwrap(), 600);
    drop(counted);
    insert(&connection, "last", 1000, "after");
    sound(&database, "after another row");
}

/// Random changes to random tables; the model keeps up.
fn change(
    connection: &Connection,
    random: &mut SplitMix64,
    models: &mut BTreeMap<String, Model>,
    next: &mut i32,
) {
    match random.below(20) {
        0 if models.len() < 5 => {
            let table = format!("t{next}");
            *next += 1;
            create(connection, &table);
            models.insert(table, Model::new());
        }
        1 if models.len() > 2 => {
            let table = models.keys().nth(random.index(models.len())).unwrap().clone();
            connection.execute_script(&format!("DROP TABLE {table}")).unwrap();
            models.remove(&table);
        }
        kind => {
            if models.is_empty() {
                return;
            }
            let table = models.keys().nth(random.index(models.len())).unwrap().clone();
            let model = models.get_mut(&table).unwrap();
            if kind < 10 {
                for _ in 0..random.index(30) {
                    let text = body(random, *next);
                    insert(connection, &table, *next, &text);
                    model.insert(*next, text);
                    *next += 1;
                }
            } else if kind < 17 {
                let (of, rest) = (2 + random.index(4) as i32, random.index(2) as i32);
                connection.execute_script(&format!("DELETE FROM {table} WHERE id % {of} = {rest}")).unwrap();
                model.retain(|id, _| id % of != rest);
            } else {
                let text = body(random, *next);
                for id in model.keys().copied().filter(|id| id % 5 == 0).collect::<Vec<_>>() {
                    connection
                        .execute(&format!("UPDATE {table} SET body = $1 WHERE id = $2"), (text.as_str(), id))
                        .unwrap();
                    model.insert(id, text.clone());
                }
            }
        }
    }
}

fn same(connection: &Connection, models: &BTreeMap<String, Model>, what: &str) {
    for (table, model) in models {
        assert!(content(connection, table) == *model, "{what}: table {table} differs");
        let by_index = format!("SELECT count(*) FROM {table} WHERE tag >= ''");
        assert_eq!(rows(connection, &by_index), [model.len().to_string()], "{what}: {table}");
    }
}

#[test]
fn random_tables_are_whole_after_every_step_also_beside_writers() {
    for seed in 0..12 {
        let vfs = MemoryVfs::new();
        let database = Database::open(Env::simulated(vfs.clone(), seed), NAME, small()).unwrap();
        let connection = database.connect().unwrap();
        let mut random = SplitMix64::new(seed);
        let (mut models, mut next) = (BTreeMap::new(), 1);
        for _ in 0..50 {
            change(&connection, &mut random, &mut models, &mut next);
        }
        for round in 0..2 {
            let what = format!("seed {seed}, round {round}");
            let mut vacuum = database.begin_vacuum().unwrap();
            let mut steps = 0;
            while !vacuum.step(1 + random.below(40) as u32).unwrap() {
                steps += 1;
                assert!(steps < 5000, "{what}: it ends");
                sound(&database, &format!("{what}, step {steps}"));
                if round == 0 && random.chance(1, 6) {
                    change(&connection, &mut random, &mut models, &mut next);
                }
                if random.chance(1, 10) {
                    database.checkpoint().unwrap();
                }
            }
            same(&connection, &models, &what);
            if round == 1 {
                assert_eq!(free_pages(&database).0, 0, "{what}: {:?}", vacuum.report());
            }
        }
        database.checkpoint().unwrap();
        let pages = free_pages(&database).1;
        assert_eq!(file_bytes(&vfs), crate::page::meta::PAGES_OFFSET as usize + pages as usize * 4096);
        drop(connection);
        database.close().unwrap();
        let again = Database::open(Env::simulated(vfs, seed), NAME, small()).unwrap();
        sound(&again, "opened again");
        same(&again.connect().unwrap(), &models, "opened again");
    }
}

#[test]
fn a_reader_keeps_its_pages_while_the_file_shrinks_and_the_file_waits_for_it() {
    let vfs = MemoryVfs::new();
    let database = Database::open(Env::simulated(vfs.clone(), 5), NAME, small()).unwrap();
    let connection = database.connect().unwrap();
    create(&connection, "t");
    let mut random = SplitMix64::new(5);
    for id in 0..400 {
        insert(&connection, "t", id, &body(&mut random, id));
    }
    database.checkpoint().unwrap();
    let whole = content(&connection, "t");
    let reader = database.connect().unwrap();
    let mut reading = reader.query("SELECT id, body FROM t", ()).unwrap();
    let mut seen = Model::new();
    let mut read = |rows: usize| {
        for _ in 0..rows {
            let Some(row) = reading.next().unwrap() else { break };
            seen.insert(row.get(0).unwrap(), row.get(1).unwrap());
        }
        seen.clone()
    };
    read(1);
    let before = file_bytes(&vfs);
    connection.execute_script("DELETE FROM t WHERE id >= 20").unwrap();
    let mut vacuum = database.begin_vacuum().unwrap();
    while !vacuum.step(8).unwrap() {
        database.checkpoint().unwrap();
        read(3);
    }
    assert!(vacuum.report().pages_after * 4 < vacuum.report().pages_before, "{:?}", vacuum.report());
    assert_eq!(file_bytes(&vfs), before, "the reader may still need the end");
    assert!(read(1000) == whole, "the reader's snapshot");
    drop(reading);
    database.checkpoint().unwrap();
    assert!(file_bytes(&vfs) * 3 < before, "{} of {before} bytes are left", file_bytes(&vfs));
    assert_eq!(content(&connection, "t").len(), 20);
    sound(&database, "after the reader");
}

#[test]
fn every_change_of_the_disk_in_a_vacuum_is_a_crash_point() {
    let mut images = 0;
    for seed in 0..3 {
        let vfs = FaultVfs::new(seed);
        let database = Database::open(Env::simulated(vfs.clone(), seed), NAME, small()).unwrap();
        let connection = database.connect().unwrap();
        let mut random = SplitMix64::new(seed);
        create(&connection, "gone");
        create(&connection, "t");
        for id in 0..60 {
            insert(&connection, "gone", id, &body(&mut random, id));
            insert(&connection, "t", id, &body(&mut random, id));
        }
        connection.execute_script("DROP TABLE gone; DELETE FROM t WHERE id % 3 = 1").unwrap();
        let kept: BTreeMap<String, Model> = [("t".to_owned(), content(&connection, "t"))].into();
        database.checkpoint().unwrap();
        vfs.keep_snapshots();
        let mut vacuum = database.begin_vacuum().unwrap();
        while !vacuum.step(20).unwrap() {
            if random.chance(1, 3) {
                database.checkpoint().unwrap();
            }
        }
        assert!(vacuum.report().moved_pages > 10, "{:?}", vacuum.report());
        drop(connection);
        database.close().unwrap();
        for (number, snapshot) in vfs.take_snapshots().into_iter().enumerate() {
            let mut worlds: Vec<_> =
                snapshot.vfs.crash_choices(5).iter().map(|choice| snapshot.vfs.crash(choice)).collect();
            worlds.push(snapshot.vfs.kill());
            for world in worlds {
                let what = format!("seed {seed}, point {number}: {:?}", snapshot.operation);
                let env = Env::simulated(world, seed + 9);
                let left =
                    Database::open(env, NAME, small()).unwrap_or_else(|error| panic!("{what}: {error:?}"));
                sound(&left, &what);
                same(&left.connect().unwrap(), &kept, &what);
                images += 1;
                // And the work can be finished.
                if number % 16 == 0 {
                    left.vacuum().unwrap();
                    sound(&left, &what);
                    assert_eq!(free_pages(&left).0, 0, "{what}");
                    same(&left.connect().unwrap(), &kept, &what);
                }
            }
        }
    }
    println!("{images} crash images");
    assert!(images > 300, "{images}");
}
