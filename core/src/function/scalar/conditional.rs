//! GREATEST, LEAST, NULLIF and counts of NULLs. COALESCE and CASE are lazy: they belong to the plan.

use core::cmp::Ordering;

use crate::error::Result;
use crate::function::registry::{Entry, f};
use crate::function::signature::Parameter;
use crate::value::SqlType::{self, Int4, Unknown};
use crate::value::{Datum, compare};

pub(super) static FUNCTIONS: &[Entry] = &[
    // The result type is the arguments'; the resolver sets it.
    f("greatest", &[], Unknown, |a, _| extreme(a, Unknown, Ordering::Greater))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("greatest char", &[], SqlType::Char, |a, _| extreme(a, SqlType::Char, Ordering::Greater))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("least", &[], Unknown, |a, _| extreme(a, Unknown, Ordering::Less))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("least char", &[], SqlType::Char, |a, _| extreme(a, SqlType::Char, Ordering::Less))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("nullif", &[], Unknown, |a, _| nullif(a, Unknown)).variadic(Parameter::Any).takes_nulls(),
    f("nullif char", &[], SqlType::Char, |a, _| nullif(a, SqlType::Char))
        .variadic(Parameter::Any)
        .takes_nulls(),
    f("num_nulls", &[], Int4, |a, _| count(a, true)).variadic(Parameter::Any).takes_nulls(),
    f("num_nonnulls", &[], Int4, |a, _| count(a, false)).variadic(Parameter::Any).takes_nulls(),
];

/// The greatest or least value, NULLs left out.
fn extreme(values: &[Datum], ty: SqlType, wanted: Ordering) -> Result<Datum> {
    let mut best = &Datum::Null;
    for value in values.iter().filter(|value| !value.is_null()) {
        if best.is_null() || compare(value, best, ty) == wanted {
            best = value;
        }
    }
    Ok(best.clone())
}

fn nullif(values: &[Datum], ty: SqlType) -> Result<Datum> {
    Ok(match values {
        [a, b] if !a.is_null() && !b.is_null() && compare(a, b, ty).is_eq() => Datum::Null,
        [a, ..] => a.clone(),
        [] => Datum::Null,
    })
}

fn count(values: &[Datum], nulls: bool) -> Result<Datum> {
    let count = values.iter().filter(|value| value.is_null() == nulls).count();
    Ok(Datum::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}
