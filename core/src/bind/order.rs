//! Sort keys, and what an ORDER BY, GROUP BY or DISTINCT ON item refers to.

use sqlparser::ast::{self, OrderByOptions, OrderBySort};

use crate::error::{Error, Result, SqlState};
use crate::plan::{Expr, OutputColumn, SortKey};
use crate::value::SqlType;

use super::names;

/// What an item of ORDER BY means.
pub(super) enum Target {
    /// The output column at this place: by ordinal or by name.
    Output(usize),
    /// An expression over the input.
    Expression,
    /// An ordinal out of range, an ambiguous name, a constant.
    Missing(Error),
}

/// A sort key with PostgreSQL's defaults: NULLs are larger than all values.
pub(super) fn sort_key(expr: Expr, options: &OrderByOptions) -> Result<SortKey> {
    orderable(expr.ty(), "an ordering")?;
    let descending = match &options.sort {
        None | Some(OrderBySort::Asc) => false,
        Some(OrderBySort::Desc) => true,
        Some(OrderBySort::Using(operator)) => match names::parts(operator)?.as_slice() {
            [.., last] if last.value == "<" => false,
            [.., last] if last.value == ">" => true,
            [.., last] => {
                return Err(Error::new(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("operator {} is not a valid ordering operator", last.value),
                )
                .with_hint("Ordering operators must be \"<\" or \">\" members of btree operator families."));
            }
            [] => false,
        },
    };
    let nulls_first = options.nulls_first.unwrap_or(descending);
    Ok(SortKey { expr, descending, nulls_first })
}

/// 42883 for the types that have no order and no equality.
pub(super) fn orderable(ty: SqlType, what: &str) -> Result<()> {
    let inner = ty.element().unwrap_or(ty);
    if !matches!(inner, SqlType::Json) {
        return Ok(());
    }
    let error = Error::new(
        SqlState::UNDEFINED_FUNCTION,
        format!("could not identify {what} operator for type {}", inner.name()),
    );
    Err(match what {
        "an ordering" => error.with_hint("Use an explicit ordering operator or modify the query."),
        _ => error,
    })
}

/// SQL-92's rule: an integer is an ordinal, a bare name an output column if there is one.
pub(super) fn target(expr: &ast::Expr, output: &[OutputColumn]) -> Result<Target> {
    let names: Vec<&str> = output.iter().map(|column| column.name.as_str()).collect();
    let same = |a: usize, b: usize| output[a].id == output[b].id;
    Ok(target_among(expr, &names, &same, "ORDER BY"))
}

/// The same among names; `same` tells whether two of them are one expression.
pub(super) fn target_among(
    expr: &ast::Expr,
    output: &[&str],
    same: &dyn Fn(usize, usize) -> bool,
    clause: &str,
) -> Target {
    if let Some(target) = ordinal(expr, output.len(), clause) {
        return target;
    }
    let ast::Expr::Identifier(ident) = expr else { return Target::Expression };
    let name = names::fold(ident);
    let mut matches = (0..output.len()).filter(|at| output[*at] == name);
    let Some(first) = matches.next() else { return Target::Expression };
    if matches.any(|other| !same(first, other)) {
        return Target::Missing(Error::new(
            SqlState::AMBIGUOUS_COLUMN,
            format!("{clause} \"{name}\" is ambiguous"),
        ));
    }
    Target::Output(first)
}

/// What a literal means as an item; `None` for anything else.
pub(super) fn ordinal(expr: &ast::Expr, count: usize, clause: &str) -> Option<Target> {
    let ast::Expr::Value(value) = expr else { return None };
    Some(match &value.value {
        ast::Value::Number(digits, _) => match digits.parse::<usize>() {
            Ok(at) if (1..=count).contains(&at) => Target::Output(at - 1),
            Ok(at) => Target::Missing(Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!("{clause} position {at} is not in select list"),
            )),
            Err(_) => constant(clause),
        },
        ast::Value::SingleQuotedString(_) | ast::Value::EscapedStringLiteral(_) => constant(clause),
        _ => return None,
    })
}

fn constant(clause: &str) -> Target {
    Target::Missing(Error::new(SqlState::SYNTAX_ERROR, format!("non-integer constant in {clause}")))
}
