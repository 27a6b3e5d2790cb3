//! docs/FORMAT.md as data: its tables are compared with the constants of the code, here for tree pages,
//! in `wal` for the rest.

use super::bytes::{
    COUNT_AT, FLAGS_AT, KIND_AT, KIND_KEY_INTERIOR, KIND_KEY_LEAF, KIND_OVERFLOW, KIND_OVERFLOW_MAP,
    KIND_ROW_INTERIOR, KIND_ROW_LEAF, LEVEL_AT, ROOT_AT, TREE_HEADER_BYTES,
};
use super::{key_page, overflow, row_leaf};

/// The format page.
pub(crate) const PAGE: &str = include_str!("../../../docs/FORMAT.md");

/// The text under a heading, up to the next one.
fn section(title: &str) -> &'static str {
    let from = PAGE.find(&format!("\n{title}\n")).unwrap_or_else(|| panic!("no section {title}"));
    let rest = &PAGE[from + title.len() + 2..];
    &rest[..rest.find("\n#").unwrap_or(rest.len())]
}

/// Fails unless the table under `title` gives each field that offset.
pub(crate) fn assert_offsets(title: &str, fields: &[(usize, &str)]) {
    for (offset, field) in fields {
        let row = section(title)
            .lines()
            .find(|line| line.split('|').nth(3).is_some_and(|cell| cell.trim() == *field))
            .unwrap_or_else(|| panic!("{title}: no row {field}"));
        let said = row.split('|').nth(1).unwrap().trim();
        assert_eq!(said, offset.to_string(), "{title}: {field}");
    }
}

#[test]
fn tree_pages_have_the_offsets_of_the_code() {
    assert_offsets(
        "### Tree page",
        &[
            (KIND_AT, "kind"),
            (LEVEL_AT, "level"),
            (FLAGS_AT, "flags"),
            (ROOT_AT, "root"),
            (COUNT_AT, "count"),
        ],
    );
    assert!(section("### Tree page").contains(&format!(
        "{KIND_ROW_LEAF} row leaf, {KIND_ROW_INTERIOR} row interior, {KIND_KEY_LEAF} key leaf, \
         {KIND_KEY_INTERIOR} key interior"
    )));
    assert_offsets(
        "### Row leaf",
        &[
            (row_leaf::COLUMNS_AT, "columns"),
            (row_leaf::CAP_AT, "cap"),
            (row_leaf::HEAP_START_AT, "heap_start"),
            (row_leaf::GARBAGE_AT, "garbage"),
            (TREE_HEADER_BYTES, "rowids"),
        ],
    );
    assert_offsets("### Row interior page", &[(TREE_HEADER_BYTES, "keys")]);
    assert_offsets(
        "### Key page, leaf or interior",
        &[
            (key_page::PREFIX_BYTES_AT, "prefix_bytes"),
            (key_page::HEAP_START_AT, "heap_start"),
            (key_page::GARBAGE_BYTES_AT, "garbage_bytes"),
            (key_page::FIRST_CHILD_AT, "first_child"),
            (key_page::KEY_HEADER_BYTES, "prefix"),
        ],
    );
}

#[test]
fn values_out_of_line_have_the_offsets_of_the_code() {
    assert_offsets(
        "### Page of a value out of line",
        &[(KIND_AT, "kind"), (overflow::PLACE_AT, "place"), (overflow::DATA_AT, "data")],
    );
    assert_offsets(
        "### Run list of a value out of line",
        &[(overflow::NEXT_AT, "next"), (overflow::RUN_COUNT_AT, "count"), (overflow::RUNS_AT, "runs")],
    );
    let kind = |title, kind| assert!(section(title).contains(&format!("| 16 | 1 | kind | {kind} |")));
    kind("### Page of a value out of line", KIND_OVERFLOW);
    kind("### Run list of a value out of line", KIND_OVERFLOW_MAP);
}
