//! A parsed, bound, optimised and lowered statement: all that is known before it has parameters.

use std::sync::Arc;

use crate::bind::{BindContext, bind};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::optimize::optimize;
use crate::parse::parse;
use crate::physical::{PhysicalPlan, PhysicalStatement, PlanKind, lower};
use crate::plan::{Bound, OutputColumn, Statement, TransactionStatement};
use crate::value::{SqlType, TypeName};

use super::deep::deeply;
use super::outcome::Column;
use super::settings::{self, Settings};

/// A plan with what its caller needs to know of it.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The text.
    pub(super) sql: Arc<str>,
    /// The parameter types it was told; empty when it inferred them.
    pub(super) declared: Vec<Option<SqlType>>,
    /// The settings it was made under: [`Settings::plan_key`].
    pub(super) settings: u64,
    /// The catalog it was made for; used under no other (D3).
    pub(super) catalog: Arc<Catalog>,
    /// Whether that catalog is a committed one, so that its version alone identifies it.
    pub(super) committed: bool,
    /// What to do.
    pub(super) statement: PhysicalStatement,
    /// Types of `$1` and so on.
    pub(super) parameters: Vec<SqlType>,
    /// The columns of its rows.
    pub(super) columns: Arc<[Column]>,
    /// NOTICEs to raise at every run.
    pub(super) notices: Vec<String>,
    /// Whether it returns rows.
    pub(super) returns_rows: bool,
    /// Whether it needs the write transaction.
    pub(super) writes: bool,
    /// PostgreSQL's name of it: `INSERT`, `CREATE TABLE`.
    pub(super) command: &'static str,
    /// Whether a failed transaction lets it through.
    pub(super) ends_failure: bool,
}

impl Prepared {
    /// Plans one statement.
    pub(super) fn new(
        sql: &str,
        catalog: &Arc<Catalog>,
        committed: bool,
        settings: &Settings,
        parameter_types: &[Option<SqlType>],
    ) -> Result<Prepared> {
        deeply(settings.stacks(), || {
            let parsed = parse(sql)?;
            let context = BindContext { catalog, search_path: settings.search_path(), parameter_types };
            let bound = bind(&parsed, &context)?;
            let mut prepared = Prepared::of_bound(sql, bound, catalog, committed, settings)?;
            prepared.declared = parameter_types.to_vec();
            prepared.settings = settings.plan_key();
            prepared.ends_failure = parsed.ends_failure();
            Ok(prepared)
        })
    }

    /// Plans what is bound already.
    pub(super) fn of_bound(
        sql: &str,
        bound: Bound,
        catalog: &Arc<Catalog>,
        committed: bool,
        settings: &Settings,
    ) -> Result<Prepared> {
        let (parameters, notices) = (bound.parameters.clone(), bound.notices.clone());
        let bound = optimize(bound, catalog)?;
        let statement = deeply(settings.stacks(), || lower(&bound, catalog, settings.choices()))?;
        let (columns, returns_rows, writes, command): (Vec<Column>, _, _, _) = match &statement {
            PhysicalStatement::Plan(plan) => {
                let rows = plan.kind == PlanKind::Select || !plan.output.is_empty();
                let command = match plan.kind {
                    PlanKind::Select => "SELECT",
                    PlanKind::Insert => "INSERT",
                    PlanKind::Update => "UPDATE",
                    PlanKind::Delete => "DELETE",
                    PlanKind::Merge => "MERGE",
                };
                (columns_of(&plan.output), rows, writes(plan, sql), command)
            }
            PhysicalStatement::Explain { analyze, plan } => {
                (vec![text_column("QUERY PLAN")], true, *analyze && writes(plan, sql), "EXPLAIN")
            }
            PhysicalStatement::Utility(statement) => {
                let columns = match &**statement {
                    Statement::Show { name } if name == "all" => {
                        ["name", "setting", "description"].map(text_column).into()
                    }
                    Statement::Show { name } => vec![text_column(settings::spelled(name))],
                    _ => Vec::new(),
                };
                let rows = !columns.is_empty();
                (columns, rows, is_ddl(statement), command_of(statement))
            }
        };
        Ok(Prepared {
            sql: sql.into(),
            declared: Vec::new(),
            settings: 0,
            catalog: Arc::clone(catalog),
            committed,
            statement,
            parameters,
            columns: columns.into(),
            notices,
            returns_rows,
            writes,
            command,
            ends_failure: false,
        })
    }

    /// Whether it holds for this catalog and these settings.
    pub(super) fn holds_for(&self, catalog: &Arc<Catalog>, committed: bool, settings: u64) -> bool {
        let same = Arc::ptr_eq(&self.catalog, catalog)
            || (self.committed && committed && self.catalog.version == catalog.version);
        same && self.settings == settings
    }

    /// Whether another run is likely to find it in the cache: what changes the catalog makes itself stale.
    pub(super) fn is_worth_keeping(&self) -> bool {
        match &self.statement {
            PhysicalStatement::Plan(_) => true,
            PhysicalStatement::Utility(_) => !self.writes,
            PhysicalStatement::Explain { .. } => false,
        }
    }
}

fn columns_of(output: &[OutputColumn]) -> Vec<Column> {
    output.iter().map(|column| Column { name: column.name.clone(), ty: column.ty }).collect()
}

fn text_column(name: &str) -> Column {
    Column { name: name.to_owned(), ty: TypeName::plain(SqlType::Text) }
}

/// A query that draws from a sequence changes it. The text tells, at worst too often: no function of the
/// user's can hide the call, and defaults that draw belong to statements that write anyway.
fn writes(plan: &PhysicalPlan, sql: &str) -> bool {
    const DRAWS: [&str; 2] = ["nextval", "setval"];
    !plan.is_read_only()
        || DRAWS.iter().any(|name| {
            sql.as_bytes().windows(name.len()).any(|window| window.eq_ignore_ascii_case(name.as_bytes()))
        })
}

fn is_ddl(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::CreateTable(Some(_)) | Statement::CreateIndex(Some(_)) | Statement::AlterTable(_)
    ) || matches!(statement, Statement::Command(command) if command.writes())
}

fn command_of(statement: &Statement) -> &'static str {
    match statement {
        Statement::Query(_) => "SELECT",
        Statement::Insert(_) => "INSERT",
        Statement::Update(_) => "UPDATE",
        Statement::Delete(_) => "DELETE",
        Statement::Merge(_) => "MERGE",
        Statement::CreateTable(Some(table)) if table.rows.is_some() => "SELECT",
        Statement::CreateTable(_) => "CREATE TABLE",
        Statement::CreateIndex(_) => "CREATE INDEX",
        Statement::AlterTable(_) => "ALTER TABLE",
        Statement::Transaction(transaction) => match transaction {
            TransactionStatement::Begin { .. } => "BEGIN",
            TransactionStatement::Commit => "COMMIT",
            TransactionStatement::Rollback | TransactionStatement::RollbackTo(_) => "ROLLBACK",
            TransactionStatement::Savepoint(_) => "SAVEPOINT",
            TransactionStatement::Release(_) => "RELEASE",
        },
        Statement::Set { value: None, .. } => "RESET",
        Statement::Set { .. } => "SET",
        Statement::Show { .. } => "SHOW",
        Statement::Explain { .. } => "EXPLAIN",
        Statement::Command(command) => command.tag(),
        Statement::Empty => "",
    }
}
