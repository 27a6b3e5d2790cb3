//! The parts of one value as rows: elements of arrays, matches and pieces of texts, members of JSON.
//!
//! S1 holds because what a source keeps is a part of its argument.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{int, text};
use crate::function::operator::TEXTS;
use crate::function::scalar::array::pieces;
use crate::function::scalar::{jsonb, jsonpath, regexp};
use crate::function::signature::Parameter;
use crate::value::SqlType::{AnyArray, Bool, Int4, Json as JsonText, Jsonb, Jsonpath, Text};
use crate::value::json::{Json, text as json_text};
use crate::value::{Array, Datum, SqlType};

use super::{RowSource, SetEntry, s};

const fn of(ty: SqlType) -> Parameter {
    Parameter::Of(ty)
}

const ARRAY: Parameter = of(AnyArray);

pub(super) static ENTRIES: &[SetEntry] = &[
    s(
        "unnest",
        &[ARRAY],
        |types| vec![("", types[0].element().unwrap_or(Text))],
        |a, _| Ok(listed(array(a)?.items.clone())),
    ),
    s("generate_subscripts", &[ARRAY, of(Int4)], |_| vec![("", Int4)], |a, _| subscripts(a)),
    s("generate_subscripts", &[ARRAY, of(Int4), of(Bool)], |_| vec![("", Int4)], |a, _| subscripts(a)),
    s("regexp_matches", &[of(Text), of(Text)], |_| vec![("", TEXTS)], |a, _| matches(a)),
    s("regexp_matches", &[of(Text), of(Text), of(Text)], |_| vec![("", TEXTS)], |a, _| matches(a)),
    s("regexp_split_to_table", &[of(Text), of(Text)], |_| vec![("", Text)], |a, _| split(a)),
    s("regexp_split_to_table", &[of(Text), of(Text), of(Text)], |_| vec![("", Text)], |a, _| split(a)),
    s("string_to_table", &[of(Text), of(Text)], |_| vec![("", Text)], |a, _| between(a)).takes_nulls(),
    s("string_to_table", &[of(Text), of(Text), of(Text)], |_| vec![("", Text)], |a, _| between(a))
        .takes_nulls(),
    s("jsonb_array_elements", &[of(Jsonb)], |_| vec![("value", Jsonb)], |a, _| elements(a, false)),
    s("jsonb_array_elements_text", &[of(Jsonb)], |_| vec![("value", Text)], |a, _| elements(a, true)),
    s(
        "jsonb_object_keys",
        &[of(Jsonb)],
        |_| vec![("", Text)],
        |a, _| {
            let pairs = members(a, "call jsonb_object_keys on")?;
            Ok(listed(pairs.into_iter().map(|(key, _)| Datum::from(key.as_str())).collect()))
        },
    ),
    s("jsonb_path_query", &[of(Jsonb), of(Jsonpath)], |_| vec![("", Jsonb)], |a, _| path(a)),
    s("jsonb_path_query", &[of(Jsonb), of(Jsonpath), of(Jsonb)], |_| vec![("", Jsonb)], |a, _| path(a)),
    s(
        "jsonb_path_query",
        &[of(Jsonb), of(Jsonpath), of(Jsonb), of(Bool)],
        |_| vec![("", Jsonb)],
        |a, _| path(a),
    ),
    s("jsonb_each", &[of(Jsonb)], |_| vec![("key", Text), ("value", Jsonb)], |a, _| each(a, false)),
    s("jsonb_each_text", &[of(Jsonb)], |_| vec![("key", Text), ("value", Text)], |a, _| each(a, true)),
    s("json_array_elements", &[of(JsonText)], |_| vec![("value", JsonText)], |a, _| text_elements(a, false)),
    s("json_array_elements_text", &[of(JsonText)], |_| vec![("value", Text)], |a, _| text_elements(a, true)),
    s(
        "json_object_keys",
        &[of(JsonText)],
        |_| vec![("", Text)],
        |a, _| {
            let pairs = text_members(a, "json_object_keys")?;
            Ok(listed(pairs.into_iter().map(|(key, _)| key).collect()))
        },
    ),
    s("json_each", &[of(JsonText)], |_| vec![("key", Text), ("value", JsonText)], |a, _| text_each(a, false)),
    s("json_each_text", &[of(JsonText)], |_| vec![("key", Text), ("value", Text)], |a, _| text_each(a, true)),
];

/// Rows of one column, or of two.
struct Listed(std::vec::IntoIter<Datum>, usize);

impl RowSource for Listed {
    fn next(&mut self, out: &mut Vec<Datum>) -> Result<bool> {
        let before = out.len();
        out.extend(self.0.by_ref().take(self.1));
        Ok(out.len() > before)
    }
}

fn listed(items: Vec<Datum>) -> Box<dyn RowSource> {
    Box::new(Listed(items.into_iter(), 1))
}

fn paired(pairs: Vec<(Datum, Datum)>) -> Box<dyn RowSource> {
    let items: Vec<Datum> = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
    Box::new(Listed(items.into_iter(), 2))
}

fn array(a: &[Datum]) -> Result<&Array> {
    match &a[0] {
        Datum::Array(array) => Ok(array),
        _ => Err(Error::internal("an array was expected")),
    }
}

fn path(a: &[Datum]) -> Result<Box<dyn RowSource>> {
    let found = jsonpath::query(a, jsonpath::silent(a)?)?;
    Ok(listed(found.iter().map(jsonb::out).collect::<Result<_>>()?))
}

fn subscripts(a: &[Datum]) -> Result<Box<dyn RowSource>> {
    let at = usize::try_from(int(a, 1)? - 1).ok();
    let Some(dimension) = at.and_then(|at| array(a).ok()?.dimensions.get(at)) else {
        return Ok(listed(Vec::new()));
    };
    let lower = i64::from(dimension.lower);
    let length = i64::try_from(dimension.length).unwrap_or(0);
    let mut items: Vec<Datum> = (lower..lower + length).map(Datum::Int).collect();
    if a.len() > 2 && a[2] == Datum::Bool(true) {
        items.reverse();
    }
    Ok(listed(items))
}

fn matches(a: &[Datum]) -> Result<Box<dyn RowSource>> {
    let (options, global) = regexp::flags(if a.len() > 2 { text(a, 2)? } else { "" })?;
    let whole = text(a, 0)?;
    let found = regexp::every(whole, text(a, 1)?, options, 0, global)?;
    let arrays = found.iter().map(|spans| regexp::group_array(whole, spans)).collect::<Result<Vec<_>>>()?;
    Ok(listed(arrays))
}

fn split(a: &[Datum]) -> Result<Box<dyn RowSource>> {
    let (options, global) = regexp::flags(if a.len() > 2 { text(a, 2)? } else { "" })?;
    if global {
        return Err(invalid("regexp_split_to_table() does not support the \"global\" option"));
    }
    let pieces = regexp::split(text(a, 0)?, text(a, 1)?, options)?;
    Ok(listed(pieces.into_iter().map(Datum::from).collect()))
}

fn between(a: &[Datum]) -> Result<Box<dyn RowSource>> {
    if a[0].is_null() {
        return Ok(listed(Vec::new()));
    }
    let delimiter = if a[1].is_null() { None } else { Some(text(a, 1)?) };
    let null = if a.len() > 2 && !a[2].is_null() { Some(text(a, 2)?) } else { None };
    let item = |piece: &str| if null == Some(piece) { Datum::Null } else { Datum::from(piece) };
    Ok(listed(pieces(text(a, 0)?, delimiter).into_iter().map(item).collect()))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, message)
}

fn tree(a: &[Datum]) -> Result<Json> {
    match &a[0] {
        Datum::Bytes(stored) => Json::from_stored(stored),
        _ => Err(Error::internal("a jsonb value was expected")),
    }
}

fn jsonb(value: &Json, as_text: bool) -> Datum {
    match value {
        value if !as_text => Datum::Bytes(value.to_stored().into()),
        Json::Null => Datum::Null,
        Json::String(text) => Datum::from(text.as_str()),
        other => Datum::from(other.to_text().as_str()),
    }
}

fn elements(a: &[Datum], as_text: bool) -> Result<Box<dyn RowSource>> {
    match tree(a)? {
        Json::Array(items) => Ok(listed(items.iter().map(|item| jsonb(item, as_text)).collect())),
        Json::Object(_) => Err(invalid("cannot extract elements from an object")),
        _ => Err(invalid("cannot extract elements from a scalar")),
    }
}

fn members(a: &[Datum], refused: &str) -> Result<Vec<(String, Json)>> {
    match tree(a)? {
        Json::Object(pairs) => Ok(pairs),
        Json::Array(_) => Err(invalid(format!("cannot {refused} an array"))),
        _ => Err(invalid(format!("cannot {refused} a scalar"))),
    }
}

fn each(a: &[Datum], as_text: bool) -> Result<Box<dyn RowSource>> {
    let name = if as_text { "jsonb_each_text" } else { "jsonb_each" };
    let pairs = members(a, "").map_err(|_| invalid(format!("cannot call {name} on a non-object")))?;
    Ok(paired(pairs.iter().map(|(key, value)| (Datum::from(key.as_str()), jsonb(value, as_text))).collect()))
}

fn json_piece(piece: &str, as_text: bool) -> Result<Datum> {
    if !as_text {
        return Ok(Datum::from(piece));
    }
    Ok(json_text::as_text(piece)?.map_or(Datum::Null, |text| Datum::from(text.as_str())))
}

fn text_elements(a: &[Datum], as_text: bool) -> Result<Box<dyn RowSource>> {
    let whole = text(a, 0)?;
    let name = if as_text { "json_array_elements_text" } else { "json_array_elements" };
    match json_text::kind(whole) {
        "array" => {}
        "object" => return Err(invalid(format!("cannot call {name} on a non-array"))),
        _ => return Err(invalid(format!("cannot call {name} on a scalar"))),
    }
    let items = json_text::members(whole)?;
    Ok(listed(items.iter().map(|item| json_piece(item.value, as_text)).collect::<Result<_>>()?))
}

fn text_members<'t>(a: &'t [Datum], name: &str) -> Result<Vec<(Datum, &'t str)>> {
    let whole = text(a, 0)?;
    match json_text::kind(whole) {
        "object" => {}
        "array" if name.is_empty() => return Err(invalid("cannot deconstruct an array as an object")),
        _ if name.is_empty() => return Err(invalid("cannot deconstruct a scalar")),
        "array" => return Err(invalid(format!("cannot call {name} on an array"))),
        _ => return Err(invalid(format!("cannot call {name} on a scalar"))),
    }
    let members = json_text::members(whole)?;
    Ok(members
        .into_iter()
        .map(|member| (Datum::from(member.key.unwrap_or_default().as_str()), member.value))
        .collect())
}

fn text_each(a: &[Datum], as_text: bool) -> Result<Box<dyn RowSource>> {
    let pairs = text_members(a, "")?;
    let pairs = pairs.into_iter().map(|(key, value)| Ok((key, json_piece(value, as_text)?)));
    Ok(paired(pairs.collect::<Result<_>>()?))
}
