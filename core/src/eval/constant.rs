//! Expressions without input, evaluated while planning.

use crate::base::ColumnId;
use crate::error::stack::Stack;
use crate::error::{Error, Result};
use crate::function::FunctionContext;
use crate::plan::{Expr, LogicalPlan};
use crate::value::{Datum, SqlType};

use super::compile::{Place, Scope, compile};
use super::program::EvalContext;
use super::row::Row;

/// The value of an expression without columns, parameters and subqueries; those are an error (XX000).
/// Whether folding is right (volatile functions, errors that a row might never raise) is the caller's
/// question.
pub fn constant(expr: &Expr, functions: &dyn FunctionContext) -> Result<Datum> {
    let program = compile(expr, &mut NoColumns(Stack::here()))?;
    let mut cx = EvalContext { parameters: &[], outer: &[], functions, subqueries: None };
    program.value(Row::None, &mut cx)
}

struct NoColumns(Stack);

impl Scope for NoColumns {
    fn stack(&self) -> Stack {
        self.0
    }
    fn column(&mut self, id: ColumnId, _ty: SqlType) -> Result<Place> {
        Err(Error::internal(format!("column {id} in a constant")))
    }
    fn subquery(&mut self, _plan: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)> {
        Err(Error::internal("a subquery in a constant"))
    }
}

/// A context that answers nothing: for folding immutable expressions, which ask nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoContext;

impl FunctionContext for NoContext {
    fn transaction_time(&self) -> i64 {
        0
    }
    fn statement_time(&self) -> i64 {
        0
    }
    fn clock_time(&self) -> i64 {
        0
    }
    fn entropy(&self, out: &mut [u8]) {
        out.fill(0);
    }
    fn next_value(&self, _sequence: &str) -> Result<i64> {
        Err(Error::internal("a sequence in a constant"))
    }
    fn current_value(&self, _sequence: &str) -> Result<i64> {
        Err(Error::internal("a sequence in a constant"))
    }
    fn setting(&self, _name: &str) -> Option<String> {
        None
    }
}
