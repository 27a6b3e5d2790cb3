//! UPDATE.
//!
//! ```text
//! UPDATE t SET a = u.x FROM u WHERE t.id = u.id
//! Project (all columns, u.x as t.a's new value) <- Filter <- Join <- Scan t with its rowid, u
//! ```

use std::sync::Arc;

use sqlparser::ast::{self, AssignmentTarget, TableFactor, UpdateTableFromKind};

use crate::base::ColumnId;
use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::from::FromItem;
use crate::bind::names;
use crate::bind::scope::{Relation, Scope};
use crate::bind::select::filter;
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, Expr, JoinKind, LogicalPlan, Statement, Update};
use crate::value::{SqlType, TypeName};

use super::is_default;

/// The changed table in the plan.
pub(super) struct Changed {
    pub(super) table: Arc<Table>,
    pub(super) alias: String,
    pub(super) rowid: ColumnId,
    pub(super) old: Vec<ColumnInfo>,
    /// Which table a row is of, where there are several.
    pub(super) tableoid: Option<ColumnId>,
}

impl Binder<'_> {
    /// Binds an UPDATE.
    pub(in crate::bind) fn update(&mut self, update: &ast::Update) -> Result<Statement> {
        if update.or.is_some()
            || update.output.is_some()
            || !update.order_by.is_empty()
            || update.limit.is_some()
        {
            return Err(Error::unsupported("this clause of UPDATE"));
        }
        if !update.table.joins.is_empty() {
            return Err(Error::unsupported("a join as the target of UPDATE"));
        }
        let (changed, target) = self.changed(&update.table.relation)?;
        let from = match &update.from {
            None => None,
            Some(UpdateTableFromKind::AfterSet(items)) => Some(self.from(items, None)?),
            Some(UpdateTableFromKind::BeforeSet(_)) => {
                return Err(Error::unsupported("FROM before SET"));
            }
        };
        let from_relations = from.as_ref().map_or(0, |from| from.relations.len());
        let (mut plan, scope) = beside(target, from)?;
        let mut level = Level::new(&scope, Clause::Update);
        let mut assigned: Vec<(usize, Expr)> = Vec::with_capacity(update.assignments.len());
        for assignment in &update.assignments {
            self.assignment(&changed.table, assignment, &mut level, &mut assigned)?;
        }
        if let Some(predicate) = &update.selection {
            level.clause = Clause::Where;
            plan = filter(plan, self.condition(predicate, "WHERE", &mut level)?);
        }
        let mut items: Vec<(ColumnInfo, Expr)> = plan
            .columns()
            .into_iter()
            .map(|info| {
                let expr = Expr::Column(info.id, info.ty.ty);
                (info, expr)
            })
            .collect();
        let mut assignments = Vec::with_capacity(assigned.len());
        for (ordinal, expr) in assigned {
            let info = self.column(changed.table.columns[ordinal].ty);
            assignments.push((ordinal, info.id));
            items.push((info, expr));
        }
        let source = LogicalPlan::Project { input: Box::new(plan), items };
        let row = self.row_columns(&changed.table);
        // Each table of a family has rules of its own.
        let rules = match changed.tableoid {
            Some(_) => Default::default(),
            None => self.rules(&changed.table, &row)?,
        };
        // RETURNING sees the new row under the table's name, then the relations of FROM.
        let went = changed.tableoid.map(|_| self.column(TypeName::plain(SqlType::Oid)).id);
        let mut returning_scope = Scope::of(Relation { tableoid: went, ..relation(&changed, &row) });
        for other in scope.relations.into_iter().skip(1).take(from_relations) {
            returning_scope.add(other);
        }
        let returning = self.returning(update.returning.as_deref(), &returning_scope)?;
        Ok(Statement::Update(Update {
            table: changed.table,
            source,
            rowid: changed.rowid,
            tableoid: changed.tableoid,
            old: changed.old,
            assignments,
            rules,
            row,
            went,
            returning,
        }))
    }

    /// The target of UPDATE or DELETE: a scan with its rowid.
    pub(super) fn changed(&mut self, factor: &TableFactor) -> Result<(Changed, FromItem)> {
        let TableFactor::Table { name, alias, args: None, sample: None, .. } = factor else {
            return Err(Error::unsupported("this target of a statement"));
        };
        let name = names::qualified(name)?;
        if name.schema.is_none() && self.ctes.iter().any(|cte| cte.name == name.name) {
            return Err(Error::new(
                SqlState::WRONG_OBJECT_TYPE,
                format!("relation \"{}\" cannot be the target of a modifying statement", name.name),
            ));
        }
        let table = Arc::clone(self.changeable(&name)?);
        let (plan, mut named, rowid, tableoid) = if self.is_family(&table, name.only) {
            let (plan, named, members) = self.scan_family(&table, name.only)?;
            (plan, named, members.rowid.id, Some(members.tableoid.id))
        } else {
            let (LogicalPlan::Scan(mut scan), named) = self.scan(&name)? else {
                return Err(Error::internal("a table is scanned"));
            };
            let rowid = self.column(TypeName::plain(SqlType::Int8)).id;
            scan.rowid = Some(rowid);
            (LogicalPlan::Scan(scan), named, rowid, None)
        };
        if let Some(alias) = alias {
            if !alias.columns.is_empty() {
                return Err(Error::new(SqlState::SYNTAX_ERROR, "a target's alias has no column list"));
            }
            named.alias = names::fold(&alias.name);
            named.schema = None;
        }
        let changed = Changed {
            alias: named.alias.clone(),
            rowid,
            old: match &plan {
                LogicalPlan::Scan(scan) => scan.columns.iter().map(|(_, info)| info.clone()).collect(),
                _ => named.columns.iter().map(|column| column.info.clone()).collect(),
            },
            tableoid,
            table,
        };
        let scope = Scope::of(named);
        let item = FromItem { plan, relations: scope.relations, visible: scope.visible };
        Ok((changed, item))
    }

    pub(super) fn assignment(
        &mut self,
        table: &Arc<Table>,
        assignment: &ast::Assignment,
        level: &mut Level<'_>,
        assigned: &mut Vec<(usize, Expr)>,
    ) -> Result<()> {
        let targets: Vec<&ast::ObjectName> = match &assignment.target {
            AssignmentTarget::ColumnName(name) => vec![name],
            AssignmentTarget::Tuple(names) => names.iter().collect(),
        };
        let is_row = matches!(assignment.target, AssignmentTarget::Tuple(_));
        let mut value = &assignment.value;
        while let (true, ast::Expr::Nested(inner)) = (is_row, value) {
            value = inner;
        }
        let values: Vec<&ast::Expr> = match value {
            ast::Expr::Tuple(values) if is_row => values.iter().collect(),
            ast::Expr::Subquery(_) if is_row && targets.len() > 1 => {
                return Err(self.at_expr(Error::unsupported("assigning a row from a subquery"), value));
            }
            other => vec![other],
        };
        if targets.len() != values.len() {
            let error =
                Error::new(SqlState::SYNTAX_ERROR, "number of columns does not match number of values");
            return Err(self.at_expr(error, value));
        }
        for (target, value) in targets.into_iter().zip(values) {
            let parts = names::parts(target)?;
            // SET t.a = .. names a field of a composite column in PostgreSQL, hence this complaint.
            let Some(first) = parts.first() else { return Err(Error::internal("a name has a part")) };
            let ordinal = self.target_column(table, &names::name(first)?, first.span.start)?;
            let column = &table.columns[ordinal];
            if parts.len() > 1 {
                let error = Error::new(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "cannot assign to field \"{}\" of column \"{}\" because its type {} is not a composite type",
                        names::fold(parts[1]),
                        column.name,
                        column.ty.ty.name()
                    ),
                );
                return Err(self.at(error, first.span.start));
            }
            let subscripted = self.is_subscripted(first.span.start);
            let before = assigned.iter().position(|(other, _)| *other == ordinal);
            if before.is_some() && !subscripted {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    format!("multiple assignments to same column \"{}\"", column.name),
                ));
            }
            let expr = if is_default(value) {
                self.column_default(table, ordinal)?
            } else {
                if column.generated.is_some() {
                    return Err(Error::new(
                        SqlState::GENERATED_ALWAYS,
                        format!("column \"{}\" can only be updated to DEFAULT", column.name),
                    )
                    .with_detail(format!("Column \"{}\" is a generated column.", column.name)));
                }
                if column.identity.is_some_and(|identity| identity.always) {
                    return Err(Error::new(
                        SqlState::GENERATED_ALWAYS,
                        format!("column \"{}\" can only be updated to DEFAULT", column.name),
                    )
                    .with_detail(format!(
                        "Column \"{}\" is an identity column defined as GENERATED ALWAYS.",
                        column.name
                    )));
                }
                let bound = self.expr(value, level)?;
                // Elements of one array are replaced one after the other.
                let base = match before.and_then(|at| assigned.get(at)) {
                    Some((_, held)) => self.copy(held)?,
                    None => held(table, ordinal, level.scope),
                };
                self.stored(table, ordinal, first.span.start, || base, (bound, Some(value)), level)?
            };
            match before.and_then(|at| assigned.get_mut(at)) {
                Some((_, held)) => *held = expr,
                None => assigned.push((ordinal, expr)),
            }
        }
        Ok(())
    }
}

/// What a column of the changed table holds before.
fn held(table: &Table, ordinal: usize, scope: &Scope<'_>) -> Expr {
    let own = scope.relations.iter().find(|r| r.table.as_ref().is_some_and(|own| own.id == table.id));
    match own.and_then(|relation| relation.columns.get(ordinal)) {
        Some(column) => Expr::Column(column.info.id, column.info.ty.ty),
        None => Expr::Literal(crate::value::Datum::Null, table.columns[ordinal].ty.ty),
    }
}

/// The relation of the changed table over other column ids.
pub(super) fn relation(changed: &Changed, row: &[ColumnInfo]) -> Relation {
    Relation::of_table(changed.alias.clone(), &changed.table, row)
}

/// The target crossed with FROM or USING.
pub(super) fn beside(target: FromItem, from: Option<FromItem>) -> Result<(LogicalPlan, Scope<'static>)> {
    let mut scope = Scope { relations: target.relations, visible: target.visible, parent: None };
    let Some(from) = from else { return Ok((target.plan, scope)) };
    for relation in &from.relations {
        if scope.relations.iter().any(|other| other.alias == relation.alias) {
            return Err(Error::new(
                SqlState::DUPLICATE_ALIAS,
                format!("table name \"{}\" specified more than once", relation.alias),
            ));
        }
    }
    let offset = scope.relations.len();
    scope.relations.extend(from.relations);
    scope.visible.extend(from.visible.into_iter().map(|mut visible| {
        visible.relation = visible.relation.map(|relation| relation + offset);
        visible
    }));
    let plan = LogicalPlan::Join {
        kind: JoinKind::Inner,
        left: Box::new(target.plan),
        right: Box::new(from.plan),
        on: Vec::new(),
        lateral: false,
    };
    Ok((plan, scope))
}
