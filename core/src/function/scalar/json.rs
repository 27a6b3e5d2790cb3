//! Functions that make json and jsonb out of SQL values, and those that look into a `json` text.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{array, int, out, text};
use crate::function::operator::TEXTS;
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::SqlType::{self, AnyElement, Bool, Int4, Json, Jsonb, Text};
use crate::value::json::text::{Member, as_text, kind, members, write_string};
use crate::value::{Array, Datum, json};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("to_json", &[AnyElement], Json, |a, _| out(to_text(&a[0], type_at(a, 1)?)?)).typed().stable(),
    f("to_jsonb", &[AnyElement], Jsonb, |a, _| super::jsonb::out(&to_json(&a[0], type_at(a, 1)?)?))
        .typed()
        .stable(),
    f("array_to_json", &[SqlType::AnyArray], Json, |a, _| out(to_text(&a[0], type_at(a, 1)?)?))
        .typed()
        .stable(),
    f("array_to_json", &[SqlType::AnyArray, Bool], Json, |a, _| out(array_lines(a)?)).typed().stable(),
    f("json_build_array", &[], Json, |a, _| out(build_array(a)?))
        .variadic(Parameter::Any)
        .takes_nulls()
        .typed()
        .stable(),
    f("json_build_array", &[], Json, |_, _| out("[]")).stable(),
    f("json_build_object", &[], Json, |a, _| out(build_object(a)?))
        .variadic(Parameter::Any)
        .takes_nulls()
        .typed()
        .stable(),
    f("json_build_object", &[], Json, |_, _| out("{}")).stable(),
    f("json_object", &[TEXTS], Json, |a, _| out(object_text(&pairs(array(a, 0)?)?))),
    f("json_object", &[TEXTS, TEXTS], Json, |a, _| out(object_text(&zipped(array(a, 0)?, array(a, 1)?)?))),
    f("json_array_length", &[Json], Int4, |a, _| match kind(text(a, 0)?) {
        "array" => Ok(Datum::Int(i64::try_from(members(text(a, 0)?)?.len()).unwrap_or(0))),
        "object" => Err(invalid("cannot get array length of a non-array")),
        _ => Err(invalid("cannot get array length of a scalar")),
    }),
    f("json_typeof", &[Json], Text, |a, _| out(kind(text(a, 0)?))),
    f("json_strip_nulls", &[Json], Json, |a, _| {
        let mut stripped = String::new();
        strip(text(a, 0)?, &mut stripped)?;
        out(stripped)
    }),
    f("json_object_field", &[Json, Text], Json, |a, _| piece(step(text(a, 0)?, text(a, 1)?, false)?)),
    f("json_array_element", &[Json, Int4], Json, |a, _| piece(element(text(a, 0)?, int(a, 1)?)?)),
    f("json_object_field_text", &[Json, Text], Text, |a, _| shown(step(text(a, 0)?, text(a, 1)?, false)?)),
    f("json_array_element_text", &[Json, Int4], Text, |a, _| shown(element(text(a, 0)?, int(a, 1)?)?)),
    f("json_extract_path_op", &[Json, TEXTS], Json, |a, _| piece(path(text(a, 0)?, &array(a, 1)?.items)?)),
    f("json_extract_path_text_op", &[Json, TEXTS], Text, |a, _| {
        shown(path(text(a, 0)?, &array(a, 1)?.items)?)
    }),
    f("json_extract_path", &[Json], Json, |a, _| piece(path(text(a, 0)?, &a[1..])?))
        .variadic(Parameter::Of(Text)),
    f("json_extract_path_text", &[Json], Text, |a, _| shown(path(text(a, 0)?, &a[1..])?))
        .variadic(Parameter::Of(Text)),
];

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

/// The type an OID among the arguments names.
pub(super) fn type_at(a: &[Datum], at: usize) -> Result<SqlType> {
    int(a, at)
        .ok()
        .and_then(|oid| u32::try_from(oid).ok())
        .and_then(SqlType::from_oid)
        .ok_or_else(|| Error::internal("a typed function is told its types"))
}

/// A value of SQL as a tree.
pub(crate) fn to_json(value: &Datum, ty: SqlType) -> Result<json::Json> {
    use json::Json as J;
    Ok(match (value, ty) {
        (Datum::Null, _) => J::Null,
        (Datum::Bool(value), _) => J::Bool(*value),
        (Datum::Bytes(stored), Jsonb) => J::from_stored(stored)?,
        (Datum::Text(text), Json) => J::parse(text)?,
        (Datum::Array(array), _) => array_tree(array, 0, 0, &mut |item, ty| to_json(item, ty))?,
        (Datum::Int(_) | Datum::Float(_) | Datum::Numeric(_), ty) if is_number(ty) => {
            let text = value.to_text(ty);
            if text.bytes().any(|byte| byte.is_ascii_alphabetic() && byte != b'e') {
                J::String(text)
            } else {
                J::parse(&text)?
            }
        }
        _ => J::String(shown_text(value, ty)),
    })
}

fn is_number(ty: SqlType) -> bool {
    ty.is_integer() || matches!(ty, SqlType::Float4 | SqlType::Float8 | SqlType::Numeric)
}

/// Timestamps have a T between date and time in JSON, and zones their minutes.
fn shown_text(value: &Datum, ty: SqlType) -> String {
    let mut text = value.to_text(ty);
    if matches!(ty, SqlType::Timestamp | SqlType::TimestampTz) && text.as_bytes().get(10) == Some(&b' ') {
        text.replace_range(10..11, "T");
    }
    if ty == SqlType::TimestampTz && text.len() > 3 && matches!(text.as_bytes()[text.len() - 3], b'+' | b'-')
    {
        text.push_str(":00");
    }
    text
}

fn array_tree(
    array: &Array,
    depth: usize,
    from: usize,
    make: &mut dyn FnMut(&Datum, SqlType) -> Result<json::Json>,
) -> Result<json::Json> {
    let Some(dimension) = array.dimensions.get(depth) else { return Ok(json::Json::Array(Vec::new())) };
    let is_last = depth + 1 == array.dimensions.len();
    let stride: usize = array.dimensions[depth + 1..].iter().map(|d| d.length).product();
    let mut items = Vec::with_capacity(dimension.length);
    for at in 0..dimension.length {
        items.push(if is_last {
            make(&array.items[from + at], array.element)?
        } else {
            array_tree(array, depth + 1, from + at * stride, make)?
        });
    }
    Ok(json::Json::Array(items))
}

/// A value of SQL as JSON text, the way the json functions write it: without blanks in arrays.
pub(crate) fn to_text(value: &Datum, ty: SqlType) -> Result<String> {
    let mut text = String::new();
    write_value(value, ty, &mut text)?;
    Ok(text)
}

fn write_value(value: &Datum, ty: SqlType, text: &mut String) -> Result<()> {
    match (value, ty) {
        (Datum::Null, _) => text.push_str("null"),
        (Datum::Bool(value), _) => text.push_str(if *value { "true" } else { "false" }),
        (Datum::Text(json), Json) => text.push_str(json),
        (Datum::Bytes(_), Jsonb) => value.write_text(ty, text),
        (Datum::Array(array), _) => write_array(array, 0, 0, ",", text)?,
        (Datum::Int(_) | Datum::Float(_) | Datum::Numeric(_), ty) if is_number(ty) => {
            let number = value.to_text(ty);
            if number.bytes().any(|byte| byte.is_ascii_alphabetic() && byte != b'e') {
                write_string(&number, text);
            } else {
                text.push_str(&number);
            }
        }
        _ => write_string(&shown_text(value, ty), text),
    }
    if text.len() > super::RESULT_BYTES_MAX {
        return Err(super::too_large());
    }
    Ok(())
}

fn write_array(array: &Array, depth: usize, from: usize, separator: &str, text: &mut String) -> Result<()> {
    text.push('[');
    if let Some(dimension) = array.dimensions.get(depth) {
        let is_last = depth + 1 == array.dimensions.len();
        let stride: usize = array.dimensions[depth + 1..].iter().map(|d| d.length).product();
        for at in 0..dimension.length {
            if at > 0 {
                text.push_str(separator);
            }
            if is_last {
                write_value(&array.items[from + at], array.element, text)?;
            } else {
                write_array(array, depth + 1, from + at * stride, ",", text)?;
            }
        }
    }
    text.push(']');
    Ok(())
}

fn array_lines(a: &[Datum]) -> Result<String> {
    let lines = matches!(a.get(1), Some(Datum::Bool(true)));
    let mut text = String::new();
    write_array(array(a, 0)?, 0, 0, if lines { ",\n " } else { "," }, &mut text)?;
    Ok(text)
}

/// Arguments and their types, where the types follow the arguments.
pub(super) fn typed(a: &[Datum]) -> Result<Vec<(&Datum, SqlType)>> {
    let half = a.len() / 2;
    (0..half).map(|at| Ok((&a[at], type_at(a, half + at)?))).collect()
}

fn build_array(a: &[Datum]) -> Result<String> {
    let mut text = String::from("[");
    for (at, (value, ty)) in typed(a)?.into_iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        write_value(value, ty, &mut text)?;
    }
    text.push(']');
    Ok(text)
}

fn build_object(a: &[Datum]) -> Result<String> {
    let typed = typed(a)?;
    if typed.len() % 2 == 1 {
        return Err(uneven("json_build_object"));
    }
    let mut text = String::from("{");
    for (at, pair) in typed.chunks(2).enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        write_pair(pair[0], pair[1], at, &mut text)?;
    }
    text.push('}');
    Ok(text)
}

pub(super) fn uneven(name: &str) -> Error {
    invalid("argument list must have even number of elements")
        .with_hint(format!("The arguments of {name}() must consist of alternating keys and values."))
}

/// The text of a key of an object; NULL and what is not a scalar cannot be one.
pub(crate) fn key((value, ty): (&Datum, SqlType), at: usize) -> Result<String> {
    match value {
        Datum::Null => Err(invalid(format!("argument {}: key must not be null", at * 2 + 1))),
        Datum::Array(_) => Err(invalid("key value must be scalar, not array, composite, or json")),
        _ if matches!(ty, Json | Jsonb) => {
            Err(invalid("key value must be scalar, not array, composite, or json"))
        }
        Datum::Bool(value) => Ok(if *value { "true" } else { "false" }.into()),
        _ => Ok(shown_text(value, ty)),
    }
}

fn write_pair(
    (name, name_ty): (&Datum, SqlType),
    (value, ty): (&Datum, SqlType),
    at: usize,
    text: &mut String,
) -> Result<()> {
    write_string(&key((name, name_ty), at)?, text);
    text.push_str(" : ");
    write_value(value, ty, text)
}

/// The key-value pairs of `json_object(text[])`.
pub(super) fn pairs(array: &Array) -> Result<Vec<(String, Option<String>)>> {
    let wrong = |message| Err(Error::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
    match array.dimensions.as_slice() {
        [] => {}
        [one] if one.length % 2 == 1 => return wrong("array must have even number of elements"),
        [_] => {}
        [_, two] if two.length != 2 => return wrong("array must have two columns"),
        [_, _] => {}
        _ => return wrong("wrong number of array subscripts"),
    }
    array.items.chunks(2).map(|pair| pair_of(&pair[0], &pair[1])).collect()
}

fn pair_of(name: &Datum, value: &Datum) -> Result<(String, Option<String>)> {
    let Datum::Text(name) = name else {
        return Err(Error::new(SqlState::NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key"));
    };
    Ok((name.to_string(), if let Datum::Text(value) = value { Some(value.to_string()) } else { None }))
}

/// The key-value pairs of `json_object(keys, values)`.
pub(super) fn zipped(keys: &Array, values: &Array) -> Result<Vec<(String, Option<String>)>> {
    let wrong = |message| Err(Error::new(SqlState::ARRAY_SUBSCRIPT_ERROR, message));
    if keys.dimensions.len() > 1 || keys.dimensions.len() != values.dimensions.len() {
        return wrong("wrong number of array subscripts");
    }
    if keys.items.len() != values.items.len() {
        return wrong("mismatched array dimensions");
    }
    keys.items.iter().zip(&values.items).map(|(name, value)| pair_of(name, value)).collect()
}

fn object_text(pairs: &[(String, Option<String>)]) -> String {
    let mut text = String::from("{");
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        write_string(name, &mut text);
        text.push_str(" : ");
        match value {
            Some(value) => write_string(value, &mut text),
            None => text.push_str("null"),
        }
    }
    text.push('}');
    text
}

fn strip(whole: &str, text: &mut String) -> Result<()> {
    let whole = whole.trim_matches([' ', '\t', '\n', '\r']);
    let is_object = match kind(whole) {
        "object" => true,
        "array" => false,
        _ => {
            text.push_str(whole);
            return Ok(());
        }
    };
    text.push(if is_object { '{' } else { '[' });
    let mut first = true;
    for Member { key, value } in members(whole)? {
        if is_object && value == "null" {
            continue;
        }
        if !first {
            text.push(',');
        }
        first = false;
        if let Some(key) = key {
            write_string(&key, text);
            text.push(':');
        }
        strip(value, text)?;
    }
    text.push(if is_object { '}' } else { ']' });
    Ok(())
}

fn element(whole: &str, at: i64) -> Result<Option<&str>> {
    if kind(whole) != "array" {
        return Ok(None);
    }
    let members = members(whole)?;
    let count = i64::try_from(members.len()).unwrap_or(0);
    let at = if at < 0 { at + count } else { at };
    Ok(usize::try_from(at).ok().and_then(|at| members.get(at)).map(|member| member.value))
}

/// The member a step of a path names; in paths a number is an element of an array.
fn step<'t>(whole: &'t str, name: &str, in_path: bool) -> Result<Option<&'t str>> {
    match kind(whole) {
        // Of equal keys the last one counts.
        "object" => {
            let found = members(whole)?.into_iter().rfind(|member| member.key.as_deref() == Some(name));
            Ok(found.map(|member| member.value))
        }
        "array" if in_path => match name.trim().parse::<i64>() {
            Ok(at) => element(whole, at),
            Err(_) => Ok(None),
        },
        _ => Ok(None),
    }
}

fn path<'t>(whole: &'t str, steps: &[Datum]) -> Result<Option<&'t str>> {
    let mut found = whole.trim_matches([' ', '\t', '\n', '\r']);
    if steps.is_empty() {
        return Ok(Some(whole));
    }
    for name in steps {
        let Datum::Text(name) = name else { return Ok(None) };
        match step(found, name, true)? {
            Some(inner) => found = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn piece(found: Option<&str>) -> Result<Datum> {
    Ok(found.map_or(Datum::Null, Datum::from))
}

fn shown(found: Option<&str>) -> Result<Datum> {
    Ok(match found {
        Some(piece) => as_text(piece.trim_matches([' ', '\t', '\n', '\r']))?
            .map_or(Datum::Null, |text| Datum::from(text.as_str())),
        None => Datum::Null,
    })
}
