//! Functions that return rows: in FROM, where they see the items left of them, and in select lists.
//!
//! ```text
//! FROM t, f(t.a) WITH ORDINALITY      Join lateral: t, Functions: f(t.a)
//! SELECT f(t.a), g(t.b) FROM t        Join lateral: t, Functions: f(t.a), g(t.b)
//! ```
//!
//! All calls of a select list run side by side; a call in the arguments of another one runs below it.

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr, FunctionArguments, TableAlias};

use crate::error::{Error, Result, SqlState};
use crate::function::{is_set_function, resolve_set};
use crate::plan::{ColumnInfo, Expr, JoinKind, LogicalPlan, SetCall};
use crate::value::{SqlType, TypeName};

use super::binder::{Binder, Clause, Level};
use super::from::FromItem;
use super::names;
use super::scope::{NamedColumn, Relation, Scope};

/// How the parser hands over `ROWS FROM (..)`.
pub(super) const ROWS_FROM: &str = "rows from";

/// A bound call with its columns.
struct Bound {
    call: SetCall,
    /// Names and types; a plain value has no name of its own.
    columns: Vec<(String, TypeName)>,
    /// The function's.
    name: String,
}

/// The arguments of a call in FROM; `None` is a star.
pub(super) fn arguments(given: &[FunctionArg]) -> Result<Vec<Option<&ast::Expr>>> {
    let mut arguments = Vec::with_capacity(given.len());
    for argument in given {
        arguments.push(match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => None,
            _ => return Err(Error::unsupported("a named argument")),
        });
    }
    Ok(arguments)
}

impl Binder<'_> {
    /// `f(..) [WITH ORDINALITY] [AS alias (columns)]`; `scope` holds what the arguments may name.
    pub(super) fn function_item(
        &mut self,
        name: &ast::ObjectName,
        arguments: &[Option<&ast::Expr>],
        ordinality: bool,
        alias: Option<&TableAlias>,
        scope: &Scope<'_>,
    ) -> Result<FromItem> {
        self.count_relation()?;
        let mut level = Level::new(scope, Clause::FromFunction);
        let plain = names::qualified(name)?;
        if self.has_routine(&plain.name)
            && let Some(item) = self.routine_item(&plain, arguments, alias, &mut level)?
        {
            if ordinality {
                return Err(Error::unsupported("WITH ORDINALITY of a function in SQL"));
            }
            return Ok(item);
        }
        let mut bound = Vec::new();
        if plain.schema.is_none() && plain.name == ROWS_FROM {
            for argument in arguments {
                let Some(ast::Expr::Function(call)) = argument else {
                    return Err(self.at(Error::new(SqlState::SYNTAX_ERROR, "syntax error"), plain.place));
                };
                let FunctionArguments::List(list) = &call.args else {
                    return Err(Error::unsupported("this form of function in FROM"));
                };
                bound.push(self.from_call(&call.name, &self::arguments(&list.args)?, &mut level)?);
            }
        } else if arguments.len() > 1 && plain.schema.is_none() && plain.name == "unnest" {
            // Several arrays side by side.
            for argument in arguments {
                bound.push(self.from_call(name, core::slice::from_ref(argument), &mut level)?);
            }
        } else {
            bound.push(self.from_call(name, arguments, &mut level)?);
        }
        self.functions_relation(bound, ordinality, alias)
    }

    // A function in SQL that returns rows.
    fn routine_item(
        &mut self,
        name: &names::Qualified,
        given: &[Option<&ast::Expr>],
        alias: Option<&TableAlias>,
        level: &mut Level<'_>,
    ) -> Result<Option<FromItem>> {
        let mut bound = Vec::with_capacity(given.len());
        for argument in given.iter().copied().flatten() {
            bound.push((self.expr(argument, level)?, argument));
        }
        let types: Vec<SqlType> = bound.iter().map(|(expr, _)| expr.ty()).collect();
        let Some(routine) = self.routine(name.schema.as_deref(), &name.name, &types) else { return Ok(None) };
        let rows = self.routine_rows(routine, bound).map_err(|error| self.at(error, name.place))?;
        let Some((plan, output)) = rows else { return Ok(None) };
        let relation_alias = alias.map_or_else(|| name.name.clone(), |alias| names::fold(&alias.name));
        let columns = output.into_iter().map(|column| NamedColumn {
            name: if column.name.is_empty() { relation_alias.clone() } else { column.name },
            info: ColumnInfo { id: column.id, ty: column.ty },
        });
        let columns = columns.collect();
        let mut relation =
            Relation { alias: relation_alias, schema: None, columns, tableoid: None, table: None };
        if let Some(alias) = alias {
            self.rename_columns(&mut relation, alias)?;
        }
        Ok(Some(FromItem::of(plan, relation)))
    }

    // A set-returning function, or any other as a single row.
    fn from_call(
        &mut self,
        name: &ast::ObjectName,
        given: &[Option<&ast::Expr>],
        level: &mut Level<'_>,
    ) -> Result<Bound> {
        let plain = names::qualified(name)?;
        let arguments: Vec<&ast::Expr> = given.iter().copied().flatten().collect();
        let is_star = arguments.len() < given.len();
        if plain.schema.as_deref().is_none_or(|schema| schema == "pg_catalog") && is_set_function(&plain.name)
        {
            if is_star {
                return Err(Error::unsupported("a named argument"));
            }
            let (call, columns) =
                self.set_call(&plain.name, &arguments, level).map_err(|error| self.at(error, plain.place))?;
            let columns =
                columns.into_iter().map(|(name, ty)| (name.to_owned(), TypeName::plain(ty))).collect();
            return Ok(Bound { call, columns, name: plain.name });
        }
        if is_star && given.len() > 1 {
            return Err(Error::new(SqlState::SYNTAX_ERROR, "syntax error at or near \",\""));
        }
        let value = self.function_in_from(name, &arguments, is_star, level)?;
        let null = ast::Expr::Value(ast::Value::Null.with_empty_span());
        let value = self.settle(value, arguments.first().unwrap_or(&&null))?;
        let ty = self.type_name(&value);
        let call = SetCall { function: None, arguments: vec![value], width: 1 };
        Ok(Bound { call, columns: vec![(String::new(), ty)], name: plain.name })
    }

    fn set_call(
        &mut self,
        name: &str,
        arguments: &[&ast::Expr],
        level: &mut Level<'_>,
    ) -> Result<(SetCall, Vec<(&'static str, SqlType)>)> {
        let mut bound = Vec::with_capacity(arguments.len());
        for argument in arguments {
            bound.push(self.expr(argument, level)?);
        }
        let types: Vec<SqlType> = bound.iter().map(Expr::ty).collect();
        let resolved = resolve_set(name, &types)?;
        let mut converted = Vec::with_capacity(bound.len());
        for ((expr, place), to) in bound.into_iter().zip(arguments).zip(&resolved.arguments) {
            converted.push(self.convert(expr, *to, place)?);
        }
        let width = resolved.columns.len();
        Ok((SetCall { function: Some(resolved.id), arguments: converted, width }, resolved.columns))
    }

    fn functions_relation(
        &mut self,
        bound: Vec<Bound>,
        ordinality: bool,
        alias: Option<&TableAlias>,
    ) -> Result<FromItem> {
        let first = bound.first().map(|bound| bound.name.clone()).unwrap_or_default();
        let relation_alias = alias.map_or(first, |alias| names::fold(&alias.name));
        // A lone plain value is called as its relation.
        let is_plain = bound.len() == 1;
        let mut named = Vec::new();
        let mut calls = Vec::with_capacity(bound.len());
        for item in bound {
            for (name, ty) in item.columns {
                let name = match name.is_empty() {
                    false => name,
                    true if is_plain => relation_alias.clone(),
                    true => item.name.clone(),
                };
                named.push(NamedColumn { name, info: self.column(ty) });
            }
            calls.push(item.call);
        }
        if ordinality {
            let info = self.column(TypeName::plain(SqlType::Int8));
            named.push(NamedColumn { name: "ordinality".to_owned(), info });
        }
        let columns = named.iter().map(|column| column.info.clone()).collect();
        let mut relation =
            Relation { alias: relation_alias, schema: None, columns: named, tableoid: None, table: None };
        if let Some(alias) = alias {
            if alias.columns.iter().any(|column| column.data_type.is_some()) {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "a column definition list is only allowed for functions returning \"record\"",
                ));
            }
            self.rename_columns(&mut relation, alias)?;
        }
        Ok(FromItem::of(LogicalPlan::Functions { calls, columns, ordinality }, relation))
    }

    /// A call in a select list: its value is a column that [`Binder::with_sets`] makes.
    pub(super) fn selected_set(
        &mut self,
        name: &str,
        arguments: &[&ast::Expr],
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        level.check_set_allowed()?;
        let (call, columns) = self.set_call(name, arguments, level)?;
        let [(_, ty)] = columns.as_slice() else {
            return Err(Error::unsupported("a function of several columns outside FROM"));
        };
        let info = self.column(TypeName::plain(*ty));
        let column = Expr::Column(info.id, *ty);
        level.sets.push((info, call));
        Ok(column)
    }

    /// The rows of `plan`, each as often as the calls over it have rows.
    pub(super) fn with_sets(
        &mut self,
        mut plan: LogicalPlan,
        mut sets: Vec<(ColumnInfo, SetCall)>,
    ) -> LogicalPlan {
        while !sets.is_empty() {
            let ids: Vec<_> = sets.iter().map(|(info, _)| info.id).collect();
            let waits = |call: &SetCall| {
                let mut read = Vec::new();
                call.arguments.iter().for_each(|expr| expr.columns(&mut read));
                read.iter().any(|id| ids.contains(id))
            };
            let (later, now): (Vec<_>, Vec<_>) = sets.into_iter().partition(|(_, call)| waits(call));
            sets = later;
            if now.is_empty() {
                break;
            }
            let (columns, calls) = now.into_iter().unzip();
            let functions = LogicalPlan::Functions { calls, columns, ordinality: false };
            let is_one_row = matches!(&plan, LogicalPlan::Values { columns, rows }
                if columns.is_empty() && rows.len() == 1);
            plan = if is_one_row {
                functions
            } else {
                LogicalPlan::Join {
                    kind: JoinKind::Inner,
                    left: Box::new(plan),
                    right: Box::new(functions),
                    on: Vec::new(),
                    lateral: true,
                }
            };
        }
        plan
    }
}
