//! Takes out parentheses that only repeat others: programs that write SQL nest them by the dozen, and each
//! pair costs the recursive stages a level.
//!
//! ```text
//! f((((a, b))))    ->    f((a, b))
//!  |^^    ^^|            the first may be a call's or a list's, the last may be a row's or a query's
//! ```
//!
//! Places in the text stay: tokens know their own.

use sqlparser::tokenizer::{Token, TokenWithSpan};

/// A pair of parentheses.
struct Pair {
    open: usize,
    close: usize,
    /// It and the pair around it have nothing between them.
    is_tight: bool,
    /// Such a pair stands inside it.
    is_repeated: bool,
}

/// Leaves of every run of pairs without anything between them the first and the last.
pub(super) fn thin(tokens: &mut Vec<TokenWithSpan>) {
    if !has_run(tokens) {
        return;
    }
    let mut gone = vec![false; tokens.len()];
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut before: Option<usize> = None;
    // The pair that was closed by the token before.
    let mut closed: Option<Pair> = None;
    for (at, token) in tokens.iter().enumerate() {
        if matches!(token.token, Token::Whitespace(_)) {
            continue;
        }
        let inner = closed.take();
        match token.token {
            Token::LParen => {
                let follows = before.is_some() && before == open.last().map(|(open, _)| *open);
                open.push((at, follows));
            }
            Token::RParen => {
                let Some((from, is_tight)) = open.pop() else { return };
                let inner = inner.filter(|inner| inner.is_tight);
                closed = Some(Pair { open: from, close: at, is_tight, is_repeated: inner.is_some() });
                if let Some(inner) = inner
                    && inner.is_repeated
                {
                    gone[inner.open] = true;
                    gone[inner.close] = true;
                }
            }
            _ => {}
        }
        before = Some(at);
    }
    let mut gone = gone.into_iter();
    tokens.retain(|_| !gone.next().unwrap_or(false));
}

fn has_run(tokens: &[TokenWithSpan]) -> bool {
    let mut run = 0;
    tokens.iter().any(|token| {
        match token.token {
            Token::LParen => run += 1,
            Token::Whitespace(_) => {}
            _ => run = 0,
        }
        run == 3
    })
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::PostgreSqlDialect;
    use sqlparser::tokenizer::Tokenizer;

    fn thinned(sql: &str) -> String {
        let mut tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().expect("tokens");
        super::thin(&mut tokens);
        tokens.iter().map(|token| token.token.to_string()).collect()
    }

    #[test]
    fn only_the_middle_of_a_run_goes() {
        for (sql, expected) in [
            ("((((1))))", "((1))"),
            ("( ( ( 1 ) ) )", "(  ( 1 )  )"),
            ("f(((a, b)))", "f((a, b))"),
            ("x IN (((1, 2)))", "x IN ((1, 2))"),
            ("((1))", "((1))"),
            ("(((1) + 2))", "(((1) + 2))"),
            ("((((1)) + ((((2))))))", "((((1)) + ((2))))"),
            ("(((1", "(((1"),
            (")))", ")))"),
        ] {
            assert_eq!(thinned(sql), expected, "{sql}");
        }
    }
}
