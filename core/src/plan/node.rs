//! Relational nodes.

use std::sync::Arc;

use crate::base::ColumnId;
use crate::catalog::{SystemView, Table};
use crate::function::{AggregateId, SetFunctionId, WindowId};
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
    /// Rows of function calls side by side; NULLs stand where a shorter one has ended.
    Functions {
        /// The calls.
        calls: Vec<SetCall>,
        /// The columns of all calls, in order; with `ordinality` the row number, an int8, after them.
        columns: Vec<ColumnInfo>,
        /// `WITH ORDINALITY`.
        ordinality: bool,
    },
    /// Rows of a table that another node of the statement keeps: [`LogicalPlan::With`] or
    /// [`LogicalPlan::Recursive`].
    TableRef {
        /// Which.
        table: TableId,
        /// What it produces: the columns of the table, by position.
        columns: Vec<ColumnInfo>,
    },
    /// A query that reads another one's rows, which are computed once and kept.
    With {
        /// What `input` calls the rows.
        table: TableId,
        /// Makes the rows, as far as they are read.
        definition: Box<LogicalPlan>,
        /// The query.
        input: Box<LogicalPlan>,
    },
    /// The rows of `base`, then those of `step` over the last rows found, until there are none.
    Recursive {
        /// What `step` calls the last rows.
        table: TableId,
        /// Keep duplicates.
        all: bool,
        /// The first rows.
        base: Box<LogicalPlan>,
        /// Further rows.
        step: Box<LogicalPlan>,
        /// What it produces; both inputs have these types, by position.
        columns: Vec<ColumnInfo>,
    },
    /// Window functions over one ordering of the input: all its columns, then one per call.
    Window {
        /// Input.
        input: Box<LogicalPlan>,
        /// Rows with equal values belong together.
        partition: Vec<Expr>,
        /// Their order.
        order: Vec<SortKey>,
        /// The calls.
        calls: Vec<(ColumnInfo, WindowCall)>,
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
        /// `GROUPING SETS`: the rows are grouped once for each of them.
        sets: Option<GroupingSets>,
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

/// Rows that several nodes of a statement share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TableId(pub u32);

/// One call of [`LogicalPlan::Functions`].
#[derive(Clone, Debug)]
pub struct SetCall {
    /// The function; `None`: the arguments are the values of a single row.
    pub function: Option<SetFunctionId>,
    /// Arguments, coerced.
    pub arguments: Vec<Expr>,
    /// How many columns it has.
    pub width: usize,
}

/// The sets of `GROUP BY GROUPING SETS`; in a group of a set, grouping expressions outside it are NULL.
#[derive(Clone, Debug)]
pub struct GroupingSets {
    /// Places of grouping expressions.
    pub sets: Vec<Vec<usize>>,
    /// A column with the place of the set a group belongs to, an int4 from 0.
    pub number: ColumnInfo,
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
    /// What hidden columns hold, by ordinal, over the other columns: for the optimiser.
    pub derived: Vec<(usize, Expr)>,
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

/// One call of a window function.
#[derive(Clone, Debug)]
pub struct WindowCall {
    /// What is computed.
    pub function: WindowFunction,
    /// Arguments, coerced.
    pub arguments: Vec<Expr>,
    /// `FILTER (WHERE ..)`, of aggregates.
    pub filter: Option<Expr>,
    /// Which rows are looked at.
    pub frame: Frame,
    /// Result type.
    pub ty: SqlType,
}

/// What a window call computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WindowFunction {
    /// A function of windows only.
    Window(WindowId),
    /// An aggregate over the frame.
    Aggregate {
        /// The function.
        function: AggregateId,
        /// Rows with a NULL argument are left out.
        strict: bool,
    },
}

/// The frame of a window: the rows around the current one.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What its ends count.
    pub units: FrameUnits,
    /// First row.
    pub start: FrameEnd,
    /// Last row.
    pub end: FrameEnd,
    /// What is taken out again.
    pub exclude: FrameExclude,
}

/// What the ends of a frame count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameUnits {
    /// Rows.
    Rows,
    /// Values of the only sort key.
    Range,
    /// Groups of rows with equal sort keys.
    Groups,
}

/// One end of a frame. Offsets read no columns; they are int8, or of RANGE a distance between sort keys:
/// int8, float8, numeric, interval.
#[derive(Clone, Debug)]
pub enum FrameEnd {
    /// `UNBOUNDED PRECEDING`
    First,
    /// `offset PRECEDING`
    Preceding(Box<Expr>),
    /// `CURRENT ROW`
    Current,
    /// `offset FOLLOWING`
    Following(Box<Expr>),
    /// `UNBOUNDED FOLLOWING`
    Last,
}

/// Rows taken out of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameExclude {
    /// None.
    None,
    /// The current row.
    Current,
    /// The current row and its peers.
    Group,
    /// The peers of the current row.
    Ties,
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
            LogicalPlan::Values { columns, .. }
            | LogicalPlan::Functions { columns, .. }
            | LogicalPlan::TableRef { columns, .. }
            | LogicalPlan::Recursive { columns, .. }
            | LogicalPlan::SetOperation { columns, .. } => columns.clone(),
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Distinct { input, .. }
            | LogicalPlan::Sort { input, .. }
            | LogicalPlan::With { input, .. }
            | LogicalPlan::Limit { input, .. } => input.columns(),
            LogicalPlan::Window { input, calls, .. } => {
                let mut columns = input.columns();
                columns.extend(calls.iter().map(|(column, _)| column.clone()));
                columns
            }
            LogicalPlan::Project { items, .. } => items.iter().map(|(column, _)| column.clone()).collect(),
            LogicalPlan::Join { kind: JoinKind::Semi | JoinKind::Anti, left, .. } => left.columns(),
            LogicalPlan::Join { left, right, .. } => {
                let mut columns = left.columns();
                columns.extend(right.columns());
                columns
            }
            LogicalPlan::Aggregate { groups, aggregates, sets, .. } => groups
                .iter()
                .map(|(column, _)| column.clone())
                .chain(aggregates.iter().map(|(column, _)| column.clone()))
                .chain(sets.iter().map(|sets| sets.number.clone()))
                .collect(),
        }
    }
}
