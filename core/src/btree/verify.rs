//! Checks trees from the root down: structure, order, separators, and which pages they use.
//!
//! Goes on after a problem where it can, so that one report names them all (up to a bound).

use std::collections::BTreeSet;

use crate::base::{CellWidth, PageNo};
use crate::error::Result;
use crate::page::bytes::{KIND_AT, KIND_ROW_LEAF};
use crate::page::row_interior::RowInterior;
use crate::page::row_leaf::RowLeaf;
use crate::page::{PageSource, row_tail};

use super::overflow;
use super::row_tree::{RowTree, check_level, tail_bytes};

/// Problems kept: the first ones tell what happened, a wholly damaged file has no end of them.
const PROBLEMS_MAX: usize = 100;

/// What a check of one or more trees found. Give the same report to all trees of a file: a page used
/// twice is then found whichever trees use it.
#[derive(Clone, Debug, Default)]
pub struct TreeReport {
    /// Pages that trees use.
    pub pages: BTreeSet<PageNo>,
    /// Rows or entries.
    pub entries: u64,
    /// What is wrong, in words.
    pub problems: Vec<String>,
}

impl TreeReport {
    /// Notes a page; `false` when some tree has it already.
    pub(super) fn take(&mut self, no: PageNo) -> bool {
        if self.pages.insert(no) {
            return true;
        }
        self.problem(format!("page {no} is used twice"));
        false
    }

    pub(super) fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(what);
        }
    }

    /// Notes the error of a step that failed.
    pub(super) fn note(&mut self, no: PageNo, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.problem(format!("page {no}: {}", error.message()));
        }
    }
}

/// A page to visit: its number, the level its parent promises, and the rowids it may hold.
struct Visit {
    no: PageNo,
    level: Option<u8>,
    low: Option<i64>,
    high: Option<i64>,
    rightmost: bool,
}

impl RowTree {
    /// Checks the whole tree, with the values out of line, adding to the report.
    pub fn verify(&self, source: &dyn PageSource, report: &mut TreeReport) {
        let mut stack = vec![Visit { no: self.root, level: None, low: None, high: None, rightmost: true }];
        while let Some(visit) = stack.pop() {
            if report.take(visit.no) {
                let outcome = self.verify_page(source, &visit, &mut stack, report);
                report.note(visit.no, outcome);
            }
        }
    }

    fn verify_page(
        &self,
        source: &dyn PageSource,
        visit: &Visit,
        stack: &mut Vec<Visit>,
        report: &mut TreeReport,
    ) -> Result<()> {
        let no = visit.no;
        let page = source.page(no)?;
        if page[KIND_AT] == KIND_ROW_LEAF {
            check_level(&page, 0, visit.level)?;
            return self.verify_leaf(source, visit, &RowLeaf::open(&page, &self.layout)?, report);
        }
        let interior = RowInterior::open(&page)?;
        check_level(&page, interior.level(), visit.level)?;
        if interior.root() != self.root {
            report.problem(format!("page {no} belongs to another tree"));
        }
        let mut low = visit.low;
        for at in 0..interior.count() {
            let last = at + 1 == interior.count();
            let high = if last { visit.high } else { Some(interior.key(at)) };
            if let (Some(low), Some(high)) = (low, high)
                && low >= high
            {
                report.problem(format!("page {no} has separators out of order at child {at}"));
            }
            stack.push(Visit {
                no: interior.child(at),
                level: Some(interior.level() - 1),
                low,
                high,
                rightmost: visit.rightmost && last,
            });
            low = high;
        }
        Ok(())
    }

    fn verify_leaf(
        &self,
        source: &dyn PageSource,
        visit: &Visit,
        leaf: &RowLeaf<'_>,
        report: &mut TreeReport,
    ) -> Result<()> {
        let no = visit.no;
        if leaf.head().root != self.root {
            report.problem(format!("page {no} belongs to another tree"));
        }
        if leaf.head().rightmost && !visit.rightmost {
            report.problem(format!("page {no} takes itself for the last leaf"));
        }
        if leaf.count() == 0 && no != self.root {
            report.problem(format!("page {no} is a leaf without rows"));
        }
        let mut heap = 0;
        for row in 0..leaf.count() {
            let rowid = leaf.rowid(row);
            report.entries += 1;
            if row > 0 && leaf.rowid(row - 1) >= rowid {
                report.problem(format!("page {no} has row {rowid} out of order"));
            }
            if visit.low.is_some_and(|low| rowid < low) || visit.high.is_some_and(|high| rowid >= high) {
                report.problem(format!("page {no} has row {rowid}, which belongs elsewhere"));
            }
            heap += leaf.row_heap_bytes(row);
            let outcome = self.verify_row(source, leaf, row, report);
            report.note(no, outcome);
        }
        if heap != leaf.live_heap_bytes() {
            report.problem(format!("page {no} counts {} heap bytes, has {heap}", leaf.live_heap_bytes()));
        }
        Ok(())
    }

    fn verify_row(
        &self,
        source: &dyn PageSource,
        leaf: &RowLeaf<'_>,
        row: usize,
        report: &mut TreeReport,
    ) -> Result<()> {
        for column in 0..self.layout.inline_of(leaf.head().columns) {
            let place = self.layout.place(column);
            if place.width == CellWidth::Var {
                leaf.value_at(place, row)?;
            }
        }
        for pointer in self.pointers(leaf, row)? {
            let mut lists = Vec::new();
            let runs = overflow::runs_of(source, &pointer, &mut |no| lists.push(no))?;
            let pages = runs.iter().flat_map(|run| (run.first.0..run.first.0 + run.pages).map(PageNo));
            for page in pages.chain(lists) {
                report.take(page);
            }
            overflow::read_value(source, &pointer, &mut Vec::new())?;
        }
        if self.layout.has_tail(leaf.head().columns) {
            let mut buffer = Vec::new();
            let tail = tail_bytes(*leaf, source, row, &mut buffer)?;
            row_tail::decode(&self.layout, tail, |_, _| true)?;
        }
        Ok(())
    }
}
