//! Array functions. Subscripts count from each dimension's own lower bound.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{array, int, out, text};
use crate::function::like;
use crate::function::operator::TEXTS;
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::SqlType::{self, AnyArray, AnyElement, Bool, Int4, Oid, Text};
use crate::value::array::{
    Bounds, DIMENSIONS_MAX, Dimension, ELEMENTS_MAX, subscript_error, too_large, too_many_dimensions,
};
use crate::value::{Array, CompareOp, Datum, compare};

/// `int[]`
const INTS: SqlType = Int4.array().expect("integer has arrays");

pub(super) static FUNCTIONS: &[Entry] = &[
    // What ARRAY[..], a[i], a[i:j] and `x op ANY (a)` are bound to.
    f("array build", &[], AnyArray, |a, _| build(a)).variadic(Parameter::Any).takes_nulls(),
    f("array subscript", &[AnyArray], AnyElement, |a, _| subscript(a)).variadic(Parameter::Any),
    f("array slice", &[AnyArray], AnyArray, |a, _| slice(a)).variadic(Parameter::Any).takes_nulls(),
    // Targets with subscripts: the array, the value, the OID of its elements, subscripts.
    f("array assign", &[AnyArray, AnyElement, Oid], AnyArray, |a, _| assign(a))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("array assign slice", &[AnyArray, AnyArray, Oid], AnyArray, |a, _| assign_slice(a))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("array any", &[AnyElement, AnyArray, Text], Bool, |a, _| quantified(a, true)).takes_nulls(),
    f("array all", &[AnyElement, AnyArray, Text], Bool, |a, _| quantified(a, false)).takes_nulls(),
    f("array_append", &[AnyArray, AnyElement], AnyArray, |a, _| push(a.first(), a.get(1), a, false))
        .takes_nulls()
        .typed(),
    f("array_prepend", &[AnyElement, AnyArray], AnyArray, |a, _| push(a.get(1), a.first(), a, true))
        .takes_nulls()
        .typed(),
    f("array_cat", &[AnyArray, AnyArray], AnyArray, |a, _| concatenate(a)).takes_nulls(),
    f("array_length", &[AnyArray, Int4], Int4, |a, _| dimension(a, |d| i64::try_from(d.length).unwrap_or(0))),
    f("array_lower", &[AnyArray, Int4], Int4, |a, _| dimension(a, |d| i64::from(d.lower))),
    f("array_upper", &[AnyArray, Int4], Int4, |a, _| dimension(a, Dimension::upper)),
    f("array_ndims", &[AnyArray], Int4, |a, _| match array(a, 0)?.dimensions.len() {
        0 => Ok(Datum::Null),
        count => Ok(Datum::Int(i64::try_from(count).unwrap_or(0))),
    }),
    f("array_dims", &[AnyArray], Text, |a, _| {
        let dimensions = &array(a, 0)?.dimensions;
        if dimensions.is_empty() {
            return Ok(Datum::Null);
        }
        out(dimensions.iter().map(|d| format!("[{}:{}]", d.lower, d.upper())).collect::<String>())
    }),
    f("cardinality", &[AnyArray], Int4, |a, _| {
        Ok(Datum::Int(i64::try_from(array(a, 0)?.items.len()).unwrap_or(0)))
    }),
    f("array_position", &[AnyArray, AnyElement], Int4, |a, _| position(a)).takes_nulls(),
    f("array_position", &[AnyArray, AnyElement, Int4], Int4, |a, _| position(a)).takes_nulls(),
    f("array_positions", &[AnyArray, AnyElement], INTS, |a, _| {
        let Some(array) = given(a)? else { return Ok(Datum::Null) };
        one_dimension(array, "searching for elements in multidimensional arrays is not supported")?;
        let lower = array.dimensions.first().map_or(1, |d| i64::from(d.lower));
        let hits = (lower..).zip(&array.items).filter(|(_, item)| same(item, &a[1], array.element));
        Array::of(Int4, hits.map(|(at, _)| Datum::Int(at)).collect()).datum()
    })
    .takes_nulls(),
    f("array_remove", &[AnyArray, AnyElement], AnyArray, |a, _| {
        let Some(array) = given(a)? else { return Ok(Datum::Null) };
        one_dimension(array, "removing elements from multidimensional arrays is not supported")?;
        let keep = array.items.iter().filter(|item| !same(item, &a[1], array.element)).cloned();
        Array::of(array.element, keep.collect()).datum()
    })
    .takes_nulls(),
    f("array_replace", &[AnyArray, AnyElement, AnyElement], AnyArray, |a, _| {
        let Some(array) = given(a)? else { return Ok(Datum::Null) };
        let replace =
            |item: &Datum| if same(item, &a[1], array.element) { a[2].clone() } else { item.clone() };
        let items = array.items.iter().map(replace).collect();
        Array { element: array.element, dimensions: array.dimensions.clone(), items }.datum()
    })
    .takes_nulls(),
    f("array_to_string", &[AnyArray, Text], Text, |a, _| join(a)).takes_nulls(),
    f("array_to_string", &[AnyArray, Text, Text], Text, |a, _| join(a)).takes_nulls(),
    f("string_to_array", &[Text, Text], TEXTS, |a, _| split(a)).takes_nulls(),
    f("string_to_array", &[Text, Text, Text], TEXTS, |a, _| split(a)).takes_nulls(),
    f("array_fill", &[AnyElement, INTS], AnyArray, |a, _| fill(a)).takes_nulls().typed(),
    f("array_fill", &[AnyElement, INTS, INTS], AnyArray, |a, _| fill(a)).takes_nulls().typed(),
    f("trim_array", &[AnyArray, Int4], AnyArray, |a, _| {
        let (array, count) = (array(a, 0)?, int(a, 1)?);
        let length = array.dimensions.first().map_or(0, |d| i64::try_from(d.length).unwrap_or(0));
        if !(0..=length).contains(&count) {
            return Err(subscript_error(&format!(
                "number of elements to trim must be between 0 and {length}"
            )));
        }
        let upper = array.dimensions.first().map(|d| d.upper() - count);
        array.slice(&[(None, upper)]).datum()
    }),
    f("arraycontains", &[AnyArray, AnyArray], Bool, |a, _| {
        Ok(Datum::Bool(contains(array(a, 0)?, array(a, 1)?)))
    }),
    f("arraycontained", &[AnyArray, AnyArray], Bool, |a, _| {
        Ok(Datum::Bool(contains(array(a, 1)?, array(a, 0)?)))
    }),
    f("arrayoverlap", &[AnyArray, AnyArray], Bool, |a, _| {
        let (left, right) = (array(a, 0)?, array(a, 1)?);
        Ok(Datum::Bool(right.items.iter().any(|item| has(left, item))))
    }),
];

/// The first argument, unless it is NULL.
fn given(a: &[Datum]) -> Result<Option<&Array>> {
    if a[0].is_null() { Ok(None) } else { array(a, 0).map(Some) }
}

/// The type an OID behind the arguments names.
fn type_of(datum: Option<&Datum>) -> Result<SqlType> {
    match datum {
        Some(Datum::Int(oid)) => u32::try_from(*oid).ok().and_then(SqlType::from_oid),
        _ => None,
    }
    .ok_or_else(|| Error::internal("a typed function is told its types"))
}

/// Not distinct, as functions over elements compare.
fn same(a: &Datum, b: &Datum, ty: SqlType) -> bool {
    a.is_null() == b.is_null() && (a.is_null() || compare(a, b, ty).is_eq())
}

/// Equal, where NULL equals nothing.
fn has(array: &Array, wanted: &Datum) -> bool {
    !wanted.is_null()
        && array.items.iter().any(|item| !item.is_null() && compare(item, wanted, array.element).is_eq())
}

fn contains(whole: &Array, part: &Array) -> bool {
    part.items.iter().all(|item| has(whole, item))
}

fn one_dimension(array: &Array, message: &str) -> Result<()> {
    if array.dimensions.len() > 1 {
        Err(Error::new(SqlState::FEATURE_NOT_SUPPORTED, message))
    } else {
        Ok(())
    }
}

/// Elements, then the OID of their type; arrays among them make one more dimension.
fn build(a: &[Datum]) -> Result<Datum> {
    let Some((oid, items)) = a.split_last() else { return Err(Error::internal("ARRAY has a type")) };
    let element = type_of(Some(oid))?;
    let Some(inner) = element.element() else { return Array::of(element, items.to_vec()).datum() };
    let nothing = Array::of(inner, Vec::new());
    let parts: Vec<&Array> = items
        .iter()
        .map(|item| if let Datum::Array(part) = item { part.as_ref() } else { &nothing })
        .collect();
    Array::nest(inner, &parts)?.datum()
}

fn subscript(a: &[Datum]) -> Result<Datum> {
    let subscripts = (1..a.len()).map(|at| int(a, at)).collect::<Result<Vec<_>>>()?;
    Ok(array(a, 0)?.at(&subscripts))
}

/// Bounds in pairs; a bound that was not written is a boolean.
// What is assigned to, and its subscripts; none may be NULL.
fn target(a: &[Datum]) -> Result<(Array, Vec<Option<i64>>)> {
    let held = match a.first() {
        Some(Datum::Array(array)) => Array::clone(array),
        _ => Array::of(type_of(a.get(2))?, Vec::new()),
    };
    let mut subscripts = Vec::new();
    for subscript in a.get(3..).unwrap_or(&[]) {
        subscripts.push(match subscript {
            Datum::Int(at) => Some(*at),
            Datum::Null => {
                return Err(Error::new(
                    SqlState::NULL_VALUE_NOT_ALLOWED,
                    "array subscript in assignment must not be null",
                ));
            }
            _ => None,
        });
    }
    Ok((held, subscripts))
}

fn assign(a: &[Datum]) -> Result<Datum> {
    let (held, subscripts) = target(a)?;
    let subscripts: Vec<i64> = subscripts.into_iter().flatten().collect();
    held.with_element(&subscripts, a[1].clone())?.datum()
}

fn assign_slice(a: &[Datum]) -> Result<Datum> {
    let (held, subscripts) = target(a)?;
    let Datum::Array(source) = &a[1] else { return Ok(a[0].clone()) };
    let bounds: Vec<Bounds> = subscripts
        .chunks(2)
        .map(|pair| (pair.first().copied().flatten(), pair.get(1).copied().flatten()))
        .collect();
    held.with_slice(&bounds, source)?.datum()
}

fn slice(a: &[Datum]) -> Result<Datum> {
    if a.iter().any(Datum::is_null) {
        return Ok(Datum::Null);
    }
    let bound = |datum: &Datum| if let Datum::Int(value) = datum { Some(*value) } else { None };
    let bounds: Vec<_> =
        a[1..].chunks(2).map(|pair| (pair.first().and_then(bound), pair.get(1).and_then(bound))).collect();
    array(a, 0)?.slice(&bounds).datum()
}

/// `a[0] op ANY (a[1])`, three-valued.
fn quantified(a: &[Datum], any: bool) -> Result<Datum> {
    if a[1].is_null() {
        return Ok(Datum::Null);
    }
    let (items, symbol) = (array(a, 1)?, text(a, 2)?);
    let compares = CompareOp::from_symbol(symbol);
    let (insensitive, negated) = (symbol.ends_with('*'), symbol.starts_with('!'));
    let mut unknown = false;
    for item in &items.items {
        if a[0].is_null() || item.is_null() {
            unknown = true;
            continue;
        }
        let holds = match (compares, &a[0], item) {
            (Some(op), left, right) => op.holds(compare(left, right, items.element)),
            (None, Datum::Text(left), Datum::Text(pattern)) if symbol.contains("~~") => {
                like::matches(left, pattern, None, insensitive)? != negated
            }
            (None, Datum::Text(left), Datum::Text(pattern)) => {
                super::regexp::matches(left, pattern, insensitive)? != negated
            }
            _ => return Err(Error::internal("ANY and ALL compare or match")),
        };
        if holds == any {
            return Ok(Datum::Bool(any));
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Bool(!any) })
}

fn push(array: Option<&Datum>, item: Option<&Datum>, a: &[Datum], first: bool) -> Result<Datum> {
    let item = item.cloned().unwrap_or(Datum::Null);
    let Some(Datum::Array(array)) = array else {
        let element = type_of(a.get(if first { 2 } else { 3 }))?;
        return Array::of(element, vec![item]).datum();
    };
    if array.dimensions.len() > 1 {
        return Err(Error::new(SqlState::DATA_EXCEPTION, "argument must be empty or one-dimensional array"));
    }
    let lower = array.dimensions.first().map_or(1, |d| d.lower);
    let mut items = array.items.clone();
    if first {
        items.insert(0, item);
    } else {
        items.push(item);
    }
    let mut longer = Array::of(array.element, items);
    longer.dimensions[0].lower = lower;
    longer.datum()
}

fn concatenate(a: &[Datum]) -> Result<Datum> {
    let (left, right) = match (&a[0], &a[1]) {
        (Datum::Array(left), Datum::Array(right)) => (left, right),
        (Datum::Null, other) | (other, Datum::Null) => return Ok(other.clone()),
        _ => return Err(Error::internal("array_cat has arrays")),
    };
    if left.dimensions.is_empty() {
        return Ok(Datum::Array(Arc::clone(right)));
    }
    if right.dimensions.is_empty() {
        return Ok(Datum::Array(Arc::clone(left)));
    }
    let incompatible =
        |detail: String| Err(subscript_error("cannot concatenate incompatible arrays").with_detail(detail));
    let (p, q) = (left.dimensions.len(), right.dimensions.len());
    let lengths = |dimensions: &[Dimension]| dimensions.iter().map(|d| d.length).collect::<Vec<_>>();
    let mut dimensions = if p >= q { left.dimensions.clone() } else { right.dimensions.clone() };
    let added = match p.abs_diff(q) {
        0 if lengths(&left.dimensions[1..]) == lengths(&right.dimensions[1..]) => right.dimensions[0].length,
        1 if p > q && lengths(&left.dimensions[1..]) == lengths(&right.dimensions) => 1,
        1 if p < q && lengths(&left.dimensions) == lengths(&right.dimensions[1..]) => 1,
        0 | 1 => {
            return incompatible(
                "Arrays with differing element dimensions are not compatible for concatenation.".into(),
            );
        }
        _ => {
            return incompatible(format!(
                "Arrays of {p} and {q} dimensions are not compatible for concatenation."
            ));
        }
    };
    dimensions[0].length += added;
    let items = left.items.iter().chain(&right.items).cloned().collect();
    Array { element: left.element, dimensions, items }.datum()
}

fn dimension(a: &[Datum], what: fn(&Dimension) -> i64) -> Result<Datum> {
    let at = usize::try_from(int(a, 1)? - 1).ok();
    let found = at.and_then(|at| array(a, 0).ok()?.dimensions.get(at));
    Ok(found.map_or(Datum::Null, |dimension| Datum::Int(what(dimension))))
}

fn position(a: &[Datum]) -> Result<Datum> {
    let Some(array) = given(a)? else { return Ok(Datum::Null) };
    one_dimension(array, "searching for elements in multidimensional arrays is not supported")?;
    let lower = array.dimensions.first().map_or(1, |d| i64::from(d.lower));
    let start = match a.get(2) {
        Some(Datum::Null) => {
            return Err(Error::new(SqlState::NULL_VALUE_NOT_ALLOWED, "initial position must not be null"));
        }
        Some(_) => int(a, 2)?,
        None => lower,
    };
    let hit = (lower..).zip(&array.items).find(|(at, item)| *at >= start && same(item, &a[1], array.element));
    Ok(hit.map_or(Datum::Null, |(at, _)| Datum::Int(at)))
}

fn join(a: &[Datum]) -> Result<Datum> {
    if a[0].is_null() || a[1].is_null() {
        return Ok(Datum::Null);
    }
    let (array, separator) = (array(a, 0)?, text(a, 1)?);
    let mut joined = String::new();
    let mut any = false;
    for item in &array.items {
        if item.is_null() && !matches!(a.get(2), Some(Datum::Text(_))) {
            continue;
        }
        if any {
            joined.push_str(separator);
        }
        any = true;
        if item.is_null() {
            joined.push_str(text(a, 2)?);
        } else {
            item.write_text(array.element, &mut joined);
        }
        if joined.len() > super::RESULT_BYTES_MAX {
            return Err(super::too_large());
        }
    }
    out(joined)
}

/// The pieces of a text between delimiters; `None` splits into characters, empty text has no piece.
pub(crate) fn pieces<'t>(whole: &'t str, delimiter: Option<&str>) -> Vec<&'t str> {
    match delimiter {
        _ if whole.is_empty() => Vec::new(),
        None => whole.char_indices().map(|(at, c)| &whole[at..at + c.len_utf8()]).collect(),
        Some("") => vec![whole],
        Some(delimiter) => whole.split(delimiter).collect(),
    }
}

fn split(a: &[Datum]) -> Result<Datum> {
    if a[0].is_null() {
        return Ok(Datum::Null);
    }
    let delimiter = if a[1].is_null() { None } else { Some(text(a, 1)?) };
    let null = match a.get(2) {
        Some(Datum::Text(null)) => Some(null.as_ref()),
        _ => None,
    };
    let item = |piece: &str| if null == Some(piece) { Datum::Null } else { Datum::from(piece) };
    Array::of(Text, pieces(text(a, 0)?, delimiter).into_iter().map(item).collect()).datum()
}

fn fill(a: &[Datum]) -> Result<Datum> {
    let types_at = a.len() / 2;
    let element = type_of(a.get(types_at))?;
    let missing =
        || Error::new(SqlState::NULL_VALUE_NOT_ALLOWED, "dimension array or low bound array cannot be null");
    if a[1].is_null() || (types_at == 3 && a[2].is_null()) {
        return Err(missing());
    }
    let numbers = |array: &Array| -> Result<Vec<i64>> {
        if array.dimensions.len() > 1 {
            return Err(subscript_error("wrong number of array subscripts")
                .with_detail("Dimension array must be one dimensional."));
        }
        let items = array.items.iter();
        items
            .map(|item| if let Datum::Int(value) = item { Ok(*value) } else { Err(null_dimension()) })
            .collect()
    };
    let lengths = numbers(array(a, 1)?)?;
    let lowers = if types_at == 3 { numbers(array(a, 2)?)? } else { vec![1; lengths.len()] };
    if lowers.len() != lengths.len() {
        return Err(subscript_error("wrong number of array subscripts")
            .with_detail("Low bound array has different size than dimensions array."));
    }
    if lengths.len() > DIMENSIONS_MAX {
        return Err(too_many_dimensions(lengths.len()));
    }
    let mut total = 1usize;
    let mut dimensions = Vec::with_capacity(lengths.len());
    for (length, lower) in lengths.iter().zip(&lowers) {
        let length = usize::try_from(*length).map_err(|_| too_large())?;
        total = total.checked_mul(length).filter(|total| *total <= ELEMENTS_MAX).ok_or_else(too_large)?;
        dimensions.push(Dimension { length, lower: i32::try_from(*lower).map_err(|_| too_large())? });
    }
    if total == 0 || lengths.is_empty() {
        return Array::of(element, Vec::new()).datum();
    }
    Array { element, dimensions, items: vec![a[0].clone(); total] }.datum()
}

fn null_dimension() -> Error {
    Error::new(SqlState::NULL_VALUE_NOT_ALLOWED, "dimension values cannot be null")
}
