//! The rules of text, varchar(n), char(n) and name, and text as the common form of all values.
//!
//! `char(n)` values are kept padded to n, so that they print as PostgreSQL prints them; blanks at the
//! end do not count when they are compared, measured or turned into other strings.

use std::sync::Arc;

use crate::base::limits::IDENTIFIER_BYTES_MAX;
use crate::error::{Error, Result, SqlState};

use super::json::Json;
use super::number::{parse_bool, parse_float, parse_integer, write_float};
use super::numeric::Numeric;
use super::{Datum, SqlType, TypeName, USER_OID_MIN, array, bytea, temporal, uuid};

impl Datum {
    /// Reads a value as the type's input function does; the modifier is applied as on assignment.
    pub fn parse(text: &str, ty: TypeName) -> Result<Datum> {
        Ok(match ty.ty {
            SqlType::Bool => Datum::Bool(parse_bool(text)?),
            SqlType::Int2 | SqlType::Int4 | SqlType::Int8 | SqlType::Oid => {
                Datum::Int(parse_integer(text, ty.ty)?)
            }
            SqlType::Float4 | SqlType::Float8 => Datum::Float(parse_float(text, ty.ty)?),
            SqlType::Numeric => Datum::Numeric(Numeric::parse(text)?.apply_modifier(ty)?),
            SqlType::Text | SqlType::Unknown => Datum::from(text),
            SqlType::Varchar | SqlType::Char | SqlType::Name => fit(Arc::from(text), ty, false)?,
            SqlType::Bytea => Datum::Bytes(Arc::from(bytea::parse(text)?)),
            SqlType::Uuid => Datum::Uuid(uuid::parse(text)?),
            SqlType::Date
            | SqlType::Time
            | SqlType::TimeTz
            | SqlType::Timestamp
            | SqlType::TimestampTz
            | SqlType::Interval => return temporal::parse(text, ty, None),
            SqlType::Jsonpath => Datum::from(super::json::path::JsonPath::parse(text)?.to_text().as_str()),
            SqlType::Json => {
                Json::check(text)?;
                Datum::from(text)
            }
            SqlType::Jsonb => Datum::Bytes(Json::parse(text)?.to_stored().into()),
            SqlType::Regtype => Datum::Int(regtype(text)?),
            SqlType::Array(element) => {
                let element = TypeName { ty: element.ty(), modifier: ty.modifier };
                return array::parse_array(text, element)?.datum();
            }
            // Which labels there are stands in the catalog: `bind` and `db` read them.
            SqlType::Regclass => return Err(Error::unsupported("a name of a relation here")),
            SqlType::Enum(_) => return Err(Error::unsupported("an enumeration's value here")),
            SqlType::AnyElement | SqlType::AnyArray => {
                return Err(Error::unsupported(format!("a value of type {}", ty.ty.name())));
            }
            SqlType::Void => return Err(Error::unsupported("a value of type void")),
        })
    }

    /// As [`Datum::parse`], where the transaction's time is at hand (microseconds since 2000-01-01
    /// UTC): only so do `now`, `today`, `tomorrow` and `yesterday` mean something.
    pub fn parse_at(text: &str, ty: TypeName, now: i64) -> Result<Datum> {
        match ty.ty {
            SqlType::Date | SqlType::Time | SqlType::TimeTz | SqlType::Timestamp | SqlType::TimestampTz => {
                temporal::parse(text, ty, Some(now))
            }
            _ => Datum::parse(text, ty),
        }
    }

    /// Appends what the type's output function prints; nothing for NULL.
    pub fn write_text(&self, ty: SqlType, out: &mut String) {
        use core::fmt::Write;
        match self {
            Datum::Null => {}
            Datum::Bool(value) => out.push(if *value { 't' } else { 'f' }),
            Datum::Int(value) => match ty {
                SqlType::Date
                | SqlType::Time
                | SqlType::TimeTz
                | SqlType::Timestamp
                | SqlType::TimestampTz => temporal::write(*value, ty, out),
                SqlType::Regtype => match u32::try_from(*value).ok().and_then(SqlType::from_oid) {
                    Some(ty) if ty.oid() < USER_OID_MIN => out.push_str(ty.name()),
                    _ => {
                        let _infallible = write!(out, "{value}");
                    }
                },
                _ => {
                    let _infallible = write!(out, "{value}");
                }
            },
            Datum::Float(value) => write_float(*value, ty, out),
            Datum::Numeric(value) => value.write_text(out),
            Datum::Text(value) if ty == SqlType::Regclass => out.push_str(value.get(8..).unwrap_or("")),
            Datum::Text(value) if matches!(ty, SqlType::Enum(_)) => out.push_str(super::label(value)),
            Datum::Text(value) => out.push_str(value),
            Datum::Bytes(value) if ty == SqlType::Jsonb => {
                // Damage shows as nothing here; reading the value anywhere else reports it.
                if let Ok(json) = Json::from_stored(value) {
                    json.write_text(out);
                }
            }
            Datum::Bytes(value) => bytea::write(value, out),
            Datum::Array(value) => value.write_text(out),
            Datum::Uuid(value) => uuid::write(*value, out),
            Datum::Interval(value) => temporal::write_interval(value, out),
        }
    }

    /// What the type's output function prints.
    pub fn to_text(&self, ty: SqlType) -> String {
        let mut out = String::new();
        self.write_text(ty, &mut out);
        out
    }
}

fn regtype(text: &str) -> Result<i64> {
    if let Ok(oid) = text.parse::<u32>() {
        return Ok(i64::from(oid));
    }
    TypeName::parse(text).map(|ty| i64::from(ty.ty.oid()))
}

/// Fits text to varchar(n), char(n) or name. What is too long is cut in explicit casts; else it is
/// 22001, unless only blanks are lost.
pub(super) fn fit(text: Arc<str>, ty: TypeName, explicit: bool) -> Result<Datum> {
    if ty.ty == SqlType::Name {
        // The last character that ends within the limit; one has at most four bytes.
        let mut end = text.len().min(IDENTIFIER_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        return Ok(Datum::Text(if end < text.len() { Arc::from(&text[..end]) } else { text }));
    }
    let Some(length) = ty.length() else { return Ok(Datum::Text(text)) };
    // Characters are at most bytes: the usual value needs no count.
    if text.len() <= length && ty.ty == SqlType::Varchar {
        return Ok(Datum::Text(text));
    }
    let end = text.char_indices().nth(length).map(|(at, _)| at);
    let count = if end.is_none() { text.chars().count() } else { length };
    if let Some(end) = end {
        if !explicit && text[end..].bytes().any(|byte| byte != b' ') {
            return Err(Error::new(
                SqlState::STRING_DATA_RIGHT_TRUNCATION,
                format!("value too long for type {ty}"),
            ));
        }
        return Ok(Datum::Text(Arc::from(&text[..end])));
    }
    if ty.ty == SqlType::Char && count < length {
        let mut padded = String::with_capacity(text.len() + length - count);
        padded.push_str(&text);
        padded.extend(core::iter::repeat_n(' ', length - count));
        return Ok(Datum::Text(Arc::from(padded)));
    }
    Ok(Datum::Text(text))
}

/// A char(n) value without its padding.
pub fn without_padding(text: &str) -> &str {
    text.trim_end_matches(' ')
}
