//! A program over a batch, a column at a time.
//!
//! Operands are evaluated for exactly the rows asked for, so kernels need no selection: they run over
//! dense columns. Rows are picked apart only below AND, OR, CASE and COALESCE (`logic`).

use crate::batch::{Batch, Kind, Vector};
use crate::error::{Error, Result};
use crate::function::{self, FunctionId};
use crate::value::{Datum, SqlType, compare};

use super::column::{Column, Rows, booleans_by};
use super::like::{self, Pattern};
use super::membership::Members;
use super::program::{Asked, EvalContext, Node, Question};
use super::{arithmetic, cast, comparison, logic};

impl Node {
    /// Its values in some rows of a batch.
    // Every arm only calls: the frame of this function is on the stack once per level of the expression.
    pub(super) fn evaluate<'b>(
        &'b self,
        batch: &'b Batch,
        rows: Rows<'_>,
        cx: &mut EvalContext<'_>,
    ) -> Result<Column<'b>> {
        match self {
            Node::Constant(value, _) => Ok(Column::Constant(value.clone())),
            Node::Parameter(index, _) => cx.parameter(*index).cloned().map(Column::Constant),
            Node::Outer(at, _) => cx.outer(*at).cloned().map(Column::Constant),
            Node::Column(at, _) => Ok(Column::of_batch(batch, *at, rows)),
            Node::Arithmetic { op, ty, left, right } => {
                let combine = |a: &Column<'b>, b: &Column<'b>| arithmetic::binary(*op, *ty, a, b, rows.len());
                combined(left, right, batch, rows, cx, &combine)
            }
            Node::Negate(operand, ty) => {
                let change = |operand: &Column<'b>| arithmetic::negate(*ty, operand, rows.len());
                changed(operand, batch, rows, cx, &change)
            }
            Node::Compare { op, ty, left, right } => {
                let combine = |a: &Column<'b>, b: &Column<'b>| comparison::binary(*op, *ty, a, b, rows.len());
                combined(left, right, batch, rows, cx, &combine)
            }
            Node::And(items) => logic::decide(items, batch, rows, cx, false),
            Node::Or(items) => logic::decide(items, batch, rows, cx, true),
            Node::Not(operand) => {
                let change = |operand: &Column<'b>| {
                    booleans_by(rows.len(), |at| Ok(operand.truth(at).map(|value| !value)))
                };
                changed(operand, batch, rows, cx, &change)
            }
            Node::IsNull { operand, negated } => {
                let change = |operand: &Column<'b>| {
                    booleans_by(rows.len(), |at| Ok(Some(operand.is_null(at) != *negated)))
                };
                changed(operand, batch, rows, cx, &change)
            }
            Node::IsDistinct { left, right, ty, negated } => {
                let combine =
                    |a: &Column<'b>, b: &Column<'b>| comparison::distinct(*ty, *negated, a, b, rows.len());
                combined(left, right, batch, rows, cx, &combine)
            }
            Node::IsBool { operand, value, negated } => {
                let change = |operand: &Column<'b>| {
                    booleans_by(rows.len(), |at| Ok(Some((operand.truth(at) == *value) != *negated)))
                };
                changed(operand, batch, rows, cx, &change)
            }
            Node::Member { operand, members, negated } => {
                let change = |operand: &Column<'b>| member(operand, members, *negated, rows.len());
                changed(operand, batch, rows, cx, &change)
            }
            Node::InList { operand, list, ty, negated } => {
                in_list(operand, list, *ty, *negated, batch, rows, cx)
            }
            Node::Match { operand, pattern, negated } => {
                let change = |operand: &Column<'b>| matched(operand, pattern, *negated, rows.len());
                changed(operand, batch, rows, cx, &change)
            }
            Node::Like { .. } => self.like(batch, rows, cx),
            Node::Case { branches, otherwise, ty } => {
                logic::case(branches, otherwise.as_deref(), *ty, batch, rows, cx)
            }
            Node::Coalesce(items, ty) => logic::coalesce(items, *ty, batch, rows, cx),
            Node::Cast { operand, from, to, explicit } => match operand.evaluate(batch, rows, cx) {
                Ok(operand) => cast::column(operand, *from, *to, *explicit, rows.len(), cx.functions),
                error => error,
            },
            Node::Call { function, arguments, ty } => call(*function, arguments, *ty, batch, rows, cx),
            Node::Subquery { id, outer, asked, ty } => subquery(*id, outer, asked, *ty, batch, rows, cx),
        }
    }

    fn like<'b>(&'b self, batch: &'b Batch, rows: Rows<'_>, cx: &mut EvalContext<'_>) -> Result<Column<'b>> {
        let Node::Like { kind, operand, pattern, escape, negated } = self else {
            return Err(Error::internal("LIKE is asked of LIKE only"));
        };
        let (operand_ty, pattern_ty) = (operand.ty(), pattern.ty());
        let operand = operand.evaluate(batch, rows, cx)?;
        let pattern = pattern.evaluate(batch, rows, cx)?;
        let escape = match escape {
            Some(escape) => Some((escape.ty(), escape.evaluate(batch, rows, cx)?)),
            None => None,
        };
        booleans_by(rows.len(), |at| {
            let escape = escape.as_ref().map(|(ty, column)| column.datum(at, *ty)).transpose()?;
            let (operand, pattern) = (operand.datum(at, operand_ty)?, pattern.datum(at, pattern_ty)?);
            let found = like::datums(*kind, &operand, &pattern, escape.as_ref())?;
            Ok(found.map(|found| found != *negated))
        })
    }
}

/// What `change` makes of an operand's values.
fn changed<'b>(
    operand: &'b Node,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
    change: &dyn Fn(&Column<'b>) -> Result<Column<'b>>,
) -> Result<Column<'b>> {
    let operand = operand.evaluate(batch, rows, cx)?;
    change(&operand)
}

/// What `combine` makes of the values of both sides.
fn combined<'b>(
    left: &'b Node,
    right: &'b Node,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
    combine: &dyn Fn(&Column<'b>, &Column<'b>) -> Result<Column<'b>>,
) -> Result<Column<'b>> {
    let left = left.evaluate(batch, rows, cx)?;
    let right = right.evaluate(batch, rows, cx)?;
    combine(&left, &right)
}

/// `IN` over constants.
fn member<'b>(operand: &Column<'b>, members: &Members, negated: bool, count: usize) -> Result<Column<'b>> {
    let ty = members.ty();
    let ints = (Kind::of(ty) == Kind::Int).then(|| operand.ints());
    booleans_by(count, |at| {
        if operand.is_null(at) {
            return Ok(None);
        }
        let found = match ints {
            Some(ints) => members.contains_int(ints.get(at)),
            None => members.contains(&operand.datum(at, ty)?),
        };
        Ok(found.map(|found| found != negated))
    })
}

/// LIKE with a constant pattern.
fn matched<'b>(operand: &Column<'b>, pattern: &Pattern, negated: bool, count: usize) -> Result<Column<'b>> {
    booleans_by(count, |at| {
        if operand.is_null(at) {
            return Ok(None);
        }
        Ok(Some(pattern.matches_bytes(operand.bytes(at))? != negated))
    })
}

/// `IN` over expressions: an OR of equalities, each item evaluated where no earlier one was equal.
fn in_list<'b>(
    operand: &'b Node,
    list: &'b [Node],
    ty: SqlType,
    negated: bool,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Column<'b>> {
    let operand = operand.evaluate(batch, rows, cx)?;
    let mut results: Vec<Option<bool>> = vec![Some(false); rows.len()];
    let mut places: Vec<usize> = (0..rows.len()).collect();
    for item in list {
        if places.is_empty() {
            break;
        }
        let open: Vec<u32> = places.iter().map(|place| rows.at(*place)).collect();
        let item = item.evaluate(batch, Rows::Some(&open), cx)?;
        let mut still = Vec::with_capacity(places.len());
        for (at, place) in places.into_iter().enumerate() {
            if operand.is_null(place) || item.is_null(at) {
                results[place] = None;
            } else if compare(&operand.datum(place, ty)?, &item.datum(at, ty)?, ty).is_eq() {
                results[place] = Some(true);
                continue;
            }
            still.push(place);
        }
        places = still;
    }
    booleans_by(rows.len(), |at| Ok(results[at].map(|found| found != negated)))
}

/// A function, row by row through values.
fn call<'b>(
    function: FunctionId,
    arguments: &'b [Node],
    ty: SqlType,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Column<'b>> {
    let columns = arguments
        .iter()
        .map(|argument| Ok((argument.ty(), argument.evaluate(batch, rows, cx)?)))
        .collect::<Result<Vec<_>>>()?;
    let mut out = Vector::with_capacity(Kind::of(ty), rows.len());
    let mut values: Vec<Datum> = Vec::with_capacity(columns.len());
    for at in 0..rows.len() {
        values.clear();
        for (ty, column) in &columns {
            values.push(column.datum(at, *ty)?);
        }
        out.push_datum(&function::call(function, &values, cx.functions)?)?;
    }
    Ok(Column::Owned(out))
}

fn subquery<'b>(
    id: usize,
    outer: &'b [Node],
    asked: &'b Asked,
    ty: SqlType,
    batch: &'b Batch,
    rows: Rows<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Column<'b>> {
    let columns = outer
        .iter()
        .map(|column| Ok((column.ty(), column.evaluate(batch, rows, cx)?)))
        .collect::<Result<Vec<_>>>()?;
    if columns.is_empty() && rows.len() == 0 {
        return Ok(Column::Constant(Datum::Null));
    }
    // Without outer columns and operand one answer serves every row.
    match (columns.is_empty(), asked) {
        (true, Asked::Scalar) => return Ok(Column::Constant(cx.answer(id, &[], Question::Scalar)?)),
        (true, Asked::Exists { negated }) => {
            let exists = cx.answer(id, &[], Question::Exists)? == Datum::Bool(true);
            return Ok(Column::Constant(Datum::Bool(exists != *negated)));
        }
        _ => {}
    }
    let operand = match asked {
        Asked::Any { operand, .. } | Asked::All { operand, .. } => Some(operand.evaluate(batch, rows, cx)?),
        Asked::Scalar | Asked::Exists { .. } => None,
    };
    let mut out = Vector::with_capacity(Kind::of(ty), rows.len());
    let mut values: Vec<Datum> = Vec::with_capacity(columns.len());
    for at in 0..rows.len() {
        values.clear();
        for (ty, column) in &columns {
            values.push(column.datum(at, *ty)?);
        }
        let operand = |ty| operand.as_ref().map_or(Ok(Datum::Null), |column| column.datum(at, ty));
        let (answer, negated) = match asked {
            Asked::Scalar => (cx.answer(id, &values, Question::Scalar)?, false),
            Asked::Exists { negated } => (cx.answer(id, &values, Question::Exists)?, *negated),
            Asked::Any { op, ty, negated, .. } => {
                (cx.answer(id, &values, Question::Any(&operand(*ty)?, *op, *ty))?, *negated)
            }
            Asked::All { op, ty, .. } => {
                (cx.answer(id, &values, Question::All(&operand(*ty)?, *op, *ty))?, false)
            }
        };
        match answer {
            Datum::Bool(value) if negated => out.push_datum(&Datum::Bool(!value))?,
            answer => out.push_datum(&answer)?,
        }
    }
    Ok(Column::Owned(out))
}
