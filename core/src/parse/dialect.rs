//! PostgreSQL's dialect for sqlparser; what its grammar lacks is to be added here, hook by hook.
//!
//! Natively it also watches the stack: sqlparser asks its dialect at the beginning of every operand, which
//! is once per level of nesting. In the browser the parser is compiled for the one dialect that it ships
//! with, its frames are small, and `bounds` alone keeps it within the stack.

#[cfg(target_family = "wasm")]
pub(super) use sqlparser::dialect::PostgreSqlDialect as Grammar;

/// The dialect a statement is parsed with; made anew for each.
#[cfg(target_family = "wasm")]
pub(super) fn grammar(_: crate::error::stack::Stack) -> Grammar {
    Grammar {}
}

/// Whether the stack ran out under a parser with this dialect.
#[cfg(target_family = "wasm")]
pub(super) fn ran_out(_: &Grammar) -> bool {
    false
}

#[cfg(not(target_family = "wasm"))]
pub(super) use watched::{Grammar, grammar, ran_out};

#[cfg(not(target_family = "wasm"))]
mod watched {
    use core::any::TypeId;
    use core::cell::Cell;

    use sqlparser::ast::{Expr, Statement};
    use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
    use sqlparser::keywords::Keyword;
    use sqlparser::parser::{Parser, ParserError};

    use crate::error::stack::Stack;

    const DIALECT: PostgreSqlDialect = PostgreSqlDialect {};

    /// PostgreSQL's dialect, watching the stack of whoever has something parsed.
    #[derive(Debug)]
    pub(in crate::parse) struct Grammar {
        stack: Stack,
        /// Alternatives that sqlparser tries after a failure would hide it.
        ran_out: Cell<bool>,
    }

    /// Whether the stack ran out under a parser with this dialect.
    pub(in crate::parse) fn ran_out(grammar: &Grammar) -> bool {
        grammar.ran_out.get()
    }

    impl Grammar {
        fn watch<T>(&self) -> Option<Result<T, ParserError>> {
            if !self.ran_out.get() && !self.stack.is_used_up() {
                return None;
            }
            self.ran_out.set(true);
            Some(Err(ParserError::RecursionLimitExceeded))
        }
    }

    /// The dialect a statement is parsed with; made anew for each.
    pub(in crate::parse) fn grammar(stack: Stack) -> Grammar {
        Grammar { stack, ran_out: Cell::new(false) }
    }

    /// Everything that sqlparser's own dialect decides, in the order of its source.
    macro_rules! as_postgres {
        ($($flag:ident)*) => {
            $(fn $flag(&self) -> bool {
                DIALECT.$flag()
            })*
        };
    }

    impl Dialect for Grammar {
        fn dialect(&self) -> TypeId {
            TypeId::of::<PostgreSqlDialect>()
        }
        fn parse_statement(&self, _: &mut Parser<'_>) -> Option<Result<Statement, ParserError>> {
            self.watch()
        }
        fn parse_prefix(&self, _: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
            self.watch()
        }
        fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
            DIALECT.identifier_quote_style(identifier)
        }
        fn is_delimited_identifier_start(&self, letter: char) -> bool {
            DIALECT.is_delimited_identifier_start(letter)
        }
        fn is_identifier_start(&self, letter: char) -> bool {
            DIALECT.is_identifier_start(letter)
        }
        fn is_identifier_part(&self, letter: char) -> bool {
            DIALECT.is_identifier_part(letter)
        }
        fn is_reserved_for_identifier(&self, word: Keyword) -> bool {
            DIALECT.is_reserved_for_identifier(word)
        }
        fn is_table_alias(&self, word: &Keyword, parser: &mut Parser<'_>) -> bool {
            DIALECT.is_table_alias(word, parser)
        }
        fn is_custom_operator_part(&self, letter: char) -> bool {
            DIALECT.is_custom_operator_part(letter)
        }
        fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
            DIALECT.get_next_precedence(parser)
        }
        fn prec_value(&self, precedence: Precedence) -> u8 {
            DIALECT.prec_value(precedence)
        }
        as_postgres! {
            supports_unicode_string_literal
            supports_filter_during_aggregation
            supports_group_by_expr
            supports_alter_user_as_alter_role
            allow_extract_custom
            allow_extract_single_quotes
            supports_create_index_with_clause
            supports_explain_with_utility_options
            supports_listen_notify
            supports_exclude_constraint
            supports_factorial_operator
            supports_bitwise_shift_operators
            supports_comment_on
            supports_load_extension
            supports_named_fn_args_with_colon_operator
            supports_named_fn_args_with_expr_name
            supports_empty_projections
            supports_nested_comments
            supports_string_escape_constant
            supports_numeric_literal_underscores
            supports_array_typedef_with_brackets
            supports_geometric_types
            supports_order_by_using_operator
            supports_set_names
            supports_alter_column_type_using
            supports_left_associative_joins_without_parens
            supports_notnull_operator
            supports_interval_options
            supports_insert_table_alias
            supports_create_table_like_parenthesized
            supports_select_wildcard_with_alias
            supports_comma_separated_trim
            supports_xml_expressions
            supports_aliased_function_args
            supports_comment_optimizer_hint
        }
    }
}
