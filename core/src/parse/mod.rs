//! SQL text to syntax, bounded.
//!
//! The only door to sqlparser besides `bind`. Scripts are cut into statements here, statements are
//! checked for length, nesting and chains before the recursive parser sees them, and two cheap ways
//! around that parser live here: [`normalize`] for the plan cache and a loop for multi-row inserts.
//!
//! ```text
//! script --statements--> text --normalize--> cache key
//!                          |---- parse -----> Parsed (sqlparser's tree, or literal rows)
//! ```
//!
//! P1  No text makes the parser overflow a stack of 1 MB: `bounds` runs first, `dialect` watches meanwhile.
//! P2  Every syntax error is 42601 with a position in characters.

mod bounds;
mod command;
pub mod define;
mod dialect;
mod insert_rows;
mod lexer;
mod normalize;
mod operators;
mod parentheses;
mod parser;
mod position;
mod rewrite;
mod span;
mod split;
mod strict;
mod subscripts;
#[cfg(test)]
mod tests;

pub use define::Command;
pub use insert_rows::Literal;
pub(crate) use insert_rows::{InsertRows, Name};
pub(crate) use lexer::{Lexer, TokenKind};
pub use normalize::{Normalized, normalize};
pub(crate) use parser::{Arbiter, Ast, Overriding, near, parse_expression, parse_type, parse_within};
pub use parser::{Parsed, parse};
pub(crate) use position::{byte_of, of_byte as position_of_byte};
pub(crate) use rewrite::ONLY;
pub(crate) use span::{of_expr as span_of_expr, of_query as span_of_query};
pub use split::{Statements, statements};
pub(crate) use subscripts::Subscripts;
