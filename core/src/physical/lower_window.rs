//! Window functions: a sort by partition and order, and the calls over it.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{ColumnInfo, Expr, FrameEnd as Logical, LogicalPlan, SortKey, WindowCall as Call};
use crate::value::SqlType;

use super::plan::{FrameEnd, Operation, Window, WindowCall};
use super::scope::{Columns, Lowered, Lowerer};

impl Lowerer<'_> {
    pub(super) fn lower_window(
        &mut self,
        input: &LogicalPlan,
        partition: &[Expr],
        order: &[SortKey],
        calls: &[(ColumnInfo, Call)],
    ) -> Result<Lowered> {
        let keys = partition.iter().map(|expr| SortKey {
            expr: expr.clone(),
            descending: false,
            nulls_first: false,
        });
        let keys: Vec<SortKey> = keys.chain(order.iter().cloned()).collect();
        let lowered =
            if keys.is_empty() { self.lower(input)? } else { self.lower_sort(input, &keys, false)? };
        let mut compiled = Vec::with_capacity(calls.len());
        for (_, call) in calls {
            compiled.push(self.window_call(call, &lowered.columns)?);
        }
        let window = Window {
            partition: self.compile_all(partition, &lowered.columns)?.into(),
            order: self.compile_keys(order, &lowered.columns)?,
            calls: compiled,
        };
        let types = lowered.node.types.iter().copied().chain(calls.iter().map(|(_, call)| call.ty));
        let types: Vec<SqlType> = types.collect();
        let ids = lowered.columns.ids.iter().copied().chain(calls.iter().map(|(column, _)| column.id));
        let columns = Columns::new(ids.collect());
        let rows = lowered.node.rows;
        let operation = Operation::Window { input: Box::new(lowered.node), window: Arc::new(window) };
        Ok(Lowered { node: self.node(operation, types, rows), columns })
    }

    fn window_call(&mut self, call: &Call, columns: &Columns) -> Result<WindowCall> {
        Ok(WindowCall {
            function: call.function,
            arguments: self.compile_all(&call.arguments, columns)?.into(),
            argument_types: call.arguments.iter().map(Expr::ty).collect(),
            filter: call.filter.as_ref().map(|filter| self.compile(filter, columns)).transpose()?,
            units: call.frame.units,
            start: self.frame_end(&call.frame.start)?,
            end: self.frame_end(&call.frame.end)?,
            exclude: call.frame.exclude,
            ty: call.ty,
        })
    }

    fn frame_end(&mut self, end: &Logical) -> Result<FrameEnd> {
        let none = Columns::default();
        Ok(match end {
            Logical::First => FrameEnd::First,
            Logical::Preceding(offset) => FrameEnd::Preceding(self.compile(offset, &none)?),
            Logical::Current => FrameEnd::Current,
            Logical::Following(offset) => FrameEnd::Following(self.compile(offset, &none)?),
            Logical::Last => FrameEnd::Last,
        })
    }
}
