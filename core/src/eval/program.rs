//! Compiled expressions.

use crate::batch::{Batch, Vector};
use crate::error::{Error, Result};
use crate::function::{FunctionContext, FunctionId};
use crate::plan::{ArithmeticOp, CompareOp, LikeKind};
use crate::value::{Datum, SqlType, TypeName};

use super::column::Rows;
use super::like::Pattern;
use super::membership::Members;
use super::row::Row;

/// An expression whose columns are positions in a batch. Read-only: shared by all runs of a plan.
#[derive(Debug)]
pub struct Program {
    pub(super) root: Node,
    ty: SqlType,
}

/// What a program may ask while it runs.
pub struct EvalContext<'a> {
    /// `$1` first.
    pub parameters: &'a [Datum],
    /// Columns of the enclosing query, where the program belongs to a correlated subquery.
    pub outer: &'a [Datum],
    /// For functions.
    pub functions: &'a dyn FunctionContext,
    /// Who answers subqueries; without it they are an error.
    pub subqueries: Option<&'a mut dyn Subqueries>,
}

/// Answers subqueries.
pub trait Subqueries {
    /// Runs subquery `id` with the outer columns it wants.
    fn answer(&mut self, id: usize, outer: &[Datum], question: Question<'_>) -> Result<Datum>;
}

/// What a subquery is asked.
#[derive(Clone, Copy, Debug)]
pub enum Question<'q> {
    /// Its single value.
    Scalar,
    /// Whether it has a row.
    Exists,
    /// `operand op ANY (..)`.
    Any(&'q Datum, CompareOp, SqlType),
    /// `operand op ALL (..)`.
    All(&'q Datum, CompareOp, SqlType),
}

/// What a [`Node::Subquery`] asks, with its operand.
#[derive(Debug)]
pub(super) enum Asked {
    Scalar,
    Exists { negated: bool },
    Any { operand: Box<Node>, op: CompareOp, ty: SqlType, negated: bool },
    All { operand: Box<Node>, op: CompareOp, ty: SqlType },
}

#[derive(Debug)]
pub(super) enum Node {
    Constant(Datum, SqlType),
    Parameter(usize, SqlType),
    Column(usize, SqlType),
    Outer(usize, SqlType),
    Arithmetic {
        op: ArithmeticOp,
        ty: SqlType,
        left: Box<Node>,
        right: Box<Node>,
    },
    Negate(Box<Node>, SqlType),
    Compare {
        op: CompareOp,
        ty: SqlType,
        left: Box<Node>,
        right: Box<Node>,
    },
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    IsNull {
        operand: Box<Node>,
        negated: bool,
    },
    IsDistinct {
        left: Box<Node>,
        right: Box<Node>,
        ty: SqlType,
        negated: bool,
    },
    IsBool {
        operand: Box<Node>,
        value: Option<bool>,
        negated: bool,
    },
    /// IN over constants.
    Member {
        operand: Box<Node>,
        members: Members,
        negated: bool,
    },
    /// IN over anything else.
    InList {
        operand: Box<Node>,
        list: Vec<Node>,
        ty: SqlType,
        negated: bool,
    },
    /// LIKE with a constant pattern.
    Match {
        operand: Box<Node>,
        pattern: Pattern,
        negated: bool,
    },
    /// LIKE with any pattern.
    Like {
        kind: LikeKind,
        operand: Box<Node>,
        pattern: Box<Node>,
        escape: Option<Box<Node>>,
        negated: bool,
    },
    Case {
        branches: Vec<(Node, Node)>,
        otherwise: Option<Box<Node>>,
        ty: SqlType,
    },
    Coalesce(Vec<Node>, SqlType),
    Cast {
        operand: Box<Node>,
        from: SqlType,
        to: TypeName,
        explicit: bool,
    },
    Call {
        function: FunctionId,
        arguments: Vec<Node>,
        ty: SqlType,
    },
    Subquery {
        id: usize,
        outer: Vec<Node>,
        asked: Asked,
        ty: SqlType,
    },
}

impl Node {
    pub(super) fn ty(&self) -> SqlType {
        match self {
            Node::Constant(_, ty)
            | Node::Parameter(_, ty)
            | Node::Column(_, ty)
            | Node::Outer(_, ty)
            | Node::Arithmetic { ty, .. }
            | Node::Negate(_, ty)
            | Node::Case { ty, .. }
            | Node::Coalesce(_, ty)
            | Node::Call { ty, .. }
            | Node::Subquery { ty, .. } => *ty,
            Node::Cast { to, .. } => to.ty,
            Node::Compare { .. }
            | Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::IsNull { .. }
            | Node::IsDistinct { .. }
            | Node::IsBool { .. }
            | Node::Member { .. }
            | Node::InList { .. }
            | Node::Match { .. }
            | Node::Like { .. } => SqlType::Bool,
        }
    }
}

impl Program {
    pub(super) fn new(root: Node) -> Program {
        let ty = root.ty();
        Program { root, ty }
    }

    /// The type of the result.
    pub fn ty(&self) -> SqlType {
        self.ty
    }

    /// The position, when it is nothing but a column of its input.
    pub fn as_column(&self) -> Option<usize> {
        match self.root {
            Node::Column(at, _) => Some(at),
            _ => None,
        }
    }

    /// The value, when it is a constant.
    pub fn as_constant(&self) -> Option<&Datum> {
        match &self.root {
            Node::Constant(value, _) => Some(value),
            _ => None,
        }
    }

    /// The number of the parameter, when it is nothing but one.
    pub fn as_parameter(&self) -> Option<usize> {
        match self.root {
            Node::Parameter(index, _) => Some(index),
            _ => None,
        }
    }

    /// Its value in every row of a batch.
    pub fn evaluate(&self, batch: &Batch, cx: &mut EvalContext<'_>) -> Result<Vector> {
        if batch.rows == 1 {
            let value = self.value(Row::Batch(batch, 0), cx)?;
            let mut vector = Vector::for_type(self.ty);
            vector.push_datum(&value)?;
            return Ok(vector);
        }
        self.root.evaluate(batch, Rows::All(batch.rows), cx)?.into_vector(self.ty, batch.rows)
    }

    /// The numbers of the rows for which it is true.
    pub fn filter(&self, batch: &Batch, cx: &mut EvalContext<'_>) -> Result<Vec<u32>> {
        if batch.rows == 1 {
            return Ok(if self.is_true(Row::Batch(batch, 0), cx)? { vec![0] } else { Vec::new() });
        }
        self.root.filter(batch, cx)
    }

    /// Its value in one row.
    pub fn value(&self, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<Datum> {
        self.root.value(row, cx)
    }

    /// Whether it is true (neither false nor NULL) in one row.
    pub fn is_true(&self, row: Row<'_>, cx: &mut EvalContext<'_>) -> Result<bool> {
        Ok(self.root.value(row, cx)? == Datum::Bool(true))
    }
}

impl EvalContext<'_> {
    pub(super) fn parameter(&self, index: usize) -> Result<&Datum> {
        self.parameters.get(index).ok_or_else(|| {
            Error::new(
                crate::error::SqlState::UNDEFINED_PARAMETER,
                format!("there is no parameter ${}", index + 1),
            )
        })
    }

    pub(super) fn outer(&self, at: usize) -> Result<&Datum> {
        self.outer.get(at).ok_or_else(|| Error::internal("an outer column was not handed in"))
    }

    pub(super) fn answer(&mut self, id: usize, outer: &[Datum], question: Question<'_>) -> Result<Datum> {
        match &mut self.subqueries {
            Some(subqueries) => subqueries.answer(id, outer, question),
            None => Err(Error::unsupported("a subquery here")),
        }
    }
}
