//! Matches against PostgreSQL 15's answers, and patterns made to take for ever.

use super::*;

fn groups(text: &str, pattern: &str) -> Option<Vec<Option<String>>> {
    let regex =
        Regex::new(pattern, Options::default()).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
    let spans = regex.captures(text, 0).expect("within the budget")?;
    Some(spans.into_iter().map(|span| span.map(|(from, to)| text[from..to].to_owned())).collect())
}

#[test]
fn the_leftmost_match_has_the_length_the_pattern_prefers() {
    for (text, pattern, expected) in [
        ("abcd", "a|ab|abc", "abc"),
        ("XY1234Z", "Y*([0-9]{1,3})", "Y123"),
        ("XY1234Z", "Y*?([0-9]{1,3})", "Y1"),
        ("aaa", "a+?", "a"),
        ("foobar", "o{2}", "oo"),
        ("a.b", "\\.", "."),
        ("one two", "\\mt\\w+\\M", "two"),
        ("abcabc", "(abc)\\1", "abcabc"),
        ("price: 10", "\\d+(?!\\d)", "10"),
        ("xay", "(?<=x)a", "a"),
        ("AbC", "(?i)aBc", "AbC"),
        ("a\nb", "(?n)^b$", "b"),
        ("]x", "[]]", "]"),
        ("a-z", "[a-]+", "a-"),
        ("x{y", "x{y", "x{y"),
        ("tab\there", "[[:space:]]here", "\there"),
    ] {
        let found = groups(text, pattern).unwrap_or_else(|| panic!("{pattern} matches {text}"));
        assert_eq!(found[0].as_deref(), Some(expected), "{text} ~ {pattern}");
    }
}

#[test]
fn groups_are_where_their_quantifiers_want_them() {
    let text = |found: &str| Some(found.to_owned());
    assert_eq!(
        groups("foobarbequebaz", "(bar)(beque)"),
        Some(vec![text("barbeque"), text("bar"), text("beque")])
    );
    assert_eq!(groups("abc", "(a)|(b)"), Some(vec![text("a"), text("a"), None]));
    assert_eq!(groups("abc", "(x)"), None);
    assert_eq!(groups("aab", "(a*)(a)(b)"), Some(vec![text("aab"), text("a"), text("a"), text("b")]));
}

#[test]
fn wrong_patterns_are_2201b() {
    for pattern in
        ["(", "a)", "[a", "a**", "*a", "a{2,1}", "a{256}", "[b-a]", "[[:nosuch:]]", "\\q", "(a)\\2", "a|*"]
    {
        let error = Regex::new(pattern, Options::default()).expect_err(pattern);
        assert_eq!(error.sqlstate().code(), "2201B", "{pattern}");
    }
}

#[test]
fn hostile_patterns_end() {
    let text = "a".repeat(2000);
    for pattern in ["(a*)*b", "(a|a)*b", "(a|aa)+$b", "(.*)(.*)(.*)(.*)x", "((a{0,30}){0,30})b"] {
        let regex = Regex::new(pattern, Options::default()).expect(pattern);
        assert_eq!(regex.is_match(&text), Ok(false), "{pattern}");
    }
    let nested = Regex::new("((((a{0,255}){0,255}){0,255}){0,255})", Options::default());
    assert_eq!(nested.expect_err("too large").sqlstate().code(), "54001");
    let deep = "(".repeat(100_000);
    assert!(Regex::new(&deep, Options::default()).is_err());
}
