//! PREPARE, EXECUTE, DEALLOCATE.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::parse::define::TextAt;
use crate::value::{Datum, SqlType, TypeName};

use super::Session;
use super::ddl::query;
use crate::db::planning::plan_again;
use crate::db::prepared::Prepared;
use crate::db::session::NamedStatement;

/// PREPARE: the statement is planned once, to find its errors now.
pub(super) fn prepare(session: &mut Session, name: &str, types: &[String], statement: &TextAt) -> Result<()> {
    if session.named.contains_key(name) {
        return Err(Error::new(
            SqlState::DUPLICATE_PREPARED_STATEMENT,
            format!("prepared statement \"{name}\" already exists"),
        ));
    }
    let mut declared: Vec<Option<SqlType>> = Vec::with_capacity(types.len());
    let (catalog, committed) = session.catalog()?;
    for ty in types {
        let ty = super::user_type::named_type(session, &catalog, ty)?.ty;
        declared.push(Some(ty).filter(|ty| *ty != SqlType::Unknown));
    }
    let prepared = Prepared::new(&statement.text, &catalog, committed, &session.settings, &declared)
        .map_err(|error| error.moved_by(u32::try_from(statement.start).unwrap_or(0)))?;
    let named = NamedStatement {
        sql: statement.text.as_str().into(),
        types: prepared.parameters.iter().map(|ty| Some(*ty)).collect(),
        columns: Arc::clone(&prepared.columns),
    };
    session.named.insert(name.to_owned(), named);
    Ok(())
}

/// EXECUTE: the plan and the values of its parameters.
pub(in crate::db) fn execute(
    session: &mut Session,
    name: &str,
    arguments: &[TextAt],
) -> Result<(Arc<Prepared>, Vec<Datum>)> {
    let Some(named) = session.named.get(name).cloned() else { return Err(unknown(name)) };
    if arguments.len() != named.types.len() {
        return Err(Error::new(
            SqlState::SYNTAX_ERROR,
            format!("wrong number of parameters for prepared statement \"{name}\""),
        )
        .with_detail(format!(
            "Expected {} parameters but got {}.",
            named.types.len(),
            arguments.len()
        )));
    }
    let (catalog, committed) = session.catalog()?;
    let mut values = Vec::with_capacity(arguments.len());
    if !arguments.is_empty() {
        let items: Vec<String> = arguments
            .iter()
            .zip(&named.types)
            .map(|(argument, ty)| match ty {
                Some(ty) => {
                    format!("CAST(({}) AS {})", argument.text, catalog.type_sql(TypeName::plain(*ty)))
                }
                None => argument.text.clone(),
            })
            .collect();
        values = match query(session, &format!("SELECT {}", items.join(", ")))? {
            Some(values) => values,
            None => return Err(Error::internal("a SELECT without FROM has one row")),
        };
    }
    let stale = Prepared::new(&named.sql, &catalog, committed, &session.settings, &named.types)?;
    let plan = plan_again(session, &stale, &catalog, committed)?;
    if plan.columns.len() != named.columns.len()
        || plan.columns.iter().zip(named.columns.iter()).any(|(a, b)| a.ty.ty != b.ty.ty)
    {
        return Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, "cached plan must not change result type"));
    }
    Ok((plan, values))
}

/// DEALLOCATE; `None` is ALL.
pub(super) fn deallocate(session: &mut Session, name: Option<&str>) -> Result<()> {
    match name {
        None => session.named.clear(),
        Some(name) => {
            if session.named.remove(name).is_none() {
                return Err(unknown(name));
            }
        }
    }
    Ok(())
}

fn unknown(name: &str) -> Error {
    Error::new(SqlState::INVALID_SQL_STATEMENT_NAME, format!("prepared statement \"{name}\" does not exist"))
}
