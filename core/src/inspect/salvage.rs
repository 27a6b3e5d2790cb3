//! The rows of a damaged file that can be read, as SQL.
//!
//! ```text
//! tree walked from its root --whole--> its leaves
//!                           --holes--> its leaves, and every sound page of the file that names the tree,
//!                                      is a leaf, and is not free
//! ```
//!
//! G1  Only rows of pages whose checksum holds are written; a row with a value that cannot be read is named
//!     in a comment and counted as lost.
//! G2  A rowid is written once: what the tree itself reaches comes first, a stray leaf (which may be older)
//!     only adds rows nobody else has.

use std::collections::BTreeSet;

use crate::base::PageNo;
use crate::btree::LeafView;
use crate::catalog::Table;
use crate::error::Result;
use crate::page::PageSource;
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF};
use crate::page::row_leaf::RowLeafHead;
use crate::record::decode;
use crate::store::TableShape;
use crate::value::Datum;

use super::File;
use super::tree::reach;

/// What was saved.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SalvageReport {
    /// Tables whose description could be read.
    pub tables: u64,
    /// Rows written.
    pub rows: u64,
    /// Rows seen that could not be read whole.
    pub lost_rows: u64,
    /// Tables of which pages are missing.
    pub damaged_tables: Vec<String>,
}

impl File {
    /// The leaves of a row tree, strays included when pages of it are missing.
    pub(super) fn leaves(&self, root: PageNo) -> Vec<PageNo> {
        let reached = reach(self, root);
        let mut leaves = reached.leaves;
        if !reached.problems.is_empty() {
            leaves.extend(self.strays(root).into_iter().filter(|no| !reached.pages.contains(no)));
        }
        leaves
    }

    /// Sound leaves anywhere in the file that name this tree.
    fn strays(&self, root: PageNo) -> Vec<PageNo> {
        let last = self.last_page().unwrap_or(0);
        (1..=last)
            .map(PageNo)
            .filter(|no| !self.is_free(*no))
            .filter(|no| {
                self.page(*no).is_ok_and(|page| {
                    page[KIND_AT] == KIND_ROW_LEAF && RowLeafHead::fields(&page).root == root
                })
            })
            .collect()
    }

    /// Writes every row that can be read as an INSERT; `emit` gets one line at a time.
    ///
    /// # Errors
    /// Only those of `emit`.
    pub fn salvage(&self, emit: &mut dyn FnMut(&str) -> Result<()>) -> Result<SalvageReport> {
        let mut report = SalvageReport::default();
        let catalog = self.catalog();
        for note in self.notes() {
            emit(&format!("-- {note}"))?;
        }
        for table in catalog.tables.values() {
            report.tables += 1;
            let shape = TableShape::new(table, self.page_size());
            let broken = reach(self, table.root).problems;
            for problem in &broken {
                emit(&format!("-- table {}: {problem}", quoted_name(&table.name)))?;
            }
            if !broken.is_empty() {
                report.damaged_tables.push(table.name.clone());
            }
            let mut seen = BTreeSet::new();
            for no in self.leaves(table.root) {
                match shape.tree.leaf(self, no) {
                    Ok(leaf) => self.salvage_leaf(table, &shape, &leaf, &mut seen, &mut report, emit)?,
                    Err(error) => {
                        emit(&format!("-- table {}: {}", quoted_name(&table.name), error.message()))?
                    }
                }
            }
        }
        Ok(report)
    }

    fn salvage_leaf(
        &self,
        table: &Table,
        shape: &TableShape,
        leaf: &LeafView,
        seen: &mut BTreeSet<i64>,
        report: &mut SalvageReport,
        emit: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let head = insert_head(table);
        for row in leaf.rows() {
            let rowid = leaf.rowid(row);
            if !seen.insert(rowid) {
                continue;
            }
            match self.read_row(table, shape, leaf, row) {
                Ok(values) => {
                    report.rows += 1;
                    let mut line = head.clone();
                    for (at, (value, column)) in values.iter().zip(&table.columns).enumerate() {
                        line.push_str(if at == 0 { "" } else { ", " });
                        match value {
                            Datum::Null => line.push_str("NULL"),
                            value => push_literal(&mut line, &value.to_text(column.ty.ty)),
                        }
                    }
                    line.push_str(");");
                    emit(&line)?;
                }
                Err(error) => {
                    report.lost_rows += 1;
                    let what = error.message();
                    emit(&format!("-- table {}: row {rowid} is lost: {what}", quoted_name(&table.name)))?;
                }
            }
        }
        Ok(())
    }

    fn read_row(&self, table: &Table, shape: &TableShape, leaf: &LeafView, row: usize) -> Result<Vec<Datum>> {
        let mut values = vec![Datum::Null; table.columns.len()];
        let mut buffer = Vec::new();
        for (at, (ordinal, ty)) in shape.stored.iter().zip(&shape.types).enumerate() {
            values[*ordinal] = decode(leaf.cell(self, at, row, &mut buffer)?, *ty)?;
        }
        if let Some(ordinal) = table.rowid_column {
            values[ordinal] = Datum::Int(leaf.rowid(row));
        }
        Ok(values)
    }
}

fn insert_head(table: &Table) -> String {
    let mut out = format!("INSERT INTO {}.{} (", quoted_name(&table.schema), quoted_name(&table.name));
    for (at, column) in table.columns.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        out.push_str(&quoted_name(&column.name));
    }
    out.push(')');
    if table.columns.iter().any(|column| column.identity.is_some_and(|identity| identity.always)) {
        out.push_str(" OVERRIDING SYSTEM VALUE");
    }
    out.push_str(" VALUES (");
    out
}

fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A literal of unknown type: every type reads its own text.
fn push_literal(out: &mut String, text: &str) {
    out.push('\'');
    out.push_str(&text.replace('\'', "''"));
    out.push('\'');
}
