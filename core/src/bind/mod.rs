//! sqlparser's tree and the catalog to typed logical plans.
