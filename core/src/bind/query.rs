//! Queries: WITH, set operations, VALUES, and ORDER BY and LIMIT over them.
//!
//! ```text
//! WITH a AS (..)  SELECT .. UNION SELECT ..  ORDER BY 1  LIMIT 5
//! names in view   SetOperation of two plans  Sort        Limit
//! ```
//!
//! What WITH names is [`super::with`]'s.

use sqlparser::ast::{self, LimitClause, OrderByKind, SetExpr, SetQuantifier};

use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, Expr, LogicalPlan, OutputColumn, Query, SetOperator};
use crate::value::{SqlType, TypeName, common_type_for};

use super::binder::{Binder, Clause, Level};
use super::coerce::is_unknown;
use super::names;
use super::order;
use super::scope::{NamedColumn, Relation, Scope};

/// ORDER BY, LIMIT and OFFSET of a query.
#[derive(Clone, Copy)]
pub(super) struct Tail<'q> {
    pub(super) order: &'q [ast::OrderByExpr],
    limit: Option<&'q ast::Expr>,
    offset: Option<&'q ast::Expr>,
    with_ties: bool,
    /// FETCH FIRST ROW without a number.
    one_row: bool,
}

impl Binder<'_> {
    /// A query; what its columns have no type for becomes text.
    pub(super) fn query(&mut self, query: &ast::Query, parent: Option<&Scope<'_>>) -> Result<Query> {
        self.query_with(query, parent, true)
    }

    /// A query; with `settle` false its untyped columns stay `Unknown`, for a caller that types them.
    pub(super) fn query_with(
        &mut self,
        query: &ast::Query,
        parent: Option<&Scope<'_>>,
        settle: bool,
    ) -> Result<Query> {
        self.enter()?;
        self.check_locks(query)?;
        if query.for_clause.is_some() || query.settings.is_some() || query.format_clause.is_some() {
            return Err(Error::unsupported("this clause of a query"));
        }
        let is_top = core::mem::take(&mut self.is_top);
        let visible_before = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with, parent, is_top)?;
        }
        let tail = self.tail(query)?;
        let mut bound = match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select, &tail, parent, settle),
            body => {
                let settle_now = settle || !tail.order.is_empty();
                let bound = self.set_expr(body, parent, settle_now)?;
                self.finish(bound, &tail, parent)
            }
        }?;
        self.check_depth(&bound.plan)?;
        bound.plan = self.resolve_ctes(visible_before, bound.plan)?;
        Ok(bound)
    }

    // One writer and fixed snapshots: what is read cannot change under the reader, so a lock has nothing to
    // do. What PostgreSQL refuses to lock is refused.
    fn check_locks(&self, query: &ast::Query) -> Result<()> {
        let Some(lock) = query.locks.first() else { return Ok(()) };
        let word = match lock.lock_type {
            ast::LockType::Share => "FOR SHARE",
            ast::LockType::Update => "FOR UPDATE",
        };
        let what = match query.body.as_ref() {
            SetExpr::SetOperation { .. } => "UNION/INTERSECT/EXCEPT",
            SetExpr::Values(_) => "VALUES",
            SetExpr::Select(select) => match () {
                () if select.distinct.is_some() => "DISTINCT clause",
                () if !matches!(&select.group_by, ast::GroupByExpr::Expressions(exprs, _) if exprs.is_empty()) => {
                    "GROUP BY clause"
                }
                () if select.having.is_some() => "HAVING clause",
                () => return Ok(()),
            },
            _ => return Ok(()),
        };
        Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, format!("{word} is not allowed with {what}")))
    }

    fn tail<'q>(&self, query: &'q ast::Query) -> Result<Tail<'q>> {
        let order = match &query.order_by {
            None => &[][..],
            Some(order) => match &order.kind {
                OrderByKind::Expressions(keys) => keys.as_slice(),
                OrderByKind::All(_) => {
                    return Err(Error::new(SqlState::SYNTAX_ERROR, "syntax error at or near \"all\""));
                }
            },
        };
        let mut tail = Tail { order, limit: None, offset: None, with_ties: false, one_row: false };
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                if !limit_by.is_empty() {
                    return Err(Error::unsupported("LIMIT BY"));
                }
                tail.limit = limit.as_ref();
                tail.offset = offset.as_ref().map(|offset| &offset.value);
            }
            Some(LimitClause::OffsetCommaLimit { offset, .. }) => {
                let error = Error::new(SqlState::SYNTAX_ERROR, "LIMIT #,# syntax is not supported")
                    .with_hint("Use separate LIMIT and OFFSET clauses.");
                return Err(self.at_expr(error, offset));
            }
        }
        if let Some(fetch) = &query.fetch {
            if fetch.percent {
                return Err(Error::unsupported("FETCH PERCENT"));
            }
            if fetch.with_ties && order.is_empty() {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "WITH TIES cannot be specified without ORDER BY clause",
                ));
            }
            tail.limit = fetch.quantity.as_ref();
            tail.with_ties = fetch.with_ties;
            tail.one_row = fetch.quantity.is_none();
        }
        Ok(tail)
    }

    pub(super) fn set_expr(
        &mut self,
        body: &SetExpr,
        parent: Option<&Scope<'_>>,
        settle: bool,
    ) -> Result<Query> {
        self.enter()?;
        match body {
            SetExpr::Select(select) => {
                let tail = Tail { order: &[], limit: None, offset: None, with_ties: false, one_row: false };
                self.select(select, &tail, parent, settle)
            }
            SetExpr::Query(query) => self.query_with(query, parent, settle),
            SetExpr::Values(values) => self.values(values, parent),
            SetExpr::SetOperation { .. } => self.set_operation(body, parent),
            SetExpr::Table(table) => self.table_statement(table),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                Err(Error::unsupported("a data-modifying statement in a query"))
            }
        }
    }

    fn table_statement(&mut self, table: &ast::Table) -> Result<Query> {
        let name = names::Qualified {
            only: false,
            schema: table.schema_name.clone(),
            name: table.table_name.clone().unwrap_or_default(),
            place: sqlparser::tokenizer::Location { line: 0, column: 0 },
        };
        let (plan, relation) = self.scan(&name)?;
        let output = relation
            .columns
            .into_iter()
            .map(|column| OutputColumn { name: column.name, id: column.info.id, ty: column.info.ty })
            .collect();
        Ok(Query { plan, output })
    }

    fn values(&mut self, values: &ast::Values, parent: Option<&Scope<'_>>) -> Result<Query> {
        let scope = Scope { parent, ..Scope::default() };
        let mut level = Level::new(&scope, Clause::Values);
        let width = values.rows.first().map_or(0, |row| row.content.len());
        let mut columns: Vec<(Vec<Expr>, Vec<&ast::Expr>)> = vec![Default::default(); width];
        for row in &values.rows {
            let row = &row.content;
            if row.len() != width {
                let error = Error::new(SqlState::SYNTAX_ERROR, "VALUES lists must all be the same length");
                return Err(match row.first() {
                    Some(first) => self.at_expr(error, first),
                    None => error,
                });
            }
            for (expr, (bound, places)) in row.iter().zip(&mut columns) {
                bound.push(self.expr(expr, &mut level)?);
                places.push(expr);
            }
        }
        let mut rows: Vec<Vec<Expr>> = (0..values.rows.len()).map(|_| Vec::with_capacity(width)).collect();
        let mut infos = Vec::with_capacity(width);
        let mut output = Vec::with_capacity(width);
        for (at, (bound, places)) in columns.into_iter().enumerate() {
            let modifiers: Vec<TypeName> = bound.iter().map(|expr| self.type_name(expr)).collect();
            let (bound, ty) = self.common_typed("VALUES", bound, &places)?;
            // A length all rows agree on is kept, as PostgreSQL does.
            let ty = match modifiers.first() {
                Some(first) if first.ty == ty && modifiers.iter().all(|other| other == first) => *first,
                _ => TypeName::plain(ty),
            };
            let info = self.column(ty);
            output.push(OutputColumn { name: format!("column{}", at + 1), id: info.id, ty });
            infos.push(info);
            for (row, expr) in rows.iter_mut().zip(bound) {
                row.push(expr);
            }
        }
        Ok(Query { plan: LogicalPlan::Values { columns: infos, rows }, output })
    }

    /// Chains of set operations grow to the left: they are walked, not recursed into.
    fn set_operation(&mut self, whole: &SetExpr, parent: Option<&Scope<'_>>) -> Result<Query> {
        let mut chain = Vec::new();
        let mut first = whole;
        while let SetExpr::SetOperation { left, op, set_quantifier, right } = first {
            chain.push((left, *op, *set_quantifier, right));
            first = left;
        }
        let mut bound = self.set_expr(first, parent, false)?;
        while let Some((left, op, quantifier, right)) = chain.pop() {
            let right_query = self.set_expr(right, parent, false)?;
            bound = self.combined((bound, left), op, quantifier, (right_query, right))?;
        }
        Ok(bound)
    }

    fn combined(
        &mut self,
        (left_query, left): (Query, &SetExpr),
        op: ast::SetOperator,
        quantifier: SetQuantifier,
        (right_query, right): (Query, &SetExpr),
    ) -> Result<Query> {
        let (operator, word) = match op {
            ast::SetOperator::Union => (SetOperator::Union, "UNION"),
            ast::SetOperator::Intersect => (SetOperator::Intersect, "INTERSECT"),
            ast::SetOperator::Except => (SetOperator::Except, "EXCEPT"),
            ast::SetOperator::Minus => return Err(Error::unsupported("MINUS")),
        };
        let all = match quantifier {
            SetQuantifier::All => true,
            SetQuantifier::None | SetQuantifier::Distinct => false,
            SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                return Err(Error::unsupported("BY NAME"));
            }
        };
        if left_query.output.len() != right_query.output.len() {
            let error = Error::new(
                SqlState::SYNTAX_ERROR,
                format!("each {word} query must have the same number of columns"),
            );
            return Err(match first_item(right) {
                Some(expr) => self.at_expr(error, expr),
                None => error,
            });
        }
        let mut types = Vec::with_capacity(left_query.output.len());
        for (at, (a, b)) in left_query.output.iter().zip(&right_query.output).enumerate() {
            let ty = common_type_for(word, &[a.ty.ty, b.ty.ty]).map_err(|error| match item(right, at) {
                Some(expr) => self.at_expr(error, expr),
                None => error,
            })?;
            types.push(if a.ty == b.ty && a.ty.ty == ty { a.ty } else { TypeName::plain(ty) });
        }
        let names: Vec<String> = left_query.output.iter().map(|column| column.name.clone()).collect();
        let (left_plan, _) = self.positional(left_query, &types, Some(left))?;
        let (right_plan, _) = self.positional(right_query, &types, Some(right))?;
        let columns: Vec<ColumnInfo> = types.iter().map(|ty| self.column(*ty)).collect();
        let output = names
            .into_iter()
            .zip(&columns)
            .map(|(name, info)| OutputColumn { name, id: info.id, ty: info.ty })
            .collect();
        let plan = LogicalPlan::SetOperation {
            operator,
            all,
            left: Box::new(left_plan),
            right: Box::new(right_plan),
            columns,
        };
        Ok(Query { plan, output })
    }

    /// A plan producing exactly the output columns of `query`, in order, each once and of type `types`.
    pub(super) fn positional(
        &mut self,
        mut query: Query,
        types: &[TypeName],
        source: Option<&SetExpr>,
    ) -> Result<(LogicalPlan, Vec<ColumnInfo>)> {
        let mut items = Vec::with_capacity(query.output.len());
        let mut infos = Vec::with_capacity(query.output.len());
        for (at, (column, to)) in query.output.iter().zip(types).enumerate() {
            let mut expr = Expr::Column(column.id, column.ty.ty);
            if column.ty.ty == SqlType::Unknown {
                // A literal in the select list: it becomes a value of the type where it stands.
                self.retype(&mut query.plan, column.id, *to).map_err(|error| {
                    match source.and_then(|source| item(source, at)) {
                        Some(place) => self.at_expr(error, place),
                        None => error,
                    }
                })?;
                expr = Expr::Column(column.id, to.ty);
            } else if column.ty.ty != to.ty {
                expr = Expr::Cast { operand: Box::new(expr), from: column.ty.ty, to: *to, explicit: false };
            }
            let info = self.column(*to);
            infos.push(info.clone());
            items.push((info, expr));
        }
        Ok((LogicalPlan::Project { input: Box::new(query.plan), items }, infos))
    }

    // Gives an untyped column of a plan its type, where it is computed.
    fn retype(&mut self, plan: &mut LogicalPlan, id: crate::base::ColumnId, to: TypeName) -> Result<()> {
        match plan {
            LogicalPlan::Project { items, .. } => {
                for (info, expr) in items.iter_mut().filter(|(info, _)| info.id == id) {
                    if is_unknown(expr) {
                        let place = ast::Expr::Value(ast::Value::Null.with_empty_span());
                        let taken = core::mem::replace(
                            expr,
                            Expr::Literal(crate::value::Datum::Null, SqlType::Unknown),
                        );
                        *expr = self.convert(taken, to.ty, &place)?;
                    }
                    info.ty = TypeName::plain(to.ty);
                }
                Ok(())
            }
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Distinct { input, .. }
            | LogicalPlan::Sort { input, .. }
            | LogicalPlan::Limit { input, .. } => self.retype(input, id, to),
            _ => Ok(()),
        }
    }

    /// ORDER BY over output columns, then LIMIT.
    fn finish(&mut self, query: Query, tail: &Tail<'_>, parent: Option<&Scope<'_>>) -> Result<Query> {
        let Query { mut plan, output } = query;
        if !tail.order.is_empty() {
            // Expressions over result columns are allowed over VALUES only; names and ordinals always.
            let is_values = matches!(plan, LogicalPlan::Values { .. });
            let relation = Relation {
                tableoid: None,
                alias: String::new(),
                schema: None,
                columns: output
                    .iter()
                    .map(|column| NamedColumn {
                        name: column.name.clone(),
                        info: ColumnInfo { id: column.id, ty: column.ty },
                    })
                    .collect(),
                table: None,
            };
            let scope = Scope::of(relation);
            let mut level = Level::new(&scope, Clause::OrderBy);
            let mut keys = Vec::with_capacity(tail.order.len());
            for key in tail.order {
                let expr = match order::target(&key.expr, &output)? {
                    order::Target::Output(at) => Expr::Column(output[at].id, output[at].ty.ty),
                    order::Target::Missing(error) => return Err(self.at_expr(error, &key.expr)),
                    order::Target::Expression if is_values => self.settled_expr(&key.expr, &mut level)?,
                    order::Target::Expression => {
                        if let ast::Expr::Identifier(ident) = &key.expr {
                            let error = scope.missing_column(None, &names::fold(ident));
                            return Err(self.at_expr(error, &key.expr));
                        }
                        let error = Error::new(
                            SqlState::FEATURE_NOT_SUPPORTED,
                            "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                        )
                        .with_detail("Only result column names can be used, not expressions or functions.")
                        .with_hint(
                            "Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
                        );
                        return Err(self.at_expr(error, &key.expr));
                    }
                };
                keys.push(self.sort_key(expr, &key.options, &key.expr)?);
            }
            plan = LogicalPlan::Sort { input: Box::new(plan), keys };
        }
        let plan = self.limit(plan, tail, parent)?;
        Ok(Query { plan, output })
    }

    /// LIMIT and OFFSET, which see outer queries only.
    pub(super) fn limit(
        &mut self,
        plan: LogicalPlan,
        tail: &Tail<'_>,
        parent: Option<&Scope<'_>>,
    ) -> Result<LogicalPlan> {
        if tail.limit.is_none() && tail.offset.is_none() && !tail.one_row {
            return Ok(plan);
        }
        let scope = Scope { parent, ..Scope::default() };
        let mut bind = |expr: Option<&ast::Expr>, clause: Clause, word: &str| -> Result<Option<Expr>> {
            let Some(expr) = expr else { return Ok(None) };
            let mut level = Level::new(&scope, clause);
            let bound = self.expr(expr, &mut level)?;
            self.row_count(bound, word, expr).map(Some)
        };
        let offset = bind(tail.offset, Clause::Offset, "OFFSET")?;
        let mut limit = bind(tail.limit, Clause::Limit, "LIMIT")?;
        if tail.one_row {
            limit = Some(Expr::Literal(crate::value::Datum::Int(1), SqlType::Int8));
        }
        Ok(LogicalPlan::Limit { input: Box::new(plan), limit, offset, with_ties: tail.with_ties })
    }

    /// The plan of a query without the columns that only its ORDER BY needed.
    pub(super) fn trimmed(&mut self, query: Query) -> LogicalPlan {
        let Query { plan, output } = query;
        let produced = plan.columns();
        let exact = produced.len() == output.len()
            && produced.iter().zip(&output).all(|(info, column)| info.id == column.id);
        if exact {
            return plan;
        }
        let mut items: Vec<(ColumnInfo, Expr)> = Vec::with_capacity(output.len());
        for column in output {
            if !items.iter().any(|(info, _)| info.id == column.id) {
                let expr = Expr::Column(column.id, column.ty.ty);
                items.push((ColumnInfo { id: column.id, ty: column.ty }, expr));
            }
        }
        LogicalPlan::Project { input: Box::new(plan), items }
    }
}

// The select item of the first SELECT of a set expression, for positions.
pub(super) fn item(body: &SetExpr, at: usize) -> Option<&ast::Expr> {
    match body {
        SetExpr::Select(select) => match select.projection.get(at)? {
            ast::SelectItem::UnnamedExpr(expr) | ast::SelectItem::ExprWithAlias { expr, .. } => Some(expr),
            _ => None,
        },
        SetExpr::SetOperation { left, .. } => item(left, at),
        SetExpr::Query(query) => item(&query.body, at),
        SetExpr::Values(values) => values.rows.first()?.content.get(at),
        _ => None,
    }
}

fn first_item(body: &SetExpr) -> Option<&ast::Expr> {
    item(body, 0)
}
