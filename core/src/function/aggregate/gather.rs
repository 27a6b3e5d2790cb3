//! array_agg and the aggregates that make JSON.

use crate::base::limits::VALUE_BYTES_MAX;
use crate::error::{Error, Result, SqlState};
use crate::function::Accumulator;
use crate::function::scalar::{json, jsonb};
use crate::value::json::Json;
use crate::value::json::text::write_string;
use crate::value::{Array, Datum, SqlType};

fn too_long() -> Error {
    Error::new(SqlState::PROGRAM_LIMIT_EXCEEDED, "the result of an aggregate is too long")
}

fn first(types: &[SqlType], at: usize) -> SqlType {
    types.get(at).copied().unwrap_or(SqlType::Unknown)
}

/// array_agg of values, or of arrays of one shape.
struct Items {
    ty: SqlType,
    items: Vec<Datum>,
    bytes: usize,
}

pub(super) fn array(types: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Items { ty: first(types, 0), items: Vec::new(), bytes: 0 })
}

/// Bytes a datum holds beside itself, roughly.
fn size(datum: &Datum) -> usize {
    size_of::<Datum>()
        + match datum {
            Datum::Text(text) => text.len(),
            Datum::Bytes(bytes) => bytes.len(),
            Datum::Array(array) => array.items.iter().map(size).sum(),
            _ => 0,
        }
}

impl Accumulator for Items {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let item = arguments.first().cloned().unwrap_or(Datum::Null);
        if self.ty.element().is_some() {
            match &item {
                Datum::Null => {
                    return Err(Error::new(
                        SqlState::NULL_VALUE_NOT_ALLOWED,
                        "cannot accumulate null arrays",
                    ));
                }
                Datum::Array(array) if array.items.is_empty() => {
                    return Err(Error::new(
                        SqlState::ARRAY_SUBSCRIPT_ERROR,
                        "cannot accumulate empty arrays",
                    ));
                }
                _ => {}
            }
            let shape = |datum: Option<&Datum>| match datum {
                Some(Datum::Array(array)) => Some(array.dimensions.clone()),
                _ => None,
            };
            if !self.items.is_empty() && shape(self.items.first()) != shape(Some(&item)) {
                return Err(Error::new(
                    SqlState::ARRAY_SUBSCRIPT_ERROR,
                    "cannot accumulate arrays of different dimensionality",
                ));
            }
        }
        self.bytes += size(&item);
        self.items.push(item);
        if self.bytes > VALUE_BYTES_MAX { Err(too_long()) } else { Ok(()) }
    }
    fn finish(&mut self) -> Result<Datum> {
        if self.items.is_empty() {
            return Ok(Datum::Null);
        }
        let Some(element) = self.ty.element() else {
            return Array::of(self.ty, self.items.clone()).datum();
        };
        let parts: Vec<&Array> = self
            .items
            .iter()
            .filter_map(|item| if let Datum::Array(part) = item { Some(&**part) } else { None })
            .collect();
        Array::nest(element, &parts)?.datum()
    }
    fn memory(&self) -> usize {
        64 + self.bytes
    }
}

/// json_agg and json_object_agg: the text grows.
struct Text {
    types: [SqlType; 2],
    is_object: bool,
    text: String,
}

pub(super) fn json_array(types: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Text { types: [first(types, 0), SqlType::Unknown], is_object: false, text: String::new() })
}

pub(super) fn json_object(types: &[SqlType]) -> Box<dyn Accumulator> {
    Box::new(Text { types: [first(types, 0), first(types, 1)], is_object: true, text: String::new() })
}

impl Accumulator for Text {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        let (Some(one), two) = (arguments.first(), arguments.get(1)) else { return Ok(()) };
        match (self.text.is_empty(), self.is_object) {
            (true, true) => self.text.push_str("{ "),
            (true, false) => self.text.push('['),
            (false, _) => self.text.push_str(", "),
        }
        if self.is_object {
            if one.is_null() {
                return Err(Error::new(SqlState::INVALID_PARAMETER_VALUE, "field name must not be null"));
            }
            write_string(&json::key((one, self.types[0]), 0)?, &mut self.text);
            self.text.push_str(" : ");
            self.text.push_str(&json::to_text(two.unwrap_or(&Datum::Null), self.types[1])?);
        } else {
            self.text.push_str(&json::to_text(one, self.types[0])?);
        }
        if self.text.len() > VALUE_BYTES_MAX { Err(too_long()) } else { Ok(()) }
    }
    fn finish(&mut self) -> Result<Datum> {
        if self.text.is_empty() {
            return Ok(Datum::Null);
        }
        let mut text = self.text.clone();
        text.push_str(if self.is_object { " }" } else { "]" });
        Ok(Datum::from(text.as_str()))
    }
    fn memory(&self) -> usize {
        64 + self.text.capacity()
    }
}

/// jsonb_agg and jsonb_object_agg: values wait for their order.
struct Tree {
    types: [SqlType; 2],
    is_object: bool,
    any: bool,
    items: Vec<Json>,
    pairs: Vec<(String, Json)>,
    bytes: usize,
}

fn tree(types: &[SqlType], is_object: bool) -> Box<dyn Accumulator> {
    let types = [first(types, 0), first(types, 1)];
    Box::new(Tree { types, is_object, any: false, items: Vec::new(), pairs: Vec::new(), bytes: 0 })
}

pub(super) fn jsonb_array(types: &[SqlType]) -> Box<dyn Accumulator> {
    tree(types, false)
}

pub(super) fn jsonb_object(types: &[SqlType]) -> Box<dyn Accumulator> {
    tree(types, true)
}

impl Accumulator for Tree {
    fn step(&mut self, arguments: &[Datum]) -> Result<()> {
        self.any = true;
        let (Some(one), two) = (arguments.first(), arguments.get(1)) else { return Ok(()) };
        self.bytes += size(one) + two.map_or(0, size);
        if self.is_object {
            if one.is_null() {
                return Err(Error::new(SqlState::INVALID_PARAMETER_VALUE, "field name must not be null"));
            }
            let value = json::to_json(two.unwrap_or(&Datum::Null), self.types[1])?;
            self.pairs.push((json::key((one, self.types[0]), 0)?, value));
        } else {
            self.items.push(json::to_json(one, self.types[0])?);
        }
        if self.bytes > VALUE_BYTES_MAX { Err(too_long()) } else { Ok(()) }
    }
    fn finish(&mut self) -> Result<Datum> {
        if !self.any {
            return Ok(Datum::Null);
        }
        jsonb::out(&if self.is_object {
            Json::object(self.pairs.clone())
        } else {
            Json::Array(self.items.clone())
        })
    }
    fn memory(&self) -> usize {
        64 + self.bytes * 2
    }
}
