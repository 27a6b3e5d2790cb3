//! What sqlparser does not read, put into forms it does, token by token, before it starts.
//!
//! ```text
//! ROWS FROM (f(1), g(2))            "rows from" (f(1), g(2))
//! 1 PRECEDING EXCLUDE TIES          "exclude ties" (1, 'p') PRECEDING
//! CURRENT ROW EXCLUDE CURRENT ROW   "exclude current row" (0, 'c') PRECEDING
//! FOR NO KEY UPDATE                 FOR UPDATE
//! FROM ONLY t, FROM ONLY (t)        FROM "^Bt"      (a mark no name has)
//! x::text COLLATE "C"               x::text
//! x BETWEEN SYMMETRIC a AND b       x BETWEEN "between symmetric" (a) AND b
//! ROW (a, b)                        (a, b)
//! TABLE t                           SELECT * FROM t
//! INTERVAL '1' DAY, INTERVAL(2) '1'  '1'::INTERVAL DAY, '1'::INTERVAL(2)
//! TRIM (LEADING FROM x)             TRIM (LEADING ' ' FROM x)
//! AS IDENTITY (START 1 INCREMENT 2) AS IDENTITY (INCREMENT 2 START 1): the one order the parser takes
//! SELECT 1 view                     SELECT 1 "view" (the parser keeps the word for other dialects)
//! ```
//!
//! R1  A token that stays keeps its place, so that errors point into the text.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// Stands before the name of a table that ONLY was said of.
pub(crate) const ONLY: char = '\u{2}';

/// Rewrites the tokens of a statement.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    let has = |word: &str| tokens.iter().any(|token| is_word(token, word));
    let (frames, rows, locks, only) = (has("exclude"), has("from") && has("rows"), has("for"), has("only"));
    let forms = ["symmetric", "asymmetric", "row", "table", "trim"].iter().any(|word| has(word));
    let identity = has("identity");
    let intervals = has("interval");
    let collates = has("collate");
    let aliases = KEPT_ALIASES.iter().any(|word| has(word));
    if !(frames || rows || locks || only || forms || aliases || identity || intervals || collates) {
        return;
    }
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    if forms {
        rewrite_forms(tokens);
    }
    if aliases {
        quote_aliases(tokens);
    }
    if intervals {
        cast_intervals(tokens);
    }
    let mut at = 0;
    while at < tokens.len() {
        if rows && is_words(tokens, at, &["rows", "from"]) && matches(tokens, at + 2, &Token::LParen) {
            tokens[at].token = named("rows from");
            tokens.remove(at + 1);
        } else if frames && is_word(&tokens[at], "exclude") {
            exclude(tokens, at);
        } else if collates && is_word(&tokens[at], "collate") && follows_cast(tokens, at) {
            tokens.drain(at..(at + 2).min(tokens.len()));
            continue;
        } else if identity && is_words(tokens, at, &["as", "identity"]) {
            order_options(tokens, at + 2);
        } else if locks && is_words(tokens, at, &["for", "no", "key", "update"]) {
            tokens.drain(at + 1..at + 3);
        } else if locks && is_words(tokens, at, &["for", "key", "share"]) {
            tokens.remove(at + 1);
        } else if only && is_word(&tokens[at], "only") && begins_table(tokens, at) {
            tokens.remove(at);
            mark_only(tokens, at);
        } else if only
            && is_word(&tokens[at], "only")
            && before(tokens, at, &["from", "join"])
            && matches(tokens, at + 1, &Token::LParen)
            && let Some(close) = closing(tokens, at + 1)
        {
            tokens.remove(close);
            tokens.drain(at..at + 2);
            mark_only(tokens, at);
        }
        at += 1;
    }
}

// `x::text COLLATE "C"`: the collation there is, behind a cast, where the parser does not look for one.
fn follows_cast(tokens: &[TokenWithSpan], at: usize) -> bool {
    let cast = at.checked_sub(2).is_some_and(|cast| matches(tokens, cast, &Token::DoubleColon));
    cast && tokens.get(at + 1).is_some_and(|token| match &token.token {
        Token::Word(word) => matches!(word.value.as_str(), "C" | "POSIX" | "default"),
        _ => false,
    })
}

fn mark_only(tokens: &mut [TokenWithSpan], at: usize) {
    if let Some(TokenWithSpan { token: Token::Word(word), .. }) = tokens.get_mut(at) {
        let name = match word.quote_style {
            Some(_) => word.value.clone(),
            None => word.value.to_ascii_lowercase(),
        };
        *word = Word { value: format!("{ONLY}{name}"), quote_style: Some('"'), keyword: Keyword::NoKeyword };
    }
}

// The options of an identity column in the order the parser wants; each goes to the next one's first word.
fn order_options(tokens: &mut [TokenWithSpan], open: usize) {
    const ORDER: [&str; 6] = ["increment", "minvalue", "maxvalue", "start", "cache", "cycle"];
    if !matches(tokens, open, &Token::LParen) {
        return;
    }
    let Some(close) = closing(tokens, open) else { return };
    let rank = |token: &TokenWithSpan| ORDER.iter().position(|word| is_word(token, word));
    let mut ranked: Vec<(usize, TokenWithSpan)> = Vec::with_capacity(close - open);
    let mut current = 0;
    for at in open + 1..close {
        let after_no = is_word(&tokens[at - 1], "no");
        let own =
            if is_word(&tokens[at], "no") { tokens.get(at + 1).and_then(rank) } else { rank(&tokens[at]) };
        if !after_no && let Some(own) = own {
            current = own;
        }
        ranked.push((current, tokens[at].clone()));
    }
    crate::base::order::sort_by_key(&mut ranked, |(rank, _)| *rank);
    for (place, (_, token)) in tokens[open + 1..close].iter_mut().zip(ranked) {
        *place = token;
    }
}

// The type of a literal goes behind it: there the parser reads fields and precision.
fn cast_intervals(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 0;
    while at < tokens.len() {
        if is_word(&tokens[at], "interval") {
            let literal = match tokens.get(at + 1).map(|token| &token.token) {
                Some(Token::LParen) if matches(tokens, at + 3, &Token::RParen) => at + 4,
                _ => at + 1,
            };
            let text = |token: &&TokenWithSpan| {
                matches!(token.token, Token::SingleQuotedString(_) | Token::DollarQuotedString(_))
            };
            if let Some(TokenWithSpan { span, .. }) = tokens.get(literal).filter(text) {
                let cast = TokenWithSpan { token: Token::DoubleColon, span: *span };
                tokens[at..=literal].rotate_right(1);
                tokens.insert(at + 1, cast);
                at += 1;
            }
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
        && before.is_some_and(|token| {
            ["from", "join", "update", "into", "on", "using"].iter().any(|word| is_word(token, word))
        })
}

/// Words that name a result or a table without AS, and that sqlparser keeps for other dialects.
const KEPT_ALIASES: [&str; 9] =
    ["cluster", "exclude", "explain", "global", "match", "operator", "partition", "set", "view"];

// `SELECT 1 view, ..`: a name stands behind an operand and before what ends an item.
fn quote_aliases(tokens: &mut [TokenWithSpan]) {
    for at in 1..tokens.len() {
        let Token::Word(word) = &tokens[at].token else { continue };
        let behind = match &tokens[at - 1].token {
            Token::Word(word) => word.quote_style.is_some() || word.keyword == Keyword::NoKeyword,
            Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen | Token::RBracket => true,
            _ => false,
        };
        let ends = match tokens.get(at + 1).map(|token| &token.token) {
            None | Some(Token::Comma | Token::RParen | Token::SemiColon | Token::EOF) => true,
            Some(Token::Word(word)) => matches!(word.keyword, Keyword::FROM | Keyword::WHERE),
            _ => false,
        };
        let name = word.value.to_ascii_lowercase();
        if behind && ends && word.quote_style.is_none() && KEPT_ALIASES.contains(&name.as_str()) {
            tokens[at].token = named(&name);
        }
    }
}

fn before(tokens: &[TokenWithSpan], at: usize, words: &[&str]) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| words.iter().any(|word| is_word(token, word)))
}

// The parenthesis that closes the one at `open`.
fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 1 => return Some(at),
            Token::RParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

fn rewrite_forms(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 0;
    while at < tokens.len() {
        if before(tokens, at, &["between"]) && is_word(&tokens[at], "asymmetric") {
            tokens.remove(at);
        } else if before(tokens, at, &["between"]) && is_word(&tokens[at], "symmetric") {
            symmetric(tokens, at);
        } else if is_word(&tokens[at], "row") && is_row(tokens, at) {
            tokens.remove(at);
        } else if is_word(&tokens[at], "from") && before(tokens, at, &["leading", "trailing", "both"]) {
            let blank = Token::SingleQuotedString(" ".to_owned());
            tokens.insert(at, TokenWithSpan { token: blank, span: tokens[at].span });
            at += 1;
        } else if is_word(&tokens[at], "table") && is_table_query(tokens, at) {
            let span = tokens[at].span;
            let word = |word| TokenWithSpan { token: Token::make_keyword(word), span };
            let star = TokenWithSpan { token: Token::Mul, span };
            tokens.splice(at..=at, [word("SELECT"), star, word("FROM")]);
        }
        at += 1;
    }
}

// The low end, up to its AND, becomes the argument of a call.
fn symmetric(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    let (mut depth, mut cases) = (0usize, 0usize);
    let end = tokens.iter().enumerate().skip(at + 1).find_map(|(at, token)| {
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            _ if is_word(token, "case") => cases += 1,
            _ if is_word(token, "end") => cases = cases.saturating_sub(1),
            _ if depth == 0 && cases == 0 && is_word(token, "and") => return Some(at),
            _ => {}
        }
        None
    });
    let Some(end) = end else { return };
    let span = tokens[at].span;
    tokens.insert(end, TokenWithSpan { token: Token::RParen, span });
    tokens[at].token = named("between symmetric");
    tokens.insert(at + 1, TokenWithSpan { token: Token::LParen, span });
}

// `ROW (a, b)` where an expression begins; a table may be called row.
fn is_row(tokens: &[TokenWithSpan], at: usize) -> bool {
    let begins = match at.checked_sub(1).map(|before| &tokens[before].token) {
        Some(Token::Word(word)) => matches!(
            word.keyword,
            Keyword::SELECT
                | Keyword::DISTINCT
                | Keyword::WHERE
                | Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::WHEN
                | Keyword::THEN
                | Keyword::ELSE
                | Keyword::IN
                | Keyword::BETWEEN
                | Keyword::HAVING
                | Keyword::BY
                | Keyword::FROM
                | Keyword::RETURNING
        ),
        Some(Token::LParen | Token::Comma | Token::Eq | Token::Neq) => true,
        Some(Token::Lt | Token::LtEq | Token::Gt | Token::GtEq) => true,
        _ => false,
    };
    let Some(close) = closing(tokens, at + 1).filter(|_| matches(tokens, at + 1, &Token::LParen)) else {
        return false;
    };
    let mut depth = 0usize;
    let several = tokens[at + 1..close].iter().any(|token| {
        match token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            Token::Comma if depth == 1 => return true,
            _ => {}
        }
        false
    });
    begins && several
}

// `TABLE t` in the place of a query.
fn is_table_query(tokens: &[TokenWithSpan], at: usize) -> bool {
    let begins = match at.checked_sub(1).map(|before| &tokens[before].token) {
        None | Some(Token::LParen) => true,
        Some(Token::Word(word)) => matches!(
            word.keyword,
            Keyword::AS
                | Keyword::UNION
                | Keyword::ALL
                | Keyword::INTERSECT
                | Keyword::EXCEPT
                | Keyword::EXPLAIN
                | Keyword::DISTINCT
        ),
        _ => false,
    };
    // `INSERT INTO u TABLE t`: TABLE is reserved and cannot be a name there.
    let begins = begins || tokens.iter().take(12).any(|token| is_word(token, "insert"));
    begins
        && tokens.get(at + 1).is_some_and(|next| match &next.token {
            Token::Word(word) => {
                let name = word.value.to_ascii_lowercase();
                word.quote_style.is_some() || name == "only" || !crate::base::words::is_reserved(&name)
            }
            _ => false,
        })
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
