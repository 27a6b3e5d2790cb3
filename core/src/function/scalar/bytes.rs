//! bytea functions, encodings and digests.

use crate::error::{Error, Result, SqlState};
use crate::function::argument::{bytes, int, out, text};
use crate::function::like;
use crate::function::registry::{Entry, f};
use crate::value::Datum;
use crate::value::SqlType::{Bool, Bytea, Int4, Name, Text};
use crate::value::bytea::{parse_escape, parse_hex, write_hex};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("byteacat", &[Bytea, Bytea], Bytea, |a, _| blob([bytes(a, 0)?, bytes(a, 1)?].concat())),
    f("length", &[Bytea], Int4, |a, _| size(bytes(a, 0)?.len())),
    f("octet_length", &[Bytea], Int4, |a, _| size(bytes(a, 0)?.len())),
    f("bit_length", &[Bytea], Int4, |a, _| size(bytes(a, 0)?.len() * 8)),
    f("substr", &[Bytea, Int4], Bytea, |a, _| substring(bytes(a, 0)?, int(a, 1)?, None)),
    f("substr", &[Bytea, Int4, Int4], Bytea, |a, _| substring(bytes(a, 0)?, int(a, 1)?, Some(int(a, 2)?))),
    f("substring", &[Bytea, Int4], Bytea, |a, _| substring(bytes(a, 0)?, int(a, 1)?, None)),
    f("substring", &[Bytea, Int4, Int4], Bytea, |a, _| substring(bytes(a, 0)?, int(a, 1)?, Some(int(a, 2)?))),
    f("position", &[Bytea, Bytea], Int4, |a, _| {
        let (within, wanted) = (bytes(a, 0)?, bytes(a, 1)?);
        let at = if wanted.is_empty() {
            Some(0)
        } else {
            within.windows(wanted.len()).position(|window| window == wanted)
        };
        size(at.map_or(0, |at| at + 1))
    }),
    f("btrim", &[Bytea, Bytea], Bytea, |a, _| trim(bytes(a, 0)?, bytes(a, 1)?, true, true)),
    f("ltrim", &[Bytea, Bytea], Bytea, |a, _| trim(bytes(a, 0)?, bytes(a, 1)?, true, false)),
    f("rtrim", &[Bytea, Bytea], Bytea, |a, _| trim(bytes(a, 0)?, bytes(a, 1)?, false, true)),
    f("get_byte", &[Bytea, Int4], Int4, |a, _| {
        let (value, at) = (bytes(a, 0)?, int(a, 1)?);
        Ok(Datum::Int(i64::from(value[index(value, at)?])))
    }),
    f("set_byte", &[Bytea, Int4, Int4], Bytea, |a, _| {
        let (value, at) = (bytes(a, 0)?, int(a, 1)?);
        let mut changed = value.to_vec();
        changed[index(value, at)?] = (int(a, 2)? & 0xff) as u8;
        blob(changed)
    }),
    f("encode", &[Bytea, Text], Text, |a, _| encode(bytes(a, 0)?, text(a, 1)?)),
    f("decode", &[Text, Text], Bytea, |a, _| decode(text(a, 0)?, text(a, 1)?)),
    f("md5", &[Text], Text, |a, _| out(digest(text(a, 0)?.as_bytes()))),
    f("md5", &[Bytea], Text, |a, _| out(digest(bytes(a, 0)?))),
    f("convert_to", &[Text, Name], Bytea, |a, _| {
        utf8_only(text(a, 1)?)?;
        blob(text(a, 0)?.as_bytes().to_vec())
    })
    .stable(),
    f("convert_from", &[Bytea, Name], Text, |a, _| {
        utf8_only(text(a, 1)?)?;
        let text = core::str::from_utf8(bytes(a, 0)?).map_err(|_| {
            Error::new(SqlState::CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\"")
        })?;
        out(text)
    })
    .stable(),
    f("like", &[Bytea, Bytea], Bool, |a, _| {
        Ok(Datum::Bool(like::matches_bytes(bytes(a, 0)?, bytes(a, 1)?)?))
    }),
    f("notlike", &[Bytea, Bytea], Bool, |a, _| {
        Ok(Datum::Bool(!like::matches_bytes(bytes(a, 0)?, bytes(a, 1)?)?))
    }),
];

fn blob(value: Vec<u8>) -> Result<Datum> {
    Ok(Datum::Bytes(value.into()))
}

fn size(bytes: usize) -> Result<Datum> {
    i64::try_from(bytes).map(Datum::Int).map_err(|_| super::too_large())
}

fn utf8_only(encoding: &str) -> Result<()> {
    if matches!(encoding.to_ascii_lowercase().as_str(), "utf8" | "utf-8" | "unicode") {
        Ok(())
    } else {
        Err(Error::unsupported(format!("encoding {encoding}")))
    }
}

fn index(value: &[u8], at: i64) -> Result<usize> {
    usize::try_from(at).ok().filter(|at| *at < value.len()).ok_or_else(|| {
        let last = i64::try_from(value.len()).unwrap_or(i64::MAX) - 1;
        Error::new(SqlState::ARRAY_SUBSCRIPT_ERROR, format!("index {at} out of valid range, 0..{last}"))
    })
}

fn substring(value: &[u8], start: i64, length: Option<i64>) -> Result<Datum> {
    let end = match length {
        None => i64::MAX,
        Some(length) if length < 0 => {
            return Err(Error::new(SqlState::SUBSTRING_ERROR, "negative substring length not allowed"));
        }
        Some(length) => start.saturating_add(length),
    };
    let clamp = |at: i64| usize::try_from((at - 1).max(0)).unwrap_or(usize::MAX).min(value.len());
    let (from, to) = (clamp(start), clamp(end));
    blob(value.get(from..to).unwrap_or_default().to_vec())
}

fn trim(value: &[u8], set: &[u8], start: bool, end: bool) -> Result<Datum> {
    let mut kept = value;
    while let (true, Some((first, rest))) = (start, kept.split_first()) {
        if !set.contains(first) {
            break;
        }
        kept = rest;
    }
    while let (true, Some((last, rest))) = (end, kept.split_last()) {
        if !set.contains(last) {
            break;
        }
        kept = rest;
    }
    blob(kept.to_vec())
}

fn digest(value: &[u8]) -> String {
    let mut text = String::new();
    write_hex(&md5::compute(value).0, &mut text);
    text
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// PostgreSQL breaks base64 into lines, as MIME does.
const BASE64_LINE: usize = 76;

fn unknown(encoding: &str) -> Error {
    Error::new(SqlState::INVALID_PARAMETER_VALUE, format!("unrecognized encoding: \"{encoding}\""))
}

fn encode(value: &[u8], encoding: &str) -> Result<Datum> {
    let mut text = String::new();
    match encoding.to_ascii_lowercase().as_str() {
        "hex" => write_hex(value, &mut text),
        "base64" => {
            for (at, group) in value.chunks(3).enumerate() {
                if at > 0 && at * 4 % BASE64_LINE == 0 {
                    text.push('\n');
                }
                let mut bits = 0usize;
                for slot in 0..3 {
                    bits = bits << 8 | usize::from(group.get(slot).copied().unwrap_or(0));
                }
                for slot in 0..4 {
                    text.push(if slot > group.len() {
                        '='
                    } else {
                        char::from(BASE64[bits >> (18 - 6 * slot) & 63])
                    });
                }
            }
        }
        "escape" => {
            for byte in value {
                match byte {
                    0 | 0x80.. => {
                        text.push('\\');
                        for shift in [6, 3, 0] {
                            text.push(char::from(b'0' + (byte >> shift & 7)));
                        }
                    }
                    b'\\' => text.push_str("\\\\"),
                    _ => text.push(char::from(*byte)),
                }
            }
        }
        _ => return Err(unknown(encoding)),
    }
    out(text)
}

fn decode(value: &str, encoding: &str) -> Result<Datum> {
    match encoding.to_ascii_lowercase().as_str() {
        "hex" => blob(parse_hex(value)?),
        "base64" => blob(decode_base64(value)?),
        "escape" => blob(parse_escape(value).ok_or_else(|| {
            Error::new(SqlState::INVALID_TEXT_REPRESENTATION, "invalid input syntax for type bytea")
        })?),
        _ => Err(unknown(encoding)),
    }
}

fn decode_base64(value: &str) -> Result<Vec<u8>> {
    let invalid = |message: String| Error::new(SqlState::INVALID_PARAMETER_VALUE, message);
    let (mut decoded, mut bits, mut count, mut padding) = (Vec::new(), 0u32, 0, 0);
    for c in value.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        let six = if c == '=' {
            if count < 2 && padding == 0 {
                return Err(invalid("unexpected \"=\" while decoding base64 sequence".into()));
            }
            padding += 1;
            0
        } else {
            let at = BASE64.iter().position(|b| char::from(*b) == c);
            let at = at.and_then(|at| u32::try_from(at).ok()).filter(|_| padding == 0);
            at.ok_or_else(|| invalid(format!("invalid symbol \"{c}\" found while decoding base64 sequence")))?
        };
        bits = bits << 6 | six;
        count += 1;
        if count == 4 {
            let group = bits.to_be_bytes();
            decoded.extend_from_slice(&group[1..4 - padding.min(2)]);
            (bits, count) = (0, 0);
        }
    }
    if count != 0 {
        return Err(invalid("invalid base64 end sequence".into())
            .with_hint("Input data is missing padding, is truncated, or is otherwise corrupted."));
    }
    Ok(decoded)
}
