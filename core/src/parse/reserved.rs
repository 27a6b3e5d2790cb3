//! Words that PostgreSQL's grammar keeps for itself, where the general parser takes any word for a name.
//!
//! ```text
//! CREATE TABLE user (..)      42601: the word stands for something
//! CREATE TABLE "user" (..)    a name
//! SELECT 1 AS user, t.user    names: after AS and a dot every word is one
//! SELECT 1 over               42601: without AS it could be more than a name
//! ```
//!
//! The lists are those of appendix C of PostgreSQL 15's manual (`pg_get_keywords()`).

/// Reserved, and those that can only be functions or types: no columns, tables or aliases of tables.
const RESERVED: [&str; 100] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// What cannot be the name of a result without AS.
const NEEDS_AS: [&str; 39] = [
    "array",
    "as",
    "char",
    "character",
    "create",
    "day",
    "except",
    "fetch",
    "filter",
    "for",
    "from",
    "grant",
    "group",
    "having",
    "hour",
    "intersect",
    "into",
    "isnull",
    "limit",
    "minute",
    "month",
    "notnull",
    "offset",
    "on",
    "order",
    "over",
    "overlaps",
    "precision",
    "returning",
    "second",
    "to",
    "union",
    "varying",
    "where",
    "window",
    "with",
    "within",
    "without",
    "year",
];

/// Whether a word without quotes, in lower case, cannot name a column or table.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Whether a word without quotes, in lower case, can name a result only behind AS.
pub(crate) fn needs_as(word: &str) -> bool {
    NEEDS_AS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{NEEDS_AS, RESERVED};

    #[test]
    fn the_lists_are_in_order_and_in_lower_case() {
        for list in [&RESERVED[..], &NEEDS_AS[..]] {
            assert!(list.is_sorted_by(|a, b| a < b), "binary search needs order");
            assert!(list.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
        }
    }
}
