//! One run of a plan.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::physical::PhysicalPlan;

use super::ExecContext;

/// What a step came to.
#[derive(Debug)]
pub enum Step {
    /// Rows, with the columns of [`PhysicalPlan::output`], in order.
    Rows(Batch),
    /// The fuel is used up; step again.
    Yield,
    /// Finished.
    Done {
        /// Rows changed, or rows returned by a query.
        affected: u64,
    },
}

/// One run of a plan; dropping it ends it.
#[derive(Debug)]
pub struct Execution {
    plan: Arc<PhysicalPlan>,
}

impl Execution {
    /// A run that has not begun.
    pub fn new(plan: Arc<PhysicalPlan>) -> Execution {
        Execution { plan }
    }

    /// What it runs.
    pub fn plan(&self) -> &Arc<PhysicalPlan> {
        &self.plan
    }

    /// Goes on.
    pub fn step(&mut self, _cx: &mut ExecContext<'_>) -> Result<Step> {
        Err(Error::unsupported("running a plan"))
    }
}
