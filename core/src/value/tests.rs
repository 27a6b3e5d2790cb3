//! Input, output and casts against PostgreSQL 15's answers (`cases/value.tsv`).
//!
//! A line is tab-separated: `parse type text => answer` or `cast type:text type => answer`; an answer
//! that begins with `!` is SQLSTATE and message of an error. The answers were printed by a server.

use super::{Datum, SqlType, TypeName, cast, cast_level};
use crate::error::Result;

fn argument(text: &str) -> Result<(Datum, TypeName)> {
    let (ty, value) = text.split_once(':').expect("an argument is type:text");
    let ty = TypeName::parse(ty)?;
    let datum = if value == "NULL" { Datum::Null } else { Datum::parse(value, ty)? };
    Ok((datum, ty))
}

fn run(fields: &[&str]) -> Result<String> {
    let (datum, ty) = match fields {
        ["parse", ty, text] => {
            let ty = TypeName::parse(ty)?;
            // As a literal with `::`: strings too long are cut.
            (cast(&Datum::from(*text), SqlType::Unknown, ty, true)?, ty)
        }
        ["cast", from, to] => {
            let ((datum, from), to) = (argument(from)?, TypeName::parse(to)?);
            if cast_level(from.ty, to.ty).is_none() {
                return Err(super::cannot_cast(from.ty, to.ty));
            }
            (cast(&datum, from.ty, to, true)?, to)
        }
        _ => panic!("not a case: {fields:?}"),
    };
    Ok(if datum.is_null() { "<NULL>".into() } else { datum.to_text(ty.ty) })
}

#[test]
fn values_read_print_and_cast_as_in_postgresql() {
    // Every message and every digit counts: clients and dumps depend on both.
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("cases/value.tsv").lines().filter(|line| !line.is_empty()) {
        let (case, expected) = line.split_once("\t=> ").expect("a case has an answer");
        let fields: Vec<&str> = case.split('\t').collect();
        let actual = match run(&fields) {
            Ok(text) => text,
            Err(error) => format!("!{} {}", error.sqlstate(), error.message()),
        };
        count += 1;
        if actual != expected {
            wrong.push(format!("{case}\n   PostgreSQL: {expected}\n   DecentDB:   {actual}"));
        }
    }
    assert!(count > 400, "the table is there");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn type_names_print_as_they_were_read() {
    for (text, printed) in [
        ("int", "integer"),
        ("VARCHAR(10)", "character varying(10)"),
        ("character varying ( 10 )", "character varying(10)"),
        ("char", "character(1)"),
        ("bpchar", "bpchar"),
        ("numeric(10,2)", "numeric(10,2)"),
        ("decimal(5)", "numeric(5,0)"),
        ("numeric(3,-2)", "numeric(3,-2)"),
        ("timestamp(3) with time zone", "timestamp(3) with time zone"),
        ("timestamptz", "timestamp with time zone"),
        ("time(2)", "time(2) without time zone"),
        ("interval(3)", "interval(3)"),
        ("float(24)", "real"),
        ("float(25)", "double precision"),
        ("pg_catalog.int8", "bigint"),
    ] {
        assert_eq!(TypeName::parse(text).map(|ty| ty.to_string()).as_deref(), Ok(printed), "{text}");
    }
    for (text, state) in
        [("nosuch", "42704"), ("varchar(0)", "22023"), ("numeric(1001)", "22023"), ("int(3)", "42601")]
    {
        assert_eq!(TypeName::parse(text).unwrap_err().sqlstate().code(), state, "{text}");
    }
    for ty in SqlType::ALL {
        assert_eq!(SqlType::from_oid(ty.oid()), Some(ty));
        assert_eq!(SqlType::from_name(ty.internal_name()), Some(ty));
    }
}

#[test]
fn values_equal_in_sql_hash_alike() {
    // A hash join or GROUP BY would lose pairs otherwise.
    use core::hash::{BuildHasher, Hasher};
    let digest = |datum: &Datum, ty: SqlType| {
        let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
        super::hash(datum, ty, &mut hasher);
        hasher.finish()
    };
    for (ty, a, b) in [
        (SqlType::Numeric, "1.0", "1.000"),
        (SqlType::Numeric, "100", "1e2"),
        (SqlType::Numeric, "0.00", "0"),
        (SqlType::Numeric, "1e50", "1e50"),
        (SqlType::Float8, "-0", "0"),
        (SqlType::Float8, "NaN", "nan"),
        (SqlType::Char, "a", "a  "),
        (SqlType::Interval, "1 mon", "30 days"),
        (SqlType::Interval, "24:00", "1 day"),
    ] {
        let read = |text| Datum::parse(text, TypeName::plain(ty)).expect("a value");
        assert!(super::equal(&read(a), &read(b), ty), "{ty} {a} {b}");
        assert_eq!(digest(&read(a), ty), digest(&read(b), ty), "{ty} {a} {b}");
    }
}

#[test]
fn special_times_need_a_clock() {
    let now = 86_400_000_000 + 3_600_000_000;
    for (ty, text, shown) in [
        (SqlType::TimestampTz, "now", "2000-01-02 01:00:00+00"),
        (SqlType::Date, "today", "2000-01-02"),
        (SqlType::Date, "tomorrow", "2000-01-03"),
        (SqlType::Timestamp, "yesterday 04:05", "2000-01-01 04:05:00"),
        (SqlType::Time, "now", "01:00:00"),
    ] {
        let read = Datum::parse_at(text, TypeName::plain(ty), now).map(|datum| datum.to_text(ty));
        assert_eq!(read.as_deref(), Ok(shown), "{text}");
        assert_eq!(Datum::parse(text, TypeName::plain(ty)).unwrap_err().sqlstate().code(), "0A000");
    }
}

#[test]
fn common_types_are_postgresqls() {
    use super::common_type_for;
    use SqlType::{Date, Float8, Int2, Int4, Int8, Numeric, Text, TimestampTz, Unknown, Varchar};
    for (types, expected) in [
        (&[Int2, Int4][..], Ok(Int4)),
        (&[Int4, Numeric], Ok(Numeric)),
        (&[Numeric, Float8, Int8], Ok(Float8)),
        (&[Unknown, Int4], Ok(Int4)),
        (&[Unknown, Unknown], Ok(Text)),
        (&[Varchar, Text], Ok(Varchar)),
        (&[Text, Varchar], Ok(Text)),
        (&[Varchar, Unknown], Ok(Varchar)),
        (&[Date, TimestampTz], Ok(TimestampTz)),
        (&[Int4, Text], Err("UNION types integer and text cannot be matched")),
    ] {
        let common = common_type_for("UNION", types);
        assert_eq!(common.as_ref().map_err(|error| error.message()), expected.as_ref().map_err(|m| *m));
    }
}

#[test]
fn no_text_makes_the_readers_panic() {
    // Pieces of real spellings in random order reach deeper than random bytes do. Seed 20240229.
    const PIECES: &[&str] = &[
        "1",
        "12",
        "99",
        "2024",
        "-",
        "+",
        ":",
        ".",
        "/",
        " ",
        "T",
        "Z",
        "e",
        "E5",
        "e-9",
        "BC",
        "jan",
        "J",
        "P",
        "PT",
        "Y",
        "M",
        "D",
        "h",
        "year",
        "mon",
        "days",
        "ago",
        "@",
        "infinity",
        "nan",
        "inf",
        "am",
        "pm",
        "\u{e9}",
        "\\x",
        "\\",
        "0",
        "00000000",
        "9223372036854775807",
        "99999999999999999999",
        "{",
        "}",
        "a0",
        "utc",
        "+25",
        ",",
        "t",
        "today",
        "now",
        "allballs",
        "epoch",
        "week",
    ];
    let mut state = 20_240_229u64;
    let mut draw = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % bound
    };
    for _ in 0..60_000 {
        let count = 1 + draw(7);
        let text: String = (0..count).map(|_| PIECES[draw(PIECES.len())]).collect();
        let ty = SqlType::ALL[draw(SqlType::ALL.len())];
        if let Ok(datum) = Datum::parse_at(&text, TypeName::plain(ty), 0)
            && !matches!(ty, SqlType::Unknown | SqlType::Void)
        {
            // What is printed reads back as an equal value.
            let shown = datum.to_text(ty);
            let again = Datum::parse(&shown, TypeName::plain(ty));
            assert!(
                again.as_ref().is_ok_and(|again| super::equal(again, &datum, ty)),
                "{ty} {text:?} printed {shown:?} read {again:?}"
            );
        }
    }
}
