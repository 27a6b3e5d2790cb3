//! FROM: tables, subqueries, CTEs, VALUES, and their joins.

use sqlparser::ast::{self, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins};

use crate::catalog::{Relation as CatalogRelation, SystemView, Table, system_view};
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, Expr, JoinKind, LogicalPlan, Query, TableScan};
use crate::value::TypeName;

use super::binder::{Binder, Clause, Level};
use super::function_scan;
use super::names::{self, Qualified};
use super::scope::{NamedColumn, Relation, Scope, Visible};

/// A bound piece of FROM.
pub(super) struct FromItem {
    pub(super) plan: LogicalPlan,
    pub(super) relations: Vec<Relation>,
    pub(super) visible: Vec<Visible>,
}

// What LATERAL items and functions may name: everything left of them.
fn beside_scope<'p>(
    before: Option<&FromItem>,
    left: Option<&FromItem>,
    parent: Option<&'p Scope<'p>>,
) -> Scope<'p> {
    let mut scope = Scope { parent, ..Scope::default() };
    for item in [before, left].into_iter().flatten() {
        let offset = scope.relations.len();
        scope.relations.extend(item.relations.iter().cloned());
        scope.visible.extend(item.visible.iter().cloned().map(|visible| shifted(visible, offset)));
    }
    scope
}

// Whether an item does name a column left of it.
fn reads_left(item: &FromItem, before: Option<&FromItem>, left: Option<&FromItem>) -> bool {
    let read = item.plan.outer_columns();
    let has = |other: &FromItem| other.plan.columns().iter().any(|info| read.contains(&info.id));
    [before, left].into_iter().flatten().any(has)
}

impl FromItem {
    pub(super) fn of(plan: LogicalPlan, relation: Relation) -> FromItem {
        let scope = Scope::of(relation);
        FromItem { plan, relations: scope.relations, visible: scope.visible }
    }
}

impl Binder<'_> {
    /// The FROM clause; without one, one row of no columns.
    pub(super) fn from(&mut self, items: &[TableWithJoins], parent: Option<&Scope<'_>>) -> Result<FromItem> {
        let mut whole: Option<FromItem> = None;
        for item in items {
            whole = Some(self.joined(item, whole, parent)?);
        }
        Ok(whole.unwrap_or_else(|| FromItem {
            plan: LogicalPlan::Values { columns: Vec::new(), rows: vec![Vec::new()] },
            relations: Vec::new(),
            visible: Vec::new(),
        }))
    }

    /// One comma-separated item with its joins, crossed with what stands before it.
    fn joined(
        &mut self,
        item: &TableWithJoins,
        before: Option<FromItem>,
        parent: Option<&Scope<'_>>,
    ) -> Result<FromItem> {
        let (mut current, mut lateral) = self.factor(&item.relation, before.as_ref(), None, parent)?;
        for join in &item.joins {
            let (right, right_lateral) =
                self.factor(&join.relation, before.as_ref(), Some(&current), parent)?;
            current = self.join(current, right, &join.join_operator, right_lateral, parent)?;
            lateral |= right_lateral;
        }
        match before {
            None => Ok(current),
            Some(before) => self.cross(before, current, lateral),
        }
    }

    /// One item that stands alone.
    pub(super) fn item(&mut self, factor: &TableFactor) -> Result<FromItem> {
        Ok(self.factor(factor, None, None, None)?.0)
    }

    // A factor, and whether it needs the rows of what stands left of it.
    fn factor(
        &mut self,
        factor: &TableFactor,
        before: Option<&FromItem>,
        left: Option<&FromItem>,
        parent: Option<&Scope<'_>>,
    ) -> Result<(FromItem, bool)> {
        self.enter()?;
        let bound = match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                (self.named(name, alias.as_ref())?, false)
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                let scope = beside_scope(before, left, parent);
                let item = self.function_item(
                    name,
                    &function_scan::arguments(&args.args)?,
                    *with_ordinality,
                    alias.as_ref(),
                    &scope,
                )?;
                let lateral = reads_left(&item, before, left);
                (item, lateral)
            }
            TableFactor::Function { name, alias, args, with_ordinality, .. } => {
                let scope = beside_scope(before, left, parent);
                let item = self.function_item(
                    name,
                    &function_scan::arguments(args)?,
                    *with_ordinality,
                    alias.as_ref(),
                    &scope,
                )?;
                let lateral = reads_left(&item, before, left);
                (item, lateral)
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset: false, with_ordinality, .. } => {
                let scope = beside_scope(before, left, parent);
                let name = ast::ObjectName::from(vec![ast::Ident::new("unnest")]);
                let arguments: Vec<Option<&ast::Expr>> = array_exprs.iter().map(Some).collect();
                let item = self.function_item(&name, &arguments, *with_ordinality, alias.as_ref(), &scope)?;
                let lateral = reads_left(&item, before, left);
                (item, lateral)
            }
            TableFactor::Table { sample: Some(_), .. } => return Err(Error::unsupported("TABLESAMPLE")),
            TableFactor::Derived { lateral, subquery, alias, sample: None } => {
                let query = if *lateral {
                    self.query(subquery, Some(&beside_scope(before, left, parent)))?
                } else {
                    self.query(subquery, parent)?
                };
                let Some(alias) = alias else {
                    let error = Error::new(SqlState::SYNTAX_ERROR, "subquery in FROM must have an alias")
                        .with_hint(match subquery.body.as_ref() {
                            ast::SetExpr::Values(_) => "For example, FROM (VALUES ...) [AS] foo.",
                            _ => "For example, FROM (SELECT ...) [AS] foo.",
                        });
                    return Err(self.at_word_before(error, "(", crate::parse::span_of_query(subquery).start));
                };
                self.count_relation()?;
                let item = self.derived(query, alias)?;
                let lateral = *lateral && reads_left(&item, before, left);
                (item, lateral)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let item = self.joined(table_with_joins, None, parent)?;
                match alias {
                    None => (item, false),
                    Some(alias) => (self.renamed_join(item, alias)?, false),
                }
            }
            TableFactor::JsonTable { .. } => return Err(Error::unsupported("JSON_TABLE")),
            TableFactor::XmlTable { .. } => return Err(Error::unsupported("XMLTABLE")),
            // PIVOT, UNPIVOT, MATCH_RECOGNIZE and the like: other dialects'.
            _ => {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "syntax error: PostgreSQL has no such item in FROM",
                ));
            }
        };
        Ok(bound)
    }

    fn named(&mut self, name: &ast::ObjectName, alias: Option<&TableAlias>) -> Result<FromItem> {
        let name = names::qualified(name)?;
        let cte = match name.schema {
            None => self.ctes.iter().rposition(|cte| cte.name == name.name),
            Some(_) => None,
        };
        if let Some(at) = cte {
            let query = self.cte(at, name.place)?;
            let relation_alias = match alias {
                Some(alias) => names::name(&alias.name)?,
                None => name.name.clone(),
            };
            return self.relation_of(query, relation_alias, alias);
        }
        let (plan, mut relation) = match system_view(name.schema.as_deref(), &name.name) {
            Some(view) => self.system_scan(view)?,
            None => match self.find_relation(&name) {
                Some(CatalogRelation::View(view)) => {
                    let query = self.view_query(view).map_err(|error| self.within_view(error, name.place))?;
                    let mut item = self.relation_of(query, view.name.clone(), None)?;
                    let Some(mut relation) = item.relations.pop() else {
                        return Err(Error::internal("a query makes one relation"));
                    };
                    relation.schema = Some(view.schema.clone());
                    self.mark_relation(&name, view.id, alias.is_some(), &relation.columns);
                    (item.plan, relation)
                }
                _ => {
                    let scanned = self.scan(&name)?;
                    if let Some(table) = &scanned.1.table {
                        check_populated(table)?;
                        self.mark_relation(&name, table.id, alias.is_some(), &scanned.1.columns);
                    }
                    scanned
                }
            },
        };
        if let Some(alias) = alias {
            relation.alias = names::name(&alias.name)?;
            relation.schema = None;
            self.rename_columns(&mut relation, alias)?;
        }
        Ok(FromItem::of(plan, relation))
    }

    /// An error of a view's text is reported where the view is named.
    fn within_view(&self, error: Error, place: sqlparser::tokenizer::Location) -> Error {
        self.at(error, place)
    }

    /// A scan of all columns of a table, and the relation it makes.
    pub(super) fn scan(&mut self, name: &Qualified) -> Result<(LogicalPlan, Relation)> {
        self.count_relation()?;
        let table = self.table(name)?.clone();
        if self.is_family(&table, name.only) {
            let (plan, relation, _) = self.scan_family(&table, name.only)?;
            return Ok((plan, relation));
        }
        let row = self.row_columns(&table);
        let relation = Relation::of_table(table.name.clone(), &table, &row);
        let derived = self.derived_columns(&table, &row)?;
        let columns = row.into_iter().enumerate().collect();
        let scan = TableScan { table, columns, rowid: None, filter: Vec::new(), derived };
        Ok((LogicalPlan::Scan(scan), relation))
    }

    fn system_scan(&mut self, view: &'static SystemView) -> Result<(LogicalPlan, Relation)> {
        self.count_relation()?;
        let mut columns = Vec::with_capacity(view.columns.len());
        let mut named = Vec::with_capacity(view.columns.len());
        for (at, (name, ty)) in view.columns.iter().enumerate() {
            let info = self.column(TypeName::plain(*ty));
            columns.push((at, info.clone()));
            named.push(NamedColumn { name: (*name).to_owned(), info });
        }
        let relation = Relation {
            alias: view.name.to_owned(),
            schema: Some(view.schema.to_owned()),
            columns: named,
            tableoid: None,
            table: None,
        };
        Ok((LogicalPlan::SystemScan { view, columns }, relation))
    }

    fn derived(&mut self, query: Query, alias: &TableAlias) -> Result<FromItem> {
        self.relation_of(query, names::name(&alias.name)?, Some(alias))
    }

    fn relation_of(
        &mut self,
        query: Query,
        relation_alias: String,
        alias: Option<&TableAlias>,
    ) -> Result<FromItem> {
        let columns = query
            .output
            .iter()
            .map(|column| NamedColumn {
                name: column.name.clone(),
                info: ColumnInfo { id: column.id, ty: column.ty },
            })
            .collect();
        let mut relation =
            Relation { alias: relation_alias, schema: None, columns, tableoid: None, table: None };
        if let Some(alias) = alias {
            self.rename_columns(&mut relation, alias)?;
        }
        let plan = self.trimmed(query);
        Ok(FromItem::of(plan, relation))
    }

    pub(super) fn rename_columns(&self, relation: &mut Relation, alias: &TableAlias) -> Result<()> {
        if alias.columns.len() > relation.columns.len() {
            let error = Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!(
                    "table \"{}\" has {} columns available but {} columns specified",
                    relation.alias,
                    relation.columns.len(),
                    alias.columns.len()
                ),
            );
            return Err(error);
        }
        for (column, name) in relation.columns.iter_mut().zip(&alias.columns) {
            column.name = names::name(&name.name)?;
        }
        Ok(())
    }

    // `(a JOIN b ..) AS j`: the inner names are hidden, the columns become j's.
    fn renamed_join(&mut self, item: FromItem, alias: &TableAlias) -> Result<FromItem> {
        let mut items = Vec::with_capacity(item.visible.len());
        let mut columns = Vec::with_capacity(item.visible.len());
        for visible in item.visible {
            let info = self.column(visible.info.ty);
            columns.push(NamedColumn { name: visible.name, info: info.clone() });
            items.push((info, visible.expr));
        }
        let mut relation =
            Relation { alias: names::name(&alias.name)?, schema: None, columns, tableoid: None, table: None };
        self.rename_columns(&mut relation, alias)?;
        Ok(FromItem::of(LogicalPlan::Project { input: Box::new(item.plan), items }, relation))
    }

    fn cross(&mut self, left: FromItem, right: FromItem, lateral: bool) -> Result<FromItem> {
        let (left_plan, right_plan, mut item) = beside(left, right)?;
        item.plan = LogicalPlan::Join {
            kind: JoinKind::Inner,
            left: Box::new(left_plan),
            right: Box::new(right_plan),
            on: Vec::new(),
            lateral,
        };
        Ok(item)
    }

    fn join(
        &mut self,
        left: FromItem,
        right: FromItem,
        operator: &JoinOperator,
        lateral: bool,
        parent: Option<&Scope<'_>>,
    ) -> Result<FromItem> {
        let (kind, constraint) = match operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => (JoinKind::Inner, constraint),
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                (JoinKind::Left, constraint)
            }
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                (JoinKind::Right, constraint)
            }
            JoinOperator::FullOuter(constraint) => (JoinKind::Full, constraint),
            JoinOperator::CrossJoin(JoinConstraint::None) => return self.cross(left, right, lateral),
            // SEMI, ANTI, ASOF, APPLY and the like: other dialects'.
            _ => return Err(Error::new(SqlState::SYNTAX_ERROR, "syntax error: PostgreSQL has no such join")),
        };
        if lateral && matches!(kind, JoinKind::Right | JoinKind::Full) {
            return Err(Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                "the combining JOIN type must be INNER or LEFT for a LATERAL reference",
            ));
        }
        let (mut left, mut right) = (left, right);
        if matches!(kind, JoinKind::Left | JoinKind::Full) {
            self.check_recursion(&mut right.plan)?;
        }
        if matches!(kind, JoinKind::Right | JoinKind::Full) {
            self.check_recursion(&mut left.plan)?;
        }
        let shared = match constraint {
            JoinConstraint::On(_) => None,
            JoinConstraint::Using(columns) => {
                let mut shared = Vec::with_capacity(columns.len());
                for column in columns {
                    shared.push(names::qualified(column)?);
                }
                Some(shared)
            }
            JoinConstraint::Natural => Some(
                left.visible
                    .iter()
                    .filter(|column| right.visible.iter().any(|other| other.name == column.name))
                    .map(|column| Qualified {
                        only: false,
                        schema: None,
                        name: column.name.clone(),
                        place: sqlparser::tokenizer::Location { line: 0, column: 0 },
                    })
                    .collect(),
            ),
            JoinConstraint::None => {
                return Err(Error::new(SqlState::SYNTAX_ERROR, "a join needs ON, USING or NATURAL"));
            }
        };
        let merged = match &shared {
            Some(shared) => self.merge(&left, &right, shared, kind)?,
            None => Vec::new(),
        };
        let (left_plan, right_plan, mut item) = beside(left, right)?;
        let mut on = Vec::new();
        if let JoinConstraint::On(condition) = constraint {
            let scope = Scope { relations: item.relations, visible: item.visible, parent };
            let mut level = Level::new(&scope, Clause::JoinOn);
            conjuncts(self.condition(condition, "JOIN/ON", &mut level)?, &mut on);
            item.relations = scope.relations;
            item.visible = scope.visible;
        }
        let mut visible = Vec::with_capacity(item.visible.len());
        for (equality, column) in merged {
            on.push(equality);
            visible.push(column);
        }
        let is_merged =
            |name: &str| shared.as_ref().is_some_and(|shared| shared.iter().any(|other| other.name == name));
        visible.extend(item.visible.into_iter().filter(|column| !is_merged(&column.name)));
        item.visible = visible;
        item.plan =
            LogicalPlan::Join { kind, left: Box::new(left_plan), right: Box::new(right_plan), on, lateral };
        Ok(item)
    }

    // The equality and the merged column of each USING column.
    fn merge(
        &mut self,
        left: &FromItem,
        right: &FromItem,
        shared: &[Qualified],
        kind: JoinKind,
    ) -> Result<Vec<(Expr, Visible)>> {
        let mut merged = Vec::with_capacity(shared.len());
        for name in shared {
            let find = |item: &FromItem, side: &str| -> Result<Visible> {
                let mut matches = item.visible.iter().filter(|column| column.name == name.name);
                let Some(found) = matches.next() else {
                    return Err(Error::new(
                        SqlState::UNDEFINED_COLUMN,
                        format!(
                            "column \"{}\" specified in USING clause does not exist in {side} table",
                            name.name
                        ),
                    ));
                };
                match matches.next() {
                    None => Ok(found.clone()),
                    Some(_) => Err(Error::new(
                        SqlState::AMBIGUOUS_COLUMN,
                        format!(
                            "common column name \"{}\" appears more than once in {side} table",
                            name.name
                        ),
                    )),
                }
            };
            let a = find(left, "left")?;
            let b = find(right, "right")?;
            let nowhere = sqlparser::tokenizer::Location { line: 0, column: 0 };
            self.mark_column(&a.expr, nowhere);
            self.mark_column(&b.expr, nowhere);
            let place = ast::Expr::Value(ast::Value::Null.with_empty_span());
            let equality = self
                .apply("=", (a.expr.clone(), &place), (b.expr.clone(), &place))
                .map_err(|error| self.at(error, name.place))?;
            let (exprs, ty) = self.common_typed("JOIN/USING", vec![a.expr, b.expr], &[&place, &place])?;
            let [from_left, from_right] =
                <[Expr; 2]>::try_from(exprs).map_err(|_| Error::internal("two expressions stay two"))?;
            let expr = match kind {
                JoinKind::Right => from_right,
                JoinKind::Full => Expr::Coalesce(vec![from_left, from_right], ty),
                JoinKind::Inner | JoinKind::Left | JoinKind::Semi | JoinKind::Anti => from_left,
            };
            let ty = match &expr {
                Expr::Column(..) => self.type_name(&expr),
                _ if a.info.ty == b.info.ty => a.info.ty,
                _ => TypeName::plain(ty),
            };
            let info = ColumnInfo { id: a.info.id, ty };
            merged.push((equality, Visible { name: name.name.clone(), expr, info, relation: None }));
        }
        Ok(merged)
    }
}

/// A materialised view that was never filled has no rows to show, not even none.
fn check_populated(table: &Table) -> Result<()> {
    match &table.materialized {
        Some(view) if !view.populated => Err(Error::new(
            SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("materialized view \"{}\" has not been populated", table.name),
        )
        .with_hint("Use the REFRESH MATERIALIZED VIEW command.")),
        _ => Ok(()),
    }
}

/// Splits nested ANDs into conjuncts.
pub(super) fn conjuncts(expr: Expr, out: &mut Vec<Expr>) {
    match expr {
        Expr::And(items) => items.into_iter().for_each(|item| conjuncts(item, out)),
        other => out.push(other),
    }
}

fn shifted(mut visible: Visible, offset: usize) -> Visible {
    visible.relation = visible.relation.map(|relation| relation + offset);
    visible
}

// Puts the names of two items side by side; equal aliases are 42712.
fn beside(left: FromItem, right: FromItem) -> Result<(LogicalPlan, LogicalPlan, FromItem)> {
    for relation in &right.relations {
        let clash = left.relations.iter().any(|other| {
            other.alias == relation.alias
                && (other.schema == relation.schema || other.schema.is_none() || relation.schema.is_none())
        });
        if clash {
            return Err(Error::new(
                SqlState::DUPLICATE_ALIAS,
                format!("table name \"{}\" specified more than once", relation.alias),
            ));
        }
    }
    let offset = left.relations.len();
    let mut relations = left.relations;
    let mut visible = left.visible;
    relations.extend(right.relations);
    visible.extend(right.visible.into_iter().map(|column| shifted(column, offset)));
    let item =
        FromItem { plan: LogicalPlan::Values { columns: Vec::new(), rows: Vec::new() }, relations, visible };
    Ok((left.plan, right.plan, item))
}
