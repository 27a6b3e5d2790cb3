//! Functions of enumerations. The binder hands over the labels: see [`crate::value::enumeration`].

use crate::function::argument::text;
use crate::function::registry::{Entry, f};
use crate::value::Datum;
use crate::value::SqlType::{AnyArray, AnyElement, Text};
use crate::value::array::parse_array_with;
use crate::value::enumeration::{packed_range, packed_type, read_packed};

pub(super) static FUNCTIONS: &[Entry] = &[
    // What a cast of a text is bound to.
    f("enum in", &[Text, Text], AnyElement, |a, _| read_packed(text(a, 1)?, text(a, 0)?)),
    f("enum array in", &[Text, Text], AnyArray, |a, _| {
        let labels = text(a, 1)?;
        parse_array_with(text(a, 0)?, packed_type(labels), &mut |item| read_packed(labels, item))?.datum()
    }),
    f("enum range", &[Text, AnyElement, AnyElement], AnyArray, |a, _| {
        let end = |at: usize| match a.get(at) {
            Some(Datum::Text(value)) => Some(&**value),
            _ => None,
        };
        packed_range(text(a, 0)?, end(1), end(2))
    })
    .takes_nulls(),
];
