//! The two text forms of COPY, read and written. Pure: bytes to fields and back.
//!
//! ```text
//! text   1<tab>\N<tab>a\tb        csv   1,,"a ""b"""
//! ```

use crate::error::{Error, Result, SqlState};
use crate::parse::define::{CopyFormat, CopyOptions};

/// How fields are told apart.
pub(super) struct Form {
    csv: bool,
    delimiter: u8,
    null: String,
    quote: u8,
    escape: u8,
}

/// A field: its text, and whether it stood in quotes. `None`: NULL.
pub(super) type Field = Option<String>;

impl Form {
    pub(super) fn new(options: &CopyOptions) -> Form {
        let csv = options.format == CopyFormat::Csv;
        let byte = |text: &Option<String>, default: u8| {
            text.as_ref().and_then(|text| text.as_bytes().first().copied()).unwrap_or(default)
        };
        let quote = byte(&options.quote, b'"');
        Form {
            csv,
            delimiter: byte(&options.delimiter, if csv { b',' } else { b'\t' }),
            null: options.null.clone().unwrap_or_else(|| if csv { "" } else { "\\N" }.to_owned()),
            quote,
            escape: byte(&options.escape, quote),
        }
    }

    /// The next line of `input` at `at`, which moves on; `None` at the end or its marker.
    /// `literal(n)` says that the NULL text of field n is a text, `forced(n)` that even quoted it is NULL.
    pub(super) fn record(
        &self,
        input: &[u8],
        at: &mut usize,
        literal: &dyn Fn(usize) -> bool,
        forced: &dyn Fn(usize) -> bool,
    ) -> Result<Option<Vec<Field>>> {
        let rest = input.get(*at..).unwrap_or(&[]);
        if rest.is_empty() {
            return Ok(None);
        }
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
        if line == b"\\." || line == b"\\.\r" {
            *at = input.len();
            return Ok(None);
        }
        if self.csv {
            self.csv_record(input, at, literal, forced).map(Some)
        } else {
            self.text_record(line, at).map(Some)
        }
    }

    fn text_record(&self, line: &[u8], at: &mut usize) -> Result<Vec<Field>> {
        *at += line.len() + 1;
        // A backslash before the line's end takes the end into the field, which no writer of ours does.
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut fields = Vec::new();
        let mut raw_start = 0;
        let mut field: Vec<u8> = Vec::new();
        let mut place = 0;
        loop {
            match line.get(place) {
                None => {
                    fields.push(self.text_field(&line[raw_start..], &mut field)?);
                    return Ok(fields);
                }
                Some(byte) if *byte == self.delimiter => {
                    fields.push(self.text_field(&line[raw_start..place], &mut field)?);
                    place += 1;
                    raw_start = place;
                }
                Some(b'\\') => place = unescape(line, place + 1, &mut field),
                Some(byte) => {
                    field.push(*byte);
                    place += 1;
                }
            }
        }
    }

    fn text_field(&self, raw: &[u8], field: &mut Vec<u8>) -> Result<Field> {
        let bytes = core::mem::take(field);
        if raw == self.null.as_bytes() {
            return Ok(None);
        }
        text(bytes).map(Some)
    }

    fn csv_record(
        &self,
        input: &[u8],
        at: &mut usize,
        literal: &dyn Fn(usize) -> bool,
        forced: &dyn Fn(usize) -> bool,
    ) -> Result<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        let mut field: Vec<u8> = Vec::new();
        let (mut quoted, mut inside) = (false, false);
        loop {
            let byte = input.get(*at).copied();
            if inside {
                let Some(byte) = byte else {
                    return Err(Error::new(SqlState::BAD_COPY_FILE_FORMAT, "unterminated CSV quoted field"));
                };
                let next = input.get(*at + 1).copied();
                if byte == self.escape && next.is_some_and(|next| next == self.quote || next == self.escape) {
                    field.extend(next);
                    *at += 2;
                } else {
                    inside = byte != self.quote;
                    if inside {
                        field.push(byte);
                    }
                    *at += 1;
                }
                continue;
            }
            let ends_line = match byte {
                None | Some(b'\n') => true,
                Some(b'\r') => input.get(*at + 1).is_none_or(|next| *next == b'\n'),
                Some(_) => false,
            };
            if ends_line || byte == Some(self.delimiter) {
                let number = fields.len();
                let content = text(core::mem::take(&mut field))?;
                let is_null =
                    content == self.null && (!quoted && !literal(number) || quoted && forced(number));
                fields.push(if is_null { None } else { Some(content) });
                quoted = false;
                if ends_line {
                    *at += if byte == Some(b'\r') { 2 } else { 1 };
                    return Ok(fields);
                }
                *at += 1;
            } else if byte == Some(self.quote) {
                quoted = true;
                inside = true;
                *at += 1;
            } else {
                field.extend(byte);
                *at += 1;
            }
        }
    }

    /// Appends a line; `forced(n)` says that field n stands in quotes.
    pub(super) fn write(&self, fields: &[Field], forced: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        for (number, field) in fields.iter().enumerate() {
            if number > 0 {
                out.push(self.delimiter);
            }
            match field {
                None => out.extend_from_slice(self.null.as_bytes()),
                Some(field) if self.csv => {
                    self.write_csv(field, forced(number), fields.len() == 1, out);
                }
                Some(field) => self.write_text(field, out),
            }
        }
        out.push(b'\n');
    }

    fn write_text(&self, field: &str, out: &mut Vec<u8>) {
        for byte in field.bytes() {
            let letter = match byte {
                b'\\' => b'\\',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                8 => b'b',
                11 => b'v',
                12 => b'f',
                byte if byte == self.delimiter => byte,
                byte => {
                    out.push(byte);
                    continue;
                }
            };
            out.extend([b'\\', letter]);
        }
    }

    fn write_csv(&self, field: &str, forced: bool, alone: bool, out: &mut Vec<u8>) {
        let special =
            |byte: u8| byte == self.delimiter || byte == self.quote || byte == b'\n' || byte == b'\r';
        // A lone `\.` would end the data.
        if !(forced || field == self.null || field.bytes().any(special) || alone && field == "\\.") {
            out.extend_from_slice(field.as_bytes());
            return;
        }
        out.push(self.quote);
        for byte in field.bytes() {
            if byte == self.quote || byte == self.escape {
                out.push(self.escape);
            }
            out.push(byte);
        }
        out.push(self.quote);
    }
}

/// Reads one escape after its backslash; answers where the text goes on.
fn unescape(line: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let digits = |from: usize, most: usize, radix: u32| {
        line.get(from..)
            .unwrap_or(&[])
            .iter()
            .take(most)
            .take_while(|byte| char::from(**byte).is_digit(radix))
            .count()
    };
    let number = |from: usize, count: usize, radix: u32| {
        let text = core::str::from_utf8(&line[from..from + count]).unwrap_or("0");
        u32::from_str_radix(text, radix).unwrap_or(0).to_le_bytes()[0]
    };
    match line.get(at) {
        None => {
            out.push(b'\\');
            at
        }
        Some(b'0'..=b'7') => {
            let count = digits(at, 3, 8);
            out.push(number(at, count, 8));
            at + count
        }
        Some(b'x') if digits(at + 1, 2, 16) > 0 => {
            let count = digits(at + 1, 2, 16);
            out.push(number(at + 1, count, 16));
            at + 1 + count
        }
        Some(letter) => {
            out.push(match letter {
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                other => *other,
            });
            at + 1
        }
    }
}

fn text(bytes: Vec<u8>) -> Result<String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or(0);
        Error::new(
            SqlState::CHARACTER_NOT_IN_REPERTOIRE,
            format!("invalid byte sequence for encoding \"UTF8\": 0x{byte:02x}"),
        )
    })?;
    if text.contains('\0') {
        return Err(Error::new(
            SqlState::CHARACTER_NOT_IN_REPERTOIRE,
            "invalid byte sequence for encoding \"UTF8\": 0x00",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(options: &CopyOptions, input: &str) -> Vec<Vec<Field>> {
        let form = Form::new(options);
        let (mut at, mut rows) = (0, Vec::new());
        while let Some(row) =
            form.record(input.as_bytes(), &mut at, &|_| false, &|_| false).expect("well formed")
        {
            rows.push(row);
        }
        rows
    }

    fn field(text: &str) -> Field {
        Some(text.to_owned())
    }

    #[test]
    fn text_fields_are_unescaped_and_backslash_n_is_null() {
        let rows = all(&CopyOptions::default(), "1\t\\N\ta\\tb\\\\\n\\x41\\102\t\t\\.\n\\.\nrest\n");
        assert_eq!(rows[0], [field("1"), None, field("a\tb\\")]);
        assert_eq!(rows[1], [field("AB"), field(""), field(".")]);
        assert_eq!(rows.len(), 2, "the marker ends the data");
    }

    #[test]
    fn csv_fields_may_hold_lines_and_quotes() {
        let options = CopyOptions { format: CopyFormat::Csv, ..CopyOptions::default() };
        let rows = all(&options, "1,,\"\"\r\n\"a\nb\",\"say \"\"x\"\"\",c\n");
        assert_eq!(rows[0], [field("1"), None, field("")]);
        assert_eq!(rows[1], [field("a\nb"), field("say \"x\""), field("c")]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for format in [CopyFormat::Text, CopyFormat::Csv] {
            let options = CopyOptions { format, ..CopyOptions::default() };
            let fields = [field("a,b\t\"c\"\n\\N"), None, field(""), field("\\.")];
            let mut out = Vec::new();
            Form::new(&options).write(&fields, &|_| false, &mut out);
            let text = String::from_utf8(out).expect("text");
            assert_eq!(all(&options, &text), [fields.to_vec()]);
        }
    }
}
