//! `{1,2,NULL}`, `{{a,"b c"},{d,e}}`, `[0:1]={x,y}`.

use crate::error::{Error, Result, SqlState};
use crate::value::{Datum, SqlType, TypeName};

use super::{Array, DIMENSIONS_MAX, Dimension, too_many_dimensions};

impl Array {
    /// Appends the text form.
    pub fn write_text(&self, out: &mut String) {
        use core::fmt::Write;
        if self.items.is_empty() {
            out.push_str("{}");
            return;
        }
        if self.dimensions.iter().any(|dimension| dimension.lower != 1) {
            for dimension in &self.dimensions {
                let _infallible = write!(out, "[{}:{}]", dimension.lower, dimension.upper());
            }
            out.push('=');
        }
        // After element n, as many braces close as dimensions end there.
        let mut strides: Vec<usize> = Vec::with_capacity(self.dimensions.len());
        let mut stride = 1;
        for dimension in self.dimensions.iter().rev() {
            stride *= dimension.length.max(1);
            strides.push(stride);
        }
        let mut scratch = String::new();
        for (at, item) in self.items.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            strides.iter().filter(|stride| at % **stride == 0).for_each(|_| out.push('{'));
            if item.is_null() {
                out.push_str("NULL");
            } else {
                scratch.clear();
                item.write_text(self.element, &mut scratch);
                write_item(&scratch, out);
            }
            strides.iter().filter(|stride| (at + 1) % **stride == 0).for_each(|_| out.push('}'));
        }
    }
}

fn write_item(item: &str, out: &mut String) {
    let special = |c: char| matches!(c, '"' | '\\' | '{' | '}' | ',') || is_space(c);
    if !item.is_empty() && !item.contains(special) && !item.eq_ignore_ascii_case("null") {
        out.push_str(item);
        return;
    }
    out.push('"');
    for c in item.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn malformed(text: &str, detail: &str) -> Error {
    Error::new(SqlState::INVALID_TEXT_REPRESENTATION, format!("malformed array literal: \"{text}\""))
        .with_detail(detail)
}

/// Reads an array with elements of a built-in type.
pub fn parse_array(text: &str, element: TypeName) -> Result<Array> {
    parse_array_with(text, element.ty, &mut |item| Datum::parse(item, element))
}

/// Reads an array; `read` makes an element of its text.
pub fn parse_array_with(
    text: &str,
    element: SqlType,
    read: &mut dyn FnMut(&str) -> Result<Datum>,
) -> Result<Array> {
    let mut reader =
        Reader { text, rest: text.trim_matches(is_space), lengths: Vec::new(), items: Vec::new() };
    let declared = reader.bounds()?;
    let text_left = reader.rest;
    if !text_left.starts_with('{') {
        let detail = if declared.is_empty() {
            "Array value must start with \"{\" or dimension information."
        } else {
            "Array contents must start with \"{\"."
        };
        return Err(malformed(text, detail));
    }
    reader.level(0, read)?;
    if !reader.rest.trim_start_matches(is_space).is_empty() {
        return Err(malformed(text, "Junk after closing right brace."));
    }
    let Reader { lengths, items, .. } = reader;
    if items.is_empty() {
        // `{{},{}}` has dimensions without elements.
        return Ok(Array::of(element, items));
    }
    let found = lengths.iter().map(|length| length.unwrap_or(0));
    let dimensions: Vec<Dimension> = if declared.is_empty() {
        found.map(|length| Dimension { length, lower: 1 }).collect()
    } else {
        if declared.len() != lengths.len()
            || !declared.iter().zip(found).all(|(d, length)| d.length == length)
        {
            return Err(malformed(text, "Specified array dimensions do not match array contents."));
        }
        declared
    };
    Ok(Array { element, dimensions, items })
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
    /// Of each level below the outermost brace: how long it is, once one has been read.
    lengths: Vec<Option<usize>>,
    items: Vec<Datum>,
}

impl<'t> Reader<'t> {
    fn fail<T>(&self, detail: &str) -> Result<T> {
        Err(malformed(self.text, detail))
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `[1:3][0:1]=`
    fn bounds(&mut self) -> Result<Vec<Dimension>> {
        let mut dimensions = Vec::new();
        self.skip_space();
        while self.eat('[') {
            let Some((inside, rest)) = self.rest.split_once(']') else {
                return self.fail("Missing \"]\" after array dimensions.");
            };
            let (lower, upper) = inside.split_once(':').unwrap_or(("1", inside));
            let number = |text: &str| text.trim().parse::<i32>().ok();
            let (Some(lower), Some(upper)) = (number(lower), number(upper)) else {
                return self.fail("Missing array dimension value.");
            };
            if dimensions.len() >= DIMENSIONS_MAX {
                return Err(too_many_dimensions(dimensions.len() + 1));
            }
            let length = i64::from(upper) - i64::from(lower) + 1;
            let length = match usize::try_from(length) {
                Ok(length) if length > 0 && upper < i32::MAX => length,
                Ok(_) if upper == i32::MAX => {
                    return Err(Error::new(
                        SqlState::PROGRAM_LIMIT_EXCEEDED,
                        format!("array upper bound is too large: {upper}"),
                    ));
                }
                _ => {
                    return Err(super::subscript_error("upper bound cannot be less than lower bound"));
                }
            };
            dimensions.push(Dimension { length, lower });
            self.rest = rest;
            self.skip_space();
        }
        if !dimensions.is_empty() {
            if !self.eat('=') {
                return self.fail("Missing \"=\" after array dimensions.");
            }
            self.skip_space();
        }
        Ok(dimensions)
    }

    /// From a `{` to its `}`.
    fn level(&mut self, depth: usize, read: &mut dyn FnMut(&str) -> Result<Datum>) -> Result<()> {
        if depth >= DIMENSIONS_MAX {
            return Err(too_many_dimensions(depth + 1));
        }
        self.eat('{');
        if self.lengths.len() <= depth {
            self.lengths.push(None);
        }
        let mut count = 0;
        self.skip_space();
        if !self.eat('}') {
            loop {
                self.skip_space();
                if self.rest.starts_with('{') {
                    self.level(depth + 1, read)?;
                } else {
                    // An element below which another branch has gone deeper.
                    if self.lengths.len() > depth + 1 {
                        return self.fail(UNEVEN);
                    }
                    let item = self.item(read)?;
                    self.items.push(item);
                }
                count += 1;
                self.skip_space();
                if self.eat(',') {
                    continue;
                }
                if self.eat('}') {
                    break;
                }
                return self.fail(if self.rest.is_empty() {
                    "Unexpected end of input."
                } else {
                    "Unexpected array element."
                });
            }
        }
        // A level holds arrays or elements, never both, and all of one level are equally long.
        let is_inner = self.lengths.len() > depth + 1;
        if is_inner && self.items.is_empty() && count > 0 {
            self.lengths[depth] = Some(count);
            return Ok(());
        }
        match self.lengths[depth] {
            Some(length) if length != count => self.fail(UNEVEN),
            _ => {
                self.lengths[depth] = Some(count);
                Ok(())
            }
        }
    }

    fn item(&mut self, read: &mut dyn FnMut(&str) -> Result<Datum>) -> Result<Datum> {
        let mut word = String::new();
        let mut quoted = false;
        let mut kept = 0;
        let mut chars = self.rest.char_indices();
        let end = loop {
            let Some((at, c)) = chars.next() else {
                return self.fail("Unexpected end of input.");
            };
            match c {
                '"' if quoted || word.trim_start_matches(is_space).is_empty() => {
                    if quoted {
                        return self.fail("Unexpected array element.");
                    }
                    quoted = true;
                    word.clear();
                    loop {
                        match chars.next() {
                            Some((_, '"')) => break,
                            Some((_, '\\')) => match chars.next() {
                                Some((_, c)) => word.push(c),
                                None => return self.fail("Unexpected end of input."),
                            },
                            Some((_, c)) => word.push(c),
                            None => return self.fail("Unexpected end of input."),
                        }
                    }
                    kept = word.len();
                }
                '"' | '{' => {
                    return self.fail(&format!("Unexpected \"{c}\" character."));
                }
                ',' | '}' => break at,
                '\\' => match chars.next() {
                    Some((_, c)) if !quoted => {
                        word.push(c);
                        kept = word.len();
                    }
                    _ => return self.fail("Unexpected end of input."),
                },
                c if is_space(c) => {
                    if !quoted {
                        word.push(c);
                    }
                }
                _ if quoted => return self.fail("Unexpected array element."),
                c => {
                    word.push(c);
                    kept = word.len();
                }
            }
        };
        self.rest = &self.rest[end..];
        word.truncate(kept);
        if word.is_empty() && !quoted {
            return self.fail("Unexpected \",\" character.");
        }
        if !quoted && word.eq_ignore_ascii_case("null") {
            return Ok(Datum::Null);
        }
        read(&word)
    }
}

const UNEVEN: &str = "Multidimensional arrays must have sub-arrays with matching dimensions.";
