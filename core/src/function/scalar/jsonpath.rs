//! What a path finds in a jsonb value: `@?`, `@@` and the functions around them.
//!
//! ```text
//! lax     arrays are unwrapped where a step wants their elements, missing members find nothing
//! strict  both are errors
//! ```
//!
//! Values are pushed as they are found: a query that is told to be silent keeps what came before an error.
//!
//! Y1  Inside a predicate an error makes it unknown. Silence covers what [`is_of_path`] names and no other.

use crate::error::{Error, Result, SqlState};
use crate::function::FunctionContext;
use crate::function::argument::{boolean, bytes, text};
use crate::function::regex::{Options, regex};
use crate::function::registry::{Entry, f};
use crate::value::SqlType::{Bool, Jsonb, Jsonpath};
use crate::value::json::Json;
use crate::value::json::path::{JsonPath, Node, Step};
use crate::value::{Datum, Numeric, SqlType, TypeName};

use super::jsonb::out;

const FOUR: &[SqlType] = &[Jsonb, Jsonpath, Jsonb, Bool];
const THREE: &[SqlType] = &[Jsonb, Jsonpath, Jsonb];
const TWO: &[SqlType] = &[Jsonb, Jsonpath];

pub(super) static FUNCTIONS: &[Entry] = &[
    f("jsonb_path_exists", TWO, Bool, exists_of),
    f("jsonb_path_exists", THREE, Bool, exists_of),
    f("jsonb_path_exists", FOUR, Bool, exists_of),
    f("jsonb_path_match", TWO, Bool, match_of),
    f("jsonb_path_match", THREE, Bool, match_of),
    f("jsonb_path_match", FOUR, Bool, match_of),
    f("jsonb_path_query_array", TWO, Jsonb, array_of),
    f("jsonb_path_query_array", THREE, Jsonb, array_of),
    f("jsonb_path_query_array", FOUR, Jsonb, array_of),
    f("jsonb_path_query_first", TWO, Jsonb, first_of),
    f("jsonb_path_query_first", THREE, Jsonb, first_of),
    f("jsonb_path_query_first", FOUR, Jsonb, first_of),
    f("jsonb_path_exists_opr", TWO, Bool, |a, _| exists(a, true)),
    f("jsonb_path_match_opr", TWO, Bool, |a, _| matches(a, true)),
];

fn exists_of(a: &[Datum], _: &dyn FunctionContext) -> Result<Datum> {
    exists(a, silent(a)?)
}

fn match_of(a: &[Datum], _: &dyn FunctionContext) -> Result<Datum> {
    matches(a, silent(a)?)
}

fn array_of(a: &[Datum], _: &dyn FunctionContext) -> Result<Datum> {
    out(&Json::Array(query(a, silent(a)?)?))
}

fn first_of(a: &[Datum], _: &dyn FunctionContext) -> Result<Datum> {
    query(a, silent(a)?)?.first().map_or(Ok(Datum::Null), out)
}

/// The fourth argument.
pub(crate) fn silent(a: &[Datum]) -> Result<bool> {
    if a.len() > 3 { boolean(a, 3) } else { Ok(false) }
}

/// Whether silence covers an error.
fn is_of_path(error: &Error) -> bool {
    let code = error.sqlstate();
    code.code().starts_with("2203")
        || code == SqlState::DIVISION_BY_ZERO
        || code == SqlState::NUMERIC_VALUE_OUT_OF_RANGE
}

fn run(a: &[Datum], found: &mut Vec<Json>) -> Result<bool> {
    let root = Json::from_stored(bytes(a, 0)?)?;
    let path = JsonPath::parse(text(a, 1)?)?;
    let variables = match a.get(2) {
        Some(_) => match Json::from_stored(bytes(a, 2)?)? {
            variables @ Json::Object(_) => Some(variables),
            _ => {
                return Err(Error::new(
                    SqlState::INVALID_PARAMETER_VALUE,
                    "\"vars\" argument is not an object",
                )
                .with_detail(
                    "Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.",
                ));
            }
        },
        None => None,
    };
    let scope = Scope { root: &root, variables: variables.as_ref(), lax: !path.strict };
    let at = At { current: &root, last: None, forgives: !path.strict };
    scope.items(&path.node, at, found)?;
    Ok(path.strict)
}

/// What a path finds.
pub(crate) fn query(a: &[Datum], silent: bool) -> Result<Vec<Json>> {
    let mut found = Vec::new();
    match run(a, &mut found) {
        Err(error) if !silent || !is_of_path(&error) => Err(error),
        _ => Ok(found),
    }
}

fn exists(a: &[Datum], silent: bool) -> Result<Datum> {
    let mut found = Vec::new();
    match run(a, &mut found) {
        Ok(_) => Ok(Datum::Bool(!found.is_empty())),
        // In lax mode the first one found is enough.
        Err(error) if is_of_path(&error) && !text(a, 1)?.starts_with("strict") && !found.is_empty() => {
            Ok(Datum::Bool(true))
        }
        Err(error) if silent && is_of_path(&error) => Ok(Datum::Null),
        Err(error) => Err(error),
    }
}

fn matches(a: &[Datum], silent: bool) -> Result<Datum> {
    match query(a, silent)?.as_slice() {
        [Json::Bool(value)] => Ok(Datum::Bool(*value)),
        [Json::Null] => Ok(Datum::Null),
        _ if silent => Ok(Datum::Null),
        _ => Err(wrong(SqlState::SINGLETON_SQL_JSON_ITEM_REQUIRED, "single boolean result is expected")),
    }
}

fn wrong(state: SqlState, message: impl Into<String>) -> Error {
    Error::new(state, message)
}

struct Scope<'a> {
    root: &'a Json,
    variables: Option<&'a Json>,
    lax: bool,
}

/// Where a part of a path is looked at.
#[derive(Clone, Copy)]
struct At<'a> {
    /// `@`
    current: &'a Json,
    /// `last`
    last: Option<usize>,
    /// Structural errors find nothing.
    forgives: bool,
}

impl Scope<'_> {
    fn items(&self, node: &Node, at: At<'_>, found: &mut Vec<Json>) -> Result<()> {
        if node.is_predicate() {
            found.push(self.predicate(node, at)?.map_or(Json::Null, Json::Bool));
            return Ok(());
        }
        match node {
            Node::Root => found.push(self.root.clone()),
            Node::Current => found.push(at.current.clone()),
            Node::Last => {
                let last = at.last.and_then(|size| i128::try_from(size).ok()).unwrap_or(0) - 1;
                found.push(Json::Number(Numeric::from_parts(last, 0)?));
            }
            Node::Literal(json) => found.push(json.clone()),
            Node::Variable(name) => {
                let value = self.variables.and_then(|variables| variables.get(name));
                let message = || format!("could not find jsonpath variable \"{name}\"");
                found.push(value.cloned().ok_or_else(|| Error::new(SqlState::UNDEFINED_OBJECT, message()))?);
            }
            Node::Path(start, steps) => {
                let mut starts = Vec::new();
                self.items(start, at, &mut starts)?;
                for value in &starts {
                    self.steps(value, steps, at, true, found)?;
                }
            }
            Node::Sign(sign, operand) => {
                for value in self.unwrapped(operand, at)? {
                    let Json::Number(number) = value else {
                        return Err(wrong(
                            SqlState::SQL_JSON_NUMBER_NOT_FOUND,
                            format!("operand of unary jsonpath operator {sign} is not a numeric value"),
                        ));
                    };
                    found.push(Json::Number(if *sign == '-' { number.negate() } else { number }));
                }
            }
            Node::Binary(operator, left, right) => {
                let left = self.number(left, at, "left", operator)?;
                let right = self.number(right, at, "right", operator)?;
                found.push(Json::Number(match *operator {
                    "+" => left.add(&right)?,
                    "-" => left.subtract(&right)?,
                    "*" => left.multiply(&right)?,
                    "/" => left.divide(&right)?,
                    _ => left.remainder(&right)?,
                }));
            }
            _ => return Err(Error::internal("a predicate among values")),
        }
        Ok(())
    }

    fn number(&self, node: &Node, at: At<'_>, side: &str, operator: &str) -> Result<Numeric> {
        match self.unwrapped(node, at)?.as_slice() {
            [Json::Number(number)] => Ok(number.clone()),
            _ => Err(wrong(
                SqlState::SINGLETON_SQL_JSON_ITEM_REQUIRED,
                format!("{side} operand of jsonpath operator {operator} is not a single numeric value"),
            )),
        }
    }

    // The values of a part, in lax mode those of arrays among them instead.
    fn unwrapped(&self, node: &Node, at: At<'_>) -> Result<Vec<Json>> {
        let mut found = Vec::new();
        self.items(node, at, &mut found)?;
        if !self.lax {
            return Ok(found);
        }
        let mut all = Vec::with_capacity(found.len());
        for value in found {
            match value {
                Json::Array(items) => all.extend(items),
                other => all.push(other),
            }
        }
        Ok(all)
    }

    // What the steps find from a value.
    fn steps(
        &self,
        value: &Json,
        steps: &[Step],
        at: At<'_>,
        unwraps: bool,
        found: &mut Vec<Json>,
    ) -> Result<()> {
        let Some((step, rest)) = steps.split_first() else {
            found.push(value.clone());
            return Ok(());
        };
        let wants_elements = !matches!(
            step,
            Step::AnyItem | Step::Items(_) | Step::Deep(..) | Step::Method("type" | "size", _)
        );
        if let (Json::Array(items), true, true, true) = (value, wants_elements, unwraps, self.lax) {
            return items.iter().try_for_each(|item| self.steps(item, steps, at, false, found));
        }
        let refuse = |state: SqlState, what: &str, of: &str| match at.forgives {
            true => Ok(()),
            false => Err(wrong(state, format!("jsonpath {what} can only be applied to an {of}"))),
        };
        match step {
            Step::Key(key) => match (value.get(key), value) {
                (Some(member), _) => self.steps(member, rest, at, true, found),
                (None, Json::Object(_)) if !at.forgives => Err(wrong(
                    SqlState::SQL_JSON_MEMBER_NOT_FOUND,
                    format!("JSON object does not contain key \"{key}\""),
                )),
                (None, Json::Object(_)) => Ok(()),
                _ => refuse(SqlState::SQL_JSON_MEMBER_NOT_FOUND, "member accessor", "object"),
            },
            Step::AnyKey => match value {
                Json::Object(pairs) => {
                    pairs.iter().try_for_each(|(_, member)| self.steps(member, rest, at, true, found))
                }
                _ => refuse(SqlState::SQL_JSON_OBJECT_NOT_FOUND, "wildcard member accessor", "object"),
            },
            Step::AnyItem => match value {
                Json::Array(items) => {
                    items.iter().try_for_each(|item| self.steps(item, rest, at, true, found))
                }
                other if self.lax => self.steps(other, rest, at, true, found),
                _ => refuse(SqlState::SQL_JSON_ARRAY_NOT_FOUND, "wildcard array accessor", "array"),
            },
            Step::Items(ranges) => match value {
                Json::Array(items) => self.ranges(items, ranges, rest, at, found),
                other if self.lax => self.ranges(core::slice::from_ref(other), ranges, rest, at, found),
                _ => refuse(SqlState::SQL_JSON_ARRAY_NOT_FOUND, "array accessor", "array"),
            },
            Step::Deep(first, last) => {
                let forgiving = At { forgives: true, ..at };
                if *first == 0 {
                    self.steps(value, rest, forgiving, true, found)?;
                }
                self.below(value, 1, (*first, *last), rest, forgiving, found)
            }
            Step::Filter(predicate) => match self.predicate(predicate, At { current: value, ..at })? {
                Some(true) => self.steps(value, rest, at, true, found),
                _ => Ok(()),
            },
            Step::Method(name, _) => match method(name, value, at, self.lax)? {
                Some(made) => made.iter().try_for_each(|value| self.steps(value, rest, at, true, found)),
                None => Ok(()),
            },
        }
    }

    // `.**`: what is so many levels down.
    fn below(
        &self,
        value: &Json,
        level: u32,
        (first, last): (u32, u32),
        rest: &[Step],
        at: At<'_>,
        found: &mut Vec<Json>,
    ) -> Result<()> {
        let inner: Vec<&Json> = match value {
            Json::Array(items) => items.iter().collect(),
            Json::Object(pairs) => pairs.iter().map(|(_, member)| member).collect(),
            _ => return Ok(()),
        };
        for value in inner {
            if level >= first || first == u32::MAX && last == u32::MAX && value.is_scalar() {
                self.steps(value, rest, at, true, found)?;
            }
            if level < last {
                self.below(value, level + 1, (first, last), rest, at, found)?;
            }
        }
        Ok(())
    }

    fn ranges(
        &self,
        items: &[Json],
        ranges: &[(Node, Option<Node>)],
        rest: &[Step],
        at: At<'_>,
        found: &mut Vec<Json>,
    ) -> Result<()> {
        let inside = At { last: Some(items.len()), ..at };
        let size = i64::try_from(items.len()).unwrap_or(i64::MAX);
        for (from, to) in ranges {
            let from = self.index(from, inside)?;
            let to = match to {
                Some(to) => self.index(to, inside)?,
                None => from,
            };
            if !at.forgives && (from < 0 || from > to || to >= size) {
                return Err(wrong(
                    SqlState::INVALID_SQL_JSON_SUBSCRIPT,
                    "jsonpath array subscript is out of bounds",
                ));
            }
            for index in from.max(0)..=to.min(size - 1) {
                if let Some(item) = usize::try_from(index).ok().and_then(|index| items.get(index)) {
                    self.steps(item, rest, at, true, found)?;
                }
            }
        }
        Ok(())
    }

    fn index(&self, node: &Node, at: At<'_>) -> Result<i64> {
        let mut found = Vec::new();
        self.items(node, at, &mut found)?;
        let [Json::Number(number)] = found.as_slice() else {
            return Err(wrong(
                SqlState::INVALID_SQL_JSON_SUBSCRIPT,
                "jsonpath array subscript is not a single numeric value",
            ));
        };
        let whole = number.trunc(0)?.to_integer("integer").ok().filter(|at| i32::try_from(*at).is_ok());
        whole.ok_or_else(|| {
            wrong(SqlState::INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is out of integer range")
        })
    }

    // `None` is unknown; so is what runs into an error (Y1).
    fn predicate(&self, node: &Node, at: At<'_>) -> Result<Option<bool>> {
        Ok(match node {
            Node::Binary("&&", left, right) => match self.predicate(left, at)? {
                Some(false) => Some(false),
                left => match self.predicate(right, at)? {
                    Some(true) => left,
                    right => right,
                },
            },
            Node::Binary("||", left, right) => match self.predicate(left, at)? {
                Some(true) => Some(true),
                left => match self.predicate(right, at)? {
                    Some(false) => left,
                    right => right,
                },
            },
            Node::Not(inner) => self.predicate(inner, at)?.map(|value| !value),
            Node::IsUnknown(inner) => Some(self.predicate(inner, at)?.is_none()),
            Node::Exists(inner) => {
                let mut found = Vec::new();
                match self.items(inner, at, &mut found) {
                    Err(error) if !is_of_path(&error) => return Err(error),
                    Err(_) if !self.lax || found.is_empty() => None,
                    _ => Some(!found.is_empty()),
                }
            }
            Node::Binary("starts with", left, right) => {
                let mut prefix = Vec::new();
                if let Err(error) = self.items(right, at, &mut prefix) {
                    return if is_of_path(&error) { Ok(None) } else { Err(error) };
                }
                let [Json::String(prefix)] = prefix.as_slice() else { return Ok(None) };
                self.any(left, at, &mut |value| match value {
                    Json::String(text) => Ok(Some(text.starts_with(prefix.as_str()))),
                    _ => Ok(None),
                })?
            }
            Node::Like(left, pattern, flags) => {
                // XQuery: without `s` a point stops at the end of a line.
                let options = Options {
                    insensitive: flags.contains('i'),
                    literal: flags.contains('q'),
                    newline_stops: !flags.contains('s'),
                    newline_anchors: flags.contains('m'),
                    ..Options::default()
                };
                let pattern = regex(pattern, options)?;
                self.any(left, at, &mut |value| match value {
                    Json::String(text) => pattern.is_match(text).map(Some),
                    _ => Ok(None),
                })?
            }
            Node::Binary(operator, left, right) => {
                let right = match self.unwrapped(right, at) {
                    Err(error) if is_of_path(&error) => return Ok(None),
                    right => right?,
                };
                let mut unknown = false;
                let mut met = false;
                let values = match self.unwrapped(left, at) {
                    Err(error) if is_of_path(&error) => return Ok(None),
                    left => left?,
                };
                for (left, right) in
                    values.iter().flat_map(|left| right.iter().map(move |right| (left, right)))
                {
                    match compared(operator, left, right) {
                        None if !self.lax => return Ok(None),
                        None => unknown = true,
                        Some(true) if self.lax => return Ok(Some(true)),
                        Some(true) => met = true,
                        Some(false) => {}
                    }
                }
                if met {
                    Some(true)
                } else if unknown {
                    None
                } else {
                    Some(false)
                }
            }
            _ => return Err(Error::internal("a value among predicates")),
        })
    }

    // Whether a test holds for any of the values.
    fn any(
        &self,
        node: &Node,
        at: At<'_>,
        test: &mut dyn FnMut(&Json) -> Result<Option<bool>>,
    ) -> Result<Option<bool>> {
        let values = match self.unwrapped(node, at) {
            Err(error) if is_of_path(&error) => return Ok(None),
            values => values?,
        };
        let (mut met, mut unknown) = (false, false);
        for value in &values {
            match test(value)? {
                None if !self.lax => return Ok(None),
                None => unknown = true,
                Some(true) if self.lax => return Ok(Some(true)),
                Some(value) => met |= value,
            }
        }
        Ok(if met || !unknown { Some(met) } else { None })
    }
}

fn compared(operator: &str, left: &Json, right: &Json) -> Option<bool> {
    let order = match (left, right) {
        (Json::Null, Json::Null) => core::cmp::Ordering::Equal,
        (Json::Null, _) | (_, Json::Null) => return Some(operator == "!="),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::Number(a), Json::Number(b)) => a.compare(b),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        _ => return None,
    };
    Some(match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

// The values a method makes of one; `None`: nothing, where that is forgiven.
fn method(name: &str, value: &Json, at: At<'_>, lax: bool) -> Result<Option<Vec<Json>>> {
    let refuse = |state: SqlState, of: &str| {
        Err(wrong(state, format!("jsonpath item method .{name}() can only be applied to {of}")))
    };
    let number = |number: Numeric| Ok(Some(vec![Json::Number(number)]));
    match (name, value) {
        ("type", value) => Ok(Some(vec![Json::String(value.type_name().to_owned())])),
        ("size", Json::Array(items)) => {
            number(Numeric::from_parts(i128::try_from(items.len()).unwrap_or(0), 0)?)
        }
        ("size", _) if lax => number(Numeric::from_parts(1, 0)?),
        ("size", _) if at.forgives => Ok(None),
        ("size", _) => refuse(SqlState::SQL_JSON_ARRAY_NOT_FOUND, "an array"),
        ("abs", Json::Number(own)) => number(own.abs()),
        ("floor", Json::Number(own)) => number(own.floor()?),
        ("ceiling", Json::Number(own)) => number(own.ceil()?),
        ("double", Json::Number(own)) => number(Numeric::from_f64(own.to_f64(), 15)?),
        ("double", Json::String(text)) => match Datum::parse(text, TypeName::plain(SqlType::Float8)) {
            Ok(Datum::Float(value)) if value.is_finite() => number(Numeric::from_f64(value, 15)?),
            _ => Err(wrong(
                SqlState::NON_NUMERIC_SQL_JSON_ITEM,
                "string argument of jsonpath item method .double() is not a valid representation of a double precision number",
            )),
        },
        ("double", _) => refuse(SqlState::NON_NUMERIC_SQL_JSON_ITEM, "a string or numeric value"),
        ("keyvalue", Json::Object(pairs)) => {
            let zero = || Numeric::from_parts(0, 0).map(Json::Number);
            let one = |(key, value): &(String, Json)| {
                Ok(Json::object(vec![
                    ("key".to_owned(), Json::String(key.clone())),
                    ("value".to_owned(), value.clone()),
                    ("id".to_owned(), zero()?),
                ]))
            };
            pairs.iter().map(one).collect::<Result<_>>().map(Some)
        }
        ("keyvalue", _) => refuse(SqlState::SQL_JSON_OBJECT_NOT_FOUND, "an object"),
        ("datetime", _) => Err(Error::unsupported("jsonpath item method .datetime()")),
        _ => refuse(SqlState::NON_NUMERIC_SQL_JSON_ITEM, "a numeric value"),
    }
}
