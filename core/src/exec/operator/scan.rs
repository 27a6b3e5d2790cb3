//! Reads a table by its access path.

use std::sync::Arc;

use crate::base::limits::SCAN_BYTES;
use crate::batch::Batch;
use crate::error::Result;
use crate::eval::Row;
use crate::exec::access::{Rows, Shape, shape_of};
use crate::exec::run::{Operator, Poll, Run};
use crate::physical::ScanPlan;
use crate::value::SqlType;

/// Nothing is known yet of how long the rows are.
const ROWS_FIRST: usize = 64;

pub(crate) struct Scan {
    plan: Arc<ScanPlan>,
    types: Arc<[SqlType]>,
    open: Option<(Arc<Shape>, Rows)>,
    /// Rows that are read at once: fewer of long ones.
    rows_max: usize,
}

impl Scan {
    pub(crate) fn new(plan: &Arc<ScanPlan>, types: &Arc<[SqlType]>) -> Scan {
        Scan { plan: Arc::clone(plan), types: Arc::clone(types), open: None, rows_max: ROWS_FIRST }
    }
}

impl Operator for Scan {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        let (shape, rows) = match &mut self.open {
            Some(open) => open,
            none => {
                let shape = shape_of(&self.plan, run.cx.pages.source().page_size())?;
                let rows = Rows::open(run, &self.plan, &shape, Row::None)?;
                none.insert((shape, rows))
            }
        };
        // Reading through a filter: small batches would find little.
        let mut want = want;
        loop {
            if !run.has_fuel() {
                return Ok(Poll::Yield);
            }
            let mut batch = Batch::for_types(&self.types);
            let read = rows.read(run.cx.pages.source(), shape, want.min(self.rows_max), &mut batch)?;
            if read == 0 {
                return Ok(Poll::Done);
            }
            let row_bytes = batch.text_bytes() / read;
            self.rows_max = (SCAN_BYTES / row_bytes.max(1)).clamp(1, self.rows_max.saturating_mul(4));
            run.spend(read)?;
            let Some(filter) = &self.plan.filter else { return Ok(Poll::Batch(batch)) };
            let kept = run.filtered(filter, batch)?;
            if !kept.is_empty() {
                return Ok(Poll::Batch(kept));
            }
            want = (want * 4).min(run.cx.batch_rows_max);
        }
    }
}
