//! Relational nodes.

use std::sync::Arc;

use crate::base::ColumnId;
use crate::catalog::{SystemView, Table};
use crate::function::AggregateId;
use crate::value::{SqlType, TypeName};

use super::Expr;

/// A column a node produces.
#[derive(Clone, Debug)]
pub struct ColumnInfo {
    /// Its id.
    pub id: ColumnId,
    /// Its type and modifier.
    pub ty: TypeName,
}

/// What to compute; every node produces the columns of [`LogicalPlan::columns`], in that order.
#[derive(Clone, Debug)]
pub enum LogicalPlan {
    /// Rows of a table.
    Scan(TableScan),
    /// Rows of a view that the engine makes when it is read.
    SystemScan {
        /// Which.
        view: &'static SystemView,
        /// The columns read: place in the view, and the id given to it.
        columns: Vec<(usize, ColumnInfo)>,
    },
    /// Constant rows; `SELECT` without FROM is one row of no columns.
    Values {
        /// What it produces.
        columns: Vec<ColumnInfo>,
        /// One expression per column and row.
        rows: Vec<Vec<Expr>>,
    },
    /// Rows for which the predicate is true.
    Filter {
        /// Input.
        input: Box<LogicalPlan>,
        /// A boolean.
        predicate: Expr,
    },
    /// Computes new columns; what is not listed is dropped.
    Project {
        /// Input.
        input: Box<LogicalPlan>,
        /// Passing a column on is `Expr::Column` under its own id.
        items: Vec<(ColumnInfo, Expr)>,
    },
    /// A join.
    Join {
        /// Which.
        kind: JoinKind,
        /// Left input.
        left: Box<LogicalPlan>,
        /// Right input; may refer to columns of the left when `lateral`.
        right: Box<LogicalPlan>,
        /// Conjuncts; empty is a cross join.
        on: Vec<Expr>,
        /// The right input depends on the left row.
        lateral: bool,
    },
    /// Groups and aggregates. Without groups exactly one row.
    Aggregate {
        /// Input.
        input: Box<LogicalPlan>,
        /// Grouping expressions.
        groups: Vec<(ColumnInfo, Expr)>,
        /// Aggregates.
        aggregates: Vec<(ColumnInfo, AggregateCall)>,
    },
    /// Unique rows.
    Distinct {
        /// Input.
        input: Box<LogicalPlan>,
        /// `DISTINCT ON`: the first row of each; empty means all columns.
        on: Vec<Expr>,
    },
    /// Ordered rows; stable.
    Sort {
        /// Input.
        input: Box<LogicalPlan>,
        /// Most significant first.
        keys: Vec<SortKey>,
    },
    /// The first `limit` rows after `offset`; both int8, NULL meaning none.
    Limit {
        /// Input.
        input: Box<LogicalPlan>,
        /// How many.
        limit: Option<Expr>,
        /// How many to skip.
        offset: Option<Expr>,
        /// Also rows equal to the last one under the sort below.
        with_ties: bool,
    },
    /// UNION, INTERSECT, EXCEPT; both inputs have the same types as `columns`, by position.
    SetOperation {
        /// Which.
        operator: SetOperator,
        /// Keep duplicates.
        all: bool,
        /// Left input.
        left: Box<LogicalPlan>,
        /// Right input.
        right: Box<LogicalPlan>,
        /// What it produces.
        columns: Vec<ColumnInfo>,
    },
}

/// A scan of one table.
#[derive(Clone, Debug)]
pub struct TableScan {
    /// The table as of the catalog version of the plan.
    pub table: Arc<Table>,
    /// The columns read: ordinal in the table, and the id given to it.
    pub columns: Vec<(usize, ColumnInfo)>,
    /// The rowid as a column (int8), for UPDATE and DELETE.
    pub rowid: Option<ColumnId>,
    /// Conjuncts on this table's columns, moved here by the optimiser.
    pub filter: Vec<Expr>,
}

/// Kinds of join.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    /// Matching pairs.
    Inner,
    /// And left rows without a match.
    Left,
    /// And right rows without a match.
    Right,
    /// And both.
    Full,
    /// Left rows with a match, once; only left columns come out.
    Semi,
    /// Left rows without a match; only left columns come out.
    Anti,
}

/// One aggregate of a group.
#[derive(Clone, Debug)]
pub struct AggregateCall {
    /// The function.
    pub function: AggregateId,
    /// Arguments, coerced; empty for `count(*)`.
    pub arguments: Vec<Expr>,
    /// Rows with a NULL argument are left out.
    pub strict: bool,
    /// `DISTINCT`.
    pub distinct: bool,
    /// `FILTER (WHERE ..)`.
    pub filter: Option<Expr>,
    /// `ORDER BY` inside the call.
    pub order: Vec<SortKey>,
    /// Result type.
    pub ty: SqlType,
}

/// One key of a sort.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// What to sort by.
    pub expr: Expr,
    /// Largest first.
    pub descending: bool,
    /// NULLs before all values.
    pub nulls_first: bool,
}

/// Set operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetOperator {
    /// `UNION`
    Union,
    /// `INTERSECT`
    Intersect,
    /// `EXCEPT`
    Except,
}

impl LogicalPlan {
    /// The columns this node produces, in order.
    pub fn columns(&self) -> Vec<ColumnInfo> {
        match self {
            LogicalPlan::Scan(scan) => {
                let mut columns: Vec<ColumnInfo> =
                    scan.columns.iter().map(|(_, column)| column.clone()).collect();
                columns.extend(scan.rowid.map(|id| ColumnInfo { id, ty: TypeName::plain(SqlType::Int8) }));
                columns
            }
            LogicalPlan::SystemScan { columns, .. } => {
                columns.iter().map(|(_, column)| column.clone()).collect()
            }
            LogicalPlan::Values { columns, .. } | LogicalPlan::SetOperation { columns, .. } => {
                columns.clone()
            }
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Distinct { input, .. }
            | LogicalPlan::Sort { input, .. }
            | LogicalPlan::Limit { input, .. } => input.columns(),
            LogicalPlan::Project { items, .. } => items.iter().map(|(column, _)| column.clone()).collect(),
            LogicalPlan::Join { kind: JoinKind::Semi | JoinKind::Anti, left, .. } => left.columns(),
            LogicalPlan::Join { left, right, .. } => {
                let mut columns = left.columns();
                columns.extend(right.columns());
                columns
            }
            LogicalPlan::Aggregate { groups, aggregates, .. } => groups
                .iter()
                .map(|(column, _)| column.clone())
                .chain(aggregates.iter().map(|(column, _)| column.clone()))
                .collect(),
        }
    }
}
