//! What operators see of a step: the caller's context, the statement's shared state, the outer row.

use crate::batch::{Batch, Vector};
use crate::error::{Error, Result, SqlState};
use crate::eval::{EvalContext, Program, Row, Subqueries};
use crate::physical::PhysicalPlan;
use crate::value::Datum;

use super::ExecContext;
use super::row_store::RowStore;
use super::subquery::Answers;

/// State of one execution that is not an operator's own.
#[derive(Default)]
pub(crate) struct Shared {
    /// Bytes held by operators.
    pub memory_bytes: usize,
    /// Tables that the run keeps, by number.
    pub tables: Vec<Kept>,
    /// What subqueries have answered.
    pub answers: Vec<Answers>,
    /// Rows changed.
    pub affected: u64,
    /// Rows out per node, for ANALYZE; empty when nobody asks.
    pub figures: Vec<Figures>,
}

/// A table of a run: the rows there are, and who makes more of them.
#[derive(Default)]
pub(crate) struct Kept {
    pub rows: RowStore,
    pub bytes: usize,
    /// With the outer row it was begun with; `None`: there will be no more rows.
    pub source: Option<(BoxedOperator, Vec<Datum>)>,
}

/// What ANALYZE shows of a node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub rows: u64,
    pub batches: u64,
    pub loops: u64,
}

/// One step of an execution, as operators see it.
pub(crate) struct Run<'r, 'a> {
    pub cx: &'r mut ExecContext<'a>,
    pub plan: &'r PhysicalPlan,
    pub shared: &'r mut Shared,
    /// Columns of the enclosing query, in a correlated subquery.
    pub outer: &'r [Datum],
}

/// What an operator answers.
pub(crate) enum Poll {
    /// Rows, at least one.
    Batch(Batch),
    /// No more rows; it is not asked again.
    Done,
    /// Out of fuel; ask again in the next step.
    Yield,
}

/// An operator: answers a batch of at most `want` rows, does bounded work, and keeps its own state.
pub(crate) trait Operator: crate::base::sync::MaybeSend {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll>;
}

pub(crate) type BoxedOperator = Box<dyn Operator>;

impl<'a> Run<'_, 'a> {
    /// Uses the pieces a program may ask for.
    fn with_eval<R>(&mut self, f: impl FnOnce(&mut EvalContext<'_>) -> R) -> R {
        let (parameters, functions, outer) = (self.cx.parameters, self.cx.functions, self.outer);
        let mut cx =
            EvalContext { parameters, outer, functions, subqueries: Some(self as &mut dyn Subqueries) };
        f(&mut cx)
    }

    pub(crate) fn evaluate(&mut self, program: &Program, batch: &Batch) -> Result<Vector> {
        match program.as_column() {
            Some(at) => Ok(batch.columns[at].clone()),
            None => self.with_eval(|cx| program.evaluate(batch, cx)),
        }
    }

    pub(crate) fn evaluate_all(&mut self, programs: &[Program], batch: &Batch) -> Result<Vec<Vector>> {
        programs.iter().map(|program| self.evaluate(program, batch)).collect()
    }

    pub(crate) fn filter(&mut self, program: &Program, batch: &Batch) -> Result<Vec<u32>> {
        self.with_eval(|cx| program.filter(batch, cx))
    }

    /// The rows of a batch that satisfy a predicate.
    pub(crate) fn filtered(&mut self, program: &Program, batch: Batch) -> Result<Batch> {
        let kept = self.filter(program, &batch)?;
        Ok(if kept.len() == batch.rows { batch } else { batch.gather(&kept) })
    }

    pub(crate) fn value(&mut self, program: &Program, row: Row<'_>) -> Result<Datum> {
        self.with_eval(|cx| program.value(row, cx))
    }

    pub(crate) fn is_true(&mut self, program: &Program, row: Row<'_>) -> Result<bool> {
        self.with_eval(|cx| program.is_true(row, cx))
    }

    /// Whether a unit of work may begin; if so its rows are paid for.
    ///
    /// # Errors
    /// 57014: every operator that makes rows or looks at them comes by here, so this is where a statement stops.
    pub(crate) fn spend(&mut self, rows: usize) -> Result<()> {
        self.cx.fuel = self.cx.fuel.saturating_sub(rows.max(1) as u64);
        self.cx.interrupt.check()
    }

    pub(crate) fn has_fuel(&self) -> bool {
        self.cx.fuel > 0
    }

    /// Takes memory from the statement's budget.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<()> {
        self.shared.memory_bytes = self.shared.memory_bytes.saturating_add(bytes);
        if self.shared.memory_bytes > self.cx.memory_bytes_max {
            return Err(Error::new(SqlState::OUT_OF_MEMORY, "out of memory").with_detail(format!(
                "The statement needs more than the {} bytes that its sorts, hash tables and gathered rows may hold.",
                self.cx.memory_bytes_max
            )));
        }
        Ok(())
    }

    /// Gives memory back.
    pub(crate) fn release(&mut self, bytes: usize) {
        self.shared.memory_bytes = self.shared.memory_bytes.saturating_sub(bytes);
    }

    /// A table of the run.
    pub(crate) fn table(&mut self, number: usize) -> &mut Kept {
        if self.shared.tables.is_empty() {
            self.shared.tables.resize_with(self.plan.tables, Kept::default);
        }
        &mut self.shared.tables[number]
    }

    /// Adds rows to a table.
    pub(crate) fn keep(&mut self, number: usize, batch: Batch) -> Result<()> {
        let kept = self.table(number);
        let bytes = kept.rows.push(batch);
        kept.bytes += bytes;
        self.hold(bytes)
    }

    /// Puts other rows, or a maker of rows, in the place of a table.
    pub(crate) fn replace_table(&mut self, number: usize, with: Kept) {
        let before = core::mem::replace(self.table(number), with);
        self.release(before.bytes);
    }

    /// The values of programs that read no columns of their input.
    pub(crate) fn constants(&mut self, programs: &[Program]) -> Result<Vec<Datum>> {
        programs.iter().map(|program| self.value(program, Row::None)).collect()
    }

    /// The same step for a subquery with its own outer row.
    pub(crate) fn nested<'s>(&'s mut self, outer: &'s [Datum]) -> Run<'s, 'a> {
        Run { cx: &mut *self.cx, plan: self.plan, shared: &mut *self.shared, outer }
    }
}
