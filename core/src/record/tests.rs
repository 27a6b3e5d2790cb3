//! Round trips of cells, and the order of keys, over values of every type.

use crate::base::Cell;
use crate::value::{Datum, SqlType, TypeName, compare};

use super::{decode, encode, encode_row, key};

/// Values at and around the ends and turning points of each type's encoding.
fn samples(ty: SqlType) -> Vec<Datum> {
    let texts: &[&str] = match ty {
        SqlType::Bool => &["f", "t"],
        SqlType::Int2 => &["-32768", "-1", "0", "1", "255", "256", "32767"],
        SqlType::Int4 => &["-2147483648", "-65536", "-1", "0", "1", "65535", "2147483647"],
        SqlType::Int8 => &["-9223372036854775808", "-1", "0", "1", "4294967296", "9223372036854775807"],
        SqlType::Oid => &["0", "1", "2147483648", "4294967295"],
        SqlType::Float4 => &["-Infinity", "-1.5", "-1e-40", "-0", "0", "1e-40", "2.5", "Infinity", "NaN"],
        SqlType::Float8 => {
            &["-Infinity", "-1.5", "-5e-324", "-0", "0", "5e-324", "2.5", "1e300", "Infinity", "NaN"]
        }
        SqlType::Numeric => &[
            "-Infinity",
            "-1e300",
            "-1e30",
            "-100",
            "-99.99",
            "-10",
            "-9.9",
            "-1.01",
            "-1.0",
            "-1",
            "-0.5",
            "-0.05",
            "-1e-20",
            "-1e-300",
            "0",
            "0.000",
            "1e-300",
            "1e-20",
            "0.009",
            "0.01",
            "0.05",
            "0.1",
            "0.5",
            "0.99",
            "1",
            "1.00",
            "1.01",
            "9.9",
            "10",
            "99",
            "99.99",
            "100",
            "101",
            "1e30",
            "1e239",
            "1e241",
            "1e300",
            "1e5000",
            "Infinity",
            "NaN",
        ],
        SqlType::Text | SqlType::Varchar | SqlType::Name | SqlType::Unknown => {
            &["", "\u{1}", "a", "a\u{1}", "aa", "ab", "b", "\u{e9}", "\u{1f600}"]
        }
        SqlType::Char => &["", " ", "a", "a  ", "a b", "b"],
        SqlType::Bytea => &[
            "\\x", "\\x00", "\\x0000", "\\x0001", "\\x00ff", "\\x01", "\\x6100", "\\x61", "\\xff", "\\xffff",
        ],
        SqlType::Date => &["-infinity", "4714-11-24 BC", "1999-12-31", "2000-01-01", "infinity"],
        SqlType::Time => &["00:00", "12:34:56.789", "24:00"],
        SqlType::Timestamp | SqlType::TimestampTz => {
            &["-infinity", "4714-11-24 BC", "1999-12-31 23:59:59.999999", "2000-01-01", "infinity"]
        }
        SqlType::Interval => &[
            "-1 year",
            "-1 day",
            "-00:00:01",
            "0",
            "00:00:01",
            "24:00",
            "1 day",
            "29 days",
            "1 mon",
            "30 days",
            "178000000 years",
            "-178000000 years",
        ],
        SqlType::Uuid => &[
            "00000000-0000-0000-0000-000000000000",
            "7fffffff-ffff-ffff-ffff-ffffffffffff",
            "80000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ],
        SqlType::Void | SqlType::AnyElement | SqlType::AnyArray | SqlType::Enum(_) => &[],
        SqlType::TimeTz => &["00:00+15", "00:00+00", "12:00-03:30", "24:00-15"],
        SqlType::Json => &["1", "[1, 2]"],
        SqlType::Jsonb => &[
            "[]",
            "null",
            "\"\"",
            "\"a\"",
            "-1",
            "1.0",
            "1",
            "false",
            "true",
            "[1]",
            "[1,\"x\"]",
            "{}",
            "{\"a\":1}",
        ],
        SqlType::Jsonpath => &["$", "strict $.\"a\"[*]"],
        SqlType::Regtype => &["int4", "text"],
        SqlType::Regclass => return vec![Datum::from("00000001a"), Datum::from("ffffffffb")],
        SqlType::Array(_) => &["{}", "{1}", "{1,1}", "{1,NULL}", "{2}", "{{1},{2}}", "[0:1]={1,2}", "{-5}"],
    };
    texts.iter().map(|text| Datum::parse(text, TypeName::plain(ty)).expect("a value")).collect()
}

#[test]
fn cells_read_back() {
    // A sign or a width lost in a cell would corrupt a stored row.
    for ty in SqlType::ALL.into_iter().chain(SqlType::Int4.array()) {
        for datum in samples(ty).into_iter().chain([Datum::Null]) {
            let mut scratch = Vec::new();
            let back = decode(encode(&datum, ty, &mut scratch), ty).expect("a cell");
            match (&back, &datum) {
                (Datum::Float(a), Datum::Float(b)) => assert_eq!(a.to_bits(), b.to_bits()),
                _ => assert_eq!(back, datum, "{ty}"),
            }
        }
    }
}

#[test]
fn a_row_of_several_numerics_keeps_them_apart() {
    let types = [SqlType::Numeric, SqlType::Text, SqlType::Numeric, SqlType::Numeric];
    let row = [
        Datum::Numeric("1.5".parse_numeric()),
        Datum::from("x"),
        Datum::Null,
        Datum::Numeric("-123456789012345678901234567890".parse_numeric()),
    ];
    let (mut scratch, mut cells) = (Vec::new(), Vec::new());
    encode_row(&row, &types, &mut scratch, &mut cells).expect("a row");
    let back: Vec<Datum> =
        cells.iter().zip(types).map(|(cell, ty)| decode(*cell, ty).expect("a cell")).collect();
    assert_eq!(back, row);
    assert_eq!(cells[2], Cell::Null);
}

trait ParseNumeric {
    fn parse_numeric(&self) -> crate::value::Numeric;
}

impl ParseNumeric for str {
    fn parse_numeric(&self) -> crate::value::Numeric {
        crate::value::Numeric::parse(self).expect("a number")
    }
}

#[test]
fn damaged_cells_are_errors() {
    assert!(decode(Cell::Int(2), SqlType::Bool).is_err());
    assert!(decode(Cell::Bytes(&[0xff]), SqlType::Text).is_err());
    assert!(decode(Cell::Int(1), SqlType::Text).is_err());
    assert!(decode(Cell::Bytes(&[]), SqlType::Numeric).is_err());
}

#[test]
fn keys_order_as_values_do() {
    // K1 and K3, for every pair, both directions and both places of NULL.
    for ty in SqlType::ALL.into_iter().chain(SqlType::Int4.array()) {
        let values: Vec<Datum> = samples(ty).into_iter().chain([Datum::Null]).collect();
        for (descending, nulls_first) in [(false, false), (false, true), (true, false), (true, true)] {
            let encoded = |datum: &Datum| {
                let mut out = Vec::new();
                key::encode(&mut out, datum, ty, descending, nulls_first);
                out
            };
            for a in &values {
                for b in &values {
                    let expected = match (a.is_null(), b.is_null()) {
                        (false, false) if descending => compare(b, a, ty),
                        (false, false) => compare(a, b, ty),
                        (x, y) if nulls_first => y.cmp(&x),
                        (x, y) => x.cmp(&y),
                    };
                    let (x, y) = (encoded(a), encoded(b));
                    assert_eq!(x.cmp(&y), expected, "{ty} {a:?} {b:?} {descending} {x:?} {y:?}");
                    // K2: a following column cannot change the order of different values.
                    assert!(x == y || !y.starts_with(&x), "{ty} {a:?} {b:?}");
                }
            }
        }
    }
}

#[test]
fn keys_read_back_and_leave_the_rest() {
    for ty in SqlType::ALL.into_iter().chain(SqlType::Int4.array()) {
        for datum in samples(ty).into_iter().chain([Datum::Null]) {
            for descending in [false, true] {
                let mut bytes = Vec::new();
                key::encode(&mut bytes, &datum, ty, descending, false);
                bytes.push(42);
                let mut rest = &bytes[..];
                let back = key::decode(&mut rest, ty, descending).expect("a key");
                assert_eq!(rest, [42], "{ty} {datum:?}");
                if key::is_reversible(ty) {
                    assert_eq!(back, datum);
                } else {
                    assert!(compare(&back, &datum, ty).is_eq(), "{ty} {datum:?} {back:?}");
                }
                // A cut key is an error, not a panic.
                for length in 0..bytes.len() - 1 {
                    assert!(key::decode(&mut &bytes[..length], ty, descending).is_err(), "{ty} {datum:?}");
                }
            }
        }
    }
}

#[test]
fn random_numerics_order_by_their_keys() {
    // Exponents, odd and even digit counts and trailing zeros in all mixtures.
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut draw = |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    let mut values = Vec::new();
    for _ in 0..400 {
        let sign = if draw(2) == 0 { "-" } else { "" };
        let digits = u32::try_from(draw(15)).expect("small") + 1;
        let whole = draw(10u64.pow(digits));
        let exponent = draw(40) as i64 - 20;
        values.push(Datum::Numeric(format!("{sign}{whole}e{exponent}").parse_numeric()));
    }
    let encoded = |datum: &Datum| {
        let mut out = Vec::new();
        key::encode(&mut out, datum, SqlType::Numeric, false, false);
        out
    };
    for a in &values {
        for b in &values {
            assert_eq!(encoded(a).cmp(&encoded(b)), compare(a, b, SqlType::Numeric), "{a:?} {b:?}");
        }
    }
}

#[test]
fn the_end_of_a_prefix_is_the_next_key() {
    assert_eq!(key::prefix_end(&[1, 2]), Some(vec![1, 3]));
    assert_eq!(key::prefix_end(&[1, 0xff]), Some(vec![2]));
    assert_eq!(key::prefix_end(&[0xff, 0xff]), None);
}
