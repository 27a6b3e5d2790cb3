//! Lifts the literals of a statement out of its text, so that statements that differ only in values
//! share one plan.
//!
//! ```text
//! SELECT * FROM t WHERE id = 17 AND name = 'x'
//! SELECT * FROM t WHERE id = $1 AND name = $2        17, 'x'
//! ```
//!
//! Only where a parameter means the same: not where a number is an ordinal (ORDER BY 1), a string part
//! of a typed literal (DATE '...') or a number part of a type (numeric(10,2)); and not at all in
//! statements that compare expressions by their text (GROUP BY, DISTINCT) or already have parameters.

use super::insert_rows::{self, Literal};
use super::lexer::{self, Lexer, TokenKind};

/// A text whose literals became parameters.
#[derive(Clone, PartialEq, Debug)]
pub struct Normalized {
    /// The text, with `$1`, `$2`, ... for the literals.
    pub text: String,
    /// The literals, `$1` first: integers, decimals and texts only.
    pub literals: Vec<Literal>,
}

/// Longest text worth a look; longer ones are rarely sent twice.
const NORMALIZED_BYTES_MAX: usize = 8192;
/// Most literals lifted.
const LITERALS_MAX: usize = 256;

/// The normalised form, or `None` when the statement has none or gains nothing.
pub fn normalize(sql: &str) -> Option<Normalized> {
    if sql.len() > NORMALIZED_BYTES_MAX {
        return None;
    }
    let mut lexer = Lexer::new(sql);
    let mut out = Normalized { text: String::with_capacity(sql.len()), literals: Vec::new() };
    let mut copied = 0;
    let mut first = true;
    // An ORDER BY list lasts until LIMIT, a closing parenthesis or the end.
    let mut order_depth = None;
    let mut depth = 0usize;
    let mut previous = TokenKind::Semicolon;
    let mut previous_word = "";
    while let Some(token) = lexer.next().ok()? {
        let text = token.text(sql);
        match token.kind {
            TokenKind::Word => {
                if first
                    && !["select", "insert", "update", "delete"]
                        .iter()
                        .any(|word| word.eq_ignore_ascii_case(text))
                {
                    return None;
                }
                if is_obstacle(text) {
                    return None;
                }
                if text.eq_ignore_ascii_case("order") {
                    order_depth = Some(depth);
                } else if ["limit", "offset", "fetch", "returning"]
                    .iter()
                    .any(|word| word.eq_ignore_ascii_case(text))
                {
                    order_depth = None;
                }
                previous_word = text;
            }
            TokenKind::Open => depth += 1,
            TokenKind::Close => {
                depth = depth.saturating_sub(1);
                if order_depth.is_some_and(|order| depth < order) {
                    order_depth = None;
                }
            }
            TokenKind::Parameter | TokenKind::Stray | TokenKind::OtherText | TokenKind::EscapeText => {
                return None;
            }
            // With a minus before them these are the smallest integer and bigint.
            TokenKind::Integer if matches!(text, "2147483648" | "9223372036854775808") => return None,
            TokenKind::Integer | TokenKind::Decimal | TokenKind::Text | TokenKind::DollarText
                if order_depth.is_none() =>
            {
                let is_text = matches!(token.kind, TokenKind::Text | TokenKind::DollarText);
                // `date '2020-01-01'` and string continuation 'a' 'b' stay.
                let typed = is_text
                    && (matches!(previous, TokenKind::Text | TokenKind::Quoted)
                        || previous == TokenKind::Word && !may_precede_literal(previous_word));
                if typed {
                    return None;
                }
                let literal = if is_text {
                    Literal::Text(lexer::text_value(token, sql)?.into())
                } else {
                    insert_rows::number(token.kind, text, false)?
                };
                if out.literals.len() == LITERALS_MAX {
                    return None;
                }
                out.literals.push(literal);
                out.text.push_str(sql.get(copied..token.start)?);
                out.text.push('$');
                out.text.push_str(&out.literals.len().to_string());
                copied = token.end;
            }
            _ => {}
        }
        first = false;
        previous = token.kind;
    }
    if out.literals.is_empty() {
        return None;
    }
    out.text.push_str(sql.get(copied..)?);
    Some(out)
}

// Words after which a literal would not mean the same as a parameter, or after which expressions are
// compared as written.
fn is_obstacle(word: &str) -> bool {
    const WORDS: [&str; 27] = [
        "current_timestamp",
        "localtime",
        "localtimestamp",
        "group",
        "distinct",
        "union",
        "intersect",
        "except",
        "over",
        "interval",
        "numeric",
        "decimal",
        "varchar",
        "char",
        "character",
        "varying",
        "timestamp",
        "timestamptz",
        "time",
        "float",
        "bit",
        "extract",
        "fetch",
        "escape",
        "within",
        "create",
        "dec",
    ];
    WORDS.iter().any(|obstacle| obstacle.eq_ignore_ascii_case(word))
}

// Keywords that a plain string literal may follow; after any other word the string has a type.
fn may_precede_literal(word: &str) -> bool {
    const WORDS: [&str; 27] = [
        "select",
        "where",
        "and",
        "or",
        "not",
        "like",
        "ilike",
        "between",
        "in",
        "case",
        "when",
        "then",
        "else",
        "from",
        "for",
        "by",
        "on",
        "having",
        "limit",
        "offset",
        "set",
        "is",
        "all",
        "any",
        "to",
        "using",
        "returning",
    ];
    WORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}
