//! Views: put in place where they are named, and written down when they are created.
//!
//! A view is kept as text. While it is bound for the first time, marks note which relations and columns the
//! names in it found: they tell what the view depends on, how its stars are written out, and, when
//! something is renamed later, which words of the text to replace.
//!
//! ```text
//! SELECT *, b AS x FROM t      marks: star at 7, column t.b at 10, relation t at 22
//! SELECT t.a, t.b, b AS x FROM t
//! ```
//!
//! V1  A view's text means what it meant: stars are written out, names are found along the search path of
//!     its creation.

use std::sync::Arc;

use sqlparser::ast;
use sqlparser::tokenizer::Location;

use crate::base::hash::HashMap;
use crate::base::words::quoted;
use crate::base::{ColumnId, ObjectId};
use crate::catalog::{StoredQuery, View};
use crate::error::{Error, Result, SqlState};
use crate::parse::{self, Ast};
use crate::plan::{Expr, Query};
use crate::value::TypeName;

use super::BindContext;
use super::binder::Binder;
use super::names::Qualified;
use super::scope::{NamedColumn, Relation, Scope, Visible};

/// What names found while a query was bound.
#[derive(Default)]
pub(super) struct Marks {
    /// Byte range of a relation's name, the relation, and whether an alias follows.
    relations: Vec<(core::ops::Range<usize>, ObjectId, Option<String>)>,
    /// Byte where a column's name begins, and the column.
    columns: Vec<(usize, ColumnId)>,
    /// Columns used without being named.
    used: Vec<ColumnId>,
    /// Whose column it is.
    owners: HashMap<ColumnId, (ObjectId, usize)>,
    /// Byte ranges of stars, and what they stand for.
    stars: Vec<(core::ops::Range<usize>, String)>,
}

/// A query that was bound to be kept.
#[derive(Clone, Debug)]
pub struct BoundView {
    /// The text to keep.
    pub query: StoredQuery,
    /// Its columns.
    pub columns: Vec<(String, TypeName)>,
}

/// Something that gets another name.
#[derive(Clone, Copy, Debug)]
pub struct Renaming<'a> {
    /// The relation, or the one whose column it is.
    pub relation: ObjectId,
    /// The column.
    pub column: Option<usize>,
    /// The new name, as SQL.
    pub to: &'a str,
}

/// Binds a query that a view is to keep.
pub fn bind_view(sql: &str, context: &BindContext<'_>) -> Result<BoundView> {
    let mut binder = Binder::new(sql, context);
    let (query, marks) = binder.marked(sql)?;
    let mut uses: Vec<(ObjectId, Vec<usize>)> = Vec::new();
    for (_, relation, _) in &marks.relations {
        if !uses.iter().any(|(other, _)| other == relation) {
            uses.push((*relation, Vec::new()));
        }
    }
    for id in marks.columns.iter().map(|(_, id)| id).chain(&marks.used) {
        let Some((relation, ordinal)) = marks.owners.get(id) else { continue };
        if let Some((_, ordinals)) = uses.iter_mut().find(|(other, _)| other == relation)
            && !ordinals.contains(ordinal)
        {
            ordinals.push(*ordinal);
        }
    }
    let edits = marks.stars.into_iter().collect();
    Ok(BoundView {
        query: StoredQuery { sql: edited(sql, edits), search_path: context.search_path.to_vec(), uses },
        columns: query.output.into_iter().map(|column| (column.name, column.ty)).collect(),
    })
}

/// The text of a kept query after a renaming; the context is the one before it.
pub fn rename_in_query(sql: &str, context: &BindContext<'_>, renaming: &Renaming<'_>) -> Result<String> {
    let mut binder = Binder::new(sql, context);
    let (_, marks) = binder.marked(sql)?;
    let mut edits = Vec::new();
    match renaming.column {
        None => {
            for (range, relation, alias) in marks.relations {
                if relation == renaming.relation {
                    let alias = alias.map_or_else(String::new, |old| format!(" AS {}", quoted(&old)));
                    edits.push((range, format!("{}{alias}", renaming.to)));
                }
            }
        }
        Some(ordinal) => {
            for (start, id) in marks.columns {
                if marks.owners.get(&id) == Some(&(renaming.relation, ordinal)) {
                    edits.push((start..word_end(sql, start), renaming.to.to_owned()));
                }
            }
        }
    }
    Ok(edited(sql, edits))
}

fn edited(sql: &str, mut edits: Vec<(core::ops::Range<usize>, String)>) -> String {
    crate::base::order::sort_by_key(&mut edits, |(range, _)| range.start);
    edits.dedup_by(|a, b| a.0 == b.0);
    let mut out = String::with_capacity(sql.len() + 64);
    let mut copied = 0;
    for (range, text) in edits {
        if range.start < copied {
            continue;
        }
        out.push_str(sql.get(copied..range.start).unwrap_or(""));
        out.push_str(&text);
        copied = range.end;
    }
    out.push_str(sql.get(copied..).unwrap_or(""));
    out
}

/// Where the token that begins at `start` ends.
fn word_end(sql: &str, start: usize) -> usize {
    parse::Lexer::from(sql, start).next().ok().flatten().map_or(start, |token| token.end)
}

impl<'a> Binder<'a> {
    fn marked(&mut self, sql: &str) -> Result<(Query, Marks)> {
        let parsed = parse::parse_within(sql, self.stack)?;
        let Ast::Statement(statement) = parsed.ast() else { return Err(no_query()) };
        let ast::Statement::Query(query) = &**statement else { return Err(no_query()) };
        self.marks = Some(Marks::default());
        let query = self.query(query, None)?;
        if self.has_parameters() {
            return Err(Error::new(SqlState::UNDEFINED_PARAMETER, "there is no parameter $1"));
        }
        Ok((query, self.marks.take().unwrap_or_default()))
    }

    fn byte(&self, place: Location) -> Option<usize> {
        parse::byte_of(self.sql(), place)
    }

    /// Notes a relation of FROM, with its columns.
    pub(super) fn mark_relation(
        &mut self,
        name: &Qualified,
        id: ObjectId,
        aliased: bool,
        columns: &[NamedColumn],
    ) {
        if self.marks.is_none() {
            return;
        }
        let Some(start) = self.byte(name.place) else { return };
        let mut last = start;
        if name.schema.is_some() {
            // The name stands after the point.
            let mut lexer = parse::Lexer::from(self.sql(), start);
            for _ in 0..2 {
                lexer.next().ok();
            }
            last = lexer.next().ok().flatten().map_or(start, |token| token.start);
        }
        let range = start..word_end(self.sql(), last);
        let Some(marks) = &mut self.marks else { return };
        marks.relations.push((range, id, (!aliased).then(|| name.name.clone())));
        for (ordinal, column) in columns.iter().enumerate() {
            marks.owners.insert(column.info.id, (id, ordinal));
        }
    }

    /// Notes a column that is named: `place` is that of its last word.
    pub(super) fn mark_column(&mut self, expr: &Expr, place: Location) {
        if self.marks.is_none() {
            return;
        }
        let start = self.byte(place);
        let mut ids = Vec::new();
        expr.columns(&mut ids);
        let Some(marks) = &mut self.marks else { return };
        match start {
            Some(start) => marks.columns.extend(ids.into_iter().map(|id| (start, id))),
            None => marks.used.extend(ids),
        }
    }

    /// Notes a star and what it stands for.
    pub(super) fn mark_star(
        &mut self,
        star: Location,
        prefix: Option<Location>,
        visible: &[Visible],
        relations: &[Relation],
    ) {
        if self.marks.is_none() {
            return;
        }
        let Some(end) = self.byte(star) else { return };
        let start = prefix.and_then(|place| self.byte(place)).unwrap_or(end);
        let mut names = Vec::with_capacity(visible.len());
        let mut ids = Vec::new();
        for column in visible {
            column.expr.columns(&mut ids);
            names.push(match column.relation.and_then(|at| relations.get(at)) {
                Some(relation) => format!("{}.{}", quoted(&relation.alias), quoted(&column.name)),
                None => quoted(&column.name),
            });
        }
        let Some(marks) = &mut self.marks else { return };
        marks.used.extend(ids);
        marks.stars.push((start..end + 1, names.join(", ")));
    }

    /// The query of a view, bound anew, its columns under the view's names.
    pub(super) fn view_query(&mut self, view: &'a Arc<View>) -> Result<Query> {
        self.stored_query(&view.query.sql, &view.query.search_path, None).map(|mut query| {
            for (column, (name, _)) in query.output.iter_mut().zip(&view.columns) {
                column.name.clone_from(name);
            }
            query
        })
    }

    /// The query of a text of the catalog; `parent`: what it may name beside its own.
    pub(super) fn stored_query(
        &mut self,
        sql: &'a str,
        search_path: &'a [String],
        parent: Option<&Scope<'_>>,
    ) -> Result<Query> {
        self.count_relation()?;
        self.enter()?;
        let parsed = parse::parse_within(sql, self.stack)?;
        let Ast::Statement(statement) = parsed.ast() else { return Err(no_query()) };
        let ast::Statement::Query(query) = &**statement else { return Err(no_query()) };
        let outer = (
            core::mem::take(&mut self.ctes),
            self.replace_sql(sql),
            core::mem::replace(&mut self.search_path, search_path),
            self.marks.take(),
        );
        let bound = self.query(query, parent);
        self.ctes = outer.0;
        self.replace_sql(outer.1);
        self.search_path = outer.2;
        self.marks = outer.3;
        bound
    }
}

fn no_query() -> Error {
    Error::new(SqlState::SYNTAX_ERROR, "a view is made of a query")
}
