//! Which binder a statement goes to, and the list of what has none yet.

use sqlparser::ast::{self, Statement as S};
use sqlparser::keywords::ALL_KEYWORDS;

use crate::error::{Error, Result};
use crate::plan::{Statement, TransactionStatement};

use super::binder::Binder;
use super::{names, session};

impl Binder<'_> {
    /// Binds any statement.
    pub(super) fn statement(&mut self, statement: &ast::Statement) -> Result<Statement> {
        let is_top = core::mem::take(&mut self.is_top);
        self.is_top = is_top && matches!(statement, S::Query(_) | S::Explain { .. });
        match statement {
            S::Query(query) => match query.body.as_ref() {
                ast::SetExpr::Insert(inner)
                | ast::SetExpr::Update(inner)
                | ast::SetExpr::Delete(inner)
                | ast::SetExpr::Merge(inner) => self.changing(query, inner),
                _ => self.query(query, None).map(Statement::Query),
            },
            S::Insert(insert) => self.insert(insert),
            S::Update(update) => self.update(update),
            S::Delete(delete) => self.delete(delete),
            S::Merge(merge) => self.merge_into(merge),
            S::CreateTable(create) => self.create_table(create),
            S::CreateIndex(create) => self.create_index(create),
            S::AlterTable(alter) => self.alter_table(alter),
            S::StartTransaction { modes, begin, statements, exception: None, .. }
                if statements.is_empty() =>
            {
                self.begin(modes, !begin)
            }
            S::Commit { chain: false, .. } => Ok(Statement::Transaction(TransactionStatement::Commit)),
            S::Rollback { chain: false, savepoint: None } => {
                Ok(Statement::Transaction(TransactionStatement::Rollback))
            }
            S::Rollback { chain: false, savepoint: Some(name) } => {
                Ok(Statement::Transaction(TransactionStatement::RollbackTo(names::fold(name))))
            }
            S::Savepoint { name } => {
                Ok(Statement::Transaction(TransactionStatement::Savepoint(names::fold(name))))
            }
            S::ReleaseSavepoint { name } => {
                Ok(Statement::Transaction(TransactionStatement::Release(names::fold(name))))
            }
            S::Commit { .. } | S::Rollback { .. } => Err(Error::unsupported("AND CHAIN")),
            S::Set(set) => self.set(set),
            S::Reset(reset) => match &reset.reset {
                ast::Reset::ALL => Ok(Statement::Set { name: "all".to_owned(), value: None, local: false }),
                ast::Reset::SessionAuthorization => Err(Error::unsupported("RESET SESSION AUTHORIZATION")),
                ast::Reset::ConfigurationParameter(name) => {
                    Ok(Statement::Set { name: session::setting_name(name)?, value: None, local: false })
                }
            },
            S::ShowVariable { variable } => {
                let parts: Vec<String> = variable.iter().map(names::fold).collect();
                let name = match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    ["time", "zone"] => "timezone".to_owned(),
                    ["transaction", "isolation", "level"] => "transaction_isolation".to_owned(),
                    _ => parts.join("."),
                };
                Ok(Statement::Show { name })
            }
            S::Explain { analyze, options, statement, query_plan: false, estimate: false, .. } => {
                self.explain(*analyze, options.as_deref(), statement)
            }
            _ => Err(Error::unsupported(first_words(self.sql()))),
        }
    }
}

// `CREATE MATERIALIZED VIEW v AS ...` -> `CREATE MATERIALIZED VIEW`: the keywords before the first name.
fn first_words(sql: &str) -> String {
    let words: Vec<String> = sql
        .split_whitespace()
        .take(4)
        .map(|word| word.trim_end_matches(';').to_ascii_uppercase())
        .take_while(|word| ALL_KEYWORDS.binary_search(&word.as_str()).is_ok())
        .collect();
    if words.is_empty() { "this statement".to_owned() } else { words.join(" ") }
}
