//! Transactions, settings, EXPLAIN.

use sqlparser::ast::{
    self, ContextModifier, TransactionAccessMode, TransactionIsolationLevel, TransactionMode,
};

use crate::error::{Error, Result, SqlState};
use crate::plan::{Isolation, Statement, TransactionStatement};

use super::binder::Binder;
use super::names;

impl Binder<'_> {
    /// BEGIN and START TRANSACTION.
    pub(super) fn begin(&self, modes: &[TransactionMode], start: bool) -> Result<Statement> {
        let mut read_only = None;
        let mut isolation = None;
        for mode in modes {
            match mode {
                TransactionMode::AccessMode(access) => {
                    read_only = Some(*access == TransactionAccessMode::ReadOnly);
                }
                TransactionMode::IsolationLevel(level) => isolation = Some(isolation_of(*level)?),
            }
        }
        Ok(Statement::Transaction(TransactionStatement::Begin { read_only, isolation, start }))
    }

    /// SET.
    pub(super) fn set(&self, set: &ast::Set) -> Result<Statement> {
        match set {
            ast::Set::SingleAssignment { scope, hivevar: false, variable, values } => {
                let name = setting_name(variable)?;
                let local = *scope == Some(ContextModifier::Local);
                if values.len() > 1 && !takes_list(&name) {
                    return Err(Error::new(
                        SqlState::INVALID_PARAMETER_VALUE,
                        format!("SET {name} takes only one argument"),
                    ));
                }
                let mut texts: Vec<String> = values.iter().map(setting_value).collect::<Result<_>>()?;
                if name == "search_path" && !is_word(values) {
                    // Every one is a name as it stands: what is in quotes does not fold.
                    for text in &mut texts {
                        *text = format!("\"{}\"", text.replace('"', "\"\""));
                    }
                }
                let value = match texts.as_slice() {
                    [one] if one.eq_ignore_ascii_case("default") && is_word(values) => None,
                    _ => Some(texts.join(", ")),
                };
                Ok(Statement::Set { name, value, local })
            }
            ast::Set::SetTimeZone { local, value } => {
                let text = setting_value(value)?;
                let value = if text.eq_ignore_ascii_case("default") || text.eq_ignore_ascii_case("local") {
                    None
                } else {
                    Some(text)
                };
                Ok(Statement::Set { name: "timezone".to_owned(), value, local: *local })
            }
            ast::Set::SetNames { charset_name, .. } => Ok(Statement::Set {
                name: "client_encoding".to_owned(),
                value: Some(charset_name.value.clone()),
                local: false,
            }),
            _ => Err(Error::unsupported("this form of SET")),
        }
    }

    /// EXPLAIN with its options.
    pub(super) fn explain(
        &mut self,
        mut analyze: bool,
        options: Option<&[ast::UtilityOption]>,
        statement: &ast::Statement,
    ) -> Result<Statement> {
        for option in options.unwrap_or_default() {
            let name = names::fold(&option.name);
            let argument = option.arg.as_ref().map(setting_value).transpose()?;
            let on = !argument
                .as_deref()
                .is_some_and(|value| ["off", "false", "0"].iter().any(|no| value.eq_ignore_ascii_case(no)));
            match name.as_str() {
                "analyze" => analyze = on,
                // What they would add or leave out is not in our output.
                "verbose" | "costs" | "buffers" | "timing" | "summary" | "settings" | "wal" => {}
                "format" if argument.as_deref().is_none_or(|format| format.eq_ignore_ascii_case("text")) => {}
                _ => return Err(Error::unsupported(format!("EXPLAIN option {name}"))),
            }
        }
        let statement = self.statement(statement)?;
        match statement {
            Statement::Query(_)
            | Statement::Insert(_)
            | Statement::Update(_)
            | Statement::Delete(_)
            | Statement::Merge(_) => Ok(Statement::Explain { analyze, statement: Box::new(statement) }),
            // What would fill the table is explained; nothing is created.
            Statement::CreateTable(Some(create)) if !analyze => match create.rows {
                Some(rows) => Ok(Statement::Explain { analyze, statement: Box::new(Statement::Query(rows)) }),
                None => Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "syntax error: EXPLAIN takes a query or a change of rows",
                )),
            },
            _ => Err(Error::unsupported("EXPLAIN of this statement")),
        }
    }
}

/// A setting's name: `search_path`, `my.setting`.
pub(super) fn setting_name(name: &ast::ObjectName) -> Result<String> {
    let parts: Vec<String> = names::parts(name)?.into_iter().map(names::fold).collect();
    Ok(parts.join("."))
}

/// Whether a parameter is a list; an application's own may be.
fn takes_list(name: &str) -> bool {
    ["search_path", "datestyle", "temp_tablespaces"].contains(&name) || name.contains('.')
}

fn is_word(values: &[ast::Expr]) -> bool {
    matches!(values, [ast::Expr::Identifier(ident)] if ident.quote_style.is_none())
}

fn setting_value(value: &ast::Expr) -> Result<String> {
    match value {
        ast::Expr::Identifier(ident) => Ok(names::fold(ident)),
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) | ast::Value::EscapedStringLiteral(text) => Ok(text.clone()),
            ast::Value::Number(digits, _) => Ok(digits.clone()),
            ast::Value::Boolean(true) => Ok("true".to_owned()),
            ast::Value::Boolean(false) => Ok("false".to_owned()),
            _ => Err(Error::unsupported("this value of a setting")),
        },
        ast::Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => {
            Ok(format!("-{}", setting_value(expr)?))
        }
        _ => Err(Error::unsupported("this value of a setting")),
    }
}

fn isolation_of(level: TransactionIsolationLevel) -> Result<Isolation> {
    Ok(match level {
        TransactionIsolationLevel::ReadUncommitted => Isolation::ReadUncommitted,
        TransactionIsolationLevel::ReadCommitted => Isolation::ReadCommitted,
        TransactionIsolationLevel::RepeatableRead => Isolation::RepeatableRead,
        TransactionIsolationLevel::Serializable => Isolation::Serializable,
        TransactionIsolationLevel::Snapshot => return Err(Error::unsupported("isolation level SNAPSHOT")),
    })
}
