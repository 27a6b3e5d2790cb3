//! From logical to physical: which algorithm, which index, which position a column has.
//!
//! A [`PhysicalPlan`] is read-only and shared by `Arc` in the plan cache; all running state lives in
//! `exec`. Planning does no I/O: it sees the catalog and nothing else.
//!
//! P1  A plan holds for one version of the catalog.
//! P2  Expressions are compiled: columns are positions in the batch an operator receives.

mod lower;
mod plan;

pub use lower::lower;
pub use plan::{PhysicalPlan, PhysicalStatement, PlanKind};
