//! Where columns are while a statement is lowered.
//!
//! ```text
//! SELECT .. FROM t WHERE EXISTS (SELECT .. FROM u WHERE u.a = t.b)
//! frame 0: the statement          t.b is Input(1) there
//! frame 1: the subquery           t.b is no input there: Outer(0), wanted from frame 0
//! ```

use crate::base::hash::HashMap;
use crate::base::{ColumnId, ObjectId};
use crate::catalog::Catalog;
use crate::error::stack::Stack;
use crate::error::{Error, Result};
use crate::eval::{Place, Program, Scope, compile};
use crate::plan::{Expr, LogicalPlan, Statement, TableId};
use crate::value::SqlType;

use super::choices::Choices;
use super::plan::{Node, Subplan};

/// The columns an operator receives, by position.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub ids: Vec<ColumnId>,
    places: HashMap<ColumnId, usize>,
}

impl Columns {
    pub(super) fn new(ids: Vec<ColumnId>) -> Columns {
        let places = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        Columns { ids, places }
    }
    pub(super) fn place(&self, id: ColumnId) -> Option<usize> {
        self.places.get(&id).copied()
    }
    pub(super) fn beside(&self, other: &Columns) -> Columns {
        Columns::new(self.ids.iter().chain(&other.ids).copied().collect())
    }
}

/// A node with the ids of its columns.
pub(super) struct Lowered {
    pub node: Node,
    pub columns: Columns,
}

/// What is gathered while a statement is lowered.
pub(super) struct Lowerer<'c> {
    pub catalog: &'c Catalog,
    pub choices: Choices,
    pub subplans: Vec<Subplan>,
    pub next_number: usize,
    /// The number of every kept table.
    pub tables: HashMap<TableId, usize>,
    /// Outer columns that each enclosing query is asked for, innermost last.
    frames: Vec<Vec<(ColumnId, SqlType)>>,
    /// Tables that are changed before what is being lowered, which sees them as they were.
    pub frozen: Vec<ObjectId>,
    /// Tables kept before the first change: number and subplan.
    pub kept: Vec<(usize, usize)>,
    /// Where lowering began: plans nest.
    pub stack: Stack,
    /// Whether the lines of EXPLAIN are wanted.
    pub names: Option<crate::plan::Names>,
}

impl<'c> Lowerer<'c> {
    pub(super) fn new(
        catalog: &'c Catalog,
        choices: Choices,
        names: Option<crate::plan::Names>,
    ) -> Lowerer<'c> {
        Lowerer {
            catalog,
            choices,
            subplans: Vec::new(),
            next_number: 0,
            tables: HashMap::default(),
            frames: Vec::new(),
            stack: Stack::here(),
            names,
            frozen: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Compiles an expression over these columns.
    pub(super) fn compile(&mut self, expr: &Expr, columns: &Columns) -> Result<Program> {
        compile(expr, &mut NodeScope { lowerer: self, columns })
    }

    pub(super) fn compile_all<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        columns: &Columns,
    ) -> Result<Vec<Program>> {
        exprs.into_iter().map(|expr| self.compile(expr, columns)).collect()
    }

    /// All of these as one predicate.
    pub(super) fn compile_conjuncts(
        &mut self,
        conjuncts: &[Expr],
        columns: &Columns,
    ) -> Result<Option<Program>> {
        Ok(match conjuncts {
            [] => None,
            [one] => Some(self.compile(one, columns)?),
            several => Some(self.compile(&Expr::And(several.to_vec()), columns)?),
        })
    }

    /// Lowers a query of its own: its number, and the outer columns it wants.
    pub(super) fn subplan(&mut self, plan: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)> {
        self.frames.push(Vec::new());
        let lowered = self.lower_in_order(plan);
        let outer = self.frames.pop().unwrap_or_default();
        let root = lowered?.node;
        self.subplans.push(Subplan { root, outer: outer.iter().map(|(_, ty)| *ty).collect() });
        Ok((self.subplans.len() - 1, outer))
    }

    /// Lowers a change of rows to a subplan; what comes after it sees its tables as they were.
    pub(super) fn change(&mut self, statement: &Statement) -> Result<usize> {
        self.frames.push(Vec::new());
        let lowered = match statement {
            Statement::Insert(insert) => self.lower_insert(insert).map(|node| (node, insert.table.id)),
            Statement::Update(update) => self.lower_update(update).map(|node| (node, update.table.id)),
            Statement::Delete(delete) => self.lower_delete(delete).map(|node| (node, delete.table.id)),
            _ => Err(Error::internal("a change of rows")),
        };
        self.frames.pop();
        let (root, table) = lowered?;
        self.subplans.push(Subplan { root, outer: Vec::new() });
        // Actions of references reach further.
        let mut reached = vec![table];
        while let Some(table) = reached.pop() {
            if !self.frozen.contains(&table) {
                self.frozen.push(table);
                reached.extend(self.catalog.references_to(table).map(|(child, _)| child.id));
                let own = self.catalog.tables.get(&table);
                reached.extend(own.into_iter().flat_map(|table| table.children().iter().copied()));
            }
        }
        Ok(self.subplans.len() - 1)
    }

    /// The number of a kept table.
    pub(super) fn table(&mut self, id: TableId) -> usize {
        let next = self.tables.len();
        *self.tables.entry(id).or_insert(next)
    }

    fn outer(&mut self, id: ColumnId, ty: SqlType) -> Result<Place> {
        let frame = self
            .frames
            .last_mut()
            .ok_or_else(|| Error::internal(format!("column {id} is read but not produced")))?;
        if let Some(at) = frame.iter().position(|(other, _)| *other == id) {
            return Ok(Place::Outer(at));
        }
        frame.push((id, ty));
        Ok(Place::Outer(frame.len() - 1))
    }
}

struct NodeScope<'s, 'c> {
    lowerer: &'s mut Lowerer<'c>,
    columns: &'s Columns,
}

impl Scope for NodeScope<'_, '_> {
    fn stack(&self) -> Stack {
        self.lowerer.stack
    }
    fn column(&mut self, id: ColumnId, ty: SqlType) -> Result<Place> {
        match self.columns.place(id) {
            Some(at) => Ok(Place::Input(at)),
            None => self.lowerer.outer(id, ty),
        }
    }
    fn subquery(&mut self, plan: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)> {
        self.lowerer.subplan(plan)
    }
}

/// Adds the conjuncts of a predicate to a list.
pub(super) fn split_conjuncts(predicate: &Expr, out: &mut Vec<Expr>) {
    match predicate {
        Expr::And(items) => items.iter().for_each(|item| split_conjuncts(item, out)),
        other => out.push(other.clone()),
    }
}
