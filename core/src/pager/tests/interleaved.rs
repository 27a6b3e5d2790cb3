//! Things that happen in the middle of a read or a sync, on one thread and therefore always the same.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use super::*;
use crate::env::fault::FaultVfs;
use crate::env::{Barrier, OpenMode, SyncKind, Vfs, VfsError, VfsFile};

/// What to do once, just before a call on a file.
type Hook = Box<dyn FnOnce() + Send>;

/// A disk with a hook before the next read of the log or sync of the database file.
#[derive(Clone)]
struct HookVfs {
    disk: FaultVfs,
    before_log_read: Arc<Mutex<Option<Hook>>>,
    before_db_sync: Arc<Mutex<Option<Hook>>>,
}

struct HookFile {
    file: Box<dyn VfsFile>,
    is_log: bool,
    vfs: HookVfs,
}

fn run(hook: &Mutex<Option<Hook>>) {
    let hook = hook.lock().unwrap().take();
    if let Some(hook) = hook {
        hook();
    }
}

impl Vfs for HookVfs {
    fn open(&self, name: &FileName, mode: OpenMode) -> Result<Box<dyn VfsFile>, VfsError> {
        let file = self.disk.open(name, mode)?;
        Ok(Box::new(HookFile { file, is_log: name.as_str().ends_with("-wal"), vfs: self.clone() }))
    }
    fn exists(&self, name: &FileName) -> Result<bool, VfsError> {
        self.disk.exists(name)
    }
    fn remove(&self, name: &FileName) -> Result<(), VfsError> {
        self.disk.remove(name)
    }
}

impl VfsFile for HookFile {
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<(), VfsError> {
        if self.is_log {
            run(&self.vfs.before_log_read);
        }
        self.file.read_exact_at(buf, offset)
    }
    fn write_all_at(&self, buf: &[u8], offset: u64) -> Result<(), VfsError> {
        self.file.write_all_at(buf, offset)
    }
    fn size(&self) -> Result<u64, VfsError> {
        self.file.size()
    }
    fn set_size(&self, size: u64) -> Result<(), VfsError> {
        self.file.set_size(size)
    }
    fn sync(&self, kind: SyncKind) -> Result<(), VfsError> {
        if !self.is_log {
            run(&self.vfs.before_db_sync);
        }
        self.file.sync(kind)
    }
    fn lock(&self) -> Result<(), VfsError> {
        self.file.lock()
    }
    fn barrier(&self) -> Barrier {
        self.file.barrier()
    }
}

fn hooked(seed: u64) -> (HookVfs, Pager) {
    let vfs = HookVfs {
        disk: FaultVfs::new(seed),
        before_log_read: Arc::default(),
        before_db_sync: Arc::default(),
    };
    // No checkpoint but those the tests ask for.
    let options = PagerOptions { wal_soft_bytes: 1 << 30, wal_hard_bytes: 1 << 31, ..small() };
    let pager = Pager::open(&Env::simulated(vfs.clone(), seed), &name(), &options).unwrap();
    (vfs, pager)
}

/// Sets every page of 1 to 30 to a stamp.
fn set_all(pager: &Pager, value: u64) {
    let mut txn = pager.begin_write().unwrap();
    while txn.roots().page_count < 30 {
        txn.allocate().unwrap();
    }
    for no in 1..=30 {
        stamp(txn.page_mut(PageNo(no)).unwrap(), value);
    }
    txn.commit(Durability::Full).unwrap();
}

#[test]
fn a_frame_that_is_overwritten_during_its_read_is_read_from_the_database_file() {
    let (vfs, pager) = hooked(1);
    set_all(&pager, 1);
    set_all(&pager, 2);
    let reader = pager.begin_read().unwrap();
    let other = pager.clone();
    // Just before the reader reads its frame, a checkpoint passes it and two commits reuse the segments.
    *vfs.before_log_read.lock().unwrap() = Some(Box::new(move || {
        other.checkpoint().unwrap();
        set_all(&other, 3);
        set_all(&other, 4);
    }));
    // The pool holds 8 of 30 pages, so some read comes from the log.
    for no in 1..=30 {
        assert_eq!(read_stamp(&reader, no).unwrap(), 2, "page {no}");
    }
    assert!(vfs.before_log_read.lock().unwrap().is_none(), "the hook ran");
    assert!(pager.durability_status().poisoned.is_none());
    assert_eq!(read_stamp(&pager.begin_read().unwrap(), 30).unwrap(), 4);
}

#[test]
fn a_reader_expired_during_a_read_answers_nothing() {
    let (vfs, pager) = hooked(2);
    set_all(&pager, 1);
    set_all(&pager, 2);
    let reader = pager.begin_read().unwrap();
    let other = pager.clone();
    *vfs.before_log_read.lock().unwrap() = Some(Box::new(move || {
        set_all(&other, 3);
        other.expire_readers();
        other.checkpoint().unwrap();
        set_all(&other, 4);
    }));
    let expired = (1..=30).map(|no| read_stamp(&reader, no)).find_map(Result::err).unwrap();
    assert_eq!(expired.sqlstate().code(), "72000");
    assert!((1..=30).all(|no| read_stamp(&reader, no).is_err()), "and never again");
}

#[test]
fn commits_in_the_middle_of_a_checkpoint_take_no_segment_it_still_needs() {
    // At each of the syncs of a checkpoint another transaction commits, and then the power goes: the
    // segments the durable meta slot relies on must not have been used again.
    for at in 0..3 {
        let (vfs, pager) = hooked(3);
        for value in 1..6 {
            set_all(&pager, value);
        }
        let left = Arc::new(Mutex::new(None));
        arm(&vfs, &pager, at, &left);
        pager.checkpoint().unwrap();
        let images: Vec<FaultVfs> = left.lock().unwrap().take().expect("the hook ran");
        for image in images {
            let opened = open(&Env::simulated(image, 4)).unwrap();
            let reader = opened.begin_read().unwrap();
            for no in 1..=30 {
                assert_eq!(read_stamp(&reader, no).unwrap(), 12, "sync {at}, page {no}");
            }
        }
    }
}

/// At the `at`th sync from now: commits enough to want old segments, then cuts the power in some ways.
fn arm(vfs: &HookVfs, pager: &Pager, at: usize, left: &Arc<Mutex<Option<Vec<FaultVfs>>>>) {
    let (inner, pager, left) = (vfs.clone(), pager.clone(), Arc::clone(left));
    *vfs.before_db_sync.lock().unwrap() = Some(Box::new(move || {
        if at > 0 {
            return arm(&inner, &pager, at - 1, &left);
        }
        // On a thread of its own: this one holds the checkpoint's lock.
        std::thread::scope(|scope| {
            scope.spawn(|| (6..=12).for_each(|value| set_all(&pager, value))).join().unwrap();
        });
        let disk = &inner.disk;
        let images = disk.crash_choices(30).iter().map(|choice| disk.crash(choice)).collect();
        *left.lock().unwrap() = Some(images);
    }));
}

#[test]
fn a_read_holds_no_lock_while_it_waits_for_the_host() {
    let (vfs, pager) = hooked(5);
    set_all(&pager, 1);
    let ran = Arc::new(Mutex::new(Cell::new(false)));
    let (other, flag) = (pager.clone(), Arc::clone(&ran));
    *vfs.before_log_read.lock().unwrap() = Some(Box::new(move || {
        other.checkpoint().unwrap();
        flag.lock().unwrap().set(true);
    }));
    let reader = pager.begin_read().unwrap();
    assert!((1..=30).all(|no| read_stamp(&reader, no).is_ok()));
    assert!(ran.lock().unwrap().get());
}
