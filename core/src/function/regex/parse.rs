//! Pattern to tree: the ARE syntax with its directors, embedded options, escapes and brackets.

use crate::error::{Error, Result};

use super::class::{Class, Item, Named};
use super::{Options, invalid};

/// Deepest nesting of groups.
const DEPTH_MAX: usize = 200;
/// Largest bound of a quantifier, as PostgreSQL.
const BOUND_MAX: u32 = 255;

/// A place that matches no character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Assertion {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordStart,
    WordEnd,
    Boundary,
    NoBoundary,
}

/// A pattern.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Node {
    Empty,
    Set(Class),
    Assert(Assertion),
    Concat(Vec<Node>),
    Any(Vec<Node>),
    Group(Option<usize>, Box<Node>),
    Repeat { node: Box<Node>, least: u32, most: Option<u32>, greedy: bool },
    Look { ahead: bool, negated: bool, node: Box<Node> },
    Back(usize),
}

pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) groups: usize,
    pub(super) options: Options,
}

struct Parser {
    pattern: Vec<char>,
    at: usize,
    groups: usize,
    /// Groups that are closed, to which back references may go.
    closed: Vec<bool>,
    depth: usize,
    options: Options,
}

/// Reads a pattern; options inside it win over those given.
pub(super) fn parse(pattern: &str, mut options: Options) -> Result<Parsed> {
    let mut text = pattern;
    if let Some(rest) = text.strip_prefix("***=") {
        options.literal = true;
        text = rest;
    } else if let Some(rest) = text.strip_prefix("***:") {
        text = rest;
    } else if text.starts_with("***") {
        return Err(invalid("quantifier operand invalid"));
    }
    if !options.literal
        && let Some(rest) = text.strip_prefix("(?")
        && rest.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        let (letters, rest) = rest.split_once(')').ok_or_else(|| invalid("invalid embedded option"))?;
        if !letters.chars().all(|letter| options.apply(letter)) {
            return Err(invalid("invalid embedded option"));
        }
        text = rest;
    }
    let mut parser =
        Parser { pattern: text.chars().collect(), at: 0, groups: 0, closed: vec![false], depth: 0, options };
    if options.literal {
        let set = |c: &char| Node::Set(Class::of(Item::Range(*c, *c), options.insensitive));
        return Ok(Parsed {
            root: Node::Concat(parser.pattern.iter().map(set).collect()),
            groups: 0,
            options,
        });
    }
    let root = parser.alternatives()?;
    if parser.at < parser.pattern.len() {
        return Err(invalid("parentheses () not balanced"));
    }
    Ok(Parsed { root, groups: parser.groups, options })
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    fn peek_at(&self, offset: usize) -> Option<char> {
        self.pattern.get(self.at + offset).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self, missing: &str) -> Result<char> {
        let c = self.peek().ok_or_else(|| invalid(missing))?;
        self.at += 1;
        Ok(c)
    }

    fn set(&self, item: Item) -> Node {
        Node::Set(Class::of(item, self.options.insensitive))
    }

    fn skip_blanks(&mut self) -> Result<()> {
        loop {
            if self.peek() == Some('(') && self.peek_at(1) == Some('?') && self.peek_at(2) == Some('#') {
                while self.next("parentheses () not balanced")? != ')' {}
            } else if self.options.expanded && self.peek().is_some_and(char::is_whitespace) {
                self.at += 1;
            } else if self.options.expanded && self.peek() == Some('#') {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else {
                return Ok(());
            }
        }
    }

    fn alternatives(&mut self) -> Result<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(invalid("regular expression is too complex"));
        }
        let mut branches = vec![self.branch()?];
        while self.eat('|') {
            branches.push(self.branch()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Any(branches) })
    }

    fn branch(&mut self) -> Result<Node> {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks()?;
            match self.peek() {
                None | Some('|' | ')') => break,
                Some(_) => {}
            }
            let atom = self.atom()?;
            parts.push(self.quantified(atom)?);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.remove(0),
            _ => Node::Concat(parts),
        })
    }

    fn atom(&mut self) -> Result<Node> {
        let c = self.next("unexpected end")?;
        Ok(match c {
            '(' => return self.group(),
            '[' => {
                if let Some(word) = self.word_edge() {
                    return Ok(word);
                }
                Node::Set(self.bracket()?)
            }
            '.' => Node::Set(Class {
                items: Vec::new(),
                negated: true,
                insensitive: false,
                no_newline: self.options.newline_stops,
            }),
            '^' if self.options.newline_anchors => Node::Assert(Assertion::LineStart),
            '^' => Node::Assert(Assertion::TextStart),
            '$' if self.options.newline_anchors => Node::Assert(Assertion::LineEnd),
            '$' => Node::Assert(Assertion::TextEnd),
            '\\' => return self.escape(),
            '*' | '+' | '?' => return Err(invalid("quantifier operand invalid")),
            '{' if self.peek().is_some_and(|c| c.is_ascii_digit()) => {
                return Err(invalid("quantifier operand invalid"));
            }
            c => self.set(Item::Range(c, c)),
        })
    }

    fn word_edge(&mut self) -> Option<Node> {
        for (text, assertion) in [("[:<:]]", Assertion::WordStart), ("[:>:]]", Assertion::WordEnd)] {
            if self.pattern[self.at..].iter().copied().take(6).eq(text.chars()) {
                self.at += 6;
                return Some(Node::Assert(assertion));
            }
        }
        None
    }

    fn group(&mut self) -> Result<Node> {
        let unbalanced = || invalid("parentheses () not balanced");
        if self.eat('?') {
            let (look, negated) = match (self.next("parentheses () not balanced")?, self.peek()) {
                (':', _) => (None, false),
                ('=', _) => (Some(true), false),
                ('!', _) => (Some(true), true),
                ('<', Some(c @ ('=' | '!'))) => {
                    self.at += 1;
                    (Some(false), c == '!')
                }
                _ => return Err(invalid("quantifier operand invalid")),
            };
            // Groups inside a constraint capture nothing.
            let (groups, closed) = (self.groups, self.closed.len());
            let mut inner = self.alternatives()?;
            if !self.eat(')') {
                return Err(unbalanced());
            }
            return Ok(match look {
                None => Node::Group(None, Box::new(inner)),
                Some(ahead) => {
                    uncapture(&mut inner)?;
                    self.groups = groups;
                    self.closed.truncate(closed);
                    Node::Look { ahead, negated, node: Box::new(inner) }
                }
            });
        }
        self.groups += 1;
        let number = self.groups;
        self.closed.push(false);
        let inner = self.alternatives()?;
        if !self.eat(')') {
            return Err(unbalanced());
        }
        if let Some(closed) = self.closed.get_mut(number) {
            *closed = true;
        }
        Ok(Node::Group(Some(number), Box::new(inner)))
    }

    fn quantified(&mut self, atom: Node) -> Result<Node> {
        self.skip_blanks()?;
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') if self.peek_at(1).is_some_and(|c| c.is_ascii_digit()) => {
                self.at += 1;
                let bounds = self.bounds()?;
                self.at -= 1;
                bounds
            }
            _ => return Ok(atom),
        };
        self.at += 1;
        if matches!(atom, Node::Assert(Assertion::TextStart | Assertion::LineStart) | Node::Look { .. }) {
            return Err(invalid("quantifier operand invalid"));
        }
        let greedy = !self.eat('?');
        self.skip_blanks()?;
        if matches!(self.peek(), Some('*' | '+' | '?'))
            || self.peek() == Some('{') && self.peek_at(1).is_some_and(|c| c.is_ascii_digit())
        {
            return Err(invalid("quantifier operand invalid"));
        }
        Ok(Node::Repeat { node: Box::new(atom), least, most, greedy })
    }

    fn bounds(&mut self) -> Result<(u32, Option<u32>)> {
        let wrong = || invalid("invalid repetition count(s)");
        let least = self.digits().ok_or_else(wrong)?;
        let most = if self.eat(',') {
            if self.peek() == Some('}') { None } else { Some(self.digits().ok_or_else(wrong)?) }
        } else {
            Some(least)
        };
        if !self.eat('}') || least > BOUND_MAX || most.is_some_and(|most| most > BOUND_MAX || most < least) {
            return Err(wrong());
        }
        Ok((least, most))
    }

    fn digits(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = Some(value.unwrap_or(0u32).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        value
    }

    fn escape(&mut self) -> Result<Node> {
        let c = self.next("invalid escape \\ sequence")?;
        Ok(match c {
            'd' => self.set(Item::Named(Named::Digit, false)),
            'D' => self.set(Item::Named(Named::Digit, true)),
            's' => self.set(Item::Named(Named::Space, false)),
            'S' => self.set(Item::Named(Named::Space, true)),
            'w' => self.set(Item::Named(Named::Word, false)),
            'W' => self.set(Item::Named(Named::Word, true)),
            'A' => Node::Assert(Assertion::TextStart),
            'Z' => Node::Assert(Assertion::TextEnd),
            'm' => Node::Assert(Assertion::WordStart),
            'M' => Node::Assert(Assertion::WordEnd),
            'y' => Node::Assert(Assertion::Boundary),
            'Y' => Node::Assert(Assertion::NoBoundary),
            '1'..='9' => {
                self.at -= 1;
                return self.back_reference();
            }
            other => {
                let c = self.character(other)?;
                self.set(Item::Range(c, c))
            }
        })
    }

    fn back_reference(&mut self) -> Result<Node> {
        let start = self.at;
        let number = self.digits().unwrap_or(0);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        if number < 10 || index <= self.groups {
            return match self.closed.get(index) {
                Some(true) => Ok(Node::Back(index)),
                _ => Err(invalid("invalid backreference number")),
            };
        }
        // More digits than groups: an octal character.
        self.at = start + 1;
        let c = self.octal(self.pattern[start])?;
        Ok(self.set(Item::Range(c, c)))
    }

    fn octal(&mut self, first: char) -> Result<char> {
        let mut code = first.to_digit(8).ok_or_else(|| invalid("invalid backreference number"))?;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            code = code * 8 + digit;
            self.at += 1;
        }
        char::from_u32(code).ok_or_else(|| invalid("invalid escape \\ sequence"))
    }

    fn hex(&mut self, least: usize, most: usize) -> Result<char> {
        let (mut code, mut count) = (0u32, 0);
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) {
            if count == most {
                break;
            }
            code = code.saturating_mul(16).saturating_add(digit);
            count += 1;
            self.at += 1;
        }
        let c = if count < least { None } else { char::from_u32(code) };
        c.ok_or_else(|| invalid("invalid escape \\ sequence"))
    }

    /// The character an escape stands for.
    fn character(&mut self, c: char) -> Result<char> {
        Ok(match c {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'B' => '\\',
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'c' => {
                let c = self.next("invalid escape \\ sequence")?;
                char::from_u32(u32::from(c) & 0x1f).unwrap_or(c)
            }
            'u' => self.hex(4, 4)?,
            'U' => self.hex(8, 8)?,
            'x' => self.hex(1, 255)?,
            '0' => self.octal('0')?,
            c if c.is_ascii_alphanumeric() => return Err(invalid("invalid escape \\ sequence")),
            c => c,
        })
    }

    fn bracket(&mut self) -> Result<Class> {
        let unbalanced = || invalid("brackets [] not balanced");
        let negated = self.eat('^');
        let mut items = Vec::new();
        let mut first = true;
        loop {
            if self.peek().is_none() {
                return Err(unbalanced());
            }
            if !first && self.eat(']') {
                break;
            }
            first = false;
            let low = self.bracket_item(&mut items)?;
            let Some(low) = low else { continue };
            let is_range = self.peek() == Some('-') && self.peek_at(1).is_some_and(|c| c != ']');
            if !is_range {
                items.push(Item::Range(low, low));
                continue;
            }
            self.at += 1;
            let mut none = Vec::new();
            match self.bracket_item(&mut none)? {
                Some(high) if low <= high => items.push(Item::Range(low, high)),
                _ => return Err(invalid("invalid character range")),
            }
        }
        Ok(Class {
            items,
            negated,
            insensitive: self.options.insensitive,
            no_newline: negated && self.options.newline_stops,
        })
    }

    /// One member of a bracket: a character, or a class that is pushed at once.
    fn bracket_item(&mut self, items: &mut Vec<Item>) -> Result<Option<char>> {
        let c = self.next("brackets [] not balanced")?;
        match (c, self.peek()) {
            ('[', Some(kind @ (':' | '=' | '.'))) => {
                self.at += 1;
                let mut name = String::new();
                loop {
                    let c = self.next("brackets [] not balanced")?;
                    if c == kind && self.peek() == Some(']') {
                        self.at += 1;
                        break;
                    }
                    name.push(c);
                }
                if kind == ':' {
                    let named = Named::of(&name).ok_or_else(|| invalid("invalid character class"))?;
                    items.push(Item::Named(named, false));
                    return Ok(None);
                }
                let mut chars = name.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => Ok(Some(c)),
                    _ => Err(invalid("invalid collating element")),
                }
            }
            ('\\', Some(c)) => {
                self.at += 1;
                let named = match c.to_ascii_lowercase() {
                    'd' => Named::Digit,
                    's' => Named::Space,
                    'w' => Named::Word,
                    _ if matches!(c, '1'..='9') => return self.octal(c).map(Some),
                    _ => return self.character(c).map(Some),
                };
                items.push(Item::Named(named, c.is_ascii_uppercase()));
                Ok(None)
            }
            _ => Ok(Some(c)),
        }
    }
}

/// Takes the numbers off the groups of a constraint; back references cannot be in one.
fn uncapture(node: &mut Node) -> Result<(), Error> {
    match node {
        Node::Group(number, inner) => {
            *number = None;
            uncapture(inner)
        }
        Node::Concat(parts) | Node::Any(parts) => parts.iter_mut().try_for_each(uncapture),
        Node::Repeat { node, .. } | Node::Look { node, .. } => uncapture(node),
        Node::Back(_) => Err(invalid("invalid backreference number")),
        Node::Empty | Node::Set(_) | Node::Assert(_) => Ok(()),
    }
}
