//! The path language of jsonb: read, and written as PostgreSQL shows it, which is also how it is stored.
//!
//! ```text
//! $.a[1 to last] ? (@.b > 2 || exists (@.c))      ->   $."a"[1 to last]?(@."b" > 2 || exists (@."c"))
//! ```
//!
//! Does not know what a path finds: `function::scalar::jsonpath` does.
//!
//! P1  What is written reads back as the same path.

use crate::error::{Error, Result, SqlState};

use super::super::Numeric;

/// Deepest nesting of a path.
const DEPTH_MAX: usize = 200;

/// A path with its mode.
#[derive(Clone, PartialEq, Debug)]
pub struct JsonPath {
    /// Structural errors are errors.
    pub strict: bool,
    /// What it says.
    pub node: Node,
}

/// A part of a path.
#[derive(Clone, PartialEq, Debug)]
pub enum Node {
    /// `$`
    Root,
    /// `@`
    Current,
    /// `last`
    Last,
    /// `$name`
    Variable(String),
    /// `null`, `true`, `false`, a number, a string.
    Literal(super::Json),
    /// Steps from a value.
    Path(Box<Node>, Vec<Step>),
    /// A sign.
    Sign(char, Box<Node>),
    /// An operator between two: `+ - * / %`, comparisons, `&&`, `||`, `starts with`.
    Binary(&'static str, Box<Node>, Box<Node>),
    /// `!(..)`
    Not(Box<Node>),
    /// `(..) is unknown`
    IsUnknown(Box<Node>),
    /// `exists (..)`
    Exists(Box<Node>),
    /// `like_regex`: pattern and flags.
    Like(Box<Node>, String, String),
}

/// A step from a value to others.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// `.key`
    Key(String),
    /// `.*`
    AnyKey,
    /// `[*]`
    AnyItem,
    /// `.**{first to last}`; `last` is the largest number.
    Deep(u32, u32),
    /// `[a, b to c]`
    Items(Vec<(Node, Option<Node>)>),
    /// `?(..)`
    Filter(Box<Node>),
    /// `.size()` and its kin, with an argument.
    Method(&'static str, Option<String>),
}

const METHODS: [&str; 8] = ["type", "size", "double", "ceiling", "floor", "abs", "keyvalue", "datetime"];
/// Operators, how strongly they bind.
const OPERATORS: [(&str, u8); 16] = [
    ("||", 0),
    ("&&", 1),
    ("==", 2),
    ("!=", 2),
    ("<>", 2),
    ("<=", 2),
    (">=", 2),
    ("<", 2),
    (">", 2),
    ("starts with", 2),
    ("like_regex", 2),
    ("+", 3),
    ("-", 3),
    ("*", 4),
    ("/", 4),
    ("%", 4),
];

fn priority(operator: &str) -> u8 {
    OPERATORS.iter().find(|(own, _)| *own == operator).map_or(6, |(_, priority)| *priority)
}

impl Node {
    fn priority(&self) -> u8 {
        match self {
            Node::Binary(operator, ..) => priority(operator),
            Node::Like(..) => 2,
            Node::Sign(..) => 5,
            Node::Path(node, _) => node.priority(),
            _ => 6,
        }
    }

    /// Whether it is true, false or unknown rather than a list of values.
    pub fn is_predicate(&self) -> bool {
        match self {
            Node::Binary(operator, ..) => priority(operator) <= 2,
            Node::Not(_) | Node::IsUnknown(_) | Node::Exists(_) | Node::Like(..) => true,
            _ => false,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Mark(&'static str),
    Word(String),
    Text(String),
    Variable(String),
    Number(Numeric),
}

const MARKS: [&str; 28] = [
    "||", "&&", "==", "!=", "<>", "<=", ">=", "**", "<", ">", "=", "!", "+", "-", "*", "/", "%", "$", "@",
    ".", ",", "(", ")", "[", "]", "{", "}", "?",
];

fn syntax(message: impl Into<String>) -> Error {
    Error::new(SqlState::SYNTAX_ERROR, message)
}

fn is_special(letter: char) -> bool {
    letter.is_whitespace() || "?%$.[]{}()|&!=<>@#,*:-+/\\\"".contains(letter)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn tokens(mut self) -> Result<Vec<Token>> {
        let mut found = Vec::new();
        while let Some(letter) = self.peek() {
            if letter.is_whitespace() {
                self.next();
            } else if self.rest().starts_with("/*") {
                let end = self
                    .rest()
                    .find("*/")
                    .ok_or_else(|| syntax("unexpected end of comment of jsonpath input"))?;
                self.at += end + 2;
            } else if letter == '"' {
                self.next();
                found.push(Token::Text(self.string()?));
            } else if letter.is_ascii_digit()
                || letter == '.' && self.rest()[1..].starts_with(|next: char| next.is_ascii_digit())
            {
                found.push(self.number()?);
            } else if letter == '$' {
                self.next();
                found.push(match self.peek() {
                    Some('"') => {
                        self.next();
                        Token::Variable(self.string()?)
                    }
                    Some(next) if !is_special(next) || next == '\\' => Token::Variable(self.word()?),
                    _ => Token::Mark("$"),
                });
            } else if let Some(mark) = MARKS.iter().find(|mark| self.rest().starts_with(**mark)) {
                self.at += mark.len();
                found.push(Token::Mark(mark));
            } else if !is_special(letter) || letter == '\\' {
                found.push(Token::Word(self.word()?));
            } else {
                return Err(syntax(format!("syntax error at or near \"{letter}\" of jsonpath input")));
            }
        }
        Ok(found)
    }

    fn word(&mut self) -> Result<String> {
        let mut out = String::new();
        while let Some(letter) = self.peek() {
            if letter == '\\' {
                self.next();
                self.escape(&mut out)?;
            } else if is_special(letter) {
                break;
            } else {
                out.push(letter);
                self.next();
            }
        }
        Ok(out)
    }

    fn string(&mut self) -> Result<String> {
        let mut out = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(out),
                Some('\\') => self.escape(&mut out)?,
                Some(letter) => out.push(letter),
                None => return Err(syntax("unterminated quoted string at end of jsonpath input")),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<()> {
        let letter =
            self.next().ok_or_else(|| syntax("unexpected end after backslash at end of jsonpath input"))?;
        out.push(match letter {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'x' => self.hex(2)?,
            'u' if self.peek() == Some('{') => {
                let digits = self.rest().get(1..).and_then(|rest| rest.find('}'));
                let digits = digits.filter(|count| (1..=6).contains(count)).ok_or_else(bad_unicode)?;
                self.next();
                let letter = self.hex(digits)?;
                self.next();
                letter
            }
            'u' => {
                let high = self.code(4)?;
                if (0xd800..0xdc00).contains(&high) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    let low = self.code(4)?;
                    let joined = 0x1_0000 + ((high - 0xd800) << 10) + low.wrapping_sub(0xdc00);
                    char::from_u32(joined).ok_or_else(bad_unicode)?
                } else {
                    char::from_u32(high).ok_or_else(bad_unicode)?
                }
            }
            other => other,
        });
        Ok(())
    }

    fn code(&mut self, digits: usize) -> Result<u32> {
        let text = self.rest().get(..digits).ok_or_else(bad_unicode)?;
        let code = u32::from_str_radix(text, 16).map_err(|_| bad_unicode())?;
        self.at += digits;
        Ok(code)
    }

    fn hex(&mut self, digits: usize) -> Result<char> {
        char::from_u32(self.code(digits)?).filter(|letter| *letter != '\0').ok_or_else(bad_unicode)
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|letter| letter.is_ascii_digit()) {
            self.next();
        }
    }

    fn number(&mut self) -> Result<Token> {
        let start = self.at;
        if self.rest().starts_with('0') {
            self.next();
        } else {
            self.digits();
        }
        if self.peek() == Some('.') {
            self.next();
            self.digits();
        }
        let mut end = self.at;
        if matches!(self.peek(), Some('e' | 'E')) {
            self.next();
            if matches!(self.peek(), Some('+' | '-')) {
                self.next();
            }
            let before = self.at;
            self.digits();
            if self.at > before {
                end = self.at;
            }
        }
        self.at = end;
        if self.peek().is_some_and(|letter| !is_special(letter)) {
            while self.peek().is_some_and(|letter| !is_special(letter)) {
                self.next();
            }
            let text = &self.text[start..self.at];
            return Err(syntax(format!(
                "trailing junk after numeric literal at or near \"{text}\" of jsonpath input"
            )));
        }
        let text = self.text[start..end].replace(".e", "e").replace(".E", "e");
        Ok(Token::Number(Numeric::parse(text.trim_end_matches('.'))?))
    }
}

fn bad_unicode() -> Error {
    Error::new(SqlState::INVALID_TEXT_REPRESENTATION, "invalid Unicode escape sequence")
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    operators: usize,
    /// How many filters and subscripts are around: `@` and `last` stand in them.
    filters: usize,
    subscripts: usize,
}

type Parsed = Result<Node>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn mark(&mut self, mark: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Mark(own)) if *own == mark);
        self.at += usize::from(is);
        is
    }

    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, mark: &str) -> Result<()> {
        if self.mark(mark) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Error {
        let shown = match self.peek() {
            None => return syntax("syntax error at end of jsonpath input"),
            Some(Token::Mark(mark)) => (*mark).to_owned(),
            Some(Token::Word(text) | Token::Text(text) | Token::Variable(text)) => text.clone(),
            Some(Token::Number(number)) => text_of(number),
        };
        syntax(format!("syntax error at or near \"{shown}\" of jsonpath input"))
    }

    fn predicate(&mut self) -> Parsed {
        let node = self.binary(0)?;
        if node.is_predicate() { Ok(node) } else { Err(self.unexpected()) }
    }

    fn value(&mut self) -> Parsed {
        let node = self.binary(3)?;
        if node.is_predicate() { Err(self.unexpected()) } else { Ok(node) }
    }

    // Operators that bind at least so strongly.
    fn binary(&mut self, least: u8) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded"));
        }
        let mut left = self.unary()?;
        while let Some((operator, strength)) = self.operator().filter(|(_, strength)| *strength >= least) {
            if left.is_predicate() != (strength < 2) {
                return Err(self.unexpected());
            }
            self.at += 1;
            self.operators += 1;
            if self.operators > DEPTH_MAX {
                return Err(Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded"));
            }
            if operator == "like_regex" {
                left = self.like(left)?;
                continue;
            }
            if operator == "starts with" && !self.word("with") {
                return Err(self.unexpected());
            }
            let right = self.binary(strength + 1)?;
            if right.is_predicate() != (strength < 2) {
                return Err(self.unexpected());
            }
            let operator = if operator == "<>" { "!=" } else { operator };
            left = Node::Binary(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<(&'static str, u8)> {
        let name = match self.peek()? {
            Token::Mark("=") => "==",
            Token::Mark(mark) => mark,
            Token::Word(word) if word.eq_ignore_ascii_case("starts") => "starts with",
            Token::Word(word) if word.eq_ignore_ascii_case("like_regex") => "like_regex",
            _ => return None,
        };
        OPERATORS.iter().find(|(own, _)| *own == name).copied()
    }

    fn like(&mut self, left: Node) -> Parsed {
        let Some(Token::Text(pattern)) = self.peek().cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        let mut flags = String::new();
        if self.word("flag") {
            let Some(Token::Text(said)) = self.peek().cloned() else { return Err(self.unexpected()) };
            self.at += 1;
            if let Some(letter) = said.chars().find(|letter| !"ismxq".contains(*letter)) {
                return Err(syntax("invalid input syntax for type jsonpath").with_detail(format!(
                    "Unrecognized flag character \"{letter}\" in LIKE_REGEX predicate."
                )));
            }
            flags = "ismxq".chars().filter(|letter| said.contains(*letter)).collect();
            if flags.contains('x') && !flags.contains('q') {
                return Err(Error::new(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    "XQuery \"x\" flag (expanded regular expressions) is not implemented",
                ));
            }
        }
        Ok(Node::Like(Box::new(left), pattern, flags))
    }

    fn unary(&mut self) -> Parsed {
        for sign in ["+", "-"] {
            if self.mark(sign) {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(Error::new(SqlState::STATEMENT_TOO_COMPLEX, "stack depth limit exceeded"));
                }
                let operand = self.unary()?;
                self.depth -= 1;
                return Ok(match operand {
                    Node::Literal(super::Json::Number(number)) => {
                        Node::Literal(super::Json::Number(if sign == "-" { number.negate() } else { number }))
                    }
                    operand if operand.is_predicate() => return Err(self.unexpected()),
                    operand => Node::Sign(if sign == "-" { '-' } else { '+' }, Box::new(operand)),
                });
            }
        }
        if self.mark("!") {
            let is_delimited = matches!(self.peek(), Some(Token::Mark("(")))
                || matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case("exists"));
            if !is_delimited {
                return Err(self.unexpected());
            }
            let operand = self.primary()?;
            return if operand.is_predicate() {
                Ok(Node::Not(Box::new(operand)))
            } else {
                Err(self.unexpected())
            };
        }
        let start = self.primary()?;
        let steps = self.steps()?;
        Ok(match start {
            start if steps.is_empty() => start,
            Node::Path(start, mut before) => {
                before.extend(steps);
                Node::Path(start, before)
            }
            start => Node::Path(Box::new(start), steps),
        })
    }

    fn primary(&mut self) -> Parsed {
        let Some(token) = self.peek().cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        let literal = |json| Ok(Node::Literal(json));
        match token {
            Token::Text(text) => literal(super::Json::String(text)),
            Token::Number(number) => literal(super::Json::Number(number)),
            Token::Variable(name) => Ok(Node::Variable(name)),
            Token::Mark("$") => Ok(Node::Root),
            Token::Mark("@") if self.filters == 0 => Err(syntax("@ is not allowed in root expressions")),
            Token::Mark("@") => Ok(Node::Current),
            Token::Mark("(") => {
                let inner = self.binary(0)?;
                self.expect(")")?;
                if inner.is_predicate() && self.word("is") {
                    if !self.word("unknown") {
                        return Err(self.unexpected());
                    }
                    return Ok(Node::IsUnknown(Box::new(inner)));
                }
                Ok(inner)
            }
            Token::Word(word) => match word.as_str() {
                "null" => literal(super::Json::Null),
                "true" => literal(super::Json::Bool(true)),
                "false" => literal(super::Json::Bool(false)),
                _ if word.eq_ignore_ascii_case("last") => match self.subscripts {
                    0 => Err(syntax("LAST is allowed only in array subscripts")),
                    _ => Ok(Node::Last),
                },
                _ if word.eq_ignore_ascii_case("exists") => {
                    self.expect("(")?;
                    let inner = self.value()?;
                    self.expect(")")?;
                    Ok(Node::Exists(Box::new(inner)))
                }
                _ => {
                    self.at -= 1;
                    Err(self.unexpected())
                }
            },
            Token::Mark(_) => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn steps(&mut self) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            if self.mark(".") {
                steps.push(self.member()?);
            } else if self.mark("[") {
                steps.push(self.items()?);
            } else if self.mark("?") {
                self.expect("(")?;
                self.filters += 1;
                let predicate = self.predicate()?;
                self.filters -= 1;
                self.expect(")")?;
                steps.push(Step::Filter(Box::new(predicate)));
            } else {
                return Ok(steps);
            }
        }
    }

    fn member(&mut self) -> Result<Step> {
        if self.mark("*") {
            return Ok(Step::AnyKey);
        }
        if self.mark("**") {
            return self.deep();
        }
        let Some(Token::Word(name) | Token::Text(name)) = self.peek().cloned() else {
            return Err(self.unexpected());
        };
        let is_word = matches!(self.peek(), Some(Token::Word(_)));
        self.at += 1;
        let method = METHODS.iter().find(|method| **method == name).filter(|_| is_word);
        match method {
            Some(method) if self.mark("(") => {
                let mut argument = None;
                if let (Some(Token::Text(text)), "datetime") = (self.peek().cloned(), *method) {
                    argument = Some(text);
                    self.at += 1;
                }
                self.expect(")")?;
                Ok(Step::Method(method, argument))
            }
            _ => Ok(Step::Key(name)),
        }
    }

    fn deep(&mut self) -> Result<Step> {
        if !self.mark("{") {
            return Ok(Step::Deep(0, u32::MAX));
        }
        let first = self.level()?;
        let last = if self.word("to") { self.level()? } else { first };
        self.expect("}")?;
        Ok(Step::Deep(first, last))
    }

    fn level(&mut self) -> Result<u32> {
        if self.word("last") {
            return Ok(u32::MAX);
        }
        let Some(Token::Number(number)) = self.peek() else { return Err(self.unexpected()) };
        let level = number.to_integer("integer").ok().and_then(|level| u32::try_from(level).ok());
        let level = level.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(level)
    }

    fn items(&mut self) -> Result<Step> {
        if self.mark("*") {
            self.expect("]")?;
            return Ok(Step::AnyItem);
        }
        self.subscripts += 1;
        let mut items = Vec::new();
        loop {
            let from = self.value()?;
            let to = if self.word("to") { Some(self.value()?) } else { None };
            items.push((from, to));
            if !self.mark(",") {
                break;
            }
        }
        self.subscripts -= 1;
        self.expect("]")?;
        Ok(Step::Items(items))
    }
}

fn text_of(number: &Numeric) -> String {
    let mut out = String::new();
    number.write_text(&mut out);
    out
}

impl JsonPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<JsonPath> {
        let tokens = Scanner { text, at: 0 }.tokens()?;
        if tokens.is_empty() {
            return Err(Error::new(
                SqlState::INVALID_TEXT_REPRESENTATION,
                format!("invalid input syntax for type jsonpath: \"{text}\""),
            ));
        }
        let mut parser = Parser { tokens, at: 0, depth: 0, operators: 0, filters: 0, subscripts: 0 };
        let strict = parser.word("strict");
        if !strict {
            parser.word("lax");
        }
        let node = parser.binary(0)?;
        if parser.peek().is_some() {
            return Err(parser.unexpected());
        }
        Ok(JsonPath { strict, node })
    }

    /// Writes it as PostgreSQL does.
    pub fn to_text(&self) -> String {
        let mut out = if self.strict { "strict ".to_owned() } else { String::new() };
        write(&self.node, true, &mut out);
        out
    }
}

fn write_string(text: &str, out: &mut String) {
    super::Json::String(text.to_owned()).write_text(out);
}

fn write(node: &Node, brackets: bool, out: &mut String) {
    let below = |inner: &Node, outer: &Node| inner.priority() <= outer.priority();
    let mut framed = |open: &str, inner: &Node, close: &str| {
        out.push_str(open);
        write(inner, false, out);
        out.push_str(close);
    };
    match node {
        Node::Root => out.push('$'),
        Node::Current => out.push('@'),
        Node::Last => out.push_str("last"),
        Node::Variable(name) => {
            out.push('$');
            write_string(name, out);
        }
        Node::Literal(json) => json.write_text(out),
        Node::Not(inner) => framed("!(", inner, ")"),
        Node::IsUnknown(inner) => framed("(", inner, ") is unknown"),
        Node::Exists(inner) => framed("exists (", inner, ")"),
        Node::Path(start, steps) => {
            let is_number = matches!(**start, Node::Literal(super::Json::Number(_)));
            if is_number {
                out.push('(');
            }
            write(start, true, out);
            if is_number {
                out.push(')');
            }
            steps.iter().for_each(|step| write_step(step, out));
        }
        Node::Sign(..) | Node::Binary(..) | Node::Like(..) => {
            if brackets {
                out.push('(');
            }
            match node {
                Node::Sign(sign, inner) => {
                    out.push(*sign);
                    write(inner, below(inner, node), out);
                }
                Node::Binary(operator, left, right) => {
                    write(left, below(left, node), out);
                    out.extend([" ", operator, " "]);
                    write(right, below(right, node), out);
                }
                Node::Like(inner, pattern, flags) => {
                    write(inner, below(inner, node), out);
                    out.push_str(" like_regex ");
                    write_string(pattern, out);
                    if !flags.is_empty() {
                        out.extend([" flag \"", flags, "\""]);
                    }
                }
                _ => {}
            }
            if brackets {
                out.push(')');
            }
        }
    }
}

fn write_step(step: &Step, out: &mut String) {
    let level = |level: u32| if level == u32::MAX { "last".to_owned() } else { level.to_string() };
    match step {
        Step::Key(key) => {
            out.push('.');
            write_string(key, out);
        }
        Step::AnyKey => out.push_str(".*"),
        Step::AnyItem => out.push_str("[*]"),
        Step::Deep(0, u32::MAX) => out.push_str(".**"),
        Step::Deep(first, last) if first == last => out.extend([".**{", &level(*first), "}"]),
        Step::Deep(first, last) => out.extend([".**{", &level(*first), " to ", &level(*last), "}"]),
        Step::Items(items) => {
            out.push('[');
            for (at, (from, to)) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(from, false, out);
                if let Some(to) = to {
                    out.push_str(" to ");
                    write(to, false, out);
                }
            }
            out.push(']');
        }
        Step::Filter(predicate) => {
            out.push_str("?(");
            write(predicate, false, out);
            out.push(')');
        }
        Step::Method(name, argument) => {
            out.extend([".", name, "("]);
            if let Some(argument) = argument {
                write_string(argument, out);
            }
            out.push(')');
        }
    }
}
