//! Tables with partitions or heirs, where they are read or changed: the rows of all of them together.
//!
//! ```text
//! FROM p    UNION ALL over the leaves of p, each projected to the columns of p
//!           and, where it is changed or asked for, the leaf's OID and the row's number in it
//! ```

use std::sync::Arc;

use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::parse;
use crate::plan::{ColumnInfo, Expr, LogicalPlan, SetOperator, TableScan};
use crate::value::{Datum, SqlType, TypeName};

use super::binder::Binder;
use super::scope::Relation;

/// What tells rows of one table from those of another.
pub(super) struct Members {
    pub(super) tableoid: ColumnInfo,
    pub(super) rowid: ColumnInfo,
}

impl Binder<'_> {
    /// Whether a statement that names the table means others, too.
    pub(super) fn is_family(&self, table: &Table, only: bool) -> bool {
        !only && !table.children().is_empty() || table.partition_key().is_some()
    }

    /// All rows of a family, in the columns of its first table.
    pub(super) fn scan_family(
        &mut self,
        table: &Arc<Table>,
        only: bool,
    ) -> Result<(LogicalPlan, Relation, Members)> {
        let mut holders = if only { Vec::new() } else { self.catalog.holders(table) };
        let mut plans = Vec::with_capacity(holders.len());
        for holder in holders.drain(..) {
            plans.push(self.member(table, holder)?);
        }
        let mut columns: Vec<ColumnInfo> = self.row_columns(table);
        columns.truncate(table.width());
        let members = Members {
            tableoid: self.column(TypeName::plain(SqlType::Oid)),
            rowid: self.column(TypeName::plain(SqlType::Int8)),
        };
        let relation = Relation {
            tableoid: Some(members.tableoid.id),
            ..Relation::of_table(table.name.clone(), table, &columns)
        };
        columns.extend([members.tableoid.clone(), members.rowid.clone()]);
        let plan = match plans.len() {
            0 => LogicalPlan::Values { columns, rows: Vec::new() },
            1 => {
                let input = plans.remove(0);
                let from = input.columns().into_iter().map(|info| Expr::Column(info.id, info.ty.ty));
                let items = columns.into_iter().zip(from).collect();
                LogicalPlan::Project { input: Box::new(input), items }
            }
            _ => self.union(plans, columns),
        };
        Ok((plan, relation, members))
    }

    // Pairs of pairs: the tree is as flat as can be.
    fn union(&mut self, mut plans: Vec<LogicalPlan>, columns: Vec<ColumnInfo>) -> LogicalPlan {
        let mut half = plans.split_off(plans.len() / 2);
        let mut side = |mut plans: Vec<LogicalPlan>| match plans.len() {
            1 => plans.remove(0),
            _ => {
                let own = columns.iter().map(|info| self.column(info.ty)).collect();
                self.union(plans, own)
            }
        };
        let left = Box::new(side(plans));
        let right = Box::new(side(core::mem::take(&mut half)));
        LogicalPlan::SetOperation { operator: SetOperator::Union, all: true, left, right, columns }
    }

    // The columns of `first`, the OID and the number of the rows of one table.
    fn member(&mut self, first: &Table, table: Arc<Table>) -> Result<LogicalPlan> {
        self.count_relation()?;
        let row = self.row_columns(&table);
        let rowid = self.column(TypeName::plain(SqlType::Int8));
        let mut items = Vec::with_capacity(first.width() + 2);
        for column in &first.columns[..first.width()] {
            let at = table.column(&column.name);
            let at = at.ok_or_else(|| Error::internal("a child lacks a column of its parent"))?;
            items.push((self.column(column.ty), Expr::Column(row[at].id, row[at].ty.ty)));
        }
        let oid = Expr::Literal(Datum::Int(i64::from(table.id.0)), SqlType::Oid);
        items.push((self.column(TypeName::plain(SqlType::Oid)), oid));
        items.push((self.column(rowid.ty), Expr::Column(rowid.id, SqlType::Int8)));
        let derived = self.derived_columns(&table, &row)?;
        let columns = row.into_iter().enumerate().collect();
        let scan = TableScan { table, columns, rowid: Some(rowid.id), filter: Vec::new(), derived };
        Ok(LogicalPlan::Project { input: Box::new(LogicalPlan::Scan(scan)), items })
    }

    /// What the rows of a partition have in common, over a row.
    pub(super) fn partition_check(&mut self, table: &Table, row: &[ColumnInfo]) -> Result<Option<Expr>> {
        let Some(rule) = self.catalog.partition_rule(table) else { return Ok(None) };
        let syntax = parse::parse_expression(&rule, self.stack)?;
        let columns = table.columns.iter().map(|column| column.name.as_str()).zip(row.iter().cloned());
        self.check_expr(&syntax, &table.name, columns).map(Some)
    }
}
