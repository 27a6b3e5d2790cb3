//! Copies made beside a writer; free lists and indexes damaged by hand, found and mended.

use super::{options, rows};
use crate::base::{Lsn, PageNo};
use crate::db::{Connection, Database, Options};
use crate::env::{Env, FileName, OpenMode, VfsFile};
use crate::error::SqlState;
use crate::page::meta::{self, META_BYTES, Meta, Slot};
use crate::page::{free_list, seal};

const NAME: &str = "kept.ddb";

/// Tables, an index, and a free list of several pages.
fn filled(env: &Env) -> (Database, Connection) {
    let database = Database::open(env.clone(), NAME, options()).unwrap();
    let connection = database.connect().unwrap();
    connection
        .execute_script(
            "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE INDEX t_name ON t (name);
             CREATE TABLE gone (id int PRIMARY KEY, filler text);",
        )
        .unwrap();
    for id in 0..300 {
        connection.execute("INSERT INTO t VALUES ($1, $2)", (id, format!("name {id}"))).unwrap();
        connection.execute("INSERT INTO gone VALUES ($1, $2)", (id, "x".repeat(400))).unwrap();
    }
    connection.execute_script("DROP TABLE gone").unwrap();
    (database, connection)
}

fn reopen(env: &Env) -> Database {
    Database::open(env.clone(), NAME, Options { create: false, ..options() }).unwrap()
}

/// The closed file, to be damaged.
struct Closed {
    file: Box<dyn VfsFile>,
    meta: Meta,
}

impl Closed {
    fn open(env: &Env) -> Closed {
        let file = env.vfs.open(&FileName::new(NAME).unwrap(), OpenMode::ReadWrite).unwrap();
        let mut bytes = vec![0; META_BYTES];
        file.read_exact_at(&mut bytes, meta::META_A_OFFSET).unwrap();
        let Slot::Valid(meta) = Meta::decode(&bytes) else { panic!("a closed file has a valid slot") };
        Closed { file, meta: *meta }
    }

    fn page(&self, no: PageNo) -> Vec<u8> {
        let mut bytes = vec![0; self.meta.page_size as usize];
        self.file.read_exact_at(&mut bytes, meta::page_offset(no, self.meta.page_size as usize)).unwrap();
        bytes
    }

    fn put_page(&self, no: PageNo, mut bytes: Vec<u8>) {
        seal::seal(&mut bytes, no, Lsn(1), self.meta.db_salt);
        self.file.write_all_at(&bytes, meta::page_offset(no, self.meta.page_size as usize)).unwrap();
    }

    fn put_meta(&self) {
        for offset in [meta::META_A_OFFSET, meta::META_B_OFFSET] {
            self.file.write_all_at(&self.meta.encode(), offset).unwrap();
        }
    }

    fn put_word(page: &mut [u8], at: usize, value: u32) {
        page[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}

type Damage = fn(&mut Closed, PageNo, Vec<u8>);

/// Every way a free list can be wrong: `(what, damage, what verify says)`.
const DAMAGES: [(&str, Damage, &str); 8] = [
    (
        "a page is listed twice",
        |closed, head, mut trunk| {
            let second = free_list::ENTRIES_OFFSET + 4;
            trunk.copy_within(free_list::ENTRIES_OFFSET..second, second);
            closed.put_page(head, trunk);
        },
        "on the free list twice",
    ),
    (
        "a used page is listed",
        |closed, head, mut trunk| {
            let used = closed.meta.roots.catalog_root.0;
            Closed::put_word(&mut trunk, free_list::ENTRIES_OFFSET, used);
            closed.put_page(head, trunk);
        },
        "is used and on the free list",
    ),
    (
        "a page past the end is listed",
        |closed, head, mut trunk| {
            Closed::put_word(&mut trunk, free_list::ENTRIES_OFFSET, 1_000_000);
            closed.put_page(head, trunk);
        },
        "which is not in the file",
    ),
    (
        "the list runs in a circle",
        |closed, head, mut trunk| {
            Closed::put_word(&mut trunk, free_list::NEXT_OFFSET, head.0);
            closed.put_page(head, trunk);
        },
        "on the free list twice",
    ),
    (
        "the list goes on into a page of a tree",
        |closed, head, mut trunk| {
            let used = closed.meta.roots.catalog_root.0;
            Closed::put_word(&mut trunk, free_list::NEXT_OFFSET, used);
            closed.put_page(head, trunk);
        },
        "is not a free page",
    ),
    (
        "a page is missing from the list",
        |closed, head, mut trunk| {
            let count = free_list::read_trunk(&trunk, head).unwrap().count;
            free_list::set_count(&mut trunk, count - 1);
            closed.put_page(head, trunk);
        },
        "is neither used nor free",
    ),
    (
        "the count is wrong",
        |closed, _, _| {
            closed.meta.roots.free_count += 1;
            closed.put_meta();
        },
        "the roots say",
    ),
    (
        "the list is lost",
        |closed, _, _| {
            closed.meta.roots.free_head = PageNo::NONE;
            closed.meta.roots.free_count = 0;
            closed.put_meta();
        },
        "is neither used nor free",
    ),
];

#[test]
fn every_damage_of_a_free_list_is_found_and_mended() {
    for (what, damage, words) in DAMAGES {
        let env = Env::memory(3);
        let (database, connection) = filled(&env);
        drop(connection);
        assert_eq!(database.verify().unwrap(), Vec::<String>::new());
        database.close().unwrap();
        let mut closed = Closed::open(&env);
        let head = closed.meta.roots.free_head;
        let trunk = closed.page(head);
        assert!(free_list::read_trunk(&trunk, head).unwrap().count > 3, "the fixture has free pages");
        damage(&mut closed, head, trunk);
        drop(closed);
        let database = reopen(&env);
        let found = database.verify().unwrap();
        assert!(found.iter().any(|problem| problem.contains(words)), "{what}: {found:?}");
        let report = database.repair().unwrap();
        assert_eq!(report.problems, found, "{what}");
        assert!(report.free_pages > 3, "{what}: {report:?}");
        assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "{what}");
        let connection = database.connect().unwrap();
        assert_eq!(rows(&connection, "SELECT count(*), min(name) FROM t"), ["300|name 0"]);
        for id in 300..900 {
            connection.execute("INSERT INTO t VALUES ($1, $2)", (id, "y".repeat(200))).unwrap();
        }
        assert_eq!(database.verify().unwrap(), Vec::<String>::new(), "{what}, and after new rows");
        drop(connection);
        database.close().unwrap();
        assert_eq!(reopen(&env).repair().unwrap().problems, Vec::<String>::new(), "{what}, and for good");
    }
}

#[test]
fn gc_finds_nothing_in_our_files_and_reclaims_planted_orphans() {
    let env = Env::memory(4);
    let (database, connection) = filled(&env);
    drop(connection);
    assert_eq!(database.gc().unwrap(), 0);
    database.close().unwrap();
    let closed = Closed::open(&env);
    let head = closed.meta.roots.free_head;
    let mut trunk = closed.page(head);
    let count = free_list::read_trunk(&trunk, head).unwrap().count;
    free_list::set_count(&mut trunk, count - 3);
    closed.put_page(head, trunk);
    let mut closed = closed;
    closed.meta.roots.free_count -= 3;
    closed.put_meta();
    drop(closed);
    let database = reopen(&env);
    assert_eq!(database.verify().unwrap().len(), 3);
    assert_eq!(database.gc().unwrap(), 3);
    assert_eq!(database.gc().unwrap(), 0);
    assert_eq!(database.verify().unwrap(), Vec::<String>::new());
}

/// The root page of an index, overwritten by that of another.
#[test]
fn a_damaged_index_is_built_anew_from_its_table() {
    let env = Env::memory(5);
    let (database, connection) = filled(&env);
    drop(connection);
    let catalog = database.catalog().unwrap();
    let root = |name: &str| catalog.indexes.values().find(|index| index.name == name).unwrap().root;
    let t_name = root("t_name");
    database.close().unwrap();
    let closed = Closed::open(&env);
    let mut page = closed.page(t_name);
    let last = page.len() - 3;
    page[last] ^= 0x55;
    closed.put_page(t_name, page);
    drop(closed);
    let database = reopen(&env);
    let found = database.verify().unwrap();
    assert!(found.len() == 1 && found[0].contains("index \"t_name\""), "one damage, named once: {found:?}");
    assert_eq!(database.gc().unwrap_err().sqlstate(), SqlState::DATA_CORRUPTED);
    assert_eq!(database.repair().unwrap().rebuilt_indexes, ["t_name"]);
    assert_eq!(database.verify().unwrap(), Vec::<String>::new());
    let connection = database.connect().unwrap();
    assert_eq!(rows(&connection, "SELECT id FROM t WHERE name = 'name 77'"), ["77"]);
}

#[test]
fn a_damaged_table_is_not_mended_by_guessing() {
    let env = Env::memory(6);
    let (database, connection) = filled(&env);
    drop(connection);
    let root = database.catalog().unwrap().tables.values().find(|table| table.name == "t").unwrap().root;
    database.close().unwrap();
    let closed = Closed::open(&env);
    let mut page = closed.page(root);
    page[16] = 99;
    closed.put_page(root, page);
    drop(closed);
    let database = reopen(&env);
    assert_eq!(database.verify().unwrap().len(), 1, "{:?}", database.verify());
    let error = database.repair().unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::DATA_CORRUPTED);
    assert!(!database.verify().unwrap().is_empty(), "nothing was changed");
}

#[test]
fn a_backup_is_the_snapshot_of_its_beginning_while_others_write() {
    let env = Env::memory(8);
    let (database, connection) = filled(&env);
    // An open transaction is not in the copy.
    connection.execute_script("BEGIN; INSERT INTO t VALUES (1000, 'uncommitted')").unwrap();
    let elsewhere = Env::memory(9);
    let mut backup = database.begin_backup(&elsewhere, "copy.ddb").unwrap();
    connection.execute_script("COMMIT; DELETE FROM t WHERE id < 200").unwrap();
    let mut steps = 0;
    while !backup.step(1).unwrap() {
        steps += 1;
        connection.execute("INSERT INTO t VALUES ($1, 'later')", (2000 + steps,)).unwrap();
        if steps % 5 == 0 {
            database.checkpoint().unwrap();
        }
    }
    assert!(steps > 5, "the copy was made in {steps} steps");
    drop(backup);
    let copy = Database::open(elsewhere.clone(), "copy.ddb", options()).unwrap();
    assert_eq!(copy.verify().unwrap(), Vec::<String>::new());
    let reading = copy.connect().unwrap();
    assert_eq!(rows(&reading, "SELECT count(*), max(id) FROM t"), ["300|299"]);
    reading.execute("INSERT INTO t VALUES (5000, 'in the copy')", ()).unwrap();
    assert_eq!(rows(&connection, "SELECT count(*) FROM t WHERE id = 5000"), ["0"]);
}

#[test]
fn a_backup_never_overwrites_and_an_unfinished_one_does_not_open() {
    let env = Env::memory(10);
    let (database, _connection) = filled(&env);
    let error = database.backup_to(&env, NAME).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::DUPLICATE_OBJECT);
    let elsewhere = Env::memory(11);
    let mut backup = database.begin_backup(&elsewhere, "half.ddb").unwrap();
    assert!(!backup.step(2).unwrap());
    assert_eq!(backup.progress().0, 2);
    drop(backup);
    let error = Database::open(elsewhere, "half.ddb", options()).unwrap_err();
    assert_eq!(error.sqlstate(), SqlState::DATA_CORRUPTED);
    let whole = Env::memory(12);
    database.backup_to(&whole, "whole.ddb").unwrap();
    assert_eq!(
        Database::open(whole, "whole.ddb", options()).unwrap().verify().unwrap(),
        Vec::<String>::new()
    );
}
