//! Operators against naive versions; any batch size and any fuel give the same rows.
