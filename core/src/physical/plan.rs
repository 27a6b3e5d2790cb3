//! What `exec` runs.

use std::sync::Arc;

use crate::plan::{OutputColumn, Statement};
use crate::value::SqlType;

/// A statement ready to be run any number of times.
#[derive(Clone, Debug)]
pub enum PhysicalStatement {
    /// SELECT, INSERT, UPDATE, DELETE: `exec::Execution` runs it.
    Plan(Arc<PhysicalPlan>),
    /// EXPLAIN; with `analyze` the plan is run, its rows are dropped and figures are shown.
    Explain {
        /// Run it too.
        analyze: bool,
        /// What is explained.
        plan: Arc<PhysicalPlan>,
    },
    /// Everything that `db` does itself: DDL, transactions, settings.
    Utility(Box<Statement>),
}

/// What a plan does to the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlanKind {
    /// Reads.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

/// A physical plan.
#[derive(Debug)]
pub struct PhysicalPlan {
    /// Which statement it is.
    pub kind: PlanKind,
    /// The columns of the rows that come out: a query's, or RETURNING's. Empty: no rows come out.
    pub output: Vec<OutputColumn>,
    /// The type of each parameter, `$1` first.
    pub parameters: Vec<SqlType>,
}

impl PhysicalPlan {
    /// Whether it needs no write transaction.
    pub fn is_read_only(&self) -> bool {
        self.kind == PlanKind::Select
    }
}
