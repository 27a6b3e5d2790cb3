//! From bound expressions to programs: columns get positions, constants are prepared.

use crate::base::ColumnId;
use crate::error::Result;
use crate::error::stack::Stack;
use crate::plan::{Expr, LogicalPlan, SubqueryKind};
use crate::value::{Datum, SqlType};

use super::cast::keeps_form;
use super::like::Pattern;
use super::membership::Members;
use super::program::{Asked, Node, Program};

/// Where a column comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A position of the input batch.
    Input(usize),
    /// A position among the outer columns handed to a correlated subquery.
    Outer(usize),
}

/// Gives columns and subqueries their places.
pub trait Scope {
    /// Where a column is.
    fn column(&mut self, id: ColumnId, ty: SqlType) -> Result<Place>;
    /// Where the stack was when the statement began to be lowered.
    fn stack(&self) -> Stack;
    /// Takes a subquery in: its number, and the outer columns it wants, in order, with their types.
    fn subquery(&mut self, plan: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)>;
}

/// Compiles an expression.
pub fn compile(expr: &Expr, scope: &mut dyn Scope) -> Result<Program> {
    Ok(Program::new(node(expr, scope)?))
}

fn boxed(expr: &Expr, scope: &mut dyn Scope) -> Result<Box<Node>> {
    Ok(Box::new(node(expr, scope)?))
}

fn nodes(exprs: &[Expr], scope: &mut dyn Scope) -> Result<Vec<Node>> {
    exprs.iter().map(|expr| node(expr, scope)).collect()
}

fn node(expr: &Expr, scope: &mut dyn Scope) -> Result<Node> {
    scope.stack().check()?;
    Ok(match expr {
        Expr::Literal(value, ty) => Node::Constant(value.clone(), *ty),
        Expr::Parameter { index, ty } => Node::Parameter(*index, *ty),
        Expr::Column(id, ty) => match scope.column(*id, *ty)? {
            Place::Input(at) => Node::Column(at, *ty),
            Place::Outer(at) => Node::Outer(at, *ty),
        },
        Expr::Arithmetic { op, ty, left, right } => {
            Node::Arithmetic { op: *op, ty: *ty, left: boxed(left, scope)?, right: boxed(right, scope)? }
        }
        Expr::Negate(operand, ty) => Node::Negate(boxed(operand, scope)?, *ty),
        Expr::Compare { op, ty, left, right } => {
            Node::Compare { op: *op, ty: *ty, left: boxed(left, scope)?, right: boxed(right, scope)? }
        }
        Expr::And(items) => Node::And(nodes(items, scope)?),
        Expr::Or(items) => Node::Or(nodes(items, scope)?),
        Expr::Not(operand) => Node::Not(boxed(operand, scope)?),
        Expr::IsNull { operand, negated } => {
            Node::IsNull { operand: boxed(operand, scope)?, negated: *negated }
        }
        Expr::IsDistinct { left, right, ty, negated } => Node::IsDistinct {
            left: boxed(left, scope)?,
            right: boxed(right, scope)?,
            ty: *ty,
            negated: *negated,
        },
        Expr::IsBool { operand, value, negated } => {
            Node::IsBool { operand: boxed(operand, scope)?, value: *value, negated: *negated }
        }
        Expr::InList { operand, list, ty, negated } => {
            let operand = boxed(operand, scope)?;
            let list = nodes(list, scope)?;
            let constants: Option<Vec<&Datum>> = list
                .iter()
                .map(|item| if let Node::Constant(value, _) = item { Some(value) } else { None })
                .collect();
            match constants {
                Some(values) if !values.is_empty() => Node::Member {
                    operand,
                    members: Members::new(*ty, values.into_iter()),
                    negated: *negated,
                },
                _ => Node::InList { operand, list, ty: *ty, negated: *negated },
            }
        }
        Expr::Like { kind, operand, pattern, escape, negated } => {
            let operand = boxed(operand, scope)?;
            let pattern = boxed(pattern, scope)?;
            let escape = escape.as_ref().map(|escape| boxed(escape, scope)).transpose()?;
            let ready = match (&*pattern, escape.as_deref()) {
                (Node::Constant(Datum::Text(pattern), _), None) => Some(Pattern::new(*kind, pattern, None)),
                (Node::Constant(Datum::Text(pattern), _), Some(Node::Constant(Datum::Text(escape), _))) => {
                    Some(Pattern::new(*kind, pattern, Some(escape)))
                }
                _ => None,
            };
            match ready {
                Some(pattern) => Node::Match { operand, pattern, negated: *negated },
                None => Node::Like { kind: *kind, operand, pattern, escape, negated: *negated },
            }
        }
        Expr::Case { branches, otherwise, ty } => Node::Case {
            branches: branches
                .iter()
                .map(|(condition, result)| Ok((node(condition, scope)?, node(result, scope)?)))
                .collect::<Result<_>>()?,
            otherwise: otherwise.as_ref().map(|otherwise| boxed(otherwise, scope)).transpose()?,
            ty: *ty,
        },
        Expr::Coalesce(items, ty) => Node::Coalesce(nodes(items, scope)?, *ty),
        Expr::Cast { operand, from, to, explicit } => {
            let operand = node(operand, scope)?;
            match operand {
                Node::Column(at, _) if keeps_form(*from, *to) => Node::Column(at, to.ty),
                Node::Constant(value, _) if keeps_form(*from, *to) => Node::Constant(value, to.ty),
                operand => {
                    Node::Cast { operand: Box::new(operand), from: *from, to: *to, explicit: *explicit }
                }
            }
        }
        Expr::Call { function, arguments, ty } => {
            Node::Call { function: *function, arguments: nodes(arguments, scope)?, ty: *ty }
        }
        Expr::Subquery { kind, plan, outer: _, ty } => {
            let asked = match kind {
                SubqueryKind::Scalar => Asked::Scalar,
                SubqueryKind::Exists { negated } => Asked::Exists { negated: *negated },
                SubqueryKind::Any { operand, op, ty, negated } => {
                    Asked::Any { operand: boxed(operand, scope)?, op: *op, ty: *ty, negated: *negated }
                }
                SubqueryKind::All { operand, op, ty } => {
                    Asked::All { operand: boxed(operand, scope)?, op: *op, ty: *ty }
                }
            };
            let (id, wanted) = scope.subquery(plan)?;
            // Every column the subquery wants is one of ours, or one of our own outer columns.
            let outer = wanted
                .into_iter()
                .map(|(column, ty)| {
                    Ok(match scope.column(column, ty)? {
                        Place::Input(at) => Node::Column(at, ty),
                        Place::Outer(at) => Node::Outer(at, ty),
                    })
                })
                .collect::<Result<_>>()?;
            Node::Subquery { id, outer, asked, ty: *ty }
        }
    })
}
