//! Literals: numbers, strings, typed strings, intervals, parameters.

use std::sync::Arc;

use sqlparser::ast::{self, Value, ValueWithSpan};

use crate::bind::binder::Binder;
use crate::error::{Error, Result, SqlState};
use crate::plan::Expr;
use crate::value::{Datum, SqlType, TypeName};

impl Binder<'_> {
    pub(super) fn value(&mut self, value: &ValueWithSpan) -> Result<Expr> {
        match &value.value {
            Value::Number(digits, _) => number(digits),
            Value::SingleQuotedString(text)
            | Value::EscapedStringLiteral(text)
            | Value::UnicodeStringLiteral(text)
            | Value::NationalStringLiteral(text) => string(text),
            Value::DollarQuotedString(quoted) => string(&quoted.value),
            Value::Boolean(value) => Ok(Expr::Literal(Datum::Bool(*value), SqlType::Bool)),
            Value::Null => Ok(Expr::Literal(Datum::Null, SqlType::Unknown)),
            Value::Placeholder(text) => self.parameter(text),
            Value::HexStringLiteral(_) | Value::SingleQuotedByteStringLiteral(_) => {
                Err(Error::unsupported("a bit string literal"))
            }
            _ => Err(Error::unsupported("this form of literal")),
        }
        .map_err(|error| self.at(error, value.span.start))
    }

    pub(super) fn typed_string(&mut self, typed: &ast::TypedString) -> Result<Expr> {
        let place = typed.value.span.start;
        let to = self.named_type(&typed.data_type).map_err(|error| self.at(error, place))?.ty;
        let Some(text) = text_of(&typed.value.value) else {
            return Err(self.at(Error::unsupported("this form of literal"), place));
        };
        self.literal(Arc::from(text), to, true).map_err(|error| self.at(error, place))
    }
}

/// The text of a string literal.
pub(super) fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::UnicodeStringLiteral(text)
        | Value::NationalStringLiteral(text) => Some(text),
        Value::DollarQuotedString(quoted) => Some(&quoted.value),
        _ => None,
    }
}

fn string(text: &str) -> Result<Expr> {
    if text.contains('\0') {
        return Err(Error::new(
            SqlState::CHARACTER_NOT_IN_REPERTOIRE,
            "invalid byte sequence for encoding \"UTF8\": 0x00",
        ));
    }
    Ok(Expr::Literal(Datum::Text(Arc::from(text)), SqlType::Unknown))
}

/// A number as PostgreSQL types it: integer, else bigint, else numeric.
pub(super) fn number(digits: &str) -> Result<Expr> {
    let (datum, ty) = number_datum(digits)?;
    Ok(Expr::Literal(datum, ty))
}

/// The value and type of a number as written, with its sign.
pub(in crate::bind) fn number_datum(digits: &str) -> Result<(Datum, SqlType)> {
    if let Ok(value) = digits.parse::<i64>() {
        let ty = if i32::try_from(value).is_ok() { SqlType::Int4 } else { SqlType::Int8 };
        return Ok((Datum::Int(value), ty));
    }
    Ok((Datum::parse(digits, TypeName::plain(SqlType::Numeric))?, SqlType::Numeric))
}
