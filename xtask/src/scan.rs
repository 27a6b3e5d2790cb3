//! Reads Rust source just well enough for the checks: code without comments and literals, the paths it
//! names, the lengths of its functions. Not a parser: it knows quotes, comments and braces.

/// Source with comments and the insides of string literals blanked; lines stay where they are.
pub(crate) fn code_only(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest, out.chars().next_back()) {
            length
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[length..];
    }
    out
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the literal `text` begins with, if it does.
fn literal(text: &str, before: Option<char>) -> Option<usize> {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let raw = text.strip_prefix("br").or_else(|| text.strip_prefix('r')).filter(|_| !in_word);
    if let Some(after) = raw {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after[hashes..].starts_with('"') {
            let open = text.len() - after.len() + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            return Some(text[open..].find(&close).map_or(text.len(), |at| open + at + close.len()));
        }
    }
    if let Some(after) = text.strip_prefix('"') {
        return Some(1 + end_of_quoted(after, '"'));
    }
    // A character literal, not a lifetime: a quote closes it after one character or an escape.
    if text.starts_with("'\\") {
        return Some(1 + end_of_quoted(&text[1..], '\''));
    }
    let mut characters = text.char_indices();
    if text.starts_with('\'') && characters.nth(2).is_some_and(|(_, c)| c == '\'') {
        return characters.next().map_or(Some(text.len()), |(at, _)| Some(at));
    }
    None
}

fn end_of_quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Code without what is compiled for tests only: a `#[cfg(test)]` item at the end of a file.
pub(crate) fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]\nmod tests {").map_or(code, |at| &code[..at])
}

/// Every top-level module that code names as `crate::module` or inside `use crate::{...}`, with its line.
pub(crate) fn modules_used(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = 0;
            for (offset, c) in group.char_indices() {
                let ends = c == '}' && depth == 0;
                if ends || (c == ',' && depth == 0) {
                    found.extend(word(group[start..offset].trim()).map(|name| (line, name)));
                    start = offset + 1;
                }
                match c {
                    '{' => depth += 1,
                    '}' if depth > 0 => depth -= 1,
                    _ => {}
                }
                if ends {
                    break;
                }
            }
        } else {
            found.extend(word(rest).map(|name| (line, name)));
        }
    }
    found
}

/// Every top-level module that code reaches by climbing with `super::`, with its line. A file `depth`
/// modules below the root (`core/src/page/leaf.rs`: 2) leaves its room after so many steps.
pub(crate) fn modules_climbed_to(code: &str, depth: usize) -> Vec<(usize, String)> {
    let climb = "super::".repeat(depth);
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&climb) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + climb.len()..];
        match rest.strip_prefix('{') {
            // Read as the group of a `use crate::{...}`.
            Some(_) => found
                .extend(modules_used(&format!("crate::{rest}")).into_iter().map(|(_, name)| (line, name))),
            None => found.extend(word(rest).map(|name| (line, name))),
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Every function with its first line and its number of lines.
pub(crate) fn functions(code: &str) -> Vec<(usize, String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let Some(name) = word(&code[at + 3..]) else { continue };
        let rest = &code[at..];
        let Some(open) = rest.find(['{', ';']).filter(|&open| rest[open..].starts_with('{')) else {
            continue;
        };
        let mut depth = 0;
        let end = rest[open..].char_indices().find_map(|(offset, c)| {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            (depth == 0).then_some(open + offset)
        });
        let lines = rest[..end.unwrap_or(rest.len())].matches('\n').count() + 1;
        found.push((code[..at].matches('\n').count() + 1, name, lines));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let code =
            code_only("let a = \"crate::db\"; // crate::db\nlet b = 'x'; let c: &'static str = r#\"fn x\"#;");
        assert!(!code.contains("crate::db") && !code.contains("fn x"));
        assert!(code.contains("&'static str"));
        assert_eq!(code.matches('\n').count(), 1);
    }

    #[test]
    fn every_form_of_use_is_seen() {
        let code = "use crate::page::PageRef;\nuse crate::{base::{a, b}, error::Error, wal};\nfn f() { crate::db::x(); }\n";
        let names: Vec<String> = modules_used(code).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["page", "base", "error", "wal", "db"]);
        assert_eq!(modules_used("$crate::base::x; pub(crate) fn").len(), 0);
    }

    #[test]
    fn climbing_out_of_a_room_is_seen_and_climbing_within_is_not() {
        let code =
            "use super::super::db::Database;\nuse super::sibling;\nuse super::super::{wal::Frame, env};\n";
        let names: Vec<String> = modules_climbed_to(code, 2).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["db", "wal", "env"]);
        assert!(modules_climbed_to(code, 3).is_empty());
    }

    #[test]
    fn functions_are_measured() {
        assert_eq!(functions("fn a() {\n1\n}\nfn b();\n"), [(1, "a".to_owned(), 3)]);
    }

    #[test]
    fn tests_at_the_end_are_left_out() {
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\ncrate::db\n}"), "a\n");
    }
}
