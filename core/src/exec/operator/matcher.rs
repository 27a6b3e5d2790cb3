//! Candidate pairs to joined rows: what all joins share.
//!
//! A join gives, for one left batch, candidate pairs in any number of portions; when the batch is through,
//! left rows without a match (or, for semi joins, with one) follow.
//!
//! ```text
//! left batch --candidates--> pairs --residual--> rows, marks --end of batch--> unmatched left rows
//! ```

use std::sync::Arc;

use crate::batch::{Batch, Bitmap, Kind, Vector};
use crate::error::Result;
use crate::exec::run::Run;
use crate::physical::Matching;
use crate::plan::JoinKind;
use crate::value::SqlType;

pub(super) struct Matcher {
    matching: Arc<Matching>,
    /// Left rows of the current batch that have met a partner.
    marks: Bitmap,
}

impl Matcher {
    pub(super) fn new(matching: &Arc<Matching>) -> Matcher {
        Matcher { matching: Arc::clone(matching), marks: Bitmap::default() }
    }

    pub(super) fn kind(&self) -> JoinKind {
        self.matching.kind
    }

    pub(super) fn right_types(&self) -> &[SqlType] {
        &self.matching.right_types
    }

    /// Begins a left batch.
    pub(super) fn begin(&mut self, left: &Batch) {
        self.marks = Bitmap::filled(left.rows, false);
    }

    /// Whether more candidates of a left row cannot change anything.
    pub(super) fn is_settled(&self, left: u32) -> bool {
        matches!(self.matching.kind, JoinKind::Semi | JoinKind::Anti) && self.marks.get(left as usize)
    }

    /// Joins candidate pairs: left row numbers, and the right rows that go with them. Answers the rows that
    /// come out, and which of the pairs they were.
    pub(super) fn pairs(
        &mut self,
        run: &mut Run<'_, '_>,
        left: &Batch,
        lefts: &[u32],
        right: Batch,
    ) -> Result<(Batch, Option<Vec<u32>>)> {
        let only_left = matches!(self.matching.kind, JoinKind::Semi | JoinKind::Anti);
        let (joined, kept) = match &self.matching.residual {
            None if only_left => (Batch::default(), None),
            None => (combine(left.gather(lefts), right), None),
            Some(residual) => {
                let joined = combine(left.gather(lefts), right);
                let kept = run.filter(residual, &joined)?;
                if kept.len() == joined.rows {
                    (joined, None)
                } else if only_left {
                    (Batch::default(), Some(kept))
                } else {
                    (joined.gather(&kept), Some(kept))
                }
            }
        };
        match &kept {
            None => lefts.iter().for_each(|at| self.marks.set(*at as usize, true)),
            Some(kept) => kept.iter().for_each(|at| self.marks.set(lefts[*at as usize] as usize, true)),
        }
        Ok(if only_left { (Batch::default(), kept) } else { (joined, kept) })
    }

    /// Ends a left batch: the rows that come out because of what they met or did not meet.
    pub(super) fn end(&mut self, left: &Batch) -> Option<Batch> {
        let wanted = match self.matching.kind {
            JoinKind::Inner | JoinKind::Right => return None,
            JoinKind::Semi => true,
            JoinKind::Anti | JoinKind::Left | JoinKind::Full => false,
        };
        let rows: Vec<u32> = (0..left.rows)
            .filter(|at| self.marks.get(*at) == wanted)
            .map(|at| u32::try_from(at).expect("V3 bounds the rows of a batch"))
            .collect();
        if rows.is_empty() {
            return None;
        }
        let left = left.gather(&rows);
        Some(match self.matching.kind {
            JoinKind::Semi | JoinKind::Anti => left,
            JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full => {
                combine(left, null_rows(&self.matching.right_types, rows.len()))
            }
        })
    }

    /// Right rows without a match, for right and full joins.
    pub(super) fn unmatched_right(&self, right: Batch) -> Batch {
        combine(null_rows(&self.matching.left_types, right.rows), right)
    }
}

/// Columns side by side.
pub(super) fn combine(mut left: Batch, right: Batch) -> Batch {
    left.columns.extend(right.columns);
    left.rows = left.rows.max(right.rows);
    left
}

fn null_rows(types: &[SqlType], rows: usize) -> Batch {
    let columns = types.iter().map(|ty| Vector::all_null(Kind::of(*ty), rows)).collect();
    Batch { columns, rows }
}
