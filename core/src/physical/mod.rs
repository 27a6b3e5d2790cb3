//! From logical to physical: which algorithm, which index, which position a column has.
//!
//! A [`PhysicalPlan`] is read-only and shared by `Arc` in the plan cache; all running state lives in
//! `exec`. Planning does no I/O: it sees the catalog and nothing else.
//!
//! P1  A plan holds for one version of the catalog.
//! P2  Expressions are compiled: columns are positions in the batch an operator receives.
//! P3  Choices that depend on how many rows there are, which nobody has counted, are left to the running
//!     operator where both ways are open (looking up or hashing in a join, heap or sort for a limit).

mod access_path;
mod choices;
mod dml;
mod explain;
mod join;
mod lower;
mod lower_dml;
mod lower_table;
mod lower_window;
mod micro;
mod order;
mod plan;
mod scope;

pub use choices::Choices;
pub(crate) use dml::{
    Check, ConflictPlan, DeletePlan, InsertPlan, MergePlan, MergeStep, RowRules, UpdatePlan,
};
pub use lower::lower;
pub(crate) use micro::{Change, Items, Micro};
pub(crate) use plan::{
    Access, Aggregate, FrameEnd, FunctionCall, Join, Kept, Key, Lookup, Matching, Node, Operation, Programs,
    Range, ScanPlan, Window, WindowCall,
};
pub use plan::{PhysicalPlan, PhysicalStatement, PlanKind};
