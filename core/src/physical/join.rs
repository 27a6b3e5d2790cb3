//! Joins: which side streams, by key or by pairs, looked up or hashed.

use std::sync::Arc;

use crate::base::{ColumnId, ObjectId};
use crate::error::Result;
use crate::plan::{CompareOp, Expr, JoinKind, LogicalPlan, TableScan};
use crate::value::SqlType;

use super::plan::{Access, Join, Lookup, Matching, Operation};
use super::scope::{Columns, Lowered, Lowerer, split_conjuncts};

/// An equality between the sides.
struct KeyPair<'e> {
    left: &'e Expr,
    right: &'e Expr,
}

impl Lowerer<'_> {
    pub(super) fn lower_join(
        &mut self,
        kind: JoinKind,
        left: &LogicalPlan,
        right: &LogicalPlan,
        on: &[Expr],
    ) -> Result<Lowered> {
        // Only left joins are made: a right join is one with its sides exchanged.
        if kind == JoinKind::Right {
            return self.lower_join(JoinKind::Left, right, left, on);
        }
        let mut conjuncts = Vec::new();
        on.iter().for_each(|predicate| split_conjuncts(predicate, &mut conjuncts));
        let lowered_left = self.lower(left)?;
        let lowered_right = self.lower(right)?;
        let may = self.choices.nested_loop || !self.choices.hash_join;
        let by_key = |into: &LogicalPlan, from: &Columns| match as_scan(into, &self.frozen) {
            Some((scan, _)) if may => can_look_up(self.catalog, scan, &conjuncts, from),
            _ => false,
        };
        let right_by_key = by_key(right, &lowered_left.columns);
        let exchange = kind == JoinKind::Inner && {
            let left_by_key = by_key(left, &lowered_right.columns);
            match (left_by_key, right_by_key) {
                // The side with fewer rows drives the look-ups.
                (true, true) => lowered_right.node.rows < lowered_left.node.rows,
                (true, false) => lowered_right.node.rows <= lowered_left.node.rows,
                (false, true) => false,
                // The side with fewer rows is hashed.
                (false, false) => lowered_left.node.rows < lowered_right.node.rows,
            }
        };
        if exchange {
            self.join_node(kind, lowered_right, lowered_left, left, &conjuncts)
        } else {
            self.join_node(kind, lowered_left, lowered_right, right, &conjuncts)
        }
    }

    fn join_node(
        &mut self,
        kind: JoinKind,
        left: Lowered,
        right: Lowered,
        right_plan: &LogicalPlan,
        conjuncts: &[Expr],
    ) -> Result<Lowered> {
        let both = left.columns.beside(&right.columns);
        let mut keys: Vec<KeyPair<'_>> = Vec::new();
        let mut residual = Vec::new();
        let mut key_exprs = Vec::new();
        for conjunct in conjuncts {
            match key_pair(conjunct, &left.columns, &right.columns) {
                Some(pair) => {
                    keys.push(pair);
                    key_exprs.push(conjunct.clone());
                }
                None => residual.push(conjunct.clone()),
            }
        }
        let lookup = match (kind, as_scan(right_plan, &self.frozen)) {
            (JoinKind::Inner | JoinKind::Left | JoinKind::Semi | JoinKind::Anti, Some((scan, predicate)))
                if !keys.is_empty() && (self.choices.nested_loop || !self.choices.hash_join) =>
            {
                self.lookup(scan, predicate, conjuncts, &left.columns, &right.columns)?
            }
            _ => None,
        };
        if !self.choices.hash_join && lookup.is_none() {
            // Every pair is looked at, and the keys are conditions like any other.
            residual.append(&mut key_exprs);
            keys.clear();
        }
        let left_keys = self.compile_all(keys.iter().map(|pair| pair.left), &left.columns)?;
        let right_keys = self.compile_all(keys.iter().map(|pair| pair.right), &right.columns)?;
        // A looked-up pair meets some conjuncts only through the filter: all of them, to be sure.
        let matching = Matching {
            kind,
            residual: self.compile_conjuncts(&residual, &both)?,
            left_types: Arc::clone(&left.node.types),
            right_types: Arc::clone(&right.node.types),
        };
        let only_left = matches!(kind, JoinKind::Semi | JoinKind::Anti);
        let (columns, types): (Columns, Vec<SqlType>) = if only_left {
            (left.columns.clone(), left.node.types.to_vec())
        } else {
            (both, left.node.types.iter().chain(&*right.node.types).copied().collect())
        };
        let rows = estimate(kind, left.node.rows, right.node.rows, keys.len(), residual.len());
        let join = Join {
            left: left.node,
            right: right.node,
            left_keys: left_keys.into(),
            right_keys: right_keys.into(),
            matching: Arc::new(matching),
            lookup: lookup.map(Arc::new),
        };
        let mut node = self.node(Operation::Join(Arc::new(join)), types, rows);
        self.detail(&mut node, "Hash Cond", &key_exprs);
        self.detail(&mut node, "Join Filter", &residual);
        Ok(Lowered { node, columns })
    }

    /// The right table by a key made of the left row. Its filter evaluates what the key does not answer and
    /// only the right side decides; key equalities that the access does not use are kept as a filter of the
    /// pair by making them part of the lookup's condition.
    fn lookup(
        &mut self,
        scan: &TableScan,
        predicate: Option<&Expr>,
        on: &[Expr],
        left: &Columns,
        right: &Columns,
    ) -> Result<Option<Lookup>> {
        let mut conjuncts = Vec::new();
        for expr in scan.filter.iter().chain(predicate) {
            split_conjuncts(expr, &mut conjuncts);
        }
        let own = conjuncts.len();
        conjuncts.extend(on.iter().filter(|conjunct| key_pair(conjunct, left, right).is_some()).cloned());
        let mut chosen = self.choose_access(scan, &conjuncts, Some(left))?;
        if matches!(chosen.plan.access, Access::Full | Access::Nothing | Access::Rowids(_)) {
            return Ok(None);
        }
        // The access must use a key of the join, else every left row would read the same rows.
        let uses_left = chosen.used.iter().any(|used| conjuncts[own..].iter().any(|on| on.same(used)));
        if !uses_left {
            return Ok(None);
        }
        let (filter, pairs): (Vec<Expr>, Vec<Expr>) =
            chosen.left.drain(..).partition(|conjunct| key_pair(conjunct, left, right).is_none());
        chosen.plan.filter = self.compile_conjuncts(&filter, right)?;
        let pair_filter = self.compile_conjuncts(&pairs, &left.beside(right))?;
        Ok(Some(Lookup { scan: Arc::new(chosen.plan), pair_filter }))
    }

    pub(super) fn lower_lateral(
        &mut self,
        kind: JoinKind,
        left: &LogicalPlan,
        right: &LogicalPlan,
        on: &[Expr],
    ) -> Result<Lowered> {
        let left = self.lower(left)?;
        let right_columns = Columns::new(right.columns().iter().map(|column| column.id).collect());
        let right_types: Vec<SqlType> = right.columns().iter().map(|column| column.ty.ty).collect();
        let (number, wanted) = self.subplan(right)?;
        let outer = wanted
            .iter()
            .map(|(id, ty)| self.compile(&Expr::Column(*id, *ty), &left.columns))
            .collect::<Result<Vec<_>>>()?;
        let both = left.columns.beside(&right_columns);
        let matching = Matching {
            kind,
            residual: self.compile_conjuncts(on, &both)?,
            left_types: Arc::clone(&left.node.types),
            right_types: right_types.clone().into(),
        };
        let types = if matches!(kind, JoinKind::Semi | JoinKind::Anti) {
            left.node.types.to_vec()
        } else {
            left.node.types.iter().copied().chain(right_types).collect()
        };
        let columns = if types.len() == left.columns.ids.len() { left.columns.clone() } else { both };
        let rows = left.node.rows * 10.0;
        let operation = Operation::LateralJoin {
            left: Box::new(left.node),
            right: number,
            outer: outer.into(),
            matching: Arc::new(matching),
        };
        Ok(Lowered { node: self.node(operation, types, rows), columns })
    }
}

fn estimate(kind: JoinKind, left: f64, right: f64, keys: usize, residual: usize) -> f64 {
    let pairs = if keys > 0 { left.max(right) } else { left * right };
    let pairs = if residual > 0 { pairs / 3.0 } else { pairs };
    match kind {
        JoinKind::Inner => pairs,
        JoinKind::Left => pairs.max(left),
        JoinKind::Right => pairs.max(right),
        JoinKind::Full => pairs.max(left + right),
        JoinKind::Semi | JoinKind::Anti => left / 2.0,
    }
    .max(1.0)
}

/// A table, perhaps below one filter, that is read as it stands.
fn as_scan<'p>(plan: &'p LogicalPlan, frozen: &[ObjectId]) -> Option<(&'p TableScan, Option<&'p Expr>)> {
    let (plan, predicate) = match plan {
        LogicalPlan::Filter { input, predicate } => (&**input, Some(predicate)),
        plan => (plan, None),
    };
    match plan {
        LogicalPlan::Scan(scan) if !frozen.contains(&scan.table.id) => Some((scan, predicate)),
        _ => None,
    }
}

/// `left expression = right expression`, either way round; both must read their side.
fn key_pair<'e>(conjunct: &'e Expr, left: &Columns, right: &Columns) -> Option<KeyPair<'e>> {
    let Expr::Compare { op: CompareOp::Equal, left: a, right: b, .. } = conjunct else { return None };
    if conjunct.has_subquery() {
        return None;
    }
    let reads = |expr: &Expr, columns: &Columns, others: &Columns| {
        let mut read: Vec<ColumnId> = Vec::new();
        expr.columns(&mut read);
        read.iter().any(|id| columns.place(*id).is_some())
            && read.iter().all(|id| others.place(*id).is_none())
    };
    if reads(a, left, right) && reads(b, right, left) {
        Some(KeyPair { left: a, right: b })
    } else if reads(b, left, right) && reads(a, right, left) {
        Some(KeyPair { left: b, right: a })
    } else {
        None
    }
}

/// Whether some key of the table is given by equalities with the other side.
fn can_look_up(
    catalog: &crate::catalog::Catalog,
    scan: &TableScan,
    conjuncts: &[Expr],
    from: &Columns,
) -> bool {
    let own = Columns::new(scan.columns.iter().map(|(_, column)| column.id).collect());
    let keyed: Vec<usize> = conjuncts
        .iter()
        .filter_map(|conjunct| key_pair(conjunct, from, &own))
        .filter_map(|pair| {
            let mut read = Vec::new();
            pair.right.columns(&mut read);
            scan.columns.iter().find(|(_, column)| read.contains(&column.id)).map(|(ordinal, _)| *ordinal)
        })
        .collect();
    keyed.iter().any(|ordinal| {
        scan.table.rowid_column == Some(*ordinal)
            || scan
                .table
                .indexes
                .iter()
                .filter_map(|id| catalog.indexes.get(id))
                .filter(|index| index.predicate.is_none())
                .any(|index| index.keys.first().is_some_and(|key| key.column == *ordinal))
    })
}
