//! Rows of a system view: made at once when it is first asked, then handed on in batches.

use std::sync::Arc;

use crate::batch::Batch;
use crate::catalog::SystemView;
use crate::error::Result;
use crate::exec::run::{Operator, Poll, Run};
use crate::value::SqlType;

pub(crate) struct SystemScan {
    view: &'static SystemView,
    columns: Arc<[usize]>,
    types: Arc<[SqlType]>,
    /// The rows, the memory they hold, and how many are handed on.
    made: Option<(Batch, usize, usize)>,
}

impl SystemScan {
    pub(crate) fn new(
        view: &'static SystemView,
        columns: &Arc<[usize]>,
        types: &Arc<[SqlType]>,
    ) -> SystemScan {
        SystemScan { view, columns: Arc::clone(columns), types: Arc::clone(types), made: None }
    }

    fn make(&self, run: &mut Run<'_, '_>) -> Result<Batch> {
        let all: Vec<SqlType> = self.view.columns.iter().map(|(_, ty)| *ty).collect();
        let mut whole = Batch::for_types(&all);
        run.cx.system.rows(self.view, run.cx.pages.source(), &mut whole)?;
        let mut kept = Batch::for_types(&self.types);
        kept.rows = whole.rows;
        for (column, at) in kept.columns.iter_mut().zip(self.columns.iter()) {
            if let Some(made) = whole.columns.get_mut(*at) {
                core::mem::swap(column, made);
            }
        }
        Ok(kept)
    }
}

impl Operator for SystemScan {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        if self.made.is_none() {
            let rows = self.make(run)?;
            let bytes = rows.memory_bytes();
            run.hold(bytes)?;
            self.made = Some((rows, bytes, 0));
        }
        let Some((rows, bytes, at)) = &mut self.made else { return Ok(Poll::Done) };
        if *at == rows.rows {
            run.release(*bytes);
            return Ok(Poll::Done);
        }
        let end = rows.rows.min(*at + want);
        let batch = rows.slice(*at, end);
        *at = end;
        run.spend(batch.rows)?;
        Ok(Poll::Batch(batch))
    }
}
