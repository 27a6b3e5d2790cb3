//! Logical plan to a read-only physical plan.
