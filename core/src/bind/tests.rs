//! Bound plans as goldens, and errors as PostgreSQL 15 gives them.

use super::fixture::{bind_in, catalog, check_golden};
use crate::catalog::Catalog;
use crate::plan::tree;

pub(crate) fn shop() -> Catalog {
    catalog(include_str!("../../testdata/bind/schema.sql"))
}

#[test]
fn bound_plans_are_as_recorded() {
    let shop = shop();
    check_golden(include_str!("../../testdata/bind/plans.txt"), &|sql| match bind_in(&shop, sql) {
        Ok(bound) => tree(&bound.statement),
        Err(error) => format!("{error:?}"),
    });
}

// As the golden of PostgreSQL 15 has it: code, message, position; then detail and hint.
fn outcome(shop: &Catalog, sql: &str) -> String {
    let error = match bind_in(shop, sql) {
        Ok(_) => return "ok".to_owned(),
        Err(error) => error,
    };
    let mut text = format!("{}: {}", error.sqlstate(), error.message());
    if let Some(position) = error.position() {
        text.push_str(&format!(" @{position}"));
    }
    if let Some(detail) = error.detail() {
        text.push_str(&format!("\nDETAIL: {detail}"));
    }
    if let Some(hint) = error.hint() {
        text.push_str(&format!("\nHINT: {hint}"));
    }
    text
}

#[test]
fn errors_are_those_of_postgresql_15() {
    let shop = shop();
    check_golden(include_str!("../../testdata/bind/errors.txt"), &|sql| outcome(&shop, sql));
}

// What `parse` lets pass must not overflow the stages after it (2 MB here).
#[test]
fn deep_expressions_are_bound_or_refused_within_a_small_stack() {
    let shop = shop();
    for sql in [
        format!("SELECT {}1{}", "(".repeat(199), ")".repeat(199)),
        format!("SELECT 1{}", " + 1".repeat(499)),
        format!("SELECT a FROM t WHERE a = 1{}", " OR a = 1".repeat(1_200)),
        format!("SELECT {}1{}", "(SELECT ".repeat(24), ")".repeat(24)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(199)),
    ] {
        if let Ok(bound) = bind_in(&shop, &sql) {
            let shown = tree(&bound.statement);
            let optimised = crate::optimize::optimize(bound, &shop);
            assert!(optimised.is_ok() && !shown.is_empty());
        } else {
            panic!("refused: {}", &sql[..60]);
        }
    }
    // Each CTE doubles the one before it, unless its rows are kept.
    let mut doubling = "WITH c0 AS NOT MATERIALIZED (SELECT a FROM t)".to_owned();
    for step in 1..30 {
        doubling
            .push_str(&format!(", c{step} AS NOT MATERIALIZED (SELECT x.a FROM c{0} x, c{0} y)", step - 1));
    }
    let error = bind_in(&shop, &format!("{doubling} SELECT * FROM c29")).expect_err("too many relations");
    assert_eq!(error.sqlstate().code(), "54001");
}
