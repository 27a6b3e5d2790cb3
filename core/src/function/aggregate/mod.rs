//! The aggregates: how a call is resolved, and what runs for each group.
//!
//! DISTINCT, FILTER and ORDER BY are the executor's: an accumulator sees only the rows that count.

mod boolean;
mod collect;
mod count;
mod deviation;
mod extreme;
mod gather;
mod ordered;
mod sum;

use crate::error::{Error, Result, SqlState};
use crate::value::SqlType::{
    self, AnyArray, AnyElement, Bool, Bytea, Char, Date, Float4, Float8, Int2, Int4, Int8, Interval, Numeric,
    Oid, Text, Time, TimeTz, Timestamp, TimestampTz,
};

use super::registry::{settled, undefined};
use super::signature::{Choice, Parameter, choose};
use super::{Accumulator, AggregateId, Resolved, Volatility};

/// Makes the state of one group, for the argument types resolved.
type Maker = fn(&[SqlType]) -> Box<dyn Accumulator>;

struct Entry {
    name: &'static str,
    parameters: &'static [Parameter],
    result: SqlType,
    /// Rows with a NULL argument are left out.
    strict: bool,
    make: Maker,
}

const fn a(name: &'static str, parameters: &'static [Parameter], result: SqlType, make: Maker) -> Entry {
    Entry { name, parameters, result, strict: true, make }
}

macro_rules! of {
    ($($ty:ident),*) => { &[$(Parameter::Of($ty)),*] };
}

macro_rules! each_extreme {
    ($($ty:ident),*) => {
        &[
            $(a("min", of!($ty), $ty, extreme::min), a("max", of!($ty), $ty, extreme::max),)*
        ]
    };
}

macro_rules! each_deviation {
    ($($name:literal => $make:ident),*) => {
        &[
            $(
                a($name, of!(Int2), Numeric, deviation::exact::$make),
                a($name, of!(Int4), Numeric, deviation::exact::$make),
                a($name, of!(Int8), Numeric, deviation::exact::$make),
                a($name, of!(Numeric), Numeric, deviation::exact::$make),
                a($name, of!(Float4), Float8, deviation::float::$make),
                a($name, of!(Float8), Float8, deviation::float::$make),
            )*
        ]
    };
}

static GENERAL: &[Entry] = &[
    a("count", &[], Int8, count::count),
    a("count", &[Parameter::Any], Int8, count::count),
    a("sum", of!(Int2), Int8, sum::integers),
    a("sum", of!(Int4), Int8, sum::integers),
    a("sum", of!(Int8), Numeric, sum::bigints),
    a("sum", of!(Numeric), Numeric, sum::numerics),
    a("sum", of!(Float4), Float4, sum::reals),
    a("sum", of!(Float8), Float8, sum::doubles),
    a("sum", of!(Interval), Interval, sum::intervals),
    a("avg", of!(Int2), Numeric, sum::average_of_integers),
    a("avg", of!(Int4), Numeric, sum::average_of_integers),
    a("avg", of!(Int8), Numeric, sum::average_of_integers),
    a("avg", of!(Numeric), Numeric, sum::average_of_numerics),
    a("avg", of!(Float4), Float8, deviation::float::average),
    a("avg", of!(Float8), Float8, deviation::float::average),
    a("avg", of!(Interval), Interval, sum::average_of_intervals),
    a("bool_and", of!(Bool), Bool, boolean::all),
    a("every", of!(Bool), Bool, boolean::all),
    a("bool_or", of!(Bool), Bool, boolean::any),
    a("bit_and", of!(Int2), Int2, boolean::bit_and),
    a("bit_and", of!(Int4), Int4, boolean::bit_and),
    a("bit_and", of!(Int8), Int8, boolean::bit_and),
    a("bit_or", of!(Int2), Int2, boolean::bit_or),
    a("bit_or", of!(Int4), Int4, boolean::bit_or),
    a("bit_or", of!(Int8), Int8, boolean::bit_or),
    a("bit_xor", of!(Int2), Int2, boolean::bit_xor),
    a("bit_xor", of!(Int4), Int4, boolean::bit_xor),
    a("bit_xor", of!(Int8), Int8, boolean::bit_xor),
    Entry { strict: false, ..a("string_agg", of!(Text, Text), Text, collect::strings) },
    Entry { strict: false, ..a("string_agg", of!(Bytea, Bytea), Bytea, collect::bytes) },
    Entry { strict: false, ..a("array_agg", &[Parameter::AnyNonArray], AnyArray, gather::array) },
    Entry { strict: false, ..a("array_agg", of!(AnyArray), AnyArray, gather::array) },
    Entry { strict: false, ..a("json_agg", &[Parameter::Any], SqlType::Json, gather::json_array) },
    Entry { strict: false, ..a("jsonb_agg", &[Parameter::Any], SqlType::Jsonb, gather::jsonb_array) },
    Entry {
        strict: false,
        ..a("json_object_agg", &[Parameter::Any, Parameter::Any], SqlType::Json, gather::json_object)
    },
    Entry {
        strict: false,
        ..a("jsonb_object_agg", &[Parameter::Any, Parameter::Any], SqlType::Jsonb, gather::jsonb_object)
    },
    a("min", of!(AnyArray), AnyArray, extreme::min),
    a("max", of!(AnyArray), AnyArray, extreme::max),
    // Of enumerations only: see `resolve`.
    a("min", of!(AnyElement), AnyElement, extreme::min),
    a("max", of!(AnyElement), AnyElement, extreme::max),
    a("corr", of!(Float8, Float8), Float8, deviation::pairs::corr),
    a("covar_pop", of!(Float8, Float8), Float8, deviation::pairs::covar_pop),
    a("covar_samp", of!(Float8, Float8), Float8, deviation::pairs::covar_samp),
    a("regr_count", of!(Float8, Float8), Int8, deviation::pairs::count),
    a("regr_avgx", of!(Float8, Float8), Float8, deviation::pairs::average_x),
    a("regr_avgy", of!(Float8, Float8), Float8, deviation::pairs::average_y),
    a("regr_sxx", of!(Float8, Float8), Float8, deviation::pairs::sxx),
    a("regr_syy", of!(Float8, Float8), Float8, deviation::pairs::syy),
    a("regr_sxy", of!(Float8, Float8), Float8, deviation::pairs::sxy),
    a("regr_r2", of!(Float8, Float8), Float8, deviation::pairs::r2),
    a("regr_slope", of!(Float8, Float8), Float8, deviation::pairs::slope),
    a("regr_intercept", of!(Float8, Float8), Float8, deviation::pairs::intercept),
];

static EXTREMES: &[Entry] = each_extreme!(
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    Text,
    Char,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval
);

static DEVIATIONS: &[Entry] = each_deviation!(
    "stddev" => stddev_samp, "stddev_samp" => stddev_samp, "stddev_pop" => stddev_pop,
    "variance" => var_samp, "var_samp" => var_samp, "var_pop" => var_pop
);

/// With WITHIN GROUP: the direct arguments, then what is sorted by. A result `Unknown` is the type of that.
static ORDERED: &[Entry] = &[
    a("percentile_cont", of!(Float8, Float8), Float8, ordered::continuous),
    a("percentile_cont", of!(Float8, Interval), Interval, ordered::continuous),
    a("percentile_disc", &[Parameter::Of(Float8), Parameter::Any], SqlType::Unknown, ordered::discrete),
    a("mode", &[Parameter::Any], SqlType::Unknown, ordered::mode),
];

static TABLES: [&[Entry]; 4] = [GENERAL, EXTREMES, DEVIATIONS, ORDERED];

fn entries() -> impl Iterator<Item = (AggregateId, &'static Entry)> {
    (0u16..).map(AggregateId).zip(TABLES.iter().flat_map(|table| table.iter()))
}

fn entry(id: AggregateId) -> Result<&'static Entry> {
    let mut at = usize::from(id.0);
    for table in TABLES {
        match table.get(at) {
            Some(entry) => return Ok(entry),
            None => at -= table.len(),
        }
    }
    Err(Error::internal("unknown aggregate id"))
}

/// Whether some aggregate has this name.
pub fn is_aggregate(name: &str) -> bool {
    entries().any(|(_, entry)| entry.name == name)
}

/// The name of an aggregate, for plans shown to people.
pub fn aggregate_name(id: AggregateId) -> &'static str {
    entry(id).map_or("?", |entry| entry.name)
}

/// Resolves a call by name (lower case) and argument types; each argument is then cast, explicitly,
/// to its type in [`Resolved::arguments`].
pub fn resolve_aggregate(name: &str, arguments: &[SqlType]) -> Result<Resolved<AggregateId>> {
    if name == "count" && arguments.is_empty() {
        return Err(Error::new(
            SqlState::WRONG_OBJECT_TYPE,
            "count(*) must be used to call a parameterless aggregate function",
        ));
    }
    if is_ordered_set(name) {
        return Err(Error::new(
            SqlState::WRONG_OBJECT_TYPE,
            format!("WITHIN GROUP is required for ordered-set aggregate {name}"),
        ));
    }
    resolve(name, arguments)
}

/// Whether it is an aggregate that needs WITHIN GROUP.
pub fn is_ordered_set(name: &str) -> bool {
    ORDERED.iter().any(|entry| entry.name == name)
}

/// Resolves `name(direct) WITHIN GROUP (ORDER BY sorted)`.
pub fn resolve_ordered_set(
    name: &str,
    direct: &[SqlType],
    sorted: &[SqlType],
) -> Result<Resolved<AggregateId>> {
    let all: Vec<SqlType> = direct.iter().chain(sorted).copied().collect();
    let mut resolved = resolve(name, &all)?;
    if resolved.result == SqlType::Unknown {
        resolved.result = resolved.arguments.last().copied().unwrap_or(Text);
    }
    Ok(resolved)
}

/// Resolves `name(*)`.
pub fn resolve_aggregate_star(name: &str) -> Result<Resolved<AggregateId>> {
    resolve(name, &[])
}

fn resolve(name: &str, arguments: &[SqlType]) -> Result<Resolved<AggregateId>> {
    let (mut found, mut candidates) = (Vec::new(), Vec::new());
    for (id, entry) in entries() {
        let fits = match (entry.parameters, arguments) {
            ([Parameter::Of(AnyElement)], [ty]) => matches!(ty, SqlType::Enum(_)),
            _ => entry.parameters.len() == arguments.len(),
        };
        if entry.name == name && fits {
            found.push((id, entry));
            candidates.push(entry.parameters.to_vec());
        }
    }
    match choose(&candidates, arguments) {
        Choice::One(at) => {
            let (id, entry) = found[at];
            let (taken, result) = settled(entry.parameters, arguments, entry.result)?;
            Ok(Resolved {
                id,
                arguments: taken,
                result,
                typed: false,
                strict: entry.strict && !arguments.is_empty(),
                volatility: Volatility::Immutable,
            })
        }
        Choice::None => Err(undefined(name, arguments)),
        Choice::Ambiguous => Err(super::registry::ambiguous(name, arguments)),
    }
}

/// The state of one group. `arguments` are the types of [`Resolved::arguments`].
pub fn accumulator(id: AggregateId, arguments: &[SqlType]) -> Result<Box<dyn Accumulator>> {
    Ok((entry(id)?.make)(arguments))
}
