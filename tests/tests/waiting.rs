//! Reads wait for nobody: not for an open writer, not for a commit in its sync, not for a checkpoint, however
//! slow the disk.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use decentdb_core::db::{Database, Options};
use decentdb_core::env::{Barrier, Env, FileName, MemoryVfs, OpenMode, SyncKind, Vfs, VfsError, VfsFile};

/// A disk whose next write or sync of one file tells that it has begun, and waits until it may end.
#[derive(Clone)]
struct Gate {
    disk: Arc<MemoryVfs>,
    armed: Arc<Mutex<Option<Held>>>,
}

struct Held {
    log: bool,
    sync: bool,
    begun: Sender<()>,
    go_on: Receiver<()>,
}

struct GateFile {
    file: Box<dyn VfsFile>,
    is_log: bool,
    gate: Gate,
}

impl GateFile {
    fn pass(&self, sync: bool) {
        let held = {
            let mut armed = self.gate.armed.lock().unwrap();
            match &*armed {
                Some(held) if held.log == self.is_log && held.sync == sync => armed.take(),
                _ => None,
            }
        };
        if let Some(held) = held {
            held.begun.send(()).unwrap();
            held.go_on.recv().unwrap();
        }
    }
}

impl Vfs for Gate {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        let file = self.disk.open(name, mode)?;
        Ok(Box::new(GateFile { file, is_log: name.as_str().ends_with("-wal"), gate: self.clone() }))
    }
    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        self.disk.exists(name)
    }
    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        self.disk.remove(name)
    }
}

impl VfsFile for GateFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        self.file.read_exact_at(buf, offset)
    }
    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        self.pass(false);
        self.file.write_all_at(buf, offset)
    }
    fn size(&self) -> Result<u64, VfsError> {
        self.file.size()
    }
    fn set_size(&self, size: u64) -> Result<(), VfsError> {
        self.file.set_size(size)
    }
    fn sync(&self, kind: SyncKind) -> Result<(), VfsError> {
        self.pass(true);
        self.file.sync(kind)
    }
    fn lock(&self) -> Result<(), VfsError> {
        self.file.lock()
    }
    fn barrier(&self) -> Barrier {
        self.file.barrier()
    }
}

const PATIENCE: Duration = Duration::from_secs(60);

/// While `work` is held in the middle of a call on the disk: sessions old and new read, and a checkpoint that
/// is held does not keep writers from committing either.
fn reads_go_on_while(log: bool, sync: bool, work: impl FnOnce(&Database) + Send + 'static, commits: i32) {
    let gate = Gate { disk: Arc::new(MemoryVfs::new()), armed: Arc::default() };
    let env = Env { vfs: Arc::new(gate.clone()), ..Env::memory(1) };
    // A cache of a few pages: the reads below go to the files.
    let options = Options { allow_weaker_barrier: true, cache_bytes: 8 * 4096, ..Options::default() };
    let database = Database::open(env, "test.ddb", options).unwrap();
    let reader = database.connect().unwrap();
    reader.execute_script("CREATE TABLE t (id int PRIMARY KEY, a text)").unwrap();
    for id in 0..200 {
        reader.execute("INSERT INTO t VALUES ($1, repeat('x', 500))", (id,)).unwrap();
    }
    let prepared = reader.prepare("SELECT count(*), sum(length(a)) FROM t").unwrap();
    let (begun, has_begun) = channel();
    let (may_go_on, go_on) = channel();
    *gate.armed.lock().unwrap() = Some(Held { log, sync, begun, go_on });
    let other = database.clone();
    let held = std::thread::spawn(move || work(&other));
    has_begun.recv_timeout(PATIENCE).expect("the work reaches the disk");
    // From another thread, so that waiting shows as a test that fails and not as one that hangs.
    let (done, is_done) = channel();
    let looking = database.clone();
    std::thread::spawn(move || {
        for _ in 0..20 {
            let (count, bytes): (i64, i64) =
                prepared.query_row((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            assert_eq!((count, bytes), (200, 100_000), "what is not acknowledged is not seen");
            let fresh = looking.connect().unwrap();
            let one: i64 =
                fresh.query_row("SELECT count(*) FROM t WHERE id = 77", (), |row| row.get(0)).unwrap();
            assert_eq!(one, 1);
            assert!(!looking.readers().iter().any(|reader| reader.overdue));
            looking.metrics();
        }
        let writer = looking.connect().unwrap();
        for id in 1000..1000 + commits {
            writer.execute("INSERT INTO t VALUES ($1, 'y')", (id,)).unwrap();
        }
        done.send(()).unwrap();
    });
    is_done.recv_timeout(PATIENCE).expect("readers do not wait for what is held");
    may_go_on.send(()).unwrap();
    held.join().unwrap();
    assert_eq!(database.verify().unwrap(), Vec::<String>::new());
}

fn insert(database: &Database) {
    database.connect().unwrap().execute("INSERT INTO t VALUES (500, 'new')", ()).unwrap();
}

fn checkpoint(database: &Database) {
    database.checkpoint().unwrap();
}

#[test]
fn readers_do_not_wait_for_the_write_of_a_commit() {
    reads_go_on_while(true, false, insert, 0);
}

#[test]
fn readers_do_not_wait_for_the_sync_of_a_commit() {
    reads_go_on_while(true, true, insert, 0);
}

#[test]
fn readers_and_writers_do_not_wait_for_the_pages_of_a_checkpoint() {
    reads_go_on_while(false, false, checkpoint, 50);
}

#[test]
fn readers_and_writers_do_not_wait_for_the_syncs_of_a_checkpoint() {
    reads_go_on_while(false, true, checkpoint, 50);
}

#[test]
fn a_thousand_commits_go_on_beside_a_checkpoint_whose_disk_stands_still() {
    reads_go_on_while(false, false, checkpoint, 1000);
}

#[test]
fn readers_do_not_wait_for_a_writer_that_takes_its_time() {
    let options = Options { allow_weaker_barrier: true, ..Options::default() };
    let database = Database::open(Env::memory(1), "test.ddb", options).unwrap();
    let writer = database.connect().unwrap();
    writer.execute_script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)").unwrap();
    writer.execute_script("BEGIN; INSERT INTO t VALUES (2); CREATE INDEX i ON t (a)").unwrap();
    let (done, is_done) = channel();
    let other = database.clone();
    std::thread::spawn(move || {
        let reader = other.connect().unwrap();
        let seen: i64 = reader.query_row("SELECT count(*) FROM t", (), |row| row.get(0)).unwrap();
        done.send(seen).unwrap();
    });
    assert_eq!(is_done.recv_timeout(PATIENCE), Ok(1));
    writer.execute("COMMIT", ()).unwrap();
}

#[test]
fn a_writer_waits_for_another_ones_transaction_no_longer_than_it_was_told() {
    let options = Options { allow_weaker_barrier: true, busy_timeout_millis: 0, ..Options::default() };
    let database = Database::open(Env::memory(1), "test.ddb", options).unwrap();
    let first = database.connect().unwrap();
    first.execute("CREATE TABLE t (a int)", ()).unwrap();
    first.execute_script("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    let (done, is_done) = channel();
    let other = database.clone();
    std::thread::spawn(move || {
        let second = other.connect().unwrap();
        let code = second.execute("INSERT INTO t VALUES (2)", ()).unwrap_err().sqlstate().code().to_owned();
        done.send(code).unwrap();
    });
    assert_eq!(is_done.recv_timeout(PATIENCE), Ok("55P03".to_owned()));
    first.execute("COMMIT", ()).unwrap();
}
