//! Resolving an operator by its symbol and the types of its sides.
//!
//! Arithmetic, comparison and LIKE have their own nodes in the plan; everything else is a function.
//! The table holds PostgreSQL's signatures for our types, since which signatures exist decides
//! which one is chosen.

use crate::error::{Error, Result, SqlState};
use crate::value::{ArithmeticOp, CompareOp, SqlType};

use super::signature::{Choice, Parameter, choose};
use super::{FunctionId, Resolved, registry};

use SqlType::{
    AnyArray, AnyElement, Bool, Bytea, Char, Date, Float4, Float8, Int2, Int4, Int8, Interval, Json, Jsonb,
    Jsonpath, Name, Numeric, Oid, Regtype, Text, Time, TimeTz, Timestamp, TimestampTz, Uuid,
};

/// What an operator with these operands means.
#[derive(Clone, Debug)]
pub enum OperatorResolution {
    /// Both sides are cast to `ty`, which is the result's type, too.
    Arithmetic {
        /// Which.
        op: ArithmeticOp,
        /// A number type.
        ty: SqlType,
    },
    /// Both sides are cast to `ty`; the result is boolean.
    Compare {
        /// Which.
        op: CompareOp,
        /// Any type that has an order.
        ty: SqlType,
    },
    /// Minus before a number of type `ty`.
    Negate {
        /// A number type.
        ty: SqlType,
    },
    /// Plus before a number: the operand cast to `ty`.
    Identity {
        /// A number type.
        ty: SqlType,
    },
    /// `~~` and its kin, on text.
    Like {
        /// ILIKE.
        insensitive: bool,
        /// NOT LIKE.
        negated: bool,
    },
    /// A call; the sides are its arguments, in order.
    Call(Resolved<FunctionId>),
}

#[derive(Clone, Copy)]
enum Meaning {
    Arithmetic(ArithmeticOp, SqlType),
    Compare(CompareOp, SqlType),
    Negate(SqlType),
    Identity(SqlType),
    Like { insensitive: bool, negated: bool },
    Call(&'static str),
}

struct Candidate {
    parameters: Vec<Parameter>,
    meaning: Meaning,
}

/// Types that compare with themselves.
const ORDERED: [SqlType; 21] = [
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Text,
    Char,
    Name,
    Bytea,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Oid,
    TimeTz,
    Jsonb,
    Regtype,
];

/// Comparisons of different types, and the type both are compared as.
const MIXED: [(SqlType, SqlType, SqlType); 9] = [
    (Int2, Int4, Int4),
    (Int2, Int8, Int8),
    (Int4, Int8, Int8),
    (Float4, Float8, Float8),
    (Name, Text, Text),
    (Date, Timestamp, Timestamp),
    (Date, TimestampTz, TimestampTz),
    (Timestamp, TimestampTz, TimestampTz),
    (Numeric, Numeric, Numeric),
];

/// `text[]`
pub(super) const TEXTS: SqlType = Text.array().expect("text has arrays");

/// Operators that are functions: symbol, left, right, name of the function.
const CALLS: &[(&str, Option<SqlType>, SqlType, &str)] = &[
    ("||", Some(Text), Text, "textcat"),
    ("||", Some(Bytea), Bytea, "byteacat"),
    ("+", Some(Date), Int4, "date_pli"),
    ("+", Some(Int4), Date, "integer_pl_date"),
    ("-", Some(Date), Int4, "date_mii"),
    ("-", Some(Date), Date, "date_mi"),
    ("+", Some(Date), Time, "datetime_pl"),
    ("+", Some(Time), Date, "timedate_pl"),
    ("+", Some(Date), Interval, "date_pl_interval"),
    ("-", Some(Date), Interval, "date_mi_interval"),
    ("+", Some(Interval), Date, "interval_pl_date"),
    ("+", Some(Timestamp), Interval, "timestamp_pl_interval"),
    ("-", Some(Timestamp), Interval, "timestamp_mi_interval"),
    ("+", Some(Interval), Timestamp, "interval_pl_timestamp"),
    ("-", Some(Timestamp), Timestamp, "timestamp_mi"),
    ("+", Some(TimestampTz), Interval, "timestamptz_pl_interval"),
    ("-", Some(TimestampTz), Interval, "timestamptz_mi_interval"),
    ("+", Some(Interval), TimestampTz, "interval_pl_timestamptz"),
    ("-", Some(TimestampTz), TimestampTz, "timestamptz_mi"),
    ("+", Some(Time), Interval, "time_pl_interval"),
    ("-", Some(Time), Interval, "time_mi_interval"),
    ("+", Some(Interval), Time, "interval_pl_time"),
    ("-", Some(Time), Time, "time_mi_time"),
    ("+", Some(Interval), Interval, "interval_pl"),
    ("-", Some(Interval), Interval, "interval_mi"),
    ("*", Some(Interval), Float8, "interval_mul"),
    ("*", Some(Float8), Interval, "mul_d_interval"),
    ("/", Some(Interval), Float8, "interval_div"),
    ("-", None, Interval, "interval_um"),
    ("^", Some(Float8), Float8, "power"),
    ("^", Some(Numeric), Numeric, "power"),
    ("|/", None, Float8, "sqrt"),
    ("||/", None, Float8, "cbrt"),
    ("@", None, Int2, "abs"),
    ("@", None, Int4, "abs"),
    ("@", None, Int8, "abs"),
    ("@", None, Float4, "abs"),
    ("@", None, Float8, "abs"),
    ("@", None, Numeric, "abs"),
    ("&", Some(Int2), Int2, "int2and"),
    ("&", Some(Int4), Int4, "int4and"),
    ("&", Some(Int8), Int8, "int8and"),
    ("|", Some(Int2), Int2, "int2or"),
    ("|", Some(Int4), Int4, "int4or"),
    ("|", Some(Int8), Int8, "int8or"),
    ("#", Some(Int2), Int2, "int2xor"),
    ("#", Some(Int4), Int4, "int4xor"),
    ("#", Some(Int8), Int8, "int8xor"),
    ("~", None, Int2, "int2not"),
    ("~", None, Int4, "int4not"),
    ("~", None, Int8, "int8not"),
    ("<<", Some(Int2), Int4, "int2shl"),
    ("<<", Some(Int4), Int4, "int4shl"),
    ("<<", Some(Int8), Int4, "int8shl"),
    (">>", Some(Int2), Int4, "int2shr"),
    (">>", Some(Int4), Int4, "int4shr"),
    (">>", Some(Int8), Int4, "int8shr"),
    ("^@", Some(Text), Text, "starts_with"),
    ("||", Some(AnyArray), AnyElement, "array_append"),
    ("||", Some(AnyElement), AnyArray, "array_prepend"),
    ("||", Some(AnyArray), AnyArray, "array_cat"),
    ("@>", Some(AnyArray), AnyArray, "arraycontains"),
    ("<@", Some(AnyArray), AnyArray, "arraycontained"),
    ("&&", Some(AnyArray), AnyArray, "arrayoverlap"),
    ("||", Some(Jsonb), Jsonb, "jsonb_concat"),
    ("-", Some(Jsonb), Text, "jsonb_delete"),
    ("-", Some(Jsonb), Int4, "jsonb_delete"),
    ("-", Some(Jsonb), TEXTS, "jsonb_delete"),
    ("#-", Some(Jsonb), TEXTS, "jsonb_delete_path"),
    ("->", Some(Jsonb), Text, "jsonb_object_field"),
    ("->", Some(Jsonb), Int4, "jsonb_array_element"),
    ("->>", Some(Jsonb), Text, "jsonb_object_field_text"),
    ("->>", Some(Jsonb), Int4, "jsonb_array_element_text"),
    ("#>", Some(Jsonb), TEXTS, "jsonb_extract_path_op"),
    ("#>>", Some(Jsonb), TEXTS, "jsonb_extract_path_text_op"),
    ("->", Some(Json), Text, "json_object_field"),
    ("->", Some(Json), Int4, "json_array_element"),
    ("->>", Some(Json), Text, "json_object_field_text"),
    ("->>", Some(Json), Int4, "json_array_element_text"),
    ("#>", Some(Json), TEXTS, "json_extract_path_op"),
    ("#>>", Some(Json), TEXTS, "json_extract_path_text_op"),
    ("@>", Some(Jsonb), Jsonb, "jsonb_contains"),
    ("<@", Some(Jsonb), Jsonb, "jsonb_contained"),
    ("@?", Some(Jsonb), Jsonpath, "jsonb_path_exists_opr"),
    ("@@", Some(Jsonb), Jsonpath, "jsonb_path_match_opr"),
    ("?", Some(Jsonb), Text, "jsonb_exists"),
    ("?|", Some(Jsonb), TEXTS, "jsonb_exists_any"),
    ("?&", Some(Jsonb), TEXTS, "jsonb_exists_all"),
    ("~", Some(Text), Text, "textregexeq"),
    ("!~", Some(Text), Text, "textregexne"),
    ("~*", Some(Text), Text, "texticregexeq"),
    ("!~*", Some(Text), Text, "texticregexne"),
    ("+", Some(Date), TimeTz, "datetimetz_pl"),
    ("+", Some(TimeTz), Date, "timetzdate_pl"),
    ("+", Some(TimeTz), Interval, "timetz_pl_interval"),
    ("-", Some(TimeTz), Interval, "timetz_mi_interval"),
    ("+", Some(Interval), TimeTz, "interval_pl_timetz"),
];

fn binary(left: SqlType, right: SqlType, meaning: Meaning) -> Candidate {
    Candidate { parameters: vec![Parameter::Of(left), Parameter::Of(right)], meaning }
}

fn prefix(right: SqlType, meaning: Meaning) -> Candidate {
    Candidate { parameters: vec![Parameter::Of(right)], meaning }
}

fn arithmetic(op: ArithmeticOp, out: &mut Vec<Candidate>) {
    let mut add = |left, right, ty| out.push(binary(left, right, Meaning::Arithmetic(op, ty)));
    for ty in [Int2, Int4, Int8, Numeric] {
        add(ty, ty, ty);
    }
    if op == ArithmeticOp::Modulo {
        return;
    }
    for (narrow, wide) in [(Int2, Int4), (Int2, Int8), (Int4, Int8), (Float4, Float8)] {
        add(narrow, wide, wide);
        add(wide, narrow, wide);
    }
    add(Float4, Float4, Float4);
    add(Float8, Float8, Float8);
}

fn candidates(symbol: &str, is_prefix: bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    if is_prefix {
        for ty in [Int2, Int4, Int8, Float4, Float8, Numeric] {
            match symbol {
                "-" => found.push(prefix(ty, Meaning::Negate(ty))),
                "+" => found.push(prefix(ty, Meaning::Identity(ty))),
                _ => {}
            }
        }
    } else if let Some(op) = CompareOp::from_symbol(symbol) {
        found.extend(ORDERED.iter().map(|ty| binary(*ty, *ty, Meaning::Compare(op, *ty))));
        for (one, other, ty) in MIXED.iter().filter(|(one, other, _)| one != other) {
            found.push(binary(*one, *other, Meaning::Compare(op, *ty)));
            found.push(binary(*other, *one, Meaning::Compare(op, *ty)));
        }
    } else if let Some(op) = ArithmeticOp::from_symbol(symbol) {
        arithmetic(op, &mut found);
    } else if let Some((insensitive, negated)) = match symbol {
        "~~" => Some((false, false)),
        "~~*" => Some((true, false)),
        "!~~" => Some((false, true)),
        "!~~*" => Some((true, true)),
        _ => None,
    } {
        let meaning = Meaning::Like { insensitive, negated };
        found.extend([Name, Text].map(|ty| binary(ty, Text, meaning)));
        // The padding of char takes part here, although it does not in comparisons.
        let padded = match (insensitive, negated) {
            (false, false) => "bpcharlike",
            (false, true) => "bpcharnlike",
            (true, false) => "bpchariclike",
            (true, true) => "bpcharicnlike",
        };
        found.push(binary(Char, Text, Meaning::Call(padded)));
        if !insensitive {
            found.push(binary(Bytea, Bytea, Meaning::Call(if negated { "notlike" } else { "like" })));
        }
    }
    for (_, left, right, name) in
        CALLS.iter().filter(|(at, left, ..)| *at == symbol && left.is_none() == is_prefix)
    {
        found.push(match left {
            Some(left) => binary(*left, *right, Meaning::Call(name)),
            None => prefix(*right, Meaning::Call(name)),
        });
    }
    if symbol == "||" && !is_prefix {
        let (any, text) = (Parameter::AnyNonArray, Parameter::Of(Text));
        let meaning = Meaning::Call("textcat");
        found.push(Candidate { parameters: vec![any, text], meaning });
        found.push(Candidate { parameters: vec![text, any], meaning });
    }
    found
}

/// Resolves `left symbol right`, or `symbol right` without a left side.
///
/// A side that is an untyped literal or parameter has type `Unknown`. Each side is then cast,
/// explicitly, to the type the resolution names.
pub fn resolve_operator(symbol: &str, left: Option<SqlType>, right: SqlType) -> Result<OperatorResolution> {
    match left.and_then(|left| resolve_usual(symbol, left, right)) {
        Some(resolution) => Ok(resolution),
        None => resolve_listed(symbol, left, right),
    }
}

/// Comparisons and sums of types that fit as they are: what the list would answer, without making it. Nearly
/// all operators of a text are such.
fn resolve_usual(symbol: &str, left: SqlType, right: SqlType) -> Option<OperatorResolution> {
    let (left, right) = match (left, right) {
        (SqlType::Unknown, other) | (other, SqlType::Unknown) => (other, other),
        sides => sides,
    };
    if let Some(op) = CompareOp::from_symbol(symbol) {
        let mixed = |(one, other, _): &&(SqlType, SqlType, SqlType)| {
            (*one, *other) == (left, right) || (*other, *one) == (left, right)
        };
        let ty = match left == right {
            true => ORDERED.contains(&left).then_some(left),
            false => MIXED.iter().find(mixed).map(|(_, _, ty)| *ty),
        };
        return ty.map(|ty| OperatorResolution::Compare { op, ty });
    }
    let op = ArithmeticOp::from_symbol(symbol)?;
    let fits = left == right && [Int2, Int4, Int8, Numeric].contains(&left);
    fits.then_some(OperatorResolution::Arithmetic { op, ty: left })
}

/// Chooses from all signatures of the symbol.
fn resolve_listed(symbol: &str, left: Option<SqlType>, right: SqlType) -> Result<OperatorResolution> {
    let found = candidates(symbol, left.is_none());
    let parameters: Vec<Vec<Parameter>> =
        found.iter().map(|candidate| candidate.parameters.clone()).collect();
    let arguments: Vec<SqlType> = left.into_iter().chain([right]).collect();
    // Arrays and enumerations compare with their own kind.
    if let (Some(op), [a, b]) = (CompareOp::from_symbol(symbol), arguments.as_slice()) {
        let own = [*a, *b].into_iter().find(|ty| matches!(ty, SqlType::Array(_) | SqlType::Enum(_)));
        if let Some(ty) = own
            && arguments.iter().all(|argument| *argument == ty || *argument == SqlType::Unknown)
        {
            return Ok(OperatorResolution::Compare { op, ty });
        }
    }
    // An untyped side first tries the type of the other one.
    let supposed: Vec<SqlType> = match arguments[..] {
        [SqlType::Unknown, other] | [other, SqlType::Unknown] => vec![other, other],
        _ => arguments.clone(),
    };
    let exact = parameters.iter().position(|candidate| {
        supposed.iter().zip(candidate).all(|(argument, p)| *p == Parameter::Of(*argument))
    });
    let choice = exact.map_or_else(|| choose(&parameters, &arguments), Choice::One);
    let problem = match choice {
        Choice::One(at) => return resolution(&found[at], &arguments),
        Choice::None => "does not exist",
        Choice::Ambiguous => "is not unique",
    };
    let text = match left {
        Some(left) => format!("{} {symbol} {}", left.name(), right.name()),
        None => format!("{symbol} {}", right.name()),
    };
    let plural = left.is_some();
    Err(match choice {
        Choice::Ambiguous => {
            Error::new(SqlState::AMBIGUOUS_FUNCTION, format!("operator {problem}: {text}")).with_hint(
                "Could not choose a best candidate operator. You might need to add explicit type casts.",
            )
        }
        Choice::None | Choice::One(_) => {
            Error::new(SqlState::UNDEFINED_FUNCTION, format!("operator {problem}: {text}")).with_hint(
                if plural {
                    "No operator matches the given name and argument types. You might need to add explicit type casts."
                } else {
                    "No operator matches the given name and argument type. You might need to add an explicit type cast."
                },
            )
        }
    })
}

fn resolution(candidate: &Candidate, arguments: &[SqlType]) -> Result<OperatorResolution> {
    Ok(match candidate.meaning {
        Meaning::Arithmetic(op, ty) => OperatorResolution::Arithmetic { op, ty },
        Meaning::Compare(op, ty) => OperatorResolution::Compare { op, ty },
        Meaning::Negate(ty) => OperatorResolution::Negate { ty },
        Meaning::Identity(ty) => OperatorResolution::Identity { ty },
        Meaning::Like { insensitive, negated } => OperatorResolution::Like { insensitive, negated },
        Meaning::Call(name) => {
            let types: Vec<SqlType> = candidate
                .parameters
                .iter()
                .map(|parameter| match parameter {
                    Parameter::Of(ty) => *ty,
                    // `||` with a value of any type takes it as text.
                    Parameter::Any | Parameter::AnyNonArray | Parameter::AnyAsText => Text,
                })
                .collect();
            let mut call = registry::exact(name, &types)
                .ok_or_else(|| Error::internal(format!("operator function {name} is not registered")))?;
            if types.iter().any(|ty| ty.is_polymorphic()) {
                (call.arguments, call.result) =
                    registry::settled(&candidate.parameters, arguments, call.result)?;
            }
            OperatorResolution::Call(call)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use SqlType::Varchar;

    #[test]
    fn the_usual_operators_mean_what_the_list_says() {
        let types = ORDERED.into_iter().chain([Varchar, SqlType::Unknown]);
        let mut usual = 0;
        for symbol in ["=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "^", "||", "~~", "&"] {
            for left in types.clone() {
                for right in types.clone() {
                    if let Some(resolution) = resolve_usual(symbol, left, right) {
                        let listed = resolve_listed(symbol, Some(left), right);
                        let wanted = listed.map(|listed| format!("{listed:?}")).map_err(|_| ());
                        assert_eq!(Ok(format!("{resolution:?}")), wanted, "{left:?} {symbol} {right:?}");
                        usual += 1;
                    }
                }
            }
        }
        assert!(usual > 300, "{usual}");
    }
}
