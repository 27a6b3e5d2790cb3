//! The logical language: typed statements, relational nodes and expressions, with names resolved.
//!
//! Columns are named by `ColumnId`, unique within a statement: a rule may move an expression from
//! node to node without renumbering. `physical` turns ids into positions.

mod display;
mod expr;
mod node;
mod statement;
mod visit;

pub use crate::value::{ArithmeticOp, CompareOp};
pub use display::{Names, tree};
pub use expr::{Expr, LikeKind, SubqueryKind};
pub use node::{
    AggregateCall, ColumnInfo, Frame, FrameEnd, FrameExclude, FrameUnits, GroupingSets, JoinKind,
    LogicalPlan, SetCall, SetOperator, SortKey, TableId, TableScan, WindowCall, WindowFunction,
};
pub use statement::{
    AlterAction, AlterTable, Bound, CheckExpr, ColumnDefinition, ConflictUpdate, CreateIndex, CreateTable,
    Delete, ForeignKeyDefinition, Insert, Isolation, Merge, MergeAction, OnConflict, OutputColumn, Query,
    RowRules, Statement, TransactionStatement, Update,
};
