//! ROLLUP, CUBE and GROUPING SETS as lists of sets of expressions.
//!
//! ```text
//! ROLLUP (a, b)                     (a, b), (a), ()
//! CUBE (a, b)                       (a, b), (b), (a), ()
//! GROUPING SETS (a, ROLLUP (b))     (a), (b), ()
//! ```

use sqlparser::ast;

use crate::error::{Error, Result, SqlState};

use super::names;

// ROLLUP and CUBE inside GROUPING SETS come as calls.
fn nested(expr: &ast::Expr) -> Option<(bool, Vec<Vec<&ast::Expr>>)> {
    let ast::Expr::Function(call) = expr else { return None };
    let name = names::qualified(&call.name).ok()?;
    let is_cube = match name.name.as_str() {
        "rollup" => false,
        "cube" => true,
        _ => return None,
    };
    let ast::FunctionArguments::List(list) = &call.args else { return None };
    let items = list.args.iter().map(|argument| match argument {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Tuple(members))) => {
            Some(members.iter().collect())
        }
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => Some(vec![expr]),
        _ => None,
    });
    Some((is_cube, items.collect::<Option<_>>()?))
}

/// Whether an item of GROUP BY stands for other than one set of itself.
pub(super) fn is_grouping_sets(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::GroupingSets(_) | ast::Expr::Rollup(_) | ast::Expr::Cube(_))
        || matches!(expr, ast::Expr::Tuple(members) if members.is_empty())
}

/// The sets an item of GROUP BY stands for, each a list of expressions.
pub(super) fn grouping_sets(expr: &ast::Expr) -> Result<Vec<Vec<&ast::Expr>>> {
    fn flat<'e>(members: &[&'e ast::Expr], out: &mut Vec<&'e ast::Expr>) {
        for member in members {
            match member {
                ast::Expr::Tuple(inner) => flat(&inner.iter().collect::<Vec<_>>(), out),
                member => out.push(member),
            }
        }
    }
    let sets = match expr {
        ast::Expr::Rollup(lists) => rollup(&items(lists)),
        ast::Expr::Cube(lists) => cube(&items(lists))?,
        ast::Expr::GroupingSets(lists) => {
            let mut sets = Vec::new();
            for list in lists {
                match list.as_slice() {
                    [one] => match nested(one) {
                        Some((true, inner)) => sets.extend(cube(&inner)?),
                        Some((false, inner)) => sets.extend(rollup(&inner)),
                        None if is_grouping_sets(one) => sets.extend(grouping_sets(one)?),
                        None => sets.push(vec![one]),
                    },
                    several => sets.push(several.iter().collect()),
                }
            }
            sets
        }
        plain => vec![vec![plain]],
    };
    Ok(sets
        .iter()
        .map(|set| {
            let mut members = Vec::with_capacity(set.len());
            flat(set, &mut members);
            members
        })
        .collect())
}

fn items(lists: &[Vec<ast::Expr>]) -> Vec<Vec<&ast::Expr>> {
    lists.iter().map(|list| list.iter().collect()).collect()
}

// All beginnings, the longest first.
fn rollup<'e>(items: &[Vec<&'e ast::Expr>]) -> Vec<Vec<&'e ast::Expr>> {
    (0..=items.len()).rev().map(|count| items[..count].concat()).collect()
}

// All selections, the fullest first.
fn cube<'e>(items: &[Vec<&'e ast::Expr>]) -> Result<Vec<Vec<&'e ast::Expr>>> {
    if items.len() > 12 {
        return Err(Error::new(SqlState::TOO_MANY_COLUMNS, "CUBE is limited to 12 elements"));
    }
    let all = 1usize << items.len();
    Ok((0..all)
        .map(|left_out| {
            let chosen = items.iter().enumerate().filter(|(at, _)| left_out >> at & 1 == 0);
            chosen.flat_map(|(_, item)| item.iter().copied()).collect()
        })
        .collect())
}
