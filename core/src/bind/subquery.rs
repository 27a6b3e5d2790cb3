//! Queries inside expressions.

use sqlparser::ast::{self, BinaryOperator};

use crate::error::{Error, Result, SqlState};
use crate::function::resolve_aggregate;
use crate::plan::{AggregateCall, ColumnInfo, CompareOp, Expr, LogicalPlan, Query, SubqueryKind};
use crate::value::{Datum, SqlType, TypeName};

use super::binder::{Binder, Level};

/// What is asked of a row and a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowTest {
    /// Compared with the one row there is.
    Scalar,
    /// With any of the rows; negated: NOT IN.
    Any { negated: bool },
    /// With all of them.
    All,
}

impl Binder<'_> {
    /// A query of an expression, in which no recursive query may name itself.
    fn inner_query(&mut self, query: &ast::Query, level: &mut Level<'_>) -> Result<Query> {
        let refused = self.refuse_recursion("within a subquery");
        let bound = self.query(query, Some(level.scope));
        self.allow_recursion(&refused);
        bound
    }

    /// `(a, b) op [ANY | ALL] (query)`: the row is compared inside, with every row of the query, which leaves
    /// one column of booleans.
    pub(super) fn row_and_subquery(
        &mut self,
        whole: &ast::Expr,
        members: &[ast::Expr],
        op: &BinaryOperator,
        query: &ast::Query,
        test: RowTest,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound = members.iter().map(|member| self.expr(member, level)).collect::<Result<Vec<_>>>()?;
        let query = self.inner_query(query, level)?;
        if query.output.len() != bound.len() {
            let few = if query.output.len() < bound.len() { "few" } else { "many" };
            let error = Error::new(SqlState::SYNTAX_ERROR, format!("subquery has too {few} columns"));
            return Err(self.at_expr(error, whole));
        }
        let pairs = bound.into_iter().zip(&query.output).zip(members).map(|((value, column), member)| {
            ((value, Expr::Column(column.id, column.ty.ty)), (member, member))
        });
        let compared = self.compare_rows(whole, op, pairs.collect())?;
        let column = self.column(TypeName::plain(SqlType::Bool));
        let items = vec![(column, compared)];
        let plan = LogicalPlan::Project { input: Box::new(self.trimmed(query)), items };
        let outer = plan.outer_columns();
        let operand = Box::new(Expr::Literal(Datum::Bool(true), SqlType::Bool));
        let (op, ty) = (CompareOp::Equal, SqlType::Bool);
        let kind = match test {
            RowTest::Scalar => SubqueryKind::Scalar,
            RowTest::Any { negated } => SubqueryKind::Any { operand, op, ty, negated },
            RowTest::All => SubqueryKind::All { operand, op, ty },
        };
        Ok(Expr::Subquery { kind, plan: Box::new(plan), outer, ty })
    }

    /// `[NOT] EXISTS (query)`.
    pub(super) fn exists(
        &mut self,
        query: &ast::Query,
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let query = self.inner_query(query, level)?;
        let plan = query.plan;
        let outer = plan.outer_columns();
        Ok(Expr::Subquery {
            kind: SubqueryKind::Exists { negated },
            plan: Box::new(plan),
            outer,
            ty: SqlType::Bool,
        })
    }

    /// `(query)` as a value.
    pub(super) fn scalar_subquery(&mut self, query: &ast::Query, level: &mut Level<'_>) -> Result<Expr> {
        let (plan, info) = self.one_column(query, level)?;
        let outer = plan.outer_columns();
        Ok(Expr::Subquery { kind: SubqueryKind::Scalar, plan: Box::new(plan), outer, ty: info.ty.ty })
    }

    /// `ARRAY(query)`: the rows in their order, an empty array without any.
    pub(super) fn array_subquery(&mut self, query: &ast::Query, level: &mut Level<'_>) -> Result<Expr> {
        let (plan, info) = self.one_column(query, level)?;
        let gathered = resolve_aggregate("array_agg", &[info.ty.ty])?;
        let ty = gathered.result;
        let call = AggregateCall {
            function: gathered.id,
            arguments: vec![Expr::Column(info.id, info.ty.ty)],
            strict: gathered.strict,
            distinct: false,
            filter: None,
            order: Vec::new(),
            ty,
        };
        let column = self.column(TypeName::plain(ty));
        let (input, groups) = (Box::new(plan), Vec::new());
        let plan = LogicalPlan::Aggregate { input, groups, aggregates: vec![(column, call)], sets: None };
        let outer = plan.outer_columns();
        let rows = Expr::Subquery { kind: SubqueryKind::Scalar, plan: Box::new(plan), outer, ty };
        let empty = Expr::Literal(self.catalog.parse("{}", TypeName::plain(ty))?, ty);
        Ok(Expr::Coalesce(vec![rows, empty], ty))
    }

    fn one_column(&mut self, query: &ast::Query, level: &mut Level<'_>) -> Result<(LogicalPlan, ColumnInfo)> {
        let bound = self.inner_query(query, level)?;
        let [column] = bound.output.as_slice() else {
            let message = if bound.output.is_empty() {
                "subquery must return a column"
            } else {
                "subquery must return only one column"
            };
            return Err(self.at_word_before(
                Error::new(SqlState::SYNTAX_ERROR, message),
                "(",
                crate::parse::span_of_query(query).start,
            ));
        };
        let info = ColumnInfo { id: column.id, ty: column.ty };
        Ok((self.trimmed(bound), info))
    }

    /// `x op ANY (..)`, `x op ALL (..)`.
    pub(super) fn any_or_all(
        &mut self,
        whole: &ast::Expr,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        is_any: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let mut inner = right;
        while let ast::Expr::Nested(deeper) = inner {
            inner = deeper;
        }
        match inner {
            ast::Expr::Subquery(query) => {
                self.quantified(whole, left, op, query, is_any.then_some(false), level)
            }
            _ => self.quantified_array(left, &Self::quantified_symbol(op), right, is_any, level),
        }
    }

    /// A quantified comparison; `any` tells ANY from ALL and whether the ANY is negated (NOT IN).
    pub(super) fn quantified(
        &mut self,
        whole: &ast::Expr,
        operand: &ast::Expr,
        op: &BinaryOperator,
        query: &ast::Query,
        any: Option<bool>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        if let ast::Expr::Tuple(members) = operand {
            let test = any.map_or(RowTest::All, |negated| RowTest::Any { negated });
            return self.row_and_subquery(whole, members, op, query, test, level);
        }
        let bound_operand = self.expr(operand, level)?;
        let (plan, info) = self.one_column(query, level).map_err(|error| match error.message() {
            "subquery must return only one column" => {
                self.at_expr(Error::new(SqlState::SYNTAX_ERROR, "subquery has too many columns"), operand)
            }
            _ => error,
        })?;
        // Resolving the operator on the column tells what both sides are compared as.
        let column = Expr::Column(info.id, info.ty.ty);
        let compared = self.apply(&op.to_string(), (bound_operand, operand), (column, operand))?;
        let Expr::Compare { op, ty, left, right } = compared else {
            return Err(self.at_expr(Error::unsupported("this operator with ANY or ALL"), whole));
        };
        let plan = match *right {
            Expr::Column(..) => plan,
            converted => {
                let column = self.column(TypeName::plain(ty));
                LogicalPlan::Project { input: Box::new(plan), items: vec![(column, converted)] }
            }
        };
        let outer = plan.outer_columns();
        let kind = match any {
            Some(negated) => SubqueryKind::Any { operand: left, op, ty, negated },
            None => SubqueryKind::All { operand: left, op, ty },
        };
        Ok(Expr::Subquery { kind, plan: Box::new(plan), outer, ty: SqlType::Bool })
    }
}
