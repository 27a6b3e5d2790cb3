//! The name a result column gets when it is given none (PostgreSQL's `FigureColname`).

use sqlparser::ast::{self, SelectItem, SetExpr};

use crate::bind::{names, types};

/// The name of an unnamed select item.
pub(in crate::bind) fn output_name(expr: &ast::Expr) -> String {
    figure(expr, 0).map_or_else(|| "?column?".to_owned(), |(name, _)| names::cut(name))
}

// The strength tells a name worth keeping through a cast (2) from a fallback (1).
fn figure(expr: &ast::Expr, depth: usize) -> Option<(String, u8)> {
    use ast::Expr as E;
    // Names deeper than any sane expression do not matter.
    if depth > 50 {
        return None;
    }
    let fixed = |name: &str| Some((name.to_owned(), 2));
    match expr {
        E::Identifier(ident) => Some((names::fold(ident), 2)),
        E::CompoundIdentifier(idents) => idents.last().map(|ident| (names::fold(ident), 2)),
        E::Nested(inner) => figure(inner, depth + 1),
        E::Collate { expr, .. } => figure(expr, depth + 1),
        E::Function(function) => {
            let parts = names::parts(&function.name).ok()?;
            parts.last().map(|ident| (names::fold(ident), 2))
        }
        E::Cast { expr, data_type, .. } => match figure(expr, depth + 1) {
            Some((name, 2)) => Some((name, 2)),
            _ => types::column_name(data_type).map(|name| (name, 1)),
        },
        E::TypedString(typed) => types::column_name(&typed.data_type).map(|name| (name, 1)),
        E::Interval(_) => Some(("interval".to_owned(), 1)),
        E::Case { else_result, .. } => {
            match else_result.as_ref().and_then(|inner| figure(inner, depth + 1)) {
                Some((name, 2)) => Some((name, 2)),
                _ => Some(("case".to_owned(), 1)),
            }
        }
        E::Exists { negated: false, .. } => fixed("exists"),
        E::Subquery(query) => match query.body.as_ref() {
            SetExpr::Select(select) => match select.projection.first()? {
                SelectItem::ExprWithAlias { alias, .. } => Some((names::fold(alias), 2)),
                SelectItem::UnnamedExpr(inner) => figure(inner, depth + 1).map(|(name, _)| (name, 2)),
                _ => None,
            },
            SetExpr::Values(_) => fixed("column1"),
            _ => None,
        },
        E::Array(_) => fixed("array"),
        E::CompoundFieldAccess { root, .. } => figure(root, depth + 1),
        E::Extract { .. } => fixed("extract"),
        E::Ceil { .. } => fixed("ceil"),
        E::Floor { .. } => fixed("floor"),
        E::Position { .. } => fixed("position"),
        E::Substring { shorthand: true, .. } => fixed("substr"),
        E::Substring { .. } => fixed("substring"),
        E::Trim { trim_where: Some(ast::TrimWhereField::Leading), .. } => fixed("ltrim"),
        E::Trim { trim_where: Some(ast::TrimWhereField::Trailing), .. } => fixed("rtrim"),
        E::Trim { .. } => fixed("btrim"),
        E::Overlay { .. } => fixed("overlay"),
        E::AtTimeZone { .. } => fixed("timezone"),
        _ => None,
    }
}
