//! Typed scalar expressions.

use crate::base::ColumnId;
use crate::function::FunctionId;
use crate::value::{ArithmeticOp, CompareOp, Datum, SqlType, TypeName};

use super::LogicalPlan;

/// A scalar expression; every node knows its result type ([`Expr::ty`]).
#[derive(Clone, Debug)]
pub enum Expr {
    /// A constant.
    Literal(Datum, SqlType),
    /// `$index`, counted from 0.
    Parameter {
        /// From 0.
        index: usize,
        /// As inferred or declared.
        ty: SqlType,
    },
    /// A column that the input of the node produces.
    Column(ColumnId, SqlType),
    /// `left op right`; both sides have type `ty`, one of the number types.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// Type of both sides and of the result.
        ty: SqlType,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// `-x`, of a number type.
    Negate(Box<Expr>, SqlType),
    /// `left op right` as boolean; both sides have type `ty`.
    Compare {
        /// The operator.
        op: CompareOp,
        /// Type of both sides.
        ty: SqlType,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// All of them (n-ary: no deep chains).
    And(Vec<Expr>),
    /// Any of them.
    Or(Vec<Expr>),
    /// `NOT x`.
    Not(Box<Expr>),
    /// `x IS [NOT] NULL`.
    IsNull {
        /// The operand.
        operand: Box<Expr>,
        /// `IS NOT NULL`.
        negated: bool,
    },
    /// `x IS [NOT] DISTINCT FROM y`; both sides have type `ty`.
    IsDistinct {
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
        /// Type of both sides.
        ty: SqlType,
        /// `IS NOT DISTINCT FROM`.
        negated: bool,
    },
    /// `x IS [NOT] TRUE | FALSE | UNKNOWN`: `value` `None` is UNKNOWN.
    IsBool {
        /// The operand.
        operand: Box<Expr>,
        /// What is asked.
        value: Option<bool>,
        /// `IS NOT`.
        negated: bool,
    },
    /// `x [NOT] IN (list)`; operand and items have type `ty`.
    InList {
        /// The operand.
        operand: Box<Expr>,
        /// The list.
        list: Vec<Expr>,
        /// Type of both.
        ty: SqlType,
        /// `NOT IN`.
        negated: bool,
    },
    /// `x [NOT] LIKE | ILIKE pattern [ESCAPE e]`, on text.
    Like {
        /// Case matters or not.
        kind: LikeKind,
        /// The operand.
        operand: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// `None` is the backslash; an empty text means no escape.
        escape: Option<Box<Expr>>,
        /// `NOT LIKE`.
        negated: bool,
    },
    /// `CASE WHEN .. THEN .. ELSE .. END`; the operand form is bound to comparisons. Evaluated lazily.
    Case {
        /// Conditions and results, in order.
        branches: Vec<(Expr, Expr)>,
        /// ELSE; absent means NULL.
        otherwise: Option<Box<Expr>>,
        /// Type of every result.
        ty: SqlType,
    },
    /// `COALESCE(...)`, lazily.
    Coalesce(Vec<Expr>, SqlType),
    /// A conversion. `explicit` casts cut strings silently, assignment casts refuse too long ones.
    Cast {
        /// The operand.
        operand: Box<Expr>,
        /// Its type.
        from: SqlType,
        /// Type and modifier wanted.
        to: TypeName,
        /// Explicit (`CAST`, `::`) rather than implicit or by assignment.
        explicit: bool,
    },
    /// A function call; arguments have the types the function wants.
    Call {
        /// The function.
        function: FunctionId,
        /// Its arguments.
        arguments: Vec<Expr>,
        /// Its result type.
        ty: SqlType,
    },
    /// A query inside an expression. Columns of the outer query appear in `plan` as their ids.
    Subquery {
        /// What is asked of it.
        kind: SubqueryKind,
        /// The query.
        plan: Box<LogicalPlan>,
        /// Ids of outer columns that `plan` refers to; empty means uncorrelated.
        outer: Vec<ColumnId>,
        /// Result type.
        ty: SqlType,
    },
}

/// What a subquery in an expression yields.
#[derive(Clone, Debug)]
pub enum SubqueryKind {
    /// Its single value, NULL without a row; more than one row is 21000.
    Scalar,
    /// `EXISTS`.
    Exists {
        /// `NOT EXISTS`.
        negated: bool,
    },
    /// `operand op ANY (query)`; `IN` is `= ANY`, `NOT IN` its negation.
    Any {
        /// Left side.
        operand: Box<Expr>,
        /// The comparison.
        op: CompareOp,
        /// Type of both sides.
        ty: SqlType,
        /// `NOT (.. ANY ..)`.
        negated: bool,
    },
    /// `operand op ALL (query)`.
    All {
        /// Left side.
        operand: Box<Expr>,
        /// The comparison.
        op: CompareOp,
        /// Type of both sides.
        ty: SqlType,
    },
}

/// Which matcher.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LikeKind {
    /// `LIKE`
    CaseSensitive,
    /// `ILIKE`
    CaseInsensitive,
}

impl Expr {
    /// The type of the result.
    pub fn ty(&self) -> SqlType {
        match self {
            Expr::Literal(_, ty)
            | Expr::Parameter { ty, .. }
            | Expr::Column(_, ty)
            | Expr::Arithmetic { ty, .. }
            | Expr::Negate(_, ty)
            | Expr::Case { ty, .. }
            | Expr::Coalesce(_, ty)
            | Expr::Call { ty, .. }
            | Expr::Subquery { ty, .. } => *ty,
            Expr::Cast { to, .. } => to.ty,
            Expr::Compare { .. }
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::IsNull { .. }
            | Expr::IsDistinct { .. }
            | Expr::IsBool { .. }
            | Expr::InList { .. }
            | Expr::Like { .. } => SqlType::Bool,
        }
    }
}
