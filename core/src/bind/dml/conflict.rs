//! ON CONFLICT of INSERT.

use std::sync::Arc;

use sqlparser::ast::{self, ConflictTarget, OnConflictAction};

use crate::base::ObjectId;
use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::from::conjuncts;
use crate::bind::names;
use crate::bind::scope::{Relation, Scope};
use crate::catalog::{Constraint, Deferral, Index, Rule, Table};
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, ConflictUpdate, Expr, OnConflict};

impl Binder<'_> {
    /// `row` are the columns of the row to insert: `excluded`.
    pub(super) fn on_conflict(
        &mut self,
        table: &Arc<Table>,
        alias: &str,
        row: &[ColumnInfo],
        on: &ast::OnConflict,
    ) -> Result<OnConflict> {
        let is_late = |(constraint, ..): &(&Constraint, &[usize], Option<ObjectId>)| {
            constraint.deferral != Deferral::Never
        };
        let arbiters = match &on.conflict_target {
            None if self.arbiter.is_some() => Some(self.inferred_of(table)?),
            None if table.keys().any(|key| is_late(&key)) => return Err(deferrable()),
            None => None,
            Some(ConflictTarget::Columns(columns)) => Some(self.inferred(table, columns)?),
            Some(ConflictTarget::OnConstraint(name)) => {
                Some(vec![constraint_key(table, &names::qualified(name)?.name)?])
            }
        };
        let OnConflictAction::DoUpdate(update) = &on.action else {
            return Ok(OnConflict { arbiters, update: None });
        };
        if arbiters.is_none() {
            return Err(Error::new(
                SqlState::SYNTAX_ERROR,
                "ON CONFLICT DO UPDATE requires inference specification or constraint name",
            )
            .with_hint("For example, ON CONFLICT (column_name)."));
        }
        let old = self.row_columns(table);
        let relation = |alias: &str, row: &[ColumnInfo]| Relation {
            schema: None,
            ..Relation::of_table(alias.to_owned(), table, row)
        };
        let mut scope = Scope::of(relation(alias, &old));
        scope.add(relation("excluded", row));
        let mut level = Level::new(&scope, Clause::Update);
        let mut assignments = Vec::with_capacity(update.assignments.len());
        for assignment in &update.assignments {
            self.assignment(table, assignment, &mut level, &mut assignments)?;
        }
        let predicate = match &update.selection {
            None => None,
            Some(predicate) => {
                level.clause = Clause::Where;
                Some(self.condition(predicate, "WHERE", &mut level)?)
            }
        };
        Ok(OnConflict { arbiters, update: Some(ConflictUpdate { old, assignments, predicate }) })
    }

    /// The unique indexes over these expressions, whose WHERE follows from the one given.
    fn inferred_of(&mut self, table: &Arc<Table>) -> Result<Vec<Option<ObjectId>>> {
        let Some(arbiter) = self.arbiter.take() else { return Ok(Vec::new()) };
        let row = self.row_columns(table);
        let scope = Scope::of(Relation::of_table(table.name.clone(), table, &row));
        let derived = self.derived_columns(table, &row)?;
        let mut wanted = Vec::with_capacity(arbiter.keys.len());
        for sql in &arbiter.keys {
            let syntax = crate::parse::parse_expression(sql, self.stack)?;
            wanted.push(self.expr(&syntax, &mut Level::new(&scope, Clause::IndexExpression))?);
        }
        let mut known = Vec::new();
        if let Some(sql) = &arbiter.predicate {
            let syntax = crate::parse::parse_expression(sql, self.stack)?;
            let bound = self.condition(&syntax, "WHERE", &mut Level::new(&scope, Clause::IndexPredicate))?;
            conjuncts(bound, &mut known);
        }
        let held = |ordinal: usize| {
            let made = derived.iter().find(|(own, _)| *own == ordinal).map(|(_, expr)| expr.clone());
            made.unwrap_or_else(|| Expr::Column(row[ordinal].id, row[ordinal].ty.ty))
        };
        let fits = |index: &Index| {
            let keys: Vec<Expr> = index.keys.iter().map(|key| held(key.column)).collect();
            let mut needed = Vec::new();
            index.predicate.into_iter().for_each(|ordinal| conjuncts(held(ordinal), &mut needed));
            index.unique
                && keys.iter().all(|key| wanted.iter().any(|expr| expr.same(key)))
                && wanted.iter().all(|expr| keys.iter().any(|key| expr.same(key)))
                && needed.iter().all(|part| known.iter().any(|expr| expr.same(part)))
        };
        let mut keys = Vec::new();
        let is_rowid = |expr: &Expr| {
            table.rowid_column.is_some_and(|at| matches!(expr, Expr::Column(id, _) if *id == row[at].id))
        };
        if wanted.iter().all(is_rowid) {
            keys.push(None);
        }
        let indexes = table.indexes.iter().filter_map(|id| self.catalog.indexes.get(id));
        keys.extend(indexes.filter(|index| fits(index)).map(|index| Some(index.id)));
        if keys.is_empty() { Err(unmatched()) } else { Ok(keys) }
    }

    /// The unique keys over just these columns.
    fn inferred(&self, table: &Table, columns: &[ast::Ident]) -> Result<Vec<Option<ObjectId>>> {
        let mut wanted = Vec::with_capacity(columns.len());
        for column in columns {
            wanted.push(table.column(&names::fold(column)).ok_or_else(|| {
                let error = Error::new(
                    SqlState::UNDEFINED_COLUMN,
                    format!("column \"{}\" does not exist", names::fold(column)),
                );
                self.at(error, column.span.start)
            })?);
        }
        crate::base::order::sort(&mut wanted);
        wanted.dedup();
        let mut keys = Vec::new();
        if table.rowid_column.is_some_and(|ordinal| wanted == [ordinal]) {
            keys.push(None);
        }
        for id in &table.indexes {
            let Some(index) =
                self.catalog.indexes.get(id).filter(|index| index.unique && index.predicate.is_none())
            else {
                continue;
            };
            let mut parts: Vec<usize> = index.keys.iter().map(|key| key.column).collect();
            crate::base::order::sort(&mut parts);
            parts.dedup();
            if parts == wanted {
                keys.push(Some(*id));
            }
        }
        let is_late = |(constraint, columns, _): (&Constraint, &[usize], Option<ObjectId>)| {
            let mut columns = columns.to_vec();
            crate::base::order::sort(&mut columns);
            constraint.deferral != Deferral::Never && columns == wanted
        };
        if keys.is_empty() && table.keys().any(is_late) {
            return Err(deferrable());
        }
        if keys.is_empty() {
            return Err(unmatched());
        }
        Ok(keys)
    }
}

fn unmatched() -> Error {
    Error::new(
        SqlState::INVALID_COLUMN_REFERENCE,
        "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    )
}

fn deferrable() -> Error {
    Error::new(
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters",
    )
}

fn constraint_key(table: &Table, name: &str) -> Result<Option<ObjectId>> {
    let constraint = table.constraint(name);
    if constraint.is_some_and(|constraint| constraint.deferral != Deferral::Never) {
        return Err(deferrable());
    }
    match constraint.map(|constraint| &constraint.rule) {
        Some(Rule::PrimaryKey { index, .. } | Rule::Unique { index, .. }) => Ok(*index),
        Some(_) => Err(Error::new(
            SqlState::WRONG_OBJECT_TYPE,
            "constraint in ON CONFLICT clause has no associated index",
        )),
        None => Err(Error::new(
            SqlState::UNDEFINED_OBJECT,
            format!("constraint \"{name}\" for table \"{}\" does not exist", table.name),
        )),
    }
}
