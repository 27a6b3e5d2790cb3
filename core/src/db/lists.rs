//! Lists from hosts whose values have no array type: JSON becomes PostgreSQL's text of an array.
//!
//! ```text
//! [1,null,[2]]  ->  {"1",NULL,{"2"}}        each element through the input function of the array's own
//! ```

use crate::error::Result;
use crate::value::json::Json;

/// The text of an array for a list in JSON; what is no list stays what it is, and is refused as an array.
pub(super) fn literal(json: &str) -> Result<String> {
    let mut out = String::with_capacity(json.len() + 16);
    match Json::parse(json)? {
        list @ Json::Array(_) => write(&list, &mut out),
        _ => out.push_str(json),
    }
    Ok(out)
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("NULL"),
        Json::Array(items) => {
            out.push('{');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push('}');
        }
        Json::String(text) => quote(text, out),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => quote(&value.to_text(), out),
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn lists_have_an_array_for_text() {
        let cases = [
            ("[]", "{}"),
            ("[1, null, 2.50]", r#"{"1",NULL,"2.50"}"#),
            (r#"["a,b", "c\"d", "\\", "NULL", ""]"#, r#"{"a,b","c\"d","\\","NULL",""}"#),
            ("[[1], [true]]", r#"{{"1"},{"true"}}"#),
            (r#"[{"a": 1}]"#, r#"{"{\"a\": 1}"}"#),
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
        ];
        for (json, text) in cases {
            assert_eq!(literal(json).as_deref(), Ok(text), "{json}");
        }
        assert!(literal("[1").is_err());
    }
}
