//! Type names in syntax.

use sqlparser::ast::{ArrayElemTypeDef, DataType};

use crate::error::{Error, Result};
use crate::value::TypeName;

use super::names;

/// The type a name in the statement means. `serial` and its kin are not types: see `ddl`.
pub(super) fn type_name(data_type: &DataType) -> Result<TypeName> {
    match data_type {
        DataType::Array(
            ArrayElemTypeDef::AngleBracket(element)
            | ArrayElemTypeDef::SquareBracket(element, _)
            | ArrayElemTypeDef::Parenthesis(element),
        ) => {
            let element = type_name(element)?;
            return element
                .array()
                .ok_or_else(|| Error::unsupported(format!("an array of type {}", element.ty.name())));
        }
        DataType::Bit(_)
        | DataType::BitVarying(_)
        | DataType::VarBit(_)
        | DataType::Regclass
        | DataType::TsVector
        | DataType::TsQuery
        | DataType::GeometricType(_) => {
            return Err(Error::unsupported(format!("type {}", data_type.to_string().to_ascii_lowercase())));
        }
        DataType::Custom(name, modifiers) => {
            let parts = names::parts(name)?;
            let last = parts.last().map(|ident| names::fold(ident)).unwrap_or_default();
            let text = if modifiers.is_empty() { last } else { format!("{last}({})", modifiers.join(", ")) };
            return TypeName::parse(&text);
        }
        _ => {}
    }
    TypeName::parse(&data_type.to_string().to_ascii_lowercase())
}
