//! Walking and comparing expressions and plans; every rule and the binder's grouping check use these.
//!
//! Subqueries: the walks over expressions do not enter the plan of an [`Expr::Subquery`]; what they see
//! of it are its operand and, through [`Expr::columns`], the outer columns it names.

use crate::base::ColumnId;
use crate::value::Datum;

use super::{AggregateCall, ColumnInfo, Expr, FrameEnd, LogicalPlan, SortKey, SubqueryKind, WindowCall};

impl Expr {
    /// Calls `f` with every direct operand.
    pub fn for_each_child<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        match self {
            Expr::Literal(..) | Expr::Parameter { .. } | Expr::Column(..) => {}
            Expr::Arithmetic { left, right, .. }
            | Expr::Compare { left, right, .. }
            | Expr::IsDistinct { left, right, .. } => {
                f(left);
                f(right);
            }
            Expr::Negate(operand, _) | Expr::Not(operand) => f(operand),
            Expr::And(items) | Expr::Or(items) | Expr::Coalesce(items, _) => items.iter().for_each(f),
            Expr::IsNull { operand, .. } | Expr::IsBool { operand, .. } | Expr::Cast { operand, .. } => {
                f(operand);
            }
            Expr::InList { operand, list, .. } => {
                f(operand);
                list.iter().for_each(f);
            }
            Expr::Like { operand, pattern, escape, .. } => {
                f(operand);
                f(pattern);
                if let Some(escape) = escape {
                    f(escape);
                }
            }
            Expr::Case { branches, otherwise, .. } => {
                for (condition, result) in branches {
                    f(condition);
                    f(result);
                }
                if let Some(otherwise) = otherwise {
                    f(otherwise);
                }
            }
            Expr::Call { arguments, .. } => arguments.iter().for_each(f),
            Expr::Subquery { kind, .. } => match kind {
                SubqueryKind::Any { operand, .. } | SubqueryKind::All { operand, .. } => f(operand),
                SubqueryKind::Scalar | SubqueryKind::Exists { .. } => {}
            },
        }
    }

    /// Calls `f` with every direct operand, to change it.
    pub fn for_each_child_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Literal(..) | Expr::Parameter { .. } | Expr::Column(..) => {}
            Expr::Arithmetic { left, right, .. }
            | Expr::Compare { left, right, .. }
            | Expr::IsDistinct { left, right, .. } => {
                f(left);
                f(right);
            }
            Expr::Negate(operand, _) | Expr::Not(operand) => f(operand),
            Expr::And(items) | Expr::Or(items) | Expr::Coalesce(items, _) => items.iter_mut().for_each(f),
            Expr::IsNull { operand, .. } | Expr::IsBool { operand, .. } | Expr::Cast { operand, .. } => {
                f(operand);
            }
            Expr::InList { operand, list, .. } => {
                f(operand);
                list.iter_mut().for_each(f);
            }
            Expr::Like { operand, pattern, escape, .. } => {
                f(operand);
                f(pattern);
                if let Some(escape) = escape {
                    f(escape);
                }
            }
            Expr::Case { branches, otherwise, .. } => {
                for (condition, result) in branches {
                    f(condition);
                    f(result);
                }
                if let Some(otherwise) = otherwise {
                    f(otherwise);
                }
            }
            Expr::Call { arguments, .. } => arguments.iter_mut().for_each(f),
            Expr::Subquery { kind, .. } => match kind {
                SubqueryKind::Any { operand, .. } | SubqueryKind::All { operand, .. } => f(operand),
                SubqueryKind::Scalar | SubqueryKind::Exists { .. } => {}
            },
        }
    }

    /// Whether `test` holds for this expression or any below it.
    pub fn any(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        if test(self) {
            return true;
        }
        let mut found = false;
        self.for_each_child(&mut |child| found = found || child.any(test));
        found
    }

    /// Whether more than `most` expressions and plans stand one inside the other.
    pub fn is_deeper_than(&self, most: usize) -> bool {
        let Some(below) = most.checked_sub(1) else { return true };
        let mut deeper = match self {
            Expr::Subquery { plan, .. } => plan.is_deeper_than(below),
            _ => false,
        };
        self.for_each_child(&mut |child| deeper = deeper || child.is_deeper_than(below));
        deeper
    }

    /// How many expressions it is made of.
    pub fn nodes(&self) -> usize {
        let mut nodes = 1;
        self.for_each_child(&mut |child| nodes += child.nodes());
        nodes
    }

    /// Adds every column it reads, outer columns of its subqueries included; with repetitions.
    pub fn columns(&self, out: &mut Vec<ColumnId>) {
        match self {
            Expr::Column(id, _) => out.push(*id),
            Expr::Subquery { outer, .. } => out.extend_from_slice(outer),
            _ => {}
        }
        self.for_each_child(&mut |child| child.columns(out));
    }

    /// Whether it reads a column of its input.
    pub fn has_columns(&self) -> bool {
        self.any(&|expr| match expr {
            Expr::Column(..) => true,
            Expr::Subquery { outer, .. } => !outer.is_empty(),
            _ => false,
        })
    }

    /// Whether it holds a subquery.
    pub fn has_subquery(&self) -> bool {
        self.any(&|expr| matches!(expr, Expr::Subquery { .. }))
    }

    /// Replaces columns by expressions, also where subqueries name them as outer columns.
    pub fn replace_columns(&mut self, replacement: &dyn Fn(ColumnId) -> Option<Expr>) {
        if let Expr::Column(id, _) = self {
            if let Some(expr) = replacement(*id) {
                *self = expr;
            }
            return;
        }
        self.for_each_child_mut(&mut |child| child.replace_columns(replacement));
        if let Expr::Subquery { plan, outer, .. } = self
            && outer.iter().any(|id| replacement(*id).is_some())
        {
            plan.replace_columns(replacement);
            let mut renamed = Vec::new();
            for id in outer.iter() {
                match replacement(*id) {
                    Some(expr) => expr.columns(&mut renamed),
                    None => renamed.push(*id),
                }
            }
            crate::base::order::sort(&mut renamed);
            renamed.dedup();
            *outer = renamed;
        }
    }

    /// Whether both say the same, letter by letter. Subqueries never do.
    pub fn same(&self, other: &Expr) -> bool {
        match (self, other) {
            (Expr::Literal(a, ta), Expr::Literal(b, tb)) => ta == tb && same_datum(a, b),
            (Expr::Parameter { index: a, ty: ta }, Expr::Parameter { index: b, ty: tb }) => {
                a == b && ta == tb
            }
            (Expr::Column(a, _), Expr::Column(b, _)) => a == b,
            (
                Expr::Arithmetic { op: oa, ty: ta, left: la, right: ra },
                Expr::Arithmetic { op: ob, ty: tb, left: lb, right: rb },
            ) => oa == ob && ta == tb && la.same(lb) && ra.same(rb),
            (
                Expr::Compare { op: oa, ty: ta, left: la, right: ra },
                Expr::Compare { op: ob, ty: tb, left: lb, right: rb },
            ) => oa == ob && ta == tb && la.same(lb) && ra.same(rb),
            (Expr::Negate(a, ta), Expr::Negate(b, tb)) => ta == tb && a.same(b),
            (Expr::And(a), Expr::And(b)) | (Expr::Or(a), Expr::Or(b)) => same_all(a, b),
            (Expr::Not(a), Expr::Not(b)) => a.same(b),
            (Expr::IsNull { operand: a, negated: na }, Expr::IsNull { operand: b, negated: nb }) => {
                na == nb && a.same(b)
            }
            (
                Expr::IsDistinct { left: la, right: ra, ty: ta, negated: na },
                Expr::IsDistinct { left: lb, right: rb, ty: tb, negated: nb },
            ) => ta == tb && na == nb && la.same(lb) && ra.same(rb),
            (
                Expr::IsBool { operand: a, value: va, negated: na },
                Expr::IsBool { operand: b, value: vb, negated: nb },
            ) => va == vb && na == nb && a.same(b),
            (
                Expr::InList { operand: a, list: la, ty: ta, negated: na },
                Expr::InList { operand: b, list: lb, ty: tb, negated: nb },
            ) => ta == tb && na == nb && a.same(b) && same_all(la, lb),
            (
                Expr::Like { kind: ka, operand: a, pattern: pa, escape: ea, negated: na },
                Expr::Like { kind: kb, operand: b, pattern: pb, escape: eb, negated: nb },
            ) => ka == kb && na == nb && a.same(b) && pa.same(pb) && same_optional(ea, eb),
            (
                Expr::Case { branches: a, otherwise: ea, ty: ta },
                Expr::Case { branches: b, otherwise: eb, ty: tb },
            ) => {
                ta == tb
                    && same_optional(ea, eb)
                    && a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| a.0.same(&b.0) && a.1.same(&b.1))
            }
            (Expr::Coalesce(a, ta), Expr::Coalesce(b, tb)) => ta == tb && same_all(a, b),
            (
                Expr::Cast { operand: a, from: fa, to: ta, explicit: xa },
                Expr::Cast { operand: b, from: fb, to: tb, explicit: xb },
            ) => fa == fb && ta == tb && xa == xb && a.same(b),
            (
                Expr::Call { function: fa, arguments: a, ty: ta },
                Expr::Call { function: fb, arguments: b, ty: tb },
            ) => fa == fb && ta == tb && same_all(a, b),
            _ => false,
        }
    }
}

fn same_all(a: &[Expr], b: &[Expr]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
}

fn same_optional(a: &Option<Box<Expr>>, b: &Option<Box<Expr>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same(b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

// Bit equality: 0.0 and -0.0 print differently, NaN is the same as itself.
fn same_datum(a: &Datum, b: &Datum) -> bool {
    match (a, b) {
        (Datum::Float(a), Datum::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

impl AggregateCall {
    /// Calls `f` with every expression of the call.
    pub fn for_each_expr_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        self.arguments.iter_mut().for_each(&mut *f);
        self.filter.iter_mut().for_each(&mut *f);
        self.order.iter_mut().for_each(|key| f(&mut key.expr));
    }

    /// Calls `f` with every expression of the call.
    pub fn for_each_expr<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        self.arguments.iter().for_each(&mut *f);
        self.filter.iter().for_each(&mut *f);
        self.order.iter().for_each(|key| f(&key.expr));
    }

    /// Whether both compute the same.
    pub fn same(&self, other: &AggregateCall) -> bool {
        let same_key = |(a, b): (&SortKey, &SortKey)| {
            a.descending == b.descending && a.nulls_first == b.nulls_first && a.expr.same(&b.expr)
        };
        self.function == other.function
            && self.distinct == other.distinct
            && same_all(&self.arguments, &other.arguments)
            && match (&self.filter, &other.filter) {
                (Some(a), Some(b)) => a.same(b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
            && self.order.len() == other.order.len()
            && self.order.iter().zip(&other.order).all(same_key)
    }
}

impl WindowCall {
    /// Calls `f` with every expression of the call.
    pub fn for_each_expr_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        self.arguments.iter_mut().for_each(&mut *f);
        self.filter.iter_mut().for_each(&mut *f);
        for end in [&mut self.frame.start, &mut self.frame.end] {
            if let FrameEnd::Preceding(offset) | FrameEnd::Following(offset) = end {
                f(offset);
            }
        }
    }

    /// Calls `f` with every expression of the call.
    pub fn for_each_expr<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        self.arguments.iter().for_each(&mut *f);
        self.filter.iter().for_each(&mut *f);
        for end in [&self.frame.start, &self.frame.end] {
            if let FrameEnd::Preceding(offset) | FrameEnd::Following(offset) = end {
                f(offset);
            }
        }
    }
}

impl LogicalPlan {
    /// The inputs, left to right.
    pub fn inputs(&self) -> Vec<&LogicalPlan> {
        match self {
            LogicalPlan::Scan(_)
            | LogicalPlan::SystemScan { .. }
            | LogicalPlan::Values { .. }
            | LogicalPlan::Functions { .. }
            | LogicalPlan::TableRef { .. } => Vec::new(),
            LogicalPlan::With { definition, input, .. } => vec![definition, input],
            LogicalPlan::Recursive { base, step, .. } => vec![base, step],
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Window { input, .. }
            | LogicalPlan::Project { input, .. }
            | LogicalPlan::Aggregate { input, .. }
            | LogicalPlan::Distinct { input, .. }
            | LogicalPlan::Sort { input, .. }
            | LogicalPlan::Limit { input, .. } => vec![input],
            LogicalPlan::Join { left, right, .. } | LogicalPlan::SetOperation { left, right, .. } => {
                vec![left, right]
            }
        }
    }

    /// Whether more than `most` expressions and plans stand one inside the other.
    pub fn is_deeper_than(&self, most: usize) -> bool {
        let Some(below) = most.checked_sub(1) else { return true };
        let mut deeper = self.inputs().into_iter().any(|input| input.is_deeper_than(below));
        self.for_each_expr(&mut |expr| deeper = deeper || expr.is_deeper_than(below));
        deeper
    }

    /// Calls `f` with every input, left to right.
    pub fn for_each_input_mut(&mut self, f: &mut dyn FnMut(&mut LogicalPlan)) {
        match self {
            LogicalPlan::Scan(_)
            | LogicalPlan::SystemScan { .. }
            | LogicalPlan::Values { .. }
            | LogicalPlan::Functions { .. }
            | LogicalPlan::TableRef { .. } => {}
            LogicalPlan::With { definition, input, .. } => {
                f(definition);
                f(input);
            }
            LogicalPlan::Recursive { base, step, .. } => {
                f(base);
                f(step);
            }
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Window { input, .. }
            | LogicalPlan::Project { input, .. }
            | LogicalPlan::Aggregate { input, .. }
            | LogicalPlan::Distinct { input, .. }
            | LogicalPlan::Sort { input, .. }
            | LogicalPlan::Limit { input, .. } => f(input),
            LogicalPlan::Join { left, right, .. } | LogicalPlan::SetOperation { left, right, .. } => {
                f(left);
                f(right);
            }
        }
    }

    /// Calls `f` with every expression of this node, not of its inputs.
    pub fn for_each_expr<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        match self {
            LogicalPlan::Scan(scan) => {
                scan.filter.iter().for_each(&mut *f);
                scan.derived.iter().for_each(|(_, expr)| f(expr));
            }
            LogicalPlan::Values { rows, .. } => rows.iter().flatten().for_each(f),
            LogicalPlan::Functions { calls, .. } => {
                calls.iter().flat_map(|call| &call.arguments).for_each(f);
            }
            LogicalPlan::Window { partition, order, calls, .. } => {
                partition.iter().for_each(&mut *f);
                order.iter().for_each(|key| f(&key.expr));
                calls.iter().for_each(|(_, call)| call.for_each_expr(f));
            }
            LogicalPlan::Filter { predicate, .. } => f(predicate),
            LogicalPlan::Project { items, .. } => items.iter().for_each(|(_, expr)| f(expr)),
            LogicalPlan::Join { on, .. } => on.iter().for_each(f),
            LogicalPlan::Aggregate { groups, aggregates, .. } => {
                groups.iter().for_each(|(_, expr)| f(expr));
                aggregates.iter().for_each(|(_, call)| call.for_each_expr(f));
            }
            LogicalPlan::Distinct { on, .. } => on.iter().for_each(f),
            LogicalPlan::Sort { keys, .. } => keys.iter().for_each(|key| f(&key.expr)),
            LogicalPlan::Limit { limit, offset, .. } => {
                limit.iter().for_each(&mut *f);
                offset.iter().for_each(f);
            }
            LogicalPlan::SystemScan { .. }
            | LogicalPlan::TableRef { .. }
            | LogicalPlan::With { .. }
            | LogicalPlan::Recursive { .. }
            | LogicalPlan::SetOperation { .. } => {}
        }
    }

    /// Calls `f` with every expression of this node, to change it.
    pub fn for_each_expr_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match self {
            LogicalPlan::Scan(scan) => {
                scan.filter.iter_mut().for_each(&mut *f);
                scan.derived.iter_mut().for_each(|(_, expr)| f(expr));
            }
            LogicalPlan::Values { rows, .. } => rows.iter_mut().flatten().for_each(f),
            LogicalPlan::Functions { calls, .. } => {
                calls.iter_mut().flat_map(|call| &mut call.arguments).for_each(f);
            }
            LogicalPlan::Window { partition, order, calls, .. } => {
                partition.iter_mut().for_each(&mut *f);
                order.iter_mut().for_each(|key| f(&mut key.expr));
                calls.iter_mut().for_each(|(_, call)| call.for_each_expr_mut(f));
            }
            LogicalPlan::Filter { predicate, .. } => f(predicate),
            LogicalPlan::Project { items, .. } => items.iter_mut().for_each(|(_, expr)| f(expr)),
            LogicalPlan::Join { on, .. } => on.iter_mut().for_each(f),
            LogicalPlan::Aggregate { groups, aggregates, .. } => {
                groups.iter_mut().for_each(|(_, expr)| f(expr));
                aggregates.iter_mut().for_each(|(_, call)| call.for_each_expr_mut(f));
            }
            LogicalPlan::Distinct { on, .. } => on.iter_mut().for_each(f),
            LogicalPlan::Sort { keys, .. } => keys.iter_mut().for_each(|key| f(&mut key.expr)),
            LogicalPlan::Limit { limit, offset, .. } => {
                limit.iter_mut().for_each(&mut *f);
                offset.iter_mut().for_each(f);
            }
            LogicalPlan::SystemScan { .. }
            | LogicalPlan::TableRef { .. }
            | LogicalPlan::With { .. }
            | LogicalPlan::Recursive { .. }
            | LogicalPlan::SetOperation { .. } => {}
        }
    }

    /// Replaces columns by expressions everywhere in the tree and its subqueries.
    pub fn replace_columns(&mut self, replacement: &dyn Fn(ColumnId) -> Option<Expr>) {
        self.for_each_expr_mut(&mut |expr| expr.replace_columns(replacement));
        self.for_each_input_mut(&mut |input| input.replace_columns(replacement));
    }

    /// Columns the tree reads that no node in it produces: what a subquery needs from outside.
    pub fn outer_columns(&self) -> Vec<ColumnId> {
        let mut read = Vec::new();
        let mut made = Vec::new();
        self.collect_columns(&mut read, &mut made);
        crate::base::order::sort(&mut made);
        crate::base::order::sort(&mut read);
        read.dedup();
        read.retain(|id| made.binary_search(id).is_err());
        read
    }

    fn collect_columns(&self, read: &mut Vec<ColumnId>, made: &mut Vec<ColumnId>) {
        self.for_each_expr(&mut |expr| expr.columns(read));
        match self {
            LogicalPlan::Scan(_)
            | LogicalPlan::SystemScan { .. }
            | LogicalPlan::Values { .. }
            | LogicalPlan::Functions { .. }
            | LogicalPlan::TableRef { .. }
            | LogicalPlan::Recursive { .. }
            | LogicalPlan::Window { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Aggregate { .. }
            | LogicalPlan::SetOperation { .. } => {
                made.extend(self.columns().iter().map(|column| column.id));
            }
            LogicalPlan::Filter { .. }
            | LogicalPlan::With { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Distinct { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Limit { .. } => {}
        }
        for input in self.inputs() {
            input.collect_columns(read, made);
        }
    }

    /// Whether the tree produces the column.
    pub fn produces(&self, id: ColumnId) -> bool {
        self.columns().iter().any(|column| column.id == id)
    }

    /// Calls `f` with every plan of the tree, those of subqueries included, inputs first; what subqueries
    /// need from outside is worked out anew.
    pub fn for_each_plan_mut(&mut self, f: &mut dyn FnMut(&mut LogicalPlan)) {
        fn in_expr(expr: &mut Expr, f: &mut dyn FnMut(&mut LogicalPlan)) {
            expr.for_each_child_mut(&mut |child| in_expr(child, f));
            if let Expr::Subquery { plan, outer, .. } = expr {
                plan.for_each_plan_mut(f);
                *outer = plan.outer_columns();
            }
        }
        self.for_each_input_mut(&mut |input| input.for_each_plan_mut(f));
        self.for_each_expr_mut(&mut |expr| in_expr(expr, f));
        f(self);
    }

    /// Calls `f` with the columns this node makes.
    pub fn for_each_made_mut(&mut self, f: &mut dyn FnMut(&mut ColumnInfo)) {
        match self {
            LogicalPlan::Scan(scan) => {
                scan.columns.iter_mut().for_each(|(_, column)| f(column));
                if let Some(id) = &mut scan.rowid {
                    let mut column = ColumnInfo { id: *id, ty: crate::value::SqlType::Int8.into() };
                    f(&mut column);
                    *id = column.id;
                }
            }
            LogicalPlan::SystemScan { columns, .. } => columns.iter_mut().for_each(|(_, column)| f(column)),
            LogicalPlan::Values { columns, .. }
            | LogicalPlan::Functions { columns, .. }
            | LogicalPlan::TableRef { columns, .. }
            | LogicalPlan::Recursive { columns, .. }
            | LogicalPlan::SetOperation { columns, .. } => columns.iter_mut().for_each(f),
            LogicalPlan::Project { items, .. } => items.iter_mut().for_each(|(column, _)| f(column)),
            LogicalPlan::Window { calls, .. } => calls.iter_mut().for_each(|(column, _)| f(column)),
            LogicalPlan::Aggregate { groups, aggregates, sets, .. } => {
                groups.iter_mut().for_each(|(column, _)| f(column));
                aggregates.iter_mut().for_each(|(column, _)| f(column));
                sets.iter_mut().for_each(|sets| f(&mut sets.number));
            }
            LogicalPlan::Filter { .. }
            | LogicalPlan::With { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Distinct { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Limit { .. } => {}
        }
    }
}
