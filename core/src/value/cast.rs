//! Conversions of values. Which exist is [`super::coerce`]'s table.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};

use super::json::Json;
use super::number::{fits, float_to_integer, out_of_range, to_single};
use super::numeric::Numeric;
use super::text::{fit, without_padding};
use super::{Array, Datum, SqlType, TypeName, label, temporal};

/// Converts a value and fits it to the modifier of `to`.
///
/// `explicit` casts cut strings silently. To `Unknown` gives the text of the output function.
pub fn cast(datum: &Datum, from: SqlType, to: TypeName, explicit: bool) -> Result<Datum> {
    if datum.is_null() {
        return Ok(Datum::Null);
    }
    let value = convert(datum, from, to)?;
    apply_modifier(value, to, explicit)
}

/// Fits a value of the type to its modifier: rounds numbers and times, pads or cuts strings.
pub fn apply_modifier(value: Datum, ty: TypeName, explicit: bool) -> Result<Datum> {
    if ty.modifier < 0 && ty.ty != SqlType::Name {
        return Ok(value);
    }
    Ok(match value {
        Datum::Numeric(value) => Datum::Numeric(value.apply_modifier(ty)?),
        Datum::Text(text) => fit(text, ty, explicit)?,
        Datum::Int(packed) if ty.ty == SqlType::TimeTz => match ty.fraction_digits() {
            Some(digits) => {
                let (local, east) = temporal::timetz::unpack(packed);
                Datum::Int(temporal::timetz::pack(temporal::round_micros(local, digits), east))
            }
            None => value,
        },
        Datum::Int(micros) => match ty.fraction_digits() {
            Some(digits) => Datum::Int(temporal::round_micros(micros, digits)),
            None => value,
        },
        Datum::Interval(mut interval) => {
            interval = temporal::interval_fields::truncate(interval, ty.interval_fields());
            if let Some(digits) = ty.fraction_digits() {
                interval.micros = temporal::round_micros(interval.micros, digits);
            }
            Datum::Interval(interval)
        }
        Datum::Array(array) if ty.modifier >= 0 => {
            let Some(element) = ty.element() else { return Ok(Datum::Array(array)) };
            let mut fitted = Array::clone(&array);
            for item in &mut fitted.items {
                *item = apply_modifier(core::mem::replace(item, Datum::Null), element, explicit)?;
            }
            fitted.datum()?
        }
        Datum::Null
        | Datum::Bool(_)
        | Datum::Float(_)
        | Datum::Bytes(_)
        | Datum::Uuid(_)
        | Datum::Array(_) => value,
    })
}

fn convert(datum: &Datum, from: SqlType, to: TypeName) -> Result<Datum> {
    use SqlType::{Bool, Char, Date, Float4, Float8, Int2, Int4, Int8, Interval, Name, Numeric as Num, Oid};
    use SqlType::{Text, Time, TimeTz, Timestamp, TimestampTz, Unknown, Varchar};
    let ty = to.ty;
    if from == ty {
        return Ok(datum.clone());
    }
    Ok(match (datum, from, ty) {
        (Datum::Array(array), _, SqlType::Array(element)) => {
            let element = TypeName::plain(element.ty());
            let items = array.items.iter().map(|item| cast(item, array.element, element, true));
            let items = items.collect::<Result<Vec<_>>>()?;
            Array { element: element.ty, dimensions: array.dimensions.clone(), items }.datum()?
        }
        (Datum::Text(text), SqlType::Regclass, Oid | Int4 | Int8) => {
            let oid = text.get(..8).and_then(|digits| i64::from_str_radix(digits, 16).ok());
            Datum::Int(oid.unwrap_or(0))
        }
        (Datum::Text(text), SqlType::Regclass, Text | Varchar | Char | Name | Unknown) => {
            Datum::from(text.get(8..).unwrap_or(""))
        }
        (Datum::Text(text), SqlType::Enum(_), Text | Varchar | Char | Name | Unknown) => {
            Datum::from(label(text))
        }
        (Datum::Bytes(stored), SqlType::Jsonb, Bool | Int2 | Int4 | Int8 | Float4 | Float8 | Num) => {
            from_jsonb(&Json::from_stored(stored)?, to)?
        }
        (Datum::Text(text), SqlType::Json, SqlType::Jsonb) => Datum::parse(text, to)?,
        (Datum::Bytes(_), SqlType::Jsonb, SqlType::Json) => Datum::from(datum.to_text(from).as_str()),
        (Datum::Int(value), Oid, SqlType::Regtype) | (Datum::Int(value), SqlType::Regtype, Oid) => {
            Datum::Int(*value)
        }
        (Datum::Int(value), SqlType::Regtype, Int4 | Int8) => Datum::Int(*value),
        (Datum::Text(text), Char, Text | Varchar | Name) => Datum::Text(Arc::from(without_padding(text))),
        (Datum::Text(_), _, Text | Varchar | Char | Name | Unknown) => datum.clone(),
        (Datum::Text(text), ..) => Datum::parse(text, to)?,
        (Datum::Bool(value), _, Text | Varchar | Char | Name) => {
            Datum::from(if *value { "true" } else { "false" })
        }
        (_, _, Text | Varchar | Char | Name | Unknown) => Datum::from(datum.to_text(from).as_str()),
        (Datum::Bool(value), _, Int4) => Datum::Int(i64::from(*value)),
        (Datum::Int(value), Int4, Bool) => Datum::Bool(*value != 0),
        (Datum::Int(value), Int2 | Int4, Oid) => Datum::Int(*value & 0xffff_ffff),
        (Datum::Int(value), Oid, Int4) => Datum::Int((*value << 32) >> 32),
        (Datum::Int(value), Int2 | Int4 | Int8 | Oid, Int2 | Int4 | Int8 | Oid) => {
            if !fits(*value, ty) {
                return Err(out_of_range(ty));
            }
            datum.clone()
        }
        (Datum::Int(value), Int2 | Int4 | Int8, Float8) => Datum::Float(*value as f64),
        (Datum::Int(value), Int2 | Int4 | Int8, Float4) => Datum::Float(f64::from(*value as f32)),
        (Datum::Int(value), Int2 | Int4 | Int8, Num) => Datum::Numeric(Numeric::from(*value)),
        (Datum::Float(value), _, Int2 | Int4 | Int8) => Datum::Int(float_to_integer(*value, ty)?),
        (Datum::Float(value), _, Float4) => Datum::Float(to_single(*value)?),
        (Datum::Float(_), _, Float8) => datum.clone(),
        (Datum::Float(value), _, Num) => {
            Datum::Numeric(Numeric::from_f64(*value, if from == Float4 { 6 } else { 15 })?)
        }
        (Datum::Numeric(value), _, Int2 | Int4 | Int8) => {
            let whole = value.to_integer(ty.name())?;
            if !fits(whole, ty) {
                return Err(out_of_range(ty));
            }
            Datum::Int(whole)
        }
        (Datum::Numeric(value), _, Float4 | Float8) => Datum::Float(numeric_to_float(value, ty)?),
        (
            _,
            Date | Time | TimeTz | Timestamp | TimestampTz | Interval,
            Date | Time | TimeTz | Timestamp | TimestampTz | Interval,
        ) => temporal::convert(datum, from, ty)?,
        _ => return Err(cannot_cast(from, ty)),
    })
}

/// A jsonb scalar as a number or boolean.
fn from_jsonb(json: &Json, to: TypeName) -> Result<Datum> {
    match (json, to.ty) {
        (Json::Bool(value), SqlType::Bool) => Ok(Datum::Bool(*value)),
        (Json::Number(value), ty) if ty != SqlType::Bool => {
            convert(&Datum::Numeric(value.clone()), SqlType::Numeric, to)
        }
        _ => {
            let kind = match json {
                Json::Null => "null",
                Json::Bool(_) => "boolean",
                Json::Number(_) => "numeric",
                Json::String(_) => "string",
                Json::Array(_) => "array",
                Json::Object(_) => "object",
            };
            Err(Error::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("cannot cast jsonb {kind} to type {}", to.ty.name()),
            ))
        }
    }
}

fn numeric_to_float(value: &Numeric, ty: SqlType) -> Result<f64> {
    let wide = value.to_f64();
    let float = if ty == SqlType::Float4 && wide.is_finite() {
        // From the digits, not from the double: no double rounding.
        value.to_string().parse::<f32>().map_or(wide, f64::from)
    } else {
        wide
    };
    let lost = float.is_infinite() && !value.is_infinite() || float == 0.0 && !value.is_zero();
    if lost {
        return Err(Error::new(
            SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
            format!("\"{value}\" is out of range for type {}", ty.name()),
        ));
    }
    Ok(float)
}

/// 42846, as the binder reports it for a conversion that does not exist.
pub fn cannot_cast(from: SqlType, to: SqlType) -> Error {
    Error::new(SqlState::CANNOT_COERCE, format!("cannot cast type {} to {}", from.name(), to.name()))
}
