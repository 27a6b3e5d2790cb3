//! A program over one row: what the column form must agree with, and what short statements use.

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::function::{self, FunctionId};
use crate::value::{Datum, SqlType, arithmetic, compare};

use super::cast;
use super::comparison;
use super::like;
use super::program::{Asked, EvalContext, Node, Question};

/// Where the columns of a row are.
#[derive(Clone, Copy, Debug)]
pub enum Row<'r> {
    /// There are none.
    None,
    /// A row of a batch.
    Batch(&'r Batch, usize),
    /// Values.
    Values(&'r [Datum]),
}

impl Row<'_> {
    fn column(self, at: usize, ty: SqlType) -> Result<Datum> {
        match self {
            Row::Batch(batch, row) => batch.columns[at].datum(row, ty),
            Row::Values(values) => Ok(values[at].clone()),
            Row::None => Err(Error::internal("a column without a row")),
        }
    }
}

fn boolean(value: Option<bool>) -> Datum {
    value.map_or(Datum::Null, Datum::Bool)
}

impl Node {
    /// Its value in a row.
    // Every arm only calls: the frame of this function is on the stack once per level of the expression.
    pub(super) fn value(&self, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
        match self {
            Node::Constant(value, _) => Ok(value.clone()),
            Node::Parameter(index, _) => cx.parameter(*index).cloned(),
            Node::Column(at, ty) => row.column(*at, *ty),
            Node::Outer(at, _) => cx.outer(*at).cloned(),
            Node::Arithmetic { left, right, .. }
            | Node::Compare { left, right, .. }
            | Node::IsDistinct { left, right, .. } => self.binary(left, right, row, cx),
            Node::And(items) => decide(items, row, cx, false),
            Node::Or(items) => decide(items, row, cx, true),
            Node::Negate(operand, _)
            | Node::Not(operand)
            | Node::IsNull { operand, .. }
            | Node::IsBool { operand, .. }
            | Node::Member { operand, .. }
            | Node::Match { operand, .. }
            | Node::Cast { operand, .. } => self.unary(operand, row, cx),
            Node::InList { operand, list, ty, negated } => in_list(operand, list, *ty, *negated, row, cx),
            Node::Like { .. } => self.like_value(row, cx),
            Node::Case { branches, otherwise, .. } => case(branches, otherwise.as_deref(), row, cx),
            Node::Coalesce(items, _) => coalesce(items, row, cx),
            Node::Call { function, arguments, .. } => call(*function, arguments, row, cx),
            Node::Subquery { id, outer, asked, .. } => subquery(*id, outer, asked, row, cx),
        }
    }

    fn binary(&self, left: &Node, right: &Node, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
        let left = left.value(row, cx)?;
        let right = right.value(row, cx)?;
        match self {
            Node::Arithmetic { op, ty, .. } => arithmetic::datums(*op, &left, &right, *ty),
            Node::Compare { op, ty, .. } => Ok(comparison::datums(*op, *ty, &left, &right)),
            Node::IsDistinct { ty, negated, .. } => {
                let distinct = match (left.is_null(), right.is_null()) {
                    (true, true) => false,
                    (true, false) | (false, true) => true,
                    (false, false) => compare(&left, &right, *ty).is_ne(),
                };
                Ok(Datum::Bool(distinct != *negated))
            }
            _ => Err(Error::internal("a node without two sides")),
        }
    }

    fn unary(&self, operand: &Node, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
        let operand = operand.value(row, cx)?;
        match self {
            Node::Negate(_, ty) => arithmetic::negate(&operand, *ty),
            Node::Not(_) => Ok(match operand {
                Datum::Bool(value) => Datum::Bool(!value),
                other => other,
            }),
            Node::IsNull { negated, .. } => Ok(Datum::Bool(operand.is_null() != *negated)),
            Node::IsBool { value, negated, .. } => {
                let found = match operand {
                    Datum::Bool(value) => Some(value),
                    _ => None,
                };
                Ok(Datum::Bool((found == *value) != *negated))
            }
            Node::Member { members, negated, .. } => {
                Ok(boolean(members.contains(&operand).map(|found| found != *negated)))
            }
            Node::Match { pattern, negated, .. } => Ok(match operand {
                Datum::Text(text) => Datum::Bool(pattern.matches(&text)? != *negated),
                _ => Datum::Null,
            }),
            Node::Cast { from, to, explicit, .. } => {
                cast::datum(&operand, *from, *to, *explicit, cx.functions)
            }
            _ => Err(Error::internal("a node without one operand")),
        }
    }

    fn like_value(&self, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
        let Node::Like { kind, operand, pattern, escape, negated } = self else {
            return Err(Error::internal("LIKE is asked of LIKE only"));
        };
        let operand = operand.value(row, cx)?;
        let pattern = pattern.value(row, cx)?;
        let escape = escape.as_ref().map(|escape| escape.value(row, cx)).transpose()?;
        let found = like::datums(*kind, &operand, &pattern, escape.as_ref())?;
        Ok(boolean(found.map(|found| found != *negated)))
    }
}

fn in_list(
    operand: &Node,
    list: &[Node],
    ty: SqlType,
    negated: bool,
    row: Row<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Datum> {
    let operand = operand.value(row, cx)?;
    let mut unknown = operand.is_null() && !list.is_empty();
    for item in list {
        let item = item.value(row, cx)?;
        if operand.is_null() || item.is_null() {
            unknown = true;
        } else if compare(&operand, &item, ty).is_eq() {
            return Ok(Datum::Bool(!negated));
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Bool(negated) })
}

fn case(
    branches: &[(Node, Node)],
    otherwise: Option<&Node>,
    row: Row<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Datum> {
    for (condition, result) in branches {
        if condition.value(row, cx)? == Datum::Bool(true) {
            return result.value(row, cx);
        }
    }
    match otherwise {
        Some(otherwise) => otherwise.value(row, cx),
        None => Ok(Datum::Null),
    }
}

fn coalesce(items: &[Node], row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
    for item in items {
        let value = item.value(row, cx)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Datum::Null)
}

fn values(nodes: &[Node], row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Vec<Datum>> {
    let mut values = Vec::with_capacity(nodes.len());
    for node in nodes {
        values.push(node.value(row, cx)?);
    }
    Ok(values)
}

fn call(function: FunctionId, arguments: &[Node], row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
    let arguments = values(arguments, row, cx)?;
    function::call(function, &arguments, cx.functions)
}

fn subquery(
    id: usize,
    outer: &[Node],
    asked: &Asked,
    row: Row<'_>,
    cx: &mut EvalContext<'_>,
) -> Result<Datum> {
    let outer = values(outer, row, cx)?;
    match asked {
        Asked::Scalar => cx.answer(id, &outer, Question::Scalar),
        Asked::Exists { negated } => {
            let exists = cx.answer(id, &outer, Question::Exists)? == Datum::Bool(true);
            Ok(Datum::Bool(exists != *negated))
        }
        Asked::Any { operand, op, ty, negated } => {
            let operand = operand.value(row, cx)?;
            Ok(match cx.answer(id, &outer, Question::Any(&operand, *op, *ty))? {
                Datum::Bool(found) => Datum::Bool(found != *negated),
                other => other,
            })
        }
        Asked::All { operand, op, ty } => {
            let operand = operand.value(row, cx)?;
            cx.answer(id, &outer, Question::All(&operand, *op, *ty))
        }
    }
}

/// AND (`decisive` false) and OR (`decisive` true): the first operand with the decisive value ends it.
fn decide(items: &[Node], row: Row<'_>, cx: &mut EvalContext<'_>, decisive: bool) -> Result<Datum> {
    let mut unknown = false;
    for item in items {
        match item.value(row, cx)? {
            Datum::Bool(value) if value == decisive => return Ok(Datum::Bool(decisive)),
            Datum::Bool(_) => {}
            _ => unknown = true,
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Bool(!decisive) })
}
