//! Text functions.

use crate::value::SqlType::{Int4, Text};

use crate::function::argument::{out, text};
use crate::function::registry::{Entry, f};
use crate::value::Datum;

pub(super) static FUNCTIONS: &[Entry] = &[
    f("textcat", &[Text, Text], Text, |a, _| out([text(a, 0)?, text(a, 1)?].concat())),
    f("length", &[Text], Int4, |a, _| Ok(Datum::Int(text(a, 0)?.chars().count() as i64))),
    f("lower", &[Text], Text, |a, _| out(text(a, 0)?.to_lowercase())),
    f("upper", &[Text], Text, |a, _| out(text(a, 0)?.to_uppercase())),
];
