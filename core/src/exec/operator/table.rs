//! Tables that a run keeps: WITH queries read several times, and recursion.
//!
//! ```text
//! With       table := a maker of rows --input--> rows, TableRefs below ask the maker for what is missing
//! Recursive  base --> rows; then: table := rows found last, step over it --> rows, until there are none
//! ```

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::exec::build::build;
use crate::exec::key_table::Keys;
use crate::exec::row_store::RowStore;
use crate::exec::run::{BoxedOperator, Kept, Operator, Poll, Run};
use crate::physical::Programs;
use crate::value::{Datum, SqlType};

/// Reads a kept table from its beginning.
pub(crate) struct TableRef {
    table: usize,
    types: Arc<[SqlType]>,
    at: usize,
}

impl TableRef {
    pub(crate) fn new(table: usize, types: &Arc<[SqlType]>) -> TableRef {
        TableRef { table, types: Arc::clone(types), at: 0 }
    }
}

impl Operator for TableRef {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            if !run.has_fuel() {
                return Ok(Poll::Yield);
            }
            let kept = run.table(self.table);
            let end = kept.rows.len().min(self.at + want);
            if end > self.at {
                let batch = kept.rows.slice(self.at, end, &self.types);
                self.at = end;
                run.spend(batch.rows)?;
                return Ok(Poll::Batch(batch));
            }
            // More rows are made with the maker out of its place: it may run subqueries itself.
            let Some((mut operator, outer)) = kept.source.take() else { return Ok(Poll::Done) };
            let want = want.max(64).min(run.cx.batch_rows_max);
            match operator.next(&mut run.nested(&outer), want)? {
                Poll::Batch(batch) => {
                    run.table(self.table).source = Some((operator, outer));
                    run.keep(self.table, batch)?;
                }
                Poll::Done => {}
                Poll::Yield => {
                    run.table(self.table).source = Some((operator, outer));
                    return Ok(Poll::Yield);
                }
            }
        }
    }
}

/// Begins a table, then is its input.
pub(crate) struct With {
    table: usize,
    definition: usize,
    outer: Programs,
    input: BoxedOperator,
    begun: bool,
    instrumented: bool,
}

impl With {
    pub(crate) fn new(
        table: usize,
        definition: usize,
        outer: &Programs,
        input: BoxedOperator,
        instrumented: bool,
    ) -> With {
        With { table, definition, outer: Programs::clone(outer), input, begun: false, instrumented }
    }
}

impl Operator for With {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if !self.begun {
            self.begun = true;
            let outer = run.constants(&self.outer)?;
            let operator = build(&run.plan.subplans[self.definition].root, self.instrumented);
            run.replace_table(self.table, Kept { source: Some((operator, outer)), ..Kept::default() });
        }
        let poll = self.input.next(run, want)?;
        if let Poll::Done = poll {
            run.replace_table(self.table, Kept::default());
        }
        Ok(poll)
    }
}

/// WITH RECURSIVE.
pub(crate) struct Recursive {
    table: usize,
    base: BoxedOperator,
    /// The number of the step among the plan's subplans.
    step: usize,
    programs: Programs,
    outer: Vec<Datum>,
    /// UNION without ALL: every row so far.
    seen: Option<Keys>,
    seen_bytes: usize,
    types: Arc<[SqlType]>,
    /// Rows of this round, which the next one reads.
    found: RowStore,
    found_bytes: usize,
    /// The step of this round; `None` while the base runs.
    current: Option<BoxedOperator>,
    is_base_done: bool,
    instrumented: bool,
}

impl Recursive {
    pub(crate) fn new(
        (table, all): (usize, bool),
        base: BoxedOperator,
        (step, outer): (usize, &Programs),
        types: &Arc<[SqlType]>,
        instrumented: bool,
    ) -> Recursive {
        Recursive {
            table,
            base,
            step,
            programs: Programs::clone(outer),
            outer: Vec::new(),
            seen: (!all).then(|| Keys::new(types)),
            seen_bytes: 0,
            types: Arc::clone(types),
            found: RowStore::default(),
            found_bytes: 0,
            current: None,
            is_base_done: false,
            instrumented,
        }
    }

    /// Rows not seen before, kept for the next round.
    fn take(&mut self, run: &mut Run<'_, '_>, batch: Batch) -> Result<Option<Batch>> {
        let batch = match &mut self.seen {
            None => batch,
            Some(seen) => {
                let mut new = Vec::new();
                for at in 0..batch.rows {
                    if seen.insert(&batch.columns, &self.types, at)?.1 {
                        new.push(u32::try_from(at).expect("V3 bounds the rows of a batch"));
                    }
                }
                let now = seen.memory_bytes();
                run.hold(now.saturating_sub(self.seen_bytes))?;
                self.seen_bytes = self.seen_bytes.max(now);
                if new.is_empty() {
                    return Ok(None);
                }
                batch.gather(&new)
            }
        };
        let bytes = self.found.push(batch.clone());
        self.found_bytes += bytes;
        run.hold(bytes)?;
        Ok(Some(batch))
    }

    /// Begins the next round; `false` when the last one found nothing.
    fn advance(&mut self, run: &mut Run<'_, '_>) -> Result<bool> {
        if !self.is_base_done {
            self.is_base_done = true;
            self.outer = run.constants(&self.programs)?;
        }
        let rows = core::mem::take(&mut self.found);
        let bytes = core::mem::take(&mut self.found_bytes);
        let more = rows.len() > 0;
        run.replace_table(self.table, Kept { rows, bytes, source: None });
        if more {
            self.current = Some(build(&run.plan.subplans[self.step].root, self.instrumented));
        } else {
            run.replace_table(self.table, Kept::default());
            run.release(core::mem::take(&mut self.seen_bytes));
        }
        Ok(more)
    }
}

impl Operator for Recursive {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        loop {
            let poll = match &mut self.current {
                Some(step) => step.next(&mut run.nested(&self.outer), want)?,
                None if self.is_base_done => return Ok(Poll::Done),
                None => self.base.next(run, want)?,
            };
            match poll {
                Poll::Batch(batch) => {
                    if let Some(batch) = self.take(run, batch)? {
                        return Ok(Poll::Batch(batch));
                    }
                }
                Poll::Yield => return Ok(Poll::Yield),
                Poll::Done => {
                    self.current = None;
                    // Rounds that find little pay for themselves: an endless recursion can be stopped.
                    run.spend(1)?;
                    run.cx.interrupt.check()?;
                    if !self.advance(run)? {
                        return Ok(Poll::Done);
                    }
                }
            }
        }
    }
}
