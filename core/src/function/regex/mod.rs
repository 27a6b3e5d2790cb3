//! PostgreSQL's advanced regular expressions, in bounded time.
//!
//! ```text
//! pattern --parse--> Node --compile--> Program --run--> span of the match --run--> spans of its groups
//! ```
//!
//! The match is the leftmost one, and the longest or the shortest there, as the pattern's first quantifier
//! that has a preference asks; the groups inside are found by a second run that is held to this span and
//! follows each quantifier's own preference. Both runs advance all alternatives together, one character
//! at a time, so that no pattern needs more than length times size. Patterns with back references cannot
//! be run so: they are tried one way after the other, and every run has a budget of steps.
//!
//! X1  No pattern and no text makes it run longer than `run::STEPS_MAX` steps: then it is 54001.
//! X2  A program has at most `compile::INSTRUCTIONS_MAX` instructions, however bounds are nested.

mod class;
mod compile;
mod parse;
mod run;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Result, SqlState};

use compile::Program;
use parse::Parsed;

/// How a pattern is read and matched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// `i`
    pub insensitive: bool,
    /// `n`, `p`: `.` and negated brackets do not match a line break.
    pub newline_stops: bool,
    /// `n`, `w`: `^` and `$` match at line breaks, too.
    pub newline_anchors: bool,
    /// `x`: blanks and comments are ignored.
    pub expanded: bool,
    /// `q`: the pattern is a plain string.
    pub literal: bool,
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    program: Program,
    /// How many groups have a number.
    pub groups: usize,
}

/// Where the whole match and the numbered groups are, in bytes; a group that took no part is `None`.
pub type Spans = Vec<Option<(usize, usize)>>;

/// 2201B, in PostgreSQL's words.
fn invalid(what: &str) -> Error {
    Error::new(SqlState::INVALID_REGULAR_EXPRESSION, format!("invalid regular expression: {what}"))
}

impl Options {
    /// Applies one letter of a flags argument; false for a letter that is none.
    pub fn apply(&mut self, letter: char) -> bool {
        match letter {
            'i' => self.insensitive = true,
            'c' => self.insensitive = false,
            'n' | 'm' => (self.newline_stops, self.newline_anchors) = (true, true),
            'p' => (self.newline_stops, self.newline_anchors) = (true, false),
            'w' => (self.newline_stops, self.newline_anchors) = (false, true),
            's' => (self.newline_stops, self.newline_anchors) = (false, false),
            'x' => self.expanded = true,
            't' => self.expanded = false,
            'q' => self.literal = true,
            'e' => {}
            _ => return false,
        }
        true
    }
}

impl Regex {
    /// Compiles a pattern.
    pub fn new(pattern: &str, options: Options) -> Result<Regex> {
        let Parsed { root, groups, options } = parse::parse(pattern, options)?;
        Ok(Regex { program: compile::compile(&root, groups, options)?, groups })
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> Result<bool> {
        Ok(run::find(&self.program, text, 0)?.is_some())
    }

    /// The first match at or after a byte offset.
    pub fn find(&self, text: &str, from: usize) -> Result<Option<(usize, usize)>> {
        run::find(&self.program, text, from)
    }

    /// The first match at or after a byte offset, with its groups.
    pub fn captures(&self, text: &str, from: usize) -> Result<Option<Spans>> {
        let Some(span) = run::find(&self.program, text, from)? else { return Ok(None) };
        if self.groups == 0 {
            return Ok(Some(vec![Some(span)]));
        }
        run::groups(&self.program, text, span, self.groups).map(Some)
    }
}

thread_local! {
    /// The patterns used last: a query applies one to every row.
    static RECENT: RefCell<Vec<(String, Options, Rc<Regex>)>> = const { RefCell::new(Vec::new()) };
}

/// How many compiled patterns are kept.
const RECENT_MAX: usize = 4;

/// The compiled form of a pattern, from memory if it was used lately.
pub fn regex(pattern: &str, options: Options) -> Result<Rc<Regex>> {
    RECENT.with_borrow_mut(|recent| {
        if let Some(at) = recent.iter().position(|(known, with, _)| known == pattern && *with == options) {
            recent[..=at].rotate_right(1);
            return Ok(Rc::clone(&recent[0].2));
        }
        let made = Rc::new(Regex::new(pattern, options)?);
        recent.truncate(RECENT_MAX - 1);
        recent.insert(0, (pattern.to_owned(), options, Rc::clone(&made)));
        Ok(made)
    })
}
