//! What names an expression may use: the relations of FROM, merged columns of USING, outer queries.
//!
//! ```text
//! FROM a JOIN b USING (id)
//!   relations  a(id, x)  b(id, y)          t.column, t.*
//!   visible    id (merged), x, y           column, *
//!   parent     the scope of the query around, for correlated subqueries
//! ```

use std::sync::Arc;

use crate::base::ColumnId;
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnInfo, Expr};
use crate::value::{Datum, SqlType};

use super::names;

/// A column of a relation under the name it has there.
#[derive(Clone, Debug)]
pub(super) struct NamedColumn {
    pub(super) name: String,
    pub(super) info: ColumnInfo,
}

/// One item of FROM.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) alias: String,
    /// The schema by which an unaliased table may be qualified.
    pub(super) schema: Option<String>,
    pub(super) columns: Vec<NamedColumn>,
    /// Which table a row is of, where there are several.
    pub(super) tableoid: Option<ColumnId>,
    /// The table it is, for functional dependency on its primary key.
    pub(super) table: Option<Arc<Table>>,
}

impl Relation {
    /// A table under an alias, over these ids of its columns; the hidden ones have no names.
    pub(super) fn of_table(alias: String, table: &Arc<Table>, row: &[ColumnInfo]) -> Relation {
        let columns = table.columns.iter().zip(row).filter(|(column, _)| !column.is_hidden());
        Relation {
            tableoid: None,
            alias,
            schema: Some(table.schema.clone()),
            columns: columns
                .map(|(column, info)| NamedColumn { name: column.name.clone(), info: info.clone() })
                .collect(),
            table: Some(Arc::clone(table)),
        }
    }
}

/// A column that needs no qualification.
#[derive(Clone, Debug)]
pub(super) struct Visible {
    pub(super) name: String,
    /// A column, or what USING merged.
    pub(super) expr: Expr,
    pub(super) info: ColumnInfo,
    /// Index of its relation; merged columns have none.
    pub(super) relation: Option<usize>,
}

/// The names of one query level.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'p> {
    pub(super) relations: Vec<Relation>,
    pub(super) visible: Vec<Visible>,
    pub(super) parent: Option<&'p Scope<'p>>,
}

/// A name found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) expr: Expr,
    /// How many levels out.
    pub(super) levels_up: usize,
    /// `alias.column`, for messages.
    pub(super) display: String,
}

impl Scope<'_> {
    /// A scope of one relation.
    pub(super) fn of(relation: Relation) -> Scope<'static> {
        let mut scope = Scope::default();
        scope.add(relation);
        scope
    }

    /// Adds a relation, all its columns visible.
    pub(super) fn add(&mut self, relation: Relation) {
        let index = self.relations.len();
        self.visible.extend(relation.columns.iter().map(|column| Visible {
            name: column.name.clone(),
            expr: Expr::Column(column.info.id, column.info.ty.ty),
            info: column.info.clone(),
            relation: Some(index),
        }));
        self.relations.push(relation);
    }

    /// Whether a column belongs to this level.
    pub(super) fn owns(&self, id: ColumnId) -> bool {
        self.relations.iter().any(|relation| {
            relation.tableoid == Some(id) || relation.columns.iter().any(|column| column.info.id == id)
        })
    }

    /// Finds an unqualified column, here or in outer queries; `None` when there is none.
    pub(super) fn column(&self, name: &str) -> Result<Option<Found>> {
        let mut scope = self;
        let mut levels_up = 0;
        loop {
            let mut matches = scope.visible.iter().filter(|column| column.name == name);
            if let Some(found) = matches.next() {
                if matches.next().is_some() {
                    return Err(ambiguous(name));
                }
                return Ok(Some(Found {
                    expr: found.expr.clone(),
                    levels_up,
                    display: scope.display(found, name),
                }));
            }
            match scope.parent {
                Some(parent) => scope = parent,
                None => return Ok(None),
            }
            levels_up += 1;
        }
    }

    /// The OID of the table a row is of.
    pub(super) fn tableoid(&self, alias: Option<&str>) -> Option<Found> {
        let mut relations = self.relations.iter().filter(|relation| relation.table.is_some());
        let relation = relations.find(|relation| alias.is_none_or(|alias| relation.alias == alias))?;
        let expr = match (relation.tableoid, &relation.table) {
            (Some(id), _) => Expr::Column(id, SqlType::Oid),
            (None, table) => Expr::Literal(Datum::Int(i64::from(table.as_ref()?.id.0)), SqlType::Oid),
        };
        Some(Found { expr, levels_up: 0, display: format!("{}.tableoid", relation.alias) })
    }

    fn display(&self, column: &Visible, name: &str) -> String {
        match column.relation.and_then(|index| self.relations.get(index)) {
            Some(relation) => format!("{}.{name}", relation.alias),
            None => name.to_owned(),
        }
    }

    /// Finds the relation of a qualified name, here or in outer queries.
    pub(super) fn relation(&self, schema: Option<&str>, alias: &str) -> Result<Option<(&Relation, usize)>> {
        let mut scope = self;
        let mut levels_up = 0;
        loop {
            let mut matches = scope.relations.iter().filter(|relation| {
                relation.alias == alias && (schema.is_none() || relation.schema.as_deref() == schema)
            });
            if let Some(found) = matches.next() {
                if matches.next().is_some() {
                    return Err(Error::new(
                        SqlState::DUPLICATE_ALIAS,
                        format!("table reference \"{alias}\" is ambiguous"),
                    ));
                }
                return Ok(Some((found, levels_up)));
            }
            match scope.parent {
                Some(parent) => scope = parent,
                None => return Ok(None),
            }
            levels_up += 1;
        }
    }

    /// Finds `alias.name`; `Ok(None)` when the relation has no such column.
    pub(super) fn qualified_column(
        &self,
        schema: Option<&str>,
        alias: &str,
        name: &str,
    ) -> Result<Option<Found>> {
        let Some((relation, levels_up)) = self.relation(schema, alias)? else {
            return Err(self.missing_relation(schema, alias));
        };
        let mut matches = relation.columns.iter().filter(|column| column.name == name);
        let Some(found) = matches.next() else { return Ok(None) };
        if matches.next().is_some() {
            return Err(ambiguous(name));
        }
        Ok(Some(Found {
            expr: Expr::Column(found.info.id, found.info.ty.ty),
            levels_up,
            display: format!("{alias}.{name}"),
        }))
    }

    /// `missing FROM-clause entry`, with PostgreSQL's hint when an alias hides the table.
    pub(super) fn missing_relation(&self, schema: Option<&str>, alias: &str) -> Error {
        let mut scope = Some(self);
        while let Some(level) = scope {
            let hidden = level.relations.iter().find(|relation| {
                relation.table.as_ref().is_some_and(|table| {
                    table.name == alias && schema.is_none_or(|schema| table.schema == schema)
                })
            });
            if let Some(hidden) = hidden {
                return Error::new(
                    SqlState::UNDEFINED_TABLE,
                    format!("invalid reference to FROM-clause entry for table \"{alias}\""),
                )
                .with_hint(format!("Perhaps you meant to reference the table alias \"{}\".", hidden.alias));
            }
            scope = level.parent;
        }
        Error::new(SqlState::UNDEFINED_TABLE, format!("missing FROM-clause entry for table \"{alias}\""))
    }

    /// `column does not exist`, with a hint naming the nearest one.
    pub(super) fn missing_column(&self, alias: Option<&str>, name: &str) -> Error {
        let message = match alias {
            Some(alias) => format!("column {alias}.{name} does not exist"),
            None => format!("column \"{name}\" does not exist"),
        };
        let error = Error::new(SqlState::UNDEFINED_COLUMN, message);
        match self.nearest(alias, name).as_slice() {
            [one] => error.with_hint(format!("Perhaps you meant to reference the column \"{one}\".")),
            [one, two] => error.with_hint(format!(
                "Perhaps you meant to reference the column \"{one}\" or the column \"{two}\"."
            )),
            _ => error,
        }
    }

    // PostgreSQL's rule: at most 3 letters off and not more than half of the name; a wrong alias costs
    // its own distance; two equally near are both named, more are none.
    fn nearest(&self, alias: Option<&str>, name: &str) -> Vec<String> {
        const DISTANCE_MAX: usize = 3;
        let mut best = DISTANCE_MAX + 1;
        let mut found: Vec<String> = Vec::new();
        let mut scope = Some(self);
        while let Some(level) = scope {
            for relation in &level.relations {
                let alias_cost = match alias {
                    Some(alias) => names::distance(alias, &relation.alias, DISTANCE_MAX),
                    None => Some(0),
                };
                let Some(alias_cost) = alias_cost else { continue };
                for column in &relation.columns {
                    let most = DISTANCE_MAX.min(name.chars().count() / 2);
                    let Some(cost) = names::distance(name, &column.name, most) else { continue };
                    let cost = cost + alias_cost;
                    if cost < best {
                        best = cost;
                        found.clear();
                    }
                    if cost == best && cost <= DISTANCE_MAX {
                        found.push(format!("{}.{}", relation.alias, column.name));
                    }
                }
            }
            scope = level.parent;
        }
        if found.len() > 2 { Vec::new() } else { found }
    }
}

/// `column reference "x" is ambiguous`.
pub(super) fn ambiguous(name: &str) -> Error {
    Error::new(SqlState::AMBIGUOUS_COLUMN, format!("column reference \"{name}\" is ambiguous"))
}
