//! Conversions: literals and parameters take the type their context wants, values are cast to it.

use std::sync::Arc;

use sqlparser::ast;

use crate::error::{Error, Result, SqlState};
use crate::plan::Expr;
use crate::value::{
    CastLevel, Datum, SqlType, TypeCategory, TypeName, cast, cast_level, common_type_for, temporal,
};

use super::binder::Binder;

/// Whether an expression is a literal or parameter without a type of its own.
pub(super) fn is_unknown(expr: &Expr) -> bool {
    expr.ty() == SqlType::Unknown
}

impl Binder<'_> {
    /// Converts to `to` if a context of strength `level` may; `None` when there is no such conversion.
    /// A string literal that does not read as `to` is an error at `place`.
    pub(super) fn try_convert(
        &mut self,
        expr: Expr,
        to: TypeName,
        level: CastLevel,
        place: &ast::Expr,
    ) -> Result<Result<Expr, Expr>> {
        let from = expr.ty();
        let explicit = level == CastLevel::Explicit;
        match expr {
            Expr::Literal(Datum::Null, SqlType::Unknown) => Ok(Ok(Expr::Literal(Datum::Null, to.ty))),
            Expr::Literal(Datum::Text(text), SqlType::Unknown) if to.ty == SqlType::Regclass => {
                relation_named(Expr::Literal(Datum::Text(text), SqlType::Text)).map(Ok)
            }
            Expr::Literal(Datum::Text(text), SqlType::Unknown) => {
                self.literal(text, to, explicit).map(Ok).map_err(|error| self.at_expr(error, place))
            }
            Expr::Parameter { index, ty: SqlType::Unknown } if to.ty == SqlType::Regclass => {
                self.decide_parameter(index, SqlType::Text).map_err(|error| self.at_expr(error, place))?;
                relation_named(Expr::Parameter { index, ty: SqlType::Text }).map(Ok)
            }
            Expr::Parameter { index, ty: SqlType::Unknown } if self.catalog.type_of(to.ty).is_some() => {
                // Whoever binds a label binds a text.
                self.decide_parameter(index, SqlType::Text).map_err(|error| self.at_expr(error, place))?;
                let text = Expr::Parameter { index, ty: SqlType::Text };
                let read = self.read_labels(&text, to.ty)?;
                Ok(read.ok_or(text))
            }
            Expr::Parameter { index, ty: SqlType::Unknown } => {
                self.decide_parameter(index, to.ty).map_err(|error| self.at_expr(error, place))?;
                Ok(Ok(modified(Expr::Parameter { index, ty: to.ty }, to, explicit)))
            }
            expr if from == to.ty => {
                let known = self.type_name(&expr);
                Ok(Ok(if known == to { expr } else { modified(expr, to, explicit) }))
            }
            expr => match cast_level(from, to.ty) {
                Some(needed) if needed <= level => match self.read_labels(&expr, to.ty)? {
                    Some(read) => Ok(Ok(read)),
                    None if to.ty == SqlType::Regclass => relation_named(expr).map(Ok),
                    None => Ok(Ok(Expr::Cast { operand: Box::new(expr), from, to, explicit })),
                },
                _ => Ok(Err(expr)),
            },
        }
    }

    /// An error about types without a catalog calls every enumeration `enum`: their own names instead, for
    /// the types the error names in order.
    pub(super) fn with_type_names(&self, error: Error, types: &[SqlType]) -> Error {
        if types.iter().all(|ty| self.catalog.type_of(*ty).is_none()) {
            return error;
        }
        let (mut message, mut rest) = (String::new(), error.message());
        for ty in types {
            let Some((before, after)) = rest.split_once(ty.name()) else { continue };
            message.push_str(before);
            message.push_str(&self.catalog.type_name(*ty));
            rest = after;
        }
        message.push_str(rest);
        let named = Error::new(error.sqlstate(), message);
        match error.hint() {
            Some(hint) => named.with_hint(hint),
            None => named,
        }
    }

    // Texts become labels by a call that brings the labels along: values are made without a catalog.
    fn read_labels(&self, expr: &Expr, to: SqlType) -> Result<Option<Expr>> {
        let Some(user) = self.catalog.type_of(to) else { return Ok(None) };
        let text = TypeName::plain(SqlType::Text);
        let operand = match expr.ty() {
            SqlType::Text => expr.clone(),
            from => Expr::Cast { operand: Box::new(expr.clone()), from, to: text, explicit: true },
        };
        let name = if to.element().is_some() { "enum array in" } else { "enum in" };
        let call = crate::function::resolve_scalar(name, &[SqlType::Text, SqlType::Text])?;
        let labels = Expr::Literal(Datum::from(user.packed().as_str()), SqlType::Text);
        Ok(Some(Expr::Call { function: call.id, arguments: vec![operand, labels], ty: to }))
    }

    // The value of a string literal as `to`; its length is fitted as by a cast, not by reading.
    // What the session's zone or clock decides is read when the statement runs.
    pub(super) fn literal(&self, text: Arc<str>, to: TypeName, explicit: bool) -> Result<Expr> {
        if temporal::is_momentary(to.ty) && temporal::parse_timeless(&text, TypeName::plain(to.ty))?.is_none()
        {
            let operand = Box::new(Expr::Literal(Datum::Text(text), SqlType::Text));
            return Ok(Expr::Cast { operand, from: SqlType::Text, to, explicit });
        }
        let datum = self.catalog.parse(&text, to.as_read())?;
        if to.modifier < 0 {
            return Ok(Expr::Literal(datum, to.ty));
        }
        Ok(Expr::Literal(cast(&datum, to.ty, to, explicit)?, to.ty))
    }

    /// Converts where resolution has decided that it goes: operands of operators and functions.
    pub(super) fn convert(&mut self, expr: Expr, to: SqlType, place: &ast::Expr) -> Result<Expr> {
        // "Any" arguments are handed over as they are; literals among them are texts.
        let to = if to == SqlType::Unknown && is_unknown(&expr) { SqlType::Text } else { to };
        self.try_convert(expr, TypeName::plain(to), CastLevel::Explicit, place)?.map_err(|expr| {
            let error = Error::new(
                SqlState::CANNOT_COERCE,
                format!("cannot cast type {} to {}", expr.ty().name(), to.name()),
            );
            self.at_expr(error, place)
        })
    }

    /// Gives what has no type yet the type text, as the select list does.
    pub(super) fn settle(&mut self, expr: Expr, place: &ast::Expr) -> Result<Expr> {
        if is_unknown(&expr) { self.convert(expr, SqlType::Text, place) } else { Ok(expr) }
    }

    /// Converts to boolean for the clause named: `argument of WHERE must be type boolean`.
    pub(super) fn boolean(&mut self, expr: Expr, clause: &str, place: &ast::Expr) -> Result<Expr> {
        let bool_type = TypeName::plain(SqlType::Bool);
        self.try_convert(expr, bool_type, CastLevel::Implicit, place)?.map_err(|expr| {
            let error = Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!("argument of {clause} must be type boolean, not type {}", expr.ty().name()),
            );
            self.at_expr(error, place)
        })
    }

    /// Converts to bigint for LIMIT and OFFSET.
    pub(super) fn row_count(&mut self, expr: Expr, clause: &str, place: &ast::Expr) -> Result<Expr> {
        let int8 = TypeName::plain(SqlType::Int8);
        self.try_convert(expr, int8, CastLevel::Assignment, place)?.map_err(|expr| {
            let error = Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!("argument of {clause} must be type bigint, not type {}", expr.ty().name()),
            );
            self.at_expr(error, place)
        })
    }

    /// Converts for storing into a column (42804 when assignment cannot).
    pub(super) fn assign(
        &mut self,
        expr: Expr,
        to: TypeName,
        column: &str,
        place: Option<&ast::Expr>,
    ) -> Result<Expr> {
        let null = ast::Expr::Value(ast::Value::Null.with_empty_span());
        let place = place.unwrap_or(&null);
        self.try_convert(expr, to, CastLevel::Assignment, place)?.map_err(|expr| {
            let error = Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{column}\" is of type {} but expression is of type {}",
                    self.catalog.type_name(to.ty),
                    self.catalog.type_name(expr.ty())
                ),
            )
            .with_hint("You will need to rewrite or cast the expression.");
            self.at_expr(error, place)
        })
    }

    /// Brings several expressions to their common type; `context` begins PostgreSQL's messages.
    pub(super) fn common_typed(
        &mut self,
        context: &str,
        exprs: Vec<Expr>,
        places: &[&ast::Expr],
    ) -> Result<(Vec<Expr>, SqlType)> {
        let types: Vec<SqlType> = exprs.iter().map(Expr::ty).collect();
        let ty = common_type_for(context, &types).map_err(|error| {
            // PostgreSQL points at the first one that does not fit the ones before it.
            let culprit = (2..=types.len()).find(|count| common_type_for(context, &types[..*count]).is_err());
            match culprit.and_then(|count| places.get(count - 1)) {
                Some(place) => self.at_expr(error, place),
                None => error,
            }
        })?;
        let mut converted = Vec::with_capacity(exprs.len());
        for (at, expr) in exprs.into_iter().enumerate() {
            let null = ast::Expr::Value(ast::Value::Null.with_empty_span());
            let place = places.get(at).copied().unwrap_or(&null);
            converted.push(self.convert(expr, ty, place)?);
        }
        Ok((converted, ty))
    }
}

// The relation of a name or an OID, which only the statement's catalog knows.
fn relation_named(expr: Expr) -> Result<Expr> {
    let to = if expr.ty().category() == TypeCategory::String { SqlType::Text } else { SqlType::Oid };
    let from = expr.ty();
    let operand = match from == to {
        true => expr,
        false => Expr::Cast { operand: Box::new(expr), from, to: TypeName::plain(to), explicit: true },
    };
    let call = crate::function::resolve_scalar("relation named", &[to])?;
    Ok(Expr::Call { function: call.id, arguments: vec![operand], ty: SqlType::Regclass })
}

// The length or precision of a type applied to a value that has the type already.
fn modified(expr: Expr, to: TypeName, explicit: bool) -> Expr {
    if to.modifier < 0 {
        return expr;
    }
    let from = expr.ty();
    Expr::Cast { operand: Box::new(expr), from, to, explicit }
}
