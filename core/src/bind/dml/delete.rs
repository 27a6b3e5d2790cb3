//! DELETE.

use sqlparser::ast::{self, FromTable};

use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::select::filter;
use crate::error::{Error, Result};
use crate::plan::{Delete, Statement};

use super::update::beside;

impl Binder<'_> {
    /// Binds a DELETE.
    pub(in crate::bind) fn delete(&mut self, delete: &ast::Delete) -> Result<Statement> {
        let (FromTable::WithFromKeyword(from), true) = (&delete.from, delete.tables.is_empty()) else {
            return Err(Error::unsupported("this form of DELETE"));
        };
        let [item] = from.as_slice() else {
            return Err(Error::unsupported("DELETE from several tables"));
        };
        if !item.joins.is_empty()
            || delete.output.is_some()
            || !delete.order_by.is_empty()
            || delete.limit.is_some()
        {
            return Err(Error::unsupported("this clause of DELETE"));
        }
        let (changed, target) = self.changed(&item.relation)?;
        let using = match &delete.using {
            Some(items) => Some(self.from(items, None)?),
            None => None,
        };
        let (mut plan, scope) = beside(target, using)?;
        if let Some(predicate) = &delete.selection {
            let mut level = Level::new(&scope, Clause::Where);
            plan = filter(plan, self.condition(predicate, "WHERE", &mut level)?);
        }
        let returning = self.returning(delete.returning.as_deref(), &scope)?;
        Ok(Statement::Delete(Delete {
            table: changed.table,
            source: plan,
            rowid: changed.rowid,
            tableoid: changed.tableoid,
            old: changed.old,
            returning,
        }))
    }
}
