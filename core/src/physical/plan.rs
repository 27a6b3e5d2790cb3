//! What `exec` runs.

use std::sync::{Arc, OnceLock};

use crate::catalog::{Index, SystemView, Table};
use crate::eval::Program;
use crate::function::{AggregateId, SetFunctionId};
use crate::plan::{FrameExclude, FrameUnits, JoinKind, OutputColumn, SetOperator, Statement, WindowFunction};
use crate::value::SqlType;

use super::dml::{DeletePlan, InsertPlan, MergePlan, UpdatePlan};
use super::micro::Micro;

/// A statement ready to be run any number of times.
#[derive(Clone, Debug)]
pub enum PhysicalStatement {
    /// SELECT, INSERT, UPDATE, DELETE: `exec::Execution` runs it.
    Plan(Arc<PhysicalPlan>),
    /// EXPLAIN; with `analyze` the plan is run, its rows are dropped and figures are shown.
    Explain {
        /// Run it too.
        analyze: bool,
        /// What is explained.
        plan: Arc<PhysicalPlan>,
    },
    /// Everything that `db` does itself: DDL, transactions, settings.
    Utility(Box<Statement>),
}

/// What a plan does to the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlanKind {
    /// Reads.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
    /// MERGE.
    Merge,
}

/// A physical plan.
#[derive(Debug)]
pub struct PhysicalPlan {
    /// Which statement it is.
    pub kind: PlanKind,
    /// The columns of the rows that come out: a query's, or RETURNING's. Empty: no rows come out.
    pub output: Vec<OutputColumn>,
    /// The type of each parameter, `$1` first.
    pub parameters: Vec<SqlType>,
    /// The operators; its columns are `output`, in order.
    pub(crate) root: Node,
    /// Subqueries of expressions and right sides of lateral joins, by number.
    pub(crate) subplans: Vec<Subplan>,
    /// How many nodes there are, subplans included.
    pub(crate) nodes: usize,
    /// How many tables the run keeps: see [`Operation::With`].
    pub(crate) tables: usize,
    /// The short way, when the statement has one.
    pub(crate) micro: Option<Micro>,
    /// What is run to its end before: the number of the table that its rows go to, and the subplan.
    pub(crate) before: Vec<(usize, usize)>,
}

impl PhysicalPlan {
    /// Whether it needs no write transaction.
    pub fn is_read_only(&self) -> bool {
        self.kind == PlanKind::Select && self.before.is_empty()
    }

    /// Whether it runs without operators, by key.
    pub fn is_micro(&self) -> bool {
        self.micro.is_some()
    }
}

/// A plan run once, or once per different outer row.
#[derive(Debug)]
pub(crate) struct Subplan {
    pub root: Node,
    /// Types of the outer columns it is handed; none: it is run once.
    pub outer: Vec<SqlType>,
}

/// An operator with its inputs.
#[derive(Debug)]
pub(crate) struct Node {
    pub operation: Operation,
    /// Types of the columns that come out.
    pub types: Arc<[SqlType]>,
    /// Estimated rows.
    pub rows: f64,
    /// Unique within the plan: where ANALYZE keeps its figures.
    pub number: usize,
    /// Lines of EXPLAIN; empty unless it was asked for.
    pub details: Vec<String>,
}

pub(crate) type Programs = Arc<[Program]>;

/// One key of a sort, compiled.
#[derive(Debug)]
pub(crate) struct Key {
    pub program: Program,
    pub descending: bool,
    pub nulls_first: bool,
}

/// What an operator does.
#[derive(Debug)]
pub(crate) enum Operation {
    Values {
        rows: Arc<[Vec<Program>]>,
    },
    Scan(Arc<ScanPlan>),
    /// Rows of a view that the host of the statement makes.
    SystemScan {
        view: &'static SystemView,
        /// Places in the view of the columns that come out.
        columns: Arc<[usize]>,
    },
    /// Rows of calls, side by side.
    Functions {
        calls: Arc<[FunctionCall]>,
        ordinality: bool,
    },
    /// Rows of a kept table, by number.
    TableRef {
        table: usize,
    },
    /// Makes the table that `input` reads; its rows come from a subplan as they are asked for.
    With {
        table: usize,
        definition: usize,
        outer: Programs,
        input: Box<Node>,
    },
    /// `step` is a subplan that reads the rows found last as a table.
    Recursive {
        table: usize,
        all: bool,
        base: Box<Node>,
        step: usize,
        outer: Programs,
    },
    /// The input comes sorted by `partition`, then `order`.
    Window {
        input: Box<Node>,
        window: Arc<Window>,
    },
    Filter {
        input: Box<Node>,
        predicate: Arc<Program>,
    },
    Project {
        input: Box<Node>,
        items: Programs,
    },
    Join(Arc<Join>),
    /// The right side runs anew for every left row.
    LateralJoin {
        left: Box<Node>,
        right: usize,
        outer: Programs,
        matching: Arc<Matching>,
    },
    Aggregate {
        input: Box<Node>,
        groups: Programs,
        aggregates: Arc<[Aggregate]>,
        /// Which groups count, for each of several groupings; a column with the number comes last.
        sets: Option<Arc<[Vec<usize>]>>,
    },
    Distinct {
        input: Box<Node>,
        on: Programs,
    },
    Sort {
        input: Box<Node>,
        keys: Arc<[Key]>,
    },
    /// A sort of which only the first rows are wanted.
    TopN {
        input: Box<Node>,
        keys: Arc<[Key]>,
        limit: Arc<Program>,
        offset: Option<Arc<Program>>,
    },
    Limit {
        input: Box<Node>,
        limit: Option<Arc<Program>>,
        offset: Option<Arc<Program>>,
        /// WITH TIES: the keys of the sort below.
        ties: Option<Arc<[Key]>>,
    },
    /// UNION ALL.
    Append {
        inputs: Vec<Node>,
    },
    /// INTERSECT, EXCEPT.
    CountedSet {
        operator: SetOperator,
        all: bool,
        left: Box<Node>,
        right: Box<Node>,
    },
    Insert {
        input: Box<Node>,
        plan: Arc<InsertPlan>,
    },
    Update {
        input: Box<Node>,
        plan: Arc<UpdatePlan>,
    },
    Delete {
        input: Box<Node>,
        plan: Arc<DeletePlan>,
    },
    Merge {
        input: Box<Node>,
        plan: Arc<MergePlan>,
    },
}

/// How candidate pairs of a join become rows.
#[derive(Debug)]
pub(crate) struct Matching {
    pub kind: JoinKind,
    /// What pairs must satisfy beyond their keys, over left and right columns.
    pub residual: Option<Program>,
    pub left_types: Arc<[SqlType]>,
    pub right_types: Arc<[SqlType]>,
}

/// A join of two inputs that are both read once.
#[derive(Debug)]
pub(crate) struct Join {
    /// Streams.
    pub left: Node,
    /// Gathered first.
    pub right: Node,
    /// Equal keys; none: every pair is a candidate (nested loops).
    pub left_keys: Programs,
    pub right_keys: Programs,
    pub matching: Arc<Matching>,
    /// The right side looked up by key for every left row, which is better when there are few.
    pub lookup: Option<Arc<Lookup>>,
}

/// How the right side of a join is looked up.
#[derive(Debug)]
pub(crate) struct Lookup {
    /// Its programs see the left row.
    pub scan: Arc<ScanPlan>,
    /// Equalities of the join that the access does not answer, over left and right columns.
    pub pair_filter: Option<Program>,
}

/// One aggregate.
#[derive(Debug)]
pub(crate) struct Aggregate {
    pub function: AggregateId,
    pub arguments: Programs,
    pub argument_types: Vec<SqlType>,
    pub strict: bool,
    pub distinct: bool,
    pub filter: Option<Program>,
    pub order: Vec<Key>,
    pub ty: SqlType,
}

/// One call of [`Operation::Functions`].
#[derive(Debug)]
pub(crate) struct FunctionCall {
    /// `None`: the arguments are the only row.
    pub function: Option<SetFunctionId>,
    pub arguments: Programs,
    pub width: usize,
}

/// Window functions over one ordering.
#[derive(Debug)]
pub(crate) struct Window {
    pub partition: Programs,
    pub order: Vec<Key>,
    pub calls: Vec<WindowCall>,
}

/// One call of a window function.
#[derive(Debug)]
pub(crate) struct WindowCall {
    pub function: WindowFunction,
    pub arguments: Programs,
    pub argument_types: Vec<SqlType>,
    pub filter: Option<Program>,
    pub units: FrameUnits,
    pub start: FrameEnd,
    pub end: FrameEnd,
    pub exclude: FrameExclude,
    pub ty: SqlType,
}

/// One end of a frame.
#[derive(Debug)]
pub(crate) enum FrameEnd {
    First,
    Preceding(Program),
    Current,
    Following(Program),
    Last,
}

/// A read of one table.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    pub table: Arc<Table>,
    /// Ordinals of the columns that come out.
    pub columns: Vec<usize>,
    pub types: Arc<[SqlType]>,
    /// The rowid comes out too, last.
    pub rowid: bool,
    pub access: Access,
    /// What rows must satisfy, over the columns that come out.
    pub filter: Option<Program>,
    /// Largest key first.
    pub descending: bool,
    /// What `exec` works out at the first run and keeps: it needs the page size, which planning does not
    /// know.
    pub kept: Kept,
}

impl ScanPlan {
    /// Types of the columns that come out.
    pub(crate) fn types(&self) -> &[SqlType] {
        &self.types
    }
}

/// A place for something worked out once.
#[derive(Default)]
pub(crate) struct Kept(OnceLock<Arc<dyn core::any::Any + Send + Sync>>);

impl Kept {
    pub(crate) fn get(&self) -> Option<&Arc<dyn core::any::Any + Send + Sync>> {
        self.0.get()
    }
    pub(crate) fn set(
        &self,
        value: Arc<dyn core::any::Any + Send + Sync>,
    ) -> Result<(), Arc<dyn core::any::Any + Send + Sync>> {
        self.0.set(value)
    }
}

impl core::fmt::Debug for Kept {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Kept")
    }
}

/// Which rows of a table are looked at.
#[derive(Debug)]
pub(crate) enum Access {
    /// All, in rowid order.
    Full,
    /// Those between two rowids. Programs see no columns, or those of the left row of a lookup join.
    Rowids(Range),
    /// The rowids listed.
    RowidList(Vec<Program>),
    /// A range of an index.
    Index {
        index: Arc<Index>,
        /// Values of the first key parts; NULL finds nothing.
        equal: Vec<Program>,
        /// A range of the part after them.
        range: Range,
    },
    /// Several values of the first key part.
    IndexList { index: Arc<Index>, values: Vec<Program> },
    /// Nothing can match.
    Nothing,
}

/// A range of values, ends computed when the scan starts; a NULL end finds nothing.
#[derive(Debug, Default)]
pub(crate) struct Range {
    pub lower: Option<Bound>,
    pub upper: Option<Bound>,
}

/// One end of a range.
#[derive(Debug)]
pub(crate) struct Bound {
    pub program: Program,
    pub inclusive: bool,
}

impl Node {
    pub(crate) fn inputs(&self) -> Vec<&Node> {
        match &self.operation {
            Operation::Values { .. }
            | Operation::Scan(_)
            | Operation::SystemScan { .. }
            | Operation::Functions { .. }
            | Operation::TableRef { .. } => Vec::new(),
            Operation::With { input, .. } | Operation::Window { input, .. } => vec![input],
            Operation::Recursive { base, .. } => vec![base],
            Operation::Filter { input, .. }
            | Operation::Project { input, .. }
            | Operation::Aggregate { input, .. }
            | Operation::Distinct { input, .. }
            | Operation::Sort { input, .. }
            | Operation::TopN { input, .. }
            | Operation::Limit { input, .. }
            | Operation::Insert { input, .. }
            | Operation::Update { input, .. }
            | Operation::Delete { input, .. }
            | Operation::Merge { input, .. } => vec![input],
            Operation::Join(join) => vec![&join.left, &join.right],
            Operation::LateralJoin { left, .. } => vec![left],
            Operation::Append { inputs } => inputs.iter().collect(),
            Operation::CountedSet { left, right, .. } => vec![left, right],
        }
    }
}
