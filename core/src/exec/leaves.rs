//! The tables of a family while its rows are changed: which one a row belongs to, and its shape there.
//!
//! ```text
//! row in the columns of p --rules of the leaves, the last one that fitted first--> leaf, row in its columns
//! ```
//!
//! Rules and writers of a leaf are made when a row first needs them.

use std::sync::Arc;

use crate::base::ObjectId;
use crate::catalog::{Routine, Table};
use crate::error::{Error, Result, SqlState};
use crate::eval::{Program, Row};
use crate::physical::{Check, RowRules};
use crate::store::{TableShape, TableWriter, failing_row};
use crate::value::Datum;

use super::run::Run;

/// See the module.
pub(crate) struct Leaves {
    root: Arc<Table>,
    leaves: Vec<Leaf>,
    last: usize,
}

/// One table that holds rows.
pub(crate) struct Leaf {
    pub table: Arc<Table>,
    pub triggers: Arc<[Arc<Routine>]>,
    /// Per column of the leaf, the one of the root.
    from_root: Vec<Option<usize>>,
    /// Per column of the root, the one of the leaf.
    to_root: Vec<usize>,
    rule: Option<Option<Arc<Program>>>,
    rules: Option<Arc<RowRules>>,
    writer: Option<TableWriter>,
}

/// The CHECKs and generated columns of a table.
pub(super) fn rules_of(run: &Run<'_, '_>, table: &Table, generates: bool) -> Result<RowRules> {
    let rules = run.cx.rules;
    let checks = rules.checks(table)?.into_iter().map(|(name, predicate)| Check { name, predicate });
    let generated = if generates { rules.generated(table)? } else { Vec::new() };
    Ok(RowRules { generated, checks: checks.collect() })
}

/// Whether a row may be in a partition.
pub(super) fn fits(run: &mut Run<'_, '_>, rule: Option<&Program>, row: &[Datum]) -> Result<bool> {
    match rule {
        None => Ok(true),
        Some(rule) => run.is_true(rule, Row::Values(row)),
    }
}

/// 23514, of a row that does not belong into a partition.
pub(super) fn outside(table: &Table, row: &[Datum]) -> Error {
    Error::new(
        SqlState::CHECK_VIOLATION,
        format!("new row for relation \"{}\" violates partition constraint", table.name),
    )
    .with_detail(failing_row(table, row))
    .with_table(table.schema.clone(), table.name.clone())
}

impl Leaf {
    /// A row of the root in the columns of the leaf.
    pub(crate) fn inward(&self, row: &[Datum]) -> Vec<Datum> {
        let value = |from: &Option<usize>| from.and_then(|at| row.get(at)).cloned().unwrap_or(Datum::Null);
        self.from_root.iter().map(value).collect()
    }

    /// A row of the leaf in the columns of the root; hidden ones are NULL.
    pub(crate) fn outward(&self, row: &[Datum], width: usize) -> Vec<Datum> {
        let mut out: Vec<Datum> = self.to_root.iter().map(|at| row[*at].clone()).collect();
        out.resize(width, Datum::Null);
        out
    }

    /// The same with the OID of the leaf behind it, for RETURNING.
    pub(crate) fn shown(&self, row: &[Datum], width: usize) -> Vec<Datum> {
        let mut out = self.outward(row, width);
        out.push(Datum::Int(i64::from(self.table.id.0)));
        out
    }

    /// Where the leaf has a column of the root.
    pub(crate) fn ordinal(&self, at: usize) -> Result<usize> {
        self.to_root.get(at).copied().ok_or_else(|| Error::internal("a column of a family"))
    }

    pub(crate) fn rules(&mut self, run: &Run<'_, '_>) -> Result<Arc<RowRules>> {
        if let Some(rules) = &self.rules {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(rules_of(run, &self.table, true)?);
        self.rules = Some(Arc::clone(&rules));
        Ok(rules)
    }

    pub(crate) fn fits(&mut self, run: &mut Run<'_, '_>, row: &[Datum]) -> Result<bool> {
        if self.rule.is_none() {
            self.rule = Some(run.cx.rules.partition_rule(&self.table)?.map(Arc::new));
        }
        let rule = self.rule.clone().flatten();
        fits(run, rule.as_deref(), row)
    }

    pub(crate) fn writer(&mut self, run: &Run<'_, '_>) -> Result<&mut TableWriter> {
        match &mut self.writer {
            Some(writer) => Ok(writer),
            none => {
                let page_size = run.cx.pages.source().page_size();
                Ok(none.insert(TableWriter::new(run.cx.catalog, &self.table, page_size)?))
            }
        }
    }

    /// The row of that number.
    pub(crate) fn fetch(&self, run: &Run<'_, '_>, rowid: i64) -> Result<Option<Vec<Datum>>> {
        let source = run.cx.pages.source();
        TableShape::new(&self.table, source.page_size()).fetch(source, &self.table, rowid)
    }
}

impl Leaves {
    /// The leaves of a table.
    pub(crate) fn of(run: &Run<'_, '_>, root: &Arc<Table>) -> Result<Leaves> {
        let catalog = run.cx.catalog;
        let mut leaves = Vec::new();
        for table in catalog.holders(root) {
            let to_root = root.columns[..root.width()].iter().map(|column| table.column(&column.name));
            let to_root: Option<Vec<usize>> = to_root.collect();
            let from_root = table.columns.iter().map(|column| root.column(&column.name)).collect();
            leaves.push(Leaf {
                triggers: catalog.row_triggers(&table).into(),
                to_root: to_root.ok_or_else(|| Error::internal("a child lacks a column of its parent"))?,
                from_root,
                rule: None,
                rules: None,
                writer: None,
                table,
            });
        }
        Ok(Leaves { root: Arc::clone(root), leaves, last: 0 })
    }

    /// The place of a table among them.
    pub(crate) fn place(&self, oid: &Datum) -> Result<usize> {
        let is = |id: ObjectId| *oid == Datum::Int(i64::from(id.0));
        let found = self.leaves.iter().position(|leaf| is(leaf.table.id));
        found.ok_or_else(|| Error::internal("a row of a table outside the family"))
    }

    /// One of them.
    pub(crate) fn leaf(&mut self, at: usize) -> Result<&mut Leaf> {
        self.leaves.get_mut(at).ok_or_else(|| Error::internal("a leaf of a family"))
    }

    /// What writers remember is stale: a trigger may have written.
    pub(crate) fn forget_writers(&mut self) {
        self.leaves.iter_mut().for_each(|leaf| leaf.writer = None);
    }

    /// Where a row of the root goes, and what it looks like there.
    pub(crate) fn route(&mut self, run: &mut Run<'_, '_>, row: &[Datum]) -> Result<(usize, Vec<Datum>)> {
        let first = self.last;
        let others = (0..self.leaves.len()).filter(|at| *at != first);
        for at in core::iter::once(first).chain(others) {
            let Some(leaf) = self.leaves.get_mut(at) else { continue };
            let own = leaf.inward(row);
            if leaf.fits(run, &own)? {
                self.last = at;
                return Ok((at, own));
            }
        }
        let rule = run.cx.rules.partition_rule(&self.root)?;
        if !fits(run, rule.as_ref(), row)? {
            return Err(outside(&self.root, row));
        }
        let error = Error::new(
            SqlState::CHECK_VIOLATION,
            format!("no partition of relation \"{}\" found for row", self.root.name),
        );
        let parts = self.root.partition_key().map_or(&[][..], |key| &key.parts);
        let shown: Option<Vec<String>> = parts
            .iter()
            .map(|part| {
                let at =
                    self.root.columns.iter().position(|c| crate::base::words::quoted(&c.name) == *part)?;
                let value = row.get(at)?;
                let ty = self.root.columns[at].ty.ty;
                Some(if value.is_null() { "null".to_owned() } else { value.to_text(ty) })
            })
            .collect();
        let error = error.with_table(self.root.schema.clone(), self.root.name.clone());
        Err(match shown {
            Some(shown) => error.with_detail(format!(
                "Partition key of the failing row contains ({}) = ({}).",
                parts.join(", "),
                shown.join(", ")
            )),
            None => error,
        })
    }
}
