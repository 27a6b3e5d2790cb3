//! The house rules that no tool off the shelf checks: import arrows, file and function sizes, headers,
//! plain ASCII in sources, nothing left over.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::{arrows, scan};

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_WARN: usize = 70;
const FUNCTION_LINES_MAX: usize = 150;
/// What must not stay in a source, and what to do instead.
const LEFTOVERS: &[(&str, &str)] = &[
    ("dbg!(", "remove it"),
    ("todo!(", "return Error::unsupported, or do it"),
    ("unimplemented!(", "return Error::unsupported, or do it"),
    ("FIXME", "mend it, or file an issue and name it"),
    ("XXX:", "say what is meant"),
    ("/home/", "a path of one machine: make it relative or an option"),
];
/// Pages that say which test shows what: a test that is renamed is renamed there.
const PAGES_NAMING_TESTS: &[&str] =
    &["docs/TESTING.md", "docs/FAULTS.md", "docs/DURABILITY.md", "docs/CONCURRENCY.md"];
const SKIPPED: &[&str] = &["target", "node_modules", "dist", ".git", "pkg"];

/// Checks the tree below `root`; the error lists everything found.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    collect(root, &mut files).map_err(|error| error.to_string())?;
    files.sort();
    let own = own_places(root);
    let (mut problems, mut warnings, mut sources) = (Vec::new(), 0, 0);
    let mut functions = HashSet::new();
    for path in &files {
        let shown = path.strip_prefix(root).unwrap_or(path).display().to_string().replace('\\', "/");
        let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        sources += 1;
        check(&shown, &text, &mut problems, &mut warnings);
        problems.extend(places_named(&shown, &text, &own));
        functions.extend(
            text.split("fn ").skip(1).filter_map(|rest| Some(rest.split_once(['(', '<'])?.0.to_owned())),
        );
    }
    for page in PAGES_NAMING_TESTS {
        let text = std::fs::read_to_string(root.join(page)).map_err(|error| format!("{page}: {error}"))?;
        let missing = tests_named(&text).filter(|name| !functions.contains(*name));
        problems.extend(missing.map(|name| format!("{page}: there is no test {name}")));
    }
    if problems.is_empty() {
        println!("tidy: {sources} files in order, {warnings} functions over {FUNCTION_LINES_WARN} lines");
        return Ok(());
    }
    Err(format!("{}\ntidy: {} problems", problems.join("\n"), problems.len()))
}

/// What a page says in backticks that reads like the name of a test: a sentence.
fn tests_named(page: &str) -> impl Iterator<Item = &str> {
    let is_name = |word: &str| word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let words = page.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    words.filter(move |word| word.len() > 25 && word.matches('_').count() > 3 && is_name(word))
}

/// Where this machine keeps the checkout and its user: no source may name them.
fn own_places(root: &Path) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    // A home of one letter ("/") would be found in every path.
    [root.display().to_string(), home].into_iter().filter(|place| place.len() > 1).collect()
}

fn places_named(shown: &str, text: &str, places: &[String]) -> Vec<String> {
    let named = |line: &str| places.iter().any(|place| line.contains(&format!("{place}/")));
    let found = text.lines().enumerate().filter(|(_, line)| named(line));
    found
        .map(|(at, _)| format!("{shown}:{}: a path of this machine: make it relative or an option", at + 1))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(&path, files)?;
            }
        } else if name.ends_with(".rs") || name.ends_with(".toml") || name.ends_with(".ts") {
            files.push(path);
        }
    }
    Ok(())
}

fn check(shown: &str, text: &str, problems: &mut Vec<String>, warnings: &mut usize) {
    let mut complain = |line: usize, what: String| problems.push(format!("{shown}:{line}: {what}"));
    let lines = text.lines().count();
    if lines > FILE_LINES_MAX {
        complain(lines, format!("{lines} lines; at most {FILE_LINES_MAX}"));
    }
    for (at, line) in text.lines().enumerate() {
        // The list of leftovers names them.
        if !shown.starts_with("xtask/") {
            for (leftover, instead) in LEFTOVERS {
                if line.contains(leftover) {
                    complain(at + 1, format!("{leftover} is left over: {instead}"));
                }
            }
        }
        if !shown.ends_with(".ts") && !line.is_ascii() {
            complain(at + 1, "not ASCII: write an escape".to_owned());
        }
    }
    if !shown.ends_with(".rs") {
        return;
    }
    if !text.starts_with("//!") {
        complain(1, "no header: what is this file for, and what not?".to_owned());
    }
    let code = scan::code_only(text);
    for (line, name, length) in scan::functions(&code) {
        if length > FUNCTION_LINES_MAX {
            complain(line, format!("`{name}` has {length} lines; at most {FUNCTION_LINES_MAX}"));
        } else if length > FUNCTION_LINES_WARN {
            *warnings += 1;
        }
    }
    let is_test = shown.contains("/tests/") || shown.ends_with("tests.rs") || shown.contains("/testing/");
    if let Some(module) = module_of_core(shown).filter(|_| !is_test) {
        let code = scan::without_tests(&code);
        let climbed = scan::modules_climbed_to(code, depth_in_core(shown));
        for (line, target) in scan::modules_used(code).into_iter().chain(climbed) {
            if let Some(objection) = arrows::objection(module, &target) {
                complain(line, objection);
            }
        }
    }
}

/// The top-level module a file of the core belongs to.
fn module_of_core(shown: &str) -> Option<&str> {
    let inside = shown.strip_prefix("core/src/")?;
    let module = inside.split(['/', '.']).next()?;
    (module != "lib").then_some(module)
}

/// How many modules below the root of the core a file is: `page/mod.rs` 1, `page/leaf.rs` 2.
fn depth_in_core(shown: &str) -> usize {
    let steps = shown.matches('/').count().saturating_sub(1);
    if shown.ends_with("/mod.rs") { steps - 1 } else { steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(shown: &str, text: &str) -> Vec<String> {
        let (mut problems, mut warnings) = (Vec::new(), 0);
        check(shown, text, &mut problems, &mut warnings);
        problems
    }

    #[test]
    fn an_arrow_upwards_is_found_with_its_line() {
        let found = problems(
            "core/src/page/leaf.rs",
            "//! Leaves.\nuse crate::base::PageNo;\nuse crate::db::Database;\n",
        );
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("core/src/page/leaf.rs:3:"), "{found:?}");
    }

    #[test]
    fn an_arrow_that_climbs_is_found_too() {
        assert_eq!(problems("core/src/page/leaf.rs", "//! Leaves.\nuse super::super::db::A;\n").len(), 1);
        assert_eq!(problems("core/src/page/mod.rs", "//! Pages.\nuse super::db::A;\n").len(), 1);
        assert!(problems("core/src/page/leaf/row.rs", "//! Rows.\nuse super::super::db::A;\n").is_empty());
    }

    #[test]
    fn a_path_of_somebodys_machine_is_found() {
        let text = concat!("//! A.\nconst A: &str = \"/ho", "me/me/x\";\n");
        assert_eq!(problems("cli/src/a.rs", text).len(), 1);
    }

    #[test]
    fn a_path_of_this_very_machine_is_found() {
        let places = ["/somewhere/checkout".to_owned()];
        assert_eq!(places_named("a.rs", "//! A.\n// /somewhere/checkout/core\n", &places).len(), 1);
        assert!(places_named("a.rs", "// /somewhere/checkouts\n", &places).is_empty());
    }

    #[test]
    fn tests_may_reach_everywhere() {
        assert!(problems("core/src/page/tests.rs", "//! Tests.\nuse crate::db::Database;\n").is_empty());
        let inline = "//! A.\n#[cfg(test)]\nmod tests {\nuse crate::db::Database;\n}\n";
        assert!(problems("core/src/page/leaf.rs", inline).is_empty());
    }

    #[test]
    fn a_page_names_tests_in_backticks() {
        let page = "| `a_test_that_somebody_has_renamed` | `Options::default` `short_name` a_test_that_is_not_quoted |";
        assert_eq!(tests_named(page).collect::<Vec<_>>(), ["a_test_that_somebody_has_renamed"]);
    }

    #[test]
    fn sizes_headers_and_leftovers_are_found() {
        assert_eq!(problems("cli/src/a.rs", "fn a() {}\n").len(), 1);
        assert_eq!(problems("cli/src/a.rs", &format!("//! A.\n{}", "//\n".repeat(800))).len(), 1);
        assert_eq!(
            problems("cli/src/a.rs", &format!("//! A.\nfn a() {{\n{}}}\n", ";\n".repeat(150))).len(),
            1
        );
        assert_eq!(problems("cli/src/a.rs", concat!("//! A.\nfn a() { dbg", "!(1); }\n")).len(), 1);
        assert_eq!(problems("cli/src/a.rs", "//! \u{e4}\n").len(), 1);
        assert!(problems("cli/src/a.rs", "//! A.\nfn a() {}\n").is_empty());
    }
}
