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
