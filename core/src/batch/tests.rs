//! Batches and vectors against plain lists of values.

use crate::value::{Datum, Interval, SqlType};

use super::{Batch, Bitmap, Kind, Vector, interval_from_wide, wide_from_interval};

#[test]
fn a_filled_bitmap_has_no_bits_past_its_end() {
    // `any` and `count` look at whole words.
    for length in [0, 1, 63, 64, 65, 130] {
        let map = Bitmap::filled(length, true);
        assert_eq!(map.count(), length);
        assert_eq!(map.any(), length > 0);
        assert!(!map.get(length));
    }
}

#[test]
fn pushed_and_gathered_values_come_back() {
    // Null maps are grown lazily: a null after many values, and values after a null.
    let values: Vec<Datum> =
        (0..200).map(|at| if at % 7 == 3 { Datum::Null } else { Datum::Int(at * 3) }).collect();
    let mut vector = Vector::for_type(SqlType::Int4);
    values.iter().for_each(|value| vector.push_datum(value).unwrap());
    let rows: Vec<u32> = (0..200).rev().step_by(3).collect();
    let gathered = vector.gather(&rows);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(gathered.datum(at, SqlType::Int4).unwrap(), values[*row as usize]);
    }
    let mut joined = Vector::for_type(SqlType::Int4);
    joined.append(&vector, 0, 70);
    joined.append(&vector, 70, 200);
    for (at, value) in values.iter().enumerate() {
        assert_eq!(&joined.datum(at, SqlType::Int4).unwrap(), value);
    }
}

#[test]
fn every_kind_round_trips() {
    let cases = [
        (SqlType::Bool, Datum::Bool(true)),
        (SqlType::Float8, Datum::Float(-0.5)),
        (SqlType::Text, Datum::from("\u{e4}")),
        (SqlType::Bytea, Datum::Bytes(vec![0, 255].into())),
        (SqlType::Uuid, Datum::Uuid(u128::MAX - 4)),
        (SqlType::Interval, Datum::Interval(Interval { months: -1, days: 2, micros: -3 })),
    ];
    for (ty, value) in cases {
        let mut vector = Vector::for_type(ty);
        vector.push_datum(&value).unwrap();
        vector.push_null();
        assert_eq!(vector.datum(0, ty).unwrap(), value);
        assert_eq!(vector.datum(1, ty).unwrap(), Datum::Null);
        let filled = Vector::constant(&value, ty, 3).unwrap();
        assert_eq!((filled.len(), filled.datum(2, ty).unwrap()), (3, value));
        assert!(Vector::constant(&Datum::Null, ty, 2).unwrap().is_null(1));
    }
}

#[test]
fn a_value_of_another_kind_is_an_error() {
    assert!(Vector::for_type(SqlType::Int4).push_datum(&Datum::from("x")).is_err());
    let mut bytes = Vector::with_capacity(Kind::Bytes, 1);
    bytes.push_datum(&Datum::Bytes(vec![0xff].into())).unwrap();
    assert!(bytes.datum(0, SqlType::Text).is_err(), "not UTF-8");
}

#[test]
fn interval_parts_do_not_leak_into_each_other() {
    for interval in [
        Interval { months: -1, days: -1, micros: -1 },
        Interval { months: i32::MIN, days: i32::MAX, micros: i64::MIN },
        Interval { months: 0, days: 1, micros: 0 },
    ] {
        assert_eq!(interval_from_wide(wide_from_interval(interval)), interval);
    }
}

#[test]
fn a_batch_without_columns_still_counts_rows() {
    let mut batch = Batch::default();
    batch.push_row(&[]).unwrap();
    batch.push_row(&[]).unwrap();
    assert_eq!(batch.gather(&[1]).rows, 1);
    assert_eq!(batch.slice(0, 2).rows, 2);
}
