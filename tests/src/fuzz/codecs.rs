//! Keys, cells, frames, slots: any bytes decode to an error or to what encodes to equal bytes again.

#![expect(clippy::panic, reason = "a target says so when the engine does what it must not")]

use decentdb_core::base::cell::Cell;
use decentdb_core::page::meta::{Meta, Slot};
use decentdb_core::record::{self, key};
use decentdb_core::value::{Datum, SqlType, compare};
use decentdb_core::wal::frame::{CommitPayload, FrameHeader, frame_holds, link_target};
use decentdb_core::wal::layout::WalHeader;

use super::{Input, Reached};

pub(super) fn codecs(bytes: &[u8]) -> Reached {
    let mut input = Input(bytes);
    let types: &[SqlType] = &[
        SqlType::Bool,
        SqlType::Int2,
        SqlType::Int4,
        SqlType::Int8,
        SqlType::Float4,
        SqlType::Float8,
        SqlType::Numeric,
        SqlType::Text,
        SqlType::Char,
        SqlType::Bytea,
        SqlType::Date,
        SqlType::Timestamp,
        SqlType::Interval,
        SqlType::Uuid,
        SqlType::Oid,
        SqlType::Jsonb,
    ];
    let ty = types[input.below(types.len())];
    let descending = input.byte() % 2 == 1;
    match input.byte() % 4 {
        0 => keys(input.0, ty, descending),
        1 => cells(&mut input, ty),
        2 => order(&mut input, ty, descending),
        _ => blocks(input.0),
    }
}

/// A key that decodes stands for a value; that value's key decodes to an equal one.
fn keys(bytes: &[u8], ty: SqlType, descending: bool) -> Reached {
    let mut rest = bytes;
    let Ok(datum) = key::decode(&mut rest, ty, descending) else { return Reached::Refused };
    let mut again = Vec::new();
    key::encode(&mut again, &datum, ty, descending, false);
    let mut rest = again.as_slice();
    let twice = key::decode(&mut rest, ty, descending);
    let twice = twice.unwrap_or_else(|error| panic!("{ty:?} {datum:?}: its own key is refused: {error:?}"));
    assert!(rest.is_empty(), "{ty:?} {datum:?}: bytes behind the key");
    let equal = datum.is_null() == twice.is_null()
        && (datum.is_null() || compare(&datum, &twice, ty) == std::cmp::Ordering::Equal);
    assert!(equal, "{ty:?}: {datum:?} comes back as {twice:?}");
    Reached::Sound
}

/// A cell that decodes stands for a value; that value's cell is the same one.
fn cells(input: &mut Input<'_>, ty: SqlType) -> Reached {
    let cell = match input.byte() % 3 {
        0 => Cell::Int(input.number().cast_signed()),
        1 => Cell::Wide(i128::from(input.number()) << 64 | i128::from(input.number())),
        _ => Cell::Bytes(input.0),
    };
    let Ok(datum) = record::decode(cell, ty) else { return Reached::Refused };
    let mut scratch = Vec::new();
    let again = record::encode(&datum, ty, &mut scratch);
    let twice = record::decode(again, ty);
    let twice = twice.unwrap_or_else(|error| panic!("{ty:?} {datum:?}: its own cell is refused: {error:?}"));
    let (one, other) = (format!("{datum:?}"), format!("{twice:?}"));
    assert_eq!(one, other, "{ty:?}");
    Reached::Sound
}

/// Keys sort as their values do (K1), and none is a prefix of another (K2).
fn order(input: &mut Input<'_>, ty: SqlType, descending: bool) -> Reached {
    let mut draw = || -> Option<Datum> {
        let length = input.below(24);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\0', "0");
        Some(match ty {
            SqlType::Bool => Datum::Bool(input.byte() % 2 == 1),
            SqlType::Int2 => Datum::Int(i64::from(input.number() as i16)),
            SqlType::Int4 | SqlType::Date => Datum::Int(i64::from(input.number() as i32)),
            SqlType::Int8 | SqlType::Timestamp => Datum::Int(input.number().cast_signed()),
            SqlType::Float8 => Datum::Float(f64::from_bits(input.number())),
            SqlType::Text => Datum::Text(text(input.take(length)).into()),
            SqlType::Bytea => Datum::Bytes(input.take(length).into()),
            SqlType::Uuid => Datum::Uuid(u128::from(input.number()) << 64 | u128::from(input.number())),
            _ => return None,
        })
    };
    let (Some(a), Some(b)) = (draw(), draw()) else { return Reached::Refused };
    let encoded = |datum: &Datum| {
        let mut out = Vec::new();
        key::encode(&mut out, datum, ty, descending, false);
        out
    };
    let (one, other) = (encoded(&a), encoded(&b));
    let expected = if descending { compare(&b, &a, ty) } else { compare(&a, &b, ty) };
    assert_eq!(one.cmp(&other), expected, "{ty:?}: {a:?} and {b:?}");
    assert!(one == other || !other.starts_with(&one), "{ty:?}: {a:?} is a prefix of {b:?}");
    Reached::Sound
}

/// Slots, frames and headers of any bytes.
fn blocks(bytes: &[u8]) -> Reached {
    let mut reached = Reached::Refused;
    let _ = (WalHeader::decode(bytes), link_target(bytes), frame_holds(bytes, 7));
    let mut block = vec![0u8; 4096];
    let known = bytes.len().min(4096);
    block[..known].copy_from_slice(&bytes[..known]);
    let _ = WalHeader::decode(&block);
    if let Slot::Valid(meta) = Meta::decode(&block) {
        assert_eq!(meta.encode(), block);
    }
    if let Ok(commit) = CommitPayload::decode(bytes) {
        // The reserved bytes are not looked at: the frame's sum is their guard.
        assert_eq!(CommitPayload::decode(&commit.encode()).ok(), Some(commit));
        reached = Reached::Sound;
    }
    if FrameHeader::decode(bytes).is_some() {
        reached = Reached::Sound;
    }
    reached
}
