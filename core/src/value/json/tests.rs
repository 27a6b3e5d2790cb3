//! JSON: reading, printing, storing, ordering.

use core::cmp::Ordering;

use super::*;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

#[test]
fn text_is_canonical_and_survives_storing() {
    // A wrong length of a nested value would shift everything behind it.
    for (text, printed) in [
        ("null", "null"),
        (" [1, 2.50 ,3e2] ", "[1, 2.50, 300]"),
        (r#"{"bb":1,"a":{"x":[]},"a":2}"#, r#"{"a": 2, "bb": 1}"#),
        (r#""\u00e4\n\"\\\/\ud83d\ude00""#, "\"\u{e4}\\n\\\"\\\\/\u{1f600}\""),
        ("[[],{},\"\",false]", "[[], {}, \"\", false]"),
    ] {
        let value = json(text);
        assert_eq!(value.to_text(), printed);
        assert_eq!(Json::from_stored(&value.to_stored()), Ok(value));
    }
}

#[test]
fn what_is_not_json_is_refused() {
    for text in
        ["", " ", "[1,]", "{\"a\"}", "01", "1.", "tru", "\"\t\"", "[1] 2", "{1:2}", "\"\\x\"", "nul1", "-"]
    {
        assert_eq!(Json::parse(text).unwrap_err().sqlstate().code(), "22P02", "{text}");
        assert_eq!(Json::check(text).unwrap_err().sqlstate().code(), "22P02", "{text}");
    }
    assert_eq!(Json::parse("\"\\u0000\"").unwrap_err().sqlstate().code(), "22P05");
    assert_eq!(Json::parse("\"\\ud800\"").unwrap_err().sqlstate().code(), "22P02");
    assert!(Json::check("[\"\\u0000\\ud800\", 1e999999]").is_ok());
    let deep = "[".repeat(100_000);
    assert_eq!(Json::parse(&deep).unwrap_err().sqlstate().code(), "54001");
}

#[test]
fn damaged_bytes_are_errors() {
    let stored = json(r#"{"a":[1,2,{"b":"c"}],"d":1.5}"#).to_stored();
    for length in 0..stored.len() {
        assert!(Json::from_stored(&stored[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn members_are_found_without_a_tree() {
    let stored = json(r#"{"a":1,"b":[10,[20],30]}"#).to_stored();
    let b = field(&stored, "b").expect("sound").expect("there");
    let second = element(b, 1).expect("sound").expect("there");
    assert_eq!(Json::from_stored(second).map(|value| value.to_text()), Ok("[20]".into()));
    assert_eq!(element(b, -1).expect("sound").map(Json::from_stored), Some(Ok(json("30"))));
    assert_eq!(element(b, 3), Ok(None));
    assert_eq!(field(&stored, "c"), Ok(None));
    let members = text::members("{ \"x\" : [1,  2] , \"x\":null}").expect("JSON");
    assert_eq!(members.len(), 2);
    assert_eq!(members[0].value, "[1,  2]");
}

#[test]
fn keys_order_as_values_do() {
    let number = |value: &Numeric, out: &mut Vec<u8>| {
        let whole = value.to_integer("x").expect("small");
        out.extend_from_slice(&(whole.cast_unsigned() ^ 1 << 63).to_be_bytes());
    };
    let texts = [
        "[]",
        "null",
        "\"\"",
        "\"a\"",
        "\"b\"",
        "-1",
        "0",
        "7",
        "false",
        "true",
        "[null]",
        "[1]",
        "[1,2]",
        "[2,1]",
        "[[],1]",
        "{}",
        "{\"a\":1}",
        "{\"a\":2}",
        "{\"b\":1}",
        "{\"a\":1,\"b\":2}",
    ];
    for a in texts {
        for b in texts {
            let (x, y) = (json(a), json(b));
            let (mut p, mut q) = (Vec::new(), Vec::new());
            x.write_key(&mut p, &number);
            y.write_key(&mut q, &number);
            assert_eq!(p.cmp(&q), x.compare(&y), "{a} {b}");
        }
    }
    assert_eq!(json("1.0").compare(&json("1")), Ordering::Equal);
}

#[test]
fn containment_follows_postgresql() {
    for (whole, part, expected) in [
        (r#"{"a":1,"b":2}"#, r#"{"a":1}"#, true),
        ("[1,2,[3]]", "[2,1,1]", true),
        ("[1,2]", "1", true),
        ("1", "[1]", false),
        (r#"{"a":[1,{"c":2}]}"#, r#"{"a":[{"c":2}]}"#, true),
        (r#"{"a":1}"#, r#"{"a":2}"#, false),
    ] {
        assert_eq!(json(whole).contains(&json(part)), expected, "{whole} {part}");
    }
}
