//! What a target of an assignment stores: a column, or an element or slice of an array in it.

use sqlparser::ast::{self, AccessExpr, Subscript};
use sqlparser::tokenizer::Location;

use crate::bind::binder::{Binder, Level};
use crate::catalog::Table;
use crate::error::{Error, Result, SqlState};
use crate::function::resolve_scalar;
use crate::plan::Expr;
use crate::value::{CastLevel, Datum, SqlType};

impl Binder<'_> {
    /// Whether the target at this place has subscripts.
    pub(super) fn is_subscripted(&self, place: Location) -> bool {
        self.subscripts.iter().any(|(at, _)| *at == place)
    }

    /// What the column holds after the value was stored in the target at `place`; `base` is what it held.
    pub(super) fn stored(
        &mut self,
        table: &Table,
        ordinal: usize,
        place: Location,
        base: impl FnOnce() -> Expr,
        (value, value_place): (Expr, Option<&ast::Expr>),
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let column = &table.columns[ordinal];
        let subscripts = self.subscripts.clone();
        let Some((_, ast::Expr::CompoundFieldAccess { access_chain, .. })) =
            subscripts.iter().find(|(at, _)| *at == place)
        else {
            return self.assign(value, column.ty, &column.name, value_place);
        };
        if column.ty.ty == SqlType::Jsonb {
            let value = self.assign(value, column.ty, &column.name, value_place)?;
            return self.jsonb_part(base(), value, access_chain, level);
        }
        let Some(element) = column.ty.element() else {
            let error = Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "cannot subscript type {} because it does not support subscripting",
                    self.catalog.type_name(column.ty.ty)
                ),
            );
            return Err(self.at(error, place));
        };
        let is_slice = access_chain
            .iter()
            .any(|access| matches!(access, AccessExpr::Subscript(Subscript::Slice { .. })));
        let to = if is_slice { column.ty } else { element };
        let from = value.ty();
        let null = ast::Expr::Value(ast::Value::Null.with_empty_span());
        let value = self
            .try_convert(value, to, CastLevel::Assignment, value_place.unwrap_or(&null))?
            .map_err(|_| {
                let error = Error::new(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "subscripted assignment to \"{}\" requires type {} but expression is of type {}",
                        column.name,
                        self.catalog.type_name(to.ty),
                        self.catalog.type_name(from)
                    ),
                )
                .with_hint("You will need to rewrite or cast the expression.");
                self.at(error, place)
            })?;
        let ty = column.ty.ty;
        let mut arguments =
            vec![base(), value, Expr::Literal(Datum::Int(i64::from(element.ty.oid())), SqlType::Oid)];
        for access in access_chain {
            let AccessExpr::Subscript(subscript) = access else {
                return Err(self.at(Error::unsupported("assignment to a field of a composite value"), place));
            };
            self.subscript_bounds(subscript, is_slice, level, &mut arguments)?;
        }
        let name = if is_slice { "array assign slice" } else { "array assign" };
        let types: Vec<SqlType> = arguments.iter().map(Expr::ty).collect();
        let call = resolve_scalar(name, &types)?;
        Ok(Expr::Call { function: call.id, arguments, ty })
    }
}
