//! Running a plan: a tree of operators that is pulled, one bounded step at a time.
//!
//! ```text
//! Execution --step(cx)--> Rows(batch) | Yield | Done
//!     root operator.next(run, want) -> its inputs.next(run, want) -> ... -> store
//! ```
//!
//! E1  A step does bounded work: when the fuel of its context is used up it answers `Yield`, and the
//!     next step goes on where it stopped. Sorts, hash tables and changes too.
//! E2  Operators hold no borrow of the transaction: whoever steps hands it in.
//! E3  UPDATE and DELETE gather their source rows before they change any (no Halloween).
//! E4  After an error an execution is over; what it changed must be rolled back by the caller.
//! E5  The rows, and their order where ORDER BY asks for one, do not depend on batch size or fuel.
//!
//! Sorts and hash tables live in memory within the statement's budget (53200 beyond it); they do not
//! spill yet.

mod access;
mod build;
mod change;
mod context;
mod deferred;
mod execution;
mod key;
mod key_table;
mod leaves;
mod micro;
mod operator;
mod row_store;
mod run;
mod short_change;
mod short_insert;
mod subquery;
mod trigger;

#[cfg(test)]
mod tests;

pub use context::{
    ExecContext, Firing, Interrupt, NoSystemViews, NoTableRules, Pages, SystemRows, TableRules, Uninterrupted,
};
pub use deferred::Deferred;
pub use execution::{Execution, Step};
pub use short_insert::{LentCells, is_short_insert, short_insert};
