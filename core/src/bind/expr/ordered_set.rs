//! Aggregates with WITHIN GROUP, and `grouping`.
//!
//! Ordered-set aggregates are aggregates over sorted arguments. Hypothetical ones (`rank(5) WITHIN GROUP
//! (ORDER BY x)`) are put into counts of the rows that sort before the given values:
//!
//! ```text
//! rank          1 + count(*) FILTER (x before 5)
//! percent_rank  count(*) FILTER (x before 5) / count(*)
//! cume_dist     (1 + count(*) FILTER (x not after 5)) / (1 + count(*))
//! ```

use sqlparser::ast;

use crate::bind::binder::{Binder, Clause, Level};
use crate::error::{Error, Result, SqlState};
use crate::function::{
    is_ordered_set, is_window, resolve_aggregate, resolve_aggregate_star, resolve_ordered_set,
};
use crate::plan::{AggregateCall, ArithmeticOp, CompareOp, Expr, SortKey};
use crate::value::{Datum, SqlType, TypeName};

impl Binder<'_> {
    /// `grouping(a, ..)`: a column that the grouping check replaces when it knows the sets.
    pub(super) fn grouping_call(&mut self, arguments: &[&ast::Expr], level: &mut Level<'_>) -> Result<Expr> {
        level.check_aggregate_allowed()?;
        if arguments.len() > 31 {
            return Err(Error::new(
                SqlState::TOO_MANY_ARGUMENTS,
                "GROUPING must have fewer than 32 arguments",
            ));
        }
        level.in_aggregate = true;
        let bound: Result<Vec<Expr>> =
            arguments.iter().map(|argument| self.settled_expr(argument, level)).collect();
        level.in_aggregate = false;
        let bound: Vec<Expr> = bound?;
        let info = self.column(TypeName::plain(SqlType::Int4));
        let column = Expr::Column(info.id, SqlType::Int4);
        level.groupings.push((info, bound));
        Ok(column)
    }

    /// `name(direct) WITHIN GROUP (ORDER BY keys)`.
    pub(super) fn ordered_set(
        &mut self,
        name: &str,
        direct: &[&ast::Expr],
        keys: &[ast::OrderByExpr],
        filter: Option<&ast::Expr>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        level.check_aggregate_allowed()?;
        let is_hypothetical = matches!(name, "rank" | "dense_rank" | "percent_rank" | "cume_dist");
        if !is_hypothetical && !is_ordered_set(name) {
            let known = crate::function::is_aggregate(name) || is_window(name);
            return Err(match known {
                true => Error::new(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"),
                ),
                false => {
                    resolve_ordered_set(name, &[], &[]).err().unwrap_or_else(|| Error::internal("unknown"))
                }
            });
        }
        level.in_aggregate = true;
        let bound = self.ordered_parts(direct, keys, filter, level);
        level.in_aggregate = false;
        let (direct_exprs, order, filter) = bound?;
        if is_hypothetical {
            return self.hypothetical(name, (direct_exprs, direct), order, filter, level);
        }
        let types: Vec<SqlType> = direct_exprs.iter().map(Expr::ty).collect();
        let sorted: Vec<SqlType> = order.iter().map(|key| key.expr.ty()).collect();
        let resolved = resolve_ordered_set(name, &types, &sorted)?;
        let mut arguments = Vec::with_capacity(resolved.arguments.len());
        let mut wanted = resolved.arguments.iter();
        for ((expr, place), to) in direct_exprs.into_iter().zip(direct).zip(&mut wanted) {
            arguments.push(self.convert(expr, *to, place)?);
        }
        let mut converted = Vec::with_capacity(order.len());
        for ((mut key, place), to) in order.into_iter().zip(keys).zip(&mut wanted) {
            key.expr = self.convert(key.expr, *to, &place.expr)?;
            arguments.push(key.expr.clone());
            converted.push(key);
        }
        let call = AggregateCall {
            function: resolved.id,
            arguments,
            strict: resolved.strict,
            distinct: false,
            filter,
            order: converted,
            ty: resolved.result,
        };
        Ok(self.aggregate_column(call, level))
    }

    fn ordered_parts(
        &mut self,
        direct: &[&ast::Expr],
        keys: &[ast::OrderByExpr],
        filter: Option<&ast::Expr>,
        level: &mut Level<'_>,
    ) -> Result<(Vec<Expr>, Vec<SortKey>, Option<Expr>)> {
        let mut exprs = Vec::with_capacity(direct.len());
        for argument in direct {
            exprs.push(self.expr(argument, level)?);
        }
        let mut order = Vec::with_capacity(keys.len());
        for key in keys {
            let expr = self.settled_expr(&key.expr, level)?;
            order.push(self.sort_key(expr, &key.options, &key.expr)?);
        }
        let filter = match filter {
            None => None,
            Some(filter) => {
                let clause = core::mem::replace(&mut level.clause, Clause::Filter);
                let bound = self.condition(filter, "FILTER", level);
                level.clause = clause;
                Some(bound?)
            }
        };
        Ok((exprs, order, filter))
    }

    fn aggregate_column(&mut self, call: AggregateCall, level: &mut Level<'_>) -> Expr {
        let ty = call.ty;
        let info = self.column(TypeName::plain(ty));
        let column = Expr::Column(info.id, ty);
        level.aggregates.push((info, call));
        column
    }

    fn hypothetical(
        &mut self,
        name: &str,
        (direct, places): (Vec<Expr>, &[&ast::Expr]),
        order: Vec<SortKey>,
        filter: Option<Expr>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        if direct.len() != order.len() {
            let types: Vec<&str> =
                direct.iter().chain(order.iter().map(|key| &key.expr)).map(|expr| expr.ty().name()).collect();
            return Err(Error::new(
                SqlState::UNDEFINED_FUNCTION,
                format!("function {name}({}) does not exist", types.join(", ")),
            )
            .with_hint(format!(
                "To use the hypothetical-set aggregate {name}, the number of hypothetical direct arguments (here {}) must match the number of ordering columns (here {}).",
                direct.len(),
                order.len()
            )));
        }
        let mut alternatives = Vec::with_capacity(order.len());
        let mut equal: Vec<Expr> = Vec::new();
        for ((key, value), place) in order.iter().zip(direct).zip(places) {
            let (exprs, ty) =
                self.common_typed("WITHIN GROUP", vec![key.expr.clone(), value], &[place, place])?;
            let [row, given] =
                <[Expr; 2]>::try_from(exprs).map_err(|_| Error::internal("two expressions stay two"))?;
            let mut terms = equal.clone();
            terms.push(sorts_before(&row, &given, ty, key));
            alternatives.push(Expr::And(terms));
            equal.push(Expr::IsDistinct { left: Box::new(row), right: Box::new(given), ty, negated: true });
        }
        let before = Expr::Or(alternatives);
        let counted = |condition: Expr| match filter.clone() {
            Some(filter) => Expr::And(vec![filter, condition]),
            None => condition,
        };
        let float = |expr: Expr| Expr::Cast {
            from: expr.ty(),
            operand: Box::new(expr),
            to: TypeName::plain(SqlType::Float8),
            explicit: true,
        };
        let plus_one =
            |expr: Expr| arithmetic(ArithmeticOp::Add, expr, Expr::Literal(Datum::Int(1), SqlType::Int8));
        Ok(match name {
            "rank" => plus_one(self.count_rows(Some(counted(before)), level)?),
            "dense_rank" => {
                let [key] = order.as_slice() else {
                    return Err(Error::unsupported("dense_rank WITHIN GROUP of several columns"));
                };
                let resolved = resolve_aggregate("count", &[key.expr.ty()])?;
                let call = AggregateCall {
                    function: resolved.id,
                    arguments: vec![key.expr.clone()],
                    strict: resolved.strict,
                    distinct: true,
                    filter: Some(counted(before)),
                    order: Vec::new(),
                    ty: resolved.result,
                };
                plus_one(self.aggregate_column(call, level))
            }
            "percent_rank" => {
                let ahead = float(self.count_rows(Some(counted(before)), level)?);
                let all = self.count_rows(filter.clone(), level)?;
                let none = Expr::Compare {
                    op: CompareOp::Equal,
                    ty: SqlType::Int8,
                    left: Box::new(all.clone()),
                    right: Box::new(Expr::Literal(Datum::Int(0), SqlType::Int8)),
                };
                Expr::Case {
                    branches: vec![(none, Expr::Literal(Datum::Float(0.0), SqlType::Float8))],
                    otherwise: Some(Box::new(arithmetic(ArithmeticOp::Divide, ahead, float(all)))),
                    ty: SqlType::Float8,
                }
            }
            _ => {
                let not_after = Expr::Or(vec![before, Expr::And(equal)]);
                let ahead = float(plus_one(self.count_rows(Some(counted(not_after)), level)?));
                let all = float(plus_one(self.count_rows(filter.clone(), level)?));
                arithmetic(ArithmeticOp::Divide, ahead, all)
            }
        })
    }

    fn count_rows(&mut self, filter: Option<Expr>, level: &mut Level<'_>) -> Result<Expr> {
        let resolved = resolve_aggregate_star("count")?;
        let call = AggregateCall {
            function: resolved.id,
            arguments: Vec::new(),
            strict: resolved.strict,
            distinct: false,
            filter,
            order: Vec::new(),
            ty: resolved.result,
        };
        Ok(self.aggregate_column(call, level))
    }
}

fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Expr {
    Expr::Arithmetic { op, ty: left.ty(), left: Box::new(left), right: Box::new(right) }
}

// Whether a row's value comes before the given one, NULLs where the key puts them.
fn sorts_before(row: &Expr, given: &Expr, ty: SqlType, key: &SortKey) -> Expr {
    let op = if key.descending { CompareOp::Greater } else { CompareOp::Less };
    let compare = Expr::Compare { op, ty, left: Box::new(row.clone()), right: Box::new(given.clone()) };
    let is_null = |expr: &Expr, negated: bool| Expr::IsNull { operand: Box::new(expr.clone()), negated };
    let by_null = Expr::And(vec![is_null(row, !key.nulls_first), is_null(given, key.nulls_first)]);
    Expr::Coalesce(vec![compare, by_null], SqlType::Bool)
}
