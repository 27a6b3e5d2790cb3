//! Scalar expressions: dispatch on syntax. One file per family of forms.

mod array;
mod call;
mod column;
mod conditional;
mod literal;
mod name;
mod operator;
mod ordered_set;
mod predicate;

pub(super) use literal::number_datum;
pub(super) use name::output_name;

use sqlparser::ast::{self, BinaryOperator, CastKind};

use crate::error::{Error, Result, SqlState};
use crate::parse::{self, Lexer, TokenKind};
use crate::plan::Expr;
use crate::value::{CastLevel, SqlType, TypeName};

use super::binder::{Binder, Level};
use super::names;

impl Binder<'_> {
    /// Binds an expression. Literals and parameters that nothing has typed come out as `Unknown`.
    pub(super) fn expr(&mut self, expr: &ast::Expr, level: &mut Level<'_>) -> Result<Expr> {
        self.enter()?;
        self.count_expressions(1)?;
        self.dispatch(expr, level)
    }

    /// Binds an expression; what has no type becomes text.
    pub(super) fn settled_expr(&mut self, expr: &ast::Expr, level: &mut Level<'_>) -> Result<Expr> {
        let bound = self.expr(expr, level)?;
        self.settle(bound, expr)
    }

    /// Binds a condition.
    pub(super) fn condition(
        &mut self,
        expr: &ast::Expr,
        clause: &str,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound = self.expr(expr, level)?;
        self.boolean(bound, clause, expr)
    }

    // Every arm only calls: the frame of this function is on the stack once per level of nesting.
    fn dispatch(&mut self, expr: &ast::Expr, level: &mut Level<'_>) -> Result<Expr> {
        use ast::Expr as E;
        match expr {
            E::Nested(inner) => self.expr(inner, level),
            E::Identifier(ident) => self.column_reference(core::slice::from_ref(ident), level),
            E::CompoundIdentifier(idents) => self.column_reference(idents, level),
            E::Value(value) => self.value(value),
            E::TypedString(typed) => self.typed_string(typed),
            // A literal is a cast by now (`parse::rewrite`); INTERVAL before anything else is none.
            E::Interval(interval) => Err(self.syntax_error(names::place(&interval.value))),
            E::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
                self.logic(left, op, right, level)
            }
            E::BinaryOp { left, op, right } => self.binary(expr, left, op, right, level),
            E::UnaryOp { op, expr: operand } => self.unary(expr, *op, operand, level),
            E::Cast {
                kind: kind @ (CastKind::Cast | CastKind::DoubleColon),
                expr: operand,
                data_type,
                format: None,
            } => self.cast(kind, operand, data_type, level),
            E::IsNull(operand) => self.is_null(operand, false, level),
            E::IsNotNull(operand) => self.is_null(operand, true, level),
            E::IsTrue(operand) => self.is_bool(operand, Some(true), false, level),
            E::IsNotTrue(operand) => self.is_bool(operand, Some(true), true, level),
            E::IsFalse(operand) => self.is_bool(operand, Some(false), false, level),
            E::IsNotFalse(operand) => self.is_bool(operand, Some(false), true, level),
            E::IsUnknown(operand) => self.is_bool(operand, None, false, level),
            E::IsNotUnknown(operand) => self.is_bool(operand, None, true, level),
            E::IsDistinctFrom(left, right) => self.is_distinct(expr, left, right, false, level),
            E::IsNotDistinctFrom(left, right) => self.is_distinct(expr, left, right, true, level),
            E::InList { expr: operand, list, negated } => self.in_list(operand, list, *negated, level),
            E::Between { expr: operand, negated, low, high } => {
                self.between(operand, *negated, low, high, level)
            }
            E::Like { negated, any: false, expr: operand, pattern, escape_char } => {
                self.like(expr, operand, pattern, escape_char.as_deref(), (false, *negated), level)
            }
            E::ILike { negated, any: false, expr: operand, pattern, escape_char } => {
                self.like(expr, operand, pattern, escape_char.as_deref(), (true, *negated), level)
            }
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), level)
            }
            E::Function(function) => self.function(function, level),
            E::Extract { .. }
            | E::Ceil { .. }
            | E::Floor { .. }
            | E::Position { .. }
            | E::Substring { .. }
            | E::Trim { .. }
            | E::Overlay { .. }
            | E::AtTimeZone { .. } => self.special_call(expr, level),
            E::Exists { subquery, negated } => self.exists(subquery, *negated, level),
            E::Subquery(query) => self.scalar_subquery(query, level),
            E::InSubquery { expr: operand, subquery, negated } => {
                self.quantified(expr, operand, &BinaryOperator::Eq, subquery, Some(*negated), level)
            }
            E::AnyOp { left, compare_op, right, .. } => {
                self.any_or_all(expr, left, compare_op, right, true, level)
            }
            E::AllOp { left, compare_op, right } => {
                self.any_or_all(expr, left, compare_op, right, false, level)
            }
            E::Array(array) => self.array(&array.elem, None, expr, level),
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, level),
            E::SimilarTo { negated, expr: operand, pattern, escape_char } => {
                self.similar(operand, pattern, escape_char.as_deref(), *negated, level)
            }
            E::Like { negated: false, any: true, expr: operand, pattern, escape_char: None } => {
                self.quantified_array(operand, "~~", pattern, true, level)
            }
            E::ILike { negated: false, any: true, expr: operand, pattern, escape_char: None } => {
                self.quantified_array(operand, "~~*", pattern, true, level)
            }
            E::Tuple(_) => Err(self.at_expr(Error::unsupported("a row value here"), expr)),
            E::Collate { expr: operand, collation } => self.collate(operand, collation, level),
            _ => Err(self.other_form(expr)),
        }
    }

    // What PostgreSQL has is not supported, by name; what only other dialects have is no syntax.
    fn other_form(&self, expr: &ast::Expr) -> Error {
        use ast::Expr as E;
        let what = match expr {
            E::IsJson { .. } => "IS JSON",
            E::IsNormalized { .. } => "IS NORMALIZED",
            E::GroupingSets(_) | E::Cube(_) | E::Rollup(_) => "GROUPING SETS here",
            E::Wildcard(_) | E::QualifiedWildcard(..) => "* as an expression",
            E::Named { .. } => "a named argument",
            _ => return self.syntax_error(names::place(expr)),
        };
        self.at_expr(Error::unsupported(what), expr)
    }

    fn cast(
        &mut self,
        kind: &CastKind,
        operand: &ast::Expr,
        data_type: &ast::DataType,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let named = self.named_type(data_type).map_err(|error| self.at_cast(error, kind, operand, true))?;
        let to = named.ty;
        let bound = match operand {
            // The elements take the type of the cast, as if each were cast.
            ast::Expr::Array(array) if to.ty.element().is_some() => {
                self.array(&array.elem, Some(to), operand, level)?
            }
            _ => self.expr(operand, level)?,
        };
        let from = bound.ty();
        let converted = self
            .try_convert(bound, to, CastLevel::Explicit, operand)?
            .map_err(|_| self.at_cast(self.cannot_cast(from, to.ty), kind, operand, false))?;
        match named.domain {
            Some(domain) => self.domain_value(domain, converted),
            None => Ok(converted),
        }
    }

    // PostgreSQL points at the `::` or at CAST; at the type when it is the type that is wrong.
    fn at_cast(&self, error: Error, kind: &CastKind, operand: &ast::Expr, at_type: bool) -> Error {
        if *kind == CastKind::Cast && !at_type {
            return self.at_word_before(error, "cast", names::place(operand));
        }
        let sql = self.sql();
        let Some(end) = parse::byte_of(sql, parse::span_of_expr(operand).end) else { return error };
        let mut lexer = Lexer::from(sql, end);
        while let Ok(Some(token)) = lexer.next() {
            if token.kind == TokenKind::DoubleColon || token.is_word(sql, "as") {
                let token = match at_type {
                    true => lexer.next().ok().flatten().unwrap_or(token),
                    false => token,
                };
                return error.at(parse::position_of_byte(sql, token.start));
            }
        }
        error
    }

    /// An explicit cast (42846 when there is none).
    pub(super) fn cast_to(&mut self, bound: Expr, to: TypeName, place: &ast::Expr) -> Result<Expr> {
        self.try_convert(bound, to, CastLevel::Explicit, place)?
            .map_err(|expr| self.at_expr(self.cannot_cast(expr.ty(), to.ty), place))
    }

    fn cannot_cast(&self, from: SqlType, to: SqlType) -> Error {
        let (from, to) = (self.catalog.type_name(from), self.catalog.type_name(to));
        Error::new(SqlState::CANNOT_COERCE, format!("cannot cast type {from} to {to}"))
    }

    // All collations of ours order by code point; naming one of PostgreSQL's that does the same is allowed.
    fn collate(
        &mut self,
        operand: &ast::Expr,
        collation: &ast::ObjectName,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let name = names::qualified(collation)?;
        if !matches!(name.name.as_str(), "C" | "POSIX" | "default" | "ucs_basic") {
            return Err(self.at(Error::unsupported(format!("collation \"{}\"", name.name)), name.place));
        }
        let bound = self.settled_expr(operand, level)?;
        if bound.ty().is_textual() {
            return Ok(bound);
        }
        let error = Error::new(
            SqlState::DATATYPE_MISMATCH,
            format!("collations are not supported by type {}", bound.ty().name()),
        );
        Err(self.at_expr(error, operand))
    }
}
