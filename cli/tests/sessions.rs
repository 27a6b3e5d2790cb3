//! Whole sessions with the command, as a user types them: `tests/sessions/*.txt`.
//!
//! ```text
//! $ decentdb shop.ddb -c 'SELECT 1'      a command, run by sh in an empty folder kept for the whole file
//! ...                                    what it prints, errors included
//! [exit 1]                               its status, when it is not 0
//! ```
//!
//! `RECORD=1 cargo test -p decentdb-cli --test sessions` writes what is printed now; read the difference
//! before keeping it.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs one command in `folder`: output and error output together, then the status.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_decentdb"));
    let path = format!(
        "{}:{}",
        program.parent().expect("a folder").display(),
        std::env::var("PATH").expect("a PATH")
    );
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .expect("sh runs");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !output.status.success() {
        text.push_str(&format!("[exit {}]\n", output.status.code().unwrap_or(-1)));
    }
    text
}

/// The session with everything printed anew.
fn replay(session: &str, folder: &Path) -> String {
    let mut printed = String::new();
    for line in session.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            printed.push_str(line);
            printed.push('\n');
            printed.push_str(&run(command, folder));
        }
    }
    printed
}

#[test]
fn sessions_print_what_was_recorded() {
    let sessions = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&sessions).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no sessions in {}", sessions.display());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("session-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let recorded = std::fs::read_to_string(&file).unwrap();
        let printed = replay(&recorded, &folder);
        if std::env::var_os("RECORD").is_some() {
            std::fs::write(&file, &printed).unwrap();
        } else {
            assert_eq!(printed, recorded, "{name} (as printed on the left, as recorded on the right)");
        }
    }
}
