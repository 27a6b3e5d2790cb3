//! Logical node to physical node.

use std::sync::Arc;

use crate::base::ColumnId;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::plan::{
    AggregateCall, Bound, ColumnInfo, Expr, GroupingSets, LogicalPlan, Names, OutputColumn, Query,
    SetOperator, SortKey, Statement, TableId, TableScan,
};
use crate::value::SqlType;

use super::choices::Choices;
use super::micro;
use super::plan::{Aggregate, Key, Node, Operation, PhysicalPlan, PhysicalStatement, PlanKind};
use super::scope::{Columns, Lowered, Lowerer, split_conjuncts};

/// Chooses algorithms and compiles expressions.
pub fn lower(bound: &Bound, catalog: &Catalog, choices: Choices) -> Result<PhysicalStatement> {
    match &bound.statement {
        Statement::Explain { analyze, statement } => {
            let names = match &**statement {
                Statement::Query(query) => Names::of(&query.plan),
                Statement::Insert(insert) => Names::of(&insert.source),
                Statement::Update(update) => Names::of(&update.source),
                Statement::Delete(delete) => Names::of(&delete.source),
                Statement::Merge(merge) => Names::of(&merge.source),
                other => return Ok(PhysicalStatement::Utility(Box::new(other.clone()))),
            };
            let plan = lower_plan(statement, bound, catalog, choices, Some(names))?;
            Ok(match plan {
                Some(plan) => PhysicalStatement::Explain { analyze: *analyze, plan: Arc::new(plan) },
                None => PhysicalStatement::Utility(Box::new(bound.statement.clone())),
            })
        }
        statement => Ok(match lower_plan(statement, bound, catalog, choices, None)? {
            Some(plan) => PhysicalStatement::Plan(Arc::new(plan)),
            None => PhysicalStatement::Utility(Box::new(statement.clone())),
        }),
    }
}

/// Lowers a query on its own, as CREATE TABLE AS has one inside.
pub(super) fn lower_plan(
    statement: &Statement,
    bound: &Bound,
    catalog: &Catalog,
    choices: Choices,
    names: Option<Names>,
) -> Result<Option<PhysicalPlan>> {
    let mut lowerer = Lowerer::new(catalog, choices, names);
    let mut changes = Vec::with_capacity(bound.before.len());
    for (table, change) in &bound.before {
        let subplan = lowerer.change(change)?;
        changes.push((lowerer.table(*table), subplan));
    }
    let (kind, root, output) = match statement {
        Statement::Query(query) => {
            let root = lowerer.lower_query(query)?;
            (PlanKind::Select, root, query.output.clone())
        }
        Statement::Insert(insert) => {
            let output = insert.returning.iter().map(|(column, _)| column.clone()).collect();
            (PlanKind::Insert, lowerer.lower_insert(insert)?, output)
        }
        Statement::Update(update) => {
            let output = update.returning.iter().map(|(column, _)| column.clone()).collect();
            (PlanKind::Update, lowerer.lower_update(update)?, output)
        }
        Statement::Delete(delete) => {
            let output = delete.returning.iter().map(|(column, _)| column.clone()).collect();
            (PlanKind::Delete, lowerer.lower_delete(delete)?, output)
        }
        Statement::Merge(merge) => (PlanKind::Merge, lowerer.lower_merge(merge)?, Vec::new()),
        _ => return Ok(None),
    };
    let output: Vec<OutputColumn> = output;
    let micro = if changes.is_empty() { micro::recognise(kind, &root, &output) } else { None };
    let mut before = lowerer.kept;
    before.append(&mut changes);
    Ok(Some(PhysicalPlan {
        kind,
        output,
        parameters: bound.parameters.clone(),
        root,
        subplans: lowerer.subplans,
        nodes: lowerer.next_number,
        tables: lowerer.tables.len(),
        micro,
        before,
    }))
}

impl Lowerer<'_> {
    fn lower_query(&mut self, query: &Query) -> Result<Node> {
        let lowered = self.lower(&query.plan)?;
        let wanted: Vec<(ColumnId, SqlType)> =
            query.output.iter().map(|column| (column.id, column.ty.ty)).collect();
        self.in_order(lowered, &wanted)
    }

    /// Lowers a plan so that its columns come out in the logical order.
    pub(super) fn lower_in_order(&mut self, plan: &LogicalPlan) -> Result<Lowered> {
        let lowered = self.lower(plan)?;
        let wanted: Vec<(ColumnId, SqlType)> =
            plan.columns().iter().map(|column| (column.id, column.ty.ty)).collect();
        let node = self.in_order(lowered, &wanted)?;
        Ok(Lowered { node, columns: Columns::new(wanted.into_iter().map(|(id, _)| id).collect()) })
    }

    /// A projection to these columns, unless the node gives exactly them.
    pub(super) fn in_order(&mut self, lowered: Lowered, wanted: &[(ColumnId, SqlType)]) -> Result<Node> {
        if lowered.columns.ids.iter().eq(wanted.iter().map(|(id, _)| id)) {
            return Ok(lowered.node);
        }
        let items = wanted
            .iter()
            .map(|(id, ty)| self.compile(&Expr::Column(*id, *ty), &lowered.columns))
            .collect::<Result<Vec<_>>>()?;
        let rows = lowered.node.rows;
        let types = wanted.iter().map(|(_, ty)| *ty).collect();
        // A projection over a projection of columns: take them from below at once.
        let operation = Operation::Project { input: Box::new(lowered.node), items: items.into() };
        Ok(self.node(operation, types, rows))
    }

    pub(super) fn node(&mut self, operation: Operation, types: Vec<SqlType>, rows: f64) -> Node {
        let number = self.next_number;
        self.next_number += 1;
        Node { operation, types: types.into(), rows, number, details: Vec::new() }
    }

    /// Adds a line of EXPLAIN.
    pub(super) fn detail(&self, node: &mut Node, label: &str, exprs: &[Expr]) {
        if let Some(names) = &self.names
            && !exprs.is_empty()
        {
            let texts: Vec<String> = exprs.iter().map(|expr| names.expr(expr)).collect();
            let separator = if label == "Filter" || label.ends_with("Cond") { " AND " } else { ", " };
            node.details.push(format!("{label}: {}", texts.join(separator)));
        }
    }

    pub(super) fn lower(&mut self, plan: &LogicalPlan) -> Result<Lowered> {
        self.stack.check()?;
        match plan {
            LogicalPlan::Scan(scan) => self.lower_scan(scan, &[]),
            LogicalPlan::SystemScan { view, columns } => {
                let types = columns.iter().map(|(_, column)| column.ty.ty).collect();
                let places = columns.iter().map(|(at, _)| *at).collect();
                let node = self.node(Operation::SystemScan { view, columns: places }, types, 100.0);
                Ok(Lowered { node, columns: Columns::new(columns.iter().map(|(_, info)| info.id).collect()) })
            }
            LogicalPlan::Values { columns, rows } => self.lower_values(columns, rows),
            LogicalPlan::Functions { calls, columns, ordinality } => {
                self.lower_functions(calls, columns, *ordinality)
            }
            LogicalPlan::TableRef { table, columns } => Ok(self.lower_table_ref(*table, columns)),
            LogicalPlan::With { table, definition, input } => self.lower_with(*table, definition, input),
            LogicalPlan::Recursive { table, all, base, step, columns } => {
                self.lower_recursive(*table, *all, base, step, columns)
            }
            LogicalPlan::Window { input, partition, order, calls } => {
                self.lower_window(input, partition, order, calls)
            }
            LogicalPlan::Filter { input, predicate } => self.lower_filter(input, predicate),
            LogicalPlan::Project { input, items } => self.lower_project(input, items),
            LogicalPlan::Join { kind, left, right, on, lateral } => {
                if *lateral {
                    self.lower_lateral(*kind, left, right, on)
                } else {
                    self.lower_join(*kind, left, right, on)
                }
            }
            LogicalPlan::Aggregate { input, groups, aggregates, sets } => {
                self.lower_aggregate(input, groups, aggregates, sets.as_ref())
            }
            LogicalPlan::Distinct { input, on } => {
                let lowered = if on.is_empty() { self.lower_in_order(input)? } else { self.lower(input)? };
                let on = self.compile_all(on, &lowered.columns)?;
                let (types, rows) = (lowered.node.types.to_vec(), lowered.node.rows);
                let operation = Operation::Distinct { input: Box::new(lowered.node), on: on.into() };
                let node = self.node(operation, types, (rows / 2.0).max(1.0));
                Ok(Lowered { node, columns: lowered.columns })
            }
            LogicalPlan::Sort { input, keys } => self.lower_sort(input, keys, false),
            LogicalPlan::Limit { input, limit, offset, with_ties } => {
                self.lower_limit(input, limit.as_ref(), offset.as_ref(), *with_ties)
            }
            LogicalPlan::SetOperation { operator, all, left, right, columns } => {
                self.lower_set_operation(*operator, *all, left, right, columns)
            }
        }
    }

    pub(super) fn lower_scan(&mut self, scan: &TableScan, more: &[Expr]) -> Result<Lowered> {
        let mut conjuncts = Vec::new();
        for predicate in scan.filter.iter().chain(more) {
            split_conjuncts(predicate, &mut conjuncts);
        }
        if self.frozen.contains(&scan.table.id) {
            return self.lower_frozen(scan, conjuncts);
        }
        let chosen = self.choose_access(scan, &conjuncts, None)?;
        Ok(self.scan_node(chosen))
    }

    // A table that was changed by now: its rows are kept before the first change.
    fn lower_frozen(&mut self, scan: &TableScan, conjuncts: Vec<Expr>) -> Result<Lowered> {
        let columns = LogicalPlan::Scan(scan.clone()).columns();
        let is_early = |expr: &Expr| {
            let mut read = Vec::new();
            expr.columns(&mut read);
            !expr.has_subquery() && read.iter().all(|id| columns.iter().any(|info| info.id == *id))
        };
        let (filter, late): (Vec<Expr>, Vec<Expr>) = conjuncts.into_iter().partition(is_early);
        let plan = LogicalPlan::Scan(TableScan { filter, ..scan.clone() });
        let frozen = core::mem::take(&mut self.frozen);
        let (subplan, _) = self.subplan(&plan)?;
        self.frozen = frozen;
        let table = TableId(u32::MAX - u32::try_from(self.kept.len()).unwrap_or(0));
        let number = self.table(table);
        self.kept.push((number, subplan));
        let lowered = self.lower_table_ref(table, &columns);
        if late.is_empty() { Ok(lowered) } else { self.filtered(lowered, &Expr::And(late)) }
    }

    fn lower_values(&mut self, columns: &[ColumnInfo], rows: &[Vec<Expr>]) -> Result<Lowered> {
        let none = Columns::default();
        let programs: Vec<Vec<_>> =
            rows.iter().map(|row| self.compile_all(row, &none)).collect::<Result<_>>()?;
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let count = rows.len() as f64;
        let types = columns.iter().map(|column| column.ty.ty).collect();
        let node = self.node(Operation::Values { rows: programs.into() }, types, count);
        Ok(Lowered { node, columns: Columns::new(columns.iter().map(|column| column.id).collect()) })
    }

    fn lower_filter(&mut self, input: &LogicalPlan, predicate: &Expr) -> Result<Lowered> {
        if let LogicalPlan::Scan(scan) = input {
            return self.lower_scan(scan, core::slice::from_ref(predicate));
        }
        let lowered = self.lower(input)?;
        self.filtered(lowered, predicate)
    }

    fn filtered(&mut self, lowered: Lowered, predicate: &Expr) -> Result<Lowered> {
        let program = self.compile(predicate, &lowered.columns)?;
        let (types, rows) = (lowered.node.types.to_vec(), lowered.node.rows);
        let operation = Operation::Filter { input: Box::new(lowered.node), predicate: Arc::new(program) };
        let mut node = self.node(operation, types, (rows / 3.0).max(1.0));
        self.detail(&mut node, "Filter", core::slice::from_ref(predicate));
        Ok(Lowered { node, columns: lowered.columns })
    }

    fn lower_project(&mut self, input: &LogicalPlan, items: &[(ColumnInfo, Expr)]) -> Result<Lowered> {
        let lowered = self.lower(input)?;
        let programs = self.compile_all(items.iter().map(|(_, expr)| expr), &lowered.columns)?;
        let columns = Columns::new(items.iter().map(|(column, _)| column.id).collect());
        let unchanged = programs.len() == lowered.columns.ids.len()
            && programs.iter().enumerate().all(|(at, program)| program.as_column() == Some(at));
        if unchanged {
            return Ok(Lowered { node: lowered.node, columns });
        }
        let rows = lowered.node.rows;
        let types = items.iter().map(|(_, expr)| expr.ty()).collect();
        let operation = Operation::Project { input: Box::new(lowered.node), items: programs.into() };
        Ok(Lowered { node: self.node(operation, types, rows), columns })
    }

    fn lower_aggregate(
        &mut self,
        input: &LogicalPlan,
        groups: &[(ColumnInfo, Expr)],
        aggregates: &[(ColumnInfo, AggregateCall)],
        sets: Option<&GroupingSets>,
    ) -> Result<Lowered> {
        let lowered = self.lower(input)?;
        let group_programs = self.compile_all(groups.iter().map(|(_, expr)| expr), &lowered.columns)?;
        let mut calls = Vec::with_capacity(aggregates.len());
        for (_, call) in aggregates {
            calls.push(Aggregate {
                function: call.function,
                arguments: self.compile_all(&call.arguments, &lowered.columns)?.into(),
                argument_types: call.arguments.iter().map(Expr::ty).collect(),
                strict: call.strict,
                distinct: call.distinct,
                filter: match &call.filter {
                    Some(filter) => Some(self.compile(filter, &lowered.columns)?),
                    None => None,
                },
                order: self.compile_keys(&call.order, &lowered.columns)?,
                ty: call.ty,
            });
        }
        let types: Vec<SqlType> = groups
            .iter()
            .map(|(_, expr)| expr.ty())
            .chain(aggregates.iter().map(|(_, call)| call.ty))
            .chain(sets.map(|sets| sets.number.ty.ty))
            .collect();
        let ids = groups.iter().map(|(column, _)| column.id);
        let ids = ids.chain(aggregates.iter().map(|(column, _)| column.id));
        let ids = ids.chain(sets.map(|sets| sets.number.id)).collect();
        let rows = if groups.is_empty() { 1.0 } else { (lowered.node.rows / 10.0).max(1.0) };
        let operation = Operation::Aggregate {
            input: Box::new(lowered.node),
            groups: group_programs.into(),
            aggregates: calls.into(),
            sets: sets.map(|sets| sets.sets.clone().into()),
        };
        let mut node = self.node(operation, types, rows);
        let exprs: Vec<Expr> = groups.iter().map(|(_, expr)| expr.clone()).collect();
        self.detail(&mut node, "Group Key", &exprs);
        Ok(Lowered { node, columns: Columns::new(ids) })
    }

    pub(super) fn compile_keys(&mut self, keys: &[SortKey], columns: &Columns) -> Result<Vec<Key>> {
        keys.iter()
            .map(|key| {
                Ok(Key {
                    program: self.compile(&key.expr, columns)?,
                    descending: key.descending,
                    nulls_first: key.nulls_first,
                })
            })
            .collect()
    }

    /// `limited`: only the first rows are wanted, so reading in order beats sorting.
    pub(super) fn lower_sort(
        &mut self,
        input: &LogicalPlan,
        keys: &[SortKey],
        limited: bool,
    ) -> Result<Lowered> {
        let mut lowered = self.lower(input)?;
        let compiled = self.compile_keys(keys, &lowered.columns)?;
        if super::order::provide(&mut lowered.node, &compiled, limited, self.catalog) {
            return Ok(lowered);
        }
        let (types, rows) = (lowered.node.types.to_vec(), lowered.node.rows);
        let operation = Operation::Sort { input: Box::new(lowered.node), keys: compiled.into() };
        let mut node = self.node(operation, types, rows);
        let exprs: Vec<Expr> = keys.iter().map(|key| key.expr.clone()).collect();
        self.detail(&mut node, "Sort Key", &exprs);
        Ok(Lowered { node, columns: lowered.columns })
    }

    fn lower_limit(
        &mut self,
        input: &LogicalPlan,
        limit: Option<&Expr>,
        offset: Option<&Expr>,
        with_ties: bool,
    ) -> Result<Lowered> {
        let none = Columns::default();
        let count = limit.map(|limit| self.compile(limit, &none)).transpose()?.map(Arc::new);
        let skip = offset.map(|offset| self.compile(offset, &none)).transpose()?.map(Arc::new);
        // A projection above the sort may go on top of the limit: fewer rows to compute.
        let lowered = match input {
            LogicalPlan::Sort { input, keys } => {
                self.lower_sort(input, keys, count.is_some() && !with_ties)?
            }
            other => self.lower(other)?,
        };
        let rows = match limit {
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            Some(Expr::Literal(crate::value::Datum::Int(count), _)) => lowered.node.rows.min(*count as f64),
            Some(_) => lowered.node.rows.min(100.0),
            None => lowered.node.rows,
        };
        let types = lowered.node.types.to_vec();
        let columns = lowered.columns;
        let mut node = lowered.node;
        if let (Operation::Sort { .. }, Some(count), false) = (&node.operation, &count, with_ties) {
            let (number, details) = (node.number, core::mem::take(&mut node.details));
            if let Operation::Sort { input, keys } = node.operation {
                let operation = Operation::TopN { input, keys, limit: Arc::clone(count), offset: skip };
                let types = types.into();
                return Ok(Lowered { node: Node { operation, types, rows, number, details }, columns });
            }
            unreachable!("just matched");
        }
        let ties = match (&node.operation, with_ties) {
            (Operation::Sort { keys, .. }, true) => Some(Arc::clone(keys)),
            _ => None,
        };
        let operation = Operation::Limit { input: Box::new(node), limit: count, offset: skip, ties };
        Ok(Lowered { node: self.node(operation, types, rows), columns })
    }

    fn lower_set_operation(
        &mut self,
        operator: SetOperator,
        all: bool,
        left: &LogicalPlan,
        right: &LogicalPlan,
        columns: &[ColumnInfo],
    ) -> Result<Lowered> {
        let left = self.lower_in_order(left)?.node;
        let right = self.lower_in_order(right)?.node;
        let types: Vec<SqlType> = columns.iter().map(|column| column.ty.ty).collect();
        let columns = Columns::new(columns.iter().map(|column| column.id).collect());
        let rows = left.rows + right.rows;
        let node = match operator {
            SetOperator::Union => {
                // A chain of UNION ALL is one append.
                let inputs = match left.operation {
                    Operation::Append { mut inputs } => {
                        inputs.push(right);
                        inputs
                    }
                    _ => vec![left, right],
                };
                let node = self.node(Operation::Append { inputs }, types.clone(), rows);
                if all {
                    node
                } else {
                    let operation = Operation::Distinct { input: Box::new(node), on: Vec::new().into() };
                    self.node(operation, types, rows / 2.0)
                }
            }
            SetOperator::Intersect | SetOperator::Except => {
                let (left, right) = (Box::new(left), Box::new(right));
                self.node(Operation::CountedSet { operator, all, left, right }, types, rows / 2.0)
            }
        };
        Ok(Lowered { node, columns })
    }
}
