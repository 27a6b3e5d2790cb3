//! INSERT.
//!
//! ```text
//! INSERT INTO t (c, a) VALUES (1, 2)      t(a, b DEFAULT 5, c)
//! Values -> one column per column of t: (2, 5, 1), each of the column's type
//! ```

use std::sync::Arc;

use sqlparser::ast::{self, SetExpr, TableObject};
use sqlparser::tokenizer::Location;

use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::names::{self, Qualified};
use crate::bind::scope::{Relation, Scope};
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::parse::Overriding;
use crate::plan::{ColumnInfo, Expr, Insert, LogicalPlan, Statement};
use crate::value::{Datum, SqlType, TypeName};

use super::is_default;

/// The columns an INSERT names, in the order of its values.
pub(super) struct Targets {
    pub(super) ordinals: Vec<usize>,
    places: Vec<Location>,
}

impl Targets {
    // Where the target stands; nowhere if none was named.
    fn place(&self, at: usize) -> Location {
        self.places.get(at).copied().unwrap_or(Location { line: 0, column: 0 })
    }

    // What a target with subscripts adds to: nothing the first time, else what was made of the column so far.
    fn held(&self, at: usize, so_far: &Expr, binder: &mut Binder<'_>) -> Result<Expr> {
        let before = self.ordinals.get(..at).unwrap_or(&[]);
        match self.ordinals.get(at) {
            Some(ordinal) if before.contains(ordinal) => binder.copy(so_far),
            _ => Ok(Expr::Literal(Datum::Null, so_far.ty())),
        }
    }
}

impl Binder<'_> {
    /// Binds an INSERT.
    pub(in crate::bind) fn insert(&mut self, insert: &ast::Insert) -> Result<Statement> {
        refuse_other_dialects(insert)?;
        let TableObject::TableName(name) = &insert.table else {
            return Err(Error::unsupported("INSERT into a function or query"));
        };
        let name = names::qualified(name)?;
        let table = Arc::clone(self.changeable(&name)?);
        let mut named = Vec::with_capacity(insert.columns.len());
        for column in &insert.columns {
            let column = names::qualified(column)?;
            if let Some(first) = &column.schema {
                // `t.a` would be field a of a column t.
                self.target_column(&table, first, column.place)?;
                return Err(Error::unsupported("assignment to a field of a column"));
            }
            named.push(column);
        }
        let targets = self.targets(&table, &named)?;
        let source = match &insert.source {
            None => self.insert_values(&table, &targets, &[Vec::new()], true)?,
            Some(query) => match query.body.as_ref() {
                SetExpr::Values(values)
                    if query.with.is_none()
                        && query.order_by.is_none()
                        && query.limit_clause.is_none()
                        && query.fetch.is_none() =>
                {
                    let rows: Vec<Vec<&ast::Expr>> =
                        values.rows.iter().map(|row| row.content.iter().collect()).collect();
                    self.insert_values(&table, &targets, &rows, false)?
                }
                _ => self.insert_query(&table, &targets, query)?,
            },
        };
        let alias = match &insert.table_alias {
            Some(alias) => names::fold(&alias.alias),
            None => table.name.clone(),
        };
        self.finish_insert(table, source, alias, insert.on.as_ref(), insert.returning.as_deref())
    }

    /// The statement around a source of whole rows.
    pub(super) fn finish_insert(
        &mut self,
        table: Arc<Table>,
        (source, row): (LogicalPlan, Vec<ColumnInfo>),
        alias: String,
        on: Option<&ast::OnInsert>,
        returning: Option<&[ast::SelectItem]>,
    ) -> Result<Statement> {
        let rules = match table.partition_key() {
            Some(_) => Default::default(),
            None => self.rules(&table, &row)?,
        };
        let conflict = match on {
            None => None,
            Some(ast::OnInsert::OnConflict(on)) => Some(self.on_conflict(&table, &alias, &row, on)?),
            Some(_) => return Err(Error::unsupported("ON DUPLICATE KEY UPDATE")),
        };
        let went = table.partition_key().map(|_| self.column(TypeName::plain(SqlType::Oid)).id);
        let relation = Relation { tableoid: went, ..Relation::of_table(alias, &table, &row) };
        let returning = self.returning(returning, &Scope::of(relation))?;
        Ok(Statement::Insert(Insert { table, source, row, went, rules, conflict, returning }))
    }

    /// The target columns: those named, else all.
    pub(super) fn targets(&self, table: &Table, named: &[Qualified]) -> Result<Targets> {
        if named.is_empty() {
            return Ok(Targets { ordinals: (0..table.width()).collect(), places: Vec::new() });
        }
        let mut targets =
            Targets { ordinals: Vec::with_capacity(named.len()), places: Vec::with_capacity(named.len()) };
        for column in named {
            let ordinal = self.target_column(table, &column.name, column.place)?;
            let before = targets.ordinals.iter().position(|other| *other == ordinal);
            let in_parts = |place| self.is_subscripted(place);
            if before.is_some_and(|at| !in_parts(column.place) || !in_parts(targets.place(at))) {
                let error = Error::new(
                    SqlState::DUPLICATE_COLUMN,
                    format!("column \"{}\" specified more than once", column.name),
                );
                return Err(self.at(error, column.place));
            }
            targets.ordinals.push(ordinal);
            targets.places.push(column.place);
        }
        Ok(targets)
    }

    // Too many values, or named columns without one.
    pub(super) fn check_width(
        &self,
        targets: &Targets,
        width: usize,
        extra: impl Fn() -> Option<Location>,
    ) -> Result<()> {
        if width > targets.ordinals.len() {
            let error = Error::new(SqlState::SYNTAX_ERROR, "INSERT has more expressions than target columns");
            return Err(match extra() {
                Some(place) => self.at(error, place),
                None => error,
            });
        }
        if width < targets.ordinals.len() && !targets.places.is_empty() {
            let error = Error::new(SqlState::SYNTAX_ERROR, "INSERT has more target columns than expressions");
            return Err(self.at(error, targets.places[width]));
        }
        Ok(())
    }

    fn insert_values(
        &mut self,
        table: &Arc<Table>,
        targets: &Targets,
        rows: &[Vec<&ast::Expr>],
        all_default: bool,
    ) -> Result<(LogicalPlan, Vec<ColumnInfo>)> {
        let width = rows.first().map_or(0, Vec::len);
        if !all_default {
            self.check_width(targets, width, || {
                rows.first()?.get(targets.ordinals.len()).map(|expr| names::place(expr))
            })?;
        }
        let scope = Scope::default();
        let mut level = Level::new(&scope, Clause::Values);
        let defaults = self.defaults(table)?;
        let mut bound_rows = Vec::with_capacity(rows.len());
        for row in rows {
            if row.len() != width {
                let error = Error::new(SqlState::SYNTAX_ERROR, "VALUES lists must all be the same length");
                return Err(match row.first() {
                    Some(first) => self.at_expr(error, first),
                    None => error,
                });
            }
            let mut bound = defaults.clone();
            self.fill_row(table, targets, row.iter().copied(), &mut bound, &mut level)?;
            bound_rows.push(bound);
        }
        let row = self.row_columns(table);
        Ok((LogicalPlan::Values { columns: row.clone(), rows: bound_rows }, row))
    }

    /// Puts the values of a row in the place of the defaults.
    pub(super) fn fill_row<'e>(
        &mut self,
        table: &Table,
        targets: &Targets,
        row: impl Iterator<Item = &'e ast::Expr>,
        bound: &mut [Expr],
        level: &mut Level<'_>,
    ) -> Result<()> {
        for (at, (expr, ordinal)) in row.zip(&targets.ordinals).enumerate() {
            if is_default(expr) || !self.takes_value(table, *ordinal)? {
                continue;
            }
            let value = self.expr(expr, level)?;
            let place = targets.place(at);
            let held = targets.held(at, &bound[*ordinal], self)?;
            bound[*ordinal] = self.stored(table, *ordinal, place, || held, (value, Some(expr)), level)?;
        }
        Ok(())
    }

    fn insert_query(
        &mut self,
        table: &Arc<Table>,
        targets: &Targets,
        query: &ast::Query,
    ) -> Result<(LogicalPlan, Vec<ColumnInfo>)> {
        let bound = self.query_with(query, None, false)?;
        self.check_width(targets, bound.output.len(), || {
            crate::bind::query::item(&query.body, targets.ordinals.len()).map(names::place)
        })?;
        // Untyped literals of the select list take their column's type; everything else is assigned.
        let types: Vec<_> = bound
            .output
            .iter()
            .zip(&targets.ordinals)
            .map(|(column, ordinal)| {
                if column.ty.ty == SqlType::Unknown {
                    TypeName::plain(table.columns[*ordinal].ty.ty)
                } else {
                    column.ty
                }
            })
            .collect();
        let (plan, columns) = self.positional(bound, &types, Some(&query.body))?;
        let mut items = self.defaults(table)?;
        let scope = Scope::default();
        let mut level = Level::new(&scope, Clause::Values);
        for (at, (info, ordinal)) in columns.iter().zip(&targets.ordinals).enumerate() {
            if !self.takes_value(table, *ordinal)? {
                continue;
            }
            let value = Expr::Column(info.id, info.ty.ty);
            let place = crate::bind::query::item(&query.body, at);
            let held = targets.held(at, &items[*ordinal], self)?;
            items[*ordinal] =
                self.stored(table, *ordinal, targets.place(at), || held, (value, place), &mut level)?;
        }
        let row = self.row_columns(table);
        let items = row.iter().cloned().zip(items).collect();
        Ok((LogicalPlan::Project { input: Box::new(plan), items }, row))
    }

    pub(super) fn defaults(&mut self, table: &Table) -> Result<Vec<Expr>> {
        (0..table.columns.len()).map(|ordinal| self.column_default(table, ordinal)).collect()
    }

    /// Whether a given value is stored: identity columns take their sequence's under OVERRIDING USER
    /// VALUE, and GENERATED ALWAYS ones refuse it (428C9) unless OVERRIDING SYSTEM VALUE is said.
    pub(super) fn takes_value(&self, table: &Table, ordinal: usize) -> Result<bool> {
        let column = &table.columns[ordinal];
        if column.generated.is_some() {
            return Err(Error::new(
                SqlState::GENERATED_ALWAYS,
                format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name),
            )
            .with_detail(format!("Column \"{}\" is a generated column.", column.name)));
        }
        let Some(identity) = column.identity else { return Ok(true) };
        match self.overriding {
            Some(Overriding::User) => Ok(false),
            Some(Overriding::System) => Ok(true),
            None if !identity.always => Ok(true),
            None => Err(Error::new(
                SqlState::GENERATED_ALWAYS,
                format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name),
            )
            .with_detail(format!(
                "Column \"{}\" is an identity column defined as GENERATED ALWAYS.",
                column.name
            ))
            .with_hint("Use OVERRIDING SYSTEM VALUE to override.")),
        }
    }
}

fn refuse_other_dialects(insert: &ast::Insert) -> Result<()> {
    let plain = insert.or.is_none()
        && !insert.ignore
        && insert.into
        && !insert.overwrite
        && insert.assignments.is_empty()
        && insert.partitioned.is_none()
        && insert.after_columns.is_empty()
        && !insert.has_table_keyword
        && insert.output.is_none()
        && !insert.replace_into
        && insert.priority.is_none()
        && insert.insert_alias.is_none()
        && insert.settings.is_none()
        && insert.format_clause.is_none()
        && insert.multi_table_insert_type.is_none();
    if plain { Ok(()) } else { Err(Error::unsupported("this clause of INSERT")) }
}
