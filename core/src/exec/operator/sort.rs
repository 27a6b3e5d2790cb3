//! A stable sort in memory, in slices.
//!
//! ```text
//! input --RUN_ROWS at a time--> sorted runs of row numbers --merge through a heap--> batches
//! ```
//!
//! Each run is sorted at once; merging costs a heap step per row that comes out. So no call does more
//! than one run's worth of work, however large the input.

use core::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Result;
use crate::exec::key;
use crate::exec::row_store::RowStore;
use crate::exec::run::{BoxedOperator, Operator, Poll, Run};
use crate::physical::Key;
use crate::value::SqlType;

/// Rows sorted at once: below a millisecond.
const RUN_ROWS: usize = 8192;

/// Keys of gathered rows, end to end.
#[derive(Default)]
struct SortKeys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl SortKeys {
    fn get(&self, row: u32) -> &[u8] {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }
}

/// Appends the keys of every row of a batch; `each` is called after each row.
pub(super) fn encode_keys(
    run: &mut Run<'_, '_>,
    keys: &[Key],
    batch: &Batch,
    out: &mut Vec<u8>,
    mut each: impl FnMut(&mut Vec<u8>),
) -> Result<()> {
    let mut columns = Vec::with_capacity(keys.len());
    for key in keys {
        columns.push(run.evaluate(&key.program, batch)?);
    }
    for at in 0..batch.rows {
        for (key, column) in keys.iter().zip(&columns) {
            key::encode(out, column, at, key.program.ty(), key.descending, key.nulls_first)?;
        }
        each(out);
    }
    Ok(())
}

/// The next row of a run: its key, its number, which run.
type Head = (Vec<u8>, u32, usize);

pub(crate) struct Sort {
    input: BoxedOperator,
    keys: Arc<[Key]>,
    types: Arc<[SqlType]>,
    rows: RowStore,
    sort_keys: SortKeys,
    /// Row numbers, each run sorted.
    runs: Vec<Vec<u32>>,
    /// Rows not yet in a run.
    pending: usize,
    merge: Option<BinaryHeap<Reverse<Head>>>,
    /// How far each run is merged.
    heads: Vec<usize>,
    held: usize,
}

impl Sort {
    pub(crate) fn new(input: BoxedOperator, keys: &Arc<[Key]>, types: &Arc<[SqlType]>) -> Sort {
        Sort {
            input,
            keys: Arc::clone(keys),
            types: Arc::clone(types),
            rows: RowStore::default(),
            sort_keys: SortKeys::default(),
            runs: Vec::new(),
            pending: 0,
            merge: None,
            heads: Vec::new(),
            held: 0,
        }
    }

    fn take(&mut self, run: &mut Run<'_, '_>, batch: Batch) -> Result<()> {
        let before = self.sort_keys.bytes.len();
        let ends = &mut self.sort_keys.ends;
        encode_keys(run, &self.keys, &batch, &mut self.sort_keys.bytes, |out| ends.push(out.len()))?;
        self.pending += batch.rows;
        let keys_bytes = self.sort_keys.bytes.len() - before + batch.rows * 12;
        let bytes = self.rows.push(batch) + keys_bytes;
        self.held += bytes;
        run.hold(bytes)
    }

    fn sort_pending(&mut self) {
        if self.pending == 0 {
            return;
        }
        let end = u32::try_from(self.rows.len()).expect("the memory budget bounds the rows");
        let start = end - u32::try_from(self.pending).expect("a run is bounded");
        let mut numbers: Vec<u32> = (start..end).collect();
        numbers.sort_unstable_by(|a, b| self.sort_keys.get(*a).cmp(self.sort_keys.get(*b)).then(a.cmp(b)));
        self.runs.push(numbers);
        self.pending = 0;
    }

    /// The next numbers in order, at most `want`.
    fn merged(&mut self, want: usize) -> Vec<u32> {
        if self.runs.len() == 1 {
            let head = &mut self.heads[0];
            let end = self.runs[0].len().min(*head + want);
            let numbers = self.runs[0][*head..end].to_vec();
            *head = end;
            return numbers;
        }
        let Some(merge) = &mut self.merge else { return Vec::new() };
        let mut numbers = Vec::with_capacity(want);
        while numbers.len() < want {
            let Some(Reverse((mut key, number, run))) = merge.pop() else { break };
            numbers.push(number);
            self.heads[run] += 1;
            if let Some(next) = self.runs[run].get(self.heads[run]) {
                key.clear();
                key.extend_from_slice(self.sort_keys.get(*next));
                merge.push(Reverse((key, *next, run)));
            }
        }
        numbers
    }
}

impl Operator for Sort {
    fn next(&mut self, run: &mut Run<'_, '_>, want: usize) -> Result<Poll> {
        while self.merge.is_none() {
            match self.input.next(run, run.cx.batch_rows_max)? {
                Poll::Batch(batch) => {
                    self.take(run, batch)?;
                    if self.pending >= RUN_ROWS {
                        self.sort_pending();
                    }
                }
                Poll::Done => {
                    self.sort_pending();
                    self.heads = vec![0; self.runs.len()];
                    let heads = self.runs.iter().enumerate();
                    self.merge = Some(
                        heads
                            .map(|(run, numbers)| {
                                Reverse((self.sort_keys.get(numbers[0]).to_vec(), numbers[0], run))
                            })
                            .collect(),
                    );
                }
                Poll::Yield => return Ok(Poll::Yield),
            }
        }
        if !run.has_fuel() {
            return Ok(Poll::Yield);
        }
        let numbers = self.merged(want);
        if numbers.is_empty() {
            run.release(core::mem::take(&mut self.held));
            return Ok(Poll::Done);
        }
        run.spend(numbers.len())?;
        Ok(Poll::Batch(self.rows.gather(numbers.iter().copied(), &self.types)))
    }
}
