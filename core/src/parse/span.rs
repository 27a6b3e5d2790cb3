//! Where an expression or a query stands in its text, from sqlparser's tree.
//!
//! The union of the places of the words inside: parentheses and keywords around them have none. What no error
//! message points at is left out.
//!
//! ```text
//! a + f(b)     from a to b
//! (SELECT 1)   from SELECT to 1
//! ```

use sqlparser::ast::{
    AccessExpr, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, JoinConstraint, JoinOperator,
    LimitClause, ObjectName, OrderByKind, Query, SelectItem, SetExpr, Subscript, TableFactor, TableWithJoins,
};
use sqlparser::tokenizer::Span;

/// From the first word of an expression to the last; empty (line 0) if it has none.
pub(crate) fn of_expr(expr: &Expr) -> Span {
    let mut out = Span::empty();
    add_expr(expr, &mut out);
    out
}

/// From the first word of a query to the last; empty (line 0) if it has none.
pub(crate) fn of_query(query: &Query) -> Span {
    let mut out = Span::empty();
    add_query(query, &mut out);
    out
}

fn add(span: Span, out: &mut Span) {
    *out = out.union(&span);
}

fn add_name(name: &ObjectName, out: &mut Span) {
    for ident in name.0.iter().filter_map(|part| part.as_ident()) {
        add(ident.span, out);
    }
}

fn add_all<'e>(exprs: impl IntoIterator<Item = &'e Expr>, out: &mut Span) {
    for expr in exprs {
        add_expr(expr, out);
    }
}

fn add_expr(expr: &Expr, out: &mut Span) {
    use Expr as E;
    // Chains of operators grow to the left, thousands long.
    let mut expr = expr;
    while let E::BinaryOp { left, right, .. } = expr {
        add_expr(right, out);
        expr = left;
    }
    match expr {
        E::Identifier(ident) => add(ident.span, out),
        E::CompoundIdentifier(idents) => idents.iter().for_each(|ident| add(ident.span, out)),
        E::Value(value) => add(value.span, out),
        E::TypedString(typed) => add(typed.value.span, out),
        E::Interval(interval) => add_expr(&interval.value, out),
        E::Wildcard(token) => add(token.0.span, out),
        E::QualifiedWildcard(name, token) => {
            add_name(name, out);
            add(token.0.span, out);
        }
        E::CompoundFieldAccess { root, access_chain } => {
            add_expr(root, out);
            access_chain.iter().for_each(|access| add_access(access, out));
        }
        E::AnyOp { left, right, .. }
        | E::AllOp { left, right, .. }
        | E::IsDistinctFrom(left, right)
        | E::IsNotDistinctFrom(left, right) => add_all([&**left, right], out),
        E::Like { expr, pattern, .. }
        | E::ILike { expr, pattern, .. }
        | E::SimilarTo { expr, pattern, .. } => add_all([&**expr, pattern], out),
        E::Between { expr, low, high, .. } => add_all([&**expr, low, high], out),
        E::AtTimeZone { timestamp, time_zone } => add_all([&**timestamp, time_zone], out),
        E::Position { expr, r#in } => add_all([&**expr, r#in], out),
        E::InList { expr, list, .. } => {
            add_expr(expr, out);
            add_all(list, out);
        }
        E::InSubquery { expr, subquery, .. } => {
            add_expr(expr, out);
            add_query(subquery, out);
        }
        E::Exists { subquery, .. } => add_query(subquery, out),
        E::Subquery(query) => add_query(query, out),
        E::Nested(inner)
        | E::UnaryOp { expr: inner, .. }
        | E::Cast { expr: inner, .. }
        | E::Collate { expr: inner, .. }
        | E::Extract { expr: inner, .. }
        | E::Ceil { expr: inner, .. }
        | E::Floor { expr: inner, .. }
        | E::Prefixed { value: inner, .. }
        | E::IsJson { expr: inner, .. }
        | E::IsNormalized { expr: inner, .. }
        | E::IsTrue(inner)
        | E::IsNotTrue(inner)
        | E::IsFalse(inner)
        | E::IsNotFalse(inner)
        | E::IsNull(inner)
        | E::IsNotNull(inner)
        | E::IsUnknown(inner)
        | E::IsNotUnknown(inner) => add_expr(inner, out),
        E::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            add_all([&**expr, overlay_what, overlay_from], out);
            add_all(overlay_for.as_deref(), out);
        }
        E::Substring { expr, substring_from, substring_for, .. } => {
            add_expr(expr, out);
            add_all(substring_from.as_deref(), out);
            add_all(substring_for.as_deref(), out);
        }
        E::Trim { expr, trim_what, trim_characters, .. } => {
            add_expr(expr, out);
            add_all(trim_what.as_deref(), out);
            add_all(trim_characters.iter().flatten(), out);
        }
        E::Tuple(list) => add_all(list, out),
        E::Array(array) => add_all(&array.elem, out),
        E::GroupingSets(sets) | E::Cube(sets) | E::Rollup(sets) => add_all(sets.iter().flatten(), out),
        E::Case { case_token, end_token, .. } => {
            add(case_token.0.span, out);
            add(end_token.0.span, out);
        }
        E::Function(function) => {
            add_name(&function.name, out);
            add_arguments(&function.args, out);
            add_all(function.filter.as_deref(), out);
            add_all(function.within_group.iter().map(|order| &order.expr), out);
        }
        _ => {}
    }
}

fn add_access(access: &AccessExpr, out: &mut Span) {
    match access {
        AccessExpr::Dot(expr) => add_expr(expr, out),
        AccessExpr::Subscript(Subscript::Index { index }) => add_expr(index, out),
        AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
            add_all([lower_bound, upper_bound, stride].into_iter().flatten(), out);
        }
    }
}

fn add_arguments(arguments: &FunctionArguments, out: &mut Span) {
    match arguments {
        FunctionArguments::None => {}
        FunctionArguments::Subquery(query) => add_query(query, out),
        FunctionArguments::List(list) => {
            for argument in &list.args {
                let (FunctionArg::Named { arg, .. }
                | FunctionArg::ExprNamed { arg, .. }
                | FunctionArg::Unnamed(arg)) = argument;
                match arg {
                    FunctionArgExpr::Expr(expr) => add_expr(expr, out),
                    FunctionArgExpr::QualifiedWildcard(name) => add_name(name, out),
                    _ => {}
                }
            }
        }
    }
}

fn add_query(query: &Query, out: &mut Span) {
    if let Some(with) = &query.with {
        add(with.with_token.0.span, out);
    }
    add_set(&query.body, out);
    if let Some(OrderByKind::Expressions(items)) = query.order_by.as_ref().map(|order| &order.kind) {
        add_all(items.iter().map(|item| &item.expr), out);
    }
    if let Some(LimitClause::LimitOffset { limit, offset, .. }) = &query.limit_clause {
        add_all(limit, out);
        add_all(offset.as_ref().map(|offset| &offset.value), out);
    }
}

fn add_set(set: &SetExpr, out: &mut Span) {
    match set {
        SetExpr::Select(select) => {
            add(select.select_token.0.span, out);
            for item in &select.projection {
                match item {
                    SelectItem::UnnamedExpr(expr) => add_expr(expr, out),
                    SelectItem::ExprWithAlias { expr, alias } => {
                        add_expr(expr, out);
                        add(alias.span, out);
                    }
                    SelectItem::Wildcard(options) => add(options.wildcard_token.0.span, out),
                    SelectItem::QualifiedWildcard(_, options) => add(options.wildcard_token.0.span, out),
                    SelectItem::ExprWithAliases { expr, .. } => add_expr(expr, out),
                }
            }
            select.from.iter().for_each(|from| add_from(from, out));
            add_all(select.selection.iter().chain(&select.having), out);
            if let sqlparser::ast::GroupByExpr::Expressions(keys, _) = &select.group_by {
                add_all(keys, out);
            }
        }
        SetExpr::Query(query) => add_query(query, out),
        SetExpr::SetOperation { left, right, .. } => {
            add_set(left, out);
            add_set(right, out);
        }
        SetExpr::Values(values) => values.rows.iter().for_each(|row| {
            add(row.opening_token.0.span, out);
            add(row.closing_token.0.span, out);
        }),
        _ => {}
    }
}

fn add_from(from: &TableWithJoins, out: &mut Span) {
    add_factor(&from.relation, out);
    for join in &from.joins {
        add_factor(&join.relation, out);
        if let JoinOperator::Join(on)
        | JoinOperator::Inner(on)
        | JoinOperator::Left(on)
        | JoinOperator::LeftOuter(on)
        | JoinOperator::Right(on)
        | JoinOperator::RightOuter(on)
        | JoinOperator::FullOuter(on) = &join.join_operator
            && let JoinConstraint::On(condition) = on
        {
            add_expr(condition, out);
        }
    }
}

fn add_factor(factor: &TableFactor, out: &mut Span) {
    let alias = match factor {
        TableFactor::Table { name, alias, .. } => {
            add_name(name, out);
            alias
        }
        TableFactor::Derived { subquery, alias, .. } => {
            add_query(subquery, out);
            alias
        }
        TableFactor::NestedJoin { table_with_joins, alias } => {
            add_from(table_with_joins, out);
            alias
        }
        _ => return,
    };
    if let Some(alias) = alias {
        add(alias.name.span, out);
    }
}
