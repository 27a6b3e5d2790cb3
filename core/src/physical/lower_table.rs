//! Rows that are not a table's: function calls, kept tables, recursion.

use crate::error::Result;
use crate::plan::{ColumnInfo, Expr, LogicalPlan, SetCall, TableId};
use crate::value::SqlType;

use super::plan::{FunctionCall, Operation, Programs};
use super::scope::{Columns, Lowered, Lowerer};

/// Rows a function is supposed to return.
const FUNCTION_ROWS: f64 = 1000.0;
/// Rows a kept table is supposed to have.
const TABLE_ROWS: f64 = 100.0;

fn parts(columns: &[ColumnInfo]) -> (Vec<SqlType>, Columns) {
    let types = columns.iter().map(|column| column.ty.ty).collect();
    (types, Columns::new(columns.iter().map(|column| column.id).collect()))
}

impl Lowerer<'_> {
    pub(super) fn lower_functions(
        &mut self,
        calls: &[SetCall],
        columns: &[ColumnInfo],
        ordinality: bool,
    ) -> Result<Lowered> {
        let none = Columns::default();
        let mut compiled = Vec::with_capacity(calls.len());
        for call in calls {
            compiled.push(FunctionCall {
                function: call.function,
                arguments: self.compile_all(&call.arguments, &none)?.into(),
                width: call.width,
            });
        }
        let rows = if calls.iter().any(|call| call.function.is_some()) { FUNCTION_ROWS } else { 1.0 };
        let (types, columns) = parts(columns);
        let node = self.node(Operation::Functions { calls: compiled.into(), ordinality }, types, rows);
        Ok(Lowered { node, columns })
    }

    pub(super) fn lower_table_ref(&mut self, table: TableId, columns: &[ColumnInfo]) -> Lowered {
        let table = self.table(table);
        let (types, columns) = parts(columns);
        Lowered { node: self.node(Operation::TableRef { table }, types, TABLE_ROWS), columns }
    }

    /// A subplan and what it reads of the queries around this one.
    fn aside(&mut self, plan: &LogicalPlan) -> Result<(usize, Programs)> {
        let (number, wanted) = self.subplan(plan)?;
        let none = Columns::default();
        let outer = wanted
            .iter()
            .map(|(id, ty)| self.compile(&Expr::Column(*id, *ty), &none))
            .collect::<Result<Vec<_>>>()?;
        Ok((number, outer.into()))
    }

    pub(super) fn lower_with(
        &mut self,
        table: TableId,
        definition: &LogicalPlan,
        input: &LogicalPlan,
    ) -> Result<Lowered> {
        let table = self.table(table);
        let (definition, outer) = self.aside(definition)?;
        let lowered = self.lower(input)?;
        let (types, rows) = (lowered.node.types.to_vec(), lowered.node.rows);
        let operation = Operation::With { table, definition, outer, input: Box::new(lowered.node) };
        Ok(Lowered { node: self.node(operation, types, rows), columns: lowered.columns })
    }

    pub(super) fn lower_recursive(
        &mut self,
        table: TableId,
        all: bool,
        base: &LogicalPlan,
        step: &LogicalPlan,
        columns: &[ColumnInfo],
    ) -> Result<Lowered> {
        let table = self.table(table);
        let base = Box::new(self.lower_in_order(base)?.node);
        let (step, outer) = self.aside(step)?;
        let rows = base.rows * 10.0;
        let (types, columns) = parts(columns);
        let node = self.node(Operation::Recursive { table, all, base, step, outer }, types, rows);
        Ok(Lowered { node, columns })
    }
}
