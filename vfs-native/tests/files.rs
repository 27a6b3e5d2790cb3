//! Native files keep the contract of every host, and what only files have: names, modes, two openers.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use decentdb::NativeVfs;
use decentdb_core::env::{FileName, OpenMode, SyncKind, Vfs, VfsErrorKind, contract};

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("decentdb-files-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn name(&self, file: &str) -> FileName {
        FileName::new(self.0.join(file).to_str().unwrap()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn native_files_keep_the_contract() {
    let folder = Folder::new();
    let checks = contract::run(&NativeVfs, folder.name("c").as_str());
    assert_eq!(checks, Ok(contract::CHECKS.len()));
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "a check left a file");
}

#[test]
fn threads_write_and_read_their_own_places_of_one_file() {
    // Positioned I/O that moved a shared cursor would mix the places up.
    let folder = Folder::new();
    let file = NativeVfs.open(&folder.name("a"), OpenMode::Create).unwrap();
    std::thread::scope(|scope| {
        for place in 0..4_u8 {
            let file = &*file;
            scope.spawn(move || {
                for round in 0..200_u8 {
                    let at = u64::from(place) * 1000;
                    file.write_all_at(&[place ^ round; 1000], at).unwrap();
                    let mut back = [0; 1000];
                    file.read_exact_at(&mut back, at).unwrap();
                    assert_eq!(back, [place ^ round; 1000]);
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn a_new_file_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let name = folder.name("a");
    drop(NativeVfs.open(&name, OpenMode::Create).unwrap());
    let mode = std::fs::metadata(name.as_str()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn two_names_of_one_file_are_one_lock() {
    let folder = Folder::new();
    let (name, hard, soft) = (folder.name("a"), folder.name("hard"), folder.name("soft"));
    let first = NativeVfs.open(&name, OpenMode::Create).unwrap();
    std::fs::hard_link(name.as_str(), hard.as_str()).unwrap();
    std::os::unix::fs::symlink(name.as_str(), soft.as_str()).unwrap();
    first.lock().unwrap();
    for other in [&hard, &soft] {
        let error = NativeVfs.open(other, OpenMode::ReadWrite).unwrap().lock().unwrap_err();
        assert_eq!(error.kind, VfsErrorKind::AlreadyOpen);
        assert!(error.to_string().contains(other.as_str()), "{error}");
    }
    drop(first);
    NativeVfs.open(&hard, OpenMode::ReadWrite).unwrap().lock().unwrap();
}

#[test]
fn another_process_is_refused_and_told_which_file() {
    let folder = Folder::new();
    let name = folder.name("a");
    let file = NativeVfs.open(&name, OpenMode::Create).unwrap();
    let other = || {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_locks", "--ignored", "--nocapture"])
            .env("DECENTDB_TEST_FILE", name.as_str())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(other().contains("child: locked"));
    file.lock().unwrap();
    let refused = other();
    assert!(refused.contains("child: AlreadyOpen"), "{refused}");
    assert!(refused.contains(name.as_str()), "{refused}");
    drop(file);
    assert!(other().contains("child: locked"));
}

#[test]
#[ignore = "the other process of another_process_is_refused_and_told_which_file"]
fn child_locks() {
    let Ok(name) = std::env::var("DECENTDB_TEST_FILE") else { return };
    let file = NativeVfs.open(&FileName::new(name).unwrap(), OpenMode::ReadWrite).unwrap();
    match file.lock() {
        Ok(()) => println!("child: locked"),
        Err(error) => println!("child: {:?} {error}", error.kind),
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_a_file_is_refused_without_waiting() {
    let folder = Folder::new();
    let pipe = folder.name("pipe");
    let made = Command::new("mkfifo").arg(pipe.as_str()).status();
    let mut names = vec![FileName::new(folder.0.to_str().unwrap()).unwrap()];
    match made {
        Ok(status) if status.success() => names.push(pipe),
        _ => println!("SKIPPED in part: there is no mkfifo here"),
    }
    for name in names {
        for mode in [OpenMode::ReadOnly, OpenMode::ReadWrite, OpenMode::Create] {
            let Err(error) = NativeVfs.open(&name, mode) else { panic!("{name:?} opened as {mode:?}") };
            assert_eq!(error.kind, VfsErrorKind::InvalidName, "{error}");
        }
    }
}

#[test]
fn a_missing_folder_is_not_found() {
    let folder = Folder::new();
    let name = folder.name("no/such");
    let Err(error) = NativeVfs.open(&name, OpenMode::Create) else { panic!("it opened") };
    assert_eq!(error.kind, VfsErrorKind::NotFound);
}

#[test]
fn a_write_no_file_can_hold_is_a_full_disk() {
    let folder = Folder::new();
    let file = NativeVfs.open(&folder.name("a"), OpenMode::Create).unwrap();
    let error = file.write_all_at(&[1], i64::MAX.unsigned_abs()).unwrap_err();
    assert_eq!(error.kind, VfsErrorKind::DiskFull, "{error}");
    assert_eq!(file.size().unwrap(), 0);
    file.sync(SyncKind::DataAndSize).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_write_beyond_the_systems_limit_is_a_full_disk() {
    // `ulimit -f` stops writes after so many blocks, as a full disk would, also in the middle of one.
    let folder = Folder::new();
    let name = folder.name("a");
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact child_fills --ignored --nocapture";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("DECENTDB_TEST_FILE", name.as_str())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("child: DiskFull"), "{said} {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "the other process of a_write_beyond_the_systems_limit_is_a_full_disk"]
fn child_fills() {
    let Ok(name) = std::env::var("DECENTDB_TEST_FILE") else { return };
    let file = NativeVfs.open(&FileName::new(name).unwrap(), OpenMode::Create).unwrap();
    match file.write_all_at(&[7; 100_000], 0) {
        Ok(()) => println!("child: written"),
        Err(error) => println!("child: {:?} {error}", error.kind),
    }
}
