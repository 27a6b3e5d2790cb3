//! One run of a plan.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::physical::{PhysicalPlan, PlanKind};

use super::build::build;
use super::run::{BoxedOperator, Figures, Poll, Run, Shared};
use super::{ExecContext, micro};

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
pub struct Execution {
    plan: Arc<PhysicalPlan>,
    state: State,
    shared: Shared,
    returned: u64,
    /// Rows asked for next: small at first, so that LIMIT and impatient readers cost little.
    want: usize,
    instrumented: bool,
}

enum State {
    Fresh,
    /// One of the steps before the plan itself, once it has begun.
    Before(usize, Option<BoxedOperator>),
    Running(BoxedOperator),
    Over,
}

/// Rows asked for first.
const WANT_FIRST: usize = 16;

impl core::fmt::Debug for Execution {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Execution").field("returned", &self.returned).finish_non_exhaustive()
    }
}

impl Execution {
    /// A run that has not begun.
    pub fn new(plan: Arc<PhysicalPlan>) -> Execution {
        Execution {
            plan,
            state: State::Fresh,
            shared: Shared::default(),
            returned: 0,
            want: WANT_FIRST,
            instrumented: false,
        }
    }

    /// A run that counts what each operator does, for EXPLAIN ANALYZE.
    pub fn instrumented(plan: Arc<PhysicalPlan>) -> Execution {
        let mut execution = Execution::new(plan);
        execution.instrumented = true;
        execution
    }

    /// What it runs.
    pub fn plan(&self) -> &Arc<PhysicalPlan> {
        &self.plan
    }

    /// The lines of EXPLAIN, with figures when the run was instrumented.
    pub fn explain(&self) -> Vec<String> {
        let figures: Vec<(u64, u64)> =
            self.shared.figures.iter().map(|figures| (figures.rows, figures.loops)).collect();
        self.plan.explain(self.instrumented.then_some(figures.as_slice()))
    }

    /// Goes on.
    pub fn step(&mut self, cx: &mut ExecContext<'_>) -> Result<Step> {
        let result = self.try_step(cx);
        if result.is_err() {
            self.state = State::Over;
        }
        result
    }

    fn try_step(&mut self, cx: &mut ExecContext<'_>) -> Result<Step> {
        cx.interrupt.check()?;
        if let State::Fresh = self.state {
            if !self.instrumented && micro::is_allowed(&self.plan, cx.fuel) {
                self.state = State::Over;
                let mut out = Batch::default();
                let affected = micro::run(&self.plan, cx, &mut out)?;
                self.shared.affected = affected;
                self.returned = out.rows as u64;
                return Ok(if self.plan.output.is_empty() || out.rows == 0 {
                    self.done()
                } else {
                    Step::Rows(out)
                });
            }
            if self.instrumented {
                self.shared.figures = vec![Figures::default(); self.plan.node_count()];
            }
            self.state = State::Before(0, None);
        }
        let plan = Arc::clone(&self.plan);
        while let State::Before(at, operator) = &mut self.state {
            let Some((table, subplan)) = plan.before.get(*at) else {
                self.state = State::Running(build(&plan.root, self.instrumented));
                break;
            };
            if cx.fuel == 0 {
                return Ok(Step::Yield);
            }
            let begin = || build(&plan.subplans[*subplan].root, self.instrumented);
            let operator = operator.get_or_insert_with(begin);
            let want = cx.batch_rows_max;
            let mut run = Run { cx, plan: &plan, shared: &mut self.shared, outer: &[] };
            match operator.next(&mut run, want)? {
                Poll::Batch(batch) => run.keep(*table, batch)?,
                Poll::Yield => return Ok(Step::Yield),
                Poll::Done => {
                    // Only the rows of the statement itself are counted.
                    self.shared.affected = 0;
                    self.state = State::Before(*at + 1, None);
                }
            }
        }
        let State::Running(operator) = &mut self.state else {
            return Ok(self.done());
        };
        if cx.fuel == 0 {
            return Ok(Step::Yield);
        }
        let want = self.want.min(cx.batch_rows_max).max(1);
        self.want = (self.want * 4).min(crate::base::limits::BATCH_ROWS_MAX);
        let mut run = Run { cx, plan: &plan, shared: &mut self.shared, outer: &[] };
        match operator.next(&mut run, want)? {
            Poll::Batch(batch) => {
                self.returned += batch.rows as u64;
                Ok(Step::Rows(batch))
            }
            Poll::Yield => Ok(Step::Yield),
            Poll::Done => {
                self.state = State::Over;
                Ok(self.done())
            }
        }
    }

    fn done(&self) -> Step {
        let affected = if self.plan.kind == PlanKind::Select { self.returned } else { self.shared.affected };
        Step::Done { affected }
    }

    /// Runs to the end and gathers the rows; for callers that never yield.
    pub fn finish(&mut self, cx: &mut ExecContext<'_>) -> Result<(Vec<Batch>, u64)> {
        let mut batches = Vec::new();
        loop {
            match self.step(cx)? {
                Step::Rows(batch) => batches.push(batch),
                Step::Yield if cx.fuel == 0 => {
                    return Err(Error::internal("an execution without fuel cannot finish"));
                }
                Step::Yield => {}
                Step::Done { affected } => return Ok((batches, affected)),
            }
        }
    }
}
