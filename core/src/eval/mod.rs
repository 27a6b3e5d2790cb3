//! One evaluator of expressions, for the planner's constants and for every operator.
//!
//! ```text
//! plan::Expr --compile(scope)--> Program --evaluate(batch)--> Vector     (machine.rs, a column at a time)
//!                                        --filter(batch)----> row numbers
//!                                        --value(row)-------> Datum      (row.rs, a row at a time)
//! ```
//!
//! V1  Both forms give the same values and the same errors, up to which row's error comes first.
//! V2  A row is evaluated only where PostgreSQL would evaluate it: later operands of AND, OR, COALESCE
//!     and branches of CASE see the rows that earlier ones left undecided.
//! V3  NULL follows three-valued logic; a filter keeps what is true.
//!
//! It reads no page. Subqueries are answered by whoever runs the plan ([`Subqueries`]).

mod arithmetic;
mod cast;
mod column;
mod comparison;
mod compile;
mod constant;
mod like;
mod logic;
mod machine;
mod membership;
mod program;
mod row;

#[cfg(test)]
mod tests;

pub use compile::{Place, Scope, compile};
pub use constant::{NoContext, constant};
pub use program::{EvalContext, Program, Question, Subqueries};
pub use row::Row;
