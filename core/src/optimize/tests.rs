//! Plans before and after all rules, as goldens.

use super::optimize;
use crate::bind::fixture::{bind_in, catalog, check_golden};
use crate::plan::tree;

#[test]
fn optimised_plans_are_as_recorded() {
    let shop = catalog(include_str!("../../testdata/bind/schema.sql"));
    check_golden(include_str!("../../testdata/optimize/plans.txt"), &|sql| {
        let bound = bind_in(&shop, sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        tree(&optimize(bound, &shop).expect("rules do not fail").statement)
    });
}
