//! Names inside stored expressions: found, and replaced when what they name is renamed. A scanner of
//! identifiers, not a parser: strings are passed over, and a word before a parenthesis is a function.

/// Whether an expression names a column.
pub fn mentions(sql: &str, column: &str) -> bool {
    let mut found = false;
    scan(sql, |_, name, _| found |= name == column);
    found
}

/// The expression with a column's name replaced.
pub fn renamed(sql: &str, column: &str, to: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut copied = 0;
    scan(sql, |start, name, end| {
        if name == column {
            out.push_str(sql.get(copied..start).unwrap_or(""));
            out.push_str(&crate::base::words::quoted(to));
            copied = end;
        }
    });
    out.push_str(sql.get(copied..).unwrap_or(""));
    out
}

/// Calls `each` with start, folded name and end of every identifier that is no function, type or part of
/// a string.
fn scan(sql: &str, mut each: impl FnMut(usize, &str, usize)) {
    let bytes = sql.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\'' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'\'' {
                    at += 1;
                }
                at += 1;
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && (bytes[at] != b'"' || bytes.get(at + 1) == Some(&b'"')) {
                    at += if bytes[at] == b'"' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
                let name = sql.get(start + 1..at.saturating_sub(1)).unwrap_or("").replace("\"\"", "\"");
                each(start, &name, at);
            }
            letter if letter.is_ascii_alphabetic() || letter == b'_' || letter >= 0x80 => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || bytes[at] >= 0x80)
                {
                    at += 1;
                }
                let next = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace());
                let cast = start >= 2 && bytes.get(start - 2..start) == Some(b"::");
                if next != Some(&b'(') && next != Some(&b'.') && !cast {
                    let name = sql.get(start..at).unwrap_or("").to_ascii_lowercase();
                    each(start, &name, at);
                }
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_and_renamed_but_functions_and_strings_are_not() {
        assert!(mentions("a > 0 AND b < 'c'", "b"));
        assert!(!mentions("lower(x) = 'lower'", "lower") && !mentions("x::date > y", "date"));
        assert_eq!(renamed("a > t.a + aa('a')", "a", "Strange"), "\"Strange\" > t.\"Strange\" + aa('a')");
        assert_eq!(renamed("\"A\" = a", "A", "b"), "b = a");
        assert_eq!(crate::base::words::quoted("order"), "\"order\"");
    }
}
