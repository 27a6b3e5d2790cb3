//! One SELECT: from its FROM to its LIMIT.
//!
//! ```text
//! FROM -> WHERE -> Aggregate -> HAVING -> Project (+ sort keys) -> DISTINCT -> Sort -> LIMIT
//! ```

use sqlparser::ast::{self, Distinct, GroupByExpr, Select, SelectItem, SelectItemQualifiedWildcardKind};

use crate::error::{Error, Result, SqlState};
use crate::parse::{self, Lexer};
use crate::plan::{ColumnInfo, Expr, LogicalPlan, OutputColumn, Query};
use crate::value::TypeName;

use super::binder::{Binder, Clause, Level};
use super::expr::output_name;
use super::group::Grouping;
use super::grouping_sets::{grouping_sets, is_grouping_sets};
use super::names;
use super::order::{self, Target};
use super::query::Tail;
use super::scope::Scope;
use super::window::windowed;

/// One column of the select list.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) expr: Expr,
}

/// What a sort key or DISTINCT ON item is.
enum Key {
    Item(usize),
    Expr(Expr),
}

impl Binder<'_> {
    /// Binds a SELECT with the ORDER BY and LIMIT of its query.
    pub(super) fn select(
        &mut self,
        select: &Select,
        tail: &Tail<'_>,
        parent: Option<&Scope<'_>>,
        settle: bool,
    ) -> Result<Query> {
        refuse_other_dialects(select)?;
        let from = self.from(&select.from, parent)?;
        let scope = Scope { relations: from.relations, visible: from.visible, parent };
        let mut plan = from.plan;
        let mut level = Level::new(&scope, Clause::Select);
        self.name_windows(&select.named_window, &mut level)?;
        let mut items = self.select_list(&select.projection, &mut level, settle)?;
        if let Some(predicate) = &select.selection {
            level.clause = Clause::Where;
            // Columns WHERE reads need no grouping.
            let noted = level.references.len();
            let predicate = self.condition(predicate, "WHERE", &mut level)?;
            level.references.truncate(noted);
            plan = filter(plan, predicate);
        }
        let mut having = None;
        if let Some(predicate) = &select.having {
            level.clause = Clause::Having;
            having = Some(self.condition(predicate, "HAVING", &mut level)?);
        }
        level.clause = Clause::OrderBy;
        let mut keys = Vec::with_capacity(tail.order.len());
        for key in tail.order {
            keys.push(self.key(&key.expr, &items, "ORDER BY", &mut level)?);
        }
        let grouped = self.groups(&select.group_by, &items, &mut level)?;
        level.clause = Clause::DistinctOn;
        let mut distinct_on = Vec::new();
        if let Some(Distinct::On(exprs)) = &select.distinct {
            for expr in exprs {
                distinct_on.push(self.key(expr, &items, "DISTINCT ON", &mut level)?);
            }
        }
        if grouped.is_some()
            || !level.aggregates.is_empty()
            || having.is_some()
            || !level.groupings.is_empty()
        {
            let (groups, sets) = grouped.unwrap_or_default();
            plan = self.below_groups(plan, &groups, &mut level);
            let mut grouping = Grouping::new(self, groups, sets, &level)?;
            let mut apply = |expr: &mut Expr| grouping.apply(expr);
            let mut result = Ok(());
            let mut each = |expr: &mut Expr| {
                if result.is_ok() {
                    result = apply(expr);
                }
            };
            items.iter_mut().for_each(|item| each(&mut item.expr));
            having.iter_mut().for_each(&mut each);
            for key in keys.iter_mut().chain(&mut distinct_on) {
                if let Key::Expr(expr) = key {
                    each(expr);
                }
            }
            level.windows.iter_mut().for_each(|group| group.for_each_expr_mut(&mut each));
            level.sets.iter_mut().flat_map(|(_, call)| &mut call.arguments).for_each(&mut each);
            result.map_err(|(error, place)| self.at(error, place))?;
            let (groups, sets) = grouping.finish();
            let aggregates = core::mem::take(&mut level.aggregates);
            plan = LogicalPlan::Aggregate { input: Box::new(plan), groups, aggregates, sets };
            if let Some(having) = having {
                plan = filter(plan, having);
            }
        }
        plan = windowed(plan, core::mem::take(&mut level.windows));
        plan = self.with_sets(plan, core::mem::take(&mut level.sets));
        let is_distinct = matches!(select.distinct, Some(Distinct::Distinct | Distinct::On(_)));
        let mut projection = Projection::new(&plan);
        let mut output = Vec::with_capacity(items.len());
        for item in &items {
            let info = projection.add(self, &item.expr);
            output.push(OutputColumn { name: item.name.clone(), id: info.id, ty: info.ty });
        }
        let mut sort = Vec::with_capacity(keys.len());
        for (key, syntax) in keys.into_iter().zip(tail.order) {
            let expr = match key {
                Key::Item(at) => Expr::Column(output[at].id, output[at].ty.ty),
                Key::Expr(expr) => {
                    let known = projection.find(&expr);
                    if known.is_none() && is_distinct && distinct_on.is_empty() {
                        let error = Error::new(
                            SqlState::INVALID_COLUMN_REFERENCE,
                            "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                        );
                        return Err(self.at_expr(error, &syntax.expr));
                    }
                    let info = projection.add(self, &expr);
                    Expr::Column(info.id, info.ty.ty)
                }
            };
            sort.push(self.sort_key(expr, &syntax.options, &syntax.expr)?);
        }
        let mut on = Vec::with_capacity(distinct_on.len());
        for key in distinct_on {
            on.push(match key {
                Key::Item(at) => Expr::Column(output[at].id, output[at].ty.ty),
                Key::Expr(expr) => {
                    let info = projection.add(self, &expr);
                    Expr::Column(info.id, info.ty.ty)
                }
            });
        }
        plan = projection.finish(plan);
        if !on.is_empty() {
            check_distinct_on(&on, &sort)?;
        } else if is_distinct {
            plan = LogicalPlan::Distinct { input: Box::new(plan), on: Vec::new() };
        }
        if !sort.is_empty() {
            plan = LogicalPlan::Sort { input: Box::new(plan), keys: sort };
        }
        if !on.is_empty() {
            plan = LogicalPlan::Distinct { input: Box::new(plan), on };
        }
        let plan = self.limit(plan, tail, parent)?;
        Ok(Query { plan, output })
    }

    // Some words name a result only behind AS; whether one stands there, only the text tells.
    fn check_label(&self, alias: &ast::Ident) -> Result<()> {
        if alias.quote_style.is_some() || !crate::base::words::needs_as(&alias.value.to_ascii_lowercase()) {
            return Ok(());
        }
        let Some(at) = parse::byte_of(self.sql(), alias.span.start) else { return Ok(()) };
        let mut lexer = Lexer::new(self.sql());
        let mut before = None;
        while let Ok(Some(token)) = lexer.next() {
            if token.start >= at {
                break;
            }
            before = Some(token);
        }
        match before {
            Some(token) if !token.is_word(self.sql(), "as") => Err(parse::near(self.sql(), Some(at))),
            _ => Ok(()),
        }
    }

    /// The select list (also of RETURNING), stars expanded.
    pub(super) fn select_list(
        &mut self,
        projection: &[SelectItem],
        level: &mut Level<'_>,
        settle: bool,
    ) -> Result<Vec<Item>> {
        let mut items = Vec::with_capacity(projection.len());
        for item in projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let bound =
                        if settle { self.settled_expr(expr, level)? } else { self.expr(expr, level)? };
                    items.push(Item { name: output_name(expr), expr: bound });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let bound =
                        if settle { self.settled_expr(expr, level)? } else { self.expr(expr, level)? };
                    self.check_label(alias)?;
                    items.push(Item { name: names::fold(alias), expr: bound });
                }
                SelectItem::ExprWithAliases { .. } => return Err(Error::unsupported("several aliases")),
                SelectItem::Wildcard(options) => {
                    refuse_options(options)?;
                    let scope = level.scope;
                    if scope.relations.is_empty() {
                        let error = Error::new(
                            SqlState::SYNTAX_ERROR,
                            "SELECT * with no tables specified is not valid",
                        );
                        return Err(self.at(error, options.wildcard_token.0.span.start));
                    }
                    self.mark_star(
                        options.wildcard_token.0.span.start,
                        None,
                        &scope.visible,
                        &scope.relations,
                    );
                    for column in &scope.visible {
                        items.push(Item { name: column.name.clone(), expr: column.expr.clone() });
                        note(level, &column.expr, &column.name, options.wildcard_token.0.span.start);
                    }
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    refuse_options(options)?;
                    let SelectItemQualifiedWildcardKind::ObjectName(name) = kind else {
                        return Err(Error::unsupported("* of an expression"));
                    };
                    let name = names::qualified(name)?;
                    let scope = level.scope;
                    let found = scope
                        .relation(name.schema.as_deref(), &name.name)
                        .and_then(|found| {
                            found.ok_or_else(|| scope.missing_relation(name.schema.as_deref(), &name.name))
                        })
                        .map_err(|error| self.at(error, name.place))?;
                    let whole = Scope::of(found.0.clone());
                    self.mark_star(
                        options.wildcard_token.0.span.start,
                        Some(name.place),
                        &whole.visible,
                        &whole.relations,
                    );
                    for column in &found.0.columns {
                        let expr = Expr::Column(column.info.id, column.info.ty.ty);
                        note(level, &expr, &format!("{}.{}", name.name, column.name), name.place);
                        items.push(Item { name: column.name.clone(), expr });
                    }
                }
            }
        }
        if items.len() > crate::base::limits::TARGETS_MAX {
            return Err(Error::new(
                SqlState::TOO_MANY_COLUMNS,
                format!("target lists can have at most {} entries", crate::base::limits::TARGETS_MAX),
            ));
        }
        Ok(items)
    }

    fn key(&mut self, expr: &ast::Expr, items: &[Item], clause: &str, level: &mut Level<'_>) -> Result<Key> {
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let same = |a: usize, b: usize| items[a].expr.same(&items[b].expr);
        match order::target_among(expr, &names, &same, clause) {
            Target::Output(at) => Ok(Key::Item(at)),
            Target::Missing(error) => Err(self.at_expr(error, expr)),
            Target::Expression => {
                let bound = self.settled_expr(expr, level)?;
                Ok(match items.iter().position(|item| item.expr.same(&bound)) {
                    Some(at) => Key::Item(at),
                    None => Key::Expr(bound),
                })
            }
        }
    }

    // Rows of calls that GROUP BY names are made before they are grouped.
    fn below_groups(&mut self, plan: LogicalPlan, groups: &[Expr], level: &mut Level<'_>) -> LogicalPlan {
        let mut read = Vec::new();
        groups.iter().for_each(|group| group.columns(&mut read));
        let (below, above) =
            core::mem::take(&mut level.sets).into_iter().partition(|(info, _)| read.contains(&info.id));
        level.sets = above;
        self.with_sets(plan, below)
    }

    // GROUP BY; `None` without one.
    fn groups(
        &mut self,
        group_by: &GroupByExpr,
        items: &[Item],
        level: &mut Level<'_>,
    ) -> Result<Option<Groups>> {
        let exprs = match group_by {
            GroupByExpr::Expressions(exprs, _) if exprs.is_empty() => return Ok(None),
            GroupByExpr::Expressions(exprs, modifiers) if modifiers.is_empty() => exprs,
            GroupByExpr::All(_) => {
                return Err(Error::new(
                    SqlState::SYNTAX_ERROR,
                    "syntax error: GROUP BY ALL needs expressions",
                ));
            }
            GroupByExpr::Expressions(..) => {
                return Err(Error::unsupported("this form of GROUP BY"));
            }
        };
        level.clause = Clause::GroupBy;
        let noted = level.references.len();
        let mut groups = Vec::with_capacity(exprs.len());
        // Every item is a list of sets; together they are all combinations.
        let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
        let mut is_plain = true;
        for expr in exprs {
            let mut alternatives = Vec::new();
            for members in grouping_sets(expr)? {
                let mut places = Vec::with_capacity(members.len());
                for member in members {
                    places.push(self.group(member, items, &mut groups, level)?);
                }
                alternatives.push(places);
            }
            is_plain &= !is_grouping_sets(expr);
            if sets.len() * alternatives.len() > GROUPING_SETS_MAX {
                return Err(Error::new(
                    SqlState::STATEMENT_TOO_COMPLEX,
                    format!("too many grouping sets present (maximum {GROUPING_SETS_MAX})"),
                ));
            }
            sets = sets
                .iter()
                .flat_map(|set| alternatives.iter().map(|more| [set.as_slice(), more.as_slice()].concat()))
                .collect();
        }
        for set in &mut sets {
            crate::base::order::sort(set);
            set.dedup();
        }
        level.references.truncate(noted);
        Ok(Some((groups, (!is_plain).then_some(sets))))
    }

    // One grouping expression, kept once; its place. An integer is an ordinal; a bare name an input column
    // first, then an output name.
    fn group(
        &mut self,
        expr: &ast::Expr,
        items: &[Item],
        groups: &mut Vec<Expr>,
        level: &mut Level<'_>,
    ) -> Result<usize> {
        {
            let is_input = match expr {
                ast::Expr::Identifier(ident) => {
                    let found = level.scope.column(&names::fold(ident)).map_err(|e| self.at_expr(e, expr))?;
                    found.is_some_and(|found| found.levels_up == 0)
                }
                _ => false,
            };
            let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
            let same = |a: usize, b: usize| items[a].expr.same(&items[b].expr);
            let target = if is_input {
                Target::Expression
            } else {
                order::target_among(expr, &names, &same, "GROUP BY")
            };
            let bound = match target {
                Target::Output(at) => items[at].expr.clone(),
                Target::Missing(error) => return Err(self.at_expr(error, expr)),
                Target::Expression => self.settled_expr(expr, level)?,
            };
            let mut ids = Vec::new();
            bound.columns(&mut ids);
            if ids.iter().any(|id| level.aggregates.iter().any(|(info, _)| info.id == *id)) {
                let error =
                    Error::new(SqlState::GROUPING_ERROR, "aggregate functions are not allowed in GROUP BY");
                return Err(self.at_expr(error, expr));
            }
            if let Some(known) = groups.iter().position(|known| known.same(&bound)) {
                return Ok(known);
            }
            groups.push(bound);
        }
        Ok(groups.len() - 1)
    }
}

/// Grouping expressions, and the sets of their places if GROUP BY names sets.
type Groups = (Vec<Expr>, Option<Vec<Vec<usize>>>);

/// Most sets of one GROUP BY.
const GROUPING_SETS_MAX: usize = 4096;

/// A filter on top of a plan.
pub(super) fn filter(plan: LogicalPlan, predicate: Expr) -> LogicalPlan {
    LogicalPlan::Filter { input: Box::new(plan), predicate }
}

fn note(level: &mut Level<'_>, expr: &Expr, display: &str, place: sqlparser::tokenizer::Location) {
    let mut ids = Vec::new();
    expr.columns(&mut ids);
    level.references.extend(ids.into_iter().map(|id| super::binder::Reference {
        id,
        place,
        display: display.to_owned(),
    }));
}

fn check_distinct_on(on: &[Expr], sort: &[crate::plan::SortKey]) -> Result<()> {
    // The first sort keys must be the DISTINCT ON expressions, in any order.
    let leading = sort.iter().take(on.len());
    if leading.clone().all(|key| on.iter().any(|expr| expr.same(&key.expr))) {
        return Ok(());
    }
    Err(Error::new(
        SqlState::INVALID_COLUMN_REFERENCE,
        "SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
    ))
}

/// The columns a projection computes: what passes keeps its id, what is equal is computed once.
struct Projection {
    produced: Vec<ColumnInfo>,
    items: Vec<(ColumnInfo, Expr)>,
}

impl Projection {
    fn new(input: &LogicalPlan) -> Projection {
        Projection { produced: input.columns(), items: Vec::new() }
    }

    fn find(&self, expr: &Expr) -> Option<ColumnInfo> {
        self.items.iter().find(|(_, known)| known.same(expr)).map(|(info, _)| info.clone())
    }

    fn add(&mut self, binder: &mut Binder<'_>, expr: &Expr) -> ColumnInfo {
        // Volatile calls in two places stay two calls: only columns are shared.
        if let Expr::Column(id, _) = expr {
            if let Some(info) = self.find(expr) {
                return info;
            }
            if let Some(info) = self.produced.iter().find(|info| info.id == *id) {
                let info = info.clone();
                self.items.push((info.clone(), expr.clone()));
                return info;
            }
        }
        let ty: TypeName = binder.type_name(expr);
        let info = binder.column(ty);
        self.items.push((info.clone(), expr.clone()));
        info
    }

    fn finish(self, input: LogicalPlan) -> LogicalPlan {
        LogicalPlan::Project { input: Box::new(input), items: self.items }
    }
}

fn refuse_options(options: &ast::WildcardAdditionalOptions) -> Result<()> {
    let plain = options.opt_ilike.is_none()
        && options.opt_exclude.is_none()
        && options.opt_except.is_none()
        && options.opt_replace.is_none()
        && options.opt_rename.is_none()
        && options.opt_alias.is_none();
    if plain { Ok(()) } else { Err(Error::unsupported("an option of *")) }
}

fn refuse_other_dialects(select: &Select) -> Result<()> {
    if select.into.is_some() {
        return Err(Error::unsupported("SELECT INTO"));
    }
    let plain = select.exclude.is_none()
        && select.lateral_views.is_empty()
        && select.prewhere.is_none()
        && select.connect_by.is_empty()
        && select.cluster_by.is_empty()
        && select.distribute_by.is_empty()
        && select.sort_by.is_empty()
        && select.value_table_mode.is_none()
        && select.select_modifiers.is_none();
    let refused = |clause: &str| {
        Error::new(SqlState::SYNTAX_ERROR, format!("syntax error: PostgreSQL has no {clause}"))
    };
    match () {
        () if select.top.is_some() => Err(refused("TOP, but LIMIT")),
        () if select.qualify.is_some() => Err(refused("QUALIFY")),
        () if !plain => Err(refused("such clause in SELECT")),
        () => Ok(()),
    }
}
