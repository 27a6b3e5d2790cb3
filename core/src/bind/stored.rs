//! Expressions kept as SQL text in the catalog, bound when they are used.

use sqlparser::ast;

use crate::catalog::{Catalog, Column, Table};
use crate::error::{Error, Result, SqlState};
use crate::function::{Volatility, scalar_volatility};
use crate::parse;
use crate::plan::{ColumnInfo, Expr};
use crate::value::{SqlType, TypeName, temporal};

use super::BindContext;
use super::binder::{Binder, Clause, Level};
use super::scope::{NamedColumn, Relation, Scope};

/// The DEFAULT of a column as an expression of its type, by itself.
pub fn bind_default(sql: &str, column: &Column, catalog: &Catalog, search_path: &[String]) -> Result<Expr> {
    let context = BindContext { catalog, search_path, parameter_types: &[] };
    let mut binder = Binder::new(sql, &context);
    let syntax = parse::parse_expression(sql, binder.stack)?;
    binder.default_expr(&syntax, &column.name, column.ty)
}

/// Whether an expression can be the default of such a column.
pub fn check_default(
    sql: &str,
    name: &str,
    ty: TypeName,
    catalog: &Catalog,
    search_path: &[String],
) -> Result<()> {
    let context = BindContext { catalog, search_path, parameter_types: &[] };
    let mut binder = Binder::new(sql, &context);
    let syntax = parse::parse_expression(sql, binder.stack)?;
    binder.default_expr(&syntax, name, ty).map(|_| ())
}

/// A CHECK of a table over the given ids of its columns, in table order.
pub fn bind_check(
    sql: &str,
    table: &Table,
    row: &[ColumnInfo],
    catalog: &Catalog,
    search_path: &[String],
) -> Result<Expr> {
    let context = BindContext { catalog, search_path, parameter_types: &[] };
    let mut binder = Binder::new(sql, &context);
    let syntax = parse::parse_expression(sql, binder.stack)?;
    let columns = table.columns.iter().map(|column| column.name.as_str()).zip(row.iter().cloned());
    binder.check_expr(&syntax, &table.name, columns)
}

/// The generated columns of a table, by ordinal, over a row whose columns are numbered as they stand.
pub fn bind_generated(
    table: &Table,
    catalog: &Catalog,
    search_path: &[String],
) -> Result<Vec<(usize, Expr)>> {
    let context = BindContext { catalog, search_path, parameter_types: &[] };
    let mut binder = Binder::new("", &context);
    let row = binder.row_columns(table);
    binder.rules(table, &row).map(|rules| rules.generated)
}

impl Binder<'_> {
    /// A DEFAULT: no columns, no subqueries, no aggregates, of the column's type.
    pub(super) fn default_expr(&mut self, syntax: &ast::Expr, column: &str, ty: TypeName) -> Result<Expr> {
        let scope = Scope::default();
        let mut level = Level::new(&scope, Clause::Default);
        let kept = core::mem::replace(&mut self.kept, true);
        let bound = self.expr(syntax, &mut level);
        self.kept = kept;
        let bound = bound.map_err(|error| match error.sqlstate() {
            SqlState::UNDEFINED_COLUMN | SqlState::UNDEFINED_TABLE => {
                let refused = Error::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    "cannot use column reference in DEFAULT expression",
                );
                match error.position() {
                    Some(position) => refused.at(position),
                    None => refused,
                }
            }
            _ => error,
        })?;
        if bound.has_subquery() {
            let error =
                Error::new(SqlState::FEATURE_NOT_SUPPORTED, "cannot use subquery in DEFAULT expression");
            return Err(self.at_expr(error, syntax));
        }
        let from = bound.ty();
        self.assign(bound, ty, column, Some(syntax)).map_err(|error| {
            if error.sqlstate() != SqlState::DATATYPE_MISMATCH {
                return error;
            }
            Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{column}\" is of type {} but default expression is of type {}",
                    ty.ty.name(),
                    from.name()
                ),
            )
            .with_hint("You will need to rewrite or cast the expression.")
        })
    }

    /// A CHECK over the columns given.
    pub(super) fn check_expr<'c>(
        &mut self,
        syntax: &ast::Expr,
        table: &str,
        columns: impl Iterator<Item = (&'c str, ColumnInfo)>,
    ) -> Result<Expr> {
        let relation = Relation {
            tableoid: None,
            alias: table.to_owned(),
            schema: None,
            columns: columns.map(|(name, info)| NamedColumn { name: name.to_owned(), info }).collect(),
            table: None,
        };
        let scope = Scope::of(relation);
        let mut level = Level::new(&scope, Clause::Check);
        let kept = core::mem::replace(&mut self.kept, true);
        let bound = self.condition(syntax, "CHECK", &mut level);
        self.kept = kept;
        let bound = bound?;
        if bound.has_subquery() {
            let error =
                Error::new(SqlState::FEATURE_NOT_SUPPORTED, "cannot use subquery in check constraint");
            return Err(self.at_expr(error, syntax));
        }
        Ok(bound)
    }

    /// GENERATED ALWAYS AS over the columns given, which are not generated themselves.
    pub(super) fn generated_expr<'c>(
        &mut self,
        syntax: &ast::Expr,
        table: &str,
        columns: impl Iterator<Item = (&'c str, ColumnInfo)>,
        column: &str,
        ty: TypeName,
    ) -> Result<Expr> {
        let relation = Relation {
            tableoid: None,
            alias: table.to_owned(),
            schema: None,
            columns: columns.map(|(name, info)| NamedColumn { name: name.to_owned(), info }).collect(),
            table: None,
        };
        let scope = Scope::of(relation);
        let mut level = Level::new(&scope, Clause::Generated);
        let bound = self.expr(syntax, &mut level)?;
        if bound.has_subquery() {
            let error = Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "cannot use subquery in column generation expression",
            );
            return Err(self.at_expr(error, syntax));
        }
        if !is_immutable(&bound) {
            return Err(Error::new(
                SqlState::INVALID_OBJECT_DEFINITION,
                "generation expression is not immutable",
            ));
        }
        let from = bound.ty();
        self.assign(bound, ty, column, Some(syntax)).map_err(|error| {
            if error.sqlstate() != SqlState::DATATYPE_MISMATCH {
                return error;
            }
            Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{column}\" is of type {} but default expression is of type {}",
                    ty.ty.name(),
                    from.name()
                ),
            )
            .with_hint("You will need to rewrite or cast the expression.")
        })
    }

    /// What the hidden columns of a table hold.
    pub(super) fn derived_columns(
        &mut self,
        table: &Table,
        row: &[ColumnInfo],
    ) -> Result<Vec<(usize, Expr)>> {
        let mut derived = Vec::new();
        for (ordinal, column) in table.columns.iter().enumerate().skip(table.width()) {
            let Some(sql) = &column.generated else { continue };
            let syntax = parse::parse_expression(sql, self.stack)?;
            let columns = table.columns.iter().map(|column| column.name.as_str()).zip(row.iter().cloned());
            derived.push((
                ordinal,
                self.generated_expr(&syntax, &table.name, columns, &column.name, column.ty)?,
            ));
        }
        Ok(derived)
    }

    /// Ids for the columns of a row that no plan produces: the new row of INSERT and UPDATE.
    pub(super) fn row_columns(&mut self, table: &Table) -> Vec<ColumnInfo> {
        table.columns.iter().map(|column| self.column(column.ty)).collect()
    }
}

/// Whether an expression is the same whenever and wherever it is computed.
pub fn is_immutable(expr: &Expr) -> bool {
    !expr.any(&|expr| match expr {
        Expr::Call { function, .. } => scalar_volatility(*function) != Volatility::Immutable,
        Expr::Cast { from, to, .. } => {
            let is_text = |ty| matches!(ty, SqlType::Text | SqlType::Varchar | SqlType::Char);
            let (reads, shows) = (temporal::is_momentary(to.ty), temporal::is_momentary(*from));
            (*from == SqlType::TimestampTz) != (to.ty == SqlType::TimestampTz)
                || reads && is_text(*from)
                || shows && is_text(to.ty)
        }
        _ => false,
    })
}
