//! What INSERT, UPDATE and DELETE need beyond their source.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::catalog::{Routine, Table};
use crate::eval::Program;

use super::plan::{Kept, Programs};

/// A CHECK, over the columns of the new row in table order.
#[derive(Debug)]
pub(crate) struct Check {
    pub name: String,
    pub predicate: Program,
}

/// What a table makes of every row before it is written, over the new row in table order.
#[derive(Debug)]
pub(crate) struct RowRules {
    /// Generated columns by ordinal.
    pub generated: Vec<(usize, Program)>,
    pub checks: Vec<Check>,
}

impl RowRules {
    pub(crate) fn is_empty(&self) -> bool {
        self.generated.is_empty() && self.checks.is_empty()
    }
}

/// ON CONFLICT.
#[derive(Debug)]
pub(crate) struct ConflictPlan {
    /// The unique indexes that are looked at (`None`: the rowid); absent means all.
    pub arbiters: Option<Vec<Option<ObjectId>>>,
    /// DO UPDATE.
    pub update: Option<ConflictUpdate>,
}

/// DO UPDATE, over the existing row followed by the row of the INSERT.
#[derive(Debug)]
pub(crate) struct ConflictUpdate {
    pub assignments: Vec<(usize, Program)>,
    pub predicate: Option<Program>,
}

/// INSERT: the input's columns are the new row, in table order.
#[derive(Debug)]
pub(crate) struct InsertPlan {
    pub table: Arc<Table>,
    /// Its row triggers.
    pub triggers: Arc<[Arc<Routine>]>,
    pub rules: RowRules,
    pub conflict: Option<ConflictPlan>,
    /// Over the new row.
    pub returning: Programs,
    /// The source reads the table it writes: gather it first.
    pub gather: bool,
    /// What `exec` works out at the first run and keeps: the shape of the writer.
    pub kept: Kept,
}

/// UPDATE.
#[derive(Debug)]
pub(crate) struct UpdatePlan {
    pub table: Arc<Table>,
    /// Its row triggers.
    pub triggers: Arc<[Arc<Routine>]>,
    /// Position of the rowid in the input.
    pub rowid: usize,
    /// Position of the table's OID, where the rows are of several tables.
    pub tableoid: Option<usize>,
    /// Positions of the old row in the input, in table order.
    pub old: Vec<usize>,
    /// Assigned ordinals with the position of the new value in the input.
    pub assignments: Vec<(usize, usize)>,
    pub rules: RowRules,
    /// Over the new row followed by the input's columns.
    pub returning: Programs,
    /// As in [`InsertPlan`].
    pub kept: Kept,
    /// The rows may have been changed since they were read: such ones are left alone.
    pub recheck: bool,
}

/// DELETE.
#[derive(Debug)]
pub(crate) struct DeletePlan {
    pub table: Arc<Table>,
    /// Its row triggers.
    pub triggers: Arc<[Arc<Routine>]>,
    /// Position of the rowid in the input.
    pub rowid: usize,
    /// Position of the table's OID, where the rows are of several tables.
    pub tableoid: Option<usize>,
    /// Positions of the old row in the input, in table order.
    pub old: Vec<usize>,
    /// Over the input's columns.
    pub returning: Programs,
    /// As in [`InsertPlan`].
    pub kept: Kept,
    /// The rows may have been changed since they were read: such ones are left alone.
    pub recheck: bool,
}

/// MERGE: positions in the input.
#[derive(Debug)]
pub(crate) struct MergePlan {
    pub table: Arc<Table>,
    /// Its row triggers.
    pub triggers: Arc<[Arc<Routine>]>,
    pub rowid: usize,
    pub tableoid: Option<usize>,
    /// The old row, in table order.
    pub old: Vec<usize>,
    /// The number of the clause that applies.
    pub action: usize,
    pub clauses: Vec<MergeStep>,
    pub rules: RowRules,
    /// As in [`UpdatePlan`].
    pub recheck: bool,
}

/// What a clause of MERGE does; new values by ordinal and position.
#[derive(Debug)]
pub(crate) enum MergeStep {
    Nothing,
    Delete,
    Update(Vec<(usize, usize)>),
    Insert(Vec<(usize, usize)>),
}
