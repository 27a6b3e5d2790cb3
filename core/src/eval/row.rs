//! A program over one row: what the column form must agree with, and what short statements use.

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::function;
use crate::value::{Datum, arithmetic, compare};

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
    fn column(self, at: usize, ty: crate::value::SqlType) -> Result<Datum> {
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
    pub(super) fn value(&self, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
        Ok(match self {
            Node::Constant(value, _) => value.clone(),
            Node::Parameter(index, _) => cx.parameter(*index)?.clone(),
            Node::Column(at, ty) => row.column(*at, *ty)?,
            Node::Outer(at, _) => cx.outer(*at)?.clone(),
            Node::Arithmetic { op, ty, left, right } => {
                let left = left.value(row, cx)?;
                arithmetic::datums(*op, &left, &right.value(row, cx)?, *ty)?
            }
            Node::Negate(operand, ty) => arithmetic::negate(&operand.value(row, cx)?, *ty)?,
            Node::Compare { op, ty, left, right } => {
                let left = left.value(row, cx)?;
                comparison::datums(*op, *ty, &left, &right.value(row, cx)?)
            }
            Node::And(items) => decide(items, row, cx, false)?,
            Node::Or(items) => decide(items, row, cx, true)?,
            Node::Not(operand) => match operand.value(row, cx)? {
                Datum::Bool(value) => Datum::Bool(!value),
                other => other,
            },
            Node::IsNull { operand, negated } => Datum::Bool(operand.value(row, cx)?.is_null() != *negated),
            Node::IsDistinct { left, right, ty, negated } => {
                let left = left.value(row, cx)?;
                let right = right.value(row, cx)?;
                let distinct = match (left.is_null(), right.is_null()) {
                    (true, true) => false,
                    (true, false) | (false, true) => true,
                    (false, false) => compare(&left, &right, *ty).is_ne(),
                };
                Datum::Bool(distinct != *negated)
            }
            Node::IsBool { operand, value, negated } => {
                let found = match operand.value(row, cx)? {
                    Datum::Bool(value) => Some(value),
                    _ => None,
                };
                Datum::Bool((found == *value) != *negated)
            }
            Node::Member { operand, members, negated } => {
                boolean(members.contains(&operand.value(row, cx)?).map(|found| found != *negated))
            }
            Node::InList { operand, list, ty, negated } => {
                let operand = operand.value(row, cx)?;
                let mut unknown = operand.is_null() && !list.is_empty();
                for item in list {
                    let item = item.value(row, cx)?;
                    if operand.is_null() || item.is_null() {
                        unknown = true;
                    } else if compare(&operand, &item, *ty).is_eq() {
                        return Ok(Datum::Bool(!*negated));
                    }
                }
                if unknown { Datum::Null } else { Datum::Bool(*negated) }
            }
            Node::Match { operand, pattern, negated } => match operand.value(row, cx)? {
                Datum::Text(text) => Datum::Bool(pattern.matches(&text)? != *negated),
                _ => Datum::Null,
            },
            Node::Like { kind, operand, pattern, escape, negated } => {
                let operand = operand.value(row, cx)?;
                let pattern = pattern.value(row, cx)?;
                let escape = escape.as_ref().map(|escape| escape.value(row, cx)).transpose()?;
                boolean(
                    like::datums(*kind, &operand, &pattern, escape.as_ref())?.map(|found| found != *negated),
                )
            }
            Node::Case { branches, otherwise, .. } => {
                for (condition, result) in branches {
                    if condition.value(row, cx)? == Datum::Bool(true) {
                        return result.value(row, cx);
                    }
                }
                match otherwise {
                    Some(otherwise) => otherwise.value(row, cx)?,
                    None => Datum::Null,
                }
            }
            Node::Coalesce(items, _) => {
                for item in items {
                    let value = item.value(row, cx)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Datum::Null
            }
            Node::Cast { operand, from, to, explicit } => {
                cast::datum(&operand.value(row, cx)?, *from, *to, *explicit, cx.functions)?
            }
            Node::Call { function, arguments, .. } => {
                let arguments =
                    arguments.iter().map(|argument| argument.value(row, cx)).collect::<Result<Vec<_>>>()?;
                function::call(*function, &arguments, cx.functions)?
            }
            Node::Subquery { id, outer, asked, .. } => {
                let outer = outer.iter().map(|column| column.value(row, cx)).collect::<Result<Vec<_>>>()?;
                match asked {
                    Asked::Scalar => cx.answer(*id, &outer, Question::Scalar)?,
                    Asked::Exists { negated } => {
                        let exists = cx.answer(*id, &outer, Question::Exists)? == Datum::Bool(true);
                        Datum::Bool(exists != *negated)
                    }
                    Asked::Any { operand, op, ty, negated } => {
                        let operand = operand.value(row, cx)?;
                        match cx.answer(*id, &outer, Question::Any(&operand, *op, *ty))? {
                            Datum::Bool(found) => Datum::Bool(found != *negated),
                            other => other,
                        }
                    }
                    Asked::All { operand, op, ty } => {
                        let operand = operand.value(row, cx)?;
                        cx.answer(*id, &outer, Question::All(&operand, *op, *ty))?
                    }
                }
            }
        })
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
