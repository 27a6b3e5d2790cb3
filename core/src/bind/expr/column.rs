//! References to columns.

use sqlparser::ast::Ident;

use crate::error::{Error, Result, SqlState};
use crate::plan::Expr;

use crate::bind::binder::{Binder, Level, Reference};
use crate::bind::names;
use crate::bind::scope::Found;

impl Binder<'_> {
    /// `column`, `table.column` or `schema.table.column`.
    pub(super) fn column_reference(&mut self, idents: &[Ident], level: &mut Level<'_>) -> Result<Expr> {
        let place = idents
            .first()
            .map_or(sqlparser::tokenizer::Location { line: 0, column: 0 }, |ident| ident.span.start);
        let parts: Vec<String> = idents.iter().map(names::fold).collect();
        if let ([ident], [name]) = (idents, parts.as_slice())
            && ident.quote_style.is_none()
            && is_niladic(name)
        {
            return self.niladic(name);
        }
        idents.first().map(names::name).transpose()?;
        let scope = level.scope;
        let found = match parts.as_slice() {
            [name] => match scope.column(name) {
                Ok(None) if name == "tableoid" => {
                    scope.tableoid(None).ok_or_else(|| scope.missing_column(None, name))
                }
                Ok(None) if scope.relation(None, name).is_ok_and(|found| found.is_some()) => {
                    Err(Error::unsupported("a whole-row reference"))
                }
                Ok(None) => Err(scope.missing_column(None, name)),
                Ok(Some(found)) => Ok(found),
                Err(error) => Err(error),
            },
            [alias, name] => match scope.qualified_column(None, alias, name) {
                Ok(None) if name == "tableoid" => {
                    scope.tableoid(Some(alias)).ok_or_else(|| scope.missing_column(Some(alias), name))
                }
                Ok(None) => Err(scope.missing_column(Some(alias), name)),
                Ok(Some(found)) => Ok(found),
                Err(error) => Err(error),
            },
            [schema, alias, name] => match scope.qualified_column(Some(schema), alias, name) {
                Ok(None) => Err(scope.missing_column(Some(alias), name)),
                Ok(Some(found)) => Ok(found),
                Err(error) => Err(error),
            },
            _ => Err(Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                format!("cross-database references are not implemented: {}", parts.join(".")),
            )),
        };
        let found = found.map_err(|error| self.at(error, place))?;
        if let Some(last) = idents.last() {
            self.mark_column(&found.expr, last.span.start);
        }
        self.note(&found, place, level);
        Ok(found.expr)
    }

    fn note(&self, found: &Found, place: sqlparser::tokenizer::Location, level: &mut Level<'_>) {
        if found.levels_up > 0 || level.in_aggregate {
            return;
        }
        let mut ids = Vec::new();
        found.expr.columns(&mut ids);
        for id in ids {
            level.references.push(Reference { id, place, display: found.display.clone() });
        }
    }
}

// Functions that are called without parentheses; sqlparser reads some of them as plain names.
fn is_niladic(name: &str) -> bool {
    matches!(
        name,
        "current_date"
            | "current_time"
            | "current_timestamp"
            | "localtime"
            | "localtimestamp"
            | "current_user"
            | "session_user"
            | "user"
            | "current_role"
            | "current_catalog"
            | "current_schema"
    )
}
