//! CHECKs and DEFAULTs of tables that a statement reaches through references, from the catalog's text.

use crate::base::ColumnId;
use crate::bind::{bind_check, bind_default, bind_domain_rules, bind_generated};
use crate::catalog::{Rule, Table};
use crate::error::stack::Stack;
use crate::error::{Error, Result};
use crate::eval::{Place, Program, Scope, compile};
use crate::exec::{ExecContext, Firing, TableRules};
use crate::plan::{ColumnInfo, LogicalPlan};
use crate::value::{Datum, SqlType};

use super::deep::deeply;
use super::functions::StatementContext;

impl TableRules for StatementContext<'_> {
    fn checks(&self, table: &Table) -> Result<Vec<(String, Program)>> {
        let numbered = table.columns.iter().zip(0..);
        let row: Vec<ColumnInfo> =
            numbered.map(|(column, id)| ColumnInfo { id: ColumnId(id), ty: column.ty }).collect();
        let (catalog, path) = (self.catalog, self.settings.search_path());
        deeply(self.settings.stacks(), || {
            let mut checks = Vec::new();
            for constraint in &table.constraints {
                if let Rule::Check { expression } = &constraint.rule {
                    let bound = bind_check(expression, table, &row, catalog, path)?;
                    checks.push((constraint.name.clone(), compile(&bound, &mut TableRow::new(table))?));
                }
            }
            crate::base::order::sort_by(&mut checks, |a, b| a.0.cmp(&b.0));
            for (column, info) in table.columns.iter().zip(&row) {
                let Some(domain) = column.domain else { continue };
                for rule in bind_domain_rules(domain, info, catalog, path)? {
                    checks.push((rule.name, compile(&rule.predicate, &mut TableRow::new(table))?));
                }
            }
            Ok(checks)
        })
    }

    fn partition_rule(&self, table: &Table) -> Result<Option<Program>> {
        let Some(rule) = self.catalog.partition_rule(table) else { return Ok(None) };
        let numbered = table.columns.iter().zip(0..);
        let row: Vec<ColumnInfo> =
            numbered.map(|(column, id)| ColumnInfo { id: ColumnId(id), ty: column.ty }).collect();
        let bound = bind_check(&rule, table, &row, self.catalog, self.settings.search_path())?;
        compile(&bound, &mut TableRow::new(table)).map(Some)
    }

    fn fire(&self, cx: &mut ExecContext<'_>, firing: &Firing<'_>) -> Result<Option<Vec<Datum>>> {
        super::trigger::fire(self, cx, firing)
    }

    fn generated(&self, table: &Table) -> Result<Vec<(usize, Program)>> {
        let (catalog, path) = (self.catalog, self.settings.search_path());
        deeply(self.settings.stacks(), || {
            let bound = bind_generated(table, catalog, path)?;
            let one = |(ordinal, expr)| Ok((ordinal, compile(&expr, &mut TableRow::new(table))?));
            bound.into_iter().map(one).collect()
        })
    }

    fn default(&self, table: &Table, column: usize) -> Result<Option<Program>> {
        let Some(column) = table.columns.get(column) else {
            return Err(Error::internal("a reference from a column that is not there"));
        };
        if column.identity.is_some() {
            return Err(Error::unsupported("SET DEFAULT of an identity column"));
        }
        let of_domain = || column.domain.and_then(|domain| self.catalog.domain_default(domain));
        let Some(text) = column.default.clone().or_else(of_domain) else { return Ok(None) };
        let (catalog, path) = (self.catalog, self.settings.search_path());
        deeply(self.settings.stacks(), || {
            let bound = bind_default(&text, column, catalog, path)?;
            compile(&bound, &mut TableRow::new(table)).map(Some)
        })
    }
}

/// The columns of a row in table order, by numbers given in that order.
struct TableRow {
    columns: usize,
    stack: Stack,
}

impl TableRow {
    fn new(table: &Table) -> TableRow {
        TableRow { columns: table.columns.len(), stack: Stack::here() }
    }
}

impl Scope for TableRow {
    fn stack(&self) -> Stack {
        self.stack
    }
    fn column(&mut self, id: ColumnId, _ty: SqlType) -> Result<Place> {
        let at = usize::try_from(id.0).ok().filter(|at| *at < self.columns);
        at.map(Place::Input).ok_or_else(|| Error::internal("a rule reads a column its table does not have"))
    }
    fn subquery(&mut self, _plan: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)> {
        Err(Error::internal("a rule of a table with a subquery"))
    }
}
