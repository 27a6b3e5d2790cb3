//! A damaged file opens with a typed error or reads right: never a panic, never a hang, never a wrong row.

use decentdb_core::db::{Database, Options};
use decentdb_core::env::{Env, FileName, MemoryVfs};
use decentdb_core::error::{Error, ErrorKind};

const NAME: &str = "damaged.ddb";

/// A small database with an index, a text table and a deleted page or two, closed cleanly: one file.
fn image() -> Vec<u8> {
    let vfs = MemoryVfs::new();
    let env = Env::simulated(vfs.clone(), 1);
    let database = Database::open(
        env,
        NAME,
        Options { page_size: 4096, allow_weaker_barrier: true, ..Options::default() },
    )
    .expect("a new database");
    let connection = database.connect().expect("a connection");
    connection
        .execute_script(
            "CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, born date);
             CREATE INDEX person_name ON person (name);
             CREATE TABLE gone (id int PRIMARY KEY, filler text);",
        )
        .expect("a schema");
    for id in 0..200 {
        let name = format!("person {:03} {}", id * 7 % 200, "x".repeat(20));
        connection
            .execute("INSERT INTO person VALUES ($1, $2, '2000-01-01')", (id, name.as_str()))
            .expect("a row");
        connection.execute("INSERT INTO gone VALUES ($1, $2)", (id, name.as_str())).expect("a row");
    }
    connection.execute_script("DROP TABLE gone").expect("a drop");
    drop(connection);
    database.close().expect("a clean close");
    vfs.bytes(NAME).expect("the file")
}

/// What a reader gets out of a file.
fn read(bytes: &[u8]) -> Result<(i64, Vec<(i32, String)>), Error> {
    let vfs = MemoryVfs::new();
    let name = FileName::new(NAME).expect("a name");
    vfs.put(&name, bytes).expect("room");
    let database = Database::open(
        Env::simulated(vfs, 2),
        NAME,
        Options { create: false, allow_weaker_barrier: true, ..Options::default() },
    )?;
    let connection = database.connect()?;
    let rows = connection.query_as::<(i32, String)>("SELECT id, name FROM person ORDER BY id", ())?;
    let by_index =
        connection.query_row("SELECT count(*) FROM person WHERE name >= 'person 100'", (), |row| {
            row.get::<i64>(0)
        })?;
    Ok((by_index, rows))
}

/// Reads the file and fails the test on anything but the truth or an honest error.
fn must_be_right_or_refused(bytes: &[u8], truth: &(i64, Vec<(i32, String)>), what: &str) -> bool {
    let answer = read(bytes);
    match answer {
        Ok(answer) => {
            assert!(answer == *truth, "{what}: a wrong answer was given without an error");
            true
        }
        Err(error) => {
            assert!(
                matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Storage | ErrorKind::Statement),
                "{what}: {error:?} is no error of a damaged file"
            );
            false
        }
    }
}

#[test]
fn every_flipped_byte_of_the_first_pages_is_noticed_or_harmless() {
    let image = image();
    let truth = read(&image).expect("the undamaged file");
    assert_eq!(truth.1.len(), 200);
    // Both meta slots and the first pages behind them; every bit pattern would take long, one flip shows it.
    let end = image.len().min(32 * 1024 + 4 * 4096);
    let (mut right, mut refused) = (0, 0);
    for at in 0..end {
        // Far from any structure the space between the slots is zero: every 16th byte stands for it.
        let used = image[at] != 0 || at % 16 == 0;
        if !used {
            continue;
        }
        let mut damaged = image.clone();
        damaged[at] ^= 0x41;
        if must_be_right_or_refused(&damaged, &truth, &format!("byte {at}")) {
            right += 1
        } else {
            refused += 1
        }
    }
    assert!(refused > 0, "no damage was noticed at all ({right} read right)");
}

#[test]
fn a_truncated_file_is_refused_or_reads_right() {
    let image = image();
    let truth = read(&image).expect("the undamaged file");
    for length in (0..image.len()).step_by(509) {
        must_be_right_or_refused(&image[..length], &truth, &format!("cut to {length} bytes"));
    }
}

#[test]
fn zeroed_swapped_and_random_pages_are_refused_or_read_right() {
    let image = image();
    let truth = read(&image).expect("the undamaged file");
    let pages = image.len() / 4096;
    for page in 0..pages {
        let at = page * 4096;
        let mut zeroed = image.clone();
        zeroed[at..at + 4096].fill(0);
        must_be_right_or_refused(&zeroed, &truth, &format!("page {page} zeroed"));
        let mut noise = image.clone();
        let mut random = decentdb_core::env::SplitMix64::new(page as u64);
        random.fill(&mut noise[at..at + 4096]);
        must_be_right_or_refused(&noise, &truth, &format!("page {page} random"));
        let other = (page * 5 + 1) % pages * 4096;
        let mut swapped = image.clone();
        swapped.copy_within(other..other + 4096, at);
        must_be_right_or_refused(&swapped, &truth, &format!("page {page} overwritten by another"));
    }
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let vfs = MemoryVfs::new();
    let name = FileName::new(NAME).expect("a name");
    let bytes = b"This is somebody's letter, not a database.".repeat(2000);
    vfs.put(&name, &bytes).expect("room");
    let options = Options { allow_weaker_barrier: true, ..Options::default() };
    let opened = Database::open(Env::simulated(vfs.clone(), 3), NAME, options);
    assert_eq!(opened.err().map(|error| error.kind()), Some(ErrorKind::Corrupt));
    assert_eq!(vfs.bytes(NAME).expect("the file"), bytes, "a failed check changed the file");
}
