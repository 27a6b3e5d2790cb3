//! Accept and reject tables of the lexer, the splitter, the bounds and the parser.

use super::*;

#[test]
fn a_script_is_cut_at_semicolons_outside_quotes_and_comments() {
    let script = "select ';'; -- a;b\n/* ; /* ; */ */ select $x$;$x$ ;; select E'\\';' ; select \";\"";
    let found: Vec<&str> = statements(script).map(|(text, _)| text).collect();
    assert_eq!(found, ["select ';'", "select $x$;$x$ ", "select E'\\';' ", "select \";\""]);
    for (text, offset) in statements(script) {
        assert_eq!(&script[offset..offset + text.len()], text);
    }
}

#[test]
fn an_unterminated_quote_is_reported_by_parsing_the_rest() {
    let found: Vec<&str> = statements("select 1; select 'abc; select 2").map(|(text, _)| text).collect();
    assert_eq!(found.len(), 2);
    let error = parse(found[1]).unwrap_err();
    assert_eq!(error.message(), "unterminated quoted string at or near \"'abc; select 2\"");
    assert_eq!(error.position(), Some(8));
}
