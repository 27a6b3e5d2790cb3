//! jsonb functions and operators.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{array, boolean, bytes, int, text};
use crate::function::operator::TEXTS;
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::SqlType::{Bool, Int4, Jsonb, Text};
use crate::value::json::{self, Json};
use crate::value::{Array, Datum};

use super::json::{invalid, key, pairs, to_json, typed, uneven, zipped};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("jsonb_build_array", &[], Jsonb, |a, _| {
        let items = typed(a)?.into_iter().map(|(value, ty)| to_json(value, ty)).collect::<Result<_>>()?;
        out(&Json::Array(items))
    })
    .variadic(Parameter::Any)
    .takes_nulls()
    .typed()
    .stable(),
    f("jsonb_build_array", &[], Jsonb, |_, _| out(&Json::Array(Vec::new()))).stable(),
    f("jsonb_build_object", &[], Jsonb, |a, _| build_object(a))
        .variadic(Parameter::Any)
        .takes_nulls()
        .typed()
        .stable(),
    f("jsonb_build_object", &[], Jsonb, |_, _| out(&Json::Object(Vec::new()))).stable(),
    f("jsonb_object", &[TEXTS], Jsonb, |a, _| object(pairs(array(a, 0)?)?)),
    f("jsonb_object", &[TEXTS, TEXTS], Jsonb, |a, _| object(zipped(array(a, 0)?, array(a, 1)?)?)),
    f("jsonb_array_length", &[Jsonb], Int4, |a, _| match tree(a, 0)? {
        Json::Array(items) => Ok(Datum::Int(i64::try_from(items.len()).unwrap_or(0))),
        Json::Object(_) => Err(invalid("cannot get array length of a non-array")),
        _ => Err(invalid("cannot get array length of a scalar")),
    }),
    f("jsonb_typeof", &[Jsonb], Text, |a, _| Ok(Datum::from(json::kind(bytes(a, 0)?)?))),
    f("jsonb_pretty", &[Jsonb], Text, |a, _| Ok(Datum::from(tree(a, 0)?.pretty().as_str()))),
    f("jsonb_strip_nulls", &[Jsonb], Jsonb, |a, _| out(&strip(tree(a, 0)?))),
    f("jsonb_object_field", &[Jsonb, Text], Jsonb, |a, _| piece(json::field(bytes(a, 0)?, text(a, 1)?)?)),
    f("jsonb_array_element", &[Jsonb, Int4], Jsonb, |a, _| piece(json::element(bytes(a, 0)?, int(a, 1)?)?)),
    f("jsonb_object_field_text", &[Jsonb, Text], Text, |a, _| shown(json::field(bytes(a, 0)?, text(a, 1)?)?)),
    f("jsonb_array_element_text", &[Jsonb, Int4], Text, |a, _| {
        shown(json::element(bytes(a, 0)?, int(a, 1)?)?)
    }),
    f("jsonb_extract_path_op", &[Jsonb, TEXTS], Jsonb, |a, _| {
        piece(path(bytes(a, 0)?, &array(a, 1)?.items)?)
    }),
    f("jsonb_extract_path_text_op", &[Jsonb, TEXTS], Text, |a, _| {
        shown(path(bytes(a, 0)?, &array(a, 1)?.items)?)
    }),
    f("jsonb_extract_path", &[Jsonb], Jsonb, |a, _| piece(path(bytes(a, 0)?, &a[1..])?))
        .variadic(Parameter::Of(Text)),
    f("jsonb_extract_path_text", &[Jsonb], Text, |a, _| shown(path(bytes(a, 0)?, &a[1..])?))
        .variadic(Parameter::Of(Text)),
    f("jsonb_contains", &[Jsonb, Jsonb], Bool, |a, _| Ok(Datum::Bool(tree(a, 0)?.contains(&tree(a, 1)?)))),
    f("jsonb_contained", &[Jsonb, Jsonb], Bool, |a, _| Ok(Datum::Bool(tree(a, 1)?.contains(&tree(a, 0)?)))),
    f("jsonb_exists", &[Jsonb, Text], Bool, |a, _| Ok(Datum::Bool(exists(&tree(a, 0)?, &a[1])))),
    f("jsonb_exists_any", &[Jsonb, TEXTS], Bool, |a, _| {
        let tree = tree(a, 0)?;
        Ok(Datum::Bool(array(a, 1)?.items.iter().any(|key| exists(&tree, key))))
    }),
    f("jsonb_exists_all", &[Jsonb, TEXTS], Bool, |a, _| {
        let tree = tree(a, 0)?;
        let keys = array(a, 1)?.items.iter();
        Ok(Datum::Bool(keys.filter(|key| !key.is_null()).all(|key| exists(&tree, key))))
    }),
    f("jsonb_concat", &[Jsonb, Jsonb], Jsonb, |a, _| concatenate(tree(a, 0)?, tree(a, 1)?)),
    f("jsonb_delete", &[Jsonb, Text], Jsonb, |a, _| delete_keys(tree(a, 0)?, &a[1..2])),
    f("jsonb_delete", &[Jsonb, TEXTS], Jsonb, |a, _| delete_keys(tree(a, 0)?, &array(a, 1)?.items)),
    f("jsonb_delete", &[Jsonb, Int4], Jsonb, |a, _| delete_at(tree(a, 0)?, int(a, 1)?)),
    f("jsonb_delete_path", &[Jsonb, TEXTS], Jsonb, |a, _| {
        let value = tree(a, 0)?;
        if value.is_scalar() {
            return Err(invalid("cannot delete path in scalar"));
        }
        let steps = steps(array(a, 1)?)?;
        out(&change(value, &steps, 0, &mut |_| None, Change::Delete)?)
    }),
    // Base, value, whether an array is made where there is nothing, steps.
    f("jsonb assign", &[Jsonb, Jsonb, Bool], Jsonb, |a, _| assign(a))
        .variadic(Parameter::Of(Text))
        .takes_nulls(),
    f("jsonb_set", &[Jsonb, TEXTS, Jsonb], Jsonb, |a, _| set(a, true)),
    f("jsonb_set", &[Jsonb, TEXTS, Jsonb, Bool], Jsonb, |a, _| set(a, boolean(a, 3)?)),
    f("jsonb_set_lax", &[Jsonb, TEXTS, Jsonb], Jsonb, |a, _| set_lax(a)).takes_nulls(),
    f("jsonb_set_lax", &[Jsonb, TEXTS, Jsonb, Bool], Jsonb, |a, _| set_lax(a)).takes_nulls(),
    f("jsonb_set_lax", &[Jsonb, TEXTS, Jsonb, Bool, Text], Jsonb, |a, _| set_lax(a)).takes_nulls(),
    f("jsonb_insert", &[Jsonb, TEXTS, Jsonb], Jsonb, |a, _| insert(a, false)),
    f("jsonb_insert", &[Jsonb, TEXTS, Jsonb, Bool], Jsonb, |a, _| insert(a, boolean(a, 3)?)),
];

/// A jsonb argument as a tree.
pub(super) fn tree(a: &[Datum], at: usize) -> Result<Json> {
    Json::from_stored(bytes(a, at)?)
}

/// A jsonb result.
pub(crate) fn out(json: &Json) -> Result<Datum> {
    json.check_depth()?;
    Ok(Datum::Bytes(json.to_stored().into()))
}

fn piece(found: Option<&[u8]>) -> Result<Datum> {
    Ok(found.map_or(Datum::Null, |bytes| Datum::Bytes(bytes.into())))
}

/// A value as text: strings without quotes, null as NULL.
pub(crate) fn as_text(json: &Json) -> Datum {
    match json {
        Json::Null => Datum::Null,
        Json::String(text) => Datum::from(text.as_str()),
        other => Datum::from(other.to_text().as_str()),
    }
}

fn shown(found: Option<&[u8]>) -> Result<Datum> {
    Ok(match found {
        Some(bytes) => as_text(&Json::from_stored(bytes)?),
        None => Datum::Null,
    })
}

fn path<'b>(whole: &'b [u8], steps: &[Datum]) -> Result<Option<&'b [u8]>> {
    let mut found = whole;
    for name in steps {
        let Datum::Text(name) = name else { return Ok(None) };
        let inner = match (json::kind(found)?, name.trim().parse::<i64>()) {
            ("object", _) => json::field(found, name)?,
            ("array", Ok(at)) => json::element(found, at)?,
            _ => None,
        };
        match inner {
            Some(inner) => found = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn build_object(a: &[Datum]) -> Result<Datum> {
    let typed = typed(a)?;
    if typed.len() % 2 == 1 {
        return Err(uneven("jsonb_build_object"));
    }
    let mut members = Vec::with_capacity(typed.len() / 2);
    for (at, pair) in typed.chunks(2).enumerate() {
        members.push((key(pair[0], at)?, to_json(pair[1].0, pair[1].1)?));
    }
    out(&Json::object(members))
}

fn object(pairs: Vec<(String, Option<String>)>) -> Result<Datum> {
    out(&Json::object(
        pairs.into_iter().map(|(key, value)| (key, value.map_or(Json::Null, Json::String))).collect(),
    ))
}

fn strip(json: Json) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.into_iter().map(strip).collect()),
        Json::Object(pairs) => Json::Object(
            pairs
                .into_iter()
                .filter(|(_, value)| *value != Json::Null)
                .map(|(key, value)| (key, strip(value)))
                .collect(),
        ),
        scalar => scalar,
    }
}

fn exists(json: &Json, key: &Datum) -> bool {
    let Datum::Text(key) = key else { return false };
    let is_key = |json: &Json| matches!(json, Json::String(text) if **text == **key);
    match json {
        Json::Object(_) => json.get(key).is_some(),
        Json::Array(items) => items.iter().any(is_key),
        scalar => is_key(scalar),
    }
}

fn concatenate(left: Json, right: Json) -> Result<Datum> {
    out(&match (left, right) {
        (Json::Object(mut left), Json::Object(right)) => {
            left.extend(right);
            Json::object(left)
        }
        (left, right) => {
            let list = |json| if let Json::Array(items) = json { items } else { vec![json] };
            let mut items = list(left);
            items.extend(list(right));
            Json::Array(items)
        }
    })
}

fn delete_keys(json: Json, keys: &[Datum]) -> Result<Datum> {
    let named = |name: &str| keys.iter().any(|key| matches!(key, Datum::Text(key) if **key == *name));
    out(&match json {
        Json::Object(mut pairs) => {
            pairs.retain(|(key, _)| !named(key));
            Json::Object(pairs)
        }
        Json::Array(mut items) => {
            items.retain(|item| !matches!(item, Json::String(text) if named(text)));
            Json::Array(items)
        }
        _ => return Err(invalid("cannot delete from scalar")),
    })
}

fn delete_at(json: Json, at: i64) -> Result<Datum> {
    match json {
        Json::Array(mut items) => {
            let at = if at < 0 { at + i64::try_from(items.len()).unwrap_or(0) } else { at };
            if let Some(at) = usize::try_from(at).ok().filter(|at| *at < items.len()) {
                items.remove(at);
            }
            out(&Json::Array(items))
        }
        Json::Object(_) => Err(invalid("cannot delete from object using integer index")),
        _ => Err(invalid("cannot delete from scalar")),
    }
}

/// The steps of a path argument; NULL among them is an error.
fn steps(path: &Array) -> Result<Vec<&str>> {
    if path.dimensions.len() > 1 {
        return Err(Error::new(SqlState::ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts"));
    }
    path.items
        .iter()
        .enumerate()
        .map(|(at, item)| match item {
            Datum::Text(text) => Ok(text.as_ref()),
            _ => Err(Error::new(
                SqlState::NULL_VALUE_NOT_ALLOWED,
                format!("path element at position {} is null", at + 1),
            )),
        })
        .collect()
}

/// What [`change`] does where the path ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Puts the value in the place of what is there; without anything there, only if told so.
    Set {
        create: bool,
    },
    /// Puts the value before or after what is there.
    Insert {
        after: bool,
    },
    Delete,
}

fn change(
    json: Json,
    steps: &[&str],
    depth: usize,
    value: &mut dyn FnMut(&Json) -> Option<Json>,
    how: Change,
) -> Result<Json> {
    let Some(step) = steps.get(depth) else { return Ok(json) };
    let is_last = depth + 1 == steps.len();
    match json {
        Json::Object(mut pairs) => {
            let found = pairs.iter().position(|(key, _)| key == step);
            match (found, is_last) {
                (Some(at), false) => {
                    let inner = core::mem::replace(&mut pairs[at].1, Json::Null);
                    pairs[at].1 = change(inner, steps, depth + 1, value, how)?;
                }
                (None, false) => {}
                (Some(at), true) => match how {
                    Change::Delete => {
                        pairs.remove(at);
                    }
                    Change::Set { .. } => pairs[at].1 = value(&pairs[at].1).unwrap_or(Json::Null),
                    Change::Insert { .. } => {
                        return Err(invalid("cannot replace existing key")
                            .with_hint("Try using the function jsonb_set to replace key value."));
                    }
                },
                (None, true) => match how {
                    Change::Delete | Change::Set { create: false } => {}
                    Change::Set { create: true } | Change::Insert { .. } => {
                        pairs.push(((*step).to_owned(), value(&Json::Null).unwrap_or(Json::Null)));
                    }
                },
            }
            Ok(Json::object(pairs))
        }
        Json::Array(mut items) => {
            let Ok(at) = step.trim().parse::<i32>() else {
                return Err(Error::new(
                    SqlState::INVALID_TEXT_REPRESENTATION,
                    format!("path element at position {} is not an integer: \"{step}\"", depth + 1),
                ));
            };
            let count = i64::try_from(items.len()).unwrap_or(0);
            let place = if at < 0 { i64::from(at) + count } else { i64::from(at) };
            let found = usize::try_from(place).ok().filter(|at| *at < items.len());
            match (found, is_last) {
                (Some(at), false) => {
                    let inner = core::mem::replace(&mut items[at], Json::Null);
                    items[at] = change(inner, steps, depth + 1, value, how)?;
                }
                (None, false) => {}
                (Some(at), true) => match how {
                    Change::Delete => {
                        items.remove(at);
                    }
                    Change::Set { .. } => items[at] = value(&items[at]).unwrap_or(Json::Null),
                    Change::Insert { after } => {
                        items.insert(at + usize::from(after), value(&Json::Null).unwrap_or(Json::Null));
                    }
                },
                (None, true) => match how {
                    Change::Delete | Change::Set { create: false } => {}
                    Change::Set { create: true } | Change::Insert { .. } => {
                        let at = if place < 0 { 0 } else { items.len() };
                        items.insert(at, value(&Json::Null).unwrap_or(Json::Null));
                    }
                },
            }
            Ok(Json::Array(items))
        }
        scalar => Ok(scalar),
    }
}

fn set(a: &[Datum], create: bool) -> Result<Datum> {
    let json = tree(a, 0)?;
    if json.is_scalar() {
        return Err(invalid("cannot set path in scalar"));
    }
    let value = tree(a, 2)?;
    out(&change(json, &steps(array(a, 1)?)?, 0, &mut |_| Some(value.clone()), Change::Set { create })?)
}

/// Most items of an array that a subscript past its end fills up with nulls.
const ITEMS_MAX: usize = 1 << 24;

/// Puts a value at some steps, making what is not there.
fn assign(a: &[Datum]) -> Result<Datum> {
    let mut steps = Vec::with_capacity(a.len());
    for step in a.iter().skip(3) {
        match step {
            Datum::Text(text) => steps.push(&**text),
            _ => {
                return Err(Error::new(
                    SqlState::NULL_VALUE_NOT_ALLOWED,
                    "jsonb subscript in assignment must not be null",
                ));
            }
        }
    }
    let value = if a[1].is_null() { Json::Null } else { tree(a, 1)? };
    let base = match (&a[0], &a[2]) {
        (Datum::Null, Datum::Bool(true)) => Json::Array(Vec::new()),
        (Datum::Null, _) => Json::Object(Vec::new()),
        _ => tree(a, 0)?,
    };
    out(&put(base, &steps, 1, value)?)
}

fn put(json: Json, steps: &[&str], position: usize, value: Json) -> Result<Json> {
    let Some((step, rest)) = steps.split_first() else { return Ok(value) };
    // What the next step will look into, where there is nothing yet.
    let made = || match rest.first() {
        Some(next) if next.parse::<i32>().is_ok() => Json::Array(Vec::new()),
        _ => Json::Object(Vec::new()),
    };
    Ok(match json {
        Json::Object(mut pairs) => {
            match pairs.iter_mut().find(|(key, _)| key == step) {
                Some((_, held)) => {
                    let inner = core::mem::replace(held, Json::Null);
                    *held = put(inner, rest, position + 1, value)?;
                }
                None => pairs.push(((*step).to_owned(), put(made(), rest, position + 1, value)?)),
            }
            Json::object(pairs)
        }
        Json::Array(mut items) => {
            let number = step.trim().parse::<i64>().ok().filter(|at| i32::try_from(*at).is_ok());
            let Some(at) = number else {
                return Err(Error::new(
                    SqlState::INVALID_TEXT_REPRESENTATION,
                    format!("path element at position {position} is not an integer: \"{step}\""),
                ));
            };
            let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let place = usize::try_from(if at < 0 { at + count } else { at })
                .map_err(|_| invalid(format!("path element at position {position} is out of range: {at}")))?;
            if place > ITEMS_MAX {
                return Err(Error::new(
                    SqlState::PROGRAM_LIMIT_EXCEEDED,
                    format!("number of jsonb array elements exceeds the maximum allowed ({ITEMS_MAX})"),
                ));
            }
            let is_there = place < items.len();
            while items.len() <= place {
                items.push(Json::Null);
            }
            let inner = if is_there { core::mem::replace(&mut items[place], Json::Null) } else { made() };
            items[place] = put(inner, rest, position + 1, value)?;
            Json::Array(items)
        }
        _ => {
            return Err(invalid("cannot replace existing key")
                .with_detail("The path assumes key is a composite object, but it is a scalar value."));
        }
    })
}

/// As `jsonb_set`, with a word for what a NULL value means.
fn set_lax(a: &[Datum]) -> Result<Datum> {
    if a[0].is_null() || a[1].is_null() || matches!(a.get(3), Some(Datum::Null)) {
        return Ok(Datum::Null);
    }
    let create = a.get(3).is_none_or(|create| *create == Datum::Bool(true));
    if !a[2].is_null() {
        return set(&a[..3], create);
    }
    let word = match a.get(4) {
        None => "use_json_null",
        Some(Datum::Text(word)) => word,
        Some(_) => {
            return Err(invalid(NULL_TREATMENTS));
        }
    };
    match word {
        "use_json_null" => {
            let value = out(&Json::Null)?;
            set(&[a[0].clone(), a[1].clone(), value], create)
        }
        "delete_key" => {
            out(&change(tree(a, 0)?, &steps(array(a, 1)?)?, 0, &mut |_| None, Change::Delete)?)
        }
        "return_target" => Ok(a[0].clone()),
        "raise_exception" => Err(Error::new(SqlState::NULL_VALUE_NOT_ALLOWED, "JSON value must not be null")
            .with_detail(
                "Exception was raised because null_value_treatment is \"raise_exception\".",
            )
            .with_hint(
                "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.",
            )),
        _ => Err(invalid(NULL_TREATMENTS)),
    }
}

const NULL_TREATMENTS: &str = "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"";

fn insert(a: &[Datum], after: bool) -> Result<Datum> {
    let json = tree(a, 0)?;
    if json.is_scalar() {
        return Err(invalid("cannot set path in scalar"));
    }
    let value = tree(a, 2)?;
    out(&change(json, &steps(array(a, 1)?)?, 0, &mut |_| Some(value.clone()), Change::Insert { after })?)
}
