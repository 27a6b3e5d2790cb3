//! WITH: queries with names, recursive ones too.
//!
//! Each is bound once, where it is defined; every use is a [`LogicalPlan::TableRef`]. When the query below
//! is bound it is known how often each is used:
//!
//! ```text
//! used once, or NOT MATERIALIZED   put in place of the use, with fresh column ids
//! used more often, MATERIALIZED    LogicalPlan::With above the query: computed once
//! correlated                       put in place: its rows depend on the row of the query around
//! ```

use sqlparser::ast::{self, CteAsMaterialized, SetExpr, SetQuantifier};
use sqlparser::tokenizer::Location;

use crate::base::ColumnId;
use crate::base::hash::HashMap;
use crate::error::{Error, Result, SqlState};
use crate::function::{Volatility, scalar_volatility};
use crate::plan::{
    ColumnInfo, Delete, Expr, Insert, LogicalPlan, Merge, OutputColumn, Query, Statement, TableId, Update,
};
use crate::value::TypeName;

use super::binder::Binder;
use super::names;
use super::scope::Scope;

/// A WITH query in view.
#[derive(Clone, Debug)]
pub(super) struct Cte {
    pub(super) name: String,
    /// Names and types of its columns.
    columns: Vec<(String, TypeName)>,
    table: TableId,
    /// What makes the rows, its columns by position; `None` while a recursive one is being bound.
    plan: Option<LogicalPlan>,
    hint: Option<CteAsMaterialized>,
    /// Why it may not be named here.
    refusal: Option<&'static str>,
    /// A recursive one has named itself, here.
    named_at: Option<Location>,
    /// It changes rows: it has no plan, what it returns is there when the statement begins.
    changes: bool,
}

impl Binder<'_> {
    /// Binds the queries of a WITH, which then are in view.
    pub(super) fn with(&mut self, with: &ast::With, parent: Option<&Scope<'_>>, is_top: bool) -> Result<()> {
        let first = self.ctes.len();
        for cte in &with.cte_tables {
            let name = names::name(&cte.alias.name)?;
            let place = cte.alias.name.span.start;
            if self.ctes[first..].iter().any(|other| other.name == name) {
                let error = Error::new(
                    SqlState::DUPLICATE_ALIAS,
                    format!("WITH query name \"{name}\" specified more than once"),
                );
                return Err(self.at(error, place));
            }
            let inner = changed_by(&cte.query);
            let bound = if let Some(inner) = inner {
                self.changing_cte(cte, inner, is_top)?
            } else if with.recursive && mentions(&cte.query, &name) {
                self.recursive(cte, &name, parent)?
            } else {
                self.plain(cte, parent)?
            };
            self.ctes.push(bound);
        }
        Ok(())
    }

    fn new_table(&mut self) -> TableId {
        self.tables += 1;
        TableId(self.tables)
    }

    fn plain(&mut self, cte: &ast::Cte, parent: Option<&Scope<'_>>) -> Result<Cte> {
        let query = self.query(&cte.query, parent)?;
        let types: Vec<TypeName> = query.output.iter().map(|column| column.ty).collect();
        let columns = self.cte_columns(cte, &query)?;
        let (plan, _) = self.positional(query, &types, None)?;
        Ok(Cte {
            name: names::fold(&cte.alias.name),
            columns,
            table: self.new_table(),
            plan: Some(plan),
            hint: cte.materialized,
            refusal: None,
            named_at: None,
            changes: false,
        })
    }

    // INSERT, UPDATE or DELETE in WITH: done before the statement, whoever reads what it returns.
    fn changing_cte(&mut self, cte: &ast::Cte, inner: &ast::Statement, is_top: bool) -> Result<Cte> {
        let place = cte.alias.name.span.start;
        if matches!(inner, ast::Statement::Merge(_)) {
            let what = "MERGE not supported in WITH query";
            return Err(self.at(Error::new(SqlState::FEATURE_NOT_SUPPORTED, what), place));
        }
        if !is_top {
            let error = Error::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "WITH clause containing a data-modifying statement must be at the top level",
            );
            return Err(self.at(error, place));
        }
        let statement = self.changing(&cte.query, inner)?;
        let (Statement::Insert(Insert { returning, .. })
        | Statement::Update(Update { returning, .. })
        | Statement::Delete(Delete { returning, .. })) = &statement
        else {
            return Err(Error::internal("a change of rows"));
        };
        let output: Vec<OutputColumn> = returning.iter().map(|(column, _)| column.clone()).collect();
        let nothing = LogicalPlan::Values { columns: Vec::new(), rows: Vec::new() };
        let columns = self.cte_columns(cte, &Query { plan: nothing, output })?;
        let table = self.new_table();
        self.before.push((table, statement));
        Ok(Cte {
            name: names::fold(&cte.alias.name),
            columns,
            table,
            plan: None,
            hint: None,
            refusal: None,
            named_at: None,
            changes: true,
        })
    }

    /// A change of rows, perhaps with a WITH of its own above it.
    pub(super) fn changing(&mut self, query: &ast::Query, inner: &ast::Statement) -> Result<Statement> {
        let is_top = core::mem::take(&mut self.is_top);
        let visible = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with, None, is_top)?;
        }
        let mut bound = self.statement(inner)?;
        let (source, returning) = match &mut bound {
            Statement::Insert(Insert { source, returning, conflict, .. }) => {
                let update = conflict.as_ref().and_then(|conflict| conflict.update.as_ref());
                let exprs = update.iter().flat_map(|update| {
                    update.assignments.iter().map(|(_, expr)| expr).chain(&update.predicate)
                });
                if !self.ctes.is_empty() && exprs.into_iter().any(Expr::has_subquery) {
                    return Err(Error::unsupported("a subquery in DO UPDATE below WITH"));
                }
                (source, returning.as_slice())
            }
            Statement::Update(Update { source, returning, .. })
            | Statement::Delete(Delete { source, returning, .. }) => (source, returning.as_slice()),
            Statement::Merge(Merge { source, .. }) => (source, [].as_slice()),
            _ => return Err(Error::internal("a change of rows")),
        };
        if !self.ctes.is_empty() && returning.iter().any(|(_, expr)| expr.has_subquery()) {
            return Err(Error::unsupported("a subquery in RETURNING below WITH"));
        }
        let nothing = LogicalPlan::Values { columns: Vec::new(), rows: Vec::new() };
        let mut plan = core::mem::replace(source, nothing);
        // The queries around stay in view for those after this one: it gets copies.
        for at in (0..visible).rev() {
            let Cte { plan: Some(definition), .. } = &self.ctes[at] else { continue };
            let definition = definition.clone();
            let copy = Cte { plan: Some(self.renamed(&definition)?), ..self.ctes[at].clone() };
            plan = self.resolve_cte(copy, plan)?;
        }
        *source = self.resolve_ctes(visible, plan)?;
        Ok(bound)
    }

    fn cte_columns(&self, cte: &ast::Cte, query: &Query) -> Result<Vec<(String, TypeName)>> {
        let given = &cte.alias.columns;
        if given.len() > query.output.len() {
            let error = Error::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!(
                    "WITH query \"{}\" has {} columns available but {} columns specified",
                    names::fold(&cte.alias.name),
                    query.output.len(),
                    given.len()
                ),
            );
            return Err(self.at(error, cte.alias.name.span.start));
        }
        let given = given.iter().map(|column| Some(names::fold(&column.name)));
        Ok(query
            .output
            .iter()
            .zip(given.chain(core::iter::repeat(None)))
            .map(|(column, name)| (name.unwrap_or_else(|| column.name.clone()), column.ty))
            .collect())
    }

    // base UNION [ALL] step, where the step names the query itself.
    fn recursive(&mut self, cte: &ast::Cte, name: &str, parent: Option<&Scope<'_>>) -> Result<Cte> {
        let place = cte.alias.name.span.start;
        let shapeless = || {
            Error::new(
                SqlState::INVALID_RECURSION,
                format!(
                    "recursive query \"{name}\" does not have the form non-recursive-term UNION [ALL] recursive-term"
                ),
            )
        };
        let query = &*cte.query;
        let SetExpr::SetOperation { left, op: ast::SetOperator::Union, set_quantifier, right } =
            query.body.as_ref()
        else {
            return Err(self.at(shapeless(), place));
        };
        let all = match set_quantifier {
            SetQuantifier::All => true,
            SetQuantifier::None | SetQuantifier::Distinct => false,
            _ => return Err(Error::unsupported("BY NAME")),
        };
        self.check_recursive_tail(query)?;
        let visible = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with, parent, false)?;
        }
        let table = self.new_table();
        self.ctes.push(Cte {
            name: name.to_owned(),
            columns: Vec::new(),
            table,
            plan: None,
            hint: None,
            refusal: Some("within its non-recursive term"),
            named_at: None,
            changes: false,
        });
        let own = self.ctes.len() - 1;
        let base = self.set_expr(left, parent, true)?;
        let columns = self.cte_columns(cte, &base)?;
        let types: Vec<TypeName> = columns.iter().map(|(_, ty)| *ty).collect();
        self.ctes[own].columns.clone_from(&columns);
        self.ctes[own].refusal = None;
        let step = self.set_expr(right, parent, false)?;
        let types = self.recursive_types(name, place, types, &step)?;
        let (base, _) = self.positional(base, &types, None)?;
        let (step, _) = self.positional(step, &types, Some(right))?;
        self.ctes.remove(own);
        let infos: Vec<ColumnInfo> = types.iter().map(|ty| self.column(*ty)).collect();
        let plan =
            LogicalPlan::Recursive { table, all, base: Box::new(base), step: Box::new(step), columns: infos };
        let plan = self.resolve_ctes(visible, plan)?;
        Ok(Cte {
            name: name.to_owned(),
            columns,
            table: self.new_table(),
            plan: Some(plan),
            hint: cte.materialized,
            refusal: None,
            named_at: None,
            changes: false,
        })
    }

    fn check_recursive_tail(&self, query: &ast::Query) -> Result<()> {
        let what = match () {
            () if query.order_by.is_some() => "ORDER BY",
            () if query.limit_clause.is_some() || query.fetch.is_some() => "LIMIT",
            () if !query.locks.is_empty() => "FOR UPDATE/SHARE",
            () => return Ok(()),
        };
        Err(Error::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("{what} in a recursive query is not implemented"),
        ))
    }

    fn recursive_types(
        &self,
        name: &str,
        place: Location,
        types: Vec<TypeName>,
        step: &Query,
    ) -> Result<Vec<TypeName>> {
        if types.len() != step.output.len() {
            let error =
                Error::new(SqlState::SYNTAX_ERROR, "each UNION query must have the same number of columns");
            return Err(self.at(error, place));
        }
        let mut settled = Vec::with_capacity(types.len());
        for (at, (base, column)) in types.into_iter().zip(&step.output).enumerate() {
            let overall = crate::value::common_type_for("UNION", &[base.ty, column.ty.ty])?;
            if overall != base.ty {
                let error = Error::new(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "recursive query \"{name}\" column {} has type {} in non-recursive term but type {} overall",
                        at + 1,
                        base.ty.name(),
                        overall.name()
                    ),
                )
                .with_hint("Cast the output of the non-recursive term to the correct type.");
                return Err(self.at(error, place));
            }
            settled.push(if base == column.ty { base } else { TypeName::plain(base.ty) });
        }
        Ok(settled)
    }

    /// From here on the recursive queries being bound may not be named; answers which could be before.
    pub(super) fn refuse_recursion(&mut self, why: &'static str) -> Vec<usize> {
        let mut refused = Vec::new();
        for (at, cte) in self.ctes.iter_mut().enumerate() {
            if cte.plan.is_none() && !cte.changes && cte.refusal.is_none() {
                cte.refusal = Some(why);
                refused.push(at);
            }
        }
        refused
    }

    /// What [`Binder::refuse_recursion`] took away.
    pub(super) fn allow_recursion(&mut self, refused: &[usize]) {
        for at in refused {
            if let Some(cte) = self.ctes.get_mut(*at) {
                cte.refusal = None;
            }
        }
    }

    /// Refuses the rows of a recursive query on the side of an outer join that may be filled with NULLs.
    pub(super) fn check_recursion(&self, plan: &mut LogicalPlan) -> Result<()> {
        for cte in &self.ctes {
            if let (None, Some(place)) = (&cte.plan, cte.named_at)
                && uses(plan, cte.table) > 0
            {
                return Err(self.at(misplaced(&cte.name, "within an outer join"), place));
            }
        }
        Ok(())
    }

    /// A use of the query at this place.
    pub(super) fn cte(&mut self, at: usize, place: Location) -> Result<Query> {
        self.count_relation()?;
        let (name, table) = (self.ctes[at].name.clone(), self.ctes[at].table);
        if let Some(refusal) = self.ctes[at].refusal {
            return Err(self.at(misplaced(&name, refusal), place));
        }
        if self.ctes[at].changes {
            if self.ctes[at].columns.is_empty() {
                let error = Error::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    format!("WITH query \"{name}\" does not have a RETURNING clause"),
                );
                return Err(self.at(error, place));
            }
        } else if self.ctes[at].plan.is_none() && self.ctes[at].named_at.replace(place).is_some() {
            return Err(self.at(misplaced(&name, "more than once"), place));
        }
        let named = self.ctes[at].columns.clone();
        let mut columns = Vec::with_capacity(named.len());
        let mut output = Vec::with_capacity(named.len());
        for (name, ty) in named {
            let info = self.column(ty);
            output.push(OutputColumn { name, id: info.id, ty });
            columns.push(info);
        }
        Ok(Query { plan: LogicalPlan::TableRef { table, columns }, output })
    }

    /// Ends the view of the queries from `first` on: their uses in `plan` get their rows.
    pub(super) fn resolve_ctes(&mut self, first: usize, mut plan: LogicalPlan) -> Result<LogicalPlan> {
        for cte in self.ctes.split_off(first).into_iter().rev() {
            plan = self.resolve_cte(cte, plan)?;
        }
        Ok(plan)
    }

    fn resolve_cte(&mut self, mut cte: Cte, mut plan: LogicalPlan) -> Result<LogicalPlan> {
        let Some(mut definition) = cte.plan.take() else { return Ok(plan) };
        let uses = uses(&mut plan, cte.table);
        if uses == 0 {
            return Ok(plan);
        }
        let is_volatile = is_volatile(&mut definition);
        let is_correlated = !definition.outer_columns().is_empty();
        let in_place = match cte.hint {
            Some(CteAsMaterialized::Materialized) => is_correlated,
            Some(CteAsMaterialized::NotMaterialized) => uses == 1 || !is_volatile,
            None => is_correlated || uses == 1 && !is_volatile,
        };
        if in_place {
            self.put_in_place(&mut plan, cte.table, &definition)?;
            self.check_depth(&plan)?;
            return Ok(plan);
        }
        Ok(LogicalPlan::With { table: cte.table, definition: Box::new(definition), input: Box::new(plan) })
    }

    fn put_in_place(
        &mut self,
        plan: &mut LogicalPlan,
        table: TableId,
        definition: &LogicalPlan,
    ) -> Result<()> {
        let mut result = Ok(());
        plan.for_each_plan_mut(&mut |node| {
            let wanted = match node {
                LogicalPlan::TableRef { table: own, columns } if *own == table && result.is_ok() => {
                    core::mem::take(columns)
                }
                _ => return,
            };
            match self.renamed(definition) {
                Ok(copy) => {
                    let made = copy.columns();
                    let items = wanted.into_iter().zip(made);
                    let items = items.map(|(info, made)| (info, Expr::Column(made.id, made.ty.ty))).collect();
                    *node = LogicalPlan::Project { input: Box::new(copy), items };
                }
                Err(error) => result = Err(error),
            }
        });
        result
    }

    /// A copy of a plan whose columns and tables are its own (B2).
    fn renamed(&mut self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        let mut copy = plan.clone();
        let mut columns: HashMap<ColumnId, ColumnId> = HashMap::default();
        let mut tables: HashMap<TableId, TableId> = HashMap::default();
        let mut result = Ok(());
        copy.for_each_plan_mut(&mut |node| {
            if node.inputs().is_empty() && result.is_ok() {
                result = self.count_relation();
            }
            if let LogicalPlan::With { table, .. } | LogicalPlan::Recursive { table, .. } = node {
                let fresh = self.new_table();
                tables.insert(*table, fresh);
                *table = fresh;
            }
            // A projection may pass on a column under its own id: one id stays one.
            node.for_each_made_mut(&mut |info| {
                info.id = *columns.entry(info.id).or_insert_with(|| self.column(info.ty).id);
            });
        });
        result?;
        copy.for_each_plan_mut(&mut |node| {
            if let LogicalPlan::TableRef { table, .. } = node
                && let Some(fresh) = tables.get(table)
            {
                *table = *fresh;
            }
            node.for_each_expr_mut(&mut |expr| rename(expr, &columns));
        });
        Ok(copy)
    }
}

// The change of rows that a query of WITH is.
fn changed_by(query: &ast::Query) -> Option<&ast::Statement> {
    match query.body.as_ref() {
        SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) | SetExpr::Merge(inner) => {
            Some(inner)
        }
        _ => None,
    }
}

fn misplaced(name: &str, place: &str) -> Error {
    Error::new(
        SqlState::INVALID_RECURSION,
        format!("recursive reference to query \"{name}\" must not appear {place}"),
    )
}

fn rename(expr: &mut Expr, columns: &HashMap<ColumnId, ColumnId>) {
    match expr {
        Expr::Column(id, _) => {
            if let Some(fresh) = columns.get(id) {
                *id = *fresh;
            }
        }
        Expr::Subquery { outer, .. } => {
            for id in outer {
                if let Some(fresh) = columns.get(id) {
                    *id = *fresh;
                }
            }
        }
        _ => {}
    }
    expr.for_each_child_mut(&mut |child| rename(child, columns));
}

fn uses(plan: &mut LogicalPlan, table: TableId) -> usize {
    let mut count = 0;
    plan.for_each_plan_mut(&mut |node| {
        count += usize::from(matches!(node, LogicalPlan::TableRef { table: own, .. } if *own == table));
    });
    count
}

fn is_volatile(plan: &mut LogicalPlan) -> bool {
    let mut found = false;
    plan.for_each_plan_mut(&mut |node| {
        node.for_each_expr(&mut |expr| {
            found |= expr.any(&|expr| match expr {
                Expr::Call { function, .. } => scalar_volatility(*function) == Volatility::Volatile,
                _ => false,
            });
        });
    });
    found
}

// Whether a WITH RECURSIVE query names itself in FROM, at any depth.
fn mentions(query: &ast::Query, name: &str) -> bool {
    fn in_body(body: &SetExpr, name: &str) -> bool {
        match body {
            SetExpr::Select(select) => {
                select.from.iter().any(|item| in_joins(item, name))
                    || select.selection.as_ref().is_some_and(|expr| in_expr(expr, name))
            }
            SetExpr::Query(query) => mentions(query, name),
            SetExpr::SetOperation { left, right, .. } => in_body(left, name) || in_body(right, name),
            _ => false,
        }
    }
    fn in_joins(item: &ast::TableWithJoins, name: &str) -> bool {
        in_factor(&item.relation, name) || item.joins.iter().any(|join| in_factor(&join.relation, name))
    }
    fn in_factor(factor: &ast::TableFactor, name: &str) -> bool {
        match factor {
            ast::TableFactor::Table { name: table, .. } => names::parts(table)
                .is_ok_and(|parts| matches!(parts[..], [part] if names::fold(part) == name)),
            ast::TableFactor::Derived { subquery, .. } => mentions(subquery, name),
            ast::TableFactor::NestedJoin { table_with_joins, .. } => in_joins(table_with_joins, name),
            _ => false,
        }
    }
    fn in_expr(expr: &ast::Expr, name: &str) -> bool {
        // Chains of AND and OR grow to the left.
        let mut expr = expr;
        while let ast::Expr::BinaryOp { left, right, .. } = expr {
            if in_expr(right, name) {
                return true;
            }
            expr = left;
        }
        match expr {
            ast::Expr::InSubquery { subquery, .. } | ast::Expr::Exists { subquery, .. } => {
                mentions(subquery, name)
            }
            ast::Expr::Subquery(query) => mentions(query, name),
            ast::Expr::Nested(inner) => in_expr(inner, name),
            ast::Expr::UnaryOp { expr, .. } => in_expr(expr, name),
            _ => false,
        }
    }
    in_body(&query.body, name)
        || query.with.iter().flat_map(|with| &with.cte_tables).any(|cte| mentions(&cte.query, name))
}
