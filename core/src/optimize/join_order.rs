//! Orders inner joins: the most selective table first, no cross join before its time.
//!
//! ```text
//! before  InnerJoin: a, InnerJoin: b, c        after  c (filtered by its key), then what is joined to it
//! ```
//!
//! Greedy over guesses, since tables carry no statistics yet: a key equality leaves one row, an equality
//! a hundredth, a range a third. Ties keep the order written. Outer, semi and lateral joins are left
//! alone and count as one relation.

use crate::base::ColumnId;
use crate::catalog::Catalog;
use crate::plan::{CompareOp, Expr, JoinKind, LogicalPlan, TableScan};

use super::{RuleContext, take};

/// Rows a table is supposed to have.
const TABLE_ROWS: f64 = 1000.0;
/// Most relations ordered at once; the search is quadratic.
const RELATIONS_MAX: usize = 64;

/// Orders every cluster of inner joins in the tree.
pub(super) fn apply(plan: &mut LogicalPlan, context: &RuleContext<'_>) {
    if !matches!(plan, LogicalPlan::Join { kind: JoinKind::Inner, lateral: false, .. }) {
        plan.for_each_input_mut(&mut |input| apply(input, context));
        return;
    }
    let mut relations = Vec::new();
    let mut conditions = Vec::new();
    flatten(take(plan), &mut relations, &mut conditions);
    relations.iter_mut().for_each(|relation| apply(relation, context));
    *plan = if relations.len() > RELATIONS_MAX {
        in_order(relations, conditions)
    } else {
        ordered(relations, conditions, context.catalog)
    };
}

fn flatten(plan: LogicalPlan, relations: &mut Vec<LogicalPlan>, conditions: &mut Vec<Expr>) {
    match plan {
        LogicalPlan::Join { kind: JoinKind::Inner, left, right, on, lateral: false } => {
            flatten(*left, relations, conditions);
            flatten(*right, relations, conditions);
            conditions.extend(on);
        }
        other => relations.push(other),
    }
}

fn in_order(relations: Vec<LogicalPlan>, mut conditions: Vec<Expr>) -> LogicalPlan {
    let all: Vec<ColumnId> = relations.iter().flat_map(ids).collect();
    let mut relations = relations.into_iter();
    let mut plan = relations.next().expect("a join has relations");
    let mut known = ids(&plan);
    for relation in relations {
        known.extend(ids(&relation));
        plan = joined(plan, relation, (&known, &all), &mut conditions);
    }
    super::filtered(plan, conditions)
}

fn ids(plan: &LogicalPlan) -> Vec<ColumnId> {
    plan.columns().iter().map(|info| info.id).collect()
}

// Joins the next relation, with every condition that is now computable.
fn joined(
    left: LogicalPlan,
    right: LogicalPlan,
    (known, all): (&[ColumnId], &[ColumnId]),
    conditions: &mut Vec<Expr>,
) -> LogicalPlan {
    let (on, later): (Vec<Expr>, Vec<Expr>) =
        core::mem::take(conditions).into_iter().partition(|expr| is_computable(expr, known, all));
    *conditions = later;
    LogicalPlan::Join {
        kind: JoinKind::Inner,
        left: Box::new(left),
        right: Box::new(right),
        on,
        lateral: false,
    }
}

// Columns that no relation of the cluster has are of an outer query: always there.
fn is_computable(expr: &Expr, known: &[ColumnId], all: &[ColumnId]) -> bool {
    let mut read = Vec::new();
    expr.columns(&mut read);
    read.iter().all(|id| known.contains(id) || !all.contains(id))
}

fn ordered(relations: Vec<LogicalPlan>, mut conditions: Vec<Expr>, catalog: &Catalog) -> LogicalPlan {
    let rows: Vec<f64> = relations.iter().map(|relation| estimate(relation, catalog)).collect();
    let columns: Vec<Vec<ColumnId>> = relations.iter().map(ids).collect();
    let all: Vec<ColumnId> = columns.iter().flatten().copied().collect();
    let mut pending: Vec<Option<LogicalPlan>> = relations.into_iter().map(Some).collect();
    let first = (0..rows.len()).fold(0, |best, at| if rows[at] < rows[best] { at } else { best });
    let mut plan = pending[first].take().expect("the first relation is there");
    let mut known = columns[first].clone();
    let mut current = rows[first];
    while pending.iter().any(Option::is_some) {
        let mut best: Option<(bool, f64, usize)> = None;
        for (at, relation) in pending.iter().enumerate() {
            let Some(relation) = relation else { continue };
            let (connected, result) =
                join_rows(current, rows[at], relation, &columns[at], &known, &conditions, catalog);
            let better = match best {
                None => true,
                // Connected relations go first, whatever a cross join would cost.
                Some((was, cost, _)) => (connected && !was) || (connected == was && result < cost),
            };
            if better {
                best = Some((connected, result, at));
            }
        }
        let Some((_, result, at)) = best else { break };
        let relation = pending[at].take().expect("it was chosen among those left");
        known.extend(columns[at].iter().copied());
        current = result.max(1.0);
        plan = joined(plan, relation, (&known, &all), &mut conditions);
    }
    super::filtered(plan, conditions)
}

fn join_rows(
    current: f64,
    rows: f64,
    relation: &LogicalPlan,
    own: &[ColumnId],
    known: &[ColumnId],
    conditions: &[Expr],
    catalog: &Catalog,
) -> (bool, f64) {
    let mut connected = false;
    let mut equated = Vec::new();
    for condition in conditions {
        let mut read = Vec::new();
        condition.columns(&mut read);
        let reads_own = read.iter().any(|id| own.contains(id));
        let reads_known = read.iter().any(|id| known.contains(id));
        if !reads_own || !reads_known || !read.iter().all(|id| own.contains(id) || known.contains(id)) {
            continue;
        }
        connected = true;
        if let Expr::Compare { op: CompareOp::Equal, left, right, .. } = condition {
            for side in [left, right] {
                if let Expr::Column(id, _) = side.as_ref()
                    && own.contains(id)
                {
                    equated.push(*id);
                }
            }
        }
    }
    if !connected {
        return (false, current * rows);
    }
    if equated.is_empty() {
        return (true, current * rows / 3.0);
    }
    if scan_of(relation).is_some_and(|scan| covers_key(scan, &equated, catalog)) {
        // Each row finds at most one partner; a filter on this side lets fewer through.
        return (true, current * (rows / TABLE_ROWS).min(1.0));
    }
    (true, (current * rows / 100.0).max(current.min(rows)))
}

fn scan_of(plan: &LogicalPlan) -> Option<&TableScan> {
    match plan {
        LogicalPlan::Scan(scan) => Some(scan),
        LogicalPlan::Filter { input, .. } => scan_of(input),
        _ => None,
    }
}

/// Whether the columns include a whole unique key of the scan's table.
fn covers_key(scan: &TableScan, columns: &[ColumnId], catalog: &Catalog) -> bool {
    let has =
        |ordinal: &usize| scan.columns.iter().any(|(own, info)| own == ordinal && columns.contains(&info.id));
    scan.table.keys().any(|(_, key, _)| key.iter().all(has))
        || scan.table.indexes.iter().filter_map(|id| catalog.indexes.get(id)).any(|index| {
            index.unique && index.predicate.is_none() && index.keys.iter().all(|key| has(&key.column))
        })
}

/// Rows a relation is supposed to have.
fn estimate(plan: &LogicalPlan, catalog: &Catalog) -> f64 {
    match plan {
        LogicalPlan::Scan(scan) => {
            let equated: Vec<ColumnId> = scan.filter.iter().filter_map(equality).collect();
            if covers_key(scan, &equated, catalog) {
                return 1.0;
            }
            scan.filter.iter().fold(TABLE_ROWS, |rows, expr| rows * selectivity(expr)).max(1.0)
        }
        LogicalPlan::Values { rows, .. } => u32::try_from(rows.len()).map_or(f64::MAX, f64::from),
        LogicalPlan::Filter { input, predicate } => {
            (estimate(input, catalog) * selectivity(predicate)).max(1.0)
        }
        LogicalPlan::Aggregate { groups, .. } if groups.is_empty() => 1.0,
        LogicalPlan::Aggregate { input, .. } => (estimate(input, catalog) / 10.0).max(1.0),
        LogicalPlan::Limit {
            input, limit: Some(Expr::Literal(crate::value::Datum::Int(count), _)), ..
        } => {
            let limit = u32::try_from(*count).map_or(f64::MAX, f64::from);
            estimate(input, catalog).min(limit)
        }
        LogicalPlan::Join { kind: JoinKind::Semi | JoinKind::Anti, left, .. } => estimate(left, catalog),
        other => other.inputs().into_iter().map(|input| estimate(input, catalog)).fold(1.0, f64::max),
    }
}

fn equality(expr: &Expr) -> Option<ColumnId> {
    match expr {
        Expr::Compare { op: CompareOp::Equal, left, right, .. } => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(id, _), other) | (other, Expr::Column(id, _)) if !other.has_columns() => Some(*id),
            _ => None,
        },
        _ => None,
    }
}

fn selectivity(expr: &Expr) -> f64 {
    match expr {
        Expr::And(items) => items.iter().map(selectivity).product(),
        Expr::Or(items) => items.iter().map(selectivity).sum::<f64>().min(1.0),
        Expr::Compare { op: CompareOp::Equal, .. } => 0.01,
        Expr::Compare { op: CompareOp::NotEqual, .. } => 0.9,
        Expr::Compare { .. } => 0.33,
        Expr::InList { list, negated: false, .. } => {
            (u32::try_from(list.len()).map_or(1.0, f64::from) * 0.01).min(1.0)
        }
        Expr::Like { negated: false, .. } => 0.1,
        Expr::IsNull { negated: false, .. } => 0.1,
        _ => 0.5,
    }
}
