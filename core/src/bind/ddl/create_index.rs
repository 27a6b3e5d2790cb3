//! CREATE INDEX.

use std::sync::Arc;

use sqlparser::ast::{self, IndexType, OrderBySort};

use crate::base::limits::INDEX_COLUMNS_MAX;
use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::names;
use crate::bind::scope::{Relation, Scope};
use crate::bind::stored::is_immutable;
use crate::catalog::{IndexKey, Table};
use crate::error::{Error, Result, SqlState};
use crate::plan::{ColumnDefinition, CreateIndex, Statement};

impl Binder<'_> {
    /// Binds CREATE INDEX.
    pub(in crate::bind) fn create_index(&mut self, create: &ast::CreateIndex) -> Result<Statement> {
        let refuse = |is_said: bool, what: &str| if is_said { Err(Error::unsupported(what)) } else { Ok(()) };
        refuse(!matches!(create.using, None | Some(IndexType::BTree)), "an index method other than btree")?;
        refuse(create.nulls_distinct == Some(false), "NULLS NOT DISTINCT")?;
        refuse(
            create.r#async
                || !create.with.is_empty()
                || !create.index_options.is_empty()
                || !create.alter_options.is_empty(),
            "this option of an index",
        )?;
        let table_name = names::qualified(&create.table_name)?;
        let only = table_name.only;
        let table = Arc::clone(self.table(&names::Qualified {
            // PostgreSQL reports a missing table here without a position.
            place: sqlparser::tokenizer::Location { line: 0, column: 0 },
            ..table_name
        })?);
        let given = match &create.name {
            Some(name) => {
                let name = names::qualified(name)?;
                if name.schema.as_ref().is_some_and(|schema| *schema != table.schema) {
                    return Err(Error::new(
                        SqlState::SYNTAX_ERROR,
                        "an index is created in the schema of its table",
                    ));
                }
                Some(name.name)
            }
            None => None,
        };
        if let Some(name) = &given
            && self.catalog.relation(&table.schema, name).is_some()
        {
            if create.if_not_exists {
                self.notices.push(format!("relation \"{name}\" already exists, skipping"));
                return Ok(Statement::CreateIndex(None));
            }
            return Err(Error::new(SqlState::DUPLICATE_TABLE, format!("relation \"{name}\" already exists")));
        }
        if create.columns.len() > INDEX_COLUMNS_MAX {
            return Err(Error::new(
                SqlState::TOO_MANY_COLUMNS,
                format!("cannot use more than {INDEX_COLUMNS_MAX} columns in an index"),
            ));
        }
        let mut keys = Vec::with_capacity(create.columns.len());
        let mut key_names = Vec::with_capacity(create.columns.len());
        let mut hidden = Vec::new();
        let missing =
            |name: &str| Error::new(SqlState::UNDEFINED_COLUMN, format!("column \"{name}\" does not exist"));
        for part in &create.columns {
            if let Some(class) = &part.operator_class {
                return Err(Error::unsupported(format!("operator class {class}")));
            }
            let column = match &part.column.expr {
                ast::Expr::Identifier(ident) => {
                    let name = names::name(ident)?;
                    let found = table.column(&name).ok_or_else(|| missing(&name))?;
                    key_names.push(name);
                    found
                }
                expr => {
                    key_names.push(call_name(expr));
                    self.hidden_column(&table, &mut hidden, expr, false)?
                }
            };
            let descending = match &part.column.options.sort {
                None | Some(OrderBySort::Asc) => false,
                Some(OrderBySort::Desc) => true,
                Some(OrderBySort::Using(_)) => return Err(Error::unsupported("USING in an index")),
            };
            let nulls_first = part.column.options.nulls_first.unwrap_or(descending);
            keys.push(IndexKey { column, descending, nulls_first });
        }
        let mut include = Vec::with_capacity(create.include.len());
        for ident in &create.include {
            let name = names::name(ident)?;
            include.push(table.column(&name).ok_or_else(|| missing(&name))?);
            key_names.push(name);
        }
        let predicate = match &create.predicate {
            Some(condition) => Some(self.hidden_column(&table, &mut hidden, condition, true)?),
            None => None,
        };
        let name = given.unwrap_or_else(|| {
            let joined = key_names.join("_");
            self.catalog.free_relation_name(&table.schema, &table.name, Some(&joined), "idx", &[])
        });
        Ok(Statement::CreateIndex(Some(Box::new(CreateIndex {
            name,
            table,
            keys,
            unique: create.unique,
            hidden,
            predicate,
            include,
            only,
        }))))
    }

    /// The ordinal of the hidden column that holds an expression, which may have to be made.
    fn hidden_column(
        &mut self,
        table: &Arc<Table>,
        hidden: &mut Vec<ColumnDefinition>,
        syntax: &ast::Expr,
        is_predicate: bool,
    ) -> Result<usize> {
        let row = self.row_columns(table);
        let scope = Scope::of(Relation::of_table(table.name.clone(), table, &row));
        let (clause, what) = match is_predicate {
            true => (Clause::IndexPredicate, "index predicate"),
            false => (Clause::IndexExpression, "index expression"),
        };
        let mut syntax = syntax;
        while let ast::Expr::Nested(inner) = syntax {
            syntax = inner;
        }
        let mut level = Level::new(&scope, clause);
        let bound = if is_predicate {
            self.condition(syntax, "WHERE", &mut level)?
        } else {
            let bound = self.expr(syntax, &mut level)?;
            self.settle(bound, syntax)?
        };
        if bound.has_subquery() {
            return Err(self.at_expr(
                Error::new(SqlState::FEATURE_NOT_SUPPORTED, format!("cannot use subquery in {what}")),
                syntax,
            ));
        }
        if !is_immutable(&bound) {
            return Err(Error::new(
                SqlState::INVALID_OBJECT_DEFINITION,
                format!("functions in {what} must be marked IMMUTABLE"),
            ));
        }
        let (sql, ty) = (syntax.to_string(), self.type_name(&bound));
        let known = table.columns.iter().map(|column| (column.is_hidden(), &column.generated));
        let made = hidden.iter().map(|column| (true, &column.generated));
        if let Some(at) =
            known.chain(made).position(|(is_hidden, own)| is_hidden && *own == Some(sql.clone()))
        {
            return Ok(at);
        }
        let mut column = ColumnDefinition::plain(table.hidden_name(hidden.len()), ty);
        column.generated = Some(sql);
        hidden.push(column);
        Ok(table.columns.len() + hidden.len() - 1)
    }
}

/// What PostgreSQL calls an expression in the name of its index.
fn call_name(expr: &ast::Expr) -> String {
    match expr {
        ast::Expr::Nested(inner) => call_name(inner),
        ast::Expr::Function(call) => match call.name.0.last().and_then(|part| part.as_ident()) {
            Some(ident) => names::fold(ident),
            None => "expr".to_owned(),
        },
        ast::Expr::Cast { expr, .. } => match &**expr {
            ast::Expr::Identifier(ident) => names::fold(ident),
            _ => "expr".to_owned(),
        },
        _ => "expr".to_owned(),
    }
}
