//! Logical plan to better logical plan, by ordered rules.
//!
//! Each rule is a function from plan to plan in a file of its own; this file says in which order they
//! run. They change how rows are computed, never which rows.
//!
//! ```text
//! fold_constants       1 + 1 -> 2
//! simplify_predicates  x AND true -> x
//! semi_join            EXISTS, IN -> semi and anti joins
//! push_down_filter     WHERE towards scans; with outer_to_inner
//! join_order           inner joins, most selective first
//! prune_columns        only what is read
//! merge_projections    projections that change nothing
//! ```
//!
//! O1  A rule keeps the ids of the columns its plan produces.
//! O2  An error an expression raises is not raised for rows that the unoptimised plan would not compute
//!     it for, except where PostgreSQL's planner may do so too.

mod fold_constants;
mod indexed_expressions;
mod join_order;
mod merge_projections;
mod outer_to_inner;
mod prune_columns;
mod push_down_filter;
mod semi_join;
mod simplify_predicates;
#[cfg(test)]
mod tests;

use crate::base::ColumnId;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::error::stack::Stack;
use crate::function::{Volatility, scalar_volatility};
use crate::plan::{Bound, Expr, LogicalPlan, RowRules, Statement};

/// What rules know beside their plan.
struct RuleContext<'a> {
    catalog: &'a Catalog,
}

/// Applies the rules, in order.
pub fn optimize(mut bound: Bound, catalog: &Catalog) -> Result<Bound> {
    let context = RuleContext { catalog };
    bound.before.iter_mut().for_each(|(_, before)| statement(before, &context));
    statement(&mut bound.statement, &context);
    Ok(bound)
}

fn statement(statement: &mut Statement, context: &RuleContext<'_>) {
    match statement {
        Statement::Query(query) => {
            let required: Vec<ColumnId> = query.output.iter().map(|column| column.id).collect();
            rewrite(&mut query.plan, &required, context);
        }
        Statement::Insert(insert) => {
            let required: Vec<ColumnId> = insert.row.iter().map(|info| info.id).collect();
            rewrite(&mut insert.source, &required, context);
            rules(&mut insert.rules, context);
            if let Some(update) = insert.conflict.as_mut().and_then(|conflict| conflict.update.as_mut()) {
                update.assignments.iter_mut().for_each(|(_, expr)| expression(expr, context));
                update.predicate.iter_mut().for_each(|expr| expression(expr, context));
            }
            insert.returning.iter_mut().for_each(|(_, expr)| expression(expr, context));
        }
        Statement::Update(update) => {
            let mut required: Vec<ColumnId> = update.old.iter().map(|info| info.id).collect();
            required.push(update.rowid);
            required.extend(update.tableoid);
            required.extend(update.assignments.iter().map(|(_, id)| *id));
            update.returning.iter().for_each(|(_, expr)| expr.columns(&mut required));
            rewrite(&mut update.source, &required, context);
            rules(&mut update.rules, context);
            update.returning.iter_mut().for_each(|(_, expr)| expression(expr, context));
        }
        Statement::Delete(delete) => {
            let mut required: Vec<ColumnId> = delete.old.iter().map(|info| info.id).collect();
            required.push(delete.rowid);
            required.extend(delete.tableoid);
            delete.returning.iter().for_each(|(_, expr)| expr.columns(&mut required));
            rewrite(&mut delete.source, &required, context);
            delete.returning.iter_mut().for_each(|(_, expr)| expression(expr, context));
        }
        Statement::Merge(merge) => {
            let required: Vec<ColumnId> = merge.source.columns().iter().map(|info| info.id).collect();
            rewrite(&mut merge.source, &required, context);
            rules(&mut merge.rules, context);
        }
        Statement::CreateTable(Some(create)) => {
            if let Some(rows) = &mut create.rows {
                let required: Vec<ColumnId> = rows.output.iter().map(|column| column.id).collect();
                rewrite(&mut rows.plan, &required, context);
            }
        }
        Statement::Explain { statement: inner, .. } => self::statement(inner, context),
        Statement::CreateTable(None)
        | Statement::CreateIndex(_)
        | Statement::AlterTable(_)
        | Statement::Transaction(_)
        | Statement::Set { .. }
        | Statement::Show { .. }
        | Statement::Command(_)
        | Statement::Empty => {}
    }
}

// All rules over one plan; `required` are the columns its reader uses.
fn rewrite(plan: &mut LogicalPlan, required: &[ColumnId], context: &RuleContext<'_>) {
    // Long VALUES of literals have nothing to improve.
    if matches!(plan, LogicalPlan::Values { rows, .. } if rows.len() > 8) {
        return;
    }
    for_each_expr(plan, &mut fold_constants::expr);
    for_each_expr(plan, &mut simplify_predicates::expr);
    if semi_join::apply(plan) {
        // What was a subquery is now part of this plan.
        for_each_expr(plan, &mut fold_constants::expr);
        for_each_expr(plan, &mut simplify_predicates::expr);
    }
    let taken = take(plan);
    *plan = push_down_filter::apply(taken, Vec::new(), Stack::here());
    indexed_expressions::apply(plan);
    join_order::apply(plan, context);
    prune_columns::apply(plan, required);
    merge_projections::apply(plan);
    subqueries(plan, context);
}

fn rules(rules: &mut RowRules, context: &RuleContext<'_>) {
    rules.generated.iter_mut().for_each(|(_, expr)| expression(expr, context));
    rules.checks.iter_mut().for_each(|check| expression(&mut check.predicate, context));
}

// Expressions outside plans: CHECK, RETURNING.
fn expression(expr: &mut Expr, context: &RuleContext<'_>) {
    fold_constants::expr(expr);
    simplify_predicates::expr(expr);
    subqueries_of(expr, context);
}

// Subqueries that stayed expressions get the same rules, for their own plans.
fn subqueries(plan: &mut LogicalPlan, context: &RuleContext<'_>) {
    plan.for_each_expr_mut(&mut |expr| subqueries_of(expr, context));
    plan.for_each_input_mut(&mut |input| subqueries(input, context));
}

fn subqueries_of(expr: &mut Expr, context: &RuleContext<'_>) {
    expr.for_each_child_mut(&mut |child| subqueries_of(child, context));
    if let Expr::Subquery { kind, plan, outer, .. } = expr {
        let required: Vec<ColumnId> = match kind {
            crate::plan::SubqueryKind::Exists { .. } => Vec::new(),
            _ => plan.columns().iter().map(|info| info.id).collect(),
        };
        rewrite(plan, &required, context);
        *outer = plan.outer_columns();
    }
}

// Calls `f` on every expression of the tree, not entering subqueries.
fn for_each_expr(plan: &mut LogicalPlan, f: &mut dyn FnMut(&mut Expr)) {
    plan.for_each_expr_mut(f);
    plan.for_each_input_mut(&mut |input| for_each_expr(input, f));
}

/// Takes a plan out of its place, to be rebuilt.
fn take(plan: &mut LogicalPlan) -> LogicalPlan {
    core::mem::replace(plan, LogicalPlan::Values { columns: Vec::new(), rows: Vec::new() })
}

/// Whether evaluating it twice, earlier or not at all would be noticed.
fn is_volatile(expr: &Expr) -> bool {
    expr.any(&|expr| match expr {
        Expr::Call { function, .. } => scalar_volatility(*function) == Volatility::Volatile,
        _ => false,
    })
}

/// Splits nested ANDs into conjuncts.
fn conjuncts(expr: Expr, out: &mut Vec<Expr>) {
    match expr {
        Expr::And(items) => items.into_iter().for_each(|item| conjuncts(item, out)),
        other => out.push(other),
    }
}

/// One predicate of several; none is "true".
fn conjunction(mut items: Vec<Expr>) -> Option<Expr> {
    match items.len() {
        0 => None,
        1 => items.pop(),
        _ => Some(Expr::And(items)),
    }
}

/// A filter of conjuncts on a plan, if there are any.
fn filtered(plan: LogicalPlan, items: Vec<Expr>) -> LogicalPlan {
    match conjunction(items) {
        None => plan,
        Some(predicate) => LogicalPlan::Filter { input: Box::new(plan), predicate },
    }
}
