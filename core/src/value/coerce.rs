//! Which conversions exist and which the context may apply unasked; the common type of several.
//!
//! The tables are PostgreSQL 15's `pg_cast` for our types; the rules are its chapter 10. How a value
//! is converted is [`super::cast`]'s affair.

use crate::error::{Error, Result, SqlState};

use super::{SqlType, TypeCategory};

/// How much a conversion must be asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CastLevel {
    /// Applied anywhere.
    Implicit,
    /// Applied when a value is stored in a column of the type.
    Assignment,
    /// Applied by `CAST` and `::` only.
    Explicit,
}

/// The least that must be asked for to convert; `None` when there is no conversion.
///
/// To `Unknown` everything converts, explicitly, by its output function: functions that take "any"
/// value as text (`concat`, `format`) declare their arguments so.
pub fn cast_level(from: SqlType, to: SqlType) -> Option<CastLevel> {
    use CastLevel::{Assignment, Explicit, Implicit};
    use SqlType::{
        AnyArray, AnyElement, Bool, Char, Date, Float4, Float8, Int2, Int4, Int8, Interval, Json, Jsonb,
        Name, Numeric, Oid, Regclass, Regtype, Text, Time, TimeTz, Timestamp, TimestampTz, Unknown, Varchar,
        Void,
    };
    if from == to || from == Unknown {
        return Some(Implicit);
    }
    if let (SqlType::Array(from), SqlType::Array(to)) = (from, to) {
        // As its elements; PostgreSQL goes through no text here.
        let (from, to) = (from.ty(), to.ty());
        if from.category() == TypeCategory::String && to.category() != TypeCategory::String {
            return Some(Explicit);
        }
        return cast_level(from, to);
    }
    Some(match (from, to) {
        (Void | AnyElement | AnyArray, _) | (_, Void | AnyElement | AnyArray) => return None,
        (_, Unknown) => Explicit,
        (Int2, Int4 | Int8 | Oid | Float4 | Float8 | Numeric)
        | (Int4, Int8 | Oid | Float4 | Float8 | Numeric)
        | (Int8, Oid | Float4 | Float8 | Numeric)
        | (Float4, Float8)
        | (Numeric, Float4 | Float8)
        | (Text, Name | Char | Varchar)
        | (Varchar, Name | Text | Char)
        | (Char, Name | Text | Varchar)
        | (Name, Text)
        | (Date, Timestamp | TimestampTz)
        | (Timestamp, TimestampTz)
        | (Time, Interval | TimeTz)
        | (Oid, Regtype)
        | (Regtype, Oid)
        | (Text | Varchar | Oid, Regclass)
        | (Regclass, Oid) => Implicit,
        (Int8, Int2 | Int4)
        | (Int4, Int2)
        | (Oid, Int4 | Int8)
        | (Float4 | Float8, Int2 | Int4 | Int8 | Numeric)
        | (Float8, Float4)
        | (Numeric, Int2 | Int4 | Int8)
        | (Timestamp | TimestampTz, Date | Time)
        | (TimestampTz, Timestamp)
        | (Interval, Time)
        | (TimeTz, Time)
        | (TimestampTz, TimeTz)
        | (Json, Jsonb)
        | (Jsonb, Json)
        | (Regtype | Regclass, Int4 | Int8) => Assignment,
        (Int4 | Int8, Regclass) => Assignment,
        (Bool, Int4) | (Int4, Bool) => Explicit,
        (Jsonb, Bool | Int2 | Int4 | Int8 | Float4 | Float8 | Numeric) => Explicit,
        // Conversion through text: to a string type by assignment, from one only when asked for.
        (_, to) if to.category() == TypeCategory::String => Assignment,
        (from, _) if from.category() == TypeCategory::String => Explicit,
        _ => return None,
    })
}

/// Whether any context may convert.
pub fn implicit_cast(from: SqlType, to: SqlType) -> bool {
    cast_level(from, to) == Some(CastLevel::Implicit)
}

/// Whether storing into a column may convert.
pub fn assignment_cast(from: SqlType, to: SqlType) -> bool {
    cast_level(from, to).is_some_and(|level| level <= CastLevel::Assignment)
}

/// Whether `CAST` may convert.
pub fn explicit_cast(from: SqlType, to: SqlType) -> bool {
    cast_level(from, to).is_some()
}

/// Whether the conversion changes nothing of a value: the same bits mean the same in the other type.
pub fn is_relabel(from: SqlType, to: SqlType) -> bool {
    use SqlType::{Char, Text, Unknown, Varchar};
    from == to
        || matches!(
            (from, to),
            (Text, Varchar | Char | Unknown)
                | (Varchar, Text | Char | Unknown)
                | (Unknown, Text | Varchar | Char)
        )
    // Not relabelled: integers to oid (the value wraps), char to text (blanks fall off).
}

/// The type that UNION, CASE, VALUES, IN, COALESCE, GREATEST and the like give their operands
/// (chapter 10.5). `context` is PostgreSQL's word for the construct, as its message begins.
pub fn common_type_for(context: &str, types: &[SqlType]) -> Result<SqlType> {
    let mut candidate: Option<SqlType> = None;
    for &ty in types.iter().filter(|ty| **ty != SqlType::Unknown) {
        let Some(chosen) = candidate else {
            candidate = Some(ty);
            continue;
        };
        if ty == chosen {
            continue;
        }
        if ty.category() != chosen.category() {
            return Err(Error::new(
                SqlState::DATATYPE_MISMATCH,
                format!("{context} types {} and {} cannot be matched", chosen.name(), ty.name()),
            ));
        }
        if !chosen.is_preferred() && implicit_cast(chosen, ty) && !implicit_cast(ty, chosen) {
            candidate = Some(ty);
        }
    }
    let chosen = candidate.unwrap_or(SqlType::Text);
    match types.iter().find(|ty| !implicit_cast(**ty, chosen)) {
        None => Ok(chosen),
        Some(ty) => Err(Error::new(
            SqlState::CANNOT_COERCE,
            format!("{context} could not convert type {} to {}", ty.name(), chosen.name()),
        )),
    }
}

/// [`common_type_for`] without its message.
pub fn common_type(types: &[SqlType]) -> Option<SqlType> {
    common_type_for("", types).ok()
}
