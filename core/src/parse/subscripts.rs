//! Subscripts of assignment targets, which sqlparser does not read: they are taken out of the tokens and
//! parsed apart.
//!
//! ```text
//! UPDATE t SET a[1] = 5, b = c[2]        SET a = 5, b = c[2]       and  a at 1:14 -> [1]
//! INSERT INTO t (a[1:2], b) VALUES ..    INTO t (a, b) VALUES ..   and  a at 1:16 -> [1:2]
//! ```

use sqlparser::ast;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::dialect::Grammar;

/// Targets by their place, each as if it were an expression: `a[1:2]`.
pub(crate) type Subscripts = Vec<(Location, ast::Expr)>;

/// What the scan is within.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Nothing,
    /// The targets of SET, at this depth.
    Set(usize),
    /// Targets in parentheses, whose inside has this depth; then SET goes on or not.
    Columns(usize, bool),
}

/// Takes the subscripts of targets out of a statement's tokens.
pub(super) fn take(tokens: &mut Vec<TokenWithSpan>, grammar: &Grammar) -> Result<Subscripts, ParserError> {
    if !tokens.iter().any(|token| token.token == Token::LBracket) {
        return Ok(Vec::new());
    }
    let mut scan = Scan { within: Within::Nothing, depth: 0, expects: false };
    let places: Vec<usize> =
        (0..tokens.len()).filter(|at| !matches!(tokens[*at].token, Token::Whitespace(_))).collect();
    let mut taken = Vec::new();
    let mut gone = vec![false; tokens.len()];
    let mut at = 0;
    while at < places.len() {
        let is_target = scan.step(tokens, &places, at);
        let mut next = at + 1;
        if is_target && is(tokens, &places, next, &Token::LBracket) {
            let end = end_of_subscripts(tokens, &places, next);
            let parts: Vec<TokenWithSpan> =
                places[at..end].iter().map(|place| tokens[*place].clone()).collect();
            let place = tokens[places[at]].span.start;
            let target = Parser::new(grammar).with_tokens_with_locations(parts).parse_expr()?;
            taken.push((place, target));
            places[next..end].iter().for_each(|place| gone[*place] = true);
            next = end;
        }
        at = next;
    }
    let mut gone = gone.into_iter();
    tokens.retain(|_| !gone.next().unwrap_or(false));
    Ok(taken)
}

fn is(tokens: &[TokenWithSpan], places: &[usize], at: usize, wanted: &Token) -> bool {
    places.get(at).and_then(|place| tokens.get(*place)).is_some_and(|token| token.token == *wanted)
}

fn word(tokens: &[TokenWithSpan], places: &[usize], at: usize) -> Option<String> {
    match &places.get(at).and_then(|place| tokens.get(*place))?.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_lowercase()),
        _ => None,
    }
}

// Behind `[..][..]`.
fn end_of_subscripts(tokens: &[TokenWithSpan], places: &[usize], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = places.get(at).and_then(|place| tokens.get(*place)) {
        match token.token {
            Token::LBracket => depth += 1,
            _ if depth == 0 => break,
            Token::LParen => depth += 1,
            Token::RBracket | Token::RParen => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    at
}

struct Scan {
    within: Within,
    depth: usize,
    expects: bool,
}

impl Scan {
    /// Takes a token in; whether it is the name of a target.
    fn step(&mut self, tokens: &[TokenWithSpan], places: &[usize], at: usize) -> bool {
        let expected = core::mem::take(&mut self.expects);
        match &tokens[places[at]].token {
            Token::LParen | Token::LBracket => {
                self.depth += 1;
                let opens_columns = match self.within {
                    Within::Set(_) => expected,
                    Within::Nothing => follows_insert(tokens, places, at),
                    Within::Columns(..) => false,
                };
                let query = word(tokens, places, at + 1);
                let is_query = matches!(query.as_deref(), Some("select" | "with" | "values" | "table"));
                if opens_columns && !is_query {
                    self.within = Within::Columns(self.depth, matches!(self.within, Within::Set(_)));
                    self.expects = true;
                }
            }
            Token::RParen | Token::RBracket => {
                self.depth = self.depth.saturating_sub(1);
                match self.within {
                    Within::Columns(depth, of_set) if self.depth < depth => {
                        self.within = if of_set { Within::Set(self.depth) } else { Within::Nothing };
                    }
                    Within::Set(depth) if self.depth < depth => self.within = Within::Nothing,
                    _ => {}
                }
            }
            Token::Comma => {
                self.expects = matches!(self.within, Within::Set(depth) | Within::Columns(depth, _)
                    if depth == self.depth);
            }
            Token::SemiColon => self.within = Within::Nothing,
            Token::Word(name) => {
                if expected {
                    return true;
                }
                let bare = name.quote_style.is_none();
                let is_word = |wanted: &str| bare && name.value.eq_ignore_ascii_case(wanted);
                if is_word("set") {
                    self.within = Within::Set(self.depth);
                    self.expects = true;
                } else if self.within == Within::Set(self.depth)
                    && ["where", "from", "returning", "when"].iter().any(|end| is_word(end))
                {
                    self.within = Within::Nothing;
                }
            }
            _ => {}
        }
        false
    }
}

// `INSERT INTO [schema.]name [[AS] alias] (`, and MERGE's `INSERT (`.
fn follows_insert(tokens: &[TokenWithSpan], places: &[usize], at: usize) -> bool {
    let lowest = at.saturating_sub(7);
    for back in (lowest..at).rev() {
        match word(tokens, places, back).as_deref() {
            Some("insert") => return back + 1 == at,
            // What is inserted has begun: `VALUES (ARRAY[1])` names no target.
            Some("values" | "select" | "with" | "returning") => return false,
            Some("into") => return back > 0 && word(tokens, places, back - 1).as_deref() == Some("insert"),
            _ => {}
        }
        let token = &tokens[places[back]].token;
        if !matches!(token, Token::Word(_) | Token::Period) {
            return false;
        }
    }
    false
}
