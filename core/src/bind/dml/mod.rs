//! INSERT, UPDATE, DELETE and what they share: targets, defaults, checks, RETURNING.

mod conflict;
mod delete;
mod insert;
mod insert_rows;
mod merge;
mod returning;
mod target;
mod update;

use sqlparser::ast;
use sqlparser::tokenizer::Location;

use crate::catalog::{Rule, Table};
use crate::error::{Error, Result, SqlState};
use crate::parse;
use crate::plan::{CheckExpr, ColumnInfo, Expr, RowRules};
use crate::value::{Datum, SqlType};

use super::binder::Binder;

impl Binder<'_> {
    /// The ordinal of a column named as a target.
    fn target_column(&self, table: &Table, name: &str, place: Location) -> Result<usize> {
        table.column(name).ok_or_else(|| {
            let error = Error::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{name}\" of relation \"{}\" does not exist", table.name),
            );
            self.at(error, place)
        })
    }

    /// What a column gets when a statement gives it nothing.
    fn column_default(&mut self, table: &Table, ordinal: usize) -> Result<Expr> {
        let column = &table.columns[ordinal];
        if column.generated.is_some() {
            return Ok(Expr::Literal(Datum::Null, column.ty.ty));
        }
        if let Some(identity) = column.identity {
            let Some(sequence) = self.catalog.sequences.get(&identity.sequence) else {
                return Err(Error::internal("an identity column has its sequence"));
            };
            let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
            let name = format!("{}.{}", quote(&sequence.schema), quote(&sequence.name));
            let place = ast::Expr::Value(ast::Value::Null.with_empty_span());
            let argument = Expr::Literal(Datum::from(name.as_str()), SqlType::Text);
            let call = self.call("nextval", vec![(argument, &place)])?;
            return self.assign(call, column.ty, &column.name, None);
        }
        let default = match (&column.default, column.domain) {
            (None, Some(domain)) => self.catalog.domain_default(domain),
            (default, _) => default.clone(),
        };
        match &default {
            None => Ok(Expr::Literal(Datum::Null, column.ty.ty)),
            Some(sql) => {
                let syntax = parse::parse_expression(sql, self.stack)?;
                self.default_expr(&syntax, &column.name, column.ty)
            }
        }
    }

    /// The generated columns and CHECKs of a table over a row's columns.
    pub(in crate::bind) fn rules(&mut self, table: &Table, row: &[ColumnInfo]) -> Result<RowRules> {
        let mut generated = Vec::new();
        for (ordinal, column) in table.columns.iter().enumerate() {
            if let Some(sql) = &column.generated {
                let syntax = parse::parse_expression(sql, self.stack)?;
                let columns = table.columns.iter().zip(row.iter().cloned());
                let columns = columns.map(|(column, info)| (column.name.as_str(), info));
                let expr = self.generated_expr(&syntax, &table.name, columns, &column.name, column.ty)?;
                generated.push((ordinal, expr));
            }
        }
        let mut checks = Vec::new();
        for constraint in &table.constraints {
            if let Rule::Check { expression } = &constraint.rule {
                let syntax = parse::parse_expression(expression, self.stack)?;
                let columns =
                    table.columns.iter().map(|column| column.name.as_str()).zip(row.iter().cloned());
                let predicate = self.check_expr(&syntax, &table.name, columns)?;
                checks.push(CheckExpr { name: constraint.name.clone(), predicate });
            }
        }
        for (column, info) in table.columns.iter().zip(row) {
            if let Some(domain) = column.domain {
                checks.extend(self.domain_rules(domain, info)?);
            }
        }
        if let Some(predicate) = self.partition_check(table, row)? {
            checks.push(CheckExpr { name: String::new(), predicate });
        }
        Ok(RowRules { generated, checks })
    }
}

/// Whether an expression is the word DEFAULT.
fn is_default(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Identifier(ident)
        if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}
