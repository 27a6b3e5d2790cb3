//! CREATE INDEX.

use std::sync::Arc;

use sqlparser::ast::{self, IndexType, OrderBySort};

use crate::base::limits::INDEX_COLUMNS_MAX;
use crate::bind::binder::Binder;
use crate::bind::names;
use crate::catalog::IndexKey;
use crate::error::{Error, Result, SqlState};
use crate::plan::{CreateIndex, Statement};

impl Binder<'_> {
    /// Binds CREATE INDEX.
    pub(in crate::bind) fn create_index(&mut self, create: &ast::CreateIndex) -> Result<Statement> {
        let refuse = |is_said: bool, what: &str| if is_said { Err(Error::unsupported(what)) } else { Ok(()) };
        refuse(!matches!(create.using, None | Some(IndexType::BTree)), "an index method other than btree")?;
        refuse(create.predicate.is_some(), "a partial index")?;
        refuse(!create.include.is_empty(), "INCLUDE of an index")?;
        refuse(create.nulls_distinct == Some(false), "NULLS NOT DISTINCT")?;
        refuse(
            create.r#async
                || !create.with.is_empty()
                || !create.index_options.is_empty()
                || !create.alter_options.is_empty(),
            "this option of an index",
        )?;
        let table_name = names::qualified(&create.table_name)?;
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
        for part in &create.columns {
            let ast::Expr::Identifier(ident) = &part.column.expr else {
                return Err(self.at_expr(Error::unsupported("an expression in an index"), &part.column.expr));
            };
            if let Some(class) = &part.operator_class {
                return Err(Error::unsupported(format!("operator class {class}")));
            }
            let name = names::name(ident)?;
            let Some(column) = table.column(&name) else {
                return Err(Error::new(
                    SqlState::UNDEFINED_COLUMN,
                    format!("column \"{name}\" does not exist"),
                ));
            };
            let descending = match &part.column.options.sort {
                None | Some(OrderBySort::Asc) => false,
                Some(OrderBySort::Desc) => true,
                Some(OrderBySort::Using(_)) => return Err(Error::unsupported("USING in an index")),
            };
            let nulls_first = part.column.options.nulls_first.unwrap_or(descending);
            keys.push(IndexKey { column, descending, nulls_first });
            key_names.push(name);
        }
        let name = given.unwrap_or_else(|| {
            let joined = key_names.join("_");
            self.catalog.free_relation_name(&table.schema, &table.name, Some(&joined), "idx", &[])
        });
        Ok(Statement::CreateIndex(Some(Box::new(CreateIndex { name, table, keys, unique: create.unique }))))
    }
}
