//! Static tables of functions by name, and calls resolved in them.
//!
//! A [`FunctionId`] is a group and a place in it; ids mean nothing outside this build: the catalog
//! stores SQL text.

use crate::error::{Error, Result, SqlState};
use crate::value::{Datum, SqlType, common_type_for};

use super::scalar;
use super::signature::{Choice, Parameter, choose, unify};
use super::{FunctionContext, FunctionId, Resolved, Volatility};

/// Computes one call. Arguments have the resolved types; of strict functions none is NULL.
pub type ScalarFunction = fn(&[Datum], &dyn FunctionContext) -> Result<Datum>;

/// One signature of a function.
pub(crate) struct Entry {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [SqlType],
    /// How many parameters at the end may be left out.
    optional: usize,
    /// What further arguments are, any number of them.
    variadic: Option<Parameter>,
    result: SqlType,
    strict: bool,
    volatility: Volatility,
    /// Is told the types of its arguments: their OIDs follow them.
    typed: bool,
    run: ScalarFunction,
}

/// An immutable, strict function.
pub(crate) const fn f(
    name: &'static str,
    parameters: &'static [SqlType],
    result: SqlType,
    run: ScalarFunction,
) -> Entry {
    Entry {
        name,
        parameters,
        optional: 0,
        variadic: None,
        result,
        strict: true,
        volatility: Volatility::Immutable,
        typed: false,
        run,
    }
}

impl Entry {
    pub(crate) const fn stable(mut self) -> Entry {
        self.volatility = Volatility::Stable;
        self
    }
    pub(crate) const fn volatile(mut self) -> Entry {
        self.volatility = Volatility::Volatile;
        self
    }
    pub(crate) const fn typed(mut self) -> Entry {
        self.typed = true;
        self
    }
    /// Is called with NULLs, too.
    pub(crate) const fn takes_nulls(mut self) -> Entry {
        self.strict = false;
        self
    }
    pub(crate) const fn optional(mut self, count: usize) -> Entry {
        self.optional = count;
        self
    }
    pub(crate) const fn variadic(mut self, parameter: Parameter) -> Entry {
        self.variadic = Some(parameter);
        self
    }

    fn resolved(&self, id: FunctionId, arguments: Vec<SqlType>, result: SqlType) -> Resolved<FunctionId> {
        Resolved {
            id,
            arguments,
            result,
            strict: self.strict,
            volatility: self.volatility,
            typed: self.typed,
        }
    }

    /// The parameters a call with `count` arguments meets.
    fn parameters_for(&self, count: usize) -> Option<Vec<Parameter>> {
        let fixed = self.parameters.len();
        let least = fixed - self.optional + usize::from(self.variadic.is_some());
        if count < least || (count > fixed && self.variadic.is_none()) {
            return None;
        }
        let mut parameters: Vec<Parameter> =
            self.parameters.iter().take(count).map(|ty| Parameter::Of(*ty)).collect();
        if let Some(parameter) = self.variadic {
            parameters.resize(count, parameter);
        }
        Some(parameters)
    }
}

const GROUP_BITS: u32 = 10;

pub(super) fn entries() -> impl Iterator<Item = (FunctionId, &'static Entry)> {
    scalar::GROUPS.iter().enumerate().flat_map(|(group, entries)| {
        entries.iter().enumerate().map(move |(at, entry)| {
            let id = u16::try_from(group << GROUP_BITS | at).expect("64 groups of 1024 fit an id");
            (FunctionId(id), entry)
        })
    })
}

fn entry(id: FunctionId) -> Option<&'static Entry> {
    let (group, at) = (usize::from(id.0 >> GROUP_BITS), usize::from(id.0 & ((1 << GROUP_BITS) - 1)));
    scalar::GROUPS.get(group)?.get(at)
}

/// Whether some function has this name.
pub fn is_scalar(name: &str) -> bool {
    matches!(name, "greatest" | "least" | "nullif") || entries().any(|(_, entry)| entry.name == name)
}

/// The name of a function, for plans shown to people.
pub fn scalar_name(id: FunctionId) -> &'static str {
    entry(id).map_or("?", |entry| entry.name)
}

/// How stable a function's result is.
pub fn scalar_volatility(id: FunctionId) -> Volatility {
    entry(id).map_or(Volatility::Volatile, |entry| entry.volatility)
}

/// What computes a function: kernels keep it instead of looking it up per row.
pub fn scalar_function(id: FunctionId) -> Result<ScalarFunction> {
    entry(id).map(|entry| entry.run).ok_or_else(|| Error::internal("unknown function id"))
}

/// Calls a function. Arguments have the types of [`Resolved::arguments`].
pub fn call(id: FunctionId, arguments: &[Datum], context: &dyn FunctionContext) -> Result<Datum> {
    let entry = entry(id).ok_or_else(|| Error::internal("unknown function id"))?;
    if entry.strict && arguments.iter().any(Datum::is_null) {
        return Ok(Datum::Null);
    }
    (entry.run)(arguments, context)
}

/// Resolves a call by name (lower case, without schema) and argument types.
///
/// Each argument is then cast, explicitly, to its type in [`Resolved::arguments`].
pub fn resolve_scalar(name: &str, arguments: &[SqlType]) -> Result<Resolved<FunctionId>> {
    if matches!(name, "greatest" | "least" | "nullif") {
        return resolve_common(name, arguments);
    }
    let mut ids = Vec::new();
    let mut candidates = Vec::new();
    for (id, entry) in entries().filter(|(_, entry)| entry.name == name) {
        if let Some(parameters) = entry.parameters_for(arguments.len()) {
            ids.push((id, entry));
            candidates.push(parameters);
        }
    }
    match choose(&candidates, arguments) {
        Choice::One(at) => {
            let (id, entry) = ids[at];
            let (arguments, result) = settled(&candidates[at], arguments, entry.result)?;
            Ok(entry.resolved(id, arguments, result))
        }
        Choice::None => Err(undefined(name, arguments)),
        Choice::Ambiguous => Err(ambiguous(name, arguments)),
    }
}

/// The types arguments are handed over in, and the result's, where a signature is polymorphic.
pub(super) fn settled(
    parameters: &[Parameter],
    arguments: &[SqlType],
    result: SqlType,
) -> Result<(Vec<SqlType>, SqlType)> {
    let mut taken = taken(parameters, arguments);
    if !result.is_polymorphic() && !taken.iter().any(|ty| ty.is_polymorphic()) {
        return Ok((taken, result));
    }
    let undetermined = || {
        Error::new(
            SqlState::DATATYPE_MISMATCH,
            "could not determine polymorphic type because input has type unknown",
        )
    };
    let has_array = taken.contains(&SqlType::AnyArray);
    let element = match unify(parameters, arguments) {
        // An element without a type is a text; an array without one is nothing.
        Some(SqlType::Unknown) if !has_array => SqlType::Text,
        Some(SqlType::Unknown) | None => return Err(undetermined()),
        Some(element) => element,
    };
    let array = match element.array() {
        Some(array) => array,
        None => return Err(undetermined()),
    };
    let settle = |ty| match ty {
        SqlType::AnyElement => element,
        SqlType::AnyArray => array,
        other => other,
    };
    taken.iter_mut().for_each(|ty| *ty = settle(*ty));
    Ok((taken, settle(result)))
}

/// The types arguments are handed over in.
fn taken(parameters: &[Parameter], arguments: &[SqlType]) -> Vec<SqlType> {
    parameters
        .iter()
        .zip(arguments)
        .map(|(parameter, argument)| match parameter {
            Parameter::Of(ty) => *ty,
            Parameter::Any | Parameter::AnyNonArray => *argument,
            Parameter::AnyAsText => SqlType::Unknown,
        })
        .collect()
}

/// GREATEST, LEAST and NULLIF take what has a common type. `char` ignores trailing blanks when it
/// compares, so it has functions of its own.
fn resolve_common(name: &str, arguments: &[SqlType]) -> Result<Resolved<FunctionId>> {
    if arguments.is_empty() || (name == "nullif" && arguments.len() != 2) {
        return Err(undefined(name, arguments));
    }
    let ty = common_type_for(&name.to_ascii_uppercase(), arguments)?;
    let wanted = if ty == SqlType::Char { format!("{name} char") } else { name.to_string() };
    internal(&wanted, vec![ty; arguments.len()], ty)
}

/// The function of exactly this signature; the operator table is built of such.
pub(super) fn exact(name: &str, parameters: &[SqlType]) -> Option<Resolved<FunctionId>> {
    let (id, entry) = entries().find(|(_, entry)| entry.name == name && entry.parameters == parameters)?;
    Some(entry.resolved(id, parameters.to_vec(), entry.result))
}

/// A function of ours that no call reaches by name, with the types the caller has decided.
pub fn internal(name: &str, arguments: Vec<SqlType>, result: SqlType) -> Result<Resolved<FunctionId>> {
    let (id, entry) = entries()
        .find(|(_, entry)| entry.name == name)
        .ok_or_else(|| Error::internal(format!("{name} is registered")))?;
    Ok(entry.resolved(id, arguments, result))
}

fn call_text(name: &str, arguments: &[SqlType]) -> String {
    let types: Vec<&str> = arguments.iter().map(|ty| ty.name()).collect();
    format!("{name}({})", types.join(", "))
}

/// PostgreSQL's error for a call that nothing fits.
pub(super) fn undefined(name: &str, arguments: &[SqlType]) -> Error {
    Error::new(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {} does not exist", call_text(name, arguments)),
    )
    .with_hint(
        "No function matches the given name and argument types. You might need to add explicit type casts.",
    )
}

/// PostgreSQL's error for a call that several fit equally well.
pub(super) fn ambiguous(name: &str, arguments: &[SqlType]) -> Error {
    Error::new(SqlState::AMBIGUOUS_FUNCTION, format!("function {} is not unique", call_text(name, arguments)))
        .with_hint("Could not choose a best candidate function. You might need to add explicit type casts.")
}
