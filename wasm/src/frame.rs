//! Finished statements as one buffer for JavaScript: columns, not rows, so that numbers become typed arrays
//! and all the strings of a column are decoded at once.
//!
//! ```text
//! frame    u32 magic "DDF1", u32 outcome count, outcomes
//! outcome  u32 flags (1: returns rows), u32 columns, u32 rows, u32 notices, f64 affected,
//!          string tag,
//!          per column: u32 type oid, i32 modifier, string name
//!          per notice: string severity, string code, string message
//!          per column: its values
//! values   u32 kind, u32 bytes of the null bitmap (0: no nulls), the bitmap, the data; each part starts at
//!          a multiple of 8
//!            1 bool    u8 each
//!            2 int32   i32 each
//!            3 float   f64 each
//!            4 int64   i64 each
//!            5 text    u32 length of the bytes, u32 ends in UTF-16 units, the UTF-8 bytes
//!            6 bytes   u32 length of the bytes, u32 ends, the bytes
//! string   u32 length, UTF-8, zeros up to a multiple of 4
//! ```
//! Little-endian. Every part is padded with zeros up to the alignment of the next.
//!
//! R1  Offsets that are multiples of 8 in the frame are so in memory: the frame gets a buffer of its own.

use decentdb_core::batch::{Batch, Values};
use decentdb_core::db::Outcome;
use decentdb_core::error::{Error, Result};
use decentdb_core::value::SqlType;

/// The first four bytes.
pub const MAGIC: u32 = u32::from_le_bytes(*b"DDF1");

const RETURNS_ROWS: u32 = 1;

/// How the values of a type travel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool = 1,
    Int32 = 2,
    Float = 3,
    Int64 = 4,
    Text = 5,
    Bytes = 6,
}

fn kind_of(ty: SqlType) -> Kind {
    match ty {
        SqlType::Bool => Kind::Bool,
        SqlType::Int2 | SqlType::Int4 => Kind::Int32,
        SqlType::Int8 => Kind::Int64,
        // Above 2^31 an oid is no i32; as a float it is exact.
        SqlType::Float4 | SqlType::Float8 | SqlType::Oid => Kind::Float,
        SqlType::Bytea => Kind::Bytes,
        // Everything else in its text form: PostgreSQL's, which JavaScript's own types would round.
        _ => Kind::Text,
    }
}

/// The frame of some finished statements.
pub fn encode(outcomes: &[Outcome]) -> Result<Vec<u8>> {
    let mut writer = Writer { bytes: Vec::new() };
    writer.u32(MAGIC);
    writer.count(outcomes.len())?;
    for outcome in outcomes {
        writer.outcome(outcome)?;
    }
    Ok(writer.bytes)
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    fn count(&mut self, value: usize) -> Result<()> {
        let value = u32::try_from(value)
            .map_err(|_| Error::unsupported("a result of more than 4 GiB in one piece"))?;
        self.u32(value);
        Ok(())
    }

    fn align(&mut self, to: usize) {
        let length = self.bytes.len().next_multiple_of(to);
        self.bytes.resize(length, 0);
    }

    fn string(&mut self, text: &str) -> Result<()> {
        self.count(text.len())?;
        self.bytes.extend_from_slice(text.as_bytes());
        self.align(4);
        Ok(())
    }

    fn outcome(&mut self, outcome: &Outcome) -> Result<()> {
        if outcome.copied.is_some() {
            return Err(Error::unsupported("COPY TO STDOUT through the browser's API"));
        }
        self.align(8);
        self.u32(if outcome.returns_rows { RETURNS_ROWS } else { 0 });
        self.count(outcome.columns.len())?;
        self.count(outcome.row_count())?;
        self.count(outcome.notices.len())?;
        self.bytes.extend_from_slice(&(outcome.affected as f64).to_le_bytes());
        self.string(&outcome.tag)?;
        for column in &outcome.columns {
            self.u32(column.ty.ty.oid());
            self.bytes.extend_from_slice(&column.ty.modifier.to_le_bytes());
            self.string(&column.name)?;
        }
        for notice in &outcome.notices {
            self.string(notice.severity)?;
            self.string(notice.sqlstate.code())?;
            self.string(&notice.message)?;
        }
        for index in 0..outcome.columns.len() {
            self.column(outcome, index)?;
        }
        Ok(())
    }

    fn column(&mut self, outcome: &Outcome, index: usize) -> Result<()> {
        let ty = outcome.columns[index].ty.ty;
        let kind = kind_of(ty);
        self.align(8);
        self.u32(kind as u32);
        self.nulls(outcome, index)?;
        self.align(8);
        match kind {
            Kind::Bool => self.integers(outcome, index, |value, out| out.push(u8::from(value != 0))),
            Kind::Int32 => self.integers(outcome, index, |value, out| {
                #[expect(clippy::cast_possible_truncation, reason = "int2 and int4 are kept in their range")]
                out.extend_from_slice(&(value as i32).to_le_bytes());
            }),
            Kind::Int64 => {
                self.integers(outcome, index, |value, out| out.extend_from_slice(&value.to_le_bytes()))
            }
            Kind::Float => self.floats(outcome, index, ty),
            Kind::Bytes => self.byte_strings(outcome, index),
            Kind::Text => self.texts(outcome, index, ty),
        }
    }

    fn nulls(&mut self, outcome: &Outcome, index: usize) -> Result<()> {
        if outcome.rows.iter().all(|batch| nulls_of(batch, index).is_none()) {
            self.u32(0);
            return Ok(());
        }
        let mut bitmap = vec![0u8; outcome.row_count().div_ceil(8)];
        let mut start = 0;
        for batch in &outcome.rows {
            if let Some(nulls) = nulls_of(batch, index) {
                for row in (0..batch.rows).filter(|&row| nulls.get(row)) {
                    bitmap[(start + row) / 8] |= 1 << ((start + row) % 8);
                }
            }
            start += batch.rows;
        }
        self.count(bitmap.len())?;
        self.align(8);
        self.bytes.extend_from_slice(&bitmap);
        Ok(())
    }

    fn integers(&mut self, outcome: &Outcome, index: usize, write: impl Fn(i64, &mut Vec<u8>)) -> Result<()> {
        for batch in &outcome.rows {
            match values_of(batch, index)? {
                Values::Int(values) => values.iter().for_each(|&value| write(value, &mut self.bytes)),
                Values::Float(_) | Values::Wide(_) | Values::Bytes(_) => return Err(wrong_kind(index)),
            }
        }
        Ok(())
    }

    fn floats(&mut self, outcome: &Outcome, index: usize, ty: SqlType) -> Result<()> {
        for batch in &outcome.rows {
            match values_of(batch, index)? {
                Values::Float(values) => {
                    for &value in values {
                        let value = if ty == SqlType::Float4 { shortest(value) } else { value };
                        self.bytes.extend_from_slice(&value.to_le_bytes());
                    }
                }
                Values::Int(values) => {
                    for &value in values {
                        self.bytes.extend_from_slice(&(value as f64).to_le_bytes());
                    }
                }
                Values::Wide(_) | Values::Bytes(_) => return Err(wrong_kind(index)),
            }
        }
        Ok(())
    }

    fn byte_strings(&mut self, outcome: &Outcome, index: usize) -> Result<()> {
        let mut ends = Ends::default();
        for batch in &outcome.rows {
            let Values::Bytes(values) = values_of(batch, index)? else { return Err(wrong_kind(index)) };
            let nulls = nulls_of(batch, index);
            for row in 0..batch.rows {
                let value = if nulls.is_some_and(|nulls| nulls.get(row)) { &[] } else { values.get(row) };
                ends.push(value, value.len())?;
            }
        }
        self.ends(&ends)
    }

    fn texts(&mut self, outcome: &Outcome, index: usize, ty: SqlType) -> Result<()> {
        let mut ends = Ends::default();
        let stored_as_text =
            matches!(ty, SqlType::Text | SqlType::Varchar | SqlType::Char | SqlType::Name | SqlType::Unknown);
        if stored_as_text {
            for batch in &outcome.rows {
                let Values::Bytes(values) = values_of(batch, index)? else { return Err(wrong_kind(index)) };
                let nulls = nulls_of(batch, index);
                for row in 0..batch.rows {
                    let value = if nulls.is_some_and(|nulls| nulls.get(row)) { &[] } else { values.get(row) };
                    ends.push_text(value)?;
                }
            }
        } else {
            for row in outcome.iter() {
                let text: Option<String> = row.get(index)?;
                ends.push_text(text.as_deref().unwrap_or_default().as_bytes())?;
            }
        }
        self.ends(&ends)
    }

    fn ends(&mut self, ends: &Ends) -> Result<()> {
        self.count(ends.bytes.len())?;
        for end in &ends.ends {
            self.u32(*end);
        }
        self.bytes.extend_from_slice(&ends.bytes);
        Ok(())
    }
}

/// Strings end to end.
#[derive(Default)]
struct Ends {
    ends: Vec<u32>,
    bytes: Vec<u8>,
    last: usize,
}

impl Ends {
    fn push(&mut self, bytes: &[u8], units: usize) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        self.last += units;
        let end = u32::try_from(self.last)
            .map_err(|_| Error::unsupported("a column of more than 4 GiB in one piece"))?;
        self.ends.push(end);
        Ok(())
    }

    fn push_text(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_ascii() {
            return self.push(bytes, bytes.len());
        }
        let text = core::str::from_utf8(bytes).map_err(|_| Error::corrupt("a text value is not UTF-8"))?;
        self.push(bytes, text.encode_utf16().count())
    }
}

fn values_of(batch: &Batch, index: usize) -> Result<&Values> {
    batch.columns.get(index).map(|vector| &vector.values).ok_or_else(|| wrong_kind(index))
}

fn nulls_of(batch: &Batch, index: usize) -> Option<&decentdb_core::batch::Bitmap> {
    batch.columns.get(index).and_then(|vector| vector.nulls.as_ref())
}

fn wrong_kind(index: usize) -> Error {
    Error::internal(format!("column {index} of a result is not of the kind of its type"))
}

/// The double whose shortest text is that of the single: 0.1 stays 0.1 instead of 0.10000000149011612.
fn shortest(value: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "a real is a rounded f32 already")]
    let single = value as f32;
    if single.is_finite() { single.to_string().parse().unwrap_or(value) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decentdb_core::batch::{Bitmap, ByteColumn, Vector};
    use decentdb_core::db::Column;
    use decentdb_core::value::TypeName;

    fn column(name: &str, ty: SqlType) -> Column {
        Column { name: name.to_owned(), ty: TypeName::plain(ty) }
    }

    fn texts(values: &[Option<&str>]) -> Vector {
        let mut bytes = ByteColumn::default();
        let mut nulls = Bitmap::default();
        for value in values {
            bytes.push(value.unwrap_or_default().as_bytes());
            nulls.push(value.is_none());
        }
        Vector { values: Values::Bytes(bytes), nulls: Some(nulls) }
    }

    /// Two batches, so that offsets and null bits must carry over.
    fn sample() -> Outcome {
        let ints = |values: &[i64]| Vector { values: Values::Int(values.to_vec()), nulls: None };
        Outcome {
            tag: "SELECT 3".to_owned(),
            affected: 3,
            columns: vec![column("n", SqlType::Int4), column("t", SqlType::Text)],
            returns_rows: true,
            rows: vec![
                Batch { columns: vec![ints(&[1, -2]), texts(&[Some("a\u{1f600}"), None])], rows: 2 },
                Batch { columns: vec![ints(&[3]), texts(&[Some("\u{e9}")])], rows: 1 },
            ],
            ..Outcome::default()
        }
    }

    #[test]
    fn the_layout_is_the_documented_one() {
        let frame = encode(&[sample()]).expect("encodes");
        let u32_at = |at: usize| u32::from_le_bytes(frame[at..at + 4].try_into().expect("four bytes"));
        assert_eq!([u32_at(0), u32_at(4)], [MAGIC, 1]);
        assert_eq!([u32_at(8), u32_at(12), u32_at(16), u32_at(20)], [1, 2, 3, 0], "flags and counts");
        assert_eq!(frame[24..32], 3f64.to_le_bytes());
        assert_eq!((u32_at(32), &frame[36..44]), (8, b"SELECT 3".as_slice()));
        // Two column heads of 16 bytes: oid, modifier, name of one byte padded.
        assert_eq!([u32_at(44), u32_at(48), u32_at(52)], [23, u32::MAX, 1]);
        assert_eq!([u32_at(60), u32_at(64), u32_at(68)], [25, u32::MAX, 1]);
        // The integers start at the next multiple of eight.
        assert_eq!([u32_at(80), u32_at(84)], [Kind::Int32 as u32, 0]);
        assert_eq!([u32_at(88), u32_at(92), u32_at(96)], [1, u32::MAX - 1, 3]);
        // The text: one byte of nulls with bit 1 set, then ends in UTF-16 units.
        assert_eq!([u32_at(104), u32_at(108)], [Kind::Text as u32, 1]);
        assert_eq!(frame[112], 0b010);
        assert_eq!([u32_at(120), u32_at(124), u32_at(128), u32_at(132)], [7, 3, 3, 4]);
        assert_eq!(&frame[136..], "a\u{1f600}\u{e9}".as_bytes());
    }

    #[test]
    fn a_real_keeps_its_short_text() {
        assert_eq!(shortest(f64::from(0.1f32)).to_string(), "0.1");
        assert_eq!(shortest(f64::from(16_777_216f32)).to_string(), "16777216");
        assert!(shortest(f64::NAN).is_nan());
    }

    #[test]
    fn a_statement_without_rows_has_no_columns() {
        let outcome = Outcome { tag: "CREATE TABLE".to_owned(), ..Outcome::default() };
        let frame = encode(&[outcome.clone(), outcome]).expect("encodes");
        assert_eq!(frame.len(), 8 + 40 + 40);
    }
}
