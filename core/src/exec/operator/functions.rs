//! Rows of function calls, side by side: what one no longer has is NULL until all have ended.

use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::exec::run::{Operator, Poll, Run};
use crate::function::{RowSource, row_source, single_row};
use crate::physical::FunctionCall;
use crate::value::{Datum, SqlType};

pub(crate) struct Functions {
    calls: Arc<[FunctionCall]>,
    ordinality: bool,
    types: Arc<[SqlType]>,
    /// One per call, `None` once it has ended.
    sources: Option<Vec<Option<Box<dyn RowSource>>>>,
    made: i64,
}

impl Functions {
    pub(crate) fn new(calls: &Arc<[FunctionCall]>, ordinality: bool, types: &Arc<[SqlType]>) -> Functions {
        Functions { calls: Arc::clone(calls), ordinality, types: Arc::clone(types), sources: None, made: 0 }
    }

    fn begin(&self, run: &mut Run<'_, '_>) -> Result<Vec<Option<Box<dyn RowSource>>>> {
        let mut sources = Vec::with_capacity(self.calls.len());
        for call in &*self.calls {
            let arguments = run.constants(&call.arguments)?;
            sources.push(Some(match call.function {
                Some(function) => row_source(function, &arguments, run.cx.functions)?,
                None => single_row(arguments),
            }));
        }
        Ok(sources)
    }
}

impl Operator for Functions {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        if self.sources.is_none() {
            self.sources = Some(self.begin(run)?);
        }
        let Some(sources) = &mut self.sources else { return Ok(Poll::Done) };
        let mut batch = Batch::for_types(&self.types);
        let mut row = Vec::with_capacity(self.types.len());
        while batch.rows < want {
            row.clear();
            let mut any = false;
            for (source, call) in sources.iter_mut().zip(&*self.calls) {
                let end = row.len() + call.width;
                let more = match source {
                    Some(rows) => rows.next(&mut row)?,
                    None => false,
                };
                if !more {
                    *source = None;
                }
                any |= more;
                if row.len() > end {
                    return Err(Error::internal("a function returned too many columns"));
                }
                row.resize(end, Datum::Null);
            }
            if !any {
                break;
            }
            self.made += 1;
            if self.ordinality {
                row.push(Datum::Int(self.made));
            }
            batch.push_row(&row)?;
        }
        if batch.rows == 0 {
            return Ok(Poll::Done);
        }
        run.spend(batch.rows)?;
        Ok(Poll::Batch(batch))
    }
}
