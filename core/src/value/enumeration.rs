//! Values of enumerations: a label behind one character that gives its place in the order, so that values
//! compare, hash and index as texts do.
//!
//! Which labels there are stands in the catalog. Functions that make values without it are handed name and
//! labels as one text:
//!
//! ```text
//! oid \0 name \0 place label \0 place label ..
//! ```

use crate::error::{Error, Result, SqlState};

use super::{Array, Datum, SqlType};

/// The label of a value.
pub fn label(value: &str) -> &str {
    let mut rest = value.chars();
    rest.next();
    rest.as_str()
}

/// The value of a label among those of a type (22P02).
pub fn read_label<'l>(
    name: &str,
    labels: impl Iterator<Item = (char, &'l str)>,
    text: &str,
) -> Result<Datum> {
    let mut letters = [0; 4];
    for (place, label) in labels {
        if label == text {
            let place: &str = place.encode_utf8(&mut letters);
            return Ok(Datum::from([place, label].concat().as_str()));
        }
    }
    Err(Error::new(
        SqlState::INVALID_TEXT_REPRESENTATION,
        format!("invalid input value for enum {name}: \"{text}\""),
    ))
}

/// The value of a label by a type's packed labels.
pub fn read_packed(packed: &str, text: &str) -> Result<Datum> {
    let mut parts = packed.split('\0').skip(1);
    let name = parts.next().unwrap_or_default();
    let labels = parts.filter_map(|part| Some((part.chars().next()?, label(part))));
    read_label(name, labels, text)
}

/// All values between two, in order; an end that is not there is open.
pub fn packed_range(packed: &str, from: Option<&str>, to: Option<&str>) -> Result<Datum> {
    let values = packed.split('\0').skip(2);
    let inside =
        values.filter(|value| from.is_none_or(|from| *value >= from) && to.is_none_or(|to| *value <= to));
    Array::of(packed_type(packed), inside.map(Datum::from).collect()).datum()
}

/// The type that was packed.
pub fn packed_type(packed: &str) -> SqlType {
    let oid = packed.split('\0').next().and_then(|oid| oid.parse().ok());
    SqlType::Enum(oid.unwrap_or(super::USER_OID_MIN))
}
