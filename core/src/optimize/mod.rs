//! Logical plan to better logical plan: ordered rules.
