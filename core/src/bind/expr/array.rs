//! `ARRAY[..]`, subscripts and slices, and operators quantified over an array.

use sqlparser::ast::{self, AccessExpr, BinaryOperator, Subscript};

use crate::bind::binder::{Binder, Level};
use crate::error::{Error, Result, SqlState};
use crate::function::{OperatorResolution, internal, resolve_operator};
use crate::plan::Expr;
use crate::value::{CompareOp, Datum, SqlType, TypeName, common_type};

impl Binder<'_> {
    /// `ARRAY[a, b]`; `wanted` is the type a cast around it asks for, which gives elements their type.
    pub(super) fn array(
        &mut self,
        items: &[ast::Expr],
        wanted: Option<TypeName>,
        whole: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let mut bound = Vec::with_capacity(items.len());
        for item in items {
            bound.push(match item {
                ast::Expr::Array(inner) => self.array(&inner.elem, wanted, item, level)?,
                _ => self.expr(item, level)?,
            });
        }
        let places: Vec<&ast::Expr> = items.iter().collect();
        let nested = bound.iter().any(|item| item.ty().element().is_some());
        if let Some(wanted) = wanted
            && let Some(element) = wanted.element()
        {
            let to = if nested { wanted } else { element };
            let mut converted = Vec::with_capacity(bound.len());
            for (item, place) in bound.into_iter().zip(items) {
                converted.push(self.cast_to(item, to, place)?);
            }
            return array_of(converted, wanted.ty);
        }
        if bound.is_empty() {
            let error = Error::new(SqlState::INDETERMINATE_DATATYPE, "cannot determine type of empty array")
                .with_hint("Explicitly cast to the desired type, for example ARRAY[]::integer[].");
            return Err(self.at_expr(error, whole));
        }
        let (converted, ty) = self.common_typed("ARRAY", bound, &places)?;
        let Some(array) = ty.array() else {
            let message = format!("could not find array type for data type {}", ty.name());
            return Err(self.at_expr(Error::new(SqlState::UNDEFINED_OBJECT, message), whole));
        };
        array_of(converted, array)
    }

    /// `a[1][2]`, `a[1:2]`, and the same on jsonb.
    pub(super) fn access(
        &mut self,
        root: &ast::Expr,
        chain: &[AccessExpr],
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound = self.expr(root, level)?;
        let mut subscripts = Vec::with_capacity(chain.len());
        for access in chain {
            match access {
                AccessExpr::Subscript(subscript) => subscripts.push(subscript),
                AccessExpr::Dot(_) => {
                    return Err(self.at_expr(Error::unsupported("a field of a composite value"), root));
                }
            }
        }
        if bound.ty() == SqlType::Jsonb {
            return self.json_access(bound, &subscripts, root, level);
        }
        let Some(element) = bound.ty().element() else {
            let message = format!(
                "cannot subscript type {} because it does not support subscripting",
                bound.ty().name()
            );
            return Err(self.at_expr(Error::new(SqlState::DATATYPE_MISMATCH, message), root));
        };
        let is_slice = subscripts.iter().any(|subscript| matches!(subscript, Subscript::Slice { .. }));
        let array = bound.ty();
        let mut arguments = vec![bound];
        for subscript in subscripts {
            self.subscript_bounds(subscript, is_slice, level, &mut arguments)
                .map_err(|error| self.at_expr(error, root))?;
        }
        let types = arguments.iter().map(Expr::ty).collect();
        let (name, ty) = if is_slice { ("array slice", array) } else { ("array subscript", element) };
        let call = internal(name, types, ty)?;
        Ok(Expr::Call { function: call.id, arguments, ty })
    }

    /// A subscript as arguments: of a slice both bounds, `false` for one that is left out.
    pub(in crate::bind) fn subscript_bounds(
        &mut self,
        subscript: &Subscript,
        is_slice: bool,
        level: &mut Level<'_>,
        arguments: &mut Vec<Expr>,
    ) -> Result<()> {
        match subscript {
            Subscript::Index { index } => {
                if is_slice {
                    arguments.push(Expr::Literal(Datum::Int(1), SqlType::Int4));
                }
                arguments.push(self.subscript(index, level)?);
            }
            Subscript::Slice { lower_bound, upper_bound, stride: None } => {
                for bound in [lower_bound, upper_bound] {
                    arguments.push(match bound {
                        Some(bound) => self.subscript(bound, level)?,
                        None => Expr::Literal(Datum::Bool(false), SqlType::Bool),
                    });
                }
            }
            Subscript::Slice { .. } => {
                return Err(Error::new(SqlState::SYNTAX_ERROR, "syntax error at or near \":\""));
            }
        }
        Ok(())
    }

    fn subscript(&mut self, index: &ast::Expr, level: &mut Level<'_>) -> Result<Expr> {
        let bound = self.expr(index, level)?;
        let int4 = TypeName::plain(SqlType::Int4);
        self.try_convert(bound, int4, crate::value::CastLevel::Assignment, index)?.map_err(|_| {
            self.at_expr(
                Error::new(SqlState::DATATYPE_MISMATCH, "array subscript must have type integer"),
                index,
            )
        })
    }

    fn json_access(
        &mut self,
        root: Expr,
        subscripts: &[&Subscript],
        place: &ast::Expr,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let mut arguments = vec![(root, place)];
        for subscript in subscripts {
            let (step, index, _) = self.json_step(subscript, Some(place), level)?;
            arguments.push((step, index));
        }
        self.call("jsonb_extract_path", arguments)
    }

    /// A jsonb column after a value was put at some subscripts.
    pub(in crate::bind) fn jsonb_part(
        &mut self,
        base: Expr,
        value: Expr,
        subscripts: &[AccessExpr],
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let mut arguments = vec![base, value, Expr::Literal(Datum::Bool(false), SqlType::Bool)];
        for (at, access) in subscripts.iter().enumerate() {
            let AccessExpr::Subscript(subscript) = access else {
                return Err(Error::unsupported("assignment to a field of a composite value"));
            };
            let (step, _, is_number) = self.json_step(subscript, None, level)?;
            if at == 0 {
                arguments[2] = Expr::Literal(Datum::Bool(is_number), SqlType::Bool);
            }
            arguments.push(step);
        }
        let types = arguments.iter().map(Expr::ty).collect();
        let call = internal("jsonb assign", types, SqlType::Jsonb)?;
        Ok(Expr::Call { function: call.id, arguments, ty: SqlType::Jsonb })
    }

    // A subscript of jsonb as a text, and whether it was a number.
    fn json_step<'s>(
        &mut self,
        subscript: &'s Subscript,
        place: Option<&ast::Expr>,
        level: &mut Level<'_>,
    ) -> Result<(Expr, &'s ast::Expr, bool)> {
        let Subscript::Index { index } = subscript else {
            let error = Error::new(SqlState::DATATYPE_MISMATCH, "jsonb subscript does not support slices");
            return Err(match place {
                Some(place) => self.at_expr(error, place),
                None => error,
            });
        };
        let bound = self.expr(index, level)?;
        let ty = bound.ty();
        if !matches!(ty, SqlType::Unknown | SqlType::Text | SqlType::Int4 | SqlType::Int2 | SqlType::Varchar)
        {
            let error = Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!("subscript type {} is not supported", ty.name()),
            )
            .with_hint("jsonb subscript must be coercible to either integer or text.");
            return Err(self.at_expr(error, index));
        }
        let is_number = matches!(ty, SqlType::Int2 | SqlType::Int4);
        Ok((self.convert(bound, SqlType::Text, index)?, index, is_number))
    }

    /// `x op ANY (array)`, `x op ALL (array)`.
    pub(in crate::bind) fn quantified_array(
        &mut self,
        left: &ast::Expr,
        op: &str,
        right: &ast::Expr,
        is_any: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound_left = self.expr(left, level)?;
        let bound_right = self.expr(right, level)?;
        let element = match bound_right.ty() {
            SqlType::Unknown => match bound_left.ty() {
                SqlType::Unknown => SqlType::Text,
                ty => ty,
            },
            ty => ty.element().ok_or_else(|| {
                let error = Error::new(
                    SqlState::WRONG_OBJECT_TYPE,
                    "op ANY/ALL (array) requires array on right side",
                );
                self.at_expr(error, right)
            })?,
        };
        let ty = match resolve_operator(op, Some(bound_left.ty()), element) {
            Ok(OperatorResolution::Compare { ty, .. }) => common_type(&[bound_left.ty(), element])
                .filter(|common| *common == ty || ty.is_textual())
                .unwrap_or(ty),
            Ok(OperatorResolution::Like { .. }) => SqlType::Text,
            Ok(OperatorResolution::Call(call))
                if op.contains('~') && call.arguments.first() == Some(&SqlType::Text) =>
            {
                SqlType::Text
            }
            Ok(_) => return Err(self.at_expr(Error::unsupported(format!("{op} with ANY or ALL")), right)),
            Err(error) => return Err(self.at_expr(error, left)),
        };
        let Some(array) = ty.array() else {
            return Err(
                self.at_expr(Error::unsupported(format!("ANY or ALL over type {}", ty.name())), right)
            );
        };
        let converted_left = self.convert(bound_left, ty, left)?;
        let converted_right = self.convert(bound_right, array, right)?;
        // Constants make a list, which indexes can serve.
        if let Some(list) = constant_items(&converted_right, ty) {
            match (CompareOp::from_symbol(op), is_any) {
                (Some(CompareOp::Equal), true) => {
                    return Ok(Expr::InList { operand: Box::new(converted_left), list, ty, negated: false });
                }
                (Some(CompareOp::NotEqual), false) => {
                    return Ok(Expr::InList { operand: Box::new(converted_left), list, ty, negated: true });
                }
                _ => {}
            }
        }
        let name = if is_any { "array any" } else { "array all" };
        let call = internal(name, vec![ty, array, SqlType::Text], SqlType::Bool)?;
        let symbol = Expr::Literal(Datum::from(op), SqlType::Text);
        Ok(Expr::Call {
            function: call.id,
            arguments: vec![converted_left, converted_right, symbol],
            ty: SqlType::Bool,
        })
    }

    /// `x [NOT] SIMILAR TO pattern [ESCAPE e]`.
    pub(super) fn similar(
        &mut self,
        operand: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        negated: bool,
        level: &mut Level<'_>,
    ) -> Result<Expr> {
        let bound = self.expr(operand, level)?;
        let mut arguments = vec![(self.expr(pattern, level)?, pattern)];
        if let Some(escape) = escape {
            arguments.push((self.expr(escape, level)?, escape));
        }
        let regular = self.call("similar_to_escape", arguments)?;
        self.apply(if negated { "!~" } else { "~" }, (bound, operand), (regular, pattern))
    }

    /// A symbol for operators quantified with ANY and ALL.
    pub(in crate::bind) fn quantified_symbol(op: &BinaryOperator) -> String {
        super::operator::symbol(op).unwrap_or_else(|| op.to_string())
    }
}

/// The call that makes an array of elements of the right type, or of arrays of one dimension less.
fn array_of(mut items: Vec<Expr>, array: SqlType) -> Result<Expr> {
    let element = items.first().map(Expr::ty).or(array.element()).unwrap_or(array);
    items.push(Expr::Literal(Datum::Int(i64::from(element.oid())), SqlType::Int4));
    let types = items.iter().map(Expr::ty).collect();
    let call = internal("array build", types, array)?;
    Ok(Expr::Call { function: call.id, arguments: items, ty: array })
}

/// The items of an array of constants: a literal, or ARRAY of literals.
fn constant_items(array: &Expr, ty: SqlType) -> Option<Vec<Expr>> {
    match array {
        Expr::Literal(Datum::Array(array), _) if !array.items.is_empty() => {
            Some(array.items.iter().map(|item| Expr::Literal(item.clone(), ty)).collect())
        }
        Expr::Call { function, arguments, .. }
            if crate::function::scalar_name(*function) == "array build" =>
        {
            let (_, items) = arguments.split_last()?;
            let fits =
                |item: &Expr| item.ty() == ty && matches!(item, Expr::Literal(..) | Expr::Parameter { .. });
            (!items.is_empty() && items.iter().all(fits)).then(|| items.to_vec())
        }
        _ => None,
    }
}
