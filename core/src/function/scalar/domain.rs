//! What the binder makes of conditions of domains: errors in the domain's words.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::text;
use crate::function::registry::{Entry, f};
use crate::value::Datum;
use crate::value::SqlType::{AnyElement, Bool, Text};

pub(super) static FUNCTIONS: &[Entry] = &[
    // Condition, message, whether it is about NULL.
    f("domain check", &[Bool, Text, Bool], Bool, |a, _| held(a).map(|()| Datum::Bool(true))).takes_nulls(),
    // The value, then the same.
    f("domain value", &[AnyElement, Bool, Text, Bool], AnyElement, |a, _| {
        held(a.get(1..).unwrap_or(&[]))?;
        Ok(a.first().cloned().unwrap_or(Datum::Null))
    })
    .takes_nulls(),
];

fn held(a: &[Datum]) -> Result<()> {
    if a.first() != Some(&Datum::Bool(false)) {
        return Ok(());
    }
    let state = match a.get(2) {
        Some(Datum::Bool(true)) => SqlState::NOT_NULL_VIOLATION,
        _ => SqlState::CHECK_VIOLATION,
    };
    Err(Error::new(state, text(a, 1)?))
}
