//! `to_char` of numbers: the templates of PostgreSQL's table 9.29 that do not depend on a locale.
//!
//! ```text
//! 9 digit   0 digit, zeros shown   . D point   , G group   S sign   MI minus   PL plus   SG sign
//! PR <negative>   FM no padding   L $ nothing and itself   "text"   other characters themselves
//! ```

use crate::error::{Error, Result};
use crate::function::argument::{float, int, numeric, out, text};
use crate::function::registry::{Entry, f};
use crate::value::SqlType::{Float4, Float8, Int4, Int8, Numeric as Num, Text};
use crate::value::{Datum, Numeric};

pub(super) static FUNCTIONS: &[Entry] = &[
    f("to_char", &[Int4, Text], Text, |a, _| to_char(&Numeric::from(int(a, 0)?), text(a, 1)?)).stable(),
    f("to_char", &[Int8, Text], Text, |a, _| to_char(&Numeric::from(int(a, 0)?), text(a, 1)?)).stable(),
    f("to_char", &[Num, Text], Text, |a, _| to_char(numeric(a, 0)?, text(a, 1)?)).stable(),
    f("to_char", &[Float4, Text], Text, |a, _| to_char(&Numeric::from_f64(float(a, 0)?, 6)?, text(a, 1)?))
        .stable(),
    f("to_char", &[Float8, Text], Text, |a, _| to_char(&Numeric::from_f64(float(a, 0)?, 15)?, text(a, 1)?))
        .stable(),
];

#[derive(Clone, Copy, PartialEq)]
enum Part<'a> {
    Nine,
    Zero,
    Point,
    Group,
    Sign,
    Minus,
    Plus,
    Signed,
    Literal(&'a str),
}

struct Template<'a> {
    parts: Vec<Part<'a>>,
    fill: bool,
    angled: bool,
}

fn read(template: &str) -> Result<Template<'_>> {
    let mut out = Template { parts: Vec::new(), fill: true, angled: false };
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        let width = first.len_utf8();
        let two = rest.get(..2).map(str::to_ascii_uppercase);
        match two.as_deref() {
            Some("FM") => {
                out.fill = false;
                rest = &rest[2..];
                continue;
            }
            Some("PR") => {
                out.angled = true;
                rest = &rest[2..];
                continue;
            }
            Some("MI") => {
                out.parts.push(Part::Minus);
                rest = &rest[2..];
                continue;
            }
            Some("PL") => {
                out.parts.push(Part::Plus);
                rest = &rest[2..];
                continue;
            }
            Some("SG") => {
                out.parts.push(Part::Signed);
                rest = &rest[2..];
                continue;
            }
            Some("EE" | "RN" | "TH") => return Err(Error::unsupported("this template of to_char")),
            _ => {}
        }
        let part = match first {
            '9' => Part::Nine,
            '0' => Part::Zero,
            '.' | 'D' | 'd' => Part::Point,
            ',' | 'G' | 'g' => Part::Group,
            'S' | 's' => Part::Sign,
            'V' | 'v' => return Err(Error::unsupported("V in a template of to_char")),
            'L' | 'l' => Part::Literal(" "),
            'B' | 'b' => Part::Literal(""),
            '"' => {
                let inside = &rest[1..];
                let end = inside.find('"').unwrap_or(inside.len());
                out.parts.push(Part::Literal(&inside[..end]));
                rest = inside.get(end + 1..).unwrap_or("");
                continue;
            }
            _ => Part::Literal(&rest[..width]),
        };
        out.parts.push(part);
        rest = &rest[width..];
    }
    Ok(out)
}

fn to_char(value: &Numeric, template: &str) -> Result<Datum> {
    let read = read(template)?;
    let parts = &read.parts;
    let point = parts.iter().position(|part| *part == Part::Point).unwrap_or(parts.len());
    let is_digit = |part: &&Part<'_>| matches!(part, Part::Nine | Part::Zero);
    let whole_slots = parts[..point].iter().filter(is_digit).count();
    let fraction_slots = parts[point..].iter().filter(is_digit).count();
    let finite = value.scale().is_some();
    let rounded = value.round(i32::try_from(fraction_slots).unwrap_or(i32::MAX))?;
    let negative = rounded.is_negative();
    let digits = rounded.abs().to_string();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole = if whole == "0" { "" } else { whole };
    // Even 0.5 needs a place before the point.
    let overflows = !finite || whole.len().max(1) > whole_slots;
    // From the first 0 on, zeros are shown before the number begins.
    let first_zero =
        parts[..point].iter().filter(is_digit).position(|part| *part == Part::Zero).unwrap_or(whole_slots);
    let begins = first_zero.min(whole_slots.saturating_sub(whole.len()));
    let has_sign_slot = parts.iter().any(|p| matches!(p, Part::Sign | Part::Minus | Part::Signed));
    let sign_at = parts.iter().position(|part| *part == Part::Sign);
    let sign_leads =
        sign_at.is_some_and(|at| at < parts.iter().position(|p| is_digit(&p)).unwrap_or(usize::MAX));
    let sign = if negative { "-" } else { "+" };
    let mut text = String::new();
    let mut pending = if read.angled {
        if negative { "<" } else { " " }
    } else if sign_leads {
        sign
    } else if has_sign_slot {
        ""
    } else if negative {
        "-"
    } else {
        " "
    };
    let (mut slot, mut fraction_slot, mut after_point) = (0, 0, false);
    let last_fraction = fraction.trim_end_matches('0').len();
    let mut place = |text: &mut String, digit: char| {
        if !pending.is_empty() {
            if read.fill || pending != " " {
                text.push_str(pending);
            }
            pending = "";
        }
        text.push(digit);
    };
    let mut zero_fraction = 0;
    for part in parts {
        if *part == Part::Zero && after_point {
            zero_fraction = fraction_slot + 1;
        }
        if after_point && matches!(part, Part::Nine | Part::Zero) {
            fraction_slot += 1;
        }
        after_point |= *part == Part::Point;
    }
    let bare_zero = !read.fill && last_fraction == 0 && zero_fraction == 0;
    (fraction_slot, after_point) = (0, false);
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Nine | Part::Zero if after_point => {
                let digit = fraction.as_bytes().get(fraction_slot).map_or('0', |b| char::from(*b));
                let shown = read.fill || overflows || fraction_slot < last_fraction.max(zero_fraction);
                fraction_slot += 1;
                if shown {
                    place(&mut text, if overflows { '#' } else { digit });
                }
            }
            Part::Nine | Part::Zero => {
                let digit =
                    (whole.len() + slot).checked_sub(whole_slots).and_then(|at| whole.as_bytes().get(at));
                if overflows {
                    place(&mut text, '#');
                } else if slot >= begins {
                    place(&mut text, digit.map_or('0', |b| char::from(*b)));
                } else if slot + 1 == whole_slots && (fraction_slots == 0 || bare_zero) {
                    // A lone zero is still a digit.
                    place(&mut text, '0');
                } else if read.fill {
                    text.push(' ');
                }
                slot += 1;
            }
            Part::Point => {
                place(&mut text, '.');
                after_point = true;
            }
            Part::Group => {
                if slot > begins || overflows {
                    text.push(',');
                } else if read.fill {
                    text.push(' ');
                }
            }
            Part::Sign if sign_leads && Some(at) == sign_at => {}
            Part::Sign | Part::Signed => text.push_str(sign),
            Part::Minus if negative => text.push('-'),
            Part::Plus if !negative => text.push('+'),
            Part::Minus | Part::Plus => {
                if read.fill {
                    text.push(' ');
                }
            }
            Part::Literal(literal) => text.push_str(literal),
        }
    }
    if read.angled {
        text.push_str(if negative {
            ">"
        } else if read.fill {
            " "
        } else {
            ""
        });
    }
    out(text)
}
