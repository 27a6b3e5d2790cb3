//! Type names in syntax.

use sqlparser::ast::{ArrayElemTypeDef, DataType};

use crate::base::ObjectId;
use crate::catalog::Catalog;
use crate::error::{Error, Result, SqlState};
use crate::parse;
use crate::value::TypeName;

use super::binder::Binder;
use super::names;

/// PostgreSQL's own types that are not there.
const LACKING: [&str; 35] = [
    "aclitem",
    "bit",
    "box",
    "cidr",
    "circle",
    "datemultirange",
    "daterange",
    "inet",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "nummultirange",
    "numrange",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "regnamespace",
    "regoper",
    "regproc",
    "regprocedure",
    "regrole",
    "timetz",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
    "xml",
];

/// What a type's name means: a domain is what it is over, and its conditions.
#[derive(Clone, Copy, Debug)]
pub struct NamedType {
    /// The type of values.
    pub ty: TypeName,
    /// The domain.
    pub domain: Option<ObjectId>,
}

/// The type that text names.
pub fn resolve_type(text: &str, catalog: &Catalog, search_path: &[String]) -> Result<NamedType> {
    resolve(&parse::parse_type(text)?, catalog, search_path)
}

impl Binder<'_> {
    /// The type a name in the statement means. `serial` and its kin are not types: see `ddl`.
    pub(super) fn named_type(&self, data_type: &DataType) -> Result<NamedType> {
        resolve(data_type, self.catalog, self.search_path)
    }
}

fn resolve(data_type: &DataType, catalog: &Catalog, search_path: &[String]) -> Result<NamedType> {
    match data_type {
        DataType::Array(
            ArrayElemTypeDef::AngleBracket(element)
            | ArrayElemTypeDef::SquareBracket(element, _)
            | ArrayElemTypeDef::Parenthesis(element),
        ) => {
            let element = resolve(element, catalog, search_path)?;
            let array = element.ty.array().filter(|_| element.domain.is_none());
            let ty = array.ok_or_else(|| {
                let what = if element.domain.is_some() { "a domain" } else { element.ty.ty.name() };
                Error::unsupported(format!("an array of type {what}"))
            })?;
            Ok(NamedType { ty, domain: None })
        }
        DataType::Custom(name, modifiers) => {
            let parts: Vec<String> = names::parts(name)?.into_iter().map(names::fold).collect();
            let (schema, last) = match parts.as_slice() {
                [] => return Err(Error::internal("a type has a name")),
                [last] => (None, last),
                [schema, last] => (Some(schema.as_str()), last),
                _ => return Err(Error::unsupported("a cross-database reference")),
            };
            if schema.is_none_or(|schema| schema == "pg_catalog") {
                let text = if modifiers.is_empty() {
                    last.clone()
                } else {
                    format!("{last}({})", modifiers.join(", "))
                };
                match TypeName::parse(&text) {
                    Err(error) if error.sqlstate() == SqlState::UNDEFINED_OBJECT => {}
                    other => return other.map(|ty| NamedType { ty, domain: None }),
                }
            }
            // The array type of `t` is also called `_t`.
            let find = |name: &str| catalog.find_type(search_path, schema, name);
            if let Some(user) = find(last) {
                if !modifiers.is_empty() {
                    return Err(Error::new(
                        SqlState::SYNTAX_ERROR,
                        format!("type modifier is not allowed for type \"{last}\""),
                    ));
                }
                let domain = user.domain().is_some().then_some(user.id);
                return Ok(NamedType { ty: user.sql_type(), domain });
            }
            let array = last.strip_prefix('_').and_then(find).filter(|user| user.domain().is_none());
            if let Some(ty) = array.and_then(|user| user.sql_type().array()) {
                return Ok(NamedType { ty, domain: None });
            }
            if schema.is_none_or(|schema| schema == "pg_catalog") && LACKING.contains(&last.as_str()) {
                return Err(Error::unsupported(format!("type {last}")));
            }
            Err(Error::new(
                SqlState::UNDEFINED_OBJECT,
                format!("type \"{}\" does not exist", parts.join(".")),
            ))
        }
        other => built_in(other).map(|ty| NamedType { ty, domain: None }),
    }
}

/// A type that needs no catalog.
pub(super) fn built_in(data_type: &DataType) -> Result<TypeName> {
    match data_type {
        DataType::Bit(_)
        | DataType::BitVarying(_)
        | DataType::VarBit(_)
        | DataType::TsVector
        | DataType::TsQuery
        | DataType::GeometricType(_) => {
            Err(Error::unsupported(format!("type {}", data_type.to_string().to_ascii_lowercase())))
        }
        _ => TypeName::parse(&data_type.to_string().to_ascii_lowercase()),
    }
}

/// The name a column gets from a cast to the type.
pub(super) fn column_name(data_type: &DataType) -> Option<String> {
    match data_type {
        DataType::Array(
            ArrayElemTypeDef::AngleBracket(element)
            | ArrayElemTypeDef::SquareBracket(element, _)
            | ArrayElemTypeDef::Parenthesis(element),
        ) => column_name(element),
        DataType::Custom(name, _) => {
            let last = names::parts(name).ok()?.last().map(|ident| names::fold(ident))?;
            Some(match TypeName::parse(&last) {
                Ok(ty) => ty.ty.element().unwrap_or(ty.ty).internal_name().to_owned(),
                Err(_) => last,
            })
        }
        other => {
            let ty = built_in(other).ok()?.ty;
            Some(ty.element().unwrap_or(ty).internal_name().to_owned())
        }
    }
}
