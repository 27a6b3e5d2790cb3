//! What sqlparser does not read, put into forms it does, token by token, before it starts.
//!
//! ```text
//! ROWS FROM (f(1), g(2))            "rows from" (f(1), g(2))
//! 1 PRECEDING EXCLUDE TIES          "exclude ties" (1, 'p') PRECEDING
//! CURRENT ROW EXCLUDE CURRENT ROW   "exclude current row" (0, 'c') PRECEDING
//! FOR NO KEY UPDATE                 FOR UPDATE
//! FROM ONLY t                       FROM t          (no table has heirs)
//! ```
//!
//! R1  A token that stays keeps its place, so that errors point into the text.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// Rewrites the tokens of a statement.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    let has = |word: &str| tokens.iter().any(|token| is_word(token, word));
    let (frames, rows, locks, only) = (has("exclude"), has("from") && has("rows"), has("for"), has("only"));
    if !(frames || rows || locks || only) {
        return;
    }
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    let mut at = 0;
    while at < tokens.len() {
        if rows && is_words(tokens, at, &["rows", "from"]) && matches(tokens, at + 2, &Token::LParen) {
            tokens[at].token = named("rows from");
            tokens.remove(at + 1);
        } else if frames && is_word(&tokens[at], "exclude") {
            exclude(tokens, at);
        } else if locks && is_words(tokens, at, &["for", "no", "key", "update"]) {
            tokens.drain(at + 1..at + 3);
        } else if locks && is_words(tokens, at, &["for", "key", "share"]) {
            tokens.remove(at + 1);
        } else if only && is_word(&tokens[at], "only") && begins_table(tokens, at) {
            tokens.remove(at);
        }
        at += 1;
    }
}

fn is_word(token: &TokenWithSpan, wanted: &str) -> bool {
    matches!(&token.token, Token::Word(word)
        if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted))
}

fn is_words(tokens: &[TokenWithSpan], at: usize, wanted: &[&str]) -> bool {
    wanted.iter().enumerate().all(|(offset, word)| tokens.get(at + offset).is_some_and(|t| is_word(t, word)))
}

fn matches(tokens: &[TokenWithSpan], at: usize, wanted: &Token) -> bool {
    tokens.get(at).is_some_and(|token| token.token == *wanted)
}

fn named(name: &str) -> Token {
    Token::Word(Word { value: name.to_owned(), quote_style: Some('"'), keyword: Keyword::NoKeyword })
}

// `FROM ONLY t`, `JOIN ONLY t`, `UPDATE ONLY t`: a name follows, of a table.
fn begins_table(tokens: &[TokenWithSpan], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let follows = tokens.get(at + 1).is_some_and(|token| match &token.token {
        Token::Word(word) => word.keyword != Keyword::AS,
        _ => false,
    });
    follows
        && before
            .is_some_and(|token| ["from", "join", "update", "into"].iter().any(|word| is_word(token, word)))
}

// The end of the frame before EXCLUDE becomes a call that carries both.
fn exclude(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    let (name, length) = match () {
        () if is_words(tokens, at + 1, &["current", "row"]) => ("exclude current row", 3),
        () if is_words(tokens, at + 1, &["group"]) => ("exclude group", 2),
        () if is_words(tokens, at + 1, &["ties"]) => ("exclude ties", 2),
        () if is_words(tokens, at + 1, &["no", "others"]) => ("exclude no others", 3),
        () => return,
    };
    let mut start = at;
    let mut depth = 0usize;
    while let Some(before) = start.checked_sub(1) {
        match &tokens[before].token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return,
            Token::LParen => depth -= 1,
            _ if depth == 0
                && ["and", "rows", "range", "groups", "between"]
                    .iter()
                    .any(|word| is_word(&tokens[before], word)) =>
            {
                break;
            }
            _ => {}
        }
        start = before;
    }
    let body = start..at;
    if body.is_empty() || start == 0 {
        return;
    }
    let word = match () {
        () if is_words(tokens, start, &["current", "row"]) => "c",
        () if is_words(tokens, start, &["unbounded", "preceding"]) => "first",
        () if is_words(tokens, start, &["unbounded", "following"]) => "last",
        () if is_word(&tokens[at - 1], "preceding") => "p",
        () if is_word(&tokens[at - 1], "following") => "f",
        () => return,
    };
    let place = tokens[start].span;
    let token = |token: Token| TokenWithSpan { token, span: place };
    let mut call = vec![token(named(name)), token(Token::LParen)];
    if matches!(word, "p" | "f") {
        call.extend_from_slice(&tokens[start..at - 1]);
    } else {
        call.push(token(Token::Number("0".to_owned(), false)));
    }
    call.push(token(Token::Comma));
    call.push(token(Token::SingleQuotedString(word.to_owned())));
    call.push(token(Token::RParen));
    call.push(token(Token::make_keyword("PRECEDING")));
    tokens.splice(start..at + length, call);
}
