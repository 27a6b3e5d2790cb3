//! MERGE.
//!
//! ```text
//! MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.a > 1 THEN UPDATE SET a = s.a / s.b
//! Project (rowid, old row, action, value of s.a / s.b where action is 0)
//!   <- Project (all columns, action: which clause applies) <- s LEFT JOIN t
//! ```
//!
//! Everything is computed before the first row is written: all clauses see the table as it was.

use sqlparser::ast::{self, MergeAction as A, MergeClauseKind, MergeInsertKind, MergeUpdateKind};

use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::from::conjuncts;
use crate::bind::names;
use crate::bind::scope::Scope;
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, Expr, JoinKind, LogicalPlan, Merge, MergeAction, Statement};
use crate::value::{CompareOp, Datum, SqlType, TypeName};

use super::update::beside;

/// The new values of a clause by ordinal, and what is done with them.
type Bound = (Vec<(usize, Expr)>, fn(Vec<(usize, crate::base::ColumnId)>) -> MergeAction);

impl Binder<'_> {
    /// Binds a MERGE.
    pub(in crate::bind) fn merge_into(&mut self, merge: &ast::Merge) -> Result<Statement> {
        if merge.output.is_some() {
            return Err(Error::unsupported("RETURNING of MERGE"));
        }
        let (changed, target) = self.changed(&merge.table)?;
        let source = self.item(&merge.source)?;
        let unmatched =
            Scope { relations: source.relations.clone(), visible: source.visible.clone(), parent: None };
        let (plan, both) = beside(target, Some(source)).map_err(|error| {
            match error.message().strip_prefix("table name ").and_then(|rest| rest.split_once(" specified")) {
                Some((name, _)) => {
                    Error::new(SqlState::DUPLICATE_ALIAS, format!("name {name} specified more than once"))
                        .with_detail("The name is used both as MERGE target table and data source.")
                }
                None => error,
            }
        })?;
        let LogicalPlan::Join { left: target, right: source, .. } = plan else {
            return Err(Error::internal("two inputs are joined"));
        };
        let mut on = Vec::new();
        conjuncts(self.condition(&merge.on, "JOIN/ON", &mut Level::new(&both, Clause::JoinOn))?, &mut on);
        let rowid = Expr::Column(changed.rowid, SqlType::Int8);
        let (mut branches, mut actions) = (Vec::new(), Vec::new());
        let mut kind = JoinKind::Inner;
        for (at, clause) in merge.clauses.iter().enumerate() {
            let matched = match clause.clause_kind {
                MergeClauseKind::Matched => true,
                MergeClauseKind::NotMatched => false,
                _ => return Err(Error::unsupported("NOT MATCHED BY")),
            };
            let closes = |other: &ast::MergeClause| {
                other.clause_kind == clause.clause_kind && other.predicate.is_none()
            };
            if merge.clauses[..at].iter().any(closes) {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "unreachable WHEN clause specified after unconditional WHEN clause",
                ));
            }
            let scope = if matched { &both } else { &unmatched };
            if !matched {
                kind = JoinKind::Left;
            }
            // The target is known, only not here.
            let missing = format!("missing FROM-clause entry for table \"{}\"", changed.alias);
            let unseen = |error: Error| match error.message() == missing {
                false => error,
                true => Error::new(error.sqlstate(), missing.replacen("missing", "invalid reference to", 1)),
            };
            let mut level = Level::new(scope, Clause::Where);
            let mut test = vec![Expr::IsNull { operand: Box::new(rowid.clone()), negated: matched }];
            if let Some(predicate) = &clause.predicate {
                test.push(self.condition(predicate, "WHEN", &mut level).map_err(unseen)?);
            }
            let number = Expr::Literal(Datum::Int(i64::try_from(at).unwrap_or(i64::MAX)), SqlType::Int4);
            branches.push((Expr::And(test), number));
            level.clause = Clause::Update;
            actions.push(self.merge_action(&changed.table, &clause.action, &mut level).map_err(unseen)?);
        }
        let plan = LogicalPlan::Join { kind, left: source, right: target, on, lateral: false };
        let action = self.column(TypeName::plain(SqlType::Int4));
        let choice = Expr::Case { branches, otherwise: None, ty: SqlType::Int4 };
        let mut items = passed_on(&plan);
        items.push((action.clone(), choice));
        let plan = LogicalPlan::Project { input: Box::new(plan), items };
        let mut items = passed_on(&plan);
        let mut clauses = Vec::with_capacity(actions.len());
        for (at, (values, make)) in actions.into_iter().enumerate() {
            let mut columns = Vec::with_capacity(values.len());
            for (ordinal, expr) in values {
                let info = self.column(changed.table.columns[ordinal].ty);
                columns.push((ordinal, info.id));
                items.push((info, where_action(&action, at, expr)));
            }
            clauses.push(make(columns));
        }
        let row = self.row_columns(&changed.table);
        let rules = match changed.tableoid {
            Some(_) => Default::default(),
            None => self.rules(&changed.table, &row)?,
        };
        Ok(Statement::Merge(Merge {
            table: changed.table,
            source: LogicalPlan::Project { input: Box::new(plan), items },
            rowid: changed.rowid,
            tableoid: changed.tableoid,
            old: changed.old,
            action: action.id,
            clauses,
            rules,
            row,
        }))
    }

    fn merge_action(
        &mut self,
        table: &std::sync::Arc<Table>,
        action: &A,
        level: &mut Level<'_>,
    ) -> Result<Bound> {
        let mut values = Vec::new();
        match action {
            A::DoNothing { .. } => Ok((values, |_| MergeAction::Nothing)),
            A::Delete { .. } => Ok((values, |_| MergeAction::Delete)),
            A::Update(update) => {
                let MergeUpdateKind::Set(assignments) = &update.kind else {
                    return Err(Error::unsupported("UPDATE SET *"));
                };
                if update.update_predicate.is_some() || update.delete_predicate.is_some() {
                    return Err(Error::unsupported("WHERE in MERGE"));
                }
                for assignment in assignments {
                    self.assignment(table, assignment, level, &mut values)?;
                }
                Ok((values, MergeAction::Update))
            }
            A::Insert(insert) => {
                let MergeInsertKind::Values(rows) = &insert.kind else {
                    return Err(Error::unsupported("INSERT *"));
                };
                if insert.insert_predicate.is_some() {
                    return Err(Error::unsupported("WHERE in MERGE"));
                }
                let named = insert.columns.iter().map(names::qualified).collect::<Result<Vec<_>>>()?;
                let targets = self.targets(table, &named)?;
                let row = match rows.rows.as_slice() {
                    [row] => &row.content,
                    _ => return Err(Error::new(SqlState::SYNTAX_ERROR, "MERGE inserts a single row")),
                };
                level.clause = Clause::Values;
                let mut bound = self.defaults(table)?;
                self.check_width(&targets, row.len(), || row.get(targets.ordinals.len()).map(names::place))?;
                self.fill_row(table, &targets, row.iter(), &mut bound, level)?;
                values.extend(bound.into_iter().enumerate());
                Ok((values, MergeAction::Insert))
            }
        }
    }
}

fn passed_on(plan: &LogicalPlan) -> Vec<(ColumnInfo, Expr)> {
    let pass = |info: ColumnInfo| {
        let expr = Expr::Column(info.id, info.ty.ty);
        (info, expr)
    };
    plan.columns().into_iter().map(pass).collect()
}

/// The value in rows for which the clause applies; elsewhere it is not computed.
fn where_action(action: &ColumnInfo, at: usize, value: Expr) -> Expr {
    let (ty, number) = (value.ty(), i64::try_from(at).unwrap_or(i64::MAX));
    let test = Expr::Compare {
        op: CompareOp::Equal,
        ty: SqlType::Int4,
        left: Box::new(Expr::Column(action.id, SqlType::Int4)),
        right: Box::new(Expr::Literal(Datum::Int(number), SqlType::Int4)),
    };
    Expr::Case { branches: vec![(test, value)], otherwise: None, ty }
}
