//! What must not look at every row: AND, OR, CASE, COALESCE, and filters.
//!
//! ```text
//! rows           0 1 2 3 4 5
//! a              t f t n f t      a AND b: b is evaluated for 0 2 3 5 only
//! b              t   n t   f
//! a AND b        t f n n f f
//! ```

use crate::batch::{Batch, Vector};
use crate::error::Result;
use crate::value::{Datum, SqlType};

use super::column::{Column, Rows, booleans_by};
use super::program::{EvalContext, Node};

/// Rows still looked at: their places in the result and their numbers in the batch.
struct Open {
    places: Vec<u32>,
    rows: Vec<u32>,
}

impl Open {
    fn all(rows: Rows<'_>) -> Open {
        let places = (0..rows.len()).map(|place| u32::try_from(place).expect("V3 of batch bounds its rows"));
        Open { places: places.collect(), rows: (0..rows.len()).map(|place| rows.at(place)).collect() }
    }

    /// Keeps the rows for which `keep` of their index here is true; answers the others.
    fn split(&mut self, mut keep: impl FnMut(usize) -> bool) -> Open {
        let mut others = Open { places: Vec::new(), rows: Vec::new() };
        let mut kept = Open { places: Vec::new(), rows: Vec::new() };
        for at in 0..self.places.len() {
            let to = if keep(at) { &mut kept } else { &mut others };
            to.places.push(self.places[at]);
            to.rows.push(self.rows[at]);
        }
        *self = kept;
        others
    }
}

/// AND (`decisive` false) and OR (`decisive` true).
pub(super) fn decide<'b>(
    items: &'b [Node],
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
    decisive: bool,
) -> Result<Column<'b>> {
    let mut results: Vec<Option<bool>> = vec![Some(!decisive); rows.len()];
    let mut open: Option<Open> = None;
    for item in items {
        let now = open.as_ref().map_or(rows, |open| Rows::Some(&open.rows));
        if now.len() == 0 {
            break;
        }
        let column = item.evaluate(batch, now, cx)?;
        let open = open.get_or_insert_with(|| Open::all(rows));
        let decided = open.split(|at| column.truth(at) != Some(decisive));
        decided.places.iter().for_each(|place| results[*place as usize] = Some(decisive));
        // After the split the columns' entries no longer line up: NULLs are marked by what stayed.
        let mut kept = 0;
        for at in 0..column_len(&column, open.places.len() + decided.places.len()) {
            match column.truth(at) {
                Some(value) if value == decisive => {}
                Some(_) => kept += 1,
                None => {
                    results[open.places[kept] as usize] = None;
                    kept += 1;
                }
            }
        }
    }
    booleans_by(rows.len(), |at| Ok(results[at]))
}

fn column_len(column: &Column<'_>, rows: usize) -> usize {
    column.vector().map_or(rows, Vector::len)
}

/// CASE: every result is evaluated for the rows whose condition is the first true one.
pub(super) fn case<'b>(
    branches: &'b [(Node, Node)],
    otherwise: Option<&'b Node>,
    ty: SqlType,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Column<'b>> {
    let mut open = Open::all(rows);
    let mut pieces: Vec<(Vec<u32>, Column<'b>)> = Vec::new();
    for (condition, result) in branches {
        if open.rows.is_empty() {
            break;
        }
        let truth = condition.evaluate(batch, Rows::Some(&open.rows), cx)?;
        let taken = open.split(|at| truth.truth(at) != Some(true));
        if !taken.rows.is_empty() {
            let column = result.evaluate(batch, Rows::Some(&taken.rows), cx)?;
            pieces.push((taken.places, column));
        }
    }
    if !open.rows.is_empty() {
        let column = match otherwise {
            Some(otherwise) => otherwise.evaluate(batch, Rows::Some(&open.rows), cx)?,
            None => Column::Constant(Datum::Null),
        };
        pieces.push((open.places, column));
    }
    assemble(pieces, ty, rows.len())
}

/// COALESCE: every operand is evaluated for the rows that have no value yet.
pub(super) fn coalesce<'b>(
    items: &'b [Node],
    ty: SqlType,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Column<'b>> {
    let mut open = Open::all(rows);
    let mut pieces: Vec<(Vec<u32>, Column<'b>)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if open.rows.is_empty() {
            break;
        }
        let column = item.evaluate(batch, Rows::Some(&open.rows), cx)?;
        if at + 1 == items.len() {
            let rest = core::mem::take(&mut open.places);
            open.rows.clear();
            pieces.push((rest, column));
            break;
        }
        let mut found = Vec::new();
        let count = open.rows.len();
        let taken = open.split(|at| column.is_null(at));
        for at in 0..count {
            if !column.is_null(at) {
                found.push(u32::try_from(at).expect("V3 of batch bounds its rows"));
            }
        }
        if !taken.places.is_empty() {
            let column = match column {
                Column::Constant(value) => Column::Constant(value),
                Column::Borrowed(vector) => Column::Owned(vector.gather(&found)),
                Column::Owned(vector) => Column::Owned(vector.gather(&found)),
            };
            pieces.push((taken.places, column));
        }
    }
    if !open.places.is_empty() {
        pieces.push((open.places, Column::Constant(Datum::Null)));
    }
    assemble(pieces, ty, rows.len())
}

/// One column of pieces that each know the places of their entries.
fn assemble<'b>(mut pieces: Vec<(Vec<u32>, Column<'b>)>, ty: SqlType, rows: usize) -> Result<Column<'b>> {
    if pieces.len() == 1
        && let Some((_, column)) = pieces.pop()
    {
        return Ok(column);
    }
    let mut from = vec![(0, 0); rows];
    for (number, (places, _)) in pieces.iter().enumerate() {
        for (at, place) in places.iter().enumerate() {
            from[*place as usize] = (number, at);
        }
    }
    let mut out = Vector::for_type(ty);
    for (piece, at) in from {
        pieces[piece].1.push_to(at, &mut out)?;
    }
    Ok(Column::Owned(out))
}

impl Node {
    /// The numbers of the rows for which it is true. Unlike AND as a value, a filter also stops at NULL.
    pub(super) fn filter(&self, batch: &Batch, cx: &mut EvalContext<'_>) -> Result<Vec<u32>> {
        let all = Rows::All(batch.rows);
        let conjuncts = match self {
            Node::And(items) => items.as_slice(),
            other => core::slice::from_ref(other),
        };
        let mut open: Option<Vec<u32>> = None;
        for item in conjuncts {
            let rows = open.as_ref().map_or(all, |open| Rows::Some(open));
            if rows.len() == 0 {
                break;
            }
            let truth = item.evaluate(batch, rows, cx)?;
            let kept = match truth.vector() {
                None if truth.truth(0) == Some(true) => continue,
                None => Vec::new(),
                Some(vector) if vector.nulls.is_none() => {
                    let values = vector.ints();
                    (0..rows.len()).filter(|at| values[*at] != 0).map(|at| rows.at(at)).collect()
                }
                Some(_) => (0..rows.len())
                    .filter(|at| truth.truth(*at) == Some(true))
                    .map(|at| rows.at(at))
                    .collect(),
            };
            open = Some(kept);
        }
        Ok(open.unwrap_or_else(|| (0..batch.rows).map(|at| all.at(at)).collect()))
    }
}
