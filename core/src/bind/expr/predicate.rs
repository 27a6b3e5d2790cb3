//! IS, IN, BETWEEN, LIKE.

use sqlparser::ast;

use crate::bind::binder::{Binder, Level};
use crate::error::{Error, Result};
use crate::function::{OperatorResolution, resolve_operator};
use crate::plan::{CompareOp, Expr};
use crate::value::{SqlType, common_type};

impl Binder<'_> {
    pub(super) fn is_null(
        &mut self,
        operand: &ast::Expr,
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound = self.settled_expr(operand, level)?;
        Ok(Expr::IsNull { operand: Box::new(bound), negated })
    }

    pub(super) fn is_bool(
        &mut self,
        operand: &ast::Expr,
        value: Option<bool>,
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let word = match value {
            Some(true) => "TRUE",
            Some(false) => "FALSE",
            None => "UNKNOWN",
        };
        let clause = if negated { format!("IS NOT {word}") } else { format!("IS {word}") };
        let bound = self.condition(operand, &clause, level)?;
        Ok(Expr::IsBool { operand: Box::new(bound), value, negated })
    }

    pub(super) fn is_distinct(
        &mut self,
        _whole: &ast::Expr,
        left: &ast::Expr,
        right: &ast::Expr,
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound_left = self.expr(left, level)?;
        let bound_right = self.expr(right, level)?;
        // It is `=` that decides the types.
        match self.apply("=", (bound_left, left), (bound_right, right))? {
            Expr::Compare { ty, left, right, .. } => Ok(Expr::IsDistinct { left, right, ty, negated }),
            _ => Err(Error::unsupported("IS DISTINCT FROM for this type")),
        }
    }

    /// `x IN (a, b)`: one list when `=` compares all of them as one type, else a chain of equalities.
    pub(super) fn in_list(
        &mut self,
        operand: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        if matches!(operand, ast::Expr::Tuple(_)) {
            return self.in_rows(operand, list, negated, level);
        }
        let bound = self.expr(operand, level)?;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            items.push(self.expr(item, level)?);
        }
        let mut types = vec![bound.ty()];
        types.extend(items.iter().map(Expr::ty));
        let compared = common_type(&types).and_then(|ty| match resolve_operator("=", Some(bound.ty()), ty) {
            Ok(OperatorResolution::Compare { ty: compared, .. }) => Some(compared),
            _ => None,
        });
        let Some(ty) = compared else {
            // No common type: each item by itself, which also finds the error PostgreSQL reports.
            let mut alternatives = Vec::with_capacity(items.len());
            for (item, place) in items.into_iter().zip(list) {
                let copy = self.copy(&bound)?;
                alternatives.push(self.apply("=", (copy, operand), (item, place))?);
            }
            let any = Expr::Or(alternatives);
            return Ok(if negated { Expr::Not(Box::new(any)) } else { any });
        };
        let converted = self.convert(bound, ty, operand)?;
        let mut converted_items = Vec::with_capacity(items.len());
        for (item, place) in items.into_iter().zip(list) {
            converted_items.push(self.convert(item, ty, place)?);
        }
        Ok(Expr::InList { operand: Box::new(converted), list: converted_items, ty, negated })
    }

    fn in_rows(
        &mut self,
        operand: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let mut alternatives = Vec::with_capacity(list.len());
        for item in list {
            if !matches!(item, ast::Expr::Tuple(_)) {
                return Err(self.at_expr(Error::unsupported("IN of a row and a value"), item));
            }
            alternatives.push(self.binary(item, operand, &ast::BinaryOperator::Eq, item, level)?);
        }
        let any = Expr::Or(alternatives);
        Ok(if negated { Expr::Not(Box::new(any)) } else { any })
    }

    /// `x BETWEEN a AND b` is `x >= a AND x <= b`; x is bound once and used twice.
    pub(super) fn between(
        &mut self,
        operand: &ast::Expr,
        negated: bool,
        low: &ast::Expr,
        high: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let (low, symmetric) = match symmetric_low(low) {
            Some(low) => (low, true),
            None => (low, false),
        };
        let bound = self.expr(operand, level)?;
        let low = (self.expr(low, level)?, low);
        let high = (self.expr(high, level)?, high);
        if !symmetric {
            return self.within((bound, operand), low, high, negated);
        }
        let copies = (self.copy(&bound)?, self.copy(&low.0)?, self.copy(&high.0)?);
        let one = self.within((copies.0, operand), (copies.1, low.1), (copies.2, high.1), negated)?;
        let other = self.within((bound, operand), high, low, negated)?;
        Ok(if negated { Expr::And(vec![one, other]) } else { Expr::Or(vec![one, other]) })
    }

    fn within(
        &mut self,
        (bound, operand): (Expr, &ast::Expr),
        low: (Expr, &ast::Expr),
        high: (Expr, &ast::Expr),
        negated: bool,
    ) -> Result<Expr> {
        let (first, second) = if negated { ("<", ">") } else { (">=", "<=") };
        let copy = self.copy(&bound)?;
        let lower = self.apply(first, (copy, operand), low)?;
        let upper = self.apply(second, (bound, operand), high)?;
        Ok(if negated { Expr::Or(vec![lower, upper]) } else { Expr::And(vec![lower, upper]) })
    }

    pub(super) fn like(
        &mut self,
        _whole: &ast::Expr,
        operand: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        (insensitive, negated): (bool, bool),
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let symbol = match (insensitive, negated) {
            (false, false) => "~~",
            (true, false) => "~~*",
            (false, true) => "!~~",
            (true, true) => "!~~*",
        };
        let bound = self.expr(operand, level)?;
        let bound_pattern = self.expr(pattern, level)?;
        let like = self.apply(symbol, (bound, operand), (bound_pattern, pattern))?;
        let Some(escape_place) = escape else { return Ok(like) };
        let bound_escape = self.expr(escape_place, level)?;
        let bound_escape = self.convert(bound_escape, SqlType::Text, escape_place)?;
        match like {
            Expr::Like { kind, operand, pattern, negated, .. } => {
                Ok(Expr::Like { kind, operand, pattern, escape: Some(Box::new(bound_escape)), negated })
            }
            _ => Err(self.at_expr(Error::unsupported("ESCAPE for this type"), escape_place)),
        }
    }

    /// The comparison `=` of a CASE operand or NULLIF.
    pub(super) fn equality(&mut self, left: (Expr, &ast::Expr), right: (Expr, &ast::Expr)) -> Result<Expr> {
        self.apply(CompareOp::Equal.symbol(), left, right)
    }
}

// What `parse` has made of BETWEEN SYMMETRIC.
fn symmetric_low(low: &ast::Expr) -> Option<&ast::Expr> {
    let ast::Expr::Function(call) = low else { return None };
    let [ast::ObjectNamePart::Identifier(name)] = call.name.0.as_slice() else { return None };
    if name.value != "between symmetric" {
        return None;
    }
    match &call.args {
        ast::FunctionArguments::List(list) => match list.args.as_slice() {
            [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(low))] => Some(low),
            _ => None,
        },
        _ => None,
    }
}
