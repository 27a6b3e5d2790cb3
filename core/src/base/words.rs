//! The words of PostgreSQL's grammar that are no names, or not everywhere (its manual, appendix C;
//! `pg_get_keywords()` of version 15).
//!
//! ```text
//! CREATE TABLE user (..)      42601: the word stands for something
//! CREATE TABLE "user" (..)    a name
//! SELECT 1 AS user, t.user    names: after AS and a dot every word is one
//! SELECT 1 over               42601: without AS it could be more than a name
//! ```

/// Written in quotes by whoever writes SQL, though some of them can be names without.
const QUOTED: u8 = 1;
/// Reserved, or only for functions and types: names no column, table or alias of a table.
const RESERVED: u8 = 2;
/// Names a result only behind AS.
const NEEDS_AS: u8 = 4;

/// Words in lower case, in order, with what holds for them.
const WORDS: [(&str, u8); 162] = [
    ("all", 3),
    ("analyse", 3),
    ("analyze", 3),
    ("and", 3),
    ("any", 3),
    ("array", 7),
    ("as", 7),
    ("asc", 3),
    ("asymmetric", 3),
    ("authorization", 3),
    ("between", 1),
    ("bigint", 1),
    ("binary", 3),
    ("bit", 1),
    ("boolean", 1),
    ("both", 3),
    ("case", 3),
    ("cast", 3),
    ("char", 5),
    ("character", 5),
    ("check", 3),
    ("coalesce", 1),
    ("collate", 3),
    ("collation", 3),
    ("column", 3),
    ("concurrently", 3),
    ("constraint", 3),
    ("create", 7),
    ("cross", 3),
    ("current_catalog", 3),
    ("current_date", 3),
    ("current_role", 3),
    ("current_schema", 3),
    ("current_time", 3),
    ("current_timestamp", 3),
    ("current_user", 3),
    ("day", 4),
    ("dec", 1),
    ("decimal", 1),
    ("default", 3),
    ("deferrable", 3),
    ("desc", 3),
    ("distinct", 3),
    ("do", 3),
    ("else", 3),
    ("end", 3),
    ("except", 7),
    ("exists", 1),
    ("extract", 1),
    ("false", 3),
    ("fetch", 7),
    ("filter", 4),
    ("float", 1),
    ("for", 7),
    ("foreign", 3),
    ("freeze", 3),
    ("from", 7),
    ("full", 3),
    ("grant", 7),
    ("greatest", 1),
    ("group", 7),
    ("grouping", 1),
    ("having", 7),
    ("hour", 4),
    ("ilike", 3),
    ("in", 3),
    ("initially", 3),
    ("inner", 3),
    ("inout", 1),
    ("int", 1),
    ("integer", 1),
    ("intersect", 7),
    ("interval", 1),
    ("into", 7),
    ("is", 3),
    ("isnull", 7),
    ("join", 3),
    ("lateral", 3),
    ("leading", 3),
    ("least", 1),
    ("left", 3),
    ("like", 3),
    ("limit", 7),
    ("localtime", 3),
    ("localtimestamp", 3),
    ("minute", 4),
    ("month", 4),
    ("national", 1),
    ("natural", 3),
    ("nchar", 1),
    ("none", 1),
    ("normalize", 1),
    ("not", 3),
    ("notnull", 7),
    ("null", 3),
    ("nullif", 1),
    ("numeric", 1),
    ("offset", 7),
    ("on", 7),
    ("only", 3),
    ("or", 3),
    ("order", 7),
    ("out", 1),
    ("outer", 3),
    ("over", 4),
    ("overlaps", 7),
    ("overlay", 1),
    ("placing", 3),
    ("position", 1),
    ("precision", 5),
    ("primary", 3),
    ("real", 1),
    ("references", 3),
    ("returning", 7),
    ("right", 3),
    ("row", 1),
    ("second", 4),
    ("select", 3),
    ("session_user", 3),
    ("setof", 1),
    ("similar", 3),
    ("smallint", 1),
    ("some", 3),
    ("substring", 1),
    ("symmetric", 3),
    ("table", 3),
    ("tablesample", 3),
    ("then", 3),
    ("time", 1),
    ("timestamp", 1),
    ("to", 7),
    ("trailing", 3),
    ("treat", 1),
    ("trim", 1),
    ("true", 3),
    ("union", 7),
    ("unique", 3),
    ("user", 3),
    ("using", 3),
    ("values", 1),
    ("varchar", 1),
    ("variadic", 3),
    ("varying", 4),
    ("verbose", 3),
    ("when", 3),
    ("where", 7),
    ("window", 7),
    ("with", 7),
    ("within", 4),
    ("without", 4),
    ("xmlattributes", 1),
    ("xmlconcat", 1),
    ("xmlelement", 1),
    ("xmlexists", 1),
    ("xmlforest", 1),
    ("xmlnamespaces", 1),
    ("xmlparse", 1),
    ("xmlpi", 1),
    ("xmlroot", 1),
    ("xmlserialize", 1),
    ("xmltable", 1),
    ("year", 4),
];

fn flags(word: &str) -> u8 {
    WORDS.binary_search_by_key(&word, |(known, _)| *known).map_or(0, |at| WORDS[at].1)
}

/// Whether a word without quotes, in lower case, cannot name a column or table.
pub fn is_reserved(word: &str) -> bool {
    flags(word) & RESERVED != 0
}

/// Whether a word without quotes, in lower case, can name a result only behind AS.
pub fn needs_as(word: &str) -> bool {
    flags(word) & NEEDS_AS != 0
}

/// A name as SQL text: in double quotes where it needs them.
pub fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain && flags(name) & QUOTED == 0 {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::{WORDS, is_reserved, needs_as, quoted};

    #[test]
    fn the_words_are_in_order_and_in_lower_case() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0), "binary search needs order");
        assert!(WORDS.iter().all(|(word, _)| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn a_word_is_known_for_what_it_is() {
        assert!(
            is_reserved("user") && is_reserved("left") && !is_reserved("coalesce") && !is_reserved("name")
        );
        assert!(needs_as("over") && needs_as("year") && !needs_as("user"));
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let shown: Vec<String> =
            ["a", "User", "user", "coalesce", "a b", "1a", "q\"", "year", ""].map(quoted).into();
        assert_eq!(
            shown,
            ["a", "\"User\"", "\"user\"", "\"coalesce\"", "\"a b\"", "\"1a\"", "\"q\"\"\"", "year", "\"\""]
        );
    }
}
