//! Unary and binary operators, AND, OR, NOT.

use sqlparser::ast::{self, BinaryOperator, UnaryOperator};

use crate::bind::binder::{Binder, Level};
use crate::bind::names;
use crate::bind::subquery::RowTest;
use crate::error::{Error, Result, SqlState};
use crate::function::{OperatorResolution, resolve_operator};
use crate::parse::{self, Lexer, TokenKind};
use crate::plan::{Expr, LikeKind};
use crate::value::SqlType;

use super::call::called;
use super::literal;

impl Binder<'_> {
    /// AND and OR come as left-deep chains, perhaps thousands long: they are walked, not recursed into.
    pub(super) fn logic(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let mut operands = vec![right];
        let mut rest = left;
        while let ast::Expr::BinaryOp { left, op: inner, right } = rest {
            if inner != op {
                break;
            }
            operands.push(right);
            rest = left;
        }
        operands.push(rest);
        let is_and = *op == BinaryOperator::And;
        let clause = if is_and { "AND" } else { "OR" };
        let mut bound = Vec::with_capacity(operands.len());
        for operand in operands.into_iter().rev() {
            bound.push(self.condition(operand, clause, level)?);
        }
        Ok(if is_and { Expr::And(bound) } else { Expr::Or(bound) })
    }

    /// Chains of operators grow to the left, perhaps hundreds long: they are walked, too.
    pub(super) fn binary(
        &mut self,
        whole: &ast::Expr,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        match (left, right) {
            (ast::Expr::Tuple(_), ast::Expr::Tuple(_)) => {
                return self.row_comparison(whole, left, op, right, level);
            }
            (ast::Expr::Tuple(members), ast::Expr::Subquery(query)) => {
                return self.row_and_subquery(whole, members, op, query, RowTest::Scalar, level);
            }
            _ => {}
        }
        let mut chain = vec![(whole, left, op, right)];
        let mut first = left;
        while let ast::Expr::BinaryOp { left, op, right } = first {
            let is_other = matches!(op, BinaryOperator::And | BinaryOperator::Or)
                || matches!((&**left, &**right), (ast::Expr::Tuple(_), ast::Expr::Tuple(_)));
            if is_other {
                break;
            }
            chain.push((first, left, op, right));
            first = left;
        }
        if let Some((whole, .., op, right)) = chain.iter().find(|(.., op, _)| symbol(op).is_none()) {
            if **op == BinaryOperator::Xor {
                return Err(self.syntax_error(names::place(right)));
            }
            return Err(self.at_expr(Error::unsupported(format!("operator {op}")), whole));
        }
        let mut bound = self.expr(first, level)?;
        while let Some((_, left, op, right)) = chain.pop() {
            let bound_right = self.expr(right, level)?;
            let symbol = symbol(op).unwrap_or_default();
            bound = self.apply(&symbol, (bound, left), (bound_right, right))?;
        }
        Ok(bound)
    }

    /// Resolves and builds `left symbol right` of bound sides.
    pub(in crate::bind) fn apply(
        &mut self,
        symbol: &str,
        (left, left_place): (Expr, &ast::Expr),
        (right, right_place): (Expr, &ast::Expr),
    ) -> Result<Expr> {
        let resolution = resolve_operator(symbol, Some(left.ty()), right.ty())
            .map_err(|error| self.with_type_names(error, &[left.ty(), right.ty()]))
            .map_err(|error| self.at_operator(error, symbol, Some(left_place), right_place))?;
        Ok(match resolution {
            OperatorResolution::Arithmetic { op, ty } => Expr::Arithmetic {
                op,
                ty,
                left: Box::new(self.convert(left, ty, left_place)?),
                right: Box::new(self.convert(right, ty, right_place)?),
            },
            OperatorResolution::Compare { op, ty } => Expr::Compare {
                op,
                ty,
                left: Box::new(self.convert(left, ty, left_place)?),
                right: Box::new(self.convert(right, ty, right_place)?),
            },
            OperatorResolution::Like { insensitive, negated } => Expr::Like {
                kind: if insensitive { LikeKind::CaseInsensitive } else { LikeKind::CaseSensitive },
                operand: Box::new(self.convert(left, SqlType::Text, left_place)?),
                pattern: Box::new(self.convert(right, SqlType::Text, right_place)?),
                escape: None,
                negated,
            },
            OperatorResolution::Call(call) => {
                let [to_left, to_right] = call.arguments[..] else {
                    return Err(Error::internal("a binary operator has two arguments"));
                };
                let arguments = vec![
                    self.convert(left, to_left, left_place)?,
                    self.convert(right, to_right, right_place)?,
                ];
                called(&call, arguments)
            }
            OperatorResolution::Negate { .. } | OperatorResolution::Identity { .. } => {
                return Err(Error::internal("a prefix operator has no left side"));
            }
        })
    }

    pub(super) fn unary(
        &mut self,
        whole: &ast::Expr,
        op: UnaryOperator,
        operand: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        if op == UnaryOperator::Not {
            let bound = self.condition(operand, "NOT", level)?;
            return Ok(Expr::Not(Box::new(bound)));
        }
        // The minus belongs to the number: -9223372036854775808 is a bigint, not minus a numeric.
        if op == UnaryOperator::Minus
            && let ast::Expr::Value(value) = operand
            && let ast::Value::Number(digits, _) = &value.value
        {
            return literal::number(&format!("-{digits}")).map_err(|error| self.at_expr(error, whole));
        }
        let symbol = match op {
            UnaryOperator::Minus => "-",
            UnaryOperator::Plus => "+",
            UnaryOperator::BitwiseNot => "~",
            UnaryOperator::PGSquareRoot => "|/",
            UnaryOperator::PGCubeRoot => "||/",
            UnaryOperator::PGAbs => "@",
            UnaryOperator::PGPrefixFactorial => "!!",
            UnaryOperator::BangNot => "!",
            UnaryOperator::PGPostfixFactorial => {
                return Err(self.at_operator(
                    Error::new(SqlState::SYNTAX_ERROR, "syntax error at or near \"!\""),
                    "!",
                    Some(operand),
                    operand,
                ));
            }
            _ => return Err(self.at_expr(Error::unsupported(format!("operator {op}")), whole)),
        };
        let bound = self.expr(operand, level)?;
        let resolution = resolve_operator(symbol, None, bound.ty())
            .map_err(|error| self.at_operator(error, symbol, None, operand))?;
        match resolution {
            OperatorResolution::Negate { ty } => {
                Ok(Expr::Negate(Box::new(self.convert(bound, ty, operand)?), ty))
            }
            OperatorResolution::Identity { ty } => self.convert(bound, ty, operand),
            OperatorResolution::Call(call) => {
                let to = call.arguments.first().copied().unwrap_or(SqlType::Unknown);
                let arguments = vec![self.convert(bound, to, operand)?];
                Ok(called(&call, arguments))
            }
            OperatorResolution::Arithmetic { .. }
            | OperatorResolution::Compare { .. }
            | OperatorResolution::Like { .. } => Err(Error::internal("a prefix operator has one side")),
        }
    }

    // (a, b) = (c, d) is a = c AND b = d; the ordered ones compare from the left.
    fn row_comparison(
        &mut self,
        whole: &ast::Expr,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let (ast::Expr::Tuple(lefts), ast::Expr::Tuple(rights)) = (left, right) else {
            return Err(Error::internal("both sides are rows"));
        };
        if lefts.len() != rights.len() {
            let error = Error::new(SqlState::SYNTAX_ERROR, "unequal number of entries in row expressions");
            return Err(self.at_expr(error, whole));
        }
        let mut pairs = Vec::with_capacity(lefts.len());
        for (a, b) in lefts.iter().zip(rights) {
            let bound = (self.expr(a, level)?, self.expr(b, level)?);
            pairs.push((bound, (a, b)));
        }
        self.compare_rows(whole, op, pairs)
    }

    /// Two rows of equal length, member by member; the expressions beside the bound ones are for errors.
    pub(in crate::bind) fn compare_rows(
        &mut self,
        whole: &ast::Expr,
        op: &BinaryOperator,
        pairs: Vec<((Expr, Expr), (&ast::Expr, &ast::Expr))>,
    ) -> Result<Expr> {
        let (equal, strict) = match op {
            BinaryOperator::Eq | BinaryOperator::NotEq => ("=", ""),
            BinaryOperator::Lt | BinaryOperator::LtEq => ("=", "<"),
            BinaryOperator::Gt | BinaryOperator::GtEq => ("=", ">"),
            _ => {
                let error = Error::unsupported(format!("operator {op} on rows"));
                return Err(self.at_expr(error, whole));
            }
        };
        if strict.is_empty() {
            let mut equalities = Vec::with_capacity(pairs.len());
            for ((a, b), (at_a, at_b)) in pairs {
                equalities.push(self.apply(equal, (a, at_a), (b, at_b))?);
            }
            let all = Expr::And(equalities);
            return Ok(if *op == BinaryOperator::NotEq { Expr::Not(Box::new(all)) } else { all });
        }
        // a < c OR (a = c AND b < d) ...; the last pair uses the operator itself.
        let last = symbol(op).unwrap_or_default();
        let mut alternatives = Vec::with_capacity(pairs.len());
        for at in 0..pairs.len() {
            let mut terms = Vec::with_capacity(at + 1);
            for (before, ((a, b), (at_a, at_b))) in pairs.iter().take(at + 1).enumerate() {
                let symbol = match () {
                    () if before < at => equal,
                    () if at + 1 == pairs.len() => last.as_str(),
                    () => strict,
                };
                let pair = (self.copy(a)?, self.copy(b)?);
                terms.push(self.apply(symbol, (pair.0, at_a), (pair.1, at_b))?);
            }
            alternatives.push(if terms.len() == 1 { terms.remove(0) } else { Expr::And(terms) });
        }
        Ok(Expr::Or(alternatives))
    }

    // PostgreSQL points at the operator itself, whose place sqlparser forgets: it is looked for between
    // the operands.
    fn at_operator(&self, error: Error, symbol: &str, left: Option<&ast::Expr>, right: &ast::Expr) -> Error {
        let sql = self.sql();
        let start = match left {
            Some(left) => parse::byte_of(sql, parse::span_of_expr(left).end),
            None => parse::byte_of(sql, names::place(right)).map(|at| {
                let before = sql.get(..at).unwrap_or_default().trim_end_matches(['(', ' ', '\n', '\t']);
                before.len().saturating_sub(symbol.len())
            }),
        };
        let Some(start) = start else { return error };
        let mut lexer = Lexer::from(sql, start);
        while let Ok(Some(token)) = lexer.next() {
            match token.kind {
                TokenKind::Operator => return error.at(parse::position_of_byte(sql, token.start)),
                TokenKind::Word
                    if ["like", "ilike", "not", "in", "is", "between"]
                        .iter()
                        .any(|word| token.is_word(sql, word)) =>
                {
                    return error.at(parse::position_of_byte(sql, token.start));
                }
                TokenKind::Semicolon => break,
                _ => {}
            }
        }
        match left {
            Some(left) => self.at_expr(error, left),
            None => self.at_expr(error, right),
        }
    }
}

/// An operator as PostgreSQL writes it; `None` for other dialects' words.
pub(super) fn symbol(op: &BinaryOperator) -> Option<String> {
    Some(match op {
        BinaryOperator::PGLikeMatch => "~~".to_owned(),
        BinaryOperator::PGILikeMatch => "~~*".to_owned(),
        BinaryOperator::PGNotLikeMatch => "!~~".to_owned(),
        BinaryOperator::PGNotILikeMatch => "!~~*".to_owned(),
        BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor | BinaryOperator::Overlaps => {
            return None;
        }
        BinaryOperator::PGCustomBinaryOperator(parts) => parts.last()?.clone(),
        other => other.to_string(),
    })
}
