//! Functions, operators and aggregates against PostgreSQL 15's answers (`cases/*.tsv`).
//!
//! A line is tab-separated: `call name type:text ..`, `op symbol left right`, `pre symbol operand` or
//! `agg name row;row`, then `=> answer`; an answer that begins with `!` is SQLSTATE and message of an
//! error. The answers were printed by a server.

use super::*;
use crate::value::{Array, TypeName, arithmetic, cast, compare};

struct Fixed;

impl FunctionContext for Fixed {
    fn transaction_time(&self) -> i64 {
        0
    }
    fn statement_time(&self) -> i64 {
        0
    }
    fn clock_time(&self) -> i64 {
        0
    }
    fn entropy(&self, out: &mut [u8]) {
        out.fill(7);
    }
    fn next_value(&self, _: &str) -> Result<i64> {
        Ok(1)
    }
    fn current_value(&self, _: &str) -> Result<i64> {
        Ok(1)
    }
    fn setting(&self, _: &str) -> Option<String> {
        None
    }
}

fn argument(text: &str) -> Result<(Datum, SqlType)> {
    let (ty, value) = text.split_once(':').expect("an argument is type:text");
    let ty = TypeName::parse(ty)?;
    Ok((if value == "NULL" { Datum::Null } else { Datum::parse(value, ty)? }, ty.ty))
}

fn show(datum: &Datum, ty: SqlType) -> String {
    if datum.is_null() { "<NULL>".into() } else { datum.to_text(ty) }
}

fn coerced(given: &[(Datum, SqlType)], wanted: &[SqlType]) -> Result<Vec<Datum>> {
    given
        .iter()
        .zip(wanted)
        .map(|((datum, from), to)| cast(datum, *from, TypeName::plain(*to), true))
        .collect()
}

fn call_resolved(resolved: &Resolved<FunctionId>, given: &[(Datum, SqlType)]) -> Result<String> {
    let mut arguments = coerced(given, &resolved.arguments)?;
    if resolved.typed {
        arguments.extend(resolved.arguments.iter().map(|ty| Datum::Int(i64::from(ty.oid()))));
    }
    Ok(show(&call(resolved.id, &arguments, &Fixed)?, resolved.result))
}

fn operate(symbol: &str, left: Option<(Datum, SqlType)>, right: (Datum, SqlType)) -> Result<String> {
    let resolution = resolve_operator(symbol, left.as_ref().map(|(_, ty)| *ty), right.1)?;
    let sides: Vec<(Datum, SqlType)> = left.into_iter().chain([right]).collect();
    Ok(match resolution {
        OperatorResolution::Arithmetic { op, ty } => {
            let sides = coerced(&sides, &[ty, ty])?;
            show(&arithmetic::datums(op, &sides[0], &sides[1], ty)?, ty)
        }
        OperatorResolution::Compare { op, ty } => {
            let sides = coerced(&sides, &[ty, ty])?;
            show(&Datum::Bool(op.holds(compare(&sides[0], &sides[1], ty))), SqlType::Bool)
        }
        OperatorResolution::Negate { ty } => show(&arithmetic::negate(&coerced(&sides, &[ty])?[0], ty)?, ty),
        OperatorResolution::Identity { ty } => show(&coerced(&sides, &[ty])?[0], ty),
        OperatorResolution::Like { insensitive, negated } => {
            let sides = coerced(&sides, &[SqlType::Text, SqlType::Text])?;
            let (Datum::Text(text), Datum::Text(pattern)) = (&sides[0], &sides[1]) else { panic!("text") };
            let hit = like::matches(text, pattern, None, insensitive)?;
            show(&Datum::Bool(hit != negated), SqlType::Bool)
        }
        OperatorResolution::Call(resolved) => call_resolved(&resolved, &sides)?,
    })
}

fn aggregate(name: &str, rows: &str) -> Result<String> {
    let rows: Vec<Vec<(Datum, SqlType)>> =
        rows.split(';').map(|row| row.split(',').map(argument).collect()).collect::<Result<_>>()?;
    let types: Vec<SqlType> = rows[0].iter().map(|(_, ty)| *ty).collect();
    let resolved = resolve_aggregate(name, &types)?;
    let mut state = accumulator(resolved.id, &resolved.arguments)?;
    for row in &rows {
        let arguments = coerced(row, &resolved.arguments)?;
        if !(resolved.strict && arguments.iter().any(Datum::is_null)) {
            state.step(&arguments)?;
        }
    }
    Ok(show(&state.finish()?, resolved.result))
}

fn run(fields: &[&str]) -> Result<String> {
    match fields {
        ["call", name, arguments @ ..] => {
            let given = arguments.iter().map(|text| argument(text)).collect::<Result<Vec<_>>>()?;
            let types: Vec<SqlType> = given.iter().map(|(_, ty)| *ty).collect();
            call_resolved(&resolve_scalar(name, &types)?, &given)
        }
        ["op", symbol, left, right] => operate(symbol, Some(argument(left)?), argument(right)?),
        ["pre", symbol, right] => operate(symbol, None, argument(right)?),
        ["agg", name, rows] => aggregate(name, rows),
        _ => panic!("not a case: {fields:?}"),
    }
}

fn check(table: &str, least: usize) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in table.lines().filter(|line| !line.is_empty()) {
        let (case, expected) = line.split_once("\t=> ").expect("a case has an answer");
        let fields: Vec<&str> = case.split('\t').collect();
        let actual = match run(&fields) {
            Ok(text) => text.replace('\n', "\\n"),
            Err(error) => format!("!{} {}", error.sqlstate(), error.message()),
        };
        count += 1;
        if actual != expected {
            wrong.push(format!("{case}\n   PostgreSQL: {expected}\n   DecentDB:   {actual}"));
        }
    }
    assert!(count >= least, "the table is there");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn functions_and_operators_answer_as_in_postgresql() {
    // Which signature is chosen, how many digits a quotient has, what a message says.
    check(include_str!("cases/function.tsv"), 2000);
}

#[test]
fn aggregates_answer_as_in_postgresql() {
    // Result types and scales; NULLs left out; empty groups.
    check(include_str!("cases/aggregate.tsv"), 200);
}

#[test]
fn like_takes_escapes_and_folds_case() {
    // A wrong resume point would loop or miss; a wrong width would split a character.
    for (text, pattern, escape, insensitive, expected) in [
        ("a%c", "a!%c", Some("!"), false, true),
        ("abc", "a!%c", Some("!"), false, false),
        ("a\\c", "a\\c", Some(""), false, true),
        ("\u{c9}t\u{c9}", "\u{e9}_\u{e9}", None, true, true),
        ("HELLO", "h%O", None, true, true),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%a%a%c", None, false, false),
    ] {
        assert_eq!(like::matches(text, pattern, escape, insensitive), Ok(expected), "{text} {pattern}");
    }
    let two = like::matches("a", "a", Some("xy"), false).unwrap_err();
    assert_eq!(two.sqlstate().code(), "22025");
    assert_eq!(like::matches("ab", "a\\", None, false).unwrap_err().sqlstate().code(), "22025");
}

#[test]
fn every_operator_function_is_registered() {
    // The operator table names functions; a missing one would be an internal error at run time.
    let symbols = [
        "+", "-", "*", "/", "%", "^", "||", "|/", "||/", "@", "&", "|", "#", "~", "<<", ">>", "^@", "~~",
        "!~~", "~~*", "!~~*", "=", "<",
    ];
    for symbol in symbols {
        for right in SqlType::ALL {
            for left in SqlType::ALL.into_iter().map(Some).chain([None]) {
                if let Err(error) = resolve_operator(symbol, left, right) {
                    assert!(
                        matches!(error.sqlstate().code(), "42883" | "42725"),
                        "{symbol} {left:?} {right:?}: {error:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn an_id_finds_its_function() {
    let length = resolve_scalar("length", &[SqlType::Text]).expect("it exists");
    assert_eq!(scalar_name(length.id), "length");
    assert!(call(FunctionId(u16::MAX), &[], &Fixed).is_err());
    let sum = resolve_aggregate("sum", &[SqlType::Int4]).expect("it exists");
    assert_eq!(aggregate_name(sum.id), "sum");
    assert!(accumulator(AggregateId(u16::MAX), &[]).is_err());
    assert_eq!(resolve_aggregate("count", &[]).unwrap_err().sqlstate().code(), "42809");
    assert_eq!(resolve_aggregate_star("count").map(|count| count.strict), Ok(false));
}

#[test]
fn the_clock_and_chance_come_from_the_context() {
    let run = |name: &str| {
        let resolved = resolve_scalar(name, &[]).expect("it exists");
        call_resolved(&resolved, &[]).expect("it answers")
    };
    assert_eq!(run("now"), "2000-01-01 00:00:00+00");
    assert_eq!(run("current_date"), "2000-01-01");
    assert_eq!(run("gen_random_uuid"), "07070707-0707-4707-8707-070707070707");
    let random: f64 = run("random").parse().expect("a float");
    assert!((0.0..1.0).contains(&random));
}

/// Awkward values of a type: ends of ranges, empty, infinite, wide characters.
fn awkward(ty: SqlType) -> Vec<Datum> {
    let texts: &[&str] = match ty {
        SqlType::Bool => &["t"],
        SqlType::Int2 => &["-32768", "0", "32767"],
        SqlType::Int4 => &["-2147483648", "-1", "0", "3", "2147483647"],
        SqlType::Int8 => &["-9223372036854775808", "-1", "0", "7", "9223372036854775807"],
        SqlType::Oid => &["0", "4294967295"],
        SqlType::Float4 | SqlType::Float8 => &["-Infinity", "-1e38", "-0", "1e-38", "0.5", "1e38", "NaN"],
        SqlType::Numeric => &[
            "-Infinity",
            "-99999999999999999999999999999999999999999.9",
            "-1",
            "0.000",
            "1e-30",
            "2.5",
            "1e40",
            "NaN",
        ],
        SqlType::Bytea => &["\\x", "\\x00ff"],
        SqlType::Date => &["-infinity", "4714-11-24 BC", "2000-02-29", "5874897-12-31", "infinity"],
        SqlType::Time => &["00:00", "24:00"],
        SqlType::TimeTz => &["00:00+15:59", "24:00-15:59"],
        SqlType::Json => &["{\"a\": [1, null]}", "[[],{}]", "\"x\"", "1e999"],
        SqlType::Jsonb => &["{\"a\": [1, null]}", "[[],{}]", "\"x\"", "-0.10", "null"],
        SqlType::Jsonpath => &["$", "strict $.a[*] ? (@ > 1 || exists (@.b))", "lax $.**.size()"],
        SqlType::Regtype => &["int4", "4294967295"],
        SqlType::Regclass => return vec![Datum::from("00000001a"), Datum::from("")],
        SqlType::Array(element) => {
            let items = awkward(element.ty());
            let arrays = [items.clone(), Vec::new(), vec![Datum::Null]];
            return arrays
                .into_iter()
                .filter_map(|items| Array::of(element.ty(), items).datum().ok())
                .collect();
        }
        SqlType::AnyArray => return SqlType::Int4.array().map(awkward).unwrap_or_default(),
        SqlType::AnyElement => return awkward(SqlType::Int4),
        SqlType::Timestamp | SqlType::TimestampTz => {
            &["-infinity", "4714-11-24 BC", "2000-02-29 23:59:59.999999", "294276-12-31 23:59:59", "infinity"]
        }
        SqlType::Interval => &[
            "-178956970 years -8 mons -2147483648 days",
            "0",
            "1 mon -1 day 00:00:01",
            "178956970 years 7 mons",
            "2147483647 days 2562047788:00:54.775807",
        ],
        SqlType::Uuid => &["ffffffff-ffff-ffff-ffff-ffffffffffff"],
        _ => &["", "a", "year", "%s%I%2$L%*s", "FMYYYY-9G9D9SPR", "\u{e9}\u{1f600}", "hex", "+3"],
    };
    texts.iter().map(|text| Datum::parse(text, TypeName::plain(ty)).expect("a value")).collect()
}

#[test]
fn no_function_panics_on_awkward_arguments() {
    // Overflow checks are on in this profile: any unchecked arithmetic shows.
    for (id, entry) in registry::entries() {
        let choices: Vec<Vec<Datum>> = match entry.parameters {
            [] => vec![awkward(SqlType::Text), awkward(SqlType::Text)],
            parameters => parameters.iter().map(|ty| awkward(*ty)).collect(),
        };
        let total: usize = choices.iter().map(Vec::len).product();
        // All combinations where they are few, evenly spread ones where they are many.
        let step = (total / 600).max(1);
        for combination in (0..total).step_by(step) {
            let mut rest = combination;
            let arguments: Vec<Datum> = choices
                .iter()
                .map(|values| {
                    let value = values[rest % values.len()].clone();
                    rest /= values.len();
                    value
                })
                .collect();
            let _may_fail = call(id, &arguments, &Fixed);
        }
    }
}

#[test]
fn no_operator_panics_on_awkward_operands() {
    for symbol in ["+", "-", "*", "/", "%", "<", "||", "<<"] {
        for left in SqlType::ALL {
            for right in SqlType::ALL {
                if left == SqlType::Void || right == SqlType::Void {
                    continue;
                }
                for a in awkward(left) {
                    for b in awkward(right) {
                        let _may_fail = operate(symbol, Some((a.clone(), left)), (b, right));
                    }
                }
            }
        }
    }
}
