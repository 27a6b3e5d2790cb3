//! What is shown of sound and of damaged files.

use crate::base::PageNo;
use crate::db::{Database, Options};
use crate::env::{Env, FileName, MemoryVfs, SplitMix64};
use crate::inspect::{Content, File, SalvageReport, Validity};
use crate::page::meta::{META_A_OFFSET, META_B_OFFSET, META_BYTES, Meta, MetaState, PAGES_OFFSET, Slot};

const NAME: &str = "seen.ddb";

fn options() -> Options {
    Options { page_size: 4096, allow_weaker_barrier: true, ..Options::default() }
}

/// A database with two tables, an index, long values and free pages; still open: its log is there.
fn filled(vfs: &MemoryVfs) -> Database {
    let database = Database::open(Env::simulated(vfs.clone(), 1), NAME, options()).unwrap();
    let connection = database.connect().unwrap();
    connection
        .execute_script(
            "CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, born date, note text);
             CREATE INDEX person_name ON person (name);
             CREATE TABLE gone (id int PRIMARY KEY, filler text);",
        )
        .unwrap();
    for id in 0..300 {
        let note = (id % 50 == 0).then(|| "n".repeat(9000));
        let name = format!("person {id} o'{}", "x".repeat(30));
        connection.execute("INSERT INTO person VALUES ($1, $2, '2000-01-02', $3)", (id, name, note)).unwrap();
        connection.execute("INSERT INTO gone VALUES ($1, $2)", (id, "f".repeat(100))).unwrap();
    }
    connection.execute_script("DROP TABLE gone").unwrap();
    drop(connection);
    database
}

fn look(vfs: &MemoryVfs) -> File {
    File::open(&Env::simulated(vfs.clone(), 2), NAME).unwrap()
}

fn salvaged(file: &File) -> (Vec<String>, SalvageReport) {
    let mut lines = Vec::new();
    let report = file
        .salvage(&mut |line| {
            lines.push(line.to_owned());
            Ok(())
        })
        .unwrap();
    (lines, report)
}

#[test]
fn a_sound_file_is_shown_whole_with_its_log_and_without() {
    let vfs = MemoryVfs::new();
    let database = filled(&vfs);
    let open = look(&vfs);
    assert_eq!(open.notes(), Vec::<String>::new());
    let frames = open.frames().unwrap();
    let chained = frames.iter().filter(|frame| frame.validity == Validity::Chained).count();
    assert!(chained > 100, "{chained} of {}", frames.len());
    assert!(frames.iter().any(|frame| frame.commit.is_some_and(|commit| commit.seq == open.last_commit())));
    let with_log = open.trees();
    database.close().unwrap();
    let closed = look(&vfs);
    assert!(closed.frames().unwrap().is_empty());
    assert_eq!(closed.trees(), with_log, "the log and the file say the same");
    assert!(closed.slots().iter().all(|(_, slot)| matches!(slot, Slot::Valid(_))));
    let names: Vec<_> = with_log.iter().map(|tree| tree.name.as_str()).collect();
    // An integer primary key is the table's own key: there is no tree for it.
    assert_eq!(names, ["catalog", "table person", "index person_name"]);
    let person = with_log.iter().find(|tree| tree.name == "table person").unwrap();
    assert_eq!((person.entries, person.depth, person.problems.len()), (300, 2, 0));
    assert!(person.value_pages >= 18 && person.fill_percent(4096) > 30, "{person:?}");
    // Every page is something, and all rows of the leaves in use are the rows there are.
    let mut rows = 0;
    for (no, report) in closed.page_reports().unwrap() {
        let report = report.unwrap();
        if report.is_free {
            continue;
        }
        assert_eq!(report.damage, None, "page {no}");
        match report.content {
            Content::RowLeaf { root, rows: here, .. } if root == person.root => rows += here,
            Content::Unreadable(what) => panic!("page {no}: {what}"),
            _ => {}
        }
    }
    assert_eq!(rows, 300);
    assert!(closed.page_report(PageNo(0)).is_err() && closed.page_report(PageNo(9_999_999)).is_err());
}

#[test]
fn what_is_salvaged_is_sql_that_makes_the_same_rows() {
    let vfs = MemoryVfs::new();
    filled(&vfs).close().unwrap();
    let (lines, report) = salvaged(&look(&vfs));
    assert_eq!((report.rows, report.lost_rows, report.damaged_tables.len()), (300, 0, 0));
    let other = Database::open(Env::memory(3), "copy.ddb", options()).unwrap();
    let connection = other.connect().unwrap();
    connection
        .execute_script("CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, born date, note text)")
        .unwrap();
    connection.execute_script(&lines.join("\n")).unwrap();
    let sums = "SELECT count(*), sum(length(name)), sum(length(note)), min(born)::text FROM person";
    let all = |connection: &crate::db::Connection| {
        connection.query_as::<(i64, i64, i64, String)>(sums, ()).unwrap()
    };
    let original = Database::open(Env::simulated(vfs, 4), NAME, options()).unwrap();
    assert_eq!(all(&connection), all(&original.connect().unwrap()));
}

#[test]
fn rows_of_sound_leaves_are_salvaged_when_the_root_or_a_leaf_is_lost() {
    let vfs = MemoryVfs::new();
    filled(&vfs).close().unwrap();
    let person = look(&vfs).trees().into_iter().find(|tree| tree.name == "table person").unwrap();
    let sound = vfs.bytes(NAME).unwrap();
    let put = |bytes: &[u8]| vfs.put(&FileName::new(NAME).unwrap(), bytes).unwrap();
    let at = |no: PageNo| PAGES_OFFSET as usize + (no.0 as usize - 1) * 4096;
    // The root: every leaf is a stray.
    let mut bytes = sound.clone();
    bytes[at(person.root) + 100] ^= 1;
    put(&bytes);
    let (_, report) = salvaged(&look(&vfs));
    assert_eq!((report.rows, report.lost_rows), (300, 0));
    assert_eq!(report.damaged_tables, ["person"]);
    // A leaf: its rows are gone, the others are there.
    put(&sound);
    let file = look(&vfs);
    let (no, rows) = file
        .page_reports()
        .unwrap()
        .filter_map(|(no, report)| match report.unwrap().content {
            Content::RowLeaf { root, rows, .. } if root == person.root && !file.is_free(no) => {
                Some((no, rows))
            }
            _ => None,
        })
        .nth(1)
        .unwrap();
    let mut bytes = sound.clone();
    bytes[at(no) + 2000] ^= 1;
    put(&bytes);
    let (lines, report) = salvaged(&look(&vfs));
    assert_eq!(report.rows, 300 - rows as u64);
    assert!(lines.iter().any(|line| line.starts_with("-- table \"person\": page")), "{:?}", &lines[..3]);
    assert!(look(&vfs).page_report(no).unwrap().damage.is_some());
    // Both slots: nothing can be known, and that is said.
    let mut bytes = sound;
    bytes[100] ^= 1;
    bytes[16 * 1024 + 100] ^= 1;
    put(&bytes);
    let file = look(&vfs);
    assert!(file.notes()[0].contains("neither meta slot"), "{:?}", file.notes());
    assert_eq!(salvaged(&file).1.rows, 0);
}

#[test]
fn more_pages_than_there_can_be_are_noted_and_not_looked_for() {
    let vfs = MemoryVfs::new();
    drop(filled(&vfs));
    let mut db = vfs.bytes(NAME).unwrap();
    for offset in [META_A_OFFSET, META_B_OFFSET] {
        let slot = &mut db[offset as usize..][..META_BYTES];
        let Slot::Valid(mut meta) = Meta::decode(slot) else { panic!("a whole slot") };
        meta.roots.page_count = u32::MAX;
        meta.state = MetaState::Clean;
        slot.copy_from_slice(&meta.encode());
    }
    let other = MemoryVfs::new();
    other.put(&FileName::new(NAME).unwrap(), &db).unwrap();
    let file = look(&other);
    assert!(file.notes().iter().any(|note| note.contains("4294967295 pages")), "{:?}", file.notes());
    assert!(file.page_reports().unwrap().count() < db.len());
}

#[test]
fn no_bytes_make_a_look_fail_or_last() {
    let vfs = MemoryVfs::new();
    let database = filled(&vfs);
    let log_name = format!("{NAME}-wal");
    let (db, log) = (vfs.bytes(NAME).unwrap(), vfs.bytes(&log_name).unwrap());
    for seed in 0..60 {
        let mut random = SplitMix64::new(seed);
        let (mut db, mut log) = (db.clone(), log.clone());
        for bytes in [&mut db, &mut log] {
            for _ in 0..random.index(200) {
                let at = random.index(bytes.len());
                bytes[at] = random.below(256) as u8;
            }
            if random.chance(1, 4) {
                let length = random.index(bytes.len());
                bytes.truncate(length);
            }
        }
        let other = MemoryVfs::new();
        other.put(&FileName::new(NAME).unwrap(), &db).unwrap();
        other.put(&FileName::new(log_name.as_str()).unwrap(), &log).unwrap();
        let file = look(&other);
        let _ = (file.trees(), file.frames().unwrap(), salvaged(&file));
        let pages = file.page_reports().unwrap().filter(|(_, report)| report.is_ok()).count();
        assert!(pages <= db.len() / 4096 + 400, "seed {seed}: {pages} pages");
    }
    drop(database);
}
