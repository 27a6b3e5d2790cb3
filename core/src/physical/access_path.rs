//! Which way into a table: all of it, by rowid, or by an index.
//!
//! ```text
//! a = $1 AND b > 3 AND c LIKE 'x%'    index (a, b): equal [$1], range b > 3; filter: c LIKE 'x%'
//! ```
//!
//! A condition is used when one side is a column of the table and the other does not depend on the table:
//! it is computed once, when the scan starts (or per left row, in a lookup join). What an index answers
//! exactly is not evaluated again.

use std::sync::Arc;

use crate::base::ColumnId;
use crate::catalog::Index;
use crate::error::Result;
use crate::function::{FunctionId, Volatility, scalar_volatility};
use crate::plan::{CompareOp, Expr, TableScan};
use crate::value::{Datum, SqlType};

use super::plan::{Access, Bound, Kept, Operation, Range, ScanPlan};
use super::scope::{Columns, Lowered, Lowerer};

/// Rows a table is taken to have: nobody has counted.
const TABLE_ROWS: f64 = 1000.0;

/// A scan with its way in.
pub(super) struct Chosen {
    pub plan: ScanPlan,
    pub columns: Columns,
    pub rows: f64,
    /// The conditions that the access answers, and those left to the filter: for EXPLAIN.
    pub used: Vec<Expr>,
    pub left: Vec<Expr>,
}

/// An index with its score, and the conditions for its equal parts and for a range after them.
type Candidate<'c, 'e> = (usize, &'c Arc<Index>, Vec<&'c Condition<'e>>, Vec<&'c Condition<'e>>);

/// `column op value`, from a conjunct.
struct Condition<'e> {
    ordinal: usize,
    test: Test<'e>,
    /// Which conjunct it is.
    conjunct: usize,
}

enum Test<'e> {
    Compare(CompareOp, &'e Expr),
    In(&'e [Expr]),
}

impl Condition<'_> {
    fn is_equal(&self) -> bool {
        matches!(self.test, Test::Compare(CompareOp::Equal, _))
    }
}

impl Lowerer<'_> {
    /// The best way into a table under these conjuncts. `driver`: columns of a left row that conditions may
    /// use too (conjuncts that cannot be used then are not part of the filter but answered in `left`).
    pub(super) fn choose_access(
        &mut self,
        scan: &TableScan,
        conjuncts: &[Expr],
        driver: Option<&Columns>,
    ) -> Result<Chosen> {
        let mut ids: Vec<ColumnId> = scan.columns.iter().map(|(_, column)| column.id).collect();
        ids.extend(scan.rowid);
        let columns = Columns::new(ids);
        let conditions = conditions_of(scan, conjuncts, &columns);
        let none = Columns::default();
        let (access, used, rows) = if conjuncts.iter().any(is_never_true) {
            (Access::Nothing, Vec::new(), 1.0)
        } else if !self.choices.index_scan {
            (Access::Full, Vec::new(), TABLE_ROWS)
        } else {
            self.best(scan, &conditions, conjuncts, driver.unwrap_or(&none))?
        };
        let left: Vec<Expr> = conjuncts
            .iter()
            .enumerate()
            .filter(|(at, _)| !used.contains(at))
            .map(|(_, conjunct)| conjunct.clone())
            .collect();
        let filter = if driver.is_none() { self.compile_conjuncts(&left, &columns)? } else { None };
        let selectivity = 0.33_f64.powi(i32::try_from(left.len()).unwrap_or(8).min(8));
        let mut types: Vec<SqlType> = scan.columns.iter().map(|(_, column)| column.ty.ty).collect();
        types.extend(scan.rowid.map(|_| SqlType::Int8));
        Ok(Chosen {
            plan: ScanPlan {
                table: Arc::clone(&scan.table),
                columns: scan.columns.iter().map(|(ordinal, _)| *ordinal).collect(),
                types: types.into(),
                rowid: scan.rowid.is_some(),
                access,
                filter,
                descending: false,
                kept: Kept::default(),
            },
            columns,
            rows: (rows * selectivity).max(1.0),
            used: used.iter().map(|at| conjuncts[*at].clone()).collect(),
            left,
        })
    }

    pub(super) fn scan_node(&mut self, chosen: Chosen) -> Lowered {
        let types = chosen.plan.types.to_vec();
        let mut node = self.node(Operation::Scan(Arc::new(chosen.plan)), types, chosen.rows);
        self.detail(&mut node, "Index Cond", &chosen.used);
        self.detail(&mut node, "Filter", &chosen.left);
        Lowered { node, columns: chosen.columns }
    }

    fn best(
        &mut self,
        scan: &TableScan,
        conditions: &[Condition<'_>],
        conjuncts: &[Expr],
        driver: &Columns,
    ) -> Result<(Access, Vec<usize>, f64)> {
        // A partial index will do where the column is true that its predicate made.
        let is_true = |ordinal: usize| {
            let id = scan.columns.iter().find(|(own, _)| *own == ordinal).map(|(_, column)| column.id);
            conjuncts.iter().any(|conjunct| matches!(conjunct, Expr::Column(own, _) if Some(*own) == id))
        };
        let indexes: Vec<&Arc<Index>> = scan
            .table
            .indexes
            .iter()
            .filter_map(|id| self.catalog.indexes.get(id))
            .filter(|index| index.predicate.is_none_or(is_true))
            .collect();
        let rowid = scan.table.rowid_column;
        let on_rowid = |condition: &&Condition<'_>| Some(condition.ordinal) == rowid;
        if let Some(condition) = conditions.iter().filter(on_rowid).find(|condition| condition.is_equal())
            && let Test::Compare(_, value) = condition.test
        {
            let program = self.compile(value, driver)?;
            return Ok((Access::RowidList(vec![program]), vec![condition.conjunct], 1.0));
        }
        let mut best: Option<Candidate<'_, '_>> = None;
        for index in indexes.iter().copied() {
            let mut equal = Vec::new();
            for key in &index.keys {
                let found = conditions
                    .iter()
                    .find(|condition| condition.ordinal == key.column && condition.is_equal());
                match found {
                    Some(condition) => equal.push(condition),
                    None => break,
                }
            }
            let range: Vec<&Condition<'_>> = match index.keys.get(equal.len()) {
                Some(key) => range_on(conditions, key.column),
                None => Vec::new(),
            };
            let all = index.unique && equal.len() == index.keys.len();
            let score = equal.len() * 10 + range.len() * 3 + usize::from(all) * 1000;
            // One end of a range alone may mean most of the table, and fetching rows by key is dear.
            let worth =
                !equal.is_empty() || range.len() == 2 || (!range.is_empty() && !self.choices.seq_scan);
            if worth && best.as_ref().is_none_or(|(other, ..)| score > *other) {
                best = Some((score, index, equal, range));
            }
        }
        if let Some(condition) = conditions.iter().filter(on_rowid).find(|c| matches!(c.test, Test::In(_)))
            && let Test::In(list) = condition.test
            && best.as_ref().is_none_or(|(score, ..)| *score < 1000)
        {
            let programs = self.compile_all(list, driver)?;
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let rows = list.len() as f64;
            return Ok((Access::RowidList(programs), vec![condition.conjunct], rows));
        }
        if let Some((_, index, equal, range)) = best {
            return self.by_index(index, &equal, &range, driver);
        }
        let list = indexes.iter().copied().find_map(|index| {
            let first = index.keys.first()?.column;
            let condition =
                conditions.iter().find(|c| c.ordinal == first && matches!(c.test, Test::In(_)))?;
            Some((index, condition))
        });
        if let Some((index, condition)) = list
            && let Test::In(list) = condition.test
        {
            let values = self.compile_all(list, driver)?;
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let rows = list.len() as f64 * if index.unique && index.keys.len() == 1 { 1.0 } else { 10.0 };
            let access = Access::IndexList { index: Arc::clone(index), values };
            return Ok((access, vec![condition.conjunct], rows));
        }
        if let Some(ordinal) = rowid {
            let range = range_on(conditions, ordinal);
            if !range.is_empty() {
                let used = range.iter().map(|condition| condition.conjunct).collect();
                let rows = if range.len() == 2 { TABLE_ROWS / 20.0 } else { TABLE_ROWS / 3.0 };
                return Ok((Access::Rowids(self.range(&range, driver)?), used, rows));
            }
        }
        Ok((Access::Full, Vec::new(), TABLE_ROWS))
    }

    fn by_index(
        &mut self,
        index: &Arc<Index>,
        equal: &[&Condition<'_>],
        range: &[&Condition<'_>],
        driver: &Columns,
    ) -> Result<(Access, Vec<usize>, f64)> {
        let mut programs = Vec::with_capacity(equal.len());
        for condition in equal {
            if let Test::Compare(_, value) = condition.test {
                programs.push(self.compile(value, driver)?);
            }
        }
        let used = equal.iter().chain(range).map(|condition| condition.conjunct).collect();
        let rows = if index.unique && equal.len() == index.keys.len() {
            1.0
        } else {
            let narrowing = 0.2_f64.powi(i32::try_from(equal.len()).unwrap_or(4).saturating_sub(1).min(4));
            let base = if equal.is_empty() { TABLE_ROWS / 20.0 } else { TABLE_ROWS / 100.0 * narrowing };
            (if range.is_empty() || equal.is_empty() { base } else { base / 3.0 }).max(1.0)
        };
        let access =
            Access::Index { index: Arc::clone(index), equal: programs, range: self.range(range, driver)? };
        Ok((access, used, rows))
    }

    fn range(&mut self, conditions: &[&Condition<'_>], driver: &Columns) -> Result<Range> {
        let mut range = Range::default();
        for condition in conditions {
            let Test::Compare(op, value) = condition.test else { continue };
            let program = self.compile(value, driver)?;
            match op {
                CompareOp::Less => range.upper = Some(Bound { program, inclusive: false }),
                CompareOp::LessOrEqual => range.upper = Some(Bound { program, inclusive: true }),
                CompareOp::Greater => range.lower = Some(Bound { program, inclusive: false }),
                CompareOp::GreaterOrEqual => range.lower = Some(Bound { program, inclusive: true }),
                CompareOp::Equal | CompareOp::NotEqual => {}
            }
        }
        Ok(range)
    }
}

/// The first lower and the first upper bound of a column.
fn range_on<'c, 'e>(conditions: &'c [Condition<'e>], ordinal: usize) -> Vec<&'c Condition<'e>> {
    let first = |ops: [CompareOp; 2]| {
        conditions.iter().find(|condition| {
            condition.ordinal == ordinal
                && matches!(condition.test, Test::Compare(op, _) if ops.contains(&op))
        })
    };
    let lower = first([CompareOp::Greater, CompareOp::GreaterOrEqual]);
    let upper = first([CompareOp::Less, CompareOp::LessOrEqual]);
    lower.into_iter().chain(upper).collect()
}

fn conditions_of<'e>(scan: &TableScan, conjuncts: &'e [Expr], columns: &Columns) -> Vec<Condition<'e>> {
    let column_of = |expr: &Expr, ty: SqlType| {
        let id = bare_column(expr, ty)?;
        scan.columns.iter().find(|(_, column)| column.id == id).map(|(ordinal, _)| *ordinal)
    };
    let mut conditions = Vec::new();
    for (conjunct, expr) in conjuncts.iter().enumerate() {
        match expr {
            Expr::Compare { op, ty, left, right } => {
                if let Some(ordinal) = column_of(left, *ty)
                    && is_independent(right, columns)
                {
                    conditions.push(Condition { ordinal, test: Test::Compare(*op, right), conjunct });
                } else if let Some(ordinal) = column_of(right, *ty)
                    && is_independent(left, columns)
                {
                    let test = Test::Compare(op.swapped(), left);
                    conditions.push(Condition { ordinal, test, conjunct });
                }
            }
            Expr::InList { operand, list, ty, negated: false } => {
                if let Some(ordinal) = column_of(operand, *ty)
                    && list.iter().all(|item| is_independent(item, columns))
                {
                    conditions.push(Condition { ordinal, test: Test::In(list), conjunct });
                }
            }
            _ => {}
        }
    }
    conditions
}

fn is_never_true(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Datum::Bool(false) | Datum::Null, _))
}

/// The column, where an expression is nothing else: also below casts that leave order and equality as they
/// are.
fn bare_column(expr: &Expr, compared: SqlType) -> Option<ColumnId> {
    match expr {
        Expr::Column(id, _) => Some(*id),
        Expr::Cast { operand, from, to, .. } if to.modifier < 0 && to.ty == compared => {
            use SqlType::{Int2, Int4, Int8, Text, Varchar};
            let keeps = matches!((from, to.ty), (Int2, Int4 | Int8) | (Int4, Int8) | (Varchar, Text));
            if keeps { bare_column(operand, *from) } else { None }
        }
        _ => None,
    }
}

/// Whether an expression can be computed before any row of the table is read, once.
fn is_independent(expr: &Expr, columns: &Columns) -> bool {
    let mut read = Vec::new();
    expr.columns(&mut read);
    read.iter().all(|id| columns.place(*id).is_none())
        && !expr.any(&|expr| match expr {
            Expr::Call { function, .. } => is_volatile(*function),
            _ => false,
        })
}

/// Functions whose every call may answer something else.
pub(super) fn is_volatile(function: FunctionId) -> bool {
    scalar_volatility(function) == Volatility::Volatile
}
