//! The first rows of a sort, without sorting the rest.
//!
//! A heap keeps the best `limit + offset` keys seen so far, the worst on top; most rows of a large input
//! cost one comparison.

use std::collections::BinaryHeap;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::eval::Program;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Key;
use crate::value::SqlType;

use super::limit::row_count;
use super::sort::{Sort, encode_keys};

pub(crate) struct TopN {
    input: Option<BoxedOperator>,
    keys: Arc<[Key]>,
    limit: Arc<Program>,
    offset: Option<Arc<Program>>,
    types: Arc<[SqlType]>,
    /// Rows to keep and rows to skip; `None` until computed.
    bounds: Option<(usize, usize)>,
    /// Key, arrival, place in `rows`.
    heap: BinaryHeap<(Vec<u8>, u64, usize)>,
    rows: Batch,
    arrivals: u64,
    /// The places in order, once the input is done.
    order: Option<Vec<u32>>,
    at: usize,
    held: usize,
    /// What does the work when more rows are wanted than a heap is good for.
    sort: Option<Box<super::Limit>>,
}

/// Beyond this many rows a plain sort is better.
const HEAP_ROWS_MAX: u64 = 16_384;

impl TopN {
    pub(crate) fn new(
        input: BoxedOperator,
        keys: &Arc<[Key]>,
        limit: &Arc<Program>,
        offset: Option<&Arc<Program>>,
        types: &Arc<[SqlType]>,
    ) -> TopN {
        TopN {
            input: Some(input),
            keys: Arc::clone(keys),
            limit: Arc::clone(limit),
            offset: offset.cloned(),
            types: Arc::clone(types),
            bounds: None,
            heap: BinaryHeap::new(),
            rows: Batch::for_types(types),
            arrivals: 0,
            order: None,
            at: 0,
            held: 0,
            sort: None,
        }
    }

    fn begin(&mut self, run: &mut Run<'_, '_>) -> Result<()> {
        let skip = match &self.offset {
            Some(offset) => row_count(run, offset, false)?.unwrap_or(0),
            None => 0,
        };
        let keep = row_count(run, &self.limit, true)?.map(|limit| limit.saturating_add(skip));
        match keep {
            Some(keep) if keep <= HEAP_ROWS_MAX => {
                let bound = |rows: u64| usize::try_from(rows).expect("bounded by HEAP_ROWS_MAX");
                self.bounds = Some((bound(keep), bound(skip.min(keep))));
            }
            _ => {
                self.bounds = Some((0, 0));
                if let Some(input) = self.input.take() {
                    let sort = Box::new(Sort::new(input, &self.keys, &self.types));
                    let limit = super::Limit::new(sort, Some(&self.limit), self.offset.as_ref(), None);
                    self.sort = Some(Box::new(limit));
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, run: &mut Run<'_, '_>, batch: &Batch, keep: usize) -> Result<()> {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(batch.rows);
        encode_keys(run, &self.keys, batch, &mut bytes, |out| ends.push(out.len()))?;
        let mut start = 0;
        for (at, end) in ends.into_iter().enumerate() {
            let key = &bytes[start..end];
            start = end;
            self.arrivals += 1;
            if self.heap.len() == keep {
                // Equal keys: the earlier row stays, as in a stable sort.
                if self.heap.peek().is_none_or(|(worst, ..)| key >= worst.as_slice()) {
                    continue;
                }
                self.heap.pop();
            }
            self.heap.push((key.to_vec(), self.arrivals, self.rows.rows));
            self.rows.push_from(batch, at);
        }
        // Rows that fell out stay in `rows` until they are the larger part.
        if self.rows.rows > keep * 2 + 1024 {
            let mut entries: Vec<_> = core::mem::take(&mut self.heap).into_vec();
            let places: Vec<u32> =
                entries.iter().map(|entry| u32::try_from(entry.2).expect("the heap is bounded")).collect();
            self.rows = self.rows.gather(&places);
            entries.iter_mut().enumerate().for_each(|(at, entry)| entry.2 = at);
            self.heap = entries.into();
        }
        let now = self.rows.memory_bytes() + self.heap.len() * 64;
        run.hold(now.saturating_sub(self.held))?;
        self.held = self.held.max(now);
        Ok(())
    }
}

impl Operator for TopN {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        if self.bounds.is_none() {
            self.begin(run)?;
        }
        if let Some(sort) = &mut self.sort {
            return sort.next(run, want);
        }
        let (keep, skip) = self.bounds.unwrap_or_default();
        if keep == 0 {
            return Ok(Poll::Done);
        }
        while self.order.is_none() {
            let Some(input) = &mut self.input else { return Ok(Poll::Done) };
            match input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => self.take(run, &batch, keep)?,
                Poll::Done => {
                    let sorted = core::mem::take(&mut self.heap).into_sorted_vec();
                    let places = sorted.into_iter().skip(skip);
                    self.order = Some(
                        places.map(|entry| u32::try_from(entry.2).expect("the heap is bounded")).collect(),
                    );
                }
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        let order = self.order.as_deref().unwrap_or_default();
        if self.at == order.len() {
            run.release(core::mem::take(&mut self.held));
            return Ok(Poll::Done);
        }
        let end = order.len().min(self.at + want);
        let batch = self.rows.gather(&order[self.at..end]);
        self.at = end;
        Ok(Poll::Batch(batch))
    }
}
