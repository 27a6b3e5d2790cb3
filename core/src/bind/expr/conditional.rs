//! CASE and COALESCE.

use sqlparser::ast::{self, CaseWhen};

use crate::bind::binder::{Binder, Level};
use crate::error::Result;
use crate::plan::Expr;
use crate::value::{Datum, SqlType};

impl Binder<'_> {
    pub(super) fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        whens: &[CaseWhen],
        otherwise: Option<&ast::Expr>,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound_operand = match operand {
            Some(operand) => Some((self.settled_expr(operand, level)?, operand)),
            None => None,
        };
        let mut conditions = Vec::with_capacity(whens.len());
        let mut results = Vec::with_capacity(whens.len() + 1);
        let mut places = Vec::with_capacity(whens.len() + 1);
        for when in whens {
            conditions.push(match &bound_operand {
                Some((value, place)) => {
                    let compared = self.expr(&when.condition, level)?;
                    let copy = self.copy(value)?;
                    self.equality((copy, place), (compared, &when.condition))?
                }
                None => self.condition(&when.condition, "CASE/WHEN", level)?,
            });
            results.push(self.expr(&when.result, level)?);
            places.push(&when.result);
        }
        // PostgreSQL looks at ELSE first when it decides the type.
        let has_else = otherwise.is_some();
        results.insert(
            0,
            match otherwise {
                Some(otherwise) => self.expr(otherwise, level)?,
                None => Expr::Literal(Datum::Null, SqlType::Unknown),
            },
        );
        let first_place = otherwise.or_else(|| places.first().copied());
        if let Some(place) = first_place {
            places.insert(0, place);
        }
        let (mut results, ty) = self.common_typed("CASE", results, &places)?;
        let otherwise = results.remove(0);
        Ok(Expr::Case {
            branches: conditions.into_iter().zip(results).collect(),
            otherwise: has_else.then(|| Box::new(otherwise)),
            ty,
        })
    }

    pub(super) fn coalesce(&mut self, arguments: &[&ast::Expr], level: &mut Level<'_>) -> Result<Expr> {
        let mut bound = Vec::with_capacity(arguments.len());
        for argument in arguments {
            bound.push(self.expr(argument, level)?);
        }
        let (bound, ty) = self.common_typed("COALESCE", bound, arguments)?;
        Ok(Expr::Coalesce(bound, ty))
    }
}
