//! RETURNING.

use sqlparser::ast::SelectItem;

use crate::bind::binder::{Binder, Clause, Level};
use crate::bind::scope::Scope;
use crate::error::Result;
use crate::plan::{Expr, OutputColumn};

impl Binder<'_> {
    /// RETURNING's list over a scope; absent is empty.
    pub(super) fn returning(
        &mut self,
        list: Option<&[SelectItem]>,
        scope: &Scope<'_>,
    ) -> Result<Vec<(OutputColumn, Expr)>> {
        let Some(list) = list else { return Ok(Vec::new()) };
        let mut level = Level::new(scope, Clause::Returning);
        let items = self.select_list(list, &mut level, true)?;
        let mut returning = Vec::with_capacity(items.len());
        for item in items {
            let ty = self.type_name(&item.expr);
            let info = self.column(ty);
            returning.push((OutputColumn { name: item.name, id: info.id, ty }, item.expr));
        }
        Ok(returning)
    }
}
