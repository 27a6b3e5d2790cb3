//! `cargo xtask mutants [name ...]`: puts the known mistakes back, one at a time; a test must fail for each.
//!
//! ```text
//! copy of the tree (target/mutants/tree) -> edit -> build -> scenarios, simulator, the storage's tests
//!                                            |         |            fails: caught
//!                                            |         does not build: an error of the list
//!                                            text not there: an error of the list
//! ```
//!
//! It proves that the tests look: a mutant that survives is a test that is missing, or a safeguard that
//! something else makes redundant, and then the list says what.

mod list;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use list::{MUTANTS, Mutant, Verdict};

/// What hangs is a mutant that was noticed.
const SECONDS_MAX: u64 = 900;
/// What takes long to build is a slow machine.
const BUILD_SECONDS_MAX: u64 = 3600;
/// Tests in the order in which they are tried: the quickest to build and to notice first.
const TESTS: &[(&str, &[&str])] = &[
    ("scenario", &["test", "--quiet", "-p", "decentdb-sim", "--test", "scenarios"]),
    ("simulator", &["run", "--quiet", "-p", "decentdb-sim", "--", "--seeds", "250", "--images", "60"]),
    ("storage", &["test", "--quiet", "-p", "decentdb-core", "--lib", "--", "pager::", "wal::"]),
    ("whole engine", &["test", "--quiet", "-p", "decentdb-tests", "--test", "damage", "--test", "faults"]),
];

enum Found {
    Caught(&'static str),
    Survived,
}

/// Tries every mutant, or those whose name contains one of `names`.
pub(crate) fn run(root: &Path, names: &[String]) -> Result<(), String> {
    let tree = root.join("target/mutants/tree");
    let wanted: Vec<&Mutant> = MUTANTS
        .iter()
        .filter(|mutant| names.is_empty() || names.iter().any(|name| mutant.name.contains(name.as_str())))
        .collect();
    copy_tree(root, &tree)?;
    for mutant in &wanted {
        // All of them first: a list that no longer fits is told before an hour of work.
        mutated(&tree, mutant)?;
    }
    let mut wrong = Vec::new();
    for mutant in &wanted {
        let start = Instant::now();
        let found = try_one(&tree, mutant)?;
        let line = match (&found, &mutant.verdict) {
            (Found::Caught(by), Verdict::Caught) => format!("caught by the {by} tests"),
            (Found::Caught(by), Verdict::Redundant(_)) => {
                format!("caught by the {by} tests, though redundant")
            }
            (Found::Survived, Verdict::Redundant(reason)) => format!("survives: {reason}"),
            (Found::Survived, Verdict::Caught) => {
                wrong.push(mutant.name);
                "SURVIVES".to_owned()
            }
        };
        println!("{:<44} {line} ({} s)", mutant.name, start.elapsed().as_secs());
    }
    println!("{} mutants, {} survive that should not", wanted.len(), wrong.len());
    if wrong.is_empty() { Ok(()) } else { Err(format!("mutants survive: {}", wrong.join(", "))) }
}

/// The list fits the tree: every text is there, once. Cheap enough for every run of the gate.
#[cfg(test)]
pub(crate) fn check_list(root: &Path) -> Result<(), String> {
    for mutant in MUTANTS {
        mutated(root, mutant)?;
    }
    println!("mutants: {} still apply", MUTANTS.len());
    Ok(())
}

/// The files a mutant changes, changed.
fn mutated(tree: &Path, mutant: &Mutant) -> Result<Vec<(PathBuf, String)>, String> {
    let mut changed: Vec<(PathBuf, String)> = Vec::new();
    for edit in mutant.edits {
        let path = tree.join(edit.file);
        let at = changed.iter().position(|(known, _)| *known == path);
        let text = match at {
            Some(at) => changed.swap_remove(at).1,
            None => std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", edit.file))?,
        };
        let count = text.matches(edit.find).count();
        if count != 1 {
            return Err(format!(
                "mutant \"{}\" no longer applies: its text is {count} times in {}:\n{}",
                mutant.name, edit.file, edit.find
            ));
        }
        changed.push((path, text.replace(edit.find, edit.replace)));
    }
    Ok(changed)
}

fn try_one(tree: &Path, mutant: &Mutant) -> Result<Found, String> {
    let changed = mutated(tree, mutant)?;
    let mut before = Vec::new();
    for (path, text) in &changed {
        let old = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        before.push((path, old));
        std::fs::write(path, text).map_err(|error| error.to_string())?;
    }
    let outcome = judge(tree, mutant);
    for (path, old) in before {
        std::fs::write(path, old).map_err(|error| error.to_string())?;
    }
    outcome
}

fn judge(tree: &Path, mutant: &Mutant) -> Result<Found, String> {
    let build = ["build", "--quiet", "-p", "decentdb-sim", "--tests", "--bins"];
    if !cargo(tree, &build, Stdio::inherit(), BUILD_SECONDS_MAX)? {
        return Err(format!("mutant \"{}\" does not build", mutant.name));
    }
    for (name, arguments) in TESTS {
        if mutant.by.is_none_or(|by| by == *name) && !cargo(tree, arguments, Stdio::null(), SECONDS_MAX)? {
            return Ok(Found::Caught(name));
        }
    }
    Ok(Found::Survived)
}

/// Whether the command succeeds in time.
fn cargo(tree: &Path, arguments: &[&str], output: Stdio, seconds_max: u64) -> Result<bool, String> {
    let mut child = Command::new("cargo")
        .args(["--config", "profile.dev.debug=0", "--config", "build.rustflags=[\"-Awarnings\"]"])
        .args(arguments)
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", tree.with_file_name("build"))
        .env("RUST_MIN_STACK", "33554432")
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .map_err(|error| format!("cargo: {error}"))?;
    let deadline = Instant::now() + Duration::from_secs(seconds_max);
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => return Ok(status.success()),
            None if Instant::now() > deadline => {
                child.kill().map_err(|error| error.to_string())?;
                let _ = child.wait();
                return Ok(false);
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Copies what git knows, without touching files that are equal: cargo then builds only what differs.
fn copy_tree(root: &Path, tree: &Path) -> Result<(), String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), tree.join(name));
        let Ok(bytes) = std::fs::read(&from) else { continue };
        if std::fs::read(&to).is_ok_and(|known| known == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        std::fs::write(&to, bytes).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_still_applies_to_the_tree() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the top folder");
        check_list(root).expect("a text of the list is no longer in the tree");
    }

    #[test]
    fn names_are_different_and_there_are_enough() {
        let mut names: Vec<_> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MUTANTS.len());
        assert!(names.len() >= 25, "{}", names.len());
    }
}
