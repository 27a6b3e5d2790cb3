//! From plan nodes to operators.

use crate::physical::{Node, Operation};

use super::operator::{
    Aggregation, Append, DeleteRows, Distinct, Filter, Functions, HashJoin, InsertRows, Instrument,
    LateralJoin, Limit, LookupOrHash, MergeRows, NestedLoopJoin, Project, Recursive, Scan, SetOperation,
    Sort, SystemScan, TableRef, TopN, UpdateRows, Values, WindowAggregate, With,
};
use super::run::BoxedOperator;

/// The operators of a plan, not yet begun.
pub(crate) fn build(node: &Node, instrumented: bool) -> BoxedOperator {
    let input = |node: &Node| build(node, instrumented);
    let operator: BoxedOperator = match &node.operation {
        Operation::Values { rows } => Box::new(Values::new(rows, &node.types)),
        Operation::Scan(scan) => Box::new(Scan::new(scan, &node.types)),
        Operation::SystemScan { view, columns } => Box::new(SystemScan::new(view, columns, &node.types)),
        Operation::Functions { calls, ordinality } => {
            Box::new(Functions::new(calls, *ordinality, &node.types))
        }
        Operation::TableRef { table } => Box::new(TableRef::new(*table, &node.types)),
        Operation::With { table, definition, outer, input: of } => {
            Box::new(With::new(*table, *definition, outer, input(of), instrumented))
        }
        Operation::Recursive { table, all, base, step, outer } => {
            Box::new(Recursive::new((*table, *all), input(base), (*step, outer), &node.types, instrumented))
        }
        Operation::Window { input: of, window } => {
            Box::new(WindowAggregate::new(input(of), window, &of.types))
        }
        Operation::Filter { input: of, predicate } => Box::new(Filter::new(input(of), predicate)),
        Operation::Project { input: of, items } => Box::new(Project::new(input(of), items)),
        Operation::Join(join) if join.lookup.is_some() => {
            Box::new(LookupOrHash::new(input(&join.left), input(&join.right), join))
        }
        Operation::Join(join) if join.left_keys.is_empty() => {
            Box::new(NestedLoopJoin::new(input(&join.left), input(&join.right), &join.matching))
        }
        Operation::Join(join) => Box::new(HashJoin::new(input(&join.left), input(&join.right), join)),
        Operation::LateralJoin { left, right, outer, matching } => {
            Box::new(LateralJoin::new(input(left), *right, outer, matching, instrumented))
        }
        Operation::Aggregate { input: of, groups, aggregates, sets } => {
            Box::new(Aggregation::new(input(of), groups, aggregates, sets.as_deref(), &node.types))
        }
        Operation::Distinct { input: of, on } => Box::new(Distinct::new(input(of), on, &of.types)),
        Operation::Sort { input: of, keys } => Box::new(Sort::new(input(of), keys, &of.types)),
        Operation::TopN { input: of, keys, limit, offset } => {
            Box::new(TopN::new(input(of), keys, limit, offset.as_ref(), &of.types))
        }
        Operation::Limit { input: of, limit, offset, ties } => {
            Box::new(Limit::new(input(of), limit.as_ref(), offset.as_ref(), ties.as_ref()))
        }
        Operation::Append { inputs } => Box::new(Append::new(inputs.iter().map(input).collect())),
        Operation::CountedSet { operator, all, left, right } => {
            Box::new(SetOperation::new(*operator, *all, input(left), input(right), &left.types))
        }
        Operation::Insert { input: of, plan } => Box::new(InsertRows::new(input(of), plan, &of.types)),
        Operation::Update { input: of, plan } => Box::new(UpdateRows::new(input(of), plan, &of.types)),
        Operation::Merge { input: of, plan } => Box::new(MergeRows::new(input(of), plan, &of.types)),
        Operation::Delete { input: of, plan } => Box::new(DeleteRows::new(input(of), plan, &of.types)),
    };
    if instrumented { Box::new(Instrument::new(operator, node.number)) } else { operator }
}
