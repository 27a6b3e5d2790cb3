//! Plans run over pages in memory: SQL in, rows out, with any batch size and any fuel.

mod access;
mod agreement;
mod changes;
mod limits;
mod naive;

use std::sync::Arc;

use crate::base::ColumnId;
use crate::bind::{bind_default, fixture};
use crate::btree::memory_pages::MemoryPages;
use crate::catalog::{Catalog, Constraint, Index, IndexKey, Rule, Table};
use crate::error::stack::Stack;
use crate::error::{Error, Result};
use crate::eval::{NoContext, Place, Program, Scope, compile};
use crate::optimize::optimize;
use crate::physical::{PhysicalPlan, PhysicalStatement, lower};
use crate::plan::LogicalPlan;
use crate::store;
use crate::value::{Datum, SqlType};

use super::{ExecContext, Execution, NoTableRules, Pages, Step, TableRules};

/// Tables in memory.
pub(super) struct Rig {
    pub pages: MemoryPages,
    pub catalog: Arc<Catalog>,
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub batch_rows_max: usize,
    pub fuel: u64,
    pub micro: bool,
    pub memory_bytes_max: usize,
}

pub(super) const FULL: How =
    How { batch_rows_max: 1024, fuel: u64::MAX, micro: true, memory_bytes_max: 256 << 20 };

/// What came out, each row as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub rows: Vec<String>,
    pub affected: u64,
}

impl Outcome {
    pub(super) fn sorted(mut self) -> Outcome {
        self.rows.sort();
        self
    }
}

/// The DEFAULTs of referring tables; their CHECKs are tested where the catalog's text is compiled.
struct Defaults<'c> {
    catalog: &'c Catalog,
    stack: Stack,
}

impl TableRules for Defaults<'_> {
    fn checks(&self, table: &Table) -> Result<Vec<(String, Program)>> {
        NoTableRules.checks(table)
    }
    fn default(&self, table: &Table, column: usize) -> Result<Option<Program>> {
        let column = &table.columns[column];
        let Some(text) = &column.default else { return Ok(None) };
        let bound = bind_default(text, column, self.catalog, &[])?;
        compile(&bound, &mut Defaults { catalog: self.catalog, stack: self.stack }).map(Some)
    }
}

impl Scope for Defaults<'_> {
    fn stack(&self) -> Stack {
        self.stack
    }
    fn column(&mut self, _: ColumnId, _: SqlType) -> Result<Place> {
        Err(Error::internal("a DEFAULT reads no column"))
    }
    fn subquery(&mut self, _: &LogicalPlan) -> Result<(usize, Vec<(ColumnId, SqlType)>)> {
        Err(Error::internal("a DEFAULT has no subquery"))
    }
}

impl Rig {
    /// Empty tables and indexes after a script of definitions.
    pub(super) fn new(script: &str) -> Rig {
        let mut catalog = fixture::catalog(script);
        let mut pages = MemoryPages::new(4096);
        for table in catalog.tables.values().cloned().collect::<Vec<_>>() {
            let mut changed = (*table).clone();
            let mut keys = Vec::new();
            for constraint in &mut changed.constraints {
                let Constraint { name, rule, .. } = constraint;
                if let Rule::PrimaryKey { columns, index } | Rule::Unique { columns, index } = rule
                    && table.rowid_column.is_none_or(|rowid| *columns != [rowid])
                {
                    let id = catalog.allot_id().expect("ids are left");
                    *index = Some(id);
                    let parts = columns.iter().map(|column| IndexKey {
                        column: *column,
                        descending: false,
                        nulls_first: false,
                    });
                    keys.push(Index {
                        id,
                        schema: table.schema.clone(),
                        name: name.clone(),
                        table: table.id,
                        keys: parts.collect(),
                        unique: true,
                        predicate: None,
                        include: Vec::new(),
                        root: crate::base::PageNo::NONE,
                    });
                }
            }
            changed.root = store::create_table(&mut pages, &changed).expect("memory has room");
            catalog.put_table(changed);
            for key in keys {
                catalog.put_index(key);
            }
        }
        for index in catalog.indexes.values().cloned().collect::<Vec<_>>() {
            let mut changed = (*index).clone();
            changed.root = store::create_index(&mut pages).expect("memory has room");
            catalog.put_index(changed);
        }
        Rig { pages, catalog: Arc::new(catalog) }
    }

    pub(super) fn plan(&self, sql: &str) -> Result<PhysicalPlan> {
        let bound = optimize(fixture::bind_in(&self.catalog, sql)?, &self.catalog)?;
        match lower(&bound, &self.catalog, crate::physical::Choices::default())? {
            PhysicalStatement::Plan(plan) | PhysicalStatement::Explain { plan, .. } => {
                Ok(Arc::try_unwrap(plan).expect("nobody else has the plan"))
            }
            PhysicalStatement::Utility(_) => panic!("{sql} is not run by a plan"),
        }
    }

    pub(super) fn run_how(&mut self, sql: &str, parameters: &[Datum], how: How) -> Result<Outcome> {
        let plan = self.plan(sql)?;
        let plan = if how.micro { plan } else { plan.without_micro() };
        let types: Vec<_> = plan.output.iter().map(|column| column.ty.ty).collect();
        let mut execution = Execution::new(Arc::new(plan));
        let mut rows = Vec::new();
        loop {
            let mut cx =
                ExecContext::new(Pages::Write(&mut self.pages), &self.catalog, parameters, &NoContext);
            let rules = Defaults { catalog: &self.catalog, stack: Stack::here() };
            cx.rules = &rules;
            cx.batch_rows_max = how.batch_rows_max;
            cx.fuel = how.fuel;
            cx.memory_bytes_max = how.memory_bytes_max;
            match execution.step(&mut cx)? {
                Step::Rows(batch) => {
                    assert!(batch.rows > 0, "a batch has rows");
                    assert_eq!(batch.columns.len(), types.len());
                    for at in 0..batch.rows {
                        let row = batch.row(at, &types)?;
                        let texts = row.iter().zip(&types).map(|(value, ty)| {
                            if value.is_null() { "-".to_owned() } else { value.to_text(*ty) }
                        });
                        rows.push(texts.collect::<Vec<_>>().join("|"));
                    }
                }
                Step::Yield => {}
                Step::Done { affected } => return Ok(Outcome { rows, affected }),
            }
        }
    }

    pub(super) fn run(&mut self, sql: &str) -> Outcome {
        self.run_how(sql, &[], FULL).unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    pub(super) fn rows(&mut self, sql: &str) -> Vec<String> {
        self.run(sql).rows
    }

    /// SQLSTATE, message and detail of a statement that fails; what it changed is taken back.
    pub(super) fn error(&mut self, sql: &str) -> (String, String, String) {
        let before = self.pages.clone();
        let error = match self.run_how(sql, &[], FULL) {
            Ok(outcome) => panic!("{sql} gave {outcome:?}"),
            Err(error) => error,
        };
        self.pages = before;
        (
            error.sqlstate().code().to_owned(),
            error.message().to_owned(),
            error.detail().unwrap_or_default().to_owned(),
        )
    }
}

/// A small generator: the same seed gives the same numbers.
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(from.len() as u64)).expect("small");
        &from[at]
    }
    /// A small integer as SQL, NULL now and then.
    pub(super) fn int(&mut self, bound: u64) -> Option<i64> {
        if self.below(8) == 0 { None } else { Some(self.below(bound).cast_signed()) }
    }
}

/// NULL as SQL writes it.
pub(super) fn sql(value: Option<i64>) -> String {
    value.map_or("NULL".to_owned(), |value| value.to_string())
}

/// NULL as [`Outcome`] writes it.
pub(super) fn shown(value: Option<i64>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}
